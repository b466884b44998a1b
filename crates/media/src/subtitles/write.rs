//! WebVTT (W3C): a file of cues, and a segment of a playlist.

use std::fmt::Write;

use super::{Cue, Name, overlapping};
use crate::hls::Container;
use crate::tape::Segment;
use crate::time::HZ;

/// Ticks of a millisecond.
const MS: i64 = HZ / 1000;
/// Times of a transport stream begin anew after so many ticks (ISO/IEC 13818-1 §2.4.3.7).
const WRAP: i64 = 1 << 33;

/// A file of cues; what is not whole milliseconds is lost.
pub fn write(cues: &[Cue]) -> String {
    let mut out = String::from("WEBVTT\n\n");
    for cue in cues {
        block(&mut out, cue.start, cue.end, &cue.text);
    }
    out
}

/// What is seen of a text in a segment; none of it has as few bytes as there can be. `None`: nobody knows yet when the segment ends.
///
/// Times are those of the tape, which is what the segment's fragments say too; in transport streams they are as in those. So `X-TIMESTAMP-MAP` (RFC
/// 8216bis §3.1.4), in which times begin anew in either case, says of a moment that it is itself, and who does not know it is not led astray.
pub fn segment(segment: &Segment, name: Name, container: Container) -> Option<String> {
    let end = segment.end?;
    let turns = match container {
        Container::Cmaf => 0,
        Container::Ts => segment.start.div_euclid(WRAP) * WRAP,
    };
    let local = (segment.start - turns).div_euclid(MS);
    let mut out = format!("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:{},LOCAL:", (local * MS).rem_euclid(WRAP));
    moment(&mut out, local * MS);
    out.push_str("\n\n");
    let texts = &segment.run.texts;
    let cues = texts.all.iter().find(|text| text.name == name).map_or(&[][..], |text| &text.cues);
    for cue in overlapping(cues, segment.start - texts.from, end - texts.from) {
        let at = |time: i64| time + texts.from - turns;
        block(&mut out, at(cue.start), at(cue.end), &cue.text);
    }
    Some(out)
}

fn block(out: &mut String, start: i64, end: i64, text: &str) {
    moment(out, start);
    out.push_str(" --> ");
    moment(out, end);
    out.push('\n');
    for one in text.chars() {
        match one {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            one => out.push(one),
        }
    }
    out.push_str("\n\n");
}

/// `01:02:03.004`.
fn moment(out: &mut String, ticks: i64) {
    let ms = ticks.max(0) / MS;
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    let _ = write!(out, "{hours:02}:{minutes:02}:{seconds:02}.{:03}", ms % 1000);
}
