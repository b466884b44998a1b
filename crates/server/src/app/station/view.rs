//! Channels of one's own as people see them. Times are RFC 3339 in UTC.

use jiff::Timestamp;
use serde::Serialize;
use telecast_core::library::HZ;
use telecast_core::schedule::document::BreakAt;
use telecast_core::schedule::{
    Change, Document, Fault, Note, NoteKind, Role, Slot, TICKS_PER_MS, Timeline, What, diff,
};
use telecast_store::Aired;
use utoipa::ToSchema;

use super::channel::Channel;
use super::channel::live::{self, Others};
use super::stock::Stock;
use crate::app::prepare::{Board, State};

/// Changes that are listed of a preview.
const CHANGES: usize = 200;
/// Notes that are listed.
const NOTES: usize = 100;

/// How a channel fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StationState {
    /// Something prepared is on.
    OnAir,
    /// What is to be on is being prepared.
    Preparing,
    /// Its sources hold nothing that can be aired.
    Empty,
    /// Its document cannot be planned by.
    Faulty,
}

/// A channel of one's own.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StationView {
    /// Id.
    pub id: String,
    /// Id among all channels.
    pub channel_id: String,
    /// Name.
    pub name: String,
    /// Number that the host wants.
    pub number: Option<u32>,
    /// Counts changes of its document; a change names the one that it has seen.
    pub revision: i64,
    /// How it fares.
    pub state: StationState,
    /// What is on.
    pub now: Option<SlotView>,
    /// The next programme.
    pub next: Option<SlotView>,
    /// What is on is fixed up to here.
    pub firm_until: Option<String>,
    /// It is planned up to here.
    pub planned_until: Option<String>,
    /// How the preparation of the next hours fares.
    pub preparation: PreparationView,
    /// What happened in planning the next three days.
    pub notes: Vec<NoteView>,
}

/// How the preparation of the next hours fares, in slots.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct PreparationView {
    /// Not begun.
    pub waiting: usize,
    /// Being prepared.
    pub running: usize,
    /// Cannot be prepared.
    pub failed: usize,
    /// Prepared.
    pub ready: usize,
    /// Minutes until something is on that is not prepared yet; none: everything of the next hours is.
    pub minutes_until_unready: Option<i64>,
}

/// The same and its document.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StationDetail {
    /// How it fares.
    #[serde(flatten)]
    pub station: StationView,
    /// What it is meant to play: see the guide of own channels.
    #[schema(value_type = Object)]
    pub document: serde_json::Value,
    /// What is wrong with it.
    pub faults: Vec<FaultView>,
}

/// What is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FaultView {
    /// What it is, for machines: `unreadable`, `too_large`, `version`, `too_many`, `empty`, `missing`, `out_of_range`, `unknown_name`, `one_of`, `contradiction`,
    /// `duplicate`, `circular`, `no_end`, `no_items` or `day`.
    pub code: String,
    /// Place in the document: `blocks.morning.play[0].order`.
    pub place: String,
    /// What it is and what to do.
    pub message: String,
}

impl From<&Fault> for FaultView {
    fn from(fault: &Fault) -> Self {
        let code = serde_json::to_value(fault.code).ok();
        let code = code.and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_default();
        Self { code, place: fault.place.clone(), message: fault.message.clone() }
    }
}

/// Why a slot stands where it stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WhyView {
    /// Name of the day's template.
    pub template: String,
    /// Time of day at which its block begins.
    pub at: String,
    /// Name of the block.
    pub block: String,
    /// Number of the step in it, from 0.
    pub step: u16,
    /// Name of the source.
    pub source: String,
    /// Name of the break; empty: it is a programme.
    pub rule: String,
    /// Name of the channel that is on in it as it is.
    pub channel: Option<String>,
}

/// One thing on air.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SlotView {
    /// From.
    pub start: String,
    /// Until.
    pub end: String,
    /// `item`, `live`, `channel`, `still` or `slate`.
    pub kind: &'static str,
    /// `programme`, `pre`, `mid`, `post`, `tail`, `fallback` or `slate`.
    pub role: &'static str,
    /// What it is called.
    pub title: String,
    /// The episode.
    pub subtitle: Option<String>,
    /// The item of the library.
    pub item_id: Option<u64>,
    /// From where in the item (milliseconds).
    pub offset_ms: i64,
    /// It ends before what it shows has ended.
    pub cut: bool,
    /// Slots of one programme have the same number.
    pub entry: u32,
    /// It is fixed.
    pub firm: bool,
    /// `ready`, `running`, `waiting`, `failed` or `none`: there is nothing to be prepared.
    pub preparation: &'static str,
    /// How far its preparation is, 0 to 1.
    pub progress: Option<f64>,
    /// Why it cannot be prepared, or what that waits for.
    pub failure: Option<String>,
    /// Why it is there.
    pub why: WhyView,
}

/// Something that happened in planning.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NoteView {
    /// When.
    pub at: String,
    /// `cursor_gone`, `too_long`, `did_not_fit`, `cut`, `late`, `missed`, `nothing` or `no_room`.
    pub kind: &'static str,
    /// Name of the block.
    pub block: String,
    /// Name of the source, the group or the break.
    pub source: String,
    /// The item that it is about.
    pub item: Option<String>,
    /// What came instead of it.
    pub instead: Option<String>,
    /// How much (milliseconds).
    pub length_ms: i64,
}

/// A stretch of a timeline.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TimelineView {
    /// From.
    pub from: String,
    /// Until.
    pub to: String,
    /// What is on, by time.
    pub slots: Vec<SlotView>,
    /// What happened in planning it.
    pub notes: Vec<NoteView>,
}

/// A change between two timelines.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TimelineChange {
    /// `came`, `went` or `moved`.
    pub kind: &'static str,
    /// What it is called.
    pub title: String,
    /// When it begins now.
    pub start: Option<String>,
    /// When it began before.
    pub was: Option<String>,
}

/// How two timelines differ.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct DiffView {
    /// What was not there.
    pub came: usize,
    /// What is not there any more.
    pub went: usize,
    /// What begins at another time.
    pub moved: usize,
    /// The first time at which anything is another.
    pub first: Option<String>,
    /// The first changes.
    pub items: Vec<TimelineChange>,
}

/// What would be on by another document.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PreviewView {
    /// What would be on; nothing where the document has faults.
    #[serde(flatten)]
    pub timeline: TimelineView,
    /// How that differs from what is planned.
    pub diff: DiffView,
    /// What is wrong with the document.
    pub faults: Vec<FaultView>,
}

impl PreviewView {
    /// Of a document that has faults.
    pub fn faulty(faults: Vec<FaultView>, now_ms: i64) -> Self {
        let now = || time(now_ms);
        let timeline = TimelineView { from: now(), to: now(), slots: Vec::new(), notes: Vec::new() };
        Self { timeline, diff: DiffView::default(), faults }
    }
}

/// Something that was on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AiredView {
    /// From.
    pub start: String,
    /// How long (milliseconds).
    pub length_ms: i64,
    /// What it is called.
    pub title: String,
    /// The item of the library.
    pub item_id: Option<u64>,
    /// `programme`, `break` or `slate`.
    pub kind: String,
    /// Why it was not what was planned: `off`, `chunks`, `late`, `cut`, `still`, `nothing`, `live_no_channel`, `live_no_tuner`, `live_no_picture`; `live`: another channel, as planned; empty: it was.
    pub note: String,
}

impl AiredView {
    /// As it stands in the log.
    pub fn of(aired: &Aired) -> Self {
        Self {
            start: time(aired.start_ms),
            length_ms: aired.length_ms,
            title: aired.title.clone(),
            item_id: aired.item.map(i64::unsigned_abs),
            kind: aired.kind.clone(),
            note: aired.note.clone(),
        }
    }
}

/// A moment as it is written.
fn time(ms: i64) -> String {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

fn at(ticks: i64) -> String {
    time(ticks / TICKS_PER_MS)
}

/// A channel's name; that of a document that cannot be read is sought in its words.
pub(super) fn name(channel: &Channel) -> String {
    if let Ok(document) = &channel.document {
        return document.name.clone();
    }
    let told: Option<serde_json::Value> = serde_json::from_str(&channel.station.document).ok();
    let name = told.as_ref().and_then(|told| told.get("name")).and_then(|name| name.as_str());
    name.unwrap_or(&channel.station.id).to_owned()
}

pub(super) fn station(channel: &Channel, stock: &Stock, board: &Board, now: i64) -> StationView {
    let timeline = &channel.timeline;
    let firm = channel.firm.len();
    let view = |number: usize| {
        let state = channel.state_of(number, stock, board);
        let mut view = slot(timeline, number, firm, stock, state.as_ref());
        name_live(&mut view, &channel.others);
        view
    };
    let on = timeline.slot_at(now);
    let entry = on.and_then(|on| timeline.slots.get(on)).map(|slot| slot.entry);
    let is_next = |slot: &Slot| slot.start > now && slot.role == Role::Programme && Some(slot.entry) != entry;
    let next = timeline.slots.iter().position(is_next);
    let three_days = now + 3 * 86_400_000 * TICKS_PER_MS;
    StationView {
        id: channel.station.id.clone(),
        channel_id: format!("own-{}", channel.station.id),
        name: name(channel),
        number: channel.station.number,
        revision: channel.station.revision,
        state: state(channel, on),
        now: on.map(view),
        next: next.map(view),
        firm_until: firm.checked_sub(1).and_then(|last| timeline.slots.get(last)).map(|slot| at(slot.end())),
        planned_until: timeline.slots.last().map(|slot| at(slot.end())),
        preparation: preparation(channel, stock, board, now),
        notes: notes(timeline, (now, three_days), stock),
    }
}

fn state(channel: &Channel, on: Option<usize>) -> StationState {
    let is_on = on
        .and_then(|on| channel.firm.get(on))
        .is_some_and(|firm| !firm.pieces.is_empty() || firm.live.is_some());
    if is_on {
        StationState::OnAir
    } else if channel.document.is_err() {
        StationState::Faulty
    } else if channel.timeline.slots.iter().all(|slot| slot.what == What::Slate) {
        StationState::Empty
    } else {
        StationState::Preparing
    }
}

fn preparation(channel: &Channel, stock: &Stock, board: &Board, now: i64) -> PreparationView {
    let mut view = PreparationView::default();
    for (number, slot) in channel.timeline.slots.iter().enumerate() {
        if slot.end() <= now || !matches!(slot.what, What::Item { .. } | What::Still(_)) {
            continue;
        }
        if slot.start >= now + super::channel::FIRM {
            break;
        }
        let is_ready = number < channel.firm.len();
        match channel.state_of(number, stock, board) {
            _ if is_ready => view.ready += 1,
            Some(State::Ready(_)) => view.ready += 1,
            Some(State::Running(..)) => view.running += 1,
            Some(State::Failed { .. }) => view.failed += 1,
            Some(State::Waiting(_)) | None => view.waiting += 1,
        }
        let unready = !is_ready && !matches!(channel.state_of(number, stock, board), Some(State::Ready(_)));
        if unready && view.minutes_until_unready.is_none() {
            view.minutes_until_unready = Some((slot.start - now).max(0) / HZ / 60);
        }
    }
    view
}

pub(super) fn detail(channel: &Channel, station: StationView) -> StationDetail {
    let faults = channel.document.as_ref().err().map(|faults| faults.iter().map(FaultView::from).collect());
    StationDetail {
        station,
        document: serde_json::from_str(&channel.station.document).unwrap_or_default(),
        faults: faults.unwrap_or_default(),
    }
}

pub(super) fn timeline(
    timeline: &Timeline,
    firm: usize,
    (from_ms, to_ms): (i64, i64),
    (stock, others): (&Stock, &Others),
    state: &dyn Fn(usize) -> Option<State>,
) -> TimelineView {
    let (from, to) = (from_ms * TICKS_PER_MS, to_ms * TICKS_PER_MS);
    let first = timeline.slots.partition_point(|slot| slot.end() <= from);
    let last = timeline.slots.partition_point(|slot| slot.start < to);
    let slots = (first..last).map(|number| {
        let mut view = slot(timeline, number, firm, stock, state(number).as_ref());
        name_live(&mut view, others);
        view
    });
    TimelineView {
        from: time(from_ms),
        to: time(to_ms),
        slots: slots.collect(),
        notes: notes(timeline, (from, to), stock),
    }
}

pub(super) fn preview(
    channel: &Channel,
    next: &Timeline,
    window_ms: (i64, i64),
    stock: &Stock,
) -> PreviewView {
    let until = window_ms.1 * TICKS_PER_MS;
    let before = &channel.timeline;
    let of = |timeline: &Timeline, number: u32| timeline.slots.get(number as usize).copied();
    let mut view = DiffView::default();
    for change in diff(before, next, window_ms.0 * TICKS_PER_MS) {
        let (kind, was, now) = match change {
            Change::Came { after } => ("came", None, of(next, after)),
            Change::Went { before: old } => ("went", of(before, old), None),
            Change::Moved { before: old, after, .. } => ("moved", of(before, old), of(next, after)),
        };
        let Some(shown) = now.or(was).filter(|shown| shown.start < until) else { continue };
        match kind {
            "came" => view.came += 1,
            "went" => view.went += 1,
            _ => view.moved += 1,
        }
        view.first.get_or_insert_with(|| at(shown.start.min(was.map_or(i64::MAX, |was| was.start))));
        if view.items.len() < CHANGES {
            let names = if now.is_some() { next } else { before };
            let (title, _) = titles(names, &shown, stock);
            let (start, was) = (now.map(|now| at(now.start)), was.map(|was| at(was.start)));
            view.items.push(TimelineChange { kind, title, start, was });
        }
    }
    let timeline = timeline(next, channel.firm.len(), window_ms, (stock, &channel.others), &|_| None);
    PreviewView { timeline, diff: view, faults: Vec::new() }
}

fn titles(timeline: &Timeline, slot: &Slot, stock: &Stock) -> (String, Option<String>) {
    let name = |number: u32| timeline.names.get(number as usize).map(ToString::to_string).unwrap_or_default();
    match slot.what {
        What::Item { item, .. } => match stock.library.get(item) {
            Some(item) => match &item.show {
                Some(show) if !item.title.is_empty() => (show.to_string(), Some(item.title.to_string())),
                Some(show) => (show.to_string(), None),
                None => (item.title.to_string(), None),
            },
            None => (String::new(), None),
        },
        What::Live(number) | What::Channel(number) | What::Still(number) => (name(number), None),
        What::Slate => (String::new(), None),
    }
}

fn slot(timeline: &Timeline, number: usize, firm: usize, stock: &Stock, state: Option<&State>) -> SlotView {
    let slot = &timeline.slots[number];
    let (title, subtitle) = titles(timeline, slot, stock);
    let (kind, item_id, offset) = match slot.what {
        What::Item { item, offset } => ("item", Some(item.0), offset),
        What::Live(_) => ("live", None, 0),
        What::Channel(_) => ("channel", None, 0),
        What::Still(_) => ("still", None, 0),
        What::Slate => ("slate", None, 0),
    };
    let role = match slot.role {
        Role::Programme => "programme",
        Role::Break(BreakAt::Pre) => "pre",
        Role::Break(BreakAt::Mid) => "mid",
        Role::Break(BreakAt::Post) => "post",
        Role::Break(BreakAt::Tail) => "tail",
        Role::Break(BreakAt::Fallback) => "fallback",
        Role::Slate => "slate",
    };
    let (preparation, progress, failure) = match state {
        _ if !matches!(slot.what, What::Item { .. } | What::Still(_)) => ("none", None, None),
        Some(State::Failed { why, .. }) if item_id.is_none() => ("failed", None, Some(why.clone())),
        _ if number < firm => ("ready", None, None),
        Some(State::Ready(_)) => ("ready", None, None),
        Some(State::Running(done, of)) => {
            let of = if *of > 0 { *of } else { slot.length };
            ("running", Some((*done as f64 / of.max(1) as f64).clamp(0.0, 1.0)), None)
        }
        Some(State::Failed { why, .. }) => ("failed", None, Some(why.clone())),
        Some(State::Waiting(why)) => ("waiting", None, why.clone()),
        None => ("waiting", None, None),
    };
    let why = timeline.reasons.get(slot.reason as usize).map(|reason| WhyView {
        template: reason.template.to_string(),
        at: format!("{:02}:{:02}:{:02}", reason.at_s / 3600, reason.at_s / 60 % 60, reason.at_s % 60),
        block: reason.block.to_string(),
        step: reason.step,
        source: reason.source.to_string(),
        rule: reason.rule.to_string(),
        channel: None,
    });
    let nothing = || WhyView {
        template: String::new(),
        at: String::new(),
        block: String::new(),
        step: 0,
        source: String::new(),
        rule: String::new(),
        channel: None,
    };
    SlotView {
        start: at(slot.start),
        end: at(slot.end()),
        kind,
        role,
        title,
        subtitle,
        item_id,
        offset_ms: offset / TICKS_PER_MS,
        cut: slot.cut,
        entry: slot.entry,
        firm: number < firm,
        preparation,
        progress,
        failure,
        why: why.unwrap_or_else(nothing),
    }
}

/// What is called by its id so far is called by its name, if it is another channel.
fn name_live(view: &mut SlotView, others: &Others) {
    let is_own = view.kind == "channel";
    if is_own || view.kind == "live" {
        view.title = others.name(&live::id(is_own, &view.title));
        view.why.channel = Some(view.title.clone());
    }
}

fn notes(timeline: &Timeline, (from, to): (i64, i64), stock: &Stock) -> Vec<NoteView> {
    let within = timeline.notes.iter().filter(|note| (from..to).contains(&note.at));
    within.take(NOTES).map(|note| of_note(note, stock)).collect()
}

fn of_note(note: &Note, stock: &Stock) -> NoteView {
    let title = |item: telecast_core::library::ItemId| (item.0 != 0).then(|| stock.title(item));
    NoteView {
        at: at(note.at),
        kind: match note.kind {
            NoteKind::CursorGone => "cursor_gone",
            NoteKind::TooLong => "too_long",
            NoteKind::DidNotFit => "did_not_fit",
            NoteKind::Cut => "cut",
            NoteKind::Late => "late",
            NoteKind::Missed => "missed",
            NoteKind::Nothing => "nothing",
            NoteKind::NoRoom => "no_room",
        },
        block: note.block.to_string(),
        source: note.source.to_string(),
        item: title(note.item),
        instead: title(note.instead),
        length_ms: note.ticks / TICKS_PER_MS,
    }
}

/// A document that can be planned by, or what is wrong with it.
///
/// # Errors
/// All that is wrong.
pub fn read(document: &serde_json::Value) -> Result<Document, Vec<FaultView>> {
    Document::parse(&document.to_string()).map_err(|faults| faults.iter().map(FaultView::from).collect())
}
