//! How work on a connection may end before its end.

use crate::store::StoreError;
use crate::store::error::Fault;

/// Why a piece of work stopped: before it had a connection, or with it.
pub enum Stopped {
    Store(StoreError),
    Fault(Fault),
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<diesel::result::Error> for Stopped {
    fn from(error: diesel::result::Error) -> Self {
        Self::Fault(error.into())
    }
}
