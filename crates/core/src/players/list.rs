//! Lists: attributes, groups, names and radio channels as each program reads them.

use super::Player;
use crate::m3u::Entry;

/// What becomes of a channel's groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Groups {
    /// All of them, with `;` between.
    All,
    /// The first.
    First,
}

/// What becomes of channels with sound only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Radio {
    /// They say `radio="true"`.
    Marked,
    /// They are channels like any other.
    Unmarked,
    /// They are left out.
    LeftOut,
}

/// What becomes of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// As they are.
    Plain,
    /// Without double quotes.
    Unquoted,
    /// Where its reader would cut one, it stands in `tvg-name` alone.
    Sheltered,
}

/// How a program wants a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListForm {
    /// Attributes of the first line that name the guide.
    pub guide: &'static [&'static str],
    /// Groups.
    pub groups: Groups,
    /// Channels with sound only.
    pub radio: Radio,
    /// Names.
    pub naming: Naming,
    /// It asks for what went by, where a channel says how.
    pub catchup: bool,
}

impl Player {
    /// How it wants a list.
    pub fn list(self) -> ListForm {
        match self {
            Self::Kodi => ListForm {
                // It looks for `x-tvg-url` and takes the first address of it.
                guide: &["x-tvg-url"],
                // It splits at `;`.
                groups: Groups::All,
                // Only what says `true` is radio; everything else is looked for a picture in.
                radio: Radio::Marked,
                // It takes the last quote of the line for the end of the attributes, and of a name with quotes and a comma what follows that.
                naming: Naming::Unquoted,
                catchup: true,
            },
            Self::Jellyfin => ListForm {
                // It skips the first line: the guide is entered by hand.
                guide: &[],
                // It does not split: two groups would be one of a strange name.
                groups: Groups::First,
                // It does not know the attribute.
                radio: Radio::Unmarked,
                // Of a name it keeps what stands behind the last comma, and not a number at its beginning (`7 Maxx`); `tvg-name` it leaves alone.
                naming: Naming::Sheltered,
                catchup: false,
            },
            Self::Plex => ListForm {
                // It reads no lists. What stands between is told the guide by itself.
                guide: &[],
                groups: Groups::First,
                // A tuner's channel without a picture is one that cannot be tuned to.
                radio: Radio::LeftOut,
                naming: Naming::Plain,
                catchup: false,
            },
            Self::TiviMate => ListForm {
                // Both are reported to be read; nobody outside can look which.
                guide: &["url-tvg", "x-tvg-url"],
                // Nobody reports that it splits.
                groups: Groups::First,
                radio: Radio::Unmarked,
                naming: Naming::Plain,
                catchup: true,
            },
        }
    }

    /// A channel of a list as it wants it; none: it is left out.
    pub fn entry(self, mut entry: Entry) -> Option<Entry> {
        let form = self.list();
        if entry.radio {
            match form.radio {
                Radio::Marked => {}
                Radio::Unmarked => entry.radio = false,
                Radio::LeftOut => return None,
            }
        }
        if form.groups == Groups::First {
            entry.groups.truncate(1);
        }
        if !form.catchup {
            entry.catchup = None;
        }
        match form.naming {
            Naming::Unquoted => entry.name = entry.name.replace('"', "'"),
            Naming::Sheltered if is_cut(&entry.name) => {
                entry.tvg_name = Some(std::mem::take(&mut entry.name));
            }
            Naming::Plain | Naming::Sheltered => {}
        }
        Some(entry)
    }
}

/// Whether Jellyfin's reader would take a part of the name for something else.
fn is_cut(name: &str) -> bool {
    let first = name.trim_start().split_once(' ').map(|(first, _)| first.trim_matches('.'));
    name.contains(',') || first.is_some_and(|first| first.parse::<f64>().is_ok())
}
