//! Error of work on a pooled connection.

use crate::store::StoreError;
use crate::store::error::QueryError;

/// Why work failed: before it had a connection, or on it.
pub enum WorkError {
    Store(StoreError),
    Query(QueryError),
}

impl From<QueryError> for WorkError {
    fn from(error: QueryError) -> Self {
        Self::Query(error)
    }
}

impl From<diesel::result::Error> for WorkError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Query(error.into())
    }
}
