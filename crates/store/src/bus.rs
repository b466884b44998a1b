//! Who is told: messages by topic, within this process.
//!
//! Laws: a subscriber gets the messages of its topics in the order in which they were published. One that is too slow
//! loses messages, and is told how many ([`Notice::Lagged`]), never silently; nobody waits for it. What it then hears is newer than
//! the loss: news that comes after it would be older than what a listener reads afresh. Publishing to a topic
//! without subscribers does nothing. After [`Bus::close`] subscribers get what was queued, then the end.

use crate::Kind;
use crate::error::{Error, Result};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use telecast_core::limits;
use tokio::sync::mpsc;

/// Something that a subscriber hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A message. Its body is shared among all who hear it.
    Message {
        /// Its topic.
        topic: Arc<str>,
        /// Its body.
        body: Arc<str>,
    },
    /// So many messages were lost, because this subscriber was too slow. What it knows must be read afresh.
    Lagged(u64),
}

/// Publishes and subscribes. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Bus {
    backend: Backend,
}

/// How messages travel.
#[derive(Clone, Debug)]
enum Backend {
    /// Within this process.
    Local(Arc<Mutex<Registry>>),
}

#[derive(Debug, Default)]
struct Registry {
    listeners: HashMap<u64, Listener>,
    /// Numbers of the listeners of each topic.
    topics: HashMap<Arc<str>, Vec<u64>>,
    last_listener: u64,
    closed: bool,
}

#[derive(Debug)]
struct Listener {
    queue: mpsc::Sender<Notice>,
    lost: Arc<AtomicU64>,
}

/// The registry stays whole at every point where a panic could leave the lock, so a poisoned one is as good.
fn lock(registry: &Mutex<Registry>) -> MutexGuard<'_, Registry> {
    registry.lock().unwrap_or_else(PoisonError::into_inner)
}

fn closed() -> Error {
    Error::new(Kind::Unavailable, "The station is shutting down.")
}

impl Bus {
    /// Within this process.
    pub fn local() -> Self {
        Self { backend: Backend::Local(Arc::default()) }
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        match &self.backend {
            Backend::Local(registry) => lock(registry),
        }
    }

    /// Tells all subscribers of `topic`; says how many there are. Never waits.
    ///
    /// # Errors
    /// [`Kind::Unavailable`] after [`Bus::close`].
    pub fn publish(&self, topic: &str, body: impl Into<Arc<str>>) -> Result<usize> {
        let registry = self.registry();
        if registry.closed {
            return Err(closed());
        }
        let Some((topic, numbers)) = registry.topics.get_key_value(topic) else { return Ok(0) };
        let notice = Notice::Message { topic: Arc::clone(topic), body: body.into() };
        for listener in numbers.iter().filter_map(|number| registry.listeners.get(number)) {
            if listener.queue.try_send(notice.clone()).is_err() {
                listener.lost.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(numbers.len())
    }

    /// Hears `topics` from now on.
    ///
    /// # Errors
    /// [`Kind::Unavailable`] after [`Bus::close`], [`Kind::TooMany`] beyond the bounds of topics.
    pub fn subscribe<'a>(&self, topics: impl IntoIterator<Item = &'a str>) -> Result<Subscription> {
        let (queue, notices) = mpsc::channel(limits::EVENTS);
        let lost = Arc::new(AtomicU64::new(0));
        let number = {
            let mut registry = self.registry();
            if registry.closed {
                return Err(closed());
            }
            registry.last_listener += 1;
            let number = registry.last_listener;
            registry.listeners.insert(number, Listener { queue, lost: Arc::clone(&lost) });
            number
        };
        let mut subscription = Subscription { bus: self.clone(), number, lost, notices, topics: Vec::new() };
        for topic in topics {
            subscription.add(topic)?;
        }
        Ok(subscription)
    }

    /// Ends all subscriptions, and takes no more messages.
    pub fn close(&self) {
        let mut registry = self.registry();
        registry.closed = true;
        registry.topics.clear();
        registry.listeners.clear();
    }

    /// Topics that somebody hears.
    pub fn topics(&self) -> usize {
        self.registry().topics.len()
    }
}

impl Registry {
    fn leave(&mut self, topic: &str, number: u64) {
        let Some(numbers) = self.topics.get_mut(topic) else { return };
        numbers.retain(|other| *other != number);
        if numbers.is_empty() {
            self.topics.remove(topic);
        }
    }
}

/// What somebody hears. Dropping it ends it.
#[derive(Debug)]
pub struct Subscription {
    bus: Bus,
    number: u64,
    lost: Arc<AtomicU64>,
    notices: mpsc::Receiver<Notice>,
    topics: Vec<Arc<str>>,
}

impl Subscription {
    /// The next notice; none once the bus is closed and the queue is empty. Safe to cancel. With a loss goes what was queued
    /// before it, and counts as lost.
    pub async fn next(&mut self) -> Option<Notice> {
        match self.lost.swap(0, Ordering::Relaxed) {
            0 => self.notices.recv().await,
            lost => {
                // No more than the queue holds: what is published meanwhile may be new.
                let older = (0..limits::EVENTS).map_while(|_| self.notices.try_recv().ok()).count();
                Some(Notice::Lagged(lost + older as u64))
            }
        }
    }

    /// Hears one topic more.
    ///
    /// # Errors
    /// [`Kind::Unavailable`] after [`Bus::close`], [`Kind::TooMany`] beyond the bounds of topics.
    pub fn add(&mut self, topic: &str) -> Result<()> {
        if self.topics.iter().any(|known| **known == *topic) {
            return Ok(());
        }
        let mut registry = self.bus.registry();
        if registry.closed {
            return Err(closed());
        }
        let known = registry.topics.get_key_value(topic).map(|(known, _)| Arc::clone(known));
        if self.topics.len() >= limits::TOPICS
            || (known.is_none() && registry.topics.len() >= limits::BUS_TOPICS)
        {
            return Err(Error::new(Kind::TooMany, "Too many topics at once; drop some first."));
        }
        let topic = known.unwrap_or_else(|| Arc::from(topic));
        registry.topics.entry(Arc::clone(&topic)).or_default().push(self.number);
        drop(registry);
        self.topics.push(topic);
        Ok(())
    }

    /// Hears one topic less. What is already queued still comes.
    pub fn remove(&mut self, topic: &str) {
        self.topics.retain(|known| **known != *topic);
        self.bus.registry().leave(topic, self.number);
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut registry = self.bus.registry();
        for topic in &self.topics {
            registry.leave(topic, self.number);
        }
        registry.listeners.remove(&self.number);
    }
}
