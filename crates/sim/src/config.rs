//! What a simulated receiver is made of: addresses, tuners, lineup, media, air, faults, seed.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::faults::FaultSpec;

/// `telecast sim …`
#[derive(Debug, Clone, clap::Args)]
pub struct SimArgs {
    /// Address of the web interface (OpenWebif; control under /sim/).
    #[arg(long, default_value = "127.0.0.1:8081", value_name = "ADDR")]
    pub listen: SocketAddr,
    /// Address of the stream port (a real box has 8001).
    #[arg(long, default_value = "127.0.0.1:8001", value_name = "ADDR")]
    pub stream_listen: SocketAddr,
    /// Number of independent tuners.
    #[arg(long, default_value_t = 4, value_name = "N")]
    pub tuners: usize,
    /// Transport streams to play as channels, or folders of them; without, programmes are generated once by ffmpeg.
    #[arg(long, num_args = 1.., value_name = "FILE|DIR")]
    pub media: Vec<PathBuf>,
    /// Folder with a real receiver's lamedb and bouquets to take the lineup from.
    #[arg(long, value_name = "DIR")]
    pub settings: Option<PathBuf>,
    /// Fault to show, `NAME[=AMOUNT][@CHANNEL]`; may be repeated. `@CHANNEL` is a channel code or service reference.
    #[arg(long = "fault", value_name = "NAME=…")]
    pub faults: Vec<FaultSpec>,
    /// Seed of everything random: guide, GOP phases, lost packets.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// User and password that the web interface demands, `USER:PASSWORD`.
    #[arg(long, value_name = "USER:PASSWORD")]
    pub auth: Option<String>,
    /// Demand the same on the stream port.
    #[arg(long, requires = "auth")]
    pub stream_auth: bool,
    /// Where generated programmes are kept (default: $XDG_CACHE_HOME/telecast-sim).
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
    /// Adds a bouquet "Bench" of this many channels that all play 1080p25 H.264 with AAC at 9.5 Mbit/s.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub bench: usize,
}

/// How the air behaves before and while a channel is received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Air {
    /// From the request to the first packet.
    pub tune: Duration,
    /// How long after the picture of a moment its sound arrives (generated programmes only).
    pub audio_delay: Duration,
    /// In real time; `false` sends as fast as the reader takes it (throughput benches).
    pub paced: bool,
}

impl Default for Air {
    /// Honest air: 0.3 s to tune, sound 0.7 s behind the picture.
    fn default() -> Self {
        Self { tune: Duration::from_millis(300), audio_delay: Duration::from_millis(700), paced: true }
    }
}

/// Progress of making the built-in programmes; happens only when they are not in the cache.
#[derive(Debug, Clone)]
pub struct Progress {
    /// How many clips are ready.
    pub done: usize,
    /// How many there are.
    pub total: usize,
    /// The one being made now.
    pub name: String,
}

/// Called before each clip that must be made.
pub type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;

/// A simulated receiver before it is started.
#[derive(Clone)]
pub struct Config {
    /// Web interface; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Stream port; port 0 takes a free one.
    pub stream_listen: SocketAddr,
    /// Number of independent tuners, at least 1.
    pub tuners: usize,
    /// Files or folders to play instead of generated programmes.
    pub media: Vec<PathBuf>,
    /// Folder with `lamedb`, `bouquets.tv`, `bouquets.radio`.
    pub settings: Option<PathBuf>,
    /// Faults from the start.
    pub faults: Vec<FaultSpec>,
    /// Seed of everything random.
    pub seed: u64,
    /// User and password of the web interface.
    pub auth: Option<(String, String)>,
    /// Whether the stream port demands them too.
    pub stream_auth: bool,
    /// Folder for generated programmes.
    pub cache: PathBuf,
    /// Behaviour of the air.
    pub air: Air,
    /// Number of channels in the bouquet "Bench"; 0 leaves it out.
    pub bench: usize,
    /// Only these built-in clips are made (channel codes); empty means all. Channels without a clip cannot be tuned.
    pub only: Vec<u8>,
    /// Told before each clip that is made.
    pub progress: Option<OnProgress>,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("stream_listen", &self.stream_listen)
            .field("tuners", &self.tuners)
            .field("media", &self.media)
            .field("settings", &self.settings)
            .field("faults", &self.faults)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl Default for Config {
    /// Free ports on the loopback, four tuners, the built-in lineup, honest air, no faults.
    fn default() -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            listen: any,
            stream_listen: any,
            tuners: 4,
            media: Vec::new(),
            settings: None,
            faults: Vec::new(),
            seed: 1,
            auth: None,
            stream_auth: false,
            cache: default_cache(),
            air: Air::default(),
            bench: 0,
            only: Vec::new(),
            progress: None,
        }
    }
}

impl From<SimArgs> for Config {
    fn from(args: SimArgs) -> Self {
        let auth = args.auth.map(|text| match text.split_once(':') {
            Some((user, password)) => (user.to_owned(), password.to_owned()),
            None => (text, String::new()),
        });
        Self {
            listen: args.listen,
            stream_listen: args.stream_listen,
            tuners: args.tuners.max(1),
            media: args.media,
            settings: args.settings,
            faults: args.faults,
            seed: args.seed,
            auth,
            stream_auth: args.stream_auth,
            cache: args.cache.unwrap_or_else(default_cache),
            bench: args.bench,
            ..Self::default()
        }
    }
}

/// `$TELECAST_SIM_CACHE`, else `$XDG_CACHE_HOME/telecast-sim`, else `$HOME/.cache/telecast-sim`, else a temporary folder.
pub fn default_cache() -> PathBuf {
    if let Some(dir) = std::env::var_os("TELECAST_SIM_CACHE") {
        return PathBuf::from(dir);
    }
    let base = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))
        .unwrap_or_else(std::env::temp_dir);
    base.join("telecast-sim")
}
