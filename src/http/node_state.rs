//! State of a node, whatever its messages come from.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use actix_web::HttpRequest;

use crate::config::Config;
use crate::domain::topic::Topic;
use crate::limits::{ClientOrigin, Limiters};
use crate::metrics::ReasonMetricLabel;
use crate::stream::StreamContext;

/// What all workers and request handlers of a node share, with a database or as a relay.
pub struct NodeState {
    pub config: Arc<Config>,
    /// Rate limits and permits of open streams.
    pub limiters: Arc<Limiters>,
    /// The source of messages, and what feeder and hubs share.
    pub stream_context: Arc<StreamContext>,
    /// Answer of `/readyz`: false while the node drains.
    pub is_ready: AtomicBool,
}

impl NodeState {
    /// Counts a stream; `None` beyond a limit.
    pub fn acquire_permit(
        &self,
        request: &HttpRequest,
        user: Option<i64>,
        topics: &[Topic],
    ) -> Option<Box<dyn Send>> {
        let address = ClientOrigin::from_request(request, &self.limiters.proxies).address;
        match self.limiters.stream_permits.try_acquire(user, address, topics) {
            Ok(permit) => Some(Box::new(permit)),
            Err(limit) => {
                let reason = limit.as_str();
                let label = ReasonMetricLabel { reason };
                self.stream_context.metrics.limit_rejections.get_or_create(&label).inc();
                tracing::info!(limit = reason, "Refused a stream: limit {reason} reached");
                None
            }
        }
    }
}
