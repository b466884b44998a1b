//! `telecast import`: channels of another program become channels of one's own.
//!
//! - Of the small channel server: `channel_settings.json` in the folder that is named, or in `config` or `server/config` below it ([`import_channel`]). Nothing there is changed.
//! - A channel is known by its id there, so that a second run makes none again and changes none.
//! - Straight in the store, as accounts are. While a server runs it would not hear of it: then nothing is done.

use super::{Common, Failure, health, say};
use crate::adapters::clock::Clock;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use telecast_core::schedule::document::{Mode, SimpleOrder};
use telecast_core::schedule::{Document, Imported, Left, LeftKind, import_channel};
use telecast_core::secret;
use telecast_store::{Station, Store};

/// The file, and where below the folder it may lie.
const SETTINGS: &str = "channel_settings.json";
const PLACES: [&str; 3] = ["", "config", "server/config"];
/// What lies beside it and has no place here yet, and what it is.
const BESIDE: [(&str, &str); 2] = [
    (
        "sassy_messages.json",
        "cards with messages between programmes: make a break of clips or of a still instead",
    ),
    ("weather_bumpers.json", "the weather between programmes"),
];
/// Bytes of settings that are read.
const BYTES: u64 = 8 << 20;
/// Its tape begins so long before it is made (milliseconds): what is on at once has a place there.
const BEFORE_MS: i64 = 60_000;

/// Channels of another program become channels of one's own.
#[derive(clap::Subcommand)]
pub(super) enum Import {
    /// Of the channel server in Python: reads its settings, changes nothing there.
    Channel(Channel),
}

#[derive(clap::Args)]
pub(super) struct Channel {
    /// Folder that holds `channel_settings.json`, or the program's own.
    directory: PathBuf,
    /// Only say what would become of it, and print the documents.
    #[arg(long)]
    dry_run: bool,
    /// Take channels that are switched off there too.
    #[arg(long)]
    all: bool,
    /// Say it as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

/// What becomes of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Fate {
    /// It has been made.
    Made,
    /// It would be made.
    New,
    /// It was made before, and nothing has changed since.
    Known,
    /// It was made before, and is another by now, there or here: it is left as it is.
    Changed,
    /// It is switched off there.
    Off,
    /// Its document has faults.
    Faulty(Vec<String>),
}

/// A channel, and what becomes of it.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    channel: Imported,
    /// Its id here.
    station: String,
    fate: Fate,
}

impl Import {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Channel(channel) => channel.run().await,
        }
    }
}

impl Channel {
    async fn run(self) -> Result<(), Failure> {
        let (file, text) = settings(&self.directory)?;
        let (channels, mut left) =
            import_channel(&text).map_err(|error| Failure::usage(format!("{}: {error}", file.display())))?;
        left.extend(beside(&file));
        let store = if self.dry_run { None } else { Some(self.open().await?) };
        let kept = match &store {
            Some(store) => store.stations().await.map_err(|error| Failure::cannot(error.to_string()))?,
            None => self.known().await?,
        };
        let mut seen = BTreeSet::new();
        let mut told = Vec::new();
        for channel in channels {
            let station = station_id(&channel.id, &mut seen);
            let fate = self.fate(&channel, &station, &kept);
            told.push(Told { channel, station, fate });
        }
        if let Some(store) = store {
            for told in told.iter_mut().filter(|told| told.fate == Fate::New) {
                make(&store, told).await?;
            }
        }
        if self.json {
            return say(&serde_json::json!({ "file": file, "channels": told, "left": left }).to_string());
        }
        let mut text = format!("{}: {}\n", file.display(), number(told.len(), "channel"));
        for told in &told {
            text.push_str(&written(told, &left, self.dry_run));
        }
        for left in left.iter().filter(|left| left.channel.is_empty()) {
            let _ = writeln!(text, "not taken: {}", words(left));
        }
        say(text.trim_end())
    }

    fn fate(&self, channel: &Imported, station: &str, kept: &[Station]) -> Fate {
        let faults = channel.document.faults();
        if let Some(known) = kept.iter().find(|known| known.id == station) {
            let is_same = Document::parse(&known.document).is_ok_and(|known| known == channel.document);
            return if is_same { Fate::Known } else { Fate::Changed };
        }
        if !faults.is_empty() {
            return Fate::Faulty(faults.iter().map(ToString::to_string).collect());
        }
        if channel.enabled || self.all { Fate::New } else { Fate::Off }
    }

    fn data(config: &crate::config::Config) -> PathBuf {
        PathBuf::from(config.string("server.data_dir").unwrap_or("data"))
    }

    /// The channels that are here already, if there is a store: nothing is made or changed, and it is not brought up to date either.
    async fn known(&self) -> Result<Vec<Station>, Failure> {
        let file = Self::data(&self.common.load()?).join("telecast.db");
        if !file.exists() {
            return Ok(Vec::new());
        }
        Store::look_at_stations(&file).await.map_err(|error| {
            let words = "if another version has written it, start this one once";
            Failure::cannot(format!("what is here already cannot be read: {error}; {words}"))
        })
    }

    /// The store, to write into.
    async fn open(&self) -> Result<Store, Failure> {
        let config = self.common.load()?;
        if health::runs(&config).await {
            return Err(Failure::cannot(format!(
                "a server runs at {} and would not hear of it; stop it and try again, or make the channels on its page from what --dry-run prints",
                config.listen()
            )));
        }
        let data = Self::data(&config);
        std::fs::create_dir_all(&data)
            .map_err(|error| Failure::cannot(format!("{}: {error}", data.display())))?;
        let store = Store::open_sqlite(&data.join("telecast.db")).await;
        store.map_err(|error| Failure::cannot(error.to_string()))
    }
}

/// The file of settings, and what stands in it.
fn settings(directory: &Path) -> Result<(PathBuf, String), Failure> {
    let mut found = PLACES.iter().map(|place| directory.join(place).join(SETTINGS));
    let file = found.find(|file| file.is_file()).ok_or_else(|| {
        let words = "name the folder that the channel server keeps its settings in";
        Failure::usage(format!("there is no {SETTINGS} in {}; {words}", directory.display()))
    })?;
    let cannot = |error: std::io::Error| Failure::cannot(format!("{}: {error}", file.display()));
    let mut text = String::new();
    let opened = std::fs::File::open(&file).map_err(cannot)?;
    opened.take(BYTES + 1).read_to_string(&mut text).map_err(cannot)?;
    Ok((file, text))
}

/// Settings beside the file that have no place here.
fn beside(file: &Path) -> Vec<Left> {
    let is_there = |name: &str| file.with_file_name(name).is_file();
    let found = BESIDE.iter().filter(|(name, _)| is_there(name));
    let left = found.map(|(name, what)| Left {
        channel: String::new(),
        show: String::new(),
        what: LeftKind::Unknown,
        value: format!("{name}, {what}"),
    });
    left.collect()
}

/// The id that a channel has here: the same for the same id there. Of several with one id the second is another channel.
fn station_id(id: &str, seen: &mut BTreeSet<String>) -> String {
    let mut name = id.to_owned();
    while !seen.insert(name.clone()) {
        name.push('+');
    }
    let hash = Sha256::digest(format!("import channel {name}"));
    let entropy = hash.first_chunk::<16>().copied().unwrap_or_default();
    secret::id(entropy)
}

async fn make(store: &Store, told: &mut Told) -> Result<(), Failure> {
    let document = serde_json::to_string(&told.channel.document)
        .map_err(|error| Failure::cannot(format!("{}: {error}", told.channel.id)))?;
    let now_ms = Clock::start().wall_ms();
    let seed = Sha256::digest(format!("seed {}", told.station));
    let station = Station {
        id: told.station.clone(),
        number: None,
        document,
        revision: 1,
        seed: i64::from_le_bytes(seed.first_chunk::<8>().copied().unwrap_or_default()),
        epoch_ms: now_ms - BEFORE_MS,
        state: String::new(),
    };
    store.create_station(&station, None, now_ms).await.map_err(|error| Failure::cannot(error.to_string()))?;
    told.fate = Fate::Made;
    Ok(())
}

fn number(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// For people: what a channel was, and what has become of each of its settings.
fn written(told: &Told, left: &[Left], dry_run: bool) -> String {
    let channel = &told.channel;
    let mut text = format!("\n{} ({}): ", channel.document.name, channel.id);
    text.push_str(&match &told.fate {
        Fate::Made => "made".to_owned(),
        Fate::New => "would be made".to_owned(),
        Fate::Known => "is here already".to_owned(),
        Fate::Changed => "is here already, and is another by now; left as it is".to_owned(),
        Fate::Off => "is switched off there; left out, --all takes it".to_owned(),
        Fate::Faulty(faults) => format!("cannot be made: {}", faults.join("; ")),
    });
    text.push('\n');
    let Some(simple) = &channel.document.simple else { return text };
    let order = match simple.order {
        SimpleOrder::Weighted => "by chance and weight (\"order\": \"weighted\")",
        _ => "one of each show in turn (\"order\": \"round_robin\")",
    };
    let _ = writeln!(text, "  playback_mode  {order}");
    if !channel.folder.is_empty() {
        let _ = writeln!(text, "  media_root     {}: name it as a folder of the library", channel.folder);
    }
    for show in &simple.shows {
        let mut became = Vec::new();
        became.extend((!show.include).then(|| "left out for now".to_owned()));
        became.extend(show.mode.map(|mode| match mode {
            Mode::Sequential => "in order".to_owned(),
            Mode::Shuffle | Mode::Random => "shuffled".to_owned(),
        }));
        became.extend(show.weight.map(|weight| format!("weight {weight}")));
        let became = if became.is_empty() { "as the channel".to_owned() } else { became.join(", ") };
        let _ =
            writeln!(text, "  show           {}: {became}", show.source.show.as_deref().unwrap_or_default());
    }
    for left in left.iter().filter(|left| !left.channel.is_empty() && left.channel == channel.id) {
        let of = if left.show.is_empty() { String::new() } else { format!("{}: ", left.show) };
        let _ = writeln!(text, "  not taken      {of}{}", words(left));
    }
    if dry_run && let Ok(document) = serde_json::to_string_pretty(&channel.document) {
        let _ = writeln!(text, "{document}");
    }
    text
}

/// What could not be taken as it was.
fn words(left: &Left) -> String {
    let value = &left.value;
    match left.what {
        LeftKind::Unknown => value.clone(),
        LeftKind::NotRead => format!("{value} is no object"),
        LeftKind::NoShows => "no show is on: there is nothing to play".to_owned(),
        LeftKind::Weight => format!("the weight {value} was brought within 0.1 and 5"),
        LeftKind::Mode => format!("playback_mode {value} is not known; the usual one was taken"),
        LeftKind::Folder => {
            format!("its folder is called {value}; check that the library has found the show")
        }
        LeftKind::UpNext => "enable_up_next: make a break of clips instead".to_owned(),
        LeftKind::Intermission => "enable_intermission: make a break of clips instead".to_owned(),
        LeftKind::Overlay => "show_bug_overlay: a logo in the picture".to_owned(),
        LeftKind::Loop => "loop_entire_library: here it begins again after the last episode".to_owned(),
        LeftKind::TooMany => format!("there were {value}; the rest is left out"),
    }
}
