//! The piece of the input that is being looked at. It grows only as far as it must and never beyond its bound, and knows where in the input it is.

use std::io::{Error, ErrorKind, Read, Result};

/// See the module.
pub(super) struct Window<R> {
    input: R,
    /// All of it is room; what is filled is `start..end`.
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    /// Where in the input `bytes` begins.
    before: u64,
    /// The input has no more.
    whole: bool,
    /// Why there was no more, told when all that came before has been looked at.
    failure: Option<Error>,
    first: usize,
    most: usize,
}

impl<R: Read> Window<R> {
    /// Takes `first` bytes at once if that does, and at most `most`.
    pub(super) fn new(input: R, first: usize, most: usize) -> Self {
        Self {
            input,
            bytes: Vec::new(),
            start: 0,
            end: 0,
            before: 0,
            whole: false,
            failure: None,
            first,
            most,
        }
    }

    /// What is there and not done with.
    pub(super) fn rest(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// Nothing comes after [`Window::rest`].
    pub(super) fn whole(&self) -> bool {
        self.whole
    }

    /// Where in the input [`Window::rest`] begins.
    pub(super) fn at(&self) -> u64 {
        self.before + self.start as u64
    }

    /// The next `count` bytes are done with.
    pub(super) fn advance(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
    }

    /// Takes more behind [`Window::rest`], as much as there is room for; false: there is none.
    pub(super) fn more(&mut self) -> Result<bool> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.before += self.start as u64;
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.bytes.len() {
            if self.end >= self.most {
                return Ok(false);
            }
            self.bytes.resize((self.end * 2).clamp(self.first.min(self.most), self.most), 0);
        }
        while self.end < self.bytes.len() && !self.whole {
            match self.input.read(&mut self.bytes[self.end..]) {
                Ok(0) => self.whole = true,
                Ok(count) => self.end += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failure = Some(error);
                    break;
                }
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
impl<R> Window<R> {
    pub(super) fn room(&self) -> usize {
        self.bytes.capacity()
    }
}
