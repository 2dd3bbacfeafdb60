//! Assembles a node from its parts; starts, drains and stops them in order.

pub mod allocator;
mod bus;
mod drain;
mod listener;
mod node;
mod options;
mod relay;
mod scheduler;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use actix_web::web::Data;
use anyhow::Context;
pub use drain::shutdown_requested;
pub use node::StopReason;
pub use options::store_options;
pub use relay::RelayServer;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::auth::public_topics::PublicTopics;
use crate::auth::{TokenKeys, permission};
use crate::bus::connection;
use crate::bus::connection::ConnectFn;
use crate::config::Config;
use crate::limits::Limiters;
use crate::metrics::Metrics;
use crate::server::node::Node;
use crate::server::options::stream_settings;
use crate::store::Store;
use crate::stream::commands::{FeederCommand, FeederHandle};
use crate::stream::page_cache::PageCache;
use crate::stream::rights_watch::RightsWatch;
use crate::stream::snapshot::SnapshotCache;
use crate::stream::visibility_floor::VisibilityFloors;
use crate::stream::{StreamContext, feeder};
use crate::{App, http};

/// A node with a database, ready to run: its port is open and its database migrated.
pub struct Server {
    /// The address it listens on; the actual port if the configured one is 0.
    pub address: SocketAddr,
    pub app: Arc<App>,
    listener: TcpListener,
    feeder_commands: mpsc::UnboundedReceiver<FeederCommand>,
    /// Connects to the bus; `None` for a single node.
    bus_connect: Option<ConnectFn>,
}

impl Server {
    /// Opens the database and runs pending migrations.
    pub async fn open_store(config: &Config) -> anyhow::Result<Store> {
        Store::open(&store_options(config)?).await.context("can't open the database")
    }

    /// Opens the port and assembles a server on an open store.
    pub async fn with_store(config: Config, store: Store) -> anyhow::Result<Self> {
        let listener = listener::bind(&config)
            .with_context(|| format!("can't listen on {}", config.listen))?;
        let address = listener.local_addr()?;
        let bus_connect = bus::bus_connect_fn(&config, &store)?;
        let keys = TokenKeys::from_config(&config)?;
        let (feeder, feeder_commands) = FeederHandle::new();
        let rights = RightsWatch::new(store.rights_version().await?, read_check(&store));
        let stream_context = Arc::new(StreamContext {
            source: Arc::new(store.clone()),
            settings: stream_settings(&config),
            metrics: Arc::new(Metrics::new()),
            feeder,
            snapshot_cache: SnapshotCache::default(),
            page_cache: PageCache::default(),
            visibility_floors: VisibilityFloors::default(),
            rights_watch: rights,
            draining: tokio::sync::watch::Sender::new(false),
            runtime: tokio::runtime::Handle::current(),
        });
        let app = Arc::new(App {
            store,
            token_keys: keys,
            limiters: Arc::new(Limiters::new(&config)),
            public_topics: PublicTopics::default(),
            config: Arc::new(config),
            stream_context,
            is_ready: Arc::new(AtomicBool::new(true)),
        });
        Ok(Self { address, app, listener, feeder_commands, bus_connect })
    }

    /// Serves until `shutdown` turns true (see [`shutdown_requested`]) or the epoch changes, then
    /// closes all streams and stops.
    pub async fn run(self, mut shutdown: watch::Receiver<bool>) -> anyhow::Result<StopReason> {
        let Self { app, listener, feeder_commands, bus_connect, .. } = self;
        // Dropping the set aborts the tasks, however this function returns.
        let mut tasks = JoinSet::new();
        tasks.spawn(feeder::run(Arc::clone(&app.stream_context), feeder_commands));
        if let Some(connect) = bus_connect {
            let notifier = app.store.commit_notifier().clone();
            let metrics = Arc::clone(&app.stream_context.metrics);
            tasks.spawn(connection::run(connect, notifier, metrics));
        }
        tasks.spawn(scheduler::run(Arc::clone(&app)));
        let node = Node {
            config: Arc::clone(&app.config),
            limiters: Arc::clone(&app.limiters),
            stream_context: Arc::clone(&app.stream_context),
            is_ready: Arc::clone(&app.is_ready),
        };
        let data = Data::from(Arc::clone(&app));
        let service = move |hub| http::build_app(data.clone(), hub);
        let server = listener::start_workers(&node, listener, service)?;
        let handle = server.handle();
        let stopping = tokio::spawn(async move {
            let reason = tokio::select! {
                _ = shutdown.wait_for(|is_requested| *is_requested) => StopReason::Requested,
                epoch = app.stream_context.rights_watch.watch_until_epoch_changes(&app.store) => {
                    tracing::warn!(epoch, "The epoch has changed: restarting this server");
                    StopReason::EpochChanged
                }
            };
            drain::drain(&node, handle, reason).await;
            reason
        });
        server.await.context("the HTTP server failed")?;
        Ok(stopping.await?)
    }
}

/// The check by which hubs re-check read access of open streams: the permission table.
fn read_check(store: &Store) -> crate::stream::rights_watch::ReadCheckFn {
    let store = store.clone();
    Box::new(move |principal, topic| {
        let store = store.clone();
        Box::pin(
            async move { permission::can_read_topic(&store, principal.as_deref(), topic).await },
        )
    })
}
