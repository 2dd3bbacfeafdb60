//! How a database is opened.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// How to open a database.
#[derive(Clone)]
pub struct StoreOptions {
    /// `sqlite://touchline.db` or `postgres://…`
    pub url: String,
    /// Connections to `PostgreSQL`, or readers of `SQLite`.
    pub max_connections: usize,
    /// A PEM file of authorities to trust for `PostgreSQL`'s TLS, besides the system's.
    pub ca_file: Option<PathBuf>,
    pub timeouts: DatabaseTimeouts,
    /// What remembered answers are kept safe with, the same on every node; without it one is made
    /// and kept in the database.
    pub secret: Option<Vec<u8>>,
}

impl fmt::Debug for StoreOptions {
    /// Without the address, which may hold a password, and the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { max_connections: connections, ca_file, timeouts: waits, .. } = self;
        let mut shown = f.debug_struct("Options");
        shown.field("connections", connections).field("ca_file", ca_file).field("waits", waits);
        shown.finish_non_exhaustive()
    }
}

/// How long `PostgreSQL` may take before it counts as gone.
#[derive(Clone, Copy, Debug)]
pub struct DatabaseTimeouts {
    /// To give a connection, a new one or one that others have in use.
    pub connection: Duration,
    /// To do one statement; zero for as long as it takes.
    pub statement: Duration,
}

impl Default for DatabaseTimeouts {
    /// Longer than a busy moment, shorter than a caller's patience.
    fn default() -> Self {
        Self { connection: Duration::from_secs(5), statement: Duration::from_secs(15) }
    }
}
