//! The one place that lets a request in: who is it, may it, and does it come from our own page.

use super::Web;
use super::doorman;
use super::problem::Problem;
use super::rate::Rate;
use super::routes::{self, Class, Route};
use axum::extract::{ConnectInfo, DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::SocketAddr;
use telecast_core::access::{Role, Scope};
use telecast_core::error::Kind;
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
    /// What has let them in.
    pub credential: Credential,
}

/// What lets somebody in, as its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A browser's sign-in.
    Cookie(SecretHash),
    /// An API token.
    Token(SecretHash),
}

impl std::hash::Hash for Credential {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        let (Self::Cookie(hash) | Self::Token(hash)) = self;
        hash.as_bytes().hash(state);
    }
}

/// Name of the cookie on HTTPS, and on plain HTTP.
pub const COOKIES: [&str; 2] = ["__Host-telecast", "telecast"];

/// The row of a request that matches `path`, or why there is none.
fn row(method: &Method, uri: &Uri, path: &str) -> Result<&'static Route, Box<Response>> {
    if has_token_in_query(uri.query()) {
        let words = "A token stood in the address; it may now be known to others. Replace it.";
        return Err(Problem::new(Kind::TokenInQuery, words).into_response().into());
    }
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
pub fn media(method: &Method, uri: &Uri) -> Result<(), Box<Response>> {
    row(method, uri, routes::MEDIA).map(drop)
}

/// Lets a request through or answers it with a problem.
pub async fn guard(State(web): State<Web>, mut request: Request, next: Next) -> Result<Response, Problem> {
    let path = request.extensions().get::<MatchedPath>().cloned();
    let Some(path) = path else { return Ok(next.run(request).await) };
    let route = match row(request.method(), request.uri(), path.as_str()) {
        Ok(route) => route,
        Err(refusal) => return Ok(*refusal),
    };
    let class = route.class;
    DefaultBodyLimit::max(route.body).apply(&mut request);
    same_origin(&request, &web)?;
    let mut who = None;
    if let Some(principal) = identify(&web, request.headers()).await? {
        if let Class::Scoped(scope) = class
            && !principal.scopes.contains(&scope)
        {
            return Err(Problem::new(Kind::Forbidden, format!("This needs the right '{}'.", scope.name())));
        }
        who = Some(principal.account.clone());
        request.extensions_mut().insert(principal);
    } else if matches!(class, Class::Scoped(_)) {
        return Err(Problem::new(Kind::Unauthenticated, "Nobody is signed in, or the sign-in has ended."));
    }
    let who = match who {
        Some(account) if route.rate == Rate::Write => account,
        _ => from(&request),
    };
    if let Err(seconds) = web.rates.take(route.rate, &who, web.clock.uptime()) {
        return Err(Problem::new(Kind::TooMany, "Too many of these in a short time.").retry_after(seconds));
    }
    Ok(next.run(request).await)
}

/// The network that a request comes from.
fn from(request: &Request) -> String {
    let connection = request.extensions().get::<ConnectInfo<SocketAddr>>();
    connection.map_or_else(String::new, |from| doorman::network(from.ip()).to_string())
}

fn has_token_in_query(query: Option<&str>) -> bool {
    query.is_some_and(|query| {
        query
            .split('&')
            .filter_map(|pair| pair.split('=').next())
            .any(|name| matches!(name, "token" | "access_token" | "api_key"))
    })
}

/// The token of `Authorization: Bearer` (RFC 6750 §2.1; the scheme's case does not matter).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

/// Who the credentials belong to.
pub async fn identify(web: &Web, headers: &HeaderMap) -> Result<Option<Principal>, Problem> {
    let now = web.clock.wall_ms();
    if let Some(token) = bearer(headers) {
        let credential = Credential::Token(SecretHash::of(&token.trim().to_owned().into()));
        let found = web.accounts.holder(&credential, now).await?;
        return found.map(Some).ok_or_else(|| {
            Problem::new(Kind::Unauthenticated, "This token is not known here, or has expired.")
        });
    }
    match sign_in(headers) {
        Some(credential) => web.accounts.holder(&credential, now).await,
        None => Ok(None),
    }
}

/// The sign-in of the request's cookie.
pub fn sign_in(headers: &HeaderMap) -> Option<Credential> {
    cookie(headers).map(|cookie| Credential::Cookie(SecretHash::of(&cookie.into())))
}

/// The sign-in's cookie.
fn cookie(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter_map(|(name, value)| Some((COOKIES.iter().position(|cookie| *cookie == name)?, value)))
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
        return if own || web.config.allowed_origins.iter().any(|allowed| allowed == origin) {
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
