//! Which pieces are prepared for whom, and when: as values, with imagined pieces.

use std::path::{Path, PathBuf};

use telecast_core::library::{Item, Library};
use telecast_media::air::Outline;

use super::*;
use crate::adapters::pieces::Piece;
use crate::adapters::programmes::Head;

/// Now, and when the programme began (ticks since 1970).
const NOW: i64 = 1_700_000_000_000 * TICKS_PER_MS;
const BEGAN: i64 = NOW - 3600 * HZ;

/// A film of an hour, and another that nobody may see any more.
fn stock() -> Stock {
    let item = |id: u64| Arc::new(Item { id: ItemId(id), length: 3600 * HZ, ..Item::default() });
    let files = [(ItemId(1), StockFile { path: PathBuf::from("x"), content: "1".into() })];
    Stock {
        library: Arc::new(Library::new(vec![item(1)])),
        files: Arc::new(files.into()),
        ..Stock::default()
    }
}

/// What was on in so many chunks of a minute, one behind another.
fn minutes(count: i64) -> Vec<Part> {
    let part = |nth: i64| {
        let (from, at) = (nth * CHUNK, BEGAN + nth * CHUNK);
        format!(r#"{{"i":1,"f":{from},"l":{CHUNK},"a":{at},"t":{CHUNK}}}"#)
    };
    let all: Vec<String> = (0..count).map(part).collect();
    parts::read(&format!("[{}]", all.join(",")))
}

fn past(at: i64) -> PastWish {
    PastWish { station: "s".into(), from: BEGAN, until: BEGAN + 600 * HZ, at }
}

fn film(from: i64) -> ItemWish {
    let file = StockFile { path: PathBuf::from("x"), content: "1".into() };
    ItemWish { item: ItemId(1), file, length: 3600 * HZ, from }
}

fn key(minute: i64) -> Key {
    Key::of("1", Stretch { from: minute * CHUNK, length: Some(CHUNK) })
}

/// A programme that is played, and a preparation room that makes what `look` wants if it is told to.
#[derive(Default)]
struct World {
    all: All,
    programmes: Programmes,
    board: Board,
    stock: Stock,
}

impl World {
    fn new() -> Self {
        Self { stock: stock(), ..Self::default() }
    }

    fn film(&mut self, from: i64) -> Arc<Programme> {
        let service = self.all.item(&film(from), false, (Path::new("nowhere"), &self.programmes));
        self.programmes.find(service.programme_id().expect("a programme")).expect("begun")
    }

    fn past(&mut self, at: i64, parts: &[Part]) -> Arc<Programme> {
        let service = self.all.past(past(at), parts, &self.stock, &self.programmes);
        self.programmes.find(service.programme_id().expect("a programme")).expect("begun")
    }

    /// Minutes of the film that are wanted, and in how many seconds each is due.
    fn look(&mut self) -> Vec<(i64, i64)> {
        let mut wanted = BTreeMap::new();
        let around: (&[Channel], &Stock, &Board) = (&[], &self.stock, &self.board);
        self.all.look(NOW, around, &self.programmes, &mut wanted);
        let due = |one: &Wanted| (one.stretch.from / CHUNK, (one.due_ms - NOW / TICKS_PER_MS) / 1000);
        let mut all: Vec<(i64, i64)> = wanted.values().map(due).collect();
        all.sort_unstable();
        all
    }

    /// What was not there by now is made, until nothing new is wanted.
    fn make(&mut self) {
        for _ in 0..10 {
            for (minute, _) in self.look() {
                let outline = Outline { segments: 15, length: CHUNK, bytes: 1_880, ..Outline::default() };
                let piece = || State::Ready(Arc::new(Piece::imagined(outline)));
                self.board.states.entry(key(minute)).or_insert_with(piece);
            }
        }
    }
}

fn at(piece: usize, into_s: i64) -> Head {
    Head { piece, into: into_s * HZ }
}

#[test]
fn who_begins_amid_what_was_on_has_that_prepared_first() {
    let mut world = World::new();
    let parts = minutes(10);
    let programme = world.past(BEGAN + 400 * HZ, &parts);
    assert_eq!(world.look(), [(6, 0), (7, 60), (8, 120), (9, 180)]);
    world.make();
    world.look();
    let rundown = programme.rundown();
    assert_eq!(rundown.pieces.first().map(|first| first.at), Some(BEGAN + 360 * HZ));
    assert!(rundown.complete && rundown.pieces.len() == 4);
    // Another who begins in the same piece sees the same; who begins earlier does not.
    assert!(Arc::ptr_eq(&programme, &world.past(BEGAN + 370 * HZ, &parts)));
    let earlier = world.past(BEGAN, &parts);
    assert!(!Arc::ptr_eq(&programme, &earlier));
    world.look();
    assert!(earlier.rundown().pieces.is_empty(), "its first minute is not there");
}

#[test]
fn who_begins_behind_all_that_was_on_sees_the_last_of_it() {
    let mut world = World::new();
    let programme = world.past(BEGAN + 599 * HZ, &minutes(5));
    assert_eq!(world.look(), [(4, 0)]);
    world.make();
    world.look();
    assert!(programme.rundown().complete);
    assert_eq!(programme.rundown().pieces.len(), 1);
}

#[test]
fn what_was_taken_away_since_is_not_shown_to_who_comes_later() {
    let mut world = World::new();
    let parts = minutes(2);
    let before = world.past(BEGAN, &parts);
    assert!(Arc::ptr_eq(&before, &world.past(BEGAN, &parts)));
    world.stock.files = Arc::default();
    let after = world.past(BEGAN, &parts);
    assert!(!Arc::ptr_eq(&before, &after));
    world.look();
    assert_eq!(after.rundown().failed, Some(Failed::Gone));
}

/// Two who are far apart need what is ahead of each, and neither has what the other needs ended.
#[test]
fn each_viewer_has_what_is_ahead_of_him_prepared() {
    let mut world = World::new();
    let programme = world.film(0);
    let _shown = programme.watch();
    for minute in 0..=20 {
        programme.reach(vec![at(minute, 0)]);
        world.make();
    }
    assert_eq!(programme.rundown().pieces.len(), 24);
    programme.reach(vec![at(23, 30), at(1, 0)]);
    let wanted: Vec<i64> = world.look().into_iter().map(|(minute, _)| minute).collect();
    assert_eq!(wanted, [0, 1, 2, 3, 4, 21, 22, 23, 24, 25, 26]);
    // It is bounded, however many there are.
    programme.reach((0..24).map(|minute| at(minute, 0)).collect());
    assert_eq!(world.look().len(), 27);
}

/// What is due is so by what lies between the viewer and it: who has minutes in hand does not press.
#[test]
fn who_has_minutes_in_hand_waits_for_others() {
    let mut world = World::new();
    let programme = world.film(0);
    let _shown = programme.watch();
    assert_eq!(world.look(), [(0, 0), (1, 60), (2, 120), (3, 180)], "nothing is there: the first is due");
    world.make();
    let due = |world: &mut World| -> Vec<(i64, i64)> {
        world.look().into_iter().filter(|(minute, _)| *minute > 3).collect()
    };
    assert_eq!(due(&mut world), []);
    programme.reach(vec![at(1, 15)]);
    assert_eq!(due(&mut world), [(4, 165)]);
    programme.reach(vec![at(3, 50)]);
    assert_eq!(due(&mut world), [(4, 10), (5, 70), (6, 130)]);
    // All that is there has been fetched.
    programme.reach(vec![at(4, 0)]);
    assert_eq!(due(&mut world), [(4, 0), (5, 60), (6, 120), (7, 180)]);
    // The one who needs it soonest counts.
    programme.reach(vec![at(1, 0), at(3, 0)]);
    assert_eq!(due(&mut world), [(4, 60), (5, 120), (6, 180)]);
}
