//! Extracts the credential of a request: bearer token, session cookie, stream ticket.

use std::fmt;

use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::http::header::HeaderValue;

use crate::auth::cookie;
use crate::auth::cookie::Session;
use crate::problem::Problem;

/// 401 for a token that can't be verified, or whose user or session is gone.
pub const INVALID_TOKEN: Problem = Problem::BadCredentials("the token is invalid");

/// A credential as the request presents it, not verified yet.
#[derive(PartialEq, Eq)]
pub enum Credential {
    /// An access token of the `Authorization` header or the `token` query parameter.
    Token(String),
    /// The access token of the session cookie.
    Cookie(String),
    /// More than one session cookie; none of them is used.
    MultipleCookies,
    /// A stream ticket of the `ticket` query parameter.
    Ticket(String),
}

impl fmt::Debug for Credential {
    /// Writes the kind only; the secret itself stays out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "Token",
            Self::Cookie(_) => "Cookie",
            Self::MultipleCookies => "MultipleCookies",
            Self::Ticket(_) => "Ticket",
        })
    }
}

impl Credential {
    /// Whether browsers attach it to requests on their own.
    pub fn is_cookie(&self) -> bool {
        matches!(self, Self::Cookie(_) | Self::MultipleCookies)
    }
}

/// The credential of the `Authorization` header, or else of the session cookie; an unreadable
/// header is an error.
pub fn from_headers(req: &HttpRequest, is_tls: bool) -> Result<Option<Credential>, Problem> {
    if let Some(header) = req.headers().get(header::AUTHORIZATION) {
        return bearer(header).map(Credential::Token).map(Some).ok_or(INVALID_TOKEN);
    }
    Ok(match cookie::session(req.headers(), is_tls) {
        Session::None => None,
        Session::One { token, .. } => Some(Credential::Cookie(token)),
        Session::Several => Some(Credential::MultipleCookies),
    })
}

/// The access tokens of both the header and the cookie, as far as present.
pub fn tokens(req: &HttpRequest, is_tls: bool) -> impl Iterator<Item = String> {
    let header = req.headers().get(header::AUTHORIZATION).and_then(bearer);
    let cookie = match cookie::session(req.headers(), is_tls) {
        Session::One { token, .. } => Some(token),
        Session::None | Session::Several => None,
    };
    header.into_iter().chain(cookie)
}

/// The token after `Bearer`, whose case doesn't matter (RFC 9110, 11.1).
fn bearer(header: &HeaderValue) -> Option<String> {
    let (scheme, token) = header.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// The ticket of the URL, or else its token where the settings allow one there.
pub fn from_url(req: &HttpRequest, token_in_query: bool) -> Option<Credential> {
    let parameter = |name| query_parameter(req.query_string(), name);
    let token = || parameter("token").filter(|_| token_in_query);
    let ticket = parameter("ticket").map(Credential::Ticket);
    ticket.or_else(|| token().map(Credential::Token))
}

/// The raw value of a query parameter; tickets and tokens contain nothing that needs unescaping.
fn query_parameter(query: &str, name: &str) -> Option<String> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}
