//! The document of a channel: what it plays, in which order, when, with which breaks, and what its guide says.
//!
//! It is JSON that people, pages and programs write. What is not known is an error; [`Document::parse`] names the place of each fault and what to
//! do. A *simple* document (shows and an order) is one too, and [`simple::expand`](super::simple::expand) tells what it means in full.

use super::holiday::{DayRule, WeekdayName};
use super::values::{Day, Length, TimeOfDay};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version that is written and read.
pub const VERSION: u32 = 1;

/// A channel of one's own, as it is meant to be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// [`VERSION`].
    pub version: u32,
    /// The channel's name.
    pub name: String,
    /// Shows and an order, and nothing more; instead of sources, blocks, templates and calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub simple: Option<Simple>,
    /// What there is to play, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sources: BTreeMap<String, Source>,
    /// What is played one after another, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub blocks: BTreeMap<String, Block>,
    /// Days, by name: which block begins when. A block goes on until the next begins, over midnight too.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub templates: BTreeMap<String, Vec<Start>>,
    /// Which template a day has: the first rule that holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calendar: Vec<DayOf>,
    /// Breaks, in the order in which they are played where several are at one place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breaks: Vec<Break>,
    /// What the guide says.
    #[serde(default, skip_serializing_if = "Guide::is_empty")]
    pub guide: Guide,
}

/// The simple form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Simple {
    /// How it is gone through.
    #[serde(default)]
    pub order: SimpleOrder,
    /// Mode of the shows that have none of their own.
    #[serde(default, skip_serializing_if = "is_default")]
    pub mode: Mode,
    /// The shows.
    pub shows: Vec<SimpleShow>,
    /// Each programme begins at such a minute: 5, 10, 15, 20, 30 or 60.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pad: Option<u16>,
}

/// Order of the simple form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SimpleOrder {
    /// One of each show in turn.
    #[default]
    RoundRobin,
    /// The next show by chance and weight.
    Weighted,
    /// All of a show, then the next.
    InOrder,
    /// Everything shuffled, none twice before all were on.
    Shuffle,
}

/// How a show goes on in itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Episode after episode.
    #[default]
    #[serde(alias = "in_order")]
    Sequential,
    /// By chance; one comes again only when all were on.
    Shuffle,
    /// By chance each time.
    Random,
}

/// A show of the simple form; as a bare text it is its name.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SimpleShow {
    /// What.
    #[serde(flatten)]
    pub source: Source,
    /// How often it is chosen beside the others: 0.1 to 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
    /// How it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Whether it is on at all.
    #[serde(skip_serializing_if = "is_true")]
    pub include: bool,
}

/// What there is to play. One of the first twelve is given; as a bare text it is a show's name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Source {
    /// A show, by its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show: Option<String>,
    /// One item, by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<u64>,
    /// Items by their ids, in this order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<u64>,
    /// A collection, by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collection: Option<String>,
    /// What a query finds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// A playlist, by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub playlist: Option<String>,
    /// All with this label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// All of a kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<crate::library::Kind>,
    /// A picture, or several one after another, with sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub still: Option<Still>,
    /// A channel of a receiver or list, by its id, as it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live: Option<String>,
    /// Another channel of one's own, by its id, as it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Other sources of this document, by their names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub any: Vec<String>,
    /// Of these, only those of these seasons (0: specials).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub seasons: Vec<u32>,
    /// How far it has come is kept for all blocks together, not for each.
    #[serde(skip_serializing_if = "is_false")]
    pub shared: bool,
}

/// Pictures with sound.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Still {
    /// Their names in the station's folder of pictures.
    pub pictures: Vec<String>,
    /// Sound below them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sound: Option<String>,
    /// How long all of it is.
    pub length: Length,
}

/// What is played one after another, and again from the beginning until the next block begins.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// What, in this order.
    pub play: Vec<Step>,
    /// Gone through once; what is left is filled.
    #[serde(default, skip_serializing_if = "is_false")]
    pub once: bool,
    /// What becomes of a programme that would go over the next block's beginning.
    #[serde(default, skip_serializing_if = "is_default")]
    pub does_not_fit: DoesNotFit,
    /// Names of the breaks that it has; all that the document has, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaks: Option<Vec<String>>,
    /// What the guide says of it, where it differs.
    #[serde(default, skip_serializing_if = "Guide::is_empty")]
    pub guide: Guide,
}

/// What becomes of a programme that does not fit before the next start that must be kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DoesNotFit {
    /// It waits for the next time; what is left is filled.
    #[default]
    Wait,
    /// It is passed over for one that fits, some tries long.
    Next,
    /// It begins, and is cut off.
    Cut,
}

/// A part of a block.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Name of the source.
    pub source: String,
    /// In which order.
    #[serde(default, skip_serializing_if = "is_default")]
    pub order: Order,
    /// So many programmes; one if nothing else is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// All that the source has, once.
    #[serde(default, skip_serializing_if = "is_false")]
    pub all: bool,
    /// Programmes for so long.
    #[serde(rename = "for", default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Length>,
    /// Until the next block begins.
    #[serde(default, skip_serializing_if = "is_false")]
    pub until_next: bool,
    /// A channel goes on for so much longer at most, where its guide says that what is on ends later than was planned; not over a strict start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overrun: Option<Length>,
    /// After each programme it is filled to the next such minute: 5, 10, 15, 20, 30 or 60.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pad: Option<u16>,
    /// Parts of a story are kept together.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub parts: bool,
    /// Names of the breaks that it has; those of the block, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaks: Option<Vec<String>>,
    /// What the guide says of it, where it differs.
    #[serde(default, skip_serializing_if = "Guide::is_empty")]
    pub guide: Guide,
}

/// In which order; as a bare text it is its kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Order {
    /// Kind.
    pub kind: OrderKind,
    /// What is a group, for rotation and marathon.
    #[serde(skip_serializing_if = "is_default")]
    pub by: GroupBy,
    /// Rotation and marathon: how the next group is found.
    #[serde(skip_serializing_if = "is_default")]
    pub pick: Pick,
    /// Rotation, marathon, reruns of a first run: how a group goes on in itself.
    #[serde(skip_serializing_if = "is_default")]
    pub each: Mode,
    /// Groups that go on otherwise, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub modes: BTreeMap<String, Mode>,
    /// Weights of groups, 0.1 to 5, by name; 1 if absent. For random: of shows and tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<String, f64>,
    /// An item is not on again sooner, counted from beginning to beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cooldown: Option<Length>,
    /// A group is not on again sooner. For rotation that picks by weight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_cooldown: Option<Length>,
}

/// Kinds of order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderKind {
    /// One after another, and again from the beginning.
    #[default]
    InOrder,
    /// By chance, and none again before all were on.
    Shuffle,
    /// By chance each time.
    Random,
    /// From group to group, one of each.
    Rotation,
    /// What was never on, in order; when all were, reruns.
    FirstRun,
    /// All of a group, then the next.
    Marathon,
}

/// What is a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupBy {
    /// A show; a film is one by itself.
    #[default]
    Show,
    /// A season of a show.
    Season,
    /// A source of those that this one names.
    Source,
    /// A year.
    Year,
    /// A folder.
    Folder,
}

/// How the next group is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pick {
    /// In turn.
    #[default]
    InTurn,
    /// By chance and weight.
    Weighted,
    /// By chance, none again before all were on.
    Shuffle,
}

/// When a block begins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// Time of day.
    pub at: TimeOfDay,
    /// Name of the block.
    pub block: String,
    /// To the second; what would go over it does not fit. Else the block begins when what is on then has ended.
    #[serde(default, skip_serializing_if = "is_false")]
    pub strict: bool,
    /// It may begin so much later; without a bound if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<Length>,
}

/// Which days have a template. What is given must hold, all of it; in a list one is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayOf {
    /// Name of the template.
    pub template: String,
    /// Days of the week.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<WeekdayName>,
    /// From this day on; with `until` before it, over the turn of the year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Day>,
    /// Until this day, and on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// Days by name or by rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Holiday>,
    /// Seasons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seasons: Vec<Season>,
    /// Months, from 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub months: Vec<i8>,
}

/// A day by name (`good_friday`, `de-by`), or by a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Holiday {
    /// By name.
    Named(String),
    /// By a rule.
    Rule(DayRule),
}

/// Seasons as meteorologists have them in the north: winter is December to February.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Season {
    /// March to May.
    Spring,
    /// June to August.
    Summer,
    /// September to November.
    #[serde(alias = "fall")]
    Autumn,
    /// December to February.
    Winter,
}

/// A rule of breaks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Break {
    /// Its name.
    pub name: String,
    /// Where.
    pub at: BreakAt,
    /// Name of the source of its clips.
    pub source: String,
    /// In which order; shuffled if absent.
    #[serde(default = "shuffled", skip_serializing_if = "is_shuffled")]
    pub order: Order,
    /// So many clips.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// As many whole clips as fit into so long.
    #[serde(rename = "for", default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Length>,
    /// As many as it takes to the next such minute: 5, 10, 15, 20, 30 or 60.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pad: Option<u16>,
    /// Where in a programme; for `mid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
    /// Where it is; everywhere if absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub only: Only,
}

/// Where a break is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakAt {
    /// Before a programme.
    Pre,
    /// In it.
    Mid,
    /// After it.
    Post,
    /// In what is left before the next start or the next round minute, as long as whole clips fit.
    #[default]
    Tail,
    /// In what nothing else fills: from the beginning again and again, and cut.
    Fallback,
}

/// Points of a programme at which it may be interrupted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Points {
    /// What is a point.
    pub by: PointsBy,
    /// Intervals: so long. Chapters and detected points: not sooner after the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Length>,
    /// None before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Length>,
    /// None in the last so much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Length>,
    /// So many at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<u32>,
    /// Where there are no chapters or detected points, intervals of `every` are taken.
    #[serde(default, skip_serializing_if = "is_false")]
    pub or_intervals: bool,
}

/// What is a point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PointsBy {
    /// The beginning of a chapter.
    #[default]
    Chapters,
    /// So often, wherever that is.
    Intervals,
    /// Where black and silence were found.
    Detected,
}

/// To what a break is tied. What is given must hold, all of it; in a list one is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Only {
    /// Programmes of these shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shows: Vec<String>,
    /// Programmes with one of these labels or genres.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Programmes of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<crate::library::Kind>,
    /// Programmes of at least this length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longer: Option<Length>,
    /// From this time of day on; with `until` before it, over midnight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<TimeOfDay>,
    /// Until this time of day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<TimeOfDay>,
}

/// What the guide says. What a step says goes before what its block says, and that before what the document says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// Title; `{show}`, `{title}`, `{season}`, `{episode}`, `{part}`, `{year}`, `{block}` and `{channel}` stand for what they name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Second line, in the same manner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtitle: Option<String>,
    /// Text, in the same manner; `{summary}` too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Nothing of it stands in the guide; what was before it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hide: Option<bool>,
    /// What becomes one entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merge: Option<Merge>,
    /// For whom it is, from this age on (years), whatever its item says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<u8>,
    /// What fills stands in the guide with this title. Else it belongs to the programme before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filler: Option<String>,
}

/// What becomes one entry of the guide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Merge {
    /// Each programme is one.
    #[default]
    No,
    /// Programmes of one show that follow one another.
    Show,
    /// All of a block.
    Block,
    /// Parts of a story.
    Parts,
}

impl Guide {
    /// Nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// This, and what `outer` says of what this does not.
    pub fn within(&self, outer: &Self) -> Self {
        Self {
            title: self.title.clone().or_else(|| outer.title.clone()),
            subtitle: self.subtitle.clone().or_else(|| outer.subtitle.clone()),
            description: self.description.clone().or_else(|| outer.description.clone()),
            hide: self.hide.or(outer.hide),
            merge: self.merge.or(outer.merge),
            age: self.age.or(outer.age),
            filler: self.filler.clone().or_else(|| outer.filler.clone()),
        }
    }
}

fn yes() -> bool {
    true
}

fn shuffled() -> Order {
    Order { kind: OrderKind::Shuffle, ..Order::default() }
}

fn is_shuffled(order: &Order) -> bool {
    *order == shuffled()
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde wants it
fn is_true(value: &bool) -> bool {
    *value
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde wants it
fn is_false(value: &bool) -> bool {
    !*value
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
