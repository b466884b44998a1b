//! Interfaces of this machine, and the sockets on them that broadcasts and a group's datagrams come to. IPv4 alone: programs that look for
//! network tuners speak it.

use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};
use tokio::net::{TcpListener, UdpSocket};

/// A configuration that names this means all interfaces but the one to oneself.
const ALL: &str = "all";
/// Datagrams to a group go so many routers far (UPnP Device Architecture 1.1 §1.1.1).
const HOPS: u32 = 2;

/// Addresses of the interfaces that `wanted` names, by name, by address, or as [`ALL`]; in order, each once. What is not there has none.
pub fn addresses(wanted: &[String]) -> io::Result<Vec<Ipv4Addr>> {
    let mut found = Vec::new();
    for interface in if_addrs::get_if_addrs()? {
        let IpAddr::V4(address) = interface.ip() else { continue };
        let is_meant = |name: &String| {
            *name == interface.name
                || name.parse() == Ok(address)
                || (name == ALL && !interface.is_loopback())
        };
        if wanted.iter().any(is_meant) {
            found.push(address);
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The address of ours from which `to` is spoken to; nothing is sent.
pub fn towards(to: SocketAddr) -> io::Result<IpAddr> {
    let probe = std::net::UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    probe.connect(to)?;
    Ok(probe.local_addr()?.ip())
}

/// A socket that datagrams to all of our addresses come to, and broadcasts.
pub fn everywhere(port: u16) -> io::Result<UdpSocket> {
    let socket = std::net::UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port))?;
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket)
}

/// What connections to that address of ours come to.
pub fn listener(at: SocketAddr) -> io::Result<TcpListener> {
    let listener = std::net::TcpListener::bind(at)?;
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}

/// A socket that the datagrams to `group` come to, on the interfaces with these addresses. Other programs may have one as well.
pub fn of_group(group: SocketAddrV4, places: &[Ipv4Addr]) -> io::Result<UdpSocket> {
    let socket = shared()?;
    socket.bind(&SocketAddr::from(group).into())?;
    for place in places {
        socket.join_multicast_v4(group.ip(), place)?;
    }
    UdpSocket::from_std(socket.into())
}

/// A socket at that address of ours, from which groups are spoken to on its interface alone. Other programs may have one as well.
pub fn at(place: SocketAddrV4) -> io::Result<UdpSocket> {
    let socket = shared()?;
    socket.bind(&SocketAddr::from(place).into())?;
    socket.set_multicast_if_v4(place.ip())?;
    socket.set_multicast_ttl_v4(HOPS)?;
    UdpSocket::from_std(socket.into())
}

fn shared() -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interface_is_found_by_its_name_and_by_its_address() {
        let of = |wanted: &[&str]| {
            let wanted: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
            addresses(&wanted).expect("there are interfaces")
        };
        let here = Ipv4Addr::LOCALHOST;
        assert_eq!(of(&["127.0.0.1"]), [here]);
        assert!(of(&["lo", "127.0.0.1"]).contains(&here) || cfg!(not(target_os = "linux")));
        assert!(of(&[]).is_empty() && of(&["no such one", "192.0.2.1"]).is_empty());
        assert!(!of(&["all"]).contains(&here), "oneself is nobody's network");
    }

    #[test]
    fn oneself_is_spoken_to_from_oneself() {
        let there = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
        assert_eq!(towards(there).expect("a way"), IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
}
