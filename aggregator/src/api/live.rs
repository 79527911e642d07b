//! The live stream: rows as they are committed, to whoever subscribes, each once and in order.
//!
//! In: [`LiveRequest`]s of one WebSocket. Out: [`LiveMessage`]s. A subscription is a filter and a cursor; what came after
//! the cursor is in memory (`live`) or, for one that resumes from further back, in the store. A client that reads slowly
//! holds up only itself; one that is too far behind is told how many rows it missed and goes on with the newest.

use super::{App, entries::row, error::Problem};
use crate::{
    filter::Filter,
    live::{Cursor, Since},
    store::{
        StoreError,
        read::{Place, Scope},
    },
};
use axum::{
    extract::{
        State,
        ws::{
            CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code,
            rejection::WebSocketUpgradeRejection,
        },
    },
    response::Response,
};
use mizu_entry::{
    api::{ApiError, EntrySummary, LiveMessage, LiveRequest, Status},
    record::summary,
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::time::{Instant, MissedTickBehavior, interval};

/// Rows that a client may be behind before it is told to skip.
const MAX_BEHIND: u64 = 20_000;
/// Rows of one message at most.
const MAX_ROWS: usize = 500;
/// Subscriptions of one socket at most.
const MAX_SUBSCRIPTIONS: usize = 16;
/// Bytes of one request at most.
const MAX_REQUEST: usize = 64 << 10;
/// How long one message may take to be sent before the client counts as gone.
const SEND_WITHIN: Duration = Duration::from_secs(60);
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often the status is looked at for a change.
const LOOK: Duration = Duration::from_secs(1);

/// WebSocket: `LiveRequest` up, `LiveMessage` down.
#[utoipa::path(get, path = "/api/live", tag = "live",
    responses((status = 101, description = "Text messages: `LiveRequest` from the client, `LiveMessage` to it"),
        (status = "default", body = ApiError)))]
pub(crate) async fn live(
    State(app): State<Arc<App>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade.map_err(|rejection| Problem::bad_request(rejection.body_text()))?;
    Ok(upgrade.max_message_size(MAX_REQUEST).on_upgrade(move |socket| async move {
        let stream = Stream { app, socket, subscriptions: BTreeMap::new(), paused: false };
        // A client that left needs no answer.
        let _ = stream.run().await;
    }))
}

/// The client left, or is to be left.
#[derive(Debug)]
struct Gone;

struct Subscription {
    filter: Filter,
    cursor: Cursor,
}

/// One socket.
struct Stream {
    app: Arc<App>,
    socket: WebSocket,
    subscriptions: BTreeMap<u32, Subscription>,
    paused: bool,
}

impl Stream {
    async fn run(mut self) -> Result<(), Gone> {
        let mut newest = self.app.hub.newest();
        let mut stopping = self.app.stopping.clone();
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut shown: Option<(Status, Instant)> = None;
        loop {
            tokio::select! {
                message = self.socket.recv() => match message {
                    Some(Ok(Message::Text(text))) => self.take(&text).await?,
                    Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_))) => {}
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Gone),
                },
                changed = newest.changed() => {
                    changed.map_err(|_| Gone)?;
                    newest.borrow_and_update();
                    self.send_new().await?;
                }
                _ = look.tick() => {
                    let status = self.app.status();
                    let due = shown.as_ref().is_none_or(|(last, at)| *last != status || at.elapsed() >= HEARTBEAT);
                    if due {
                        self.send(&LiveMessage::Heartbeat { status: status.clone() }).await?;
                        shown = Some((status, Instant::now()));
                    }
                    // What the store could not give at its time is tried again.
                    self.send_new().await?;
                }
                () = stopping.said() => {
                    let frame = CloseFrame { code: close_code::RESTART, reason: "the aggregator stops".into() };
                    let _ = self.socket.send(Message::Close(Some(frame))).await;
                    return Ok(());
                }
            }
        }
    }

    async fn take(&mut self, text: &str) -> Result<(), Gone> {
        match serde_json::from_str::<LiveRequest>(text) {
            Ok(LiveRequest::Subscribe { id, query, from }) => {
                match self.subscription(id, &query, from.as_deref()) {
                    Ok(subscription) => {
                        let cursor = subscription.cursor.to_string();
                        self.subscriptions.insert(id, subscription);
                        self.send(&LiveMessage::Subscribed { id, cursor }).await?;
                        self.send_new().await
                    }
                    Err(problem) => {
                        self.subscriptions.remove(&id);
                        self.send(&LiveMessage::Refused { id, error: problem.into_body() }).await
                    }
                }
            }
            Ok(LiveRequest::Unsubscribe { id }) => {
                self.subscriptions.remove(&id);
                Ok(())
            }
            Ok(LiveRequest::Pause) => {
                self.paused = true;
                Ok(())
            }
            Ok(LiveRequest::Resume) => {
                self.paused = false;
                self.send_new().await
            }
            Err(error) => {
                let error =
                    Problem::bad_request(format!("no request of the live stream: {error}")).into_body();
                self.send(&LiveMessage::Refused { id: 0, error }).await
            }
        }
    }

    fn subscription(&self, id: u32, query: &str, from: Option<&str>) -> Result<Subscription, Problem> {
        if self.subscriptions.len() >= MAX_SUBSCRIPTIONS && !self.subscriptions.contains_key(&id) {
            return Err(Problem::bad_request(format!(
                "a socket has at most {MAX_SUBSCRIPTIONS} subscriptions"
            )));
        }
        let filter = Filter::parse(query).map_err(Problem::bad_query)?;
        let newest = Cursor(self.app.hub.newest().borrow().id);
        let cursor = match from {
            Some(text) => Cursor::parse(text).ok_or_else(|| Problem::bad_request("`from` is no cursor"))?,
            None => newest,
        };
        // A cursor of another store, or of one that lost its data, would wait for ids that may never come.
        Ok(Subscription { filter, cursor: cursor.min(newest) })
    }

    /// Sends what came after each subscription's cursor.
    async fn send_new(&mut self) -> Result<(), Gone> {
        if self.paused {
            return Ok(());
        }
        for id in self.subscriptions.keys().copied().collect::<Vec<_>>() {
            while let Some(subscription) = self.subscriptions.get_mut(&id) {
                let before = subscription.cursor;
                match next(&self.app, subscription).await {
                    Ok(Step::Nothing) => break,
                    Ok(Step::Rows(entries)) if entries.is_empty() => {}
                    Ok(Step::Rows(entries)) => {
                        let cursor = subscription.cursor.to_string();
                        self.send(&LiveMessage::Entries { id, cursor, entries }).await?;
                    }
                    Ok(Step::Skipped(count)) => {
                        let cursor = subscription.cursor.to_string();
                        self.send(&LiveMessage::Dropped { id, count, cursor }).await?;
                    }
                    Err(error) => {
                        subscription.cursor = before;
                        tracing::warn!(%error, "A live stream waits for the store.");
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    async fn send(&mut self, message: &LiveMessage) -> Result<(), Gone> {
        let text = serde_json::to_string(message).map_err(|_| Gone)?;
        let sending = self.socket.send(Message::Text(text.into()));
        tokio::time::timeout(SEND_WITHIN, sending).await.map_err(|_| Gone)?.map_err(|_| Gone)
    }
}

/// What a subscription gets next. The cursor has moved past it.
enum Step {
    Nothing,
    Rows(Vec<EntrySummary>),
    Skipped(u64),
}

async fn next(app: &App, subscription: &mut Subscription) -> Result<Step, StoreError> {
    let newest = app.hub.newest().borrow().id;
    if newest <= subscription.cursor.0 {
        return Ok(Step::Nothing);
    }
    match app.hub.since(subscription.cursor) {
        Since::Commits(commits) => {
            let after = subscription.cursor.0;
            let new = || commits.iter().flat_map(|commit| commit.iter()).filter(|entry| entry.id > after);
            if new().count() as u64 > MAX_BEHIND {
                let missed = new().filter(|entry| subscription.filter.matches(&entry.record()));
                let count = missed.count() as u64;
                subscription.cursor = Cursor(new().next_back().map_or(after, |entry| entry.id));
                return Ok(if count > 0 { Step::Skipped(count) } else { Step::Rows(Vec::new()) });
            }
            let mut rows = Vec::new();
            for entry in new() {
                if rows.len() == MAX_ROWS {
                    break;
                }
                subscription.cursor = Cursor(entry.id);
                if subscription.filter.matches(&entry.record()) {
                    rows.push(summary(&entry.record()));
                }
            }
            Ok(if subscription.cursor.0 == after { Step::Nothing } else { Step::Rows(rows) })
        }
        Since::Store => {
            let scope = Scope {
                condition: subscription.filter.condition(),
                after: Some(subscription.cursor.0),
                until: Some(newest),
                ..Scope::all()
            };
            let count = app.store.count(&scope).await?;
            if count > MAX_BEHIND {
                subscription.cursor = Cursor(newest);
                return Ok(Step::Skipped(count));
            }
            let page = app.store.page(&scope, Place::After(subscription.cursor.0), MAX_ROWS as u64).await?;
            let last = page.entries.last().map(|listed| listed.stored.id).filter(|_| page.more);
            subscription.cursor = Cursor(last.unwrap_or(newest));
            Ok(Step::Rows(page.entries.into_iter().map(row).collect()))
        }
    }
}
