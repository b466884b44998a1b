//! A programme with some of its streams left out: of the map, and of the packets (ISO/IEC 13818-1 §2.4.4.8).
//!
//! The map that comes in the stream says what there is, so a change of it on air is followed. Pictures stay in any case; so does the clock, where a stream
//! carries it that is left out.

use crate::ts::packet::{PACKET, Packet};
use crate::ts::psi::{Kind, Pat, Pmt, Sections, Stream, packetise};
use std::fmt;

/// Which of several streams of a kind stay.
#[derive(Default)]
pub enum Which {
    /// All of them.
    #[default]
    All,
    /// None.
    None,
    /// Those in a language (ISO 639-2) of which this says yes; all where there is none such.
    Spoken(Box<dyn Fn(&str) -> bool + Send + Sync>),
}

impl fmt::Debug for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::All => "All",
            Self::None => "None",
            Self::Spoken(_) => "Spoken",
        })
    }
}

impl Which {
    /// Whether it says yes to any of `streams`.
    fn knows<'a>(&self, mut streams: impl Iterator<Item = &'a Stream>) -> bool {
        streams.any(|stream| self.wants(stream))
    }

    fn wants(&self, stream: &Stream) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Spoken(says) => {
                stream.language.as_ref().and_then(|code| std::str::from_utf8(code).ok()).is_some_and(says)
            }
        }
    }
}

/// Leaves out what its reader does not want.
#[derive(Default)]
pub struct Choice {
    sounds: Which,
    subtitles: Which,
    programmes: Sections,
    maps: Sections,
    map_pid: Option<u16>,
    counter: u8,
    left_out: Vec<u16>,
    clock: Option<u16>,
}

impl Choice {
    /// Keeps these sounds, and these subtitles (teletext too).
    pub fn new(sounds: Which, subtitles: Which) -> Self {
        Self { sounds, subtitles, ..Self::default() }
    }

    /// What is left of whole packets.
    pub fn pass(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        for packet in bytes.chunks_exact(PACKET).filter_map(Packet::new) {
            let pid = packet.pid();
            if Some(pid) == self.map_pid {
                self.map(&packet, &mut out);
                continue;
            }
            if pid == 0 {
                let found = &mut self.map_pid;
                self.programmes.push(&packet, |section| {
                    let first = Pat::parse(section).and_then(|pat| pat.programmes.first().copied());
                    *found = first.map(|(_, pid)| pid).or(*found);
                });
            }
            let is_clock = self.clock == Some(pid) && packet.pcr_27m().is_some();
            if is_clock || !self.left_out.contains(&pid) {
                out.extend_from_slice(packet.bytes());
            }
        }
        out
    }

    /// A packet of the map: with its last, the map goes out as it is now.
    fn map(&mut self, packet: &Packet<'_>, out: &mut Vec<u8>) {
        let mut maps = Vec::new();
        self.maps.push(packet, |section| maps.extend(Pmt::parse(section)));
        for mut map in maps {
            let of = |kept: fn(Kind) -> bool| map.streams.iter().filter(move |stream| kept(stream.kind));
            let spoken = self.sounds.knows(of(Kind::is_audio));
            let written = self.subtitles.knows(of(is_subtitle));
            let stays = |stream: &Stream| match stream.kind {
                kind if kind.is_audio() => keeps(&self.sounds, spoken, stream),
                kind if is_subtitle(kind) => keeps(&self.subtitles, written, stream),
                _ => true,
            };
            self.left_out.clear();
            let left_out = map.streams.iter().filter(|stream| !stays(stream)).map(|stream| stream.pid);
            self.left_out.extend(left_out);
            map.streams.retain(|stream| !self.left_out.contains(&stream.pid));
            self.clock = Some(map.pcr_pid);
            let pid = packet.pid();
            packetise(&map.section(), pid, &mut self.counter, out);
        }
    }
}

/// `known`: the choice says yes to one of its kind.
fn keeps(which: &Which, known: bool, stream: &Stream) -> bool {
    match which {
        Which::Spoken(_) if !known => true,
        which => which.wants(stream),
    }
}

fn is_subtitle(kind: Kind) -> bool {
    matches!(kind, Kind::Teletext | Kind::DvbSubtitle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ts::packet::SYNC;

    const MAP: u16 = 0x100;

    fn stream(pid: u16, stream_type: u8, descriptors: &[u8]) -> Stream {
        Stream {
            pid,
            stream_type,
            kind: Kind::Other(stream_type),
            language: None,
            audio_type: 0,
            descriptors: descriptors.to_vec(),
        }
    }

    fn language(code: &[u8; 3]) -> Vec<u8> {
        [&[0x0A, 4][..], code, &[0]].concat()
    }

    /// A picture, two sounds, one without a language, teletext; and a packet of each.
    fn programme(clock: u16) -> Vec<u8> {
        let teletext = [&[0x56, 5][..], b"deu", &[0x09, 0]].concat();
        let streams = vec![
            stream(0x200, 0x1B, &[]),
            stream(0x201, 0x03, &language(b"deu")),
            stream(0x202, 0x03, &language(b"eng")),
            stream(0x203, 0x03, &[]),
            stream(0x204, 0x06, &teletext),
        ];
        let mut out = Vec::new();
        let pat = Pat { transport_stream_id: 1, version: 0, programmes: vec![(1, MAP)] };
        packetise(&pat.section(), 0, &mut 0, &mut out);
        let map = Pmt { programme: 1, version: 3, pcr_pid: clock, scrambled: false, streams };
        packetise(&map.section(), MAP, &mut 5, &mut out);
        for pid in 0x200..0x205_u16 {
            let mut packet = [0; PACKET];
            packet[..4].copy_from_slice(&[SYNC, 0x40 | (pid >> 8) as u8, pid as u8, 0x10]);
            if pid == clock {
                // A clock (§2.4.3.5) within an adaptation field of 7 bytes.
                packet[3..6].copy_from_slice(&[0x30, 7, 0x10]);
            }
            out.extend_from_slice(&packet);
        }
        out
    }

    /// What the map says that there is, and what there is.
    fn found(bytes: &[u8]) -> (Vec<u16>, Vec<u16>) {
        let (mut sections, mut listed, mut there) = (Sections::default(), Vec::new(), Vec::new());
        for packet in bytes.chunks_exact(PACKET).filter_map(Packet::new) {
            match packet.pid() {
                0 => {}
                MAP => sections.push(&packet, |section| {
                    let map = Pmt::parse(section).unwrap();
                    listed.extend(map.streams.iter().map(|stream| stream.pid));
                }),
                pid => there.push(pid),
            }
        }
        assert_eq!(sections.damaged, 0);
        (listed, there)
    }

    fn spoken(code: &'static str) -> Which {
        Which::Spoken(Box::new(move |of| of == code))
    }

    #[test]
    fn what_is_not_wanted_is_neither_in_the_map_nor_in_the_stream() {
        let all = vec![0x200, 0x201, 0x202, 0x203, 0x204];
        for (sounds, subtitles, kept) in [
            (Which::All, Which::All, all.clone()),
            (spoken("deu"), Which::All, vec![0x200, 0x201, 0x204]),
            (spoken("eng"), Which::None, vec![0x200, 0x202]),
            // Better the wrong language than silence.
            (spoken("fra"), Which::None, vec![0x200, 0x201, 0x202, 0x203]),
            (Which::None, spoken("deu"), vec![0x200, 0x204]),
            (Which::All, spoken("eng"), all),
        ] {
            let text = format!("{sounds:?} {subtitles:?}");
            let left = Choice::new(sounds, subtitles).pass(&programme(0x200));
            assert_eq!(found(&left), (kept.clone(), kept), "{text}");
        }
    }

    #[test]
    fn the_clock_stays_wherever_it_is() {
        let left = Choice::new(spoken("deu"), Which::All).pass(&programme(0x202));
        assert_eq!(found(&left), (vec![0x200, 0x201, 0x204], vec![0x200, 0x201, 0x202, 0x204]));
    }

    #[test]
    fn it_goes_on_wherever_the_pieces_end_and_counts_its_maps() {
        let bytes = [programme(0x200), programme(0x200)].concat();
        let whole = Choice::new(spoken("eng"), Which::None).pass(&bytes);
        let mut choice = Choice::new(spoken("eng"), Which::None);
        let pieces: Vec<u8> = bytes.chunks(PACKET).flat_map(|packet| choice.pass(packet)).collect();
        assert_eq!(pieces, whole);
        let maps = whole.chunks_exact(PACKET).filter_map(Packet::new).filter(|packet| packet.pid() == MAP);
        assert_eq!(maps.map(|packet| packet.continuity()).collect::<Vec<_>>(), [0, 1]);
    }
}
