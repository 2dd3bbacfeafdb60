//! The session's cookie: over TLS one that only this host can have set (RFC 6265bis, 4.1.3.2).

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::header;
use actix_web::http::header::HeaderMap;

/// Its name over TLS. Browsers take it from this very host alone, and over TLS alone.
pub const HOST_NAME: &str = "__Host-touchline";
/// Its name without TLS. A sibling site (`other.example.org`) can set one of this name for all of
/// `example.org`.
const PLAIN_NAME: &str = "touchline";

/// What a request's cookies say of its session.
#[derive(Debug, PartialEq, Eq)]
pub enum Session {
    None,
    One {
        name: &'static str,
        token: String,
    },
    /// One of them is planted, and which can't be told.
    Several,
}

/// The session of a request that came over TLS, or not.
pub fn session(headers: &HeaderMap, is_tls: bool) -> Session {
    let mut found = Vec::new();
    for header in headers.get_all(header::COOKIE) {
        let text = String::from_utf8_lossy(header.as_bytes());
        for (name, token) in text.split(';').filter_map(|pair| pair.split_once('=')) {
            let known = [HOST_NAME, PLAIN_NAME].into_iter().find(|known| *known == name.trim());
            found.extend(known.map(|name| Session::One { name, token: token.trim().to_owned() }));
        }
    }
    match (found.pop(), found.is_empty()) {
        (Some(Session::One { name: PLAIN_NAME, .. }), true) if is_tls => Session::None,
        (Some(one), true) => one,
        (None, _) => Session::None,
        (Some(_), false) => Session::Several,
    }
}

/// The cookies that begin a session: of the other name there may be one of before.
pub fn begun(token: &str, seconds: i64, is_tls: bool) -> [Cookie<'static>; 2] {
    let (name, other) = if is_tls { (HOST_NAME, PLAIN_NAME) } else { (PLAIN_NAME, HOST_NAME) };
    [cookie(name, token, seconds, is_tls), cookie(other, "", 0, is_tls)]
}

/// The cookies that end a session, whatever its name was.
pub fn ended(is_tls: bool) -> [Cookie<'static>; 2] {
    [HOST_NAME, PLAIN_NAME].map(|name| cookie(name, "", 0, is_tls))
}

fn cookie(name: &'static str, token: &str, seconds: i64, is_tls: bool) -> Cookie<'static> {
    Cookie::build(name, token.to_owned())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(is_tls || name == HOST_NAME)
        .max_age(time::Duration::seconds(seconds))
        .finish()
}
