//! Sentences with places in them, and whether words are one.
//!
//! A pattern is words; `(a|b c)` is one of several; a `?` behind a word, a place or brackets says that it may be left out; `<…>` is a place
//! ([`Slot`]). A place for text takes as few words as the rest allows.

use super::slots;
use super::{Listening, When};
use crate::assistant::tools::Day;
use crate::guide::fold;
use jiff::civil::Time;

/// A word of a sentence.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// As it is compared.
    pub(super) folded: String,
    /// As it was written, without punctuation around it.
    pub(super) shown: String,
}

impl Word {
    /// None: it is punctuation alone.
    pub(super) fn of(text: &str) -> Option<Self> {
        let is_edge = |c: char| !c.is_alphanumeric() && c != '+' && c != '&';
        let shown = text.trim_matches(is_edge).to_owned();
        let joined: String = shown.chars().filter(|c| !"'’`´".contains(*c)).collect();
        let folded = fold(&joined);
        (!shown.is_empty()).then_some(Self { folded, shown })
    }
}

/// A place in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// Words, as they are.
    Words,
    /// What must be a channel where it stands.
    Channel,
    /// What is the name of a channel that there is.
    Known,
    /// A moment.
    When,
    /// A day.
    Day,
    /// How long.
    Minutes,
    /// A time of day.
    Time,
}

/// What stands in a place.
#[derive(Clone, Debug)]
pub(super) enum Bound {
    Text(String),
    When(When),
    Day(Day),
    Minutes(u32),
    Time(Time),
}

/// Places with what stands there, in order.
pub(super) struct Found(pub(super) Vec<(Slot, Bound)>);

enum Node {
    Word(&'static str),
    Place(Slot),
    /// One of several.
    Any(Vec<Vec<Node>>),
    /// Or nothing.
    Maybe(Box<Node>),
}

/// What comes after what is looked at.
enum Then<'a> {
    End,
    More(&'a [Node], &'a Then<'a>),
}

/// What stands in the places of `pattern`, if `words` as a whole are one.
pub(super) fn find(pattern: &'static str, words: &[Word], listening: &Listening<'_>) -> Option<Found> {
    let mut tokens = tokens(pattern).into_iter().peekable();
    let nodes = sequences(&mut tokens).into_iter().next()?;
    let mut search = Search { words, listening, found: Vec::new() };
    (!words.is_empty() && search.fits(&nodes, &Then::End, 0)).then_some(Found(search.found))
}

/// Words, and the signs `(`, `|`, `)`, `?` each for itself.
fn tokens(pattern: &'static str) -> Vec<&'static str> {
    let mut tokens = Vec::new();
    for mut part in pattern.split(' ').filter(|part| !part.is_empty()) {
        while let Some(at) = part.find(['(', '|', ')', '?']) {
            if at > 0 {
                tokens.push(&part[..at]);
            }
            tokens.push(&part[at..=at]);
            part = &part[at + 1..];
        }
        if !part.is_empty() {
            tokens.push(part);
        }
    }
    tokens
}

/// Sequences parted by `|`, up to the end or the bracket that ends them.
fn sequences(tokens: &mut std::iter::Peekable<std::vec::IntoIter<&'static str>>) -> Vec<Vec<Node>> {
    let mut all = vec![Vec::new()];
    while let Some(token) = tokens.next() {
        let node = match token {
            ")" => break,
            "|" => {
                all.push(Vec::new());
                continue;
            }
            "(" => Node::Any(sequences(tokens)),
            "<words>" => Node::Place(Slot::Words),
            "<channel>" => Node::Place(Slot::Channel),
            "<known>" => Node::Place(Slot::Known),
            "<when>" => Node::Place(Slot::When),
            "<day>" => Node::Place(Slot::Day),
            "<minutes>" => Node::Place(Slot::Minutes),
            "<time>" => Node::Place(Slot::Time),
            word => Node::Word(word),
        };
        let node = if tokens.next_if_eq(&"?").is_some() { Node::Maybe(Box::new(node)) } else { node };
        if let Some(last) = all.last_mut() {
            last.push(node);
        }
    }
    all
}

struct Search<'a> {
    words: &'a [Word],
    listening: &'a Listening<'a>,
    found: Vec<(Slot, Bound)>,
}

impl Search<'_> {
    /// Whether the words from `at` on are these nodes and what comes then.
    fn fits(&mut self, nodes: &[Node], then: &Then<'_>, at: usize) -> bool {
        let Some((node, rest)) = nodes.split_first() else {
            return match then {
                Then::End => at == self.words.len(),
                Then::More(nodes, then) => self.fits(nodes, then, at),
            };
        };
        self.fits_node(node, rest, then, at)
    }

    fn fits_node(&mut self, node: &Node, rest: &[Node], then: &Then<'_>, at: usize) -> bool {
        match node {
            Node::Word(word) => {
                self.words.get(at).is_some_and(|said| said.folded == *word) && self.fits(rest, then, at + 1)
            }
            Node::Any(ways) => {
                let then = Then::More(rest, then);
                ways.iter().any(|way| self.fits(way, &then, at))
            }
            Node::Maybe(node) => self.fits_node(node, rest, then, at) || self.fits(rest, then, at),
            Node::Place(slot) => {
                let most = self.words.len() - at;
                (1..=most).any(|length| {
                    let Some(bound) = self.bound(*slot, &self.words[at..at + length]) else { return false };
                    self.found.push((*slot, bound));
                    let fits = self.fits(rest, then, at + length);
                    if !fits {
                        self.found.pop();
                    }
                    fits
                })
            }
        }
    }

    /// What these words are in that place.
    fn bound(&self, slot: Slot, words: &[Word]) -> Option<Bound> {
        let text = || words.iter().map(|word| word.shown.as_str()).collect::<Vec<_>>().join(" ");
        match slot {
            Slot::Words | Slot::Channel => Some(Bound::Text(text())),
            Slot::Known => Some(text()).filter(|text| (self.listening.is_channel)(text)).map(Bound::Text),
            Slot::When => slots::when(words, self.listening.now).map(Bound::When),
            Slot::Day => slots::day(words).map(Bound::Day),
            Slot::Minutes => slots::minutes(words).map(Bound::Minutes),
            Slot::Time => slots::time(words).map(Bound::Time),
        }
    }
}
