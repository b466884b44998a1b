//! Logos of channels: under which names packs of them have one, and what stands for a channel that has none.
//!
//! Names are those by which Enigma2 finds a picon (`lib/python/Components/Renderer/Picon.py` of OpenPLi): the service reference with underscores, the
//! same without what differs from box to box, and the channel's name without anything but letters and digits. Our own channel id comes before all of
//! them. What is drawn is the same for a channel for ever.

use crate::guide::fold;
use crate::lineup::{Channel, ServiceRef};

/// What is said of sharpness at the end of a name; the longer first.
const SHARPNESS: [&str; 3] = ["uhd", "hd", "4k"];
/// White letters on the ground of a drawn logo have at least this contrast (WCAG 2.2, 1.4.3).
const CONTRAST: f64 = 4.5;
/// The same colour in this lightness and darker ones, until the contrast is enough.
const LIGHTEST: f64 = 0.42;
const DARKER: f64 = 0.02;
const SATURATION: f64 = 0.5;
/// Letters of a drawn logo, at most.
const LETTERS: usize = 3;

/// Names of files, without ending and in small letters, in which a channel's logo may be; best first.
pub fn file_names(channel: &Channel) -> Vec<String> {
    let mut names = vec![channel.id.0.to_lowercase()];
    for source in &channel.sources {
        names.extend(picons(&source.service));
    }
    names.push(plain(&channel.name));
    each_once(names)
}

/// The same for what is the channel in another sharpness: of a pack that has the logo for SD alone.
pub fn sibling_names(channel: &Channel) -> Vec<String> {
    sd(&channel.name).into_iter().collect()
}

/// Names of a service's picon, best first. None of what only we call so, or what is named by its address.
fn picons(service: &ServiceRef) -> Vec<String> {
    if service.is_listed() {
        return Vec::new();
    }
    let text = service.to_string();
    let mut fields: Vec<String> = text.split(':').take(10).map(str::to_lowercase).collect();
    let mut names = vec![fields.join("_")];
    if fields.len() < 10 {
        return Vec::new();
    }
    // Cable and terrestrial networks number their parts there.
    if let Some(satellite) = fields[6].len().checked_sub(4).filter(|_| !fields[6].ends_with("0000")) {
        fields[6].truncate(satellite);
        fields[6].push_str("0000");
        names.push(fields.join("_"));
    }
    // A stream from elsewhere has the picon of the service that it stands for.
    fields[0] = "1".into();
    names.push(fields.join("_"));
    if fields[2] != "2" {
        fields[2] = "1".into();
        names.push(fields.join("_"));
    }
    names
}

/// A name as files of picons have it: letters and digits alone, `&` as `and`, `+` as `plus`, `*` as `star`.
pub fn plain(name: &str) -> String {
    let spelled = name.replace('&', "and").replace('*', "star");
    fold(&spelled).chars().filter(char::is_ascii_alphanumeric).collect()
}

/// The plain name without what it says of sharpness; none if it says nothing, or nothing else.
pub fn sd(name: &str) -> Option<String> {
    let plain = plain(name);
    let rest = SHARPNESS.iter().find_map(|word| plain.strip_suffix(word))?;
    (!rest.is_empty()).then(|| rest.to_owned())
}

fn each_once(names: Vec<String>) -> Vec<String> {
    let mut known: Vec<String> = Vec::with_capacity(names.len());
    for name in names.into_iter().filter(|name| !name.is_empty()) {
        if !known.contains(&name) {
            known.push(name);
        }
    }
    known
}

/// Up to three letters that stand for a name, as pages have them: `Das Erste HD` → `DE`, `arte` → `AR`, `3sat HD` → `3S`.
pub fn initials(name: &str) -> String {
    const NOTHING: [&str; 4] = ["HD", "UHD", "SD", "TV"];
    let words = || name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut telling: Vec<&str> = words().filter(|word| !NOTHING.contains(word)).collect();
    if telling.is_empty() {
        telling = words().collect();
    }
    match telling.as_slice() {
        [] => String::new(),
        [word] => word.chars().take(2).flat_map(char::to_uppercase).collect(),
        words => words
            .iter()
            .take(LETTERS)
            .filter_map(|word| word.chars().next())
            .flat_map(char::to_uppercase)
            .collect(),
    }
}

/// The ground of a drawn logo (red, green, blue): one hue for each id, dark enough for white letters.
pub fn ground(id: &str) -> [u8; 3] {
    let hash =
        id.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01B3));
    // The upper bits: ids differ in their first letters, and those have reached all of them.
    let hue = (hash >> 32) as f64 / f64::from(u32::MAX) * 360.0;
    let mut lightness = LIGHTEST;
    loop {
        let colour = rgb(hue, lightness);
        if contrast_with_white(colour) >= CONTRAST || lightness <= DARKER {
            return colour;
        }
        lightness -= DARKER;
    }
}

/// A colour of that hue (degrees) and lightness.
fn rgb(hue: f64, lightness: f64) -> [u8; 3] {
    let reach = SATURATION * lightness.min(1.0 - lightness);
    [0.0, 8.0, 4.0].map(|shift| {
        let at = (shift + hue / 30.0) % 12.0;
        let value = lightness - reach * (at - 3.0).min(9.0 - at).clamp(-1.0, 1.0);
        (value * 255.0).round() as u8
    })
}

/// Contrast ratio with white, 1 to 21 (WCAG 2.2, relative luminance).
pub fn contrast_with_white(colour: [u8; 3]) -> f64 {
    let linear = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let [red, green, blue] = colour.map(linear);
    1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lineup::{ChannelId, Source};
    use proptest::prelude::*;

    fn channel(reference: &str, name: &str) -> Channel {
        let service = ServiceRef::parse(reference).expect(reference);
        Channel {
            id: service.channel_id(),
            name: name.into(),
            number: 1,
            radio: false,
            sources: vec![Source { receiver: "box".into(), service }],
            guide_ids: Vec::new(),
            logo: None,
            joined: Vec::new(),
        }
    }

    #[test]
    fn names_are_those_of_picons() {
        let erste = channel("1:0:19:283D:3FB:1:C00000:0:0:0:", "Das Erste HD");
        let wanted = ["283d-3fb-1-c00000", "1_0_19_283d_3fb_1_c00000_0_0_0", "1_0_1_283d_3fb_1_c00000_0_0_0"];
        assert_eq!(file_names(&erste)[..3], wanted);
        assert_eq!(
            (file_names(&erste)[3].as_str(), sibling_names(&erste)),
            ("daserstehd", vec!["daserste".into()])
        );
        let cable = file_names(&channel("1:0:16:1E:7:3:FFFF00A1:0:0:0:", "A&E"));
        assert!(cable.contains(&"1_0_1_1e_7_3_ffff0000_0_0_0".into()), "{cable:?}");
        assert!(cable.contains(&"aande".into()), "{cable:?}");
        let elsewhere = file_names(&channel("4097:0:1:5:6:7:C00000:0:0:0:http%3a//a.example/x.ts", "X+1"));
        assert!(elsewhere.contains(&"1_0_1_5_6_7_c00000_0_0_0".into()), "{elsewhere:?}");
        assert!(elsewhere.contains(&"xplus1".into()) && elsewhere.iter().all(|name| !name.contains('/')));
        let mut listed = erste;
        listed.sources[0].service = ServiceRef::listed("key", "http://a.example/x.ts", false);
        listed.id = ChannelId("list-1".into());
        assert_eq!(file_names(&listed), ["list-1", "daserstehd"]);
    }

    #[test]
    fn sharpness_is_no_name() {
        for (name, rest) in [
            ("ZDF HD", Some("zdf")),
            ("RTL UHD", Some("rtl")),
            ("Sky Sport 4K", Some("skysport")),
            ("ProSieben", None),
            ("HD", None),
            ("Österreich HD", Some("osterreich")),
        ] {
            assert_eq!(sd(name).as_deref(), rest, "{name}");
        }
    }

    #[test]
    fn initials_are_those_of_pages() {
        for (name, letters) in [
            ("Das Erste HD", "DE"),
            ("arte", "AR"),
            ("3sat HD", "3S"),
            ("Bayerisches Fernsehen Süd HD", "BFS"),
            ("TV", "TV"),
            ("+++", ""),
            ("ß", "SS"),
        ] {
            assert_eq!(initials(name), letters, "{name}");
        }
    }

    proptest! {
        #[test]
        fn white_can_be_read_on_every_ground(id in ".{0,40}") {
            let colour = ground(&id);
            prop_assert!(contrast_with_white(colour) >= CONTRAST, "{colour:?}");
            prop_assert_eq!(colour, ground(&id));
        }

        #[test]
        fn no_name_of_a_file_leads_anywhere(name in ".{0,40}") {
            let names = file_names(&channel("1:0:19:283D:3FB:1:C00000:0:0:0:", &name));
            prop_assert!(names.iter().all(|name| !name.contains(['/', '.', '\\'])), "{names:?}");
        }
    }
}
