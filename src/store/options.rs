//! Options for opening a database.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Options for opening a database.
#[derive(Clone)]
pub struct StoreOptions {
    /// `sqlite://touchline.db` or `postgres://…`
    pub url: String,
    /// `PostgreSQL` connections, or `SQLite` readers.
    pub max_connections: usize,
    /// A PEM file of certificate authorities to trust for `PostgreSQL`'s TLS, besides the system's.
    pub ca_file: Option<PathBuf>,
    pub timeouts: DatabaseTimeouts,
    /// Secret that protects remembered outcomes, the same on every node. If `None`, one is created
    /// and kept in the database.
    pub secret: Option<Vec<u8>>,
}

impl fmt::Debug for StoreOptions {
    /// Omits the address, which may hold a password, and the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { max_connections: connections, ca_file, timeouts: waits, .. } = self;
        let mut debug = f.debug_struct("Options");
        debug.field("connections", connections).field("ca_file", ca_file).field("waits", waits);
        debug.finish_non_exhaustive()
    }
}

/// How long `PostgreSQL` may take before it counts as unavailable.
#[derive(Clone, Copy, Debug)]
pub struct DatabaseTimeouts {
    /// For a connection from the pool, new or returned.
    pub connection: Duration,
    /// For one statement; zero for no limit.
    pub statement: Duration,
}

impl Default for DatabaseTimeouts {
    /// Longer than a load peak, shorter than a client's time-out.
    fn default() -> Self {
        Self { connection: Duration::from_secs(5), statement: Duration::from_secs(15) }
    }
}
