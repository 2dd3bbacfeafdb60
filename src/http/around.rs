//! Around every request: a number for it, a line in the log, headers, and failures as problems.

use std::time::Instant;

use actix_web::Error;
use actix_web::HttpMessage;
use actix_web::HttpResponse;
use actix_web::ResponseError;
use actix_web::body::BoxBody;
use actix_web::body::MessageBody;
use actix_web::dev::ServiceRequest;
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::http::header::HeaderMap;
use actix_web::http::header::HeaderName;
use actix_web::http::header::HeaderValue;
use actix_web::middleware::Next;
use actix_web::web::Data;

use crate::auth;
use crate::auth::Asker;
use crate::config::Config;
use crate::http::cors;
use crate::limits::Client;
use crate::limits::Limits;
use crate::problem::Problem;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What comes after this in a path is a ticket's code.
const TICKETS: &str = "/tickets/";

/// What the log says of a request before it is answered.
struct Line {
    started: Instant,
    id: String,
    method: String,
    /// Without the query: it may hold credentials.
    path: String,
}

/// The outermost layer.
pub async fn around(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let line = Line::of(&req);
    let answered = match early(&req) {
        Some(answer) => Ok(req.into_response(answer)),
        None => next.call(req).await.map(ServiceResponse::map_into_boxed_body),
    };
    let response = match answered {
        Ok(response) => response,
        Err(error) => return Err(line.failed(error)),
    };
    let mut response = as_problem(response);
    let (request, headers) = (response.request().clone(), response.headers_mut());
    dress(headers, &line.id);
    if let Some(config) = request.app_data::<Data<Config>>() {
        cors::allow(request.headers(), headers, &config.allowed_origins);
    }
    let user = request.extensions().get::<Asker>().map(|asker| asker.0);
    line.log(response.status(), user);
    Ok(response)
}

/// What is answered without asking further: a browser's question before a call, or one read too many.
fn early(req: &ServiceRequest) -> Option<HttpResponse> {
    let origins = &req.app_data::<Data<Config>>()?.allowed_origins;
    if let Some(answer) = cors::preflight(req.method(), req.headers(), origins) {
        return Some(answer);
    }
    let path = req.path();
    let counts =
        path.starts_with("/api/") && !path.contains("/stream/") && !path.ends_with("/stream");
    if !counts || !req.method().is_safe() {
        return None;
    }
    let limits = req.app_data::<Data<Limits>>()?;
    let address = Client::of(req.request(), &limits.proxies).address;
    let retry_after = limits.reads.take(&address).err()?;
    Some(Problem::TooManyRequests { retry_after }.error_response())
}

/// A failure that something below has answered in its own way, as a problem document.
fn as_problem(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let failed = status.is_client_error() || status.is_server_error();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let said = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/"));
    if !failed || said {
        return response;
    }
    let allow = response.headers().get(header::ALLOW).cloned();
    let problem = match (status, &allow) {
        (StatusCode::NOT_FOUND, _) => Problem::NotFound("page"),
        (StatusCode::METHOD_NOT_ALLOWED, Some(allow)) => {
            let words = allow.to_str().unwrap_or_default().split(',');
            Problem::MethodNotAllowed(words.filter_map(|word| word.trim().parse().ok()).collect())
        }
        _ => Problem::Plain(status),
    };
    response.into_response(problem.error_response())
}

fn dress(headers: &mut HeaderMap, id: &str) {
    let fixed = [
        // What doesn't say how long it is good for isn't for caches, which would guess.
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    ];
    for (name, value) in fixed {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
}

impl Line {
    fn of(req: &ServiceRequest) -> Self {
        let given = req.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok());
        let given = given.filter(|id| {
            (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
        });
        Self {
            started: Instant::now(),
            id: given.map_or_else(auth::random_text, str::to_owned),
            method: method(req.method()),
            path: shown(req.match_info().as_str()),
        }
    }

    fn log(&self, status: StatusCode, user: Option<i64>) {
        let Self { id, method, path, .. } = self;
        let duration_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let status = status.as_u16();
        // Probes come every few seconds and would bury the rest.
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

    /// A panic, or a layer that gave up: logged, and told without what it says.
    fn failed(&self, error: Error) -> Error {
        if error.as_error::<Problem>().is_some() {
            self.log(error.as_response_error().status_code(), None);
            return error;
        }
        self.log(StatusCode::INTERNAL_SERVER_ERROR, None);
        Problem::Internal(format!("{error:?}")).into()
    }
}

/// The path as the log may show it: without a ticket's code, which lets its bearer in, and in
/// whatever way it is written.
fn shown(path: &str) -> String {
    let end = path.to_ascii_lowercase().find(TICKETS).map(|at| at + TICKETS.len());
    let (open, hidden) = path.split_at(end.unwrap_or(path.len()));
    let open = open.chars().take(300).flat_map(char::escape_debug);
    open.chain((!hidden.is_empty()).then_some('…')).collect()
}

/// Methods may be made up by clients, in any length.
fn method(method: &Method) -> String {
    method.as_str().chars().take(20).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g10_a_path_in_the_log_holds_no_code_and_no_line_end() {
        for (path, expected) in [
            ("/api/matches/3/start", "/api/matches/3/start"),
            ("/api/stream-tickets", "/api/stream-tickets"),
            ("/api/tickets/", "/api/tickets/"),
            ("/api/tickets/7KQ2/check-in", "/api/tickets/…"),
            ("/API/Tickets/7KQ2", "/API/Tickets/…"),
            ("/a\nb\u{1b}/tickets/x", "/a\\nb\\u{1b}/tickets/…"),
            ("/İ/tickets/7KQ2", "/İ/tickets/…"),
        ] {
            assert_eq!(shown(path), expected);
        }
        assert_eq!(shown(&"x".repeat(999)).len(), 300);
    }
}
