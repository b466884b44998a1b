//! What the guide says of a timeline.

/// What texts of a guide may name in braces.
pub const NAMES: [&str; 9] =
    ["show", "title", "season", "episode", "part", "year", "block", "channel", "summary"];

/// The first name in braces in `text` that stands for nothing.
pub(super) fn unknown_name(text: &str) -> Option<&str> {
    let names = text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
    names.into_iter().find(|name| !NAMES.contains(name))
}
