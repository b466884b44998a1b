//! Connections of each network at once: whoever opens thousands takes nobody else's.

use super::doorman::network;
use super::rate::RateLimits;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// All that are taken. Cheap to clone. As many entries as there are connections, at most.
#[derive(Clone, Default)]
pub struct Seats(Arc<Mutex<HashMap<IpAddr, usize>>>);

impl Seats {
    fn taken(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A seat for a connection from `address`; `None`: its network has as many as it may. `is_proxy`: it speaks for others, who are counted
    /// by what they ask.
    pub fn take(&self, address: IpAddr, is_proxy: bool, rates: &RateLimits) -> Option<Seat> {
        let network = network(address);
        let bound = !is_proxy && rates.bind(address);
        let mut taken = self.taken();
        let count = taken.entry(network).or_default();
        if bound && *count >= rates.connections {
            return None;
        }
        *count += 1;
        Some(Seat { seats: self.clone(), network })
    }
}

/// A connection's right to be there.
pub struct Seat {
    seats: Seats,
    network: IpAddr,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        if let Some(count) = taken.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.network);
            }
        }
    }
}

/// What a connection is told that gets no seat, before it is closed.
pub const NO_SEAT: &[u8] =
    b"HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: 5\r\n\r\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_its_seats_and_takes_no_others() {
        let (seats, rates) = (Seats::default(), RateLimits { connections: 2, ..RateLimits::default() });
        let from = |text: &str| text.parse::<IpAddr>().expect(text);
        let take = |text: &str| seats.take(from(text), false, &rates);
        let (one, two) = (take("2001:db8::1"), take("2001:db8::2"));
        assert!(one.is_some() && two.is_some() && take("2001:db8::3").is_none(), "one /64 is one household");
        assert!(take("2001:db8:0:1::1").is_some() && take("192.0.2.1").is_some());
        assert!(seats.take(from("2001:db8::3"), true, &rates).is_some(), "a proxy speaks for many");
        drop(one);
        assert!(take("2001:db8::3").is_some(), "given back");
        drop(two);
        assert!(seats.taken().is_empty(), "nothing is left behind");
    }
}
