//! Keys that contradict each other although each is good in itself.

use super::oidc;
use super::read::{Faults, Layers};
use std::path::Path;

/// All that contradicts, with the place of the key that is to be changed.
pub(super) fn faults(keys: &Layers, path: &Path) -> Faults {
    let mut faults = Faults::new();
    let mut fault =
        |name: &str, what: String| faults.push(format!("{}{name}: {what}", keys.place(name, path)));
    let all = keys.number("playback.max_sessions");
    for name in ["playback.max_account_sessions", "playback.max_receiver_sessions"] {
        let one = keys.number(name);
        if one > all {
            fault(name, format!("{one} are more than there may be in all (playback.max_sessions: {all})"));
        }
    }
    for name in [
        "unknown_per_minute",
        "unknown_burst",
        "account_per_minute",
        "account_burst",
        "sign_in_per_minute",
        "refresh_per_minute",
        "sockets",
        "connections",
    ] {
        let name = format!("rate_limit.{name}");
        if keys.number(&name) == 0 {
            fault(&name, "0 lets nobody in; to limit nothing, set rate_limit.enabled = false".into());
        }
    }
    oidc::faults(keys, &mut fault);
    let (pages, metrics) = (keys.text("server.listen"), keys.text("metrics.listen"));
    if pages == metrics && !pages.ends_with(":0") {
        fault(
            "metrics.listen",
            "the pages have this address already (server.listen); take another port".into(),
        );
    }
    faults
}
