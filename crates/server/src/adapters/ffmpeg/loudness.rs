//! How loud sounds are (EBU R 128), measured by ffmpeg: over the whole of a file, or, where there is no time for that, at some places of it.
//!
//! Of the whole the highest sample is known as well, of some places it is not: whoever makes something of it holds peaks down then.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use telecast_core::library::house::Loudness;
use tokio::io::{AsyncRead, AsyncReadExt, BufReader};
use tokio::time::timeout;

use super::cause;
use super::item::{fenced, nice, of_file, spawn, words};

/// The whole of a file is measured within this: a day of sound from a slow disk.
const PATIENCE: Duration = Duration::from_mins(30);
/// Some places of it, within this.
const SOME_PATIENCE: Duration = Duration::from_secs(20);
/// So many places, of so many seconds each.
const PLACES: usize = 10;
const PLACE_S: f64 = 6.0;
/// The last words of a child that are kept (bytes).
const WORDS: usize = 128 << 10;
/// What a line has beyond this is not heard (bytes).
const LINE: usize = 4 << 10;
/// What is so quiet has no loudness (LUFS, dBFS).
const NOTHING: f64 = -120.0;
/// The filter that measures; what it says at its end bears its number.
const FILTER: &str = "ebur128";

/// Measures the whole of these streams, in one pass.
///
/// # Errors
/// Its cause, for people.
pub async fn whole(file: &Path, streams: &[u32], urgent: bool) -> Result<Vec<Loudness>, String> {
    let mut arguments = fenced();
    arguments.extend(["-vn".into(), "-i".into(), of_file(file)]);
    let graph = |(number, stream): (usize, &u32)| {
        format!("[0:{stream}]{FILTER}@s{number}=peak=sample:framelog=verbose[a{number}]")
    };
    let graph: Vec<String> = streams.iter().enumerate().map(graph).collect();
    measure(arguments, &graph.join(";"), streams.len(), urgent, PATIENCE).await
}

/// Measures a stream at some places of a file of `length_s` seconds.
///
/// # Errors
/// Its cause, for people; or it took too long.
pub async fn some(file: &Path, stream: u32, length_s: f64) -> Result<Loudness, String> {
    let mut arguments = Vec::new();
    for place in 0..PLACES {
        let at = (length_s - PLACE_S).max(0.0) * (place as f64 + 0.5) / PLACES as f64;
        arguments.extend(fenced());
        arguments.extend(words(&format!("-vn -ss {at:.3} -t {PLACE_S} -i")));
        arguments.push(of_file(file));
    }
    let inputs: Vec<String> = (0..PLACES).map(|place| format!("[{place}:{stream}]")).collect();
    let inputs = inputs.concat();
    let graph = format!("{inputs}concat=n={PLACES}:v=0:a=1,{FILTER}@s0=framelog=verbose[a0]");
    let found = measure(arguments, &graph, 1, true, SOME_PATIENCE).await?;
    let first = found.first().ok_or("its loudness cannot be measured")?;
    Ok(Loudness { peak: None, ..*first })
}

async fn measure(
    mut arguments: Vec<OsString>,
    graph: &str,
    count: usize,
    urgent: bool,
    patience: Duration,
) -> Result<Vec<Loudness>, String> {
    arguments.extend(["-filter_complex".into(), graph.into()]);
    for number in 0..count {
        arguments.extend(["-map".into(), format!("[a{number}]").into()]);
    }
    arguments.extend(words("-f null -"));
    let said = heard(nice(urgent), &arguments, patience, |_| ()).await?;
    let found = (0..count).map(|number| summary(&said, number)).collect::<Option<Vec<_>>>();
    found.ok_or_else(|| "its loudness cannot be measured".to_owned())
}

/// Runs ffmpeg, and gives its last words; `line` hears all of them, line by line.
///
/// # Errors
/// Its cause, for people.
pub(super) async fn heard(
    nice: u8,
    arguments: &[OsString],
    patience: Duration,
    line: impl FnMut(&str),
) -> Result<String, String> {
    let mut child = spawn(nice, "level+info", arguments)?;
    let stderr = child.0.stderr.take();
    let run = async {
        let said = match stderr {
            Some(stderr) => last_words(stderr, line).await,
            None => String::new(),
        };
        (said, child.0.wait().await)
    };
    let (said, status) = timeout(patience, run).await.map_err(|_| "measuring it takes too long")?;
    if !status.map_err(|error| error.to_string())?.success() {
        return Err(cause(&said));
    }
    Ok(said)
}

/// The last words of a child: the summary of a measurement stands there. Each whole `line` is told as it comes.
async fn last_words(stderr: impl AsyncRead + Unpin, mut line: impl FnMut(&str)) -> String {
    let mut reader = BufReader::new(stderr);
    let (mut kept, mut piece, mut open) = (Vec::new(), vec![0; 4096], Vec::new());
    while let Ok(count @ 1..) = reader.read(&mut piece).await {
        kept.extend_from_slice(&piece[..count]);
        for part in piece[..count].split_inclusive(|byte| *byte == b'\n') {
            open.extend_from_slice(&part[..part.len().min(LINE.saturating_sub(open.len()))]);
            if part.ends_with(b"\n") {
                line(String::from_utf8_lossy(&open).trim_end());
                open.clear();
            }
        }
        if kept.len() > 2 * WORDS {
            kept.drain(..WORDS);
        }
    }
    if !open.is_empty() {
        line(&String::from_utf8_lossy(&open));
    }
    String::from_utf8_lossy(&kept).into_owned()
}

/// What the filter of that number says at its end.
fn summary(said: &str, number: usize) -> Option<Loudness> {
    let line = said
        .lines()
        .rfind(|line| line.contains(&format!("[{FILTER}@s{number} @")) && line.ends_with("Summary:"))?;
    let begin = line.as_ptr() as usize - said.as_ptr() as usize + line.len();
    // Up to what the next filter says.
    let rest = said[begin..].split("\n[").next()?;
    let value = |name: &str, unit: &str| {
        let rest = &rest[rest.find(name)? + name.len()..];
        rest.split_once(unit)?.0.trim().parse::<f64>().ok()
    };
    let bounded = |value: f64| if value.is_finite() { value.max(NOTHING) } else { NOTHING };
    let integrated = bounded(value("I:", "LUFS")?);
    Some(Loudness { integrated, peak: value("Peak:", "dBFS").map(bounded) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words of a film of hours are more than are kept.
    #[tokio::test]
    async fn each_line_is_heard_however_much_is_said() {
        let count = 4 * WORDS / 10;
        let said: Vec<String> = (0..count).map(|number| format!("line {number:07}\n")).collect();
        let said = format!("{}\n{}no end", "x".repeat(3 * LINE), said.concat());
        let (mut heard, mut lengths) = (0, Vec::new());
        let kept = last_words(said.as_bytes(), |line| {
            heard += usize::from(line == format!("line {heard:07}"));
            lengths.push(line.len());
        })
        .await;
        assert_eq!((heard, lengths.len()), (count, count + 2));
        assert!(lengths.iter().all(|length| *length <= LINE));
        assert!(kept.len() <= 2 * WORDS + 4096 && kept.ends_with("no end"));
    }

    #[test]
    fn the_summary_of_each_measurement_is_read() {
        let said = "[ebur128@s1 @ 0x1] [info] Summary:\n\n  Integrated loudness:\n    I:         -21.8 LUFS\n    Threshold: -31.8 LUFS\n\n  \
                    Loudness range:\n    LRA:         0.0 LU\n\n  Sample peak:\n    Peak:      -18.1 dBFS\n\
                    [ebur128@s0 @ 0x2] [info] Summary:\n\n  Integrated loudness:\n    I:         -70.0 LUFS\n  Sample peak:\n    Peak:       -inf dBFS\n";
        assert_eq!(summary(said, 1), Some(Loudness { integrated: -21.8, peak: Some(-18.1) }));
        assert_eq!(summary(said, 0), Some(Loudness { integrated: -70.0, peak: Some(NOTHING) }));
        assert_eq!(summary(said, 2), None);
        let some = "[ebur128@s0 @ 0x2] [info] Summary:\n\n  Integrated loudness:\n    I:  -inf LUFS\n    Threshold: 0 LUFS";
        assert_eq!(summary(some, 0), Some(Loudness { integrated: NOTHING, peak: None }));
    }
}
