//! Who may ask: every request needs a Host of this machine, no foreign Origin, and the token.
//!
//! In: a request. Out: the request passed on, or 401 or 403; every response leaves with the headers that keep a browser
//! from running, framing or sniffing what was captured. `/mizu?token=T` puts the token into a cookie that scripts cannot
//! read and other sites do not send. Binding to loopback is `serve`'s matter.

use super::{App, error::Problem};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use sha2::{Digest as _, Sha256};
use std::{net::IpAddr, sync::Arc};

/// The cookie that holds the token.
const COOKIE: &str = "mizu_token";

/// What a browser may do with our answers.
const HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
         connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
];

/// The secret that opens the read side.
#[derive(Clone)]
pub(crate) struct Token {
    text: String,
    digest: [u8; 32],
}

impl Token {
    /// A token from its text.
    ///
    /// # Errors
    /// It is shorter than 16 characters, or has characters that a cookie cannot carry.
    pub(crate) fn new(text: &str) -> anyhow::Result<Self> {
        let text = text.trim().to_owned();
        anyhow::ensure!(text.len() >= 16, "the token has fewer than 16 characters");
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~".contains(&b));
        anyhow::ensure!(plain, "the token has other characters than letters, digits, - _ . ~");
        let digest = Sha256::digest(&text).into();
        Ok(Self { text, digest })
    }

    /// Whether `other` is the token. Takes the same time wherever they differ.
    fn is(&self, other: &str) -> bool {
        let other: [u8; 32] = Sha256::digest(other).into();
        self.digest.iter().zip(other).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
    }
}

/// The guard in front of every route.
pub(crate) async fn check(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = match verdict(&app.token, &request) {
        Verdict::Pass => next.run(request).await,
        Verdict::Enter => enter(&app.token),
        Verdict::Refuse(problem) => problem.into_response(),
    };
    for &(name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

enum Verdict {
    Pass,
    /// The right token in the address of the page: becomes a cookie.
    Enter,
    Refuse(Problem),
}

fn verdict(token: &Token, request: &Request) -> Verdict {
    let headers = request.headers();
    let Some(host) = host(request).filter(|host| is_loopback(host)) else {
        return Verdict::Refuse(Problem::foreign_host());
    };
    if headers.get_all(header::ORIGIN).iter().any(|origin| !is_same_origin(origin, host)) {
        return Verdict::Refuse(Problem::foreign_origin());
    }
    if matches!(request.uri().path(), "/mizu" | "/mizu/")
        && let Some(given) = token_in_address(request)
    {
        return if token.is(&given) { Verdict::Enter } else { Verdict::Refuse(Problem::unauthorized()) };
    }
    if bearer(headers).into_iter().chain(cookies(headers)).any(|given| token.is(given)) {
        Verdict::Pass
    } else {
        Verdict::Refuse(Problem::unauthorized())
    }
}

/// The one Host of a request; none where it is missing, said twice or said differently.
fn host(request: &Request) -> Option<&str> {
    let mut said = request.headers().get_all(header::HOST).iter();
    let host = match (said.next(), said.next()) {
        (Some(host), None) => host.to_str().ok()?,
        (None, _) => return request.uri().authority().map(|a| a.as_str()),
        _ => return None,
    };
    let agrees = request.uri().authority().is_none_or(|authority| authority.as_str() == host);
    agrees.then_some(host)
}

/// Whether `host[:port]` is a name of this machine that no name server answers for.
fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    if name.eq_ignore_ascii_case("localhost") {
        return true;
    }
    let bare = name.strip_prefix('[').and_then(|n| n.strip_suffix(']')).unwrap_or(name);
    bare.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

fn is_same_origin(origin: &HeaderValue, host: &str) -> bool {
    origin.to_str().ok().and_then(|o| o.strip_prefix("http://")).is_some_and(|o| o.eq_ignore_ascii_case(host))
}

fn token_in_address(request: &Request) -> Option<String> {
    let query = request.uri().query()?;
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "token").map(|(_, value)| value.into_owned())
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}

fn enter(token: &Token) -> Response {
    let cookie = format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000", token.text);
    (StatusCode::SEE_OTHER, [(header::LOCATION, "/mizu".to_owned()), (header::SET_COOKIE, cookie)])
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    const SECRET: &str = "0123456789abcdef";

    fn outcome(path: &str, headers: &[(&str, &str)]) -> &'static str {
        let mut request = Request::builder().uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        match verdict(&Token::new(SECRET).unwrap(), &request.body(Body::empty()).unwrap()) {
            Verdict::Pass => "pass",
            Verdict::Enter => "enter",
            Verdict::Refuse(problem) => Box::leak(problem.into_body().code.into_boxed_str()),
        }
    }

    #[test]
    fn a_request_needs_a_host_of_this_machine_no_foreign_origin_and_the_token() {
        let auth = ("authorization", "Bearer 0123456789abcdef");
        for (case, path, headers, want) in [
            ("all right", "/api/status", &[("host", "localhost:8899"), auth][..], "pass"),
            ("by address", "/api/status", &[("host", "127.0.0.1"), auth], "pass"),
            ("by IPv6", "/api/status", &[("host", "[::1]:80"), auth], "pass"),
            (
                "cookie",
                "/mizu",
                &[("host", "localhost"), ("cookie", "a=b; mizu_token=0123456789abcdef")],
                "pass",
            ),
            ("same origin", "/", &[("host", "localhost:1"), ("origin", "http://localhost:1"), auth], "pass"),
            ("no host", "/api/status", &[auth], "foreign_host"),
            ("two hosts", "/", &[("host", "localhost"), ("host", "localhost"), auth], "foreign_host"),
            ("rebound name", "/", &[("host", "evil.example"), auth], "foreign_host"),
            ("like a loopback", "/", &[("host", "127.0.0.1.evil.example"), auth], "foreign_host"),
            ("like localhost", "/", &[("host", "localhost.evil.example:1"), auth], "foreign_host"),
            ("other address", "/", &[("host", "10.0.0.1"), auth], "foreign_host"),
            (
                "other port",
                "/",
                &[("host", "localhost:1"), ("origin", "http://localhost:2"), auth],
                "foreign_origin",
            ),
            (
                "other site",
                "/",
                &[("host", "localhost"), ("origin", "http://evil.example"), auth],
                "foreign_origin",
            ),
            ("sandboxed page", "/", &[("host", "localhost"), ("origin", "null"), auth], "foreign_origin"),
            ("no token", "/", &[("host", "localhost")], "unauthorized"),
            ("wrong token", "/", &[("host", "localhost"), ("authorization", "Bearer no")], "unauthorized"),
            ("wrong cookie", "/", &[("host", "localhost"), ("cookie", "mizu_token=")], "unauthorized"),
            ("token to the page", "/mizu?token=0123456789abcdef", &[("host", "localhost")], "enter"),
            ("wrong token to the page", "/mizu?token=x", &[("host", "localhost")], "unauthorized"),
            (
                "token elsewhere",
                "/api/status?token=0123456789abcdef",
                &[("host", "localhost")],
                "unauthorized",
            ),
        ] {
            assert_eq!(outcome(path, headers), want, "{case}");
        }
    }

    #[test]
    fn a_token_that_is_short_or_no_cookie_value_is_refused() {
        for text in ["short", "0123456789abcde;", "0123456789 abcdef"] {
            assert!(Token::new(text).is_err(), "{text}");
        }
    }
}
