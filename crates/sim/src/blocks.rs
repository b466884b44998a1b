//! The machine-readable line in every generated picture: channel code and frame number as black and white blocks.
//!
//! # Geometry
//! The picture is a grid of 32 columns and 18 rows; on 16:9 the cells are square. The line fills row 1 (the second
//! from the top): cell `i` spans `x = i·W/32 … (i+1)·W/32` and `y = H/18 … 2·H/18`. A reader samples the middle of
//! each cell (`x = (i + 0.5)·W/32`, `y = 1.5·H/18`), best the mean of a small square there, and takes luma above
//! half as 1. White is 235 and black is 16 in video range. Scaling, and compression that leaves anything to see,
//! do not matter.
//!
//! | cells | meaning |
//! | --- | --- |
//! | 0–3 | `1 0 1 0`, so that a black, white or foreign picture is not taken for a code |
//! | 4–11 | channel code, most significant bit first |
//! | 12–27 | frame number within the clip's loop, from 0, most significant bit first |
//! | 28–31 | check: XOR of the six nibbles of channel code and frame number, most significant bit first |
//!
//! The same constants are given as JSON by `GET /sim/blocks` for readers in a browser.

/// Columns of the grid, and cells of the line.
pub const CELLS: usize = 32;
/// Rows of the grid.
pub const GRID_ROWS: usize = 18;
/// The row that holds the line, counted from 0.
pub const LINE_ROW: usize = 1;
/// Luma of a white cell.
pub const WHITE: u8 = 235;
/// Luma of a black cell.
pub const BLACK: u8 = 16;

/// What a picture says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Which channel's clip.
    pub channel: u8,
    /// Which frame of the loop, in order of display.
    pub frame: u16,
}

fn check(stamp: Stamp) -> u8 {
    let Stamp { channel, frame } = stamp;
    let nibbles =
        [channel >> 4, channel, (frame >> 12) as u8, (frame >> 8) as u8, (frame >> 4) as u8, frame as u8];
    nibbles.iter().fold(0, |sum, nibble| sum ^ (nibble & 0xF))
}

/// The line's cells, left to right; true is white.
pub fn encode(stamp: Stamp) -> [bool; CELLS] {
    let word = 0b1010u32 << 28
        | u32::from(stamp.channel) << 20
        | u32::from(stamp.frame) << 4
        | u32::from(check(stamp));
    std::array::from_fn(|cell| word >> (CELLS - 1 - cell) & 1 == 1)
}

/// Reads a line back; `None` when it is not one.
pub fn decode(cells: &[bool; CELLS]) -> Option<Stamp> {
    let word = cells.iter().fold(0u32, |word, cell| word << 1 | u32::from(*cell));
    let stamp = Stamp { channel: (word >> 20) as u8, frame: (word >> 4) as u16 };
    (word >> 28 == 0b1010 && (word & 0xF) as u8 == check(stamp)).then_some(stamp)
}

/// Reads the line out of a picture's luma plane (`width` × `height` bytes, rows `stride` apart).
pub fn decode_luma(luma: &[u8], width: usize, height: usize, stride: usize) -> Option<Stamp> {
    let y = (2 * LINE_ROW + 1) * height / (2 * GRID_ROWS);
    let mut cells = [false; CELLS];
    for (cell, bit) in cells.iter_mut().enumerate() {
        let x = (2 * cell + 1) * width / (2 * CELLS);
        *bit = *luma.get(y * stride + x)? > 126;
    }
    decode(&cells)
}

/// Geometry for readers in other languages.
pub fn constants() -> serde_json::Value {
    serde_json::json!({
        "cells": CELLS, "grid_columns": CELLS, "grid_rows": GRID_ROWS, "line_row": LINE_ROW,
        "sync": [1, 0, 1, 0], "channel_bits": [4, 8], "frame_bits": [12, 16], "check_bits": [28, 4],
        "threshold": 126,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for channel in [0, 1, 9, 0x5A, 255] {
            for frame in [0u16, 1, 511, 1199, 65535] {
                let stamp = Stamp { channel, frame };
                assert_eq!(decode(&encode(stamp)), Some(stamp));
            }
        }
        assert_eq!(decode(&[false; CELLS]), None);
        assert_eq!(decode(&[true; CELLS]), None);
    }

    #[test]
    fn one_wrong_cell_is_noticed() {
        let cells = encode(Stamp { channel: 7, frame: 300 });
        for wrong in 0..CELLS {
            let mut cells = cells;
            cells[wrong] = !cells[wrong];
            assert_eq!(decode(&cells), None);
        }
    }
}
