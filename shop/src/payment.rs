//! The cash desk over HTTP/1.1. It is the service that misbehaves: slow at times, away at times, and it refuses cards.
//!
//! In: `POST /charges` with a card. Out: 201; 402 for a card that ends in 0002 or an amount above 200.00; 422 for what is
//! no card; 503 in 4 of 100 calls; 3 of 100 take 0.4 to 2.4 s, so that some callers give up.

use std::time::Duration;

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use serde::{Deserialize, Serialize};

use crate::{call::Caller, failure::Failure};

/// What is to be paid, and with what.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Charge {
    pub(crate) order: String,
    pub(crate) cents: u64,
    pub(crate) card: Card,
}

/// A card. These are the numbers that card companies publish for tests.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Card {
    pub(crate) number: String,
    pub(crate) cvc: String,
    pub(crate) holder: String,
}

/// A charge that went through.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Receipt {
    pub(crate) id: String,
    pub(crate) cents: u64,
    pub(crate) status: String,
}

pub(crate) fn router(caller: Caller) -> Router {
    Router::new().route("/charges", post(charge)).with_state(caller)
}

async fn charge(
    State(caller): State<Caller>,
    Json(charge): Json<Charge>,
) -> Result<(StatusCode, Json<Receipt>), Failure> {
    let chance = caller.chance();
    if chance.percent(3) {
        tokio::time::sleep(Duration::from_millis(400 + chance.below(2_000))).await;
    } else {
        tokio::time::sleep(Duration::from_millis(2 + chance.below(20))).await;
    }
    if chance.percent(4) {
        let message = "the bank's line is busy; try again in a second";
        return Err(Failure::new(StatusCode::SERVICE_UNAVAILABLE, "bank_busy", message));
    }
    let digits = charge.card.number.bytes().filter(u8::is_ascii_digit).count();
    if !(12..=19).contains(&digits) {
        let message = "a card number has 12 to 19 digits";
        return Err(Failure::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_card", message));
    }
    if charge.card.number.ends_with("0002") {
        return Err(Failure::new(
            StatusCode::PAYMENT_REQUIRED,
            "card_declined",
            "the bank declined this card",
        ));
    }
    if charge.cents > 20_000 {
        return Err(Failure::new(
            StatusCode::PAYMENT_REQUIRED,
            "over_limit",
            "more than this card may pay at once",
        ));
    }
    let id = format!("ch_{:012x}", chance.bits() >> 16);
    Ok((StatusCode::CREATED, Json(Receipt { id, cents: charge.cents, status: "captured".to_owned() })))
}
