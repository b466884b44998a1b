//! The table of routes: who may use each, and how. A route that is not in it is refused, so none can be forgotten.

use telecast_core::access::Scope;

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
}

const GET: &[&str] = &["GET", "HEAD"];
const POST: &[&str] = &["POST"];
const DELETE: &[&str] = &["DELETE"];
const WATCH: Class = Class::Scoped(Scope::Watch);
const ADMIN: Class = Class::Scoped(Scope::Admin);

const fn route(methods: &'static [&'static str], path: &'static str, class: Class) -> Route {
    Route { methods, path, class }
}

/// All routes.
pub const ROUTES: &[Route] = &[
    route(GET, "/healthz", Class::Public),
    route(GET, "/readyz", Class::Public),
    route(GET, "/api/v1/openapi.json", Class::Public),
    route(GET, "/api/v1/problems", Class::Public),
    route(GET, "/api/v1/auth/state", Class::Public),
    route(POST, "/api/v1/auth/setup", Class::Public),
    route(POST, "/api/v1/auth/sign-in", Class::Public),
    route(POST, "/api/v1/auth/sign-out", Class::Public),
    route(POST, "/api/v1/auth/link", Class::Public),
    route(GET, "/api/v1/bouquets", WATCH),
    route(GET, "/api/v1/channels", WATCH),
    route(GET, "/api/v1/channels/{id}", WATCH),
    route(GET, "/api/v1/channels/{id}/logo", WATCH),
    route(GET, "/api/v1/guide/now", WATCH),
    route(POST, "/api/v1/sessions", WATCH),
    route(GET, "/api/v1/sessions", WATCH),
    route(GET, "/api/v1/sessions/{id}", WATCH),
    route(DELETE, "/api/v1/sessions/{id}", WATCH),
    route(POST, "/api/v1/sessions/{id}/heartbeat", WATCH),
    route(GET, "/api/v1/socket", WATCH),
    route(GET, "/api/v1/events", WATCH),
    route(GET, "/api/v1/receivers", WATCH),
    route(POST, "/api/v1/receivers", ADMIN),
    route(POST, "/api/v1/receivers/test", ADMIN),
    route(POST, "/api/v1/receivers/simulated", ADMIN),
    route(DELETE, "/api/v1/receivers/{id}", ADMIN),
    route(GET, "/api/v1/system/status", ADMIN),
    route(&["GET", "HEAD", "OPTIONS"], "/play/{key}/{*rest}", Class::Capability),
];

/// The class of a route; `None`: it is not in the table.
pub fn class(method: &str, path: &str) -> Option<Class> {
    ROUTES.iter().find(|route| route.path == path && route.methods.contains(&method)).map(|route| route.class)
}
