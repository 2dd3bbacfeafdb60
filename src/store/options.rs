//! How a database is opened.

use std::path::PathBuf;
use std::time::Duration;

/// How to open a database.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite://touchline.db` or `postgres://…`
    pub url: String,
    /// Connections to `PostgreSQL`, or readers of `SQLite`.
    pub connections: usize,
    /// A PEM file of authorities to trust for `PostgreSQL`'s TLS, besides the system's.
    pub ca_file: Option<PathBuf>,
    pub waits: Waits,
}

/// How long `PostgreSQL` may take before it counts as gone.
#[derive(Clone, Copy, Debug)]
pub struct Waits {
    /// To give a connection, a new one or one that others have in use.
    pub connection: Duration,
    /// To do one statement; zero for as long as it takes.
    pub statement: Duration,
}

impl Default for Waits {
    /// Longer than a busy moment, shorter than a caller's patience.
    fn default() -> Self {
        Self { connection: Duration::from_secs(5), statement: Duration::from_secs(15) }
    }
}
