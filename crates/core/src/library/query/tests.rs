//! What queries mean, what is wrong with them, and that printing loses nothing.

use super::super::{HZ, Item, ItemId, Kind, State};
use super::*;
use proptest::prelude::*;

const DAY_MS: i64 = 86_400_000;
const NOW_MS: i64 = 20_000 * DAY_MS;

fn items() -> Vec<Item> {
    let minutes = |minutes: i64| minutes * 60 * HZ;
    vec![
        Item {
            id: ItemId(1),
            kind: Kind::Episode,
            title: "Lügen".into(),
            show: Some("Dark".into()),
            season: Some(1),
            episode: Some((2, 3)),
            released: Some("2017-12-01".into()),
            genres: vec!["Drama".into(), "Science-Fiction".into()],
            tags: vec!["Netz".into()],
            added_ms: NOW_MS - 10 * DAY_MS,
            length: minutes(52),
            folder: "Serien".into(),
            path: "Dark/Staffel 1/02.mkv".into(),
            ..Item::default()
        },
        Item {
            id: ItemId(2),
            kind: Kind::Film,
            title: "Der Untergang".into(),
            year: Some(2004),
            age: Some(12),
            summary: "Die letzten Tage im Bunker".into(),
            added_ms: NOW_MS - 100 * DAY_MS,
            length: minutes(149),
            folder: "Filme".into(),
            state: State::Absent,
            ..Item::default()
        },
        Item {
            id: ItemId(3),
            kind: Kind::Clip,
            title: "Ident: Abend".into(),
            length: minutes(0) + 10 * HZ,
            ..Item::default()
        },
    ]
}

fn aired(id: ItemId) -> Option<i64> {
    (id == ItemId(2)).then_some(NOW_MS - 5 * DAY_MS)
}

fn found(text: &str) -> Vec<u64> {
    let query = Query::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}")).ready();
    let asked = Asked { now_ms: NOW_MS, aired: &aired };
    items().iter().filter(|item| query.means(item, &asked)).map(|item| item.id.0).collect()
}

#[test]
fn queries_mean_what_the_guide_says() {
    for (text, ids) in [
        ("", &[1, 2, 3][..]),
        ("show:dark", &[1]),
        ("show:\"DARK\"", &[1]),
        ("show:dar*", &[1]),
        ("show:*ar*", &[1]),
        ("show:ark", &[]),
        ("show~ark", &[1]),
        ("lugen", &[1]),
        ("bunker", &[2]),
        ("genre:\"science fiction\"", &[1]),
        ("tag:netz season:1", &[1]),
        ("season:2", &[]),
        ("episode:3", &[1]),
        ("episode>2", &[1]),
        ("episode<2", &[]),
        ("year>2003", &[1, 2]),
        ("year:2017", &[1]),
        ("released>=2017", &[1]),
        ("released:2017-12", &[1]),
        ("released<2017-12-01", &[]),
        ("added<30d", &[1]),
        ("added>30d added<200d", &[2]),
        ("length<30m", &[3]),
        ("length>=2h29m", &[2]),
        ("aired", &[2]),
        ("not aired", &[1, 3]),
        ("aired<1w", &[2]),
        ("aired>1w", &[]),
        ("kind:film or kind:clip", &[2, 3]),
        ("kind:film and not absent", &[]),
        ("is:absent", &[2]),
        ("absent", &[2]),
        ("\"absent\"", &[]),
        ("not (kind:film or kind:clip)", &[1]),
        ("kind:clip or kind:episode show:dark", &[1, 3]),
        ("(kind:clip or kind:episode) show:dark", &[1]),
        ("not not kind:clip", &[3]),
        ("age<=12", &[2]),
        ("folder:serien path~\"staffel 1\"", &[1]),
        ("title:\"ident abend\"", &[3]),
        ("show:*", &[1]),
        ("not show:*", &[2, 3]),
        ("KIND:Film OR Kind:clip", &[2, 3]),
        ("title:or*", &[]),
    ] {
        assert_eq!(found(text), ids, "{text}");
    }
}

#[test]
fn what_is_wrong_is_said_with_its_column() {
    for (text, column, words) in [
        ("shwo:dark", 1, "Is `show` meant?"),
        ("kind:film colour:red", 11, "no field `colour`"),
        ("show:", 6, "a value is missing"),
        ("(kind:film", 1, "never closed"),
        ("kind:film)", 10, "closes nothing"),
        ("or kind:film", 1, "something is missing"),
        ("kind:film or", 13, "something is missing at the end"),
        ("not", 4, "something is missing at the end"),
        ("()", 2, "something is missing before"),
        ("season:two", 8, "`two` is none"),
        ("season~2", 1, "compared by"),
        ("show<3", 1, "contains"),
        ("added<30", 7, "no length of time"),
        ("added:30d", 1, "compared by `<`"),
        ("length<30m1h", 8, "no length of time"),
        ("released>2024-13", 10, "no day"),
        ("kind:movie", 6, "a kind is"),
        ("is:gone", 4, "an item is"),
        ("title:\"open", 7, "never closed"),
        ("ä show:", 8, "a value is missing"),
        ("title:\"!!\"", 7, "needs a letter"),
        (":x", 1, "a field is missing"),
    ] {
        let fault = Query::parse(text).expect_err(text);
        assert_eq!(fault.column, column, "{text}: {fault}");
        assert!(fault.message.contains(words), "{text}: {fault}");
    }
}

#[test]
fn queries_are_bounded() {
    assert!(Query::parse(&"(".repeat(LENGTH_MOST)).is_err());
    assert!(Query::parse(&"not ".repeat(100)).is_err());
    assert!(Query::parse(&"a ".repeat(TESTS_MOST + 1)).is_err());
    assert!(Query::parse(&"a ".repeat(TESTS_MOST)).is_ok());
    assert!(Query::parse(&"a".repeat(LENGTH_MOST + 1)).is_err());
}

/// Every example of the guide parses, and those that are meant to be wrong do not.
#[test]
fn the_examples_of_the_guide_are_queries() {
    let guide = include_str!("../../../../../docs/guide/library.md");
    let mut within = false;
    let mut seen = 0;
    for line in guide.lines() {
        if line.starts_with("```") {
            within = line == "```query";
        } else if within {
            let (query, _) = line.split_once("  #").unwrap_or((line, ""));
            assert!(Query::parse(query.trim()).is_ok(), "{query}: {:?}", Query::parse(query.trim()));
            seen += 1;
        }
    }
    assert!(seen >= 15, "{seen}");
}

fn orders() -> impl Strategy<Value = Order> {
    prop::sample::select(vec![Order::Is, Order::Less, Order::Most, Order::More, Order::Least])
}

fn tests() -> impl Strategy<Value = Test> {
    let text = "[a-zA-Z0-9äöü*\"\\\\ :()~<>=.-]{0,8}[a-z0-9]";
    prop_oneof![
        text.prop_map(Test::Word),
        Just(Test::Word("not".into())),
        Just(Test::Word("Aired".into())),
        (prop::sample::select(WORDS), prop::sample::select(vec![Likeness::Same, Likeness::Within]), text)
            .prop_map(|((_, words), likeness, text)| Test::Text(words, likeness, text)),
        (prop::sample::select(NUMBERS), orders(), 0..1_000_000_000_i64)
            .prop_map(|((_, number), order, value)| Test::Number(number, order, value)),
        (prop::sample::select(TIMES), orders(), 0..100_000_000_i64).prop_map(
            |((_, time), order, seconds)| {
                let order = if time != Time::Length && order == Order::Is { Order::Less } else { order };
                Test::Time(time, order, seconds)
            }
        ),
        (orders(), "[12][0-9]{3}(-0[1-9](-[12][0-9])?)?").prop_map(|(order, day)| Test::Day(order, day)),
        prop::sample::select(KINDS).prop_map(|(_, kind)| Test::Kind(kind)),
        prop::sample::select(STATES).prop_map(|(_, state)| Test::State(state)),
        Just(Test::Aired),
    ]
}

/// Expressions as the parser gives them: flat, with two parts at least.
fn expressions() -> impl Strategy<Value = Expression> {
    tests().prop_map(Expression::Test).prop_recursive(4, 24, 4, |inner| {
        let list = prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            list.clone().prop_map(|list| Expression::All(
                list.into_iter()
                    .flat_map(|one| if let Expression::All(inner) = one { inner } else { vec![one] })
                    .collect()
            )),
            list.prop_map(|list| Expression::Any(
                list.into_iter()
                    .flat_map(|one| if let Expression::Any(inner) = one { inner } else { vec![one] })
                    .collect()
            )),
            inner.prop_map(|inner| Expression::Not(Box::new(inner))),
        ]
    })
}

proptest! {
    /// Printing loses nothing.
    #[test]
    fn what_is_printed_parses_to_the_same(any in prop::option::of(expressions())) {
        let query = Query { any };
        let printed = query.to_string();
        prop_assert_eq!(Query::parse(&printed), Ok(query), "{}", printed);
    }

    /// Whatever is entered: a query or a fault within it.
    #[test]
    fn a_fault_lies_within_the_text(text in "[a-z:<>=~()\" ]{0,40}|\\PC{0,40}") {
        if let Err(fault) = Query::parse(&text) {
            prop_assert!(fault.column >= 1 && fault.column <= text.chars().count() + 1, "{fault}");
        }
    }

    /// `not` is the opposite, `and` is both, `or` one of them.
    #[test]
    fn words_mean_what_logic_says(a in expressions(), b in expressions()) {
        let asked = Asked { now_ms: NOW_MS, aired: &aired };
        let means = |any: Expression, item: &Item| Query { any: Some(any) }.means(item, &asked);
        for item in items() {
            let (of_a, of_b) = (means(a.clone(), &item), means(b.clone(), &item));
            prop_assert_eq!(means(Expression::Not(Box::new(a.clone())), &item), !of_a);
            prop_assert_eq!(means(Expression::All(vec![a.clone(), b.clone()]), &item), of_a && of_b);
            prop_assert_eq!(means(Expression::Any(vec![a.clone(), b.clone()]), &item), of_a || of_b);
        }
    }
}
