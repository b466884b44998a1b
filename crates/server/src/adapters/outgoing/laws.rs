//! What is judged is what is connected to: however it is written, whatever a name says the next time, wherever one is sent on to.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use metrics_exporter_prometheus::PrometheusBuilder;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const METADATA: &str = "169.254.169.254";

/// Names that are something else each time; the last answer stays.
struct Changing {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl Changing {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parsed = |answer: &&[&str]| answer.iter().map(|text| text.parse().unwrap()).collect();
        let answers = answers.iter().map(parsed).collect();
        Arc::new(Self { answers: Mutex::new(answers), asked: AtomicUsize::new(0) })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Names for Changing {
    fn look_up(&self, _: String) -> LookUp {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        Box::pin(async move { Ok(answer.unwrap_or_default()) })
    }
}

/// A server on all of this machine's addresses that says `reply` to whoever asks; the port, and how many have come.
async fn server(reply: String) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let come = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&come);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            let reply = reply.clone();
            tokio::spawn(async move {
                let mut head = Vec::new();
                while memchr::memmem::find(&head, b"\r\n\r\n").is_none() {
                    if socket.read_buf(&mut head).await.unwrap_or(0) == 0 {
                        return;
                    }
                }
                let _ = socket.write_all(reply.as_bytes()).await;
            });
        }
    });
    (port, come)
}

fn moved(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

const FINE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

async fn why(client: &reqwest::Client, url: &str) -> Option<Refusal> {
    client.get(url).send().await.err().as_ref().and_then(refusal)
}

#[tokio::test]
async fn an_answer_that_is_another_the_next_time_leads_nowhere_else() {
    let (port, come) = server(FINE.into()).await;
    let url = Url::parse(&format!("http://box.example:{port}/")).unwrap();
    for by_hand in [true, false] {
        let names = Changing::new(&[&["127.0.0.1"], &[METADATA]]);
        let way = Outgoing::with_names(Reach::Home, names.clone());
        let client = way.client(0, None).unwrap();
        let before = come.load(Ordering::Relaxed);
        if by_hand {
            let socket = way.connect(&url).await.unwrap();
            assert_eq!(socket.peer_addr().unwrap(), SocketAddr::from(([127, 0, 0, 1], port)));
        } else {
            assert_eq!(client.get(url.clone()).send().await.unwrap().status().as_u16(), 200);
        }
        assert_eq!(names.asked(), 1, "the address that was judged is the one that is connected to");
        let second = if by_hand {
            match way.connect(&url).await {
                Err(Trouble::Refused(refusal)) => Some(refusal),
                other => panic!("{other:?}"),
            }
        } else {
            why(&client, url.as_str()).await
        };
        assert_eq!((second, names.asked()), (Some(Refusal::Metadata), 2));
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(come.load(Ordering::Relaxed), before + 1, "nobody was asked the second time");
    }
}

#[tokio::test]
async fn of_a_names_addresses_only_those_that_may_be_asked_are() {
    let (port, _) = server(FINE.into()).await;
    let url = Url::parse(&format!("http://box.local:{port}/")).unwrap();
    let names = Changing::new(&[&["fe80::1", METADATA, "127.0.0.1"]]);
    let way = Outgoing::with_names(Reach::Home, names);
    assert_eq!(way.addresses(&url).await.unwrap(), [SocketAddr::from(([127, 0, 0, 1], port))]);
    assert!(way.client(0, None).unwrap().get(url).send().await.is_ok());
}

#[tokio::test]
async fn a_redirect_is_judged_like_what_was_typed() {
    let (last, _) = server(FINE.into()).await;
    let home = Outgoing::new(Reach::Home).client(3, None).unwrap();
    for (to, refused) in [
        (format!("http://{METADATA}/latest/meta-data/"), Some(Refusal::Metadata)),
        ("http://2852039166/".into(), Some(Refusal::Metadata)),
        ("http://0xA9FEA9FE/".into(), Some(Refusal::Metadata)),
        ("http://0251.0376.0251.0376/".into(), Some(Refusal::Metadata)),
        ("http://[::ffff:169.254.169.254]/".into(), Some(Refusal::Metadata)),
        ("http://[64:ff9b::a9fe:a9fe]/".into(), Some(Refusal::Metadata)),
        ("//169.254.1.1/x".into(), Some(Refusal::LinkLocal)),
        ("http://a:b@[fe80::1]:8080/".into(), Some(Refusal::LinkLocal)),
        ("http://0.0.0.0/".into(), Some(Refusal::Unspecified)),
        ("ftp://127.0.0.1/".into(), Some(Refusal::Scheme)),
        ("gopher://127.0.0.1/_x".into(), Some(Refusal::Scheme)),
        (format!("http://127.0.0.1:{last}/"), None),
    ] {
        let (port, come) = server(moved(&to)).await;
        let answer = home.get(format!("http://127.0.0.1:{port}/")).send().await;
        assert_eq!(come.load(Ordering::Relaxed), 1);
        match (answer, refused) {
            (Ok(answer), None) => assert_eq!(answer.status().as_u16(), 200, "{to}"),
            (Err(error), Some(refused)) => {
                assert_eq!(refusal(&error), Some(refused), "{to}: {error:?}");
            }
            (answer, _) => panic!("{to}: {answer:?}"),
        }
    }
    let (port, come) = server(moved("/again")).await;
    assert_eq!(why(&home, &format!("http://127.0.0.1:{port}/")).await, Some(Refusal::Redirects));
    assert_eq!(come.load(Ordering::Relaxed), 4, "what was asked for, and three more");
}

#[tokio::test]
async fn the_world_is_not_this_house() {
    let (port, come) = server(FINE.into()).await;
    let world = client(Reach::World, 3, None).unwrap();
    for host in ["127.0.0.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]"] {
        let url = format!("http://{host}:{port}/");
        assert_eq!(why(&world, &url).await, Some(Refusal::Loopback), "{host}");
    }
    let names = Changing::new(&[&["127.0.0.1"]]);
    let way = Outgoing::with_names(Reach::World, names);
    let named = format!("http://example.com:{port}/");
    assert_eq!(why(&way.client(0, None).unwrap(), &named).await, Some(Refusal::Loopback));
    assert!(matches!(
        way.connect(&Url::parse(&named).unwrap()).await,
        Err(Trouble::Refused(Refusal::Loopback))
    ));
    assert_eq!(come.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn what_is_refused_is_counted_once_by_its_reason() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let figures = recorder.handle();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let home = client(Reach::Home, 0, None).unwrap();
    assert_eq!(why(&home, "http://169.254.1.1/").await, Some(Refusal::LinkLocal));
    let text = figures.render();
    assert!(text.contains("telecast_outgoing_refused_total{reason=\"link_local\"} 1"), "{text}");
}

/// Ways to write an address of IPv4 as the host of a URL.
fn spelled(address: Ipv4Addr, how: u8) -> String {
    let [a, b, c, d] = address.octets();
    let number = u32::from(address);
    match how {
        0 => address.to_string(),
        1 => number.to_string(),
        2 => format!("0x{number:x}"),
        3 => format!("0{number:o}"),
        4 => format!("0{a:o}.0x{b:X}.{c}.0{d:o}"),
        5 => format!("{a}.{}", number & 0xff_ffff),
        6 => format!("{a}.{b}.{}", number & 0xffff),
        7 => format!("{address}."),
        8 => format!("[::ffff:{address}]"),
        9 => format!("[{}]", Ipv6Addr::from(0xffff_0000_0000 | u128::from(number))),
        10 => address.to_string().bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat(),
        // Digits of full width: names are brought to their common form first (UTS 46).
        11 => address.to_string().replace('1', "１").replace('2', "２"),
        _ => format!("anna:pass%40word@{address}"),
    }
}

const SPELLINGS: u8 = 13;

/// Nobody is asked about what is no name.
struct NoNames;

impl Names for NoNames {
    fn look_up(&self, name: String) -> LookUp {
        panic!("{name} was taken for a name");
    }
}

proptest! {
    #[test]
    fn an_address_is_judged_by_what_it_is_however_it_is_written(
        bits in prop_oneof![any::<u32>(), 0xA9FE_0000..=0xA9FE_FFFF_u32, 0x7F00_0000..=0x7F00_FFFF_u32],
        how in 0..SPELLINGS,
        near in any::<bool>(),
    ) {
        let address = Ipv4Addr::from(bits);
        let reach = if near { Reach::Home } else { Reach::World };
        let url = Url::parse(&format!("http://{}:8001/x", spelled(address, how))).unwrap();
        let judged = judge(address.into(), reach);
        prop_assert_eq!(written(&url, reach).map(drop), judged, "{}", url);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let found = runtime.block_on(Outgoing::with_names(reach, Arc::new(NoNames)).addresses(&url));
        match (found, judged) {
            (Ok(found), Ok(())) => {
                let found: Vec<_> = found.iter().map(|found| (found.ip().to_canonical(), found.port())).collect();
                prop_assert_eq!(found, [(IpAddr::V4(address), 8001)]);
            }
            (Err(Trouble::Refused(why)), Err(because)) => prop_assert_eq!(why, because),
            (found, judged) => prop_assert!(false, "{:?} although {:?}", found, judged),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_was_judged_is_where_the_connection_goes(low in 1..0x00FF_FFFE_u32, how in 0..SPELLINGS) {
        let address = Ipv4Addr::from(0x7F00_0000 | low);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
            let port = listener.local_addr().unwrap().port();
            let url = Url::parse(&format!("http://{}:{port}/", spelled(address, how))).unwrap();
            let way = Outgoing::with_names(Reach::Home, Arc::new(NoNames));
            let _socket = way.connect(&url).await.unwrap();
            let here = |accepted: (TcpStream, SocketAddr)| accepted.0.local_addr().unwrap().ip();
            assert_eq!(here(listener.accept().await.unwrap()), IpAddr::V4(address), "{url}");
            let client = way.client(0, None).unwrap();
            let asking = tokio::spawn(async move { client.get(url).send().await.is_ok() });
            assert_eq!(here(listener.accept().await.unwrap()), IpAddr::V4(address));
            asking.abort();
        });
    }
}
