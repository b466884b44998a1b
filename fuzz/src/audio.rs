//! Frames of sound. Laws: each frame begins with a header of its own length, and every byte is in a frame, skipped or waiting.

use telecast_media::codec::audio::{FrameHeader, Splitter, header};
use telecast_media::codec::{aac, ac3_silence};
use telecast_media::ts::psi::Kind;

const KINDS: [Kind; 5] = [Kind::AacAdts, Kind::AacLatm, Kind::Ac3, Kind::Eac3, Kind::MpegAudio];

/// See the module. The second byte names the codec.
pub fn run(bytes: &[u8]) {
    let (chunk, bytes) = super::chunked(bytes);
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let kind = KINDS[usize::from(*kind) % KINDS.len()];
    let (mut splitter, mut framed, mut passed) = (Splitter::new(kind), 0, 0);
    for piece in bytes.chunks(chunk) {
        splitter.push(piece, |frame, said, at| {
            let own = header(kind, frame).expect("a frame begins with a header");
            assert_eq!((own.length, said.length), (frame.len(), frame.len()));
            assert!(said.rate > 0 && said.samples <= 8 * 1024 && (1..=8).contains(&said.channels));
            let begin = usize::try_from(passed as i64 + at).expect("it began in the stream");
            assert_eq!(&bytes[begin..begin + frame.len()], frame);
            framed += frame.len();
            known(frame, said);
        });
        passed += piece.len();
        assert!(splitter.pending() < 8_195 + 9, "no frame is so long");
    }
    splitter.reset();
    assert!(framed + splitter.skipped as usize >= bytes.len() || kind == Kind::AacLatm);
    assert!(framed + splitter.skipped as usize <= bytes.len());
}

fn known(frame: &[u8], said: FrameHeader) {
    let _ = (aac::specific_config(frame), aac::latm(frame), aac::silence(said.channels));
    if let Some(front) = frame.first_chunk::<8>()
        && let Some(silent) = ac3_silence::silence(front)
    {
        assert_eq!(header(Kind::Ac3, &silent).map(|header| header.length), Some(silent.len()));
    }
}
