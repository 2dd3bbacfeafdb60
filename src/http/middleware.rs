//! The outermost middleware: request ids, access log, default headers, and errors as problems.

use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError};

use crate::auth;
use crate::auth::RequestUserId;
use crate::config::Config;
use crate::http::cors;
use crate::limits::{ClientOrigin, Limiters};
use crate::problem::Problem;

const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The path segment that is followed by a ticket code.
const TICKET_PATH: &str = "/tickets/";

/// What the access log records of a request.
struct RequestLog {
    started: Instant,
    id: String,
    method: String,
    /// Without the query, which may hold credentials.
    path: String,
}

/// Wraps every request: answers preflights and rate limits, logs, and sets default headers.
pub async fn handle_request(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let request_log = RequestLog::from_request(&req);
    let result = match early_response(&req) {
        Some(direct_response) => Ok(req.into_response(direct_response)),
        None => next.call(req).await.map(ServiceResponse::map_into_boxed_body),
    };
    let response = match result {
        Ok(response) => response,
        Err(error) => return Err(request_log.log_failure(error)),
    };
    let mut response = into_problem_response(response);
    let (request, headers) = (response.request().clone(), response.headers_mut());
    set_default_headers(headers, &request_log.id);
    if let Some(config) = request.app_data::<Data<Config>>() {
        cors::add_cors_headers(request.headers(), headers, &config.allowed_origins);
    }
    let user = request.extensions().get::<RequestUserId>().map(|user| user.0);
    request_log.log(response.status(), user);
    Ok(response)
}

/// The response to a preflight request, or to a read beyond the rate limit.
fn early_response(req: &ServiceRequest) -> Option<HttpResponse> {
    let origins = &req.app_data::<Data<Config>>()?.allowed_origins;
    if let Some(response) = cors::preflight_response(req.method(), req.headers(), origins) {
        return Some(response);
    }
    let path = req.path();
    let is_rate_limited =
        path.starts_with("/api/") && !path.contains("/stream/") && !path.ends_with("/stream");
    if !is_rate_limited || !req.method().is_safe() {
        return None;
    }
    let limits = req.app_data::<Data<Limiters>>()?;
    let address = ClientOrigin::from_request(req.request(), &limits.proxies).address;
    let retry_after = limits.reads.try_acquire(&address).err()?;
    Some(Problem::TooManyRequests { retry_after }.error_response())
}

/// Turns an error response of a lower layer into a problem document.
fn into_problem_response(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let is_failure = status.is_client_error() || status.is_server_error();
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let is_handled = content_type.is_some_and(|kind| kind.as_bytes().starts_with(b"application/"));
    if !is_failure || is_handled {
        return response;
    }
    let allow = response.headers().get(header::ALLOW).cloned();
    let problem = match (status, &allow) {
        (StatusCode::NOT_FOUND, _) => Problem::NotFound("page"),
        (StatusCode::METHOD_NOT_ALLOWED, Some(allow)) => {
            let methods = allow.to_str().unwrap_or_default().split(',');
            Problem::MethodNotAllowed(methods.filter_map(|name| name.trim().parse().ok()).collect())
        }
        _ => Problem::BareStatus(status),
    };
    response.into_response(problem.error_response())
}

fn set_default_headers(headers: &mut HeaderMap, id: &str) {
    let defaults = [
        // Without a lifetime, caches would guess one.
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    ];
    for (name, value) in defaults {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID_HEADER, id);
    }
}

impl RequestLog {
    fn from_request(req: &ServiceRequest) -> Self {
        let client_request_id =
            req.headers().get(REQUEST_ID_HEADER).and_then(|id| id.to_str().ok());
        let valid_id = client_request_id.filter(|id| {
            (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
        });
        Self {
            started: Instant::now(),
            id: valid_id.map_or_else(auth::random_token, str::to_owned),
            method: truncated_method(req.method()),
            path: redact_path(req.match_info().as_str()),
        }
    }

    fn log(&self, status: StatusCode, user: Option<i64>) {
        let Self { id, method, path, .. } = self;
        let duration_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let status = status.as_u16();
        // Frequent probes would bury the rest.
        if matches!(path.as_str(), "/healthz" | "/readyz" | "/metrics") && status < 400 {
            tracing::debug!(request.id = %id, "{method} {path} {status}");
            return;
        }
        tracing::info!(
            http.method = %method,
            http.path = %path,
            http.status = status,
            duration_ms,
            user.id = user,
            request.id = %id,
            "{method} {path} {status}"
        );
    }

    /// Logs a panic or a failed layer, and answers with a problem that hides the details.
    fn log_failure(&self, error: Error) -> Error {
        if error.as_error::<Problem>().is_some() {
            self.log(error.as_response_error().status_code(), None);
            return error;
        }
        self.log(StatusCode::INTERNAL_SERVER_ERROR, None);
        Problem::Internal(format!("{error:?}")).into()
    }
}

/// The path for the log: without a ticket code, which admits its bearer, in any spelling, and
/// without control characters.
fn redact_path(path: &str) -> String {
    let end = path.to_ascii_lowercase().find(TICKET_PATH).map(|start| start + TICKET_PATH.len());
    let (visible, hidden) = path.split_at(end.unwrap_or(path.len()));
    let visible = visible.chars().take(300).flat_map(char::escape_debug);
    visible.chain((!hidden.is_empty()).then_some('…')).collect()
}

/// The method for the log, at most 20 characters: clients may invent methods of any length.
fn truncated_method(method: &Method) -> String {
    method.as_str().chars().take(20).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g10_logged_paths_hide_ticket_codes_and_line_ends() {
        for (path, expected) in [
            ("/api/matches/3/start", "/api/matches/3/start"),
            ("/api/stream-tickets", "/api/stream-tickets"),
            ("/api/tickets/", "/api/tickets/"),
            ("/api/tickets/7KQ2/check-in", "/api/tickets/…"),
            ("/API/Tickets/7KQ2", "/API/Tickets/…"),
            ("/a\nb\u{1b}/tickets/x", "/a\\nb\\u{1b}/tickets/…"),
            ("/İ/tickets/7KQ2", "/İ/tickets/…"),
        ] {
            assert_eq!(redact_path(path), expected);
        }
        assert_eq!(redact_path(&"x".repeat(999)).len(), 300);
    }
}
