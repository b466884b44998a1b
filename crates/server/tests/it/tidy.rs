//! The rules of the house that a compiler does not check: who may know whom, where a word may stand, how long a
//! function may be, and that documents name only what exists.
//!
//! Sources are read as text, line by line, as rustfmt leaves them; code after `#[cfg(test)]` is not judged. A rule
//! says what is wrong, where, and why it is one. `ratchet.txt` lists what was too long when a rule came: its numbers
//! may only fall.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A function fits a screen.
const FUNCTION_LINES: usize = 70;
/// A file, tests not counted, holds one thing.
const FILE_LINES: usize = 600;
/// By so much something may be shorter than its ratchet before that must be lowered.
const RATCHET_SLACK: usize = 25;
/// ARCHITECTURE.md is read in one sitting.
const ARCHITECTURE_LINES: usize = 200;
/// No script longer than a screen and a bit.
const SCRIPT_LINES: usize = 90;

/// Who may depend on whom. The rest is refused.
const ARROWS: &[(&str, &[&str])] = &[
    ("core", &[]),
    ("media", &[]),
    ("store", &["core"]),
    ("sim", &["core", "media"]),
    ("server", &["core", "media", "store", "sim"]),
];

/// Crates that pure rooms must not know.
const IMPURE: &[&str] =
    &["tokio", "tokio-util", "axum", "sqlx", "reqwest", "rand", "getrandom", "tracing", "metrics"];

/// A word, the only places where it may stand, and why.
const HOMES: &[(&str, &[&str], &str)] = &[
    ("axum", &["crates/server/src/web/", "crates/sim/"], "only the web room knows HTTP's server side"),
    ("sqlx", &["crates/store/"], "SQL lives in the store"),
    ("SystemTime::now", CLOCKS, "time comes in as a value; the clock is read at the edge"),
    ("Instant::now", CLOCKS, "time comes in as a value; the clock is read at the edge"),
    ("Timestamp::now", CLOCKS, "time comes in as a value; the clock is read at the edge"),
    ("Zoned::now", CLOCKS, "time comes in as a value; the clock is read at the edge"),
    ("std::fs", EDGES, "core and media are pure"),
    ("std::net::Tcp", EDGES, "core and media are pure"),
    ("std::process", EDGES, "core and media are pure"),
    ("std::env", EDGES, "core and media are pure"),
    (
        "tokio::spawn",
        &["crates/server/src/spawn.rs", "crates/sim/"],
        "a task is started by `supervise`, which counts its panics",
    ),
    (
        "reqwest",
        &["crates/server/src/adapters/", "crates/server/src/cli/health.rs"],
        "only adapters ask others; `telecast health` asks itself",
    ),
    (
        "reqwest::Client::builder",
        &["crates/server/src/adapters/outgoing.rs", "crates/server/src/cli/health.rs"],
        "clients for addresses that people enter come from `adapters/outgoing.rs`, which judges where they go",
    ),
    (
        "TcpStream::connect",
        &["crates/server/src/adapters/outgoing.rs", "crates/sim/"],
        "connections to addresses that people enter are made by `adapters/outgoing.rs`, which judges where they go",
    ),
    ("static mut", &[], "no global state"),
    ("thread_local!", &[], "no global state"),
    (
        "Command::new",
        &["crates/server/src/adapters/", "crates/server/src/cli/check.rs", "crates/sim/"],
        "child processes belong to adapters",
    ),
];
const CLOCKS: &[&str] = &["crates/server/src/adapters/clock.rs", "crates/sim/"];
const EDGES: &[&str] = &["crates/server/", "crates/store/", "crates/sim/"];

/// Names that say nothing. `ServiceRef` is a name of the field; `TunerService` is not.
const EMPTY_ENDINGS: &[&str] = &["Manager", "Helper", "Helpers", "Util", "Utils", "Service"];
const EMPTY_FILES: &[&str] = &["manager", "helper", "helpers", "util", "utils", "common", "misc"];

/// Where a machine or a private mirror shows through. Pieces are joined here so that this file passes.
const STRANGERS: &[(&str, &str)] = &[
    ("/ro", "ot/"),
    ("/ho", "me/"),
    ("/Us", "ers/"),
    ("/wo", "rk/"),
    ("artifac", "tory"),
    ("verdac", "cio"),
];

struct Source {
    /// Relative to the workspace, with `/`.
    path: String,
    text: String,
}

impl Source {
    /// The lines that ship: up to the tests, numbered from 1, without comment lines.
    fn shipped(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().take_while(|line| line.trim() != "#[cfg(test)]");
        lines
            .enumerate()
            .map(|(i, line)| (i + 1, line))
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    fn shipped_lines(&self) -> usize {
        self.text.lines().take_while(|line| line.trim() != "#[cfg(test)]").count()
    }
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace is there")
}

/// All files below `room` whose name ends in one of `endings`, what was built or fetched excepted.
fn files(room: &str, endings: &[&str]) -> Vec<Source> {
    const NOT_OURS: &[&str] = &["target", "node_modules", "dist", ".git", "cache", "out", "data", "corpus"];
    let root = workspace();
    let mut found = Vec::new();
    let mut rooms = vec![root.join(room)];
    while let Some(dir) = rooms.pop() {
        for entry in fs::read_dir(&dir).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if path.is_dir() {
                if !NOT_OURS.contains(&name.as_str()) {
                    rooms.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let relative =
                    path.strip_prefix(&root).expect("below the root").to_string_lossy().into_owned();
                if let Ok(text) = fs::read_to_string(&path) {
                    found.push(Source { path: relative, text });
                }
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Sources that ship: below `src`, and not declared as a module of tests.
fn shipped() -> Vec<Source> {
    let all = files("crates", &[".rs"]);
    let mut tests = BTreeSet::new();
    for file in &all {
        let here = file.path.trim_end_matches("mod.rs").trim_end_matches(".rs").trim_end_matches("lib");
        for rest in file.text.split("#[cfg(test)]\nmod ").skip(1) {
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            tests.insert(format!("{}/{name}.rs", here.trim_end_matches('/')));
        }
    }
    all.into_iter().filter(|file| file.path.contains("/src/") && !tests.contains(&file.path)).collect()
}

fn clean(offences: &[String]) {
    assert!(offences.is_empty(), "\n{} against the house:\n{}\n", offences.len(), offences.join("\n"));
}

#[test]
fn tidy_arrows_point_one_way() {
    let mut wrong = Vec::new();
    for (room, allowed) in ARROWS {
        let path = workspace().join(format!("crates/{room}/Cargo.toml"));
        let manifest: toml::Table =
            fs::read_to_string(path).expect("a manifest").parse().expect("valid TOML");
        let Some(needs) = manifest.get("dependencies").and_then(toml::Value::as_table) else { continue };
        for need in needs.keys() {
            if need.strip_prefix("telecast-").is_some_and(|other| !allowed.contains(&other)) {
                wrong.push(format!("crates/{room} depends on {need}"));
            }
            if matches!(*room, "core" | "media") && IMPURE.contains(&need.as_str()) {
                wrong.push(format!("crates/{room} is pure and depends on {need}"));
            }
        }
    }
    let rooms = fs::read_dir(workspace().join("crates")).expect("crates").flatten();
    let names: BTreeSet<_> = rooms.map(|room| room.file_name().to_string_lossy().into_owned()).collect();
    let known: BTreeSet<_> = ARROWS.iter().map(|(room, _)| (*room).to_owned()).collect();
    if names != known {
        wrong.push(format!("five crates and no more: {names:?}"));
    }
    clean(&wrong);
}

#[test]
fn tidy_words_stay_at_home() {
    let mut wrong = Vec::new();
    for file in shipped() {
        for (word, homes, why) in HOMES {
            if homes.iter().any(|home| file.path.starts_with(home)) {
                continue;
            }
            // tokio's own instant is a deadline that tests pause, not a clock.
            let imports = |line: &str| line.starts_with("use std::time::") && has_word(line, "Instant");
            let tokios = file.text.contains("tokio::time") && !file.text.lines().any(imports);
            if *word == "Instant::now" && tokios && !file.text.contains("std::time::Instant") {
                continue;
            }
            let hits = file.shipped().filter(|(_, line)| has_word(line, word));
            wrong.extend(hits.map(|(at, _)| format!("{}:{at}: `{word}`: {why}", file.path)));
        }
    }
    clean(&wrong);
}

/// `word` stands in `line` and is not the middle of another.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let joins = |c: char| c.is_alphanumeric() || c == '_';
        !line[..at].ends_with(joins)
            && !line[at + word.len()..].starts_with(|c| joins(c) && word.ends_with(joins))
    })
}

#[test]
fn tidy_every_module_says_what_it_is_for() {
    let rust = files("crates", &[".rs"]).into_iter().chain(files("fuzz", &[".rs"]));
    let wrong: Vec<_> = rust
        .filter(|file| {
            let first = file.text.lines().find(|line| !line.starts_with("#!") && !line.is_empty());
            !first.is_some_and(|line| {
                line.starts_with("//! ") && line.len() > 12 && !line.contains("Placeholder")
            })
        })
        .map(|file| format!("{}: begin with `//!`: what for, invariants, what it does not do", file.path))
        .collect();
    clean(&wrong);
}

#[test]
fn tidy_the_api_names_each_thing_once() {
    // Of two schemas of one name OpenAPI has one, and clients are told the wrong fields.
    let (mut known, mut wrong) = (BTreeMap::new(), Vec::new());
    for file in files("crates/server/src", &[".rs"]) {
        let mut is_schema = false;
        for line in file.text.lines() {
            is_schema |= line.starts_with("#[derive(") && line.contains("ToSchema");
            let named = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "));
            let Some(rest) = named else { continue };
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
            if std::mem::take(&mut is_schema)
                && let Some(other) = known.insert(name.clone(), file.path.clone())
            {
                wrong.push(format!("{name}: in {other} and in {}", file.path));
            }
        }
    }
    assert!(known.len() > 50, "{known:?}");
    clean(&wrong);
}

#[test]
fn tidy_functions_fit_a_screen() {
    let mut long = BTreeMap::new();
    for file in shipped() {
        if file.shipped_lines() > FILE_LINES {
            long.insert(file.path.clone(), file.shipped_lines());
        }
        for (name, length) in functions(&file) {
            if length > FUNCTION_LINES {
                let longest = long.entry(format!("{} {name}", file.path)).or_insert(0);
                *longest = length.max(*longest);
            }
        }
    }
    let ratchet = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/ratchet.txt"));
    let ratchet = ratchet.expect("the ratchet");
    let mut allowed = BTreeMap::new();
    for line in ratchet.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (number, what) = line.split_once(' ').expect("`number path [function]`");
        allowed.insert(what.to_owned(), number.parse::<usize>().expect("a number"));
    }
    let mut wrong = Vec::new();
    for (what, length) in &long {
        match allowed.get(what) {
            None => wrong.push(format!("{what}: {length} lines; divide it where it changes its subject")),
            Some(most) if length > most => wrong.push(format!("{what}: grew from {most} to {length} lines")),
            Some(most) if length + RATCHET_SLACK < *most => {
                wrong.push(format!("{what}: lower its ratchet from {most} to {length}"));
            }
            Some(_) => {}
        }
    }
    let gone = allowed.keys().filter(|what| !long.contains_key(*what));
    wrong.extend(gone.map(|what| format!("{what}: fits now; take it out of ratchet.txt")));
    clean(&wrong);
}

/// Name and length in lines of each function that ships: from `fn` to the brace at the same depth.
fn functions(file: &Source) -> Vec<(String, usize)> {
    const BEFORE: &[&str] = &["pub ", "pub(crate) ", "pub(super) ", "async ", "const ", "unsafe "];
    let lines: Vec<&str> = file.text.lines().take_while(|line| line.trim() != "#[cfg(test)]").collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let mut rest = line.trim_start();
        let indent = line.len() - rest.len();
        while let Some(shorter) = BEFORE.iter().find_map(|word| rest.strip_prefix(word)) {
            rest = shorter;
        }
        let Some(rest) = rest.strip_prefix("fn ") else { continue };
        let ends = |line: &&str| line.len() == indent + 1 && line.ends_with('}');
        let one_line = line.ends_with('}') || line.ends_with(';');
        let length = if one_line { 1 } else { lines[at..].iter().position(ends).map_or(1, |end| end + 1) };
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        found.push((name, length));
    }
    found
}

#[test]
fn tidy_names_mean_something() {
    let mut wrong = Vec::new();
    for file in shipped() {
        let stem = Path::new(&file.path).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if EMPTY_FILES.contains(&stem.as_str()) {
            wrong.push(format!("{}: a file's name says what is in it", file.path));
        }
        for (at, line) in file.shipped() {
            let kinds = ["struct ", "enum ", "trait ", "type "];
            let Some(name) = kinds.iter().find_map(|kind| line.split_once(kind)).map(|(_, name)| name) else {
                continue;
            };
            let name: String = name.chars().take_while(|c| c.is_alphanumeric()).collect();
            if EMPTY_ENDINGS.iter().any(|end| name.len() > end.len() && name.ends_with(end)) {
                wrong.push(format!("{}:{at}: `{name}`: say what it holds or decides", file.path));
            }
        }
    }
    clean(&wrong);
}

#[test]
fn tidy_nothing_is_left_for_later() {
    let marks = [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["XX", "X:"].concat()];
    let texts = everything();
    let mut wrong = Vec::new();
    for file in &texts {
        for (at, line) in file.text.lines().enumerate() {
            let refers = line.contains("http") || line.contains("issue ") || line.contains('#');
            if marks.iter().any(|mark| has_word(line, mark)) && !refers {
                wrong.push(format!(
                    "{}:{}: a mark without a reference: do it, or name the issue",
                    file.path,
                    at + 1
                ));
            }
        }
    }
    clean(&wrong);
}

/// Sources, pages, scripts and documents, as a reader of the repository meets them.
fn everything() -> Vec<Source> {
    let endings = [
        ".rs", ".ts", ".tsx", ".css", ".mjs", ".py", ".sh", ".toml", ".md", ".json", ".txt", ".html",
        "Makefile",
    ];
    files(".", &endings).into_iter().filter(|file| !file.path.ends_with("-lock.json")).collect()
}

#[test]
fn tidy_no_machine_shows_through() {
    let mut wrong = Vec::new();
    for file in everything() {
        for (at, line) in file.text.lines().enumerate() {
            let shows = STRANGERS.iter().map(|(a, b)| [*a, *b].concat()).find(|stranger| {
                // A URL's path or a documented place in an image is none of ours.
                line.match_indices(stranger.as_str())
                    .any(|(i, _)| !line[..i].ends_with(|c: char| c.is_alphanumeric() || c == '.' || c == '}'))
            });
            if let Some(stranger) = shows {
                wrong.push(format!("{}:{}: `{stranger}` belongs to one machine", file.path, at + 1));
            }
        }
    }
    for lock in files(".", &["package-lock.json", "Cargo.lock"]) {
        for (at, line) in lock.text.lines().enumerate() {
            let from =
                line.trim_start().strip_prefix("\"resolved\": \"").or(line.strip_prefix("source = \""));
            let known =
                ["https://registry.npmjs.org/", "registry+https://github.com/rust-lang/crates.io-index"];
            if from.is_some_and(|from| !known.iter().any(|host| from.starts_with(host))) {
                wrong.push(format!("{}:{}: comes from a registry that is not public", lock.path, at + 1));
            }
        }
    }
    clean(&wrong);
}

#[test]
fn tidy_every_key_is_read_and_documented() {
    use telecast_server::config::{FOLDER_KEYS, KEYS, RECEIVER_KEYS};
    let documented =
        fs::read_to_string(workspace().join("docs/reference/configuration.md")).unwrap_or_default();
    let sources = files("crates/server/src", &[".rs"]);
    let readers: Vec<_> = sources.iter().filter(|file| !file.path.ends_with("config/keys.rs")).collect();
    let mut wrong = Vec::new();
    for key in KEYS.iter().chain(RECEIVER_KEYS).chain(FOLDER_KEYS) {
        let quoted = format!("\"{}\"", key.name);
        if !readers.iter().any(|file| file.shipped().any(|(_, line)| line.contains(&quoted))) {
            wrong.push(format!("{}: nobody reads this key", key.name));
        }
        if !documented.contains(&format!("`{}`", key.name)) {
            wrong.push(format!("{}: not in docs/reference/configuration.md", key.name));
        }
    }
    clean(&wrong);
}

#[test]
fn tidy_documents_name_what_exists() {
    let root = workspace();
    let makefile = fs::read_to_string(root.join("Makefile")).expect("a Makefile");
    let doors: BTreeSet<&str> =
        makefile.lines().filter_map(|line| line.split_once(": ")).map(|(door, _)| door).collect();
    let rooms = ["crates/", "web/", "e2e/", "bench/", "fuzz/", "docs/", "deploy/", "scripts/", ".ci/"];
    let mut wrong = Vec::new();
    for page in files(".", &[".md"]) {
        let here = root.join(&page.path).parent().expect("a room").to_path_buf();
        for (at, line) in page.text.lines().enumerate() {
            let mut say = |what: &str| wrong.push(format!("{}:{}: {what}", page.path, at + 1));
            for target in links(line) {
                if !here.join(target).exists() {
                    say(&format!("the link to {target} leads nowhere"));
                }
            }
            for code in line.split('`').skip(1).step_by(2) {
                let word = code.split([' ', ':', ',']).next().unwrap_or_default();
                let plain = !word.contains(['*', '<', '{', '…', '$']);
                if plain && rooms.iter().any(|room| word.starts_with(room)) && !root.join(word).exists() {
                    say(&format!("`{word}` does not exist"));
                }
                let door = code.strip_prefix("make ").and_then(|rest| rest.split(' ').next());
                if door.is_some_and(|door| !doors.contains(door)) {
                    say(&format!("`{code}`: the Makefile has no such door"));
                }
            }
        }
    }
    clean(&wrong);
}

/// The relative targets of a line's Markdown links and pictures, fragments cut off.
fn links(line: &str) -> Vec<&str> {
    let targets = line.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    let targets = targets.map(|target| target.split('#').next().unwrap_or_default());
    targets
        .filter(|target| !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:"))
        .collect()
}

#[test]
fn tidy_documents_and_scripts_are_short() {
    let mut wrong = Vec::new();
    let text = fs::read_to_string(workspace().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    if text.lines().count() > ARCHITECTURE_LINES {
        wrong.push(format!("ARCHITECTURE.md: {} lines", text.lines().count()));
    }
    let scripts = files("scripts", &[".sh"]);
    let long = scripts.iter().filter(|script| script.text.lines().count() > SCRIPT_LINES);
    wrong.extend(long.map(|script| format!("{}: longer than a screen", script.path)));
    clean(&wrong);
}

/// The names of the metrics in this text, with their kind.
fn metrics(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("metrics::").skip(1).filter_map(|rest| {
        let (kind, rest) =
            rest.split_once("!(\"").filter(|(kind, _)| matches!(*kind, "counter" | "gauge" | "histogram"))?;
        Some((kind, rest.split_once('"')?.0))
    })
}

/// Readers of OpenMetrics take the ending of a counter away: what is left must be no other metric's name.
#[test]
fn tidy_metrics_are_named_as_their_readers_expect() {
    let mut families = BTreeMap::<String, &str>::new();
    let mut offences = Vec::new();
    let sources = shipped();
    for file in &sources {
        for (kind, name) in metrics(&file.text) {
            let family = if kind == "counter" { name.strip_suffix("_total") } else { Some(name) };
            let Some(family) =
                family.filter(|family| family.starts_with("telecast_") && !family.ends_with("_total"))
            else {
                offences.push(format!(
                    "{}: {name} is a {kind}: begin with telecast_, end a counter in _total",
                    file.path
                ));
                continue;
            };
            if *families.entry(family.to_owned()).or_insert(kind) != kind {
                offences
                    .push(format!("{}: {name}: there is a metric of another kind with this name", file.path));
            }
        }
    }
    assert!(families.len() > 20, "this rule no longer sees the metrics: {families:?}");
    clean(&offences);
}

#[test]
fn tidy_rules_see_what_they_forbid() {
    let counted = "metrics::counter!(\"a_total\", \"b\" => c); metrics::gauge!(\"d\")";
    assert_eq!(metrics(counted).collect::<Vec<_>>(), [("counter", "a_total"), ("gauge", "d")]);
    assert!(has_word("use axum::Router;", "axum") && !has_word("let axumatic = 1;", "axum"));
    assert!(has_word("let now = std::time::Instant::now();", "Instant::now"));
    assert_eq!(links("see [a](b.md#c) and ![d](e/f.png) and [g](https://h.i)"), ["b.md", "e/f.png"]);
    let text = "impl A {\n    pub(crate) async fn b(\n        c: u8,\n    ) {\n        if c {\n        }\n    }\n}\nfn d() {}\n";
    let file = Source { path: String::new(), text: text.to_owned() };
    assert_eq!(functions(&file), [("b".to_owned(), 6), ("d".to_owned(), 1)]);
}
