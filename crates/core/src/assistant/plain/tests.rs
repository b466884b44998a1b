//! Sentences and what they mean.

use super::*;
use crate::assistant::tools::{Day, Tool};
use jiff::civil::Weekday;
use proptest::prelude::*;

const CHANNELS: &[&str] = &["das erste", "zdf", "arte", "bbc one", "3sat", "rtl", "7"];

/// Saturday evening, before clocks are put forward.
fn now() -> Zoned {
    "2026-03-28T19:00:00+01:00[Europe/Berlin]".parse().unwrap()
}

fn heard(text: &str) -> Understood {
    let is_channel = |name: &str| CHANNELS.contains(&name.to_lowercase().as_str());
    understand(text, &Listening { now: &now(), language: Language::English, is_channel: &is_channel })
}

fn whats_on(channel: &str, when: When) -> Call {
    Call::WhatsOn { channel: (!channel.is_empty()).then(|| channel.into()), when }
}

fn search(words: &str, day: Option<Day>, channel: &str) -> Call {
    Call::SearchGuide { words: words.into(), day, channel: (!channel.is_empty()).then(|| channel.into()) }
}

fn remind(programme: &str, minutes_before: u32) -> Call {
    Call::Remind { programme: programme.into(), minutes_before }
}

fn record(programme: &str, channel: &str) -> Call {
    let channel = (!channel.is_empty()).then(|| channel.into());
    Call::SetTimer(Timer::Programme { programme: programme.into(), channel })
}

fn record_times(channel: &str, start: &str, end: &str) -> Call {
    let (start, end) = (start.parse().unwrap(), end.parse().unwrap());
    Call::SetTimer(Timer::Time { channel: channel.into(), start, end, title: None })
}

fn cancel(timer: &str) -> Call {
    Call::CancelTimer { timer: timer.into() }
}

fn tune(channel: &str) -> Call {
    Call::Tune { channel: channel.into() }
}

fn explain(about: About, channel: &str) -> Call {
    Call::Explain { about, channel: (!channel.is_empty()).then(|| channel.into()) }
}

fn documents(words: &str) -> Call {
    Call::Documents { words: words.into() }
}

fn check(language: Language, cases: &[(&str, Call)]) {
    for (text, call) in cases {
        let expected = Understood { meant: Meant::Calls(vec![call.clone()]), language };
        assert_eq!(heard(text), expected, "{text}");
    }
}

#[test]
fn english_is_understood() {
    let at_ten = When::At("2026-03-28T21:00:00Z".parse().unwrap());
    check(
        Language::English,
        &[
            ("What's on?", whats_on("", When::Now)),
            ("whats on tonight", whats_on("", When::Tonight)),
            ("What is on TV right now?", whats_on("", When::Now)),
            ("what’s on tomorrow on ARTE", whats_on("ARTE", When::Tomorrow)),
            ("What's on BBC One?", whats_on("BBC One", When::Now)),
            ("what's on BBC One tonight?", whats_on("BBC One", When::Tonight)),
            ("what is playing on channel 7", whats_on("7", When::Now)),
            ("What's on at 10 pm on ZDF", whats_on("ZDF", at_ten)),
            ("hey, show me what's on tonight please", whats_on("", When::Tonight)),
            ("What can I watch tonight?", whats_on("", When::Tonight)),
            ("TV guide for arte tomorrow", whats_on("arte", When::Tomorrow)),
            ("search Tatort", search("Tatort", None, "")),
            ("Search for football on sunday", search("football", Some(Day::Weekday(Weekday::Sunday)), "")),
            ("find me a film with Cary Grant", search("a film with Cary Grant", None, "")),
            ("look for love on the rocks", search("love on the rocks", None, "")),
            ("look for love on BBC One", search("love", None, "BBC One")),
            ("When is Doctor Who on?", search("Doctor Who", None, "")),
            ("when does \"The News\" start", search("The News", None, "")),
            ("is there any tennis today", search("tennis", Some(Day::Today), "")),
            ("remind me of Tatort", remind("Tatort", REMIND_DEFAULT)),
            ("Remind me to watch Doctor Who 15 minutes before", remind("Doctor Who", 15)),
            ("remind me half an hour before Sherlock starts", remind("Sherlock", 30)),
            ("set a reminder for the news", remind("the news", REMIND_DEFAULT)),
            ("Record Tatort", record("Tatort", "")),
            ("please record Doctor Who on BBC One", record("Doctor Who", "BBC One")),
            ("can you record the late show", record("the late show", "")),
            ("set a timer for Tatort on Das Erste", record("Tatort", "Das Erste")),
            (
                "record ZDF from 20:15 to 21:45",
                record_times("ZDF", "2026-03-28T19:15:00Z", "2026-03-28T20:45:00Z"),
            ),
            (
                "record BBC One tomorrow from 8 pm to 9:30 pm",
                record_times("BBC One", "2026-03-29T18:00:00Z", "2026-03-29T19:30:00Z"),
            ),
            (
                "record RTL from 23:00 until 1:00",
                record_times("RTL", "2026-03-28T22:00:00Z", "2026-03-29T00:00:00Z"),
            ),
            (
                "record from 8:00 to 9:00 on arte",
                record_times("arte", "2026-03-29T06:00:00Z", "2026-03-29T07:00:00Z"),
            ),
            ("Cancel the timer for Tatort", cancel("Tatort")),
            ("delete my Tatort recording", cancel("Tatort")),
            ("don't record Tatort", cancel("Tatort")),
            ("switch to ZDF", tune("ZDF")),
            ("Change over to channel 7!", tune("7")),
            ("put on arte", tune("arte")),
            ("Why does BBC One not work?", explain(About::Channel, "BBC One")),
            ("why doesn't ZDF play", explain(About::Channel, "ZDF")),
            ("Why is RTL black?", explain(About::Channel, "RTL")),
            ("why can't I watch arte?", explain(About::Channel, "arte")),
            ("What's wrong with 3sat?", explain(About::Channel, "3sat")),
            ("it doesn't work", explain(About::Channel, "")),
            ("why is this on?", explain(About::WhyOn, "")),
            ("Why is this on channel 7", explain(About::WhyOn, "7")),
            ("Who holds the tuners?", explain(About::Tuners, "")),
            ("are all tuners busy", explain(About::Tuners, "")),
            ("How do I set up a receiver?", documents("set up a receiver")),
        ],
    );
}

#[test]
fn german_is_understood() {
    let at_eight = When::At("2026-03-28T19:15:00Z".parse().unwrap());
    check(
        Language::German,
        &[
            ("Was läuft?", whats_on("", When::Now)),
            ("was läuft heute abend", whats_on("", When::Tonight)),
            ("Was laeuft heute Abend auf Das Erste?", whats_on("Das Erste", When::Tonight)),
            ("Was läuft auf arte morgen?", whats_on("arte", When::Tomorrow)),
            ("was kommt jetzt im Fernsehen", whats_on("", When::Now)),
            ("Was kommt um 20:15 auf ZDF?", whats_on("ZDF", at_eight)),
            ("was kommt um 20 Uhr 15 im ZDF", whats_on("ZDF", at_eight)),
            ("Was gibt's denn gerade im ZDF?", whats_on("ZDF", When::Now)),
            ("was zeigt 3sat morgen abend", whats_on("3sat", When::Tomorrow)),
            ("Fernsehprogramm heute Abend", whats_on("", When::Tonight)),
            ("Suche Tatort", search("Tatort", None, "")),
            ("suche nach Fußball am Sonntag", search("Fußball", Some(Day::Weekday(Weekday::Sunday)), "")),
            ("Wann kommt „Die Sendung mit der Maus“?", search("Die Sendung mit der Maus", None, "")),
            ("wann läuft Tatort auf Das Erste", search("Tatort", None, "Das Erste")),
            ("Gibt es heute Fußball?", search("Fußball", Some(Day::Today), "")),
            ("Erinnere mich an Tatort", remind("Tatort", REMIND_DEFAULT)),
            ("erinnere mich 10 Minuten vorher an Tatort", remind("Tatort", 10)),
            ("Erinner mich bitte an die Tagesschau eine halbe Stunde vorher", remind("die Tagesschau", 30)),
            ("erinnere mich, wenn Tatort beginnt", remind("Tatort", REMIND_DEFAULT)),
            ("Nimm Tatort auf", record("Tatort", "")),
            ("Nimm bitte Tatort auf", record("Tatort", "")),
            ("nimm Tatort auf Das Erste auf", record("Tatort", "Das Erste")),
            ("Kannst du den Tatort aufnehmen?", record("den Tatort", "")),
            ("stelle einen Timer für Tatort", record("Tatort", "")),
            (
                "Nimm Das Erste von 20:15 bis 21:45 auf",
                record_times("Das Erste", "2026-03-28T19:15:00Z", "2026-03-28T20:45:00Z"),
            ),
            (
                "nimm morgen von 20 Uhr bis 21 Uhr 30 auf ZDF auf",
                record_times("ZDF", "2026-03-29T18:00:00Z", "2026-03-29T19:30:00Z"),
            ),
            ("Lösche den Timer für Tatort", cancel("Tatort")),
            ("loesche die Aufnahme von Tatort", cancel("Tatort")),
            ("Nimm Tatort doch nicht auf", cancel("Tatort")),
            ("schalte auf ZDF", tune("ZDF")),
            ("Schalt um auf Das Erste!", tune("Das Erste")),
            ("schalte zu arte um", tune("arte")),
            ("Zeig mir 3sat", tune("3sat")),
            ("ich möchte ZDF sehen", tune("ZDF")),
            ("Warum geht ZDF nicht?", explain(About::Channel, "ZDF")),
            ("wieso läuft Das Erste nicht mehr", explain(About::Channel, "Das Erste")),
            ("Warum ist RTL schwarz?", explain(About::Channel, "RTL")),
            ("was ist mit arte los?", explain(About::Channel, "arte")),
            ("Das geht nicht", explain(About::Channel, "")),
            ("Warum läuft das hier gerade?", explain(About::WhyOn, "")),
            ("warum kommt diese Sendung auf Kanal 7", explain(About::WhyOn, "7")),
            ("Wer belegt die Tuner?", explain(About::Tuners, "")),
            ("Sind noch Tuner frei?", explain(About::Tuners, "")),
            ("Wie richte ich einen Empfänger ein?", documents("einen Empfänger ein")),
        ],
    );
}

#[test]
fn help_is_given_and_nothing_is_guessed() {
    for (text, is_asked, language) in [
        ("help", true, Language::English),
        ("Hilfe!", true, Language::German),
        ("What can you do?", true, Language::English),
        ("was kannst du?", true, Language::German),
        ("", false, Language::English),
        ("?!", false, Language::English),
        ("asdf", false, Language::English),
        ("ich finde das Wetter nicht schön und du", false, Language::German),
        ("the weather is nice to me", false, Language::English),
        ("show me cats", false, Language::English),
        ("record", false, Language::English),
        ("record BBC One from 25:00 to 26:99 and a day", false, Language::English),
    ] {
        let understood = heard(text);
        if text.starts_with("record BBC") {
            // No times: then it is the title of something.
            assert!(matches!(understood.meant, Meant::Calls(_)), "{text}");
            continue;
        }
        let expected = Meant::Help { is_asked, sentences: language.sentences() };
        assert_eq!(understood, Understood { meant: expected, language }, "{text}");
    }
}

#[test]
fn what_is_suggested_is_understood() {
    for language in [Language::English, Language::German] {
        let mut tools = std::collections::BTreeSet::new();
        for sentence in language.sentences() {
            let understood = heard(sentence);
            assert_eq!(understood.language, language, "{sentence}");
            let Meant::Calls(calls) = understood.meant else { panic!("{sentence}") };
            tools.insert(calls[0].tool().name());
        }
        // A programme is asked for by its id, which nobody says; of documents and schedules nothing is suggested as long as nothing can be done about them.
        let unsaid = [Tool::Programme, Tool::ProposeSchedule, Tool::Documents];
        let said: std::collections::BTreeSet<_> =
            Tool::ALL.into_iter().filter(|tool| !unsaid.contains(tool)).map(Tool::name).collect();
        assert_eq!(tools, said);
    }
}

/// What the page offers where there is no model.
#[test]
fn what_the_page_suggests_is_understood() {
    for sentence in [
        "What is on now?",
        "What’s on tonight?",
        "What’s on tomorrow?",
        "Who holds the tuners?",
        "Was läuft jetzt?",
        "Was läuft heute Abend?",
        "Was läuft morgen?",
        "Wer belegt die Tuner?",
    ] {
        assert!(matches!(heard(sentence).meant, Meant::Calls(_)), "{sentence}");
    }
}

#[test]
fn a_long_sentence_is_not_looked_at() {
    for text in
        [format!("record {}", "x ".repeat(SENTENCE_WORDS)), format!("record {}", "x".repeat(SENTENCE_MOST))]
    {
        assert!(matches!(heard(&text).meant, Meant::Help { is_asked: false, .. }));
    }
}

proptest! {
    #[test]
    fn whatever_is_said_a_call_is_one_that_parses(words in proptest::collection::vec(
        proptest::sample::select(&["record", "on", "ZDF", "from", "20:15", "to", "nimm", "auf", "von", "bis", "was", "läuft", "what's", "tonight", "remind", "me", "of", "10",
            "minutes", "before", "why", "does", "not", "work", "x", "(", "|", "?", "\u{0}", "\u{202e}", "tuners", "<words>"][..]), 0..26)) {
        let understood = heard(&words.join(" "));
        if let Meant::Calls(calls) = understood.meant {
            for call in calls {
                prop_assert_eq!(Call::parse(call.tool().name(), &call.arguments()), Ok(call));
            }
        }
    }
}
