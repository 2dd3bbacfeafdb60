//! Touchline: live sport over plain HTTP, told in streams that resume.
//!
//! In the order a goal travels: `http` takes the request, `auth` says who may, `sports` and
//! `domain` decide (pure), `store` commits rows and messages at once, `stream` tells the readers.

pub mod auth;
pub mod bus;
pub mod config;
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
use std::sync::atomic::AtomicBool;

use crate::auth::TokenKeys;
use crate::auth::public_topics::PublicTopics;
use crate::config::Config;
use crate::limits::Limiters;
use crate::store::Store;
use crate::stream::StreamContext;

/// What every request can reach.
pub struct App {
    pub store: Store,
    pub token_keys: TokenKeys,
    pub limiters: Arc<Limiters>,
    pub public_topics: PublicTopics,
    pub config: Arc<Config>,
    pub stream_context: Arc<StreamContext>,
    /// Whether new requests are welcome: not while the service drains.
    pub is_ready: Arc<AtomicBool>,
}
