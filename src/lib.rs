//! Touchline: live sport over plain HTTP, delivered in streams that resume.
//!
//! The path of a write: `http` parses the request, `auth` checks its permission, `sports` and
//! `domain` apply the rules (pure), `store` commits rows and messages in one transaction, and
//! `stream` delivers the messages to subscribers.

pub mod auth;
pub mod bus;
pub mod config;
pub mod demo;
pub mod domain;
pub mod http;
pub mod import;
pub mod input;
pub mod limits;
pub mod metrics;
pub mod problem;
pub mod relay;
pub mod server;
pub mod sports;
pub mod store;
pub mod stream;
pub mod tls;

use std::sync::Arc;

use crate::auth::TokenKeys;
use crate::auth::public_topics::PublicTopics;
use crate::config::Config;
use crate::limits::Limiters;
use crate::store::Store;
use crate::stream::StreamContext;

/// What request handlers of a node with a database share.
pub struct App {
    /// The database.
    pub store: Store,
    /// Keys that sign and verify access tokens.
    pub token_keys: TokenKeys,
    /// Rate limits and permits of open streams.
    pub limiters: Arc<Limiters>,
    /// Cache of topics that anybody can read.
    pub public_topics: PublicTopics,
    /// The settings.
    pub config: Arc<Config>,
    /// State shared by the feeder and all hubs.
    pub stream_context: Arc<StreamContext>,
}
