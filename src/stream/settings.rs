//! Settings of streams, and the reconnection delays drawn from them.

use crate::stream::close_reason::CloseReason;

/// Settings of streams; names carry the units.
#[derive(Clone, Debug)]
pub struct StreamSettings {
    pub heartbeat_seconds: u32,
    /// Each stream ends after a random time between half of this and all of it; 0 means never.
    pub lifetime_seconds: u32,
    pub retry_min_ms: u32,
    pub retry_max_ms: u32,
    pub ring_messages: usize,
    pub ring_bytes: usize,
    /// A subscriber further behind than this many messages gets a snapshot instead of a replay.
    pub replay_max: i64,
    /// Messages read from the log at a time.
    pub replay_page: i64,
}

/// `retry` of a `bye` after which the client is not to come back: a day, for clients that reconnect
/// whatever they are answered. More than 2³¹ ms would be none for some of them.
pub const FINAL_RETRY_MS: u32 = 24 * 60 * 60 * 1000;

impl StreamSettings {
    /// Milliseconds a client waits before it reconnects, drawn so that not all come at once.
    pub fn random_retry_ms(&self) -> u32 {
        rand::random_range(self.retry_min_ms..=self.retry_max_ms.max(self.retry_min_ms))
    }

    /// The same after a `bye`: longer where reconnecting at once would not help.
    pub fn retry_ms_after(&self, reason: CloseReason) -> u32 {
        let base_ms = self.random_retry_ms();
        match reason {
            CloseReason::LimitReached => base_ms * 8,
            CloseReason::Unavailable | CloseReason::Draining => base_ms * 2,
            CloseReason::Complete | CloseReason::BadRequest => FINAL_RETRY_MS,
            _ => base_ms,
        }
    }
}
