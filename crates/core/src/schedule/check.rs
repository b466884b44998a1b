//! Reading a document, and what is wrong with one: each fault with its place and with what to do.
//!
//! [`Document::parse`] refuses what cannot be understood or contradicts itself so that nothing could be planned by it. What can be planned and is
//! still not what anybody wants is for [`lint`](super::lint).

use super::document::{
    Break, BreakAt, Document, Guide, Holiday, Order, OrderKind, Points, PointsBy, Source, Step, VERSION,
};
use super::fault::{Fault, FaultCode};
use super::holiday;
use super::values::Length;

/// Bytes of a document: a thousand shows are some 100 KB.
pub(super) const DOCUMENT_BYTES: usize = 1 << 20;
/// Sources, blocks, templates, rules of the calendar, breaks: of each so many.
pub(super) const ENTRIES: usize = 2_000;
/// Steps of a block, starts of a template.
pub(super) const STEPS: usize = 500;
/// Weights lie between these, as the channel server has them.
pub(super) const WEIGHTS: std::ops::RangeInclusive<f64> = 0.1..=5.0;
/// Minutes to which may be filled up.
pub(super) const PADS: [u16; 6] = [5, 10, 15, 20, 30, 60];
/// A channel goes on for so much longer at most.
const OVERRUN: Length = Length::minutes(6 * 60);
/// Programmes of a step, clips of a break.
const COUNT: u32 = 1_000;
/// Characters of a text.
const TEXT: usize = 4_000;
/// Faults that are told at once.
const FAULTS: usize = 50;

impl Document {
    /// Reads and checks a document.
    pub fn parse(json: &str) -> Result<Self, Vec<Fault>> {
        if json.len() > DOCUMENT_BYTES {
            let message =
                "the document is larger than 1 MiB; use collections instead of long lists".to_owned();
            return Err(vec![Fault { code: FaultCode::TooLarge, place: String::new(), message }]);
        }
        let mut reader = serde_json::Deserializer::from_str(json);
        let document: Self = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let place = error.path().to_string();
            vec![Fault {
                code: FaultCode::Unreadable,
                place: if matches!(place.as_str(), "." | "?") { String::new() } else { place },
                message: error.inner().to_string(),
            }]
        })?;
        reader.end().map_err(|error| {
            let (code, place) = (FaultCode::Unreadable, String::new());
            vec![Fault { code, place, message: error.to_string() }]
        })?;
        let faults = document.faults();
        if faults.is_empty() { Ok(document) } else { Err(faults) }
    }

    /// All that is wrong with it; empty: it can be planned by.
    pub fn faults(&self) -> Vec<Fault> {
        let mut found = Found { document: self, faults: Vec::new() };
        found.whole();
        found.faults.truncate(FAULTS);
        found.faults
    }
}

struct Found<'a> {
    document: &'a Document,
    faults: Vec<Fault>,
}

impl Found<'_> {
    fn say(&mut self, code: FaultCode, place: impl Into<String>, message: impl Into<String>) {
        self.faults.push(Fault { code, place: place.into(), message: message.into() });
    }

    fn whole(&mut self) {
        let document = self.document;
        if document.version != VERSION {
            self.say(
                FaultCode::Version,
                "version",
                format!("version {} is not known here; this program reads {VERSION}", document.version),
            );
        }
        if document.name.trim().is_empty() || document.name.chars().count() > 200 {
            self.say(FaultCode::Empty, "name", "give the channel a name of up to 200 characters");
        }
        let counts = [
            ("sources", document.sources.len()),
            ("blocks", document.blocks.len()),
            ("templates", document.templates.len()),
            ("calendar", document.calendar.len()),
            ("breaks", document.breaks.len()),
        ];
        for (place, count) in counts {
            if count > ENTRIES {
                self.say(FaultCode::TooMany, place, format!("{count} entries; {ENTRIES} are read"));
            }
        }
        match &document.simple {
            Some(_) => self.simple(),
            None => self.full(),
        }
        for (name, source) in &document.sources {
            self.source(&format!("sources.{name}"), source);
            if reaches(document, name, name, ENTRIES) {
                self.say(
                    FaultCode::Circular,
                    format!("sources.{name}.any"),
                    "it names itself, by way of others; take it out of the list",
                );
            }
        }
        for (at, rule) in document.breaks.iter().enumerate() {
            self.rule(at, rule);
        }
        self.guide("guide", &document.guide);
    }

    fn simple(&mut self) {
        let Some(simple) = &self.document.simple else { return };
        let document = self.document;
        if !(document.blocks.is_empty() && document.templates.is_empty() && document.calendar.is_empty()) {
            self.say(
                FaultCode::Contradiction,
                "simple",
                "a simple channel has no blocks, templates or calendar; take 'simple' or those out",
            );
        }
        if !simple.shows.iter().any(|show| show.include) {
            self.say(FaultCode::Empty, "simple.shows", "no show is included; choose at least one");
        }
        if simple.shows.len() > ENTRIES {
            self.say(
                FaultCode::TooMany,
                "simple.shows",
                format!("{} shows; {ENTRIES} are read", simple.shows.len()),
            );
        }
        for (at, show) in simple.shows.iter().enumerate() {
            let place = format!("simple.shows[{at}]");
            self.source(&place, &show.source);
            if let Some(weight) = show.weight {
                self.weight(&format!("{place}.weight"), weight);
            }
        }
        self.pad("simple.pad", simple.pad);
    }

    fn full(&mut self) {
        let document = self.document;
        if document.blocks.is_empty() {
            self.say(FaultCode::Empty, "blocks", "there is nothing to play; add a block, or use 'simple'");
        }
        if document.calendar.is_empty() {
            self.say(
                FaultCode::Empty,
                "calendar",
                "no day has a template; add {\"template\": …} for all days",
            );
        }
        for (name, block) in &document.blocks {
            let place = format!("blocks.{name}");
            if block.play.is_empty() || block.play.len() > STEPS {
                self.say(
                    if block.play.is_empty() { FaultCode::Empty } else { FaultCode::TooMany },
                    format!("{place}.play"),
                    format!("a block plays 1 to {STEPS} things"),
                );
            }
            for (at, step) in block.play.iter().enumerate() {
                self.step(&format!("{place}.play[{at}]"), step);
            }
            self.break_names(&format!("{place}.breaks"), block.breaks.as_deref());
            self.guide(&format!("{place}.guide"), &block.guide);
        }
        for (name, starts) in &document.templates {
            let place = format!("templates.{name}");
            if starts.is_empty() || starts.len() > STEPS {
                self.say(
                    if starts.is_empty() { FaultCode::Empty } else { FaultCode::TooMany },
                    &place,
                    format!("a template has 1 to {STEPS} starts"),
                );
            }
            for (at, start) in starts.iter().enumerate() {
                let place = format!("{place}[{at}]");
                if !document.blocks.contains_key(&start.block) {
                    self.say(
                        FaultCode::UnknownName,
                        format!("{place}.block"),
                        missing("block", &start.block, document.blocks.keys()),
                    );
                }
                if start.strict && start.late.is_some() {
                    self.say(
                        FaultCode::Contradiction,
                        format!("{place}.late"),
                        "a strict start is never late; take 'strict' or 'late' out",
                    );
                }
                if starts[..at].iter().any(|other| other.at == start.at) {
                    self.say(
                        FaultCode::Duplicate,
                        format!("{place}.at"),
                        format!("two blocks begin at {}; one of them must move", start.at),
                    );
                }
            }
        }
        self.calendar();
    }

    fn calendar(&mut self) {
        let document = self.document;
        for (at, rule) in document.calendar.iter().enumerate() {
            let place = format!("calendar[{at}]");
            if !document.templates.contains_key(&rule.template) {
                let message = missing("template", &rule.template, document.templates.keys());
                self.say(FaultCode::UnknownName, format!("{place}.template"), message);
            }
            if let (Some(from), Some(until)) = (rule.from, rule.until)
                && (from.year.is_some() != until.year.is_some() || (from.year.is_some() && from > until))
            {
                self.say(
                    FaultCode::Contradiction,
                    format!("{place}.until"),
                    "give the year of both days or of none, the earlier one first",
                );
            }
            if rule.months.iter().any(|month| !(1..=12).contains(month)) {
                self.say(FaultCode::OutOfRange, format!("{place}.months"), "months are 1 to 12");
            }
            for (at, day) in rule.holidays.iter().enumerate() {
                let place = format!("{place}.holidays[{at}]");
                match day {
                    Holiday::Named(name) if holiday::named(name).is_none() => {
                        let known = holiday::NAMED.iter().map(|(name, _)| *name);
                        let known = known.chain(holiday::SETS.iter().map(|(name, _)| *name));
                        self.say(FaultCode::UnknownName, place, missing("day", name, known));
                    }
                    Holiday::Rule(rule) => {
                        if let Some(fault) = rule.fault() {
                            self.say(FaultCode::Day, place, fault);
                        }
                    }
                    Holiday::Named(_) => {}
                }
            }
        }
    }

    fn source(&mut self, place: &str, source: &Source) {
        let given = [
            source.show.is_some(),
            source.item.is_some(),
            !source.items.is_empty(),
            source.collection.is_some(),
            source.query.is_some(),
            source.playlist.is_some(),
            source.tag.is_some(),
            source.kind.is_some(),
            source.still.is_some(),
            source.live.is_some(),
            source.channel.is_some(),
            !source.any.is_empty(),
        ];
        if given.into_iter().filter(|is| *is).count() != 1 {
            let one = "give exactly one of show, item, items, collection, query, playlist, tag, kind, still, live, channel, any";
            self.say(FaultCode::OneOf, place, one);
        }
        if let Some(still) = &source.still
            && (still.length < Length::seconds(1) || still.pictures.is_empty())
        {
            self.say(
                FaultCode::Missing,
                format!("{place}.still"),
                "a still needs a picture, and a length of a second at least",
            );
        }
        for (at, name) in source.any.iter().enumerate() {
            let place = format!("{place}.any[{at}]");
            match self.document.sources.get(name) {
                None => self.say(
                    FaultCode::UnknownName,
                    place,
                    missing("source", name, self.document.sources.keys()),
                ),
                Some(other) if !other.has_items() => {
                    self.say(
                        FaultCode::NoItems,
                        place,
                        format!("'{name}' has no items; play it in a step of its own"),
                    );
                }
                Some(_) => {}
            }
        }
    }

    fn step(&mut self, place: &str, step: &Step) {
        let amounts = [step.count.is_some(), step.all, step.duration.is_some(), step.until_next];
        if amounts.into_iter().filter(|is| *is).count() > 1 {
            self.say(FaultCode::OneOf, place, "give one of 'count', 'all', 'for' and 'until_next'");
        }
        if step.count.is_some_and(|count| count == 0 || count > COUNT) {
            self.say(FaultCode::OutOfRange, format!("{place}.count"), format!("1 to {COUNT}"));
        }
        if step.duration.is_some_and(|length| length < Length::minutes(1)) {
            self.say(FaultCode::OutOfRange, format!("{place}.for"), "a minute at least");
        }
        self.pad(&format!("{place}.pad"), step.pad);
        self.order(&format!("{place}.order"), &step.order);
        if step.overrun.is_some_and(|overrun| overrun < Length::minutes(1) || overrun > OVERRUN) {
            self.say(
                FaultCode::OutOfRange,
                format!("{place}.overrun"),
                "a minute at least, six hours at most",
            );
        }
        match self.document.sources.get(&step.source) {
            Some(source) if step.overrun.is_some() && !source.has_no_end() => {
                self.say(
                    FaultCode::Contradiction,
                    format!("{place}.overrun"),
                    "only 'live' and 'channel' can overrun; take it out",
                );
            }
            None => self.say(
                FaultCode::UnknownName,
                format!("{place}.source"),
                missing("source", &step.source, self.document.sources.keys()),
            ),
            Some(source) if source.has_no_end() && step.duration.is_none() && !step.until_next => {
                self.say(
                    FaultCode::NoEnd,
                    place,
                    "a channel has no end of its own; give 'for' or 'until_next'",
                );
            }
            Some(_) => {}
        }
        self.break_names(&format!("{place}.breaks"), step.breaks.as_deref());
        self.guide(&format!("{place}.guide"), &step.guide);
    }

    fn order(&mut self, place: &str, order: &Order) {
        for (name, weight) in &order.weights {
            self.weight(&format!("{place}.weights.{name}"), *weight);
        }
        let is_grouped = matches!(order.kind, OrderKind::Rotation | OrderKind::Marathon);
        if !is_grouped && (!order.modes.is_empty() || order.group_cooldown.is_some()) {
            self.say(
                FaultCode::Contradiction,
                place,
                "'modes' and 'group_cooldown' go with rotation and marathon",
            );
        }
        let throws = order.each == super::document::Mode::Random
            || order.modes.values().any(|mode| *mode == super::document::Mode::Random);
        if order.kind == OrderKind::Marathon && throws {
            self.say(
                FaultCode::Contradiction,
                place,
                "a marathon of random items never ends; use 'shuffle' for 'each'",
            );
        }
    }

    fn weight(&mut self, place: &str, weight: f64) {
        if !WEIGHTS.contains(&weight) {
            self.say(
                FaultCode::OutOfRange,
                place,
                format!("a weight is {} to {}", WEIGHTS.start(), WEIGHTS.end()),
            );
        }
    }

    fn pad(&mut self, place: &str, pad: Option<u16>) {
        if pad.is_some_and(|pad| !PADS.contains(&pad)) {
            self.say(FaultCode::OutOfRange, place, "fill up to 5, 10, 15, 20, 30 or 60 minutes");
        }
    }

    fn rule(&mut self, at: usize, rule: &Break) {
        let place = format!("breaks[{at}]");
        let document = self.document;
        if rule.name.is_empty() || document.breaks[..at].iter().any(|other| other.name == rule.name) {
            self.say(FaultCode::Duplicate, format!("{place}.name"), "each break has a name of its own");
        }
        match document.sources.get(&rule.source) {
            None => {
                self.say(
                    FaultCode::UnknownName,
                    format!("{place}.source"),
                    missing("source", &rule.source, document.sources.keys()),
                );
            }
            Some(source) if source.has_no_end() => {
                self.say(
                    FaultCode::NoEnd,
                    format!("{place}.source"),
                    "a channel has no end; breaks are made of items or stills",
                );
            }
            Some(_) => {}
        }
        let amounts = [rule.count.is_some(), rule.duration.is_some(), rule.pad.is_some()];
        let amounts = amounts.into_iter().filter(|is| *is).count();
        let fills = matches!(rule.at, BreakAt::Tail | BreakAt::Fallback);
        match (fills, amounts) {
            (true, 1..) => self.say(
                FaultCode::Contradiction,
                &place,
                "what fills goes on for as long as there is room; take 'count', 'for', 'pad' out",
            ),
            (false, 0 | 2..) => self.say(FaultCode::OneOf, &place, "give one of 'count', 'for' and 'pad'"),
            _ => {}
        }
        if rule.count.is_some_and(|count| count == 0 || count > COUNT) {
            self.say(FaultCode::OutOfRange, format!("{place}.count"), format!("1 to {COUNT}"));
        }
        match (&rule.points, rule.at) {
            (Some(points), BreakAt::Mid) => self.points(&format!("{place}.points"), points),
            (None, BreakAt::Mid) => self.say(
                FaultCode::Missing,
                format!("{place}.points"),
                "say where: {\"by\": \"chapters\"}, \"intervals\" or \"detected\"",
            ),
            (Some(_), _) => self.say(
                FaultCode::Contradiction,
                format!("{place}.points"),
                "points are for breaks with \"at\": \"mid\"",
            ),
            (None, _) => {}
        }
        self.pad(&format!("{place}.pad"), rule.pad);
        self.order(&format!("{place}.order"), &rule.order);
    }

    fn points(&mut self, place: &str, points: &Points) {
        let needs = points.by == PointsBy::Intervals || points.or_intervals;
        if needs && points.every.is_none() {
            self.say(FaultCode::Missing, format!("{place}.every"), "say how often");
        }
        if points.every.is_some_and(|every| every < Length::minutes(1)) {
            self.say(FaultCode::OutOfRange, format!("{place}.every"), "a minute at least");
        }
    }

    fn break_names(&mut self, place: &str, names: Option<&[String]>) {
        let document = self.document;
        for (at, name) in names.unwrap_or_default().iter().enumerate() {
            if !document.breaks.iter().any(|rule| rule.name == *name) {
                let known = document.breaks.iter().map(|rule| &rule.name);
                self.say(FaultCode::UnknownName, format!("{place}[{at}]"), missing("break", name, known));
            }
        }
    }

    fn guide(&mut self, place: &str, guide: &Guide) {
        let texts = [
            ("title", &guide.title),
            ("subtitle", &guide.subtitle),
            ("description", &guide.description),
            ("filler", &guide.filler),
        ];
        for (field, text) in texts {
            let Some(text) = text else { continue };
            if text.chars().count() > TEXT {
                self.say(
                    FaultCode::OutOfRange,
                    format!("{place}.{field}"),
                    format!("longer than {TEXT} characters"),
                );
            }
            if let Some(name) = super::guide::unknown_name(text) {
                let known = super::guide::NAMES.join(", ");
                self.say(
                    FaultCode::UnknownName,
                    format!("{place}.{field}"),
                    format!("'{{{name}}}' stands for nothing; known are {known}"),
                );
            }
        }
        if guide.age.is_some_and(|age| age > 21) {
            self.say(FaultCode::OutOfRange, format!("{place}.age"), "an age is 0 to 21");
        }
    }
}

impl Source {
    /// It is on for as long as one lets it.
    pub fn has_no_end(&self) -> bool {
        self.live.is_some() || self.channel.is_some()
    }

    /// It holds items of the library.
    pub fn has_items(&self) -> bool {
        !self.has_no_end() && self.still.is_none()
    }
}

/// Whether `name` leads to `to` by its lists, within so many steps.
fn reaches(document: &Document, name: &str, to: &str, budget: usize) -> bool {
    let (mut open, mut seen) = (vec![name], std::collections::BTreeSet::new());
    for _ in 0..budget {
        let Some(name) = open.pop() else { return false };
        for other in document.sources.get(name).map_or(&[][..], |source| &source.any) {
            if other == to {
                return true;
            }
            if seen.insert(other.as_str()) {
                open.push(other);
            }
        }
    }
    false
}

/// There is no such thing, but perhaps one that is called much the same.
fn missing<S: AsRef<str>>(what: &str, name: &str, known: impl Iterator<Item = S>) -> String {
    let known: Vec<S> = known.collect();
    let near = known.iter().map(AsRef::as_ref).min_by_key(|other| distance(name, other));
    match near {
        Some(near) if distance(name, near) <= 1 + name.chars().count() / 3 => {
            format!("there is no {what} '{name}'; did you mean '{near}'?")
        }
        _ => format!("there is no {what} '{name}'; add it, or name one that there is"),
    }
}

/// Letters to change, add or take out (Levenshtein), of the first 64.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(64).enumerate() {
        let mut before = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let change = before + usize::from(x != *y);
            before = row[j + 1];
            row[j + 1] = change.min(before + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
