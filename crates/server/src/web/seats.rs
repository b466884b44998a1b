//! Places for each network at once, at the door (connections) and for bodies that are being read: whoever takes thousands takes nobody else's.

use super::caller::Caller;
use super::doorman::network;
use super::problem::Problem;
use super::rate::RateLimits;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use telecast_core::error::Kind;
use telecast_core::limits;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// All that are taken. Cheap to clone. As many entries as there are connections, at most.
#[derive(Clone, Default)]
pub struct Seats(Arc<Mutex<HashMap<IpAddr, usize>>>);

impl Seats {
    fn taken(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A seat for `address`; `None`: its network has `most` already.
    pub fn take(&self, address: IpAddr, most: Option<usize>) -> Option<Seat> {
        let network = network(address);
        let mut taken = self.taken();
        let count = taken.entry(network).or_default();
        if most.is_some_and(|most| *count >= most) {
            return None;
        }
        *count += 1;
        Some(Seat { seats: self.clone(), network })
    }
}

/// The right to be there.
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
pub const NO_SEAT: &[u8] = b"HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nContent-Type: application/problem+json\r\n\
    Content-Length: 179\r\nRetry-After: 5\r\n\r\n\
    {\"type\":\"/api/v1/problems#too_many\",\"title\":\"Too many requests\",\"status\":429,\"detail\":\"This network has too many connections.\",\
    \"code\":\"too_many\",\"request_id\":\"\",\"retry_after_s\":5}";

/// Bodies that are being read. Cheap to clone.
#[derive(Clone)]
pub struct Uploads {
    seats: Seats,
    all: Arc<Semaphore>,
    /// Of these, for those who are not signed in: whoever is always finds some.
    strangers: Arc<Semaphore>,
}

impl Default for Uploads {
    fn default() -> Self {
        let places = |count| Arc::new(Semaphore::new(count));
        Self { seats: Seats::default(), all: places(limits::UPLOADS), strangers: places(limits::UPLOADS / 2) }
    }
}

/// The right to send a body.
pub struct Upload {
    _seat: Option<Seat>,
    _place: OwnedSemaphorePermit,
    _stranger: Option<OwnedSemaphorePermit>,
}

impl Uploads {
    /// Room for a body of whoever asks, who `is_in` or is a stranger; it is not waited for, because whoever holds it may take his time.
    pub fn begin(&self, caller: Option<Caller>, is_in: bool, rates: &RateLimits) -> Result<Upload, Problem> {
        let full = |bound: &'static str| {
            metrics::counter!("telecast_uploads_refused_total", "bound" => bound).increment(1);
            Problem::new(Kind::TooMany, "Too many requests are being sent at this moment.").retry_after(1)
        };
        let seat = match caller.filter(|caller| rates.bind(caller.address)) {
            Some(caller) => {
                let seat = self.seats.take(caller.address, Some(limits::UPLOADS_OF_NETWORK));
                Some(seat.ok_or_else(|| full("network"))?)
            }
            None => None,
        };
        let place = |of: &Arc<Semaphore>, bound| Arc::clone(of).try_acquire_owned().map_err(|_| full(bound));
        let stranger = if is_in { None } else { Some(place(&self.strangers, "strangers")?) };
        Ok(Upload { _seat: seat, _place: place(&self.all, "all")?, _stranger: stranger })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_gets_no_seat_gets_a_whole_problem() {
        let text = std::str::from_utf8(NO_SEAT).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        assert!(head.contains(&format!("\r\nContent-Length: {}\r\n", body.len())), "{head}");
        let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
        assert_eq!(body["code"], Kind::TooMany.problem().code);
    }

    #[test]
    fn bodies_are_bounded_for_a_network_and_in_all() {
        let (uploads, rates) = (Uploads::default(), RateLimits::default());
        let from = |last: usize| {
            let address = IpAddr::from([10, 0, (last >> 8) as u8, last as u8]);
            Some(Caller { address, is_direct: true, is_https: false })
        };
        let mut held: Vec<_> = (0..limits::UPLOADS_OF_NETWORK)
            .map(|_| uploads.begin(from(1), true, &rates).expect("room"))
            .collect();
        assert!(uploads.begin(from(1), true, &rates).is_err(), "the network has no more");
        for number in 2.. {
            match uploads.begin(from(number), true, &rates) {
                Ok(upload) => held.push(upload),
                Err(_) => break,
            }
        }
        assert_eq!(held.len(), limits::UPLOADS);
        held.pop();
        assert!(uploads.begin(from(9_999), true, &rates).is_ok(), "given back");
        let unbound = RateLimits { enabled: false, ..RateLimits::default() };
        held.clear();
        let many: Vec<_> =
            (0..=limits::UPLOADS_OF_NETWORK).map(|_| uploads.begin(from(1), true, &unbound)).collect();
        assert!(many.iter().all(Result::is_ok), "who is not limited has no bound but that of all");
    }

    #[test]
    fn strangers_leave_room_for_those_who_are_in() {
        let (uploads, rates) = (Uploads::default(), RateLimits { enabled: false, ..RateLimits::default() });
        let held: Vec<_> = (0..limits::UPLOADS / 2).map(|_| uploads.begin(None, false, &rates)).collect();
        assert!(held.iter().all(Result::is_ok));
        assert!(uploads.begin(None, false, &rates).is_err(), "strangers have no more");
        assert!(uploads.begin(None, true, &rates).is_ok(), "whoever is in finds room");
        drop(held);
        assert!(uploads.begin(None, false, &rates).is_ok(), "given back");
    }

    #[test]
    fn a_network_has_its_seats_and_takes_no_others() {
        let seats = Seats::default();
        let from = |text: &str| text.parse::<IpAddr>().expect(text);
        let take = |text: &str| seats.take(from(text), Some(2));
        let (one, two) = (take("2001:db8::1"), take("2001:db8::2"));
        assert!(one.is_some() && two.is_some() && take("2001:db8::3").is_none(), "one /64 is one household");
        assert!(take("2001:db8:0:1::1").is_some() && take("192.0.2.1").is_some());
        assert!(seats.take(from("2001:db8::3"), None).is_some(), "a proxy speaks for many");
        drop(one);
        assert!(take("2001:db8::3").is_some(), "given back");
        drop(two);
        assert!(seats.taken().is_empty(), "nothing is left behind");
    }
}
