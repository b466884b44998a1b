//! The log of a period as a file: a line for each thing that was on, the oldest first, read from the store page by page while it is sent.
//!
//! CSV is RFC 4180 with a heading, JSON one list. What could be taken for a formula by a spreadsheet is none. After an error nothing comes any more: it is not the whole log.

use std::io;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::unfold;
use telecast_store::{Aired, Store};

use super::Stations;
use super::view::AiredView;

/// Lines that are read at once.
const PAGE: u32 = 500;
/// The heading of a table.
const HEAD: &str = "start,length_ms,kind,item_id,title,note\r\n";

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A table.
    Csv,
    /// A list.
    Json,
}

struct Writing {
    store: Store,
    id: String,
    form: Form,
    /// What begins from then on is still to come; none: nothing is.
    from_ms: Option<i64>,
    until_ms: i64,
    begun: bool,
}

impl Stations {
    /// What was on a channel and began from `window_ms.0` on and before `window_ms.1`.
    pub fn export_log(
        &self,
        id: String,
        window_ms: (i64, i64),
        form: Form,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
        let (from_ms, until_ms) = (Some(window_ms.0), window_ms.1);
        let writing = Writing { store: self.store.clone(), id, form, from_ms, until_ms, begun: false };
        unfold(writing, |mut writing| async move {
            let piece = writing.next().await.transpose()?;
            if piece.is_err() {
                writing.from_ms = None;
            }
            Some((piece, writing))
        })
    }
}

impl Writing {
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        let Some(from_ms) = self.from_ms else { return Ok(None) };
        let page = self.store.aired_within(&self.id, (from_ms, self.until_ms), PAGE).await;
        let page = page.map_err(io::Error::other)?;
        let mut out = match (self.begun, self.form) {
            (false, Form::Csv) => HEAD.to_owned(),
            (false, Form::Json) => "[".to_owned(),
            (true, _) => String::new(),
        };
        for (number, aired) in page.iter().enumerate() {
            match self.form {
                Form::Csv => out.push_str(&row(aired)),
                Form::Json => {
                    out.push_str(if self.begun || number > 0 { ",\n" } else { "\n" });
                    out.push_str(&serde_json::to_string(&AiredView::of(aired))?);
                }
            }
        }
        self.begun = true;
        self.from_ms = page.last().filter(|_| page.len() == PAGE as usize).map(|last| last.start_ms + 1);
        if self.from_ms.is_none() && self.form == Form::Json {
            out.push_str("\n]\n");
        }
        Ok(Some(out.into()))
    }
}

fn row(aired: &Aired) -> String {
    let AiredView { start, length_ms, title, item_id, kind, note } = AiredView::of(aired);
    let item = item_id.map(|id| id.to_string()).unwrap_or_default();
    let cells = [start, length_ms.to_string(), kind, item, title, note];
    format!("{}\r\n", cells.map(|text| cell(&text)).join(","))
}

fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let safe = if formula { format!("'{text}") } else { text.to_owned() };
    if safe.contains([',', '"', '\r', '\n']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_read_as_it_was_and_is_no_formula() {
        for (text, expected) in [
            ("Heat", "Heat"),
            ("Friends: The One, in which", "\"Friends: The One, in which\""),
            ("\"Quoted\"", "\"\"\"Quoted\"\"\""),
            ("=1+1", "'=1+1"),
            ("-1,\"x", "\"'-1,\"\"x\""),
            ("two\nlines", "\"two\nlines\""),
            ("", ""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
