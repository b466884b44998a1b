//! How a stretch of a film whose picture stays as it is becomes a piece, to the picture: what lies before its first key frame and behind its last is coded anew, and all
//! between is taken as it is.
//!
//! - Only key frames count behind which nothing is shown that stands before them in time (closed groups, ITU-T H.264 §3.69 with no leading pictures): what begins there can be
//!   decoded by itself, and what ends there is whole.
//! - Each pass has a number of pictures, so that together they are those of the stretch, each once.

use std::path::Path;

use telecast_core::library::HZ;

use super::material;

/// So much is looked at before a stretch (ticks): places in a file that has no index are found roughly.
const BEFORE: i64 = 3 * HZ;
/// Where less than this share of the pictures could stay, all are coded: one run is better than three.
const WORTH: f64 = 0.3;
/// Times in files are rounded to a millisecond or so (ticks).
const ROUNDED: i64 = HZ / 500;

/// A picture as it lies in a file.
#[derive(Clone, Copy, Debug)]
struct Packet {
    /// When it is shown (ticks from the start of the file).
    at: i64,
    /// It can be decoded by itself.
    key: bool,
}

/// A part of a stretch that ffmpeg makes at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    /// From where on (ticks from the start of the file).
    pub from: i64,
    /// When its first picture is shown, or a little earlier (the same): nothing before that is to be seen.
    pub begins: i64,
    /// How much (ticks); none: to the end.
    pub length: Option<i64>,
    /// Its pictures; none: all to the end.
    pub pictures: Option<u32>,
    /// They stay as they are.
    pub copied: bool,
}

/// The passes that make a stretch of a file, from `from` on, of `length` ticks or to the end. Where its pictures cannot be listed in time, all of it is coded.
pub async fn passes(file: &Path, stream: u32, (from, length): (i64, Option<i64>)) -> Vec<Pass> {
    let until = length.map(|length| from + length);
    // Without an end, the head alone is of interest.
    let seen = until.unwrap_or(from + (2.0 * telecast_core::library::house::KEY_FRAMES_S) as i64 * HZ);
    let pictures = material::pictures(file, stream, ((from - BEFORE).max(0), seen + BEFORE)).await;
    let pictures = pictures.unwrap_or_else(|why| {
        tracing::warn!(why, file = %file.display(), "pictures cannot be listed; the stretch is coded as a whole");
        Vec::new()
    });
    let packets: Vec<Packet> = pictures.into_iter().map(|(at, key)| Packet { at, key }).collect();
    of(&packets, from, until)
}

/// The same of what was seen: packets in the order of the file.
fn of(packets: &[Packet], from: i64, until: Option<i64>) -> Vec<Pass> {
    let length = until.map(|until| until - from);
    // A picture before `from` that is shown there still is not to be seen: what begins does so at its own time.
    let begins = |from: i64| {
        let within = packets.iter().map(|packet| packet.at).filter(|at| *at >= from - ROUNDED);
        within.min().filter(|_| from > 0).map_or(from, |first| first - ROUNDED)
    };
    let all = Pass { from, begins: from, length, pictures: None, copied: false };
    let keys = closed(packets);
    if from > 0 && packets.first().is_none_or(|packet| packet.at > from + ROUNDED) {
        return vec![all];
    }
    let is_within = |key: &i64| *key >= from - ROUNDED && until.is_none_or(|until| *key <= until + ROUNDED);
    let mut keys = keys.into_iter().filter(is_within);
    let Some(first) = keys.next() else { return vec![all] };
    let pictures = |from: i64, until: i64| {
        let within = |at: i64| at >= from - ROUNDED && at < until - ROUNDED;
        packets.iter().filter(|packet| within(packet.at)).count() as u32
    };
    let head = pictures(from, first);
    let mut passes = Vec::new();
    if head > 0 {
        passes.push(Pass {
            from,
            begins: begins(from),
            length: Some(first - from),
            pictures: Some(head),
            copied: false,
        });
    }
    let Some(until) = until else {
        passes.push(Pass { from: first, begins: first, length: None, pictures: None, copied: true });
        return passes;
    };
    // What goes on to the end of the file has its end there.
    let is_end = packets.iter().all(|packet| packet.at < until - ROUNDED);
    let last = if is_end { until } else { keys.next_back().unwrap_or(first) };
    let (middle, tail) = (pictures(first, last), pictures(last, until));
    if f64::from(middle) < WORTH * f64::from(head + middle + tail) {
        let pictures = Some(head + middle + tail).filter(|all| *all > 0);
        return vec![Pass { begins: begins(from), pictures, ..all }];
    }
    passes.push(Pass {
        from: first,
        begins: first,
        length: Some(last - first),
        pictures: Some(middle),
        copied: true,
    });
    if tail > 0 {
        passes.push(Pass {
            from: last,
            begins: begins(last),
            length: Some(until - last),
            pictures: Some(tail),
            copied: false,
        });
    }
    passes
}

/// Times of key frames behind which, in the order of the file, nothing has an earlier time, and before which nothing has a later one.
fn closed(packets: &[Packet]) -> Vec<i64> {
    let mut out = Vec::new();
    let mut earliest = i64::MAX;
    let mut behind: Vec<i64> = Vec::with_capacity(packets.len());
    for packet in packets.iter().rev() {
        behind.push(earliest);
        earliest = earliest.min(packet.at);
    }
    let mut latest = i64::MIN;
    for (packet, earliest) in packets.iter().zip(behind.into_iter().rev()) {
        if packet.key && packet.at < earliest && latest < packet.at {
            out.push(packet.at);
        }
        latest = latest.max(packet.at);
    }
    out
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::process::Command;
    use std::sync::Arc;

    use proptest::prelude::*;
    use telecast_core::library::house;

    use super::*;
    use crate::adapters::ffmpeg::item::{self, Bench, Job};

    const PICTURE: i64 = HZ / 25;

    /// A film of so many groups of pictures: I, then P with two B before each in time. Open groups have two pictures that are shown before their key frame.
    fn groups_of(groups: &[(u8, bool)]) -> Vec<Packet> {
        let (mut out, mut at) = (Vec::new(), 0);
        for (number, (length, open)) in groups.iter().enumerate() {
            let leading = if *open && number > 0 { 2 } else { 0 };
            out.push(Packet { at: (at + leading) * PICTURE, key: true });
            out.extend((0..leading).map(|nth| Packet { at: (at + nth) * PICTURE, key: false }));
            at += leading + 1;
            for _ in 0..*length {
                out.push(Packet { at: (at + 2) * PICTURE, key: false });
                out.extend([0, 1].map(|nth| Packet { at: (at + nth) * PICTURE, key: false }));
                at += 3;
            }
        }
        out
    }

    #[test]
    fn what_begins_and_ends_at_closed_key_frames_is_copied_alone() {
        let film = groups_of(&[(8, false), (8, false), (8, false)]);
        let passes = of(&film, 25 * PICTURE, Some(50 * PICTURE));
        let begins = 25 * PICTURE;
        let whole = Pass { from: begins, begins, length: Some(begins), pictures: Some(25), copied: true };
        assert_eq!(passes, [whole]);
        let passes = of(&film, 20 * PICTURE, None);
        assert_eq!(
            passes.iter().map(|pass| (pass.pictures, pass.copied)).collect::<Vec<_>>(),
            [(Some(5), false), (None, true)]
        );
    }

    proptest! {
        /// Every picture of the stretch is in one pass, in order; what is copied begins at a closed key frame, and so does what follows it.
        #[test]
        fn passes_are_the_stretch(groups in prop::collection::vec((1u8..12, any::<bool>()), 1..12), begin in 0i64..400, length in 1i64..400) {
            let film = groups_of(&groups);
            let (from, until) = (begin * PICTURE, (begin + length) * PICTURE);
            let passes = of(&film, from, Some(until));
            let closed = closed(&film);
            let mut at = from;
            for pass in &passes {
                prop_assert_eq!(pass.from, at);
                at = pass.from + pass.length.expect("an end");
                let within = film.iter().filter(|packet| packet.at >= pass.from && packet.at < at).count() as u32;
                prop_assert!(pass.pictures.is_none_or(|pictures| pictures == within), "{:?} of {}", pass, within);
                if pass.copied {
                    prop_assert!(closed.contains(&pass.from));
                    prop_assert!(closed.contains(&at) || film.iter().all(|packet| packet.at < at));
                }
            }
            prop_assert_eq!(at, until);
        }
    }

    /// How bright the pictures of a file are.
    fn brightness(file: &Path) -> Vec<u8> {
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-v", "error", "-i"]).arg(file);
        ffmpeg.args(["-map", "0:v", "-vf", "scale=1:1:flags=area,format=gray", "-fps_mode", "passthrough"]);
        let done = ffmpeg
            .args(["-f", "rawvideo", "-"])
            .output()
            .expect("ffmpeg (Debian 12: apt-get install ffmpeg)");
        assert!(done.status.success() && done.stderr.is_empty(), "{}", String::from_utf8_lossy(&done.stderr));
        done.stdout
    }

    /// Twelve seconds whose pictures are each another seven steps brighter than the one before, with groups of two seconds.
    fn film(folder: &Path, name: &str) -> PathBuf {
        let path = folder.join(name);
        let picture = "color=black:s=64x64:r=25,format=yuv420p,geq=lum='16+mod(N*7,210)':cb=128:cr=128";
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args([
            "-v",
            "error",
            "-y",
            "-f",
            "lavfi",
            "-i",
            picture,
            "-f",
            "lavfi",
            "-i",
            "sine=r=48000",
            "-t",
            "12",
        ]);
        ffmpeg.args([
            "-c:v", "libx264", "-preset", "veryfast", "-crf", "12", "-g", "50", "-bf", "2", "-c:a", "aac",
        ]);
        assert!(ffmpeg.arg(&path).status().expect("ffmpeg").success());
        path
    }

    #[tokio::test]
    async fn what_cannot_be_listed_is_coded_as_a_whole() {
        let all = Pass { from: HZ, begins: HZ, length: Some(HZ), pictures: None, copied: false };
        assert_eq!(passes(Path::new("/gone.mkv"), 0, (HZ, Some(HZ))).await, [all]);
    }

    #[tokio::test]
    async fn a_stretch_is_its_pictures_each_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut kept = 0;
        let few: [(i64, Option<i64>); 5] =
            [(60, Some(175)), (0, Some(130)), (50, Some(100)), (33, None), (7, Some(20))];
        for (name, cases) in [("a.mp4", 5), ("b.mkv", 1), ("c.ts", 2)] {
            let file = film(folder.path(), name);
            let material = material::of(&file).await.expect("looked at");
            let all = brightness(&file);
            for (nth, (from, length)) in few.into_iter().take(cases).enumerate() {
                let plan = house::plan(&material, true).expect("a plan");
                let house::PicturePlan::Joined { stream, .. } = plan.picture else {
                    panic!("{:?}", plan.picture)
                };
                let ticks = |pictures: i64| pictures * 3_600;
                let passes = passes(&file, stream, (ticks(from), length.map(ticks))).await;
                kept += passes.iter().filter(|pass| pass.copied).count();
                let job = Job {
                    file: file.clone(),
                    from: ticks(from),
                    length: length.map(ticks),
                    pictures: None,
                    plan,
                    gains: vec![house::Gain::default()],
                    cover: None,
                    length_s: None,
                    urgent: true,
                };
                let place = folder.path().join(format!("{name}-{nth}"));
                let bench = Bench { folder: place.clone(), done: Arc::default(), free: 0 };
                let piece = item::prepare(&job, &bench).await.expect("prepared");
                let wanted: Vec<u8> =
                    all.iter().copied().skip(from as usize).take(length.unwrap_or(1_000) as usize).collect();
                let made = brightness(&place.join("piece.ts"));
                assert_eq!(made.len(), wanted.len(), "{name} {from} {length:?}: {passes:?}");
                let is_same = |(one, other): (&u8, &u8)| one.abs_diff(*other) <= 3;
                assert!(
                    made.iter().zip(&wanted).all(is_same),
                    "{name} {from} {length:?}: {made:?} {wanted:?}"
                );
                assert_eq!(piece.outline().length, ticks(wanted.len() as i64));
            }
        }
        assert!(kept >= 5, "{kept} parts stayed as they were");
    }
}
