//! Picons: small PNG files with the channel's colour and number, drawn here so that no picture is shipped.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::lineup;
use crate::world::World;

const WIDTH: usize = 100;
const HEIGHT: usize = 60;
/// Segments of the digits 0–9: top, upper left, upper right, middle, lower left, lower right, bottom.
const SEGMENTS: [u8; 10] = [0x77, 0x24, 0x5D, 0x6D, 0x2E, 0x6B, 0x7B, 0x25, 0x7F, 0x6F];

/// Where a service's picon is.
pub(crate) fn path(reference: &str) -> String {
    format!("/picon/{}.png", lineup::normal(reference).replace(':', "_"))
}

/// By reference with underscores, or by the channel's plain name.
pub(crate) fn answer(world: &World, file: &str) -> Response {
    let stem = file.strip_suffix(".png").unwrap_or(file);
    let by_reference = stem.replace('_', ":");
    let plain = |name: &str| -> String {
        let name = name.to_lowercase().replace('&', "and").replace('+', "plus").replace('*', "star");
        name.chars().filter(char::is_ascii_alphanumeric).collect()
    };
    let by_name = || world.lineup.services().find(|entry| plain(&entry.name) == stem);
    match world.lineup.service(&by_reference).or_else(by_name) {
        Some(entry) => {
            let png = draw(u32::from(entry.code), crate::world::service_number(&entry.reference));
            ([(header::CONTENT_TYPE, "image/png")], png).into_response()
        }
        None => (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
            "<html><head><title>404 - No Such Resource</title></head><body><h1>No Such Resource</h1><p>File not found.</p></body></html>")
            .into_response(),
    }
}

fn draw(number: u32, salt: u64) -> Vec<u8> {
    let channel = |shift: u32| 0x30 + (salt >> shift & 0x6F) as u8;
    let colour = [channel(0), channel(8), channel(16)];
    let digits: Vec<u8> = number.to_string().bytes().map(|byte| byte - b'0').collect();
    let (digit_w, digit_h, gap) = (18, 34, 8);
    let left = (WIDTH - (digits.len() * (digit_w + gap) - gap)) / 2;
    let mut pixels = vec![colour; WIDTH * HEIGHT];
    for (at, digit) in digits.iter().enumerate() {
        let (x0, y0) = (left + at * (digit_w + gap), (HEIGHT - digit_h) / 2);
        for y in 0..digit_h {
            for x in 0..digit_w {
                if SEGMENTS[*digit as usize] & segment_at(x, y, digit_w, digit_h) != 0 {
                    pixels[(y0 + y) * WIDTH + x0 + x] = [255; 3];
                }
            }
        }
    }
    png(&pixels.concat())
}

/// Which segments cover a pixel of a digit.
fn segment_at(x: usize, y: usize, width: usize, height: usize) -> u8 {
    let thick = 4;
    let (left, right) = (x < thick, x >= width - thick);
    let (top, bottom) = (y < thick, y >= height - thick);
    let middle = y.abs_diff(height / 2) < thick / 2;
    let upper = y < height / 2;
    u8::from(top)
        | u8::from(left && upper) << 1
        | u8::from(right && upper) << 2
        | u8::from(middle) << 3
        | u8::from(left && !upper) << 4
        | u8::from(right && !upper) << 5
        | u8::from(bottom) << 6
}

/// An RGB picture as PNG with stored (uncompressed) blocks.
fn png(rgb: &[u8]) -> Vec<u8> {
    let mut raw = Vec::with_capacity(rgb.len() + HEIGHT);
    for row in rgb.chunks_exact(WIDTH * 3) {
        raw.push(0);
        raw.extend_from_slice(row);
    }
    let mut data = vec![0x78, 0x01];
    let mut blocks = raw.chunks(0xFFFF).peekable();
    while let Some(block) = blocks.next() {
        data.push(u8::from(blocks.peek().is_none()));
        data.extend((block.len() as u16).to_le_bytes());
        data.extend((!(block.len() as u16)).to_le_bytes());
        data.extend_from_slice(block);
    }
    data.extend(adler(&raw).to_be_bytes());
    let mut header = (WIDTH as u32).to_be_bytes().to_vec();
    header.extend((HEIGHT as u32).to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, body) in [(b"IHDR", header), (b"IDAT", data), (b"IEND", Vec::new())] {
        out.extend((body.len() as u32).to_be_bytes());
        let begin = out.len();
        out.extend(kind);
        out.extend(body);
        let crc = crc(&out[begin..]);
        out.extend(crc.to_be_bytes());
    }
    out
}

fn adler(data: &[u8]) -> u32 {
    let (a, b) = data.iter().fold((1u32, 0u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65521;
        (a, (b + a) % 65521)
    });
    b << 16 | a
}

fn crc(data: &[u8]) -> u32 {
    !data.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 },
        )
    })
}
