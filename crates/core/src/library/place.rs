//! Paths of files as text, whatever bytes a file system allows.
//!
//! What is UTF-8 stays as it is. Each byte that is not becomes one character of a range that Unicode leaves to private use
//! (U+F780 for 0x80 to U+F7FF for 0xFF), and so does each byte of a character of that range, so that nothing is lost and no two paths become
//! one. People see [`shown`].

/// The first character of the range, for the byte 0x80.
const FIRST: u32 = 0xF780;

/// `bytes` as text; [`bytes`] gives them back.
pub fn text(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let escape =
        |byte: &u8| char::from_u32(FIRST + u32::from(*byte) - 0x80).unwrap_or(char::REPLACEMENT_CHARACTER);
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if byte_of(character).is_some() {
                out.extend(character.encode_utf8(&mut [0; 4]).as_bytes().iter().map(escape));
            } else {
                out.push(character);
            }
        }
        out.extend(chunk.invalid().iter().map(escape));
    }
    out
}

/// The bytes that `text` stands for.
pub fn bytes(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for character in text.chars() {
        match byte_of(character) {
            Some(byte) => out.push(byte),
            None => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out
}

/// As people read it: what is no UTF-8 by the sign for that, control characters by theirs.
pub fn shown(text: &str) -> String {
    let show = |c: char| match c {
        c if byte_of(c).is_some() => char::REPLACEMENT_CHARACTER,
        c if (c as u32) < 0x20 => char::from_u32(0x2400 + c as u32).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '\u{2421}',
        c => c,
    };
    text.chars().map(show).collect()
}

fn byte_of(character: char) -> Option<u8> {
    (character as u32).checked_sub(FIRST).filter(|at| *at < 0x80).map(|at| at as u8 + 0x80)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_text_is_kept_and_shown() {
        let raw = b"caf\xe9/a\nb.mkv";
        assert_eq!(bytes(&text(raw)), raw);
        assert_eq!(shown(&text(raw)), "caf\u{fffd}/a\u{240a}b.mkv");
        assert_eq!(text("Käse 😀.mkv".as_bytes()), "Käse 😀.mkv");
    }

    proptest! {
        #[test]
        fn nothing_is_lost(raw in prop::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(bytes(&text(&raw)), raw);
        }

        #[test]
        fn text_of_the_range_itself_comes_back(raw in "[\u{f770}-\u{f810}a]{0,16}") {
            prop_assert_eq!(bytes(&text(raw.as_bytes())), raw.as_bytes());
        }
    }
}
