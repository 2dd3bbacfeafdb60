//! The reasons for which the server ends a stream.

use crate::domain::closed_set::closed_set;

/// Why the server ends a stream: the `reason` of its `bye`, of a log line and of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The node is shutting down.
    Draining,
    /// The credential has expired, or its session was signed out.
    TokenExpired,
    /// A topic may no longer be read, or what it is about was deleted.
    AccessRevoked,
    /// A limit on open streams was reached.
    LimitReached,
    /// The stream is as old as streams may be; the client reconnects.
    LifetimeReached,
    /// The stream can't be served from here now; the client reconnects.
    Unavailable,
    /// A replay has sent its last message.
    Complete,
    /// A parameter of the request is wrong.
    BadRequest,
}

closed_set!(CloseReason {
    Draining => "draining",
    TokenExpired => "token_expired",
    AccessRevoked => "access_revoked",
    LimitReached => "limit",
    LifetimeReached => "lifetime",
    Unavailable => "unavailable",
    Complete => "complete",
    BadRequest => "bad_request",
});
