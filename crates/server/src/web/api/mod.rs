//! The API below `/api/v1`, a module for each noun. Handlers parse, ask [`crate::app::App`], and answer; they decide nothing.

pub mod account;
pub mod auth;
pub mod channels;
pub mod collections;
pub mod conversations;
pub mod events;
pub mod guide;
pub mod items;
pub mod library;
pub mod lineup;
pub mod matches;
pub mod oidc;
pub mod own;
pub mod pairing;
pub mod people;
pub mod players;
pub mod receivers;
pub mod sessions;
pub mod sources;
pub mod stations;
pub mod system;
pub mod timers;

use super::Web;
use super::caller::Caller;
use super::guard::{COOKIES, Principal};
use super::iptv::Described;
use super::problem::{Problem, ProblemDocument};
use super::routes::find;
use axum::Router;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Json, Query, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use telecast_core::error::Kind;
use telecast_core::limits;
use telecast_core::secret::SecretHash;
use telecast_store::RequestKey;
use utoipa::OpenApi;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{self, ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(OpenApi)]
#[openapi(
    info(title = "Telecast", description = "A television station in one binary.", license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")),
    components(schemas(ProblemDocument)),
    servers((url = "/", description = "This station"))
)]
struct Document;

/// All routes of the API with their description.
pub fn router() -> OpenApiRouter<Web> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(auth::state))
        .routes(routes!(auth::setup))
        .routes(routes!(auth::sign_in))
        .routes(routes!(auth::sign_out))
        .routes(routes!(auth::link))
        .routes(routes!(pairing::ask))
        .routes(routes!(pairing::poll))
        .routes(routes!(pairing::approve))
        .routes(routes!(oidc::begin))
        .routes(routes!(oidc::callback))
        .routes(routes!(account::password))
        .routes(routes!(account::sign_ins))
        .routes(routes!(account::end_sign_in))
        .routes(routes!(account::tokens, account::make_token))
        .routes(routes!(account::revoke_token))
        .routes(routes!(conversations::list, conversations::create))
        .routes(routes!(conversations::search))
        .routes(routes!(conversations::one, conversations::delete))
        .routes(routes!(conversations::events))
        .routes(routes!(conversations::command))
        .routes(routes!(conversations::assistant))
        .routes(routes!(own::favourites, own::like))
        .routes(routes!(own::languages, own::read_languages))
        .routes(routes!(own::searches, own::save))
        .routes(routes!(own::change, own::forget))
        .routes(routes!(players::list, players::make))
        .routes(routes!(players::revoke))
        .routes(routes!(people::list, people::add))
        .routes(routes!(people::set_role))
        .routes(routes!(people::set_profile))
        .routes(routes!(people::link))
        .routes(routes!(people::remove))
        .routes(routes!(channels::bouquets))
        .routes(routes!(channels::channels))
        .routes(routes!(channels::channel))
        .routes(routes!(channels::logo))
        .routes(routes!(lineup::own, lineup::change))
        .routes(routes!(guide::now))
        .routes(routes!(guide::window))
        .routes(routes!(guide::search))
        .routes(routes!(guide::programme))
        .routes(routes!(sources::list, sources::add))
        .routes(routes!(sources::test))
        .routes(routes!(sources::change, sources::remove))
        .routes(routes!(sources::refresh))
        .routes(routes!(matches::matches))
        .routes(routes!(matches::ids))
        .routes(routes!(matches::wish))
        .merge(own_channels())
        .routes(routes!(timers::list, timers::set))
        .routes(routes!(timers::preview))
        .routes(routes!(timers::cancel))
        .routes(routes!(sessions::start, sessions::list))
        .routes(routes!(sessions::get, sessions::stop))
        .routes(routes!(sessions::heartbeat))
        .routes(routes!(events::socket, events::frame))
        .routes(routes!(events::events))
        .routes(routes!(receivers::list, receivers::add))
        .routes(routes!(receivers::test))
        .routes(routes!(receivers::add_simulated))
        .routes(routes!(receivers::remove))
        .routes(routes!(system::status))
        .routes(routes!(system::reload))
        .routes(routes!(system::audit))
        .routes(routes!(system::log_level, system::set_log_level))
        .routes(routes!(system::problems))
}

/// Those of the library and of channels of one's own.
fn own_channels() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(stations::all, stations::create))
        .routes(routes!(stations::one, stations::change, stations::delete))
        .routes(routes!(stations::timeline))
        .routes(routes!(stations::preview))
        .routes(routes!(stations::preview_new))
        .routes(routes!(stations::simulate))
        .routes(routes!(stations::log))
        .routes(routes!(stations::export_log))
        .routes(routes!(library::overview))
        .routes(routes!(library::items))
        .routes(routes!(items::get, items::correct))
        .routes(routes!(items::picture))
        .routes(routes!(library::shows))
        .routes(routes!(items::act))
        .routes(routes!(library::scan))
        .routes(routes!(library::folders, library::add_folder))
        .routes(routes!(library::remove_folder))
        .routes(routes!(collections::list, collections::add))
        .routes(routes!(collections::change, collections::remove))
}

/// The routes and their description, completed from the table of routes: what each needs, that each may answer with a
/// problem, and a name of its own for each.
pub fn split() -> (Router<Web>, openapi::OpenApi) {
    let (router, mut document) = router().split_for_parts();
    // What lies elsewhere, for players.
    document.merge(Described::openapi());
    let mut components = document.components.take().unwrap_or_default();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API token.")).build();
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    let [secure, _] = COOKIES;
    let cookie =
        ApiKeyValue::with_description(secure, "The browser's sign-in; named 'telecast' on plain HTTP.");
    components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    document.components = Some(components);
    for (path, item) in &mut document.paths.paths {
        let methods = [("GET", &mut item.get), ("POST", &mut item.post), ("DELETE", &mut item.delete)];
        for (method, operation) in methods {
            if let Some(operation) = operation {
                complete(method, path, operation);
            }
        }
    }
    (router, document)
}

fn complete(method: &str, path: &str, operation: &mut Operation) {
    let path_only = path.trim_start_matches("/api/v1").trim_start_matches('/');
    let noun = path_only.replace(['/', '-', '.', '{', '}'], "_").replace("__", "_");
    operation.operation_id = Some(format!("{}_{}", method.to_lowercase(), noun.trim_end_matches('_')));
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemDocument"))).build();
    let problem =
        ResponseBuilder::new().description("A problem.").content("application/problem+json", content).build();
    // Failures that are named beside it are problems as well, and are sent as such.
    for (status, response) in &mut operation.responses.responses {
        if status.starts_with('4') || status.starts_with('5') {
            let description = match response {
                RefOr::T(named) if !named.description.is_empty() => named.description.clone(),
                _ => problem.description.clone(),
            };
            let mut named = problem.clone();
            named.description = description;
            *response = RefOr::T(named);
        }
    }
    // OpenAPI 3.1 §4.8.17 wants words for each.
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            "Done.".clone_into(&mut response.description);
        }
    }
    operation.responses.responses.insert("default".into(), RefOr::T(problem));
    if let Some(scope) = find(method, path).and_then(|route| route.class.scope()) {
        let needs = |scheme: &str| SecurityRequirement::new(scheme, [scope.name()]);
        operation.security = Some(vec![needs("token"), needs("cookie")]);
    }
}

/// A JSON body; what cannot be read is a problem document.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Web> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Web) -> Result<Self, Problem> {
        let caller = request.extensions().get::<Caller>().copied();
        let is_in = request.extensions().get::<Principal>().is_some_and(|who| !who.is_anonymous());
        let _upload = state.uploads.begin(caller, is_in, &state.config().rates)?;
        let read = tokio::time::timeout(limits::BODY_TIME, Json::<T>::from_request(request, state)).await;
        let late = || {
            metrics::counter!("telecast_slow_requests_total", "part" => "body").increment(1);
            Problem::new(Kind::TooSlow, "The body did not come in time.")
        };
        match read.map_err(|_| late())? {
            Ok(Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(match rejection {
                JsonRejection::MissingJsonContentType(_) => {
                    Problem::new(Kind::UnsupportedMedia, "Send JSON with 'Content-Type: application/json'.")
                }
                JsonRejection::BytesRejection(_) => {
                    Problem::new(Kind::TooLarge, "The body is larger than is read here.")
                }
                other => Problem::new(Kind::Invalid, other.body_text()),
            }),
        }
    }
}

/// A JSON body, or none: no content type means none.
pub struct MayBody<T>(pub Option<T>);

impl<T: DeserializeOwned> FromRequest<Web> for MayBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Web) -> Result<Self, Problem> {
        let empty = request.headers().get(CONTENT_LENGTH).is_some_and(|length| length.as_bytes() == b"0");
        if empty || !request.headers().contains_key(CONTENT_TYPE) {
            return Ok(Self(None));
        }
        Body::from_request(request, state).await.map(|Body(value)| Self(Some(value)))
    }
}

/// The key of a request that makes `what`, and of what was asked for; none: it has none. Its body must hold no secret.
pub fn request_key(
    principal: &Principal,
    headers: &HeaderMap,
    what: &str,
    body: &impl serde::Serialize,
) -> Result<Option<RequestKey>, Problem> {
    let Some(key) = idempotency_key(headers)? else { return Ok(None) };
    let request = SecretHash::of(&serde_json::json!([what, body]).to_string().into());
    Ok(Some(RequestKey { account_id: principal.account.clone(), key, request }))
}

/// `Idempotency-Key` of a request that makes something.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    match key.to_str().map(str::to_owned) {
        Ok(key) if !key.is_empty() && key.len() <= limits::IDEMPOTENCY_KEY => Ok(Some(key)),
        _ => Err(Problem::new(Kind::Invalid, "The idempotency key cannot be used.")
            .field("Idempotency-Key", "1 to 128 characters")),
    }
}

/// Query parameters; what cannot be read is a problem document.
pub struct Parameters<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(Problem::new(Kind::Invalid, QueryRejection::body_text(&rejection))),
        }
    }
}

/// A reply with a status of its own. Not axum's pair of the two: that says its status also of a value that could not be written.
pub struct Begun<T>(pub StatusCode, pub T);

impl<T: Serialize> IntoResponse for Begun<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.1).into_response();
        if response.status().is_success() {
            *response.status_mut() = self.0;
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::Begun;
    use axum::Json;
    use axum::http::StatusCode;
    use axum::response::IntoResponse;
    use serde::{Serialize, Serializer};

    /// A value that breaks in the middle of being written.
    struct Broken;

    impl Serialize for Broken {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("broken"))
        }
    }

    #[test]
    fn a_reply_is_written_whole_before_its_status_is_said() {
        let replies = [
            Json(("begun", Broken)).into_response(),
            Begun(StatusCode::CREATED, ("begun", Broken)).into_response(),
        ];
        for reply in replies {
            assert_eq!(reply.status(), StatusCode::INTERNAL_SERVER_ERROR);
        }
    }
}
