//! The list of channels as players read it.

use std::collections::HashSet;
use std::fmt;

use telecast_core::lineup::{Channel, ChannelId, Lineup};
use telecast_core::m3u::{Entry, Writer};
use telecast_core::players::Player;

/// A file for that program.
pub fn file_for(file: &str, player: Option<Player>) -> String {
    player.map_or_else(|| file.to_owned(), |player| format!("{file}?for={}", player.name()))
}

/// The guide for that program.
pub fn guide_for(player: Option<Player>) -> String {
    file_for(player.map_or("guide.xml.gz", Player::guide_file), player)
}

/// The group of what whoever owns the address likes.
const FAVOURITES: &str = "Favourites";

/// `channels` of `lineup` as a list for that program, with those that are `liked` in a group of their own; whatever it names lies below `base`.
///
/// # Errors
/// It cannot be written: never, where there is memory.
pub fn list<'a>(
    lineup: &Lineup,
    channels: impl Iterator<Item = &'a Channel>,
    liked: &[ChannelId],
    base: &str,
    player: Option<Player>,
) -> Result<String, fmt::Error> {
    let liked: HashSet<&ChannelId> = liked.iter().collect();
    let groups = |id: &ChannelId| {
        let mut names: Vec<String> = liked.get(id).map(|_| FAVOURITES.to_owned()).into_iter().collect();
        names.extend(lineup.bouquets_of(id).map(|bouquet| bouquet.name.clone()));
        let mut known = HashSet::new();
        names.retain(|name| known.insert(name.clone()));
        names
    };
    let guide = format!("{base}/{}", guide_for(player));
    let mut writer = match player {
        None => Writer::new(String::new(), &[guide], &[])?,
        Some(player) => {
            let named = player.list().guide.iter().map(|name| (Box::from(*name), Box::from(guide.as_str())));
            Writer::new(String::new(), &[], &named.collect::<Vec<_>>())?
        }
    };
    for channel in channels {
        let id = &channel.id;
        let entry = Entry {
            name: channel.name.clone(),
            url: format!("{base}/stream/{id}.ts"),
            groups: groups(id),
            number: Some(channel.number),
            id: Some(id.in_guides()),
            logo: Some(format!("{base}/logo/{id}.png")),
            radio: channel.radio,
            ..Entry::default()
        };
        let entry = match player {
            Some(player) => player.entry(entry),
            None => Some(entry),
        };
        if let Some(entry) = entry {
            writer.entry(&entry)?;
        }
    }
    Ok(writer.finish())
}
