//! What [`App`] says and does about where the guide comes from.

use std::sync::Arc;

use telecast_core::error::{Error, Kind};

use super::App;
use super::guide::{
    GuideChange, GuideSource, KeptGuide, MatchPage, MatchQuery, Origin, SourceView, Trial, files,
};
use super::settings::Place;

impl App {
    /// Reads the guide again, from receivers and files; or one guide of those that are files or addresses, by its id.
    ///
    /// # Errors
    /// `NotFound`: there is no such guide.
    pub fn refresh_guide(&self, id: Option<&str>) -> Result<(), Error> {
        let (files, settings) = (&self.0.guide.files, &self.0.settings);
        match id {
            None => self.0.receivers.read_guides_again(),
            Some(id) if files.sources(settings).iter().any(|source| source.id == id) => {}
            Some(_) => {
                return Err(Error::new(Kind::NotFound, "There is no such guide any more. Load them again."));
            }
        }
        files.again(settings, id);
        Ok(())
    }

    /// Where the guide comes from, best first, and how that fares.
    ///
    /// # Errors
    /// `Unavailable`: the store.
    pub async fn guide_sources(&self) -> Result<Vec<SourceView>, Error> {
        self.0.guide.overview(&self.0.receivers.tellers()).await
    }

    /// Whether what lies there is read already because the configuration or somebody on the page says so.
    pub fn reads_guide(&self, place: &Place) -> bool {
        let sources = self.0.guide.files.sources(&self.0.settings);
        sources.iter().any(|source| source.place == *place && source.origin != Origin::List)
    }

    /// These were entered on the page, all of them; whoever calls keeps them in the store.
    pub fn enter_guides(&self, guides: Vec<GuideSource>) {
        self.0.guide.files.enter(guides);
        self.0.news.tell(files::TOPIC, "changed", &());
    }

    /// A guide is not wanted any more, nor what it has told.
    pub fn give_up_guide(&self, id: String) {
        self.0.guide.files.give_up(id);
    }

    /// Reads the beginning of a guide; nothing of it is kept.
    pub async fn try_guide(&self, place: Place) -> Trial {
        self.0.guide.try_guide(place).await
    }

    /// What the host wants of the guides.
    pub fn guide_wishes(&self) -> Arc<KeptGuide> {
        self.0.guide.wishes()
    }

    /// Changes what the host wants of the guides, if `revision` is the state that whoever changes it has seen.
    ///
    /// # Errors
    /// `Conflict`: somebody else was faster; `Invalid`; `Unavailable`: the store.
    pub async fn wish_guides(&self, revision: i64, change: GuideChange) -> Result<Arc<KeptGuide>, Error> {
        let kept = self.0.guide.wish(revision, change).await?;
        for topic in ["guide", files::TOPIC] {
            self.0.news.tell(topic, "changed", &());
        }
        Ok(kept)
    }

    /// How channels stand in a guide.
    ///
    /// # Errors
    /// `NotFound`: there is no such guide.
    pub fn guide_matches(&self, guide: &str, query: &MatchQuery) -> Result<MatchPage, Error> {
        self.0.guide.matches(guide, query)
    }

    /// Ids of a guide, with a name, in which `words` occur.
    ///
    /// # Errors
    /// `NotFound`: there is no such guide.
    pub fn guide_ids(&self, guide: &str, words: &str, limit: usize) -> Result<Vec<(String, String)>, Error> {
        self.0.guide.guide_ids(guide, words, limit)
    }
}
