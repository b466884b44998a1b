//! What a receiver is asked, how often, and who hears its password: against small servers that count, and the simulated receiver.

use std::sync::Mutex;
use std::time::Instant;

use futures_util::future::join_all;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use proptest::prelude::*;
use telecast_core::outgoing::Refusal;
use telecast_sim::{Config, Sim};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::super::outgoing::{LookUp, Names};
use super::super::receiver::Kind;
use super::reply::event;
use super::*;

/// Pages of which each request is written down.
pub(super) struct Pages {
    url: Url,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Pages {
    /// `answer` gives status line, further headers and body for the path of a request.
    pub(super) async fn open(answer: impl Fn(&str) -> (String, String) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer) = (Arc::clone(&heads), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                tokio::spawn(async move {
                    let head = request(&mut socket).await;
                    let (status, body) = answer(head.split(' ').nth(1).unwrap_or_default());
                    seen.lock().unwrap().push(head);
                    let length = body.len();
                    let reply = format!(
                        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                    );
                    let _ = socket.write_all(reply.as_bytes()).await;
                });
            }
        });
        Self { url, heads }
    }

    /// A box that names a stream for whatever it is asked.
    async fn naming_streams() -> Self {
        Self::open(|_| {
            ("200 OK".into(), "#EXTM3U\nhttp://elsewhere.example:8001/1:0:19:1:2:3:C00000:0:0:0:\n".into())
        })
        .await
    }

    pub(super) fn client(&self) -> Client {
        client(&self.url)
    }

    /// How often a path that begins so was asked for.
    pub(super) fn count(&self, path: &str) -> usize {
        let head = format!("GET {path}");
        self.heads.lock().unwrap().iter().filter(|asked| asked.starts_with(&head)).count()
    }

    fn asked(&self) -> usize {
        self.heads.lock().unwrap().len()
    }
}

async fn request(socket: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    while memchr::memmem::find(&bytes, b"\r\n\r\n").is_none() {
        if socket.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

pub(super) fn client(url: &Url) -> Client {
    let settings = Settings {
        kind: Kind::Enigma2,
        id: "box".into(),
        name: "Box".into(),
        url: url.clone(),
        username: "root".into(),
        password: Some("secret".to_owned().into()),
        stream_port: 8001,
        tuners: None,
        bouquets: Vec::new(),
        from_file: false,
    };
    Client::new(settings, Clock::start()).unwrap()
}

fn service(sid: u32) -> ServiceRef {
    ServiceRef::parse(&format!("1:0:19:{sid:X}:2:3:C00000:0:0:0:")).unwrap()
}

/// The figures that this thread counts while the guard is held.
fn figures() -> (PrometheusHandle, metrics::LocalRecorderGuard<'static>) {
    let recorder = Box::leak(Box::new(PrometheusBuilder::new().build_recorder()));
    (recorder.handle(), metrics::set_default_local_recorder(recorder))
}

fn counted(figures: &PrometheusHandle, what: &str) -> u32 {
    let name = format!("telecast_stream_address_{what}_total ");
    let text = figures.render();
    text.lines().find_map(|line| line.strip_prefix(&name)?.parse().ok()).unwrap_or(0)
}

#[tokio::test]
async fn an_address_is_asked_for_once_by_all_who_want_it() {
    let (figures, _guard) = figures();
    let pages = Pages::naming_streams().await;
    let client = pages.client();
    let all = join_all((0..8).map(|_| async { client.stream_url(&service(1)).await.unwrap().0 })).await;
    assert!(
        all.iter().all(|url| url.host_str() == Some("127.0.0.1")),
        "the box knows itself by another name: {all:?}"
    );
    assert_eq!(pages.asked(), 1);
    assert_eq!((counted(&figures, "misses"), counted(&figures, "hits")), (1, 7), "one question is one miss");
    client.stream_url(&service(1)).await.unwrap();
    assert_eq!((counted(&figures, "misses"), counted(&figures, "hits"), pages.asked()), (1, 8, 1));
    client.forget_addresses();
    client.stream_url(&service(1)).await.unwrap();
    assert_eq!(
        (counted(&figures, "misses"), counted(&figures, "hits"), pages.asked()),
        (2, 8, 2),
        "the channels were read again"
    );
}

#[tokio::test]
async fn an_address_is_believed_for_an_hour_and_no_longer() {
    let pages = Pages::naming_streams().await;
    let mut client = pages.client();
    assert_eq!(client.addresses.policy().time_to_live(), Some(Duration::from_hours(1)));
    assert_eq!(client.addresses.policy().time_to_idle(), None, "use makes it no younger");
    client.addresses = addresses(ADDRESSES, Duration::from_millis(20));
    let asking = async {
        while pages.asked() < 2 {
            client.stream_url(&service(1)).await.unwrap();
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), asking)
        .await
        .expect("it is asked again once the address is old");
}

#[tokio::test]
async fn addresses_are_bounded_and_what_had_to_go_is_counted() {
    let (figures, _guard) = figures();
    let pages = Pages::naming_streams().await;
    let mut client = pages.client();
    assert_eq!(client.addresses.policy().max_capacity(), Some(ADDRESSES));
    client.addresses = addresses(2, ADDRESS_AGE);
    for sid in 1..=5 {
        client.stream_url(&service(sid)).await.unwrap();
    }
    client.addresses.run_pending_tasks().await;
    assert_eq!((counted(&figures, "evictions"), client.addresses.entry_count()), (3, 2));
    client.forget_addresses();
    client.addresses.run_pending_tasks().await;
    assert_eq!(
        (counted(&figures, "evictions"), client.addresses.entry_count()),
        (3, 0),
        "what is forgotten had not to go"
    );
}

#[tokio::test]
async fn a_known_address_costs_less_than_a_millisecond() {
    let pages = Pages::naming_streams().await;
    let client = pages.client();
    client.stream_url(&service(1)).await.unwrap();
    let mut took = Vec::new();
    for _ in 0..101 {
        let begun = Instant::now();
        client.stream_url(&service(1)).await.unwrap();
        took.push(begun.elapsed());
    }
    took.sort();
    // The median: others may have the processor for a moment.
    assert!(took[50] < Duration::from_millis(1), "{:?}", took[50]);
}

#[tokio::test]
async fn a_question_that_nobody_waits_for_is_cut_off() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap());
    let asking = tokio::spawn({
        let client = client.clone();
        async move { client.stream_url(&service(1)).await }
    });
    let (mut socket, _) = listener.accept().await.unwrap();
    request(&mut socket).await;
    asking.abort();
    let cut = tokio::time::timeout(Duration::from_secs(5), socket.read(&mut [0; 16])).await;
    assert!(matches!(cut, Ok(Ok(0) | Err(_))), "the box hears that nobody waits: {cut:?}");
    // Neither its place in the queue nor its part in the question is held by whoever has gone.
    assert_eq!(client.slots.available_permits(), limits::RECEIVER_CALLS);
    let again = tokio::spawn(async move { client.stream_url(&service(1)).await });
    let (mut socket, _) = listener.accept().await.unwrap();
    request(&mut socket).await;
    socket
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\nhttp://127.0.0.1:17999/1:")
        .await
        .unwrap();
    assert_eq!(again.await.unwrap().unwrap().0.port(), Some(17999));
}

#[tokio::test]
async fn the_password_is_for_the_configured_host_alone() {
    let stranger = Pages::open(|_| ("200 OK".into(), "{}".into())).await;
    let elsewhere = format!("http://localhost:{}/api/about", stranger.url.port().unwrap());
    let pages = Pages::open(move |_| (format!("302 Found\r\nLocation: {elsewhere}"), String::new())).await;
    assert!(matches!(pages.client().about().await, Err(Trouble::NotAReceiver(_))));
    let head = pages.heads.lock().unwrap()[0].to_lowercase();
    assert!(head.contains("authorization: basic cm9vddpzzwnyzxq="), "{head}");
    assert_eq!(stranger.asked(), 0, "nobody else is asked at all");
    // Where streams are said to be elsewhere, they are fetched from the box.
    let client = Pages::naming_streams().await.client();
    let (url, credentials) = client.stream_url(&service(1)).await.unwrap();
    assert_eq!((url.host_str(), credentials.unwrap().0.as_str()), (Some("127.0.0.1"), "root"));
    // A reference to another host has credentials of its own, or none.
    let abroad =
        |host: &str| ServiceRef::parse(&format!("4097:0:1:0:0:0:0:0:0:0:http%3a//{host}/x.ts:")).unwrap();
    assert!(client.stream_url(&abroad("a.example")).await.unwrap().1.is_none());
    let (url, credentials) = client.stream_url(&abroad("anna%3ap%2540ss@a.example")).await.unwrap();
    let (name, password) = credentials.unwrap();
    assert_eq!(
        (url.as_str(), name.as_str(), password.expose_secret()),
        ("http://a.example/x.ts", "anna", "p@ss")
    );
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_nothing_else_is() {
    for (status, tries) in [("500 No", 3), ("401 No", 1), ("403 No", 1), ("404 No", 1), ("200 OK", 1)] {
        let pages = Pages::open(move |_| (status.into(), "<html>".into())).await;
        assert!(pages.client().about().await.is_err());
        assert_eq!(pages.asked(), tries, "{status}");
        let heads = pages.heads.lock().unwrap().join("\n");
        assert!(
            heads
                .lines()
                .filter(|line| line.contains(" HTTP/1.1"))
                .all(|line| line.starts_with("GET /api/about "))
        );
    }
    // On boxes where the guide's bulk call always crashes, asking again would only crash it again.
    let pages = Pages::open(|_| ("500 No".into(), String::new())).await;
    assert!(matches!(pages.client().now_next("x").await, Err(Trouble::Failing(_))));
    assert_eq!(pages.asked(), 1);
}

/// Any JSON, with the names that replies have.
fn replies() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[0-9]{1,20}|N/A|1:0:19:[0-9A-F]{1,9}:2:3:C00000:0:0:0:|[ -~\u{80}-\u{a0}äß]{0,20}"
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 40, 8, |inner| {
        let key = "events|timers|sref|serviceref|begin_timestamp|duration_sec|title|shortdesc|id|state|justplay|begin|end|name";
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(key, inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_reply_is_survived_and_gives_only_what_can_be_shown(reply in replies(), torn in 0..400usize) {
        let bytes = reply.to_string().into_bytes();
        prop_assert!(parse(&bytes).is_ok());
        let _ = parse(&bytes[..torn.min(bytes.len())]);
        let all = reply.as_array().map_or(std::slice::from_ref(&reply), Vec::as_slice);
        for (_, event) in events(&reply).into_iter().chain(all.iter().filter_map(event)) {
            prop_assert!(event.start_ms > 0 && event.end_ms > event.start_ms, "{event:?}");
            prop_assert!(!event.title.is_empty() && !event.title.chars().any(|c| c.is_control() && c != '\n'));
        }
        let _ = all.iter().filter_map(recording).count();
    }
}

#[tokio::test]
async fn a_receiver_is_only_read_and_never_zapped() {
    let sim = Sim::start(Config { only: vec![10], ..Config::default() }).await.unwrap();
    let mut client = client(&Url::parse(&sim.web_url()).unwrap());
    Arc::get_mut(&mut client.settings).unwrap().stream_port = sim.stream_addr().port();
    client.about().await.unwrap();
    for bouquet in client.bouquets().await.unwrap() {
        client.now_next(&bouquet.reference).await.unwrap();
    }
    client.recordings().await.unwrap();
    let radio = ServiceRef::parse(&sim.reference(10).unwrap()).unwrap();
    client.now_next_of(&radio).await.unwrap();
    let _ = client.picon(&radio).await;
    let mut stream = client.open(&radio, |relayed| assert!(!relayed)).await.unwrap();
    stream.read(&mut Vec::with_capacity(4096), Duration::from_secs(10)).await.unwrap();
    let state = sim.state();
    let calls = state["calls"].as_object().unwrap();
    let reads = "api/about api/bouquets api/getservices api/epgnownext api/epgservicenow api/epgservicenext api/timerlist web/stream.m3u stream picon";
    let made: Vec<&str> = calls.keys().map(String::as_str).collect();
    assert!(
        made.len() == 10 && made.iter().all(|call| reads.split(' ').any(|read| read == *call)),
        "{made:?}"
    );
    sim.shutdown().await;
}

/// Every name is that address.
struct Named(std::net::IpAddr);

impl Names for Named {
    fn look_up(&self, _: String) -> LookUp {
        let address = self.0;
        Box::pin(async move { Ok(vec![address]) })
    }
}

#[tokio::test]
async fn a_reference_that_leads_to_the_link_or_to_a_clouds_secrets_is_not_asked() {
    let pages = Pages::naming_streams().await;
    let reference = |address: &str| {
        ServiceRef::parse(&format!("4097:0:1:0:0:0:0:0:0:0:{}:", address.replace(':', "%3a"))).unwrap()
    };
    let open = async |client: &Client, address: &str| client.open(&reference(address), |_| {}).await.err();
    let client = pages.client();
    for (address, why) in [
        ("http://169.254.1.1/x.ts", Refusal::LinkLocal),
        // This one would be read by hand.
        ("http://169.254.1.1:8001/x.ts", Refusal::LinkLocal),
        ("http://0xa9fea9fe:8001/x.ts", Refusal::Metadata),
        ("http://[fe80::1]/x.ts", Refusal::LinkLocal),
        ("rtsp://127.0.0.1/x.ts", Refusal::Scheme),
    ] {
        let fault = open(&client, address).await;
        assert!(matches!(fault, Some(Fault::NotAsked(is)) if is == why), "{address}: {fault:?}");
    }
    // By their names, and of those that send on to it.
    let way = Outgoing::with_names(Reach::Home, Arc::new(Named([169, 254, 169, 254].into())));
    let named = Client::over(way, Settings::clone(&client.settings), Clock::start()).unwrap();
    let (moving, sending) = (
        Pages::open(|_| ("302 Found\r\nLocation: http://169.254.169.254/latest/".into(), String::new()))
            .await,
        Pages::open(|_| ("302 Found\r\nLocation: http://name.example/".into(), String::new())).await,
    );
    for address in [
        "http://name.example/x.ts",
        "http://name.example:8001/x.ts",
        moving.url.as_str(),
        sending.url.as_str(),
    ] {
        let fault = open(&named, address).await;
        assert!(matches!(fault, Some(Fault::NotAsked(Refusal::Metadata))), "{address}: {fault:?}");
    }
    assert_eq!((moving.asked(), sending.asked()), (1, 1));
}

#[tokio::test]
async fn a_receiver_whose_name_has_become_another_machines_is_not_asked_and_has_not_failed() {
    let pages = Pages::naming_streams().await;
    let mut settings = Settings::clone(&pages.client().settings);
    settings.url.set_host(Some("box.example")).unwrap();
    let way = Outgoing::with_names(Reach::Home, Arc::new(Named([169, 254, 169, 254].into())));
    let client = Client::over(way, settings, Clock::start()).unwrap();
    assert_eq!(client.about().await, Err(Trouble::NotAsked(Refusal::Metadata)));
    assert_eq!(client.answers(), Answers::default(), "it has neither answered nor failed");
    let fault = client.open(&service(1), |_| {}).await.err();
    assert!(matches!(fault, Some(Fault::NotAsked(Refusal::Metadata))), "{fault:?}");
    assert_eq!(pages.asked(), 0);
}
