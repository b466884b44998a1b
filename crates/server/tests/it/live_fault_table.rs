//! The promise about faults: for each that the simulated receiver can show, what a viewer sees, within which time, and how it ends.
//! Proven row by row in `live_faults`; `docs/reference/faults.md` is its readable form and is compared with it here.
//!
//! Truth, not wish: where the station does less than a viewer would like, the row says so.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::fmt::Write as _;
use std::path::Path;

use telecast_sim::Fault;

/// One fault, and what becomes of it.
pub(crate) struct Row {
    pub(crate) fault: Fault,
    /// What is wrong.
    what: &'static str,
    /// What the viewer sees.
    seen: &'static str,
    /// Seconds until that is seen.
    pub(crate) within_s: f64,
    /// How it ends.
    recovery: &'static str,
    /// Seconds from the end of the fault to the end of what was seen.
    pub(crate) back_s: f64,
    /// The test that proves it.
    proof: &'static str,
}

const BREAKS: &str = "what_breaks_off_comes_back_in_the_same_session";
const STARTS: &str = "a_start_waits_or_is_refused_and_the_next_one_works";
const DAMAGE: &str = "damage_is_survived_in_the_same_session";
const CLOCKS: &str = "clocks_and_maps_that_change_are_followed";
const PAGES: &str = "pages_that_refuse_cost_no_picture";
const CRASHES: &str = "pages_that_crash_are_left_alone_and_found_again";
const BOOT: &str = "a_box_that_boots_is_found_again";
const RECORDING: &str = "a_recording_of_the_box_is_named";
const LISTS: &str = "lists_and_guide_survive_what_boxes_send";
const DISK: &str = "a_sleeping_disk_stops_nobody";

/// The table, in the order of [`Fault::ALL`].
#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    Row { fault: Fault::SlowFirstByte, within_s: 5.0, back_s: 3.0, proof: STARTS,
        what: "the first packet comes seconds late",
        seen: "up to 4 s: the page says that it waits for the signal, then the picture; longer: `tune_timeout`",
        recovery: "tuning in again works at once" },
    Row { fault: Fault::RefuseTune, within_s: 2.0, back_s: 23.0, proof: STARTS,
        what: "the box says that it cannot tune",
        seen: "`tune_failed`, once every source of the channel has been tried",
        recovery: "tuning in again works at once if nothing else of the receiver is on; beside other streams of ours its tuner may have been \
            the one that lacked, and for 20 s the answer is `receiver_refused` with the time that is left" },
    Row { fault: Fault::EndMidway, within_s: 1.0, back_s: 16.0, proof: BREAKS,
        what: "the stream ends in mid-play",
        seen: "the slate with `source_ended` once the buffer has run out, in a raw stream at once; the session goes on. Whoever tunes in meanwhile is told the same, and after 12 s \
            his session ends with it",
        recovery: "another source at once; the same one after 0.5 s, doubling to 15 s, and at least every 2 s while somebody wants to begin; \
            a new run of the same playlist" },
    Row { fault: Fault::Stall, within_s: 3.0, back_s: 16.0, proof: BREAKS,
        what: "nothing more comes on an open connection",
        seen: "the slate with `source_stalled` after 2 s; the session goes on",
        recovery: "connected anew after 4 s of silence; otherwise as with `end_midway`" },
    Row { fault: Fault::PacketLoss, within_s: 5.0, back_s: 5.0, proof: DAMAGE,
        what: "0.1 % of packets are lost",
        seen: "short freezes where pictures are left out; the status page counts lost packets and pictures",
        recovery: "nothing to recover from: the playlist never stops" },
    Row { fault: Fault::ContinuityErrors, within_s: 5.0, back_s: 5.0, proof: DAMAGE,
        what: "0.1 % of packets have a wrong continuity counter",
        seen: "as with `packet_loss`: nobody can tell the two apart",
        recovery: "nothing to recover from: the playlist never stops" },
    Row { fault: Fault::BitErrors, within_s: 5.0, back_s: 5.0, proof: DAMAGE,
        what: "0.1 % of packets have a flipped bit",
        seen: "what the receiver does not mark is delivered: the decoder shows blocks, or the page makes it anew",
        recovery: "nothing to recover from: the playlist never stops" },
    Row { fault: Fault::PtsJump, within_s: 12.0, back_s: 5.0, proof: CLOCKS,
        what: "all clocks jump by 100 s",
        seen: "the picture goes on: a new run begins where the clock has jumped",
        recovery: "at once" },
    Row { fault: Fault::PtsWrap, within_s: 12.0, back_s: 5.0, proof: CLOCKS,
        what: "the 33-bit clock begins again at 0",
        seen: "nothing: tape time goes on",
        recovery: "none needed" },
    Row { fault: Fault::PmtChange, within_s: 8.0, back_s: 5.0, proof: CLOCKS,
        what: "the programme's map has a new version, and sound another PID",
        seen: "the picture goes on: a new run begins with the new map",
        recovery: "at once" },
    Row { fault: Fault::FormatChange, within_s: 10.0, back_s: 8.0, proof: CLOCKS,
        what: "picture and sound go over to another format",
        seen: "the picture goes on: a new run begins with the new format. Where the sound that is heard goes and another comes, or a picture comes \
            that the client cannot decode, the session ends with `format_changed`, and the page begins anew with what there is now",
        recovery: "at once" },
    Row { fault: Fault::Scrambled, within_s: 5.0, back_s: 5.0, proof: STARTS,
        what: "the programme is scrambled",
        seen: "at a start another source after 1.5 s, without one `scrambled` after 4 s; in mid-play, after 2 s, another source or the slate with \
            `scrambled`, and the session goes on",
        recovery: "tuning in again works at once; in mid-play the picture comes with the next key frame, where there is a choice within 16 s" },
    Row { fault: Fault::JunkPrefix, within_s: 3.0, back_s: 3.0, proof: STARTS,
        what: "bytes that are no packets precede the stream",
        seen: "nothing: the first packet is looked for",
        recovery: "none needed" },
    Row { fault: Fault::Http401, within_s: 3.0, back_s: 3.0, proof: PAGES,
        what: "the box wants another password, for pages and streams",
        seen: "what plays goes on; the receiver's page says `unauthorized` when it is next asked (5 min, or \"read again\"); \
            a new session ends with `receiver_unauthorized`",
        recovery: "with \"read again\", or asked by itself within 60 s" },
    Row { fault: Fault::Http403, within_s: 3.0, back_s: 3.0, proof: PAGES,
        what: "the box refuses our network",
        seen: "what plays goes on, and channels can be tuned; the receiver's page says `unauthorized` when it is next asked",
        recovery: "with \"read again\", or asked by itself within 60 s" },
    Row { fault: Fault::Http404Html, within_s: 3.0, back_s: 3.0, proof: PAGES,
        what: "the web interface knows no page",
        seen: "what plays goes on, and channels can be tuned; the receiver's page says `not_a_receiver` when it is next asked",
        recovery: "with \"read again\", or asked by itself within 60 s" },
    Row { fault: Fault::JsonLatin1, within_s: 5.0, back_s: 5.0, proof: LISTS,
        what: "JSON is sent in Latin-1",
        seen: "nothing: names and titles are read right",
        recovery: "none needed" },
    Row { fault: Fault::JsonException, within_s: 5.0, back_s: 16.0, proof: CRASHES,
        what: "every call ends in an exception",
        seen: "what plays goes on, and channels can be tuned; the receiver's page says `unreachable` and why; it is left alone for 15 s at a time",
        recovery: "found again within 15 s" },
    Row { fault: Fault::HugeGuide, within_s: 10.0, back_s: 5.0, proof: LISTS,
        what: "fifteen times as many guide entries",
        seen: "nothing: only now and next are asked for",
        recovery: "none needed" },
    Row { fault: Fault::EmptyGuide, within_s: 5.0, back_s: 5.0, proof: LISTS,
        what: "the guide is one dummy event",
        seen: "what was known of the guide, never the dummy",
        recovery: "with the next reading of the guide (5 min, or \"read again\")" },
    Row { fault: Fault::BrokenBulkGuide, within_s: 5.0, back_s: 20.0, proof: LISTS,
        what: "guide calls for bouquets end in an exception",
        seen: "nothing on a box of up to 100 channels: each is asked for by itself; on a larger one the others have no titles",
        recovery: "with the next reading of the guide (5 min, or \"read again\")" },
    Row { fault: Fault::DuplicateNames, within_s: 5.0, back_s: 5.0, proof: LISTS,
        what: "channels and bouquets share few names",
        seen: "all channels, under the names that the box gives; they are told apart by their service, never by their name",
        recovery: "none needed" },
    Row { fault: Fault::NoBouquets, within_s: 5.0, back_s: 5.0, proof: LISTS,
        what: "the box has no bouquet any more",
        seen: "the channels known so far stay and can be tuned; the receiver's page says `no_bouquets`",
        recovery: "with \"read again\", or asked by itself within 60 s" },
    Row { fault: Fault::Standby, within_s: 3.0, back_s: 3.0, proof: LISTS,
        what: "the box is in standby",
        seen: "nothing: boxes stream in standby, and it is not woken",
        recovery: "none needed" },
    Row { fault: Fault::Reboot, within_s: 3.0, back_s: 32.0, proof: BOOT,
        what: "both ports are dead for a minute, all streams end",
        seen: "the slate within seconds, `source_ended` and then `receiver_unreachable`; sessions go on",
        recovery: "found within 15 s of its return, then as with `end_midway`" },
    Row { fault: Fault::ClockJump, within_s: 5.0, back_s: 5.0, proof: LISTS,
        what: "the box's clock is wrong by an hour",
        seen: "picture and channels as ever; now and next may be those of another hour, since the box says what is on",
        recovery: "with the next reading of the guide (5 min, or \"read again\")" },
    Row { fault: Fault::TimerConflict, within_s: 3.0, back_s: 3.0, proof: LISTS,
        what: "every timer is told of a conflict",
        seen: "nothing while watching; whoever sets a timer is told `timer_conflict` and what is in the way",
        recovery: "none needed; setting it again works at once" },
    Row { fault: Fault::RecordingTakesTuner, within_s: 3.0, back_s: 16.0, proof: RECORDING,
        what: "a recording of the box takes the tuner",
        seen: "another source at once, another tuner after 0.5 s; without either the slate with `preempted_by_recording`, the recording's name and its channel; the session goes on",
        recovery: "when the recording ends, tried again after at most 15 s" },
    Row { fault: Fault::SlowDisk, within_s: 4.0, back_s: 9.0, proof: DISK,
        what: "a sleeping disk stops the web interface for 8 s",
        seen: "nothing: a stream's address is waited for no longer than 1.5 s, and lists are not given up before 25 s",
        recovery: "none needed" },
    Row { fault: Fault::TranslatedMessages, within_s: 3.0, back_s: 3.0, proof: LISTS,
        what: "the box speaks German",
        seen: "nothing: no decision rests on a message",
        recovery: "none needed" },
];

pub(crate) fn of(fault: Fault) -> &'static Row {
    ROWS.iter().find(|row| row.fault == fault).unwrap()
}

/// The page that people read.
fn page() -> String {
    let mut text = String::from(
        "# Faults, and what a viewer sees of them\n\n\
        Each fault that the simulated receiver can show (`telecast sim --fault NAME`), what the station makes of it, and within which time.\n\
        Seconds are those of the design, the first from the fault, the second from its end; names in `this type` are codes that the API gives,\n\
        which the page puts into the viewer's language. Each row is proven by the test named (`cargo nextest run -p telecast-server live_faults`).\n\n\
        This page is written by that test: `RENEW=1 cargo nextest run -p telecast-server live_fault_table`.\n\n\
        | fault | what is wrong | what the viewer sees | within (s) | how it ends | within (s) | proof |\n\
        | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for row in ROWS {
        let Row { what, seen, within_s, recovery, back_s, proof, .. } = row;
        let name = row.fault.name();
        writeln!(text, "| `{name}` | {what} | {seen} | {within_s} | {recovery} | {back_s} | `{proof}` |")
            .unwrap();
    }
    text
}

#[test]
fn every_fault_has_a_row_and_every_row_a_proof() {
    let listed: Vec<Fault> = ROWS.iter().map(|row| row.fault).collect();
    assert_eq!(listed, Fault::ALL, "each fault once, in their order");
    let proofs = include_str!("live_faults.rs");
    for row in ROWS {
        let name = row.fault.name();
        assert!(
            !row.what.is_empty() && !row.seen.is_empty() && !row.recovery.is_empty(),
            "{name} says nothing"
        );
        let body = proofs.split(&format!("\nasync fn {}()", row.proof)).nth(1);
        let body = body.unwrap_or_else(|| panic!("{name}: there is no test {}", row.proof));
        let body = body.split("\n#[tokio::test").next().unwrap();
        let variant = format!("Fault::{:?}", row.fault);
        let ends = [',', ')', ' ', ';', ']', '.'].map(|end| format!("{variant}{end}"));
        assert!(ends.iter().any(|text| body.contains(text)), "{name}: {} does not show it", row.proof);
    }
}

#[test]
fn the_page_about_faults_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/faults.md");
    if std::env::var_os("RENEW").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == page(), "run: RENEW=1 cargo nextest run -p telecast-server live_fault_table");
}
