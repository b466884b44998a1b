//! Real guides in XMLTV: each is read to its end, nothing of it is lost unless it must be, and what is written is read the same.

#![allow(missing_docs)]

use std::path::PathBuf;

use telecast_core::guide::xmltv::{Heard, Item, Options, Reader, Skipped, Writer};

fn corpus() -> Option<PathBuf> {
    let default = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let path = std::env::var_os("TELECAST_CORPUS").map_or_else(default, PathBuf::from).join("xmltv");
    path.is_dir().then_some(path)
}

fn read(bytes: &[u8], name: &str) -> (Vec<Item>, Skipped) {
    let mut reader = Reader::new(bytes, Options::default());
    let mut items = Vec::new();
    while let Some(item) = reader.next().unwrap_or_else(|fault| panic!("{name}: {fault}")) {
        items.push(item);
    }
    (items, reader.skipped().clone())
}

fn write(items: &[Item]) -> Vec<u8> {
    let Some(Item::Head(head)) = items.first() else { panic!("a head comes first") };
    let mut writer = Writer::new(Vec::new(), head).expect("memory takes it");
    for item in &items[1..] {
        match item {
            Item::Head(_) => panic!("there is one head"),
            Item::Channel(channel) => writer.channel(channel).expect("channels come first"),
            Item::Airing(Heard { channel, start_ms, end_ms, moment, programme }) => {
                writer.airing(channel, *start_ms, *end_ms, moment, programme).expect("memory takes it");
            }
        }
    }
    writer.finish().expect("memory takes it")
}

#[test]
fn real_guides_are_read_and_written_without_loss() {
    let Some(corpus) = corpus() else {
        eprintln!("not run: there is no corpus; set TELECAST_CORPUS");
        return;
    };
    let (mut guides, mut airings) = (0, 0);
    for owner in std::fs::read_dir(corpus).expect("corpus").flatten().filter(|entry| entry.path().is_dir()) {
        for file in std::fs::read_dir(owner.path()).expect("guides").flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            let bytes = std::fs::read(file.path()).expect("file");
            let (items, skipped) = read(&bytes, &name);
            let programmes = bytes.windows(10).filter(|bytes| bytes == b"<programme").count();
            let untitled = usize::from(matches!(name.as_str(), "notitle.xml" | "emptycategory.xml"));
            assert_eq!(
                (skipped.no_title, skipped.total(), skipped.shortened),
                (untitled as u64, untitled as u64, 0)
            );
            let read_airings = items.iter().filter(|item| matches!(item, Item::Airing(_))).count();
            assert_eq!(read_airings + untitled, programmes, "{name}");
            let written = write(&items);
            assert_eq!(read(&written, &name), (items, Skipped::default()), "{name}");
            guides += 1;
            airings += read_airings;
        }
    }
    assert!(guides >= 10 && airings >= 30, "{guides} guides, {airings} airings");
}
