//! The rules say no: why, and what to do about it.

use serde::{Deserialize, Serialize};

/// Which kind of no; HTTP's status follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectionReason {
    /// A field is missing, unknown or out of range.
    Invalid,
    /// The state doesn't allow it (now).
    Conflict,
    /// There is no such thing.
    NotFound,
    /// It has changed since the caller last read it.
    Stale,
    /// It was there and is no longer kept.
    Gone,
}

/// What is wrong with one field of the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// A JSON pointer (RFC 6901) into the body.
    pub pointer: String,
    pub detail: String,
}

/// Why nothing was changed. All of it may be shown to the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{detail}")]
pub struct Rejection {
    pub reason: RejectionReason,
    /// A stable `kebab-case` name that clients branch on.
    pub code: String,
    pub detail: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

impl Rejection {
    pub fn new(reason: RejectionReason, code: &str, detail: impl Into<String>) -> Self {
        Self { reason, code: code.to_owned(), detail: detail.into(), errors: Vec::new() }
    }

    /// 409: the state doesn't allow it.
    pub fn conflict(code: &str, detail: impl Into<String>) -> Self {
        Self::new(RejectionReason::Conflict, code, detail)
    }

    /// 404: there is no such `what`.
    pub fn not_found(resource: &str) -> Self {
        Self::new(RejectionReason::NotFound, "not-found", format!("no such {resource}"))
    }

    /// 422: one field of the body is wrong. `pointer` is a JSON pointer, as `/player_id`.
    pub fn field(pointer: &str, detail: impl Into<String>) -> Self {
        Self::fields(vec![FieldError { pointer: pointer.to_owned(), detail: detail.into() }])
    }

    /// 422: several fields are wrong.
    pub fn fields(errors: Vec<FieldError>) -> Self {
        let details: Vec<_> =
            errors.iter().map(|error| format!("{}: {}", error.pointer, error.detail)).collect();
        let mut rejection =
            Self::new(RejectionReason::Invalid, "invalid-field", details.join("; "));
        rejection.errors = errors;
        rejection
    }
}
