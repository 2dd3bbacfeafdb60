//! Leadership: which of several nodes runs the tasks that only one node may run.

use crate::store::backend::Backend;
use crate::store::{Result, Store, postgres};

/// This node's claim to leadership. One node holds it; another takes over when that one is gone.
pub struct Leadership(Option<postgres::leadership_lock::LeadershipLock>);

impl Store {
    /// A new claim, which opens a connection of its own. `SQLite` serves one node, the leader.
    pub fn leadership(&self) -> Leadership {
        match &self.backend {
            Backend::Postgres(database) => Leadership(Some(database.leadership_lock())),
            Backend::Sqlite(_) => Leadership(None),
        }
    }
}

impl Leadership {
    /// Returns whether this node is the leader; it becomes the leader if no other node is.
    pub async fn try_lead(&mut self) -> Result<bool> {
        match &mut self.0 {
            Some(lock) => lock.try_acquire().await,
            None => Ok(true),
        }
    }
}
