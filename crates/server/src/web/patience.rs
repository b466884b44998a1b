//! A connection whose other end takes nothing is not waited for without end: it holds a descriptor, and a reader of a
//! stream its place. Slow readers are no such: each byte that is taken begins the time anew.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// Reads and writes as what it holds does; a write that gets nowhere for `limit` fails as [`io::ErrorKind::TimedOut`].
pub(super) struct Patient<T> {
    inner: T,
    limit: Duration,
    /// Made when a write has to wait for the first time: most never do.
    timer: Option<Pin<Box<Sleep>>>,
    waiting: bool,
    taken: Option<Arc<AtomicU64>>,
    /// The other end has said something since it was last answered.
    heard: Arc<AtomicBool>,
}

impl<T> Patient<T> {
    pub(super) fn new(inner: T, limit: Duration) -> Self {
        Self { inner, limit, timer: None, waiting: false, taken: None, heard: Arc::default() }
    }

    /// Counts in `taken` the bytes that the other end takes.
    pub(super) fn counted(mut self, taken: Arc<AtomicU64>) -> Self {
        self.taken = Some(taken);
        self
    }

    /// Notes in `heard` whether the other end has said something that was not answered: to be asked when the connection is over.
    pub(super) fn hearing(mut self, heard: Arc<AtomicBool>) -> Self {
        self.heard = heard;
        self
    }

    fn wrote(&self, written: &Poll<io::Result<usize>>) {
        if let Poll::Ready(Ok(bytes @ 1..)) = written {
            self.heard.store(false, Ordering::Relaxed);
            if let Some(taken) = &self.taken {
                taken.fetch_add(*bytes as u64, Ordering::Relaxed);
            }
        }
    }

    fn judge<R>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<R>>) -> Poll<io::Result<R>> {
        if written.is_ready() {
            self.waiting = false;
            return written;
        }
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(self.limit)));
        if !std::mem::replace(&mut self.waiting, true) {
            timer.as_mut().reset(Instant::now() + self.limit);
        }
        ready!(timer.as_mut().poll(cx));
        metrics::counter!("telecast_stalled_connections_total").increment(1);
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Patient<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.inner).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.heard.store(true, Ordering::Relaxed);
        }
        read
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Patient<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, bytes);
        self.wrote(&written);
        self.judge(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, pieces);
        self.wrote(&written);
        self.judge(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.inner).poll_flush(cx);
        self.judge(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.inner).poll_shutdown(cx);
        self.judge(cx, shut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    const LIMIT: Duration = Duration::from_secs(1);

    #[tokio::test]
    async fn who_takes_nothing_is_given_up_after_the_limit() {
        let (ours, _theirs) = duplex(16);
        let begun = Instant::now();
        let error = Patient::new(ours, LIMIT).write_all(&[0; 64]).await.expect_err("nobody reads");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(begun.elapsed() >= LIMIT, "{:?}", begun.elapsed());
    }

    #[tokio::test]
    async fn it_is_known_whether_the_other_end_was_answered() {
        let (ours, mut theirs) = duplex(16);
        let mut ours = Patient::new(ours, LIMIT);
        let heard = Arc::clone(&ours.heard);
        theirs.write_all(b"ask").await.expect("room");
        ours.read_exact(&mut [0; 3]).await.expect("there");
        ours.flush().await.expect("nothing to do");
        assert!(heard.load(Ordering::Relaxed), "nothing was written yet");
        ours.write_all(b"answer").await.expect("room");
        assert!(!heard.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn who_is_slow_is_waited_for() {
        let (ours, mut theirs) = duplex(16);
        let reader = async move {
            let mut all = Vec::new();
            for _ in 0..8 {
                tokio::time::sleep(LIMIT / 6).await;
                let mut piece = [0; 8];
                theirs.read_exact(&mut piece).await.expect("there is more");
                all.extend(piece);
            }
            all
        };
        let mut ours = Patient::new(ours, LIMIT);
        let (written, read) = tokio::join!(ours.write_all(&[7; 64]), reader);
        written.expect("it gets somewhere");
        assert_eq!(read, [7; 64]);
    }
}
