//! Which of several nodes does what only one is to do.

use crate::store::Database;
use crate::store::Result;
use crate::store::Store;
use crate::store::postgres;

/// A claim to the lead: it is had by one node, and by another as soon as that one is gone.
pub struct Lead(Option<postgres::lead::Lead>);

impl Store {
    /// A claim, which takes a connection of its own. `SQLite` is for one node, which leads.
    pub fn lead(&self) -> Lead {
        match &self.database {
            Database::Postgres(database) => Lead(Some(database.lead())),
            Database::Sqlite(_) => Lead(None),
        }
    }
}

impl Lead {
    /// Whether this node leads now; takes the lead where nobody has it.
    pub async fn is_ours(&mut self) -> Result<bool> {
        match &mut self.0 {
            Some(lead) => lead.is_ours().await,
            None => Ok(true),
        }
    }
}
