//! The carts, over HTTP/2 without TLS (HTTP/1.1 is answered as well): what each customer means to buy.
//!
//! In: GET, POST, PATCH, DELETE below `/carts/{customer}`. Out: the cart as JSON. State: the 10,000 carts touched last
//! by a first article, in memory.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, patch, post},
};
use serde::{Deserialize, Serialize};

use crate::{failure::Failure, goods, recent::Recent};

/// A line of a cart.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Line {
    pub(crate) id: String,
    pub(crate) quantity: u32,
}

/// A customer's cart.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Cart {
    pub(crate) items: Vec<Line>,
}

#[derive(Clone)]
struct Carts(Arc<Mutex<Recent<String, BTreeMap<String, u32>>>>);

pub(crate) fn router() -> Router {
    Router::new()
        .route("/carts/{customer}", get(show).delete(clear))
        .route("/carts/{customer}/items", post(add))
        .route("/carts/{customer}/items/{id}", patch(change).delete(remove))
        .with_state(Carts(Arc::new(Mutex::new(Recent::new(10_000)))))
}

async fn show(State(carts): State<Carts>, Path(customer): Path<String>) -> Json<Cart> {
    Json(carts.cart(&customer))
}

async fn add(
    State(carts): State<Carts>,
    Path(customer): Path<String>,
    Json(line): Json<Line>,
) -> Result<(StatusCode, Json<Cart>), Failure> {
    if goods::find(&line.id).is_none() {
        return Err(Failure::not_found(format!("there is no article `{}`", line.id)));
    }
    if !(1..=99).contains(&line.quantity) {
        let message = "`quantity` is between 1 and 99";
        return Err(Failure::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_quantity", message));
    }
    {
        let mut carts = carts.lock();
        let quantity = carts.entry(customer.clone(), BTreeMap::new).entry(line.id).or_default();
        *quantity = (*quantity + line.quantity).min(99);
    }
    Ok((StatusCode::CREATED, Json(carts.cart(&customer))))
}

#[derive(Deserialize)]
struct Quantity {
    quantity: u32,
}

async fn change(
    State(carts): State<Carts>,
    Path((customer, id)): Path<(String, String)>,
    Json(Quantity { quantity }): Json<Quantity>,
) -> Result<Json<Cart>, Failure> {
    match carts.lock().entry(customer.clone(), BTreeMap::new).get_mut(&id) {
        Some(kept) => *kept = quantity.clamp(1, 99),
        None => return Err(missing(&id)),
    }
    Ok(Json(carts.cart(&customer)))
}

async fn remove(
    State(carts): State<Carts>,
    Path((customer, id)): Path<(String, String)>,
) -> Result<StatusCode, Failure> {
    match carts.lock().entry(customer, BTreeMap::new).remove(&id) {
        Some(_) => Ok(StatusCode::NO_CONTENT),
        None => Err(missing(&id)),
    }
}

async fn clear(State(carts): State<Carts>, Path(customer): Path<String>) -> StatusCode {
    carts.lock().entry(customer, BTreeMap::new).clear();
    StatusCode::NO_CONTENT
}

fn missing(id: &str) -> Failure {
    Failure::not_found(format!("`{id}` is not in this cart"))
}

impl Carts {
    fn lock(&self) -> MutexGuard<'_, Recent<String, BTreeMap<String, u32>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cart(&self, customer: &String) -> Cart {
        let line = |(id, quantity): (&String, &u32)| Line { id: id.clone(), quantity: *quantity };
        Cart {
            items: self
                .lock()
                .get(customer)
                .map(|lines| lines.iter().map(line).collect())
                .unwrap_or_default(),
        }
    }
}
