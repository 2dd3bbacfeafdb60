//! The application data of a relay.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use actix_web::HttpRequest;

use crate::config::Config;
use crate::domain::topic::Topic;
use crate::limits::{ClientOrigin, Limiters};
use crate::metrics::ReasonMetricLabel;
use crate::relay::Upstream;
use crate::stream::StreamContext;

/// What every request to a relay can reach.
pub struct RelayApp {
    pub upstream: Upstream,
    pub config: Arc<Config>,
    pub limiters: Arc<Limiters>,
    pub stream_context: Arc<StreamContext>,
    /// Whether new requests are welcome: not while the relay drains.
    pub is_ready: Arc<AtomicBool>,
}

impl RelayApp {
    /// Counts the stream; `None` if a limit is reached.
    pub fn acquire_permit(&self, request: &HttpRequest, topics: &[Topic]) -> Option<Box<dyn Send>> {
        let address = ClientOrigin::from_request(request, &self.limiters.proxies).address;
        match self.limiters.stream_permits.try_acquire(None, address, topics) {
            Ok(permit) => Some(Box::new(permit)),
            Err(limit) => {
                let label = ReasonMetricLabel { reason: limit.as_str() };
                self.stream_context.metrics.limit_rejections.get_or_create(&label).inc();
                None
            }
        }
    }
}
