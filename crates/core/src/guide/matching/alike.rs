//! Names that are alike: by the runs of three letters that they share (Dice's coefficient). Good enough to ask a person, never to decide.
//!
//! An index of runs finds who shares any; runs that very many share (`spo`, `ort`) tell nothing and are left out, which bounds the work.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// Runs that more names share than this are not followed.
const COMMON: usize = 1_000;
/// So many names that share most are looked at closely.
const CLOSE: usize = 24;
/// Less than this share of common runs is no likeness.
const LEAST: f64 = 0.5;

/// Three letters of 21 bits.
type Run = u64;

/// A key, its runs in order, and who has it.
struct Key<'a> {
    text: &'a str,
    runs: Vec<Run>,
    who: Vec<usize>,
}

/// All names that were offered, to be asked for what is like another.
pub(super) struct Alike<'a> {
    /// In order.
    keys: Vec<Key<'a>>,
    by_run: HashMap<Run, Vec<usize>>,
    /// How many runs a key shares with the one that is asked for; all zero between questions.
    shared: Vec<u32>,
}

impl<'a> Alike<'a> {
    pub(super) fn new(names: impl Iterator<Item = (&'a str, usize)>) -> Self {
        let mut all: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (key, offered) in names {
            let who = all.entry(key).or_default();
            if who.last() != Some(&offered) {
                who.push(offered);
            }
        }
        let keys: Vec<Key> = all.into_iter().map(|(text, who)| Key { text, runs: runs(text), who }).collect();
        let mut by_run: HashMap<Run, Vec<usize>> = HashMap::new();
        for (at, key) in keys.iter().enumerate() {
            for run in &key.runs {
                by_run.entry(*run).or_default().push(at);
            }
        }
        Self { shared: vec![0; keys.len()], keys, by_run }
    }

    /// Keys that are like `key`, with their likeness (0 to 1), and who has them.
    pub(super) fn like(&mut self, key: &str) -> Vec<(f64, &str, &[usize])> {
        let wanted = runs(key);
        let mut touched = Vec::new();
        for run in &wanted {
            for at in self.by_run.get(run).filter(|who| who.len() <= COMMON).into_iter().flatten() {
                if self.shared[*at] == 0 {
                    touched.push(*at);
                }
                self.shared[*at] += 1;
            }
        }
        let mut ranked: Vec<(Reverse<u32>, usize)> =
            touched.iter().map(|at| (Reverse(std::mem::take(&mut self.shared[*at])), *at)).collect();
        if ranked.len() > CLOSE {
            ranked.select_nth_unstable(CLOSE);
            ranked.truncate(CLOSE);
        }
        let close = ranked.into_iter().map(|(_, at)| {
            let other = &self.keys[at];
            let all = wanted.len() + other.runs.len();
            let likeness = 2.0 * common(&wanted, &other.runs) as f64 / all as f64;
            (likeness, other.text, other.who.as_slice())
        });
        close.filter(|(likeness, ..)| *likeness >= LEAST).collect()
    }
}

/// Runs of three letters in order, each once, the ends among them.
fn runs(key: &str) -> Vec<Run> {
    let letters: Vec<Run> =
        [' '].into_iter().chain(key.chars()).chain([' ']).map(|c| Run::from(u32::from(c))).collect();
    let mut runs: Vec<Run> =
        letters.windows(3).map(|run| run.iter().fold(0, |all, letter| all << 21 | letter)).collect();
    runs.sort_unstable();
    runs.dedup();
    runs
}

/// How many both have.
fn common(a: &[Run], b: &[Run]) -> usize {
    a.iter().filter(|run| b.binary_search(run).is_ok()).count()
}
