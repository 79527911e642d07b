//! The orders over HTTP/1.1: a cart (carts, HTTP/2) at its prices (catalogue), charged (payment), kept and shown.
//!
//! In: `POST /orders`, `GET` and `DELETE /orders/{id}`. Out: 201 with `Location`; 409 for an empty cart or an order that
//! left the house; the cash desk's 402 as it is; 502, 503 and 504 when a call behind this one failed. State: the 10,000
//! newest orders, in memory. A 503 of the cash desk is tried once more under the same `Idempotency-Key`.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};

use crate::{
    call::{self, Caller, Wire},
    carts::{Cart, Line},
    failure::Failure,
    goods::Article,
    payment::{Card, Charge, Receipt},
    peers::Peers,
    recent::Recent,
    trace::Trace,
};

/// How long the cash desk may take.
const PAYMENT_PATIENCE: Duration = Duration::from_millis(1_500);

/// What a customer sends to buy the cart.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Purchase {
    pub(crate) customer: String,
    pub(crate) card: Card,
}

/// An order that was paid.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) customer: String,
    pub(crate) items: Vec<Line>,
    pub(crate) cents: u64,
    pub(crate) receipt: Receipt,
    /// `packing`, then `sent`.
    pub(crate) state: String,
}

#[derive(Clone)]
struct Orders {
    caller: Caller,
    peers: Peers,
    kept: Arc<Mutex<Recent<String, Order>>>,
}

pub(crate) fn router(caller: Caller, peers: Peers) -> Router {
    Router::new()
        .route("/orders", post(place))
        .route("/orders/{id}", get(show).delete(cancel))
        .with_state(Orders { caller, peers, kept: Arc::new(Mutex::new(Recent::new(10_000))) })
}

async fn place(
    State(orders): State<Orders>,
    trace: Trace,
    Json(purchase): Json<Purchase>,
) -> Result<Response, Failure> {
    let cart_url = format!("{}/carts/{}", orders.peers.carts, purchase.customer);
    let (_, cart): (_, Cart) = orders.caller.json(Wire::Http2, &trace, call::get(&cart_url)).await?;
    if cart.items.is_empty() {
        return Err(Failure::new(StatusCode::CONFLICT, "empty_cart", "there is nothing in the cart"));
    }
    let mut cents = 0;
    for line in &cart.items {
        let url = format!("{}/catalogue/{}", orders.peers.catalogue, line.id);
        let (_, article): (_, Article) = orders.caller.json(Wire::Http1, &trace, call::get(url)).await?;
        cents += article.cents * u64::from(line.quantity);
    }
    let id = format!("or_{:010x}", orders.caller.chance().bits() >> 24);
    let charge = Charge { order: id.clone(), cents, card: purchase.card };
    let receipt = match orders.charge(&trace, &charge).await? {
        Ok(receipt) => receipt,
        Err(refused) => return Ok(refused),
    };
    let order = Order {
        id: id.clone(),
        customer: purchase.customer,
        items: cart.items,
        cents,
        receipt,
        state: "packing".to_owned(),
    };
    orders.kept().insert(id.clone(), order.clone());
    orders.caller.send(Wire::Http2, &trace, call::bare("DELETE", &cart_url, bytes::Bytes::new())).await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/orders/{id}"))], Json(order)).into_response())
}

async fn show(State(orders): State<Orders>, Path(id): Path<String>) -> Result<Json<Order>, Failure> {
    orders.kept().get(&id).cloned().map(Json).ok_or_else(|| unknown(&id))
}

async fn cancel(State(orders): State<Orders>, Path(id): Path<String>) -> Result<StatusCode, Failure> {
    let order = orders.kept().get(&id).cloned().ok_or_else(|| unknown(&id))?;
    if order.state != "packing" {
        return Err(Failure::new(
            StatusCode::CONFLICT,
            "order_closed",
            format!("order {id} is {} already", order.state),
        ));
    }
    orders.kept().insert(id, Order { state: "cancelled".to_owned(), ..order });
    Ok(StatusCode::NO_CONTENT)
}

fn unknown(id: &str) -> Failure {
    Failure::not_found(format!("there is no order `{id}`"))
}

impl Orders {
    fn kept(&self) -> MutexGuard<'_, Recent<String, Order>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The receipt, or the cash desk's refusal to be passed on.
    async fn charge(&self, trace: &Trace, charge: &Charge) -> Result<Result<Receipt, Response>, Failure> {
        let url = format!("{}/charges", self.peers.payment);
        let mut last = None;
        for _ in 0..2 {
            let mut request = call::json("POST", &url, charge);
            if let Ok(key) = HeaderValue::from_str(&charge.order) {
                request.headers_mut().insert("idempotency-key", key);
            }
            let answer = self.caller.send_within(PAYMENT_PATIENCE, Wire::Http1, trace, request).await?;
            if answer.status() == StatusCode::CREATED {
                let receipt = serde_json::from_slice(answer.body()).map_err(|error| {
                    Failure::new(
                        StatusCode::BAD_GATEWAY,
                        "upstream",
                        format!("the receipt cannot be read: {error}"),
                    )
                })?;
                return Ok(Ok(receipt));
            }
            let busy = answer.status() == StatusCode::SERVICE_UNAVAILABLE;
            last = Some(answer);
            if !busy {
                break;
            }
        }
        let (head, body) = last.expect("the loop runs at least once").into_parts();
        let kind = [(header::CONTENT_TYPE, "application/json")];
        Ok(Err((head.status, kind, body).into_response()))
    }
}
