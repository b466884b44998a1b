//! The one place that lets a request in: who is it, may it, and does it come from our own page.

use super::audit::Audited;
use super::caller::Caller;
use super::doorman;
use super::problem::Problem;
use super::rate::{Bucket, Rate, Standing, Who};
use super::routes::{self, Class, Route};
use super::{Web, WebConfig};
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use telecast_core::access::{Profile, Role, Scope};
use telecast_core::error::Kind;
use telecast_core::lineup::ChannelId;
use telecast_core::secret::SecretHash;

/// Who asks.
#[derive(Clone, Debug)]
pub struct Principal {
    /// Account.
    pub account: String,
    /// Its name.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// What this sign-in or token may do.
    pub scopes: Vec<Scope>,
    /// What may be seen; none: everything.
    pub profile: Option<Arc<Profile>>,
    /// There is a PIN that opens more than the profile admits.
    pub has_pin: bool,
    /// When a guest's stay ends.
    pub until_ms: Option<i64>,
    /// What has let them in.
    pub credential: Credential,
}

impl Principal {
    /// Somebody of that network, where watching needs no account.
    pub(crate) fn anonymous(network: IpAddr) -> Self {
        let account = format!("anonymous {network}");
        let credential = Credential::Anonymous(SecretHash::of(&account.clone().into()), network);
        Self {
            account,
            name: "anonymous".into(),
            role: Role::Viewer,
            scopes: vec![Scope::Watch],
            profile: None,
            has_pin: false,
            until_ms: None,
            credential,
        }
    }

    /// Whether it is nobody in particular.
    pub fn is_anonymous(&self) -> bool {
        matches!(self.credential, Credential::Anonymous(..))
    }

    /// Whether the other one may do and see the same.
    pub fn is_as(&self, other: &Self) -> bool {
        let rights = |of: &Self| (of.role, of.scopes.clone(), of.profile.clone(), of.until_ms);
        rights(self) == rights(other)
    }

    /// Whether a programme that is rated so is for whoever asks; none: nobody has said.
    pub fn admits(&self, rating: Option<u8>) -> bool {
        self.profile.as_ref().is_none_or(|profile| !profile.minds_time() || profile.admits(rating))
    }

    /// Whether that channel is there for it.
    pub fn lists(&self, channel: &ChannelId) -> bool {
        self.profile.as_ref().is_none_or(|profile| profile.lists(channel))
    }
}

/// What lets somebody in, as its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A browser's sign-in.
    Cookie(SecretHash),
    /// An API token.
    Token(SecretHash),
    /// The secret in a player's address.
    Player(SecretHash),
    /// Nothing: whoever asks from this network, where `auth.anonymous` lets everybody watch or `auth.iptv_networks` its players.
    Anonymous(SecretHash, IpAddr),
}

impl std::hash::Hash for Credential {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        let (Self::Cookie(hash) | Self::Token(hash) | Self::Player(hash) | Self::Anonymous(hash, _)) = self;
        hash.as_bytes().hash(state);
    }
}

/// Name of the cookie on HTTPS, and on plain HTTP.
pub const COOKIES: [&str; 2] = ["__Host-telecast", "telecast"];

/// The row of a request that matches `path`, or why there is none.
fn row(method: &Method, path: &str) -> Result<&'static Route, Box<Response>> {
    routes::find(method.as_str(), path).ok_or_else(|| {
        // Even if the router had it: what is not in the table is not offered.
        let methods = routes::methods(path);
        if methods.is_empty() {
            return Problem::not_found().into_response().into();
        }
        let problem = Problem::new(Kind::MethodNotAllowed, "This method is not offered at this address.");
        ([(header::ALLOW, methods.join(", "))], problem).into_response().into()
    })
}

/// Lets a request for media through, or says what is wrong with it: the key in its address is all that it needs.
pub fn media(method: &Method) -> Result<(), Box<Response>> {
    row(method, routes::MEDIA).map(drop)
}

/// Lets a request through or answers it with a problem.
pub async fn guard(State(web): State<Web>, mut request: Request, next: Next) -> Result<Response, Problem> {
    let path = request.extensions().get::<MatchedPath>().cloned();
    let Some(path) = path else { return Ok(next.run(request).await) };
    let route = match row(request.method(), path.as_str()) {
        Ok(route) => route,
        Err(refusal) => return Ok(*refusal),
    };
    let class = route.class;
    DefaultBodyLimit::max(route.body).apply(&mut request);
    same_origin(&request, &web)?;
    if route.rate == Rate::Door && !is_gone_to(&request) {
        return Err(Problem::new(Kind::ForeignOrigin, "This is an address to go to, not one to fetch."));
    }
    let caller = request.extensions().get::<Caller>().copied();
    let mut turnstile = Turnstile::new(&web, caller);
    let credential = match class {
        Class::Player => player(request.uri().path()),
        _ => credential(request.headers()),
    };
    let principal = match &credential {
        None => None,
        Some(credential) => turnstile.identify(credential).await?,
    };
    let principal = principal.or_else(|| anybody(&web, route, caller, credential.as_ref()));
    if let Some(principal) = principal.as_ref().filter(|principal| !principal.is_anonymous()) {
        turnstile.account(route.rate, &principal.account)?;
    } else if route.rate != Rate::Free {
        turnstile.network(Rate::Usual)?;
    }
    if route.rate == Rate::Door {
        turnstile.network(Rate::Door)?;
    }
    match (&principal, class.scope()) {
        (Some(principal), Some(scope)) if !principal.scopes.contains(&scope) => {
            let audited = route.audit.map(|action| {
                Audited::new(action, request.uri().path(), Some(principal), caller, request.headers())
            });
            return Ok(lacks(&web, scope, audited).await);
        }
        (None, _) if matches!(credential, Some(Credential::Token(_))) => {
            let words = "This token is not known here, or has expired.";
            return Err(Problem::new(Kind::Unauthenticated, words));
        }
        // Whoever guesses is told no more than that there is nothing.
        (None, _) if class == Class::Player => return Err(Problem::not_found()),
        (None, Some(_)) => {
            return Err(Problem::new(
                Kind::Unauthenticated,
                "Nobody is signed in, or the sign-in has ended.",
            ));
        }
        _ => {}
    }
    let audited = route.audit.map(|action| {
        let (path, headers) = (request.uri().path(), request.headers());
        Audited::new(action, path, principal.as_ref(), caller, headers)
    });
    if let Some(principal) = principal {
        request.extensions_mut().insert(principal);
    }
    let standing = turnstile.standing;
    let mut response = next.run(request).await;
    if let Some(noted) = note(&web, audited, route, &response) {
        noted.await;
    }
    if let Some(standing) = standing {
        tell(&standing, response.headers_mut());
    }
    Ok(response)
}

/// The answer to somebody who has not that right, noted where what he asked for is.
async fn lacks(web: &Web, scope: Scope, audited: Option<Audited>) -> Response {
    let refusal = Problem::new(Kind::Forbidden, format!("This needs the right '{}'.", scope.name()));
    let refusal = refusal.into_response();
    if let Some(audited) = audited {
        let noted = audited.answered(web, &refusal);
        noted.await;
    }
    refusal
}

/// Notes who has done what, if anything was done. What strangers may do as often as they like does not write the store full.
fn note<'a>(
    web: &'a Web,
    audited: Option<Audited>,
    route: &Route,
    response: &Response,
) -> Option<impl Future<Output = ()> + use<'a>> {
    let is_free = route.class == Class::Public && route.rate != Rate::Door;
    let done = |audited: &Audited| {
        response.status() != StatusCode::ACCEPTED && (!is_free || audited.is_of_somebody(response))
    };
    audited.filter(done).map(|audited| audited.answered(web, response))
}

/// Whether what is only read at the door is asked for by somebody who goes there: pictures of another site's page would use up the tries of
/// the house.
fn is_gone_to(request: &Request) -> bool {
    let asked = request.headers().get("sec-fetch-dest").and_then(|dest| dest.to_str().ok());
    *request.method() != Method::GET || asked.is_none_or(|dest| dest == "document")
}

/// Whoever asks without an account, where everybody may watch, or asks for a player's pages in a network that may. A token that lets nobody in is told so.
fn anybody(
    web: &Web,
    route: &Route,
    caller: Option<Caller>,
    credential: Option<&Credential>,
) -> Option<Principal> {
    let config = web.config();
    let is_near = |caller: &Caller| {
        caller.is_direct && config.iptv_networks.iter().any(|network| network.contains(caller.address))
    };
    let watches = |caller: &Caller| {
        route.class == Class::Scoped(Scope::Watch)
            && (config.anonymous || (routes::is_for_players(route.path) && is_near(caller)))
    };
    let caller =
        caller.filter(|caller| watches(caller) && !matches!(credential, Some(Credential::Token(_))))?;
    Some(Principal::anonymous(doorman::network(caller.address)))
}

/// What a request takes of the buckets that it is counted in.
struct Turnstile<'a> {
    web: &'a Web,
    config: Arc<WebConfig>,
    network: Option<IpAddr>,
    now: Duration,
    /// Of the bucket that is nearest to being empty.
    standing: Option<Standing>,
}

impl<'a> Turnstile<'a> {
    fn new(web: &'a Web, caller: Option<Caller>) -> Self {
        let config = web.config();
        let bound = caller.filter(|caller| config.rates.bind(caller.address));
        let network = bound.map(|caller| doorman::network(caller.address));
        Self { web, config, network, now: web.clock.uptime(), standing: None }
    }

    /// Whose credential it is. One that was never met is not looked up in the store for a network that has used up what those have who are not
    /// let in: nobody guesses at the store's cost, and nobody is shut out for what his neighbours guess.
    async fn identify(&mut self, credential: &Credential) -> Result<Option<Principal>, Problem> {
        let now_ms = self.web.clock.wall_ms();
        if let Some(principal) = self.web.accounts.remembered(credential, now_ms) {
            return Ok(Some(principal));
        }
        if let Some(network) = self.network.filter(|_| !self.web.accounts.has_met(credential)) {
            let (who, bucket) = (Who::Network(network), self.config.rates.unknown);
            let standing = self.web.rates.peek(Rate::Usual, who, bucket, self.now);
            standing.map_err(|empty| refused("unknown", &empty))?;
        }
        self.web.accounts.holder(credential, now_ms).await
    }

    fn account(&mut self, rate: Rate, account: &str) -> Result<(), Problem> {
        let bucket = match rate {
            Rate::Free | Rate::Door => return Ok(()),
            Rate::Usual => self.config.rates.account,
            Rate::Refresh => self.config.rates.refresh,
        };
        self.take(rate, Who::Account(account), bucket, "account")
    }

    fn network(&mut self, rate: Rate) -> Result<(), Problem> {
        let Some(network) = self.network else { return Ok(()) };
        let (bucket, name) = match rate {
            Rate::Door => (self.config.rates.door, "door"),
            _ => (self.config.rates.unknown, "unknown"),
        };
        self.take(rate, Who::Network(network), bucket, name)
    }

    fn take(&mut self, rate: Rate, who: Who<'_>, bucket: Bucket, name: &'static str) -> Result<(), Problem> {
        if self.network.is_none() {
            return Ok(());
        }
        let standing =
            self.web.rates.take(rate, who, bucket, self.now).map_err(|empty| refused(name, &empty))?;
        if self.standing.is_none_or(|before| standing.remaining < before.remaining) {
            self.standing = Some(standing);
        }
        Ok(())
    }
}

fn refused(name: &'static str, empty: &Standing) -> Problem {
    metrics::counter!("telecast_requests_limited_total", "bucket" => name).increment(1);
    Problem::new(Kind::TooMany, "Too many of these in a short time.")
        .retry_after(empty.reset_s)
        .standing(*empty)
}

/// Tells how the caller's bucket stands.
pub fn tell(standing: &Standing, headers: &mut HeaderMap) {
    headers.insert("x-ratelimit-limit", standing.limit.into());
    headers.insert("x-ratelimit-remaining", standing.remaining.into());
    headers.insert("x-ratelimit-reset", standing.reset_s.into());
}

/// The token of `Authorization: Bearer` (RFC 6750 §2.1; the scheme's case does not matter).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

/// What a request shows of itself: a token, else a cookie.
pub fn credential(headers: &HeaderMap) -> Option<Credential> {
    let token = bearer(headers).map(|token| SecretHash::of(&token.trim().to_owned().into()));
    token.map(Credential::Token).or_else(|| sign_in(headers))
}

/// The secret in a player's address.
fn player(path: &str) -> Option<Credential> {
    let secret = path.strip_prefix(routes::PLAYER)?.split('/').next().filter(|secret| !secret.is_empty())?;
    Some(Credential::Player(SecretHash::of(&secret.to_owned().into())))
}

/// The sign-in of the request's cookie.
pub fn sign_in(headers: &HeaderMap) -> Option<Credential> {
    cookie(headers).map(|cookie| Credential::Cookie(SecretHash::of(&cookie.into())))
}

/// The sign-in's cookie.
fn cookie(headers: &HeaderMap) -> Option<String> {
    cookie_of(headers, &COOKIES)
}

/// The first of these cookies that was sent.
pub fn cookie_of(headers: &HeaderMap, names: &[&str]) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter_map(|(name, value)| Some((names.iter().position(|cookie| *cookie == name)?, value)))
        // A neighbour under the same domain can set the other one, not the one that is bound to this host.
        .min_by_key(|(position, _)| *position)
        .map(|(_, value)| value.to_owned())
}

/// What changes something, and sockets, are taken from our own pages alone, unless a token was sent (browsers do not add those).
fn same_origin(request: &Request, web: &Web) -> Result<(), Problem> {
    let headers = request.headers();
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let socket = headers.contains_key(header::UPGRADE);
    if (safe && !socket) || bearer(headers).is_some() {
        return Ok(());
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let foreign = || Err(Problem::new(Kind::ForeignOrigin, "Another site's page may not do this here."));
    if let Some(origin) = text("origin") {
        let own = text("host")
            .is_some_and(|host| origin == format!("http://{host}") || origin == format!("https://{host}"));
        return if own || web.config().allowed_origins.iter().any(|allowed| allowed == origin) {
            Ok(())
        } else {
            foreign()
        };
    }
    match text("sec-fetch-site") {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) => foreign(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_cookie_that_is_bound_to_this_host_counts_whatever_a_neighbour_has_set() {
        for (sent, taken) in [
            ("telecast=theirs; __Host-telecast=ours", Some("ours")),
            ("__Host-telecast=ours; telecast=theirs", Some("ours")),
            ("a=b; telecast=ours", Some("ours")),
            ("__Host-telecast2=theirs", None),
        ] {
            let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(sent))]);
            assert_eq!(cookie(&headers).as_deref(), taken, "{sent}");
        }
    }
}
