//! Other sites' pages: which may call us from a browser (Fetch standard, 3.2).

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header;
use actix_web::http::header::HeaderMap;
use actix_web::http::header::HeaderName;
use actix_web::http::header::HeaderValue;

use crate::auth::origin;

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";
const HEADERS: &str =
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID";
const EXPOSED: &str =
    "ETag, Idempotency-Replayed, Location, Retry-After, Touchline-Cursor, X-Request-Id";

/// The answer to a browser that asks before it calls; `None` where this isn't one.
pub fn preflight(method: &Method, asked: &HeaderMap, allowed: &[String]) -> Option<HttpResponse> {
    let asks = *method == Method::OPTIONS
        && asked.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
        && asked.contains_key(header::ORIGIN);
    if !asks {
        return None;
    }
    let mut answer = HttpResponse::NoContent();
    if caller(asked, allowed).is_some() {
        answer.insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, METHODS));
        answer.insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS));
        answer.insert_header((header::ACCESS_CONTROL_MAX_AGE, "7200"));
    }
    Some(answer.finish())
}

/// Lets the calling page read the answer, if its site was allowed.
pub fn allow(asked: &HeaderMap, answer: &mut HeaderMap, allowed: &[String]) {
    if allowed.is_empty() {
        return;
    }
    vary(answer);
    let Some(origin) = caller(asked, allowed) else { return };
    answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    let fixed = |text| HeaderValue::from_static(text);
    answer.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, fixed("true"));
    answer.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, fixed(EXPOSED));
}

fn caller<'a>(asked: &'a HeaderMap, allowed: &[String]) -> Option<&'a HeaderValue> {
    let value = asked.get(header::ORIGIN)?;
    origin::is_listed(value.to_str().ok()?, allowed).then_some(value)
}

/// The answer depends on who asks, also where it says no.
fn vary(answer: &mut HeaderMap) {
    let known: Vec<_> =
        answer.get_all(header::VARY).filter_map(|value| value.to_str().ok()).collect();
    let mut names: Vec<_> =
        known.iter().flat_map(|value| value.split(',')).map(str::trim).collect();
    if !names.iter().any(|name| name.eq_ignore_ascii_case("origin")) {
        names.push("Origin");
    }
    if let Ok(value) = HeaderValue::from_str(&names.join(", ")) {
        answer.insert(HeaderName::from_static("vary"), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(origin: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        let method = header::ACCESS_CONTROL_REQUEST_METHOD;
        headers.insert(method, HeaderValue::from_static("POST"));
        headers
    }

    #[test]
    fn only_allowed_sites_may_read() {
        let allowed = ["https://club.example".to_owned()];
        let mut answer = HeaderMap::new();
        allow(&asked("https://club.example"), &mut answer, &allowed);
        assert_eq!(answer.get("access-control-allow-origin").unwrap(), "https://club.example");
        assert_eq!(answer.get("vary").unwrap(), "Origin");

        let mut answer = HeaderMap::new();
        answer.insert(header::VARY, HeaderValue::from_static("Authorization, Cookie"));
        allow(&asked("https://evil.example"), &mut answer, &allowed);
        assert!(!answer.contains_key("access-control-allow-origin"));
        assert_eq!(answer.get("vary").unwrap(), "Authorization, Cookie, Origin");
    }

    #[test]
    fn a_question_before_a_call_is_answered() {
        let allowed = ["https://club.example".to_owned()];
        let answer = preflight(&Method::OPTIONS, &asked("https://club.example"), &allowed).unwrap();
        assert!(answer.headers().contains_key("access-control-allow-methods"));
        let answer = preflight(&Method::OPTIONS, &asked("https://evil.example"), &allowed).unwrap();
        assert!(!answer.headers().contains_key("access-control-allow-methods"));
        assert!(preflight(&Method::POST, &asked("https://club.example"), &allowed).is_none());
    }
}
