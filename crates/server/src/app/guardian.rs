//! Children and guests: what a child may see is asked when a session begins, and again and again while it runs, because programmes change;
//! a guest's sessions end with his stay. Whatever reads a session, raw streams included, ends with it.

use std::sync::Arc;

use futures_util::future::join_all;
use telecast_core::access::Profile;
use telecast_core::error::{Error, Kind};
use telecast_core::limits;
use telecast_core::lineup::ChannelId;
use telecast_core::session::{Reason, ReasonCode};
use tokio_util::sync::CancellationToken;

use super::receivers::Receivers;
use super::sessions::Sessions;
use super::supervise;
use super::view::{Rights, SessionView, StartPlayback};
use crate::adapters::clock::Clock;

/// Whoever looks after them. Cheap to clone.
#[derive(Clone)]
pub(super) struct Guardian {
    pub(super) receivers: Arc<Receivers>,
    pub(super) clock: Clock,
}

impl Guardian {
    /// Watches over all sessions until the station stops.
    pub(super) fn begin(
        receivers: &Arc<Receivers>,
        clock: Clock,
        sessions: &Sessions,
        stop: &CancellationToken,
    ) -> Self {
        let guardian = Self { receivers: Arc::clone(receivers), clock };
        supervise("guardian", guardian.clone().watch(sessions.clone(), stop.child_token()));
        guardian
    }

    /// How far back (milliseconds since 1970) a session that is asked for may reach; none: as far as the tape goes.
    ///
    /// # Errors
    /// `NotFound`: the channel is not there for whoever asks. `Forbidden` (`age_limit`): what is on is not for him.
    pub(super) fn admit(&self, request: &StartPlayback) -> Result<Option<i64>, Error> {
        let Some(profile) = &request.rights.profile else { return Ok(None) };
        if !profile.lists(&ChannelId(request.channel_id.clone())) {
            return Err(Error::new(Kind::NotFound, "There is no such channel. It may have been removed."));
        }
        if request.rights.unlocked || !profile.minds_time() {
            return Ok(None);
        }
        let (rating, began_ms) = self.on_now(&request.channel_id);
        if !profile.admits(rating) {
            let words = ReasonCode::AgeLimit.english();
            metrics::counter!("telecast_admissions_refused_total", "limit" => "age").increment(1);
            return Err(Error::new(Kind::Forbidden, format!("{}. {}", words.title, words.advice))
                .because(ReasonCode::AgeLimit.name()));
        }
        // What was on before may have been for others. Of what nobody has rated it is not known either when it began.
        let edge = self.clock.wall_ms() - limits::CHILD_PAST.as_millis() as i64;
        Ok(Some(rating.and(began_ms).map_or(edge, |began| began.min(edge))))
    }

    /// For whom it is what is on, and when it began, as far as is known.
    fn on_now(&self, channel: &str) -> (Option<u8>, Option<i64>) {
        let row = self.receivers.now_next(&[channel.to_owned()], &[]).into_iter().next();
        let now = row.and_then(|row| row.now);
        (now.as_ref().and_then(|event| event.rating), now.map(|event| event.start_ms))
    }

    /// Why a session of these rights may not go on.
    fn ends(&self, rights: &Rights, view: &SessionView) -> Option<Reason> {
        if rights.until_ms.is_some_and(|until| until <= self.clock.wall_ms()) {
            return Some(Reason::new(ReasonCode::AccessEnded));
        }
        // What is played for itself is what it was when it was admitted.
        let minds = |_: &&Arc<Profile>| view.programme.is_none() && !rights.unlocked;
        let profile = rights.profile.as_ref().filter(minds).filter(|profile| profile.minds_time())?;
        (!profile.admits(self.on_now(&view.channel_id).0)).then(|| Reason::new(ReasonCode::AgeLimit))
    }

    /// Ends what may not go on, until `stop`.
    pub(super) async fn watch(self, sessions: Sessions, stop: CancellationToken) {
        let mut look = tokio::time::interval(limits::GUARDIAN);
        while stop.run_until_cancelled(look.tick()).await.is_some() {
            let all = sessions.all();
            let bounded = all.by_id.values().filter(|entry| entry.is_bounded() && !entry.is_over());
            // Together: none waits for the farewell of another.
            join_all(bounded.filter_map(|entry| {
                let reason = self.ends(entry.rights(), &entry.view.borrow())?;
                Some(entry.stop(reason.code))
            }))
            .await;
        }
    }
}
