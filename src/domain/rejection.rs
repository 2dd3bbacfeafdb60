//! Rejections: why the rules refuse a change, in a form that clients can act on.

use serde::{Deserialize, Serialize};

/// Class of a rejection; it determines the HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectionReason {
    /// 422: a field is missing, unknown or out of range.
    Invalid,
    /// 409: the current state doesn't allow the change.
    Conflict,
    /// 404: the resource doesn't exist.
    NotFound,
    /// 412: the resource has changed since the caller read it.
    Stale,
    /// 410: the resource existed and is no longer kept.
    Gone,
}

/// The error of one field of the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// A JSON pointer (RFC 6901) into the body.
    pub pointer: String,
    pub detail: String,
}

/// Why a change was refused; nothing was changed. Everything in it is safe to show to the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{detail}")]
pub struct Rejection {
    pub reason: RejectionReason,
    /// A stable `kebab-case` name that clients branch on.
    pub code: String,
    /// A sentence for people, in English.
    pub detail: String,
    /// The invalid fields, of a 422.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

impl Rejection {
    /// A rejection without field errors.
    pub fn new(reason: RejectionReason, code: &str, detail: impl Into<String>) -> Self {
        Self { reason, code: code.to_owned(), detail: detail.into(), errors: Vec::new() }
    }

    /// 409: the current state doesn't allow the change.
    pub fn conflict(code: &str, detail: impl Into<String>) -> Self {
        Self::new(RejectionReason::Conflict, code, detail)
    }

    /// 404: `resource` names the kind of resource that doesn't exist.
    pub fn not_found(resource: &str) -> Self {
        Self::new(RejectionReason::NotFound, "not-found", format!("no such {resource}"))
    }

    /// 422: one field of the body is invalid; `pointer` is a JSON pointer such as `/player_id`.
    pub fn field(pointer: &str, detail: impl Into<String>) -> Self {
        Self::fields(vec![FieldError { pointer: pointer.to_owned(), detail: detail.into() }])
    }

    /// 422: several fields of the body are invalid.
    pub fn fields(errors: Vec<FieldError>) -> Self {
        let details: Vec<_> =
            errors.iter().map(|error| format!("{}: {}", error.pointer, error.detail)).collect();
        let mut rejection =
            Self::new(RejectionReason::Invalid, "invalid-field", details.join("; "));
        rejection.errors = errors;
        rejection
    }
}
