//! Fields of a request that say who asks. Laws: nobody but a named proxy speaks for others; what a client has put before what the first proxy says is
//! not believed; a token counts before a cookie.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use telecast_server::config::Network;
use telecast_server::web::caller::Caller;
use telecast_server::web::guard::{Credential, credential, sign_in};

/// See the module. The first byte says who connects and whether by TLS, each line after it is a field.
pub fn run(bytes: &[u8]) {
    let Some((how, rest)) = bytes.split_first() else { return };
    let peers: [IpAddr; 4] =
        [[127, 0, 0, 1].into(), [10, 1, 2, 3].into(), [192, 0, 2, 9].into(), IpAddr::from([0_u16; 8])];
    let (peer, is_tls) = (peers[usize::from(how & 3)], how & 4 != 0);
    let headers = fields(rest);
    let alone = Caller::of(peer, is_tls, &headers, &[]);
    assert_eq!((alone.address, alone.is_https), (peer, is_tls));
    let proxies: Vec<Network> =
        ["127.0.0.0/8", "10.1.0.0/16", "::/64"].iter().filter_map(|text| Network::parse(text)).collect();
    let caller = Caller::of(peer, is_tls, &headers, &proxies);
    assert_eq!(caller.is_direct, alone.is_direct);
    let is_proxy = |address| Caller::is_proxy(address, &proxies);
    if !is_proxy(peer) {
        assert_eq!(caller, alone);
    }
    if !is_proxy(caller.address) {
        let mut forged = HeaderMap::new();
        forged.append("x-forwarded-for", HeaderValue::from_static("6.6.6.6, 127.0.0.1"));
        for (name, value) in &headers {
            forged.append(name, value.clone());
        }
        assert_eq!(Caller::of(peer, is_tls, &forged, &proxies).address, caller.address);
    }
    let shown = credential(&headers);
    match shown {
        Some(Credential::Token(_)) => assert!(headers.contains_key(header::AUTHORIZATION)),
        other => assert_eq!(other, sign_in(&headers)),
    }
}

fn fields(bytes: &[u8]) -> HeaderMap {
    let lines = bytes.split(|byte| *byte == b'\n').filter_map(|line| {
        let at = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..at]).ok()?;
        Some((name, HeaderValue::from_bytes(line[at + 1..].trim_ascii()).ok()?))
    });
    let mut map = HeaderMap::new();
    for (name, value) in lines.take(100) {
        map.append(name, value);
    }
    map
}
