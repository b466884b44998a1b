//! The table of routes: who may use each, and how. A route that is not in it is refused, so none can be forgotten.

use super::rate::Rate;
use std::fmt::Write;
use telecast_core::access::{Role, Scope};
use telecast_core::limits;

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Everybody: health, sign-in, the pages' files.
    Public,
    /// Whoever is signed in or has a token, with this scope. With `watch`, where `auth.anonymous` says so, everybody.
    Scoped(Scope),
    /// Whoever is signed in or has a token, for what is his own; never somebody without an account.
    Personal,
    /// A player or media server, by the secret in its address (behind [`PLAYER`]); it watches.
    Player,
    /// Whoever knows the address: it holds a key that is bound to a session.
    Capability,
}

impl Class {
    /// The scope that it needs; none: nobody has to be signed in.
    pub fn scope(self) -> Option<Scope> {
        match self {
            Self::Scoped(scope) => Some(scope),
            Self::Personal | Self::Player => Some(Scope::Watch),
            Self::Public | Self::Capability => None,
        }
    }
}

/// One route.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// Methods.
    pub methods: &'static [&'static str],
    /// Path as registered.
    pub path: &'static str,
    /// Who.
    pub class: Class,
    /// How often.
    pub rate: Rate,
    /// Largest body (bytes).
    pub body: usize,
    /// What it is called where it is noted who has done it; none: it is not.
    pub audit: Option<&'static str>,
}

const GET: &[&str] = &["GET", "HEAD"];
/// What happens once for each time: a look at its head would begin it as well.
const GET_ALONE: &[&str] = &["GET"];
const POST: &[&str] = &["POST"];
const DELETE: &[&str] = &["DELETE"];
const CHAT: Class = Class::Scoped(Scope::Chat);
const WATCH: Class = Class::Scoped(Scope::Watch);
const RECORD: Class = Class::Scoped(Scope::Record);
const PROGRAM: Class = Class::Scoped(Scope::Program);
const ADMIN: Class = Class::Scoped(Scope::Admin);

const fn route(methods: &'static [&'static str], path: &'static str, class: Class) -> Route {
    Route { methods, path, class, rate: Rate::Usual, body: 0, audit: None }
}

impl Route {
    const fn rate(mut self, rate: Rate) -> Self {
        self.rate = rate;
        self
    }

    const fn audit(mut self, action: &'static str) -> Self {
        self.audit = Some(action);
        self
    }

    const fn body(mut self, bytes: usize) -> Self {
        self.body = bytes;
        self
    }
}

/// Playlists, parts and segments; see `web/play.rs`.
pub const MEDIA: &str = "/play/{key}/{*rest}";

/// What stands before a player's secret.
pub const PLAYER: &str = "/iptv/d/";

/// All routes.
pub const ROUTES: &[Route] = &[
    route(GET, "/healthz", Class::Public).rate(Rate::Free),
    route(GET, "/readyz", Class::Public).rate(Rate::Free),
    // Guarded by network: see `web/probes.rs`.
    route(GET, "/metrics", Class::Public).rate(Rate::Free),
    // A certificate, no key: devices at home are given it before they trust anything here.
    route(GET, "/authority.crt", Class::Public),
    route(GET, "/api/v1/openapi.json", Class::Public),
    route(GET, "/api/v1/problems", Class::Public),
    route(GET, "/api/v1/auth/state", Class::Public),
    route(POST, "/api/v1/auth/setup", Class::Public)
        .rate(Rate::Door)
        .body(limits::BODY_SMALL)
        .audit("owner.create"),
    route(POST, "/api/v1/auth/sign-in", Class::Public)
        .rate(Rate::Door)
        .body(limits::BODY_SMALL)
        .audit("sign_in"),
    route(POST, "/api/v1/auth/sign-out", Class::Public).body(limits::BODY_SMALL).audit("sign_out"),
    route(POST, "/api/v1/auth/link", Class::Public)
        .rate(Rate::Door)
        .body(limits::BODY_SMALL)
        .audit("sign_in.link"),
    route(GET_ALONE, "/api/v1/auth/oidc", Class::Public).rate(Rate::Door).audit("sign_in.oidc.begin"),
    route(GET_ALONE, "/api/v1/auth/oidc/callback", Class::Public).rate(Rate::Door).audit("sign_in.oidc"),
    route(POST, "/api/v1/auth/pairing", Class::Public)
        .rate(Rate::Door)
        .body(limits::BODY_SMALL)
        .audit("device.ask"),
    route(POST, "/api/v1/auth/pairing/poll", Class::Public).body(limits::BODY_SMALL).audit("sign_in.device"),
    route(POST, "/api/v1/account/device", Class::Personal)
        .rate(Rate::Door)
        .body(limits::BODY_SMALL)
        .audit("device.approve"),
    route(POST, "/api/v1/account/password", Class::Personal)
        .rate(Rate::Door)
        .body(limits::BODY_SMALL)
        .audit("password.change"),
    route(GET, "/api/v1/account/sign-ins", Class::Personal),
    route(DELETE, "/api/v1/account/sign-ins/{id}", Class::Personal)
        .body(limits::BODY_SMALL)
        .audit("sign_in.end"),
    route(GET, "/api/v1/account/tokens", Class::Personal),
    route(POST, "/api/v1/account/tokens", Class::Personal).body(limits::BODY_SMALL).audit("token.create"),
    route(DELETE, "/api/v1/account/tokens/{id}", Class::Personal)
        .body(limits::BODY_SMALL)
        .audit("token.revoke"),
    // What only its owner sees is not audited.
    route(GET, "/api/v1/account/favourites", Class::Personal),
    route(POST, "/api/v1/account/favourites", Class::Personal).body(limits::BODY),
    route(GET, "/api/v1/account/languages", Class::Personal),
    route(POST, "/api/v1/account/languages", Class::Personal).body(limits::BODY_SMALL),
    route(GET, "/api/v1/account/searches", Class::Personal),
    route(POST, "/api/v1/account/searches", Class::Personal).body(limits::BODY_SMALL),
    route(&["POST", "DELETE"], "/api/v1/account/searches/{id}", Class::Personal).body(limits::BODY_SMALL),
    // What is said is never audited: only what the assistant does, by itself.
    route(GET, "/api/v1/conversations", CHAT),
    route(POST, "/api/v1/conversations", CHAT).body(limits::BODY_SMALL),
    route(GET, "/api/v1/conversations/search", CHAT),
    route(GET, "/api/v1/conversations/{id}", CHAT),
    route(DELETE, "/api/v1/conversations/{id}", CHAT).body(limits::BODY_SMALL),
    route(GET, "/api/v1/conversations/{id}/events", CHAT),
    route(POST, "/api/v1/conversations/{id}/commands", CHAT).body(limits::FRAME),
    route(GET, "/api/v1/assistant", CHAT),
    route(GET, "/api/v1/people", ADMIN),
    route(POST, "/api/v1/people", ADMIN).body(limits::BODY_SMALL).audit("person.add"),
    route(POST, "/api/v1/people/{id}/role", ADMIN).body(limits::BODY_SMALL).audit("person.role"),
    route(POST, "/api/v1/people/{id}/profile", ADMIN).body(limits::BODY).audit("person.profile"),
    route(POST, "/api/v1/people/{id}/link", ADMIN).body(limits::BODY_SMALL).audit("person.link"),
    route(DELETE, "/api/v1/people/{id}", ADMIN).body(limits::BODY_SMALL).audit("person.remove"),
    route(GET, "/api/v1/bouquets", WATCH),
    route(GET, "/api/v1/stations", PROGRAM),
    route(POST, "/api/v1/stations", PROGRAM).body(limits::BODY_DOCUMENT).audit("station.create"),
    route(POST, "/api/v1/stations/preview", PROGRAM).body(limits::BODY_DOCUMENT),
    route(GET, "/api/v1/stations/{id}", PROGRAM),
    route(POST, "/api/v1/stations/{id}", PROGRAM).body(limits::BODY_DOCUMENT).audit("station.change"),
    route(DELETE, "/api/v1/stations/{id}", PROGRAM).body(limits::BODY_SMALL).audit("station.remove"),
    route(GET, "/api/v1/stations/{id}/timeline", PROGRAM),
    route(POST, "/api/v1/stations/{id}/preview", PROGRAM).body(limits::BODY_DOCUMENT),
    route(POST, "/api/v1/stations/{id}/simulate", PROGRAM).body(limits::BODY_DOCUMENT),
    route(GET, "/api/v1/stations/{id}/log", PROGRAM),
    route(GET, "/api/v1/stations/{id}/log/export", PROGRAM),
    route(GET, "/api/v1/lineup", ADMIN),
    route(POST, "/api/v1/lineup", ADMIN).body(limits::BODY).audit("lineup.change"),
    route(GET, "/api/v1/channels", WATCH),
    route(GET, "/api/v1/channels/{id}", WATCH),
    route(GET, "/api/v1/channels/{id}/logo", WATCH).rate(Rate::Free),
    route(GET, "/api/v1/guide/now", WATCH),
    route(GET, "/api/v1/guide", WATCH),
    route(GET, "/api/v1/guide/search", WATCH),
    route(GET, "/api/v1/programmes/{id}", WATCH),
    route(GET, "/api/v1/guide/sources", ADMIN),
    route(POST, "/api/v1/guide/sources", ADMIN).body(limits::BODY_SMALL).audit("guide.source.add"),
    route(POST, "/api/v1/guide/sources/test", ADMIN).body(limits::BODY_SMALL).audit("guide.source.test"),
    route(POST, "/api/v1/guide/sources/{id}", ADMIN).body(limits::BODY_SMALL).audit("guide.source.change"),
    route(DELETE, "/api/v1/guide/sources/{id}", ADMIN).body(limits::BODY_SMALL).audit("guide.source.remove"),
    route(GET, "/api/v1/guide/matches", ADMIN),
    route(GET, "/api/v1/guide/ids", ADMIN),
    route(POST, "/api/v1/guide/wishes", ADMIN).body(limits::BODY).audit("guide.wishes"),
    route(POST, "/api/v1/guide/refresh", ADMIN)
        .rate(Rate::Refresh)
        .body(limits::BODY_SMALL)
        .audit("guide.refresh"),
    route(GET, "/api/v1/library", WATCH),
    route(GET, "/api/v1/library/items", WATCH),
    route(GET, "/api/v1/library/items/{id}", WATCH),
    route(GET, "/api/v1/library/items/{id}/picture", WATCH).rate(Rate::Free),
    route(GET, "/api/v1/library/shows", WATCH),
    route(POST, "/api/v1/library/items/{id}", PROGRAM).body(limits::BODY).audit("library.item.correct"),
    route(POST, "/api/v1/library/actions", PROGRAM).body(limits::BODY).audit("library.items.change"),
    // It has only begun when it is answered.
    route(POST, "/api/v1/library/scan", PROGRAM).body(limits::BODY_SMALL),
    route(GET, "/api/v1/library/folders", PROGRAM),
    // What a folder holds is shown to all who watch: whoever adds one runs the station.
    route(POST, "/api/v1/library/folders", ADMIN).body(limits::BODY_SMALL).audit("library.folder.add"),
    route(DELETE, "/api/v1/library/folders/{id}", ADMIN)
        .body(limits::BODY_SMALL)
        .audit("library.folder.remove"),
    route(GET, "/api/v1/library/collections", WATCH),
    route(POST, "/api/v1/library/collections", PROGRAM).body(limits::BODY).audit("library.collection.add"),
    route(POST, "/api/v1/library/collections/{id}", PROGRAM)
        .body(limits::BODY)
        .audit("library.collection.change"),
    route(DELETE, "/api/v1/library/collections/{id}", PROGRAM)
        .body(limits::BODY_SMALL)
        .audit("library.collection.remove"),
    route(GET, "/api/v1/timers", RECORD),
    route(POST, "/api/v1/timers", RECORD).body(limits::BODY_SMALL).audit("timer.set"),
    route(POST, "/api/v1/timers/preview", RECORD).body(limits::BODY_SMALL),
    route(DELETE, "/api/v1/timers/{id}", RECORD).body(limits::BODY_SMALL).audit("timer.cancel"),
    route(POST, "/api/v1/sessions", WATCH).body(limits::BODY),
    route(GET, "/api/v1/sessions", WATCH),
    route(GET, "/api/v1/sessions/{id}", WATCH),
    route(DELETE, "/api/v1/sessions/{id}", WATCH).body(limits::BODY_SMALL),
    route(POST, "/api/v1/sessions/{id}/heartbeat", WATCH).body(limits::BODY_SMALL),
    route(GET, "/api/v1/socket", WATCH),
    route(POST, "/api/v1/socket", CHAT).body(limits::FRAME),
    route(GET, "/api/v1/events", WATCH),
    route(GET, "/api/v1/receivers", WATCH),
    route(POST, "/api/v1/receivers", ADMIN).body(limits::BODY_SMALL).audit("receiver.add"),
    route(POST, "/api/v1/receivers/test", ADMIN).body(limits::BODY_SMALL).audit("receiver.test"),
    route(POST, "/api/v1/receivers/simulated", ADMIN).body(limits::BODY_SMALL).audit("receiver.simulate"),
    route(DELETE, "/api/v1/receivers/{id}", ADMIN).body(limits::BODY_SMALL).audit("receiver.remove"),
    route(GET, "/api/v1/system/status", ADMIN),
    route(POST, "/api/v1/system/reload", ADMIN)
        .rate(Rate::Refresh)
        .body(limits::BODY_SMALL)
        .audit("configuration.reload"),
    route(GET, "/api/v1/system/audit", ADMIN),
    route(GET, "/api/v1/system/log-level", ADMIN),
    route(POST, "/api/v1/system/log-level", ADMIN).body(limits::BODY_SMALL).audit("log.level"),
    route(GET, "/api/v1/account/players", Class::Personal),
    route(POST, "/api/v1/account/players", Class::Personal).body(limits::BODY_SMALL).audit("player.create"),
    route(DELETE, "/api/v1/account/players/{id}", Class::Personal)
        .body(limits::BODY_SMALL)
        .audit("player.revoke"),
    route(GET, "/iptv/channels.m3u", WATCH),
    route(GET, "/iptv/guide.xml", WATCH),
    route(GET, "/iptv/guide.xml.gz", WATCH),
    route(GET, "/iptv/stream/{channel}", WATCH),
    route(GET, "/iptv/logo/{channel}", WATCH).rate(Rate::Free),
    route(GET, "/iptv/d/{secret}/channels.m3u", Class::Player),
    route(GET, "/iptv/d/{secret}/guide.xml", Class::Player),
    route(GET, "/iptv/d/{secret}/guide.xml.gz", Class::Player),
    route(GET, "/iptv/d/{secret}/stream/{channel}", Class::Player),
    route(GET, "/iptv/d/{secret}/logo/{channel}", Class::Player).rate(Rate::Free),
    route(GET, "/discover.json", WATCH),
    route(GET, "/lineup.json", WATCH),
    route(GET, "/lineup_status.json", WATCH),
    route(GET, "/device.xml", WATCH),
    route(GET, "/lineup.m3u", WATCH),
    route(GET, "/lineup.xml", WATCH),
    route(POST, "/lineup.post", WATCH).body(limits::BODY_SMALL),
    route(GET, "/auto/{channel}", WATCH),
    route(GET, "/iptv/discover.json", WATCH),
    route(GET, "/iptv/lineup.json", WATCH),
    route(GET, "/iptv/lineup_status.json", WATCH),
    route(GET, "/iptv/device.xml", WATCH),
    route(GET, "/iptv/lineup.m3u", WATCH),
    route(GET, "/iptv/lineup.xml", WATCH),
    route(POST, "/iptv/lineup.post", WATCH).body(limits::BODY_SMALL),
    route(GET, "/iptv/auto/{channel}", WATCH),
    route(GET, "/iptv/d/{secret}/discover.json", Class::Player),
    route(GET, "/iptv/d/{secret}/lineup.json", Class::Player),
    route(GET, "/iptv/d/{secret}/lineup_status.json", Class::Player),
    route(GET, "/iptv/d/{secret}/device.xml", Class::Player),
    route(GET, "/iptv/d/{secret}/lineup.m3u", Class::Player),
    route(GET, "/iptv/d/{secret}/lineup.xml", Class::Player),
    route(POST, "/iptv/d/{secret}/lineup.post", Class::Player).body(limits::BODY_SMALL),
    route(GET, "/iptv/d/{secret}/auto/{channel}", Class::Player),
    route(&["GET", "HEAD", "OPTIONS"], MEDIA, Class::Capability).rate(Rate::Free),
];

/// Pages for players and media servers, which may be open to networks of the house (`auth.iptv_networks`).
pub fn is_for_players(path: &str) -> bool {
    path.starts_with("/iptv/") || TUNER_PAGES.contains(&path)
}

/// Where programs look for a network tuner that know nothing of it but a host.
const TUNER_PAGES: [&str; 8] = [
    "/discover.json",
    "/lineup.json",
    "/lineup.m3u",
    "/lineup.xml",
    "/lineup.post",
    "/lineup_status.json",
    "/device.xml",
    "/auto/{channel}",
];

/// The row of a route; `None`: it is not in the table.
pub fn find(method: &str, path: &str) -> Option<&'static Route> {
    ROUTES.iter().find(|route| route.path == path && route.methods.contains(&method))
}

/// Methods that a path has; empty: it is not in the table.
pub fn methods(path: &str) -> Vec<&'static str> {
    ROUTES.iter().filter(|route| route.path == path).flat_map(|route| route.methods).copied().collect()
}

/// Roles with their scopes, and the table, as Markdown.
pub fn reference() -> String {
    let mut out = String::from(
        "# Access\n\nGenerated by `telecast openapi --access`.\n\n## Roles\n\nA token does no more than its account, a guest watches only, and a child sees what its profile admits.\n\n| role | scopes | makes, changes and removes |\n| --- | --- | --- |\n",
    );
    for role in Role::ALL {
        let scopes: Vec<&str> = role.scopes().iter().map(|scope| scope.name()).collect();
        let below: Vec<&str> =
            Role::ALL.into_iter().filter(|other| role.may_manage(*other)).map(Role::name).collect();
        let below = if below.is_empty() { "nobody".to_owned() } else { below.join(", ") };
        let _ = writeln!(out, "| {} | {} | {below} |", role.name(), scopes.join(", "));
    }
    out.push_str(
        "\n## Routes\n\nWhoever may use them, in which bucket they count (see `rate_limit` in [configuration](configuration.md)), the largest body, and what the audit calls them. What is not here is refused.\n\n| route | who | bucket | body | audit |\n| --- | --- | --- | --- | --- |\n",
    );
    for route in ROUTES {
        let who = match route.class {
            Class::Public => "everybody".to_owned(),
            Class::Scoped(scope) => format!("`{}`", scope.name()),
            Class::Personal => "an account, for its own".to_owned(),
            Class::Player => "a player, by its address".to_owned(),
            Class::Capability => "whoever knows the address".to_owned(),
        };
        let bucket = match route.rate {
            Rate::Free => "none",
            Rate::Usual => "usual",
            Rate::Door => "door",
            Rate::Refresh => "refresh",
        };
        let body = if route.body == 0 { "—".to_owned() } else { format!("{} KiB", route.body >> 10) };
        let audit = route.audit.map_or("—".to_owned(), |action| format!("`{action}`"));
        let _ = writeln!(
            out,
            "| {} `{}` | {who} | {bucket} | {body} | {audit} |",
            route.methods.join(", "),
            route.path
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_something_is_limited_in_size_and_each_route_stands_once() {
        for route in ROUTES {
            for method in route.methods {
                let same = ROUTES.iter().filter(|r| r.path == route.path && r.methods.contains(method));
                assert_eq!(same.count(), 1, "{method} {}", route.path);
            }
            let changes = route.methods.iter().any(|method| matches!(*method, "POST" | "DELETE"));
            assert_eq!(changes, route.body > 0, "{}", route.path);
            // What an administrator changes is noted, and so is everything at the door.
            let grave = changes && (route.class == ADMIN || route.class == Class::Public);
            assert!(route.audit.is_some() || !grave, "{}", route.path);
            // Whoever waits for an answer has been through the door before.
            let waits = ["sign-out", "poll"].iter().any(|end| route.path.ends_with(end));
            let guessed = ["password", "device"].iter().any(|end| route.path.ends_with(end));
            let door = changes && (route.class == Class::Public || guessed) && !waits;
            // Through a provider one is sent, and sends nothing.
            let door = door || route.path.starts_with("/api/v1/auth/oidc");
            assert_eq!(door, route.rate == Rate::Door, "{}", route.path);
        }
    }
}
