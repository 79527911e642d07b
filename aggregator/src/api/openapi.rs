//! The contract of the API as OpenAPI, made from the routes and the types of `mizu_entry::api`.
//!
//! Out: the document, served at `/api/openapi.json` and checked in as `aggregator/openapi.json`; a test holds both equal and
//! rewrites the file with `UPDATE=1`.

use super::{body, entries, histogram, live, query, status};
use axum::Json;
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Mizu",
        description = "The read side of the aggregator. Every route needs the token, as `Authorization: Bearer` or as the cookie `mizu_token`."
    ),
    paths(
        entries::list,
        entries::count,
        entries::detail,
        body::download,
        histogram::histogram,
        query::fields,
        query::validate,
        query::complete,
        super::coverage,
        status::status,
        live::live,
        document,
    ),
    components(schemas(mizu_entry::api::LiveRequest, mizu_entry::api::LiveMessage))
)]
struct Contract;

/// This contract.
#[utoipa::path(get, path = "/api/openapi.json", tag = "status",
    responses((status = 200, description = "This document"), (status = "default", body = mizu_entry::api::ApiError)))]
pub(crate) async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(Contract::openapi())
}

/// The document as it is checked in.
#[cfg(test)]
fn text() -> String {
    let mut text = Contract::openapi().to_pretty_json().expect("an OpenAPI document is JSON");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_that_is_checked_in_is_what_the_routes_say() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(file, text()).unwrap();
        }
        let kept = std::fs::read_to_string(file).unwrap_or_default();
        assert!(kept == text(), "openapi.json is not what the routes say; UPDATE=1 rewrites it");
    }
}
