//! Services, channels, bouquets: who they are, so that they stay themselves when a receiver renames or reorders them.
//!
//! A service reference is `type:flags:servicetype:SID:TSID:ONID:namespace:parentSID:parentTSID:unused:[path][:name]` in upper case
//! hex (enigma2, `lib/service/iservice.h`). A channel's id comes from SID, TSID, ONID and namespace alone.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;
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
        Transponder { namespace: self.namespace, onid: self.onid, tsid: self.tsid }
    }

    /// The channel that it is.
    pub fn channel_id(&self) -> ChannelId {
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

fn decode(text: &str) -> String {
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
    /// Entries: reference and name.
    pub services: Vec<(ServiceRef, String)>,
}

/// All channels of all receivers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lineup {
    /// Channels by number, television first.
    pub channels: Vec<Channel>,
    /// Bouquets in order.
    pub bouquets: Vec<Bouquet>,
    by_id: HashMap<ChannelId, usize>,
}

impl Lineup {
    /// Pools what receivers have: (receiver id, bouquets). The order of receivers is the order of preference.
    pub fn pool(receivers: &[(String, Vec<ReadBouquet>)]) -> Self {
        let mut lineup = Self::default();
        let mut numbers = [0u32; 2];
        for (receiver, bouquets) in receivers {
            for read in bouquets {
                let mut channels = Vec::new();
                for (service, name) in &read.services {
                    if service.is_marker() {
                        numbers[usize::from(read.radio)] += u32::from(service.is_numbered_marker());
                        continue;
                    }
                    if service.is_hidden() || service.is_directory() {
                        continue;
                    }
                    channels.push(lineup.add(receiver, service, name, read.radio, &mut numbers));
                }
                let id = format!("{:016x}", hash(&format!("{receiver}\n{}", read.reference)));
                lineup.bouquets.push(Bouquet { id, name: read.name.clone(), radio: read.radio, channels });
            }
        }
        lineup
    }

    fn add(
        &mut self,
        receiver: &str,
        service: &ServiceRef,
        name: &str,
        radio: bool,
        numbers: &mut [u32; 2],
    ) -> ChannelId {
        let id = service.channel_id();
        let source = Source { receiver: receiver.to_owned(), service: service.clone() };
        if let Some(at) = self.by_id.get(&id) {
            let channel = &mut self.channels[*at];
            if channel.sources.iter().all(|known| known.receiver != source.receiver) {
                channel.sources.push(source);
            }
            return id;
        }
        numbers[usize::from(radio)] += 1;
        self.by_id.insert(id.clone(), self.channels.len());
        self.channels.push(Channel {
            id: id.clone(),
            name: [name, &service.name].into_iter().find(|name| !name.is_empty()).unwrap_or(&id.0).to_owned(),
            number: numbers[usize::from(radio)],
            radio: radio || service.is_radio(),
            sources: vec![source],
        });
        id
    }

    /// The channel of that id.
    pub fn channel(&self, id: &ChannelId) -> Option<&Channel> {
        self.by_id.get(id).map(|at| &self.channels[*at])
    }
}

fn hash(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01B3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_as_boxes_and_clients_write_them() {
        for (text, id) in [
            ("1:0:19:283D:3FB:1:C00000:0:0:0:", "283d-3fb-1-c00000"),
            ("1:0:19:283D:3FB:1:C00000:0:0:0", "283d-3fb-1-c00000"),
            ("1%3A0%3A19%3A283D%3A3FB%3A1%3AC00000%3A0%3A0%3A0%3A", "283d-3fb-1-c00000"),
            ("1:0:19:283d:3fb:1:c00000:0:0:0::Das Erste HD", "283d-3fb-1-c00000"),
        ] {
            assert_eq!(ServiceRef::parse(text).expect(text).channel_id().0, id, "{text}");
        }
        let iptv = ServiceRef::parse("4097:0:1:0:0:0:0:0:0:0:http%3a//a.example/x.ts:Name").expect("iptv");
        assert!(iptv.is_iptv() && iptv.path == "http://a.example/x.ts" && iptv.name == "Name");
        // A sign is no digit: what is no escape stays as it is.
        let odd = ServiceRef::parse("4097:0:1:0:0:0:0:0:0:0:http%3a//a.example/%+5%zz%:").expect("iptv");
        assert_eq!(odd.path, "http://a.example/%+5%zz%");
        assert_eq!(ServiceRef::parse("nonsense"), None);
    }

    #[test]
    fn each_kind_of_entry_is_told_apart() {
        let read = |text: &str| ServiceRef::parse(text).expect(text);
        for (text, marker, numbered, hidden, directory, alternatives, iptv, radio) in [
            ("1:0:19:283D:3FB:1:C00000:0:0:0:", false, false, false, false, false, false, false),
            ("1:0:2:6DCB:44D:1:C00000:0:0:0:", false, false, false, false, false, false, true),
            ("1:0:A:6DCB:44D:1:C00000:0:0:0:", false, false, false, false, false, false, true),
            ("1:64:1:0:0:0:0:0:0:0::-- Sport --", true, false, false, false, false, false, false),
            ("1:320:0:0:0:0:0:0:0:0:", true, true, false, false, false, false, false),
            ("1:832:D:0:0:0:0:0:0:0:", true, true, true, false, false, false, false),
            ("1:512:1:1:1:1:C00000:0:0:0:", false, false, true, false, false, false, false),
            (
                "1:7:1:0:0:0:0:0:0:0:FROM BOUQUET \"x.tv\" ORDER BY bouquet",
                false,
                false,
                false,
                true,
                false,
                false,
                false,
            ),
            ("1:134:1:0:0:0:0:0:0:0:FROM BOUQUET \"a.tv\"", false, false, false, false, true, false, false),
            ("5001:0:1:0:0:0:0:0:0:0:http%3a//a/x", false, false, false, false, false, true, false),
            ("5002:0:2:0:0:0:0:0:0:0:http%3a//a/x:N", false, false, false, false, false, true, true),
        ] {
            let service = read(text);
            assert_eq!(
                (
                    service.is_marker(),
                    service.is_numbered_marker(),
                    service.is_hidden(),
                    service.is_directory()
                ),
                (marker, numbered, hidden, directory),
                "{text}"
            );
            let others = (service.is_alternatives(), service.is_iptv(), service.is_radio());
            assert_eq!(others, (alternatives, iptv, radio), "{text}");
        }
        let (one, other) =
            (read("1:134:1:0:0:0:0:0:0:0:FROM \"a\""), read("1:134:1:0:0:0:0:0:0:0:FROM \"b\""));
        assert_ne!(one.channel_id(), other.channel_id());
        assert_ne!(one.transponder(), other.transponder(), "unknown is never shared");
    }

    #[test]
    fn addresses_that_nobody_has_encoded_are_read_all_the_same() {
        for (tail, path, name) in [
            ("http%3a//a%3a8080/x:Name", "http://a:8080/x", "Name"),
            ("http://a:8080/x.ts", "http://a:8080/x.ts", ""),
            ("http://a:8080/x.ts:Das Erste", "http://a:8080/x.ts", "Das Erste"),
            ("http://a:8080", "http://a:8080", ""),
            ("rtsp://a/x", "rtsp://a/x", ""),
            ("http%3a//a/x%2520y:A: B", "http://a/x%20y", "A: B"),
        ] {
            let service = ServiceRef::parse(&format!("4097:0:1:0:0:0:0:0:0:0:{tail}")).expect(tail);
            assert_eq!((service.path.as_str(), service.name.as_str()), (path, name), "{tail}");
        }
    }

    #[test]
    fn a_channel_of_two_receivers_has_two_sources_and_stays_itself_when_renamed_and_moved() {
        let entry = |sid: u32, name: &str| {
            let text = format!("1:0:19:{sid:X}:1:1:C00000:0:0:0:");
            (ServiceRef::parse(&text).expect("reference"), name.to_owned())
        };
        let bouquet =
            |services| ReadBouquet { reference: "b".into(), name: "B".into(), radio: false, services };
        let before = Lineup::pool(&[
            ("a".into(), vec![bouquet(vec![entry(1, "One"), entry(2, "Two")])]),
            ("b".into(), vec![bouquet(vec![entry(2, "Zwei"), entry(3, "Three"), entry(3, "Three")])]),
        ]);
        let two = before.channel(&entry(2, "").0.channel_id()).expect("pooled");
        let receivers: Vec<&str> = two.sources.iter().map(|source| source.receiver.as_str()).collect();
        assert_eq!((two.name.as_str(), receivers), ("Two", vec!["a", "b"]));
        assert_eq!(
            (before.channels.len(), before.bouquets.len(), before.bouquets[1].channels.len()),
            (3, 2, 3)
        );
        assert_ne!(before.bouquets[0].id, before.bouquets[1].id, "the same list of another box is another");

        let after = Lineup::pool(&[("a".into(), vec![bouquet(vec![entry(2, "2 HD"), entry(1, "")])])]);
        assert!(after.channels.iter().all(|channel| before.channel(&channel.id).is_some()));
        assert_eq!(after.channels[1].name, "1-1-1-c00000", "a channel without a name has its id");
        assert_eq!(after.bouquets[0].id, before.bouquets[0].id);
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read_back(
            numbers in proptest::array::uniform10(0u32..=u32::MAX), path in "[ -~äß]{0,40}"
        ) {
            let [kind, flags, service_type, sid, tsid, onid, namespace, a, b, c] = numbers;
            let service =
                ServiceRef { kind, flags, service_type, sid, tsid, onid, namespace, rest: [a, b, c], path, name: String::new() };
            let text = service.to_string();
            proptest::prop_assert_eq!(ServiceRef::parse(&text), Some(service.clone()));
            let once = text.replace('%', "%25").replace(':', "%3A");
            proptest::prop_assert_eq!(ServiceRef::parse(&once), Some(service), "quoted as a whole");
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}") {
            if let Some(service) = ServiceRef::parse(&text) {
                let again = ServiceRef::parse(&service.to_string()).expect("what was read can be written");
                proptest::prop_assert_eq!(again.channel_id(), service.channel_id());
            }
        }
    }

    #[test]
    fn numbers_skip_markers_and_duplicates_keep_their_place() {
        let entry = |text: &str| (ServiceRef::parse(text).expect(text), text.to_owned());
        let read = ReadBouquet {
            reference: "b".into(),
            name: "B".into(),
            radio: false,
            services: vec![
                entry("1:0:1:1:1:1:C00000:0:0:0:"),
                entry("1:64:0:0:0:0:0:0:0:0:"),
                entry("1:0:1:2:1:1:C00000:0:0:0:"),
                entry("1:0:1:1:1:1:C00000:0:0:0:"),
                entry("1:512:1:9:1:1:C00000:0:0:0:"),
                entry("1:320:0:0:0:0:0:0:0:0:"),
                entry("1:0:1:3:1:1:C00000:0:0:0:"),
            ],
        };
        let lineup = Lineup::pool(&[("r".into(), vec![read])]);
        let numbers: Vec<u32> = lineup.channels.iter().map(|channel| channel.number).collect();
        assert_eq!(numbers, [1, 2, 4]);
        assert_eq!(lineup.bouquets[0].channels.len(), 4);
    }
}
