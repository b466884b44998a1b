//! A programme as a source told it, made readable, and what can be found out about it put beside what it said.

#[cfg(test)]
mod tests;

use super::text::{is_settled, settled};
use super::{Programme, Rating, Text, episode, genre, rating};

/// Cleans every text of `programme` (what is blank goes; addresses stay as they are), and finds out season and episode, genres and age where no source
/// has filled them in. To do it again changes nothing.
pub fn understand(programme: &mut Programme) {
    tidy_up(programme);
    if programme.episode.is_unknown() {
        programme.episode = episode::find(programme);
    }
    if programme.genres.is_empty() {
        programme.genres = genre::find(programme);
    }
    programme.age = programme.age.or_else(|| rating::find(programme));
}

fn tidy_up(programme: &mut Programme) {
    for texts in [
        &mut programme.titles,
        &mut programme.subtitles,
        &mut programme.descriptions,
        &mut programme.categories,
        &mut programme.keywords,
        &mut programme.countries,
    ] {
        texts.retain_mut(is_readable);
    }
    programme.credits.retain_mut(|credit| {
        settle(&mut credit.name);
        settle_or_none(&mut credit.part);
        !credit.name.is_empty()
    });
    settle_or_none(&mut programme.date);
    for language in [&mut programme.language, &mut programme.original_language] {
        language.take_if(|language| !is_readable(language));
    }
    programme.episode_numbers.retain_mut(|number| {
        settle(&mut number.value);
        !number.value.is_empty()
    });
    for subtitles in &mut programme.subtitling {
        subtitles.language.take_if(|language| !is_readable(language));
    }
    let is_told = |rating: &mut Rating| {
        settle(&mut rating.value);
        !rating.value.is_empty()
    };
    programme.ratings.retain_mut(is_told);
    programme.star_ratings.retain_mut(is_told);
    programme.reviews.retain_mut(|review| {
        if &*review.kind != "url" {
            settle(&mut review.text);
        }
        settle_or_none(&mut review.source);
        settle_or_none(&mut review.reviewer);
        !review.text.trim().is_empty()
    });
}

/// Cleans it; false: there is nothing in it.
fn is_readable(text: &mut Text) -> bool {
    if !is_settled(&text.text) {
        text.text = settled(&text.text);
    }
    text.language.take_if(|language| language.trim().is_empty());
    !text.text.is_empty()
}

fn settle(text: &mut Box<str>) {
    if !is_settled(text) {
        *text = settled(text).into_boxed_str();
    }
}

fn settle_or_none(text: &mut Option<Box<str>>) {
    if let Some(text) = text {
        settle(text);
    }
    text.take_if(|text| text.is_empty());
}
