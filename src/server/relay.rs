//! Assembles a relay: its feeder reads another node's streams instead of a database.

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
use crate::server::node::{Node, StopReason};
use crate::server::options::stream_settings;
use crate::server::{drain, listener};
use crate::stream::commands::{FeederCommand, FeederHandle};
use crate::stream::page_cache::PageCache;
use crate::stream::rights_watch::RightsWatch;
use crate::stream::snapshot::SnapshotCache;
use crate::stream::visibility_floor::VisibilityFloors;
use crate::stream::{StreamContext, feeder};

/// A relay ready to run: its port is open.
pub struct RelayServer {
    /// The address it listens on; the actual port if the configured one is 0.
    pub address: SocketAddr,
    node: Node,
    upstream: Upstream,
    listener: TcpListener,
    feeder_commands: mpsc::UnboundedReceiver<FeederCommand>,
}

impl RelayServer {
    /// Opens the port and assembles a relay of the node at the URL `upstream`, which need not be up
    /// yet; `ca_file` is a PEM file of authorities to trust for its TLS.
    pub fn build(config: Config, upstream: &str, ca_file: Option<&Path>) -> anyhow::Result<Self> {
        let runtime = Handle::current();
        let client =
            UpstreamClient::new(upstream, ca_file, runtime.clone()).map_err(anyhow::Error::msg);
        let client = client.context("can't use the upstream")?;
        let listener = listener::bind(&config)
            .with_context(|| format!("can't listen on {}", config.listen))?;
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
            // Shared upstream streams are public; the upstream closes one that becomes private.
            rights_watch: RightsWatch::new(
                0,
                Box::new(|_, _| std::future::ready(Ok(Access::Allowed)).boxed()),
            ),
            draining: tokio::sync::watch::Sender::new(false),
            runtime,
        });
        let node = Node {
            limiters: Arc::new(Limiters::new(&config)),
            config: Arc::new(config),
            stream_context,
            is_ready: Arc::new(AtomicBool::new(true)),
        };
        Ok(Self { address, node, upstream, listener, feeder_commands })
    }

    /// Serves until `shutdown` turns true, then closes all streams and stops.
    pub async fn run(self, mut shutdown: watch::Receiver<bool>) -> anyhow::Result<()> {
        let Self { node, upstream, listener, feeder_commands, .. } = self;
        tokio::spawn(feeder::run(Arc::clone(&node.stream_context), feeder_commands));
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
            // An error means that the sender is gone: then shut down, too.
            let _ = shutdown.wait_for(|is_requested| *is_requested).await;
            drain::drain(&node, handle, StopReason::Requested).await;
        });
        server.await.context("the HTTP server failed")
    }
}
