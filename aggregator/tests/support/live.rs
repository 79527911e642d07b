//! A client of the live stream.

use super::aggregator::{Aggregator, BEARER};
use futures_util::{SinkExt as _, StreamExt as _};
use mizu_entry::api::{LiveMessage, LiveRequest};
use std::time::Duration;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest as _},
};

pub struct Live(WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>);

impl Live {
    pub async fn connect(aggregator: &Aggregator) -> Self {
        Self::try_connect(&aggregator.read).await.unwrap()
    }

    pub async fn try_connect(read: &str) -> Result<Self, tokio_tungstenite::tungstenite::Error> {
        let mut request = format!("ws://{read}/api/live").into_client_request()?;
        request.headers_mut().insert("authorization", BEARER.parse().unwrap());
        Ok(Self(tokio_tungstenite::connect_async(request).await?.0))
    }

    pub async fn ask(&mut self, request: &LiveRequest) {
        let text = serde_json::to_string(request).unwrap();
        // A server that is being killed: `next` says so.
        let _ = self.0.send(Message::text(text)).await;
    }

    pub async fn subscribe(&mut self, id: u32, query: &str, from: Option<String>) {
        self.ask(&LiveRequest::Subscribe { id, query: query.into(), from }).await;
    }

    /// The next message that is no heartbeat; `None` when the stream has ended or nothing comes in time.
    pub async fn next_within(&mut self, within: Duration) -> Option<LiveMessage> {
        let next = async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Text(text))) => match serde_json::from_str(&text).unwrap() {
                        LiveMessage::Heartbeat { .. } => {}
                        message => return Some(message),
                    },
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    _ => return None,
                }
            }
        };
        tokio::time::timeout(within, next).await.ok().flatten()
    }

    pub async fn next(&mut self) -> LiveMessage {
        self.next_within(Duration::from_secs(20)).await.expect("a message of the live stream")
    }

    /// Rows until `count` of them have come: their ids, and the last cursor.
    pub async fn rows(&mut self, count: usize) -> (Vec<String>, String) {
        let (mut ids, mut last) = (Vec::new(), String::new());
        while ids.len() < count {
            match self.next().await {
                LiveMessage::Entries { entries, cursor, .. } => {
                    ids.extend(entries.into_iter().map(|row| row.id));
                    last = cursor;
                }
                LiveMessage::Subscribed { cursor, .. } => last = cursor,
                other => panic!("{other:?}"),
            }
        }
        (ids, last)
    }
}

pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
