//! Services, channels, bouquets: who they are, so that they stay themselves when a receiver renames or reorders them.
//!
//! A service reference is `type:flags:servicetype:SID:TSID:ONID:namespace:parentSID:parentTSID:unused:[path][:name]` in upper case
//! hex (enigma2, `lib/service/iservice.h`). A channel's id comes from SID, TSID, ONID and namespace alone.
//!
//! Entries of lists (M3U, HDHomeRun) have references too ([`ServiceRef::listed`]): in a namespace that no receiver uses, numbered by what names the entry
//! in its list, so that a new address or another place does not make another channel of it.

mod wishes;

pub use wishes::{ChannelWish, GroupWish, Wishes, apply};

use crate::limits;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::fmt;

/// A service reference as a receiver writes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServiceRef {
    /// 1 for DVB, 4097, 5001, 5002 for streams from elsewhere.
    pub kind: u32,
    /// Bits: 64 marker, 512 hidden, 256 numbered marker, 7 directory.
    pub flags: u32,
    /// DVB service type: 1 television, 2 and A radio, 19 H.264 HD, 1F HEVC.
    pub service_type: u32,
    /// Service id (programme number).
    pub sid: u32,
    /// Transport stream id.
    pub tsid: u32,
    /// Original network id.
    pub onid: u32,
    /// Namespace: orbital position and more.
    pub namespace: u32,
    /// Parent service, parent stream, unused.
    pub rest: [u32; 3],
    /// Path: the address of a stream from elsewhere, decoded; the query of a bouquet.
    pub path: String,
    /// Name behind the path.
    pub name: String,
}

/// The namespace of entries of lists.
const LISTED: u32 = 0x4C49_5354;
/// The namespace of channels of one's own.
const OWN: u32 = 0x4F57_4E20;
/// The kind of streams from elsewhere that GStreamer plays on a box.
const STREAM: u32 = 4097;

/// What is received together: one tuner can receive all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Transponder {
    /// Namespace.
    pub namespace: u32,
    /// Original network id.
    pub onid: u32,
    /// Transport stream id.
    pub tsid: u32,
}

impl ServiceRef {
    /// Reads a reference: with or without a trailing colon, percent-encoded or not.
    pub fn parse(text: &str) -> Option<Self> {
        let text = if text.contains(':') { text.to_owned() } else { decode(text) };
        let mut fields = text.splitn(11, ':');
        let mut number = |radix| u32::from_str_radix(fields.next()?.trim(), radix).ok();
        let (kind, flags) = (number(10)?, number(10)?);
        let (service_type, sid, tsid, onid, namespace) =
            (number(16)?, number(16)?, number(16)?, number(16)?, number(16)?);
        let rest = [number(16).unwrap_or(0), number(16).unwrap_or(0), number(16).unwrap_or(0)];
        let (path, name) = split_tail(fields.next().unwrap_or(""));
        Some(Self {
            kind,
            flags,
            service_type,
            sid,
            tsid,
            onid,
            namespace,
            rest,
            path: decode(path),
            name: name.to_owned(),
        })
    }

    /// The entry of a list. `key` names it among all lists for ever; `address` is where it is now.
    pub fn listed(key: &str, address: &str, radio: bool) -> Self {
        let key = hash(key);
        Self {
            kind: STREAM,
            flags: 0,
            service_type: if radio { 2 } else { 1 },
            sid: (key >> 32) as u32,
            tsid: key as u32,
            onid: 0,
            namespace: LISTED,
            rest: [0; 3],
            path: address.to_owned(),
            name: String::new(),
        }
    }

    /// A channel of one's own, by the id that the station has given it.
    pub fn own(id: &str) -> Self {
        Self { namespace: OWN, ..Self::listed(id, &format!("own://{id}"), false) }
    }

    /// The id of a channel of one's own; none: it is no such channel.
    pub fn own_id(&self) -> Option<&str> {
        self.path.strip_prefix("own://").filter(|_| self.namespace == OWN)
    }

    /// A programme of one's own that is played for itself, by the id that the station has given it.
    pub fn programme(id: &str) -> Self {
        Self { namespace: OWN, ..Self::listed(id, &format!("programme://{id}"), false) }
    }

    /// The id of such a programme; none: it is none.
    pub fn programme_id(&self) -> Option<&str> {
        self.path.strip_prefix("programme://").filter(|_| self.namespace == OWN)
    }

    /// It is the entry of a list, or a channel of one's own: whoever gives it counts streams, each of them like a transponder of its own.
    pub fn is_listed(&self) -> bool {
        matches!(self.namespace, LISTED | OWN) && self.is_iptv()
    }

    /// A line between channels, not a channel.
    pub fn is_marker(&self) -> bool {
        self.flags & 64 != 0
    }

    /// Not to be shown.
    pub fn is_hidden(&self) -> bool {
        self.flags & 512 != 0
    }

    /// A marker that takes a number.
    pub fn is_numbered_marker(&self) -> bool {
        self.is_marker() && self.flags & 256 != 0
    }

    /// A bouquet within a bouquet.
    pub fn is_directory(&self) -> bool {
        self.flags & 7 == 7
    }

    /// Several services that are the same channel; the box picks one when it tunes.
    pub fn is_alternatives(&self) -> bool {
        self.flags & 128 != 0
    }

    /// A stream from elsewhere.
    pub fn is_iptv(&self) -> bool {
        self.path.contains("://")
    }

    /// Sound only.
    pub fn is_radio(&self) -> bool {
        matches!(self.service_type, 0x02 | 0x0A)
    }

    /// Where it is received. Of alternatives nobody knows before the box has picked one: a place of their own, shared
    /// with nothing, so that it never counts as one that is already tuned.
    pub fn transponder(&self) -> Transponder {
        if self.is_alternatives() {
            let unknown = hash(&self.path);
            return Transponder { namespace: u32::MAX, onid: (unknown >> 32) as u32, tsid: unknown as u32 };
        }
        if self.is_listed() {
            return Transponder { namespace: self.namespace, onid: self.sid, tsid: self.tsid };
        }
        Transponder { namespace: self.namespace, onid: self.onid, tsid: self.tsid }
    }

    /// The channel that it is.
    pub fn channel_id(&self) -> ChannelId {
        if let Some(id) = self.own_id() {
            return ChannelId(format!("own-{id}"));
        }
        if let Some(id) = self.programme_id() {
            return ChannelId(format!("programme-{id}"));
        }
        if self.is_listed() {
            return ChannelId(format!("list-{:08x}{:08x}", self.sid, self.tsid));
        }
        if self.is_iptv() {
            return ChannelId(format!("iptv-{:016x}", hash(&self.path)));
        }
        if self.is_alternatives() {
            return ChannelId(format!("alt-{:016x}", hash(&self.path)));
        }
        ChannelId(format!("{:x}-{:x}-{:x}-{:x}", self.sid, self.tsid, self.onid, self.namespace))
    }
}

impl fmt::Display for ServiceRef {
    /// As receivers write it, without name, with the trailing colon.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c] = self.rest;
        write!(
            f,
            "{}:{}:{:X}:{:X}:{:X}:{:X}:{:X}:{a:X}:{b:X}:{c:X}:",
            self.kind, self.flags, self.service_type, self.sid, self.tsid, self.onid, self.namespace
        )?;
        f.write_str(&self.path.replace('%', "%25").replace(':', "%3a"))
    }
}

/// Path and name. Some lists carry addresses as they are, where a colon should be `%3a`: such an address ends at a colon
/// that neither a port nor a path follows.
fn split_tail(tail: &str) -> (&str, &str) {
    let plain = tail.find("://").filter(|at| !tail[..*at].contains(':'));
    let Some(scheme) = plain else { return tail.split_once(':').unwrap_or((tail, "")) };
    let name = tail.rfind(':').filter(|at| *at > scheme);
    let is_name = |at: &usize| {
        !tail[at + 1..].contains('/') && !tail[at + 1..].starts_with(|c: char| c.is_ascii_digit())
    };
    name.filter(is_name).map_or((tail, ""), |at| (&tail[..at], &tail[at + 1..]))
}

/// Percent-escapes decoded; what is no escape stays.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes
            .get(at + 1..at + 3)
            .filter(|h| h.iter().all(u8::is_ascii_hexdigit))
            .and_then(|h| std::str::from_utf8(h).ok())
            .and_then(|h| u8::from_str_radix(h, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Names a channel; stays the same when it is renamed, moved or received by another box.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ChannelId(pub String);

impl ChannelId {
    /// What guides and players know it by: XMLTV wants the form of a host's name (its DTD, after RFC 2838).
    pub fn in_guides(&self) -> String {
        format!("{}.telecast", self.0)
    }
}

impl fmt::Display for ChannelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One way to get a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Id of the receiver.
    pub receiver: String,
    /// Its reference there.
    pub service: ServiceRef,
}

/// Something to watch or to hear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Who it is.
    pub id: ChannelId,
    /// Name.
    pub name: String,
    /// Number on the remote control: its place among the channels of its kind.
    pub number: u32,
    /// Sound only.
    pub radio: bool,
    /// Ways to get it, best first.
    pub sources: Vec<Source>,
    /// What it is called in guides, where a list says so.
    pub guide_ids: Vec<String>,
    /// Address of its logo, where a list says so.
    pub logo: Option<String>,
    /// Channels of which the host has said that they are this one; their sources are among its own.
    pub joined: Vec<Joined>,
}

/// A channel that goes by another's id, because the host has said that they are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// Who it is where it stands for itself: what was told of it in guides was told under this id.
    pub id: ChannelId,
    /// Its own name.
    pub name: String,
    /// What it is called in guides.
    pub guide_ids: Vec<String>,
}

/// A list of channels as the host ordered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bouquet {
    /// Who it is.
    pub id: String,
    /// Name.
    pub name: String,
    /// Radio.
    pub radio: bool,
    /// Channels in order; a channel may stand twice.
    pub channels: Vec<ChannelId>,
}

/// A bouquet as read from a receiver: services in order, nested bouquets flattened in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadBouquet {
    /// Its reference as text.
    pub reference: String,
    /// Name.
    pub name: String,
    /// Radio.
    pub radio: bool,
    /// Entries in order.
    pub services: Vec<BouquetEntry>,
}

/// An entry of a bouquet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BouquetEntry {
    /// Its reference.
    pub service: ServiceRef,
    /// Its name; empty: the reference's.
    pub name: String,
    /// What it is called in guides, where that is told.
    pub guide_id: Option<String>,
    /// Address of its logo, where that is told.
    pub logo: Option<String>,
    /// Its number, where that is told.
    pub number: Option<u32>,
}

impl BouquetEntry {
    /// It is something to watch or to hear, and may be shown.
    fn is_channel(&self) -> bool {
        let service = &self.service;
        !service.is_marker() && !service.is_hidden() && !service.is_directory()
    }
}

impl From<(ServiceRef, String)> for BouquetEntry {
    fn from((service, name): (ServiceRef, String)) -> Self {
        Self { service, name, guide_id: None, logo: None, number: None }
    }
}

/// All channels of all receivers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lineup {
    /// Channels by number, television first.
    pub channels: Vec<Channel>,
    /// Bouquets in order.
    pub bouquets: Vec<Bouquet>,
    by_id: HashMap<ChannelId, usize>,
    /// Where channels went that the host has joined to others.
    went: HashMap<ChannelId, usize>,
    /// In which bouquets each channel stands.
    standing: HashMap<ChannelId, Vec<usize>>,
}

impl Lineup {
    /// Pools what receivers have: (receiver id, bouquets). The order of receivers is the order of preference. A number that a list gives is kept where no
    /// receiver before it has it, and no entry before it; all others are counted on, past those that are taken.
    pub fn pool(receivers: &[(String, Vec<ReadBouquet>)]) -> Self {
        let mut lineup = Self::default();
        let mut numbers = [Numbers::default(), Numbers::default()];
        for (receiver, bouquets) in receivers {
            let own = lineup.own_numbers(bouquets, &mut numbers);
            for read in bouquets {
                let mut channels = Vec::new();
                for entry in &read.services {
                    if entry.service.is_numbered_marker() {
                        numbers[usize::from(read.radio)].skip();
                    }
                    if entry.is_channel() {
                        channels.push(lineup.add(receiver, entry, read.radio, (&own, &mut numbers)));
                    }
                }
                let id = format!("{:016x}", hash(&format!("{receiver}\n{}", read.reference)));
                lineup.bouquets.push(Bouquet { id, name: read.name.clone(), radio: read.radio, channels });
            }
        }
        let Self { mut channels, bouquets, .. } = lineup;
        channels.sort_by_key(|channel| (channel.radio, channel.number));
        Self::of(channels, bouquets)
    }

    /// Numbers that the entries of one receiver bring along, and may keep: they are theirs wherever they stand in it.
    fn own_numbers(&self, bouquets: &[ReadBouquet], numbers: &mut [Numbers; 2]) -> HashMap<ChannelId, u32> {
        let mut own = HashMap::new();
        for read in bouquets {
            for entry in read.services.iter().filter(|entry| entry.is_channel()) {
                let Some(number) = entry.number else { continue };
                let id = entry.service.channel_id();
                if !self.by_id.contains_key(&id)
                    && !own.contains_key(&id)
                    && numbers[usize::from(read.radio)].claim(number)
                {
                    own.insert(id, number);
                }
            }
        }
        own
    }

    fn add(
        &mut self,
        receiver: &str,
        entry: &BouquetEntry,
        radio: bool,
        (own, numbers): (&HashMap<ChannelId, u32>, &mut [Numbers; 2]),
    ) -> ChannelId {
        let BouquetEntry { service, name, guide_id, logo, .. } = entry;
        let id = service.channel_id();
        let source = Source { receiver: receiver.to_owned(), service: service.clone() };
        if let Some(at) = self.by_id.get(&id) {
            let channel = &mut self.channels[*at];
            if channel.sources.iter().all(|known| known.receiver != source.receiver) {
                channel.sources.push(source);
                channel.guide_ids.extend(guide_id.clone().filter(|id| !channel.guide_ids.contains(id)));
                channel.logo = channel.logo.take().or_else(|| logo.clone());
            }
            return id;
        }
        let number = own.get(&id).copied().unwrap_or_else(|| numbers[usize::from(radio)].next());
        self.by_id.insert(id.clone(), self.channels.len());
        self.channels.push(Channel {
            id: id.clone(),
            name: [name, &service.name].into_iter().find(|name| !name.is_empty()).unwrap_or(&id.0).to_owned(),
            number,
            radio: radio || service.is_radio(),
            sources: vec![source],
            guide_ids: guide_id.iter().cloned().collect(),
            logo: logo.clone(),
            joined: Vec::new(),
        });
        id
    }

    /// A lineup of these.
    fn of(channels: Vec<Channel>, bouquets: Vec<Bouquet>) -> Self {
        let by_id = channels.iter().enumerate().map(|(at, channel)| (channel.id.clone(), at)).collect();
        let joined = |(at, channel): (usize, &Channel)| {
            channel.joined.iter().map(move |joined| (joined.id.clone(), at)).collect::<Vec<_>>()
        };
        let went = channels.iter().enumerate().flat_map(joined).collect();
        let standing = standing(&bouquets);
        Self { channels, bouquets, by_id, went, standing }
    }

    /// The bouquets that a channel stands in, each once, in their order.
    pub fn bouquets_of(&self, id: &ChannelId) -> impl Iterator<Item = &Bouquet> {
        self.standing.get(id).into_iter().flatten().map(|at| &self.bouquets[*at])
    }

    /// The channel of that id.
    pub fn channel(&self, id: &ChannelId) -> Option<&Channel> {
        self.by_id.get(id).map(|at| &self.channels[*at])
    }

    /// The channel of that id, or the one that it was joined to.
    pub fn known_as(&self, id: &ChannelId) -> Option<&Channel> {
        self.by_id.get(id).or_else(|| self.went.get(id)).map(|at| &self.channels[*at])
    }
}

/// Numbers of a kind that are given.
#[derive(Default)]
struct Numbers {
    /// The last that was counted.
    last: u32,
    /// Those that entries have brought along.
    claimed: HashSet<u32>,
}

impl Numbers {
    /// Whether a number that an entry brings along may be its own.
    fn claim(&mut self, number: u32) -> bool {
        (self.last + 1..=limits::CHANNEL_NUMBER).contains(&number) && self.claimed.insert(number)
    }

    fn next(&mut self) -> u32 {
        self.skip();
        while self.claimed.contains(&self.last) {
            self.skip();
        }
        self.last
    }

    fn skip(&mut self) {
        self.last += 1;
    }
}

fn standing(bouquets: &[Bouquet]) -> HashMap<ChannelId, Vec<usize>> {
    let mut standing: HashMap<ChannelId, Vec<usize>> = HashMap::new();
    for (at, bouquet) in bouquets.iter().enumerate() {
        for channel in &bouquet.channels {
            let places = standing.entry(channel.clone()).or_default();
            if places.last() != Some(&at) {
                places.push(at);
            }
        }
    }
    standing
}

pub(crate) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01B3))
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod wishes_laws;
