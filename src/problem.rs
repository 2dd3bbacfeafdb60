//! Errors as `application/problem+json` (RFC 9457); the only place that maps errors to statuses.

use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Value, json};

use crate::domain::rejection::{FieldError, Rejection, RejectionReason};
use crate::domain::topic::Topic;
use crate::store::StoreError;
use crate::store::mutation::MIN_SEALING_KEY_CHARS;
use crate::stream::source_error::SourceError;

/// What a handler returns.
pub type HandlerResult = Result<HttpResponse, Problem>;

/// Seconds after which a request may be repeated that met an unavailable database or upstream.
const UNAVAILABLE_RETRY_AFTER: u64 = 2;

/// Why a request failed. The `Display` text is shown to the caller as `detail`; causes are only
/// logged.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// 401: the request is anonymous.
    #[error("sign in first")]
    NotSignedIn,
    /// 401: the credential is invalid, expired or revoked.
    #[error("{0}")]
    BadCredentials(&'static str),
    /// 401: no user has this email and password.
    #[error("invalid email or password")]
    WrongPassword,
    /// 403: the user lacks the permission; the text names who has it.
    #[error("{0}")]
    Forbidden(&'static str),
    /// 403: a write with a session cookie from another site (CSRF).
    #[error("writes with a session cookie are accepted from this site's own pages only")]
    CrossSite,
    /// 403: there are no passwords here, because an identity provider signs the tokens.
    #[error("this service uses an identity provider: sign in there")]
    SignInElsewhere,
    /// 404: names the kind of resource that is missing or hidden.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// 405: lists the methods that the path supports.
    #[error("use {}", AllowedMethods(.0))]
    MethodNotAllowed(Vec<Method>),
    /// A request of several topics: those that can't be read, with the first one's problem.
    #[error("{problem}")]
    ForTopics {
        /// Decides status, code and detail.
        problem: Box<Problem>,
        /// All topics that can't be read.
        topics: Vec<Topic>,
    },
    /// 400: a parameter or header is invalid.
    #[error("{0}")]
    BadRequest(String),
    /// 400: holds the parser's message.
    #[error("the body is not valid JSON: {0}")]
    MalformedJson(String),
    /// 413: holds the limit in bytes.
    #[error("the body has more than {0} bytes")]
    BodyTooLarge(usize),
    /// 415: the body has another content type.
    #[error("send the body as application/json")]
    UnsupportedMediaType,
    /// 429: a rate limit is exceeded.
    #[error("too many requests: try again in {retry_after} s")]
    TooManyRequests {
        /// Seconds.
        retry_after: u64,
    },
    /// 422: the key belongs to an earlier, different request.
    #[error("this Idempotency-Key was already used with a different body")]
    IdempotencyKeyReused,
    /// 422: the key is too short to encrypt the remembered response with.
    #[error(
        "the response contains a secret: use an Idempotency-Key of at least {MIN_SEALING_KEY_CHARS} characters"
    )]
    KeyTooShort,
    /// 404, 409, 410, 412 or 422: the rules reject the change.
    #[error("{0}")]
    Rejected(Rejection),
    /// 503: the database or the upstream is unavailable; the cause is logged.
    #[error("the service is temporarily unavailable: try again in {retry_after} s")]
    Unavailable {
        /// Seconds.
        retry_after: u64,
        /// For the log.
        cause: String,
    },
    /// 503 during a shutdown, which is expected and therefore not logged.
    #[error("this node is shutting down: try again in {retry_after} s")]
    Draining {
        /// Seconds.
        retry_after: u64,
    },
    /// 500: a bug or broken data; the cause is logged.
    #[error("internal error")]
    Internal(String),
    /// A status that the framework has chosen; its `Allow` header is kept.
    #[error("{}", .0.canonical_reason().unwrap_or("the request failed"))]
    BareStatus(StatusCode),
}

/// Formats methods as the `Allow` header lists them.
struct AllowedMethods<'a>(&'a [Method]);

impl std::fmt::Display for AllowedMethods<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.0.iter().map(Method::as_str).collect();
        f.write_str(&names.join(", "))
    }
}

impl Problem {
    /// 422: one or more fields of the body are invalid.
    pub fn fields(errors: Vec<FieldError>) -> Self {
        Self::Rejected(Rejection::fields(errors))
    }

    /// 503, to be repeated soon; the cause is for the log.
    pub fn unavailable(cause: String) -> Self {
        Self::Unavailable { retry_after: UNAVAILABLE_RETRY_AFTER, cause }
    }

    /// The problem inside [`Self::ForTopics`], or the problem itself.
    fn without_topics(&self) -> &Self {
        match self {
            Self::ForTopics { problem, .. } => problem.without_topics(),
            problem => problem,
        }
    }

    /// HTTP status and stable code; clients branch on the code, people read the detail.
    pub fn status_and_code(&self) -> (StatusCode, &str) {
        match self {
            Self::NotSignedIn => (StatusCode::UNAUTHORIZED, "not-signed-in"),
            Self::BadCredentials(_) => (StatusCode::UNAUTHORIZED, "invalid-token"),
            Self::WrongPassword => (StatusCode::UNAUTHORIZED, "wrong-password"),
            Self::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden"),
            Self::CrossSite => (StatusCode::FORBIDDEN, "cross-site"),
            Self::SignInElsewhere => (StatusCode::FORBIDDEN, "sign-in-elsewhere"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "not-found"),
            Self::MethodNotAllowed(_) => (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"),
            Self::ForTopics { problem, .. } => problem.status_and_code(),
            Self::BadRequest(_) => (StatusCode::BAD_REQUEST, "bad-request"),
            Self::MalformedJson(_) => (StatusCode::BAD_REQUEST, "malformed-json"),
            Self::BodyTooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large"),
            Self::UnsupportedMediaType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type")
            }
            Self::TooManyRequests { .. } => (StatusCode::TOO_MANY_REQUESTS, "too-many-requests"),
            Self::IdempotencyKeyReused => {
                (StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused")
            }
            Self::KeyTooShort => (StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-too-short"),
            Self::Rejected(rejection) => (status_of_rejection(rejection.reason), &rejection.code),
            Self::Unavailable { .. } | Self::Draining { .. } => {
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable")
            }
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
            Self::BareStatus(status) => (*status, code_of_status(*status)),
        }
    }

    /// The problem document (RFC 9457, 3), with the extensions `code`, `errors` and `topics`.
    pub fn to_json(&self) -> Value {
        let (status, code) = self.status_and_code();
        let mut document = json!({
            "type": format!("/problems/{code}"),
            "title": title_of(code),
            "status": status.as_u16(),
            "detail": self.to_string(),
            "code": code,
        });
        if let Self::Rejected(rejection) = self
            && !rejection.errors.is_empty()
        {
            document["errors"] = json!(rejection.errors);
        }
        if let Self::ForTopics { topics, .. } = self {
            document["topics"] = json!(topics);
        }
        document
    }
}

fn status_of_rejection(reason: RejectionReason) -> StatusCode {
    match reason {
        RejectionReason::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        RejectionReason::Conflict => StatusCode::CONFLICT,
        RejectionReason::NotFound => StatusCode::NOT_FOUND,
        RejectionReason::Gone => StatusCode::GONE,
        RejectionReason::Stale => StatusCode::PRECONDITION_FAILED,
    }
}

/// The problem code of a status that the framework has chosen.
fn code_of_status(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "not-found",
        StatusCode::METHOD_NOT_ALLOWED => "method-not-allowed",
        StatusCode::PAYLOAD_TOO_LARGE => "body-too-large",
        _ if status.is_server_error() => "internal",
        _ => "bad-request",
    }
}

/// The title of a code: `not-found` → `Not found`
fn title_of(code: &str) -> String {
    let mut text = code.replace('-', " ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status_and_code().0
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::Unavailable { cause, .. } | Self::Internal(cause) = self {
            tracing::error!(error = %cause.escape_debug(), "Request failed");
        }
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        match self.without_topics() {
            Self::NotSignedIn | Self::WrongPassword => {
                response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
            }
            // RFC 6750, 3.1: an invalid token is named in the challenge.
            Self::BadCredentials(_) => {
                let challenge = "Bearer error=\"invalid_token\"";
                response.insert_header((header::WWW_AUTHENTICATE, challenge));
            }
            Self::MethodNotAllowed(methods) => {
                response.insert_header((header::ALLOW, AllowedMethods(methods).to_string()));
            }
            Self::TooManyRequests { retry_after }
            | Self::Draining { retry_after }
            | Self::Unavailable { retry_after, .. } => {
                response.insert_header((header::RETRY_AFTER, *retry_after));
            }
            _ => {}
        }
        let text = self.to_json().to_string();
        response.content_type("application/problem+json").body(text)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Rejected(rejection) => Self::Rejected(rejection),
            StoreError::IdempotencyKeyReused => Self::IdempotencyKeyReused,
            StoreError::KeyTooShort => Self::KeyTooShort,
            StoreError::Unavailable(cause) => Self::unavailable(cause),
            StoreError::Internal(cause) => Self::Internal(cause),
        }
    }
}

impl From<SourceError> for Problem {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Unavailable(cause) => Self::unavailable(cause),
            SourceError::Internal(cause) => Self::Internal(cause),
        }
    }
}

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::MessageBody;

    use super::*;

    #[test]
    fn each_problem_has_its_status_and_code() {
        let cases = [
            (Problem::NotSignedIn, 401, "not-signed-in"),
            (Problem::Forbidden("no"), 403, "forbidden"),
            (Problem::NotFound("team"), 404, "not-found"),
            (Problem::MethodNotAllowed(vec![Method::GET]), 405, "method-not-allowed"),
            (Problem::MalformedJson("eof".to_owned()), 400, "malformed-json"),
            (Problem::BodyTooLarge(65_536), 413, "body-too-large"),
            (Problem::IdempotencyKeyReused, 422, "idempotency-key-reused"),
            (Problem::KeyTooShort, 422, "idempotency-key-too-short"),
            (Problem::from(Rejection::field("/name", "is missing")), 422, "invalid-field"),
            (Problem::from(Rejection::conflict("match-is-over", "no")), 409, "match-is-over"),
            (Problem::from(Rejection::new(RejectionReason::Stale, "stale", "moved")), 412, "stale"),
            (Problem::from(StoreError::Unavailable("x".to_owned())), 503, "unavailable"),
            (Problem::from(StoreError::Internal("x".to_owned())), 500, "internal"),
        ];
        for (problem, status, code) in cases {
            let response = problem.error_response();
            assert_eq!(response.status().as_u16(), status, "{code}");
            let kind = response.headers().get(header::CONTENT_TYPE).unwrap();
            assert_eq!(kind, "application/problem+json", "{code}");
            let body = response.into_body().try_into_bytes().unwrap();
            let document: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(document["code"], code);
            assert_eq!(document["status"], status);
            assert_eq!(document["type"], format!("/problems/{code}"));
        }
    }

    #[test]
    fn internal_causes_are_not_in_the_document() {
        let problem = Problem::from(StoreError::Internal("password=hunter2".to_owned()));
        assert!(!problem.to_json().to_string().contains("hunter2"));
    }

    #[test]
    fn field_errors_carry_pointers() {
        let problem = Problem::from(Rejection::field("/players/0/name", "is missing"));
        assert_eq!(
            problem.to_json()["errors"],
            json!([{"pointer": "/players/0/name", "detail": "is missing"}])
        );
    }

    #[test]
    fn topics_that_cannot_be_read_are_listed() {
        let topics = vec!["team_7".parse().unwrap(), "match_3".parse().unwrap()];
        let problem = Problem::ForTopics { problem: Box::new(Problem::NotSignedIn), topics };
        assert_eq!(problem.to_json()["topics"], json!(["team_7", "match_3"]));
        assert_eq!(problem.to_json()["code"], "not-signed-in");
        let response = problem.error_response();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(response.headers().get(header::WWW_AUTHENTICATE).unwrap(), "Bearer");
    }

    #[test]
    fn problems_set_the_header_that_their_status_requires() {
        let header = |problem: Problem, name| {
            problem.error_response().headers().get(name).unwrap().to_str().unwrap().to_owned()
        };
        assert_eq!(header(Problem::NotSignedIn, header::WWW_AUTHENTICATE), "Bearer");
        assert_eq!(header(Problem::TooManyRequests { retry_after: 7 }, header::RETRY_AFTER), "7");
        let methods = Problem::MethodNotAllowed(vec![Method::GET, Method::POST]);
        assert_eq!(header(methods, header::ALLOW), "GET, POST");
    }
}
