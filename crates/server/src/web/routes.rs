//! The table of routes: who may use each, and how. A route that is not in it is refused, so none can be forgotten.

use super::rate::Rate;
use telecast_core::access::Scope;
use telecast_core::limits;

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Everybody: health, sign-in, the pages' files.
    Public,
    /// Whoever is signed in or has a token, with this scope.
    Scoped(Scope),
    /// Whoever knows the address: it holds a key that is bound to a session.
    Capability,
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
const WATCH: Class = Class::Scoped(Scope::Watch);
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

/// All routes.
pub const ROUTES: &[Route] = &[
    route(GET, "/healthz", Class::Public).rate(Rate::Free),
    route(GET, "/readyz", Class::Public).rate(Rate::Free),
    // Guarded by network: see `web/probes.rs`.
    route(GET, "/metrics", Class::Public).rate(Rate::Free),
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
    route(POST, "/api/v1/account/password", WATCH)
        .rate(Rate::Door)
        .body(limits::BODY_SMALL)
        .audit("password.change"),
    route(GET, "/api/v1/account/sign-ins", WATCH),
    route(DELETE, "/api/v1/account/sign-ins/{id}", WATCH).body(limits::BODY_SMALL).audit("sign_in.end"),
    route(GET, "/api/v1/account/tokens", WATCH),
    route(POST, "/api/v1/account/tokens", WATCH).body(limits::BODY_SMALL).audit("token.create"),
    route(DELETE, "/api/v1/account/tokens/{id}", WATCH).body(limits::BODY_SMALL).audit("token.revoke"),
    route(GET, "/api/v1/people", ADMIN),
    route(POST, "/api/v1/people", ADMIN).body(limits::BODY_SMALL).audit("person.add"),
    route(POST, "/api/v1/people/{id}/role", ADMIN).body(limits::BODY_SMALL).audit("person.role"),
    route(POST, "/api/v1/people/{id}/link", ADMIN).body(limits::BODY_SMALL).audit("person.link"),
    route(DELETE, "/api/v1/people/{id}", ADMIN).body(limits::BODY_SMALL).audit("person.remove"),
    route(GET, "/api/v1/bouquets", WATCH),
    route(GET, "/api/v1/channels", WATCH),
    route(GET, "/api/v1/channels/{id}", WATCH),
    route(GET, "/api/v1/channels/{id}/logo", WATCH).rate(Rate::Free),
    route(GET, "/api/v1/guide/now", WATCH),
    route(POST, "/api/v1/sessions", WATCH).body(limits::BODY),
    route(GET, "/api/v1/sessions", WATCH),
    route(GET, "/api/v1/sessions/{id}", WATCH),
    route(DELETE, "/api/v1/sessions/{id}", WATCH).body(limits::BODY_SMALL),
    route(POST, "/api/v1/sessions/{id}/heartbeat", WATCH).body(limits::BODY_SMALL),
    route(GET, "/api/v1/socket", WATCH),
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
    route(&["GET", "HEAD", "OPTIONS"], MEDIA, Class::Capability).rate(Rate::Free),
];

/// The row of a route; `None`: it is not in the table.
pub fn find(method: &str, path: &str) -> Option<&'static Route> {
    ROUTES.iter().find(|route| route.path == path && route.methods.contains(&method))
}

/// Methods that a path has; empty: it is not in the table.
pub fn methods(path: &str) -> Vec<&'static str> {
    ROUTES.iter().filter(|route| route.path == path).flat_map(|route| route.methods).copied().collect()
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
            let door = changes
                && (route.class == Class::Public || route.path.ends_with("password"))
                && !route.path.ends_with("sign-out");
            // Through a provider one is sent, and sends nothing.
            let door = door || route.path.starts_with("/api/v1/auth/oidc");
            assert_eq!(door, route.rate == Rate::Door, "{}", route.path);
        }
    }
}
