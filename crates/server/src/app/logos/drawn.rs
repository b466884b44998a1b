//! What stands for a channel without a logo: its initials in white, on a ground that is the channel's for ever.

use image::imageops::{FilterType, resize};
use image::{ExtendedColorType, GrayImage};
use telecast_core::guide::fold;
use telecast_core::limits;
use telecast_core::logo::{ground, initials};

use crate::adapters::picture;
use crate::app::letters::{Canvas, LINE, has, width};

/// Width and height of the letters together, at most.
const LETTERS: (u32, u32) = (320, 116);
/// Pixels around what is written, so that enlarging has something to go on.
const MARGIN: usize = 4;
/// Grey between which an edge runs: what is enlarged is soft.
const EDGE: (f32, f32) = (96.0, 160.0);

/// The picture, as PNG.
pub(super) fn draw(id: &str, name: &str, radio: bool) -> Option<Vec<u8>> {
    let (wide, high) = limits::LOGO_SIZE;
    let letters = letters(&text(name, radio))?;
    let (left, top) = ((wide - letters.width()) / 2, (high - letters.height()) / 2);
    let ground = ground(id);
    let mut pixels = Vec::with_capacity((wide * high * 3) as usize);
    for y in 0..high {
        for x in 0..wide {
            let at = x.checked_sub(left).zip(y.checked_sub(top));
            let lit = at
                .and_then(|(x, y)| letters.get_pixel_checked(x, y))
                .map_or(0.0, |pixel| ((f32::from(pixel.0[0]) - EDGE.0) / (EDGE.1 - EDGE.0)).clamp(0.0, 1.0));
            pixels.extend(ground.map(|value| (f32::from(value) + (255.0 - f32::from(value)) * lit) as u8));
        }
    }
    picture::png((wide, high), &pixels, ExtendedColorType::Rgb8)
}

/// Initials that can be written; of a name that has none, what it is.
fn text(name: &str, radio: bool) -> String {
    let written = |letter: char| -> Option<char> {
        if has(letter) {
            return Some(letter);
        }
        let plain = fold(&letter.to_string()).chars().next()?.to_uppercase().next()?;
        has(plain).then_some(plain)
    };
    let letters: String = initials(name).chars().filter_map(written).collect();
    match (letters.trim().is_empty(), radio) {
        (false, _) => letters,
        (true, false) => "TV".into(),
        (true, true) => "R".into(),
    }
}

/// The letters alone, white on black, as large as there is room.
fn letters(text: &str) -> Option<GrayImage> {
    let mut canvas = Canvas::new(width(text) + 2 * MARGIN, LINE + 2 * MARGIN, 0);
    canvas.write(text, MARGIN, 255);
    let rows: Vec<usize> = canvas
        .pixels
        .chunks_exact(canvas.width)
        .enumerate()
        .filter(|(_, row)| row.iter().any(|pixel| *pixel > 0))
        .map(|(y, _)| y)
        .collect();
    let (first, last) = (*rows.first()?, *rows.last()?);
    let cut = canvas.pixels[first.saturating_sub(MARGIN) * canvas.width
        ..(last + MARGIN + 1).min(LINE + 2 * MARGIN) * canvas.width]
        .to_vec();
    let small = GrayImage::from_raw(canvas.width as u32, (cut.len() / canvas.width) as u32, cut)?;
    let (wide, high) = LETTERS;
    let scale = (wide as f32 / small.width() as f32).min(high as f32 / small.height() as f32);
    let size = |pixels: u32| ((pixels as f32 * scale) as u32).max(1);
    Some(resize(&small, size(small.width()), size(small.height()), FilterType::CatmullRom))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageFormat, RgbImage};

    fn drawn(id: &str, name: &str) -> RgbImage {
        let png = draw(id, name, false).expect("drawn");
        assert!(png.len() < 16 << 10, "{}", png.len());
        image::load_from_memory_with_format(&png, ImageFormat::Png).expect("a PNG").into_rgb8()
    }

    #[test]
    fn a_channel_has_its_letters_on_its_ground_for_ever() {
        let one = drawn("1-1-1-c00000", "Das Erste HD");
        assert_eq!(one.dimensions(), limits::LOGO_SIZE);
        assert_eq!(one, drawn("1-1-1-c00000", "Das Erste HD"));
        assert_eq!(one.get_pixel(0, 0).0, ground("1-1-1-c00000"));
        let white = |picture: &RgbImage| {
            picture
                .enumerate_pixels()
                .filter(|(.., pixel)| pixel.0 == [255; 3])
                .map(|(x, y, _)| (x, y))
                .collect::<Vec<_>>()
        };
        let lit = white(&one);
        assert!(lit.len() > 2_000, "{}", lit.len());
        let middle = |values: Vec<u32>| {
            u32::midpoint(
                values.iter().min().copied().unwrap_or(0),
                values.iter().max().copied().unwrap_or(0),
            )
        };
        let (x, y) =
            (middle(lit.iter().map(|at| at.0).collect()), middle(lit.iter().map(|at| at.1).collect()));
        assert!(x.abs_diff(200) < 12 && y.abs_diff(120) < 8, "in the middle: {x}, {y}");
        assert_ne!(white(&drawn("1-1-1-c00000", "Das Zweite")), lit);
        assert_ne!(drawn("2-1-1-c00000", "Das Erste HD").get_pixel(0, 0), one.get_pixel(0, 0));
    }

    #[test]
    fn whatever_a_channel_is_called_something_is_drawn() {
        for (name, radio, letters) in [
            ("Ècho Čt", false, "EC"),
            ("Первый канал", false, "TV"),
            ("", true, "R"),
            ("Ö3", false, "Ö3"),
            ("日本 N", false, "N"),
        ] {
            assert_eq!(text(name, radio), letters, "{name}");
            assert!(draw("id", name, radio).is_some(), "{name}");
        }
    }
}
