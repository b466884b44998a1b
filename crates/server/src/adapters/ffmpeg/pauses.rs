//! Where a film is black, and where it is silent, found by ffmpeg in one pass over it, behind everything else that the machine does.

use std::path::Path;
use std::time::Duration;

use telecast_core::library::pauses::{Stretches, coincide};

use super::item::{fenced, of_file, words};
use super::loudness::heard;

/// No film is looked at for longer: six hours of it at the pace of a slow machine.
const PATIENCE: Duration = Duration::from_hours(3);
/// The first so many seconds of a file are looked at.
const LOOKED_AT_S: u32 = 6 * 3600;
/// So black, and so silent, for so long (ffmpeg's blackdetect and silencedetect).
const FILTERS: &str = "[0:V:0]scale=160:-2:flags=fast_bilinear,blackdetect=d=0.2:pix_th=0.10[v];[0:a:0]silencedetect=n=-50dB:d=0.2[a]";

/// Points at which it may be interrupted (ticks from its beginning).
///
/// # Errors
/// Its cause, for people: there is no picture or no sound, it is damaged, or it took too long.
pub async fn find(file: &Path) -> Result<Vec<i64>, String> {
    let mut arguments = fenced();
    arguments.extend(words(&format!("-skip_loop_filter all -threads 1 -t {LOOKED_AT_S} -i")));
    arguments.push(of_file(file));
    arguments.extend(["-filter_complex".into(), FILTERS.into()]);
    arguments.extend(words("-map [v] -map [a] -f null -"));
    let mut said = Said::default();
    heard(19, &arguments, PATIENCE, |line| said.line(line)).await?;
    let (black, silent) = said.end();
    Ok(coincide(&black, &silent))
}

/// Stretches of black and of silence, in seconds, as the filters say them, line by line: of a long film that is more than anybody keeps. No stretch is shorter than
/// the filters look for, so their number is bounded by what is looked at.
#[derive(Default)]
struct Said {
    black: Stretches,
    silent: Stretches,
    /// Since when it is silent.
    since: Option<f64>,
}

impl Said {
    fn line(&mut self, line: &str) {
        let value = |name: &str| {
            let rest = &line[line.find(name)? + name.len()..];
            rest.split([' ', '|']).find(|text| !text.is_empty())?.trim().parse::<f64>().ok()
        };
        if let (Some(begin), Some(end)) = (value("black_start:"), value("black_end:")) {
            self.black.push((begin, end));
        } else if let Some(begin) = value("silence_start:") {
            self.since = Some(begin);
        } else if let Some(end) = value("silence_end:") {
            self.silent.extend(self.since.take().map(|begin| (begin, end)));
        }
    }

    /// A silence that has no end lasts for ever.
    fn end(mut self) -> (Stretches, Stretches) {
        self.silent.extend(self.since.map(|begin| (begin, f64::INFINITY)));
        (self.black, self.silent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_filters_say_is_read() {
        let said = "[silencedetect @ 0x1] [info] silence_start: -0.01\n[blackdetect @ 0x2] [info] black_start:10 black_end:10.48 black_duration:0.48\n\
                    [silencedetect @ 0x1] [info] silence_end: 3.5 | silence_duration: 3.51\n[silencedetect @ 0x1] [info] silence_start: 9.75";
        let read = |said: &str| {
            let mut heard = Said::default();
            said.lines().for_each(|line| heard.line(line));
            heard.end()
        };
        assert_eq!(read(said), (vec![(10.0, 10.48)], vec![(-0.01, 3.5), (9.75, f64::INFINITY)]));
        assert_eq!(read("black_start:x"), (vec![], vec![]));
    }
}
