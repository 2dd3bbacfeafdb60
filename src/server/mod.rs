//! Assembles a node from its parts; starts, drains and stops them in order.

pub mod allocator;
mod bus;
mod drain;
mod listener;
mod node;
mod options;
mod relay;
mod scheduler;

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
pub use drain::{StopReason, shutdown_requested};
pub use options::store_options;
pub use relay::build_relay;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::App;
use crate::auth::public_topics::PublicTopics;
use crate::auth::{TokenKeys, permission};
use crate::bus::connection;
use crate::bus::connection::ConnectFn;
use crate::config::Config;
use crate::metrics::Metrics;
use crate::server::node::{Node, NodeSource};
use crate::store::Store;
use crate::stream::rights_watch::{ReadCheckFn, RightsWatch};

/// A node with a database, ready to run: its port is open and its database migrated.
pub struct Server {
    node: Node<App>,
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
        let bus_connect = bus::bus_connect_fn(&config, &store)?;
        let token_keys = TokenKeys::from_config(&config)?;
        let source = NodeSource {
            messages: Arc::new(store.clone()),
            metrics: Arc::new(Metrics::new()),
            rights_watch: RightsWatch::new(store.rights_version().await?, read_check(&store)),
        };
        let node = Node::build(config, source, |state| App {
            store,
            token_keys,
            limiters: Arc::clone(&state.limiters),
            public_topics: PublicTopics::default(),
            config: Arc::clone(&state.config),
            stream_context: Arc::clone(&state.stream_context),
        })?;
        Ok(Self { node, bus_connect })
    }

    /// The address it listens on; the actual port if the configured one is 0.
    pub fn address(&self) -> SocketAddr {
        self.node.address
    }

    /// Serves until `shutdown` turns true (see [`shutdown_requested`]) or the epoch changes, then
    /// closes all streams and stops.
    pub async fn run(self, mut shutdown: watch::Receiver<bool>) -> anyhow::Result<StopReason> {
        let Self { node, bus_connect } = self;
        let app = Arc::clone(&node.access);
        // Dropping the set aborts the tasks, however this function returns.
        let mut tasks = JoinSet::new();
        if let Some(connect) = bus_connect {
            let notifier = app.store.commit_notifier().clone();
            let metrics = Arc::clone(&app.stream_context.metrics);
            tasks.spawn(connection::run(connect, notifier, metrics));
        }
        tasks.spawn(scheduler::run(Arc::clone(&app)));
        let stop = async move {
            tokio::select! {
                _ = shutdown.wait_for(|is_requested| *is_requested) => StopReason::Requested,
                epoch = app.stream_context.rights_watch.watch_until_epoch_changes(&app.store) => {
                    tracing::warn!(epoch, "The epoch has changed: restarting this server");
                    StopReason::EpochChanged
                }
            }
        };
        node.run(tasks, stop).await
    }
}

/// The check by which hubs re-check read access of open streams: the permission table.
fn read_check(store: &Store) -> ReadCheckFn {
    let store = store.clone();
    Box::new(move |principal, topic| {
        let store = store.clone();
        Box::pin(async move {
            Ok(permission::can_read_topic(&store, principal.as_deref(), topic).await?)
        })
    })
}
