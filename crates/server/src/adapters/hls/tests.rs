//! Against a small server whose answers the test writes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use telecast_core::outgoing::Reach;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::super::outgoing::Outgoing;
use super::*;

/// What lies at which path; a path that is not there is answered with 404. Ranges are obeyed.
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

async fn all(follower: &mut Follower) -> Vec<u8> {
    let mut all = Vec::new();
    loop {
        let mut buffer = Vec::with_capacity(1000);
        let count = timeout(Duration::from_secs(20), follower.read(&mut buffer)).await.expect("goes on");
        assert!(count == buffer.len() && count <= 1000);
        if count == 0 {
            return all;
        }
        all.append(&mut buffer);
    }
}

fn segment(byte: u8) -> Vec<u8> {
    vec![byte; 188 * 20]
}

fn playlist(first: u64, uris: &[&str], rest: &str) -> Vec<u8> {
    let mut text = format!("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:{first}\n");
    for uri in uris {
        text.push_str(&format!("#EXTINF:0.2,\n{uri}\n"));
    }
    (text + rest).into_bytes()
}

#[tokio::test]
async fn the_best_that_has_its_sound_is_followed_to_its_end_and_what_is_missing_left_out() {
    let choice = "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"x\",URI=\"x.m3u8\"\n\
        #EXT-X-STREAM-INF:BANDWIDTH=9000,AUDIO=\"a\"\n9.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=500\nlow.m3u8\n\
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
    follower.read(&mut buffer).await;
    assert_eq!(buffer, segment(1), "the first one at once, three before the end");
    server.put("/live.m3u8", playlist(12, &["2.ts", "3.ts", "4.ts"], "#EXT-X-ENDLIST\n"));
    assert_eq!(all(&mut follower).await, [segment(2), segment(3), segment(4)].concat());
    assert!(began.elapsed() >= Duration::from_millis(600), "three segments of 0.2 s take their time");
    assert_eq!((server.asked("/0.ts"), server.asked("/2.ts")), (0, 1));
}

#[tokio::test]
async fn parts_of_one_file_are_asked_for_as_parts() {
    let list = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:0.1,\n#EXT-X-BYTERANGE:188@376\nall.ts\n#EXTINF:0.1,\n#EXT-X-BYTERANGE:376\nall.ts\n#EXT-X-ENDLIST\n";
    let whole: Vec<u8> = (0..10_u8).flat_map(|byte| vec![byte; 188]).collect();
    let server = Server::open(&[("/list.m3u8", list.into()), ("/all.ts", whole.clone())]).await;
    let mut follower = server.follow("list.m3u8").await.unwrap();
    assert_eq!(all(&mut follower).await, whole[376..940]);
}

#[tokio::test]
async fn what_cannot_be_followed_says_why() {
    let head = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n";
    let server = Server::open(&[
        ("/page.m3u8", "<html>your account has ended</html>".into()),
        ("/key.m3u8", format!("{head}#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXTINF:1,\na.ts\n").into()),
        ("/mp4.m3u8", format!("{head}#EXT-X-MAP:URI=\"i\"\n#EXTINF:1,\na.m4s\n").into()),
        ("/round.m3u8", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nround.m3u8\n".into()),
        ("/lost.m3u8", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nnowhere.m3u8\n".into()),
    ])
    .await;
    for (path, why) in [
        ("page.m3u8", "no playlist, though it is called one"),
        ("key.m3u8", "an encrypted HLS stream, which is not read"),
        ("mp4.m3u8", "an HLS stream in fragmented MP4, which is not read"),
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
