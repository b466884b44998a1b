//! Pictures that stand still, one after another for equal shares of the time, with a sound that begins anew where it is too short: as a prepared piece.

use std::ffi::OsString;
use std::path::PathBuf;

use telecast_core::library::HZ;
use telecast_core::library::house::Gain;

use super::item::{
    Bench, OUT, SOUND, STILL_RATE, Unmade, fenced, make, of_file, sound, still_coding, still_filters, words,
};
use crate::adapters::pieces::Piece;

/// What is shown, and heard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    /// Pictures, in their order.
    pub pictures: Vec<PathBuf>,
    /// Sound; none: silence.
    pub sound: Option<PathBuf>,
}

/// How many pictures of a film each of `count` is shown for, `length` ticks in all: as equal as can be, at least one.
fn shares(length: i64, count: usize) -> Vec<i64> {
    let count = count as i64;
    let whole = ((length * i64::from(STILL_RATE) + HZ - 1) / HZ).max(count);
    (0..count).map(|number| whole * (number + 1) / count - whole * number / count).collect()
}

fn arguments(card: &Card, length: i64, gain: Gain) -> Vec<OsString> {
    let shares = shares(length, card.pictures.len());
    let frames: i64 = shares.iter().sum();
    // Half a picture less, so that the last one that is wanted is the last that comes.
    let time = |frames: i64| format!("{:.3}", (frames as f64 - 0.5) / f64::from(STILL_RATE));
    let (mut out, mut graph) = (Vec::new(), String::new());
    for (number, (picture, share)) in card.pictures.iter().zip(&shares).enumerate() {
        out.extend(fenced());
        out.extend(words(&format!("-f image2 -pattern_type none -loop 1 -framerate {STILL_RATE} -t")));
        out.extend([time(*share).into(), "-i".into(), of_file(picture)]);
        graph.push_str(&format!("[{number}:v]{}[v{number}];", still_filters()));
    }
    let number = card.pictures.len();
    match &card.sound {
        Some(file) => {
            out.extend(fenced());
            out.extend(words("-vn -stream_loop -1 -i"));
            out.push(of_file(file));
        }
        None => out.extend(words("-f lavfi -i anullsrc=r=48000:cl=stereo")),
    }
    let inputs: Vec<String> = (0..number).map(|number| format!("[v{number}]")).collect();
    let inputs = inputs.concat();
    // Times of a sound that begins anew begin anew with some kinds of files.
    let sound = format!("[{number}:a:0]asetpts=N/SR/TB,{}[a]", sound(gain, true));
    graph.push_str(&format!("{inputs}concat=n={number}:v=1:a=0[v];{sound}"));
    out.extend(["-filter_complex".into(), graph.into()]);
    out.extend(words("-map [v] -map [a]"));
    out.extend(still_coding());
    out.extend(words(&format!("{SOUND} -t")));
    out.push(time(frames).into());
    out.extend(words(OUT));
    out
}

/// Prepares a piece of `length` ticks.
///
/// # Errors
/// Why not; nothing is left of it then.
pub async fn prepare(
    card: &Card,
    length: i64,
    (gain, urgent): (Gain, bool),
    bench: &Bench,
) -> Result<Piece, Unmade> {
    if card.pictures.is_empty() {
        return Err(Unmade::Fault("there is no picture in it".into()));
    }
    Ok(make(urgent, &[arguments(card, length, gain)], bench).await?.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Each picture is seen, none longer than another but for one picture of film, and together they last as long as is wanted.
        #[test]
        fn shares_are_equal_and_come_to_the_whole(length in 1i64..4 * 3600 * HZ, count in 1usize..60) {
            let shares = shares(length, count);
            let (least, most) = (shares.iter().min().expect("one"), shares.iter().max().expect("one"));
            prop_assert!(*least >= 1 && most - least <= 1);
            let frame = HZ / i64::from(STILL_RATE);
            let over = shares.iter().sum::<i64>() * frame - length;
            prop_assert!(over >= 0 && (over < frame || *most == 1), "{over}");
        }
    }
}
