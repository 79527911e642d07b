//! The read side: the API, the live stream and the page, over HTTP on loopback.
//!
//! In: requests of browsers and programs. Out: JSON of `mizu_entry::api`, bodies, a WebSocket, the page's files. Every
//! route lies behind `guard`: token, Host and Origin. One file a concern; what a row means is `mizu_entry`'s matter, how it
//! is found `store`'s.

mod body;
mod entries;
mod error;
mod guard;
mod histogram;
mod live;
pub(crate) mod openapi;
mod page;
mod query;
mod scope;
mod status;

pub(crate) use guard::Token;
pub(crate) use page::Page;

use crate::{
    ingest::coverage::Workers,
    live::Hub,
    stop::Stop,
    store::{Store, commit::Holdings},
    supervisor::EngineState,
};
use axum::{Json, Router, extract::State, middleware, routing::get};
use std::sync::Arc;
use tokio::sync::watch;

/// What the routes work with.
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) hub: Arc<Hub>,
    pub(crate) workers: Arc<Workers>,
    pub(crate) holdings: watch::Receiver<Holdings>,
    /// `None` with a server of the user's.
    pub(crate) engine: Option<watch::Receiver<EngineState>>,
    pub(crate) token: Token,
    pub(crate) page: Page,
    /// Bytes that the store may take; 0 for no limit.
    pub(crate) limit: u64,
    /// Where the traffic comes from, for the words of the empty page.
    pub(crate) source: String,
    pub(crate) source_name: String,
    /// Said when the aggregator stops: open live streams end.
    pub(crate) stopping: Stop,
}

/// All routes of the read side, behind the guard.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/api/entries", get(entries::list))
        .route("/api/entries/count", get(entries::count))
        .route("/api/entries/{id}", get(entries::detail))
        .route("/api/entries/{id}/body/{side}", get(body::download))
        .route("/api/histogram", get(histogram::histogram))
        .route("/api/query/fields", get(query::fields))
        .route("/api/query/validate", get(query::validate))
        .route("/api/query/complete", get(query::complete))
        .route("/api/coverage", get(coverage))
        .route("/api/status", get(status::status))
        .route("/api/live", get(live::live))
        .route("/api/openapi.json", get(openapi::document))
        .route("/mizu", get(page::index))
        .route("/mizu/", get(page::index))
        .route("/mizu/{*path}", get(page::file))
        .route("/", get(page::to_page))
        .fallback(error::no_route)
        .method_not_allowed_fallback(error::no_method)
        .layer(middleware::from_fn_with_state(app.clone(), guard::check))
        .with_state(app)
}

/// What is captured and lost, by sidecar.
#[utoipa::path(get, path = "/api/coverage", tag = "status",
    responses((status = 200, body = mizu_entry::api::Coverage), (status = "default", body = mizu_entry::api::ApiError)))]
async fn coverage(State(app): State<Arc<App>>) -> Json<mizu_entry::api::Coverage> {
    Json(app.workers.coverage())
}
