//! Who asks: the address behind a connection, and whether the way from there is encrypted.
//!
//! Forwarding headers (`X-Forwarded-For`, `X-Forwarded-Proto`) count only from proxies that the configuration names. From anybody else they
//! change nothing but that the request does not count as direct any more: whoever speaks for others is nobody's neighbour.

use crate::config::Network;
use axum::http::HeaderMap;
use std::net::IpAddr;

/// Headers by which a proxy says that it asks for somebody else.
const FORWARDED: [&str; 3] = ["forwarded", "x-forwarded-for", "x-real-ip"];

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Address of whoever asks.
    pub address: IpAddr,
    /// It asks for itself.
    pub is_direct: bool,
    /// The way from there to here, or to the proxy in front, is HTTPS.
    pub is_https: bool,
}

impl Caller {
    /// Who asks over a connection from `peer`; `proxies` are believed.
    pub fn of(peer: IpAddr, is_tls: bool, headers: &HeaderMap, proxies: &[Network]) -> Self {
        let is_proxy = |address: IpAddr| Self::is_proxy(address, proxies);
        let forwarded = FORWARDED.iter().any(|name| headers.contains_key(*name));
        if !is_proxy(peer) {
            return Self { address: peer, is_direct: !forwarded, is_https: is_tls };
        }
        // Each proxy appends who asked it; from the right, all are known to be true up to the first that is no proxy of ours.
        let said = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let said: Vec<&str> = said.flat_map(|value| value.split(',')).collect();
        let mut address = peer;
        for one in said.iter().rev() {
            let Some(parsed) = parse(one) else { break };
            address = parsed;
            if !is_proxy(parsed) {
                break;
            }
        }
        let proto = headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok());
        let proto = proto.and_then(|value| value.rsplit(',').next()).map(str::trim);
        Self { address, is_direct: !forwarded, is_https: proto.map_or(is_tls, |proto| proto == "https") }
    }

    /// Whether `peer` is one of `proxies`.
    pub fn is_proxy(peer: IpAddr, proxies: &[Network]) -> bool {
        proxies.iter().any(|network| network.contains(peer))
    }
}

/// An address as proxies write it: with or without a port, IPv6 with or without brackets.
fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare =
        text.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(text, |(address, _)| address);
    bare.parse().ok().or_else(|| text.parse().ok().map(|address: std::net::SocketAddr| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn caller(
        peer: &str,
        proxies: &[&str],
        headers: &[(&'static str, &'static str)],
    ) -> (String, bool, bool) {
        let proxies: Vec<Network> = proxies.iter().filter_map(|text| Network::parse(text)).collect();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let caller = Caller::of(peer.parse().expect(peer), false, &map, &proxies);
        (caller.address.to_string(), caller.is_direct, caller.is_https)
    }

    #[test]
    fn only_proxies_that_are_named_speak_for_others() {
        let here = |address: &str| (address.to_owned(), true, false);
        let there = |address: &str| (address.to_owned(), false, false);
        assert_eq!(caller("127.0.0.1", &[], &[]), here("127.0.0.1"));
        assert_eq!(caller("::1", &[], &[]), here("::1"));
        let forged = ("x-forwarded-for", "127.0.0.1");
        assert_eq!(caller("127.0.0.1", &[], &[forged]), there("127.0.0.1"), "it speaks for others");
        assert_eq!(caller("10.0.0.9", &[], &[forged, ("x-forwarded-proto", "https")]), there("10.0.0.9"));
        let proxies = ["127.0.0.0/8", "10.1.0.0/16"];
        assert_eq!(caller("127.0.0.1", &proxies, &[("x-forwarded-for", "192.0.2.7")]), there("192.0.2.7"));
        let chain = ("x-forwarded-for", "6.6.6.6, 192.0.2.7, 10.1.2.3");
        assert_eq!(
            caller("127.0.0.1", &proxies, &[chain]),
            there("192.0.2.7"),
            "what a client has put before it is not believed"
        );
        assert_eq!(
            caller(
                "127.0.0.1",
                &proxies,
                &[("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "[2001:db8::1]:443")]
            ),
            there("2001:db8::1")
        );
        assert_eq!(
            caller("127.0.0.1", &proxies, &[("x-forwarded-for", "192.0.2.7, rubbish")]),
            there("127.0.0.1")
        );
        let https = [("x-forwarded-for", "192.0.2.7:9"), ("x-forwarded-proto", "https")];
        assert_eq!(caller("10.1.0.1", &proxies, &https), ("192.0.2.7".into(), false, true));
    }
}
