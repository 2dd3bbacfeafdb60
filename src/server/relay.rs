//! The parts of a relay: a feeder that reads another node's streams, and no database.

use std::net::SocketAddr;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use actix_web::web::Data;
use anyhow::Context;
use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::sync::watch;

use crate::config::Config;
use crate::domain::access::Access;
use crate::http::relay;
use crate::http::relay::Relay;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::relay::Client;
use crate::relay::Upstream;
use crate::server::Ended;
use crate::server::Node;
use crate::server::drain;
use crate::server::listen;
use crate::server::settings;
use crate::stream::Shared;
use crate::stream::feeder;
use crate::stream::feeder::Feeder;
use crate::stream::guard::Rights;
use crate::stream::opened::Opened;
use crate::stream::pages::Pages;
use crate::stream::snapshot::Snapshots;

/// A relay that is ready to be run: the port is open.
pub struct RelayServer {
    pub address: SocketAddr,
    node: Node,
    upstream: Upstream,
    listener: TcpListener,
    asks: mpsc::UnboundedReceiver<feeder::Ask>,
}

impl RelayServer {
    /// Opens the port. The upstream needn't be there yet.
    pub fn build(config: Config, upstream: &str, ca_file: Option<&Path>) -> anyhow::Result<Self> {
        let runtime = Handle::current();
        let client = Client::new(upstream, ca_file, runtime.clone()).map_err(anyhow::Error::msg);
        let client = client.context("The upstream can't be used")?;
        let listener = listen::bind(&config)
            .with_context(|| format!("{} can't be listened on", config.listen))?;
        let address = listener.local_addr()?;
        let metrics = Arc::new(Metrics::of_relay());
        let upstream = Upstream::new(client, Arc::clone(&metrics));
        let (feeder, asks) = Feeder::new();
        let shared = Arc::new(Shared {
            source: Arc::new(upstream.clone()),
            settings: settings(&config),
            metrics,
            feeder,
            snapshots: Snapshots::default(),
            pages: Pages::default(),
            opened: Opened::default(),
            // What is shared is everybody's; where that ends, the upstream says so.
            rights: Rights::new(
                0,
                Box::new(|_, _| std::future::ready(Ok(Access::Allowed)).boxed()),
            ),
            draining: tokio::sync::watch::Sender::new(false),
            runtime,
        });
        let limits = Arc::new(Limits::new(&config));
        let ready = Arc::new(AtomicBool::new(true));
        let node = Node { config: Arc::new(config), limits, shared, ready };
        Ok(Self { address, node, upstream, listener, asks })
    }

    /// Serves until it is asked to end, then says goodbye to the streams and stops.
    pub async fn run(self, mut asked: watch::Receiver<bool>) -> anyhow::Result<()> {
        let Self { node, upstream, listener, asks, .. } = self;
        tokio::spawn(feeder::run(Arc::clone(&node.shared), asks));
        let relay = Data::new(Relay {
            upstream,
            config: Arc::clone(&node.config),
            limits: Arc::clone(&node.limits),
            shared: Arc::clone(&node.shared),
            ready: Arc::clone(&node.ready),
        });
        let service = move |hub| relay::service(relay.clone(), hub);
        let server = listen::serve(&node, listener, service)?;
        let handle = server.handle();
        tokio::spawn(async move {
            // Fails only where nobody can ask any more.
            let _ = asked.wait_for(|asked| *asked).await;
            drain::drain(&node, handle, Ended::Asked).await;
        });
        server.await.context("The relay failed")
    }
}
