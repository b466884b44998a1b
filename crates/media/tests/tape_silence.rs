//! Silence in AC-3 and enhanced AC-3, judged by ffmpeg's decoder, between frames of sound.

#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)]

use std::io::Write;
use std::process::{Command, Stdio};
use telecast_media::codec::{ac3, ac3_silence};

fn ffmpeg(arguments: &[&str], input: &[u8]) -> (Vec<u8>, String) {
    let mut child = Command::new("ffmpeg")
        .args(["-v", "warning", "-nostdin"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("ffmpeg is needed for this test: apt-get install ffmpeg");
    let mut stdin = child.stdin.take().unwrap();
    let bytes = input.to_vec();
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(&bytes);
    });
    let done = child.wait_with_output().unwrap();
    writer.join().unwrap();
    (done.stdout, String::from_utf8_lossy(&done.stderr).into_owned())
}

#[test]
fn a_silent_frame_is_decoded_as_silence_in_every_format() {
    for codec in ["ac3", "eac3"] {
        for (layout, channels) in
            [("mono", 1), ("stereo", 2), ("3.0", 3), ("quad", 4), ("5.0", 5), ("5.1", 6)]
        {
            for rate in ["48000", "44100", "32000"] {
                for bits in ["192k", "448k"] {
                    let what = format!("{codec} {layout} {rate} {bits}");
                    let source = format!(
                        "sine=frequency=440:sample_rate={rate}:duration=0.3,aformat=channel_layouts={layout}"
                    );
                    let (sound, _) = ffmpeg(
                        &["-f", "lavfi", "-i", &source, "-c:a", codec, "-b:a", bits, "-f", codec, "pipe:1"],
                        &[],
                    );
                    let front: [u8; 8] = sound[..8].try_into().unwrap();
                    let header = ac3::header(&front).unwrap();
                    let silent = ac3_silence::silence(&front).unwrap_or_else(|| panic!("{what}: none"));
                    assert_eq!(ac3::header(&silent), Some(header), "{what}");
                    let arguments = [
                        "-xerror",
                        "-err_detect",
                        "crccheck+bitstream+explode",
                        "-f",
                        codec,
                        "-i",
                        "pipe:0",
                        "-f",
                        "s16le",
                        "pipe:1",
                    ];
                    let (decoded, noise) = ffmpeg(&arguments, &silent.repeat(20));
                    assert!(noise.is_empty(), "{what}: {noise}");
                    assert_eq!(decoded.len(), 20 * 1536 * 2 * channels, "{what}");
                    let loudest = decoded
                        .chunks_exact(2)
                        .map(|s| i16::from_le_bytes([s[0], s[1]]).unsigned_abs())
                        .max();
                    assert!(loudest <= Some(1), "{what}: {loudest:?}");
                    // Between frames of sound it disturbs nothing.
                    let mut mixed = sound.clone();
                    mixed.extend(silent.repeat(3));
                    mixed.extend(&sound);
                    let (_, noise) = ffmpeg(&arguments, &mixed);
                    assert!(noise.is_empty(), "{what}, between sound: {noise}");
                }
            }
        }
    }
}
