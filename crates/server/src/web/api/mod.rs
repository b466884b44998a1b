//! The API below `/api/v1`, a module for each noun. Handlers parse, ask [`crate::app::App`], and answer; they decide nothing.

pub mod auth;
pub mod channels;
pub mod events;
pub mod guide;
pub mod receivers;
pub mod sessions;
pub mod system;

use super::Web;
use super::problem::{Problem, ProblemDocument};
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Json, Query, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use telecast_core::error::Kind;
use utoipa::OpenApi;
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
        .routes(routes!(channels::bouquets))
        .routes(routes!(channels::channels))
        .routes(routes!(channels::channel))
        .routes(routes!(channels::logo))
        .routes(routes!(guide::now))
        .routes(routes!(sessions::start, sessions::list))
        .routes(routes!(sessions::get, sessions::stop))
        .routes(routes!(sessions::heartbeat))
        .routes(routes!(events::socket))
        .routes(routes!(events::events))
        .routes(routes!(receivers::list, receivers::add))
        .routes(routes!(receivers::test))
        .routes(routes!(receivers::simulated))
        .routes(routes!(receivers::remove))
        .routes(routes!(system::status))
        .routes(routes!(system::problems))
}

/// A JSON body; what cannot be read is a problem document.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::<T>::from_request(request, state).await {
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
