//! What each program gets of one list and one guide, to be looked at; and what must hold for all.

use super::Player;
use crate::guide::xmltv::{Channel, Head, Writer as GuideWriter};
use crate::guide::{Episode, EpisodeNumber, Image, Moment, Programme, Text};
use crate::m3u::{self, Catchup, Entry, Limits, Writer as ListWriter};

/// 2024-03-01 20:15 UTC.
const START_MS: i64 = 1_709_324_100_000;

fn channels() -> Vec<Entry> {
    let entry = |number: u32, name: &str, groups: &[&str]| Entry {
        name: name.into(),
        url: format!("http://tv.example/iptv/stream/{number}.ts"),
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        number: Some(number),
        id: Some(format!("{number}.telecast")),
        logo: Some(format!("http://tv.example/iptv/logo/{number}.png")),
        ..Entry::default()
    };
    let catchup = Catchup { kind: Some("append".into()), source: Some("?utc={utc}".into()), days: Some(1) };
    vec![
        entry(1, "Das Erste HD", &["Favourites", "Public"]),
        entry(2, "7 Maxx", &["Private"]),
        Entry { catchup: Some(catchup), ..entry(3, "The \"Good\", the Bad", &[]) },
        Entry { radio: true, ..entry(4, "Bayern 3", &["Radio"]) },
        entry(5, "3sat", &[]),
    ]
}

fn list_for(player: Player) -> String {
    let form = player.list();
    let url = format!("http://tv.example/iptv/{}?for={}", player.guide_file(), player.name());
    let attributes: Vec<(Box<str>, Box<str>)> =
        form.guide.iter().map(|name| (Box::from(*name), url.as_str().into())).collect();
    let mut writer = ListWriter::new(String::new(), &[], &attributes).unwrap();
    for entry in channels().into_iter().filter_map(|entry| player.entry(entry)) {
        writer.entry(&entry).unwrap();
    }
    writer.finish()
}

fn text(language: &str, text: &str) -> Vec<Text> {
    vec![Text { language: Some(language.into()), text: text.into() }]
}

fn programmes() -> Vec<Programme> {
    let titled = |title: &str| Programme { titles: text("de", title), ..Programme::default() };
    let onscreen = EpisodeNumber { system: Some("onscreen".into()), value: "Folge 3".into() };
    vec![
        Programme {
            genres: vec![0x10, 0x17],
            categories: text("de", "Spielfilm"),
            age: Some(12),
            ..titled("Film")
        },
        Programme {
            genres: vec![0x15],
            categories: text("de", "Serie"),
            episode: Episode { season: Some(2), number: Some(3), ..Episode::default() },
            episode_numbers: vec![onscreen],
            ..titled("Serie")
        },
        Programme {
            episode: Episode { season: Some(0), number: Some(3), ..Episode::default() },
            ..titled("Weihnachten")
        },
        Programme { genres: vec![0x20], categories: text("en", "news"), ..titled("Nachrichten") },
        titled("Irgendetwas"),
    ]
}

fn guide_for(player: Player) -> String {
    let mut writer = GuideWriter::new(Vec::new(), &Head::default()).unwrap();
    for (number, name, radio) in [(1, "Das Erste HD", false), (4, "Bayern 3", true)] {
        let channel = Channel {
            id: format!("{number}.telecast").into(),
            names: vec![Text { language: None, text: name.into() }],
            icons: vec![Image {
                url: format!("http://tv.example/iptv/logo/{number}.png").into(),
                ..Image::default()
            }],
            urls: Vec::new(),
        };
        if let Some(channel) = player.channel(channel, number, radio) {
            writer.channel(&channel).unwrap();
        }
    }
    for (hour, mut told) in (0..).zip(programmes()) {
        let start_ms = START_MS + hour * 3_600_000;
        player.programme(start_ms, &mut told);
        writer.airing("1.telecast", start_ms, Some(start_ms + 3_600_000), &Moment::default(), &told).unwrap();
    }
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

#[test]
fn kodi_gets_what_it_reads() {
    insta::assert_snapshot!("kodi_list", list_for(Player::Kodi));
    insta::assert_snapshot!("kodi_guide", guide_for(Player::Kodi));
}

#[test]
fn jellyfin_gets_what_it_reads() {
    insta::assert_snapshot!("jellyfin_list", list_for(Player::Jellyfin));
    insta::assert_snapshot!("jellyfin_guide", guide_for(Player::Jellyfin));
}

#[test]
fn plex_gets_what_it_reads() {
    insta::assert_snapshot!("plex_list", list_for(Player::Plex));
    insta::assert_snapshot!("plex_guide", guide_for(Player::Plex));
}

#[test]
fn tivimate_gets_what_it_reads() {
    insta::assert_snapshot!("tivimate_list", list_for(Player::TiviMate));
    insta::assert_snapshot!("tivimate_guide", guide_for(Player::TiviMate));
}

#[test]
fn each_is_found_by_its_name_and_whatever_it_gets_is_a_list_of_the_same_channels() {
    for player in Player::ALL {
        assert_eq!(Player::parse(player.name()), Some(player));
        let read = m3u::read(&list_for(player), &Limits::default()).unwrap();
        assert_eq!(read.junk_count, 0, "{player:?}");
        for entry in &read.entries {
            let own = channels().into_iter().find(|own| own.url == entry.url).unwrap();
            assert_eq!(entry.name.replace('"', "'"), own.name.replace('"', "'"), "{player:?}");
            assert_eq!(
                (&entry.id, entry.number, &entry.logo),
                (&own.id, own.number, &own.logo),
                "{player:?}"
            );
            assert!(entry.groups.iter().eq(own.groups.iter().take(entry.groups.len())), "{player:?}");
        }
        let radio = channels().iter().filter(|entry| entry.radio).count();
        let most = channels().len();
        let expected = if player == Player::Plex { most - radio } else { most };
        assert_eq!(read.entries.len(), expected, "{player:?}");
    }
    assert_eq!(Player::parse("toaster"), None);
}

/// As Jellyfin's reader does it (`M3uParser.GetChannelName`).
fn as_jellyfin(line: &str) -> String {
    let mut rest = line.strip_prefix("#EXTINF:").unwrap().to_owned();
    let mut tvg_name = String::new();
    while let Some(begin) = rest.find("=\"") {
        let key = rest[..begin].rfind(' ').unwrap() + 1;
        let end = begin + 2 + rest[begin + 2..].find('"').unwrap();
        if &rest[key..begin] == "tvg-name" {
            tvg_name = rest[begin + 2..end].to_owned();
        }
        rest.replace_range(key..=end, "");
    }
    let parts: Vec<&str> = rest.split(',').filter(|part| !part.is_empty()).collect();
    let name = if parts.len() > 1 { parts.last().unwrap().trim() } else { "" };
    let cut = name.split_once(' ').filter(|(first, _)| first.trim_matches('.').parse::<f64>().is_ok());
    let name = cut.map_or(name, |(_, rest)| rest.trim_matches([' ', '-']));
    if name.is_empty() { tvg_name } else { name.to_owned() }
}

#[test]
fn jellyfin_cuts_no_name() {
    let list = list_for(Player::Jellyfin);
    let found: Vec<String> =
        list.lines().filter(|line| line.starts_with("#EXTINF")).map(as_jellyfin).collect();
    assert_eq!(found, ["Das Erste HD", "7 Maxx", "The 'Good', the Bad", "Bayern 3", "3sat"]);
}
