//! The `[[library.folder]]` sections.

use super::keys::FOLDER_KEYS;
use super::listed::Listed;
use super::read::{Faults, Lines, flat, nearest};
use crate::app::settings::FolderSettings;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::DeValue;

/// Folders of the file.
pub(super) fn read(
    file: &Path,
    lines: &Lines<'_>,
    content: &Spanned<DeValue<'_>>,
    faults: &mut Faults,
) -> Vec<FolderSettings> {
    let path = file.display();
    let items: Vec<_> = content.get_ref().as_array().into_iter().flat_map(|all| all.iter()).collect();
    if content.get_ref().as_array().is_none() || !items.iter().all(|item| item.get_ref().is_table()) {
        let line = lines.at(content.span().start);
        faults.push(format!("{path}:{line}: folders are written with two brackets: [[library.folder]]"));
    }
    let mut folders: Vec<FolderSettings> = Vec::new();
    for (at, table) in items.iter().filter_map(|item| Some((item.span().start, item.get_ref().as_table()?))) {
        let (mut name, mut place) = (String::new(), String::new());
        for (key, value) in table {
            let text = flat(value.get_ref());
            match key.get_ref().as_ref() {
                "name" => name = text,
                "path" => place = text,
                other => faults.push(format!(
                    "{path}:{}: a folder has no key '{other}'; did you mean '{}'?",
                    lines.at(key.span().start),
                    nearest(other, FOLDER_KEYS)
                )),
            }
        }
        let line = lines.at(at);
        let place = PathBuf::from(place);
        if !place.is_absolute() {
            faults.push(format!("{path}:{line}: a folder needs its whole path: path = \"/srv/media/films\""));
            continue;
        }
        if name.trim().is_empty() {
            name = place.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        }
        let name = name.trim().to_owned();
        if folders.iter().any(|folder| folder.name == name) {
            faults
                .push(format!("{path}:{line}: two folders are called '{name}'; give each a name of its own"));
        }
        folders.push(FolderSettings { name, path: place });
    }
    folders
}

/// Folders that came, went, or lie elsewhere.
pub(super) const LISTED: Listed<FolderSettings> = Listed {
    what: "library.folder",
    id: |folder| &folder.name,
    name: |folder| &folder.name,
    word: |folder| folder.path.display().to_string(),
    is_same: |one, other| one == other,
    ordered: false,
};

/// Folders as they stand, for `telecast check`.
pub(super) fn rows(folders: &[FolderSettings]) -> impl Iterator<Item = (String, String)> {
    folders
        .iter()
        .map(|folder| (format!("library.folder '{}'.path", folder.name), folder.path.display().to_string()))
}
