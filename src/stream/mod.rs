//! From the log to subscribers: everything here can be lost and is rebuilt from a cursor.
//!
//! One `feeder` per process follows the log and hands frames to each worker's `hub`, which keeps
//! a `ring` of recent frames per stream. A `subscriber` is a set of positions in rings and, behind
//! their tails, in pages of the log; it has no queue. `delivery` decides what it gets next; the
//! sinks `event_stream_body`, `long_poll` and `replay` carry that out.

pub mod backlog;
pub mod close_reason;
pub mod commands;
pub mod context;
pub mod control_frames;
pub mod cursor;
pub mod delivery;
pub mod direct_writer;
pub mod event_stream_body;
pub mod feeder;
mod fetch;
pub mod frame;
pub mod frame_page;
pub mod hub;
pub mod local_stream;
pub mod long_poll;
pub mod page_cache;
pub mod replay;
pub mod rights_sweep;
pub mod rights_watch;
pub mod ring;
pub mod settings;
pub mod snapshot;
pub mod source;
pub mod source_error;
mod staleness;
pub mod subscribe;
pub mod subscriber;
pub mod subscription;
#[cfg(test)]
mod tests;
pub mod visibility_floor;

pub use context::StreamContext;
pub use settings::StreamSettings;
