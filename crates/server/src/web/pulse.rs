//! Whether a connection of HTTP/2 is of use to anybody. HTTP/1.1 has a time for each head; here requests share a connection, so it ends when
//! it has carried none for as long, or when its client has left an answer lying: a stream has a window of its own, and one that is closed
//! holds a tuner as well as a full socket does.

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use telecast_core::limits;
use tokio::time::Instant;

/// When a connection is given up.
struct Patience {
    /// It is felt this often.
    beat: Duration,
    /// It has carried no request for this long.
    unused: Duration,
    /// Its client has taken nothing of an answer for this long.
    left: Duration,
}

const PATIENCE: Patience =
    Patience { beat: Duration::from_secs(5), unused: limits::HEAD_TIME, left: limits::TAKES_NOTHING };

/// What a connection is doing. Cheap to clone.
#[derive(Clone)]
pub(super) struct Pulse {
    streams: Arc<Mutex<Streams>>,
    /// Bytes that the client has taken.
    taken: Arc<AtomicU64>,
}

struct Streams {
    next: u64,
    /// Requests under way, and since when their answer waits for the client; none: it is made, or waited for, here.
    open: HashMap<u64, Option<Instant>>,
}

impl Pulse {
    /// Of a new connection, on which `taken` is counted.
    pub(super) fn new(taken: Arc<AtomicU64>) -> Self {
        Self { streams: Arc::new(Mutex::new(Streams { next: 0, open: HashMap::new() })), taken }
    }

    fn streams(&self) -> MutexGuard<'_, Streams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request has come; it is under way until this is dropped.
    pub(super) fn request(&self) -> Stream {
        let mut streams = self.streams();
        let id = streams.next;
        streams.next += 1;
        streams.open.insert(id, None);
        Stream { pulse: self.clone(), id }
    }

    /// Returns when the connection is of no use any more, with the reason.
    pub(super) async fn lost(&self) -> &'static str {
        self.lost_after(PATIENCE).await
    }

    async fn lost_after(&self, Patience { beat, unused, left }: Patience) -> &'static str {
        let (mut since, mut taken, mut requests) = (Instant::now(), 0, 0);
        loop {
            tokio::time::sleep(beat).await;
            let now = Instant::now();
            let streams = self.streams();
            let waits = |since: &Option<Instant>| since.is_some_and(|since| now - since >= left);
            if streams.open.values().any(waits) {
                return "takes nothing";
            }
            // What has been made is still being taken, perhaps, when its request is over.
            let total = self.taken.load(Ordering::Relaxed);
            if !streams.open.is_empty() || streams.next != requests || total - taken >= limits::H2_TRICKLE {
                (since, taken, requests) = (now, total, streams.next);
            } else if now - since >= unused {
                return "unused";
            }
        }
    }
}

/// A request under way.
pub(super) struct Stream {
    pulse: Pulse,
    id: u64,
}

impl Stream {
    fn waits_for_client(&self, waits: bool) {
        let since = waits.then(Instant::now);
        self.pulse.streams().open.insert(self.id, since);
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.pulse.streams().open.remove(&self.id);
    }
}

/// An answer's body, with the request that it belongs to.
pub(super) struct Held {
    body: Body,
    stream: Option<Stream>,
}

impl Held {
    /// `stream`: of HTTP/2.
    pub(super) const fn new(body: Body, stream: Option<Stream>) -> Self {
        Self { body, stream }
    }
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if let Some(stream) = &self.stream {
            // The next is asked for when the client has room for it.
            stream.waits_for_client(matches!(frame, Poll::Ready(Some(_))));
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEAT: Duration = Duration::from_millis(20);
    const LIMIT: Duration = Duration::from_millis(400);

    fn pulse() -> (Pulse, Arc<AtomicU64>) {
        let taken = Arc::new(AtomicU64::new(0));
        (Pulse::new(Arc::clone(&taken)), taken)
    }

    /// Why and when it is given up, while something else goes on every 50 ms.
    async fn lost(
        pulse: &Pulse,
        unused: Duration,
        left: Duration,
        mut each: impl FnMut(),
    ) -> Option<(&'static str, Duration)> {
        let begun = Instant::now();
        let going_on = async {
            while begun.elapsed() < 4 * LIMIT {
                each();
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::select! {
            why = pulse.lost_after(Patience { beat: BEAT, unused, left }) => Some((why, begun.elapsed())),
            () = going_on => None,
        }
    }

    #[tokio::test]
    async fn what_carries_nothing_is_given_up_and_pings_are_nothing() {
        let (pulse, taken) = pulse();
        let ping = || {
            taken.fetch_add(60, Ordering::Relaxed);
        };
        let (why, lasted) = lost(&pulse, LIMIT, LIMIT, ping).await.expect("it is given up");
        assert!(why == "unused" && lasted >= LIMIT, "{why}: {lasted:?}");
    }

    #[tokio::test]
    async fn a_request_keeps_it_and_so_does_who_is_still_taking_what_was_made() {
        let (pulse, taken) = pulse();
        let request = pulse.request();
        assert_eq!(lost(&pulse, LIMIT, LIMIT, || {}).await, None, "news may be rare");
        drop(request);
        let take = || {
            taken.fetch_add(20_000, Ordering::Relaxed);
        };
        assert_eq!(lost(&pulse, LIMIT, LIMIT, take).await, None);
    }

    #[tokio::test]
    async fn an_answer_that_is_left_lying_ends_it_although_another_is_taken() {
        let (pulse, _) = pulse();
        let (left, other) = (pulse.request(), pulse.request());
        left.waits_for_client(true);
        let (why, lasted) =
            lost(&pulse, LIMIT, LIMIT, || other.waits_for_client(true)).await.expect("it is given up");
        assert!(why == "takes nothing" && lasted >= LIMIT.saturating_sub(BEAT), "{why}: {lasted:?}");
        left.waits_for_client(false);
        let taken = lost(&pulse, LIMIT, LIMIT, || other.waits_for_client(true)).await;
        assert_eq!(taken, None, "what is waited for here is no fault of the client");
    }
}
