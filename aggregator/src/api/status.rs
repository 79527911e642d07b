//! What the aggregator is and holds.

use super::App;
use crate::{store::StoreError, supervisor::EngineState};
use axum::{Json, extract::State};
use mizu_entry::{
    Timestamp,
    api::{ApiError, Status},
};
use std::sync::Arc;

/// What the aggregator is and holds.
#[utoipa::path(get, path = "/api/status", tag = "status",
    responses((status = 200, body = Status), (status = "default", body = ApiError)))]
pub(crate) async fn status(State(app): State<Arc<App>>) -> Json<Status> {
    Json(app.status())
}

impl App {
    /// The status at this moment, from memory.
    pub(crate) fn status(&self) -> Status {
        let holdings = self.holdings.borrow().clone();
        let newest = *self.hub.newest().borrow();
        let (store, store_reason) = self.store_state(holdings.failing.as_ref());
        Status {
            version: env!("CARGO_PKG_VERSION").into(),
            store: store.into(),
            store_reason,
            store_kind: self.store.kind().into(),
            entries: holdings.rows,
            store_bytes: holdings.bytes,
            store_limit: self.limit,
            oldest: Timestamp(holdings.oldest).rfc3339(),
            newest: Timestamp(newest.time).rfc3339(),
            rate: self.hub.rate(),
            source: self.source.clone(),
            source_name: self.source_name.clone(),
        }
    }

    fn store_state(&self, failing: Option<&StoreError>) -> (&'static str, String) {
        let engine = self.engine.as_ref().map(|engine| engine.borrow().clone());
        match (engine, failing) {
            (Some(EngineState::Restarting { reason, .. }), _) => ("restarting", reason),
            (Some(EngineState::Starting), _) => ("restarting", "it is being started".into()),
            (Some(EngineState::Stopped), _) => ("unavailable", "it was stopped".into()),
            (_, Some(error @ StoreError::Full(_))) => ("full", error.to_string()),
            (_, Some(error)) => ("unavailable", error.to_string()),
            (_, None) => ("ready", String::new()),
        }
    }
}
