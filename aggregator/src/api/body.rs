//! What is kept of a body, as a download. Nothing captured is ever shown by the browser itself.

use super::{App, entries::gone, error::Problem, scope::id};
use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use std::sync::Arc;

/// The bytes kept of a body.
#[utoipa::path(get, path = "/api/entries/{id}/body/{side}", tag = "entries",
    params(("id" = String, Path, description = "The entry"), ("side" = String, Path, description = "`request` or `response`")),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>),
        (status = "default", body = mizu_entry::api::ApiError)))]
pub(crate) async fn download(
    State(app): State<Arc<App>>,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, Problem> {
    let Path((given, side)) = path?;
    if !matches!(side.as_str(), "request" | "response") {
        return Err(Problem::not_found("A body is `request` or `response`."));
    }
    let stored = app.store.entry(id("id", &given)?).await?.ok_or_else(|| gone(&given))?;
    let message = if side == "request" { stored.entry.request } else { stored.entry.response };
    let message = message.ok_or_else(|| Problem::not_found(format!("Entry {given} has no {side}.")))?;
    let kind = message.header(b"content-type").unwrap_or_default();
    let name = format!("attachment; filename=\"mizu-{given}-{side}{}\"", extension(kind));
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::try_from(name).map_err(|e| Problem::internal(e.to_string()))?,
        ),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'")),
    ];
    Ok((headers, message.body.bytes).into_response())
}

/// The ending of a file's name for a content type; only a help for whoever opens the file.
fn extension(content_type: &[u8]) -> &'static str {
    let kind =
        content_type.split(|b| *b == b';').next().unwrap_or_default().trim_ascii().to_ascii_lowercase();
    match kind.as_slice() {
        b"application/json" => ".json",
        b"application/xml" | b"text/xml" => ".xml",
        b"text/html" => ".html",
        b"text/css" => ".css",
        b"text/csv" => ".csv",
        b"text/javascript" | b"application/javascript" => ".js",
        b"image/png" => ".png",
        b"image/jpeg" => ".jpg",
        b"image/gif" => ".gif",
        b"image/svg+xml" => ".svg",
        b"image/webp" => ".webp",
        b"application/pdf" => ".pdf",
        kind if kind.ends_with(b"+json") => ".json",
        kind if kind.starts_with(b"text/") => ".txt",
        _ => ".bin",
    }
}
