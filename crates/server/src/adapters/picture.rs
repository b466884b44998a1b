//! Small pictures out of what others call one: PNG, JPEG, WebP and GIF (its first picture) go in, a PNG of bounded size comes out.
//!
//! Bytes, pixels and memory are bounded before anything is unpacked; what is no picture, or only half of one, is refused. Drawings (SVG) may hold scripts and
//! are none. Metadata stays behind. It takes milliseconds of a processor: call it where nobody waits.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType as PngFilter, PngEncoder};
use image::imageops::FilterType;
use image::{
    DynamicImage, ExtendedColorType, ImageEncoder, ImageError, ImageFormat, ImageReader, Limits, RgbaImage,
};
use telecast_core::limits;

/// Memory that unpacking may take: four bytes a pixel, and as much again for what a decoder needs.
const MEMORY: u64 = limits::LOGO_PIXELS * 8;
/// A JPEG ends with this marker (ITU-T T.81, B.1.1.3); some writers put a little behind it.
const JPEG_END: [u8; 2] = [0xFF, 0xD9];
const JPEG_BEHIND: usize = 4 << 10;

/// Pixels of a poster as it comes: 64 MB once it is unpacked.
const POSTER_PIXELS: u64 = 16 << 20;
/// Width and height that a poster is given out with, at most: a column of a grid, twice as dense.
pub const POSTER_SIZE: (u32, u32) = (480, 540);
/// JPEG's quality: some 30 KB.
const POSTER_QUALITY: u8 = 80;

/// Why there is no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Something else.
    #[error("it is no PNG, JPEG, WebP or GIF")]
    Other,
    /// More than would be unpacked.
    #[error("it is too large")]
    TooLarge,
    /// It ends too early, or contradicts itself.
    #[error("it is damaged")]
    Damaged,
    /// Nothing can be seen in it.
    #[error("it is empty")]
    Empty,
}

/// What it is by its first bytes, if it is a picture that we would unpack.
pub fn format(bytes: &[u8]) -> Option<ImageFormat> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some(ImageFormat::Png),
        [0xFF, 0xD8, 0xFF, ..] => Some(ImageFormat::Jpeg),
        [b'G', b'I', b'F', b'8', ..] => Some(ImageFormat::Gif),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(ImageFormat::WebP),
        _ => None,
    }
}

/// The picture as PNG, not larger than [`limits::LOGO_SIZE`].
///
/// # Errors
/// There is none that we would show.
pub fn small(bytes: &[u8]) -> Result<Vec<u8>, Unfit> {
    let format = format(bytes).ok_or(Unfit::Other)?;
    if bytes.len() > limits::LOGO_BYTES {
        return Err(Unfit::TooLarge);
    }
    // The decoder fills up what is missing with grey.
    let tail = &bytes[bytes.len().saturating_sub(JPEG_BEHIND)..];
    if format == ImageFormat::Jpeg && !tail.windows(2).any(|pair| pair == JPEG_END) {
        return Err(Unfit::Damaged);
    }
    let reader = || ImageReader::with_format(Cursor::new(bytes), format);
    let (width, height) = reader().into_dimensions().map_err(unfit)?;
    if u64::from(width) * u64::from(height) > limits::LOGO_PIXELS {
        return Err(Unfit::TooLarge);
    }
    let mut reader = reader();
    let mut bounds = Limits::default();
    bounds.max_alloc = Some(MEMORY);
    reader.limits(bounds);
    let picture = reader.decode().map_err(unfit)?;
    let (most_wide, most_high) = limits::LOGO_SIZE;
    let picture =
        if width > most_wide || height > most_high { shrunk(picture) } else { picture.into_rgba8() };
    if picture.width() == 0 || picture.pixels().all(|pixel| pixel.0[3] == 0) {
        return Err(Unfit::Empty);
    }
    png(picture.dimensions(), picture.as_raw(), ExtendedColorType::Rgba8).ok_or(Unfit::Damaged)
}

/// A poster, a cover or a frame as JPEG, not larger than [`POSTER_SIZE`]; on black where it is clear.
///
/// # Errors
/// There is none that we would show.
pub fn poster(bytes: &[u8]) -> Result<Vec<u8>, Unfit> {
    let format = format(bytes).ok_or(Unfit::Other)?;
    let reader = || ImageReader::with_format(Cursor::new(bytes), format);
    let (width, height) = reader().into_dimensions().map_err(unfit)?;
    if u64::from(width) * u64::from(height) > POSTER_PIXELS {
        return Err(Unfit::TooLarge);
    }
    let mut reader = reader();
    let mut bounds = Limits::default();
    bounds.max_alloc = Some(POSTER_PIXELS * 8);
    reader.limits(bounds);
    let picture = reader.decode().map_err(unfit)?;
    let (most_wide, most_high) = POSTER_SIZE;
    let fits = width <= most_wide && height <= most_high;
    let picture = if fits { picture } else { picture.resize(most_wide, most_high, FilterType::Triangle) };
    if picture.width() == 0 || picture.height() == 0 {
        return Err(Unfit::Empty);
    }
    let mut out = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut out, POSTER_QUALITY);
    picture.to_rgb8().write_with_encoder(encoder).map_err(unfit)?;
    Ok(out)
}

fn unfit(error: ImageError) -> Unfit {
    if matches!(error, ImageError::Limits(_)) { Unfit::TooLarge } else { Unfit::Damaged }
}

/// Colours are weighed by how much is seen of them: what is clear has any, and must not tinge the edges.
fn shrunk(picture: DynamicImage) -> RgbaImage {
    let (most_wide, most_high) = limits::LOGO_SIZE;
    let mut weighed = picture.into_rgba8();
    for pixel in weighed.pixels_mut() {
        let alpha = u16::from(pixel.0[3]);
        for value in &mut pixel.0[..3] {
            *value = (u16::from(*value) * alpha / 255) as u8;
        }
    }
    let weighed = DynamicImage::ImageRgba8(weighed).resize(most_wide, most_high, FilterType::Triangle);
    let mut small = weighed.into_rgba8();
    for pixel in small.pixels_mut() {
        let alpha = u16::from(pixel.0[3]).max(1);
        for value in &mut pixel.0[..3] {
            *value = (u16::from(*value) * 255 / alpha).min(255) as u8;
        }
    }
    small
}

/// Pixels as PNG; none if they are not as many as `size` says.
pub fn png((width, height): (u32, u32), pixels: &[u8], colour: ExtendedColorType) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let bytes = u64::from(width) * u64::from(height) * u64::from(colour.bits_per_pixel()) / 8;
    if bytes != pixels.len() as u64 {
        return None;
    }
    let encoder = PngEncoder::new_with_quality(&mut out, CompressionType::Default, PngFilter::Adaptive);
    encoder.write_image(pixels, width, height, colour).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GenericImageView, Rgba};

    /// A picture of that size, clear on its left.
    fn picture(width: u32, height: u32) -> DynamicImage {
        DynamicImage::ImageRgba8(RgbaImage::from_fn(width, height, |x, y| {
            if x < width / 2 { Rgba([255, 255, 255, 0]) } else { Rgba([(y % 256) as u8, 20, 200, 255]) }
        }))
    }

    fn coded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        let plain = DynamicImage::ImageRgb8(picture.to_rgb8());
        let picture = if format == ImageFormat::Jpeg { &plain } else { picture };
        picture.write_to(&mut out, format).expect("coded");
        out.into_inner()
    }

    fn size(bytes: &[u8]) -> (u32, u32) {
        image::load_from_memory_with_format(bytes, ImageFormat::Png).expect("a PNG").dimensions()
    }

    #[test]
    fn all_kinds_come_out_as_small_png() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
            for ((width, height), wanted) in [
                ((100, 60), (100, 60)),
                ((800, 480), (400, 240)),
                ((480, 1000), (115, 240)),
                ((2000, 10), (400, 2)),
            ] {
                let small = small(&coded(&picture(width, height), format));
                assert_eq!(small.as_deref().map(size), Ok(wanted), "{format:?} {width}x{height}");
            }
        }
    }

    #[test]
    fn what_is_clear_does_not_tinge_the_edges() {
        let small = small(&coded(&picture(800, 480), ImageFormat::Png)).expect("a picture");
        let small = image::load_from_memory(&small).expect("a PNG").into_rgba8();
        assert_eq!(small.get_pixel(10, 100).0[3], 0);
        // White that cannot be seen stands beside it.
        let edge = (0..400).map(|x| small.get_pixel(x, 100)).find(|pixel| pixel.0[3] > 0).expect("an edge");
        assert!(edge.0[1] < 40, "{edge:?}");
    }

    #[test]
    fn what_is_no_whole_picture_is_refused() {
        let (png, jpeg) =
            (coded(&picture(300, 200), ImageFormat::Png), coded(&picture(300, 200), ImageFormat::Jpeg));
        for (bytes, unfit) in [
            (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>".to_vec(), Unfit::Other),
            (b"\x47\x40\x00\x10 a film".to_vec(), Unfit::Other),
            (Vec::new(), Unfit::Other),
            (jpeg[..jpeg.len() / 2].to_vec(), Unfit::Damaged),
            (jpeg[..20].to_vec(), Unfit::Damaged),
            (png[..png.len() / 2].to_vec(), Unfit::Damaged),
            (png[..20].to_vec(), Unfit::Damaged),
            (b"GIF89a".to_vec(), Unfit::Damaged),
            (b"RIFF\x04\0\0\0WEBPVP8 ".to_vec(), Unfit::Damaged),
            (vec![0xFF, 0xD8, 0xFF, 0xD9], Unfit::Damaged),
            (coded(&DynamicImage::new_rgba8(40, 40), ImageFormat::Png), Unfit::Empty),
            ([png, vec![0; limits::LOGO_BYTES]].concat(), Unfit::TooLarge),
        ] {
            assert_eq!(small(&bytes).expect_err("refused"), unfit, "{:?}…", &bytes[..bytes.len().min(12)]);
        }
    }

    #[test]
    fn a_picture_that_unpacks_to_gigabytes_is_not_unpacked() {
        // The head of a PNG of 50,000 by 50,000 pixels, and of others with no end (W3C PNG, 11.2.2).
        for (width, height) in
            [(50_000_u32, 50_000_u32), (u32::MAX >> 1, 1), (1, u32::MAX >> 1), (5_000, 1_000)]
        {
            let mut bomb = coded(&picture(4, 4), ImageFormat::Png);
            bomb[16..20].copy_from_slice(&width.to_be_bytes());
            bomb[20..24].copy_from_slice(&height.to_be_bytes());
            let mut crc = flate2::Crc::new();
            crc.update(&bomb[12..29]);
            bomb[29..33].copy_from_slice(&crc.sum().to_be_bytes());
            assert_eq!(small(&bomb).expect_err("refused"), Unfit::TooLarge, "{width}x{height}");
        }
    }
}
