//! Whether readers see what is true now: a stream that is quiet because the log can't be read must
//! not look like a quiet match (G8).

use std::time::{Duration, Instant};

use crate::store::{Result, StoreError};
use crate::stream::frame;

/// The log is looked at more often than once a second; out of sight for so long, readers are told.
const STALE_AFTER: Duration = Duration::from_secs(5);

/// How long one read may take, on a database that is busy.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// When all of the log was last seen, and what readers know of it.
pub struct Staleness {
    last_complete_read: Instant,
    last_complete_read_at: String,
    /// Why it was not seen whole since.
    last_error: Option<String>,
    is_announced: bool,
}

impl Default for Staleness {
    fn default() -> Self {
        Self {
            last_complete_read: Instant::now(),
            last_complete_read_at: frame::now_rfc3339(),
            last_error: None,
            is_announced: false,
        }
    }
}

impl Staleness {
    /// All there is has been handed on; whether readers are to be told that it is so again.
    pub fn record_success(&mut self) -> bool {
        let was_announced = self.is_announced;
        if self.last_error.is_some() {
            tracing::info!("The log is followed again");
        }
        *self = Self::default();
        was_announced
    }

    /// The log couldn't be read; since when, where readers are to be told now: after a while, or
    /// at once where `said` is what a node upstream has told after its own while.
    pub fn record_failure(
        &mut self,
        error: &str,
        upstream_stale_since: Option<String>,
    ) -> Option<String> {
        // Said once, however long it lasts, and again where it becomes something else.
        if self.last_error.as_deref() != Some(error) {
            tracing::warn!(error = error, "The log can't be followed: {error}");
            self.last_error = Some(error.to_owned());
        }
        if self.is_announced
            || (upstream_stale_since.is_none() && self.last_complete_read.elapsed() < STALE_AFTER)
        {
            return None;
        }
        self.is_announced = true;
        let since = upstream_stale_since.unwrap_or_else(|| self.last_complete_read_at.clone());
        tracing::error!(
            error = error,
            "Readers are told that nothing is known since {since}: {error}"
        );
        Some(since)
    }
}

/// A read that hangs would hold up all others, and with it what readers are told of it.
pub async fn with_read_timeout<T>(read: impl Future<Output = Result<T>>) -> Result<T> {
    let timed_out = |_| StoreError::Unavailable("nothing is heard of it".to_owned());
    tokio::time::timeout(READ_TIMEOUT, read).await.map_err(timed_out)?
}
