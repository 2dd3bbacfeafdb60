//! What came with a request to say who asks.

use std::fmt;

use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::http::header::HeaderValue;

use crate::auth::cookie::Session;
use crate::auth::{INVALID_TOKEN, cookie};
use crate::problem::Problem;

#[derive(PartialEq, Eq)]
pub enum Credential {
    Token(String),
    Cookie(String),
    /// More than one session: none of them counts.
    Cookies,
    Ticket(String),
}

impl fmt::Debug for Credential {
    /// What it is, without itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "Token",
            Self::Cookie(_) => "Cookie",
            Self::Cookies => "Cookies",
            Self::Ticket(_) => "Ticket",
        })
    }
}

impl Credential {
    /// Whether a browser sends it by itself.
    pub fn is_cookie(&self) -> bool {
        matches!(self, Self::Cookie(_) | Self::Cookies)
    }
}

/// The first that is there: header, cookie.
pub fn of(req: &HttpRequest, is_tls: bool) -> Result<Option<Credential>, Problem> {
    if let Some(header) = req.headers().get(header::AUTHORIZATION) {
        return bearer(header).map(Credential::Token).map(Some).ok_or(INVALID_TOKEN);
    }
    Ok(match cookie::session(req.headers(), is_tls) {
        Session::None => None,
        Session::One { token, .. } => Some(Credential::Cookie(token)),
        Session::Several => Some(Credential::Cookies),
    })
}

/// The tokens of the header and the cookie, whichever are there.
pub fn tokens(req: &HttpRequest, is_tls: bool) -> impl Iterator<Item = String> {
    let header = req.headers().get(header::AUTHORIZATION).and_then(bearer);
    let cookie = match cookie::session(req.headers(), is_tls) {
        Session::One { token, .. } => Some(token),
        Session::None | Session::Several => None,
    };
    header.into_iter().chain(cookie)
}

fn bearer(header: &HeaderValue) -> Option<String> {
    let (scheme, token) = header.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// The first that stands in the URL: ticket, token.
pub fn in_url(req: &HttpRequest, token_in_query: bool) -> Option<Credential> {
    let parameter = |name| query_parameter(req.query_string(), name);
    let token = || parameter("token").filter(|_| token_in_query);
    let ticket = parameter("ticket").map(Credential::Ticket);
    ticket.or_else(|| token().map(Credential::Token))
}

/// Tickets and tokens are written without characters that need escaping.
fn query_parameter(query: &str, name: &str) -> Option<String> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}
