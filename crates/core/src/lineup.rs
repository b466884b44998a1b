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
        let (service_type, sid, tsid, onid, namespace) = (number(16)?, number(16)?, number(16)?, number(16)?, number(16)?);
        let rest = [number(16).unwrap_or(0), number(16).unwrap_or(0), number(16).unwrap_or(0)];
        let tail = fields.next().unwrap_or("");
        let (path, name) = tail.split_once(':').unwrap_or((tail, ""));
        Some(Self { kind, flags, service_type, sid, tsid, onid, namespace, rest, path: decode(path), name: name.to_owned() })
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

    /// A stream from elsewhere.
    pub fn is_iptv(&self) -> bool {
        self.path.contains("://")
    }

    /// Sound only.
    pub fn is_radio(&self) -> bool {
        matches!(self.service_type, 0x02 | 0x0A)
    }

    /// Where it is received.
    pub fn transponder(&self) -> Transponder {
        Transponder { namespace: self.namespace, onid: self.onid, tsid: self.tsid }
    }

    /// The channel that it is.
    pub fn channel_id(&self) -> ChannelId {
        if self.is_iptv() {
            let hash = self.path.bytes().fold(0xCBF2_9CE4_8422_2325u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01B3));
            return ChannelId(format!("iptv-{hash:016x}"));
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

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|h| std::str::from_utf8(h).ok()).and_then(|h| u8::from_str_radix(h, 16).ok());
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

    fn add(&mut self, receiver: &str, service: &ServiceRef, name: &str, radio: bool, numbers: &mut [u32; 2]) -> ChannelId {
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
            name: name.to_owned(),
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
        assert_eq!(ServiceRef::parse("nonsense"), None);
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
