//! The page's files: embedded when the aggregator was built, or of a folder while the page is worked on.
//!
//! In: paths under `/mizu`. Out: the file, compressed where the browser takes it; for paths without a file the page itself,
//! which reads its state from the address. Files with a hash in their name may be kept for ever, the page itself not.

use super::{App, error::Problem};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use std::{
    borrow::Cow,
    collections::HashMap,
    io::Write as _,
    path::{Component, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>mizu</title>\
    <h1>The page is not in this build</h1><p>The aggregator runs, but it was built before the page. Type:</p>\
    <pre>npm --prefix ui ci\nnpm --prefix ui run build\ncargo build -p mizu-aggregator</pre>\
    <p>or <code>make</code>, which does all of it. The API is at <a href=\"/api/openapi.json\">/api/openapi.json</a>.</p>";

#[derive(rust_embed::RustEmbed)]
#[folder = "../ui/dist"]
#[allow_missing = true]
struct Embedded;

/// Where the page's files come from.
pub(crate) struct Page {
    /// A folder that goes before what is embedded.
    folder: Option<PathBuf>,
    /// Compressed once, kept: only what is embedded, which does not change.
    compressed: Mutex<HashMap<String, Bytes>>,
}

impl Page {
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        Self { folder, compressed: Mutex::default() }
    }

    async fn read(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        let plain = std::path::Path::new(path).components().all(|c| matches!(c, Component::Normal(_)));
        if !plain {
            return None;
        }
        match &self.folder {
            Some(folder) => tokio::fs::read(folder.join(path)).await.ok().map(Cow::Owned),
            None => Embedded::get(path).map(|file| file.data),
        }
    }

    fn compress(&self, path: &str, data: &[u8]) -> Option<Bytes> {
        let mut kept = self.compressed.lock().unwrap_or_else(PoisonError::into_inner);
        if self.folder.is_none()
            && let Some(known) = kept.get(path)
        {
            return Some(known.clone());
        }
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(data).ok()?;
        let bytes = Bytes::from(encoder.finish().ok()?);
        if self.folder.is_none() {
            kept.insert(path.to_owned(), bytes.clone());
        }
        Some(bytes)
    }

    async fn answer(&self, path: &str, headers: &HeaderMap) -> Option<Response> {
        let data = self.read(path).await?;
        let kind = content_type(path);
        let forever = path.starts_with("assets/");
        let cache = if forever { "public, max-age=31536000, immutable" } else { "no-cache" };
        let mut response = if takes_gzip(headers)
            && is_text(kind)
            && let Some(small) = self.compress(path, &data)
        {
            ([(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))], small).into_response()
        } else {
            Bytes::from(data.into_owned()).into_response()
        };
        let out = response.headers_mut();
        out.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        Some(response)
    }
}

/// `/`: to the page.
pub(crate) async fn to_page() -> Redirect {
    Redirect::to("/mizu")
}

/// The page.
pub(crate) async fn index(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match app.page.answer("index.html", &headers).await {
        Some(response) => response,
        None => {
            let html = [(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))];
            (StatusCode::OK, html, NOT_BUILT).into_response()
        }
    }
}

/// A file of the page, or the page for one of its own addresses.
pub(crate) async fn file(
    State(app): State<Arc<App>>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(response) = app.page.answer(&path, &headers).await {
        return Ok(response);
    }
    let names_a_file = path.rsplit('/').next().is_some_and(|last| last.contains('.'));
    if names_a_file {
        return Err(Problem::not_found(format!("The page has no file {path}.")));
    }
    Ok(index(State(app), headers).await)
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|v| v.to_str().ok());
    accepted.flat_map(|v| v.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        parts.next() == Some("gzip") && !parts.any(|part| part == "q=0")
    })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

fn is_text(kind: &str) -> bool {
    kind.starts_with("text/") || kind.ends_with("json") || kind == "image/svg+xml"
}
