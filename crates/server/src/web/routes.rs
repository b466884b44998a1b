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
}

const GET: &[&str] = &["GET", "HEAD"];
const POST: &[&str] = &["POST"];
const DELETE: &[&str] = &["DELETE"];
const WATCH: Class = Class::Scoped(Scope::Watch);
const ADMIN: Class = Class::Scoped(Scope::Admin);

const fn route(methods: &'static [&'static str], path: &'static str, class: Class) -> Route {
    Route { methods, path, class, rate: Rate::Free, body: 0 }
}

impl Route {
    const fn rate(mut self, rate: Rate) -> Self {
        self.rate = rate;
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
    route(GET, "/healthz", Class::Public),
    route(GET, "/readyz", Class::Public),
    // Guarded by network: see `web/probes.rs`.
    route(GET, "/metrics", Class::Public),
    route(GET, "/api/v1/openapi.json", Class::Public),
    route(GET, "/api/v1/problems", Class::Public),
    route(GET, "/api/v1/auth/state", Class::Public),
    route(POST, "/api/v1/auth/setup", Class::Public).rate(Rate::Door).body(limits::BODY_SMALL),
    route(POST, "/api/v1/auth/sign-in", Class::Public).rate(Rate::Door).body(limits::BODY_SMALL),
    route(POST, "/api/v1/auth/sign-out", Class::Public).body(limits::BODY_SMALL),
    route(POST, "/api/v1/auth/link", Class::Public).rate(Rate::Door).body(limits::BODY_SMALL),
    route(GET, "/api/v1/bouquets", WATCH),
    route(GET, "/api/v1/channels", WATCH),
    route(GET, "/api/v1/channels/{id}", WATCH),
    route(GET, "/api/v1/channels/{id}/logo", WATCH),
    route(GET, "/api/v1/guide/now", WATCH),
    route(POST, "/api/v1/sessions", WATCH).rate(Rate::Write).body(limits::BODY),
    route(GET, "/api/v1/sessions", WATCH),
    route(GET, "/api/v1/sessions/{id}", WATCH),
    route(DELETE, "/api/v1/sessions/{id}", WATCH).rate(Rate::Write).body(limits::BODY_SMALL),
    route(POST, "/api/v1/sessions/{id}/heartbeat", WATCH).rate(Rate::Write).body(limits::BODY_SMALL),
    route(GET, "/api/v1/socket", WATCH),
    route(GET, "/api/v1/events", WATCH),
    route(GET, "/api/v1/receivers", WATCH),
    route(POST, "/api/v1/receivers", ADMIN).rate(Rate::Write).body(limits::BODY_SMALL),
    route(POST, "/api/v1/receivers/test", ADMIN).rate(Rate::Write).body(limits::BODY_SMALL),
    route(POST, "/api/v1/receivers/simulated", ADMIN).rate(Rate::Write).body(limits::BODY_SMALL),
    route(DELETE, "/api/v1/receivers/{id}", ADMIN).rate(Rate::Write).body(limits::BODY_SMALL),
    route(GET, "/api/v1/system/status", ADMIN),
    route(&["GET", "HEAD", "OPTIONS"], MEDIA, Class::Capability),
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
            let door = changes && route.class == Class::Public && !route.path.ends_with("sign-out");
            assert_eq!(door, route.rate == Rate::Door, "{}", route.path);
        }
    }
}
