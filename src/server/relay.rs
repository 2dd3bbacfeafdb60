//! A relay: a node whose messages come from another node, which also decides who may read them.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use futures_util::FutureExt;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::config::Config;
use crate::domain::access::Access;
use crate::http::relay::RelayAccess;
use crate::metrics::Metrics;
use crate::relay::{Upstream, UpstreamClient};
use crate::server::drain::StopReason;
use crate::server::node::{Node, NodeSource};
use crate::stream::rights_watch::RightsWatch;

/// Opens the port of a relay of the node at the URL `upstream`, which need not be up yet; `ca_file`
/// is a PEM file of authorities to trust for its TLS.
pub fn build_relay(
    config: Config,
    upstream: &str,
    ca_file: Option<&Path>,
) -> anyhow::Result<Node<RelayAccess>> {
    let client = UpstreamClient::new(upstream, ca_file).map_err(anyhow::Error::msg);
    let metrics = Arc::new(Metrics::for_relay());
    let upstream = Upstream::new(client.context("can't use the upstream")?, Arc::clone(&metrics));
    let source = NodeSource {
        messages: Arc::new(upstream.clone()),
        metrics,
        // Shared streams are public; the upstream ends one that becomes private.
        rights_watch: RightsWatch::new(
            0,
            Box::new(|_, _| std::future::ready(Ok(Access::Allowed)).boxed()),
        ),
    };
    Node::build(config, source, |state| RelayAccess { upstream, node: Arc::clone(state) })
}

impl Node<RelayAccess> {
    /// Serves until `shutdown` turns true, then closes all streams and stops.
    pub async fn run_relay(self, mut shutdown: watch::Receiver<bool>) -> anyhow::Result<()> {
        let stop = async move {
            // An error means that the sender is gone: then shut down, too.
            let _ = shutdown.wait_for(|is_requested| *is_requested).await;
            StopReason::Requested
        };
        self.run(JoinSet::new(), stop).await.map(drop)
    }
}
