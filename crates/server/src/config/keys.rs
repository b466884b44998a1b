//! All keys.

use crate::app::settings::ReceiverKind;
use std::fmt::Write;

/// What a value must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Any text.
    Text,
    /// Never shown.
    Secret,
    /// `true` or `false`.
    Switch,
    /// A whole number from 0.
    Number,
    /// 1 to 65535.
    Port,
    /// `90s`, `15m`, `6h`, `14d`.
    Duration,
    /// `500MB`, `20GB`.
    Size,
    /// `ADDRESS:PORT`.
    Listen,
    /// `http://…` or `https://…`.
    Url,
    /// The same, or `file:///…`.
    Address,
    /// `0.15`: an amount, with six digits behind the point at most.
    Money,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Texts.
    List,
    /// Paths and addresses; what is secret in an address is not shown.
    Places,
    /// Networks: `192.168.1.0/24`, `::1`.
    Networks,
}

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name with dots.
    pub name: &'static str,
    /// Default as it would stand in the file; empty: none.
    pub default: &'static str,
    /// What it must be.
    pub shape: Shape,
    /// For people.
    pub text: &'static str,
    /// A change counts after a restart only.
    pub restart: bool,
    /// Whether it is set counts after a restart only; another value at once.
    pub switch_restart: bool,
}

const fn key(name: &'static str, default: &'static str, shape: Shape, text: &'static str) -> Key {
    Key { name, default, shape, text, restart: false, switch_restart: false }
}

impl Key {
    const fn after_restart(mut self) -> Self {
        self.restart = true;
        self
    }

    const fn switched_after_restart(mut self) -> Self {
        self.switch_restart = true;
        self
    }

    /// Whether a change from one text to another counts after a restart only.
    pub(super) fn waits(&self, was: &str, now: &str) -> bool {
        self.restart || (self.switch_restart && was.is_empty() != now.is_empty())
    }
}

/// All keys but those of receivers.
pub const KEYS: &[Key] = &[
    key(
        "server.listen",
        "127.0.0.1:8080",
        Shape::Listen,
        "Address and port of pages, API and streams. `0.0.0.0:8080` for the whole house.",
    )
    .after_restart(),
    key("server.public_url", "", Shape::Url, "Address that people use, if it is another; may carry a path.")
        .after_restart(),
    key(
        "server.trusted_proxies",
        "",
        Shape::Networks,
        "Networks of the proxies in front, which are believed when they say who asks (`X-Forwarded-For`) and how (`X-Forwarded-Proto`). From all others these headers mean nothing.",
    ),
    key(
        "server.tls.certificate",
        "",
        Shape::Text,
        "PEM file of the server's certificate, followed by its chain. With it `server.listen` speaks HTTPS (TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1). `telecast tls` makes one for a household. Another path, or another file there, counts at once; turning HTTPS on or off needs a restart.",
    )
    .switched_after_restart(),
    key("server.tls.key", "", Shape::Text, "PEM file of the key that belongs to it.").switched_after_restart(),
    key("server.data_dir", "data", Shape::Text, "Folder of the store and of whatever else is kept.")
        .after_restart(),
    key("auth.allowed_origins", "", Shape::List, "Other sites whose pages may change things here."),
    key(
        "auth.anonymous",
        "",
        Shape::Text,
        "`i-understand`: everybody who reaches this station may watch, without an account. It is said at every start and on every page.",
    ),
    key(
        "auth.iptv_networks",
        "",
        Shape::Networks,
        "Networks whose players and media servers may read lists, guide and streams (`/iptv/`, and the pages of a network tuner) without an address of their own, asked directly and not through a proxy.",
    ),
    key(
        "auth.oidc.issuer",
        "",
        Shape::Url,
        "Identity provider by which people may sign in (OpenID Connect), exactly as it calls itself; nobody may if empty.",
    ),
    key("auth.oidc.client_id", "", Shape::Text, "What this station is called there."),
    key("auth.oidc.client_secret", "", Shape::Secret, "Its secret there; empty for a public client."),
    key("auth.oidc.name", "", Shape::Text, "What stands on the button; “single sign-on” if empty."),
    key("auth.oidc.scopes", "openid,profile,email", Shape::List, "What is asked for."),
    key(
        "auth.oidc.role_claim",
        "groups",
        Shape::Text,
        "Claim by which roles are given: a text or a list of texts. Dots reach into objects: `realm_access.roles`.",
    ),
    key(
        "auth.oidc.roles",
        "",
        Shape::List,
        "Which value of it gives which role, `[\"tv-admins=admin\", \"family=viewer\"]`; the first that fits counts. The owner's role is never given. A value with a comma cannot be written.",
    ),
    key(
        "auth.oidc.default_role",
        "",
        Shape::Text,
        "Role of those whom no value fits; they are refused if empty.",
    ),
    key(
        "auth.oidc.hosts",
        "",
        Shape::List,
        "Further hosts of the provider that may be asked, if not all is at the issuer's: `oauth2.googleapis.com`. By HTTPS only.",
    ),
    key("rate_limit.enabled", "true", Shape::Switch, "Whether it is bounded how often somebody may ask."),
    key(
        "rate_limit.unknown_per_minute",
        "600",
        Shape::Number,
        "Requests of a network that is not signed in.",
    ),
    key("rate_limit.unknown_burst", "20", Shape::Number, "Of these at once."),
    key(
        "rate_limit.account_per_minute",
        "1200",
        Shape::Number,
        "Requests of an account, wherever they come from. Playlists and segments do not count.",
    ),
    key("rate_limit.account_burst", "60", Shape::Number, "Of these at once."),
    key(
        "rate_limit.sign_in_per_minute",
        "10",
        Shape::Number,
        "Tries to get in from one network, whatever the names.",
    ),
    key(
        "rate_limit.refresh_per_minute",
        "2",
        Shape::Number,
        "How often an account may have much read again.",
    ),
    key("rate_limit.sockets", "10", Shape::Number, "Sockets and event streams of an account at once."),
    key(
        "rate_limit.connections",
        "256",
        Shape::Number,
        "Connections of a network at once. A viewer has two or three.",
    ),
    key("rate_limit.exempt", "", Shape::Networks, "Networks that are not limited."),
    key("tape.directory", "", Shape::Text, "Folder of the tapes; `tapes` in the data folder if empty.")
        .after_restart(),
    key("tape.window", "1h", Shape::Duration, "How far back one can go."),
    key("tape.budget", "20GB", Shape::Size, "Bytes of all tapes together."),
    key("tape.minimum_free", "5GB", Shape::Size, "Bytes that stay free on that file system."),
    key(
        "playback.max_sessions",
        "0",
        Shape::Number,
        "Sessions at once. 0: as many as the machine carries by its processors, memory and open files, and at least 10; the status page tells the figure.",
    ),
    key(
        "playback.max_account_sessions",
        "4",
        Shape::Number,
        "Sessions of one account at once; 0: as many as there may be in all.",
    ),
    key(
        "playback.max_receiver_sessions",
        "0",
        Shape::Number,
        "Sessions on one receiver at once; 0: as many as there may be in all.",
    ),
    key(
        "playback.warm_tuners",
        "1",
        Shape::Number,
        "Tuners of each receiver that may keep ready what somebody may zap to next; the last free one is never used for that. 0: nothing is kept ready.",
    ),
    key(
        "playback.low_latency",
        "true",
        Shape::Switch,
        "Offer parts and blocking reloads to clients that can.",
    ),
    key(
        "playback.max_video_transcodes",
        "4",
        Shape::Number,
        "Pictures coded anew at once, at most (MPEG-2, HEVC, deinterlacing); the machine's speed may allow fewer. 0: none ever.",
    ),
    key("playback.max_video_lines", "1080", Shape::Number, "Lines of a picture that is coded anew, at most."),
    key("guide.refresh", "6h", Shape::Duration, "How often receivers' channels, their guides and guide files are read again."),
    key("guide.days", "14", Shape::Number, "Days ahead that receivers are asked for: 1 to 30."),
    key("guide.past", "7d", Shape::Duration, "How long what was on stays in the guide."),
    key(
        "guide.xmltv",
        "",
        Shape::Places,
        "Guide files (XMLTV), plain or packed with gzip or xz, best first: paths, or addresses; behind one, after a blank, minutes with a sign (`+60`) by which its times are moved. A user, a password and a query in an address are not shown. What they say of channels that none of the lineup is surely the same as is left out.",
    ),
    key(
        "tuner.interfaces",
        "",
        Shape::List,
        "Interfaces on which programs find the station by themselves as a network tuner (HDHomeRun's discovery and control on port 65001, SSDP on port 1900): their names (`eth0`), IPv4 addresses, or `all`. Nobody finds it if empty. Only networks that `auth.iptv_networks` names are answered.",
    ),
    key(
        "tuner.bouquets",
        "",
        Shape::List,
        "Names of the bouquets whose channels that tuner has; all channels if empty. Some media servers take no more than some hundred. Players' own addresses are not bound by it.",
    ),
    key(
        "iptv.files",
        "false",
        Shape::Switch,
        "Write the list of channels and the guide as files too (`iptv/channels.m3u` and `iptv/guide.xml.gz` in the data folder), for programs that read files. Addresses in them begin with `server.public_url`, or as this machine reaches the station, and hold no secret: `auth.iptv_networks` must name whoever plays them.",
    ),
    key(
        "logos.directory",
        "",
        Shape::Text,
        "Folder with logos of your own, which come before those of receivers and lists: PNG, JPEG, WebP or GIF, named by the channel's id, as picons are (`1_0_19_283D_3FB_1_C00000_0_0_0.png`), or by the channel's name (`daserstehd.png`).",
    ),
    key(
        "station.prepare.directory",
        "",
        Shape::Text,
        "Folder of films that were prepared for own channels; `prepared` in the data folder if empty. It holds each that is on soon, in the size of a broadcast.",
    )
    .after_restart(),
    key("station.prepare.budget", "50GB", Shape::Size, "Bytes of all prepared films together; what was on longest ago goes first.")
        .after_restart(),
    key("station.prepare.workers", "1", Shape::Number, "Films that are prepared at once.").after_restart(),
    key(
        "library.rescan",
        "6h",
        Shape::Duration,
        "How often the library's folders are looked through where nothing tells of changes in them. Folders are `[[library.folder]]`.",
    ),
    key("metrics.listen", "", Shape::Listen, "Address of `/metrics`; off if empty. Keep it inside.")
        .after_restart(),
    key(
        "metrics.networks",
        "",
        Shape::Networks,
        "Networks that get `/metrics` on the station's own address as well, asked directly and not through a proxy.",
    ),
    key("chat.prompt", "", Shape::Text, "What the assistant is told before everything else; the station's own words if empty."),
    key("chat.daily_tokens", "0", Shape::Number, "Tokens that the questions of one person may use in a day, answers included; 0: as many as there are."),
    key("chat.daily_cost", "", Shape::Money, "What the questions of one person may cost in a day, in the currency of the providers' prices; no limit if empty."),
    key("log.level", "info", Shape::Text, "`error`, `warn`, `info`, `debug`, `trace`, or a filter."),
    key("log.format", "text", Shape::Text, "`text` or `json`.").after_restart(),
];

/// Keys that are called something else now: the old name, which is still read, and the new one.
pub(super) const RENAMED: &[(&str, &str)] = &[
    ("playback.video_transcodes", "playback.max_video_transcodes"),
    ("playback.video_lines", "playback.max_video_lines"),
];

/// Keys of each `[[receiver]]`.
pub const RECEIVER_KEYS: &[Key] = &[
    key("name", "", Shape::Text, "Name for people; the host, or a file's name, if empty."),
    key(
        "kind",
        "enigma2",
        Shape::Choice(ReceiverKind::WORDS),
        "What it is: `enigma2` a receiver with OpenWebif, `m3u` a list of channels, `hdhomerun` a network tuner or what speaks like one.",
    ),
    key(
        "url",
        "",
        Shape::Address,
        "Address of the receiver's web interface or of the tuner; of a list, where it lies (`https://…` or `file:///…`). A user and password in it (`http://anna:secret@…`) count as `username` and `password`.",
    ),
    key("username", "", Shape::Text, "User name, if it wants one."),
    key("password", "", Shape::Secret, "Password."),
    key("stream_port", "8001", Shape::Port, "Port of its streams."),
    key(
        "tuners",
        "",
        Shape::Number,
        "Tuners to count on; as many as it says if empty. Of a list: how many streams its provider allows at once.",
    ),
    key("bouquets", "", Shape::List, "Names of bouquets, or of groups of a list, to take; all if empty."),
];

/// Keys of each `[[library.folder]]`.
pub const FOLDER_KEYS: &[Key] = &[
    key(
        "name",
        "",
        Shape::Text,
        "Name for people; the last part of its path, if empty. Items keep it: another name is another folder.",
    ),
    key("path", "", Shape::Text, "Where it lies. Nothing in it is ever changed."),
];

/// Keys of each `[[chat.provider]]`.
pub const PROVIDER_KEYS: &[Key] = &[
    key("name", "", Shape::Text, "Name for people, which a conversation chooses it by; the host if empty."),
    key(
        "kind",
        "openai_chat",
        Shape::Choice(&["openai_chat", "openai_responses", "anthropic", "ollama", "dify"]),
        "How it is spoken to: `openai_chat` chat completions as most have them, `openai_responses`, `anthropic` messages, `ollama`, `dify` (an app, without tools and history).",
    ),
    key(
        "url",
        "",
        Shape::Url,
        "Its address as its vendor prints it: `https://api.openai.com/v1`, `https://api.anthropic.com`, `http://127.0.0.1:11434`, `https://api.dify.ai/v1`.",
    ),
    key("model", "", Shape::Text, "Its name of the model; Dify has none."),
    key(
        "api_key",
        "",
        Shape::Secret,
        "Key, if it wants one. It never leaves the server but to this address.",
    ),
    key("window", "16000", Shape::Number, "Tokens that the model holds, question and answer together."),
    key("max_tokens", "1024", Shape::Number, "Tokens of an answer at most."),
    key("price_input", "", Shape::Money, "Price of a million tokens of questions."),
    key("price_output", "", Shape::Money, "Price of a million tokens of answers."),
];

/// The reference as Markdown.
pub fn reference() -> String {
    let mut out = String::from(
        "# Configuration\n\nGenerated by `telecast check --reference`. Defaults < `telecast.toml` < environment < flags. In the environment a key is written `TELECAST_SERVER__LISTEN`; `TELECAST_…_FILE` reads the value from a file.\n\nA changed file counts at once, without a restart, but for the keys marked ↻.\n\n| key | default | what it does |\n| --- | --- | --- |\n",
    );
    for key in KEYS {
        let mark = if key.restart { " ↻" } else { "" };
        let _ = writeln!(out, "| `{}`{mark} | `{}` | {} |", key.name, key.default, key.text);
    }
    out.push_str("\nThere are no keys for the length of segments (2 s) and parts (0.25 s): tapes are cut by them, also those that lie on the disk already, so they are the same for ever.\n\n| old name, still read | now |\n| --- | --- |\n");
    for (old, new) in RENAMED {
        let _ = writeln!(out, "| `{old}` | `{new}` |");
    }
    out.push_str("\n## `[[receiver]]`\n\n| key | default | what it does |\n| --- | --- | --- |\n");
    for key in RECEIVER_KEYS {
        let _ = writeln!(out, "| `{}` | `{}` | {} |", key.name, key.default, key.text);
    }
    out.push_str("\n## `[[library.folder]]`\n\n| key | default | what it does |\n| --- | --- | --- |\n");
    for key in FOLDER_KEYS {
        let _ = writeln!(out, "| `{}` | `{}` | {} |", key.name, key.default, key.text);
    }
    out.push_str("\n## `[[chat.provider]]`\n\nAsked in the order in which they stand. Without any, the assistant understands a few sentences.\n\n| key | default | what it does |\n| --- | --- | --- |\n");
    for key in PROVIDER_KEYS {
        let _ = writeln!(out, "| `{}` | `{}` | {} |", key.name, key.default, key.text);
    }
    out.replace("`` |", "— |")
}

/// The environment variable of a key.
pub fn variable(name: &str) -> String {
    format!("TELECAST_{}", name.to_uppercase().replace('.', "__"))
}

/// All environment variables as Markdown.
pub fn environment() -> String {
    let mut out = String::from(
        "# Environment\n\nGenerated by `telecast check --environment`. Variables go before the file, flags before variables. Each also exists with `_FILE` behind its name: then the value is read from the file that it names, as container platforms hand out secrets. A variable that begins with `TELECAST_` and is not here is an error that names the nearest one that is. Receivers stand in the file or are added in the browser.\n\n| variable | key | default |\n| --- | --- | --- |\n",
    );
    for key in KEYS {
        let _ = writeln!(out, "| `{}` | `{}` | `{}` |", variable(key.name), key.name, key.default);
    }
    out.replace("`` |", "— |")
}
