//! Letters for a picture: the characters that English and German words need, as they were drawn once from DejaVu Sans (36 px, free to use and
//! to embed). No font of the machine is looked for: a small one has none.

/// What can be written; anything else is a space. In the order of [`SHAPES`].
const CHARACTERS: &str = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~ÄÖÜäöüßé„“”’–…·";
/// For each character its width and [`LINE`] rows of [`ROW`] bytes, one bit a pixel.
const SHAPES: &[u8] = include_bytes!("letters.bin");
/// Rows of a character.
pub(super) const LINE: usize = 46;
const ROW: usize = 6;

/// A grey picture.
pub(super) struct Canvas {
    pub(super) width: usize,
    pub(super) pixels: Vec<u8>,
}

impl Canvas {
    /// An even one.
    pub(super) fn new(width: usize, height: usize, grey: u8) -> Self {
        Self { width, pixels: vec![grey; width * height] }
    }

    /// Writes one line in its middle, from row `top` on; what has no room is cut off.
    pub(super) fn write(&mut self, text: &str, top: usize, grey: u8) {
        let mut left = self.width.saturating_sub(width(text)) / 2;
        for shape in text.chars().filter_map(shape) {
            for (y, row) in shape[1..].chunks_exact(ROW).enumerate() {
                let lit = |x: &usize| row[x / 8] & (0x80 >> (x % 8)) != 0;
                for x in (0..ROW * 8).filter(lit).filter(|x| left + x < self.width) {
                    if let Some(pixel) = self.pixels.get_mut((top + y) * self.width + left + x) {
                        *pixel = grey;
                    }
                }
            }
            left += usize::from(shape[0]);
        }
    }
}

fn shape(character: char) -> Option<&'static [u8]> {
    let at = CHARACTERS.chars().position(|known| known == character).unwrap_or(0);
    let length = 1 + LINE * ROW;
    SHAPES.get(at * length..(at + 1) * length)
}

/// Whether it can be written.
pub(super) fn has(character: char) -> bool {
    CHARACTERS.contains(character)
}

/// Pixels that a line takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().filter_map(shape).map(|shape| usize::from(shape[0])).sum()
}

/// Lines of at most `most` pixels, broken between words.
pub(super) fn lines(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line) + width(" ") + width(word) <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use telecast_core::session::ReasonCode;

    #[test]
    fn all_that_is_to_be_said_can_be_written() {
        assert_eq!(SHAPES.len(), CHARACTERS.chars().count() * (1 + LINE * ROW));
        for code in ReasonCode::ALL {
            for text in [code.english().title, code.german().title] {
                assert!(text.chars().all(|it| CHARACTERS.contains(it)), "{text}");
                assert!(lines(text, 1100).len() <= 2, "{text}");
            }
        }
    }

    #[test]
    fn a_line_stands_in_the_middle_and_another_text_looks_different() {
        let drawn = |text| {
            let mut canvas = Canvas::new(640, LINE, 0);
            canvas.write(text, 0, 255);
            canvas.pixels
        };
        let lit = |pixels: &[u8]| pixels.iter().filter(|pixel| **pixel > 0).count();
        let (one, other) = (drawn("Übertragung"), drawn("Ubertragung"));
        assert!(lit(&one) > lit(&other) && lit(&other) > 500, "dots on top");
        let columns: Vec<usize> = (0..640).filter(|x| (0..LINE).any(|y| one[y * 640 + x] > 0)).collect();
        let (first, last) = (columns[0], columns[columns.len() - 1]);
        assert!((first as i64 - (639 - last) as i64).abs() < 12, "from {first} to {last}");
        assert_eq!(lit(&drawn("")), 0);
    }
}
