//! What each person has of the guide: favourites, languages, searches. It is kept for the account, and told to all pages of its owner.
//!
//! Channels that are gone stay favourites: a box that was off for a scan must not empty anybody's list.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use telecast_core::access;
use telecast_core::error::{Error, Kind};
use telecast_core::limits;
use telecast_core::lineup::ChannelId;
use telecast_store::{SavedSearch, Store};

use super::App;
use super::news::News;
use crate::adapters::clock::Clock;

/// What the settings are called in the store.
const FAVOURITES: &str = "favourites";
const LANGUAGES: &str = "languages";
/// Longest name of a language (RFC 5646 §4.4.1).
const LANGUAGE: usize = 35;
/// Days that a search may be of, as seen from the day of asking.
pub const DAYS: [&str; 9] = ["today", "tomorrow", "mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Channels that somebody likes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Favourites {
    /// In the order of their owner; some may be gone.
    pub channels: Vec<ChannelId>,
    /// Grows with each change; 0: there has been none.
    pub revision: i64,
}

/// Words and filters of a search that somebody keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Words.
    pub words: String,
    /// On this channel alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    /// One of [`DAYS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    /// DVB's genre.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub genre: Option<u8>,
    /// Only what is new.
    #[serde(default)]
    pub new: bool,
}

/// The way to it. Cheap to clone.
#[derive(Clone)]
pub(super) struct Own {
    store: Store,
    news: News,
    clock: Clock,
    /// Languages by account: each window of the guide asks for them.
    languages: Arc<Mutex<HashMap<String, Arc<[String]>>>>,
}

impl Own {
    pub(super) fn new(store: Store, news: News, clock: Clock) -> Self {
        Self { store, news, clock, languages: Arc::default() }
    }

    pub(super) async fn favourites(&self, account: &str) -> Result<Favourites, Error> {
        let setting = self.store.own_setting::<Vec<ChannelId>>(account, FAVOURITES).await?;
        let known = setting.map(|setting| Favourites { channels: setting.value, revision: setting.revision });
        Ok(known.unwrap_or_default())
    }

    pub(super) async fn like(
        &self,
        account: &str,
        channels: Vec<ChannelId>,
        revision: i64,
    ) -> Result<i64, Error> {
        let mut seen = HashSet::new();
        let channels: Vec<ChannelId> =
            channels.into_iter().filter(|channel| seen.insert(channel.clone())).collect();
        let is_id = |ChannelId(id): &ChannelId| {
            !id.is_empty()
                && id.chars().count() <= limits::FAVOURITE_ID
                && !id.chars().any(|c| c.is_control() || c.is_whitespace())
        };
        if !channels.iter().all(is_id) {
            return invalid("A favourite is the id of a channel.");
        }
        if channels.len() > limits::FAVOURITES {
            return invalid("There are too many favourites.");
        }
        let (name, now) = ((account, FAVOURITES), self.clock.wall_ms());
        let revision = self.store.put_own_setting(name, &channels, Some(revision), now).await?;
        self.news.tell_account(account, FAVOURITES, &serde_json::json!({ "revision": revision }));
        Ok(revision)
    }

    /// Languages that the owner of an account reads, best first; none: he has said nothing.
    pub(super) async fn languages(&self, account: &str) -> Result<Arc<[String]>, Error> {
        let known = || self.languages.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(languages) = known().get(account) {
            return Ok(Arc::clone(languages));
        }
        let read = self.store.own_setting::<Vec<String>>(account, LANGUAGES).await?;
        let read: Arc<[String]> = read.map(|setting| setting.value).unwrap_or_default().into();
        let mut known = known();
        if known.len() >= limits::KNOWN {
            known.clear();
        }
        // Whoever has changed them in the meantime knows better.
        Ok(Arc::clone(known.entry(account.to_owned()).or_insert(read)))
    }

    pub(super) async fn read(&self, account: &str, languages: Vec<String>) -> Result<(), Error> {
        let is_language = |name: &String| {
            (2..=LANGUAGE).contains(&name.len())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        if languages.len() > limits::GUIDE_LANGUAGES || !languages.iter().all(is_language) {
            return invalid("Name at most eight languages as 'de' or 'en-GB'.");
        }
        let name = (account, LANGUAGES);
        self.store.put_own_setting(name, &languages, None, self.clock.wall_ms()).await?;
        let mut known = self.languages.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(account.to_owned(), languages.into());
        drop(known);
        self.news.tell_account(account, LANGUAGES, &());
        Ok(())
    }

    pub(super) async fn searches(&self, account: &str) -> Result<Vec<SavedSearch<Wanted>>, Error> {
        Ok(self.store.saved_searches(account).await?)
    }

    pub(super) async fn save(
        &self,
        account: &str,
        (id, name): (String, String),
        wanted: Wanted,
    ) -> Result<SavedSearch<Wanted>, Error> {
        let (name, wanted) = (named(&name)?, checked(wanted)?);
        let search = SavedSearch { id, name, wanted, created_ms: self.clock.wall_ms() };
        self.store.save_search(account, &search).await?;
        self.tell_searches(account);
        Ok(search)
    }

    pub(super) async fn change(
        &self,
        account: &str,
        (id, name): (&str, &str),
        wanted: Option<Wanted>,
    ) -> Result<(), Error> {
        let (name, wanted) = (named(name)?, wanted.map(checked).transpose()?);
        self.store.change_search((account, id), &name, wanted.as_ref()).await?;
        self.tell_searches(account);
        Ok(())
    }

    pub(super) async fn forget(&self, account: &str, id: &str) -> Result<(), Error> {
        self.store.remove_search(account, id).await?;
        self.tell_searches(account);
        Ok(())
    }

    fn tell_searches(&self, account: &str) {
        self.news.tell_account(account, "searches", &());
    }
}

fn invalid<T>(words: &str) -> Result<T, Error> {
    Err(Error::new(Kind::Invalid, words))
}

fn named(name: &str) -> Result<String, Error> {
    match access::name_fault(name) {
        Some(fault) => invalid(fault),
        None => Ok(name.trim().to_owned()),
    }
}

fn checked(mut wanted: Wanted) -> Result<Wanted, Error> {
    wanted.words = wanted.words.split_whitespace().collect::<Vec<_>>().join(" ");
    if wanted.words.is_empty() || wanted.words.chars().count() > limits::SAVED_WORDS {
        return invalid("A search needs words, and at most 200 characters of them.");
    }
    if wanted.day.as_ref().is_some_and(|day| !DAYS.contains(&day.as_str())) {
        return invalid("A day is 'today', 'tomorrow', or 'mon' to 'sun'.");
    }
    if wanted.channel.as_ref().is_some_and(|id| id.0.is_empty() || id.0.len() > limits::FAVOURITE_ID) {
        return invalid("There is no such channel.");
    }
    Ok(wanted)
}

impl App {
    /// Searches that an account keeps, oldest first.
    ///
    /// # Errors
    /// `Unavailable`: the store.
    pub async fn searches(&self, account: &str) -> Result<Vec<SavedSearch<Wanted>>, Error> {
        self.0.own.searches(account).await
    }

    /// Keeps one more, with a fresh id and a name.
    ///
    /// # Errors
    /// `Conflict`: there are as many as there may be; `Invalid`; `Unavailable`: the store.
    pub async fn save_search(
        &self,
        account: &str,
        id_and_name: (String, String),
        wanted: Wanted,
    ) -> Result<SavedSearch<Wanted>, Error> {
        self.0.own.save(account, id_and_name, wanted).await
    }

    /// Gives one another name, and other words and filters if there are any.
    ///
    /// # Errors
    /// `NotFound`; `Invalid`; `Unavailable`: the store.
    pub async fn change_search(
        &self,
        account: &str,
        id_and_name: (&str, &str),
        wanted: Option<Wanted>,
    ) -> Result<(), Error> {
        self.0.own.change(account, id_and_name, wanted).await
    }

    /// Removes one.
    ///
    /// # Errors
    /// `NotFound`; `Unavailable`: the store.
    pub async fn forget_search(&self, account: &str, id: &str) -> Result<(), Error> {
        self.0.own.forget(account, id).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_needs_words_and_a_day_that_there_is() {
        let wanted = |words: &str, day: Option<&str>| Wanted {
            words: words.into(),
            day: day.map(Into::into),
            ..Wanted::default()
        };
        let good = checked(wanted("  Der   König ", Some("sun"))).expect("good");
        assert_eq!((good.words.as_str(), good.day.as_deref()), ("Der König", Some("sun")));
        for (words, day) in [(" ", None), ("x", Some("someday")), (&*"x".repeat(201), None)] {
            assert!(checked(wanted(words, day)).is_err(), "{words} {day:?}");
        }
    }
}
