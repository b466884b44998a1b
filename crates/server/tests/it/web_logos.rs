//! Logos: where they come from, in which order, what is kept of them, and what is none.

use std::collections::HashMap;
use std::io::Cursor;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use image::{DynamicImage, GenericImageView, ImageFormat, Rgba, RgbaImage};
use reqwest::StatusCode;
use serde_json::{Value, json};
use telecast_core::access::{Role, Scope};
use telecast_server::adapters::receiver;
use telecast_server::app::App;
use telecast_server::app::settings::Settings;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::live_box;
use crate::web_door::{Station, client, station_of};

/// A server of logos: what lies at which path, and how often each was asked for.
#[derive(Clone, Default)]
struct Logos {
    port: u16,
    asked: Arc<Mutex<HashMap<String, usize>>>,
    open: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    fails: Arc<AtomicBool>,
}

impl Logos {
    async fn start(files: HashMap<&'static str, Vec<u8>>, takes: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let logos = Self { port: listener.local_addr().unwrap().port(), ..Self::default() };
        let (all, files) = (logos.clone(), Arc::new(files));
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (all, files) = (all.clone(), Arc::clone(&files));
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                        if socket.read_buf(&mut head).await.unwrap_or(0) == 0 {
                            return;
                        }
                    }
                    let head = String::from_utf8_lossy(&head).into_owned();
                    let path = head.split(' ').nth(1).unwrap().to_owned();
                    *all.asked.lock().unwrap().entry(path.clone()).or_default() += 1;
                    let open = all.open.fetch_add(1, Ordering::SeqCst) + 1;
                    all.most.fetch_max(open, Ordering::SeqCst);
                    tokio::time::sleep(takes).await;
                    all.open.fetch_sub(1, Ordering::SeqCst);
                    let name = path.trim_start_matches('/').split('?').next().unwrap();
                    let (status, body) = match files.get(name) {
                        _ if all.fails.load(Ordering::SeqCst) => ("503 Service Unavailable", Vec::new()),
                        Some(body) => ("200 OK", body.clone()),
                        None => ("404 Not Found", Vec::new()),
                    };
                    let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\n\r\n");
                    let _ = socket.write_all(head.as_bytes()).await;
                    let _ = socket.write_all(&body).await;
                    // A film has no end.
                    while name == "film" && socket.write_all(&body).await.is_ok() {}
                });
            }
        });
        logos
    }

    fn asked(&self, path: &str) -> usize {
        self.asked.lock().unwrap().get(path).copied().unwrap_or(0)
    }
}

fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let picture = RgbaImage::from_fn(width, height, |x, y| Rgba([x as u8, y as u8, 90, 255]));
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(DynamicImage::ImageRgba8(picture).into_rgb8())
        .write_to(&mut out, format)
        .unwrap();
    out.into_inner()
}

/// A PNG whose head says that it has 50,000 by 50,000 pixels.
fn bomb() -> Vec<u8> {
    let mut bomb = picture(8, 8, ImageFormat::Png);
    for at in [16, 20] {
        bomb[at..at + 4].copy_from_slice(&50_000_u32.to_be_bytes());
    }
    let mut crc = flate2::Crc::new();
    crc.update(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    bomb
}

fn size(png: &[u8]) -> (u32, u32) {
    image::load_from_memory_with_format(png, ImageFormat::Png).unwrap().dimensions()
}

/// A station whose one source is a list of these names with logos, in `directory`, where logos are kept too.
async fn station(directory: tempfile::TempDir, list: &[(&str, String)], own: Option<&Path>) -> Station {
    let tapes = directory.path().join("tapes");
    let path = directory.path().join("list.m3u");
    let entry = |(name, logo): &(&str, String)| {
        format!("#EXTINF:-1 tvg-id=\"{name}\" tvg-logo=\"{logo}\",{name}\nhttp://127.0.0.1:9/{name}.ts\n")
    };
    let text: String = list.iter().map(entry).collect();
    std::fs::write(&path, format!("#EXTM3U\n{text}")).unwrap();
    let mut settings = Settings::with_tapes_in(tapes.clone());
    settings.logos.kept = Some(directory.path().join("logos"));
    settings.logos.own = own.map(Path::to_owned);
    settings.receivers.push(receiver::Settings {
        kind: receiver::Kind::M3u,
        id: "list".into(),
        name: "List".into(),
        url: format!("file://{}", path.display()).parse().unwrap(),
        username: String::new(),
        password: None,
        stream_port: 8001,
        tuners: None,
        bouquets: Vec::new(),
        from_file: true,
    });
    let store = live_box::store_beside(&tapes).await;
    let app = App::start(settings, store.clone()).await.unwrap();
    live_box::listed(&app).await;
    station_of(app, store, directory).await
}

fn id(station: &Station, name: &str) -> String {
    let lineup = station.web.app.lineup();
    lineup.channels.iter().find(|channel| channel.name == name).unwrap().id.to_string()
}

struct Reply {
    status: StatusCode,
    tag: String,
    body: Vec<u8>,
}

async fn get(station: &Station, token: &str, path: &str, known: Option<&str>) -> Reply {
    let mut request = client().get(format!("{}{path}", station.base)).bearer_auth(token);
    if let Some(known) = known {
        request = request.header("If-None-Match", known);
    }
    let response = request.send().await.unwrap();
    let status = response.status();
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    if status == StatusCode::OK {
        assert_eq!(header("content-type").as_deref(), Some("image/png"), "{path}");
    }
    let tag = header("etag").unwrap_or_default();
    Reply { status, tag, body: response.bytes().await.unwrap().to_vec() }
}

async fn for_page(station: &Station, token: &str, name: &str) -> Reply {
    get(station, token, &format!("/api/v1/channels/{}/logo", id(station, name)), None).await
}

async fn for_player(station: &Station, token: &str, name: &str) -> Reply {
    get(station, token, &format!("/iptv/logo/{}.png", id(station, name)), None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn logos_are_made_small_and_what_is_none_is_drawn_for_players() {
    let jpeg = picture(300, 300, ImageFormat::Jpeg);
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec();
    let logos = Logos::start(
        HashMap::from([
            ("large", picture(1600, 400, ImageFormat::Png)),
            ("jpeg", jpeg.clone()),
            ("half", jpeg[..jpeg.len() / 2].to_vec()),
            ("svg", svg),
            ("bomb", bomb()),
            ("film", vec![0x47; 188 * 1000]),
            ("page", b"<html>Sign in</html>".to_vec()),
        ]),
        Duration::ZERO,
    )
    .await;
    let names = ["large", "jpeg", "half", "svg", "bomb", "film", "page", "gone"];
    let at = |name: &str| format!("http://127.0.0.1:{}/{name}", logos.port);
    let mut list: Vec<_> = names.iter().map(|name| (*name, at(name))).collect();
    list.push(("nowhere", "http://169.254.1.1/x.png".into()));
    list.push(("file", "file:///etc/hostname".into()));
    let station = station(tempfile::tempdir().unwrap(), &list, None).await;
    let anna = station.token(Role::Viewer, &[Scope::Watch]).await;
    for round in 0..2 {
        for (name, wanted) in [("large", (400, 100)), ("jpeg", (240, 240))] {
            let found = for_page(&station, &anna, name).await;
            assert_eq!((found.status, size(&found.body)), (StatusCode::OK, wanted), "{name} {round}");
            assert_eq!(for_player(&station, &anna, name).await.body, found.body);
            let path = format!("/api/v1/channels/{}/logo", id(&station, name));
            let known = format!("\"other\", W/{}", found.tag);
            let again = get(&station, &anna, &path, Some(&known)).await;
            assert_eq!(
                (again.status, again.body.len(), &again.tag),
                (StatusCode::NOT_MODIFIED, 0, &found.tag)
            );
            assert_eq!(get(&station, &anna, &path, Some("\"other\"")).await.status, StatusCode::OK);
        }
        for name in ["half", "svg", "bomb", "film", "page", "gone", "nowhere", "file"] {
            assert_eq!(for_page(&station, &anna, name).await.status, StatusCode::NOT_FOUND, "{name}");
            let drawn = for_player(&station, &anna, name).await;
            assert_eq!((drawn.status, size(&drawn.body)), (StatusCode::OK, (400, 240)), "{name}");
            assert!(drawn.tag.len() > 8 && drawn.body != for_player(&station, &anna, "large").await.body);
        }
    }
    for name in names {
        assert_eq!(logos.asked(&format!("/{name}")), 1, "{name}: also that there is none is kept");
    }
    assert_eq!(get(&station, &anna, "/iptv/logo/nobody.png", None).await.status, StatusCode::NOT_FOUND);
    // A child sees no logo of what it may not see, drawn neither.
    let owner = station.token(Role::Owner, &Scope::ALL).await;
    let child = station.child(&owner, &json!({ "age": 12, "channels": [id(&station, "jpeg")] })).await;
    for (name, status) in
        [("jpeg", StatusCode::OK), ("large", StatusCode::NOT_FOUND), ("gone", StatusCode::NOT_FOUND)]
    {
        for path in [
            format!("/iptv/logo/{}.png", id(&station, name)),
            format!("/api/v1/channels/{}/logo", id(&station, name)),
        ] {
            let reply = client()
                .get(format!("{}{path}", station.base))
                .header("cookie", &child)
                .send()
                .await
                .unwrap();
            assert_eq!(reply.status(), status, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_fetched_outlives_the_program_and_a_server_that_fails_is_left_alone() {
    let logos =
        Logos::start(HashMap::from([("one", picture(100, 60, ImageFormat::WebP))]), Duration::ZERO).await;
    let at = |name: &str| format!("http://127.0.0.1:{}/{name}", logos.port);
    let list = [("one", at("one")), ("none", at("none")), ("later", at("later")), ("last", at("last"))];
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().to_owned();
    let first = station(directory, &list, None).await;
    let anna = first.token(Role::Viewer, &[Scope::Watch]).await;
    let one = for_page(&first, &anna, "one").await;
    assert_eq!(
        (one.status, for_page(&first, &anna, "none").await.status),
        (StatusCode::OK, StatusCode::NOT_FOUND)
    );
    let mut kept: Vec<_> =
        std::fs::read_dir(place.join("logos")).unwrap().map(|entry| entry.unwrap().path()).collect();
    kept.sort_by_key(|path| path.extension().map(|ending| ending.to_owned()));
    let endings: Vec<_> = kept.iter().map(|path| path.extension().unwrap().to_str().unwrap()).collect();
    assert_eq!(endings, ["none", "png"]);
    first.web.app.shutdown().await;
    // Another run, with what the first has left.
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("logos")).unwrap();
    for path in &kept {
        std::fs::copy(path, directory.path().join("logos").join(path.file_name().unwrap())).unwrap();
    }
    logos.fails.store(true, Ordering::SeqCst);
    let second = station(directory, &list, None).await;
    let anna = second.token(Role::Viewer, &[Scope::Watch]).await;
    let again = for_page(&second, &anna, "one").await;
    assert_eq!((again.status, again.body, again.tag), (StatusCode::OK, one.body, one.tag));
    assert_eq!(for_page(&second, &anna, "none").await.status, StatusCode::NOT_FOUND);
    assert_eq!((logos.asked("/one"), logos.asked("/none")), (1, 1), "nobody was asked again");
    // Whoever fails is asked once, for whatever; and nothing is kept of it.
    for name in ["later", "last", "later"] {
        assert_eq!(for_page(&second, &anna, name).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!((logos.asked("/later"), logos.asked("/last")), (1, 0));
    assert_eq!(std::fs::read_dir(second.directory().join("logos")).unwrap().count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_host_s_folder_comes_first_and_sd_stands_in_for_hd() {
    let (list_s, own_s, pack_s) = ((90, 60), (120, 60), (150, 60));
    let png = |(width, height): (u32, u32)| picture(width, height, ImageFormat::Png);
    let logos = Logos::start(HashMap::from([("x", png(list_s)), ("y", png(list_s))]), Duration::ZERO).await;
    let at = |name: &str| format!("http://127.0.0.1:{}/{name}", logos.port);
    let own = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: Vec<u8>| std::fs::write(own.path().join(name), bytes).unwrap();
    write("Das Erste HD.png", png(own_s));
    write("zdf.png", png(pack_s));
    write("arte.png", b"no picture".to_vec());
    let list = [
        ("Das Erste HD", at("x")),
        ("ZDF HD", at("gone")),
        ("Arte", at("y")),
        ("One", at("y")),
        ("One HD", at("gone")),
        ("Two HD", at("gone")),
    ];
    let station = station(tempfile::tempdir().unwrap(), &list, Some(own.path())).await;
    let anna = station.token(Role::Viewer, &[Scope::Watch]).await;
    for (name, wanted, why) in [
        ("Das Erste HD", Some(own_s), "the host's"),
        ("ZDF HD", Some(pack_s), "the host's for SD, where the list has none"),
        ("Arte", Some(list_s), "the list's, where the host's is no picture"),
        ("One HD", Some(list_s), "the list's for SD"),
        ("Two HD", None, "none"),
    ] {
        let found = for_page(&station, &anna, name).await;
        assert_eq!((found.status == StatusCode::OK).then(|| size(&found.body)), wanted, "{name}: {why}");
    }
    assert_eq!(logos.asked("/x"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_asked_for_few_at_once() {
    let png = picture(100, 60, ImageFormat::Png);
    let logos = Logos::start(HashMap::from([("logo", png)]), Duration::from_millis(40)).await;
    let names: Vec<String> = (0..20).map(|at| format!("c{at}")).collect();
    let list: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), format!("http://127.0.0.1:{}/logo?{name}", logos.port)))
        .collect();
    let station = station(tempfile::tempdir().unwrap(), &list, None).await;
    let anna = station.token(Role::Viewer, &[Scope::Watch]).await;
    // Each twice at the same time, as a page and a player would.
    let all = names.iter().chain(&names).map(|name| for_page(&station, &anna, name));
    let found = futures_util::future::join_all(all).await;
    assert!(found.iter().all(|reply| reply.status == StatusCode::OK));
    assert_eq!(logos.most.load(Ordering::SeqCst), 2);
    assert!(names.iter().all(|name| logos.asked(&format!("/logo?{name}")) == 1));
    let channels: Value = client()
        .get(format!("{}/api/v1/channels", station.base))
        .bearer_auth(&anna)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(channels["items"].as_array().map(Vec::len), Some(20));
}
