//! What runs out is forgotten once an hour: sign-ins, one-time codes, keys of requests, sessions that are long over, and what was
//! on yesterday, lines of the audit after 400 days. None of it counts any more when it goes, so being late harms nobody.

use std::time::Duration;

use telecast_core::limits;
use telecast_store::{Error, Store};
use tokio_util::sync::CancellationToken;

use super::settings::InForce;
use crate::adapters::clock::Clock;

/// Forgets what has run out: at start, then once an hour, until `stop`.
pub(super) async fn keep_house(store: Store, clock: Clock, settings: InForce, stop: CancellationToken) {
    let mut hour = tokio::time::interval(limits::HOUSEKEEPING);
    while stop.run_until_cancelled(hour.tick()).await.is_some() {
        let now = clock.wall_ms();
        let (keys, seen) = (now - ms(limits::IDEMPOTENCY), now - ms(limits::NOW_NEXT_AGE));
        let gone = async {
            Ok::<u64, Error>(
                store.purge_access(now).await?
                    + store.purge_sessions(keys).await?
                    + store.purge_requests(keys).await?
                    + store.purge_now_next(seen).await?
                    + store.purge_audit(now).await?,
            )
        };
        let past = now - ms(settings.now().guide_past);
        let old = async {
            while store.purge_guide(past).await? > 0 {}
            Ok::<(), Error>(())
        };
        if let Err(error) = old.await {
            tracing::warn!(%error, "the old guide cannot be forgotten; next try in an hour");
        }
        match gone.await {
            Ok(0) => {}
            Ok(rows) => tracing::debug!(rows, "forgot what has run out"),
            Err(error) => tracing::warn!(%error, "what has run out cannot be forgotten; next try in an hour"),
        }
    }
}

fn ms(length: Duration) -> i64 {
    length.as_millis() as i64
}
