//! A node while it serves, and why it stops.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::config::Config;
use crate::limits::Limiters;
use crate::stream::StreamContext;

/// What serving needs, with a database or as a relay.
pub struct Node {
    pub config: Arc<Config>,
    pub limiters: Arc<Limiters>,
    pub stream_context: Arc<StreamContext>,
    pub is_ready: Arc<AtomicBool>,
}

/// Why a server has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// By SIGTERM or SIGINT.
    Requested,
    /// The database was replaced or restored: all state in memory is obsolete, so the server must
    /// be rebuilt.
    EpochChanged,
}
