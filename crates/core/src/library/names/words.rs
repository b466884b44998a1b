//! Words of names and of folders, in small letters: what counts, what is no title, what is a place and no show.

/// Before a season's number.
pub(super) fn is_season(word: &str) -> bool {
    matches!(word, "staffel" | "season" | "saison" | "series" | "stagione" | "temporada")
}

/// Before an episode's number.
pub(super) fn is_episode(word: &str) -> bool {
    matches!(
        word,
        "folge" | "folgen" | "episode" | "episodes" | "ep" | "eps" | "epis" | "épisode" | "episodio"
    )
}

/// Before the number of a part.
pub(super) fn is_part(word: &str) -> bool {
    matches!(word, "teil" | "part" | "pt" | "partie" | "parte")
}

/// Before the number of a piece that a file was cut into.
pub(super) fn is_piece(word: &str) -> bool {
    matches!(word, "cd" | "disc" | "disk" | "dvd")
}

/// Before the number of what belongs to no season.
pub(super) fn is_special(word: &str) -> bool {
    matches!(word, "special" | "specials" | "sp" | "ova" | "oad" | "ona" | "sonderfolge")
}

/// `II` and `zwei` where they count parts.
pub(super) fn small_number(word: &str) -> Option<u32> {
    Some(match word {
        "i" | "one" | "eins" => 1,
        "ii" | "two" | "zwei" => 2,
        "iii" | "three" | "drei" => 3,
        "iv" | "four" | "vier" => 4,
        "v" | "five" | "fünf" => 5,
        "vi" | "six" | "sechs" => 6,
        "vii" | "seven" | "sieben" => 7,
        "viii" | "eight" | "acht" => 8,
        _ => return None,
    })
}

/// From such a word on a name tells of its encoding, not of what is shown.
pub(super) fn is_hard(word: &str) -> bool {
    const HARD: &str = " 480p 480i 540p 576p 576i 720p 720i 1080p 1080i 1440p 2160p 4320p uhd bluray bdrip brrip bdremux \
        bd25 bd50 webrip webdl webhd webdlrip hdtv hdtvrip dvdrip dvdr dvd5 dvd9 dvdscr pdtv sdtv dsr dsrip satrip tvrip \
        dvbrip vhsrip hdrip hddvd x264 x265 h264 h265 hevc xvid divx av1 vp9 mpeg2 avc 10bit 8bit hi10p hi10 hdr10 \
        hdr10plus hdr dovi ac3 ac3d ac3md eac3 eac3d dts dtsd dtshd dtsdl truehd atmos ddp5 ddp2 ddp51 dd5 dd51 dd2 dd20 \
        aac aac2 aac5 flac remux microhd mhd repack readnfo dirfix nfofix tvoon hq.avi webisode blurayrip hdcam telesync \
        ac3.ld fullhd bluray3d ddpa5 eacd 1080 ";
    HARD.contains(&format!(" {word} "))
}

/// A word that may be of a title, and is none before a hard one.
pub(super) fn is_soft(word: &str) -> bool {
    const SOFT: &str = " web german deutsch english englisch french italian spanish multi dual dl ml dubbed subbed dub sub \
        subs ger eng jpn jap jpn audio uncut extended unrated remastered internal proper limited complete ws fs nf amzn \
        dsnp atvp hmax hulu itunes cc dv rerip 3d imax dc ddp dd bd dvd 4k theatrical directors edition rtl sdr opus mp3 \
        ld md se uncensored hybrid real custom read nfo fansub omu untouched open matte criterion ";
    SOFT.contains(&format!(" {word} "))
}

/// Folders that hold many shows or films, and are none.
pub(super) fn is_shelf(folded: &str) -> bool {
    const SHELVES: &[&str] = &[
        "tv",
        "tv shows",
        "tvshows",
        "tv series",
        "shows",
        "series",
        "serien",
        "serie",
        "fernsehserien",
        "anime",
        "animes",
        "movies",
        "movie",
        "films",
        "film",
        "filme",
        "spielfilme",
        "kino",
        "video",
        "videos",
        "media",
        "medien",
        "downloads",
        "download",
        "complete",
        "incoming",
        "neu",
        "new",
        "kids",
        "kinder",
        "kinderserien",
        "kinderfilme",
        "dokus",
        "doku",
        "dokumentationen",
        "documentaries",
        "documentary",
        "mediathek",
        "mediathekview",
        "aufnahmen",
        "recordings",
        "library",
        "bibliothek",
        "share",
        "data",
        "hd",
        "uhd",
        "4k",
        "sd",
        "data1",
        "nas",
        "plex",
        "jellyfin",
        "kodi",
        "tmp",
    ];
    SHELVES.contains(&folded)
}

/// Folders of films.
pub(super) fn is_film_shelf(folded: &str) -> bool {
    matches!(
        folded,
        "movies" | "movie" | "films" | "film" | "filme" | "spielfilme" | "kino" | "kinderfilme" | "spielfilm"
    )
}

/// Folders of what goes between others, and of what comes with a film.
pub(super) fn is_clip_shelf(folded: &str) -> bool {
    const SHELVES: &[&str] = &[
        "trailer",
        "trailers",
        "bumper",
        "bumpers",
        "ident",
        "idents",
        "clip",
        "clips",
        "filler",
        "fillers",
        "commercial",
        "commercials",
        "ads",
        "werbung",
        "spots",
        "promo",
        "promos",
        "jingles",
        "behind the scenes",
        "featurettes",
        "featurette",
        "extras",
        "interviews",
        "deleted scenes",
        "scenes",
        "shorts",
        "samples",
        "sample",
        "other",
        "station ids",
        "pausenfuller",
        "programmhinweise",
        "bonus",
        "making of",
    ];
    SHELVES.contains(&folded)
}

/// Behind the last hyphen of a name: a clip that comes with a film (Jellyfin, Kodi and Plex name them so).
pub(super) fn is_clip_ending(word: &str) -> bool {
    matches!(
        word,
        "trailer"
            | "sample"
            | "featurette"
            | "behindthescenes"
            | "deleted"
            | "deletedscene"
            | "interview"
            | "scene"
            | "short"
            | "clip"
            | "extra"
            | "teaser"
    )
}

/// Folders of specials.
pub(super) fn is_specials(folded: &str) -> bool {
    matches!(
        folded,
        "specials" | "special" | "sonderfolgen" | "ova" | "ovas" | "season 0" | "season 00" | "staffel 0"
    )
}

/// How cameras and telephones begin names.
pub(super) fn is_camera(word: &str) -> bool {
    matches!(
        word,
        "vid"
            | "img"
            | "mov"
            | "pxl"
            | "dsc"
            | "gopr"
            | "screen recording"
            | "screenrecording"
            | "wa"
            | "video"
    )
}
