//! Bouquets and services: built in, from files to be played, or from a real receiver's settings.
//!
//! A reference has ten fields (`type:flags:service type:SID:TSID:ONID:namespace:0:0:0:`) and ends in a colon; flag 64
//! marks a marker, 512 a hidden entry, 7 a folder. Order and duplicates are kept.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::SimError;
use crate::media::RECIPES;

/// A line of a bouquet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) reference: String,
    pub(crate) name: String,
    /// Channel code of the programme that plays there; 0 when nothing does.
    pub(crate) code: u8,
}

impl Entry {
    pub(crate) fn flags(&self) -> u32 {
        self.reference.split(':').nth(1).and_then(|flags| flags.parse().ok()).unwrap_or(0)
    }

    pub(crate) fn is_marker(&self) -> bool {
        self.flags() & 64 != 0
    }

    pub(crate) fn is_hidden(&self) -> bool {
        self.flags() & 512 != 0
    }

    /// A service that can be watched: no marker, no folder.
    pub(crate) fn is_service(&self) -> bool {
        !self.is_marker() && self.flags() & 7 == 0
    }
}

/// A list of services with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bouquet {
    pub(crate) reference: String,
    pub(crate) name: String,
    pub(crate) radio: bool,
    /// Shown in the list of bouquets, not only inside another.
    pub(crate) listed: bool,
    pub(crate) entries: Vec<Entry>,
}

/// All that a receiver knows of channels.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Lineup {
    pub(crate) bouquets: Vec<Bouquet>,
}

fn folder(file: &str, radio: bool) -> String {
    let kind = if radio { 2 } else { 1 };
    format!("1:7:{kind}:0:0:0:0:0:0:0:FROM BOUQUET \"{file}\" ORDER BY bouquet")
}

/// The ten fields in upper case without trailing colon; references with a URL keep that, but no name after it.
pub(crate) fn normal(reference: &str) -> String {
    if reference.contains("://") {
        return reference.trim_end_matches(':').to_owned();
    }
    if reference.contains("%3a//") || reference.contains("%3A//") {
        let fields: Vec<&str> = reference.split(':').take(11).collect();
        return fields.join(":").replace("%3A", "%3a");
    }
    let fields: Vec<&str> = reference.split(':').take(10).collect();
    fields.join(":").trim_end_matches(':').to_uppercase()
}

/// Namespace, network and transport stream: what one demodulator receives.
pub(crate) fn transponder(reference: &str) -> String {
    let fields: Vec<&str> = reference.split(':').collect();
    let field = |at: usize| fields.get(at).copied().unwrap_or("0");
    format!("{}:{}:{}", field(6), field(5), field(4))
}

/// A field of a reference as a number.
pub(crate) fn field(reference: &str, at: usize) -> u16 {
    let field = reference.split(':').nth(at).unwrap_or("0");
    u16::from_str_radix(field, 16).unwrap_or(0)
}

impl Lineup {
    /// Two kinds of bouquets with everything that clients stumble over.
    pub(crate) fn built_in(iptv: &str, bench: usize) -> Self {
        let service = |code: u8, reference: &str| {
            let title = RECIPES.iter().find(|recipe| recipe.code == code).map_or("", |recipe| recipe.title);
            Entry { reference: reference.to_owned(), name: title.to_owned(), code }
        };
        let other = |reference: &str, name: &str| Entry {
            reference: reference.to_owned(),
            name: name.to_owned(),
            code: 0,
        };
        let first = service(1, "1:0:19:283D:3FB:1:C00000:0:0:0:");
        let sub = folder("userbouquet.kino.tv", false);
        let favourites = vec![
            other("1:64:1:0:0:0:0:0:0:0:Vollprogramme", "Vollprogramme"),
            first.clone(),
            service(2, "1:0:19:283E:3FB:1:C00000:0:0:0:"),
            service(3, "1:0:19:2B66:3F3:1:C00000:0:0:0:"),
            other("1:64:2:0:0:0:0:0:0:0:Sparten & Sprachen", "Sparten & Sprachen"),
            service(4, "1:0:19:2B70:3F3:1:C00000:0:0:0:"),
            service(5, "1:0:16:445C:453:1:C00000:0:0:0:"),
            service(6, "1:0:19:EF10:421:1:C00000:0:0:0:"),
            other("1:832:D:0:0:0:0:0:0:0:", ""),
            Entry { reference: sub.clone(), name: "Kino und Ton".to_owned(), code: 0 },
            other("1:512:19:2B71:3F3:1:C00000:0:0:0:", "Verborgen HD"),
            Entry {
                reference: format!("4097:0:1:1:1:0:0:0:0:0:{}:Netz TV", iptv.replace(':', "%3a")),
                name: "Netz TV".to_owned(),
                code: 3,
            },
            service(9, "1:0:1:2EE3:441:1:C00000:0:0:0:"),
        ];
        let cinema = vec![
            service(7, "1:0:19:EF11:421:1:C00000:0:0:0:"),
            service(8, "1:0:19:1519:455:1:C00000:0:0:0:"),
            first,
        ];
        let radio = vec![
            service(10, "1:0:2:6E40:445:1:C00000:0:0:0:"),
            other("1:64:3:0:0:0:0:0:0:0:Klassik", "Klassik"),
            service(11, "1:0:A:6E41:445:1:C00000:0:0:0:"),
        ];
        let bouquet = |file: &str, name: &str, radio: bool, listed: bool, entries: Vec<Entry>| Bouquet {
            reference: folder(file, radio),
            name: name.to_owned(),
            radio,
            listed,
            entries,
        };
        let mut bouquets = vec![
            bouquet("userbouquet.favourites.tv", "Favoriten (TV)", false, true, favourites),
            bouquet("userbouquet.kino.tv", "Kino und Ton", false, false, cinema.clone()),
            bouquet("userbouquet.alle.tv", "Film & Musik", false, true, cinema),
            bouquet("userbouquet.favourites.radio", "Favoriten (Radio)", true, true, radio.clone()),
            bouquet("userbouquet.zweite.radio", "Film & Musik", true, true, radio),
        ];
        if bench > 0 {
            let entry = |at: usize| Entry {
                reference: format!("1:0:19:7001:{:X}:1:C00000:0:0:0:", 0x1000 + at),
                name: format!("Bench {}", at + 1),
                code: crate::media::BENCH_CODE,
            };
            let entries = (0..bench).map(entry).collect();
            bouquets.push(bouquet("userbouquet.bench.tv", "Bench", false, true, entries));
        }
        Self { bouquets }
    }

    /// One bouquet of files; `(name, service id, is radio)` and codes from 1.
    pub(crate) fn of_files(files: &[(String, u16, bool)]) -> Self {
        let entries: Vec<(Entry, bool)> = files
            .iter()
            .zip(1u8..)
            .map(|((name, sid, radio), code)| {
                let kind = if *radio { "2" } else { "19" };
                // a transponder each: captures come from different places
                let reference = format!("1:0:{kind}:{sid:X}:{:X}:1:C00000:0:0:0:", 0x2000 + u16::from(code));
                (Entry { reference, name: name.clone(), code }, *radio)
            })
            .collect();
        let of = |wanted: bool| -> Vec<Entry> {
            entries.iter().filter(|(_, radio)| *radio == wanted).map(|(entry, _)| entry.clone()).collect()
        };
        let bouquet = |radio: bool, file: &str, name: &str| Bouquet {
            reference: folder(file, radio),
            name: name.to_owned(),
            radio,
            listed: true,
            entries: of(radio),
        };
        let tv = bouquet(false, "userbouquet.captures.tv", "Captures");
        let radio = bouquet(true, "userbouquet.captures.radio", "Captures (Radio)");
        Self { bouquets: [tv, radio].into_iter().filter(|bouquet| !bouquet.entries.is_empty()).collect() }
    }

    /// Reads `lamedb` (version 4), `bouquets.tv`, `bouquets.radio`, the bouquets they name and those inside them, each once. Services
    /// play the built-in programmes in turn; bouquets whose file is missing are left out, as a receiver does.
    pub(crate) fn from_settings(dir: &Path) -> Result<Self, SimError> {
        let names = read_lamedb(&read_text(&dir.join("lamedb"))?);
        let mut bouquets = Vec::new();
        for radio in [false, true] {
            let file = if radio { "bouquets.radio" } else { "bouquets.tv" };
            let Ok(text) = read_text(&dir.join(file)) else { continue };
            for reference in text.lines().filter_map(|line| line.strip_prefix("#SERVICE ")) {
                let Some(text) = file_of(reference).and_then(|file| read_text(&dir.join(file)).ok()) else {
                    continue;
                };
                bouquets.push(read_bouquet(&text, reference.trim(), radio, &names));
            }
        }
        read_inner(dir, &mut bouquets, &names);
        if bouquets.iter().all(|bouquet: &Bouquet| bouquet.entries.is_empty()) {
            return Err(SimError::NoBouquets { path: dir.to_owned() });
        }
        Ok(Self { bouquets })
    }

    pub(crate) fn bouquet(&self, reference: &str) -> Option<&Bouquet> {
        let wanted = file_of(reference)?;
        self.bouquets.iter().find(|bouquet| file_of(&bouquet.reference) == Some(wanted))
    }

    /// A watchable service by reference, with or without trailing colon and name.
    pub(crate) fn service(&self, reference: &str) -> Option<&Entry> {
        let wanted = normal(reference);
        self.services().find(|entry| normal(&entry.reference) == wanted)
    }

    /// Every watchable entry of every bouquet; the same service may come more than once.
    pub(crate) fn services(&self) -> impl Iterator<Item = &Entry> {
        self.bouquets.iter().flat_map(|bouquet| &bouquet.entries).filter(|entry| entry.is_service())
    }
}

/// The file that a reference to a bouquet names.
fn file_of(reference: &str) -> Option<&str> {
    reference.split('"').nth(1)
}

/// Appends the bouquets that are only inside others, and names the entries that lead to them.
fn read_inner(dir: &Path, bouquets: &mut Vec<Bouquet>, names: &BTreeMap<(u32, u32, u32, u32), String>) {
    let mut at = 0;
    while at < bouquets.len() {
        for entry in 0..bouquets[at].entries.len() {
            let reference = bouquets[at].entries[entry].reference.clone();
            let Some(file) = file_of(&reference) else { continue };
            let known = bouquets.iter().position(|bouquet| file_of(&bouquet.reference) == Some(file));
            let inner = known.or_else(|| {
                let text = read_text(&dir.join(file)).ok()?;
                let inner = read_bouquet(&text, &reference, bouquets[at].radio, names);
                bouquets.push(Bouquet { listed: false, ..inner });
                Some(bouquets.len() - 1)
            });
            if let Some(inner) = inner
                && bouquets[at].entries[entry].name.is_empty()
            {
                let name = bouquets[inner].name.clone();
                bouquets[at].entries[entry].name = name;
            }
        }
        at += 1;
    }
}

fn read_text(path: &Path) -> Result<String, SimError> {
    let bytes = std::fs::read(path).map_err(|source| SimError::File { path: path.to_owned(), source })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Names by `(SID, TSID, ONID, namespace)`, of the lines `sid:namespace:tsid:onid:type:number` and the next.
fn read_lamedb(text: &str) -> BTreeMap<(u32, u32, u32, u32), String> {
    let mut names = BTreeMap::new();
    let mut lines = text.lines().skip_while(|line| *line != "services").skip(1);
    while let Some(key) = lines.next() {
        let hex: Option<Vec<u32>> =
            key.split(':').take(4).map(|field| u32::from_str_radix(field, 16).ok()).collect();
        let Some(&[sid, namespace, tsid, onid]) = hex.as_deref() else { break };
        let (Some(name), Some(_provider)) = (lines.next(), lines.next()) else { break };
        names.insert((sid, tsid, onid, namespace), name.to_owned());
    }
    names
}

fn read_bouquet(
    text: &str,
    reference: &str,
    radio: bool,
    names: &BTreeMap<(u32, u32, u32, u32), String>,
) -> Bouquet {
    let mut bouquet = Bouquet {
        reference: reference.to_owned(),
        name: String::new(),
        radio,
        listed: true,
        entries: Vec::new(),
    };
    let clips: Vec<u8> =
        RECIPES.iter().filter(|recipe| recipe.picture.is_none() == radio).map(|recipe| recipe.code).collect();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("#NAME ") {
            name.trim().clone_into(&mut bouquet.name);
        } else if let Some(name) = line.strip_prefix("#DESCRIPTION") {
            if let Some(entry) = bouquet.entries.last_mut() {
                name.trim_start_matches(':').trim().clone_into(&mut entry.name);
            }
        } else if let Some(reference) = line.strip_prefix("#SERVICE ") {
            let fields: Vec<u32> =
                reference.split(':').take(10).map(|f| u32::from_str_radix(f, 16).unwrap_or(0)).collect();
            let key = match fields[..] {
                [_, _, _, sid, tsid, onid, namespace, ..] => (sid, tsid, onid, namespace),
                _ => continue,
            };
            let name = names
                .get(&key)
                .cloned()
                .or_else(|| reference.split(':').nth(10).filter(|name| !name.is_empty()).map(str::to_owned));
            let mut entry =
                Entry { reference: reference.trim().to_owned(), name: name.unwrap_or_default(), code: 0 };
            if entry.is_service() {
                entry.code = clips[bouquet.entries.len() % clips.len()];
            }
            // What stands behind a folder's ten fields is where it is, not its name.
            if file_of(&entry.reference).is_some() {
                entry.name.clear();
            }
            bouquet.entries.push(entry);
        }
    }
    bouquet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_lineup_has_what_clients_stumble_over() {
        let lineup = Lineup::built_in("http://127.0.0.1:1/iptv/3.ts", 2);
        let entries: Vec<&Entry> = lineup.bouquets.iter().flat_map(|bouquet| &bouquet.entries).collect();
        assert!(entries.iter().any(|entry| entry.is_marker()));
        assert!(entries.iter().any(|entry| entry.is_hidden()));
        assert!(entries.iter().any(|entry| entry.reference.starts_with("1:7:")));
        assert!(entries.iter().any(|entry| entry.reference.contains("http%3a//")));
        let prisma: Vec<_> = lineup.services().filter(|entry| entry.name == "Prisma").collect();
        assert_eq!(prisma.len(), 2);
        assert_ne!(prisma[0].reference, prisma[1].reference);
        for reference in ["1:0:19:283D:3FB:1:C00000:0:0:0:", "1:0:19:283d:3fb:1:c00000:0:0:0"] {
            assert_eq!(lineup.service(reference).map(|entry| entry.code), Some(1));
        }
        let nameless = "4097:0:1:1:1:0:0:0:0:0:http%3A//127.0.0.1%3A1/iptv/3.ts:";
        assert_eq!(lineup.service(nameless).map(|entry| entry.name.as_str()), Some("Netz TV"));
    }

    #[test]
    fn bouquets_inside_bouquets_are_read_once() {
        let dir = tempfile::tempdir().unwrap();
        let put = |file: &str, text: &str| std::fs::write(dir.path().join(file), text).unwrap();
        let to = |file: &str| format!("#SERVICE {}\n", folder(file, false));
        put("lamedb", "eDVB services /4/\nservices\nend\n");
        put("bouquets.tv", &to("a.tv"));
        let film = "#SERVICE 1:0:19:283D:3FB:1:C00000:0:0:0:\n";
        put("a.tv", &format!("#NAME A\n{}{}{}", to("kino.tv"), to("missing.tv"), film));
        // It leads back to where it was found, and further down.
        put("kino.tv", &format!("#NAME Kino\n{film}{}{}", to("a.tv"), to("krimi.tv")));
        put("krimi.tv", &format!("#NAME Krimi\n{film}"));
        let lineup = Lineup::from_settings(dir.path()).unwrap();
        let seen: Vec<_> =
            lineup.bouquets.iter().map(|one| (one.name.as_str(), one.listed, one.entries.len())).collect();
        assert_eq!(seen, [("A", true, 3), ("Kino", false, 3), ("Krimi", false, 1)]);
        let names: Vec<_> =
            lineup.bouquets[0].entries.iter().map(|entry| (entry.name.as_str(), entry.code > 0)).collect();
        assert_eq!(names, [("Kino", false), ("", false), ("", true)]);
        assert_eq!(lineup.bouquet(&folder("krimi.tv", false)).map(|one| one.entries.len()), Some(1));
        assert_eq!(lineup.services().count(), 3);
    }

    #[test]
    fn names_come_from_lamedb() {
        let names = read_lamedb(
            "eDVB services /4/\ntransponders\nend\nservices\n283d:00c00000:03fb:0001:25:0:0\nDas Erste HD\np:ARD\nend\n",
        );
        let text = "#NAME Liste\n#SERVICE 1:0:19:283D:3FB:1:C00000:0:0:0:\n#SERVICE 1:64:1:0:0:0:0:0:0:0:\n#DESCRIPTION Marke\n";
        let bouquet = read_bouquet(text, "x", false, &names);
        let names: Vec<_> = bouquet.entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!((bouquet.name.as_str(), names), ("Liste", vec!["Das Erste HD", "Marke"]));
    }
}
