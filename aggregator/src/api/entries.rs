//! Rows of the list, their number, and one entry whole.
#![expect(unused_qualifications, reason = "written by utoipa's macro")]

use super::{
    App,
    error::Problem,
    scope::{id, scope},
};
use crate::{
    live::Cursor,
    store::read::{ListedEntry, Place, Scope},
};
use axum::{
    Json,
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
};
use mizu_entry::{
    api::{ApiError, EntryCount, EntryDetail, EntryPage, EntrySummary},
    record::{detail as detail_of, summary_from},
};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

const DEFAULT_LIMIT: u64 = 100;
const MAX_LIMIT: u64 = 1000;

/// What the list takes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParameters {
    /// The filter; empty for all.
    query: Option<String>,
    /// Begin, inclusive: RFC 3339 or `now-15m`.
    from: Option<String>,
    /// End, exclusive: RFC 3339 or `now-15m`.
    to: Option<String>,
    /// The rows just older than this id.
    before: Option<String>,
    /// The rows just newer than this id.
    after: Option<String>,
    /// Only ids not greater than this.
    until: Option<String>,
    /// The rows after the oldest so many.
    offset: Option<u64>,
    /// Rows at most: 1 to 1000, default 100.
    limit: Option<u64>,
}

/// What the count takes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CountParameters {
    /// The filter; empty for all.
    query: Option<String>,
    /// Begin, inclusive: RFC 3339 or `now-15m`.
    from: Option<String>,
    /// End, exclusive: RFC 3339 or `now-15m`.
    to: Option<String>,
    /// Only ids not greater than this.
    until: Option<String>,
}

/// The row of an entry read from the store.
pub(crate) fn row(listed: ListedEntry) -> EntrySummary {
    summary_from(&listed.stored.record(), listed.derived)
}

/// A page of rows, oldest first.
#[utoipa::path(get, path = "/api/entries", tag = "entries", params(ListParameters),
    responses((status = 200, body = EntryPage), (status = "default", body = ApiError)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    parameters: Result<Query<ListParameters>, QueryRejection>,
) -> Result<Json<EntryPage>, Problem> {
    let Query(given) = parameters?;
    let limit = given.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Problem::bad_request(format!("`limit` has to be 1 to {MAX_LIMIT}")));
    }
    let place = match (&given.before, &given.after, given.offset) {
        (None, None, None) => Place::Newest,
        (Some(before), None, None) => Place::Before(id("before", before)?),
        (None, Some(after), None) => Place::After(id("after", after)?),
        (None, None, Some(offset)) => Place::Offset(offset),
        _ => return Err(Problem::bad_request("only one of `before`, `after` and `offset` can be given")),
    };
    // The cursor is taken first and bounds the page, so that the stream goes on exactly where the page ends.
    let newest = app.hub.newest().borrow().id;
    let mut scope =
        scope(given.query.as_deref(), given.from.as_deref(), given.to.as_deref(), given.until.as_deref())?;
    scope.until = Some(scope.until.unwrap_or(newest).min(newest));
    let page = app.store.page(&scope, place, limit).await?;
    let (older, newer) = match place {
        Place::Newest => (page.more, false),
        Place::Before(before) => {
            (page.more, exists(&app, &scope, Place::After(before.saturating_sub(1))).await?)
        }
        Place::After(after) => {
            (exists(&app, &scope, Place::Before(after.saturating_add(1))).await?, page.more)
        }
        Place::Offset(offset) => (offset > 0, page.more),
    };
    let entries = page.entries.into_iter().map(row).collect();
    Ok(Json(EntryPage { entries, older, newer, cursor: Cursor(newest).to_string() }))
}

async fn exists(app: &App, scope: &Scope, place: Place) -> Result<bool, Problem> {
    Ok(app.store.any(scope, place).await?)
}

/// How many rows match.
#[utoipa::path(get, path = "/api/entries/count", tag = "entries", params(CountParameters),
    responses((status = 200, body = EntryCount), (status = "default", body = ApiError)))]
pub(crate) async fn count(
    State(app): State<Arc<App>>,
    parameters: Result<Query<CountParameters>, QueryRejection>,
) -> Result<Json<EntryCount>, Problem> {
    let Query(given) = parameters?;
    let newest = app.hub.newest().borrow().id;
    let mut scope =
        scope(given.query.as_deref(), given.from.as_deref(), given.to.as_deref(), given.until.as_deref())?;
    let until = scope.until.unwrap_or(newest).min(newest);
    scope.until = Some(until);
    let all = Scope { until: Some(until), ..Scope::all() };
    let total = app.store.count(&all).await?;
    let matched = if scope == all { total } else { app.store.count(&scope).await? };
    let until = if until == 0 { String::new() } else { until.to_string() };
    Ok(Json(EntryCount { matched, total, until }))
}

/// One entry whole.
#[utoipa::path(get, path = "/api/entries/{id}", tag = "entries", params(("id" = String, Path, description = "The entry")),
    responses((status = 200, body = EntryDetail), (status = "default", body = ApiError)))]
pub(crate) async fn detail(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Json<EntryDetail>, Problem> {
    let Path(given) = path?;
    let stored = app.store.entry(id("id", &given)?).await?.ok_or_else(|| gone(&given))?;
    Ok(Json(detail_of(&stored.record())))
}

/// The answer for an id that has no entry.
pub(crate) fn gone(id: &str) -> Problem {
    Problem::not_found(format!("There is no entry {id}. Old entries go when the store reaches its limit."))
}
