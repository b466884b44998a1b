//! Initialisation segments: `ftyp` and `moov` (ISO/IEC 14496-12 §8, 23000-19 §7.3).

use super::boxes::Boxes;
use crate::codec::{audio::FrameHeader, h264, hevc};
use crate::tape::{Rendition, Run, Setup, Track};
use crate::ts::psi::Kind;

/// The initialisation segment of a rendition in a run; `None` while a track's setup is unknown or has no CMAF form.
pub fn init(run: &Run, rendition: Rendition) -> Option<Vec<u8>> {
    let tracks: Vec<&Track> = rendition.tracks().map(|id| run.track(id)).collect::<Option<_>>()?;
    if !tracks.iter().all(|track| supported(track)) {
        return None;
    }
    let mut boxes = Boxes::default();
    boxes.wrap(b"ftyp", |b| {
        b.bytes(b"iso6");
        b.u32(0);
        b.bytes(b"iso6cmfcmp41");
    });
    boxes.wrap(b"moov", |b| {
        b.full(b"mvhd", 0, 0, |b| {
            b.zeros(8);
            b.u32(1000);
            b.u32(0);
            b.u32(0x1_0000);
            b.u16(0x0100);
            b.zeros(10);
            b.matrix();
            b.zeros(24);
            b.u32(tracks.len() as u32 + 1);
        });
        for (number, track) in tracks.iter().enumerate() {
            trak(b, track, number as u32 + 1);
        }
        b.wrap(b"mvex", |b| {
            for number in 1..=tracks.len() {
                b.full(b"trex", 0, 0, |b| {
                    for value in [number as u32, 1, 0, 0, 0] {
                        b.u32(value);
                    }
                });
            }
        });
    });
    Some(boxes.out)
}

/// Whether a track can be put into fMP4 here.
pub fn supported(track: &Track) -> bool {
    matches!(
        (&track.setup, track.kind),
        (Some(Setup::Avc(_) | Setup::Hevc(_) | Setup::Aac { .. }), _)
            | (Some(Setup::Audio { .. }), Kind::Ac3 | Kind::Eac3)
    )
}

fn trak(b: &mut Boxes, track: &Track, number: u32) {
    let (width, height) = track.picture().map_or((0, 0), |picture| (picture.width, picture.height));
    let sound = track.kind.is_audio();
    b.wrap(b"trak", |b| {
        b.full(b"tkhd", 0, 7, |b| {
            b.zeros(8);
            b.u32(number);
            b.zeros(16);
            b.zeros(4);
            b.u16(if sound { 0x0100 } else { 0 });
            b.u16(0);
            b.matrix();
            b.u32(width << 16);
            b.u32(height << 16);
        });
        b.wrap(b"mdia", |b| {
            b.full(b"mdhd", 0, 0, |b| {
                b.zeros(8);
                b.u32(track.timescale());
                b.u32(0);
                b.u16(language(track.language));
                b.u16(0);
            });
            b.full(b"hdlr", 0, 0, |b| {
                b.u32(0);
                b.bytes(if sound { b"soun" } else { b"vide" });
                b.zeros(12);
                b.bytes(if sound { b"Sound\0" } else { b"Video\0" });
            });
            b.wrap(b"minf", |b| {
                if sound {
                    b.full(b"smhd", 0, 0, |b| b.zeros(4));
                } else {
                    b.full(b"vmhd", 0, 1, |b| b.zeros(8));
                }
                b.wrap(b"dinf", |b| {
                    b.full(b"dref", 0, 0, |b| {
                        b.u32(1);
                        b.full(b"url ", 0, 1, |_| {});
                    });
                });
                b.wrap(b"stbl", |b| {
                    b.full(b"stsd", 0, 0, |b| {
                        b.u32(1);
                        sample_entry(b, track);
                    });
                    b.full(b"stts", 0, 0, |b| b.u32(0));
                    b.full(b"stsc", 0, 0, |b| b.u32(0));
                    b.full(b"stsz", 0, 0, |b| b.zeros(8));
                    b.full(b"stco", 0, 0, |b| b.u32(0));
                });
            });
        });
    });
}

fn sample_entry(b: &mut Boxes, track: &Track) {
    match &track.setup {
        Some(Setup::Avc(config)) => {
            let size = (config.picture.width, config.picture.height);
            visual(b, *b"avc1", size, config.pixel_aspect, |b| b.wrap(b"avcC", |b| avc_record(b, config)));
        }
        Some(Setup::Hevc(config)) => {
            // The entry describes pictures, which may be fields.
            let size = (config.picture.width, config.picture.height >> u32::from(config.fields));
            visual(b, *b"hvc1", size, config.pixel_aspect, |b| {
                b.wrap(b"hvcC", |b| hevc_record(b, config));
                if let Some(colour) = config.colour {
                    b.wrap(b"colr", |b| {
                        b.bytes(b"nclx");
                        for code in [colour.primaries, colour.transfer, colour.matrix] {
                            b.u16(u16::from(code));
                        }
                        b.u8(u8::from(colour.full_range) << 7);
                    });
                }
            });
        }
        Some(Setup::Aac { header, config }) => audio(b, *b"mp4a", header, |b| {
            b.full(b"esds", 0, 0, |b| {
                b.descriptor(0x03, |b| {
                    b.u16(0);
                    b.u8(0);
                    b.descriptor(0x04, |b| {
                        b.u8(0x40); // audio ISO/IEC 14496-3
                        b.u8(0x15); // audio stream, reserved bit set
                        b.zeros(11); // buffer size and bit rates: unknown
                        b.descriptor(0x05, |b| b.bytes(config));
                    });
                    b.descriptor(0x06, |b| b.u8(2));
                });
            });
        }),
        Some(Setup::Audio { header, front }) if track.kind == Kind::Ac3 => {
            audio(b, *b"ac-3", header, |b| b.wrap(b"dac3", |b| dac3(b, front)));
        }
        Some(Setup::Audio { header, front }) => {
            audio(b, *b"ec-3", header, |b| b.wrap(b"dec3", |b| dec3(b, front, header)));
        }
        _ => {}
    }
}

/// VisualSampleEntry (ISO/IEC 14496-12 §12.1.3): `record` writes what a decoder needs.
fn visual(
    b: &mut Boxes,
    kind: [u8; 4],
    (width, height): (u32, u32),
    pixel_aspect: Option<(u16, u16)>,
    record: impl FnOnce(&mut Boxes),
) {
    b.wrap(&kind, |b| {
        b.zeros(6);
        b.u16(1);
        b.zeros(16);
        b.u16(width as u16);
        b.u16(height as u16);
        b.u32(0x0048_0000);
        b.u32(0x0048_0000);
        b.u32(0);
        b.u16(1);
        b.zeros(32);
        b.u16(0x18);
        b.u16(0xFFFF);
        record(b);
        if let Some((horizontal, vertical)) = pixel_aspect.filter(|(h, v)| *h > 0 && *v > 0) {
            b.wrap(b"pasp", |b| {
                b.u32(u32::from(horizontal));
                b.u32(u32::from(vertical));
            });
        }
    });
}

/// AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1).
fn avc_record(b: &mut Boxes, config: &h264::Config) {
    let sps = &config.sps[0];
    b.bytes(&[1, sps[1], sps[2], sps[3], 0xFF, 0xE0 | config.sps.len().min(31) as u8]);
    for set in config.sps.iter().take(31) {
        b.u16(set.len() as u16);
        b.bytes(set);
    }
    b.u8(config.pps.len().min(255) as u8);
    for set in config.pps.iter().take(255) {
        b.u16(set.len() as u16);
        b.bytes(set);
    }
    if matches!(sps[1], 100 | 110 | 122 | 144) {
        b.bytes(&[0xFD, 0xF8, 0xF8, 0]); // 4:2:0, 8 bits: what is broadcast
    }
}

/// HEVCDecoderConfigurationRecord (ISO/IEC 14496-15 §8.3.3.1).
fn hevc_record(b: &mut Boxes, config: &hevc::Config) {
    b.u8(1);
    b.bytes(&config.profile);
    b.u16(0xF000); // min_spatial_segmentation_idc: not told
    b.u8(0xFC); // parallelismType: not told
    b.u8(0xFC | config.chroma);
    b.u8(0xF8 | (config.depth.0 - 8) & 7);
    b.u8(0xF8 | (config.depth.1 - 8) & 7);
    b.u16(0); // avgFrameRate: not told
    b.u8(config.sub_layers << 3 | u8::from(config.nested) << 2 | 3); // lengths of four bytes
    let arrays =
        [(hevc::nal::VPS, &config.vps), (hevc::nal::SPS, &config.sps), (hevc::nal::PPS, &config.pps)];
    b.u8(arrays.iter().filter(|(_, sets)| !sets.is_empty()).count() as u8);
    for (kind, sets) in arrays.into_iter().filter(|(_, sets)| !sets.is_empty()) {
        b.u8(0x80 | kind); // array_completeness: samples hold none
        b.u16(sets.len() as u16);
        for set in sets {
            b.u16(set.len() as u16);
            b.bytes(set);
        }
    }
}

fn audio(b: &mut Boxes, kind: [u8; 4], header: &FrameHeader, fill: impl FnOnce(&mut Boxes)) {
    b.wrap(&kind, |b| {
        b.zeros(6);
        b.u16(1);
        b.zeros(8);
        b.u16(u16::from(header.channels));
        b.u16(16);
        b.zeros(4);
        b.u32(header.rate << 16);
        fill(b);
    });
}

/// AC3SpecificBox (ETSI TS 102 366 Annex F.4): fscod, bsid, bsmod, acmod, lfeon, bit rate code.
fn dac3(b: &mut Boxes, front: &[u8; 8]) {
    let fscod = u32::from(front[4] >> 6);
    let rate = u32::from(front[4] & 0x3F) >> 1;
    let bsid = u32::from(front[5] >> 3);
    let bsmod = u32::from(front[5] & 7);
    let acmod = u32::from(front[6] >> 5);
    let channels = crate::codec::ac3::header(front).map_or(2, |header| header.channels);
    let full = [2, 1, 2, 3, 3, 4, 4, 5][acmod as usize];
    let lfe = u32::from(channels > full);
    let bits = fscod << 22 | bsid << 17 | bsmod << 14 | acmod << 11 | lfe << 10 | rate << 5;
    b.bytes(&bits.to_be_bytes()[1..]);
}

/// EC3SpecificBox (ETSI TS 102 366 Annex F.6) for one independent substream.
fn dec3(b: &mut Boxes, front: &[u8; 8], header: &FrameHeader) {
    let kbps =
        (header.length as u64 * 8 * u64::from(header.rate) / u64::from(header.samples.max(1)) / 1000) as u16;
    b.u16((kbps & 0x1FFF) << 3);
    let fscod = u32::from(front[4] >> 6);
    let bsid = u32::from(front[5] >> 3);
    let acmod = u32::from(front[4] >> 1 & 7);
    let lfe = u32::from(front[4] & 1);
    let bits = fscod << 22 | bsid << 17 | acmod << 9 | lfe << 8;
    b.bytes(&bits.to_be_bytes()[1..]);
}

fn language(code: Option<[u8; 3]>) -> u16 {
    let code = code.filter(|code| code.iter().all(u8::is_ascii_lowercase)).unwrap_or(*b"und");
    code.iter().fold(0, |packed, letter| packed << 5 | u16::from(letter - 0x60))
}
