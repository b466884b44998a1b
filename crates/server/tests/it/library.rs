//! The library over the API: folders of real files, good and bad ones, moved, replaced and taken away; corrections, collections, rights.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use telecast_core::access::{Role, Scope};
use telecast_server::app::App;
use telecast_server::app::settings::{FolderSettings, Settings};

use crate::live_box::store_beside;
use crate::web_door::{Station, client, station_of};

/// Long before now: what was changed a moment ago is still being written.
fn settle(path: &Path) {
    let old = SystemTime::now() - Duration::from_secs(3_600);
    File::options().write(true).open(path).unwrap().set_modified(old).unwrap();
}

/// Makes a file by ffmpeg.
pub(crate) fn make(path: &Path, arguments: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-nostdin", "-v", "error", "-y"]).args(arguments.split(' ')).arg(path);
    let out = command.output().expect("ffmpeg runs");
    assert!(out.status.success(), "{arguments}: {}", String::from_utf8_lossy(&out.stderr));
    settle(path);
}

const VIDEO: &str = "-f lavfi -i testsrc2=size=160x90:rate=25";
const SOUND: &str = "-f lavfi -i sine=frequency=440";
const CODE: &str = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac";

pub(crate) fn film(path: &Path, seconds: u32) {
    make(path, &format!("{VIDEO} {SOUND} -t {seconds} {CODE}"));
}

fn copy(from: &Path, to: impl AsRef<Path>) {
    let to = to.as_ref();
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(from, to).unwrap();
    settle(to);
}

pub(crate) struct Library {
    pub(crate) station: Station,
    pub(crate) token: String,
    room: tempfile::TempDir,
}

impl Library {
    /// A station with an empty folder `Filme`.
    pub(crate) async fn new() -> Self {
        let room = tempfile::tempdir().unwrap();
        let folder = room.path().join("filme");
        fs::create_dir(&folder).unwrap();
        Self::on(room, vec![FolderSettings { name: "Filme".into(), path: folder }]).await
    }

    async fn on(room: tempfile::TempDir, folders: Vec<FolderSettings>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let tapes = directory.path().join("tapes");
        let store = store_beside(&tapes).await;
        let settings = Settings {
            folders,
            artwork: Some(directory.path().join("artwork")),
            ..Settings::with_tapes_in(tapes)
        };
        let app = App::start(settings, store.clone()).await.unwrap();
        let station = station_of(app, store, directory).await;
        let token = station.token(Role::Owner, &Scope::ALL).await;
        Self { station, token, room }
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.room.path().join("filme").join(name)
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, body) =
            self.station.ask("GET", &format!("/api/v1/library{path}"), Some(&self.token)).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.tell(Method::POST, path, body).await
    }

    async fn tell(&self, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        let request = client().request(method, format!("{}/api/v1/library{path}", self.station.base));
        let response = request.bearer_auth(&self.token).json(&body).send().await.unwrap();
        (response.status(), response.json().await.unwrap_or(Value::Null))
    }

    /// Has the folders looked at, and waits until that and all probes are done.
    pub(crate) async fn look(&self) {
        let before = self.get("").await["scan"]["looked"].clone();
        let (status, _) = self.post("/scan", json!({})).await;
        assert_eq!(status, StatusCode::ACCEPTED);
        let until = tokio::time::Instant::now() + Duration::from_secs(90);
        loop {
            let scan = self.get("").await["scan"].clone();
            let is_done = scan["looking"] == false && scan["waiting"] == 0 && scan["looked"] != before;
            if is_done {
                return;
            }
            assert!(tokio::time::Instant::now() < until, "{scan}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn items(&self, query: &str) -> Vec<Value> {
        self.get(&format!("/items?limit=500{query}")).await["items"].as_array().unwrap().clone()
    }

    /// The item of that title, with all that is known of it.
    async fn item(&self, title: &str) -> Value {
        let items = self.items("").await;
        let item =
            items.iter().find(|item| item["title"] == title).unwrap_or_else(|| panic!("{title}: {items:#?}"));
        self.get(&format!("/items/{}", item["id"])).await
    }
}

fn codes(item: &Value) -> Vec<&str> {
    item["faults"].as_array().unwrap().iter().map(|fault| fault["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_film_keeps_its_id_and_its_corrections_wherever_it_goes() {
    let library = Library::new().await;
    film(&library.path("Metropolis (1927).mkv"), 2);
    film(&library.path("Show/Season 1/Show S01E02 - Zwei.mkv"), 3);
    library.look().await;
    let found = library.item("Metropolis").await;
    assert_eq!(
        (&found["kind"], &found["year"], &found["state"]),
        (&json!("film"), &json!(1927), &json!("present"))
    );
    assert!((found["length_s"].as_f64().unwrap() - 2.0).abs() < 0.2, "{found}");
    assert_eq!((&found["video"]["height"], &found["audio"][0]["codec"]), (&json!(90), &json!("aac")));
    let episode = library.item("Zwei").await;
    assert_eq!(
        (&episode["show"], &episode["season"], &episode["episode"]),
        (&json!("Show"), &json!(1), &json!(2))
    );
    let id = found["id"].clone();
    let correction = json!({ "title": "Metropolis, restauriert", "tags": ["stumm"], "none": ["year"] });
    let (status, corrected) = library.post(&format!("/items/{id}"), correction).await;
    assert_eq!(
        (status, &corrected["year"], &corrected["tags"]),
        (StatusCode::OK, &Value::Null, &json!(["stumm"]))
    );
    // Moved and renamed.
    fs::create_dir(library.path("alt")).unwrap();
    fs::rename(library.path("Metropolis (1927).mkv"), library.path("alt/m.mkv")).unwrap();
    library.look().await;
    let moved = library.get(&format!("/items/{id}")).await;
    assert_eq!((&moved["title"], &moved["path"]), (&json!("Metropolis, restauriert"), &json!("alt/m.mkv")));
    // Taken away: absent, and not gone.
    fs::rename(library.path("alt/m.mkv"), library.room.path().join("m.mkv")).unwrap();
    library.look().await;
    let away = library.get(&format!("/items/{id}")).await;
    assert_eq!((&away["state"], &away["title"]), (&json!("absent"), &json!("Metropolis, restauriert")));
    assert!(library.station.web.app.library().items().items().iter().any(|item| json!(item.id.0) == id));
    // Another file in its place is the same item, and probed anew.
    film(&library.path("alt/m.mkv"), 4);
    library.look().await;
    let replaced = library.get(&format!("/items/{id}")).await;
    assert_eq!(
        (&replaced["state"], &replaced["title"]),
        (&json!("present"), &json!("Metropolis, restauriert"))
    );
    assert!((replaced["length_s"].as_f64().unwrap() - 4.0).abs() < 0.2, "{replaced}");
}

#[tokio::test]
async fn a_folder_that_is_away_makes_its_items_absent_and_one_that_is_back_the_same_again() {
    let library = Library::new().await;
    film(&library.path("a/Eins (2001).mkv"), 1);
    library.look().await;
    let id = library.item("Eins").await["id"].clone();
    let (here, there) = (library.room.path().join("filme"), library.room.path().join("unmounted"));
    fs::rename(&here, &there).unwrap();
    library.look().await;
    assert_eq!(library.get(&format!("/items/{id}")).await["state"], "absent");
    assert_eq!(library.get("/folders").await["items"][0]["missing"], true);
    // An empty directory, as a disk leaves it that is not mounted, deletes nothing either.
    fs::create_dir(&here).unwrap();
    library.look().await;
    assert_eq!(library.get(&format!("/items/{id}")).await["state"], "absent");
    fs::remove_dir(&here).unwrap();
    fs::rename(&there, &here).unwrap();
    library.look().await;
    let back = library.get(&format!("/items/{id}")).await;
    assert_eq!((&back["state"], &back["id"]), (&json!("present"), &id));
    assert_eq!(library.items("").await.len(), 1);
}

#[tokio::test]
async fn bad_files_are_told_with_advice_and_harm_no_other() {
    let library = Library::new().await;
    let good = library.path("Gut (2000).mp4");
    film(&good, 3);
    let bytes = fs::read(&good).unwrap();
    let put = |name: &str, bytes: &[u8]| {
        fs::write(library.path(name), bytes).unwrap();
        settle(&library.path(name));
    };
    put("Leer.mkv", b"");
    put("Text.mkv", b"This is no film.\n".repeat(1_000).as_slice());
    put("Liste.mkv", b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n");
    put("Abgeschnitten.mp4", &bytes[..bytes.len() / 2]);
    make(&library.path("Stumm.mkv"), &format!("{VIDEO} -t 2 {CODE}"));
    make(&library.path("Hörspiel.mkv"), &format!("{SOUND} -t 2 -c:a aac"));
    make(
        &library.path("Tief.mkv"),
        &format!("{VIDEO} {SOUND} -t 2 -c:v libx264 -preset ultrafast -pix_fmt yuv420p10le"),
    );
    make(
        &library.path("Fein.mkv"),
        &format!("{VIDEO} {SOUND} -t 2 -c:v libx264 -preset ultrafast -pix_fmt yuv422p"),
    );
    // Turned by what the container says; a cover beside the film.
    let source = library.room.path().join("quelle.mp4");
    fs::copy(&good, &source).unwrap();
    let source = source.to_str().unwrap();
    // The matrix of the first track's header (ISO/IEC 14496-12 §8.3.2) as for a telephone that was held upright.
    let mut turned = bytes.clone();
    let matrix = turned.windows(4).position(|four| four == b"tkhd").unwrap() + 40;
    let upright: [i32; 9] = [0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30];
    for (at, value) in upright.into_iter().enumerate() {
        turned[matrix + 4 * at..matrix + 4 * at + 4].copy_from_slice(&value.to_be_bytes());
    }
    put("Gedreht.mp4", &turned);
    let cover = library.room.path().join("cover.png");
    make(&cover, "-f lavfi -i color=red:size=300x450 -frames:v 1");
    let cover = cover.to_str().unwrap();
    make(
        &library.path("Umschlag.mp4"),
        &format!("-i {cover} -i {source} -map 0:v -map 1 -c copy -disposition:v:0 attached_pic"),
    );
    // A header that claims thirty hours.
    let mut claims = bytes.clone();
    let header = claims.windows(4).position(|four| four == b"mvhd").unwrap();
    let scale = u32::from_be_bytes(claims[header + 16..header + 20].try_into().unwrap());
    claims[header + 20..header + 24].copy_from_slice(&(scale * 108_000).to_be_bytes());
    put("Dreissig.mp4", &claims);
    library.look().await;
    for (title, state, fault) in [
        ("Leer", "unplayable", "empty"),
        ("Text", "unplayable", "damaged"),
        ("Liste", "unplayable", "damaged"),
        ("Abgeschnitten", "unplayable", "damaged"),
        ("Hörspiel", "present", "sound_alone"),
        ("Stumm", "present", "no_sound"),
        ("Tief", "present", "deep_colour"),
        ("Fein", "present", "full_chroma"),
        ("Gedreht", "present", "rotated"),
    ] {
        let item = library.item(title).await;
        assert_eq!((&item["state"], codes(&item)), (&json!(state), vec![fault]), "{title}");
        let advice = item["faults"][0]["advice"].as_str().unwrap();
        assert!(advice.ends_with('.'), "{advice}");
    }
    let good = library.item("Gut").await;
    assert_eq!((&good["state"], codes(&good).len()), (&json!("present"), 0));
    assert_eq!(library.get("").await["unplayable"], 4);
    let thirty = library.item("Dreissig").await;
    assert!(thirty["length_s"].as_f64().unwrap() < 10.0, "{thirty}");
    let covered = library.item("Umschlag").await;
    assert_eq!((&covered["state"], codes(&covered).len()), (&json!("present"), 0));
    assert_eq!(covered["video"]["height"], 90, "the film and not its cover");
    let picture = format!("{}/api/v1/library/items/{}/picture", library.station.base, covered["id"]);
    let picture = client().get(picture).bearer_auth(&library.token).send().await.unwrap();
    assert_eq!(
        (picture.status(), &picture.headers()["content-type"]),
        (StatusCode::OK, &"image/jpeg".parse().unwrap())
    );
    let tag = picture.headers()["etag"].clone();
    let bytes = picture.bytes().await.unwrap();
    assert!(bytes.starts_with(&[0xff, 0xd8]) && bytes.len() < 100_000, "{}", bytes.len());
    let again = format!("{}/api/v1/library/items/{}/picture", library.station.base, covered["id"]);
    let again =
        client().get(again).bearer_auth(&library.token).header("if-none-match", tag).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    let none = library.item("Leer").await["id"].clone();
    let (status, _) = library
        .station
        .ask("GET", &format!("/api/v1/library/items/{none}/picture"), Some(&library.token))
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn names_may_be_anything_and_loops_end() {
    let library = Library::new().await;
    let source = library.room.path().join("quelle.mkv");
    film(&source, 1);
    let long = format!("{}.mkv", "ä".repeat(125));
    let names = [
        "a \"b\" 'c'.mkv",
        "neue\nZeile.mkv",
        "😀.mkv",
        "\u{202e}فيلم.mkv",
        long.as_str(),
        "-v.mkv",
        "a:b%20?.mkv",
    ];
    for (at, name) in names.iter().enumerate() {
        copy(&source, library.path(name));
        // None of them is a copy of another.
        let mut bytes = fs::read(library.path(name)).unwrap();
        bytes.extend_from_slice(&[0xec, 0x81, at as u8]);
        fs::write(library.path(name), bytes).unwrap();
        settle(&library.path(name));
    }
    copy(&source, library.path(OsStr::from_bytes(b"caf\xe9.mkv")));
    symlink(library.room.path().join("filme"), library.path("loop")).unwrap();
    library.look().await;
    let items = library.items("").await;
    assert_eq!(items.len(), names.len() + 1, "{items:#?}");
    assert!(items.iter().all(|item| item["state"] == "present"), "{items:#?}");
    assert!(items.iter().any(|item| item["title"] == "caf\u{fffd}"), "{items:#?}");
    // The same again: nobody is moved, and none is added.
    library.look().await;
    assert_eq!(library.items("").await, items);
}

#[tokio::test]
async fn copies_are_shown_and_not_planned() {
    let library = Library::new().await;
    film(&library.path("Eins (2001).mkv"), 1);
    library.look().await;
    copy(&library.path("Eins (2001).mkv"), library.path("Kopie (2001).mkv"));
    library.look().await;
    let copied = library.item("Kopie").await;
    assert_eq!(codes(&copied), ["copy"]);
    assert_eq!(copied["copy_of"], library.item("Eins").await["id"]);
    assert_eq!(library.station.web.app.library().items().items().len(), 1);
}

#[tokio::test]
async fn many_are_tagged_hidden_probed_and_forgotten_at_once() {
    let library = Library::new().await;
    let source = library.path("A (2001).mkv");
    film(&source, 1);
    film(&library.path("B (2002).mkv"), 2);
    library.look().await;
    let ids: Vec<Value> = library.items("").await.iter().map(|item| item["id"].clone()).collect();
    let act = async |ids: &[Value], action: Value| {
        let (status, body) = library.post("/actions", json!({ "ids": ids, "action": action })).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body["changed"].as_u64().unwrap()
    };
    assert_eq!(act(&ids, json!({ "do": "tag", "add": ["abends"] })).await, 2);
    assert_eq!(act(&ids, json!({ "do": "tag", "add": ["abends"] })).await, 0, "they have it");
    assert_eq!(library.items("&query=tag:abends").await.len(), 2);
    assert_eq!(act(&ids[..1], json!({ "do": "hide" })).await, 1);
    assert_eq!(library.items("&hidden=true").await.len(), 1);
    assert_eq!(library.station.web.app.library().items().items().len(), 1);
    let viewer = library.station.token(Role::Viewer, &[Scope::Watch]).await;
    let (_, seen) = library.station.ask("GET", "/api/v1/library/items", Some(&viewer)).await;
    assert_eq!(seen["total"], 1, "what is hidden is hidden from who watches");
    assert_eq!(act(&ids[..1], json!({ "do": "show" })).await, 1);
    assert_eq!(act(&ids, json!({ "do": "kind", "kind": "clip" })).await, 2);
    assert_eq!(library.items("&kind=clip").await.len(), 2);
    assert_eq!(act(&ids, json!({ "do": "probe" })).await, 2);
    assert_eq!(act(&ids, json!({ "do": "forget" })).await, 0, "they are there");
    fs::remove_file(&source).unwrap();
    library.look().await;
    assert_eq!(act(&ids, json!({ "do": "forget" })).await, 1);
    assert_eq!(library.items("").await.len(), 1);
    let (status, problem) = library.post(&format!("/items/{}", ids[1]), json!({ "title": " " })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{problem}");
}

#[tokio::test]
async fn collections_are_made_tried_changed_and_refused() {
    let library = Library::new().await;
    film(&library.path("Show/Show S01E10 - Zehn.mkv"), 1);
    film(&library.path("Show/Show S01E02 - Zwei.mkv"), 2);
    film(&library.path("Film (1999).mkv"), 3);
    library.look().await;
    let titles = |items: Vec<Value>| {
        items.iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(titles(library.items("").await), ["Film", "Zwei", "Zehn"]);
    assert_eq!(titles(library.items("&query=show:show%20not%20episode:2").await), ["Zehn"]);
    assert_eq!(library.get("/shows").await["items"][0]["episodes"], 2);
    let (status, problem) =
        library.station.ask("GET", "/api/v1/library/items?query=shwo:a", Some(&library.token)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(problem["fields"][0]["name"], "query");
    assert!(problem["fields"][0]["message"].as_str().unwrap().starts_with("Column 1:"), "{problem}");
    let smart = json!({ "name": "Shows", "content": { "type": "smart", "query": "kind:episode" } });
    let (status, made) = library.post("/collections", smart).await;
    assert_eq!((status, &made["count"]), (StatusCode::CREATED, &json!(2)));
    let id = made["id"].clone();
    let film_id = library.item("Film").await["id"].clone();
    let entries = json!([{ "item": film_id }, { "collection": id }, { "item": film_id }]);
    let list = json!({ "name": "Abend", "content": { "type": "playlist", "entries": entries } });
    let (_, list) = library.post("/collections", list).await;
    assert_eq!(list["count"], 4);
    let of_list = library.items(&format!("&collection={}", list["id"])).await;
    assert_eq!(titles(of_list), ["Film", "Zwei", "Zehn", "Film"]);
    // What would hold itself is refused.
    let cycle = json!({ "name": "Shows", "revision": 1, "content": { "type": "group", "collections": [list["id"]] } });
    let (status, problem) = library.post(&format!("/collections/{id}"), cycle).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(problem["detail"].as_str().unwrap().contains("hold itself"), "{problem}");
    let change =
        json!({ "name": "Filme", "revision": 1, "content": { "type": "smart", "query": "kind:film" } });
    let (status, changed) = library.post(&format!("/collections/{id}"), change.clone()).await;
    assert_eq!((status, &changed["revision"]), (StatusCode::OK, &json!(2)));
    assert_eq!(library.post(&format!("/collections/{id}"), change).await.0, StatusCode::CONFLICT);
    assert_eq!(
        library.tell(Method::DELETE, &format!("/collections/{id}"), json!({})).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        library.tell(Method::DELETE, &format!("/collections/{id}"), json!({})).await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn folders_are_added_and_removed_on_the_page_by_who_runs_the_station() {
    let room = tempfile::tempdir().unwrap();
    fs::create_dir(room.path().join("filme")).unwrap();
    let library = Library::on(room, Vec::new()).await;
    film(&library.path("Film (1999).mkv"), 1);
    assert_eq!(library.get("").await["folders"], 0);
    let path = library.room.path().join("filme");
    let (status, problem) = library.post("/folders", json!({ "path": "/there/is/none" })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{problem}");
    let (status, all) = library.post("/folders", json!({ "path": path })).await;
    assert_eq!((status, &all["items"][0]["name"]), (StatusCode::CREATED, &json!("filme")));
    assert_eq!(library.post("/folders", json!({ "path": path })).await.0, StatusCode::CONFLICT);
    library.look().await;
    let item = library.item("Film").await;
    // Kept over a start.
    let programmer = library.station.token(Role::Programmer, &[Scope::Watch, Scope::Program]).await;
    let viewer = library.station.token(Role::Viewer, &[Scope::Watch]).await;
    for (token, method, path, wanted) in [
        (&viewer, "GET", "/api/v1/library/items", StatusCode::OK),
        (&viewer, "GET", "/api/v1/library/folders", StatusCode::FORBIDDEN),
        (&viewer, "POST", "/api/v1/library/scan", StatusCode::FORBIDDEN),
        (&programmer, "GET", "/api/v1/library/folders", StatusCode::OK),
        (&programmer, "POST", "/api/v1/library/folders", StatusCode::FORBIDDEN),
    ] {
        let (status, body) = library.station.ask(method, path, Some(token)).await;
        assert_eq!(status, wanted, "{method} {path}: {body}");
    }
    let (_, seen) =
        library.station.ask("GET", &format!("/api/v1/library/items/{}", item["id"]), Some(&viewer)).await;
    assert_eq!((&seen["title"], &seen["path"]), (&json!("Film"), &Value::Null));
    let id = library.get("/folders").await["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        library.tell(Method::DELETE, &format!("/folders/{id}"), json!({})).await.0,
        StatusCode::NO_CONTENT
    );
    library.look().await;
    assert_eq!(library.get(&format!("/items/{}", item["id"])).await["state"], "absent");
}

#[tokio::test]
async fn what_changes_in_a_folder_is_found_without_being_asked_and_outlives_a_start() {
    let library = Library::new().await;
    film(&library.path("Eins (2001).mkv"), 1);
    library.look().await;
    let until = tokio::time::Instant::now() + Duration::from_secs(60);
    film(&library.path("Zwei (2002).mkv"), 2);
    while library.items("").await.len() < 2 {
        assert!(tokio::time::Instant::now() < until, "the system has told of the new film");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    library.look().await;
    let before = library.items("").await;
    let station = library.station.again().await;
    let token = station.token(Role::Viewer, &[Scope::Watch]).await;
    let (_, after) = station.ask("GET", "/api/v1/library/items", Some(&token)).await;
    let ids = |items: &[Value]| {
        items.iter().map(|item| (item["id"].clone(), item["title"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(ids(after["items"].as_array().unwrap()), ids(&before));
}

#[tokio::test]
async fn an_empty_library_is_a_library() {
    let room = tempfile::tempdir().unwrap();
    let library = Library::on(room, Vec::new()).await;
    library.look().await;
    assert_eq!(library.get("/items").await["total"], 0);
    assert_eq!(library.get("/shows").await["items"], json!([]));
    assert_eq!(library.get("/collections").await["items"], json!([]));
    assert_eq!(library.get("").await["kinds"], json!({}));
}
