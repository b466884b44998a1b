//! `telecast simulate`: channels of one's own, run ahead from a library in a file, and what they come to: shares, repeats, lateness, gaps, and what is odd.

use super::{Failure, say};
use crate::adapters::clock::Clock;
use jiff::tz::TimeZone;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use telecast_core::library::{Item, Library};
use telecast_core::schedule::{
    Catalogue, Document, History, Length, Lint, Plan, Standing, Statistics, TICKS_PER_MS, build, lint,
    replan, simulate,
};

/// The longest run: ten years say no more than one.
const DAYS: u32 = 3_660;
/// Documents at once.
const DOCUMENTS: usize = 1_000;
/// Channels that are run ahead at once.
const WORKERS: usize = 16;
/// Bytes of a library: a million items are some 600 MB.
const LIBRARY_BYTES: u64 = 1 << 30;
/// Ticks in a day of 24 hours.
const DAY: i64 = 86_400_000 * TICKS_PER_MS;

/// Runs channels of one's own ahead and says what they come to.
#[derive(clap::Args)]
pub(super) struct Simulate {
    /// Say it as JSON.
    #[arg(long)]
    json: bool,
    /// Days.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=i64::from(DAYS)))]
    days: u32,
    /// Seed of what is left to chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The first day, as `2026-01-01`; today if absent.
    #[arg(long)]
    from: Option<jiff::civil::Date>,
    /// Time zone, as `Europe/Berlin`; the machine's if absent.
    #[arg(long)]
    zone: Option<String>,
    /// The library: a JSON list of items.
    #[arg(long)]
    library: PathBuf,
    /// Documents of channels.
    #[arg(required = true, num_args = 1..=DOCUMENTS)]
    documents: Vec<PathBuf>,
}

/// What a channel came to.
#[derive(serde::Serialize)]
struct Told {
    name: String,
    file: String,
    statistics: Statistics,
    lints: Vec<Lint>,
}

/// What it took, in milliseconds.
#[derive(Default, serde::Serialize)]
#[allow(clippy::struct_field_names)] // units stand in names
struct Cost {
    /// Reading the library and looking it up.
    library_ms: f64,
    /// All channels, all days, documents made ready included.
    plan_ms: f64,
    /// A day of one channel planned anew, document made ready included; the slowest.
    replan_ms: f64,
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

impl Simulate {
    pub(super) fn run(self) -> Result<(), Failure> {
        let clock = Clock::start();
        let zone = match &self.zone {
            Some(name) => {
                TimeZone::get(name).map_err(|error| Failure::usage(format!("--zone {name}: {error}")))?
            }
            None => TimeZone::system(),
        };
        let today = || jiff::Timestamp::from_millisecond(clock.wall_ms()).unwrap_or_default();
        let from = self.from.unwrap_or_else(|| today().to_zoned(zone.clone()).date());
        let begin =
            from.to_zoned(zone.clone()).map_err(|error| Failure::usage(format!("--from {from}: {error}")))?;
        let begin = begin.timestamp().as_millisecond() * TICKS_PER_MS;
        let before = clock.uptime();
        let catalogue = Arc::new(Catalogue::new(Arc::new(library(&self.library)?)));
        let mut cost =
            Cost { library_ms: milliseconds(clock.uptime().saturating_sub(before)), ..Cost::default() };
        let mut channels = Vec::new();
        for (number, file) in self.documents.iter().enumerate() {
            channels.push(Channel {
                file,
                document: document(file)?,
                seed: self.seed.wrapping_add(number as u64),
            });
        }
        let until = begin.saturating_add(i64::from(self.days) * DAY);
        let before = clock.uptime();
        let found = ahead(&channels, &catalogue, &zone, begin, until);
        cost.plan_ms = milliseconds(clock.uptime().saturating_sub(before));
        let mut told = Vec::new();
        for (channel, statistics) in channels.into_iter().zip(found) {
            cost.replan_ms = cost.replan_ms.max(channel.replanned(&catalogue, &zone, begin, &clock));
            let lints = lint(&channel.plan(&catalogue, &zone), from, Some(&statistics));
            let file = channel.file.display().to_string();
            told.push(Told { name: channel.document.name, file, statistics, lints });
        }
        if self.json {
            let whole =
                serde_json::json!({ "from": from, "days": self.days, "cost": cost, "channels": told });
            return say(&whole.to_string());
        }
        let texts: Vec<String> = told.iter().map(|told| written(told, &catalogue)).collect();
        say(texts.join("\n").trim_end())
    }
}

/// A channel that is run ahead.
struct Channel<'a> {
    file: &'a Path,
    document: Document,
    seed: u64,
}

impl Channel<'_> {
    fn plan(&self, catalogue: &Arc<Catalogue>, zone: &TimeZone) -> Plan {
        Plan::new(&self.document, catalogue.clone(), self.seed, zone.clone())
    }

    /// Milliseconds for planning a day anew from noon on, the document made ready included.
    fn replanned(&self, catalogue: &Arc<Catalogue>, zone: &TimeZone, begin: i64, clock: &Clock) -> f64 {
        let noon = begin + DAY / 2;
        let old = build(&self.plan(catalogue, zone), &Standing::new(begin), &History::default(), noon);
        let before = clock.uptime();
        let plan = self.plan(catalogue, zone);
        let anew = replan(&plan, &old, &History::default(), old.slots.len(), noon + DAY);
        let took = milliseconds(clock.uptime().saturating_sub(before));
        drop(anew);
        took
    }
}

/// All channels run ahead, as many at once as there are cores: none knows of another.
fn ahead(
    channels: &[Channel<'_>],
    catalogue: &Arc<Catalogue>,
    zone: &TimeZone,
    begin: i64,
    until: i64,
) -> Vec<Statistics> {
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(WORKERS);
    let one = |channel: &Channel<'_>| {
        simulate(&channel.plan(catalogue, zone), &Standing::new(begin), &History::default(), until)
    };
    let next = AtomicUsize::new(0);
    let mut found: Vec<(usize, Statistics)> = std::thread::scope(|scope| {
        let work = || {
            let mut found = Vec::new();
            while let Some((number, channel)) = Some(next.fetch_add(1, Ordering::Relaxed))
                .and_then(|number| Some((number, channels.get(number)?)))
            {
                found.push((number, one(channel)));
            }
            found
        };
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    });
    found.sort_by_key(|(number, _)| *number);
    found.into_iter().map(|(_, statistics)| statistics).collect()
}

fn library(file: &Path) -> Result<Library, Failure> {
    let cannot = |error: &dyn std::fmt::Display| Failure::cannot(format!("{}: {error}", file.display()));
    let opened = std::fs::File::open(file).map_err(|error| cannot(&error))?;
    let bytes = opened.metadata().map_err(|error| cannot(&error))?.len();
    if bytes > LIBRARY_BYTES {
        return Err(cannot(&"the library is larger than 1 GiB; take fewer items"));
    }
    let reader = std::io::BufReader::with_capacity(1 << 20, opened);
    let items: Vec<Arc<Item>> = serde_json::from_reader(reader).map_err(|error| cannot(&error))?;
    Ok(Library::new(items))
}

fn document(file: &Path) -> Result<Document, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::cannot(format!("{}: {error}", file.display())))?;
    Document::parse(&text).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Failure::usage(format!("{}: {}", file.display(), faults.join("\n          ")))
    })
}

/// For people: a channel's figures, one to a line.
fn written(told: &Told, catalogue: &Catalogue) -> String {
    let found = &told.statistics;
    let whole = (found.until - found.from).max(1);
    let percent = |ticks: i64| ticks as f64 * 100.0 / whole as f64;
    let title = |id: telecast_core::library::ItemId| {
        catalogue.library().get(id).map_or_else(|| id.to_string(), |item| format!("{} ({id})", item.title))
    };
    let mut text = format!("{} ({})\n", told.name, told.file);
    let _ = writeln!(
        text,
        "  programmes  {} in {}, {} different",
        found.programmes.airings,
        Length(found.programmes.ticks),
        found.items
    );
    for (name, ticks) in [
        ("breaks", found.break_ticks),
        ("filled", found.tail_ticks),
        ("fallback", found.fallback_ticks),
        ("nothing", found.slate_ticks),
    ] {
        let _ = writeln!(text, "  {name:<11} {} ({:.1} %)", Length(ticks), percent(ticks));
    }
    for (name, share) in &found.sources {
        let _ =
            writeln!(text, "  source      {name}: {} times, {:.1} %", share.airings, percent(share.ticks));
    }
    for (name, share) in &found.breaks {
        let _ = writeln!(text, "  break       {name}: {} clips, {}", share.airings, Length(share.ticks));
    }
    if let Some((apart, item)) = found.shortest_repeat {
        let _ = writeln!(
            text,
            "  repeats     {}, the soonest after {}: {}",
            found.repeats,
            Length(apart),
            title(item)
        );
    }
    let starts = &found.starts;
    let mean = Length(starts.late_ticks / (starts.late.max(1) as i64));
    let _ = writeln!(
        text,
        "  starts      {}, late {} (by {mean} in the mean, {} at most), missed {}",
        starts.all,
        starts.late,
        Length(starts.latest.max(0)),
        starts.missed
    );
    for lint in &told.lints {
        let code = serde_json::to_value(lint.code).ok().and_then(|code| code.as_str().map(str::to_owned));
        let item = if lint.item.0 == 0 { String::new() } else { format!(" {}", title(lint.item)) };
        let number = if lint.number == 0 { String::new() } else { format!(" ({})", lint.number) };
        let _ = writeln!(
            text,
            "  odd         {} {} {}{item}{number}",
            code.unwrap_or_default(),
            lint.place,
            lint.name
        );
    }
    text
}
