//! Whether readers see what is true now: a stream that is quiet because the log can't be read must
//! not look like a quiet match (G8).

use std::time::Duration;
use std::time::Instant;

use crate::store::Result;
use crate::store::StoreError;
use crate::stream::frame;

/// The log is looked at more often than once a second; out of sight for so long, readers are told.
const OUT_OF_SIGHT: Duration = Duration::from_secs(5);

/// How long one read may take, on a database that is busy.
const PATIENCE: Duration = Duration::from_secs(5);

/// When all of the log was last seen, and what readers know of it.
pub struct Freshness {
    seen: Instant,
    seen_at: String,
    /// Why it was not seen whole since.
    why: Option<String>,
    told: bool,
}

impl Default for Freshness {
    fn default() -> Self {
        Self { seen: Instant::now(), seen_at: frame::now_text(), why: None, told: false }
    }
}

impl Freshness {
    /// All there is has been handed on; whether readers are to be told that it is so again.
    pub fn saw(&mut self) -> bool {
        let told = self.told;
        if self.why.is_some() {
            tracing::info!("The log is followed again");
        }
        *self = Self::default();
        told
    }

    /// The log couldn't be read; since when, where readers are to be told now: after a while, or
    /// at once where `said` is what a node upstream has told after its own while.
    pub fn missed(&mut self, why: &str, said: Option<String>) -> Option<String> {
        // Said once, however long it lasts, and again where it becomes something else.
        if self.why.as_deref() != Some(why) {
            tracing::warn!(error = why, "The log can't be followed: {why}");
            self.why = Some(why.to_owned());
        }
        if self.told || (said.is_none() && self.seen.elapsed() < OUT_OF_SIGHT) {
            return None;
        }
        self.told = true;
        let since = said.unwrap_or_else(|| self.seen_at.clone());
        tracing::error!(error = why, "Readers are told that nothing is known since {since}: {why}");
        Some(since)
    }
}

/// A read that hangs would hold up all others, and with it what readers are told of it.
pub async fn soon<T>(read: impl Future<Output = Result<T>>) -> Result<T> {
    let late = |_| StoreError::Unavailable("nothing is heard of it".to_owned());
    tokio::time::timeout(PATIENCE, read).await.map_err(late)?
}
