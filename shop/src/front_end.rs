//! The shop's door over HTTP/1.1: a page and a JSON API for browsers, made of calls to all other services.
//!
//! In: requests with a `session` cookie where a customer acts. Out: HTML, JSON, pictures; 301 from old links, 303 after a
//! purchase, 401 without a session, and what the services behind say. Keeps no state: a session is asked of `users`.

use axum::{
    Form, Json, Router,
    extract::{Path, Query, Request, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{delete, get, post},
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use tonic::transport::Channel;

use crate::{
    call::{self, Caller, Wire},
    carts::{Cart, Line},
    failure::Failure,
    goods::Article,
    orders::{Order, Purchase},
    payment::Card,
    peers::Peers,
    trace::Trace,
    users::proto::{LoginRequest, User, WhoAmIRequest, users_client::UsersClient},
};

#[derive(Clone)]
struct Door {
    caller: Caller,
    peers: Peers,
    users: UsersClient<Channel>,
}

pub(crate) fn router(caller: Caller, peers: Peers) -> anyhow::Result<Router> {
    let users = UsersClient::new(caller.grpc(&peers.users)?);
    Ok(Router::new()
        .route("/", get(page))
        .route("/catalogue", get(from_catalogue))
        .route("/catalogue/{id}", get(from_catalogue))
        .route("/catalogue/{id}/picture", get(from_catalogue))
        .route("/item/{id}", get(old_link))
        .route("/login", post(login))
        .route("/me", get(me))
        .route("/search", get(search))
        .route("/cart", get(cart).post(put_in_cart))
        .route("/cart/{id}", delete(take_from_cart))
        .route("/checkout", post(checkout))
        .route("/orders/{id}", get(order))
        .fallback(nothing_here)
        .with_state(Door { caller, peers, users }))
}

async fn page(State(door): State<Door>, trace: Trace) -> Result<Html<String>, Failure> {
    #[derive(Deserialize)]
    struct Page {
        items: Vec<Article>,
    }
    let url = format!("{}/catalogue?size=8", door.peers.catalogue);
    let (_, goods): (_, Page) = door.caller.json(Wire::Http1, &trace, call::get(url)).await?;
    let rows: String = goods
        .items
        .iter()
        .map(|a| {
            let price = format!("{}.{:02}", a.cents / 100, a.cents % 100);
            format!("<li><a href=\"/catalogue/{0}\"><img src=\"/catalogue/{0}/picture\" alt=\"\">{1}</a> {price} &euro;</li>\n", a.id, a.name)
        })
        .collect();
    Ok(Html(format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Tea shop</title>\n<h1>Tea, and what it needs</h1>\n\
         <ul>\n{rows}</ul>\n</html>\n"
    )))
}

/// Passes a request on to the catalogue, with the headers that matter to it, and its answer back as it is.
async fn from_catalogue(
    State(door): State<Door>,
    trace: Trace,
    request: Request,
) -> Result<Response, Failure> {
    const PASSED_ON: [HeaderName; 3] = [header::ACCEPT, header::ACCEPT_ENCODING, header::IF_NONE_MATCH];
    const PASSED_BACK: [HeaderName; 5] =
        [header::CONTENT_TYPE, header::CONTENT_ENCODING, header::ETAG, header::CACHE_CONTROL, header::VARY];
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let mut call = call::get(format!("{}{path}", door.peers.catalogue));
    copy(&PASSED_ON, request.headers(), call.headers_mut());
    let (head, body) = door.caller.send(Wire::Http1, &trace, call).await?.into_parts();
    let mut response = (head.status, body).into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    copy(&PASSED_BACK, &head.headers, response.headers_mut());
    Ok(response)
}

fn copy(names: &[HeaderName], from: &HeaderMap, to: &mut HeaderMap) {
    for name in names {
        if let Some(value) = from.get(name) {
            to.insert(name, value.clone());
        }
    }
}

async fn old_link(Path(id): Path<String>) -> Response {
    (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, format!("/catalogue/{id}"))]).into_response()
}

#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: String,
}

async fn login(
    State(mut door): State<Door>,
    trace: Trace,
    Json(who): Json<Credentials>,
) -> Result<Response, Failure> {
    let request = door.caller.traced(&trace, LoginRequest { name: who.name, password: who.password });
    let reply = door.users.login(request).await?.into_inner();
    let user = reply
        .user
        .ok_or_else(|| Failure::new(StatusCode::BAD_GATEWAY, "upstream", "a login without a user"))?;
    let mut response = Json(json!({ "id": user.id, "name": user.name })).into_response();
    let cookies = [
        format!("session={}; Path=/; HttpOnly; SameSite=Lax", reply.token),
        "greeted=1; Path=/; Max-Age=3600".to_owned(),
    ];
    for cookie in cookies {
        if let Ok(value) = cookie.parse() {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    Ok(response)
}

async fn me(State(mut door): State<Door>, trace: Trace, headers: HeaderMap) -> Result<Response, Failure> {
    let user = door.customer(&trace, &headers).await?;
    Ok(Json(json!({ "id": user.id, "name": user.name, "email": user.email })).into_response())
}

#[derive(Deserialize)]
struct Words {
    q: String,
}

async fn search(
    State(door): State<Door>,
    trace: Trace,
    Query(Words { q }): Query<Words>,
) -> Result<Response, Failure> {
    const QUERY: &str = "query Search($text: String!) { search(text: $text, first: 5) { total items { id name price { cents currency } stars } } }";
    let body = json!({ "operationName": "Search", "query": QUERY, "variables": { "text": q } });
    let url = format!("{}/graphql", door.peers.search);
    let (status, answer): (_, serde_json::Value) =
        door.caller.json(Wire::Http1, &trace, call::json("POST", url, &body)).await?;
    match answer.pointer("/data/search") {
        Some(found) if status.is_success() && !found.is_null() => Ok(Json(found).into_response()),
        _ => Err(Failure::new(StatusCode::BAD_GATEWAY, "upstream", "search found an error instead")),
    }
}

async fn cart(State(mut door): State<Door>, trace: Trace, headers: HeaderMap) -> Result<Json<Cart>, Failure> {
    let user = door.customer(&trace, &headers).await?;
    let url = format!("{}/carts/{}", door.peers.carts, user.id);
    let (_, cart) = door.caller.json(Wire::Http2, &trace, call::get(url)).await?;
    Ok(Json(cart))
}

async fn put_in_cart(
    State(mut door): State<Door>,
    trace: Trace,
    headers: HeaderMap,
    Json(line): Json<Line>,
) -> Result<Response, Failure> {
    let user = door.customer(&trace, &headers).await?;
    let url = format!("{}/carts/{}/items", door.peers.carts, user.id);
    door.pass(Wire::Http2, &trace, call::json("POST", url, &line)).await
}

async fn take_from_cart(
    State(mut door): State<Door>,
    trace: Trace,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let user = door.customer(&trace, &headers).await?;
    let url = format!("{}/carts/{}/items/{}", door.peers.carts, user.id, plain(&id)?);
    door.pass(Wire::Http2, &trace, call::bare("DELETE", &url, Bytes::new())).await
}

#[derive(Deserialize)]
struct CardForm {
    number: String,
    cvc: String,
}

async fn checkout(
    State(mut door): State<Door>,
    trace: Trace,
    headers: HeaderMap,
    Form(card): Form<CardForm>,
) -> Result<Response, Failure> {
    let user = door.customer(&trace, &headers).await?;
    let card = Card { number: card.number, cvc: card.cvc, holder: user.name };
    let purchase = Purchase { customer: user.id, card };
    let request = call::json("POST", format!("{}/orders", door.peers.orders), &purchase);
    let answer = door.caller.send(Wire::Http1, &trace, request).await?;
    if answer.status() == StatusCode::CREATED
        && let Ok(order) = serde_json::from_slice::<Order>(answer.body())
    {
        return Ok(Redirect::to(&format!("/orders/{}", order.id)).into_response());
    }
    let (head, body) = answer.into_parts();
    Ok((head.status, [(header::CONTENT_TYPE, "application/json")], body).into_response())
}

async fn order(
    State(mut door): State<Door>,
    trace: Trace,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    door.customer(&trace, &headers).await?;
    let url = format!("{}/orders/{}", door.peers.orders, plain(&id)?);
    door.pass(Wire::Http1, &trace, call::get(url)).await
}

async fn nothing_here(request: Request) -> Failure {
    Failure::not_found(format!("there is nothing at {}", request.uri().path()))
}

/// An id that may stand in a path as it is.
fn plain(id: &str) -> Result<&str, Failure> {
    let plain = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if plain { Ok(id) } else { Err(Failure::not_found("there is no such id")) }
}

impl Door {
    /// The customer whom the `session` cookie names.
    async fn customer(&mut self, trace: &Trace, headers: &HeaderMap) -> Result<User, Failure> {
        let token = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|cookies| cookies.to_str().ok())
            .flat_map(|cookies| cookies.split(';'))
            .find_map(|cookie| cookie.trim().strip_prefix("session="))
            .ok_or_else(|| Failure::unauthorized("log in first"))?;
        let request = self.caller.traced(trace, WhoAmIRequest { token: token.to_owned() });
        Ok(self.users.who_am_i(request).await?.into_inner())
    }

    /// Sends `request` and gives its JSON answer back as it is.
    async fn pass(
        &self,
        wire: Wire,
        trace: &Trace,
        request: Request<http_body_util::Full<Bytes>>,
    ) -> Result<Response, Failure> {
        let (head, body) = self.caller.send(wire, trace, request).await?.into_parts();
        if body.is_empty() {
            return Ok(head.status.into_response());
        }
        Ok((head.status, [(header::CONTENT_TYPE, "application/json")], body).into_response())
    }
}
