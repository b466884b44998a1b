//! Laws of subtitles, and examples of what is found in files.

use std::sync::Arc;

use proptest::prelude::*;

use super::read::{cues, text};
use super::*;
use crate::hls::Container;
use crate::tape::{Run, Segment, Texts};
use crate::time::HZ;

const MS: i64 = HZ / 1000;
const GERMAN: Name = Name { language: Some(*b"deu"), role: Role::Full };

fn said(text: &str) -> Vec<(i64, i64, String)> {
    cues(text).0.into_iter().map(|cue| (cue.start / MS, cue.end / MS, cue.text)).collect()
}

fn cue(start: i64, end: i64, text: &str) -> (i64, i64, String) {
    (start, end, text.into())
}

#[test]
fn subrip_is_read_as_people_write_it() {
    let found = said(
        "\u{FEFF}1\r\n00:00:01,040 --> 00:00:02,500 X1:10\r\n<i>Grüße</i> <font color=\"red\">rot</font>\r\n\r\n\
         2\r\n0:00:02.5 --> 00:03\r\n{\\an8}Oben & unten\r\n--> y < z\r\n3\r\n00:01:00,000 --> 00:01:01,000\r\n1984\r\n\r\n\
         4\r\n00:02:00,000 --> 00:01:00,000\r\nbackwards\r\n\r\n5\r\nno time\r\nat all\r\n",
    );
    let expected = [
        cue(1_040, 2_500, "Grüße rot"),
        cue(2_500, 3_000, "Oben & unten\n--> y < z"),
        cue(60_000, 61_000, "1984"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn webvtt_is_read_without_its_mark_up() {
    let found = said(
        "WEBVTT - a film\n\nSTYLE\n::cue { color: red }\n\nNOTE nothing\n\nintro\n00:01.000 --> 00:04.000 line:0\n\
         <v Anna>Hi &amp; <00:02.000><c.loud>bye</c></v> &lt;3 &amp;lt;\n\n100:00:00.000 --> 100:00:01.000\nlate\n",
    );
    assert_eq!(found, [cue(1_000, 4_000, "Hi & bye <3 &lt;"), cue(360_000_000, 360_001_000, "late")]);
}

#[test]
fn of_substation_alpha_what_is_spoken_is_read_and_what_is_drawn_is_not() {
    let found = said(
        "[Script Info]\nTitle: x\n[V4+ Styles]\nFormat: Name\n[Events]\n\
         Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n\
         Dialogue: 0,0:00:01.00,0:00:03.05,Default,,0,0,0,,{\\an8\\i1\\pos(1,2)}Hallo{\\i0}, du\\N{\\k20}zweite\\hZeile\n\
         Dialogue: 1,0:00:01.00,0:00:03.05,Glow,,0,0,0,,{\\blur3}Hallo, du\\Nzweite\\hZeile\n\
         Dialogue: 0,0:00:02.00,0:00:04.00,Default,,0,0,0,,{\\p1}m 0 0 l 100 0{\\p0}\n\
         Comment: 0,0:00:02.00,0:00:04.00,Default,,0,0,0,,nobody reads it\n[Fonts]\n\
         Dialogue: 0,0:00:02.00,0:00:04.00,,,,,,,x\n",
    );
    assert_eq!(found, [cue(1_000, 3_050, "Hallo, du\nzweite Zeile")], "two layers of one are one");
}

#[test]
fn bytes_are_whatever_they_can_be() {
    let wide: Vec<u8> = "žluť 🙂".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: [(&[u8], &str); 4] = [
        ("\u{FEFF}Grüße".as_bytes(), "Grüße"),
        ("Grüße".as_bytes(), "Grüße"),
        (b"Gr\xfc\xdfe \x96 \x80", "Grüße – €"),
        (&[&[0xFF, 0xFE][..], &wide].concat(), "žluť 🙂"),
    ];
    for (bytes, expected) in cases {
        assert_eq!(text(bytes), expected);
    }
}

#[test]
fn a_text_of_endless_cues_is_cut_and_says_so() {
    let one = |number: usize| {
        format!("00:00:{:02}.000 --> 00:01:{:02}.000\n{number}\n\n", number % 60, number % 60)
    };
    let all: String = (0..=CUES_MOST).map(one).collect();
    let (found, is_cut) = cues(&all);
    assert!(found.len() == CUES_MOST && is_cut);
    let long = format!("00:01.000 --> 00:02.000\n{}\n", "ä".repeat(CUE_MOST + 9));
    assert_eq!(cues(&long).0[0].text.chars().count(), CUE_MOST);
}

#[test]
fn names_are_read_as_they_are_written() {
    for (name, written) in [
        (GERMAN, "text-deu"),
        (Name { language: None, role: Role::Forced }, "text-und-forced"),
        (Name { language: Some(*b"eng"), role: Role::Impaired }, "text-eng-sdh"),
    ] {
        assert_eq!((name.to_string().as_str(), Name::read(written)), (written, Some(name)));
    }
    assert!(
        ["", "text-", "text-de", "text-deu-x", "v0a1", "text-DEU"]
            .iter()
            .all(|odd| Name::read(odd).is_none())
    );
}

/// Segments that follow each other from `start` on, each so long; cues are in time from `from` on.
fn segments(start: i64, lengths: &[i64], from: i64, cues: &[Cue]) -> Vec<Segment> {
    let text = Text { name: GERMAN, cues: cues.to_vec() };
    let texts = Texts { from, all: Arc::new([text]) };
    let run = Run { number: 0, start, offset: 0, tracks: Vec::new(), tables: Vec::new(), texts };
    let run = Arc::new(run);
    let mut at = start;
    let one = |(sequence, length): (usize, &i64)| {
        let begins = at;
        at += length;
        Segment {
            sequence: sequence as u64,
            run: Arc::clone(&run),
            discontinuity: false,
            discontinuity_sequence: 0,
            start: begins,
            end: Some(at),
            wall_ms: 0,
            base: 0,
            recovery: None,
            lanes: Vec::new(),
        }
    };
    lengths.iter().enumerate().map(one).collect()
}

/// What a segment says: its map (ticks of a transport stream, local ticks) and its cues.
fn told(segment: &Segment, container: Container) -> ((i64, i64), Vec<Cue>) {
    let text = super::segment(segment, GERMAN, container).expect("it has an end");
    let map =
        text.lines().nth(1).and_then(|line| line.strip_prefix("X-TIMESTAMP-MAP=MPEGTS:")).expect("a map");
    let (ticks, local) = map.split_once(",LOCAL:").expect("both");
    let (found, is_cut) = cues(&format!("WEBVTT\n\n{local} --> 9999999:00:00.000\nx\n"));
    assert!(!is_cut);
    ((ticks.parse().expect("ticks"), found[0].start), cues(&text).0)
}

#[test]
fn times_of_transport_streams_begin_anew_and_those_of_fragments_do_not() {
    let wrap = 1_i64 << 33;
    let start = 3 * wrap + 90 * 1_000;
    let cues = [Cue { start: 9_000, end: 18_000, text: "a & <b>".into() }];
    let all = segments(start, &[2 * HZ], start, &cues);
    let ((ticks, local), found) = told(&all[0], Container::Cmaf);
    assert_eq!((local - ticks) % MS, (3 * wrap) % MS, "both say the same moment");
    assert!((ticks - 90_000).abs() < MS && (found[0].start - (start + 9_000)).abs() < MS);
    let ((ticks, local), found) = told(&all[0], Container::Ts);
    assert!(ticks == local && (ticks - 90_000).abs() < MS && (found[0].start - 99_000).abs() < MS);
    assert_eq!(found[0].text, "a & <b>");
    let other = Name { role: Role::Forced, ..GERMAN };
    let empty = super::segment(&all[0], other, Container::Cmaf).expect("there is one");
    assert!(empty.starts_with("WEBVTT\nX-TIMESTAMP-MAP=") && !empty.contains("-->"));
}

fn any_cues() -> impl Strategy<Value = Vec<Cue>> {
    let one = (0i64..60_000, 1i64..20_000, "[a-zß<>&{}\\\\ 0-9\u{A0}\n-]{1,30}");
    let one = one.prop_map(|(start, length, text)| Cue {
        start: start * MS,
        end: (start + length) * MS,
        text: lines(&text),
    });
    prop::collection::vec(one, 0..40).prop_map(|cues| tidy(cues).0)
}

proptest! {
    /// What is written is read as it was.
    #[test]
    fn writing_and_reading_is_a_round_trip(all in any_cues()) {
        prop_assert_eq!(cues(&write(&all)), (all, false));
    }

    /// Each cue is in every segment that it overlaps, with all of its time, and in no other; segments that follow each other miss none.
    #[test]
    fn a_cue_is_where_it_is_seen_and_nowhere_else(
        all in any_cues(),
        lengths in prop::collection::vec(1i64..6_000, 1..30),
        start in 0i64..1 << 40,
        into in 0i64..20_000,
    ) {
        let lengths: Vec<i64> = lengths.into_iter().map(|ms| ms * MS).collect();
        let from = (start - into * MS).max(0);
        for segment in segments(start, &lengths, from, &all) {
            let (_, found) = told(&segment, Container::Cmaf);
            let end = segment.end.expect("an end");
            let seen = all.iter().filter(|cue| cue.start + from < end && cue.end + from > segment.start);
            let seen: Vec<_> = seen.map(|cue| (cue.start + from, cue.end + from, &cue.text)).collect();
            // What is told is told to the millisecond.
            prop_assert_eq!(found.len(), seen.len());
            for (found, (start, end, text)) in found.iter().zip(seen) {
                prop_assert!((0..MS).contains(&(start - found.start)) && (0..MS).contains(&(end - found.end)));
                prop_assert_eq!(&found.text, text);
            }
        }
    }

    /// What is cut out of a film in stretches that follow each other is all of it, each moment once.
    #[test]
    fn stretches_show_what_the_whole_shows(all in any_cues(), cuts in prop::collection::vec(1i64..30_000, 1..6)) {
        let seen_at = |cues: &[Cue], at: i64| -> Vec<String> {
            cues.iter().filter(|cue| cue.start <= at && at < cue.end).map(|cue| cue.text.clone()).collect()
        };
        let mut from = 0;
        for length in cuts.into_iter().map(|ms| ms * MS) {
            let part = within(&all, from, length);
            prop_assert!(part.iter().all(|cue| 0 <= cue.start && cue.start < cue.end && cue.end <= length));
            for at in [0, length / 3, length - 1] {
                let (mut part, mut whole) = (seen_at(&part, at), seen_at(&all, from + at));
                part.sort();
                whole.sort();
                prop_assert_eq!(part, whole);
            }
            from += length;
        }
    }
}
