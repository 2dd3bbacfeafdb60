//! The parts of a relay: a feeder that reads another node's streams, and no database.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use actix_web::web::Data;
use anyhow::Context;
use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};

use crate::config::Config;
use crate::domain::access::Access;
use crate::http::relay;
use crate::http::relay::RelayApp;
use crate::limits::Limiters;
use crate::metrics::Metrics;
use crate::relay::{Upstream, UpstreamClient};
use crate::server::{Node, StopReason, drain, listener, stream_settings};
use crate::stream::commands::{FeederCommand, FeederHandle};
use crate::stream::page_cache::PageCache;
use crate::stream::rights_watch::RightsWatch;
use crate::stream::snapshot::SnapshotCache;
use crate::stream::visibility_floor::VisibilityFloors;
use crate::stream::{StreamContext, feeder};

/// A relay that is ready to be run: the port is open.
pub struct RelayServer {
    pub address: SocketAddr,
    node: Node,
    upstream: Upstream,
    listener: TcpListener,
    feeder_commands: mpsc::UnboundedReceiver<FeederCommand>,
}

impl RelayServer {
    /// Opens the port. The upstream needn't be there yet.
    pub fn build(config: Config, upstream: &str, ca_file: Option<&Path>) -> anyhow::Result<Self> {
        let runtime = Handle::current();
        let client =
            UpstreamClient::new(upstream, ca_file, runtime.clone()).map_err(anyhow::Error::msg);
        let client = client.context("The upstream can't be used")?;
        let listener = listener::bind(&config)
            .with_context(|| format!("{} can't be listened on", config.listen))?;
        let address = listener.local_addr()?;
        let metrics = Arc::new(Metrics::for_relay());
        let upstream = Upstream::new(client, Arc::clone(&metrics));
        let (feeder, feeder_commands) = FeederHandle::new();
        let stream_context = Arc::new(StreamContext {
            source: Arc::new(upstream.clone()),
            settings: stream_settings(&config),
            metrics,
            feeder,
            snapshot_cache: SnapshotCache::default(),
            page_cache: PageCache::default(),
            visibility_floors: VisibilityFloors::default(),
            // What is shared is everybody's; where that ends, the upstream says so.
            rights_watch: RightsWatch::new(
                0,
                Box::new(|_, _| std::future::ready(Ok(Access::Allowed)).boxed()),
            ),
            draining: tokio::sync::watch::Sender::new(false),
            runtime,
        });
        let limits = Arc::new(Limiters::new(&config));
        let ready = Arc::new(AtomicBool::new(true));
        let node = Node {
            config: Arc::new(config),
            limiters: limits,
            stream_context: stream_context,
            is_ready: ready,
        };
        Ok(Self { address, node, upstream, listener, feeder_commands: feeder_commands })
    }

    /// Serves until it is asked to end, then says goodbye to the streams and stops.
    pub async fn run(self, mut shutdown: watch::Receiver<bool>) -> anyhow::Result<()> {
        let Self { node, upstream, listener, feeder_commands: asks, .. } = self;
        tokio::spawn(feeder::run(Arc::clone(&node.stream_context), asks));
        let relay = Data::new(RelayApp {
            upstream,
            config: Arc::clone(&node.config),
            limiters: Arc::clone(&node.limiters),
            stream_context: Arc::clone(&node.stream_context),
            is_ready: Arc::clone(&node.is_ready),
        });
        let service = move |hub| relay::build_relay_app(relay.clone(), hub);
        let server = listener::start_workers(&node, listener, service)?;
        let handle = server.handle();
        tokio::spawn(async move {
            // Fails only where nobody can ask any more.
            let _ = shutdown.wait_for(|asked| *asked).await;
            drain::drain(&node, handle, StopReason::Requested).await;
        });
        server.await.context("The relay failed")
    }
}
