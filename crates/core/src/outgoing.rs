//! Where the station may connect to when somebody has typed the address: receivers and the streams that they name, later lists, logos, webhooks and providers.
//!
//! Judged is the address that a connection would go to, never its spelling: names are resolved and texts parsed by whoever connects, and what
//! comes of it is asked here. Forms of IPv6 that carry an IPv4 address are judged by what they carry. Home networks are no secret to
//! whoever may add a receiver, so [`Reach::Home`] holds them; what lies on the link alone, or tells a machine of a cloud its
//! passwords, nobody has a reason to ask. A network's own NAT64 prefix (RFC 6052 §2.2) cannot be known here: what it leads to is judged as the
//! global address that it looks like.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// This machine, its private networks, and the internet: receivers, lists, logos.
    Home,
    /// The internet alone.
    World,
}

/// Why an address is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Something else than HTTP.
    Scheme,
    /// No host is named.
    NoHost,
    /// `0.0.0.0/8`, `::`.
    Unspecified,
    /// This machine, where only the internet is asked.
    Loopback,
    /// A private network, where only the internet is asked.
    Private,
    /// `169.254.0.0/16`, `fe80::/10`.
    LinkLocal,
    /// What tells the machines of a cloud about themselves, passwords included.
    Metadata,
    /// Nobody in particular.
    Multicast,
    /// Everybody.
    Broadcast,
    /// Given to nobody, or for documentation and measuring alone.
    Reserved,
    /// It sends on from one to the next without end.
    Redirects,
    /// It sends on from HTTPS to plain HTTP.
    Downgrade,
}

impl Refusal {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Scheme,
        Self::NoHost,
        Self::Unspecified,
        Self::Loopback,
        Self::Private,
        Self::LinkLocal,
        Self::Metadata,
        Self::Multicast,
        Self::Broadcast,
        Self::Reserved,
        Self::Redirects,
        Self::Downgrade,
    ];

    /// Stable code.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scheme => "scheme",
            Self::NoHost => "no_host",
            Self::Unspecified => "unspecified",
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::LinkLocal => "link_local",
            Self::Metadata => "metadata",
            Self::Multicast => "multicast",
            Self::Broadcast => "broadcast",
            Self::Reserved => "reserved",
            Self::Redirects => "redirects",
            Self::Downgrade => "downgrade",
        }
    }
}

impl fmt::Display for Refusal {
    /// Goes on after "this address is not asked: ".
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Scheme => "it must begin with http:// or https://",
            Self::NoHost => "it names no host",
            Self::Unspecified => "it leads to no machine in particular (0.0.0.0 or ::)",
            Self::Loopback => "it leads to this machine itself",
            Self::Private => "it leads into a private network",
            Self::LinkLocal => {
                "it is a link-local one (169.254.x.x or fe80::); give the machine a fixed address"
            }
            Self::Metadata => "it leads to the metadata of a cloud's machine",
            Self::Multicast => "it is one of a group (multicast)",
            Self::Broadcast => "it leads to everybody (broadcast)",
            Self::Reserved => "it is reserved and belongs to nobody",
            Self::Redirects => "it sends on too often",
            Self::Downgrade => "it sends on from https:// to http://",
        })
    }
}

impl std::error::Error for Refusal {}

/// Where machines of clouds ask about themselves, but for what is link-local anyway: Alibaba, Oracle, Azure.
const METADATA_V4: [Ipv4Addr; 3] =
    [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(192, 0, 0, 192), Ipv4Addr::new(168, 63, 129, 16)];

/// The same of IPv6: Amazon (instances, pods), Google, Scaleway.
const METADATA_V6: [Ipv6Addr; 4] = [
    Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254),
    Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0023),
    Ipv6Addr::new(0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254),
    Ipv6Addr::new(0xfd00, 0x0042, 0, 0, 0, 0, 0, 0x0042),
];

/// Whether that scheme is spoken.
///
/// # Errors
/// It is not.
pub fn scheme(scheme: &str) -> Result<(), Refusal> {
    if matches!(scheme, "http" | "https") { Ok(()) } else { Err(Refusal::Scheme) }
}

/// Whether a connection may go to `address`.
///
/// # Errors
/// It may not.
pub fn judge(address: IpAddr, reach: Reach) -> Result<(), Refusal> {
    match kind(carried(address)) {
        Kind::Global => Ok(()),
        Kind::Near(_) if reach == Reach::Home => Ok(()),
        Kind::Near(refusal) | Kind::Never(refusal) => Err(refusal),
    }
}

/// What an address is for.
enum Kind {
    Global,
    /// For [`Reach::Home`] alone.
    Near(Refusal),
    Never(Refusal),
}

fn kind(address: IpAddr) -> Kind {
    match address {
        IpAddr::V4(v4) => kind_v4(v4),
        IpAddr::V6(v6) => kind_v6(v6),
    }
}

/// By the registry of special addresses (RFC 6890 and its successors).
fn kind_v4(address: Ipv4Addr) -> Kind {
    if METADATA_V4.contains(&address) {
        return Kind::Never(Refusal::Metadata);
    }
    match address.octets() {
        [0, ..] => Kind::Never(Refusal::Unspecified),
        [127, ..] => Kind::Near(Refusal::Loopback),
        // The last: shared addresses (RFC 6598), which overlay networks of a household use.
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Kind::Near(Refusal::Private),
        [169, 254, 169, 254] => Kind::Never(Refusal::Metadata),
        [169, 254, ..] => Kind::Never(Refusal::LinkLocal),
        [224..=239, ..] => Kind::Never(Refusal::Multicast),
        [255, 255, 255, 255] => Kind::Never(Refusal::Broadcast),
        // Protocols, documentation, relays of 6to4, measuring, and what is kept for later.
        [192, 0, 0 | 2, _]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [240..=255, ..] => Kind::Never(Refusal::Reserved),
        _ => Kind::Global,
    }
}

fn kind_v6(address: Ipv6Addr) -> Kind {
    if METADATA_V6.contains(&address) {
        return Kind::Never(Refusal::Metadata);
    }
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Kind::Never(Refusal::Unspecified),
        [0, 0, 0, 0, 0, 0, 0, 1] => Kind::Near(Refusal::Loopback),
        [0xfc00..=0xfdff, ..] => Kind::Near(Refusal::Private),
        [0xfe80..=0xfebf, ..] => Kind::Never(Refusal::LinkLocal),
        [0xff00..=0xffff, ..] => Kind::Never(Refusal::Multicast),
        // Protocols (Teredo is one), documentation.
        [0x2001, 0..=0x01ff | 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => Kind::Never(Refusal::Reserved),
        [0x2000..=0x3fff, ..] => Kind::Global,
        _ => Kind::Never(Refusal::Reserved),
    }
}

/// The IPv4 address that one of IPv6 stands for, if it does: mapped and compatible (RFC 4291 §2.5.5), translated (RFC 2765 §2.1), NAT64's
/// well-known prefix (RFC 6052 §2.1), 6to4 (RFC 3056 §2).
pub fn carried(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        IpAddr::V4(Ipv4Addr::new(a, b, c, d))
    };
    match v6.segments() {
        // The two that are IPv6's own.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => address,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x0064, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => v4(high, low),
        _ => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, home: Option<Refusal>, world: Option<Refusal>) {
        let parsed: IpAddr = address.parse().expect(address);
        assert_eq!(judge(parsed, Reach::Home).err(), home, "{address} from home");
        assert_eq!(judge(parsed, Reach::World).err(), world, "{address} from the world");
    }

    #[test]
    fn the_internet_is_asked_by_all() {
        for address in [
            "8.8.8.8",
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "169.253.1.1",
            "192.0.1.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2002:808:808::1",
        ] {
            check(address, None, None);
        }
    }

    #[test]
    fn what_is_near_is_asked_at_home_alone() {
        for (address, why) in [
            ("127.0.0.1", Refusal::Loopback),
            ("127.255.255.254", Refusal::Loopback),
            ("::1", Refusal::Loopback),
            ("10.0.0.1", Refusal::Private),
            ("172.16.0.1", Refusal::Private),
            ("172.31.255.255", Refusal::Private),
            ("192.168.1.20", Refusal::Private),
            ("100.64.0.1", Refusal::Private),
            ("fc00::1", Refusal::Private),
            ("fdff::1", Refusal::Private),
            ("::ffff:127.0.0.1", Refusal::Loopback),
            ("::10.0.0.1", Refusal::Private),
            ("64:ff9b::c0a8:101", Refusal::Private),
            ("2002:7f00:1::", Refusal::Loopback),
        ] {
            check(address, None, Some(why));
        }
    }

    #[test]
    fn what_nobody_has_a_reason_to_ask_is_asked_by_nobody() {
        for (address, why) in [
            ("0.0.0.0", Refusal::Unspecified),
            ("0.1.2.3", Refusal::Unspecified),
            ("::", Refusal::Unspecified),
            ("169.254.0.1", Refusal::LinkLocal),
            ("169.254.169.253", Refusal::LinkLocal),
            ("169.254.169.254", Refusal::Metadata),
            ("100.100.100.200", Refusal::Metadata),
            ("192.0.0.192", Refusal::Metadata),
            ("168.63.129.16", Refusal::Metadata),
            ("fd00:ec2::254", Refusal::Metadata),
            ("fd00:ec2::23", Refusal::Metadata),
            ("fd20:ce::254", Refusal::Metadata),
            ("fd00:42::42", Refusal::Metadata),
            ("fe80::1", Refusal::LinkLocal),
            ("febf::1", Refusal::LinkLocal),
            ("224.0.0.1", Refusal::Multicast),
            ("239.255.255.250", Refusal::Multicast),
            ("ff02::1", Refusal::Multicast),
            ("255.255.255.255", Refusal::Broadcast),
            ("240.0.0.1", Refusal::Reserved),
            ("192.0.0.1", Refusal::Reserved),
            ("192.0.2.1", Refusal::Reserved),
            ("198.51.100.1", Refusal::Reserved),
            ("203.0.113.1", Refusal::Reserved),
            ("198.18.0.1", Refusal::Reserved),
            ("192.88.99.1", Refusal::Reserved),
            ("fec0::1", Refusal::Reserved),
            ("2001:db8::1", Refusal::Reserved),
            ("2001::1", Refusal::Reserved),
            ("3fff:fff::1", Refusal::Reserved),
            ("100::1", Refusal::Reserved),
            ("64:ff9b:1::a9fe:a9fe", Refusal::Reserved),
            ("4000::1", Refusal::Reserved),
            // In all the clothes that it has.
            ("::ffff:169.254.169.254", Refusal::Metadata),
            ("::169.254.169.254", Refusal::Metadata),
            ("::ffff:0:169.254.169.254", Refusal::Metadata),
            ("64:ff9b::a9fe:a9fe", Refusal::Metadata),
            ("2002:a9fe:a9fe::1", Refusal::Metadata),
            ("2002:a9fe:101::", Refusal::LinkLocal),
            ("::ffff:0.0.0.0", Refusal::Unspecified),
        ] {
            check(address, Some(why), Some(why));
        }
    }

    #[test]
    fn nothing_but_http_is_spoken() {
        assert!(scheme("http").is_ok() && scheme("https").is_ok());
        for other in ["ftp", "file", "gopher", "HTTP", "", "rtsp"] {
            assert_eq!(scheme(other), Err(Refusal::Scheme), "{other}");
        }
    }

    #[test]
    fn every_refusal_has_a_code_and_words_of_its_own() {
        let codes: std::collections::BTreeSet<_> =
            Refusal::ALL.iter().map(|refusal| refusal.name()).collect();
        let words: std::collections::BTreeSet<_> = Refusal::ALL.iter().map(ToString::to_string).collect();
        assert_eq!((codes.len(), words.len()), (Refusal::ALL.len(), Refusal::ALL.len()));
    }
}
