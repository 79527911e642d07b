//! Answers that are not 2xx: one shape, a status, a code for programs, words for people, the next step.
//!
//! In: what went wrong. Out: [`Problem`] as a response with an [`ApiError`] as its body. What the database said stays in the
//! log where it would not help the reader.

use crate::store::StoreError;
use axum::{
    Json,
    extract::rejection::{PathRejection, QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use mizu_entry::api::{ApiError, QueryError};

/// An answer that is not 2xx.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    body: Box<ApiError>,
}

impl Problem {
    fn new(status: StatusCode, code: &str, message: impl Into<String>, hint: Option<&str>) -> Self {
        let body = ApiError {
            code: code.into(),
            message: message.into(),
            hint: hint.map(str::to_owned),
            query: None,
        };
        Self { status, body: Box::new(body) }
    }

    /// The answer's body.
    pub(crate) fn into_body(self) -> ApiError {
        *self.body
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "This address needs the token that mizu made when it started.",
            Some(
                "Open the page by the address that `mizu` printed, or send `Authorization: Bearer <token>`.",
            ),
        )
    }

    pub(crate) fn foreign_host() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "foreign_host",
            "Requests have to name this machine (localhost or a loopback address) as their Host.",
            Some("Open http://localhost:<port>/mizu."),
        )
    }

    pub(crate) fn foreign_origin() -> Self {
        Self::new(StatusCode::FORBIDDEN, "foreign_origin", "Another site's page may not ask here.", None)
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", message, None)
    }

    pub(crate) fn bad_query(error: QueryError) -> Self {
        let mut problem = Self::new(StatusCode::BAD_REQUEST, "bad_query", error.message.clone(), None);
        problem.body.query = Some(error);
        problem
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message, None)
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message, None)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::TooBroad => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "too_broad",
                "The query needs more time or memory than it may have.",
                Some("Narrow it by time, or by a field besides the body."),
            ),
            StoreError::Unavailable(reason) => {
                tracing::warn!(reason, "The store did not answer a query.");
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "store_unavailable",
                    "The store does not answer at the moment; it is being started again.",
                    Some("Try again in a second. The aggregator's log says why."),
                )
            }
            StoreError::Full(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "store_unavailable",
                "The disk of the store is full.",
                Some("Make room on the disk, or start with a smaller --max-entries-db-size."),
            ),
            error @ (StoreError::Refused(_) | StoreError::Damaged { .. } | StoreError::Schema { .. }) => {
                tracing::error!(%error, "The store failed a query.");
                Self::internal("The store could not answer this query. The aggregator's log says why.")
            }
        }
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::bad_request(rejection.body_text())
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::bad_request(rejection.body_text())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer realm=\"mizu\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

/// Any path that is no route.
pub(crate) async fn no_route() -> Problem {
    Problem::not_found(
        "There is nothing at this address. The page is at /mizu, the API's contract at /api/openapi.json.",
    )
}

/// A route asked with another method.
pub(crate) async fn no_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "bad_request",
        "This address does not take that method.",
        None,
    )
}
