//! Staleness: a stream that is silent because the log can't be read must not look like a quiet
//! match (G8).

use std::time::{Duration, Instant};

use crate::stream::control_frames;
use crate::stream::source_error::{SourceError, SourceResult};

/// How long the log may be unreadable before hubs announce it; it is polled twice a second.
const STALE_AFTER: Duration = Duration::from_secs(5);

/// How long one read may take on a busy database.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// When the log was last read completely, and whether hubs announce that it is not.
pub struct Staleness {
    last_complete_read: Instant,
    last_complete_read_at: String,
    /// Why it could not be read completely since.
    last_error: Option<String>,
    is_announced: bool,
}

impl Default for Staleness {
    fn default() -> Self {
        Self {
            last_complete_read: Instant::now(),
            last_complete_read_at: control_frames::now_rfc3339(),
            last_error: None,
            is_announced: false,
        }
    }
}

impl Staleness {
    /// Records a complete read; true where hubs have to announce that the log is back.
    pub fn record_success(&mut self) -> bool {
        let was_announced = self.is_announced;
        if self.last_error.is_some() {
            tracing::info!("The log is followed again");
        }
        *self = Self::default();
        was_announced
    }

    /// Records a failed read; gives the time since when, where hubs have to announce it now.
    ///
    /// That is after [`STALE_AFTER`], or at once where the upstream reports itself as stale, which
    /// it does after a delay of its own.
    pub fn record_failure(
        &mut self,
        error: &str,
        upstream_stale_since: Option<String>,
    ) -> Option<String> {
        // Logged once, however long it lasts, and again when the error changes.
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
        tracing::error!(error = error, "Streams are stale since {since}: {error}");
        Some(since)
    }
}

/// Limits a read to 5 s: one that hangs would hold up all others, and the staleness notice too.
pub async fn with_read_timeout<T, E: Into<SourceError>>(
    read: impl Future<Output = Result<T, E>>,
) -> SourceResult<T> {
    let timed_out = |_| SourceError::Unavailable("the read timed out".to_owned());
    tokio::time::timeout(READ_TIMEOUT, read).await.map_err(timed_out)?.map_err(Into::into)
}
