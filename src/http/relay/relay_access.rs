//! What decides at a relay.

use std::sync::Arc;

use crate::http::node_state::NodeState;
use crate::relay::Upstream;

/// Access at a relay. It holds no permissions: it shares what the upstream shows to an anonymous
/// subscriber, and passes each other request through with the client's own credentials.
pub struct RelayAccess {
    pub upstream: Upstream,
    pub node: Arc<NodeState>,
}
