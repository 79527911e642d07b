//! What customers do, journey by journey, and how often each is drawn.
//!
//! Each call takes a moment from the pacer first. A journey ends early when the load ends or when a call gets no answer.

use std::{sync::Arc, time::Duration};

use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http_body_util::Full;
use serde_json::json;
use soketto::{
    Mode,
    handshake::{Client, ServerResponse},
};
use tokio::net::{TcpSocket, TcpStream};
use tokio_util::{
    compat::{Compat, TokioAsyncReadCompatExt as _},
    sync::CancellationToken,
};
use tonic::transport::Channel;

use crate::{
    call::{self, Caller, Wire},
    deflate::PermessageDeflate,
    goods,
    load::{Tally, pacer::Pacer},
    peers::Peers,
    trace::Trace,
    users::{
        NAMES,
        proto::{Address, GetUserRequest, ListUsersRequest, SupportMessage, users_client::UsersClient},
    },
};

/// How long the next message of a WebSocket may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The load is at its end: the customer goes home.
pub(crate) struct Home;

/// One customer, who walks one journey after the other.
pub(crate) struct Customer {
    caller: Caller,
    peers: Peers,
    users: UsersClient<Channel>,
    pacer: Arc<Pacer>,
    tally: Arc<Tally>,
}

/// Why a journey ended early.
enum End {
    Home,
    /// A call got no answer.
    Lost,
}

type Walk = Result<(), End>;

impl Customer {
    pub(crate) fn new(
        caller: Caller,
        peers: Peers,
        pacer: Arc<Pacer>,
        tally: Arc<Tally>,
    ) -> anyhow::Result<Self> {
        let users = UsersClient::new(caller.grpc(&peers.users)?);
        Ok(Self { caller, peers, users, pacer, tally })
    }

    /// Walks one journey, drawn by its weight.
    pub(crate) async fn journey(&mut self, stop: &CancellationToken) -> Result<(), Home> {
        let trace = Trace::begin(self.caller.chance());
        let walk = match self.caller.chance().below(100) {
            0..34 => self.browse(stop, &trace).await,
            34..48 => self.search(stop, &trace).await,
            48..68 => self.buy(stop, &trace).await,
            68..76 => self.lose_the_way(stop, &trace).await,
            76..82 => self.forget_the_password(stop, &trace).await,
            82..90 => self.back_office(stop, &trace).await,
            90..96 => self.rate(stop, &trace).await,
            _ => self.watch_stock(stop, &trace).await,
        };
        match walk {
            Ok(()) => Ok(()),
            Err(End::Lost) => {
                self.tally.failures.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                Ok(())
            }
            Err(End::Home) => Err(Home),
        }
    }

    /// The page, a list, an article and its picture, the picture again from the cache.
    async fn browse(&self, stop: &CancellationToken, trace: &Trace) -> Walk {
        self.visit(stop, trace, call::get(self.door("/"))).await?;
        let mut list = call::get(self.door("/catalogue?size=12"));
        let encoding = *self.caller.chance().pick(&["gzip", "br", "gzip, br", "identity"]);
        list.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static(encoding));
        self.visit(stop, trace, list).await?;
        let id = &self.caller.chance().pick(goods::all()).id;
        self.visit(stop, trace, call::get(self.door(&format!("/catalogue/{id}")))).await?;
        let picture = self.door(&format!("/catalogue/{id}/picture"));
        let answer = self.visit(stop, trace, call::get(&picture)).await?;
        if let Some(etag) = answer.headers().get(header::ETAG) {
            let mut again = call::get(&picture);
            again.headers_mut().insert(header::IF_NONE_MATCH, etag.clone());
            self.visit(stop, trace, again).await?;
        }
        Ok(())
    }

    async fn search(&self, stop: &CancellationToken, trace: &Trace) -> Walk {
        let word = *self.caller.chance().pick(&["green", "japan", "roast", "porcelain", "coffee", "night"]);
        self.visit(stop, trace, call::get(self.door(&format!("/search?q={word}&source=box")))).await?;
        let query = "query Article($id: ID!) { product(id: $id) { id name description tags stars } }";
        // One in five asks for what is not there: GraphQL says so in `errors`, under HTTP 200.
        let id = if self.caller.chance().percent(20) {
            "coffee"
        } else {
            &self.caller.chance().pick(goods::all()).id
        };
        let body = json!({ "operationName": "Article", "query": query, "variables": { "id": id } });
        self.visit(stop, trace, call::json("POST", format!("{}/graphql", self.peers.search), &body)).await?;
        if self.caller.chance().percent(25) {
            let by_url = "/graphql?query=%7Bsearch(text:%22cup%22)%7Btotal%20items%7Bname%7D%7D%7D";
            self.visit(stop, trace, call::get(format!("{}{by_url}", self.peers.search))).await?;
        }
        Ok(())
    }

    /// Login, cart, checkout; the redirect to the order is followed.
    async fn buy(&self, stop: &CancellationToken, trace: &Trace) -> Walk {
        let name = *self.caller.chance().pick(&NAMES);
        let login = json!({ "name": name, "password": format!("tea-{name}") });
        let answer = self.visit(stop, trace, call::json("POST", self.door("/login"), &login)).await?;
        let Some(cookie) = session(&answer) else { return Ok(()) };
        let with_session = |mut request: Request<Full<Bytes>>| {
            request.headers_mut().insert(header::COOKIE, cookie.clone());
            request
        };
        for _ in 0..1 + self.caller.chance().below(2) {
            let line = json!({ "id": self.caller.chance().pick(goods::all()).id, "quantity": 1 + self.caller.chance().below(3) });
            self.visit(stop, trace, with_session(call::json("POST", self.door("/cart"), &line))).await?;
        }
        if self.caller.chance().percent(20) {
            let id = &self.caller.chance().pick(goods::all()).id;
            let url = self.door(&format!("/cart/{id}"));
            self.visit(stop, trace, with_session(call::bare("DELETE", &url, Bytes::new()))).await?;
        }
        self.visit(stop, trace, with_session(call::get(self.door("/cart")))).await?;

        let card =
            *self.caller.chance().pick(&["4242424242424242", "5555555555554444", "4000000000000002", "4111"]);
        let form = format!("number={card}&cvc={:03}", self.caller.chance().below(1_000));
        let mut checkout = call::bare("POST", &self.door("/checkout"), form.into());
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        checkout.headers_mut().insert(header::CONTENT_TYPE, kind);
        let answer = self.visit(stop, trace, with_session(checkout)).await?;
        if answer.status() == StatusCode::SEE_OTHER
            && let Some(path) = location(&answer)
        {
            self.visit(stop, trace, with_session(call::get(self.door(path)))).await?;
        }
        Ok(())
    }

    /// An old link, which redirects, and pages that are not there.
    async fn lose_the_way(&self, stop: &CancellationToken, trace: &Trace) -> Walk {
        let id = &self.caller.chance().pick(goods::all()).id;
        let mut old = call::get(self.door(&format!("/item/{id}")));
        old.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        let answer = self.visit(stop, trace, old).await?;
        if let Some(path) = location(&answer) {
            self.visit(stop, trace, call::get(self.door(path))).await?;
        }
        let lost =
            *self.caller.chance().pick(&["/catalogue/coffee", "/favicon.ico", "/catalogue?size=0", "/admin"]);
        self.visit(stop, trace, call::get(self.door(lost))).await?;
        self.visit(stop, trace, call::bare("HEAD", &self.door("/"), Bytes::new())).await?;
        Ok(())
    }

    async fn forget_the_password(&self, stop: &CancellationToken, trace: &Trace) -> Walk {
        let login = json!({ "name": self.caller.chance().pick(&NAMES), "password": "coffee" });
        self.visit(stop, trace, call::json("POST", self.door("/login"), &login)).await?;
        self.visit(stop, trace, call::get(self.door("/cart"))).await?;
        Ok(())
    }

    /// gRPC in all four shapes, straight to `users`.
    async fn back_office(&mut self, stop: &CancellationToken, trace: &Trace) -> Walk {
        self.moment(stop).await?;
        let limit = 1 + self.caller.chance().below(10) as u32;
        let request = self.caller.traced(trace, ListUsersRequest { limit });
        if let Ok(users) = answered(self.users.list_users(request).await)? {
            users.into_inner().for_each(|_| async {}).await;
        }

        self.moment(stop).await?;
        let id = format!("u{}", self.caller.chance().below(14));
        answered(self.users.get_user(self.caller.traced(trace, GetUserRequest { id })).await)?.ok();

        self.moment(stop).await?;
        let address = |n: u64| Address {
            user_id: format!("u{n}"),
            street: format!("Mill Lane {n}"),
            city: "Leeds".to_owned(),
            postcode: format!("LS{n} 1AA"),
            country: if n == 3 { "Britain".to_owned() } else { "GB".to_owned() },
        };
        let addresses: Vec<_> = (0..self.caller.chance().below(6)).map(address).collect();
        answered(self.users.import_addresses(self.caller.traced(trace, stream::iter(addresses))).await)?.ok();

        self.moment(stop).await?;
        let questions = ["Where is my tea?", "It is cold.", "Thank you."];
        let questions =
            questions.map(|text| SupportMessage { from: "ada".to_owned(), text: text.to_owned() });
        if let Ok(answers) =
            answered(self.users.support(self.caller.traced(trace, stream::iter(questions))).await)?
        {
            answers.into_inner().for_each(|_| async {}).await;
        }
        Ok(())
    }

    /// A GraphQL mutation, with a wrong number of stars at times.
    async fn rate(&self, stop: &CancellationToken, trace: &Trace) -> Walk {
        let query = "mutation Rate($id: ID!, $stars: Int!) { rate(id: $id, stars: $stars) { id stars } }";
        let id = &self.caller.chance().pick(goods::all()).id;
        let variables = json!({ "id": id, "stars": 1 + self.caller.chance().below(6) });
        let body = json!({ "operationName": "Rate", "query": query, "variables": variables });
        self.visit(stop, trace, call::json("POST", format!("{}/graphql", self.peers.search), &body)).await?;
        Ok(())
    }

    /// Subscribes to some levels over the WebSocket, reserves, and leaves after a few messages.
    async fn watch_stock(&self, stop: &CancellationToken, trace: &Trace) -> Walk {
        self.moment(stop).await?;
        let watch = async {
            let mut headers = hyper::HeaderMap::new();
            trace.stamp(&mut headers, self.caller.chance());
            let headers: Vec<_> = headers.iter().map(|(n, v)| (n.as_str(), v.as_bytes())).collect();
            let headers: Vec<_> = headers
                .iter()
                .map(|(name, value)| soketto::handshake::client::Header { name, value })
                .collect();
            let host = self.peers.stock.trim_start_matches("http://");
            let mut client = Client::new(self.connect(host).await?, host, "/stock");
            client.set_headers(&headers).add_extension(Box::new(PermessageDeflate::new(Mode::Client)));
            match client.handshake().await? {
                ServerResponse::Accepted { .. } => {}
                other => anyhow::bail!("the upgrade was refused: {other:?}"),
            }
            let (mut out, mut incoming) = client.into_builder().finish();
            let wanted: Vec<_> =
                goods::all().iter().map(|a| &a.id).filter(|_| self.caller.chance().percent(40)).collect();
            out.send_text(json!({ "subscribe": wanted }).to_string()).await?;
            let reserve = &self.caller.chance().pick(goods::all()).id;
            let quantity = 1 + self.caller.chance().below(4);
            out.send_text(json!({ "reserve": reserve, "quantity": quantity }).to_string()).await?;
            out.flush().await?;
            let mut message = Vec::new();
            // The packed levels and the reservation come at once, the levels as time goes by.
            let messages = if wanted.is_empty() { 2 } else { 4 + self.caller.chance().below(8) };
            for _ in 0..messages {
                message.clear();
                tokio::time::timeout(PATIENCE, incoming.receive_data(&mut message)).await??;
            }
            out.close().await?;
            // The server's half of the closing handshake.
            while tokio::time::timeout(PATIENCE, incoming.receive_data(&mut message)).await?.is_ok() {}
            anyhow::Ok(())
        };
        watch.await.map_err(|_| End::Lost)
    }

    /// A connection to `host` from the customer's address.
    async fn connect(&self, host: &str) -> anyhow::Result<Compat<TcpStream>> {
        let mut last = anyhow::anyhow!("{host} has no address");
        for to in tokio::net::lookup_host(host).await? {
            let socket = if to.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
            if let Some(from) = self.caller.source() {
                socket.bind((from, 0).into())?;
            }
            match socket.connect(to).await {
                Ok(stream) => return Ok(stream.compat()),
                Err(error) => last = error.into(),
            }
        }
        Err(last)
    }

    /// One call over HTTP/1.1.
    async fn visit(
        &self,
        stop: &CancellationToken,
        trace: &Trace,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, End> {
        self.moment(stop).await?;
        self.caller.send(Wire::Http1, trace, request).await.map_err(|_| End::Lost)
    }

    /// Waits for the moment of the next call and counts it.
    async fn moment(&self, stop: &CancellationToken) -> Walk {
        let at = self.pacer.moment().ok_or(End::Home)?;
        tokio::select! {
            () = stop.cancelled() => return Err(End::Home),
            () = tokio::time::sleep_until(at) => {}
        }
        self.tally.calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Ok(())
    }

    fn door(&self, path: &str) -> String {
        format!("{}{path}", self.peers.front_end)
    }
}

/// A gRPC status that the service sent is an answer like any other; one that the client made up because nobody answered
/// is a lost call.
fn answered<T>(answer: Result<T, tonic::Status>) -> Result<Result<T, tonic::Status>, End> {
    match answer {
        Err(status) if matches!(status.code(), tonic::Code::Unavailable | tonic::Code::Cancelled) => {
            Err(End::Lost)
        }
        answer => Ok(answer),
    }
}

fn session(answer: &Response<Bytes>) -> Option<HeaderValue> {
    let cookies = answer.headers().get_all(header::SET_COOKIE);
    let pairs: Vec<_> = cookies.iter().filter_map(|c| c.to_str().ok()?.split(';').next()).collect();
    if pairs.is_empty() { None } else { HeaderValue::from_str(&pairs.join("; ")).ok() }
}

fn location(answer: &Response<Bytes>) -> Option<&str> {
    answer.headers().get(header::LOCATION)?.to_str().ok()
}
