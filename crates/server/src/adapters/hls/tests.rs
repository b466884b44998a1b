//! Against a small server whose answers the test writes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use telecast_core::outgoing::Reach;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::super::outgoing::Outgoing;
use super::*;

/// What lies at which path; a path that is not there is answered with 404. Ranges are obeyed. `->` and an address: it lies there.
type Files = Arc<Mutex<HashMap<String, Vec<u8>>>>;

struct Server {
    url: Url,
    files: Files,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn open(files: &[(&str, Vec<u8>)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let files = files.iter().map(|(path, body)| ((*path).to_owned(), body.clone())).collect();
        let server = Self { url, files: Arc::new(Mutex::new(files)), heads: Arc::default() };
        let (files, heads) = (Arc::clone(&server.files), Arc::clone(&server.heads));
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (files, heads) = (Arc::clone(&files), Arc::clone(&heads));
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while memchr::memmem::find(&head, b"\r\n\r\n").is_none() {
                        if socket.read_buf(&mut head).await.unwrap_or(0) == 0 {
                            return;
                        }
                    }
                    let head = String::from_utf8_lossy(&head).into_owned();
                    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                    let found = files.lock().unwrap().get(&path).cloned();
                    let lower = head.to_lowercase();
                    let range = lower.lines().find_map(|line| {
                        let (first, last) = line.strip_prefix("range: bytes=")?.split_once('-')?;
                        Some((first.parse::<usize>().ok()?, last.parse::<usize>().ok()?))
                    });
                    heads.lock().unwrap().push(head);
                    let moved = found.as_ref().and_then(|body| body.strip_prefix(b"->"));
                    if let Some(to) = moved {
                        let to = String::from_utf8_lossy(to).into_owned();
                        let reply = format!(
                            "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                        );
                        let _ = socket.write_all(reply.as_bytes()).await;
                        return;
                    }
                    let (status, body) = match (found, range) {
                        (Some(body), Some((first, last))) => {
                            ("206 Partial Content", body[first..=last].to_vec())
                        }
                        (Some(body), None) => ("200 OK", body),
                        (None, _) => ("404 Not Found", Vec::new()),
                    };
                    let kind =
                        if path.contains(".m3u8") { "application/vnd.apple.mpegurl" } else { "video/mp2t" };
                    let length = body.len();
                    let reply = format!(
                        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
                    );
                    let _ = socket.write_all(&[reply.into_bytes(), body].concat()).await;
                });
            }
        });
        server
    }

    fn put(&self, path: &str, body: impl Into<Vec<u8>>) {
        self.files.lock().unwrap().insert(path.into(), body.into());
    }

    fn asked(&self, path: &str) -> usize {
        let heads = self.heads.lock().unwrap();
        heads.iter().filter(|head| head.starts_with(&format!("GET {path} "))).count()
    }

    async fn follow(&self, path: &str) -> Result<Follower, String> {
        let http = Outgoing::new(Reach::Home).client(2, None).unwrap();
        let headers = HeaderMap::from_iter([(reqwest::header::USER_AGENT, "A/1".parse().unwrap())]);
        let url = self.url.join(path).unwrap();
        let reply = http.get(url.clone()).headers(headers.clone()).send().await.unwrap();
        assert!(is_playlist(reply.url(), reply.headers()));
        Follower::begin(Way { http, headers, credentials: None }, reply).await
    }
}

/// All that comes, and why it ends if that is no proper end.
async fn to_the_end(follower: &mut Follower) -> (Vec<u8>, Option<String>) {
    let mut all = Vec::new();
    loop {
        let mut buffer = Vec::with_capacity(1000);
        match timeout(Duration::from_secs(60), follower.read(&mut buffer)).await.expect("goes on") {
            Ok(0) => return (all, None),
            Ok(count) => assert!(count == buffer.len() && count <= 1000),
            Err(why) => return (all, Some(why)),
        }
        all.append(&mut buffer);
    }
}

async fn all(follower: &mut Follower) -> Vec<u8> {
    let (all, why) = to_the_end(follower).await;
    assert_eq!(why, None);
    all
}

/// Twenty packets of a transport stream, all of that byte but the first of each.
fn segment(byte: u8) -> Vec<u8> {
    let mut bytes = vec![byte; 188 * 20];
    bytes.iter_mut().step_by(188).for_each(|first| *first = 0x47);
    bytes
}

fn playlist(first: u64, uris: &[&str], rest: &str) -> Vec<u8> {
    let mut text = format!("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:{first}\n");
    for uri in uris {
        text.push_str(&format!("#EXTINF:0.2,\n{uri}\n"));
    }
    (text + rest).into_bytes()
}

#[tokio::test]
async fn the_best_that_can_be_read_is_followed_to_its_end_and_what_is_missing_left_out() {
    let choice = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=9000,CODECS=\"av01.0.04M.10\"\n9.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=500\nlow.m3u8\n\
        #EXT-X-STREAM-INF:BANDWIDTH=700\nhigh/live.m3u8\n";
    let server = Server::open(&[
        ("/all.m3u8", choice.into()),
        ("/high/live.m3u8", playlist(7, &["a.ts", "gone.ts", "/b.ts?x=1"], "#EXT-X-ENDLIST\n")),
        ("/high/a.ts", segment(1)),
        ("/b.ts?x=1", segment(2)),
    ])
    .await;
    let mut follower = server.follow("all.m3u8").await.unwrap();
    assert_eq!(all(&mut follower).await, [segment(1), segment(2)].concat());
    assert!(server.heads.lock().unwrap().iter().all(|head| head.to_lowercase().contains("user-agent: a/1")));
}

#[tokio::test]
async fn a_live_stream_begins_near_its_end_gives_each_segment_once_and_no_faster_than_it_is_shown() {
    let server = Server::open(&[
        ("/live.m3u8", playlist(10, &["0.ts", "1.ts", "2.ts", "3.ts"], "")),
        ("/0.ts", segment(0)),
        ("/1.ts", segment(1)),
        ("/2.ts", segment(2)),
        ("/3.ts", segment(3)),
        ("/4.ts", segment(4)),
    ])
    .await;
    let began = Instant::now();
    let mut follower = server.follow("live.m3u8").await.unwrap();
    let mut buffer = Vec::with_capacity(100_000);
    follower.read(&mut buffer).await.unwrap();
    assert_eq!(buffer, segment(1), "the first one at once, three before the end");
    server.put("/live.m3u8", playlist(12, &["2.ts", "3.ts", "4.ts"], "#EXT-X-ENDLIST\n"));
    assert_eq!(all(&mut follower).await, [segment(2), segment(3), segment(4)].concat());
    assert!(began.elapsed() >= Duration::from_millis(600), "three segments of 0.2 s take their time");
    assert_eq!((server.asked("/0.ts"), server.asked("/2.ts")), (0, 1));
}

#[tokio::test]
async fn parts_of_one_file_are_asked_for_as_parts() {
    let list = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:0.1,\n#EXT-X-BYTERANGE:188@376\nall.ts\n#EXTINF:0.1,\n#EXT-X-BYTERANGE:376\nall.ts\n#EXT-X-ENDLIST\n";
    let whole: Vec<u8> = (0..10_u8).flat_map(|byte| [&[0x47][..], &[byte; 187]].concat()).collect();
    let server = Server::open(&[("/list.m3u8", list.into()), ("/all.ts", whole.clone())]).await;
    let mut follower = server.follow("list.m3u8").await.unwrap();
    assert_eq!(all(&mut follower).await, whole[376..940]);
}

#[tokio::test]
async fn what_cannot_be_followed_says_why() {
    let head = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n";
    let server = Server::open(&[
        ("/page.m3u8", "<html>your account has ended</html>".into()),
        ("/drm.m3u8", format!("{head}#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"k\"\n#EXTINF:1,\na.ts\n").into()),
        ("/deaf.m3u8", "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"x\",URI=\"x.m3u8\"\n#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"a\"\nv.m3u8\n".into()),
        ("/endless.m3u8", [b"#EXTM3U\n".to_vec(), vec![b'#'; PLAYLIST]].concat()),
        ("/round.m3u8", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nround.m3u8\n".into()),
        ("/lost.m3u8", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nnowhere.m3u8\n".into()),
    ])
    .await;
    for (path, why) in [
        ("page.m3u8", "no playlist, though it is called one"),
        ("drm.m3u8", "an HLS stream that is encrypted by SAMPLE-AES, which is not read"),
        ("deaf.m3u8", "no playlist of its sound (error 404)"),
        ("endless.m3u8", "more than is read"),
        ("round.m3u8", "a choice of nothing"),
        ("lost.m3u8", "error 404"),
    ] {
        assert_eq!(server.follow(path).await.err().as_deref(), Some(why), "{path}");
    }
}

#[tokio::test]
async fn who_gives_nothing_new_for_long_has_ended_and_nobody_fetches_for_nobody() {
    let server = Server::open(&[("/live.m3u8", playlist(1, &["0.ts"], "")), ("/0.ts", segment(0))]).await;
    let mut follower = server.follow("live.m3u8").await.unwrap();
    assert_eq!(all(&mut follower).await, segment(0));
    let server = Server::open(&[("/live.m3u8", playlist(1, &["0.ts"], "")), ("/0.ts", segment(0))]).await;
    drop(server.follow("live.m3u8").await.unwrap());
    sleep(Duration::from_millis(1500)).await;
    assert!(server.asked("/live.m3u8") <= 2, "{}", server.asked("/live.m3u8"));
}

#[tokio::test]
async fn what_lies_elsewhere_is_followed_there() {
    let server = Server::open(&[
        ("/live.m3u8", "->/deep/er/live.m3u8".into()),
        ("/deep/er/live.m3u8", playlist(1, &["a.ts", "b.ts"], "#EXT-X-ENDLIST\n")),
        ("/deep/er/a.ts", segment(1)),
        ("/deep/er/b.ts", "->/c.ts".into()),
        ("/c.ts", segment(2)),
    ])
    .await;
    let mut follower = server.follow("live.m3u8").await.unwrap();
    assert_eq!(all(&mut follower).await, [segment(1), segment(2)].concat());
}

#[tokio::test]
async fn a_segment_that_is_too_long_is_left_out_and_one_that_is_listed_for_ever_ends_it() {
    let server = Server::open(&[
        ("/huge.m3u8", playlist(1, &["1.ts", "huge.ts", "2.ts"], "#EXT-X-ENDLIST\n")),
        ("/1.ts", segment(1)),
        ("/2.ts", segment(2)),
        ("/huge.ts", vec![0x47; SEGMENT + 1]),
    ])
    .await;
    let mut follower = server.follow("huge.m3u8").await.unwrap();
    assert_eq!(all(&mut follower).await, [segment(1), segment(2)].concat());
    // Numbers count on, what is there does not change.
    let numbers: Vec<String> = (0..9).map(|number| format!("1.ts?{number}")).collect();
    for uri in &numbers {
        server.put(&format!("/{uri}"), segment(1));
    }
    let uris: Vec<&str> = numbers.iter().map(String::as_str).collect();
    server.put("/same.m3u8", playlist(1, &uris, ""));
    let mut follower = server.follow("same.m3u8").await.unwrap();
    server.put("/same.m3u8", playlist(4, &uris, ""));
    let (bytes, why) = to_the_end(&mut follower).await;
    assert_eq!((bytes, why.as_deref()), (segment(1), Some("the same segment over and over")));
}

#[tokio::test]
async fn who_has_nothing_that_can_be_used_is_left_and_says_why() {
    let uris = ["0", "1", "2", "3", "4", "5"];
    let page = "<html>your account has ended</html>";
    let bodies = |body: &dyn Fn(usize) -> Vec<u8>| -> Vec<(String, Vec<u8>)> {
        uris.iter().enumerate().map(|(number, uri)| (format!("/{uri}"), body(number))).collect()
    };
    let key = "#EXT-X-KEY:METHOD=AES-128,URI=\"key\"\n";
    let keyed =
        |list: Vec<u8>| String::from_utf8(list).unwrap().replacen("#EXTINF", &format!("{key}#EXTINF"), 1);
    let plain = playlist(1, &uris, "#EXT-X-ENDLIST\n");
    for (list, key, body, wanted) in [
        (plain.clone(), None, None, "no segment (error 404)"),
        (
            plain.clone(),
            None,
            Some(page.as_bytes()),
            "segments that are neither MPEG transport stream nor fragmented MP4 nor sound in frames",
        ),
        (keyed(plain.clone()).into(), None, Some(&[1; 32][..]), "no key for its segments (error 404)"),
        (
            keyed(plain.clone()).into(),
            Some(page.as_bytes()),
            Some(&[1; 32][..]),
            "35 bytes instead of a key of 16 for its segments",
        ),
        (keyed(plain).into(), Some(&[7; 16][..]), Some(&[1; 33][..]), "segments that its key does not open"),
    ] {
        let server = Server::open(&[("/list.m3u8", list)]).await;
        if let Some(body) = body {
            for (path, bytes) in bodies(&|number| [body, &[b' '; 16].repeat(number)].concat()) {
                server.put(&path, bytes);
            }
        }
        if let Some(key) = key {
            server.put("/key", key);
        }
        let mut follower = server.follow("list.m3u8").await.unwrap();
        let (bytes, why) = to_the_end(&mut follower).await;
        assert_eq!((bytes.len(), why.as_deref()), (0, Some(wanted)));
    }
}

fn encrypted(bytes: &[u8], key: [u8; 16], vector: u128) -> Vec<u8> {
    use aws_lc_rs::cipher::{AES_128, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
    let key = UnboundCipherKey::new(&AES_128, &key).unwrap();
    let vector = EncryptionContext::Iv128(vector.to_be_bytes().into());
    let mut out = bytes.to_vec();
    let cipher = PaddedBlockEncryptingKey::cbc_pkcs7(key).unwrap();
    cipher.less_safe_encrypt(&mut out, vector).unwrap();
    out
}

#[tokio::test]
async fn encrypted_segments_are_opened_with_keys_that_change_and_are_asked_for_once() {
    let (one, two) = ([1; 16], [2; 16]);
    let list = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:300\n\
        #EXT-X-KEY:METHOD=AES-128,URI=\"/keys/1?user=a\"\n#EXTINF:0.1,\n0\n#EXTINF:0.1,\n1\n\
        #EXT-X-KEY:METHOD=AES-128,URI=\"/keys/2\",IV=0x0000000000000000000000000000ABCD\n#EXTINF:0.1,\n2\n\
        #EXT-X-KEY:METHOD=AES-128,URI=\"/keys/1?user=a\"\n#EXTINF:0.1,\n3\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:0.1,\n4\n#EXT-X-ENDLIST\n";
    let server = Server::open(&[
        ("/list.m3u8", list.into()),
        ("/keys/1?user=a", one.to_vec()),
        ("/keys/2", two.to_vec()),
        ("/0", encrypted(&segment(0), one, 300)),
        ("/1", encrypted(&segment(1), one, 301)),
        ("/2", encrypted(&segment(2), two, 0xABCD)),
        ("/3", encrypted(&segment(3), one, 303)),
        ("/4", segment(4)),
    ])
    .await;
    let mut follower = server.follow("list.m3u8").await.unwrap();
    assert_eq!(all(&mut follower).await, (0..5).flat_map(segment).collect::<Vec<u8>>());
    assert_eq!((server.asked("/keys/1?user=a"), server.asked("/keys/2")), (1, 1));
}

#[tokio::test]
async fn a_server_without_ranges_is_asked_for_the_whole() {
    let whole = Bytes::from_static(&[0, 1, 2, 3, 4, 5]);
    assert_eq!(part(&whole, 2, 3).unwrap(), [2, 3, 4][..]);
    assert!(part(&whole, 4, 3).is_err() && part(&whole, u64::MAX, 2).is_err());
}

#[test]
fn sound_apart_is_begun_where_the_picture_is() {
    let list = |durations: &[f64], end: &str| {
        let lines =
            durations.iter().map(|seconds| format!("#EXTINF:{seconds},\na\n")).collect::<Vec<_>>().concat();
        match playlist::read(&format!(
            "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:10\n{lines}{end}"
        )) {
            Ok(Playlist::Segments(segments)) => segments,
            other => panic!("{other:?}"),
        }
    };
    let picture = list(&[6.0, 6.0, 6.0, 6.0], "");
    let (first, rest) = lane::begin(&picture);
    assert_eq!((first, rest), (11, Duration::from_secs(18)));
    // Ten segments of two seconds would end where the picture does; one more may begin before it.
    assert_eq!(lane::beside(&list(&[2.0; 12], ""), rest), 12);
    assert_eq!(lane::beside(&list(&[2.0; 3], ""), rest), 10, "all that there is");
    assert_eq!(lane::beside(&list(&[2.0; 12], "#EXT-X-ENDLIST"), rest), 10);
}
