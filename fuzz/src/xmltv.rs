//! Guides in XMLTV. Laws: texts are bounded and titles not blank; what is read is written so that it is read the same, up to what the DTD has another order for.

use telecast_core::guide::xmltv::{Channel, Head, Heard, Item, Options, Reader, TEXT_MOST, Writer};

/// A guide, to its end or its first fault: in the order in which the DTD wants it.
#[derive(Debug, Default, PartialEq)]
struct Guide {
    head: Head,
    channels: Vec<Channel>,
    airings: Vec<Heard>,
}

fn read(bytes: &[u8]) -> Guide {
    let mut reader = Reader::new(bytes, Options::default());
    let mut guide = Guide::default();
    while let Ok(Some(item)) = reader.next() {
        match item {
            Item::Head(head) => guide.head = head,
            Item::Channel(channel) => guide.channels.push(channel),
            Item::Airing(heard) => guide.airings.push(heard),
        }
    }
    assert!(matches!(reader.next(), Ok(None)));
    guide
}

fn write(guide: &Guide) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), &guide.head).expect("memory takes it");
    for channel in &guide.channels {
        writer.channel(channel).expect("channels come first");
    }
    for Heard { channel, start_ms, end_ms, moment, programme } in &guide.airings {
        writer.airing(channel, *start_ms, *end_ms, moment, programme).expect("memory takes it");
    }
    writer.finish().expect("memory takes it")
}

/// See the module.
pub fn run(bytes: &[u8]) {
    let mut guide = read(bytes);
    for heard in &guide.airings {
        let programme = &heard.programme;
        assert!(!programme.titles.is_empty() && !heard.channel.trim().is_empty());
        assert!(programme.titles.iter().all(|title| !title.text.trim().is_empty()));
        assert!(programme.descriptions.iter().all(|text| text.text.len() <= TEXT_MOST));
        assert!(heard.end_ms.is_none_or(|end_ms| end_ms >= heard.start_ms));
    }
    let again = read(&write(&guide));
    // What the writer must do: a channel has a name, and credits stand role by role.
    for (channel, again) in guide.channels.iter_mut().zip(&again.channels) {
        if channel.names.is_empty() {
            channel.names.clone_from(&again.names);
            assert_eq!(channel.names.len(), 1);
        }
    }
    for heard in &mut guide.airings {
        heard.programme.credits.sort_by_key(|credit| credit.role as u8);
    }
    assert_eq!(again, guide);
}
