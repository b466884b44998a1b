//! Keys that contradict each other although each is good in itself.

use super::oidc;
use super::read::{Faults, Layers, list};
use crate::app::settings::GuideFile;
use std::path::Path;

/// All that contradicts, with the place of the key that is to be changed.
pub(super) fn faults(keys: &Layers, path: &Path) -> Faults {
    let mut faults = Faults::new();
    let mut fault =
        |name: &str, what: String| faults.push(format!("{}{name}: {what}", keys.place(name, path)));
    let all = keys.number("playback.max_sessions");
    for name in ["playback.max_account_sessions", "playback.max_receiver_sessions"] {
        let one = keys.number(name);
        if all > 0 && one > all {
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
    let anonymous = keys.text("auth.anonymous");
    if !matches!(anonymous, "" | "i-understand") {
        fault(
            "auth.anonymous",
            "to let everybody watch, write \"i-understand\"; to let nobody, leave it out".into(),
        );
    }
    let pair = ["server.tls.certificate", "server.tls.key"];
    for (one, other) in [(pair[0], pair[1]), (pair[1], pair[0])] {
        if !keys.text(one).is_empty() && keys.text(other).is_empty() {
            fault(one, format!("it is of no use without {other}; set both, or none for plain HTTP"));
        }
    }
    if !(1..=30).contains(&keys.number("guide.days")) {
        fault("guide.days", "receivers are asked for 1 to 30 days".into());
    }
    for text in list(keys.text("guide.xmltv")) {
        if let Err(what) = GuideFile::read(&text) {
            fault("guide.xmltv", what);
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
