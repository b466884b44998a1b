//! Who is told what has changed. Everything goes over the store's [`Bus`], so that it is the same for whoever listens here and, one
//! day, on another node: a message is the text of an [`Event`], made once for all who hear it.

use serde::Serialize;
use telecast_store::{Bus, Subscription};

use super::view::Event;

/// The topic of what is one's own, as pages call it.
pub const ACCOUNT: &str = "account";

/// The same on the bus, where each account has one.
pub fn of_account(account: &str) -> String {
    format!("{ACCOUNT}:{account}")
}

/// Tells changes. Cheap to clone.
#[derive(Clone)]
pub(super) struct News(Bus);

impl News {
    /// Nobody listens yet.
    pub(super) fn start() -> Self {
        Self(Bus::local())
    }

    /// Tells all who hear `topic` of its new state. Never waits.
    pub(super) fn tell(&self, topic: &str, kind: &str, data: &impl Serialize) {
        self.tell_as((topic, topic), kind, data);
    }

    /// Tells whoever is signed in as `account`, and hears of it, of what is its own.
    pub(super) fn tell_account(&self, account: &str, kind: &str, data: &impl Serialize) {
        self.tell_as((&of_account(account), ACCOUNT), kind, data);
    }

    fn tell_as(&self, (heard, topic): (&str, &str), kind: &str, data: &impl Serialize) {
        let data = serde_json::to_value(data).unwrap_or_default();
        let event = Event { topic: topic.to_owned(), kind: kind.to_owned(), data };
        // Nobody listening is no fault; nor is a change that comes while the station ends.
        let told = serde_json::to_string(&event).map(|text| self.0.publish(heard, text));
        if let Err(error) = told {
            tracing::error!(topic, %error, "a change cannot be written down");
        }
    }

    /// Hears no topic yet; none after [`News::end`].
    pub(super) fn listen(&self) -> Option<Subscription> {
        self.0.subscribe([]).ok()
    }

    /// Ends all who listen, once they have heard what was told before.
    pub(super) fn end(&self) {
        self.0.close();
    }
}
