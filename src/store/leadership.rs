//! Which of several nodes does what only one is to do.

use crate::store::{Backend, Result, Store, postgres};

/// A claim to the lead: it is had by one node, and by another as soon as that one is gone.
pub struct Leadership(Option<postgres::leadership_lock::LeadershipLock>);

impl Store {
    /// A claim, which takes a connection of its own. `SQLite` is for one node, which leads.
    pub fn leadership(&self) -> Leadership {
        match &self.backend {
            Backend::Postgres(database) => Leadership(Some(database.leadership_lock())),
            Backend::Sqlite(_) => Leadership(None),
        }
    }
}

impl Leadership {
    /// Whether this node leads now; takes the lead where nobody has it.
    pub async fn try_lead(&mut self) -> Result<bool> {
        match &mut self.0 {
            Some(lead) => lead.try_acquire().await,
            None => Ok(true),
        }
    }
}
