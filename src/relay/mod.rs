//! Relay: a node without a database, which serves the streams of an upstream node.
//!
//! [`Upstream`] takes the place of the log for feeder, pages and snapshots. Each stream with
//! subscribers here is one `UpstreamLink`, driven by `link_task`: an anonymous subscriber of the
//! upstream that resumes by cursor. So only public streams are shared; every other request passes
//! through to the upstream with the client's own credentials, and nothing of it is stored.

mod client;
mod error;
mod history;
mod link_task;
pub mod pass_through;
mod response;
mod source;
mod sse_connection;
mod sse_decoder;
mod upstream;
mod upstream_link;
mod upstream_messages;

pub use client::UpstreamClient;
pub use error::UpstreamError;
pub use response::{ForwardedRequest, UpstreamResponse};
pub use upstream::Upstream;
