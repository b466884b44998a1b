//! Tapes that outlive their viewers, the program, and a full disk.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use telecast_server::app::{App, At, Directives, PlaybackHandle, SessionState, SessionView};

use crate::live_box::{self, FakeBox, Manner};
use crate::live_walk::{decoded, follow, handle, ready, renditions, wish};

/// Waits for what must come, however busy the machine is.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..1200 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never: {what}");
}

pub(crate) async fn ready_at(app: &App, sid: u32, at: At) -> SessionView {
    let mut wish = wish(sid);
    wish.at = at;
    let made = app.start_session(wish).await.unwrap();
    let view = app.wait_session(&made.id, Duration::from_secs(20)).await.unwrap();
    assert_eq!(view.state, SessionState::Ready, "{view:?}");
    view
}

pub(crate) async fn playlist(play: &PlaybackHandle, name: &str) -> String {
    String::from_utf8(play.playlist(name, Directives::default()).await.unwrap().to_vec()).unwrap()
}

async fn main_name(play: &PlaybackHandle) -> String {
    renditions(std::str::from_utf8(&play.multivariant().await.unwrap()).unwrap()).remove(0)
}

/// Sequences of whole segments in a playlist.
pub(crate) fn sequences(text: &str) -> Vec<u64> {
    let entries = text.lines().filter(|line| !line.starts_with('#'));
    entries.filter_map(|line| line.split('/').nth(1)?.strip_suffix(".m4s")?.parse().ok()).collect()
}

pub(crate) async fn init(play: &PlaybackHandle, name: &str, text: &str) -> Bytes {
    let hash = text.split("init-").nth(1).unwrap().split(".mp4").next().unwrap();
    play.init(name, hash).await.unwrap()
}

pub(crate) fn tapes_in(directory: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect()
}

async fn box_with(sids: &[u32]) -> FakeBox {
    let (bytes, rate) = live_box::with_aac();
    let play = |sid: &u32| (*sid, Manner::Play(bytes.clone(), rate));
    live_box::start(sids.iter().map(play).collect::<HashMap<_, _>>(), 2).await
}

#[tokio::test(flavor = "multi_thread")]
async fn zapping_away_and_back_keeps_the_past() {
    let fake = box_with(&[1]).await;
    let (app, tapes) = live_box::station(&fake).await;
    let view = ready(&app, 1).await;
    let play = handle(&app, &view);
    let name = main_name(&play).await;
    follow(&play, &name, Duration::from_secs(5)).await;
    let text = playlist(&play, &name).await;
    let seen = sequences(&text);
    let (first, head) = (play.segment(&name, seen[1]).await.unwrap(), init(&play, &name, &text).await);
    app.stop(&view.id).await.unwrap();
    until("the stream is given back", || fake.open.load(Ordering::SeqCst) == 0).await;
    until("the tape rests", || app.status().tapes.is_empty()).await;
    assert_eq!(tapes_in(&tapes.path().join("tapes")).len(), 1, "it is kept");

    let view = ready_at(&app, 1, At::Start).await;
    assert_eq!(fake.opened.load(Ordering::SeqCst), 2, "the picture is a new one");
    let play = handle(&app, &view);
    assert_eq!(main_name(&play).await, name, "tracks keep their names");
    let text = playlist(&play, &name).await;
    let now = sequences(&text);
    assert!(now.starts_with(&seen) && now.len() > seen.len(), "{seen:?} then {now:?}");
    assert!(text.contains("#EXT-X-DISCONTINUITY\n"), "{text}");
    assert!(text.contains("#EXT-X-START:TIME-OFFSET=0.000,PRECISE=YES\n"), "{text}");
    let again = play.segment(&name, seen[1]).await.unwrap();
    assert!(again == first, "the same bytes as before");
    let (pictures, sounds) = decoded(&[&head[..], &again[..]].concat(), ".mp4");
    assert!(pictures > 0 && sounds > 0);
    // Who begins live sees the same past, but does not begin in it.
    let view = ready(&app, 1).await;
    let text = playlist(&handle(&app, &view), &name).await;
    assert!(!text.contains("TIME-OFFSET=0.000") && sequences(&text).starts_with(&seen), "{text}");
    app.shutdown().await;
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for path in tapes_in(from) {
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { std::fs::copy(&path, &target).map(|_| ()).unwrap() }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tape_survives_a_crash() {
    let fake = box_with(&[1]).await;
    let (app, tapes) = live_box::station(&fake).await;
    let view = ready(&app, 1).await;
    let play = handle(&app, &view);
    let name = main_name(&play).await;
    follow(&play, &name, Duration::from_secs(6)).await;
    let seen = sequences(&playlist(&play, &name).await);
    let first = play.segment(&name, seen[0]).await.unwrap();
    // What a power cut would have left: a copy in the midst of writing, its end torn off and followed by rubbish.
    let left = tapes.path().join("left");
    copy(&tapes.path().join("tapes"), &left);
    app.shutdown().await;
    let tape = tapes_in(&left).remove(0);
    let (mut page, mut chunk) = (None, None);
    for path in tapes_in(&tape) {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("index") => page = page.max(Some(path)),
            Some("ts") => chunk = chunk.max(Some(path)),
            _ => {}
        }
    }
    let (page, chunk) = (page.unwrap(), chunk.unwrap());
    let mut bytes = std::fs::read(&page).unwrap();
    bytes.truncate(bytes.len() - 5);
    bytes.extend([0xFF; 99]);
    std::fs::write(&page, bytes).unwrap();
    let file = std::fs::File::options().write(true).open(&chunk).unwrap();
    file.set_len(file.metadata().unwrap().len() - 1000).unwrap();
    let rubbish = left.join("tape-box@nothing");
    std::fs::create_dir_all(&rubbish).unwrap();
    std::fs::write(rubbish.join("0000000000000000.index"), b"nothing that anybody could read").unwrap();
    std::fs::write(left.join("somebody-elses"), b"not ours").unwrap();

    let app = live_box::station_in(&fake, &left).await;
    assert!(!rubbish.exists() && left.join("somebody-elses").exists());
    let view = ready_at(&app, 1, At::Start).await;
    let play = handle(&app, &view);
    let text = playlist(&play, &name).await;
    let now = sequences(&text);
    assert_eq!(now[0], seen[0], "{seen:?} then {now:?}");
    assert!(now.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{now:?}");
    assert!(text.contains("#EXT-X-DISCONTINUITY\n"), "{text}");
    assert!(play.segment(&name, seen[0]).await.unwrap() == first, "the same bytes as before");
    for sequence in now {
        play.segment(&name, sequence).await.unwrap();
    }
    app.shutdown().await;
}

/// A small disk; `None` where nothing may be mounted.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount(size: &str) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let option = format!("size={size}");
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &option, "tmpfs"])
            .arg(directory.path())
            .output();
        if done.is_ok_and(|done| done.status.success()) {
            return Some(Self(directory));
        }
        eprintln!("not run: no file system may be mounted here");
        None
    }

    /// Fills it up but for so many bytes.
    fn fill(&self, but: u64) {
        use std::io::Write;
        let mut ballast = std::fs::File::options().append(true).create(true).open(self.ballast()).unwrap();
        loop {
            let stat = rustix::fs::statvfs(self.0.path()).unwrap();
            let free = (stat.f_bavail * stat.f_frsize).saturating_sub(but);
            if free == 0 || ballast.write_all(&vec![0; free.min(1 << 20) as usize]).is_err() {
                return;
            }
        }
    }

    fn ballast(&self) -> PathBuf {
        self.0.path().join("ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).output();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_takes_the_oldest_tape_first_and_then_refuses_new_ones() {
    let Some(disk) = SmallDisk::mount("96m") else { return };
    let fake = box_with(&[1, 2]).await;
    let tapes = disk.0.path().join("tapes");
    // The store lies on another disk: on a full one it would refuse the session before the tape does.
    let elsewhere = tempfile::tempdir().unwrap();
    let store = live_box::store_beside(&elsewhere.path().join("tapes")).await;
    let app = App::start(live_box::settings(&fake, &tapes), store).await.unwrap();
    live_box::listed(&app).await;
    let old = ready(&app, 1).await;
    let play = handle(&app, &old);
    follow(&play, &main_name(&play).await, Duration::from_secs(3)).await;
    app.stop(&old.id).await.unwrap();
    until("the old tape rests", || app.status().tapes.is_empty()).await;
    let running = ready(&app, 2).await;
    assert_eq!(tapes_in(&tapes).len(), 2);

    // Nothing can be written any more: the old tape goes, the running one goes on.
    disk.fill(0);
    until("the oldest tape goes", || tapes_in(&tapes).len() == 1).await;
    let play = handle(&app, &running);
    follow(&play, &main_name(&play).await, Duration::from_secs(1)).await;
    assert_eq!(app.session(&running.id).unwrap().state, SessionState::Ready);

    // Nothing is left that could go: a new tape is refused and says why, and so does in the end the running one.
    disk.fill(0);
    let made = app.start_session(wish(1)).await.unwrap();
    let refused = app.wait_session(&made.id, Duration::from_secs(20)).await.unwrap();
    assert_eq!(refused.reason.as_ref().unwrap().code, "disk_full", "{refused:?}");
    until("the running tape ends", || app.session(&running.id).unwrap().state.is_over()).await;
    let ended = app.session(&running.id).unwrap();
    assert_eq!(ended.reason.as_ref().unwrap().code, "disk_full", "{ended:?}");
    assert_eq!(app.status().panics, 0);

    // With space comes television.
    std::fs::remove_file(disk.ballast()).unwrap();
    ready_at(&app, 1, At::Live).await;
    app.shutdown().await;
}
