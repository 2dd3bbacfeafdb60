//! CORS: which other origins may call the API from a browser (Fetch standard, 3.2).

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, header};

use crate::auth::origin;

const ALLOWED_METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";
const ALLOWED_HEADERS: &str =
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID";
const EXPOSED_HEADERS: &str =
    "ETag, Idempotency-Replayed, Location, Retry-After, Touchline-Cursor, X-Request-Id";

/// Response to a preflight request; `None` if this is not one.
pub fn preflight_response(
    method: &Method,
    request_headers: &HeaderMap,
    allowed: &[String],
) -> Option<HttpResponse> {
    let is_preflight = *method == Method::OPTIONS
        && request_headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
        && request_headers.contains_key(header::ORIGIN);
    if !is_preflight {
        return None;
    }
    let mut response = HttpResponse::NoContent();
    if allowed_origin(request_headers, allowed).is_some() {
        response.insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS));
        response.insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS));
        response.insert_header((header::ACCESS_CONTROL_MAX_AGE, "7200"));
    }
    Some(response.finish())
}

/// Adds the headers that let an allowed origin read the response.
pub fn add_cors_headers(
    request_headers: &HeaderMap,
    response_headers: &mut HeaderMap,
    allowed: &[String],
) {
    if allowed.is_empty() {
        return;
    }
    add_vary_origin(response_headers);
    let Some(origin) = allowed_origin(request_headers, allowed) else { return };
    response_headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    let static_value = |text| HeaderValue::from_static(text);
    response_headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, static_value("true"));
    response_headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, static_value(EXPOSED_HEADERS));
}

fn allowed_origin<'a>(
    request_headers: &'a HeaderMap,
    allowed: &[String],
) -> Option<&'a HeaderValue> {
    let value = request_headers.get(header::ORIGIN)?;
    origin::is_allowed_origin(value.to_str().ok()?, allowed).then_some(value)
}

/// Adds `Vary: Origin`: the response depends on the origin, also when it is not allowed.
fn add_vary_origin(headers: &mut HeaderMap) {
    let values: Vec<_> =
        headers.get_all(header::VARY).filter_map(|value| value.to_str().ok()).collect();
    let mut names: Vec<_> =
        values.iter().flat_map(|value| value.split(',')).map(str::trim).collect();
    if !names.iter().any(|name| name.eq_ignore_ascii_case("origin")) {
        names.push("Origin");
    }
    if let Ok(value) = HeaderValue::from_str(&names.join(", ")) {
        headers.insert(HeaderName::from_static("vary"), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request_headers(origin: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        let method = header::ACCESS_CONTROL_REQUEST_METHOD;
        headers.insert(method, HeaderValue::from_static("POST"));
        headers
    }

    #[test]
    fn only_allowed_origins_get_cors_headers() {
        let allowed = ["https://club.example".to_owned()];
        let mut response = HeaderMap::new();
        add_cors_headers(&request_headers("https://club.example"), &mut response, &allowed);
        assert_eq!(response.get("access-control-allow-origin").unwrap(), "https://club.example");
        assert_eq!(response.get("vary").unwrap(), "Origin");

        let mut response = HeaderMap::new();
        response.insert(header::VARY, HeaderValue::from_static("Authorization, Cookie"));
        add_cors_headers(&request_headers("https://evil.example"), &mut response, &allowed);
        assert!(!response.contains_key("access-control-allow-origin"));
        assert_eq!(response.get("vary").unwrap(), "Authorization, Cookie, Origin");
    }

    #[test]
    fn preflight_requests_are_answered() {
        let allowed = ["https://club.example".to_owned()];
        let response = preflight_response(
            &Method::OPTIONS,
            &request_headers("https://club.example"),
            &allowed,
        )
        .unwrap();
        assert!(response.headers().contains_key("access-control-allow-methods"));
        let response = preflight_response(
            &Method::OPTIONS,
            &request_headers("https://evil.example"),
            &allowed,
        )
        .unwrap();
        assert!(!response.headers().contains_key("access-control-allow-methods"));
        assert!(
            preflight_response(&Method::POST, &request_headers("https://club.example"), &allowed)
                .is_none()
        );
    }
}
