//! What programs for television read of a list and of a guide, and what they take amiss: a profile for each of Kodi, Jellyfin, Plex and TiviMate.
//!
//! A list and a guide without a profile say everything, in the words that most readers know. A profile changes only what a program would
//! otherwise read wrongly or not at all, and each change has its reason here: for Kodi and Jellyfin their own sources say it (`pvr.iptvsimple`:
//! `PlaylistLoader`, `EpgEntry`; Jellyfin: `M3uParser`, `XmlTvReader`, `XmlTvListingsProvider`), for Plex and TiviMate, whose sources nobody
//! sees, what their users have found. The same table for people is in `docs/guide/players.md`.
//!
//! Pure: an entry, a channel, a programme in; the same, as that program likes it, out.

mod guide;
mod list;
mod stream;

pub use guide::GuideForm;
pub use list::{Groups, ListForm, Naming, Radio};
pub use stream::Coding;

/// A program that has a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Player {
    /// Kodi with *PVR IPTV Simple Client*.
    Kodi,
    /// Jellyfin's M3U tuner and its XMLTV provider.
    Jellyfin,
    /// Plex' DVR, which takes the guide and finds the channels as a network tuner; the list is for what stands between.
    Plex,
    /// TiviMate.
    TiviMate,
}

impl Player {
    /// All, by name.
    pub const ALL: [Self; 4] = [Self::Jellyfin, Self::Kodi, Self::Plex, Self::TiviMate];

    /// Its name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kodi => "kodi",
            Self::Jellyfin => "jellyfin",
            Self::Plex => "plex",
            Self::TiviMate => "tivimate",
        }
    }

    /// The program of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|player| player.name() == name)
    }

    /// The file of the guide that it is given.
    ///
    /// Kodi unpacks what begins as gzip does, Jellyfin what is called `.gz` in front of a `?`. Of the other two nobody knows by what they
    /// tell a packed guide whose address has a query, so they get it plain.
    pub fn guide_file(self) -> &'static str {
        match self {
            Self::Kodi | Self::Jellyfin => "guide.xml.gz",
            Self::Plex | Self::TiviMate => "guide.xml",
        }
    }
}

#[cfg(test)]
mod tests;
