//! A guide that somebody thinks of adding: asked for its beginning, and nothing of it is kept.

use std::io::BufRead;
use std::time::Duration;

use telecast_core::guide::matching::Offered;
use telecast_core::guide::wishes::Choices;
use telecast_core::guide::xmltv::{Item, Options, Reader};
use telecast_core::lineup::Lineup;

use super::Guide;
use super::matched::{Matcher, known};
use crate::adapters::guide_file::Place;

/// So long it may take until its beginning has come.
const PATIENCE: Duration = Duration::from_secs(30);
/// So many programmes and channels of it are looked at.
const LOOKED_AT: usize = 20_000;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// Why it is of no use; empty: it is.
    pub fault: String,
    /// Channels that it declares.
    pub offered: usize,
    /// Channels of the lineup that are certainly some of them.
    pub sure: usize,
    /// Channels of the lineup that may be some of them.
    pub doubtful: usize,
    /// Programmes among what was looked at.
    pub airings: usize,
    /// There is more of it than was looked at.
    pub more: bool,
}

impl Guide {
    /// Reads the beginning of what lies there.
    pub(in crate::app) async fn try_guide(&self, place: Place) -> Trial {
        let (lineup, now_ms) = (self.lineup.load_full(), self.clock.wall_ms());
        let trial = async {
            let input = place.open().await.map_err(|trouble| trouble.to_string())?;
            let read = tokio::task::spawn_blocking(move || look(input, &lineup, now_ms)).await;
            read.map_err(|_| "Reading it has failed.".to_owned())
        };
        let failed = |fault: String| Trial { fault, ..Trial::default() };
        match tokio::time::timeout(PATIENCE, trial).await {
            Ok(Ok(trial)) => trial,
            Ok(Err(fault)) => failed(fault),
            Err(_) => failed("It has not answered within half a minute.".to_owned()),
        }
    }
}

fn look(input: Box<dyn BufRead + Send>, lineup: &Lineup, now_ms: i64) -> Trial {
    let known = known(lineup, &Choices::new());
    let mut reader = Reader::new(input, Options { zone: jiff::tz::TimeZone::system() });
    let mut matcher = Matcher::new(&known, now_ms);
    let mut trial = Trial { more: true, ..Trial::default() };
    for _ in 0..LOOKED_AT {
        match reader.next() {
            Ok(Some(Item::Head(_))) => {}
            Ok(Some(Item::Channel(channel))) => {
                trial.offered += 1;
                let names = channel.names.into_iter().map(|name| name.text).collect();
                matcher.declare(Offered { id: channel.id.to_string(), names });
            }
            Ok(Some(Item::Airing(heard))) => {
                trial.airings += 1;
                matcher.channels(&heard.channel);
            }
            Ok(None) => {
                trial.more = false;
                break;
            }
            Err(fault) => {
                trial.more = false;
                trial.fault = fault.to_string();
                break;
            }
        }
    }
    let rows = matcher.finish().rows;
    trial.sure = rows.iter().filter(|row| row.taken.is_some()).count();
    trial.doubtful = rows.iter().filter(|row| !row.proposed.is_empty()).count();
    trial
}
