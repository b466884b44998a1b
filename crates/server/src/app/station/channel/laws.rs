//! Days of many channels in a moment: what has once been firm stays, whatever becomes of documents, library, preparation and the program itself.
//!
//! Time is a value, preparation is imagined: it takes its time, fails, and makes pieces that are a little longer or shorter than was planned.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use telecast_core::guide::Event;
use telecast_core::library::{Item, ItemId, Kind, Library};
use telecast_media::air::Outline;

use super::*;
use crate::app::prepare::Wanted;
use crate::app::station::StockFile;

/// Milliseconds since 1970: the Sunday before a night of 25 hours.
const BEGIN_MS: i64 = 1_792_800_000_000;
const DAY: i64 = 24 * 3600 * HZ;

/// Numbers that look like chance, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most.max(1)
    }
}

/// Items of shows, films and clips.
fn stock(items: u64) -> Stock {
    let item = |id: u64| {
        let (kind, show, minutes) = match id % 10 {
            0..6 => (Kind::Episode, Some(format!("Show {}", id % 3).as_str().into()), 22 + (id % 30) as i64),
            6..8 => (Kind::Film, None, 85 + (id % 40) as i64),
            _ => (Kind::Clip, None, 0),
        };
        let length = if minutes == 0 {
            (20 + (id % 70) as i64) * HZ
        } else {
            minutes * 60 * HZ + (id as i64 * 997) % HZ
        };
        Arc::new(Item {
            id: ItemId(id),
            kind,
            show,
            title: format!("Item {id}").into(),
            season: Some(1),
            episode: Some((id as u32, id as u32)),
            length,
            chapters: vec![length / 3, length * 2 / 3],
            ..Item::default()
        })
    };
    let files =
        (1..=items).map(|id| (ItemId(id), StockFile { path: PathBuf::from("x"), content: id.to_string() }));
    Stock {
        library: Arc::new(Library::new((1..=items).map(item).collect())),
        collections: Arc::default(),
        files: Arc::new(files.collect()),
    }
}

/// Documents of different kinds.
fn document(kind: u64) -> String {
    match kind % 5 {
        0 => r#"{"version":1,"name":"A","simple":{"shows":["Show 0","Show 1",{"show":"Show 2","weight":2.0}]}}"#,
        1 => r#"{"version":1,"name":"B","simple":{"order":"shuffle","shows":["Show 1",{"kind":"film"}],"pad":15}}"#,
        2 => {
            r#"{"version":1,"name":"C","sources":{"films":{"kind":"film"},"shows":{"show":"Show 0"},"clips":{"kind":"clip"}},
            "blocks":{"day":{"play":[{"source":"shows"}],"breaks":["fill"]},"evening":{"play":[{"source":"films","order":"shuffle"}]}},
            "templates":{"all":[{"at":"06:00","block":"day"},{"at":"20:15","block":"evening","strict":true}]},
            "calendar":[{"template":"all"}],"breaks":[{"name":"fill","at":"tail","source":"clips"}]}"#
        }
        3 => {
            r#"{"version":1,"name":"E","sources":{"match":{"live":"1:0:19:1:1:1:C00000:0:0:0:"},"shows":{"show":"Show 1"}},
            "blocks":{"day":{"play":[{"source":"shows","count":2},{"source":"match","for":"50m","overrun":"20m"}]}},
            "templates":{"all":[{"at":"06:00","block":"day"}]},"calendar":[{"template":"all"}]}"#
        }
        _ => r#"{"version":1,"name":"D","simple":{"order":"weighted","mode":"random","shows":["Show 2","Show 0"]}}"#,
    }
    .to_owned()
}

/// The preparation room, imagined.
#[derive(Default)]
struct Imagined {
    board: Board,
    /// When each is done, if ever.
    due: HashMap<Key, Option<i64>>,
}

impl Imagined {
    fn step(&mut self, wanted: &BTreeMap<Key, Wanted>, now: i64, dice: &mut Dice, stock: &Stock) {
        for (key, one) in wanted {
            let (slow, fails) = (dice.below(20) == 0, dice.below(60) == 0);
            let takes = if slow { 90 * 60 * HZ } else { 3 * 60 * HZ };
            self.due.entry(key.clone()).or_insert_with(|| (!fails).then_some(now + takes));
            let state = match self.due.get(key).copied().flatten() {
                Some(due) if due <= now => match self.board.states.get(key) {
                    Some(State::Ready(piece)) => State::Ready(Arc::clone(piece)),
                    _ => State::Ready(Arc::new(piece(one, dice, stock))),
                },
                Some(_) => State::Running(0, 1),
                None => State::Failed { why: "it is broken".into(), tries: 3, again_ms: 0 },
            };
            self.board.states.insert(key.clone(), state);
        }
        self.board.states.retain(|key, _| wanted.contains_key(key));
    }
}

/// What was planned, in whole pictures.
fn piece(wanted: &Wanted, dice: &mut Dice, _: &Stock) -> Piece {
    let planned = if wanted.planned > 0 { wanted.planned } else { (20 + dice.below(80) as i64) * 60 * HZ };
    let length = ((planned + 3_599) / 3_600).max(25) * 3_600 + dice.below(3) as i64 * 3_600;
    let segments = (length / (2 * HZ)).max(1) as u64;
    Piece::imagined(Outline { segments, length, bytes: segments * 1_880, ..Outline::default() })
}

/// What was shown once of a channel.
#[derive(Default)]
struct Seen {
    /// Start, length and sequence of each piece.
    pieces: BTreeMap<i64, (i64, u64)>,
    boundaries: usize,
}

impl Seen {
    fn look(&mut self, channel: &mut Channel, board: &Board, now: i64) {
        let on_air = channel.on_air(board);
        let now = now - channel.station.epoch_ms * TICKS_PER_MS;
        for pair in on_air.pieces.windows(2) {
            assert!(pair[0].end() <= pair[1].start, "pieces do not overlap");
            assert!(
                pair[0].sequence + pair[0].piece.outline().segments <= pair[1].sequence,
                "sequences never fall"
            );
            assert!(
                pair[0].run < pair[1].run && pair[0].discontinuity_sequence < pair[1].discontinuity_sequence
            );
        }
        for live in &on_air.lives {
            let is_beside = |due: &Due| due.end() <= live.start || live.end <= due.start;
            assert!(live.start < live.end && on_air.pieces.iter().all(is_beside), "one thing at a time");
        }
        for due in &on_air.pieces {
            let shown = (due.piece.outline().length, due.sequence);
            let known = self.pieces.entry(due.start).or_insert_with(|| {
                self.boundaries += 1;
                shown
            });
            assert_eq!(*known, shown, "what was firm stays");
        }
        // Nothing that was firm and is to come has gone.
        let kept: std::collections::HashSet<i64> = on_air.pieces.iter().map(|due| due.start).collect();
        for start in self.pieces.range(now..).map(|(start, _)| start) {
            assert!(kept.contains(start), "what was firm at {start} is gone");
        }
        self.pieces.retain(|start, _| *start > now - DAY);
        let slots = &channel.timeline.slots;
        assert!(slots.windows(2).all(|pair| pair[0].end() == pair[1].start), "no gap, no overlap");
        assert!(slots.iter().all(|slot| slot.length > 0));
    }
}

fn station(number: u64) -> Station {
    Station {
        id: format!("s{number}"),
        number: None,
        document: document(number),
        revision: 1,
        seed: number as i64 * 7919 + 1,
        epoch_ms: BEGIN_MS - 60_000,
        state: String::new(),
    }
}

/// Runs `count` channels for `days`; gives the boundaries between pieces that were seen.
fn run(count: u64, days: i64, seed: u64) -> usize {
    let mut dice = Dice(seed);
    let mut stock = stock(200);
    let mut channels: Vec<(Channel, Seen)> =
        (0..count).map(|number| (Channel::new(station(number)), Seen::default())).collect();
    let mut room = Imagined::default();
    let begin = BEGIN_MS * TICKS_PER_MS;
    let mut now = begin;
    let (mut aired, mut boundaries) = (0, 0);
    while now < begin + days * DAY {
        now += match dice.below(4) {
            0 => 2 * HZ,
            1 => (1 + dice.below(30) as i64) * HZ,
            _ => (1 + dice.below(300) as i64) * HZ,
        };
        match dice.below(400) {
            0 => {
                // The program ends, and begins anew some time later.
                channels = channels
                    .into_iter()
                    .map(|(channel, seen)| {
                        let state = channel.kept();
                        (Channel::new(Station { state, ..channel.station }), seen)
                    })
                    .collect();
                now += dice.below(3 * 3600) as i64 * HZ;
            }
            1..4 => {
                let at = dice.below(count) as usize;
                let other = dice.below(5);
                let station = Station { document: document(other), ..channels[at].0.station.clone() };
                channels[at].0.change(station);
            }
            4 => {
                stock = stock_without(&stock, dice.below(200));
                for (channel, _) in &mut channels {
                    channel.stale();
                }
            }
            _ => {}
        }
        let mut wanted = BTreeMap::new();
        for (channel, seen) in &mut channels {
            let is_firm = |slot: &usize| channel.firm.get(*slot).is_some_and(|firm| firm.complete);
            let on =
                channel.timeline.slot_at(now).filter(is_firm).map(|slot| channel.timeline.slots[slot].what);
            channel.others.events = told(channel, &mut dice);
            let changed = channel.look(now, &stock, &room.board);
            if let (Some(before), Some(after)) = (on, channel.timeline.slot_at(now)) {
                assert_eq!(before, channel.timeline.slots[after].what, "the slot on air stays");
            }
            aired += changed.aired.len();
            channel.wanted(now, &stock, &mut wanted);
            seen.look(channel, &room.board, now);
        }
        let slate = Wanted {
            key: Stock::slate_key(),
            file: PathBuf::new(),
            stretch: Stretch { from: 0, length: Some(SLATE) },
            planned: SLATE,
            due_ms: 0,
        };
        wanted.insert(slate.key.clone(), slate);
        room.step(&wanted, now, &mut dice, &stock);
    }
    boundaries += channels.iter().map(|(_, seen)| seen.boundaries).sum::<usize>();
    assert!(aired > 0);
    boundaries
}

/// What the guide of a channel says that may overrun: sometimes that it does.
fn told(channel: &Channel, dice: &mut Dice) -> HashMap<telecast_core::lineup::ChannelId, Vec<Event>> {
    let open = channel.overrunning().zip(channel.timeline.slots.get(channel.firm.len().saturating_sub(1)));
    let told = open.map(|(id, slot)| {
        let later = if dice.below(40) == 0 { dice.below(30 * 60) as i64 * 1000 } else { 0 };
        let event = Event {
            id: 7,
            title: "Match".into(),
            subtitle: String::new(),
            description: String::new(),
            start_ms: slot.start / TICKS_PER_MS,
            end_ms: slot.end() / TICKS_PER_MS + later,
            genre: String::new(),
            rating: None,
        };
        (id, vec![event])
    });
    told.into_iter().collect()
}

fn stock_without(stock: &Stock, id: u64) -> Stock {
    let items = stock.library.items().iter().map(|item| {
        let away = item.id.0 == id;
        let state =
            if away { telecast_core::library::State::Absent } else { telecast_core::library::State::Present };
        Arc::new(Item { state, ..(**item).clone() })
    });
    Stock { library: Arc::new(Library::new(items.collect())), ..stock.clone() }
}

#[test]
fn what_is_firm_stays_through_edits_faults_and_restarts() {
    let days = std::env::var("STATION_DAYS").ok().and_then(|days| days.parse().ok()).unwrap_or(4);
    let boundaries = run(10, days, 0x9E37_79B9_7F4A_7C15);
    println!("{days} days of 10 channels: {boundaries} boundaries");
    assert!(boundaries > 100 * days as usize, "{boundaries}");
}

/// Hours become firm in one look, for all is prepared and each piece is some pictures longer than was planned: what must begin at a fixed time is not moved by
/// all of that, but at most by what fills the minutes before it.
#[test]
fn a_fixed_start_is_kept_though_hours_become_firm_at_once() {
    let stock = stock(200);
    let zone = jiff::tz::TimeZone::system();
    let at = |hour: i8, minute: i8| {
        let wall = jiff::civil::date(2026, 11, 10).at(hour, minute, 0, 0);
        wall.to_zoned(zone.clone()).expect("a time").timestamp().as_millisecond() * TICKS_PER_MS
    };
    let (now, fixed, longer) = (at(17, 40), at(20, 15), 5 * 3_600);
    // What is left before the evening is filled to its end.
    let rest = r#"{"name":"rest","at":"fallback","source":"clips"}"#;
    let document = document(2).replace(r#""breaks":["fill"]"#, r#""breaks":["fill","rest"]"#);
    let document = document.replace(r#""breaks":[{"#, &format!(r#""breaks":[{rest},{{"#));
    let fresh = || Channel::new(Station { document: document.clone(), ..station(2) });
    assert!(fresh().document.is_ok());
    let mut board = Board::default();
    // Each channel finds what was prepared for the one before, as one does that was off for a moment.
    for _ in 0..200 {
        let mut channel = fresh();
        channel.look(now, &stock, &board);
        let mut wanted = BTreeMap::new();
        channel.wanted(now, &stock, &mut wanted);
        let before = board.states.len();
        for (key, one) in wanted {
            let whole = stock.library.items().iter();
            let mut whole = whole.filter(|item| stock.key(item.id, one.stretch).as_ref() == Some(&key));
            let length = one.stretch.length.or_else(|| Some(whole.next()?.length)).expect("a length");
            let length = length / 3_600 * 3_600 + longer;
            let outline = Outline { segments: 9, length, bytes: 1_880, ..Outline::default() };
            board.states.entry(key).or_insert_with(|| State::Ready(Arc::new(Piece::imagined(outline))));
        }
        if board.states.len() == before {
            break;
        }
    }
    let mut channel = fresh();
    channel.look(now, &stock, &board);
    let firm = || channel.timeline.slots.iter().zip(&channel.firm);
    let (number, off) = firm()
        .enumerate()
        .map(|(number, (slot, _))| (number, slot.start - fixed))
        .min_by_key(|(_, off)| off.abs())
        .expect("something is firm");
    let fill = firm().take(number).rev().take_while(|(slot, _)| slot.role != Role::Programme).count();
    assert!(number > 5 && off >= 0, "slot {number} is firm, {off} ticks off");
    assert!(off <= fill as i64 * longer, "{fill} clips fill, {} ms off", off / TICKS_PER_MS);
}
