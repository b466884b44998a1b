//! Slates: what a raw reader is shown while the station has nothing to show. See `docs/design/slate.md`.
//!
//! One is made when it is first needed, by one run of ffmpeg, and kept: the same reason in the same language for the same kind of programme is never
//! made twice. Where none can be made, the reader waits in silence, as it would without them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use telecast_core::session::ReasonCode;
use telecast_media::slate::{Layout, Still};
use tokio::sync::OnceCell;

use super::letters::{Canvas, LINE, lines};
use crate::adapters::ffmpeg::slate;

/// Slates that are kept, some 100 KB each; beyond, the one that was not needed for longest is forgotten: amid an outage those in use must stay.
const KEPT: usize = 64;
/// The picture that is drawn; it is made as large as the programme's.
const SIZE: (usize, usize) = (1280, 720);
/// Margin left and right (pixels).
const MARGIN: usize = 80;
/// Grey of the ground, of what has happened, and of what becomes of it.
const GREYS: (u8, u8, u8) = (34, 235, 170);

/// In what it is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Language {
    English,
    German,
}

impl Language {
    /// The first of a client's languages (ISO 639) that there are words in; English if none is.
    pub(super) fn of(languages: &[String]) -> Self {
        let known = |language: &String| match language.split(['-', '_']).next().unwrap_or_default() {
            "de" | "deu" | "ger" => Some(Self::German),
            "en" | "eng" => Some(Self::English),
            _ => None,
        };
        languages.iter().find_map(known).unwrap_or(Self::English)
    }

    /// Two sentences, a line each.
    fn goes_on(self) -> [&'static str; 2] {
        match self {
            Self::English => ["Telecast keeps trying.", "The picture comes back by itself."],
            Self::German => ["Telecast versucht es weiter.", "Das Bild kommt von selbst zurück."],
        }
    }
}

/// What a slate is made for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Occasion {
    pub(super) code: ReasonCode,
    pub(super) language: Language,
    pub(super) layout: Layout,
}

type Made = Arc<OnceCell<Option<Arc<Still>>>>;

/// All that were made; cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Slates(Arc<Mutex<Kept>>);

/// What is kept, with when it was last needed: a count of needs.
#[derive(Default)]
struct Kept {
    all: HashMap<Occasion, (Made, u64)>,
    needs: u64,
}

impl Kept {
    fn of(&mut self, occasion: &Occasion) -> Made {
        self.needs += 1;
        if self.all.len() >= KEPT
            && !self.all.contains_key(occasion)
            && let Some(oldest) =
                self.all.iter().min_by_key(|(_, (_, last))| *last).map(|(occasion, _)| occasion.clone())
        {
            self.all.remove(&oldest);
        }
        let (made, last) = self.all.entry(occasion.clone()).or_default();
        *last = self.needs;
        Arc::clone(made)
    }
}

impl Slates {
    /// The slate for an occasion; none if it cannot be made. Made once, however many ask at the same time.
    pub(super) async fn get(&self, occasion: Occasion) -> Option<Arc<Still>> {
        let made = self.0.lock().unwrap_or_else(PoisonError::into_inner).of(&occasion);
        made.get_or_init(|| make(occasion)).await.clone()
    }
}

async fn make(Occasion { code, language, layout }: Occasion) -> Option<Arc<Still>> {
    let coded = slate::code(draw(code, language), SIZE, &layout).await;
    match coded {
        Ok(coded) => {
            let still = Still::new(&coded, layout).map(Arc::new);
            tracing::info!(reason = code.name(), is_made = still.is_some(), "a slate");
            still
        }
        Err(error) => {
            tracing::warn!(%error, reason = code.name(), "a slate cannot be made; raw readers wait without one");
            None
        }
    }
}

/// What has happened, and that it goes on.
fn draw(code: ReasonCode, language: Language) -> Vec<u8> {
    let title = match language {
        Language::English => code.english().title,
        Language::German => code.german().title,
    };
    let (width, height) = SIZE;
    let (ground, loud, quiet) = GREYS;
    let mut canvas = Canvas::new(width, height, ground);
    let most = width - 2 * MARGIN;
    let said = lines(title, most).into_iter().map(|line| (line, loud));
    let goes_on = language.goes_on().into_iter().flat_map(|text| lines(text, most)).map(|line| (line, quiet));
    let all: Vec<(String, u8)> = said.chain([(String::new(), ground)]).chain(goes_on).collect();
    let mut top = (height - all.len() * LINE) / 2;
    for (line, grey) in &all {
        canvas.write(line, top, *grey);
        top += LINE;
    }
    canvas.pixels
}

#[cfg(test)]
mod tests {
    use super::*;
    use telecast_media::ts::psi::Kind;

    fn occasion(width: u32) -> Occasion {
        let layout =
            Layout { video: (0x100, Kind::H264), size: (width, 576), clock: 0x100, sounds: Vec::new() };
        Occasion { code: ReasonCode::SourceEnded, language: Language::English, layout }
    }

    #[test]
    fn the_one_that_was_not_needed_for_longest_is_forgotten_and_no_other() {
        let mut kept = Kept::default();
        let made: Vec<Made> = (0..KEPT as u32).map(|width| kept.of(&occasion(width))).collect();
        assert!(Arc::ptr_eq(&kept.of(&occasion(0)), &made[0]), "needed again");
        kept.of(&occasion(1000));
        assert_eq!(kept.all.len(), KEPT);
        for (width, made) in made.iter().enumerate().filter(|(width, _)| *width != 1) {
            assert!(Arc::ptr_eq(&kept.of(&occasion(width as u32)), made), "{width} is kept");
        }
        assert!(!Arc::ptr_eq(&kept.of(&occasion(1)), &made[1]), "the oldest is made again");
    }
}
