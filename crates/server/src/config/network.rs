//! Networks in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3), as configuration names them: `192.168.1.0/24`, `fd00::/8`, `::1`.

use std::net::IpAddr;

/// A network: an address and how many of its leading bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    bits: u128,
    mask: u128,
    v4: bool,
}

impl Network {
    /// Reads one; an address alone is a network of one. `None`: it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.trim().parse().ok()?;
        let (bits, width) = bits(address);
        let length = length.unwrap_or(width);
        if length > width {
            return None;
        }
        // Bits count from the left of the address; a shift by the full width is no shift at all in Rust.
        let mask = u128::MAX.checked_shl(width - length).unwrap_or(0);
        Some(Self { bits: bits & mask, mask, v4: width == 32 })
    }

    /// Whether the address is in it. An IPv4 address that came through an IPv6 socket counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (bits, width) = bits(address);
        (width == 32) == self.v4 && bits & self.mask == self.bits
    }
}

fn bits(address: IpAddr) -> (u128, u32) {
    match address.to_canonical() {
        IpAddr::V4(v4) => (u128::from(u32::from(v4)), 32),
        IpAddr::V6(v6) => (u128::from(v6), 128),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_their_own_addresses_and_no_others() {
        for (network, inside, outside) in [
            ("192.168.1.0/24", "192.168.1.255", "192.168.2.0"),
            ("192.168.1.77/24", "192.168.1.1", "192.168.0.255"),
            ("10.0.0.1", "10.0.0.1", "10.0.0.2"),
            ("10.0.0.1", "::ffff:10.0.0.1", "::10.0.0.1"),
            ("0.0.0.0/0", "203.0.113.9", "::1"),
            ("::/0", "fd00::1", "127.0.0.1"),
            ("fd00::/8", "fdff::1", "fe80::1"),
            ("::1/128", "::1", "::2"),
        ] {
            let read = Network::parse(network).expect(network);
            let holds = |address: &str| read.contains(address.parse().expect(address));
            assert_eq!((holds(inside), holds(outside)), (true, false), "{network}");
        }
        for wrong in ["", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/", "10.0.0.0/-1", "example.com"] {
            assert_eq!(Network::parse(wrong), None, "{wrong}");
        }
    }
}
