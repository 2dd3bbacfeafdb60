//! The session cookie; over TLS its `__Host-` name proves that this host set it (RFC 6265bis,
//! 4.1.3.2).

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::header;
use actix_web::http::header::HeaderMap;

/// Cookie name over TLS; browsers accept it only over TLS and only from this exact host.
pub const HOST_NAME: &str = "__Host-touchline";
/// Cookie name without TLS; a sibling site (`other.example.org`) can set a cookie of this name
/// for all of `example.org`.
const PLAIN_NAME: &str = "touchline";

/// The session cookies found in a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Session {
    /// No session cookie, or over TLS only one with the plain name.
    None,
    /// Exactly one session cookie, with its name and the access token it carries.
    One {
        /// `__Host-touchline` or `touchline`.
        name: &'static str,
        /// The access token.
        token: String,
    },
    /// More than one: another site may have planted one of them, so none can be trusted.
    Several,
}

/// Reads the session cookies of a request; `is_tls` says whether it arrived over TLS.
pub fn session(headers: &HeaderMap, is_tls: bool) -> Session {
    let mut found = Vec::new();
    for header in headers.get_all(header::COOKIE) {
        let text = String::from_utf8_lossy(header.as_bytes());
        for (name, token) in text.split(';').filter_map(|pair| pair.split_once('=')) {
            let name = [HOST_NAME, PLAIN_NAME].into_iter().find(|known| *known == name.trim());
            found.extend(name.map(|name| Session::One { name, token: token.trim().to_owned() }));
        }
    }
    match (found.pop(), found.is_empty()) {
        (Some(Session::One { name: PLAIN_NAME, .. }), true) if is_tls => Session::None,
        (Some(one), true) => one,
        (None, _) => Session::None,
        (Some(_), false) => Session::Several,
    }
}

/// Cookies that start a session of `seconds`; the cookie of the other name is expired, because an
/// older session may have left one.
pub fn session_cookies(token: &str, seconds: i64, is_tls: bool) -> [Cookie<'static>; 2] {
    let (name, other) = if is_tls { (HOST_NAME, PLAIN_NAME) } else { (PLAIN_NAME, HOST_NAME) };
    [cookie(name, token, seconds, is_tls), cookie(other, "", 0, is_tls)]
}

/// Cookies that end a session by expiring both names.
pub fn expired_cookies(is_tls: bool) -> [Cookie<'static>; 2] {
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
