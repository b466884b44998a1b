//! Programmes that are played for themselves: an item of the library, or what was on a channel. What they are made of is prepared here like what is on soon, before that,
//! and the tape of each is told of it ([`Programme`]).
//!
//! - An item is prepared as a whole where that goes fast: its picture stays as it is, and it is no long film. Otherwise chunks are prepared just ahead of each
//!   viewer, by when he will need them, and where the picture stays as it is the whole behind that, for the next one.
//! - What was on a channel is what the log and the firm slots say, breaks included, from the piece on in which its viewer begins. What is not on yet is not added.
//! - What cannot be prepared twice is left out; where nothing is left, it is said why.
//! - One that no tape shows is over after a while.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use telecast_core::error::Error;
use telecast_core::library::house::{self, PicturePlan};
use telecast_core::library::{HZ, ItemId};
use telecast_core::lineup::ServiceRef;
use telecast_core::schedule::TICKS_PER_MS;
use tokio::time::Instant;

use super::channel::Channel;
use super::channel::parts::{self, Part};
use super::stock::{Stock, StockFile};
use super::{LOG, Request, Stations};
use crate::adapters::ffmpeg::material;
use crate::adapters::pieces;
use crate::adapters::programmes::{Failed, Programme, Programmes, Rundown, Shown};
use crate::app::prepare::{Board, Key, Source, State, Stretch, Wanted};

/// How long chunks are (ticks): as channels have them, so that both use the same.
const CHUNK: i64 = 60 * HZ;
/// Chunks that are wanted ahead of each that is fetched, and such behind it that stay.
const AHEAD: usize = 3;
const BEHIND: usize = 2;
/// An item that is longer is played in chunks at first, even if its picture stays as it is (ticks): its sound takes a minute or two.
const WHOLE_MOST: i64 = 15 * 60 * HZ;
/// What is prepared behind the viewer, for the next one, is due so late that nobody waits for it (milliseconds).
const LATER_MS: i64 = 10 * 60_000;
/// An attempt that has failed so often is not waited for.
const TRIES: u32 = 2;
/// Of what overlaps by less nothing is meant: guides count milliseconds, and move by less than a second (ticks).
const SLIVER: i64 = HZ / 2;
/// A file that is looked at for longer is played in chunks: a disk that sleeps.
const PROBED: Duration = Duration::from_secs(10);
/// A programme that no tape shows any more, or yet, stays for this long.
const LINGER: Duration = Duration::from_secs(60);
/// No item is longer (ticks): of what claims to be, that much is played.
const LONGEST: i64 = 48 * 3600 * HZ;
/// For one that no tape shows any more, or yet, nothing is prepared after this.
const WANTED: Duration = Duration::from_secs(15);

/// What is to be played.
#[derive(Clone, Debug)]
pub struct ItemWish {
    /// Which item.
    pub item: ItemId,
    /// Its file.
    pub file: StockFile,
    /// How long it is (ticks).
    pub length: i64,
    /// From where on (ticks).
    pub from: i64,
}

/// What of a channel is to be played.
#[derive(Clone, Debug)]
pub struct PastWish {
    /// Which channel.
    pub station: String,
    /// From when (ticks since 1970).
    pub from: i64,
    /// Until when (the same).
    pub until: i64,
    /// Where its viewer begins (the same): what was over by then is left out.
    pub at: i64,
}

impl PastWish {
    /// Whether something is meant that was on then.
    pub(super) fn means(&self, part: &Part) -> bool {
        part.end() > self.from + SLIVER && part.at < self.until - SLIVER
    }
}

impl Stations {
    /// The service by which the tape of an item is had, for a minute at least.
    ///
    /// # Errors
    /// Why there is none.
    pub(in crate::app) async fn play_item(&self, wish: ItemWish) -> Result<ServiceRef, Failed> {
        let file = wish.file.path.clone();
        if tokio::fs::metadata(&file).await.is_err() {
            return Err(Failed::Gone);
        }
        let looked = tokio::time::timeout(PROBED, material::of(&file)).await;
        let material = match looked {
            Ok(Ok(material)) => Some(material),
            Ok(Err(why)) => return Err(Failed::Broken(why)),
            Err(_) => None,
        };
        let plan = material.and_then(|material| house::plan(&material, false));
        let copied = plan.is_some_and(|plan| matches!(plan.picture, PicturePlan::Copied { .. }));
        self.ask(|reply| Request::Item(Box::new(wish), copied, reply)).await.map_err(ending)
    }

    /// The service by which the tape of what was on a channel is had, for a minute at least.
    ///
    /// # Errors
    /// Why there is none.
    pub(in crate::app) async fn play_past(&self, wish: PastWish) -> Result<ServiceRef, Failed> {
        let parts = self.was_on(&wish).await.map_err(ending)?;
        self.ask(|reply| Request::Past(wish, parts, reply)).await.map_err(ending)
    }

    /// For whom the items are, by the library as it is, of which it was made what was on a channel; none: nobody knows. Those that are not to be seen are left out.
    ///
    /// # Errors
    /// `Unavailable`.
    pub(in crate::app) async fn ages(&self, wish: &PastWish) -> Result<Vec<Option<u8>>, Error> {
        let parts = self.was_on(wish).await?;
        self.ask(|reply| Request::Ages(wish.clone(), parts, reply)).await
    }

    /// What the log says of what was on.
    async fn was_on(&self, wish: &PastWish) -> Result<Vec<Part>, Error> {
        let log = self.store.aired(&wish.station, wish.until / TICKS_PER_MS, LOG).await?;
        let parts = log.iter().rev().flat_map(|line| parts::read(&line.pieces));
        Ok(parts.filter(|part| wish.means(part)).collect())
    }
}

fn ending(error: Error) -> Failed {
    Failed::Broken(error.to_string())
}

/// A piece that is needed, and where it stands.
#[derive(Clone, Debug)]
struct Need {
    /// None: its file is not there.
    of: Option<(Key, Source)>,
    stretch: Stretch,
    planned: i64,
    at: i64,
}

impl Need {
    fn key(&self) -> Option<&Key> {
        self.of.as_ref().map(|(key, _)| key)
    }
}

/// Leaves out what was over before `at`; the last one stays, whatever that is.
fn begin_with(needs: &mut Vec<Need>, at: i64) {
    let over = needs.iter().take_while(|need| need.at + need.planned <= at + SLIVER).count();
    needs.drain(..over.min(needs.len().saturating_sub(1)));
}

/// One programme.
struct Playing {
    id: String,
    /// What it is, for those who want the same.
    what: String,
    programme: Arc<Programme>,
    needs: Vec<Need>,
    /// How many of them are placed or left out.
    done: usize,
    /// Which of them are placed.
    placed: Vec<usize>,
    /// Why the last one is left out that is.
    left_out: Option<Failed>,
    /// The whole, for the next viewer.
    whole: Option<Need>,
    rundown: Rundown,
    /// It is an item, which is what it is from its beginning on; else what was on a channel.
    is_item: bool,
    /// What it goes on with; none: all needs are known.
    channel: Option<PastWish>,
    /// Since when no tape shows it.
    idle: Instant,
}

/// All of them.
#[derive(Default)]
pub(super) struct All {
    playing: Vec<Playing>,
    turn: u64,
}

impl All {
    /// The service by which the tape of an item is had; `copied`: its picture stays as it is.
    pub(super) fn item(
        &mut self,
        wish: &ItemWish,
        copied: bool,
        (folder, programmes): (&std::path::Path, &Programmes),
    ) -> ServiceRef {
        let whole = Stretch { from: 0, length: None };
        let StockFile { path, content } = wish.file.clone();
        let source = Source::File { path, content };
        let need = |stretch: Stretch, planned, at| Need {
            of: Some((Key::of(&wish.file.content, stretch), source.clone())),
            stretch,
            planned,
            at,
        };
        let is_there = pieces::is_whole(&folder.join(Key::of(&wish.file.content, whole).name()));
        let all = need(whole, wish.length, 0);
        if is_there || wish.length <= CHUNK || copied && wish.length <= WHOLE_MOST {
            let what = format!("item-{}", wish.item);
            return self.begin((what, 0), vec![all], (None, None), programmes);
        }
        // What claims to be longer is not believed.
        let length = wish.length.min(LONGEST);
        let first = wish.from.clamp(0, length - 1) / CHUNK * CHUNK;
        let chunk = |nth: i64| {
            let at = first + nth * CHUNK;
            let stretch = Stretch { from: at, length: Some(CHUNK.min(length - at)) };
            need(stretch, stretch.length.unwrap_or(CHUNK), at)
        };
        let chunks = (length - first + CHUNK - 1) / CHUNK;
        let what = format!("item-{}-{}", wish.item, first / HZ);
        let needs = (0..chunks).map(chunk).collect();
        self.begin((what, first), needs, (copied.then_some(all), None), programmes)
    }

    /// The service by which the tape of what was on a channel is had; `parts`: what the log says of it.
    pub(super) fn past(
        &mut self,
        wish: PastWish,
        parts: &[Part],
        stock: &Stock,
        programmes: &Programmes,
    ) -> ServiceRef {
        let mut needs: Vec<Need> = parts.iter().map(|part| need_of(part, stock)).collect();
        begin_with(&mut needs, wish.at);
        let at = needs.first().map_or(wish.at, |first| first.at);
        let what = format!("{}-{}-{}-{}", wish.station, wish.from / HZ, wish.until / HZ, at / HZ);
        self.begin((what, wish.from), needs, (None, Some(wish)), programmes)
    }

    fn begin(
        &mut self,
        (what, from): (String, i64),
        needs: Vec<Need>,
        (whole, channel): (Option<Need>, Option<PastWish>),
        programmes: &Programmes,
    ) -> ServiceRef {
        let is_same = |known: &&mut Playing| {
            // What is not to be seen any more, or lies in another file by now, is not shown to who comes later.
            let mut pairs = needs.iter().zip(&known.needs);
            known.what == what
                && known.rundown.failed.is_none()
                && known.rundown.pieces.iter().all(|shown| !shown.piece.is_spoilt())
                && pairs.all(|(new, known)| new.key() == known.key())
        };
        if let Some(known) = self.playing.iter_mut().find(is_same) {
            known.idle = Instant::now();
            return ServiceRef::programme(&known.id);
        }
        // What has failed may be tried again, and is another then.
        self.turn += 1;
        let id = format!("{what}-{}", self.turn);
        let service = ServiceRef::programme(&id);
        metrics::counter!("telecast_programmes_played_total").increment(1);
        self.playing.push(Playing {
            programme: programmes.begin(&id, from),
            id,
            what,
            needs,
            done: 0,
            placed: Vec::new(),
            left_out: None,
            whole,
            is_item: channel.is_none(),
            rundown: Rundown { from, ..Rundown::default() },
            channel,
            idle: Instant::now(),
        });
        service
    }

    /// Brings each to where it is to be at `now` (ticks), and says what is needed for it.
    pub(super) fn look(
        &mut self,
        now: i64,
        (channels, stock, board): (&[Channel], &Stock, &Board),
        programmes: &Programmes,
        wanted: &mut BTreeMap<Key, Wanted>,
    ) {
        self.playing.retain_mut(|one| {
            if one.programme.is_shown() {
                one.idle = Instant::now();
            }
            let stays = one.idle.elapsed() < LINGER;
            if !stays {
                programmes.end(&one.id);
            }
            stays
        });
        metrics::gauge!("telecast_programmes").set(self.playing.len() as f64);
        for one in &mut self.playing {
            one.follow(now, channels, stock);
            one.go_on(board);
            one.wanted(now, wanted);
        }
    }
}

fn need_of(part: &Part, stock: &Stock) -> Need {
    let stretch = part.stretch();
    Need {
        of: stock.key(part.item, stretch).zip(stock.source(part.item)),
        stretch,
        planned: part.end() - part.at,
        at: part.at,
    }
}

impl Playing {
    /// What its channel has shown since.
    fn follow(&mut self, now: i64, channels: &[Channel], stock: &Stock) {
        let Some(wish) = &self.channel else { return };
        let Some(channel) = channels.iter().find(|channel| channel.station.id == wish.station) else {
            self.channel = None;
            return;
        };
        let known = self.needs.last().map_or(i64::MIN, |last| last.at + 1);
        let (until, firm) = (wish.until, channel.firm_until());
        let new = channel.shown(wish.from, until.min(now));
        let new = new.iter().filter(|part| part.at >= known && wish.means(part));
        self.needs.extend(new.map(|part| need_of(part, stock)));
        if self.done == 0 {
            begin_with(&mut self.needs, wish.at);
        }
        // Of a channel on which nothing is firm nothing more will have been on.
        if until <= now && (firm == 0 || firm >= until - SLIVER) {
            self.channel = None;
        }
    }

    /// Places what is there.
    fn go_on(&mut self, board: &Board) {
        let before = (self.rundown.pieces.len(), self.rundown.progress, self.rundown.complete);
        let mut progress = None;
        while let Some(need) = self.needs.get(self.done) {
            let state = need.of.as_ref().and_then(|(key, _)| board.states.get(key));
            match (state, &need.of) {
                (Some(State::Ready(piece)), _) => {
                    self.rundown.pieces.push(Shown { at: need.at, piece: Arc::clone(piece) });
                    self.placed.push(self.done);
                }
                (_, None) => self.leave_out(Failed::Gone),
                (Some(State::Failed { why, tries, .. }), Some((_, source))) => {
                    let gone = matches!(source, Source::File { path, .. } if !path.exists());
                    let at_once = gone || self.is_item && self.rundown.pieces.is_empty();
                    if !at_once && *tries < TRIES {
                        progress = Some((0, need.planned));
                        break;
                    }
                    self.leave_out(if gone { Failed::Gone } else { Failed::Broken(why.clone()) });
                    if at_once && self.is_item {
                        self.needs.truncate(self.done + 1);
                    }
                }
                (Some(State::Running(done, _)), _) => {
                    progress = Some(((*done).min(need.planned), need.planned));
                    break;
                }
                (Some(State::Waiting(_)) | None, _) => {
                    progress = Some((0, need.planned));
                    break;
                }
            }
            self.done += 1;
        }
        // What lies further ahead is not waited for yet.
        let is_near = self.heads().any(|(head, _)| self.done <= head + 1);
        self.rundown.progress = progress.filter(|_| is_near);
        self.rundown.complete = self.channel.is_none() && self.done == self.needs.len();
        if self.rundown.complete && self.rundown.pieces.is_empty() {
            let failed = self.left_out.clone().unwrap_or(Failed::NotKept);
            if self.rundown.failed.replace(failed).is_none() {
                self.programme.tell(self.rundown.clone());
            }
            return;
        }
        let after = (self.rundown.pieces.len(), self.rundown.progress, self.rundown.complete);
        if before != after {
            self.programme.tell(self.rundown.clone());
        }
    }

    fn leave_out(&mut self, why: Failed) {
        tracing::warn!(programme = self.id, why = why.words(), "a stretch of a programme is left out");
        metrics::counter!("telecast_programmes_left_out_total").increment(1);
        self.left_out = Some(why);
    }

    /// Where its viewers are: number of a need, and how far into it (ticks).
    fn heads(&self) -> impl Iterator<Item = (usize, i64)> {
        let heads = self.programme.heads().into_iter();
        heads.map(|head| self.placed.get(head.piece).map_or((self.done, 0), |number| (*number, head.into)))
    }

    /// What is needed of the preparation room.
    fn wanted(&self, now: i64, out: &mut BTreeMap<Key, Wanted>) {
        if self.rundown.failed.is_some() || self.idle.elapsed() > WANTED {
            return;
        }
        let now_ms = now / TICKS_PER_MS;
        for (head, into) in self.heads() {
            let few = self.needs.iter().enumerate().skip(head.saturating_sub(BEHIND));
            // What lies between him and it is what he has in hand.
            let mut ahead = -into;
            for (number, need) in few.take_while(|(number, _)| *number <= head + AHEAD) {
                // What is placed stays; nobody waits for it.
                let due_ms = if number < self.done { LATER_MS } else { ahead.max(0) / TICKS_PER_MS };
                if number >= head {
                    ahead += need.planned;
                }
                add(out, need, now_ms + due_ms);
            }
        }
        if let Some(whole) = &self.whole {
            add(out, whole, now_ms + LATER_MS);
        }
    }
}

fn add(out: &mut BTreeMap<Key, Wanted>, need: &Need, due_ms: i64) {
    let Some((key, source)) = need.of.clone() else { return };
    let wanted = Wanted { key: key.clone(), source, stretch: need.stretch, planned: need.planned, due_ms };
    let known = out.entry(key).or_insert(wanted);
    known.due_ms = known.due_ms.min(due_ms);
}

#[cfg(test)]
mod laws;
