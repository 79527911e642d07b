//! Help with writing filters: the fields, whether a text is right, what could stand at the cursor.
#![expect(unused_qualifications, reason = "written by utoipa's macro")]

use super::{App, error::Problem};
use crate::filter::Filter;
use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use mizu_entry::api::{ApiError, CompletionList, FieldList, QueryCheck};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// What the check takes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CheckParameters {
    /// The filter.
    query: Option<String>,
}

/// What completion takes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CompleteParameters {
    /// The filter as far as it is written.
    query: Option<String>,
    /// The cursor, in UTF-16 units from 0; the end if not given.
    position: Option<u32>,
}

/// What can be asked for in a filter.
#[utoipa::path(get, path = "/api/query/fields", tag = "query",
    responses((status = 200, body = FieldList), (status = "default", body = ApiError)))]
pub(crate) async fn fields() -> Json<FieldList> {
    Json(Filter::fields())
}

/// Whether a filter is right.
#[utoipa::path(get, path = "/api/query/validate", tag = "query", params(CheckParameters),
    responses((status = 200, body = QueryCheck), (status = "default", body = ApiError)))]
pub(crate) async fn validate(
    parameters: Result<Query<CheckParameters>, QueryRejection>,
) -> Result<Json<QueryCheck>, Problem> {
    let Query(given) = parameters?;
    let error = Filter::parse(given.query.as_deref().unwrap_or("")).err();
    Ok(Json(QueryCheck { valid: error.is_none(), error }))
}

/// What could stand at the cursor.
#[utoipa::path(get, path = "/api/query/complete", tag = "query", params(CompleteParameters),
    responses((status = 200, body = CompletionList), (status = "default", body = ApiError)))]
pub(crate) async fn complete(
    State(app): State<Arc<App>>,
    parameters: Result<Query<CompleteParameters>, QueryRejection>,
) -> Result<Json<CompletionList>, Problem> {
    let Query(given) = parameters?;
    let text = given.query.as_deref().unwrap_or("");
    let end = u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX);
    Ok(Json(Filter::complete(&app.store, text, given.position.unwrap_or(end).min(end)).await?))
}
