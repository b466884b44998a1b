//! Tables of what is the same and what is not, stories of channels with several offers, and the laws.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::collection::vec;
use proptest::prelude::*;

use super::cases::{CARRIED, IDS, NAMES, OTHERS};
use super::*;

fn known(id: &str, names: &[&str], ids: &[&str]) -> Known {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Known {
        channel: ChannelId(id.into()),
        names: texts(names),
        ids: texts(ids),
        confirmed: Vec::new(),
        refused: Vec::new(),
        number: None,
    }
}

fn offer(id: &str, names: &[&str]) -> Offered {
    Offered { id: id.into(), names: names.iter().map(|name| (*name).to_owned()).collect() }
}

/// How the only channel and the only offer are the same; `Alike` when that is for a person to say.
fn how(channel: &Known, offered: &Offered) -> Option<How> {
    let found = matching(std::slice::from_ref(channel), std::slice::from_ref(offered));
    let sure = found.sure.first().map(|found| found.how);
    sure.or(found.to_review.first().map(|_| How::Alike))
}

#[test]
fn what_is_one_station_is_found_to_be_one() {
    let mut wrong = String::new();
    let mut check = |what: &str, a: &str, b: &str, found: Option<How>, expected: How| {
        if found != Some(expected) {
            writeln!(wrong, "{what} {a:?} and {b:?}: {found:?}, not {expected:?}").unwrap();
        }
    };
    for (a, b, expected) in NAMES {
        check("names", a, b, how(&known("c", &[a], &[]), &offer("7", &[b])), *expected);
        check("names turned", a, b, how(&known("c", &[b], &[]), &offer("7", &[a])), *expected);
    }
    for (name, id, expected) in IDS {
        check("name and id", name, id, how(&known("c", &[name], &[]), &offer(id, &[])), *expected);
    }
    for (a, b, expected) in CARRIED {
        check("ids", a, b, how(&known("c", &["Name"], &[a]), &offer(b, &[])), *expected);
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(NAMES.len() + IDS.len() + CARRIED.len() >= 150);
}

#[test]
fn what_is_two_stations_is_never_taken_for_one() {
    let mut wrong = String::new();
    for (a, b) in OTHERS {
        for (channel, offered) in [
            (known("c", &[a], &[]), offer("7", &[b])),
            (known("c", &[b], &[]), offer("7", &[a])),
            (known("c", &[a], &[]), offer(b, &[])),
            (known("c", &[a], &[]), offer(b, &[b])),
        ] {
            let found = matching(std::slice::from_ref(&channel), std::slice::from_ref(&offered));
            if !found.sure.is_empty() {
                writeln!(wrong, "{:?} and {:?}: {:?}", channel.names, offered, found.sure).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(OTHERS.len() >= 60);
}

/// Ids that a channel is certain to be, and those that a person is asked about.
fn ids(channels: &[Known], offers: &[Offered], channel: usize) -> (Vec<String>, Vec<String>) {
    let found = matching(channels, offers);
    let of = |matches: &[Match]| {
        let ours = matches.iter().filter(|found| found.channel == channel);
        ours.map(|found| offers[found.offered].id.clone()).collect()
    };
    (of(&found.sure), of(&found.to_review))
}

fn check(channel: Known, offers: &[Offered], sure: &[&str], review: &[&str]) {
    let found = ids(std::slice::from_ref(&channel), offers, 0);
    assert_eq!((found.0, found.1), (strings(sure), strings(review)), "{channel:?}");
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn the_best_reason_decides_and_a_tie_is_for_a_person() {
    let offers = [
        offer("a", &["Das Erste"]),
        offer("b", &["Das Erste HD"]),
        offer("c", &["Das Erste UHD"]),
        offer("d", &["ZDF"]),
    ];
    check(known("1", &["Das Erste HD"], &[]), &offers, &["b"], &[]);
    check(known("1", &["ARD"], &[]), &offers, &["a"], &[]);
    check(known("1", &["ARD HD"], &[]), &offers, &["b"], &[]);
    check(known("1", &["Das Erste HD"], &["d2"]), &offers, &["b"], &[]);
    check(known("1", &["Das Erste HD"], &["c"]), &offers, &["c"], &[]);
    check(known("1", &["ZDF HEVC"], &[]), &offers, &["d"], &[]);
    let twice = [offer("a", &["VOX"]), offer("b", &["vox"]), offer("VOX.de", &[])];
    check(known("1", &["VOX"], &[]), &twice, &[], &["a", "b"]);
    check(known("1", &["VOX HD"], &[]), &twice, &[], &["a", "b"]);
    let again = [offer("a", &["VOX"]), offer("a", &["VOX", "VOX HD"])];
    check(known("1", &["VOX"], &[]), &again, &["a"], &[]);
    let host = Known { confirmed: vec!["b".into()], ..known("1", &["VOX"], &["a"]) };
    check(host, &twice, &["b"], &[]);
    let gone = Known { confirmed: vec!["gone".into()], ..known("1", &["VOX"], &["a"]) };
    check(gone, &twice, &[], &["VOX.de", "a", "b"]);
    let refused = |ids: &[&str]| Known { refused: strings(ids), ..known("1", &["VOX"], &["a"]) };
    check(refused(&["a"]), &twice, &["b"], &[]);
    check(refused(&["A ", "b"]), &twice, &["VOX.de"], &[]);
    check(refused(&["a", "b", "VOX.de"]), &twice, &[], &[]);
    let like = [offer("x", &["Sky Cinemas"]), offer("y", &["Sky Cinemaa"])];
    check(Known { refused: strings(&["x"]), ..known("1", &["Sky Cinema"], &[]) }, &like, &[], &["y"]);
    check(known("1", &["Something"], &["a", "b"]), &twice, &[], &["a", "b"]);
}

#[test]
fn of_more_offers_than_are_looked_at_the_same_are_taken_in_any_order() {
    let channels = [known("1", &["VOX HD"], &[]), known("2", &["Sky Cinema"], &[])];
    let mut offers: Vec<Offered> = (10..60)
        .flat_map(|at| [offer(&at.to_string(), &["VOX"]), offer(&format!("c{at}"), &["Sky Cinemas"])])
        .collect();
    let before = matching(&channels, &offers);
    let before = by_content(&before.to_review, &channels, &offers);
    offers.reverse();
    let after = matching(&channels, &offers);
    assert_eq!(by_content(&after.to_review, &channels, &offers), before);
    assert_eq!(before.len(), TIES + PROPOSED);
}

#[test]
fn one_offer_serves_sd_and_hd_of_a_station() {
    let channels =
        [known("sd", &["Das Erste"], &[]), known("hd", &["Das Erste HD"], &[]), known("x", &["X Y Z"], &[])];
    let found = matching(&channels, &[offer("DasErste.de", &["Das Erste"])]);
    let pairs: Vec<_> = found.sure.iter().map(|found| (found.channel, found.offered, found.how)).collect();
    assert_eq!(pairs, [(0, 0, How::ExactName), (1, 0, How::Normalised)]);
    assert_eq!((found.to_review.len(), found.unmatched), (0, vec![2]));
}

#[test]
fn an_id_that_names_contradict_is_for_a_person() {
    // Lists are copied together: an id of the neighbour's is the commonest mistake.
    check(known("1", &["RTL 2"], &["RTL.de"]), &[offer("RTL.de", &["RTL"])], &[], &["RTL.de"]);
    check(known("1", &["RTL"], &["RTL.de"]), &[offer("RTL.de", &["RTL +1"])], &[], &["RTL.de"]);
    check(known("1", &["Eurosport"], &["e.de"]), &[offer("e.de", &["Eurosport 1"])], &["e.de"], &[]);
    check(known("1", &["RTL 2"], &["RTL.de"]), &[offer("RTL.de", &[])], &["RTL.de"], &[]);
    check(
        known("1", &["RTL 2"], &["RTL.de"]),
        &[offer("RTL.de", &["RTL"]), offer("2", &["RTL II"])],
        &["2"],
        &[],
    );
    let service = "1:0:19:283D:3FB:1:C00000:0:0:0:";
    check(known("1", &["Sport 7"], &[service]), &[offer(service, &["Sport"])], &[service], &[]);
    // The id spells the station, its name spells another.
    check(known("1", &["RTL"], &[]), &[offer("RTL.de", &["RTL 2"])], &[], &["RTL.de"]);
}

#[test]
fn labels_of_countries_decide_among_namesakes() {
    let offers = ["de", "at", "hr"].map(|code| offer(&format!("{code}1"), &[&format!("ProSieben.{code}")]));
    check(known("1", &["ProSieben HD"], &[]), &offers, &["de1"], &[]);
    check(known("1", &["ProSieben Austria"], &[]), &offers, &["at1"], &[]);
    check(known("1", &["AT: ProSieben"], &[]), &offers, &["at1"], &[]);
    check(known("1", &["ProSieben"], &["ProSieben.at"]), &offers, &["at1"], &[]);
    let named = ["Discovery.de", "Discovery.hr"].map(|id| offer(id, &["Discovery Channel"]));
    // Who has channels of one country wants its guide; of whom that is not known is asked.
    let channels = [known("1", &["Discovery Channel"], &[]), known("2", &["ZDF"], &[])];
    assert_eq!(ids(&channels, &named, 0), (strings(&["Discovery.de"]), Vec::new()));
    assert_eq!(ids(&channels[..1], &named, 0), (Vec::new(), strings(&["Discovery.de", "Discovery.hr"])));
    // What another channel spells is not taken from it.
    let both = [known("1", &["Sky Krimi"], &[]), known("2", &["Sky Krimi Austria"], &[])];
    let krimi = [offer("SkyKrimi.at", &[])];
    assert_eq!(ids(&both, &krimi, 1), (strings(&["SkyKrimi.at"]), Vec::new()));
    assert!(ids(&both, &krimi, 0).0.is_empty());
}

#[test]
fn what_is_alike_is_proposed_with_the_best_first() {
    let offers = [
        offer("1", &["Sky Cinema Premieren"]),
        offer("2", &["Sky Cinema Premieren +24"]),
        offer("3", &["Sky Cinema Highlights"]),
        offer("4", &["Sky Cinema Premiere", "301"]),
        offer("5", &["ZDF"]),
    ];
    let channel = Known { number: Some(301), ..known("1", &["Sky Premieren"], &[]) };
    let found = matching(&[channel], &offers);
    let proposed: Vec<_> = found.to_review.iter().map(|found| offers[found.offered].id.as_str()).collect();
    assert_eq!(proposed, ["1", "4"], "{:?}", found.to_review);
    assert!(found.to_review.iter().all(|found| found.how == How::Alike && found.score < 85));
    assert!(found.to_review.is_sorted_by_key(|found| Reverse(found.score)));
}

/// Names of stations whose parts tell them apart, spelled in some way.
fn spelled() -> impl Strategy<Value = ((u8, u8, u8), String)> {
    let station =
        prop::sample::select(vec!["RTL", "Sky Sport", "ORF", "Café Wörld", "WDR", "Sky Sport Köln"]);
    let stations = ["RTL", "Sky Sport", "ORF", "Café Wörld", "WDR", "Sky Sport Köln"];
    (station, 0..4u8, 0..2u8, 0..6u8, 0..6u8, any::<bool>()).prop_map(
        move |(station, number, late, form, sharp, label)| {
            let at = stations.iter().position(|known| *known == station).expect("one of them") as u8;
            let form = if matches!(station, "RTL" | "ORF") || form > 1 { form } else { 5 };
            let written = match (number, form) {
                (0, _) => String::new(),
                (1, 0) => " eins".into(),
                (2, 0) => " II".into(),
                (2, 1) => " Zwei".into(),
                (3, 0) => " III".into(),
                (number, 2) => format!("{number}"),
                (number, 3) => format!("-{number}"),
                (number, 4) => format!(" 0{number}"),
                (number, _) => format!(" {number}"),
            };
            let late_as = match (late, form) {
                (0, _) => "",
                (_, 0..3) => " +1",
                (_, 3) => "+1",
                _ => " Plus 1",
            };
            let sharp = ["", " HD", " UHD", " (1080p)", " 4K", " HEVC"][usize::from(sharp)];
            let name = format!(
                "{}{station}{written}{sharp}{late_as}",
                match (label, station) {
                    (false, _) => "",
                    (true, "ORF") => "AT: ",
                    (true, _) => "DE: ",
                }
            );
            let name = match form {
                1 => name.to_uppercase(),
                5 => name.to_lowercase().replace("de: ", "").replace("at: ", ""),
                _ => name,
            };
            ((at, number, late), name)
        },
    )
}

fn party() -> impl Strategy<Value = (Vec<Known>, Vec<Offered>)> {
    let names = || vec(prop_oneof![spelled().prop_map(|(_, name)| name), "[a-c1-2 .:+]{0,5}"], 0..3);
    let ids = || vec(prop_oneof![Just("RTL.de".to_owned()), Just("rtl.DE".to_owned()), "[ab1-3]{1,2}"], 0..2);
    let known = vec((names(), ids(), ids(), ids(), prop::option::of(0..5u32)), 0..8).prop_map(|all| {
        let one = |(at, (names, ids, confirmed, refused, number))| Known {
            channel: ChannelId(format!("c{at}")),
            names,
            ids,
            confirmed,
            refused,
            number,
        };
        all.into_iter().enumerate().map(one).collect()
    });
    let offered = vec((names(), "[ab1-3]{1,2}|RTL.de|Sky-Sport-1|ORF[12].at"), 0..12)
        .prop_map(|all| all.into_iter().map(|(names, id)| Offered { id, names }).collect());
    (known, offered)
}

/// What was found, by what was compared instead of by its place.
type Found = Vec<(ChannelId, String, Vec<String>, How, u8)>;

fn by_content(matches: &[Match], known: &[Known], offered: &[Offered]) -> Found {
    let one = |found: &Match| {
        let offer = &offered[found.offered];
        (known[found.channel].channel.clone(), offer.id.clone(), offer.names.clone(), found.how, found.score)
    };
    let mut all: Found = matches.iter().map(one).collect();
    all.sort();
    all
}

proptest! {
    #[test]
    fn names_with_other_numbers_are_never_the_same_and_spellings_always((a, one) in spelled(), (b, other) in spelled()) {
        let found = matching(&[known("c", &[&one], &[])], &[offer("7", &[&other])]);
        prop_assert_eq!(!found.sure.is_empty(), a == b, "{:?} and {:?}: {:?}", one, other, found);
    }

    #[test]
    fn the_order_of_what_comes_in_changes_nothing(
        ((known, offered), (shuffled, mixed)) in party().prop_flat_map(|(known, offered)| {
            let shuffled = (Just(known.clone()).prop_shuffle(), Just(offered.clone()).prop_shuffle());
            (Just((known, offered)), shuffled)
        })
    ) {
        let (one, other) = (matching(&known, &offered), matching(&shuffled, &mixed));
        prop_assert_eq!(by_content(&one.sure, &known, &offered), by_content(&other.sure, &shuffled, &mixed));
        prop_assert_eq!(by_content(&one.to_review, &known, &offered), by_content(&other.to_review, &shuffled, &mixed));
        let ids = |of: &[usize], known: &[Known]| of.iter().map(|at| known[*at].channel.clone()).collect::<BTreeSet<_>>();
        prop_assert_eq!(ids(&one.unmatched, &known), ids(&other.unmatched, &shuffled));
    }

    #[test]
    fn a_channel_is_certain_once_or_asked_about_or_has_nothing((known, offered) in party()) {
        let found = matching(&known, &offered);
        let sure: Vec<usize> = found.sure.iter().map(|found| found.channel).collect();
        prop_assert!(sure.is_sorted_by(|a, b| a < b), "{sure:?}");
        let asked: BTreeSet<usize> = found.to_review.iter().map(|found| found.channel).collect();
        let mut all: Vec<usize> = sure.iter().chain(&asked).chain(&found.unmatched).copied().collect();
        all.sort_unstable();
        prop_assert_eq!(all, (0..known.len()).collect::<Vec<_>>());
        for one in &found.sure {
            prop_assert!(one.score >= 85 && one.how != How::Alike);
        }
        prop_assert!(found.to_review.iter().all(|one| one.how != How::Alike || one.score < 85));
    }

    #[test]
    fn what_the_host_has_refused_is_never_taken_and_what_he_has_chosen_always((known, offered) in party()) {
        let found = matching(&known, &offered);
        let has = |ids: &[String], id: &str| ids.iter().any(|one| id_key(one) == id_key(id));
        for one in found.sure.iter().chain(&found.to_review) {
            prop_assert!(!has(&known[one.channel].refused, &offered[one.offered].id));
        }
        for one in &found.sure {
            let chosen = &known[one.channel].confirmed;
            prop_assert!(chosen.is_empty() || has(chosen, &offered[one.offered].id));
        }
    }

    #[test]
    fn what_comes_late_is_what_it_would_be_if_it_came_alone((known, offered) in party()) {
        let late = Late::new(&known);
        for offer in &offered {
            prop_assert_eq!(late.sure(offer), matching(&known, std::slice::from_ref(offer)).sure);
        }
    }

    #[test]
    fn any_text_is_a_name_or_none(text in ".{0,40}", odd in "[|(){}\\[\\]DEde:+&@.\u{308}ᴴᴰä -]{0,20}") {
        for text in [text, odd] {
            let name = Name::of(&text, &Aliases::new());
            let found = matching(&[known("c", &[&text], &[&text])], &[offer("0", &[&text])]);
            prop_assert!(name.keys.is_empty() || found.unmatched.is_empty(), "{name:?}");
        }
    }
}

#[test]
fn time_grows_with_the_number_of_channels_and_ids_not_with_its_square() {
    let words = [
        "Sky", "Sport", "Cinema", "News", "Kanal", "Music", "Kids", "Action", "Doku", "Plus", "Regio",
        "Stadt",
    ];
    let name =
        |at: usize| format!("{} {} {} {}", words[at % 12], words[at / 12 % 12], words[at / 144 % 12], at / 7);
    let time = |count: usize| {
        let channels: Vec<Known> = (0..count).map(|at| known(&at.to_string(), &[&name(at)], &[])).collect();
        // Every third is found, the others are only alike; all of one name at the end.
        let mut offers: Vec<Offered> = (0..count)
            .map(|at| {
                offer(&format!("x{at}"), &[&if at % 3 == 0 { name(at) } else { format!("{} TV", name(at)) }])
            })
            .collect();
        offers.extend((0..count).map(|at| offer(&format!("y{at}"), &["Same Name"])));
        let begun = std::time::Instant::now();
        let found = matching(&channels, &offers);
        assert!(found.sure.len() >= count / 3, "{}", found.sure.len());
        begun.elapsed()
    };
    // Ten times as much takes about ten times as long, not a hundred times. A busy machine is asked again.
    let is_linear = || time(4_000) < time(400) * 40 + std::time::Duration::from_secs(2);
    assert!((0..4).any(|_| is_linear()));
}

#[test]
fn what_comes_late_costs_the_same_however_many_channels_there_are() {
    let time = |count: usize| {
        let channels: Vec<Known> =
            (0..count).map(|at| known(&at.to_string(), &[&format!("Kanal {at}")], &[])).collect();
        let late = Late::new(&channels);
        let begun = std::time::Instant::now();
        let found = (0..1_000).map(|at| late.sure(&offer(&format!("Kanal {}", at * 10), &[])).len());
        assert_eq!(found.sum::<usize>(), count / 10);
        begun.elapsed()
    };
    // Fifty times as many channels, and about the same time. A busy machine is asked again.
    let is_even = || time(5_000) < time(100) * 10 + std::time::Duration::from_millis(200);
    assert!((0..4).any(|_| is_even()));
}
