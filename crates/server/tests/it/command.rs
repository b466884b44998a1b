//! The program as it is started: what it says of a machine that lacks something.

#![allow(clippy::unwrap_used)]

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

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
