//! The laws of wishes, over random lineups; and what a host does, as stories.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::limits;

fn service(sid: u32) -> ServiceRef {
    ServiceRef::parse(&format!("1:0:19:{sid:X}:1:1:C00000:0:0:0:")).expect("a reference")
}

fn id(sid: u32) -> ChannelId {
    service(sid).channel_id()
}

fn read(reference: &str, radio: bool, services: &[(u32, &str)]) -> ReadBouquet {
    let services = services.iter().map(|(sid, name)| (service(*sid), (*name).to_owned()).into()).collect();
    ReadBouquet { reference: reference.to_owned(), name: reference.to_uppercase(), radio, services }
}

/// Television 1 to 4 in two bouquets, of which another receiver has 2 as well; radio 11 and 12.
fn pooled() -> Lineup {
    let a = vec![
        read("first", false, &[(1, "One"), (2, "Two"), (3, "Three")]),
        read("second", false, &[(4, "Four"), (2, "Two")]),
        read("radio", true, &[(11, "R1"), (12, "R2")]),
    ];
    Lineup::pool(&[("a".into(), a), ("b".into(), vec![read("first", false, &[(2, "Zwei")])])])
}

fn wish(sid: u32, wish: ChannelWish) -> Wishes {
    Wishes { channels: BTreeMap::from([(id(sid), wish)]), ..Wishes::default() }
}

fn numbers(lineup: &Lineup) -> Vec<(&str, u32)> {
    lineup.channels.iter().map(|channel| (channel.name.as_str(), channel.number)).collect()
}

#[test]
fn a_number_of_the_host_wins_and_who_had_it_goes_to_the_end() {
    let given = |number| ChannelWish { number: Some(number), ..ChannelWish::default() };
    let after = apply(&pooled(), &wish(3, given(1)));
    let radios = [("R1", 1), ("R2", 2)];
    assert_eq!(numbers(&after), [&[("Three", 1), ("Two", 2), ("Four", 4), ("One", 5)], &radios[..]].concat());
    let after = apply(&pooled(), &wish(2, given(700)));
    assert_eq!(numbers(&after)[..4], [("One", 1), ("Three", 3), ("Four", 4), ("Two", 700)]);
    let two =
        Wishes { channels: BTreeMap::from([(id(1), given(4)), (id(4), given(1))]), ..Wishes::default() };
    assert_eq!(numbers(&apply(&pooled(), &two))[..4], [("Four", 1), ("Two", 2), ("Three", 3), ("One", 4)]);
    let both =
        Wishes { channels: BTreeMap::from([(id(3), given(9)), (id(2), given(9))]), ..Wishes::default() };
    assert_eq!(numbers(&apply(&pooled(), &both))[..4], [("One", 1), ("Three", 3), ("Four", 4), ("Two", 9)]);
    // Zero is no number, and after the last there is none: the first that is free.
    assert_eq!(apply(&pooled(), &wish(3, given(0))), pooled());
    let last = Wishes {
        channels: BTreeMap::from([(id(3), given(u32::MAX)), (id(4), given(1))]),
        ..Wishes::default()
    };
    assert_eq!(
        numbers(&apply(&pooled(), &last))[..4],
        [("Four", 1), ("Two", 2), ("One", 3), ("Three", u32::MAX)]
    );
}

#[test]
fn a_hidden_channel_is_in_no_list_and_gives_its_number_back() {
    let hidden = ChannelWish { hidden: Some(true), ..ChannelWish::default() };
    let mut wishes = wish(2, hidden);
    wishes.channels.insert(id(3), ChannelWish { number: Some(2), ..ChannelWish::default() });
    let after = apply(&pooled(), &wishes);
    assert_eq!(numbers(&after)[..3], [("One", 1), ("Three", 2), ("Four", 4)]);
    assert_eq!(after.channel(&id(2)), None);
    assert!(after.bouquets.iter().all(|bouquet| !bouquet.channels.contains(&id(2))));
    let shown = ChannelWish { hidden: Some(false), ..ChannelWish::default() };
    assert_eq!(apply(&pooled(), &wish(2, shown)), pooled());
}

#[test]
fn names_sources_and_logos_are_the_host_s() {
    let wanted = ChannelWish {
        name: Some(" Das Zweite ".into()),
        logo: Some("two.png".into()),
        sources: vec!["gone".into(), "b".into()],
        ..ChannelWish::default()
    };
    let wishes = wish(2, wanted);
    let after = apply(&pooled(), &wishes);
    let two = after.channel(&id(2)).expect("there");
    assert_eq!((two.name.as_str(), two.sources[0].receiver.as_str()), ("Das Zweite", "b"));
    assert_eq!((two.sources.len(), wishes.logo(&id(2)), wishes.logo(&id(1))), (2, Some("two.png"), None));
    let blank = ChannelWish { name: Some(" ".into()), ..ChannelWish::default() };
    assert_eq!(apply(&pooled(), &wish(2, blank)), pooled());
}

#[test]
fn channels_that_are_one_have_the_sources_of_all_in_the_host_s_order() {
    let same = |other| ChannelWish { same_as: Some(id(other)), ..ChannelWish::default() };
    let mut wishes = wish(4, same(2));
    wishes.channels.insert(id(1), same(4));
    let after = apply(&pooled(), &wishes);
    assert_eq!(numbers(&after)[..2], [("Two", 2), ("Three", 3)], "numbers of others stay");
    let sources = |lineup: &Lineup| -> Vec<(String, ChannelId)> {
        let two = lineup.channel(&id(2)).expect("there");
        two.sources.iter().map(|source| (source.receiver.clone(), source.service.channel_id())).collect()
    };
    let all = |order: [(&str, u32); 4]| order.map(|(receiver, sid)| (receiver.to_owned(), id(sid)));
    assert_eq!(sources(&after), all([("a", 2), ("b", 2), ("a", 1), ("a", 4)]));
    let joined: Vec<_> = after.channels[0].joined.iter().map(|joined| joined.name.as_str()).collect();
    assert_eq!(
        (joined, after.known_as(&id(1)).map(|channel| &channel.id)),
        (vec!["One", "Four"], Some(&id(2)))
    );
    let shown = |at: usize| after.bouquets[at].channels.clone();
    assert_eq!((shown(0), shown(1)), (vec![id(2), id(3)], vec![id(2)]), "each stands once");
    // Receivers and single channels can be named.
    let first = ChannelWish { sources: vec![id(4).0, "b".into()], ..ChannelWish::default() };
    wishes.channels.insert(id(2), first);
    assert_eq!(sources(&apply(&pooled(), &wishes)), all([("a", 4), ("b", 2), ("a", 2), ("a", 1)]));
    // In a circle, or with what is not there, each stands for itself; and what comes back is joined again.
    wishes.channels.insert(id(2), same(1));
    assert_eq!(apply(&pooled(), &wishes), pooled());
    assert_eq!(apply(&pooled(), &wish(4, same(99))), pooled());
    assert_eq!(apply(&pooled(), &wish(4, same(4))), pooled());
    // Through one that is away.
    let mut wishes = wish(4, same(99));
    wishes.channels.insert(id(99), same(2));
    assert_eq!(apply(&pooled(), &wishes).known_as(&id(4)).map(|channel| &channel.id), Some(&id(2)));
}

#[test]
fn a_chain_has_an_end() {
    let link = |sid: u32| (id(sid), ChannelWish { same_as: Some(id(sid + 1)), ..ChannelWish::default() });
    let chain = |length: u32| Wishes { channels: (1..=length).map(link).collect(), ..Wishes::default() };
    let most = limits::JOINED as u32;
    assert_eq!(chain(most).root(&id(1)), Some(&id(most + 1)));
    assert_eq!(chain(most + 1).root(&id(1)), None);
}

#[test]
fn bouquets_of_the_host_come_first_unless_there_is_an_order() {
    let before = pooled();
    let [first, second] = [0, 1].map(|at: usize| before.bouquets[at].id.clone());
    let group = |id_: &str, channels| GroupWish { id: id_.into(), name: id_.into(), radio: false, channels };
    let mut wishes = Wishes {
        groups: vec![group("mine", vec![id(4), id(99), id(1)]), group("mine", vec![]), group("more", vec![])],
        hidden_bouquets: BTreeSet::from([first.clone()]),
        ..wish(11, ChannelWish { group: Some("mine".into()), ..ChannelWish::default() })
    };
    let ids = |lineup: &Lineup| lineup.bouquets.iter().map(|b| b.id.clone()).collect::<Vec<_>>();
    let after = apply(&before, &wishes);
    assert_eq!(ids(&after)[..3], ["mine".to_owned(), "more".to_owned(), second.clone()]);
    assert_eq!(after.bouquets[0].channels, [id(4), id(1), id(11)], "what is not there is skipped");
    assert!(!ids(&after).contains(&first) && after.channel(&id(3)).is_some());
    wishes.order = vec!["gone".into(), second.clone(), "more".into()];
    assert_eq!(ids(&apply(&before, &wishes))[..3], [second, "more".to_owned(), "mine".to_owned()]);
    // The channel comes back with the next scan, and the wish is still there.
    let again = Lineup::pool(&[("a".into(), vec![read("x", false, &[(99, "New")])])]);
    assert_eq!(apply(&again, &wishes).bouquets[1].channels, [id(99)]);
}

/// Lists of up to three receivers: television and radio; sometimes a radio service among television.
fn receivers() -> impl Strategy<Value = Vec<(String, Vec<ReadBouquet>)>> {
    let bouquet = (0..6u8, any::<bool>(), vec((0..24u32, "[a-d]{1,3}"), 0..10));
    vec(vec(bouquet, 0..4), 1..4).prop_map(|receivers| {
        let bouquet = |(reference, radio, services): (u8, bool, Vec<(u32, String)>)| {
            let services: Vec<_> = services
                .iter()
                .map(|(sid, name)| {
                    // Most services are of the kind of their list; every ninth is not.
                    let kind = if (*sid % 9 == 0) == radio { "1" } else { "2" };
                    let text = format!("1:0:{kind}:{:X}:1:1:C00000:0:0:0:", sid + 100 * u32::from(radio));
                    (ServiceRef::parse(&text).expect("a reference"), name.clone()).into()
                })
                .collect();
            let name = format!("b{reference}");
            ReadBouquet { reference: name.clone(), name, radio, services }
        };
        receivers
            .into_iter()
            .enumerate()
            .map(|(at, bouquets)| (format!("r{at}"), bouquets.into_iter().map(bouquet).collect()))
            .collect()
    })
}

fn channel_id() -> impl Strategy<Value = ChannelId> {
    (0..26u32, any::<bool>()).prop_map(|(sid, radio)| id(sid + 100 * u32::from(radio)))
}

/// Wishes about a lineup, with some about what is not in it.
fn wishes(lineup: &Lineup) -> impl Strategy<Value = Wishes> + use<> {
    let mut known: Vec<String> = lineup.bouquets.iter().map(|bouquet| bouquet.id.clone()).collect();
    known.extend(["g1", "g2", "g3", "gone"].map(String::from));
    let bouquet = prop::sample::select(known);
    let numbers = prop_oneof![0..30u32, Just(u32::MAX)];
    let channel = (
        option::of(prop::bool::weighted(0.3)),
        option::of("[x-z ]{0,3}"),
        option::of(numbers),
        option::of(bouquet.clone()),
        vec(prop_oneof!["r[0-3]", channel_id().prop_map(|id| id.0)], 0..3),
        option::weighted(0.4, channel_id()),
    )
        .prop_map(|(hidden, name, number, group, sources, same_as)| ChannelWish {
            hidden,
            name,
            number,
            group,
            logo: None,
            sources,
            same_as,
        });
    let group = (bouquet.clone(), "[A-C]", any::<bool>(), vec(channel_id(), 0..5))
        .prop_map(|(id, name, radio, channels)| GroupWish { id, name, radio, channels });
    let parts = (
        btree_map(channel_id(), channel, 0..14),
        vec(group, 0..3),
        btree_set(bouquet.clone(), 0..3),
        vec(bouquet, 0..4),
    );
    parts.prop_map(|(channels, groups, hidden_bouquets, order)| Wishes {
        channels,
        groups,
        hidden_bouquets,
        order,
    })
}

/// What a channel is by the host's word, as far as that is there.
fn is_now<'a>(lineup: &Lineup, wishes: &'a Wishes, id: &'a ChannelId) -> &'a ChannelId {
    wishes.root(id).filter(|root| lineup.channel(root).is_some()).unwrap_or(id)
}

fn both() -> impl Strategy<Value = (Vec<(String, Vec<ReadBouquet>)>, Wishes)> {
    receivers().prop_flat_map(|receivers| {
        let wishes = wishes(&Lineup::pool(&receivers));
        (Just(receivers), wishes)
    })
}

proptest! {
    #[test]
    fn numbers_are_unique_channels_stand_by_them_and_are_found((receivers, wishes) in both()) {
        let lineup = Lineup::pool(&receivers);
        let after = apply(&lineup, &wishes);
        let places: Vec<_> = after.channels.iter().map(|channel| (channel.radio, channel.number)).collect();
        prop_assert!(places.is_sorted_by(|a, b| a < b), "{places:?}");
        for channel in &after.channels {
            prop_assert_eq!(after.channel(&channel.id), Some(channel));
            prop_assert!(lineup.channel(&channel.id).is_some(), "nothing is made up");
        }
        for channel in &lineup.channels {
            let root = is_now(&lineup, &wishes, &channel.id);
            let hidden = wishes.channels.get(root).is_some_and(|wish| wish.hidden == Some(true));
            prop_assert_eq!(after.known_as(&channel.id).map(|channel| &channel.id), (!hidden).then_some(root));
            prop_assert_eq!(after.channel(&channel.id).is_some(), !hidden && root == &channel.id);
        }
        let listed = after.bouquets.iter().flat_map(|bouquet| &bouquet.channels);
        prop_assert!(listed.into_iter().all(|id| after.channel(id).is_some()));
        let ids: HashSet<_> = after.bouquets.iter().map(|bouquet| &bouquet.id).collect();
        prop_assert!(ids.iter().all(|id| !wishes.hidden_bouquets.contains(*id)));
    }

    #[test]
    fn no_source_is_lost_or_made_up_by_joins((receivers, wishes) in both()) {
        let lineup = Lineup::pool(&receivers);
        let shown = Wishes { channels: wishes.channels.into_iter().map(|(id, wish)| (id, ChannelWish { hidden: None, ..wish })).collect(), ..wishes };
        let of = |lineup: &Lineup| {
            let sources = lineup.channels.iter().flat_map(|channel| &channel.sources);
            let mut all: Vec<_> = sources.map(|source| (source.receiver.clone(), source.service.to_string())).collect();
            all.sort();
            all
        };
        let after = apply(&lineup, &shown);
        prop_assert_eq!(of(&after), of(&lineup));
        for channel in &after.channels {
            let own = channel.joined.iter().map(|joined| &joined.id).chain([&channel.id]).collect::<HashSet<_>>();
            prop_assert_eq!(own.len(), channel.joined.len() + 1);
            prop_assert!(channel.sources.iter().all(|source| own.contains(&source.service.channel_id())));
        }
        for bouquet in &after.bouquets {
            prop_assert!(bouquet.channels.iter().all(|id| after.channel(id).is_some()));
        }
    }

    #[test]
    fn a_number_that_one_host_s_wish_gives_is_that_channel_s((receivers, wishes) in both()) {
        let after = apply(&Lineup::pool(&receivers), &wishes);
        for channel in &after.channels {
            let wanted = |other: &&Channel| {
                let number = wishes.channels.get(&other.id).and_then(|wish| wish.number);
                other.radio == channel.radio && number == Some(channel.number)
            };
            let wishing = after.channels.iter().filter(wanted).map(|other| &other.id).min();
            prop_assert!(wishing.is_none_or(|first| *first == channel.id), "{} is another's", channel.number);
        }
    }

    #[test]
    fn twice_is_once((receivers, wishes) in both()) {
        let once = apply(&Lineup::pool(&receivers), &wishes);
        prop_assert_eq!(apply(&once, &wishes), once);
    }

    #[test]
    fn without_wishes_a_lineup_in_order_stays_as_it_is(receivers in receivers()) {
        // What is pooled from several boxes, or has radio among television, is brought into order first.
        let none = Wishes::default();
        let ordered = apply(&Lineup::pool(&receivers), &none);
        prop_assert_eq!(apply(&ordered, &none), ordered);
        let one: Vec<_> = receivers.into_iter().take(1).map(|(id, bouquets)| {
            let mut bouquets: Vec<_> = bouquets.into_iter().map(|mut bouquet| {
                bouquet.services.retain(|read| read.service.is_radio() == bouquet.radio);
                bouquet
            }).collect();
            bouquets.sort_by_key(|bouquet| bouquet.radio);
            (id, bouquets)
        }).collect();
        let lineup = Lineup::pool(&one);
        prop_assert_eq!(apply(&lineup, &none), lineup);
    }

    #[test]
    fn what_is_renamed_elsewhere_changes_only_names_without_a_wish((receivers, wishes) in both()) {
        let mut renamed = receivers.clone();
        for BouquetEntry { name, .. } in renamed.iter_mut().flat_map(|(_, b)| b).flat_map(|bouquet| &mut bouquet.services) {
            name.push('!');
        }
        let (before, mut after) = (apply(&Lineup::pool(&receivers), &wishes), apply(&Lineup::pool(&renamed), &wishes));
        for joined in after.channels.iter_mut().flat_map(|channel| &mut channel.joined) {
            let own = wishes.channels.get(&joined.id).and_then(|wish| wish.name.as_deref());
            if own.is_none_or(|name| name.trim().is_empty()) {
                prop_assert_eq!(joined.name.pop(), Some('!'));
            }
        }
        for channel in &mut after.channels {
            let own = wishes.channels.get(&channel.id).and_then(|wish| wish.name.as_deref());
            if own.is_none_or(|name| name.trim().is_empty()) {
                prop_assert_eq!(channel.name.pop(), Some('!'));
            }
        }
        prop_assert_eq!(after, before);
    }
}
