//! Reading a guide, item by item.

use std::io::BufRead;

use quick_xml::events::{BytesStart, Event};

use super::charset::Charset;
use super::programme::{Element, Outcome, Tag};
use super::skipped::{Reason, Skipped};
use super::sniff::{self, MARK};
use super::time::Clock;
use super::tokens::{Halt, Step, Tokens};
use super::window::Window;
use super::words::Words;
use super::{ELEMENT_MOST, Fault, Head, Item, Options};

/// Bytes that are taken at once. Larger ones leave the processor's cache; smaller ones are asked for more often.
const WINDOW: usize = 128 << 10;

/// Reads a guide as it comes. Items that were given stay true whatever comes after them.
pub struct Reader<R> {
    window: Window<R>,
    place: Place,
    /// The input is passed over until behind this.
    discard: Option<&'static [u8]>,
    /// It begins with a byte order mark, which says better than a declaration that it is UTF-8.
    marked: bool,
    words: Words,
    clock: Clock,
    skipped: Skipped,
}

/// Where in the guide we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// At the first byte.
    Beginning,
    /// Before `<tv`.
    Prolog,
    /// Within `tv`.
    Items,
    /// Within an element of `tv` that is passed over, so deep.
    Passing(u64),
    /// Behind the end, or a fault.
    End,
}

impl<R: BufRead> Reader<R> {
    /// Reads `input` from its beginning.
    pub fn new(input: R, options: Options) -> Self {
        Self::with_window(input, options, WINDOW, ELEMENT_MOST)
    }

    pub(super) fn with_window(input: R, options: Options, first: usize, most: usize) -> Self {
        Self {
            window: Window::new(input, first, most),
            place: Place::Beginning,
            discard: None,
            marked: false,
            words: Words::default(),
            clock: Clock::new(options.zone),
            skipped: Skipped::default(),
        }
    }

    /// What was left out so far.
    pub fn skipped(&self) -> &Skipped {
        &self.skipped
    }

    /// The next item; none: the guide has come to its end. Behind a fault there is nothing more.
    #[expect(
        clippy::should_implement_trait,
        reason = "the end and a fault are different things to whoever reads"
    )]
    pub fn next(&mut self) -> Result<Option<Item>, Fault> {
        let item = self.advance();
        if !matches!(item, Ok(Some(_))) {
            self.place = Place::End;
        }
        item
    }

    fn advance(&mut self) -> Result<Option<Item>, Fault> {
        loop {
            let step = match (self.discard, self.place) {
                (_, Place::End) => return Ok(None),
                (Some(end), _) => self.discard_until(end),
                (_, Place::Beginning) => {
                    self.window.more()?;
                    sniff::look(self.window.rest(), self.window.whole())?;
                    self.marked = self.window.rest().starts_with(MARK);
                    self.window.advance(if self.marked { MARK.len() } else { 0 });
                    self.place = Place::Prolog;
                    Ok(None)
                }
                (_, Place::Prolog) => self.prolog()?,
                (_, Place::Items) => self.items(),
                (_, Place::Passing(depth)) => self.pass(depth),
            };
            match step {
                Ok(Some(item)) => return Ok(Some(item)),
                Ok(None) => {}
                Err(Halt::More) => {
                    if !self.window.more()? {
                        self.oversize()?;
                    }
                }
                Err(Halt::TooMuch) => self.pass_over(),
                Err(Halt::Short) => {
                    let at = self.window.at() + self.window.rest().len() as u64;
                    return Err(Fault::CutShort { at });
                }
                Err(Halt::Wrong { at, what }) => {
                    return Err(Fault::NotWellFormed { at: self.window.at() + at as u64, what });
                }
            }
        }
    }

    /// One token before `<tv`, or that one.
    fn prolog(&mut self) -> Result<Step<Option<Item>>, Fault> {
        let mut tokens = Tokens::new(self.window.rest(), self.window.whole());
        let mut item = None;
        let (event, done) = match tokens.next() {
            Ok(event) => (event, tokens.position()),
            Err(halt) => return Ok(Err(halt)),
        };
        match &event {
            Event::Decl(declaration) => {
                let charset = Charset::of(declaration, tokens.decoder()).map_err(Fault::Encoding)?;
                self.words.charset = if self.marked { Charset::Utf8 } else { charset };
            }
            Event::DocType(name) => sniff::document_type(name)?,
            Event::Text(text) => sniff::text(text)?,
            Event::Start(start) | Event::Empty(start) => {
                sniff::root(start.name().as_ref())?;
                match head(&tokens, &mut self.words, start) {
                    Ok(head) => item = Some(Item::Head(head)),
                    Err(halt) => return Ok(Err(halt)),
                }
                let empty = matches!(event, Event::Empty(_));
                self.place = if empty { Place::End } else { Place::Items };
            }
            Event::CData(_) | Event::GeneralRef(_) | Event::End(_) => {
                return Ok(Err(tokens.wrong("something stands before the root element")));
            }
            _ => {}
        }
        self.window.advance(done);
        Ok(Ok(item))
    }

    /// The next item within `tv`.
    fn items(&mut self) -> Step<Option<Item>> {
        let mut tokens = Tokens::new(self.window.rest(), self.window.whole());
        // Up to here everything is done with.
        let mut done = 0;
        let step = loop {
            let event = match tokens.next() {
                Ok(event) => event,
                Err(halt) => break Err(halt),
            };
            let empty = matches!(event, Event::Empty(_));
            match &event {
                Event::Start(start) | Event::Empty(start) => {
                    let mut element = Element::new(&mut tokens, &mut self.words);
                    let tag = Tag { start, empty };
                    let outcome = match start.name().as_ref() {
                        b"programme" => map(element.programme(tag, &self.clock), Item::Airing),
                        b"channel" => map(element.channel(tag), Item::Channel),
                        _ if empty => {
                            done = tokens.position();
                            continue;
                        }
                        _ => {
                            self.place = Place::Passing(0);
                            break Ok(None);
                        }
                    };
                    self.skipped.shortened +=
                        u64::from(element.shortened && matches!(outcome, Ok(Outcome::Made(_))));
                    match outcome {
                        Err(halt) => break Err(halt),
                        Ok(Outcome::Made(item)) => {
                            done = tokens.position();
                            break Ok(Some(item));
                        }
                        Ok(Outcome::Faulty(reason, what)) => {
                            self.skipped.note(self.window.at() + done as u64, reason, &what);
                        }
                    }
                }
                Event::End(end) if end.name().as_ref() == b"tv" => {
                    self.place = Place::End;
                    break Ok(None);
                }
                Event::End(end) => {
                    let name =
                        String::from_utf8_lossy(end.name().as_ref()).chars().take(40).collect::<String>();
                    break Err(Halt::Wrong {
                        at: done,
                        what: format!("`</{name}>` ends what has not begun").into(),
                    });
                }
                _ => {}
            }
            done = tokens.position();
        };
        self.settle(done, step)
    }

    /// Passes over as much as there is of an element of `tv`.
    fn pass(&mut self, mut depth: u64) -> Step<Option<Item>> {
        let mut tokens = Tokens::new(self.window.rest(), self.window.whole());
        let mut done = 0;
        let step = loop {
            match tokens.next() {
                Ok(Event::Start(_)) => depth += 1,
                Ok(Event::End(_)) => depth = depth.saturating_sub(1),
                Ok(_) => {}
                Err(halt) => break Err(halt),
            }
            done = tokens.position();
            if depth == 0 {
                break Ok(None);
            }
        };
        self.place = if step.is_ok() { Place::Items } else { Place::Passing(depth) };
        self.settle(done, step)
    }

    /// Is done with `done` bytes of the window; places in `step` are behind them then.
    fn settle(&mut self, done: usize, mut step: Step<Option<Item>>) -> Step<Option<Item>> {
        self.window.advance(done);
        if let Err(Halt::Wrong { at, .. }) = &mut step {
            *at = at.saturating_sub(done);
        }
        step
    }

    fn discard_until(&mut self, end: &'static [u8]) -> Step<Option<Item>> {
        let rest = self.window.rest();
        if let Some(at) = rest.windows(end.len()).position(|bytes| bytes == end) {
            self.window.advance(at + end.len());
            self.discard = None;
            return Ok(None);
        }
        if self.window.whole() {
            return Err(Halt::Short);
        }
        self.window.advance(rest.len().saturating_sub(end.len() - 1));
        Err(Halt::More)
    }

    /// What stands at the window's beginning has no room in it.
    #[cold]
    fn oversize(&mut self) -> Result<(), Fault> {
        let rest = self.window.rest();
        let ends: [(&[u8], &'static [u8]); 3] = [(b"<!--", b"-->"), (b"<![CDATA[", b"]]>"), (b"<?", b"?>")];
        if let Some((begin, end)) = ends.into_iter().find(|(begin, _)| rest.starts_with(begin)) {
            self.discard = Some(end);
            self.window.advance(begin.len());
        } else if self.place == Place::Items {
            self.pass_over();
        } else {
            return Err(Fault::TooLarge { at: self.window.at() });
        }
        Ok(())
    }

    /// The element at the window's beginning is not read.
    fn pass_over(&mut self) {
        self.skipped.note(self.window.at(), Reason::TooLarge, "");
        self.place = Place::Passing(0);
    }
}

fn head(tokens: &Tokens<'_>, words: &mut Words, start: &BytesStart<'_>) -> Step<Head> {
    let mut head = Head::default();
    tokens.attributes(start, |key, value| {
        let field = match key {
            b"date" => &mut head.date,
            b"source-info-url" => &mut head.source_info_url,
            b"source-info-name" => &mut head.source_info_name,
            b"source-data-url" => &mut head.source_data_url,
            b"generator-info-name" => &mut head.generator_info_name,
            b"generator-info-url" => &mut head.generator_info_url,
            _ => return,
        };
        *field = Some(words.value(value));
    })?;
    Ok(head)
}

fn map<T>(outcome: Step<Outcome<T>>, item: impl FnOnce(T) -> Item) -> Step<Outcome<Item>> {
    Ok(match outcome? {
        Outcome::Made(made) => Outcome::Made(item(made)),
        Outcome::Faulty(reason, what) => Outcome::Faulty(reason, what),
    })
}

#[cfg(test)]
impl<R: BufRead> Reader<R> {
    /// Bytes of room that the window has.
    pub(super) fn room(&self) -> usize {
        self.window.room()
    }
}
