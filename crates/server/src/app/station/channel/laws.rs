//! Days of many channels in a moment: what has once been firm stays, whatever becomes of documents, library, preparation and the program itself.
//!
//! Time is a value, preparation is imagined: it takes its time, fails, and makes pieces that are a little longer or shorter than was planned.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use telecast_core::guide::Event;
use telecast_core::library::{Item, ItemId, Kind, Library};
use telecast_core::schedule::Length;
use telecast_core::schedule::document::Still;
use telecast_media::air::Outline;

use super::*;
use crate::app::library::LastAired;
use crate::app::prepare::{Source, Wanted};
use crate::app::station::StockFile;
use crate::app::station::cards::StillFiles;

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
    let card = Still { pictures: vec!["card.png".into()], sound: None, length: Length::minutes(1) };
    let files_of_card = StillFiles { card: Arc::default(), content: "card".into(), sound: String::new() };
    Stock {
        library: Arc::new(Library::new((1..=items).map(item).collect())),
        collections: Arc::default(),
        aired: LastAired::default(),
        files: Arc::new(files.collect()),
        cards: Arc::new(vec![(card, Ok(files_of_card))]),
        ..Stock::default()
    }
}

/// Documents of different kinds.
fn document(kind: u64) -> String {
    match kind % 5 {
        0 => r#"{"version":1,"name":"A","simple":{"shows":["Show 0","Show 1",{"show":"Show 2","weight":2.0}]}}"#,
        1 => r#"{"version":1,"name":"B","simple":{"order":"shuffle","shows":["Show 1",{"kind":"film"}],"pad":15}}"#,
        2 => {
            r#"{"version":1,"name":"C","sources":{"films":{"kind":"film"},"shows":{"show":"Show 0"},"clips":{"kind":"clip"},
            "card":{"still":{"pictures":["card.png"],"length":"1m"}}},
            "blocks":{"day":{"play":[{"source":"shows"}],"breaks":["fill","card"]},"evening":{"play":[{"source":"films","order":"shuffle"}]}},
            "templates":{"all":[{"at":"06:00","block":"day"},{"at":"20:15","block":"evening","strict":true}]},
            "calendar":[{"template":"all"}],"breaks":[{"name":"fill","at":"tail","source":"clips"},{"name":"card","at":"fallback","source":"card"}]}"#
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
        for (channel, _) in &channels {
            want_slates(channel, now, &mut wanted);
        }
        room.step(&wanted, now, &mut dice, &stock);
    }
    boundaries += channels.iter().map(|(_, seen)| seen.boundaries).sum::<usize>();
    assert!(aired > 0);
    boundaries
}

fn want_slates(channel: &Channel, now: i64, wanted: &mut BTreeMap<Key, Wanted>) {
    let mut slates = BTreeMap::new();
    channel.slates(now, &mut slates);
    wanted.extend(slates.into_keys().map(|length| {
        let (key, stretch) = (Stock::slate_key(length), Stretch { from: 0, length: Some(length) });
        let source = Source::File { path: PathBuf::new(), content: "slate".into() };
        (key.clone(), Wanted { key, source, stretch, planned: length, due_ms: 0 })
    }));
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

/// Shows, clips, and a programme that is exactly as long as the time between two starts.
fn exact_stock() -> Stock {
    let stock = stock(200);
    let exact = Item {
        id: ItemId(300),
        kind: Kind::Episode,
        show: Some("Exact".into()),
        title: "Exact".into(),
        season: Some(1),
        episode: Some((1, 1)),
        length: 75 * 60 * HZ,
        ..Item::default()
    };
    let items = stock.library.items().iter().cloned().chain([Arc::new(exact)]);
    let mut files = (*stock.files).clone();
    files.insert(ItemId(300), StockFile { path: PathBuf::from("x"), content: "300".into() });
    Stock { library: Arc::new(Library::new(items.collect())), files: Arc::new(files), ..stock }
}

/// Makes at once what a channel wants: a file to its end is `longer` than it says, a stretch of it whole pictures.
fn make_all(channel: &Channel, stock: &Stock, board: &mut Board, now: i64, longer: i64) {
    let mut wanted = BTreeMap::new();
    channel.wanted(now, stock, &mut wanted);
    want_slates(channel, now, &mut wanted);
    for (key, one) in wanted {
        let of = |item: &&Arc<Item>| stock.key(item.id, one.stretch).as_ref() == Some(&key);
        let whole = |item: &Arc<Item>| (item.length - one.stretch.from) / 3_600 * 3_600 + longer;
        let stretch = one.stretch.length.map(|length| (length + 3_599) / 3_600 * 3_600);
        let length = stretch.or_else(|| stock.library.items().iter().find(of).map(whole)).expect("a length");
        let outline = Outline { segments: 9, length, bytes: 1_880, ..Outline::default() };
        board.states.entry(key).or_insert_with(|| State::Ready(Arc::new(Piece::imagined(outline))));
    }
}

/// What must begin at a fixed time does, to the tick, and what is shown before it ends there to the picture: whether clips fill, one is cut, nothing is left but a slate,
/// or a programme is longer than the time it has; and whether hours become firm at once or as they come.
#[test]
fn a_fixed_start_is_kept_whatever_is_before_it_and_however_long_that_turns_out_to_be() {
    let stock = exact_stock();
    let zone = jiff::tz::TimeZone::system();
    let at = |hour: i8, minute: i8| {
        let wall = jiff::civil::date(2026, 11, 10).at(hour, minute, 0, 0);
        wall.to_zoned(zone.clone()).expect("a time").timestamp().as_millisecond() * TICKS_PER_MS
    };
    let fixed = at(20, 15);
    let rest = r#"{"name":"rest","at":"fallback","source":"clips"}"#;
    let clips = document(2);
    let cut_clip = clips.replace(r#""breaks":["fill","card"]"#, r#""breaks":["fill","rest"]"#);
    let documents = [
        ("clips and a slate", clips.clone()),
        ("clips, the last one cut", cut_clip.replace(r#""breaks":[{"#, &format!(r#""breaks":[{rest},{{"#))),
        ("a slate alone", clips.replace(r#""breaks":["fill","card"]"#, r#""breaks":[]"#)),
        (
            "a programme that is cut",
            clips.replace(r#""breaks":["fill","card"]"#, r#""breaks":[],"does_not_fit":"cut""#),
        ),
        (
            "a programme that fits exactly",
            clips
                .replace(r#""blocks":{"#, r#""blocks":{"exact":{"play":[{"source":"exact"}],"breaks":[]},"#)
                .replace(r#""sources":{"#, r#""sources":{"exact":{"show":"Exact"},"#)
                .replace(r#"{"at":"20:15""#, r#"{"at":"19:00","block":"exact","strict":true},{"at":"20:15""#),
        ),
    ];
    for (name, document) in documents {
        for (longer, begin) in
            [(0, at(17, 40)), (3_600, at(19, 10)), (5 * 3_600, at(17, 40)), (40 * 3_600, at(18, 50))]
        {
            let mut channel = Channel::new(Station { document: document.clone(), ..station(2) });
            assert!(channel.document.is_ok(), "{name}: {:?}", channel.document);
            let (mut board, mut now) = (Board::default(), begin);
            while now < fixed + 10 * HZ {
                channel.look(now, &stock, &board);
                make_all(&channel, &stock, &mut board, now, longer);
                now += if (fixed - now).abs() < 600 * HZ { 2 * HZ } else { 20 * HZ };
            }
            let slots = || channel.timeline.slots.iter().zip(&channel.firm);
            let on = slots().find(|(slot, _)| slot.start == fixed);
            let (slot, firm) = on.unwrap_or_else(|| {
                let near = slots().min_by_key(|(slot, _)| (slot.start - fixed).abs()).expect("something");
                panic!("{name}, {longer} longer: off by {} ticks", near.0.start - fixed);
            });
            let reason = &channel.timeline.reasons[slot.reason as usize];
            assert_eq!((&*reason.block, slot.role), ("evening", Role::Programme), "{name}");
            let fixed = channel.tape(fixed);
            assert_eq!(firm.pieces.first().map(|first| first.start), Some(fixed), "{name}, {longer} longer");
            let before = slots().flat_map(|(_, firm)| &firm.pieces).rfind(|piece| piece.start < fixed);
            let left = before.map_or(i64::MAX, |last| fixed - last.start - last.ticks);
            assert!(
                (0..=2 * PICTURE_MOST).contains(&left),
                "{name}, {longer} longer: {left} ticks of nothing"
            );
        }
    }
}

/// A slot that is cut and was not prepared in time ends with its last chunk: the picture that was not asked for, so that it reaches over nothing, is none.
#[test]
fn a_slot_that_is_cut_has_no_chunk_of_one_picture() {
    let stock = exact_stock();
    let at = |hour: i8, minute: i8| {
        let wall = jiff::civil::date(2026, 11, 10).at(hour, minute, 0, 0);
        let zoned = wall.to_zoned(jiff::tz::TimeZone::system()).expect("a time");
        zoned.timestamp().as_millisecond() * TICKS_PER_MS
    };
    let document = document(2).replace(r#""breaks":["fill","card"]"#, r#""breaks":[],"does_not_fit":"cut""#);
    let mut channel = Channel::new(Station { document, ..station(2) });
    let (mut board, mut now) = (Board::default(), at(19, 10));
    while now < at(20, 16) {
        channel.look(now, &stock, &board);
        let is_open = channel.firm.last().is_some_and(|last| !last.complete);
        let next = channel.timeline.slots.get(channel.firm.len());
        // What is cut is ready when it is too late for it to be firm as a whole.
        if is_open || !next.is_some_and(|slot| slot.cut) {
            make_all(&channel, &stock, &mut board, now, 0);
        }
        now += 2 * HZ;
    }
    let slots = channel.timeline.slots.iter().zip(&channel.firm);
    let in_chunks = |(slot, firm): &(&Slot, &Firm)| slot.cut && slot.end() < now && firm.note != "off";
    let cut: Vec<_> = slots.filter(in_chunks).collect();
    assert!(!cut.is_empty(), "something was cut");
    for (slot, firm) in cut {
        let shown = firm.pieces.iter().filter(|piece| piece.item.is_some());
        let short: Vec<_> = shown.filter(|piece| piece.ticks < BLINK).collect();
        assert!(short.is_empty(), "{short:?} of {slot:?}, {}", firm.note);
    }
}

#[test]
fn what_is_no_piece_of_its_own_belongs_to_the_chunk_before() {
    let what = What::Item { item: ItemId(1), offset: 0 };
    let stock = stock(9);
    for (planned, cut, expected) in [
        (130 * HZ, false, vec![60 * HZ, 60 * HZ, 10 * HZ]),
        (120 * HZ + 9_000, false, vec![60 * HZ, 60 * HZ + 9_000]),
        (120 * HZ + 9_000, true, vec![60 * HZ, 60 * HZ + 9_000 - PICTURE_MOST]),
        (70 * HZ, true, vec![60 * HZ, 10 * HZ - PICTURE_MOST]),
    ] {
        let slot = Slot { start: 0, length: planned, what, entry: 0, reason: 0, role: Role::Programme, cut };
        let (mut placed, mut chunks) = (0, Vec::new());
        while wants::is_left(planned, placed) {
            let chunk = part(&slot, 0, (planned, placed), &stock);
            assert_eq!(chunk.from, placed);
            chunks.push(chunk.length.expect("a chunk"));
            placed += chunks[chunks.len() - 1];
        }
        assert_eq!(chunks, expected, "{planned} {cut}");
    }
}

/// Pieces are opened one after another, and one that is damaged is made anew: tapes hear of each as soon as it is there, and of nothing twice.
#[test]
fn tapes_hear_of_every_other_piece() {
    let stock = stock(40);
    let mut channel = Channel::new(station(0));
    let (mut board, now) = (Board::default(), BEGIN_MS * TICKS_PER_MS);
    for _ in 0..3 {
        channel.look(now, &stock, &board);
        make_all(&channel, &stock, &mut board, now, 0);
    }
    let tell = |channel: &mut Channel, board: &Board| {
        let on_air = channel.on_air(board);
        (channel.tell(&on_air), on_air.pieces.len())
    };
    let (is_news, count) = tell(&mut channel, &board);
    assert!(is_news && count > 3);
    assert_eq!(tell(&mut channel, &board), (false, count));
    // Begun again, nothing is open yet.
    let mut channel = Channel::new(Station { state: channel.kept(), ..channel.station });
    assert_eq!(tell(&mut channel, &Board::default()), (false, 0));
    assert_eq!(tell(&mut channel, &board), (true, count));
    assert_eq!(tell(&mut channel, &board), (false, count));
    // One is damaged, and there anew a little later.
    let first = channel.on_air(&board).pieces[0].piece.clone();
    first.spoil();
    assert_eq!(tell(&mut channel, &board), (true, count - 1));
    let anew = Arc::new(Piece::imagined((**first.outline()).clone()));
    let key = board.states.iter().find_map(|(key, state)| {
        matches!(state, State::Ready(piece) if Arc::ptr_eq(piece, &first)).then(|| key.clone())
    });
    board.states.insert(key.expect("its name"), State::Ready(anew));
    assert_eq!(tell(&mut channel, &board), (true, count));
}

/// What was on changes what a query gives: a channel plans by that when it adds days, twice a day, and not whenever something is over.
#[test]
fn what_was_on_counts_when_days_are_added_and_no_sooner() {
    let stock = stock(40);
    let films: Vec<ItemId> =
        stock.library.items().iter().filter(|item| item.kind == Kind::Film).map(|item| item.id).collect();
    let document = r#"{"version":1,"name":"N","sources":{"new":{"query":"kind:film not aired"},"old":{"show":"Show 0"}},
        "blocks":{"b":{"play":[{"source":"new"},{"source":"old"}]}},"templates":{"t":[{"at":"00:00","block":"b"}]},"calendar":[{"template":"t"}]}"#;
    let mut channel = Channel::new(Station { document: document.into(), ..station(0) });
    assert!(channel.document.is_ok(), "{:?}", channel.document);
    let (mut board, begin) = (Board::default(), BEGIN_MS * TICKS_PER_MS);
    let mut plans: Vec<Arc<Plan>> = Vec::new();
    let mut now = begin;
    let comes = |channel: &Channel, id: ItemId, from: i64| {
        let is_it =
            |slot: &Slot| slot.start > from && matches!(slot.what, What::Item { item, .. } if item == id);
        channel.timeline.slots.iter().any(is_it)
    };
    while now < begin + 2 * DAY {
        let changed = channel.look(now, &stock, &board);
        stock.aired.note(changed.aired.iter().filter_map(Aired::was_on));
        make_all(&channel, &stock, &mut board, now, 0);
        if let Some(plan) = &channel.plan
            && plans.last().is_none_or(|last| !Arc::ptr_eq(last, plan))
        {
            plans.push(Arc::clone(plan));
        }
        now += 60 * HZ;
    }
    assert!((3..=6).contains(&plans.len()), "{} plans in two days", plans.len());
    let was_on: Vec<ItemId> = films.iter().copied().filter(|id| stock.aired.of(*id).is_some()).collect();
    assert!(was_on.len() > 4 && was_on.len() <= films.len(), "{was_on:?}");
    // Those that were on before days were added last are not planned any more, behind what was firm then.
    let old: Vec<ItemId> = was_on
        .iter()
        .copied()
        .filter(|id| stock.aired.of(*id).is_some_and(|at_ms| at_ms * TICKS_PER_MS < now - DAY))
        .collect();
    assert!(!old.is_empty());
    for id in old {
        assert!(!comes(&channel, id, now + FIRM + NEAR), "{id} comes again");
    }
}
