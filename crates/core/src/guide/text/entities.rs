//! Names of characters in HTML (HTML 4 §24): all of Latin-1 (§24.2), the special ones (§24.4), and a few that texts of guides have besides.

/// The character that `name` (without `&` and `;`) stands for. Upper and lower case differ.
pub(super) fn named(name: &str) -> Option<char> {
    let at = NAMED.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    Some(NAMED[at].1)
}

/// Sorted by name (bytes).
#[rustfmt::skip]
pub(super) const NAMED: &[(&str, char)] = &[
    ("AElig", 'Æ'), ("Aacute", 'Á'), ("Acirc", 'Â'), ("Agrave", 'À'), ("Aring", 'Å'), ("Atilde", 'Ã'),
    ("Auml", 'Ä'), ("Ccedil", 'Ç'), ("Dagger", '‡'), ("ETH", 'Ð'), ("Eacute", 'É'), ("Ecirc", 'Ê'),
    ("Egrave", 'È'), ("Euml", 'Ë'), ("Iacute", 'Í'), ("Icirc", 'Î'), ("Igrave", 'Ì'), ("Iuml", 'Ï'),
    ("Ntilde", 'Ñ'), ("OElig", 'Œ'), ("Oacute", 'Ó'), ("Ocirc", 'Ô'), ("Ograve", 'Ò'), ("Oslash", 'Ø'),
    ("Otilde", 'Õ'), ("Ouml", 'Ö'), ("Prime", '″'), ("Scaron", 'Š'), ("THORN", 'Þ'), ("Uacute", 'Ú'),
    ("Ucirc", 'Û'), ("Ugrave", 'Ù'), ("Uuml", 'Ü'), ("Yacute", 'Ý'), ("Yuml", 'Ÿ'), ("aacute", 'á'),
    ("acirc", 'â'), ("acute", '´'), ("aelig", 'æ'), ("agrave", 'à'), ("amp", '&'), ("apos", '\''),
    ("aring", 'å'), ("atilde", 'ã'), ("auml", 'ä'), ("bdquo", '„'), ("brvbar", '¦'), ("bull", '•'),
    ("ccedil", 'ç'), ("cedil", '¸'), ("cent", '¢'), ("circ", 'ˆ'), ("copy", '©'), ("curren", '¤'),
    ("dagger", '†'), ("deg", '°'), ("divide", '÷'), ("eacute", 'é'), ("ecirc", 'ê'), ("egrave", 'è'),
    ("emsp", '\u{2003}'), ("ensp", '\u{2002}'), ("eth", 'ð'), ("euml", 'ë'), ("euro", '€'),
    ("fnof", 'ƒ'), ("frac12", '½'), ("frac14", '¼'), ("frac34", '¾'), ("gt", '>'), ("hellip", '…'),
    ("iacute", 'í'), ("icirc", 'î'), ("iexcl", '¡'), ("igrave", 'ì'), ("iquest", '¿'), ("iuml", 'ï'),
    ("laquo", '«'), ("larr", '←'), ("ldquo", '“'), ("lrm", '\u{200e}'), ("lsaquo", '‹'), ("lsquo", '‘'),
    ("lt", '<'), ("macr", '¯'), ("mdash", '—'), ("micro", 'µ'), ("middot", '·'), ("minus", '−'),
    ("nbsp", ' '), ("ndash", '–'), ("not", '¬'), ("ntilde", 'ñ'), ("oacute", 'ó'), ("ocirc", 'ô'),
    ("oelig", 'œ'), ("ograve", 'ò'), ("ordf", 'ª'), ("ordm", 'º'), ("oslash", 'ø'), ("otilde", 'õ'),
    ("ouml", 'ö'), ("para", '¶'), ("permil", '‰'), ("plusmn", '±'), ("pound", '£'), ("prime", '′'),
    ("quot", '"'), ("raquo", '»'), ("rarr", '→'), ("rdquo", '”'), ("reg", '®'), ("rlm", '\u{200f}'),
    ("rsaquo", '›'), ("rsquo", '’'), ("sbquo", '‚'), ("scaron", 'š'), ("sect", '§'), ("shy", '\u{ad}'),
    ("sup1", '¹'), ("sup2", '²'), ("sup3", '³'), ("szlig", 'ß'), ("thinsp", '\u{2009}'), ("thorn", 'þ'),
    ("tilde", '˜'), ("times", '×'), ("trade", '™'), ("uacute", 'ú'), ("ucirc", 'û'), ("ugrave", 'ù'),
    ("uml", '¨'), ("uuml", 'ü'), ("yacute", 'ý'), ("yen", '¥'), ("yuml", 'ÿ'), ("zwj", '\u{200d}'),
    ("zwnj", '\u{200c}'),
];
