//! One `programme` or `channel`: from its start tag to its end tag, in any order of what is in it, without what is not known.

use quick_xml::events::{BytesStart, Event};

use super::skipped::Reason;
use super::time::Clock;
use super::tokens::{Halt, Step, Tokens};
use super::words::{Words, blank};
use super::{CHILDREN_MOST, Channel, DEPTH_MOST, Heard};
use crate::guide::programme::{
    Audio, Credit, EpisodeNumber, Image, Length, PreviouslyShown, Rating, Review, Role, Subtitles, Text,
    Unit, Video,
};

/// What has become of an element.
pub(super) enum Outcome<T> {
    /// It makes sense.
    Made(T),
    /// It does not: why, and what tells it from others.
    Faulty(Reason, String),
}

/// Reads what is within an element. `'w` is the window.
pub(super) struct Element<'t, 'w> {
    tokens: &'t mut Tokens<'w>,
    words: &'t mut Words,
    /// Elements that were looked at.
    seen: usize,
    /// Something was left out.
    pub(super) shortened: bool,
}

/// A page about something: (system, address).
type Address = (Option<Box<str>>, Box<str>);

/// A start tag, and whether it is the end tag too.
#[derive(Clone, Copy)]
pub(super) struct Tag<'e, 'w> {
    pub(super) start: &'e BytesStart<'w>,
    pub(super) empty: bool,
}

impl<'t, 'w> Element<'t, 'w> {
    pub(super) fn new(tokens: &'t mut Tokens<'w>, words: &'t mut Words) -> Self {
        words.take_cut();
        Self { tokens, words, seen: 0, shortened: false }
    }

    /// A `programme`, after its start tag.
    pub(super) fn programme(&mut self, tag: Tag<'_, 'w>, clock: &Clock) -> Step<Outcome<Heard>> {
        let mut heard = Heard::default();
        let (mut start, mut stop) = (None, None);
        let (mut start_ms, mut end_ms) = (None, None);
        let (words, moment) = (&mut *self.words, &mut heard.moment);
        self.tokens.attributes(tag.start, |key, value| match key {
            b"start" => {
                start_ms = clock.read(value);
                // Only whoever looks for what is wrong wants to see it.
                start = start_ms.is_none().then(|| words.value(value));
            }
            b"stop" => {
                end_ms = clock.read(value);
                stop = (end_ms.is_none() && !value.trim_ascii().is_empty()).then_some(());
            }
            b"channel" => heard.channel = words.value(value),
            b"pdc-start" => moment.pdc_start = Some(words.value(value)),
            b"vps-start" => moment.vps_start = Some(words.value(value)),
            b"showview" => moment.showview = Some(words.value(value)),
            b"videoplus" => moment.videoplus = Some(words.value(value)),
            b"clumpidx" => moment.clump = Some(words.value(value)).filter(|clump| **clump != *"0/1"),
            _ => {}
        })?;
        self.children(tag, false, |element, tag| element.child(&mut heard, tag))?;
        self.shortened |= self.words.take_cut() || stop.is_some();
        let title = heard.programme.titles.first().map_or("", |title| &title.text);
        if blank(&heard.channel) {
            return Ok(Outcome::Faulty(Reason::NoChannel, title.to_owned()));
        }
        let Some(start_ms) = start_ms else {
            let start = start.unwrap_or_default();
            return Ok(Outcome::Faulty(Reason::BadTime, format!("{start:?} on {}: {title}", heard.channel)));
        };
        if title.is_empty() {
            return Ok(Outcome::Faulty(Reason::NoTitle, format!("on {}", heard.channel)));
        }
        if end_ms.is_some_and(|end_ms| end_ms < start_ms) {
            return Ok(Outcome::Faulty(Reason::EndsBeforeStart, format!("on {}: {title}", heard.channel)));
        }
        (heard.start_ms, heard.end_ms) = (start_ms, end_ms);
        Ok(Outcome::Made(heard))
    }

    /// A `channel`, after its start tag.
    pub(super) fn channel(&mut self, tag: Tag<'_, 'w>) -> Step<Outcome<Channel>> {
        let mut channel = Channel::default();
        let words = &mut *self.words;
        self.tokens.attributes(tag.start, |key, value| {
            if key == b"id" {
                channel.id = words.value(value);
            }
        })?;
        self.children(tag, false, |element, tag| {
            match tag.start.name().as_ref() {
                b"display-name" => channel.names.extend(element.text(tag)?),
                b"icon" => channel.icons.extend(element.icon(tag)?),
                b"url" => channel.urls.extend(element.url(tag)?),
                _ => element.pass(tag)?,
            }
            Ok(())
        })?;
        self.shortened |= self.words.take_cut();
        if blank(&channel.id) {
            let name = channel.names.first().map_or("", |name| &name.text);
            return Ok(Outcome::Faulty(Reason::NoChannel, format!("a channel without id: {name}")));
        }
        Ok(Outcome::Made(channel))
    }

    fn child(&mut self, heard: &mut Heard, tag: Tag<'_, 'w>) -> Step<()> {
        let Heard { programme, moment, .. } = heard;
        match tag.start.name().as_ref() {
            b"title" => programme.titles.extend(self.text(tag)?),
            b"sub-title" => programme.subtitles.extend(self.text(tag)?),
            b"desc" => programme.descriptions.extend(self.text(tag)?),
            b"category" => programme.categories.extend(self.text(tag)?),
            b"keyword" => programme.keywords.extend(self.text(tag)?),
            b"country" => programme.countries.extend(self.text(tag)?),
            b"credits" => self.children(tag, false, |element, tag| {
                programme.credits.extend(element.credit(tag)?);
                Ok(())
            })?,
            b"date" => keep_first(&mut programme.date, self.words(tag)?),
            b"language" => keep_first(&mut programme.language, self.text(tag)?),
            b"orig-language" => keep_first(&mut programme.original_language, self.text(tag)?),
            b"length" => keep_first(&mut programme.length, self.length(tag)?),
            b"icon" => programme.icons.extend(self.icon(tag)?),
            b"url" => programme.urls.extend(self.url(tag)?),
            b"episode-num" => programme.episode_numbers.extend(self.episode_number(tag)?),
            b"video" => keep_first(&mut programme.video, Some(self.video(tag)?)),
            b"audio" => keep_first(&mut programme.audio, Some(self.audio(tag)?)),
            b"previously-shown" => {
                keep_first(&mut moment.previously_shown, Some(self.previously_shown(tag)?));
            }
            b"premiere" => keep_first(&mut moment.premiere, Some(self.maybe_empty_text(tag)?)),
            b"last-chance" => keep_first(&mut moment.last_chance, Some(self.maybe_empty_text(tag)?)),
            b"new" => {
                moment.new = true;
                self.pass(tag)?;
            }
            b"subtitles" => programme.subtitling.push(self.subtitles(tag)?),
            b"rating" => programme.ratings.extend(self.rating(tag)?),
            b"star-rating" => programme.star_ratings.extend(self.rating(tag)?),
            b"review" => programme.reviews.extend(self.review(tag)?),
            b"image" => programme.images.extend(self.image(tag)?),
            _ => self.pass(tag)?,
        }
        Ok(())
    }

    /// Gives each element within `tag` to `each`, which must come to its end; with `mixed`, gathers the text around them.
    fn children(
        &mut self,
        tag: Tag<'_, 'w>,
        mixed: bool,
        mut each: impl FnMut(&mut Self, Tag<'_, 'w>) -> Step<()>,
    ) -> Step<()> {
        if tag.empty {
            return Ok(());
        }
        loop {
            let event = self.tokens.next()?;
            let empty = matches!(event, Event::Empty(_));
            match event {
                Event::End(_) => return Ok(()),
                Event::Start(start) | Event::Empty(start) => {
                    let tag = Tag { start: &start, empty };
                    self.seen += 1;
                    if self.seen > CHILDREN_MOST {
                        self.shortened = true;
                        self.pass(tag)?;
                    } else {
                        each(self, tag)?;
                    }
                }
                Event::Text(text) if mixed => self.words.literal(&text),
                Event::CData(text) if mixed => self.words.literal(&text),
                Event::GeneralRef(name) if mixed => self.words.reference(&name),
                _ => {}
            }
        }
    }

    /// Goes to the end of `tag`.
    fn pass(&mut self, tag: Tag<'_, 'w>) -> Step<()> {
        // Where an element lies is not counted on the way down; it is four deep at most (`tv`, `programme`, `credits`, `actor`).
        let mut depth = usize::from(!tag.empty);
        while depth > 0 {
            match self.tokens.next()? {
                Event::Start(_) if depth + 4 >= DEPTH_MOST => return Err(Halt::TooMuch),
                Event::Start(_) => depth += 1,
                Event::End(_) => depth -= 1,
                _ => {}
            }
        }
        Ok(())
    }

    /// Gathers the text within `tag` into `self.words`.
    fn gather(&mut self, tag: Tag<'_, 'w>) -> Step<()> {
        self.words.clear();
        if tag.empty {
            return Ok(());
        }
        loop {
            match self.tokens.next()? {
                Event::Text(text) => self.words.literal(&text),
                Event::End(_) => return Ok(()),
                Event::CData(text) => self.words.literal(&text),
                Event::GeneralRef(name) => self.words.reference(&name),
                Event::Start(start) => self.pass(Tag { start: &start, empty: false })?,
                _ => {}
            }
        }
    }

    /// The text within `tag`; none: it is blank.
    fn words(&mut self, tag: Tag<'_, 'w>) -> Step<Option<Box<str>>> {
        self.gather(tag)?;
        Ok(self.words.said().map(Box::from))
    }

    fn text(&mut self, tag: Tag<'_, 'w>) -> Step<Option<Text>> {
        let language = self.attribute(tag, b"lang")?.and_then(said);
        self.gather(tag)?;
        Ok(self.words.said().map(|text| Text { language, text: text.to_owned() }))
    }

    fn maybe_empty_text(&mut self, tag: Tag<'_, 'w>) -> Step<Text> {
        let language = self.attribute(tag, b"lang")?.and_then(said);
        self.gather(tag)?;
        Ok(Text { language, text: self.words.text().to_owned() })
    }

    fn attribute(&mut self, tag: Tag<'_, 'w>, name: &[u8]) -> Step<Option<Box<str>>> {
        let mut found = None;
        let words = &mut *self.words;
        self.tokens.attributes(tag.start, |key, value| {
            if key == name && found.is_none() {
                found = Some(words.value(value));
            }
        })?;
        Ok(found)
    }

    fn credit(&mut self, tag: Tag<'_, 'w>) -> Step<Option<Credit>> {
        let role = match tag.start.name().as_ref() {
            b"director" => Role::Director,
            b"actor" => Role::Actor,
            b"writer" => Role::Writer,
            b"adapter" => Role::Adapter,
            b"producer" => Role::Producer,
            b"composer" => Role::Composer,
            b"editor" => Role::Editor,
            b"presenter" => Role::Presenter,
            b"commentator" => Role::Commentator,
            b"guest" => Role::Guest,
            _ => return self.pass(tag).map(|()| None),
        };
        let mut credit = Credit {
            role,
            name: Box::default(),
            part: None,
            guest: None,
            images: Vec::new(),
            urls: Vec::new(),
        };
        if role == Role::Actor {
            let words = &mut *self.words;
            self.tokens.attributes(tag.start, |key, value| match key {
                b"role" => credit.part = Some(words.value(value)),
                b"guest" => credit.guest = known(value, &["no", "yes"]).map(|guest| guest == "yes"),
                _ => {}
            })?;
        }
        self.words.clear();
        self.children(tag, true, |element, tag| {
            // The name goes on behind a picture, whose address is a text too.
            let other = Words::new(element.words.charset);
            let name = std::mem::replace(element.words, other);
            match tag.start.name().as_ref() {
                b"image" => credit.images.extend(element.image(tag)?),
                b"url" => credit.urls.extend(element.url(tag)?),
                _ => element.pass(tag)?,
            }
            element.shortened |= element.words.take_cut();
            *element.words = name;
            Ok(())
        })?;
        Ok(self.words.said().map(|name| Credit { name: name.into(), ..credit }))
    }

    fn length(&mut self, tag: Tag<'_, 'w>) -> Step<Option<Length>> {
        let units = self.attribute(tag, b"units")?.unwrap_or_default();
        let unit = match known(units.as_bytes(), &["seconds", "minutes", "hours"]) {
            Some("seconds") => Some(Unit::Seconds),
            Some("minutes") => Some(Unit::Minutes),
            Some("hours") => Some(Unit::Hours),
            _ => None,
        };
        let value = self.words(tag)?;
        Ok(value.zip(unit).map(|(value, unit)| Length { value, unit }))
    }

    fn icon(&mut self, tag: Tag<'_, 'w>) -> Step<Option<Image>> {
        let mut icon = Image::default();
        let words = &mut *self.words;
        self.tokens.attributes(tag.start, |key, value| match key {
            b"src" => icon.url = words.value(value),
            b"width" => icon.width = Some(words.value(value)),
            b"height" => icon.height = Some(words.value(value)),
            _ => {}
        })?;
        self.pass(tag)?;
        Ok(Some(icon).filter(|icon| !blank(&icon.url)))
    }

    fn image(&mut self, tag: Tag<'_, 'w>) -> Step<Option<Image>> {
        let mut image = Image::default();
        let words = &mut *self.words;
        self.tokens.attributes(tag.start, |key, value| match key {
            b"type" => image.kind = known(value, IMAGE_TYPES).map(Box::from),
            b"size" => image.size = known(value, IMAGE_SIZES).map(Box::from),
            b"orient" => image.orientation = known(value, IMAGE_ORIENTATIONS).map(Box::from),
            b"system" => image.system = Some(words.value(value)),
            _ => {}
        })?;
        Ok(self.words(tag)?.map(|url| Image { url, ..image }))
    }

    fn url(&mut self, tag: Tag<'_, 'w>) -> Step<Option<Address>> {
        let system = self.attribute(tag, b"system")?;
        Ok(self.words(tag)?.map(|address| (system, address)))
    }

    fn episode_number(&mut self, tag: Tag<'_, 'w>) -> Step<Option<EpisodeNumber>> {
        let system = self.attribute(tag, b"system")?;
        Ok(self.words(tag)?.map(|value| EpisodeNumber { system, value }))
    }

    fn video(&mut self, tag: Tag<'_, 'w>) -> Step<Video> {
        let mut video = Video::default();
        self.children(tag, false, |element, tag| {
            match tag.start.name().as_ref() {
                b"present" => keep_first(&mut video.present, element.words(tag)?),
                b"colour" => keep_first(&mut video.colour, element.words(tag)?),
                b"aspect" => keep_first(&mut video.aspect, element.words(tag)?),
                b"quality" => keep_first(&mut video.quality, element.words(tag)?),
                _ => element.pass(tag)?,
            }
            Ok(())
        })?;
        Ok(video)
    }

    fn audio(&mut self, tag: Tag<'_, 'w>) -> Step<Audio> {
        let mut audio = Audio::default();
        self.children(tag, false, |element, tag| {
            match tag.start.name().as_ref() {
                b"present" => keep_first(&mut audio.present, element.words(tag)?),
                b"stereo" => keep_first(&mut audio.stereo, element.words(tag)?),
                _ => element.pass(tag)?,
            }
            Ok(())
        })?;
        Ok(audio)
    }

    fn previously_shown(&mut self, tag: Tag<'_, 'w>) -> Step<PreviouslyShown> {
        let mut shown = PreviouslyShown::default();
        let words = &mut *self.words;
        self.tokens.attributes(tag.start, |key, value| match key {
            b"start" => shown.start = Some(words.value(value)),
            b"channel" => shown.channel = Some(words.value(value)),
            _ => {}
        })?;
        self.pass(tag)?;
        Ok(shown)
    }

    fn subtitles(&mut self, tag: Tag<'_, 'w>) -> Step<Subtitles> {
        let mut subtitles = Subtitles::default();
        self.tokens.attributes(tag.start, |key, value| {
            if key == b"type" {
                subtitles.kind = known(value, SUBTITLES_TYPES).map(Box::from);
            }
        })?;
        self.children(tag, false, |element, tag| {
            match tag.start.name().as_ref() {
                b"language" => keep_first(&mut subtitles.language, element.text(tag)?),
                _ => element.pass(tag)?,
            }
            Ok(())
        })?;
        Ok(subtitles)
    }

    fn rating(&mut self, tag: Tag<'_, 'w>) -> Step<Option<Rating>> {
        let mut rating = Rating { system: self.attribute(tag, b"system")?, ..Rating::default() };
        let mut value = None;
        self.children(tag, false, |element, tag| {
            match tag.start.name().as_ref() {
                b"value" => keep_first(&mut value, element.words(tag)?),
                b"icon" => rating.icons.extend(element.icon(tag)?),
                _ => element.pass(tag)?,
            }
            Ok(())
        })?;
        rating.value = value.unwrap_or_default();
        Ok(Some(rating).filter(|rating| !rating.value.is_empty() || !rating.icons.is_empty()))
    }

    fn review(&mut self, tag: Tag<'_, 'w>) -> Step<Option<Review>> {
        let mut review = Review::default();
        let words = &mut *self.words;
        self.tokens.attributes(tag.start, |key, value| match key {
            b"type" => review.kind = known(value, REVIEW_TYPES).map(Box::from).unwrap_or_default(),
            b"source" => review.source = Some(words.value(value)),
            b"reviewer" => review.reviewer = Some(words.value(value)),
            b"lang" => review.language = said(words.value(value)),
            _ => {}
        })?;
        if review.kind.is_empty() {
            review.kind = "text".into();
        }
        Ok(self.words(tag)?.map(|text| Review { text, ..review }))
    }
}

/// What `type` of `image` may be, says the DTD.
pub(super) const IMAGE_TYPES: &[&str] = &["poster", "backdrop", "still", "person", "character"];
/// What `size` of `image` may be.
pub(super) const IMAGE_SIZES: &[&str] = &["1", "2", "3"];
/// What `orient` of `image` may be.
pub(super) const IMAGE_ORIENTATIONS: &[&str] = &["P", "L"];
/// What `type` of `subtitles` may be.
pub(super) const SUBTITLES_TYPES: &[&str] = &["teletext", "onscreen", "deaf-signed"];
/// What `type` of `review` may be.
pub(super) const REVIEW_TYPES: &[&str] = &["text", "url"];

/// The one of `values` that this is, whatever its case.
pub(super) fn known(value: &[u8], values: &[&'static str]) -> Option<&'static str> {
    values.iter().find(|known| known.as_bytes().eq_ignore_ascii_case(value.trim_ascii())).copied()
}

/// A language, if there is one.
fn said(language: Box<str>) -> Option<Box<str>> {
    Some(language).filter(|language| !language.is_empty())
}

fn keep_first<T>(kept: &mut Option<T>, found: Option<T>) {
    if kept.is_none() {
        *kept = found;
    }
}
