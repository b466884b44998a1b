//! Keys that contradict each other although each is good in itself, and keys that are of no use beside others.

use super::oidc;
use super::read::{Faults, Layers, list};
use crate::adapters::guide_file::Place;
use std::net::SocketAddr;
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
        if let Err(what) = Place::read(&text) {
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

/// What works, and not as it was meant.
pub(super) fn warnings(keys: &Layers) -> Vec<String> {
    let mut warnings = Vec::new();
    if keys.text("tuner.interfaces").is_empty() {
        return warnings;
    }
    if keys.text("auth.iptv_networks").is_empty() {
        warnings.push(
            "tuner.interfaces: nobody is answered, because no network may use the tuner; name those of the house in auth.iptv_networks"
                .to_owned(),
        );
    }
    let here = |name: &str| name == "lo" || name.starts_with("127.");
    let listen: Option<SocketAddr> = keys.text("server.listen").parse().ok();
    if listen.is_some_and(|listen| listen.ip().is_loopback())
        && !list(keys.text("tuner.interfaces")).iter().all(|name| here(name))
    {
        let words = format!(
            "tuner.interfaces: whoever finds the tuner cannot reach it, because the station listens on {} alone (server.listen)",
            keys.text("server.listen")
        );
        warnings.push(words);
    }
    if !keys.text("server.tls.certificate").is_empty() {
        warnings.push(
            "tuner.interfaces: programs that look for network tuners speak plain HTTP, and the station speaks HTTPS (server.tls)"
                .to_owned(),
        );
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::super::{KEYS, read::Origin};
    use super::*;

    #[test]
    fn a_tuner_that_nobody_may_use_or_reach_is_warned_of() {
        let warned = |pairs: &[(&str, &str)]| {
            let mut keys = Layers::of(KEYS);
            for (name, text) in pairs {
                assert!(keys.put(name, (*text).to_owned(), Origin::Flag), "{name}");
            }
            warnings(&keys).len()
        };
        let (open, reached) = (("auth.iptv_networks", "192.168.1.0/24"), ("server.listen", "0.0.0.0:80"));
        for (pairs, count) in [
            (vec![], 0),
            (vec![("tuner.interfaces", "eth0")], 2),
            (vec![("tuner.interfaces", "eth0"), open], 1),
            (vec![("tuner.interfaces", "eth0"), open, reached], 0),
            (vec![("tuner.interfaces", "lo,127.0.0.2"), open], 0),
            (vec![("tuner.interfaces", "eth0"), open, reached, ("server.tls.certificate", "a.pem")], 1),
        ] {
            assert_eq!(warned(&pairs), count, "{pairs:?}");
        }
    }
}
