//! How the HTTP services say no: a status, a code for programs, a sentence for people, as JSON.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::call::CallError;

/// An answer that is an error.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Failure {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    pub(crate) fn not_found(what: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", what)
    }

    pub(crate) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let body = Json(json!({ "error": { "code": self.code, "message": self.message } }));
        let mut response = (self.status, body).into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response
                .headers_mut()
                .insert(axum::http::header::RETRY_AFTER, axum::http::HeaderValue::from_static("1"));
        }
        response
    }
}

/// A call behind this one went wrong: the caller is told whose fault it was, as a gateway tells it (RFC 9110, 15.6.3).
impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        let status = match &error {
            CallError::Late { .. } => StatusCode::GATEWAY_TIMEOUT,
            CallError::Unreachable { .. } | CallError::Broken { .. } => StatusCode::BAD_GATEWAY,
        };
        Self::new(status, "upstream", error.to_string())
    }
}

/// What the users service says, in HTTP's words (google.rpc.Code, "HTTP Mapping").
impl From<tonic::Status> for Failure {
    fn from(status: tonic::Status) -> Self {
        use tonic::Code;
        let (http, code) = match status.code() {
            Code::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthorized"),
            Code::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Code::InvalidArgument => (StatusCode::BAD_REQUEST, "bad_request"),
            Code::DeadlineExceeded => (StatusCode::GATEWAY_TIMEOUT, "upstream"),
            Code::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "upstream"),
            _ => (StatusCode::BAD_GATEWAY, "upstream"),
        };
        Self::new(http, code, status.message())
    }
}
