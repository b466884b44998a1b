//! Bounds, each by name and with its reason: queues, bodies, loops, caches, retries and time-outs. All that more than one room goes by are here;
//! those of one room may stand there, beside their use.

use std::time::Duration;

/// A lease that nobody renews ends after this: two missed heartbeats of a sleeping phone and some network.
pub const LEASE_EXPIRY: Duration = Duration::from_mins(2);
/// How often a player should say that it still watches.
pub const HEARTBEAT: Duration = Duration::from_secs(30);
/// A tape without viewers goes on for this long: zapping back costs nothing.
pub const IDLE: Duration = Duration::from_secs(10);
/// A step of a start that has no limit of its own takes no longer.
pub const START_LIMIT: Duration = Duration::from_secs(5);
/// From the granted tuner to the programme map, whatever comes before that: a channel that gives nothing to play says so within 5 s.
pub const SIGNAL_LIMIT: Duration = Duration::from_millis(4_800);
/// A refusal of the receiver is believed for this long before the tuner is tried again.
pub const REFUSAL_MEMORY: Duration = Duration::from_secs(20);
/// Streams kept ready for whom nobody has asked, in all: each costs as much as one that is watched.
pub const WARM_STREAMS: usize = 4;
/// Who watched what before is remembered for so many: more do not zap at once.
pub const ZAPPERS: usize = 1_000;
/// Technical failures within [`BREAKER_WINDOW`] after which a receiver is left alone.
pub const BREAKER_FAILURES: usize = 3;
/// Failures further apart are bad luck, not a state.
pub const BREAKER_WINDOW: Duration = Duration::from_mins(1);
/// A receiver is left alone for this long: a box boots in about a minute, and is to be found soon after.
pub const BREAKER_OPEN: Duration = Duration::from_secs(15);
/// The first pause between calls to a receiver that has failed one.
pub const PACE_FIRST: Duration = Duration::from_millis(250);
/// The longest: a box that is busy with its guide is busy for about as long.
pub const PACE_MOST: Duration = Duration::from_secs(8);
/// The first pause before a source that is gone is opened again.
pub const REOPEN_FIRST: Duration = Duration::from_millis(500);
/// The longest, while somebody waits for it.
pub const REOPEN_MOST: Duration = Duration::from_secs(15);
/// Sources of whose faults something is known; the oldest knowledge goes first.
pub const ILL_SOURCES: usize = 5_000;
/// A source may stay scrambled for this long while there is another: less than [`SCRAMBLED`], so that one session can try two.
pub const SCRAMBLED_SWITCH: Duration = Duration::from_millis(1_500);
/// Whoever was turned away for want of room may come back after this: about as long as somebody zaps.
pub const ADMISSION_RETRY: Duration = Duration::from_secs(10);
/// Calls to a receiver under way at once: its web interface runs in the box's main loop.
pub const RECEIVER_CALLS: usize = 2;
/// A call to a receiver takes no longer; disks of boxes sleep for up to 20 s.
pub const RECEIVER_CALL: Duration = Duration::from_secs(25);
/// Connecting to a receiver takes no longer.
pub const RECEIVER_CONNECT: Duration = Duration::from_secs(3);
/// A receiver's reply is not read beyond this: all guides of a big bouquet are 20 MB.
pub const RECEIVER_REPLY: usize = 48 << 20;
/// A running stream without bytes for this long counts as ended.
pub const STREAM_STALL: Duration = Duration::from_secs(4);
/// Bouquets, services and nested bouquets read from one receiver.
pub const SERVICES: usize = 20_000;
/// How deep bouquets are followed into bouquets.
pub const BOUQUET_DEPTH: usize = 3;
/// Sessions at once, whatever the machine.
pub const SESSIONS: usize = 2_000;
/// Sessions at once on the smallest machine.
pub const SESSIONS_LEAST: usize = 10;

/// Sessions that a machine carries: 250 for each processor (500 viewers of 2 Mbit/s were served by two beside their own players; see
/// `docs/design/performance.md`), a mebibyte each in a quarter of the memory, four open files each in half of what there may be.
pub fn carried(processors: usize, memory: u64, files: usize) -> usize {
    let by_memory = usize::try_from(memory >> 22).unwrap_or(usize::MAX);
    processors.saturating_mul(250).min(by_memory).min(files / 8).clamp(SESSIONS_LEAST, SESSIONS)
}
/// Ended sessions stay visible for this long, so that a page can still read the reason.
pub const SESSION_MEMORY: Duration = Duration::from_mins(5);
/// A playlist request waits for news no longer than three target durations.
pub const BLOCKING: Duration = Duration::from_secs(12);
/// A request body of the API.
pub const BODY: usize = 256 << 10;
/// Events that a slow subscriber may be behind before it loses some and is told.
pub const EVENTS: usize = 256;
/// Topics of one subscriber.
pub const TOPICS: usize = 64;
/// Password hashes at once; each takes 19 MiB.
pub const HASHERS: usize = 2;
/// The setup code printed at start is good for this long.
pub const SETUP_CODE: Duration = Duration::from_hours(1);
/// A sign-in link is good for this long.
pub const SIGN_IN_LINK: Duration = Duration::from_mins(15);
/// A television that shows a code waits this long to be let in: time to find the phone.
pub const PAIRING: Duration = Duration::from_mins(10);
/// It asks this often whether it is.
pub const PAIRING_POLL: Duration = Duration::from_secs(2);
/// Televisions that wait at once: more are not set up in any house, and each costs a row.
pub const PAIRINGS: i64 = 200;
/// Of one address.
pub const PAIRINGS_OF_ONE: i64 = 8;
/// A guest stays no longer.
pub const GUEST: Duration = Duration::from_hours(366 * 24);
/// Whether viewers may still see what is on is looked at this often.
pub const GUARDIAN: Duration = Duration::from_secs(2);
/// What a child's player may reach back to, in a programme of which it is not known when it began: what players hold back.
pub const CHILD_PAST: Duration = Duration::from_secs(10);
/// A sign-in lasts this long without use.
pub const SIGN_IN_IDLE: Duration = Duration::from_hours(14 * 24);
/// A sign-in lasts this long at most.
pub const SIGN_IN_ABSOLUTE: Duration = Duration::from_hours(90 * 24);
/// Wrong passwords for one account from one address before it must wait.
pub const SIGN_IN_TRIES: u32 = 5;
/// A sign-in through an identity provider is finished within this: time for a second factor that lies in another room.
pub const OIDC_BEGUN: Duration = Duration::from_mins(10);
/// Sign-ins through an identity provider that are under way; the oldest is forgotten beyond it.
pub const OIDC_PENDING: usize = 4_096;
/// A request to an identity provider takes no longer: somebody waits in front of an empty page.
pub const OIDC_CALL: Duration = Duration::from_secs(10);
/// Its answers are not read beyond this (bytes): sets of keys are some 10 KB, tokens with many groups as much.
pub const OIDC_REPLY: usize = 256 << 10;
/// Requests to it at once.
pub const OIDC_CALLS: usize = 4;
/// What it says of itself is believed for this long.
pub const OIDC_METADATA: Duration = Duration::from_hours(1);
/// Its keys are believed for this long: one that it has withdrawn signs nobody in after that.
pub const OIDC_KEYS: Duration = Duration::from_mins(5);
/// For a key that is not known its keys are asked for again, but not more often than this.
pub const OIDC_KEYS_PAUSE: Duration = Duration::from_secs(10);
/// Its clock and ours may be apart by so much.
pub const OIDC_LEEWAY: Duration = Duration::from_mins(1);
/// Characters of what an identity provider calls somebody (OpenID Connect Core 1.0 §2: 255 for `sub`).
pub const OIDC_SUBJECT: usize = 255;
/// Numbers that are tried behind a name that is taken.
pub const SAME_NAMES: u32 = 1_000;
/// Everything stops within this; then it is dropped.
pub const SHUTDOWN: Duration = Duration::from_secs(4);
/// Sounds of one programme that are offered; each may cost a transcoder.
pub const AUDIO_TRACKS: usize = 16;
/// From the granted tuner to the first bytes behind a descrambling relay, which needs 3–5 s by itself.
pub const RELAY_START: Duration = Duration::from_secs(10);
/// From the first frames of sound to the first ones converted: ffmpeg takes 0.1 s, on a busy machine many times that.
pub const TRANSCODER_START: Duration = Duration::from_secs(30);
/// From the programme map to the first key frame: some encoders send one each 5–10 s.
pub const KEY_FRAME: Duration = Duration::from_secs(12);
/// A stream may stay scrambled (a relay begins so) for this long before the session says so.
pub const SCRAMBLED: Duration = Duration::from_secs(4);
/// What is being prepared may come no further for this long: others are before it, or a whole film is listened through first.
pub const PREPARING: Duration = Duration::from_mins(10);
/// A stopping session waits this long for its stream to be given back, before it is over anyhow.
pub const DRAIN: Duration = Duration::from_secs(2);
/// Heartbeats come, but nothing was fetched for this long: a forgotten tab must not hold a tuner.
pub const SESSION_IDLE: Duration = Duration::from_mins(30);
/// An idempotency key binds for this long; a client that comes later means a new thing.
pub const IDEMPOTENCY: Duration = Duration::from_hours(24);
/// What has run out (sign-ins, codes, keys of requests) is forgotten this often: it counts no more anyway, and rows are small.
pub const HOUSEKEEPING: Duration = Duration::from_hours(1);
/// What was on is kept in the store for this long: beyond, nothing of it is on or next.
pub const NOW_NEXT_AGE: Duration = Duration::from_hours(24);
/// Characters of an idempotency key.
pub const IDEMPOTENCY_KEY: usize = 128;
/// Read connections to SQLite: reads are short, and two cores serve no more at once.
pub const STORE_READERS: u32 = 4;
/// A statement waits this long for SQLite's lock before it is an error.
pub const STORE_BUSY: Duration = Duration::from_secs(5);
/// Topics of the bus at once.
pub const BUS_TOPICS: usize = 20_000;
/// Rows of one page of a list.
pub const PAGE: u32 = 1_000;
/// "Last seen" is written at most this often: exact to the minute is enough, a write per request is not.
pub const LAST_SEEN: Duration = Duration::from_mins(1);
/// Credentials of whom it is remembered whose they are: several for each session that there may be.
pub const KNOWN: usize = 10_000;
/// Characters of a typed code that are looked at; ours have 16.
pub const CODE: usize = 64;
/// Browsers of one account that are signed in; the longest unused goes first.
pub const SIGN_INS: u32 = 100;
/// Bytes of one setting, cached lineup or memory in the store.
pub const STORE_VALUE: usize = 16 << 20;
/// Connections to the web at once, if the system gives as many files; more wait in the listener's queue. A viewer has two or three.
pub const CONNECTIONS: usize = 16_384;
/// A client sends a request's head within this, or its connection ends; an unused connection ends after it too.
pub const HEAD_TIME: Duration = Duration::from_secs(30);
/// A client that takes nothing of what it is sent for this long is gone, or its lease is: a paused player of the raw stream is one.
pub const TAKES_NOTHING: Duration = LEASE_EXPIRY;
/// Bytes of a request's head: browsers stay below 8 KiB, proxies add a little.
pub const HEAD: usize = 64 << 10;
/// From the first byte of a connection that is to be encrypted to its being so: phones on a bad network need a second or two.
pub const HANDSHAKE: Duration = Duration::from_secs(10);
/// Requests of one HTTP/2 connection under way at once (RFC 9113 §6.5.2 asks for 100 at least); a page has ten.
pub const H2_STREAMS: u32 = 100;
/// Streams that a client has taken back before they were looked at; with one more its connection ends. Hyper's default.
pub const H2_RESETS: usize = 20;
/// Streams that were ended here for the client's faults; with one more its connection ends.
pub const H2_FAULTS: usize = 256;
/// What one HTTP/2 stream may send before it is read (bytes): as much as HTTP starts with. Bodies are small here.
pub const H2_WINDOW: u32 = 64 << 10;
/// All streams of an HTTP/2 connection together.
pub const H2_CONNECTION_WINDOW: u32 = BODY as u32;
/// Bytes that wait to be sent on one HTTP/2 stream before more is made.
pub const H2_SEND: usize = 128 << 10;
/// An HTTP/2 client from which nothing comes for this long is asked whether it is there.
pub const H2_PING: Duration = Duration::from_secs(15);
/// And answers within this. It cannot in the midst of a head, so that both together bound the time of one: [`HEAD_TIME`].
pub const H2_PONG: Duration = Duration::from_secs(15);
/// An HTTP/2 connection without a request that takes fewer bytes than this within [`HEAD_TIME`] is not in use: a ping takes 60.
pub const H2_TRICKLE: u64 = 1 << 10;
/// An HTTP/2 connection that is ended gets this long for its goodbye, and for what is still under way on it.
pub const H2_GOODBYE: Duration = Duration::from_secs(2);
/// Browsers that came by HTTPS ask for nothing else at this host for so long: half a year, what testers want at least.
pub const HTTPS_ONLY: Duration = Duration::from_hours(180 * 24);
/// Bytes of a file with certificates or a key; chains have 10 KiB.
pub const CERTIFICATE_FILE: u64 = 256 << 10;
/// A certificate that ends within this is warned of.
pub const CERTIFICATE_ENDS: Duration = Duration::from_hours(30 * 24);
/// The certificate in force is looked at this often.
pub const CERTIFICATE_LOOK: Duration = Duration::from_hours(24);
/// Days for which a certificate may be made: beyond 398 browsers refuse it, or will.
pub const CERTIFICATE_DAYS: u32 = 397;
/// Days for which a household authority is made: it is a burden to install one on each device.
pub const AUTHORITY_DAYS: u32 = 3_653;
/// A client sends a request's body within this.
pub const BODY_TIME: Duration = Duration::from_secs(10);
/// Bodies that are being read at once, in all: 64 MiB, if each is of the largest.
pub const UPLOADS: usize = 256;
/// The same of one network: pages send small bodies, which take milliseconds.
pub const UPLOADS_OF_NETWORK: usize = 32;
/// Players of an account that have an address of their own.
pub const PLAYERS: usize = 50;
/// A body of sign-in and the like: a few fields.
pub const BODY_SMALL: usize = 16 << 10;
/// The document of a channel of one's own, and a little around it (bytes).
pub const BODY_DOCUMENT: usize = (1 << 20) + (64 << 10);
/// Playlists above this are packed for those who take gzip; below, it costs more than it saves.
pub const PACKED_FROM: usize = 4 << 10;
/// Bytes of packed playlists that are kept.
pub const PACKED: u64 = 8 << 20;
/// Whoever finds no room to have a picture coded is asked to wait this long.
pub const TRANSCODER_RETRY: Duration = Duration::from_secs(30);

/// Lines that a transcoded picture is made smaller to. Few, so that viewers share transcoders.
pub const LINES: [u32; 5] = [360, 480, 576, 720, 1080];

/// The highest number of a channel.
pub const CHANNEL_NUMBER: u32 = 99_999;
/// Channels that may be joined to one.
pub const JOINED: usize = 16;
/// Groups of channels that the host may make.
pub const GROUPS: usize = 1_000;
/// A list of channels is given up after this: the large ones are made while one waits.
pub const LIST_FETCH: Duration = Duration::from_mins(2);
/// Bytes of a list, unpacked.
pub const LIST_BYTES: usize = 128 << 20;
/// Channels of a list; the largest that are sold have films among them.
pub const LIST_ENTRIES: usize = 100_000;
/// Guides that a list may name.
pub const LIST_GUIDES: usize = 8;
/// Streams at once of a list that names no limit.
pub const LIST_STREAMS: u32 = 1_000;
/// Bytes of a logo as it comes.
pub const LOGO_BYTES: usize = 1 << 20;
/// Pixels of a logo as it comes: 16 MB once it is unpacked.
pub const LOGO_PIXELS: u64 = 4 << 20;
/// Width and height that a logo is given out with, at most.
pub const LOGO_SIZE: (u32, u32) = (400, 240);
/// A logo that takes longer is none.
pub const LOGO_FETCH: Duration = Duration::from_secs(10);
/// Whoever wants to see a logo waits so long for it.
pub const LOGO_WAIT: Duration = Duration::from_secs(15);
/// Logos that are asked for at once.
pub const LOGOS_AT_ONCE: usize = 8;
/// Of one host at once.
pub const LOGOS_OF_A_HOST: usize = 2;
/// Of a box at once, which has a picture to show.
pub const LOGOS_OF_A_BOX: usize = 1;
/// Logos that are kept on the disk, those that are none included.
pub const LOGOS_KEPT: usize = 20_000;
/// Bytes of them.
pub const LOGOS_KEPT_BYTES: u64 = 128 << 20;

/// Airings that an import of the guide holds before it writes: some 20 MiB.
pub const GUIDE_HELD: usize = 16 << 10;
/// Days before a moment in which something may have begun that is still on.
pub const GUIDE_REACH_DAYS: i64 = 14;
/// A guide file that is asked for at an address is given up after this.
pub const GUIDE_FETCH: Duration = Duration::from_mins(30);
/// Redirects on the way to it.
pub const GUIDE_REDIRECTS: usize = 5;
/// Bytes of a guide file, unpacked.
pub const GUIDE_FILE: u64 = 4 << 30;
/// Reading a guide file is given up after this.
pub const GUIDE_IMPORT: Duration = Duration::from_hours(1);
/// A guide file that could not be read is tried again after this.
pub const GUIDE_RETRY: Duration = Duration::from_mins(10);
/// Channels of a guide file; what it tells of more is left out. The largest that are offered have some 40,000.
pub const GUIDE_IDS: usize = 200_000;
/// Of them so many are kept at hand to be looked up by people.
pub const GUIDE_LISTED: usize = 50_000;
/// Airings that are shown of an id which may be a channel's, and how far ahead.
pub const GUIDE_SHOWN: usize = 8;
/// The same, in time.
pub const GUIDE_SHOWN_AHEAD: Duration = Duration::from_hours(12);
/// Guide addresses that the host may enter.
pub const GUIDE_ADDRESSES: usize = 50;
/// Minutes by which the times of a guide may be moved.
pub const GUIDE_SHIFT: i32 = 24 * 60;
/// Airings of a channel that are kept at hand for what is on.
pub const GUIDE_ON: usize = 24;
/// How far ahead other times of a programme are looked for.
pub const GUIDE_AHEAD: Duration = Duration::from_hours(15 * 24);
/// How far ahead an export of the guide goes: all that there is.
pub const GUIDE_FAR: Duration = Duration::from_hours(400 * 24);
/// Other times of a programme that are told.
pub const GUIDE_OTHERS: usize = 20;
/// Longest window of the guide.
pub const GUIDE_WINDOW: Duration = Duration::from_hours(15 * 24);
/// Channels of a window at once.
pub const GUIDE_CHANNELS: usize = 200;
/// Channels of a window times its hours, at most.
pub const GUIDE_CHANNEL_HOURS: usize = 4_800;
/// Words of a search.
pub const GUIDE_WORDS: usize = 16;
/// Finds of a search at once.
pub const GUIDE_FOUND: usize = 200;
/// Languages of somebody.
pub const GUIDE_LANGUAGES: usize = 8;
/// Favourites of somebody: more than there are channels on most dishes.
pub const FAVOURITES: usize = 2_000;
/// Characters of the id of a channel that somebody likes.
pub const FAVOURITE_ID: usize = 100;
/// Searches of the guide that somebody keeps.
pub const SAVED_SEARCHES: u32 = 50;
/// Characters of the words of one.
pub const SAVED_WORDS: usize = 200;

/// Bytes of a frame that a client sends: a message of the greatest length, escaped, fits well.
pub const FRAME: usize = 64 << 10;
/// Bytes of a message: ten typed pages.
pub const MESSAGE: usize = 16 << 10;
/// Bytes of an emoji; the flags of parts of a country, which are the longest, have 28.
pub const EMOJI: usize = 40;
/// Characters of a conversation's title.
pub const TITLE: usize = 120;
/// Characters of the name of a model, a provider or a tool.
pub const MODEL_NAME: usize = 120;
/// Bytes of what a person tells the assistant when it is to go on, and of a note.
pub const SUMMARY: usize = 4 << 10;
/// Bytes of an answer: more is a model that runs in circles, and is cut.
pub const ANSWER: usize = 256 << 10;
/// Bytes of the arguments of a call.
pub const CALL_ARGUMENTS: usize = 8 << 10;
/// Lines that say what a call would change.
pub const CALL_LINES: usize = 20;
/// Bytes of one of them.
pub const CALL_LINE: usize = 400;
/// Calls that wait for somebody's word, or run, at once.
pub const CALLS_OPEN: usize = 16;
/// Calls of a conversation that are remembered: older ones cannot be undone from there any more.
pub const CALLS_KEPT: usize = 64;
/// Messages of a conversation that can still be changed; of older ones it is not remembered whose they are.
pub const MESSAGES_HELD: usize = 4_096;
/// Reactions to one message.
pub const REACTIONS: usize = 64;
/// Ids of messages of which a conversation remembers that it has them; of older ones the store knows by a unique key.
pub const CLIENT_IDS: usize = 512;
/// Characters of an id that a client gives to what it sends: a UUID has 36.
pub const CLIENT_ID: usize = 64;
/// People of one conversation: its viewer and who of the desk has come by.
pub const PEOPLE: usize = 64;
/// Events of one conversation: at one a minute it is full after four months.
pub const CONVERSATION_EVENTS: u64 = 200_000;
/// Conversations of one person.
pub const CONVERSATIONS: usize = 1_000;
/// Conversations that one connection hears at once: tabs show one or two.
pub const TALKS: usize = 16;
// However a message is written in JSON, its frame holds it if half of it is escaped.
const _: () = assert!(FRAME >= 3 * MESSAGE && ANSWER >= MESSAGE);

#[cfg(test)]
mod tests {
    use super::carried;

    #[test]
    fn a_machine_carries_what_its_scarcest_part_does() {
        for (processors, gib, files, sessions) in [
            (2, 4, 65_536, 500),
            (16, 64, 65_536, 2_000),
            (4, 1, 65_536, 256),
            (2, 4, 1_024, 128),
            (1, 0, 0, 10),
        ] {
            assert_eq!(carried(processors, gib << 30, files), sessions, "{processors} {gib} {files}");
        }
    }
}
