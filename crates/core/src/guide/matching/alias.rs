//! Stations that have several names: old and new ones, long and short ones, and those that are written as one word.
//!
//! Stations of one country stand under its code: what a guide labels with another country's is not theirs. Only names that mean one station
//! everywhere stand here; what is a window, a region or a later number of a station (`+1`, `2`, `Köln`) stands in nobody's row. A row's names are
//! joined keys, as [`super::name`] makes them of names that it does not find here.

use std::collections::HashMap;

/// A name by which a station is compared, and its others.
type Station = (&'static str, &'static [&'static str]);

/// Codes of countries (none: stations of everywhere), and their stations.
const STATIONS: &[(&str, &[Station])] = &[
    (
        "de",
        &[
            (
                "daserste",
                &[
                    "ard",
                    "arddaserste",
                    "dasersteard",
                    "ersteard",
                    "ardfernsehen",
                    "daserstedeutschefernsehen",
                    "erstesdeutschesfernsehen",
                ],
            ),
            ("zdf", &["zweitesdeutschesfernsehen", "zdffernsehen"]),
            ("zdfneo", &[]),
            ("3sat", &["dreisat"]),
            (
                "kika",
                &["kinderkanal", "derkinderkanal", "kikavonardandzdf", "kinderkanalardzdf", "kikaardzdf"],
            ),
            ("phoenix", &[]),
            ("tagesschau24", &["einsextra", "ardtagesschau24"]),
            ("ardalpha", &["bralpha"]),
            ("br", &["bayernfernsehen", "bayerischerrundfunk"]),
            ("hr", &["hessenfernsehen", "hessischerrundfunk"]),
            ("swr", &["sudwestrundfunk", "suedwestrundfunk"]),
            ("wdr", &["westdeutscherrundfunk"]),
            ("ndr", &["norddeutscherrundfunk"]),
            ("mdr", &["mitteldeutscherrundfunk"]),
            ("radiobrementv", &["rbtv", "radiobremen"]),
            ("rtl", &["rtltelevision", "rtlfernsehen"]),
            ("rtl2", &["rtlzwei", "rtlii"]),
            ("superrtl", &["srtl"]),
            ("nitro", &["rtlnitro"]),
            ("rtlup", &[]),
            ("ntv", &["n.tv", "ntvnachrichten"]),
            ("welt", &["n24", "weltn24", "welttv", "weltfernsehen"]),
            ("n24doku", &["weltn24doku", "welt24doku"]),
            ("pro7", &["prosieben"]),
            ("pro7maxx", &["prosiebenmaxx", "pro7max"]),
            ("pro7fun", &["prosiebenfun"]),
            ("sat1", &["sateins"]),
            ("sat1gold", &["sateinsgold"]),
            ("sat1emotions", &["sateinsemotions"]),
            ("kabel1", &["kabeleins"]),
            ("kabel1doku", &["kabeleinsdoku"]),
            ("kabel1classics", &["kabeleinsclassics"]),
            ("tele5", &["telefunf", "telefuenf"]),
            ("sport1", &["sporteins"]),
            ("sport1plus", &["sporteinsplus"]),
            ("comedycentral", &["comedycentralviva", "vivacomedycentral"]),
            ("nick", &["nickelodeon"]),
            ("nickjr", &["nickelodeonjr", "nickelodeonjunior", "nickjunior"]),
            ("toggoplus", &[]),
            ("deluxemusic", &["deluxemusictv"]),
            ("bibeltv", &["bibel"]),
            ("juwelo", &["juwelotv"]),
            ("sonnenklartv", &["sonnenklar"]),
            ("dw", &["deutschewelle", "dwtv"]),
            ("13thstreet", &["13thstreetuniversal"]),
            ("skyatlantic", &["skyatlanticchannel"]),
            ("vox", &[]),
            ("voxup", &[]),
            ("sixx", &[]),
            ("rtlliving", &[]),
            ("rtlcrime", &[]),
            ("rtlpassion", &[]),
            ("dmax", &[]),
            ("one", &[]),
            ("zdfinfo", &[]),
            ("rbb", &[]),
            ("sr", &[]),
            ("hse", &[]),
            ("qvc", &[]),
            ("dasding", &[]),
            ("deutschesmusikfernsehen", &[]),
        ],
    ),
    (
        "at",
        &[
            ("orf1", &["orfeins"]),
            ("orf2", &["orfzwei"]),
            ("orf3", &["orfdrei", "orfiii"]),
            ("orfsportplus", &["orfsport"]),
            ("puls4", &["pulsvier"]),
            ("puls24", &[]),
            ("atv2", &["atvii", "atvzwei"]),
            ("servustv", &["servus"]),
            ("atv", &[]),
            ("oe24tv", &[]),
            ("w24", &[]),
        ],
    ),
    (
        "ch",
        &[
            ("srf1", &["srfeins", "sf1", "sfeins"]),
            ("srf2", &["srfzwei", "sf2", "sfzwei"]),
            ("srfinfo", &["sfinfo"]),
            ("rts1", &["rtsun", "tsr1"]),
            ("rts2", &["rtsdeux", "tsr2"]),
            ("rsila1", &["rsilauno"]),
            ("rsila2", &["rsiladue"]),
            ("3plus", &[]),
            ("4plus", &[]),
            ("5plus", &[]),
            ("tv24", &[]),
            ("tv25", &[]),
            ("s1", &[]),
        ],
    ),
    (
        "uk",
        &[
            ("bbc1", &["bbcone"]),
            ("bbc2", &["bbctwo"]),
            ("bbc3", &["bbcthree"]),
            ("bbc4", &["bbcfour"]),
            ("itv2", &["itvtwo"]),
            ("itv3", &["itvthree"]),
            ("itv4", &["itvfour"]),
            ("channel4", &["channelfour"]),
            ("channel5", &["channelfive"]),
            ("film4", &["filmfour"]),
            ("more4", &["morefour"]),
            ("dave", &["uanddave"]),
            ("drama", &["uanddrama"]),
            ("yesterday", &["uandyesterday"]),
            ("crimeandinvestigation", &["crimeplusinvestigation", "crimeandinvestigationnetwork"]),
            ("itv1", &[]),
            ("itv", &[]),
            ("e4", &[]),
            ("pick", &[]),
            ("sky1", &[]),
            ("skynews", &[]),
            ("quest", &[]),
            ("really", &[]),
            ("alibi", &["uandalibi"]),
            ("gold", &[]),
        ],
    ),
    (
        "fr",
        &[
            ("france2", &["francedeux"]),
            ("france3", &["francetrois"]),
            ("france5", &["francecinq"]),
            ("canalplus", &["canalplusfrance"]),
            ("lcp", &["lcpan", "lcppublicsenat", "lachaineparlementaire", "lcpassembleenationale"]),
            ("franceinfo", &["franceinfotv"]),
            ("tf1seriesfilms", &["tf1sf"]),
            ("lequipe", &["l.equipe", "lachainelequipe"]),
            ("tv5monde", &["tvcinqmonde"]),
            ("tf1", &[]),
            ("m6", &[]),
            ("w9", &[]),
            ("tmc", &[]),
            ("tfx", &[]),
            ("6ter", &[]),
            ("gulli", &[]),
            ("cstar", &[]),
            ("c8", &[]),
            ("cnews", &[]),
            ("bfmtv", &[]),
            ("lci", &[]),
            ("rmcstory", &[]),
            ("rmcdecouverte", &[]),
            ("cherie25", &[]),
            ("planeteplus", &[]),
            ("parispremiere", &[]),
        ],
    ),
    (
        "",
        &[
            ("natgeo", &["nationalgeographic", "nationalgeographicchannel", "natgeochannel"]),
            ("natgeowild", &["nationalgeographicwild", "natgeowildchannel"]),
            ("discovery", &["discoverychannel"]),
            ("history", &["historychannel", "thehistorychannel"]),
            ("animalplanet", &["animalplanetchannel"]),
            ("cartoonnetwork", &["cartoonnet"]),
            ("cnninternational", &["cnnint", "cnnintl"]),
            ("bbcworldnews", &["bbcworld"]),
            ("bloomberg", &["bloombergtv", "bloombergtelevision"]),
            ("disneychannel", &["thedisneychannel"]),
            ("mtv", &["musictelevision"]),
        ],
    ),
];

/// All names of [`STATIONS`], to be looked up.
#[derive(Default)]
pub(super) struct Aliases {
    names: HashMap<&'static str, &'static str>,
    countries: HashMap<&'static str, &'static str>,
}

impl Aliases {
    pub(super) fn new() -> Self {
        let mut all = Self::default();
        for (country, stations) in STATIONS {
            for (station, names) in *stations {
                all.names.extend(names.iter().map(|name| (*name, *station)));
                if !country.is_empty() {
                    all.countries.insert(station, country);
                }
            }
        }
        all
    }

    /// The station's one name, where it has several.
    pub(super) fn station<'a>(&self, key: &'a str) -> &'a str {
        self.names.get(key).copied().unwrap_or(key)
    }

    /// The country whose station it is, where that is known.
    pub(super) fn country(&self, station: &str) -> Option<&'static str> {
        self.countries.get(station).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::super::name::Name;
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_name_stands_once_and_as_names_are_joined() {
        let none = Aliases::default();
        let mut seen = BTreeSet::new();
        for (station, names) in STATIONS.iter().flat_map(|(_, stations)| *stations) {
            for name in names.iter().chain([station]) {
                assert!(seen.insert(*name), "{name} stands twice");
                assert_eq!(Name::of(name, &none).keys, [*name], "{name} is never looked up");
            }
        }
        assert!(seen.len() > 200, "{}", seen.len());
    }
}
