//! The program as it is started: what it says of a machine that lacks something.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

#[tokio::test]
async fn without_ffmpeg_it_runs_and_says_what_will_not_play() {
    let directory = tempfile::tempdir().unwrap();
    let mut station = Command::new(env!("CARGO_BIN_EXE_telecast"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir", "."])
        .current_dir(directory.path())
        .env_clear()
        .env("PATH", directory.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut out = BufReader::new(station.stdout.take().unwrap()).lines();
    let mut err = BufReader::new(station.stderr.take().unwrap()).lines();
    let mut said = Vec::new();
    let complete = |said: &[String]| {
        ["no sound can be made", "no pictures can be coded", "install ffmpeg"]
            .iter()
            .all(|words| said.iter().any(|line| line.contains(words)))
    };
    let listened = tokio::time::timeout(Duration::from_secs(30), async {
        while !complete(&said) {
            tokio::select! {
                Ok(Some(line)) = out.next_line() => said.push(line),
                Ok(Some(line)) = err.next_line() => said.push(line),
                else => break,
            }
        }
    });
    let _ = listened.await;
    assert!(complete(&said), "{said:#?}");
    assert!(station.try_wait().unwrap().is_none(), "it goes on");
}

/// What `telecast check` says: exit code, stdout, stderr.
async fn check(directory: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_telecast"))
        .arg("check")
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

#[tokio::test]
async fn check_tells_good_from_impossible_from_wrong_and_no_secret() {
    let directory = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(directory.path().join("telecast.toml"), text).unwrap();
    let receiver = "[[receiver]]\nname = \"Box\"\nurl = \"http://anna:s3cret@127.0.0.1:1\"\ntuners = 2\n";
    for (name, file, code, expected) in [
        ("good", "[server]\nlisten = \"127.0.0.1:0\"\n", 0, "All good."),
        (
            "old name",
            "[server]\nlisten = \"127.0.0.1:0\"\n[playback]\nvideo_lines = 576\n",
            0,
            "is called playback.max_video_lines now",
        ),
        (
            "nowhere to write",
            "[server]\nlisten = \"127.0.0.1:0\"\ndata_dir = \"telecast.toml/data\"\n",
            1,
            "cannot be written",
        ),
        (
            "nobody there",
            format!("[server]\nlisten = \"127.0.0.1:0\"\n{receiver}").as_str(),
            1,
            "receiver 'Box'",
        ),
        (
            "unknown key",
            format!("[server]\nlisten = \"127.0.0.1:0\"\nlissten = 1\n{receiver}").as_str(),
            2,
            "did you mean 'server.listen'",
        ),
        ("no address", "[[receiver]]\nurl = \"ftp://anna:s3cret@box\"\n", 2, "is not an address"),
        ("no TOML", "[[receiver]]\nname = \"x\"\npassword = \"s3cret\n", 2, "telecast.toml:3"),
    ] {
        write(file);
        let (status, out, err) = check(directory.path(), &[]).await;
        assert_eq!(status, Some(code), "{name}: {out}{err}");
        assert!(format!("{out}{err}").contains(expected), "{name}: {out}{err}");
        assert!(!format!("{out}{err}").contains("s3cret"), "{name}: {out}{err}");
        if name == "nobody there" {
            for line in [
                "receiver 'Box'.url = http://127.0.0.1:1/  [file]  overrode: — (default)",
                "receiver 'Box'.username = anna  [file, in its url]",
                "receiver 'Box'.password = ***  [file, in its url]",
                "receiver 'Box'.tuners = 2  [file]",
                "receiver 'Box'.stream_port = 8001  [default]",
            ] {
                assert!(out.contains(line), "{line}: {out}");
            }
        }
    }
    let (status, out, _) = check(directory.path(), &["--schema"]).await;
    let schema: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, &schema["properties"]["receiver"]["type"]), (Some(0), &"array".into()));
}

#[tokio::test]
async fn check_knows_a_running_station_from_another_program_at_its_port() {
    let directory = tempfile::tempdir().unwrap();
    let station = crate::web_door::station().await;
    let address = station.base.trim_start_matches("http://");
    let (status, out, err) = check(directory.path(), &["--listen", address]).await;
    assert_eq!(status, Some(0), "{out}{err}");
    assert!(out.contains("is in use by a running Telecast"), "{out}");
    let other = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = other.local_addr().unwrap().to_string();
    tokio::spawn(async move { while other.accept().await.is_ok() {} });
    let (status, out, err) = check(directory.path(), &["--listen", &address]).await;
    assert_eq!(status, Some(1), "{out}{err}");
    assert!(err.contains("is in use by another program"), "{err}");
}

/// A demo that plays one channel with AC-3, and what it has said until it could be signed in to.
async fn demo(directory: &Path) -> (Child, String, String) {
    let mut demo = Command::new(env!("CARGO_BIN_EXE_telecast"))
        .args(["demo", "--without-films", "--listen", "127.0.0.1:0", "--media"])
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("live-ac3.ts"))
        .env("TMPDIR", directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut out = BufReader::new(demo.stdout.take().unwrap()).lines();
    let link = async {
        while let Some(line) = out.next_line().await.unwrap() {
            if let Some((before, code)) = line.split_once("/welcome#link=") {
                let base = before.rsplit_once(' ').unwrap().1.to_owned();
                return (base, code.to_owned());
            }
        }
        panic!("it ends before it says where it is");
    };
    let (base, code) = tokio::time::timeout(Duration::from_secs(60), link).await.unwrap();
    // Whoever stops reading must not stop it.
    tokio::spawn(async move { while let Ok(Some(_)) = out.next_line().await {} });
    (demo, base, code)
}

/// Processes of that name whose parent is `parent`, and those of `pids` that live: what waits to be buried does not.
fn living(parent: u32, pids: &[u32]) -> Vec<u32> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else { continue };
        let Some((name, rest)) = stat.rsplit_once(") ") else { continue };
        let mut rest = rest.split(' ');
        let (state, of) = (rest.next().unwrap(), rest.next().unwrap());
        let is_child = name.ends_with("(ffmpeg") && of == parent.to_string();
        if state != "Z" && (is_child || pids.contains(&pid) && name.ends_with("(ffmpeg")) {
            found.push(pid);
        }
    }
    found
}

fn folders(directory: &Path) -> Vec<String> {
    let names = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name());
    names
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| name.starts_with("telecast-"))
        .collect()
}

#[tokio::test]
async fn a_killed_demo_leaves_no_ffmpeg_and_the_next_one_no_folder_of_it() {
    drop(crate::live_box::with_ac3());
    let directory = tempfile::tempdir().unwrap();
    let (mut killed, base, code) = demo(directory.path()).await;
    let client = crate::web_door::client();
    let signed =
        client.post(format!("{base}/api/v1/auth/link")).json(&json!({ "code": code })).send().await.unwrap();
    let cookie = signed.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let wish = async {
        loop {
            let channels = client.get(format!("{base}/api/v1/channels")).header("cookie", &cookie);
            let channels: Value = channels.send().await.unwrap().json().await.unwrap();
            if let Some(id) = channels["items"][0]["id"].as_str() {
                return json!({ "channel_id": id, "client": { "audio": ["mp4a.40.2"] } });
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let wish = tokio::time::timeout(Duration::from_secs(30), wish).await.expect("no channels");
    let play = client.post(format!("{base}/api/v1/sessions")).header("cookie", &cookie).json(&wish);
    let session: Value = play.send().await.unwrap().json().await.unwrap();
    let url = format!("{base}/api/v1/sessions/{}?wait_s=30", session["id"].as_str().unwrap());
    let ready: Value = client.get(url).header("cookie", &cookie).send().await.unwrap().json().await.unwrap();
    assert_eq!(ready["state"], "ready", "{ready}");
    let filters = living(killed.id().unwrap(), &[]);
    assert!(!filters.is_empty(), "no filter runs");
    killed.kill().await.unwrap();
    let left = folders(directory.path());
    assert_eq!(left.len(), 1, "SIGKILL lets nobody tidy up: {left:?}");
    let begun = Instant::now();
    while !living(0, &filters).is_empty() {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "ffmpeg outlives its station: {:?}",
            living(0, &filters)
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (_next, ..) = demo(directory.path()).await;
    let now = folders(directory.path());
    assert!(now.len() == 1 && now != left, "{left:?} {now:?}");
}

/// What `telecast simulate` says of a channel's document: exit code, stdout, stderr.
async fn simulate(document: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    use telecast_core::library::{HZ, Item, ItemId, Kind};
    let directory = tempfile::tempdir().unwrap();
    let episode = |id| Item {
        id: ItemId(id),
        kind: Kind::Episode,
        show: Some("Friends".into()),
        title: format!("part {id}").into(),
        length: 25 * 60 * HZ,
        ..Item::default()
    };
    let items: Vec<Item> = (1..=20).map(episode).collect();
    std::fs::write(directory.path().join("items.json"), serde_json::to_string(&items).unwrap()).unwrap();
    std::fs::write(directory.path().join("channel.json"), document).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_telecast"))
        .args(["simulate", "--library", "items.json", "--from", "2026-01-01", "--zone", "UTC"])
        .args(arguments)
        .arg("channel.json")
        .current_dir(directory.path())
        .env_clear()
        .output()
        .await
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[tokio::test]
async fn simulate_says_what_a_channel_comes_to_and_where_its_document_is_wrong() {
    let document = r#"{"version":1,"name":"Sitcoms","simple":{"shows":["Friends"],"pad":30}}"#;
    let (code, out, err) = simulate(document, &["--days", "10"]).await;
    assert_eq!(code, Some(0), "{err}");
    for expected in ["programmes  480 in", "20 different", "nothing     1d16h (16.7 %)", "no_fallback"] {
        assert!(out.contains(expected), "{expected} in {out}");
    }
    let (code, out, err) = simulate(document, &["--days", "10", "--json"]).await;
    assert_eq!(code, Some(0), "{err}");
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(told["channels"][0]["statistics"]["programmes"]["airings"], 480);
    assert!(told["cost"]["plan_ms"].as_f64().unwrap() > 0.0);
    let (code, _, err) = simulate(&document.replace("30", "31"), &[]).await;
    assert_eq!(code, Some(2));
    assert!(err.contains("channel.json: simple.pad: fill up to 5, 10, 15, 20, 30 or 60 minutes"), "{err}");
    let (code, _, err) = simulate(document, &["--days", "0"]).await;
    assert_eq!(code, Some(2), "{err}");
}
