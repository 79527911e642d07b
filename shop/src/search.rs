//! Search: GraphQL over HTTP (POST with JSON, GET with `?query=`).
//!
//! In: queries and one mutation. Out: `data`, or `errors` under HTTP 200 as GraphQL does it. The goods come from the
//! catalogue by a call; ratings are kept in memory.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{Context, EmptySubscription, ID, Object, Request, Response, Schema, SimpleObject};
use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    routing::get,
};
use serde::Deserialize;

use crate::{
    call::{self, Caller, Wire},
    failure::Failure,
    goods::Article,
    peers::Peers,
    trace::Trace,
};

type Shop = Schema<Queries, Mutations, EmptySubscription>;

pub(crate) fn router(caller: Caller, peers: Peers) -> Router {
    let source = Source { caller, peers, ratings: Arc::default() };
    let schema = Schema::build(Queries, Mutations, EmptySubscription)
        .data(source)
        .limit_depth(8)
        .limit_complexity(200)
        .finish();
    Router::new().route("/graphql", get(by_url).post(by_body)).with_state(schema)
}

async fn by_body(State(schema): State<Shop>, trace: Trace, Json(request): Json<Request>) -> Json<Response> {
    Json(schema.execute(request.data(trace)).await)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InUrl {
    query: String,
    operation_name: Option<String>,
    /// JSON text.
    variables: Option<String>,
}

async fn by_url(
    State(schema): State<Shop>,
    trace: Trace,
    Query(url): Query<InUrl>,
) -> Result<Json<Response>, Failure> {
    let mut request = Request::new(url.query).data(trace);
    if let Some(name) = url.operation_name {
        request = request.operation_name(name);
    }
    if let Some(variables) = url.variables {
        let variables = serde_json::from_str(&variables).map_err(|error| {
            Failure::new(StatusCode::BAD_REQUEST, "bad_request", format!("`variables` is not JSON: {error}"))
        })?;
        request = request.variables(async_graphql::Variables::from_json(variables));
    }
    Ok(Json(schema.execute(request).await))
}

struct Source {
    caller: Caller,
    peers: Peers,
    ratings: Arc<Mutex<BTreeMap<String, Vec<u32>>>>,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Article>,
}

impl Source {
    async fn goods(&self, trace: &Trace) -> async_graphql::Result<Vec<Article>> {
        let url = format!("{}/catalogue?size=100", self.peers.catalogue);
        let (_, page): (_, Page) = self.caller.json(Wire::Http1, trace, call::get(url)).await?;
        Ok(page.items)
    }

    fn stars(&self, id: &str) -> Option<f64> {
        let ratings = self.ratings.lock().unwrap_or_else(PoisonError::into_inner);
        let given = ratings.get(id)?;
        Some(f64::from(given.iter().sum::<u32>()) / given.len() as f64)
    }

    fn product(&self, article: Article) -> Product {
        Product {
            stars: self.stars(&article.id),
            id: article.id.into(),
            name: article.name,
            price: Price { cents: article.cents, currency: "EUR" },
            tags: article.tags,
            description: article.description,
        }
    }
}

#[derive(SimpleObject)]
struct Product {
    id: ID,
    name: String,
    price: Price,
    tags: Vec<String>,
    description: String,
    /// Mean of the ratings, if there are any.
    stars: Option<f64>,
}

#[derive(SimpleObject)]
struct Price {
    cents: u64,
    currency: &'static str,
}

#[derive(SimpleObject)]
struct Found {
    total: usize,
    items: Vec<Product>,
}

struct Queries;

#[Object]
impl Queries {
    /// Products whose name, tags or description contain `text`.
    async fn search(
        &self,
        ctx: &Context<'_>,
        text: String,
        #[graphql(default = 5)] first: u32,
    ) -> async_graphql::Result<Found> {
        let source = ctx.data::<Source>()?;
        let needle = text.to_lowercase();
        let hits = |a: &Article| {
            a.name.to_lowercase().contains(&needle)
                || a.tags.contains(&needle)
                || a.description.to_lowercase().contains(&needle)
        };
        let found: Vec<_> = source.goods(ctx.data::<Trace>()?).await?.into_iter().filter(hits).collect();
        let total = found.len();
        let items = found.into_iter().take(first as usize).map(|article| source.product(article)).collect();
        Ok(Found { total, items })
    }

    /// The product of this id; an error when there is none.
    async fn product(&self, ctx: &Context<'_>, id: ID) -> async_graphql::Result<Product> {
        let source = ctx.data::<Source>()?;
        let goods = source.goods(ctx.data::<Trace>()?).await?;
        let article = goods.into_iter().find(|article| article.id == *id);
        article
            .map(|article| source.product(article))
            .ok_or_else(|| format!("there is no product `{}`", *id).into())
    }
}

struct Mutations;

#[Object]
impl Mutations {
    /// Gives a product one to five stars.
    async fn rate(&self, ctx: &Context<'_>, id: ID, stars: u32) -> async_graphql::Result<Product> {
        if !(1..=5).contains(&stars) {
            return Err(format!("{stars} stars cannot be given; give 1 to 5").into());
        }
        let product = Queries.product(ctx, id.clone()).await?;
        let source = ctx.data::<Source>()?;
        {
            let mut ratings = source.ratings.lock().unwrap_or_else(PoisonError::into_inner);
            let given = ratings.entry(id.to_string()).or_default();
            // A mean over the last thousand is as good, and does not grow.
            if given.len() == 1_000 {
                given.remove(0);
            }
            given.push(stars);
        }
        Ok(Product { stars: source.stars(&id), ..product })
    }
}
