//! Writing a guide: valid by `xmltv.dtd`, whose order of elements this follows, and the source's own words in it.
//!
//! What was found out about a programme is not written, with one exception that players live on: a season and episode that is known and that the
//! source gave in no form for machines is written as `xmltv_ns`, behind the source's own numbers. Blank texts are left out, as are values of
//! attributes that the DTD does not list.

use std::io::{Error, ErrorKind, Result, Write};

use jiff::tz::TimeZone;

use super::programme::{IMAGE_ORIENTATIONS, IMAGE_SIZES, IMAGE_TYPES, REVIEW_TYPES, SUBTITLES_TYPES, known};
use super::time::Hand;
use super::words::blank;
use super::{Channel, Head, escape};
use crate::guide::programme::{
    Credit, Episode, EpisodeNumber, Image, Moment, Programme, Rating, Review, Role, Subtitles, Text, Unit,
};

/// Bytes that are gathered before they go out.
const PAGE: usize = 64 << 10;

const BEGINNING: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE tv SYSTEM \"xmltv.dtd\">\n<tv";

/// Writes a guide: channels first, then airings, then [`Writer::finish`]. Without the latter it is no whole guide.
pub struct Writer<W: Write> {
    out: W,
    page: Vec<u8>,
    hand: Hand,
    /// There was an airing.
    airings: bool,
}

impl<W: Write> Writer<W> {
    /// Begins a guide; its times are in UTC. `out` is asked to take some 64 KiB at a time.
    pub fn new(out: W, head: &Head) -> Result<Self> {
        let mut page = Vec::with_capacity(2 * PAGE);
        page.extend_from_slice(BEGINNING.as_bytes());
        attribute(&mut page, "date", head.date.as_deref());
        attribute(&mut page, "source-info-url", head.source_info_url.as_deref());
        attribute(&mut page, "source-info-name", head.source_info_name.as_deref());
        attribute(&mut page, "source-data-url", head.source_data_url.as_deref());
        attribute(&mut page, "generator-info-name", head.generator_info_name.as_deref());
        attribute(&mut page, "generator-info-url", head.generator_info_url.as_deref());
        page.extend_from_slice(b">\n");
        Ok(Self { out, page, hand: Hand::new(TimeZone::UTC), airings: false })
    }

    /// The same, with times of `zone` from here on. They always carry their offset, in whole minutes.
    pub fn in_zone(self, zone: TimeZone) -> Self {
        Self { hand: Hand::new(zone), ..self }
    }

    /// Writes a channel. The DTD wants a name: a channel without any is called by its id. Fails behind an airing, where the DTD has no place for channels.
    pub fn channel(&mut self, channel: &Channel) -> Result<()> {
        if self.airings {
            return Err(Error::new(ErrorKind::InvalidInput, "channels come before airings in XMLTV"));
        }
        let page = &mut self.page;
        page.extend_from_slice(b"  <channel");
        attribute(page, "id", Some(&channel.id));
        page.extend_from_slice(b">\n");
        texts(page, "display-name", &channel.names);
        if channel.names.iter().all(|name| blank(&name.text)) {
            leaf(page, "display-name", &[], &channel.id);
        }
        icons(page, &channel.icons);
        urls(page, &channel.urls);
        page.extend_from_slice(b"  </channel>\n");
        self.turn()
    }

    /// Writes a programme on `channel` (an id in the guide) from `start_ms` until `end_ms` (milliseconds since 1970; seconds are written).
    pub fn airing(
        &mut self,
        channel: &str,
        start_ms: i64,
        end_ms: Option<i64>,
        moment: &Moment,
        programme: &Programme,
    ) -> Result<()> {
        self.airings = true;
        let page = &mut self.page;
        page.extend_from_slice(b"  <programme start=\"");
        self.hand.write(page, start_ms);
        if let Some(end_ms) = end_ms {
            page.extend_from_slice(b"\" stop=\"");
            self.hand.write(page, end_ms);
        }
        page.push(b'"');
        attribute(page, "pdc-start", moment.pdc_start.as_deref());
        attribute(page, "vps-start", moment.vps_start.as_deref());
        attribute(page, "showview", moment.showview.as_deref());
        attribute(page, "videoplus", moment.videoplus.as_deref());
        attribute(page, "channel", Some(channel));
        attribute(page, "clumpidx", moment.clump.as_deref().filter(|clump| *clump != "0/1"));
        page.extend_from_slice(b">\n");
        about(page, programme);
        technical(page, programme);
        told_of(page, moment);
        judged(page, programme);
        page.extend_from_slice(b"  </programme>\n");
        self.turn()
    }

    /// Ends the guide, and gives back what it was written into, flushed.
    pub fn finish(mut self) -> Result<W> {
        self.page.extend_from_slice(b"</tv>\n");
        self.out.write_all(&self.page)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn turn(&mut self) -> Result<()> {
        if self.page.len() >= PAGE {
            self.out.write_all(&self.page)?;
            self.page.clear();
        }
        Ok(())
    }
}

/// From `title` to `country`.
fn about(page: &mut Vec<u8>, programme: &Programme) {
    texts(page, "title", &programme.titles);
    if programme.titles.iter().all(|title| blank(&title.text)) {
        // The DTD wants one.
        leaf(page, "title", &[], "");
    }
    texts(page, "sub-title", &programme.subtitles);
    texts(page, "desc", &programme.descriptions);
    credits(page, &programme.credits);
    maybe_leaf(page, "date", &[], programme.date.as_deref());
    texts(page, "category", &programme.categories);
    texts(page, "keyword", &programme.keywords);
    texts(page, "language", programme.language.as_slice());
    texts(page, "orig-language", programme.original_language.as_slice());
    if let Some(length) = &programme.length {
        let unit = match length.unit {
            Unit::Seconds => "seconds",
            Unit::Minutes => "minutes",
            Unit::Hours => "hours",
        };
        maybe_leaf(page, "length", &[("units", Some(unit))], Some(&length.value));
    }
    icons(page, &programme.icons);
    urls(page, &programme.urls);
    texts(page, "country", &programme.countries);
}

/// From `episode-num` to `audio`.
fn technical(page: &mut Vec<u8>, programme: &Programme) {
    for EpisodeNumber { system, value } in &programme.episode_numbers {
        maybe_leaf(page, "episode-num", &[("system", system.as_deref())], Some(value));
    }
    let is_given = |number: &EpisodeNumber| number.system.as_deref() == Some("xmltv_ns");
    if !programme.episode.is_unknown() && !programme.episode_numbers.iter().any(is_given) {
        xmltv_ns(page, programme.episode);
    }
    if let Some(video) = &programme.video {
        page.extend_from_slice(b"    <video>\n");
        maybe_leaf(page, "present", &[], video.present.as_deref());
        maybe_leaf(page, "colour", &[], video.colour.as_deref());
        maybe_leaf(page, "aspect", &[], video.aspect.as_deref());
        maybe_leaf(page, "quality", &[], video.quality.as_deref());
        page.extend_from_slice(b"    </video>\n");
    }
    if let Some(audio) = &programme.audio {
        page.extend_from_slice(b"    <audio>\n");
        maybe_leaf(page, "present", &[], audio.present.as_deref());
        maybe_leaf(page, "stereo", &[], audio.stereo.as_deref());
        page.extend_from_slice(b"    </audio>\n");
    }
}

/// From `previously-shown` to `new`.
fn told_of(page: &mut Vec<u8>, moment: &Moment) {
    if let Some(shown) = &moment.previously_shown {
        page.extend_from_slice(b"    <previously-shown");
        attribute(page, "start", shown.start.as_deref());
        attribute(page, "channel", shown.channel.as_deref());
        page.extend_from_slice(b"/>\n");
    }
    for (name, said) in [("premiere", &moment.premiere), ("last-chance", &moment.last_chance)] {
        if let Some(Text { language, text }) = said {
            leaf(page, name, &[("lang", named(language.as_deref()))], text);
        }
    }
    if moment.new {
        page.extend_from_slice(b"    <new/>\n");
    }
}

/// From `subtitles` to `image`.
fn judged(page: &mut Vec<u8>, programme: &Programme) {
    for Subtitles { kind, language } in &programme.subtitling {
        page.extend_from_slice(b"    <subtitles");
        attribute(page, "type", listed(kind.as_deref(), SUBTITLES_TYPES));
        page.extend_from_slice(b">\n");
        texts(page, "language", language.as_slice());
        page.extend_from_slice(b"    </subtitles>\n");
    }
    ratings(page, "rating", &programme.ratings);
    ratings(page, "star-rating", &programme.star_ratings);
    for Review { kind, text, source, reviewer, language } in &programme.reviews {
        let attributes = [
            ("type", listed(Some(kind), REVIEW_TYPES).or(Some("text"))),
            ("source", source.as_deref()),
            ("reviewer", reviewer.as_deref()),
            ("lang", named(language.as_deref())),
        ];
        maybe_leaf(page, "review", &attributes, Some(text));
    }
    images(page, &programme.images);
}

/// In the DTD's order of roles; of one role, in theirs.
fn credits(page: &mut Vec<u8>, credits: &[Credit]) {
    const ORDER: [(Role, &str); 10] = [
        (Role::Director, "director"),
        (Role::Actor, "actor"),
        (Role::Writer, "writer"),
        (Role::Adapter, "adapter"),
        (Role::Producer, "producer"),
        (Role::Composer, "composer"),
        (Role::Editor, "editor"),
        (Role::Presenter, "presenter"),
        (Role::Commentator, "commentator"),
        (Role::Guest, "guest"),
    ];
    if credits.iter().all(|credit| blank(&credit.name)) {
        return;
    }
    page.extend_from_slice(b"    <credits>\n");
    for (role, element) in ORDER {
        for credit in credits.iter().filter(|credit| credit.role == role && !blank(&credit.name)) {
            open(page, element);
            if role == Role::Actor {
                attribute(page, "role", credit.part.as_deref());
                attribute(page, "guest", credit.guest.map(|guest| if guest { "yes" } else { "no" }));
            }
            page.push(b'>');
            escape::text(page, &credit.name);
            if !credit.images.is_empty() || !credit.urls.is_empty() {
                page.push(b'\n');
                images(page, &credit.images);
                urls(page, &credit.urls);
                page.extend_from_slice(b"    ");
            }
            close(page, element);
        }
    }
    page.extend_from_slice(b"    </credits>\n");
}

fn ratings(page: &mut Vec<u8>, element: &str, ratings: &[Rating]) {
    for Rating { system, value, icons: signs } in ratings {
        if blank(value) && signs.iter().all(|sign| blank(&sign.url)) {
            continue;
        }
        open(page, element);
        attribute(page, "system", system.as_deref());
        page.extend_from_slice(b">\n");
        leaf(page, "value", &[], if blank(value) { "" } else { value });
        icons(page, signs);
        page.extend_from_slice(b"    ");
        close(page, element);
    }
}

fn icons(page: &mut Vec<u8>, icons: &[Image]) {
    for icon in icons.iter().filter(|icon| !blank(&icon.url)) {
        open(page, "icon");
        attribute(page, "src", Some(&icon.url));
        attribute(page, "width", icon.width.as_deref());
        attribute(page, "height", icon.height.as_deref());
        page.extend_from_slice(b"/>\n");
    }
}

fn images(page: &mut Vec<u8>, images: &[Image]) {
    for image in images {
        let attributes = [
            ("type", listed(image.kind.as_deref(), IMAGE_TYPES)),
            ("size", listed(image.size.as_deref(), IMAGE_SIZES)),
            ("orient", listed(image.orientation.as_deref(), IMAGE_ORIENTATIONS)),
            ("system", image.system.as_deref()),
        ];
        maybe_leaf(page, "image", &attributes, Some(&image.url));
    }
}

fn urls(page: &mut Vec<u8>, urls: &[(Option<Box<str>>, Box<str>)]) {
    for (system, address) in urls {
        maybe_leaf(page, "url", &[("system", system.as_deref())], Some(address));
    }
}

/// Season, episode and part, counted from 0, each perhaps with a total: `0.12/13.`. Specials (season 0) have no number there.
fn xmltv_ns(page: &mut Vec<u8>, episode: Episode) {
    let Episode { season, seasons, number, of, part, parts } = episode;
    let places = [
        (season.map(u32::from), seasons.map(u32::from)),
        (number, of),
        (part.map(u32::from), parts.map(u32::from)),
    ];
    let places = places.map(|(number, total)| (number.and_then(|number| number.checked_sub(1)), total));
    if places.iter().all(|(number, _)| number.is_none()) {
        return;
    }
    page.extend_from_slice(b"    <episode-num system=\"xmltv_ns\">");
    for (at, (number, total)) in places.into_iter().enumerate() {
        if at > 0 {
            page.push(b'.');
        }
        if let Some(number) = number {
            page.extend_from_slice(number.to_string().as_bytes());
            if let Some(total) = total {
                page.push(b'/');
                page.extend_from_slice(total.to_string().as_bytes());
            }
        }
    }
    close(page, "episode-num");
}

fn texts(page: &mut Vec<u8>, element: &str, texts: &[Text]) {
    for Text { language, text } in texts {
        maybe_leaf(page, element, &[("lang", named(language.as_deref()))], Some(text));
    }
}

/// An element with a text, unless that is blank.
fn maybe_leaf(page: &mut Vec<u8>, element: &str, attributes: &[(&str, Option<&str>)], text: Option<&str>) {
    if let Some(text) = text.filter(|text| !blank(text)) {
        leaf(page, element, attributes, text);
    }
}

fn leaf(page: &mut Vec<u8>, element: &str, attributes: &[(&str, Option<&str>)], text: &str) {
    open(page, element);
    for (name, value) in attributes {
        attribute(page, name, *value);
    }
    page.push(b'>');
    escape::text(page, text);
    close(page, element);
}

fn open(page: &mut Vec<u8>, element: &str) {
    page.extend_from_slice(b"    <");
    page.extend_from_slice(element.as_bytes());
}

fn close(page: &mut Vec<u8>, element: &str) {
    page.extend_from_slice(b"</");
    page.extend_from_slice(element.as_bytes());
    page.extend_from_slice(b">\n");
}

fn attribute(page: &mut Vec<u8>, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        page.push(b' ');
        page.extend_from_slice(name.as_bytes());
        page.extend_from_slice(b"=\"");
        escape::value(page, value);
        page.push(b'"');
    }
}

/// A language, if there is one.
fn named(language: Option<&str>) -> Option<&str> {
    language.filter(|language| !language.is_empty())
}

/// The value if the DTD lists it, as it is written there.
fn listed(value: Option<&str>, values: &[&'static str]) -> Option<&'static str> {
    known(value?.as_bytes(), values)
}
