//! What becomes of lists, and of those who serve them badly.

use std::path::Path;

use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

fn settings(kind: Kind, url: Url) -> Settings {
    Settings {
        kind,
        id: "list".into(),
        name: "My list".into(),
        url,
        username: String::new(),
        password: None,
        stream_port: 8001,
        tuners: None,
        bouquets: Vec::new(),
        from_file: false,
    }
}

fn read(text: &str) -> Result<List, Trouble> {
    let url = Url::parse("http://a.example/lists/all.m3u").unwrap();
    m3u_list(&settings(Kind::M3u, url.clone()), &url, text.as_bytes().to_vec())
}

/// Group, name and address of all entries.
fn told(list: &List) -> Vec<(&str, &str, &str)> {
    let bouquets = list.bouquets.iter();
    bouquets
        .flat_map(|bouquet| {
            bouquet
                .services
                .iter()
                .map(|read| (bouquet.name.as_str(), read.name.as_str(), read.service.path.as_str()))
        })
        .collect()
}

/// Answers each request with the next of `replies`, head included; gives what was asked.
async fn server(replies: Vec<Vec<u8>>) -> (Url, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/list.m3u", listener.local_addr().unwrap())).unwrap();
    let asked = tokio::spawn(async move {
        let mut heads = Vec::new();
        for reply in replies {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while memchr::memmem::find(&head, b"\r\n\r\n").is_none() {
                assert!(socket.read_buf(&mut head).await.unwrap() > 0);
            }
            heads.push(String::from_utf8_lossy(&head).into_owned());
            let _ = socket.write_all(&reply).await;
        }
        heads
    });
    (url, asked)
}

fn ok(body: impl Into<Vec<u8>>) -> Vec<u8> {
    let body = body.into();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.into_bytes(), body].concat()
}

fn client(settings: Settings) -> Client {
    Client::new(settings, Clock::start()).unwrap()
}

#[test]
fn groups_come_in_order_and_addresses_are_completed() {
    let list = read(
        "#EXTM3U x-tvg-url=\"guide.xml.gz,http://b.example/g.xml\"\n\
         #EXTINF:-1 tvg-id=\"one.de\" tvg-logo=\"/l/1.png\" group-title=\"News;All\",One &amp; only\nhttp://a.example/1.ts\n\
         #EXTINF:-1 group-title=\"All\" radio=\"true\",Radio\n/r.mp3?x=1\n\
         #EXTINF:-1,Loose\n#EXTVLCOPT:http-user-agent=Box/1 (x)\nhttps://c.example/3.m3u8\n\
         #EXTINF:-1,Elsewhere\nudp://@239.0.0.1:1234\n",
    )
    .unwrap();
    assert_eq!(
        told(&list),
        [
            ("News", "One & only", "http://a.example/1.ts"),
            ("All", "One & only", "http://a.example/1.ts"),
            ("My list", "Loose", "https://c.example/3.m3u8|User-Agent=Box%2F1%20%28x%29"),
            ("All", "Radio", "http://a.example/r.mp3?x=1"),
        ]
    );
    assert_eq!(
        list.bouquets.iter().map(|bouquet| bouquet.radio).collect::<Vec<_>>(),
        [false, false, false, true]
    );
    let one = &list.bouquets[0].services[0];
    assert_eq!(one.guide_id.as_deref(), Some("one.de"));
    assert_eq!(one.logo.as_deref(), Some("http://a.example/l/1.png"));
    let guides: Vec<&str> = list.guides.iter().map(Url::as_str).collect();
    assert_eq!(guides, ["http://a.example/lists/guide.xml.gz", "http://b.example/g.xml"]);
    assert_eq!(list.model, "M3U (1 entries are neither http nor https)");
}

#[test]
fn an_entry_stays_itself_when_its_address_its_name_and_its_place_change() {
    let ids = |text: &str| -> HashMap<String, String> {
        let list = read(text).unwrap();
        let all = list.bouquets.iter().flat_map(|bouquet| &bouquet.services);
        all.map(|read| (read.name.clone(), read.service.channel_id().0)).collect()
    };
    let before = ids(
        "#EXTM3U\n#EXTINF:-1 tvg-id=\"1\",One\nhttp://a/1\n#EXTINF:-1 tvg-id=\"2\",Two\nhttp://a/2\n#EXTINF:-1 tvg-id=\"2\",Two HD\nhttp://a/3\n#EXTINF:-1,Three\nhttp://a/4\n",
    );
    let after = ids(
        "#EXTM3U\n#EXTINF:-1,Three\nhttp://b/4?key=2\n#EXTINF:-1 tvg-id=\"2\",Two HD\nhttp://b/3\n#EXTINF:-1 tvg-id=\"1\",Uno\nhttp://b/1\n#EXTINF:-1 tvg-id=\"2\",Two\nhttp://b/2\n",
    );
    assert_eq!(before["One"], after["Uno"], "its id is its own");
    for name in ["Two", "Two HD", "Three"] {
        assert_eq!(before[name], after[name], "{name}");
    }
    let twice = read("#EXTM3U\n#EXTINF:-1,Same\nhttp://a/1\n#EXTINF:-1,Same\nhttp://a/2\n").unwrap();
    let [one, two] = &twice.bouquets[0].services[..] else { panic!("{twice:?}") };
    assert_ne!(one.service.channel_id(), two.service.channel_id());
}

#[test]
fn a_hundred_thousand_entries_with_junk_between_them_are_all_there() {
    let mut text = String::from("#EXTM3U\n");
    for number in 0..100_000 {
        text.push_str(&format!(
            "#EXTINF:-1 tvg-id=\"{number}\" group-title=\"G{}\" tvg-name=\"unclosed,Channel {number}\njunk line\nhttp://a.example/{number}.ts\n",
            number % 300
        ));
    }
    let list = read(&text).unwrap();
    assert_eq!(told(&list).len(), 100_000);
    assert_eq!(list.bouquets.len(), 300);
    let ids =
        list.bouquets.iter().flat_map(|bouquet| &bouquet.services).map(|read| read.service.channel_id());
    assert_eq!(ids.collect::<std::collections::HashSet<_>>().len(), 100_000);
}

#[test]
fn lists_that_others_wrote_are_read() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/m3u");
    let Ok(files) = std::fs::read_dir(corpus.join("freearhey")) else {
        eprintln!("skipped: there is no corpus beside the project");
        return;
    };
    for file in files {
        let path = file.unwrap().path();
        let list = read(&decode(&std::fs::read(&path).unwrap())).unwrap();
        assert!(!told(&list).is_empty(), "{}", path.display());
    }
}

#[tokio::test]
async fn the_query_of_an_address_is_sent_as_it_was_and_a_packed_list_is_read() {
    use std::io::Write;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(b"#EXTM3U\n#EXTINF:-1,One\nhttp://a/1\n").unwrap();
    let (url, asked) = server(vec![ok(packed.finish().unwrap())]).await;
    let password = Some(SecretString::from("?username=anna&password=x%20y".to_owned()));
    let client = client(Settings { password, ..settings(Kind::M3u, url) });
    assert_eq!(client.about().await.unwrap().tuners, None);
    assert_eq!(client.bouquets().await.unwrap()[0].services.len(), 1);
    let heads = asked.await.unwrap();
    assert!(heads[0].starts_with("GET /list.m3u?username=anna&password=x%20y HTTP/1.1"), "{heads:?}");
    assert!(!heads[0].to_lowercase().contains("authorization"));
}

#[tokio::test]
async fn a_network_tuner_tells_its_channels_and_how_many_at_once() {
    let device = r#"{"FriendlyName":"HDHomeRun DUAL","ModelNumber":"HDHR3-EU","TunerCount":2,"BaseURL":"http://x","LineupURL":"http://x/lineup.json"}"#;
    let lineup = r#"[{"GuideNumber":"5.1","GuideName":"One","URL":"http://10.0.0.9:5004/auto/v5.1","HD":1},
        {"GuideNumber":"6","URL":"http://10.0.0.9:5004/auto/v6"},{"GuideNumber":"7","GuideName":"Locked","URL":"http://x/7","DRM":1}]"#;
    let (url, asked) = server(vec![ok(device), ok(lineup)]).await;
    let client = client(settings(Kind::HdHomeRun, url.join("/").unwrap()));
    let about = client.about().await.unwrap();
    assert_eq!((about.model.as_str(), about.tuners), ("HDHomeRun DUAL", Some(2)));
    let bouquets = client.bouquets().await.unwrap();
    let names: Vec<&str> = bouquets[0].services.iter().map(|read| read.name.as_str()).collect();
    assert_eq!(names, ["One", "6"]);
    let heads = asked.await.unwrap();
    assert!(heads[0].starts_with("GET /discover.json ") && heads[1].starts_with("GET /lineup.json "));
}

#[tokio::test]
async fn whoever_serves_something_else_is_told_apart() {
    let page = ok("<!DOCTYPE html><html>Sign in</html>");
    let status = |line: &str| {
        format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").into_bytes()
    };
    let cases = [
        (page, "What lies there is not a list of channels: it is a web page"),
        (ok("#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\na.ts\n"), "it is the playlist of a single stream"),
        (status("404 Not Found"), "There is no list at this address (it answers 404)."),
        (status("401 No"), "does not accept the user name and password"),
        (
            ok("#EXTM3U\n#EXTINF:-1,Multicast\nudp://@239.0.0.1:1\n"),
            "The list has no channel that can be played.",
        ),
    ];
    for (reply, words) in cases {
        let (url, _asked) = server(vec![reply]).await;
        let trouble = client(settings(Kind::M3u, url)).bouquets().await.unwrap_err().to_string();
        assert!(trouble.contains(words), "{trouble}");
    }
}

#[tokio::test]
async fn a_list_that_never_ends_is_left() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/list.m3u", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        assert!(socket.read(&mut [0; 4096]).await.unwrap() > 0);
        socket.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n#EXTM3U\n").await.unwrap();
        let junk = vec![b'#'; 1 << 20];
        while socket.write_all(&junk).await.is_ok() {}
    });
    let trouble = client(settings(Kind::M3u, url)).about().await.unwrap_err();
    assert_eq!(trouble.to_string(), "The list is too large, or never ends.");
}

#[tokio::test]
async fn a_file_of_this_machine_is_a_list_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own list.m3u");
    std::fs::write(&path, "#EXTM3U\n#EXTINF:-1,One\nhttp://a/1\n").unwrap();
    let client = client(settings(Kind::M3u, Url::from_file_path(&path).unwrap()));
    assert_eq!(client.bouquets().await.unwrap()[0].services[0].name, "One");
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(client.about().await, Err(Trouble::Unreachable(_))));
}
