//! `telecast import`: settings of another program, as it writes them, become channels once.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use telecast_store::Store;
use tokio::process::Command;

/// What `telecast import channel` says: exit code, stdout, stderr.
async fn import(directory: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_telecast"))
        .args(["import", "channel", "there", "--data-dir", "data"])
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .output()
        .await
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A folder as that program has it.
fn settings() -> Value {
    let show = |label: &str, include: bool, mode: &str, weight: f64| {
        let id = label.to_lowercase().replace(' ', "-");
        json!({ "id": id, "label": label, "path": label, "include": include, "playback_mode": mode, "weight": weight })
    };
    let channel = |id: &str, name: &str, mode: &str, enabled: bool, shows: Vec<Value>| {
        json!({
            "id": id, "name": name, "enabled": enabled, "media_root": "/srv/tv", "playback_mode": mode, "loop_entire_library": true,
            "shows": shows, "bumpers": { "enable_up_next": true, "enable_intermission": false }, "branding": { "show_bug_overlay": true },
        })
    };
    let main = vec![
        show("Hill Street", true, "inherit", 1.0),
        show("Night Train", true, "random", 2.5),
        show("Old News", false, "inherit", 1.0),
    ];
    json!({ "channels": [
        channel("main", "Hill TV", "random", true, main),
        channel("off", "Not now", "sequential", false, vec![show("Hill Street", true, "inherit", 1.0)]),
    ] })
}

fn write(directory: &Path, settings: &Value) {
    let folder = directory.join("there/server/config");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("channel_settings.json"), serde_json::to_string_pretty(settings).unwrap())
        .unwrap();
    std::fs::write(folder.join("weather_bumpers.json"), r#"{"enabled":true}"#).unwrap();
}

/// Files in a folder, but for what SQLite keeps of its locks.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = std::fs::read_dir(folder).unwrap().flatten();
    let named = files.map(|file| (file.file_name().into_string().unwrap(), file.path()));
    named
        .filter(|(name, path)| path.is_file() && !name.ends_with("-shm"))
        .map(|(name, path)| (name, std::fs::read(path).unwrap()))
        .collect()
}

async fn stations(directory: &Path) -> Vec<telecast_store::Station> {
    Store::open_sqlite(&directory.join("data/telecast.db")).await.unwrap().stations().await.unwrap()
}

#[tokio::test]
async fn channels_are_made_once_and_it_is_said_what_became_of_each_setting() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    write(directory, &settings());

    let (status, out, err) = import(directory, &["--dry-run"]).await;
    assert_eq!(status, Some(0), "{out}{err}");
    for line in [
        "2 channels",
        "Hill TV (main): would be made",
        "by chance and weight",
        "Night Train: shuffled, weight 2.5",
        "Old News: left out for now",
        "/srv/tv: name it as a folder of the library",
        "enable_up_next",
        "show_bug_overlay",
        "Not now (off): is switched off there",
        "weather_bumpers.json, the weather between programmes",
        "\"order\": \"weighted\"",
    ] {
        assert!(out.contains(line), "{line}: {out}");
    }
    assert!(!directory.join("data").exists(), "nothing is made");

    let (status, out, err) = import(directory, &[]).await;
    assert_eq!(status, Some(0), "{out}{err}");
    assert!(out.contains("Hill TV (main): made"), "{out}");

    // Who only asks writes nothing: no file is made, changed, or brought up to date.
    let data = directory.join("data");
    std::fs::remove_file(data.join("guide.db")).unwrap();
    let before = contents(&data);
    let (status, out, err) = import(directory, &["--dry-run"]).await;
    assert!(status == Some(0) && out.contains("Hill TV (main): is here already\n"), "{out}{err}");
    assert_eq!(contents(&data), before);

    let made = stations(directory).await;
    assert_eq!(made.len(), 1);
    let document: Value = serde_json::from_str(&made[0].document).unwrap();
    assert_eq!(
        (&document["name"], &document["simple"]["shows"][1]["weight"]),
        (&json!("Hill TV"), &json!(2.5))
    );

    let (_, out, _) = import(directory, &["--all", "--json"]).await;
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&told["channels"][0]["fate"], &told["channels"][1]["fate"]),
        (&json!("known"), &json!("made"))
    );
    assert_eq!(stations(directory).await.len(), 2);

    let mut other = settings();
    other["channels"][0]["shows"][0]["weight"] = json!(3.0);
    write(directory, &other);
    let (_, out, _) = import(directory, &[]).await;
    assert!(out.contains("Hill TV (main): is here already, and is another by now; left as it is"), "{out}");
    assert!(out.contains("Not now (off): is here already\n"), "{out}");
    let after = stations(directory).await;
    assert_eq!(
        after.iter().map(|station| station.revision).collect::<Vec<_>>(),
        [1, 1],
        "nothing is changed"
    );
    assert!(after.iter().any(|station| station.document == made[0].document));
}

#[tokio::test]
async fn what_is_no_folder_of_settings_is_told_and_a_running_server_is_not_gone_around() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let (status, _, err) = import(directory, &[]).await;
    assert_eq!(status, Some(2), "{err}");
    assert!(err.contains("there is no channel_settings.json in there"), "{err}");
    write(directory, &json!({ "chanels": [] }));
    let (status, _, err) = import(directory, &[]).await;
    assert_eq!(status, Some(2), "{err}");
    assert!(err.contains("is this channel_settings.json?"), "{err}");

    write(directory, &settings());
    let station = crate::web_door::station().await;
    let address = station.base.trim_start_matches("http://");
    let (status, _, err) = import(directory, &["--listen", address]).await;
    assert_eq!(status, Some(1), "{err}");
    assert!(err.contains("a server runs at") && err.contains("--dry-run"), "{err}");
    let (status, out, err) = import(directory, &["--listen", address, "--dry-run"]).await;
    assert_eq!(status, Some(0), "{out}{err}");
    assert!(!directory.join("data").exists(), "nothing is made");
}
