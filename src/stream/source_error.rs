//! Why messages can't be read, whichever source they come from.

use crate::store::StoreError;

/// Why the source of messages can't be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The database or the upstream is unreachable or overloaded; a retry may succeed.
    #[error("messages can't be read now: {0}")]
    Unavailable(String),
    /// What the source holds breaks an invariant, or there is a bug.
    #[error("messages can't be read: {0}")]
    Internal(String),
}

/// Result of reading from the source.
pub type SourceResult<T> = Result<T, SourceError>;

impl From<StoreError> for SourceError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(cause) => Self::Unavailable(cause),
            StoreError::Internal(cause) => Self::Internal(cause),
            rejection => Self::Internal(rejection.to_string()),
        }
    }
}
