//! What the map names and does not come.

use super::super::JUMP;
use super::super::stream::{Lane, Stream};
use super::Segmenter;
use crate::time::HZ;
use crate::ts::clock::WRAP;
use crate::ts::packet::Packet;
use crate::ts::pes;
use std::collections::BTreeSet;

/// What the map names and does not come for so long (ticks) beside sound that does, and in no run, is not waited for. Sound comes up to a second
/// after its picture, so this is long.
pub(super) const ABSENCE: i64 = 3 * HZ;

/// Whether a PES packet begins here.
pub(super) fn begins(packet: &Packet<'_>) -> bool {
    packet.unit_start() && !packet.scrambled() && pes::header(packet.payload()).is_some()
}

impl Segmenter {
    /// Some radio has a picture in its map of which nothing comes, from the first or later: once sound has come for [`ABSENCE`], what has not is waited for no longer.
    pub(super) fn look_for_the_absent(&mut self, at: usize, packet: &Packet<'_>) {
        let is_sound = matches!(self.streams[at].lane, Lane::Sound(_));
        let Some(pts) = pes::header(packet.payload()).filter(|_| is_sound).and_then(|header| header.pts)
        else {
            return;
        };
        let heard_for = (pts as i64 - *self.heard.get_or_insert(pts as i64)).rem_euclid(WRAP);
        if heard_for > JUMP + ABSENCE {
            self.heard = None; // its clock was set
        }
        let is_absent = |stream: &&Stream| !stream.carries && !matches!(stream.lane, Lane::Other);
        let absent: BTreeSet<u16> = self.streams.iter().filter(is_absent).map(|stream| stream.pid).collect();
        let awaits_picture =
            self.streams.iter().any(|s| matches!(s.lane, Lane::Video(_)) && absent.contains(&s.pid));
        if !(ABSENCE..=JUMP + ABSENCE).contains(&heard_for) || !awaits_picture {
            return;
        }
        if let Some(mut map) = self.map.clone() {
            self.unseen = absent;
            self.correct(&mut map);
            self.adopt(map);
        }
    }
}
