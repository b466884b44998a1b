//! MPEG-2 video (ISO/IEC 13818-2), recognised: dimensions, rate, picture type.

use super::Picture;

/// What the front of an access unit says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Front {
    /// The picture is intra coded and a sequence header stands before it.
    pub random_access: bool,
    /// From the sequence header, if there is one.
    pub picture: Option<Picture>,
}

/// Reads up to the first picture header (§6.2.3); `None` if there is none in `bytes`.
pub fn front(bytes: &[u8]) -> Option<Front> {
    let mut picture = None;
    for unit in super::h264::nals(bytes) {
        match unit {
            [0xB3, a, b, c, d, ..] => picture = Some(sequence([*a, *b, *c, *d])),
            // sequence_extension (§6.2.2.3): progressive_sequence.
            [0xB5, id, second, ..] if id >> 4 == 1 => {
                if let Some(picture) = &mut picture {
                    picture.interlaced = second & 0x08 == 0;
                }
            }
            [0x00, _, kind, ..] => {
                return Some(Front { random_access: picture.is_some() && kind >> 3 & 7 == 1, picture });
            }
            _ => {}
        }
    }
    None
}

fn sequence(bytes: [u8; 4]) -> Picture {
    let [a, b, c, d] = bytes.map(u32::from);
    let frame_rate = match d & 0x0F {
        1 => Some((24000, 1001)),
        2 => Some((24, 1)),
        3 => Some((25, 1)),
        4 => Some((30000, 1001)),
        5 => Some((30, 1)),
        6 => Some((50, 1)),
        7 => Some((60000, 1001)),
        8 => Some((60, 1)),
        _ => None,
    };
    Picture { width: a << 4 | b >> 4, height: (b & 0x0F) << 8 | c, frame_rate, interlaced: true }
}
