//! Files become pieces: what is odd about a file is mended or told, an item is equally loud in all its stretches, and what was interrupted leaves nothing.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use telecast_core::library::HZ;
use telecast_core::library::house::{self, Material};
use telecast_server::adapters::clock::Clock;
use telecast_server::adapters::ffmpeg::card::Card;
use telecast_server::adapters::ffmpeg::item::{self, Bench, Job, Unmade};
use telecast_server::adapters::ffmpeg::{material, started};
use telecast_server::app::prepare::{Keeping, Key, Preparation, Source, State, Stretch, Unseen, Wanted};
use tokio_util::sync::CancellationToken;

use crate::live_sound::run;

const PICTURE: &str = "-f lavfi -i testsrc2=s=320x180:r=25";
const SOUND: &str = "-f lavfi -i sine=f=440:r=48000";
const CODE: &str = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 50 -c:a aac";
/// A folder of its own, and what is prepared in it.
struct Room {
    place: tempfile::TempDir,
    preparation: Preparation,
    stop: CancellationToken,
}

impl Room {
    fn new() -> Self {
        Self::of(tempfile::tempdir().unwrap())
    }

    fn of(place: tempfile::TempDir) -> Self {
        let keeping =
            Keeping { directory: place.path().join("pieces"), budget: u64::MAX, free: 0, workers: 2 };
        let stop = CancellationToken::new();
        let preparation = Preparation::start(keeping, Clock::start(), stop.clone()).unwrap();
        Self { place, preparation, stop }
    }

    /// The same after a restart.
    fn again(self) -> Self {
        self.stop.cancel();
        Self::of(self.place)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn make(&self, name: &str, arguments: &str) -> PathBuf {
        let path = self.path(name);
        let file = format!("file:{}", path.to_str().unwrap());
        let mut all = vec!["-hide_banner", "-nostdin", "-v", "error", "-y"];
        all.extend(arguments.split(' '));
        all.push(&file);
        run("ffmpeg", &all);
        path
    }

    /// What becomes of it: a piece, or a failure.
    async fn settled(&self, key: &Key, source: Source, stretch: Stretch, due_ms: i64) -> State {
        let wanted = Wanted { key: key.clone(), source, stretch, planned: HZ, due_ms };
        self.preparation.want(vec![wanted]).await;
        let mut board = self.preparation.board();
        let is_over = |state: Option<&State>| matches!(state, Some(State::Ready(_) | State::Failed { .. }));
        let over = board.wait_for(|board| is_over(board.states.get(key)));
        let board = tokio::time::timeout(Duration::from_secs(240), over).await.expect("in time").unwrap();
        board.states[key].clone()
    }

    /// The stream that is made of a stretch of a file, and its length; or why there is none.
    async fn piece(&self, path: &Path, stretch: Stretch, due_ms: i64) -> Result<(PathBuf, i64), String> {
        let content = path.to_string_lossy().into_owned();
        let key = Key::of(&content, stretch);
        let source = Source::File { path: path.to_owned(), content };
        match self.settled(&key, source, stretch, due_ms).await {
            State::Ready(piece) => Ok((self.stream(&key), piece.outline().length)),
            State::Failed { why, .. } => Err(why),
            other => panic!("{other:?}"),
        }
    }

    fn stream(&self, key: &Key) -> PathBuf {
        self.path("pieces").join(key.name()).join("piece.ts")
    }
}

/// A stream is in house format: its pictures and its sound, in seconds.
fn in_house(path: &Path) -> (f64, f64) {
    let said = run(
        "ffprobe",
        &["-v", "error", "-count_packets", "-show_streams", "-of", "json", path.to_str().unwrap()],
    );
    let said: Value = serde_json::from_slice(&said).unwrap();
    let streams = said["streams"].as_array().unwrap();
    let number = |stream: &Value, name: &str| stream[name].as_str().unwrap().parse::<f64>().unwrap();
    let (mut pictures, mut sound) = (0.0, f64::INFINITY);
    for stream in streams {
        if stream["codec_type"] == "video" {
            assert_eq!((&stream["codec_name"], &stream["pix_fmt"]), (&json!("h264"), &json!("yuv420p")));
            assert!(matches!(stream["field_order"].as_str(), None | Some("progressive")), "{stream}");
            assert!(matches!(stream["sample_aspect_ratio"].as_str(), None | Some("1:1")), "{stream}");
            assert!(stream["height"].as_u64().unwrap() <= 1080);
            let (over, under) = stream["r_frame_rate"].as_str().unwrap().split_once('/').unwrap();
            let rate = over.parse::<f64>().unwrap() / under.parse::<f64>().unwrap();
            assert!((23.9..=60.0).contains(&rate), "{stream}");
            pictures = number(stream, "nb_read_packets") / rate;
        } else {
            assert_eq!((&stream["codec_name"], &stream["profile"]), (&json!("aac"), &json!("LC")));
            assert_eq!((&stream["sample_rate"], &stream["channels"]), (&json!("48000"), &json!(2)));
            sound = number(stream, "nb_read_packets") * 1024.0 / 48_000.0;
        }
    }
    assert!(streams.len() >= 2, "{streams:?}");
    (pictures, sound)
}

/// `piece` has pictures and sound of so many seconds.
fn check(name: &str, piece: &Result<(PathBuf, i64), String>, seconds: f64) {
    let (path, length) = piece.as_ref().unwrap_or_else(|why| panic!("{name}: {why}"));
    let (pictures, sound) = in_house(path);
    let length = *length as f64 / HZ as f64;
    assert!((length - seconds).abs() < 0.15, "{name}: {length} s instead of {seconds}");
    assert!((pictures - length).abs() < 0.1, "{name}: {pictures} s of pictures in {length} s");
    assert!((sound - length).abs() < 0.3, "{name}: {sound} s of sound in {length} s");
}

/// Mean volume from `from` on for `length` seconds (dB).
fn volume(path: &Path, from: u32, length: u32) -> f64 {
    let heard = format!("atrim=start={from}:duration={length},volumedetect");
    let out = Command::new("ffmpeg")
        .args(["-hide_banner", "-nostdin", "-i"])
        .arg(path)
        .args(["-map", "0:a:0", "-af", &heard, "-f", "null", "-"])
        .output()
        .unwrap();
    let said = String::from_utf8(out.stderr).unwrap();
    let (_, rest) = said.split_once("mean_volume: ").unwrap_or_else(|| panic!("{said}"));
    rest.split_once(" dB").unwrap().0.parse().unwrap()
}

/// The colour of a picture as red, green and blue.
fn colour(path: &Path, at: &str) -> [u8; 3] {
    let path = path.to_str().unwrap();
    let how = ["-frames:v", "1", "-vf", "crop=16:16,scale=1:1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"];
    let raw = run("ffmpeg", &[&["-v", "error", "-i", path, "-ss", at][..], &how[..]].concat());
    raw[..3].try_into().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_odd_about_a_picture_or_a_sound_is_mended() {
    let room = Room::new();
    let x264 = "-c:v libx264 -preset ultrafast -g 50";
    let good = room.make("good.mp4", &format!("{PICTURE} {SOUND} -t 4 {CODE}"));
    let source = good.to_str().unwrap().to_owned();
    let cover = room.make("cover.png", "-f lavfi -i color=red:s=300x450 -frames:v 1");
    let cover = cover.to_str().unwrap().to_owned();
    let cases = [
        ("usual.mkv", format!("{PICTURE} {SOUND} -t 4 {CODE}"), 4.0),
        (
            "uneven.mkv",
            format!("{PICTURE},select=lt(mod(n\\,50)\\,20)+not(mod(n\\,3)) {SOUND} -t 4 -vsync vfr {CODE}"),
            4.0,
        ),
        ("deep.mkv", format!("{PICTURE} {SOUND} -t 4 {x264} -pix_fmt yuv420p10le -c:a aac"), 4.0),
        ("fine.mkv", format!("{PICTURE} {SOUND} -t 4 {x264} -pix_fmt yuv422p -c:a aac"), 4.0),
        ("turned.mp4", format!("-i {source} -c copy -metadata:s:v:0 rotate=90"), 4.0),
        ("one-channel.mkv", format!("{PICTURE} {SOUND} -t 4 {CODE} -ac 1"), 4.0),
        (
            "eight-channels.mkv",
            format!("{PICTURE} {SOUND} -t 4 {x264} -pix_fmt yuv420p -c:a pcm_s16le -ac 8"),
            4.0,
        ),
        ("no-sound.mkv", format!("{PICTURE} -t 4 {x264} -pix_fmt yuv420p"), 4.0),
        ("no-picture.mkv", format!("{SOUND} -t 4 -c:a aac"), 4.0),
        (
            "cover-first.mp4",
            format!("-i {cover} -i {source} -map 0:v -map 1 -c copy -disposition:v:0 attached_pic"),
            4.0,
        ),
        ("short-sound.mkv", format!("{PICTURE} -f lavfi -t 2 -i sine=f=440:r=48000 -t 4 {CODE}"), 4.0),
        ("long-sound.mkv", format!("-f lavfi -t 4 -i testsrc2=s=320x180:r=25 {SOUND} -t 9 {CODE}"), 4.0),
        ("fields.ts", format!("{PICTURE} {SOUND} -t 4 -c:v mpeg2video -flags +ilme+ildct -c:a mp2"), 4.0),
    ];
    for (name, arguments, seconds) in cases {
        let file = room.make(name, &arguments);
        check(name, &room.piece(&file, Stretch::default(), 0).await, seconds);
    }
    // A header that claims thirty hours: the piece is as long as what is there.
    let mut claims = fs::read(&good).unwrap();
    let header = claims.windows(4).position(|four| four == b"mvhd").unwrap();
    let scale = u32::from_be_bytes(claims[header + 16..header + 20].try_into().unwrap());
    claims[header + 20..header + 24].copy_from_slice(&(scale * 108_000).to_be_bytes());
    let file = room.path("thirty-hours.mp4");
    fs::write(&file, claims).unwrap();
    check("thirty hours", &room.piece(&file, Stretch::default(), 0).await, 4.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_costs_what_is_damaged_and_what_is_nothing_is_told() {
    let room = Room::new();
    let film = room.make("film.mkv", &format!("{PICTURE} {SOUND} -t 12 {CODE}"));
    let whole = fs::read(&film).unwrap();
    // The same in the two forms: taken as it is, and coded anew.
    for (name, from) in [("taken", 0), ("coded", 1)] {
        let mut spoilt = whole.clone();
        let (begin, end) = (whole.len() * 45 / 100, whole.len() * 50 / 100);
        spoilt[begin..end].fill(0xA5);
        let file = room.path(&format!("spoilt-{name}.mkv"));
        fs::write(&file, spoilt).unwrap();
        let stretch = Stretch { from: from * HZ, length: None };
        let (stream, length) =
            room.piece(&file, stretch, 0).await.unwrap_or_else(|why| panic!("{name}: {why}"));
        in_house(&stream);
        assert!((8 * HZ..=12 * HZ + HZ / 5).contains(&length), "{name}: {length}");
    }
    let half = room.path("half.mkv");
    fs::write(&half, &whole[..whole.len() / 2]).unwrap();
    let (stream, length) = room.piece(&half, Stretch::default(), 0).await.unwrap();
    let (pictures, _) = in_house(&stream);
    assert!((4 * HZ..8 * HZ).contains(&length), "{length}");
    assert!((pictures - length as f64 / HZ as f64).abs() < 0.2, "{pictures}");

    let mp4 = room.make("film.mp4", &format!("{PICTURE} {SOUND} -t 4 {CODE}"));
    let mp4 = fs::read(&mp4).unwrap();
    let list = b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n".to_vec();
    for (name, bytes) in [
        ("index-is-missing.mp4", mp4[..mp4.len() / 2].to_vec()),
        ("empty.mkv", Vec::new()),
        ("text.mkv", b"This is no film.\n".repeat(1_000)),
        ("list.mkv", list),
    ] {
        let file = room.path(name);
        fs::write(&file, bytes).unwrap();
        let why = room.piece(&file, Stretch::default(), 0).await.expect_err(name);
        assert!(why.len() > 5, "{name}: {why}");
        let key = Key::of(&file.to_string_lossy(), Stretch::default());
        assert!(!room.path("pieces").join(key.name()).exists(), "{name} leaves something");
    }
    let why = room.piece(&room.path("gone.mkv"), Stretch::default(), 0).await.expect_err("gone");
    assert!(why.contains("No such file"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_may_be_anything_that_a_disk_takes() {
    let room = Room::new();
    let film = fs::read(room.make("film.mkv", &format!("{PICTURE} {SOUND} -t 2 {CODE}"))).unwrap();
    let long = format!("{}.mkv", "x".repeat(251));
    let names = [
        "it's \"quoted\".mkv",
        "two\nlines.mkv",
        "🎬 film.mkv",
        "\u{202E}סרט\u{202C}.mkv",
        "-y.mkv",
        "%03d.mkv",
        "http:--x:80.mkv",
        "a b;c|d&e$(f)`g`.mkv",
        "[x]*?.mkv",
        &long,
    ];
    for name in names {
        let file = room.path(name);
        fs::write(&file, &film).unwrap();
        check(name, &room.piece(&file, Stretch::default(), 0).await, 2.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_has_one_gain_and_nothing_is_measured_twice() {
    let mut room = Room::new();
    // Quiet for a minute, then four times as loud: each minute by itself would become equally loud.
    let loud = "volume=if(lt(t\\,60)\\,0.05\\,0.2):eval=frame";
    // A picture that is coded anew is made at once, whichever stretch of it.
    let film = room.make("film.mkv", &format!("{PICTURE} {SOUND} -t 125 -af {loud} -c:v mpeg4 -c:a aac"));
    let minute = |number: i64| Stretch { from: number * 60 * HZ, length: Some(60 * HZ) };
    let before = started();
    let (first, _) = room.piece(&film, minute(0), 0).await.unwrap();
    assert_eq!(started() - before, 2, "it is measured and made");
    let (second, _) = room.piece(&film, minute(1), 0).await.unwrap();
    assert_eq!(started() - before, 3, "it is made");
    let gains = [(&first, 5, 5), (&second, 5, 65)]
        .map(|(piece, at, was)| volume(piece, at, 40) - volume(&film, was, 40));
    assert!((gains[0] - gains[1]).abs() < 0.2 && gains[0].abs() > 1.0, "{gains:?}");
    room = room.again();
    let before = started();
    room.piece(&film, Stretch { from: 3 * HZ, length: Some(5 * HZ) }, 0).await.unwrap();
    assert_eq!(started() - before, 1, "a restart measures nothing again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_film_that_is_due_at_once_goes_by_some_places_of_it_for_one_airing() {
    let room = Room::new();
    let sound = "sine=f=440:r=48000,volume=-10dB";
    let film = format!("-f lavfi -i testsrc2=s=64x36:r=25 -f lavfi -i {sound} -t 700 {CODE}");
    let film = room.make("film.mkv", &film);
    let minute = |number: i64| Stretch { from: number * 60 * HZ, length: Some(20 * HZ) };
    let measured = || {
        let all = fs::read_dir(room.path("pieces/measured")).unwrap();
        let one = all
            .map(|entry| entry.unwrap().path())
            .find(|path| path.extension().is_some_and(|end| end == "json"));
        serde_json::from_slice::<Value>(&fs::read(one.expect("kept")).unwrap()).unwrap()
    };
    let (first, _) = room.piece(&film, minute(0), 0).await.unwrap();
    let known = measured();
    assert!(known["sounds"].as_object().unwrap().is_empty() && known["some"]["1"].is_array(), "{known}");
    // It is prepared as a whole, with time: it is measured as one.
    let later = Clock::start().wall_ms() + 3_600_000;
    let before = started();
    let (whole, _) = room.piece(&film, Stretch::default(), later).await.unwrap();
    assert_eq!(started() - before, 2);
    assert!(measured()["sounds"]["1"].is_object(), "{}", measured());
    // The airing that has begun goes on as it was.
    let (next, _) = room.piece(&film, minute(5), later).await.unwrap();
    let volumes = [&first, &next].map(|piece| volume(piece, 5, 10));
    assert!((volumes[0] - volumes[1]).abs() < 0.1, "{volumes:?}");
    // A tone is equally loud everywhere: by some places it is as by all of them.
    assert!((volume(&whole, 60, 10) - volumes[0]).abs() < 0.5, "{volumes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_that_is_as_the_houses_stays_as_it_is() {
    let room = Room::new();
    // A tone of -23 LUFS, and one that is too loud.
    for (name, level, stays) in [("right.mkv", "-2.1dB", true), ("loud.mkv", "10dB", false)] {
        let sound = format!("-f lavfi -i sine=f=1000:r=48000,volume={level},aformat=channel_layouts=stereo");
        let film = room.make(name, &format!("{PICTURE} {sound} -t 8 {CODE} -b:a 96k"));
        let piece = room.piece(&film, Stretch::default(), 0).await;
        check(name, &piece, 8.0);
        let sound = |path: &Path| {
            run(
                "ffmpeg",
                &[
                    "-v",
                    "error",
                    "-i",
                    path.to_str().unwrap(),
                    "-map",
                    "0:a",
                    "-c",
                    "copy",
                    "-f",
                    "adts",
                    "-",
                ],
            )
        };
        let (made, given) = (sound(&piece.unwrap().0), sound(&film));
        let midst = &made[made.len() / 4..made.len() / 2];
        let is_same = given.windows(midst.len()).any(|some| some == midst);
        assert_eq!(is_same, stays, "{name}: {}", volume(&film, 0, 8));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sounds_are_shown_with_their_covers() {
    let room = Room::new();
    let red = room.make("red.png", "-f lavfi -i color=red:s=400x400 -frames:v 1");
    let red = red.to_str().unwrap().to_owned();
    let tagged = room.make(
        "tagged.mp3",
        &format!("{SOUND} -i {red} -t 5 -map 0 -map 1 -c:v copy -disposition:v attached_pic"),
    );
    fs::create_dir(room.path("album")).unwrap();
    let plain = room.make("album/plain.flac", &format!("{SOUND} -t 5"));
    fs::create_dir(room.path("beside")).unwrap();
    let beside = room.make("beside/song.flac", &format!("{SOUND} -t 5"));
    room.make("beside/cover.jpg", "-f lavfi -i color=blue:s=600x600 -frames:v 1");
    fs::create_dir(room.path("broken")).unwrap();
    let broken = room.make("broken/song.mp3", &format!("{SOUND} -t 5"));
    fs::write(room.path("broken/cover.jpg"), b"no picture").unwrap();
    for (file, wanted) in
        [(tagged, [255, 0, 0]), (plain, [16, 20, 24]), (beside, [0, 0, 255]), (broken, [16, 20, 24])]
    {
        let piece = room.piece(&file, Stretch::default(), 0).await;
        check(&file.to_string_lossy(), &piece, 5.0);
        let seen = colour(&piece.unwrap().0, "2");
        let off = seen.iter().zip(wanted).map(|(one, other)| one.abs_diff(other)).max().unwrap();
        assert!(off < 20, "{}: {seen:?}", file.display());
    }
    let stretch = Stretch { from: 2 * HZ, length: Some(2 * HZ) };
    check("a stretch of it", &room.piece(&room.path("beside/song.flac"), stretch, 0).await, 2.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn stills_show_their_pictures_for_equal_shares_and_repeat_their_sound() {
    let room = Room::new();
    let picture = |name: &str, colour: &str, size: &str| {
        room.make(name, &format!("-f lavfi -i color={colour}:s={size} -frames:v 1"))
    };
    let pictures = vec![picture("a.png", "red", "300x900"), picture("b.jpg", "blue", "1000x200")];
    let music = room.make("music.mp3", &format!("{SOUND} -t 3"));
    for (sound, is_silent) in [(Some(music), false), (None, true)] {
        let card = Arc::new(Card { pictures: pictures.clone(), sound });
        let stretch = Stretch { from: 0, length: Some(10 * HZ) };
        let key = Key::of(&format!("still {is_silent}"), stretch);
        let source = Source::Card { card, sound: "music".into() };
        let state = room.settled(&key, source, stretch, 0).await;
        let State::Ready(piece) = state else { panic!("{state:?}") };
        assert_eq!(piece.outline().length, 10 * HZ);
        check("a still", &Ok((room.stream(&key), 10 * HZ)), 10.0);
        let [at_first, then] = ["4.9", "5.1"].map(|at| colour(&room.stream(&key), at));
        assert!(
            at_first[0] > 200 && at_first[2] < 60 && then[2] > 200 && then[0] < 60,
            "{at_first:?} {then:?}"
        );
        // At its end as well: it began anew.
        assert_eq!(volume(&room.stream(&key), 7, 2) < -60.0, is_silent);
    }
    let card = Arc::new(Card { pictures: vec![room.path("gone.png")], sound: None });
    let stretch = Stretch { from: 0, length: Some(HZ) };
    let source = Source::Card { card, sound: String::new() };
    let state = room.settled(&Key::of("gone", stretch), source, stretch, 0).await;
    assert!(matches!(&state, State::Failed { why, .. } if why.contains("gone.png")), "{state:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn black_and_silence_are_found_once_and_kept() {
    let mut room = Room::new();
    let black =
        |from: u32, until: u32| format!("drawbox=c=black:t=fill:enable=between(t\\,{from}\\,{until})");
    let quiet = |from: u32, until: u32| format!("volume=0:enable=between(t\\,{from}\\,{until})");
    // At 40 s both, at 60 s black alone, at 80 s silence alone.
    let filters = format!("-vf {},{} -af {},{}", black(40, 41), black(60, 61), quiet(40, 42), quiet(80, 81));
    let path = room.make("film.mkv", &format!("{PICTURE} {SOUND} -t 100 {filters} {CODE}"));
    let unseen = vec![Unseen { path, content: "film".into() }];
    for looks in [1, 0] {
        let before = started();
        room.preparation.look_through(unseen.clone()).await;
        let mut board = room.preparation.board();
        let found = board.wait_for(|board| board.pauses.contains_key("film"));
        let board =
            tokio::time::timeout(Duration::from_secs(240), found).await.expect("in time").unwrap().clone();
        assert!(
            matches!(board.pauses["film"][..], [at] if (at - HZ * 81 / 2).abs() < HZ / 5),
            "{:?}",
            board.pauses
        );
        assert_eq!(started() - before, looks);
        drop(board);
        room = room.again();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_gets_full_is_no_fault_of_the_film_and_leaves_nothing() {
    let room = Room::new();
    let file = room.make("film.mkv", &format!("{PICTURE} {SOUND} -t 4 {CODE}"));
    let found: Material = material::of(&file).await.unwrap();
    let plan = house::plan(&found, false).unwrap();
    let gains = vec![house::Gain::default()];
    let job = Job {
        file: file.clone(),
        from: 0,
        pictures: None,
        length: None,
        plan,
        gains,
        cover: None,
        length_s: found.length_s,
        urgent: true,
    };
    let folder = room.path("piece");
    let bench = |free| Bench { folder: folder.clone(), done: Arc::default(), free };
    let full = item::prepare(&job, &bench(u64::MAX)).await.unwrap_err();
    assert!(full == Unmade::NoRoom && full.to_string().contains("free space"), "{full}");
    assert!(!folder.exists());
    assert!(item::prepare(&job, &bench(0)).await.is_ok());
    // Where it is full before, nothing is begun, and it is said what can be done.
    let keeping = Keeping { directory: room.path("full"), budget: u64::MAX, free: u64::MAX, workers: 1 };
    let full = Preparation::start(keeping, Clock::start(), room.stop.clone()).unwrap();
    let stretch = Stretch::default();
    let source = Source::File { path: file, content: "film".into() };
    let key = Key::of("film", stretch);
    full.want(vec![Wanted { key: key.clone(), source, stretch, planned: HZ, due_ms: 0 }]).await;
    let mut board = full.board();
    let told = board.wait_for(|board| matches!(board.states.get(&key), Some(State::Waiting(Some(_)))));
    tokio::time::timeout(Duration::from_secs(30), told).await.expect("in time").unwrap();
}

/// A station of its own process, with a folder of films.
struct Process {
    child: tokio::process::Child,
    base: String,
}

impl Process {
    async fn start(directory: &Path, port: u16) -> Self {
        let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_telecast"))
            .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data-dir", "."])
            .current_dir(directory)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let base = format!("http://127.0.0.1:{port}");
        for _ in 0..600 {
            let asked = crate::web_door::client().get(format!("{base}/healthz")).send().await;
            if asked.is_ok_and(|answer| answer.status() == 200) {
                return Self { child, base };
            }
            assert!(child.try_wait().unwrap().is_none(), "it ends");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("it does not listen");
    }

    async fn ask(&self, token: &str, method: reqwest::Method, path: &str, body: Option<Value>) -> Value {
        let mut request = crate::web_door::client()
            .request(method, format!("{}/api/v1{path}", self.base))
            .bearer_auth(token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let body: Value = answer.json().await.unwrap_or_default();
        assert!(status.is_success(), "{path}: {status} {body}");
        body
    }
}

fn told(directory: &Path, arguments: &[&str], input: &str) -> String {
    use std::io::Write;
    let mut child = Command::new(env!("CARGO_BIN_EXE_telecast"))
        .args(arguments)
        .args(["--data-dir", "."])
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "{arguments:?}");
    String::from_utf8(out.stdout).unwrap().trim().to_owned()
}

/// Folders of pieces, and whether each is whole.
fn pieces(directory: &Path) -> Vec<(String, bool)> {
    let entries = fs::read_dir(directory.join("prepared")).into_iter().flatten().flatten();
    // One that is being made is called by a number and an ending besides.
    let is_one = |name: &str| name.len() == 32 || name.contains(".begun");
    let pieces = entries.filter(|entry| entry.file_name().to_str().is_some_and(is_one));
    pieces
        .map(|entry| (entry.file_name().into_string().unwrap(), entry.path().join("piece.json").exists()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_that_is_killed_while_it_prepares_uses_nothing_half_made_and_goes_on() {
    let room = Room::new();
    let data = room.path("data");
    fs::create_dir_all(&data).unwrap();
    fs::create_dir_all(room.path("films")).unwrap();
    // It takes a while to be coded anew.
    let film = room.make(
        "films/Long.mkv",
        "-f lavfi -i testsrc2=s=1280x720:r=50 -f lavfi -i sine=f=440 -t 240 -c:v mpeg4 -q:v 9 -c:a mp2",
    );
    let old = std::time::SystemTime::now() - Duration::from_secs(3_600);
    fs::File::options().write(true).open(film).unwrap().set_modified(old).unwrap();
    told(&data, &["user", "add", "owner", "--role", "owner"], "a long pass phrase for tests\n");
    let token = told(&data, &["token", "create", "--scope", "watch,program,admin"], "");
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut station = Process::start(&data, port).await;
    let folder = json!({ "name": "Films", "path": room.path("films").to_str().unwrap() });
    station.ask(&token, reqwest::Method::POST, "/library/folders", Some(folder)).await;
    let document = json!({ "version": 1, "name": "Long", "simple": { "shows": [{ "query": "long" }] } });
    let wanted = json!({ "name": "Long", "number": 900, "document": document });
    let made = station.ask(&token, reqwest::Method::POST, "/stations", Some(wanted)).await;
    let half = wait(|| pieces(&data).into_iter().find(|(_, is_whole)| !is_whole)).await;
    station.child.kill().await.unwrap();
    let left = pieces(&data);
    assert!(left.contains(&half), "SIGKILL lets nobody tidy up: {left:?}");
    let begun = fs::metadata(data.join("prepared").join(&half.0)).unwrap().created().ok();

    let station = Process::start(&data, port).await;
    let path = format!("/stations/{}", made["id"].as_str().unwrap());
    for _ in 0..1_200 {
        let view = station.ask(&token, reqwest::Method::GET, &path, None).await;
        if view["state"] == "on_air" {
            for (name, is_whole) in pieces(&data) {
                let since = fs::metadata(data.join("prepared").join(&name))
                    .ok()
                    .and_then(|about| about.created().ok());
                assert!(is_whole || name != half.0 || since != begun, "what was half made is still there");
            }
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("it is not on air");
}

async fn wait<T>(mut found: impl FnMut() -> Option<T>) -> T {
    for _ in 0..2_400 {
        if let Some(found) = found() {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it does not come");
}
