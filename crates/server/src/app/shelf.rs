//! What was made from a tape and is likely to be asked for again: fragments and segments in one bounded cache for all tapes, and
//! for each tape the newest playlist of each view.
//!
//! All of it is a pure function of the tape, so it may be dropped at any time.

use std::borrow::Cow;
use std::io::ErrorKind;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use moka::Expiry;
use moka::future::Cache;
use telecast_media::cmaf::{self, Entry, Extent, Missing};
use telecast_media::hls::{self, Container, Directives, View};
use telecast_media::mpegts;
use telecast_media::tape::{Index, Origin, Rendition, Segment, TrackId, derived_id};

use super::playback::PlayError;
use super::tape::{Main, Snapshot, Tape};

/// Bytes of all that is kept.
const SHELF: u64 = 32 << 20;
/// What nobody has asked for in this time is dropped: at the edge all viewers ask at once, and making it again is a copy.
const UNTOUCHED: Duration = Duration::from_secs(4);
/// The same of what was made from prepared files, which is a copy out of the system's memory: as long as it takes all viewers of a channel to ask.
const PREPARED: Duration = Duration::from_millis(500);
/// Parts of the newest segments are made where they are asked for: their bytes are in memory still (`adapters/tape_writer.rs`), or, where sound was
/// made AAC, in the system's. All else is made where waiting for a disk blocks nobody.
const FRESH: u64 = 2;
/// Views whose playlists are kept per tape: sessions of one kind share one.
const VIEWS: usize = 16;

/// What is on the shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Label {
    tape: u64,
    /// Its bytes lie in prepared files.
    prepared: bool,
    rendition: Rendition,
    sequence: u64,
    form: Form,
}

/// In which form a segment, or a part of it, is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Form {
    /// All of it, or a part.
    pub extent: Extent,
    /// CMAF or transport stream.
    pub container: Container,
    /// Where the decoder comes from (CMAF only).
    pub entry: Entry,
}

/// Says when what is of prepared files goes, looked at or not.
struct Short;

impl Expiry<Label, Bytes> for Short {
    fn expire_after_create(&self, label: &Label, _: &Bytes, _: Instant) -> Option<Duration> {
        label.prepared.then_some(PREPARED)
    }
}

/// The cache of all tapes; cheap to clone.
#[derive(Clone)]
pub struct Shelf(Cache<Label, Bytes>);

impl Default for Shelf {
    fn default() -> Self {
        let weigh = |_: &Label, bytes: &Bytes| u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        Self(
            Cache::builder()
                .max_capacity(SHELF)
                .weigher(weigh)
                .time_to_idle(UNTOUCHED)
                .expire_after(Short)
                .build(),
        )
    }
}

impl Shelf {
    /// A segment or part, made by the first who asks; the others wait for it.
    pub async fn fragment(
        &self,
        tape: &Tape,
        snapshot: &Arc<Snapshot>,
        rendition: Rendition,
        sequence: u64,
        form: Form,
    ) -> Result<Bytes, PlayError> {
        let prepared = matches!(tape.main, Main::Aired(_) | Main::Programme(_));
        let label = Label { tape: tape.id, prepared, rendition, sequence, form };
        let at_the_edge = sequence + FRESH >= snapshot.index.next_sequence;
        let fresh = at_the_edge && matches!(form.extent, Extent::Part(_));
        let (tape, snapshot) = (tape.clone(), Arc::clone(snapshot));
        let made = self.0.try_get_with(label, async move {
            let work = move || make(&tape, &snapshot, label);
            if fresh {
                return work();
            }
            tokio::task::spawn_blocking(work)
                .await
                .unwrap_or_else(|_| Err(PlayError::Broken("a fragment cannot be made".into())))
        });
        made.await.map_err(|error| (*error).clone())
    }
}

fn make(tape: &Tape, snapshot: &Snapshot, label: Label) -> Result<Bytes, PlayError> {
    let segment = snapshot.index.segment(label.sequence).ok_or(PlayError::NotFound)?;
    let made = match label.form.container {
        Container::Cmaf => make_cmaf(tape, snapshot, segment, label),
        Container::Ts => {
            let before = label.sequence.checked_sub(1).and_then(|sequence| snapshot.index.segment(sequence));
            let before = before.filter(|before| before.run.number == segment.run.number);
            mpegts::segment(segment, before.map(|before| &**before), label.rendition, |origin, begin, end| {
                tape.read(snapshot, derived_track(origin), origin, begin, end).map(Cow::Owned)
            })
        }
    };
    match made {
        Ok(bytes) => {
            metrics::counter!("telecast_fragments_made_total").increment(1);
            Ok(Bytes::from(bytes))
        }
        Err(Missing::NotThere) => Err(PlayError::NotFound),
        // It has been evicted between the playlist and the request.
        Err(Missing::Bytes { source, .. }) if source.kind() == ErrorKind::NotFound => {
            Err(PlayError::NotFound)
        }
        Err(error) => {
            tracing::error!(%error, tape = tape.id, "the tape's bytes cannot be read");
            Err(PlayError::Broken(error.to_string()))
        }
    }
}

/// A fragment. What it needs of a file is read at once; what of the stream is in memory still is not even copied.
fn make_cmaf(tape: &Tape, snapshot: &Snapshot, segment: &Segment, label: Label) -> Result<Vec<u8>, Missing> {
    let Form { extent, entry, .. } = label.form;
    let mut pieces = pieces(segment, label).ok_or(Missing::NotThere)?;
    let stream = pieces.iter().position(|piece| matches!(piece.origin, Origin::Stream { .. }));
    let in_memory = |piece: &Piece| tape.main.in_memory(piece.begin, piece.end, |_| ()).is_some();
    let recent = stream.filter(|at| in_memory(&pieces[*at])).map(|at| pieces.remove(at));
    for Piece { origin, begin, end, bytes } in &mut pieces {
        let (begin, end) = (*begin, *end);
        *bytes = tape
            .read(snapshot, derived_track(*origin), *origin, begin, end)
            .map_err(|source| Missing::Bytes { begin, end, source })?;
    }
    let kept = |origin: Origin, begin: u64, end: u64| {
        let piece = pieces.iter().find(|piece| piece.holds(origin, begin, end))?;
        Some(Cow::Borrowed(&piece.bytes[(begin - piece.begin) as usize..(end - piece.begin) as usize]))
    };
    let made = recent.and_then(|recent| {
        tape.main.in_memory(recent.begin, recent.end, |memory| {
            cmaf::enter(segment, label.rendition, extent, entry, |origin, begin, end| {
                let found = recent.holds(origin, begin, end).then(|| memory.range(begin, end));
                // The memory is held: nothing else of the tape may be asked for meanwhile.
                found.or_else(|| kept(origin, begin, end)).ok_or_else(|| ErrorKind::WouldBlock.into())
            })
        })
    });
    match made {
        Some(Err(Missing::Bytes { source, .. })) if source.kind() == ErrorKind::WouldBlock => {}
        Some(made) => return made,
        None => {}
    }
    // It lies on disk only, or a decoder that begins here needs to know of what lies before.
    cmaf::enter(segment, label.rendition, extent, entry, |origin, begin, end| {
        match kept(origin, begin, end) {
            Some(bytes) => Ok(bytes),
            None => tape.read(snapshot, derived_track(origin), origin, begin, end).map(Cow::Owned),
        }
    })
}

/// A range of a file in which frames of a fragment lie.
struct Piece {
    origin: Origin,
    begin: u64,
    end: u64,
    bytes: Vec<u8>,
}

impl Piece {
    /// Whether `begin..end` of a track from `origin` lies in it. All tracks of the stream lie in one file.
    fn holds(&self, origin: Origin, begin: u64, end: u64) -> bool {
        let same = match self.origin {
            Origin::Stream { .. } => matches!(origin, Origin::Stream { .. }),
            Origin::Derived { .. } => self.origin == origin,
        };
        same && self.begin <= begin && end <= self.end
    }
}

/// What is needed of each track. Picture and sound of the stream are one piece where reading it once is no more than reading each.
fn pieces(segment: &Segment, label: Label) -> Option<Vec<Piece>> {
    let master = segment.lane(label.rendition.master()?)?;
    let mut pieces: Vec<Piece> = Vec::with_capacity(2);
    for id in label.rendition.tracks() {
        let (track, lane) = (segment.run.track(id)?, segment.lane(id)?);
        let frames = &lane.frames[cmaf::frames(segment, master, lane, label.form.extent)?];
        let own = || frames.iter().filter(|frame| frame.length > 0);
        let Some(begin) = own().map(|frame| frame.begin).min() else { continue };
        let end = own().map(|frame| frame.begin + u64::from(frame.length)).max()?;
        match pieces.iter_mut().find(|piece| {
            let apart = (piece.end - piece.begin) + (end - begin);
            piece.holds(track.origin, piece.begin, piece.end)
                && piece.end.max(end) - piece.begin.min(begin) <= apart
        }) {
            Some(piece) => (piece.begin, piece.end) = (piece.begin.min(begin), piece.end.max(end)),
            None => pieces.push(Piece { origin: track.origin, begin, end, bytes: Vec::new() }),
        }
    }
    Some(pieces)
}

/// The derived track that a side file belongs to.
fn derived_track(origin: Origin) -> TrackId {
    match origin {
        Origin::Derived { from } => derived_id(from),
        Origin::Stream { .. } => 0,
    }
}

/// What a playlist was made for, and from.
struct Written {
    view: View,
    floor: u64,
    skip: bool,
    /// Only to know it again: a playlist that nobody asks for any more must not keep an old index.
    snapshot: Weak<Snapshot>,
    text: Bytes,
}

/// The newest playlists of one tape, shared by all viewers of one state.
#[derive(Default)]
pub struct Playlists(Mutex<Vec<Written>>);

impl Playlists {
    /// The media playlist of `view`, listing nothing before sequence `floor`. Of those who ask at once one writes it, and the others
    /// wait for it: that is shorter than any of them writing it too.
    pub fn get(&self, snapshot: &Arc<Snapshot>, view: &View, floor: u64, directives: Directives) -> Bytes {
        // What lies before the tape's beginning makes no difference any more, whenever it was that a viewer came.
        let first = snapshot.index.segments.front().map_or(0, |first| first.sequence);
        let floor = if floor <= first { 0 } else { floor };
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let skip = directives.skip;
        let place = written.iter().position(|w| w.skip == skip && w.floor == floor && w.view == *view);
        if let Some(found) =
            place.map(|at| &written[at]).filter(|found| found.snapshot.as_ptr() == Arc::as_ptr(snapshot))
        {
            return found.text.clone();
        }
        metrics::counter!("telecast_playlists_made_total").increment(1);
        let text = Bytes::from(hls::media(&from(&snapshot.index, floor), view, directives));
        let fresh = Written {
            view: view.clone(),
            floor,
            skip,
            snapshot: Arc::downgrade(snapshot),
            text: text.clone(),
        };
        // Last in the row: what is not asked for any more is first, and goes when there are too many.
        if let Some(at) = place {
            written.remove(at);
        } else if written.len() == VIEWS {
            written.remove(0);
        }
        written.push(fresh);
        text
    }
}

/// The index without what lies before `floor`.
fn from(index: &Index, floor: u64) -> Cow<'_, Index> {
    if index.segments.front().is_none_or(|first| first.sequence >= floor) {
        return Cow::Borrowed(index);
    }
    let mut index = index.clone();
    while index.segments.front().is_some_and(|first| first.sequence < floor) {
        index.segments.pop_front();
    }
    Cow::Owned(index)
}

/// The address of an initialisation segment among all runs of the tape.
pub fn init(index: &Index, rendition: Rendition, hash: &str) -> Option<Bytes> {
    let mut seen = None;
    for segment in index.segments.iter().rev() {
        if seen == Some(segment.run.number) {
            continue;
        }
        seen = Some(segment.run.number);
        if let Some(init) = cmaf::init(&segment.run, rendition)
            && format!("{:016x}", cmaf::content_hash(&init)) == hash
        {
            return Some(Bytes::from(init));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::sync::Barrier;
    use telecast_media::tape::{Run, Texts};

    const ASKING: usize = 8;

    /// A tape whose oldest segment is this one.
    fn snapshot(first: u64) -> Arc<Snapshot> {
        let run = Run {
            number: 0,
            start: 0,
            offset: 0,
            tracks: Vec::new(),
            tables: Vec::new(),
            texts: Texts::default(),
        };
        let run = Arc::new(run);
        let segment = |sequence: u64| Segment {
            sequence,
            run: Arc::clone(&run),
            discontinuity: false,
            discontinuity_sequence: 0,
            start: 0,
            end: Some(0),
            wall_ms: 0,
            base: 0,
            recovery: None,
            lanes: Vec::new(),
        };
        let segments = (first..first + 5).map(|sequence| Arc::new(segment(sequence))).collect();
        let index = Index { segments, next_sequence: first + 5, ..Index::default() };
        Arc::new(Snapshot { index, ..Snapshot::empty() })
    }

    fn view(begin: Option<i64>) -> View {
        View {
            rendition: Rendition { video: Some(0), audio: Some(1) },
            barrier: Some(1),
            container: Container::Cmaf,
            low_latency: true,
            whole_window: true,
            siblings: Vec::new(),
            begin,
            text: None,
        }
    }

    /// How many texts were written: all are kept, so that none lies where another has lain.
    fn written(texts: &[Bytes]) -> usize {
        texts.iter().map(|text| text.as_ptr()).collect::<HashSet<_>>().len()
    }

    #[test]
    fn a_state_is_written_once_for_all_who_ask_at_once() {
        let (playlists, tape) = (Playlists::default(), snapshot(10));
        let (together, texts) = (Barrier::new(ASKING), Mutex::new(Vec::new()));
        std::thread::scope(|all| {
            for came in 0..ASKING as u64 {
                let (playlists, tape, together, texts) = (&playlists, &tape, &together, &texts);
                all.spawn(move || {
                    together.wait();
                    // They came at different times, all before what the tape holds now began.
                    for _ in 0..ASKING {
                        let text = playlists.get(tape, &view(None), came, Directives::default());
                        texts.lock().expect("unpoisoned").push(text);
                    }
                });
            }
        });
        let mut texts = texts.into_inner().expect("unpoisoned");
        assert_eq!((texts.len(), written(&texts)), (ASKING * ASKING, 1));
        // The next state; and what says something else.
        let next = snapshot(10);
        let skip = Directives { skip: true, ..Directives::default() };
        for (tape, view, floor, directives, all) in [
            (&next, view(None), 0, Directives::default(), 2),
            (&next, view(None), 10, Directives::default(), 2),
            (&next, view(None), 12, Directives::default(), 3),
            (&next, view(None), 0, skip, 4),
            (&next, view(Some(7)), 0, Directives::default(), 5),
            (&next, view(None), 0, Directives::default(), 5),
        ] {
            texts.push(playlists.get(tape, &view, floor, directives));
            assert_eq!(written(&texts), all);
        }
    }

    #[test]
    fn views_that_are_asked_for_stay_and_the_others_go() {
        let (playlists, tape) = (Playlists::default(), snapshot(10));
        let mut texts = Vec::new();
        for begin in 0..2 * VIEWS as i64 {
            texts.push(playlists.get(&tape, &view(Some(begin)), 0, Directives::default()));
        }
        assert_eq!(playlists.0.lock().expect("unpoisoned").len(), VIEWS);
        let last = 2 * VIEWS as i64 - 1;
        texts.push(playlists.get(&tape, &view(Some(last)), 0, Directives::default()));
        assert_eq!(written(&texts), 2 * VIEWS);
    }
}
