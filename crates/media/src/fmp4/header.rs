//! The header (`moov`): which tracks there are, and what their samples need in a transport stream.

use super::Fault;
use super::boxes::{Fields, at, boxes, child};
use super::sample::Form;
use crate::codec::aac;
use crate::language::three_letters;
use crate::ts::psi::Kind;

/// Tracks that are read of one header.
const TRACKS_MOST: usize = 32;
/// Bytes of parameter sets, which stand before every random access point.
const SETS_MOST: usize = 16 * 1024;

/// What stands in `EXT-X-MAP`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    pub(super) tracks: Vec<Track>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Track {
    pub(super) id: u32,
    pub(super) timescale: u32,
    /// What an edit list adds to times (units of `timescale`).
    pub(super) shift: i64,
    pub(super) language: Option<[u8; 3]>,
    pub(super) defaults: Defaults,
    pub(super) form: Form,
}

/// What holds for samples of which nothing else is said (`trex`, `tfhd`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Defaults {
    pub(super) duration: u32,
    pub(super) size: u32,
    pub(super) flags: u32,
}

impl Header {
    /// Reads the `moov` in `bytes`.
    ///
    /// # Errors
    /// There is none, or no track of it can be read.
    pub fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let moov = child(bytes, b"moov").ok_or(Fault::Damaged("header"))?;
        let mut movie = Fields(child(moov, b"mvhd").unwrap_or(&[]));
        let scale = movie.full().and_then(|(version, _)| {
            movie.bytes(if version == 1 { 16 } else { 8 })?;
            movie.u32()
        });
        let (mut tracks, mut why) = (Vec::new(), None);
        for trak in boxes(moov).filter(|found| found.kind == *b"trak").take(TRACKS_MOST) {
            match track(trak.body, scale.unwrap_or(0)) {
                Ok(Some(track)) => tracks.push(track),
                Ok(None) => {}
                // That it is encrypted explains more than a codec beside it.
                Err(fault) => {
                    why = why.filter(|known| *known == Fault::Protected).or(Some(fault));
                }
            }
        }
        for trex in child(moov, b"mvex").into_iter().flat_map(boxes).filter(|found| found.kind == *b"trex") {
            let mut fields = Fields(trex.body);
            let read = (|| {
                fields.full()?;
                let (id, _) = (fields.u32()?, fields.u32()?);
                let (duration, size, flags) = (fields.u32()?, fields.u32()?, fields.u32()?);
                Some((id, Defaults { duration, size, flags }))
            })();
            if let Some((id, defaults)) = read
                && let Some(track) = tracks.iter_mut().find(|track| track.id == id)
            {
                track.defaults = defaults;
            }
        }
        if tracks.is_empty() { Err(why.unwrap_or(Fault::Damaged("header"))) } else { Ok(Self { tracks }) }
    }

    /// Codec and language of each track, in their order.
    pub fn streams(&self) -> impl Iterator<Item = (Kind, Option<[u8; 3]>)> {
        self.tracks.iter().map(|track| (track.form.kind(), track.language))
    }
}

/// Reads a `trak`; none: it is neither picture nor sound.
fn track(trak: &[u8], movie_scale: u32) -> Result<Option<Track>, Fault> {
    let mdia = child(trak, b"mdia").ok_or(Fault::Damaged("track"))?;
    let mut handler = Fields(child(mdia, b"hdlr").unwrap_or(&[]));
    let kind = handler.bytes(8).and_then(|_| handler.array::<4>());
    if !matches!(kind.as_ref(), Some(b"vide" | b"soun")) {
        return Ok(None);
    }
    let mut fields = Fields(child(trak, b"tkhd").ok_or(Fault::Damaged("track"))?);
    let id = fields.full().and_then(|(version, _)| {
        fields.bytes(if version == 1 { 16 } else { 8 })?;
        fields.u32()
    });
    let mut fields = Fields(child(mdia, b"mdhd").ok_or(Fault::Damaged("track"))?);
    let media = fields.full().and_then(|(version, _)| {
        fields.bytes(if version == 1 { 16 } else { 8 })?;
        let timescale = fields.u32().filter(|scale| *scale > 0)?;
        fields.wide(version)?;
        Some((timescale, fields.u16()?))
    });
    let (Some(id), Some((timescale, packed))) = (id, media) else { return Err(Fault::Damaged("track")) };
    let entries = at(mdia, &[b"minf", b"stbl", b"stsd"]).and_then(|stsd| stsd.get(8..));
    let entry = entries.and_then(|entries| boxes(entries).next()).ok_or(Fault::Damaged("track"))?;
    let form = form(entry.kind, entry.body)?;
    Ok(Some(Track {
        id,
        timescale,
        shift: shift(trak, timescale, movie_scale),
        language: language(mdia, packed),
        defaults: Defaults::default(),
        form,
    }))
}

/// `elng` (ISO/IEC 14496-12 §8.4.6) says it better than the five bits a letter of `mdhd` (§8.4.2).
fn language(mdia: &[u8], packed: u16) -> Option<[u8; 3]> {
    let extended = child(mdia, b"elng").and_then(|elng| elng.get(4..)).map(|tag| {
        let end = tag.iter().position(|byte| *byte == 0).unwrap_or(tag.len()).min(35);
        String::from_utf8_lossy(&tag[..end]).into_owned()
    });
    let letters = [packed >> 10, packed >> 5, packed].map(|letter| (letter as u8 & 0x1F) + 0x60);
    extended
        .and_then(|tag| three_letters(&tag))
        .or_else(|| three_letters(std::str::from_utf8(&letters).unwrap_or_default()))
}

/// What the edit list (§8.6.6) adds to the times of samples: an empty edit delays them, and the first other one says what is presented first.
fn shift(trak: &[u8], timescale: u32, movie_scale: u32) -> i64 {
    let Some(elst) = at(trak, &[b"edts", b"elst"]) else { return 0 };
    let mut fields = Fields(elst);
    let mut delay: i64 = 0;
    let read = (|| {
        let (version, _) = fields.full()?;
        let count = fields.u32()?;
        for _ in 0..count {
            let duration = fields.wide(version)?;
            let begin = if version == 1 { fields.u64()? as i64 } else { i64::from(fields.u32()? as i32) };
            fields.u32()?;
            if begin >= 0 {
                return Some(begin);
            }
            let duration = i128::from(duration) * i128::from(timescale) / i128::from(movie_scale.max(1));
            delay = delay.saturating_add(i64::try_from(duration).unwrap_or(i64::MAX));
        }
        None
    })();
    delay.saturating_sub(read.unwrap_or(0))
}

/// What a sample entry (§8.5.2) says.
fn form(kind: [u8; 4], body: &[u8]) -> Result<Form, Fault> {
    let unread = || Fault::Codec(kind.iter().map(|byte| printable(*byte)).collect());
    match &kind {
        b"avc1" | b"avc3" => avc(boxes_of_picture(body, b"avcC")?).ok_or(Fault::Damaged("avcC")),
        b"hvc1" | b"hev1" | b"dvh1" | b"dvhe" => {
            hevc(boxes_of_picture(body, b"hvcC")?).ok_or(Fault::Damaged("hvcC"))
        }
        b"mp4a" => sound(body).ok_or_else(unread),
        b"ac-3" => Ok(Form::Frames(Kind::Ac3)),
        b"ec-3" => Ok(Form::Frames(Kind::Eac3)),
        b".mp3" => Ok(Form::Frames(Kind::MpegAudio)),
        b"encv" | b"enca" => Err(Fault::Protected),
        _ => Err(unread()),
    }
}

fn printable(byte: u8) -> char {
    if byte.is_ascii_graphic() { byte as char } else { '?' }
}

/// The configuration in a visual sample entry (§12.1.3).
fn boxes_of_picture<'a>(body: &'a [u8], kind: &[u8; 4]) -> Result<&'a [u8], Fault> {
    let inside = body.get(78..).and_then(|inside| child(inside, kind));
    inside.ok_or(Fault::Damaged("picture's configuration"))
}

/// AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1).
fn avc(record: &[u8]) -> Option<Form> {
    let mut fields = Fields(record);
    fields.bytes(4)?;
    let (length, sps) = (fields.u8()? & 3, fields.u8()? & 31);
    let mut sets = Vec::new();
    for _ in 0..sps {
        append(&mut fields, &mut sets)?;
    }
    for _ in 0..fields.u8()? {
        append(&mut fields, &mut sets)?;
    }
    (sets.len() <= SETS_MOST).then_some(Form::Avc { length: length + 1, sets })
}

/// HEVCDecoderConfigurationRecord (§8.3.3.1).
fn hevc(record: &[u8]) -> Option<Form> {
    let mut fields = Fields(record);
    fields.bytes(21)?;
    let (length, arrays) = (fields.u8()? & 3, fields.u8()?);
    let mut sets = Vec::new();
    for _ in 0..arrays {
        let kind = fields.u8()? & 0x3F;
        for _ in 0..fields.u16()? {
            // Video, sequence and picture parameter sets; what else may stand there comes with the pictures too.
            let before = sets.len();
            append(&mut fields, &mut sets)?;
            if !(32..=34).contains(&kind) {
                sets.truncate(before);
            }
        }
    }
    (sets.len() <= SETS_MOST).then_some(Form::Hevc { length: length + 1, sets })
}

/// A unit behind its length of two bytes, with a start code.
fn append(fields: &mut Fields<'_>, sets: &mut Vec<u8>) -> Option<()> {
    let length = fields.u16()?;
    let unit = fields.bytes(usize::from(length))?;
    if !unit.is_empty() {
        sets.extend_from_slice(&[0, 0, 0, 1]);
        sets.extend_from_slice(unit);
    }
    Some(())
}

/// What an `mp4a` entry carries, by its `esds` (ISO/IEC 14496-14 §5.6).
fn sound(body: &[u8]) -> Option<Form> {
    // QuickTime's longer forms of the entry say so where ISO has zeros.
    let more = match body.get(8..10)? {
        [0, 1] => 16,
        [0, 2] => 36,
        _ => 0,
    };
    let inside = body.get(28 + more..)?;
    let esds = child(inside, b"esds").or_else(|| at(inside, &[b"wave", b"esds"]))?;
    let (tag, mut stream) = descriptor(&mut Fields(esds.get(4..)?))?;
    if tag != 3 {
        return None;
    }
    stream.u16()?;
    let flags = stream.u8()?;
    stream.bytes(if flags & 0x80 != 0 { 2 } else { 0 })?;
    if flags & 0x40 != 0 {
        let length = stream.u8()?;
        stream.bytes(usize::from(length))?;
    }
    stream.bytes(if flags & 0x20 != 0 { 2 } else { 0 })?;
    let (tag, mut config) = descriptor(&mut stream)?;
    if tag != 4 {
        return None;
    }
    let object = config.u8()?;
    config.bytes(12)?;
    match object {
        0x40 | 0x66..=0x68 => {
            let (tag, specific) = descriptor(&mut config)?;
            if tag == 5 { specific_config(specific.0) } else { None }
        }
        0x69 | 0x6B => Some(Form::Frames(Kind::MpegAudio)),
        0xA5 => Some(Form::Frames(Kind::Ac3)),
        0xA6 => Some(Form::Frames(Kind::Eac3)),
        _ => None,
    }
}

/// Tag and content of a descriptor (ISO/IEC 14496-1 §8.3.3).
fn descriptor<'a>(fields: &mut Fields<'a>) -> Option<(u8, Fields<'a>)> {
    let tag = fields.u8()?;
    let mut length = 0;
    for _ in 0..4 {
        let byte = fields.u8()?;
        length = length << 7 | usize::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            break;
        }
    }
    let inside = fields.bytes(length.min(fields.0.len()))?;
    Some((tag, Fields(inside)))
}

/// AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1), as far as an ADTS header can say it.
fn specific_config(bytes: &[u8]) -> Option<Form> {
    let mut front = [0; 16];
    let known = bytes.len().min(front.len());
    front[..known].copy_from_slice(&bytes[..known]);
    let mut bits = u128::from_be_bytes(front);
    let mut take = |count: u32| {
        let value = (bits >> (128 - count)) as u32;
        bits <<= count;
        value
    };
    let mut object = take(5);
    let index = match take(4) {
        15 => {
            let rate = take(24);
            aac::RATES.iter().position(|known| *known == rate)? as u8
        }
        index => index as u8,
    };
    let channels = take(4) as u8;
    // Spectral band replication and parametric stereo: what they are added to comes behind.
    if matches!(object, 5 | 29) {
        if take(4) == 15 {
            take(24);
        }
        object = take(5);
    }
    let can_be_said = (1..=4).contains(&object)
        && usize::from(index) < aac::RATES.len()
        && (1..=7).contains(&channels)
        && known >= 2;
    can_be_said.then(|| Form::Aac { profile: object as u8 - 1, index, channels })
}
