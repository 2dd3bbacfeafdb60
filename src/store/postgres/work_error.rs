//! How work on a connection may end before its end.

use crate::store::StoreError;
use crate::store::error::QueryError;

/// Why a piece of work stopped: before it had a connection, or with it.
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
