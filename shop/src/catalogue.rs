//! The goods over HTTP/1.1: lists and articles as JSON (gzip or br where the client takes it), pictures with `ETag`.
//!
//! In: GET requests. Out: 200, 304 for a picture that the client has, 404. Holds no state and calls nobody.

use axum::{
    Json, Router,
    extract::{Path, Query},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::{Deserialize, Serialize};
use tower_http::compression::CompressionLayer;

use crate::{
    failure::Failure,
    goods::{self, Article},
};

pub(crate) fn router() -> Router {
    Router::new()
        .route("/catalogue", get(list))
        .route("/catalogue/{id}", get(article))
        .route("/catalogue/{id}/picture", get(picture))
        .route("/tags", get(tags))
        .layer(CompressionLayer::new())
}

#[derive(Deserialize)]
struct Wanted {
    tag: Option<String>,
    #[serde(default = "first_page")]
    page: usize,
    #[serde(default = "page_size")]
    size: usize,
}

fn first_page() -> usize {
    1
}

fn page_size() -> usize {
    10
}

#[derive(Serialize)]
struct Page {
    total: usize,
    page: usize,
    items: Vec<&'static Article>,
}

async fn list(Query(wanted): Query<Wanted>) -> Result<Json<Page>, Failure> {
    if wanted.page == 0 || !(1..=100).contains(&wanted.size) {
        let message = "`page` begins at 1 and `size` is between 1 and 100";
        return Err(Failure::new(StatusCode::BAD_REQUEST, "bad_request", message));
    }
    let matching: Vec<_> = goods::all()
        .iter()
        .filter(|article| wanted.tag.as_ref().is_none_or(|tag| article.tags.contains(tag)))
        .collect();
    let total = matching.len();
    let skipped = (wanted.page - 1).saturating_mul(wanted.size);
    let items = matching.into_iter().skip(skipped).take(wanted.size).collect();
    Ok(Json(Page { total, page: wanted.page, items }))
}

async fn article(Path(id): Path<String>) -> Result<Json<&'static Article>, Failure> {
    find(&id).map(Json)
}

async fn picture(Path(id): Path<String>, headers: HeaderMap) -> Result<Response, Failure> {
    let article = find(&id)?;
    let etag = format!("\"{}-1\"", article.id);
    let caching = [(header::ETAG, etag.clone()), (header::CACHE_CONTROL, "max-age=60".to_owned())];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|seen| seen.as_bytes() == etag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 120 90\" role=\"img\" aria-label=\"{name}\">\
         <rect width=\"120\" height=\"90\" rx=\"8\" fill=\"{colour}\"/>\
         <path d=\"M35 35h40v15a20 20 0 0 1-40 0zM75 38h7a8 8 0 0 1 0 16h-7\" fill=\"none\" stroke=\"#fff\" stroke-width=\"4\"/>\
         <text x=\"60\" y=\"84\" font-size=\"7\" fill=\"#fff\" text-anchor=\"middle\">{name}</text></svg>",
        name = article.name,
        colour = article.colour,
    );
    Ok((caching, [(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response())
}

async fn tags() -> Json<Vec<&'static str>> {
    let mut tags: Vec<_> =
        goods::all().iter().flat_map(|article| &article.tags).map(String::as_str).collect();
    tags.sort_unstable();
    tags.dedup();
    Json(tags)
}

fn find(id: &str) -> Result<&'static Article, Failure> {
    goods::find(id).ok_or_else(|| Failure::not_found(format!("there is no article `{id}`")))
}
