//! What lies beside a file in Kodi's form: `movie`, `tvshow`, `episodedetails`, `musicvideo` (<https://kodi.wiki/view/NFO_files>).
//!
//! A file may hold several `episodedetails`, one behind another, for a file of several episodes; and an address behind its XML, or nothing
//! but an address, which says nothing here.
//!
//! - Input is bounded in bytes, depth, elements and text. No DTD is looked at, no entity expanded but the five of XML, numbers and
//!   HTML's names of characters; nothing is fetched.
//! - What is damaged gives what was understood before, if a whole element was; else a [`Fault`].

use super::Kind;
use crate::guide::{self, Programme, Rating};
use quick_xml::events::Event;

/// Bytes of a file that are read; actors and streams make the largest that were seen 200 KiB.
pub const FILE_MOST: usize = 2 << 20;
/// Elements within each other.
const DEPTH_MOST: usize = 16;
/// Elements of a file.
const ELEMENTS_MOST: usize = 20_000;
/// Bytes of one text.
const TEXT_MOST: usize = 16 << 10;
/// Genres and tags of an item.
const LABELS_MOST: usize = 50;
/// Episodes of one file.
const EPISODES_MOST: usize = 50;

/// What is told of an item, or of a show. What is not said is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// What it is; none: it is told of a whole show.
    pub kind: Option<Kind>,
    /// Title.
    pub title: Option<String>,
    /// The show's title, in an episode.
    pub show: Option<String>,
    /// Season; 0 for specials.
    pub season: Option<u32>,
    /// Episode in its season, and the last of the file.
    pub episode: Option<(u32, u32)>,
    /// Day of the first broadcast or of the release: `2024-05-01`.
    pub released: Option<String>,
    /// Year.
    pub year: Option<i32>,
    /// What it is about.
    pub summary: Option<String>,
    /// Genres.
    pub genres: Vec<String>,
    /// Labels.
    pub tags: Vec<String>,
    /// For whom it is, from this age on (years).
    pub age: Option<u8>,
}

/// Why nothing was understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is too large to be one.
    #[error("It is larger than {} MiB.", FILE_MOST >> 20)]
    TooLarge,
    /// It is no XML, or breaks off within its first element.
    #[error("It is damaged at byte {at}: {what}.")]
    Damaged {
        /// Where.
        at: u64,
        /// What is wrong there.
        what: String,
    },
    /// It holds nothing of an item: an address, or something else.
    #[error("It tells of no film, show or episode.")]
    Nothing,
}

/// What a file tells. Of several episodes one is made: it has the first one's words, titles joined, and the range of them.
///
/// # Errors
/// It is too large, damaged, or tells of nothing.
pub fn read(bytes: &[u8]) -> Result<Told, Fault> {
    if bytes.len() > FILE_MOST {
        return Err(Fault::TooLarge);
    }
    let text = decoded(bytes);
    let mut found = Vec::new();
    let ended = Reading::new(&text, &mut found).all();
    let mut found = found.into_iter();
    let Some(first) = found.next() else { return Err(ended.err().unwrap_or(Fault::Nothing)) };
    Ok(found.filter(|other| other.kind == first.kind).fold(first.clone(), join))
}

/// UTF-8, UTF-16 with a mark, else windows-1252.
fn decoded(bytes: &[u8]) -> String {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ => guide::decode(bytes).into_owned(),
    }
}

/// One item of several episodes that a file holds.
fn join(mut first: Told, next: Told) -> Told {
    if let (Some((from, to)), Some((other, last))) = (first.episode, next.episode)
        && first.season == next.season
    {
        first.episode = Some((from.min(other), to.max(last)));
    }
    if let (Some(title), Some(next)) = (&mut first.title, next.title)
        && *title != next
        && title.len() + next.len() < TEXT_MOST
    {
        title.push_str(" / ");
        title.push_str(&next);
    }
    first
}

struct Reading<'a, 'o> {
    xml: quick_xml::Reader<&'a [u8]>,
    out: &'o mut Vec<Told>,
    /// Names of open elements.
    open: Vec<String>,
    told: Option<Told>,
    ratings: Vec<Rating>,
    text: String,
    elements: usize,
}

impl<'a, 'o> Reading<'a, 'o> {
    fn new(text: &'a str, out: &'o mut Vec<Told>) -> Self {
        let mut xml = quick_xml::Reader::from_reader(text.as_bytes());
        let config = xml.config_mut();
        config.allow_dangling_amp = true;
        config.check_end_names = true;
        Self { xml, out, open: Vec::new(), told: None, ratings: Vec::new(), text: String::new(), elements: 0 }
    }

    fn fault(&self, what: impl ToString) -> Fault {
        Fault::Damaged { at: self.xml.buffer_position(), what: what.to_string() }
    }

    fn all(mut self) -> Result<(), Fault> {
        loop {
            match self.xml.read_event() {
                Ok(Event::Eof) if self.open.is_empty() => return Ok(()),
                Ok(Event::Eof) => return Err(self.fault("it breaks off")),
                Ok(Event::Start(start)) => {
                    let name = String::from_utf8_lossy(start.local_name().as_ref()).to_lowercase();
                    self.elements += 1;
                    if self.open.len() >= DEPTH_MOST
                        || self.elements > ELEMENTS_MOST
                        || self.out.len() >= EPISODES_MOST
                    {
                        return Err(self.fault("it has more elements than one of an item has"));
                    }
                    self.begin(name);
                }
                Ok(Event::End(_)) => self.end(),
                Ok(Event::Text(text)) => self.add(&String::from_utf8_lossy(&text)),
                Ok(Event::CData(text)) => self.add(&String::from_utf8_lossy(&text).replace('&', "&amp;")),
                Ok(Event::GeneralRef(name)) => {
                    let name = String::from_utf8_lossy(&name).into_owned();
                    self.add(&format!("&{name};"));
                }
                Ok(_) => {}
                Err(error) => return Err(self.fault(error)),
            }
        }
    }

    fn begin(&mut self, name: String) {
        if self.open.is_empty() {
            let kind = match name.as_str() {
                "movie" => Some(Some(Kind::Film)),
                "episodedetails" => Some(Some(Kind::Episode)),
                "musicvideo" => Some(Some(Kind::Clip)),
                "tvshow" => Some(None),
                _ => None,
            };
            self.told = kind.map(|kind| Told { kind, ..Told::default() });
            self.ratings.clear();
        }
        self.open.push(name);
        self.text.clear();
    }

    fn add(&mut self, text: &str) {
        if self.open.len() == 2 && self.text.len() < TEXT_MOST {
            self.text.push_str(&text[..text.floor_char_boundary(TEXT_MOST - self.text.len())]);
        }
    }

    fn end(&mut self) {
        let name = self.open.pop().unwrap_or_default();
        match self.open.len() {
            0 => {
                if let Some(mut told) = self.told.take() {
                    let rated =
                        Programme { ratings: std::mem::take(&mut self.ratings), ..Programme::default() };
                    told.age = guide::rating::find(&rated);
                    self.out.push(told);
                }
            }
            1 => {
                let text = guide::clean(&std::mem::take(&mut self.text));
                if !text.is_empty() {
                    self.field(&name, text);
                }
            }
            _ => {}
        }
    }

    /// An element of an item: `text` is clean and not empty.
    fn field(&mut self, name: &str, text: String) {
        let Some(told) = &mut self.told else { return };
        let number = || text.parse::<u32>().ok();
        match name {
            "title" => told.title = Some(one_line(&text)),
            "showtitle" => told.show = Some(one_line(&text)),
            "season" => told.season = number().filter(|season| *season < 10_000),
            "episode" if told.kind == Some(Kind::Episode) => {
                told.episode = number().map(|number| (number, number));
            }
            "plot" => told.summary = Some(text),
            "outline" if told.summary.is_none() => told.summary = Some(text),
            "year" => told.year = text.parse().ok().filter(|year| (1800..3000).contains(year)),
            "aired" | "premiered" | "releasedate" => {
                let day = day(&text);
                if told.year.is_none() && told.kind != Some(Kind::Episode) {
                    told.year = day.as_deref().and_then(|day| day[..4].parse().ok());
                }
                told.released = day.or(told.released.take());
            }
            "genre" => labels(&mut told.genres, &text),
            "tag" => labels(&mut told.tags, &text),
            "mpaa" | "certification" => ratings(&mut self.ratings, &text),
            _ => {}
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `2024-05-01` out of what stands there.
fn day(text: &str) -> Option<String> {
    let day = text.get(..10)?;
    let date: jiff::civil::Date = day.parse().ok()?;
    Some(date.to_string())
}

fn labels(list: &mut Vec<String>, text: &str) {
    // Some write all genres into one element.
    for label in text.split(" / ").map(one_line).filter(|label| !label.is_empty()) {
        if list.len() < LABELS_MOST && !list.contains(&label) {
            list.push(label);
        }
    }
}

/// `DE:FSK 12 / US:PG-13`, `Rated PG-13 for violence`, `Germany:12`.
fn ratings(list: &mut Vec<Rating>, text: &str) {
    for one in text.split(['/', '|']).take(8) {
        let value = one.split_once(" for ").map_or(one, |(before, _)| before).trim();
        let (country, value) = value.split_once(':').unwrap_or(("", value));
        let system = match country.trim().to_lowercase().as_str() {
            "de" | "germany" | "deutschland" => Some("FSK"),
            "us" | "usa" | "united states" => Some("MPAA"),
            _ => None,
        };
        list.push(Rating { system: system.map(Into::into), value: value.trim().into(), icons: Vec::new() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_film_is_told() {
        let told = read(
            "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<movie><title>Das &amp; Boot</title>\
             <year>1981</year><plot>Ein U-Boot.\nIm Krieg.</plot><outline>kurz</outline><genre>Drama / Krieg</genre>\
             <genre>Drama</genre><tag>Klassiker</tag><mpaa>DE:FSK 12</mpaa><premiered>1981-09-17</premiered>\
             <actor><name>X</name><title>nein</title></actor><fileinfo><streamdetails/></fileinfo></movie>\nhttps://example.org/1"
                .as_bytes(),
        );
        let expected = Told {
            kind: Some(Kind::Film),
            title: Some("Das & Boot".into()),
            released: Some("1981-09-17".into()),
            year: Some(1981),
            summary: Some("Ein U-Boot.\nIm Krieg.".into()),
            genres: vec!["Drama".into(), "Krieg".into()],
            tags: vec!["Klassiker".into()],
            age: Some(12),
            ..Told::default()
        };
        assert_eq!(told, Ok(expected));
    }

    #[test]
    fn several_episodes_of_one_file_are_one_item() {
        let told = read(
            b"<episodedetails><title>A</title><season>2</season><episode>5</episode><showtitle>S</showtitle></episodedetails>\
              <episodedetails><title>B</title><season>2</season><episode>6</episode><aired>2020-02-30</aired></episodedetails>",
        );
        let expected = Told {
            kind: Some(Kind::Episode),
            title: Some("A / B".into()),
            show: Some("S".into()),
            season: Some(2),
            episode: Some((5, 6)),
            ..Told::default()
        };
        assert_eq!(told, Ok(expected));
    }

    #[test]
    fn ages_are_understood_in_the_forms_that_scrapers_write() {
        for (written, age) in [
            ("FSK 16", Some(16)),
            ("DE:FSK 12", Some(12)),
            ("Germany:6", Some(6)),
            ("US:PG-13", Some(13)),
            ("Rated R for violence", Some(17)),
            ("TV-14", Some(14)),
            ("US:PG-13 / DE:FSK 16", Some(16)),
            ("Not Rated", None),
        ] {
            let told = read(format!("<movie><mpaa>{written}</mpaa></movie>").as_bytes()).expect("a film");
            assert_eq!(told.age, age, "{written}");
        }
    }

    #[test]
    fn hostile_files_are_refused_or_cut() {
        let bomb = "<!DOCTYPE m [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><movie><title>&b;&b;</title></movie>";
        assert_eq!(read(bomb.as_bytes()).expect("a film").title.as_deref(), Some("&b;&b;"));
        let file =
            "<!DOCTYPE m [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><movie><title>&x;</title></movie>";
        assert_eq!(read(file.as_bytes()).expect("a film").title.as_deref(), Some("&x;"));
        assert!(matches!(read("<movie>".repeat(100).as_bytes()), Err(Fault::Damaged { .. })));
        assert!(matches!(read(b"<movie><title>a"), Err(Fault::Damaged { .. })));
        assert!(matches!(read(b"<movie><title>a</movie>"), Err(Fault::Damaged { .. })));
        assert_eq!(read(b"https://www.themoviedb.org/movie/603"), Err(Fault::Nothing));
        assert_eq!(read(b""), Err(Fault::Nothing));
        assert_eq!(read(b"<html><title>no</title></html>"), Err(Fault::Nothing));
        assert_eq!(read(&vec![b' '; FILE_MOST + 1]), Err(Fault::TooLarge));
        let long = format!("<movie><plot>{}</plot></movie>", "ä".repeat(TEXT_MOST));
        let summary = read(long.as_bytes()).expect("a film").summary.expect("a plot");
        assert!(summary.len() <= TEXT_MOST && summary.len() > TEXT_MOST - 4);
        // What was whole before the damage holds.
        assert!(read(b"<movie><title>a</title></movie><movie><tit").is_ok());
    }

    #[test]
    fn other_encodings_are_read() {
        let wide: Vec<u8> =
            "\u{feff}<movie><title>Käse</title></movie>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&wide).expect("a film").title.as_deref(), Some("Käse"));
        assert_eq!(
            read(b"<movie><title>K\xe4se</title></movie>").expect("a film").title.as_deref(),
            Some("Käse")
        );
    }

    proptest! {
        /// No input panics, and what comes out is bounded.
        #[test]
        fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes);
        }

        #[test]
        fn any_soup_of_tags_ends(text in "(<(/?(movie|title|plot|genre|episodedetails|x))/?>|&amp;|&#x41;|[a-z ]){0,60}") {
            if let Ok(told) = read(text.as_bytes()) {
                prop_assert!(told.genres.len() <= LABELS_MOST);
            }
        }
    }
}
