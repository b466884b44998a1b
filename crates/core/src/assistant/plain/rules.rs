//! The sentences, in the order in which they are tried.

use super::Language::{self, English, German};
use super::pattern::Word;

/// What a sentence asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Means {
    Help,
    WhatsOn,
    Search,
    Remind,
    Record,
    RecordTimes,
    Cancel,
    Tune,
    WhyNot,
    WhyOn,
    Tuners,
    Documents,
}

pub(super) struct Rule {
    pub(super) language: Language,
    pub(super) means: Means,
    pub(super) pattern: &'static str,
}

/// Words that may stand before a sentence and change nothing.
pub(super) const BEFORE: &[&str] =
    &["please", "bitte", "hey", "hi", "hello", "hallo", "ok", "okay", "telecast", "so", "und", "and"];
/// Behind it.
pub(super) const AFTER: &[&str] =
    &["please", "bitte", "thanks", "danke", "mal", "eigentlich", "then", "denn"];
/// What points at a channel instead of naming it.
pub(super) const POINTING: &[&str] = &[
    "it",
    "this",
    "that",
    "this channel",
    "the channel",
    "the picture",
    "das",
    "es",
    "hier",
    "der sender",
    "dieser sender",
    "das bild",
    "das programm",
];
/// What may stand before a channel's name or number.
pub(super) const CHANNEL_WORDS: &[&str] = &["channel", "kanal", "sender", "programm", "station"];

macro_rules! rules {
    ($($language:ident $means:ident $pattern:literal),* $(,)?) => {
        /// All of them.
        pub(super) const RULES: &[Rule] =
            &[$(Rule { language: $language, means: Means::$means, pattern: $pattern }),*];
    };
}

rules! {
    English Help "(help (me)?|what can (you do|i ask (you)?|i say)|(show|list) (the)? commands)",
    German Help "(hilfe|hilf mir|was kannst du (alles)?|was kann ich (dich)? (alles)? (fragen|sagen))",

    English Tuners "(who|what) (holds|has|uses|blocks|occupies|is (using|blocking|holding)) (all)? (the|my)? (tuner|tuners)",
    English Tuners "(are|is) (all|any|the|a)? (the|my)? (tuner|tuners) (busy|free|in use|available)",
    English Tuners "why (is|are) (no|all|the) (the|my)? (tuner|tuners) (busy|free|in use|available)",
    German Tuners "(wer|was) (belegt|hat|blockiert|benutzt|nutzt|verwendet) (gerade)? (die|alle|den|meine)? (tuner)",
    German Tuners "(ist|sind) (noch)? (alle|ein|die)? (tuner) (frei|belegt|besetzt)",
    German Tuners "(warum|wieso) (ist|sind) (kein|keine|alle|die) tuner (frei|belegt|besetzt)",

    English WhyOn "why (is|are) (it|this|that|they) (on|showing|playing|running) (now|here)? ((on)? <channel>)?",
    English WhyOn "why (does|is) <channel> (show|showing|playing) (it|this|that)",
    English WhyNot "why (does not|doesnt|does|will not|wont|is not|isnt|is|can not|cannot|cant) <channel> (not)? (work|play|start|run|working|playing|running|available|be played|black|dark|down|broken|gone|stuttering)",
    English WhyNot "why (can i not|cant i|cannot i) (watch|see|get|receive) <channel>",
    English WhyNot "((whats|what is) (wrong|the matter|up) with) <channel>",
    English WhyNot "<channel> (does not|doesnt|will not|wont) (work|play|start)",
    English WhyNot "<channel> is (not working|not playing|black|dark|down|broken|stuttering)",
    German WhyNot "(warum|wieso|weshalb) (geht|lauft|laeuft|funktioniert|startet|spielt|kommt) <channel> nicht (mehr)?",
    German WhyOn "(warum|wieso|weshalb) (lauft|laeuft|kommt|zeigst du|sehe ich) (das|dies|es|diese sendung|der film|dieser film) (hier)? (gerade|jetzt)? (hier)? ((auf|bei|im) <channel>)?",
    German WhyOn "(warum|wieso|weshalb) zeigt <channel> (das|dies|diese sendung|diesen film)",
    German WhyNot "(warum|wieso|weshalb) (ist|bleibt|ruckelt|stockt) <channel> (schwarz|dunkel|gestort|gestoert|weg|kaputt|nicht (verfugbar|verfuegbar|da))?",
    German WhyNot "(warum|wieso|weshalb) kann ich <channel> nicht (sehen|schauen|gucken|empfangen|ansehen)",
    German WhyNot "was ist (los)? mit <channel> (los)?",
    German WhyNot "<channel> (geht|lauft|laeuft|funktioniert|startet) nicht (mehr)?",

    English WhatsOn "((show|tell) me)? (whats|what is) (on|playing|showing|running) ((on)? (tv|television|the tv))? <when>? ((on|at) <channel> <when>?)?",
    English WhatsOn "((show|tell) me)? (whats|what is) on <channel> <when>?",
    English WhatsOn "(whats|what is) <when> on <channel>",
    English WhatsOn "what (can|could|should) (i|we) watch ((on)? (tv|television))? <when>? (on <channel>)?",
    English WhatsOn "(the)? (tv)? (guide|listings|programme|program) <when>? ((on|for|of) <channel>)? <when>?",
    German WhatsOn "was (lauft|laeuft|kommt|gibts|gibt es|ist|zeigt man) (denn|so)? (im (tv|fernsehen))? <when>? (im (tv|fernsehen))? ((auf|bei|im|in) <channel> <when>?)?",
    German WhatsOn "was (zeigt|bringt) <channel> <when>?",
    German WhatsOn "was kann (ich|man) <when>? (im (tv|fernsehen))? (sehen|schauen|gucken|ansehen) <when>?",
    German WhatsOn "(das)? (fernsehprogramm|tv programm|programm) <when>? ((auf|von|fur|fuer|bei) <channel>)? <when>?",

    English Remind "remind me <minutes> (before|ahead of) <words> ((starts|begins|is on|comes on))?",
    English Remind "remind me (of|about|to watch|when|for|that) <words> <minutes> (before|ahead|earlier|in advance) (it starts|it begins)?",
    English Remind "remind me (of|about|to watch|when|for|that) <words> (starts|begins|is on|comes on)?",
    English Remind "(set|add|make) (a)? reminder (for|of|about) <words>",
    German Remind "(erinner|erinnere) mich (bitte)? <minutes> (vorher|davor|zuvor) (an) <words>",
    German Remind "(erinner|erinnere) mich (bitte)? <minutes> (vor) <words>",
    German Remind "(erinner|erinnere) mich (bitte)? an <words> <minutes> (vorher|davor|zuvor|vor beginn)",
    German Remind "(erinner|erinnere) mich (bitte)? (an|wenn|sobald) <words> (lauft|laeuft|beginnt|kommt|anfangt|anfaengt|startet)?",

    English Cancel "(cancel|delete|remove|drop) (the|my)? (timer|recording|timers|recordings) (for|of|on)? <words>",
    English Cancel "(cancel|delete|remove|drop) (the|my)? <words> (timer|recording)",
    English Cancel "(do not|dont) record <words>",
    German Cancel "(losch|losche|loesche|entferne|streiche|streich|storniere) (den|die|das|meinen|meine)? (timer|aufnahme) (fur|fuer|von|zu|mit)? <words>",
    German Cancel "(brich|breche) (die)? aufnahme (von|fur|fuer)? <words> ab",
    German Cancel "(nimm|nehme|zeichne) <words> (doch)? nicht (mehr)? auf",
    German Cancel "<words> nicht (mehr)? aufnehmen",

    English RecordTimes "((can|could) you)? (record|tape|set (a|the)? timer (for|on)) <channel> <day>? from <time> (to|till|until) <time> <day>?",
    English RecordTimes "(record|tape) <day>? from <time> (to|till|until) <time> on <channel> <day>?",
    German RecordTimes "(nimm|nehme|zeichne) (mir|bitte)? <channel> <day>? von <time> bis <time> <day>? auf",
    German RecordTimes "(nimm|nehme|zeichne) <day>? von <time> bis <time> (auf|bei) <channel> auf",
    German RecordTimes "(kannst du)? <channel> <day>? von <time> bis <time> <day>? aufnehmen",
    English Record "((can|could) you)? (record|tape) <words> (on <known>)?",
    English Record "(set|add|make) (a|the)? (timer|recording) (for|of|on) <words> (on <known>)?",
    German Record "(nimm|nehme|zeichne) (mir|bitte)? <words> ((auf|im|bei) <known>)? auf",
    German Record "(stell|stelle|setz|setze|programmier|programmiere|plane) (einen|den|eine|die|mir)? (timer|aufnahme) (fur|fuer|von|zu) <words> ((auf|im|bei) <known>)?",
    German Record "(kannst du)? <words> ((auf|im|bei) <known>)? aufnehmen",
    German Record "(timer|aufnahme) (fur|fuer|von) <words> ((auf|im|bei) <known>)?",

    English Tune "(switch|change|tune|go|turn|zap|flip) (over)? to <channel>",
    English Tune "(put on|play|watch|show (me)?|turn on|i want to (watch|see)) <known>",
    German Tune "(schalt|schalte) (auf|zu|zum) <channel> um",
    German Tune "(schalt|schalte|wechsel|wechsle|wechsele|geh|gehe|zapp|zappe) (um)? (auf|zu|zum|nach) <channel>",
    German Tune "(schalt|schalte|mach) <channel> (ein|an)",
    German Tune "(zeig|zeige|spiel|spiele) (mir)? <known>",
    German Tune "(ich (will|mochte|moechte))? <known> (einschalten|anmachen|sehen|schauen|gucken)",

    English Search "(search (for|the guide for)?|find (me)?|look (for|up)|(is|are) there (a|an|any)?) <words> <day>? (on <known>)? <day>?",
    English Search "when (is|does|will|are) <words> (next)? (on|start|begin|come on|be on|run|air|shown)? (on <known>)?",
    German Search "(suche|such|finde|find|zeig|zeige) (mir)? (nach|alle)? <words> <day>? ((auf|im|bei) <known>)? <day>?",
    German Search "wann (lauft|laeuft|kommt|ist|beginnt|startet|gibt es) <words> ((auf|im|bei) <known>)?",
    German Search "(gibt es|kommt|lauft|laeuft) <day>? <words> <day>? ((auf|im|bei) <known>)?",

    English Documents "how (do|can|could|should) (i|we|you) <words>",
    English Documents "(manual|documentation|docs) (on|about|for)? <words>",
    German Documents "wie (kann|muss|soll|richte|stelle|nehme|schalte|losche|loesche|mache|finde|bekomme|verbinde|andere|aendere) (ich|man|wir) <words>",
    German Documents "(anleitung|handbuch|dokumentation) (zu|zum|zur|fur|fuer)? <words>",
}

/// Words by which a sentence that is not understood shows its language.
const ENGLISH: &[&str] = &[
    "the", "is", "what", "whats", "on", "my", "i", "you", "why", "how", "to", "does", "of", "and", "a", "me",
    "can", "when", "who",
];
const GERMAN: &[&str] = &[
    "der", "die", "das", "ist", "was", "auf", "mein", "ich", "du", "warum", "wie", "zu", "und", "ein",
    "eine", "mir", "kann", "wann", "wer", "nicht", "im",
];

/// The language that more of its small words are of.
pub(super) fn language(words: &[Word]) -> Option<Language> {
    let count = |list: &[&str]| words.iter().filter(|word| list.contains(&word.folded.as_str())).count();
    match count(ENGLISH).cmp(&count(GERMAN)) {
        std::cmp::Ordering::Greater => Some(English),
        std::cmp::Ordering::Less => Some(German),
        std::cmp::Ordering::Equal => None,
    }
}
