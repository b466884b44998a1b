//! Guides as they should not be: what is good in them counts, what is not is told, and what was known before stays.

use std::path::PathBuf;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;
use telecast_core::access::{Role, Scope};
use telecast_server::adapters::clock::Clock;
use telecast_server::app::App;
use telecast_server::app::guide::FileView;
use telecast_server::app::settings::Place;

use crate::live_box;
use crate::web_door::{Station, station_of};
use crate::web_guide::{HOUR, a_box, stamp};

/// A station whose guide file is the test's to write, as its first channel knows it.
struct Desk {
    station: Station,
    owner: String,
    path: PathBuf,
    /// The hour that it is.
    now: i64,
    _fake: live_box::FakeBox,
}

impl Desk {
    async fn open() -> Self {
        let fake = a_box().await;
        let directory = tempfile::tempdir().unwrap();
        let tapes = directory.path().join("tapes");
        let path = directory.path().join("guide.xml");
        std::fs::write(&path, "<tv></tv>").unwrap();
        let store = live_box::store_beside(&tapes).await;
        let mut settings = live_box::settings(&fake, &tapes);
        settings.guide_files.push(Place::Path(path.clone()).into());
        let app = App::start(settings, store.clone()).await.unwrap();
        live_box::listed(&app).await;
        let station = station_of(app, store, directory).await;
        let owner = station.token(Role::Owner, &Scope::ALL).await;
        let desk = Self { station, owner, path, now: Clock::start().wall_ms() / HOUR * HOUR, _fake: fake };
        desk.settled(None).await;
        desk
    }

    /// How the file fares when it has been read since `before`.
    async fn settled(&self, before: Option<i64>) -> FileView {
        for _ in 0..800 {
            let file = self.station.web.app.guide_files().first().cloned().unwrap_or_default();
            if file.reading.is_none() && file.read_ms > before {
                return file;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("not read: {:?}", self.station.web.app.guide_files());
    }

    /// Puts `guide` in the place of what lay there, and says how it fares.
    async fn put(&self, guide: impl AsRef<[u8]>) -> FileView {
        let before = self.station.web.app.guide_files()[0].read_ms;
        std::fs::write(&self.path, guide).unwrap();
        // Whoever reads within the same millisecond would look as if nothing had been read.
        tokio::time::sleep(Duration::from_millis(2)).await;
        let (status, _) = self.station.ask("POST", "/api/v1/guide/refresh", Some(&self.owner)).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
        self.settled(before).await
    }

    /// Titles on the first channel, by start, with their hours from now.
    async fn titles(&self) -> Vec<(i64, String)> {
        let at = |hours| jiff::Timestamp::from_millisecond(self.now + hours * HOUR).unwrap();
        let path = format!("/api/v1/guide?from={}&to={}&limit=1", at(-24), at(72));
        let (status, window) = self.station.ask("GET", &path, Some(&self.owner)).await;
        assert_eq!(status, StatusCode::OK, "{window}");
        let of = |airing: &Value| {
            let start: jiff::Timestamp = airing["start"].as_str().unwrap().parse().unwrap();
            let hours = (start.as_millisecond() - self.now).div_euclid(HOUR);
            (hours, airing["title"].as_str().unwrap().to_owned())
        };
        let told = |airing: &&Value| airing["generated"] == false;
        window["items"][0]["items"].as_array().unwrap().iter().filter(told).map(of).collect()
    }

    /// A programme from so many hours on until so many.
    fn programme(&self, channel: &str, (from, to): (i64, i64), rest: &str) -> String {
        let (start, stop) = (stamp(self.now + from * HOUR), stamp(self.now + to * HOUR));
        format!("<programme start=\"{start}\" stop=\"{stop}\" channel=\"{channel}\">{rest}</programme>\n")
    }
}

/// A guide with these programmes, whose channel `one` is the station's first.
fn guide(programmes: &[String]) -> String {
    let head = "<channel id=\"one\"><display-name>Channel 1</display-name></channel>\n";
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<tv>{head}{}</tv>\n", programmes.concat())
}

fn titled(list: &[(i64, &str)]) -> Vec<(i64, String)> {
    list.iter().map(|(hours, title)| (*hours, (*title).to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn single_programmes_that_make_no_sense_are_left_out_and_counted() {
    let desk = Desk::open().await;
    let one = |span, rest| desk.programme("one", span, rest);
    let no_start = "<programme channel=\"one\"><title>Sometime</title></programme>\n".to_owned();
    let file = desk
        .put(guide(&[
            one((1, 0), "<title>Backwards</title>"),
            one((1, 2), "<desc>Nobody says what it is called.</desc>"),
            one((1, 2), "<title> </title>"),
            no_start,
            desk.programme(" ", (1, 2), "<title>Nowhere</title>"),
            one((2, 3), "<title>Good</title>"),
        ]))
        .await;
    assert_eq!((file.failed, file.skipped, file.airings), (false, 5, 1), "{file:?}");
    assert_eq!(desk.titles().await, titled(&[(2, "Good")]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_overlaps_is_shown_what_comes_twice_is_there_once_and_clumps_stay_together() {
    let desk = Desk::open().await;
    let one = |span, rest| desk.programme("one", span, rest);
    let clump = |part: &str, title: &str| {
        let whole = desk.programme("one", (6, 7), &format!("<title>{title}</title>"));
        whole.replace("channel=\"one\"", &format!("clumpidx=\"{part}\" channel=\"one\""))
    };
    let file = desk
        .put(guide(&[
            one((1, 3), "<title>Long</title>"),
            one((2, 4), "<title>Late</title>"),
            one((4, 5), "<title>Twice</title>"),
            one((4, 5), "<title>Twice</title>"),
            clump("0/2", "News"),
            clump("1/2", "Weather"),
        ]))
        .await;
    assert_eq!((file.failed, file.skipped), (false, 0), "{file:?}");
    let wanted = [(1, "Long"), (2, "Late"), (4, "Twice"), (6, "News"), (6, "Weather")];
    assert_eq!(desk.titles().await, titled(&wanted));
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_are_entities_expanded_nor_is_a_dtd_fetched() {
    let desk = Desk::open().await;
    let elsewhere = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = elsewhere.local_addr().unwrap();
    let mut bomb = format!(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE tv SYSTEM \"http://{address}/xmltv.dtd\" [\n<!ENTITY a \"haha\">\n"
    );
    for (next, this) in
        ["b", "c", "d", "e", "f", "g", "h", "i"].iter().zip(["a", "b", "c", "d", "e", "f", "g", "h"])
    {
        bomb.push_str(&format!("<!ENTITY {next} \"{}\">\n", format!("&{this};").repeat(10)));
    }
    bomb.push_str("]>\n<tv><channel id=\"one\"><display-name>Channel 1</display-name></channel>");
    bomb.push_str(&desk.programme("one", (1, 2), "<title>Much &i; to laugh</title>"));
    bomb.push_str(&desk.programme("one", (2, 3), "<title>Good</title>"));
    bomb.push_str("</tv>");
    let file = desk.put(bomb).await;
    assert!(!file.failed, "{file:?}");
    assert_eq!(desk.titles().await, titled(&[(1, "Much &i; to laugh"), (2, "Good")]));
    let fetched = tokio::time::timeout(Duration::from_millis(200), elsewhere.accept()).await;
    assert!(fetched.is_err(), "somebody asked for the DTD");
}

#[tokio::test(flavor = "multi_thread")]
async fn channels_that_nobody_declared_count_by_their_id_or_are_told_to_be_nobodys() {
    let desk = Desk::open().await;
    let mut text = String::from("<tv>");
    text.push_str(&desk.programme(&live_box::channel_id(1), (1, 2), "<title>By its id</title>"));
    text.push_str(&desk.programme("elsewhere.example", (1, 2), "<title>Nobody's</title>"));
    text.push_str("</tv>");
    let file = desk.put(text).await;
    assert_eq!((file.failed, file.airings, file.matched.unmatched), (false, 1, 1), "{file:?}");
    assert_eq!(desk.titles().await, titled(&[(1, "By its id")]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guide_that_breaks_off_or_is_something_else_takes_nothing_away() {
    let desk = Desk::open().await;
    let one = |span, rest| desk.programme("one", span, rest);
    let whole = guide(&[one((1, 2), "<title>First</title>"), one((2, 3), "<title>Second</title>")]);
    assert!(!desk.put(&whole).await.failed);
    let cut = whole.replace("First", "Changed").replace("Second</title></programme>\n</tv>", "Second</ti");
    let file = desk.put(cut).await;
    assert!(!file.failed && file.message.contains("breaks off"), "{file:?}");
    assert_eq!(desk.titles().await, titled(&[(1, "Changed"), (2, "Second")]));
    for other in
        ["<!DOCTYPE html><html><head><title>Sign in</title></head></html>", "#EXTM3U\n", "\u{0}\u{1}\u{2}"]
    {
        let file = desk.put(other).await;
        assert!(file.failed && !file.message.is_empty(), "{other:?}: {file:?}");
        assert_eq!(desk.titles().await, titled(&[(1, "Changed"), (2, "Second")]), "{other:?}");
    }
    assert!(!desk.put(&whole).await.failed, "and it is well again");
    assert_eq!(desk.titles().await, titled(&[(1, "First"), (2, "Second")]));
}
