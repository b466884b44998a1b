//! A still that is repeated. Laws: however often it is asked, the same packets come; a repetition is the one before, later by its length;
//! counters go on, and the first packet of each PID says that they begin.

use std::collections::BTreeMap;
use std::sync::Arc;
use telecast_media::slate::{LENGTH, Layout, Playing, Still};
use telecast_media::ts::clock::WRAP;
use telecast_media::ts::packet::{PACKET, Packet};
use telecast_media::ts::pes;
use telecast_media::ts::psi::Kind;

const VIDEO: u16 = 0x100;
const ROUNDS: usize = 3;

/// See the module. The first byte says how far apart the questions are, and where the clock is.
pub fn run(bytes: &[u8]) {
    let (apart, bytes) = super::chunked(bytes);
    let layout = Layout {
        video: (VIDEO, Kind::H264),
        size: (64, 36),
        clock: if apart % 8 == 1 { VIDEO } else { 0x1FF },
        sounds: vec![(0x101, Kind::AacAdts, 48_000, 2)],
    };
    let Some(still) = Still::new(bytes, layout).map(Arc::new) else { return };
    let mut playing = Playing::new(Arc::clone(&still), WRAP - LENGTH);
    let rounds: Vec<Vec<u8>> = (1..=ROUNDS as i64)
        .map(|round| {
            let mut out = Vec::new();
            playing.fill(round * LENGTH - 1, &mut out);
            assert!(out.len() <= 4 * bytes.len() + 8 * PACKET, "{} of {} bytes", out.len(), bytes.len());
            out
        })
        .collect();
    let whole = rounds.concat();
    let (mut often, mut playing) = (Vec::new(), Playing::new(still, WRAP - LENGTH));
    for elapsed in (0..ROUNDS as i64 * LENGTH).step_by(apart * 90) {
        playing.fill(elapsed, &mut often);
    }
    playing.fill(ROUNDS as i64 * LENGTH - 1, &mut often);
    assert!(often == whole, "questions every {} ticks change something", apart * 90);
    for pair in rounds.windows(2) {
        let later: Vec<u64> =
            stamps(&pair[0]).iter().map(|pts| (*pts as i64 + LENGTH).rem_euclid(WRAP) as u64).collect();
        assert_eq!(stamps(&pair[1]), later);
    }
    counted(&whole);
}

fn packets(bytes: &[u8]) -> impl Iterator<Item = Packet<'_>> {
    bytes.chunks_exact(PACKET).filter_map(Packet::new)
}

fn stamps(bytes: &[u8]) -> Vec<u64> {
    let stamp = |packet: Packet<'_>| pes::header(packet.payload()).filter(|_| packet.unit_start())?.pts;
    packets(bytes).filter_map(stamp).collect()
}

fn counted(bytes: &[u8]) {
    let mut counters: BTreeMap<u16, u8> = BTreeMap::new();
    for packet in packets(bytes) {
        let counter = packet.continuity();
        match counters.insert(packet.pid(), counter) {
            None => {
                let raw = packet.bytes();
                assert!(
                    raw[3] & 0x20 != 0 && raw[4] > 0 && raw[5] & 0x80 != 0,
                    "the first of its PID is marked"
                );
            }
            Some(before) => assert_eq!(counter, before.wrapping_add(u8::from(packet.has_payload())) & 0x0F),
        }
    }
}
