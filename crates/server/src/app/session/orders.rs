//! What a session orders so that its player can decode what it gets: sounds made AAC, a picture coded anew, and how that is then played.

use telecast_core::playback::{self as decision, Decision, Plan, Policy, Seen, SourceTracks};
use telecast_core::session::{Event, Reason, WaitingFor};

use super::Owner;
use crate::app::memory::source_tracks;
use crate::app::playback::Door;
use crate::app::say;
use crate::app::tape::{Snapshot, Tape};
use crate::app::transcoders;

impl Owner {
    /// Orders the transcoders that are wanted; before the map has come, one is started for what is remembered.
    pub(super) async fn transcode(&mut self) {
        let Some(tape) = self.hold.as_ref().map(|hold| hold.tape.clone()) else { return };
        let snapshot = tape.snapshot();
        if self.picture.recipe.is_some() {
            self.code(&snapshot).await;
        } else if snapshot.mapped {
            self.derive(&tape).await;
        } else {
            let remembered = self.around.memory.get(&self.channel.id.0);
            let first = self
                .wanted
                .first()
                .and_then(|id| remembered.as_ref()?.audio_track(*id).map(|track| track.codec));
            if let Some(kind) = first.and_then(say::kind) {
                tape.warm(kind);
            }
        }
    }

    /// Orders the sounds that are wanted of `tape`.
    pub(super) async fn derive(&mut self, tape: &Tape) {
        self.needs.retain(|need| self.wanted.contains(&need.from));
        for id in self.wanted.clone() {
            if self.needs.iter().any(|need| need.from == id) {
                continue;
            }
            if let Some(need) = tape.derive(id).await {
                self.needs.push(need);
                self.pending.push_back(Event::TranscoderStarted);
            }
        }
    }

    /// Gets the tape with the picture coded anew, decides how that is played, and orders its sound.
    pub(super) async fn code(&mut self, snapshot: &Snapshot) {
        let (Some(recipe), Some(hold)) = (self.picture.recipe, &self.hold) else { return };
        let tracks = self.around.memory.completed(&self.channel.id.0, source_tracks(&snapshot.tracks));
        let Some(track) = tracks.video.filter(|_| snapshot.mapped) else { return };
        if self.picture.hold.is_none() {
            let wish =
                transcoders::Wish { parent: hold.tape.clone(), key: hold.stream().clone(), track, recipe };
            self.picture.hold = self.around.transcoders.acquire(wish).await;
            self.picture.watch = self.picture.hold.as_ref().map(|hold| hold.tape.watch());
            if self.picture.hold.is_none() {
                self.pending.push_back(Event::Broken(Reason::transcoders_busy()));
                return;
            }
            self.pending.push_back(Event::TranscoderStarted);
        }
        let Some(coded) = self.picture.hold.as_ref().map(|hold| hold.tape.clone()) else { return };
        let snapshot = coded.snapshot();
        if !snapshot.mapped {
            return;
        }
        let tracks = source_tracks(&snapshot.tracks);
        let policy = Policy { deinterlace: false, ..self.around.settings.now().policy() };
        let client = decision::Client { compatible: false, ..self.machine.client().clone() };
        if let Some(plan) = decision::decide(Seen::Now(&tracks), &client, policy).plan() {
            self.wanted = plan.transcoded_audio().collect();
            self.picture.plan = Some(plan.clone());
            self.derive(&coded).await;
        }
    }

    /// What is played: a tape, and how.
    pub(super) fn delivery(&self) -> Option<(&Tape, &Plan)> {
        match (&self.picture.hold, &self.picture.plan) {
            (Some(coded), Some(plan)) => Some((&coded.tape, plan)),
            _ if self.picture.recipe.is_some() => None,
            _ => Some((&self.hold.as_ref()?.tape, self.machine.plan().filter(|plan| !plan.provisional)?)),
        }
    }

    /// Whether what its player sees has gone, or what it hears while there is other sound for it.
    pub(super) fn has_lost_its_tracks(&self) -> bool {
        let (Door::Open(way), Some((tape, plan))) = (&*self.door.borrow(), self.delivery()) else {
            return false;
        };
        let snapshot = tape.snapshot();
        let Some(run) = snapshot.newest_run() else { return false };
        way.has_lost_its_sound(&snapshot.tracks, plan) || way.has_lost_its_picture(&run.tracks)
    }

    /// Looks at what the station can do for this picture, until that is known. Whatever it returns must have come before it can be told.
    /// `seen`: the picture's size is not from memory.
    pub(super) fn settle(&mut self, tracks: &SourceTracks, seen: bool) -> Option<WaitingFor> {
        if self.sent.settled {
            return None;
        }
        let policy = self.around.policy_for(&self.channel, Some(tracks), self.machine.client());
        let decided = decision::decide(Seen::Now(tracks), self.machine.client(), policy);
        if matches!(decided, Decision::Refuse(_)) && !self.around.transcoders.is_proven() {
            return Some(WaitingFor::Transcoder);
        }
        // Whoever began to code a picture of unknown size would take room for the largest, and be in the way of the right one.
        let for_its_size = [decision::Reason::VideoTranscoderBusy, decision::Reason::MachineTooSlow];
        let by_size = match &decided {
            Decision::Play(plan) => {
                plan.recipe().is_some() && tracks.video.as_ref().is_some_and(|track| track.height.is_none())
            }
            // A size that is only remembered promises a picture, and denies none.
            Decision::Refuse(reasons) => !seen && for_its_size.iter().any(|reason| reasons.contains(reason)),
            Decision::Unknown => false,
        };
        if by_size {
            return Some(WaitingFor::KeyFrame);
        }
        self.machine.set_policy(policy);
        self.sent.settled = seen;
        None
    }
}
