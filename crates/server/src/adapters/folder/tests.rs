//! Folders as they are met.

use super::*;
use std::ffi::OsStr;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::{Duration, SystemTime};

const NOW_MS: i64 = 2_000_000_000_000;

fn folder(path: &Path) -> Folder {
    Folder { name: "f".into(), path: path.to_owned() }
}

fn put(root: &Path, path: impl AsRef<Path>) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().expect("a parent")).expect("made");
    fs::write(&path, "x").expect("written");
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    File::options().write(true).open(&path).expect("there").set_modified(old).expect("dated");
}

fn found(root: &Path) -> (Vec<String>, Walked) {
    let walked = walk(&folder(root), NOW_MS, &Progress::default());
    let mut paths: Vec<String> = walked.files.iter().map(|(place, _)| place.path.clone()).collect();
    paths.sort();
    (paths, walked)
}

#[test]
fn films_are_found_whatever_they_are_called() {
    let room = tempfile::tempdir().expect("a folder");
    let root = room.path();
    let long = format!("{}.mkv", "ä".repeat(125));
    assert_eq!(long.len(), 254);
    let names = [
        "a \"b\" 'c'.mkv",
        "neue\nZeile.mkv",
        "😀.mp4",
        "\u{202e}فيلم.mkv",
        long.as_str(),
        "-v.mkv",
        "a:b.mkv",
    ];
    for name in names {
        put(root, name);
    }
    put(root, OsStr::from_bytes(b"caf\xe9.mkv"));
    for other in ["notes.txt", ".hidden.mkv", ".Trash/x.mkv", "@eaDir/x.mkv", "Sample/x.mkv", "film.mkv.part"]
    {
        put(root, other);
    }
    let (paths, walked) = found(root);
    assert_eq!(paths.len(), names.len() + 1, "{paths:?}");
    assert!(walked.unread.is_empty() && !walked.is_missing);
    for path in &paths {
        let place = on_disk(root, path);
        assert!(print(&place, 1).is_some(), "{path:?}");
    }
}

#[test]
fn loops_end_and_what_cannot_be_read_is_said() {
    let room = tempfile::tempdir().expect("a folder");
    let root = room.path();
    put(root, "a/b/film.mkv");
    put(root, "elsewhere/film2.mkv");
    symlink(root, root.join("a/b/loop")).expect("a link");
    symlink("../../a", root.join("a/b/again")).expect("a link");
    symlink("nowhere", root.join("a/dangling")).expect("a link");
    symlink("nowhere.mkv", root.join("a/dangling.mkv")).expect("a link");
    symlink(root.join("elsewhere/film2.mkv"), root.join("linked.mkv")).expect("a link");
    let (paths, walked) = found(root);
    assert_eq!(paths, ["a/b/film.mkv", "elsewhere/film2.mkv", "linked.mkv"]);
    let unread: Vec<&str> = walked.unread.iter().map(|place| place.path.as_str()).collect();
    assert_eq!(unread, ["a/dangling"]);
    assert!(found(&root.join("missing")).1.is_missing);
    assert!(found(&root.join("linked.mkv")).1.is_missing);
}

#[test]
fn sounds_are_items_where_no_film_lies_beside_them() {
    let room = tempfile::tempdir().expect("a folder");
    let root = room.path();
    for path in ["Album/01.mp3", "Album/02.flac", "Album/cover.jpg", "Film/film.mkv", "Film/film.de.mp3"] {
        put(root, path);
    }
    for path in ["Show/theme.mp3", "Show/Season 1/a.mkv", "Plays/one.m4a", "Plays/one.png", "Plays/two.mp3"] {
        put(root, path);
    }
    let (paths, _) = found(root);
    let items = ["Album/01.mp3", "Album/02.flac", "Film/film.mkv", "Plays/one.m4a", "Plays/two.mp3"];
    assert_eq!(paths, [&items[..], &["Show/Season 1/a.mkv"]].concat());
    let picture =
        |path: &str| cover(&root.join(path)).map(|found| found.strip_prefix(root).expect("in it").to_owned());
    assert_eq!(picture("Album/02.flac").as_deref(), Some(Path::new("Album/cover.jpg")));
    assert_eq!(picture("Plays/one.m4a").as_deref(), Some(Path::new("Plays/one.png")));
    assert_eq!(picture("Plays/two.mp3"), None);
}

#[test]
fn a_directory_without_rights_is_unread() {
    let room = tempfile::tempdir().expect("a folder");
    let root = room.path();
    put(root, "open/film.mkv");
    put(root, "closed/film.mkv");
    let closed = root.join("closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).expect("closed");
    let may_all_the_same = fs::read_dir(&closed).is_ok();
    let (paths, walked) = found(root);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).expect("opened");
    // The system's administrator may read it.
    if !may_all_the_same {
        assert_eq!(paths, ["open/film.mkv"]);
        assert!(walked.unread.contains(&Place { folder: "f".into(), path: "closed".into() }));
    }
}

#[test]
fn what_is_still_written_is_left_alone() {
    let room = tempfile::tempdir().expect("a folder");
    put(room.path(), "old.mkv");
    fs::write(room.path().join("new.mkv"), "x").expect("written");
    let now_ms =
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after it").as_millis() as i64;
    let walked = walk(&folder(room.path()), now_ms, &Progress::default());
    assert_eq!(walked.files.len(), 1);
    assert!(walked.is_unsettled && walked.unread.iter().any(|place| place.path == "new.mkv"));
}

#[test]
fn what_tells_of_a_film_changes_its_stamp() {
    let room = tempfile::tempdir().expect("a folder");
    let root = room.path();
    put(root, "Show/Season 1/a.mkv");
    put(root, "Show/Season 1/b.mkv");
    let stamps = || {
        let (_, walked) = found(root);
        let of = |name: &str| {
            walked.files.iter().find(|(place, _)| place.path.ends_with(name)).expect("found").1.beside
        };
        (of("a.mkv"), of("b.mkv"))
    };
    let before = stamps();
    assert_eq!(before, stamps());
    put(root, "Show/Season 1/a.nfo");
    let own = stamps();
    assert!(own.0 != before.0 && own.1 == before.1);
    put(root, "Show/tvshow.nfo");
    let of_show = stamps();
    assert!(of_show.0 != own.0 && of_show.1 != own.1);
}

#[test]
fn notes_are_read_from_beside_and_above() {
    let room = tempfile::tempdir().expect("a folder");
    let root = room.path();
    put(root, "Show/Season 1/a.mkv");
    let write = |path: &str, text: &str| fs::write(root.join(path), text).expect("written");
    write("Show/tvshow.nfo", "<tvshow><title>Die Show</title></tvshow>");
    write("Show/Season 1/a.nfo", "<episodedetails><title>Eins</title></episodedetails>");
    let told = notes(root, "Show/Season 1/a.mkv");
    assert_eq!(told.own.and_then(|own| own.title).as_deref(), Some("Eins"));
    assert_eq!(told.show.and_then(|show| show.title).as_deref(), Some("Die Show"));
    write("Show/Season 1/a.nfo", "<episodedetails><title>Ei");
    assert!(notes(root, "Show/Season 1/a.mkv").damaged);
    assert_eq!(notes(root, "nowhere.mkv"), Notes::default());
}
