//! Configuration that changes while the station runs: what is taken over, what is refused, and who is disturbed by it.

#![allow(clippy::unwrap_used)]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use telecast_server::app::{SessionState, Settings};
use telecast_server::config::{Config, Faults, Source};
use telecast_server::ops::reload::{Apply, Keeper, Reloaded, Reloader, channel};
use tokio_util::sync::CancellationToken;

use crate::live_box::{self, Manner, station_on};
use crate::live_tape::until;
use crate::live_walk::{ready, wish};

/// What has been put in force: the window of tapes each time.
#[derive(Clone, Default)]
struct Noted(Arc<Mutex<Vec<Duration>>>);

impl Apply for Noted {
    async fn apply(&mut self, config: &Config) -> Result<(), String> {
        let window = config.duration("tape.window");
        if window == Duration::from_secs(13) {
            return Err("not thirteen".into());
        }
        self.0.lock().unwrap().push(window);
        Ok(())
    }
}

impl Noted {
    fn all(&self) -> Vec<u64> {
        self.0.lock().unwrap().iter().map(Duration::as_secs).collect()
    }
}

/// A keeper over `telecast.toml` in a folder of its own.
struct Stage {
    folder: tempfile::TempDir,
    noted: Noted,
    reloader: Reloader,
    stop: CancellationToken,
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Stage {
    fn new(file: impl FnOnce(&Path) -> PathBuf) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path());
        let source = Source::new(Some(path), vec![("server.listen", "127.0.0.1:0".into())]);
        let text = source.text().unwrap();
        let config = source.load(text.as_deref()).unwrap();
        let (noted, stop) = (Noted::default(), CancellationToken::new());
        let (reloader, requests) = channel();
        tokio::spawn(Keeper::new(source, config, text, noted.clone()).run(requests, stop.clone()));
        Self { folder, noted, reloader, stop }
    }

    fn with(text: &str) -> Self {
        Self::new(|folder| {
            let path = folder.join("telecast.toml");
            std::fs::write(&path, text).unwrap();
            path
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn reload(&self) -> Result<Reloaded, Faults> {
        self.reloader.reload().await.unwrap()
    }
}

fn window(seconds: u32) -> String {
    format!("[tape]\nwindow = \"{seconds}s\"\n")
}

#[tokio::test]
async fn a_file_is_taken_over_however_it_is_changed() {
    let stage = Stage::with(&window(60));
    // The watch begins beside this; until it does, a change would go unseen.
    tokio::time::sleep(Duration::from_millis(300)).await;
    std::fs::write(stage.path("telecast.toml"), window(61)).unwrap();
    until("written", || stage.noted.all() == [61]).await;
    std::fs::write(stage.path("telecast.toml~"), window(62)).unwrap();
    std::fs::rename(stage.path("telecast.toml~"), stage.path("telecast.toml")).unwrap();
    until("renamed over it, as editors do", || stage.noted.all() == [61, 62]).await;
    std::fs::remove_file(stage.path("telecast.toml")).unwrap();
    std::fs::write(stage.path("telecast.toml"), window(63)).unwrap();
    until("removed and written anew", || stage.noted.all() == [61, 62, 63]).await;
}

#[tokio::test]
async fn a_link_that_is_swapped_is_followed() {
    let stage = Stage::new(|folder| {
        // As Kubernetes mounts a ConfigMap.
        for (version, seconds) in [("..1", 60), ("..2", 61)] {
            std::fs::create_dir(folder.join(version)).unwrap();
            std::fs::write(folder.join(version).join("telecast.toml"), window(seconds)).unwrap();
        }
        std::os::unix::fs::symlink("..1", folder.join("..data")).unwrap();
        std::os::unix::fs::symlink("..data/telecast.toml", folder.join("telecast.toml")).unwrap();
        folder.join("telecast.toml")
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    std::os::unix::fs::symlink("..2", stage.path("..data_tmp")).unwrap();
    std::fs::rename(stage.path("..data_tmp"), stage.path("..data")).unwrap();
    until("the other version counts", || stage.noted.all() == [61]).await;
}

#[tokio::test]
async fn whatever_is_wrong_everything_stays_and_the_reason_is_told() {
    let stage = Stage::with(&window(60));
    let path = stage.path("telecast.toml");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let impossible = format!("{}[metrics]\nlisten = \"{}\"\n", window(61), taken.local_addr().unwrap());
    let unwritable = "[tape]\nwindow = \"61s\"\ndirectory = \"/proc/telecast\"\n";
    for (what, text, reason) in [
        ("half-written", "[tape]\nwindow = \"61", "telecast.toml:2"),
        ("empty", "", "it is empty"),
        ("unknown key", "[tape]\nwindow = \"61s\"\nwindov = \"1\"\n", "did you mean 'tape.window'?"),
        ("impossible: a port that is taken", &impossible, "is in use by another program"),
        ("impossible: a folder that cannot be", unwritable, "cannot be written"),
        ("impossible: no such level", "[tape]\nwindow = \"61s\"\n[log]\nlevel = \"a=b=c\"\n", "log.level"),
        ("refused where it is carried out", &window(13), "not thirteen"),
    ] {
        std::fs::write(&path, text).unwrap();
        let faults = stage.reload().await.expect_err(what);
        assert!(faults.iter().any(|fault| fault.contains(reason)), "{what}: {faults:?}");
    }
    // Whoever is root reads everything: a folder in its place cannot be read by anybody.
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o0)).unwrap();
    assert!(stage.reload().await.is_err(), "unreadable");
    std::fs::remove_dir(&path).unwrap();
    assert!(stage.reload().await.is_err(), "gone");
    assert!(stage.noted.all().is_empty(), "{:?}", stage.noted.all());

    std::fs::write(&path, window(62)).unwrap();
    let done = stage.reload().await.expect("good again");
    let changed: Vec<_> =
        done.changed.iter().map(|change| (&*change.key, &*change.was, &*change.now)).collect();
    // Whoever watches the file may have been faster.
    assert!(changed.is_empty() || changed == [("tape.window", "60s", "62s")], "{changed:?}");
    assert_eq!(stage.noted.all().last(), Some(&62));
}

#[tokio::test]
async fn what_needs_a_restart_is_named_until_then_and_changes_nothing() {
    let stage = Stage::with(&window(60));
    let path = stage.path("telecast.toml");
    std::fs::write(&path, format!("{}[log]\nformat = \"json\"\n", window(60))).unwrap();
    for _ in 0..2 {
        let done = stage.reload().await.expect("good");
        assert!(done.changed.is_empty() && stage.noted.all().is_empty());
        assert_eq!(done.later.iter().map(|change| &*change.key).collect::<Vec<_>>(), ["log.format"]);
    }
    std::fs::write(&path, window(60)).unwrap();
    assert!(stage.reload().await.expect("good").later.is_empty(), "as it was at the start");
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_change_for_those_who_come_and_nobody_who_watches_is_disturbed() {
    let (bytes, rate) = live_box::with_aac();
    let play = || Manner::Play(bytes.clone(), rate);
    let one = live_box::start([(1, play())].into(), 1).await;
    let two = live_box::start([(2, play())].into(), 1).await;
    let (app, directory) = station_on(&[&one, &two], |_| {}).await;
    let (first, second) = (ready(&app, 1).await, ready(&app, 2).await);
    let settings = |change: &dyn Fn(&mut Settings)| {
        let mut settings = Settings::with_tapes_in(directory.path().join("elsewhere"));
        settings.tape.minimum_free = 0;
        settings.receivers = vec![live_box::receiver("a", &one), live_box::receiver("b", &two)];
        change(&mut settings);
        settings
    };
    app.change(settings(&|new| new.limits.sessions = 2)).await.unwrap();
    let refused = app.start_session(wish(1)).await.unwrap_err();
    assert_eq!(refused.reason, Some("too_many_sessions"));
    assert!(!directory.path().join("elsewhere").exists(), "tapes stay where they lie");
    assert_eq!(one.opened.load(std::sync::atomic::Ordering::SeqCst), 1, "nothing was begun anew");

    // Of two receivers one is given another password: its viewers lose their stream, the others nothing.
    let changed = settings(&|new| new.receivers[1].password = Some("another".to_owned().into()));
    app.change(changed).await.unwrap();
    until("its session ends", || app.session(&second.id).unwrap().state.is_over()).await;
    assert_eq!(app.session(&first.id).unwrap().state, SessionState::Ready);
    assert_eq!(one.opened.load(std::sync::atomic::Ordering::SeqCst), 1);

    // One is taken out of the file, and put in again behind the other.
    app.change(settings(&|new| drop(new.receivers.pop()))).await.unwrap();
    assert_eq!(app.receivers().len(), 1);
    app.change(settings(&|new| new.receivers.reverse())).await.unwrap();
    let names: Vec<String> = app.receivers().into_iter().map(|receiver| receiver.id).collect();
    assert_eq!(names, ["b", "a"], "in the order of the file");
    assert_eq!(app.session(&first.id).unwrap().state, SessionState::Ready);
    app.shutdown().await;
}
