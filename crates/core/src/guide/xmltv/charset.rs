//! How bytes become characters: as the guide declares it, and else as UTF-8, with windows-1252 for texts that are none.

use std::borrow::Cow;

use quick_xml::Decoder;
use quick_xml::events::BytesDecl;

/// What 0x80 to 0x9F mean in windows-1252, by the Encoding Standard (§9.1): what is not given there stays a control character.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Encodings in which ASCII is ASCII. ISO-8859-1 means windows-1252, as in the Encoding Standard.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Charset {
    #[default]
    Utf8,
    Declared(Decoder),
}

impl Charset {
    /// The charset that `declared` names, with the decoder that the XML reader has made of it; its name if it is not read here.
    pub(super) fn of(declared: &BytesDecl<'_>, decoder: Decoder) -> Result<Self, Box<str>> {
        let Some(Ok(name)) = declared.encoding() else { return Ok(Self::Utf8) };
        let name = || String::from_utf8_lossy(&name).chars().take(40).collect::<String>().into_boxed_str();
        match declared.encoder() {
            // Programs declare UTF-16 because their strings are, and write UTF-8. What is UTF-16 has been found before.
            Some(known) if known.name().starts_with("UTF-") => Ok(Self::Utf8),
            Some(known) if known.is_ascii_compatible() && known.name() != "replacement" => {
                Ok(Self::Declared(decoder))
            }
            _ => Err(name()),
        }
    }

    pub(super) fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        let decoded = match self {
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::Declared(decoder) => decoder.decode(bytes).ok(),
        };
        decoded.unwrap_or_else(|| Cow::Owned(bytes.iter().map(windows_1252).collect()))
    }
}

fn windows_1252(byte: &u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(*byte),
    }
}
