//! How many are left, over a WebSocket that compresses its messages (permessage-deflate, RFC 7692), and by plain GET.
//!
//! In: on `/stock`, text messages `{"subscribe":["sencha"]}` and `{"reserve":"sencha","quantity":2}`. Out: `{"levels":{}}`
//! four times a second while somebody listens, `{"reserved":…}` or `{"error":…}`, and after each subscription one binary
//! message (a big-endian u32 for each level, in the order of the subscription) and a ping. Levels are refilled when they
//! run out. A client's own pings are answered by the protocol library and stand in no ledger.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::Context as _;
use axum::{
    Json, Router,
    body::Body,
    extract::{ConnectInfo, Path, Request, State},
    http::{Response, StatusCode},
    response::IntoResponse as _,
    routing::get,
};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::json;
use soketto::{
    Incoming, Mode,
    connection::{self, Error as SocketError},
    handshake::http::Server,
};
use tokio::sync::mpsc;
use tokio_util::compat::TokioAsyncReadCompatExt as _;

use crate::{
    deflate::PermessageDeflate,
    failure::Failure,
    goods,
    ledger::{Ledger, Message},
};

/// How often levels are sent to those who subscribed.
const TICK: Duration = Duration::from_millis(250);

#[derive(Clone)]
struct Room {
    levels: Arc<Mutex<BTreeMap<String, u64>>>,
    ledger: Ledger,
}

pub(crate) fn router(ledger: Ledger) -> Router {
    let levels = goods::all().iter().map(|article| (article.id.clone(), article.stock)).collect();
    Router::new()
        .route("/stock", get(upgrade))
        .route("/stock/{id}", get(level))
        .with_state(Room { levels: Arc::new(Mutex::new(levels)), ledger })
}

async fn level(State(room): State<Room>, Path(id): Path<String>) -> Result<Json<serde_json::Value>, Failure> {
    let left = room.levels().get(&id).copied();
    left.map(|left| Json(json!({ "id": id, "left": left })))
        .ok_or_else(|| Failure::not_found(format!("there is no article `{id}`")))
}

async fn upgrade(
    State(room): State<Room>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    request: Request,
) -> Result<Response<Body>, Failure> {
    let mut handshake = Server::new();
    handshake.add_extension(Box::new(PermessageDeflate::new(Mode::Server)));
    let response = handshake.receive_request(&request).map_err(|error| {
        Failure::new(
            StatusCode::UPGRADE_REQUIRED,
            "upgrade_required",
            format!("this is a WebSocket: {error}"),
        )
    })?;
    tokio::spawn(async move {
        let conversation = Conversation { room, client, subscribed: Vec::new() };
        // Clients that leave without a closing handshake are part of the day.
        drop(conversation.run(handshake, request).await);
    });
    Ok(response.map(|()| Body::empty()).into_response())
}

impl Room {
    fn levels(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.levels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a client may say.
#[derive(Deserialize)]
#[serde(untagged)]
enum Wish {
    Subscribe { subscribe: Vec<String> },
    Reserve { reserve: String, quantity: u64 },
}

/// What came from the client: `reader --Heard--> conversation, 16, waits`.
enum Heard {
    Text(Vec<u8>),
    Binary(usize),
    Pong(usize),
    Close,
}

struct Conversation {
    room: Room,
    client: SocketAddr,
    subscribed: Vec<String>,
}

type Io = tokio_util::compat::Compat<TokioIo<hyper::upgrade::Upgraded>>;

impl Conversation {
    async fn run(mut self, handshake: Server, request: Request) -> anyhow::Result<()> {
        let io = TokioIo::new(hyper::upgrade::on(request).await?).compat();
        let mut builder = handshake.into_builder(io);
        builder.set_max_message_size(64 << 10);
        let (mut out, incoming) = builder.finish();
        let (heard_tx, mut heard_rx) = mpsc::channel(16);
        // The reader is a task of its own because a message must not be given up half read when a tick is due.
        let reader = tokio::spawn(read(incoming, heard_tx));
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                heard = heard_rx.recv() => match heard {
                    Some(Heard::Text(text)) => {
                        self.note("in", "text", text.len());
                        self.answer(&mut out, &text).await?;
                    }
                    Some(Heard::Binary(len)) => {
                        self.note("in", "binary", len);
                        self.say(&mut out, &json!({ "error": "text messages only" })).await?;
                    }
                    Some(Heard::Pong(len)) => self.note("in", "pong", len),
                    Some(Heard::Close) => {
                        self.note("in", "close", 2);
                        self.note("out", "close", 2);
                        break;
                    }
                    None => break,
                },
                _ = ticks.tick(), if !self.subscribed.is_empty() => self.levels(&mut out).await?,
            }
        }
        reader.await.context("the reader of a WebSocket")
    }

    async fn answer(&mut self, out: &mut connection::Sender<Io>, text: &[u8]) -> Result<(), SocketError> {
        match serde_json::from_slice(text) {
            Ok(Wish::Subscribe { subscribe }) => {
                self.subscribed = subscribe.into_iter().filter(|id| goods::find(id).is_some()).collect();
                let mut packed = Vec::with_capacity(4 * self.subscribed.len());
                {
                    let levels = self.room.levels();
                    for id in &self.subscribed {
                        let level = levels.get(id).copied().unwrap_or_default();
                        packed.extend(u32::try_from(level).unwrap_or(u32::MAX).to_be_bytes());
                    }
                }
                self.note("out", "binary", packed.len());
                out.send_binary(&packed).await?;
                self.note("out", "ping", 5);
                out.send_ping(b"alive"[..].try_into().expect("5 bytes are under the limit of 125")).await?;
                out.flush().await
            }
            Ok(Wish::Reserve { reserve, quantity }) => {
                let answer = self.reserve(&reserve, quantity);
                self.say(out, &answer).await
            }
            Err(_) => self.say(out, &json!({ "error": "say subscribe or reserve" })).await,
        }
    }

    fn reserve(&self, id: &str, quantity: u64) -> serde_json::Value {
        let mut levels = self.room.levels();
        match levels.get_mut(id) {
            None => json!({ "error": format!("there is no article `{id}`") }),
            Some(level) if *level < quantity => {
                let left = *level;
                // The next delivery is at the door.
                *level = goods::find(id).map_or(0, |article| article.stock);
                json!({ "error": "not enough", "id": id, "left": left })
            }
            Some(level) => {
                *level -= quantity;
                json!({ "reserved": id, "quantity": quantity, "left": *level })
            }
        }
    }

    async fn levels(&self, out: &mut connection::Sender<Io>) -> Result<(), SocketError> {
        let levels: BTreeMap<_, _> = {
            let all = self.room.levels();
            self.subscribed.iter().map(|id| (id.clone(), all.get(id).copied().unwrap_or_default())).collect()
        };
        self.say(out, &json!({ "levels": levels })).await
    }

    async fn say(
        &self,
        out: &mut connection::Sender<Io>,
        value: &serde_json::Value,
    ) -> Result<(), SocketError> {
        let text = value.to_string();
        self.note("out", "text", text.len());
        out.send_text(&text).await?;
        out.flush().await
    }

    fn note(&self, direction: &'static str, opcode: &'static str, len: usize) {
        self.room.ledger.message(&Message {
            service: "stock",
            client: Some(self.client),
            direction,
            opcode,
            len,
        });
    }
}

/// Reads until the client closes or breaks off. Dropping `heard` ends the conversation.
async fn read(mut incoming: connection::Receiver<Io>, heard: mpsc::Sender<Heard>) {
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let message = match incoming.receive(&mut buffer).await {
            Ok(Incoming::Data(soketto::Data::Text(_))) => Heard::Text(std::mem::take(&mut buffer)),
            Ok(Incoming::Data(soketto::Data::Binary(len))) => Heard::Binary(len),
            Ok(Incoming::Pong(data)) => Heard::Pong(data.len()),
            Ok(Incoming::Closed(_)) => Heard::Close,
            Err(_) => return,
        };
        let last = matches!(message, Heard::Close);
        if heard.send(message).await.is_err() || last {
            return;
        }
    }
}
