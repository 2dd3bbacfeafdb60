//! Puts the parts together; starts, drains and stops them in order.

mod bus;
pub mod demo;
mod drain;
mod expiry;
mod listen;
pub mod memory;

use std::net::SocketAddr;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::mpsc;

use crate::App;
use crate::auth::Keys;
use crate::auth::permission;
use crate::auth::public::PublicTopics;
use crate::bus::link;
use crate::bus::link::Connect;
use crate::config::Config;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::store::Options;
use crate::store::Store;
use crate::stream::Settings;
use crate::stream::Shared;
use crate::stream::feeder;
use crate::stream::feeder::Feeder;
use crate::stream::guard::Rights;
use crate::stream::opened::Opened;
use crate::stream::pages::Pages;
use crate::stream::snapshot::Snapshots;

/// A service that is ready to be run: the port is open, the log's head has been read.
pub struct Server {
    pub address: SocketAddr,
    pub app: Arc<App>,
    listener: TcpListener,
    asks: mpsc::UnboundedReceiver<feeder::Ask>,
    /// How the other nodes are reached.
    lines: Option<Connect>,
}

/// How often what is no longer needed is removed: old idempotency records and tickets, and
/// messages beyond the number that is kept.
const TIDY: Duration = Duration::from_mins(1);

impl Server {
    /// Opens the database (running what migrations it lacks) and the port.
    pub async fn build(config: Config) -> anyhow::Result<Self> {
        let store = Store::open(&options(&config)).await.context("The database can't be opened")?;
        Self::with_store(config, store).await
    }

    /// The same over a store that is open already.
    pub async fn with_store(config: Config, store: Store) -> anyhow::Result<Self> {
        let listener = listen::bind(&config)
            .with_context(|| format!("{} can't be listened on", config.listen))?;
        let address = listener.local_addr()?;
        let lines = bus::lines(&config, &store)?;
        let keys = Keys::new(&config)?;
        let (feeder, asks) = Feeder::new();
        let rights = Rights::new(store.rights_version().await?, may_read(&store));
        let shared = Arc::new(Shared {
            store: store.clone(),
            settings: settings(&config),
            metrics: Arc::new(Metrics::new()),
            feeder,
            snapshots: Snapshots::default(),
            pages: Pages::default(),
            opened: Opened::default(),
            rights,
            draining: tokio::sync::watch::Sender::new(false),
            runtime: tokio::runtime::Handle::current(),
        });
        let app = Arc::new(App {
            store,
            keys,
            limits: Limits::new(&config),
            public: PublicTopics::default(),
            config: Arc::new(config),
            shared,
            ready: AtomicBool::new(true),
        });
        Ok(Self { address, app, listener, asks, lines })
    }

    /// Serves until SIGTERM or SIGINT, then says goodbye to the streams and stops.
    pub async fn run(self) -> anyhow::Result<()> {
        let Self { app, listener, asks, lines, .. } = self;
        tokio::spawn(feeder::run(Arc::clone(&app.shared), asks));
        tokio::spawn({
            let app = Arc::clone(&app);
            async move { app.shared.rights.watch(&app.store).await }
        });
        if let Some(lines) = lines {
            let bell = app.store.bell().clone();
            tokio::spawn(link::run(lines, bell, Arc::clone(&app.shared.metrics)));
        }
        tokio::spawn(tidy(Arc::clone(&app)));
        tokio::spawn(expiry::run(Arc::clone(&app)));
        let server = listen::serve(Arc::clone(&app), listener)?;
        let handle = server.handle();
        tokio::spawn(drain::on_signal(app, handle));
        server.await.context("The service failed")
    }
}

fn options(config: &Config) -> Options {
    Options {
        url: config.database_url.reveal().to_owned(),
        connections: config.database_connections,
        ca_file: config.database_ca_file.clone(),
    }
}

fn settings(config: &Config) -> Settings {
    let streams = &config.streams;
    Settings {
        heartbeat_seconds: streams.heartbeat_seconds,
        lifetime_seconds: streams.lifetime_seconds,
        retry_min_ms: streams.retry_min_ms,
        retry_max_ms: streams.retry_max_ms,
        ring_messages: streams.ring_messages,
        ring_bytes: streams.ring_bytes,
        replay_max: streams.replay_max,
        replay_page: streams.replay_page,
    }
}

/// How hubs ask whether somebody may still read: by the same table as everybody else.
fn may_read(store: &Store) -> crate::stream::guard::MayRead {
    let store = store.clone();
    Box::new(move |user, topic| {
        let store = store.clone();
        Box::pin(async move { permission::may_still_read(&store, user, topic).await })
    })
}

async fn tidy(app: Arc<App>) {
    let mut interval = tokio::time::interval(TIDY);
    loop {
        interval.tick().await;
        let keep = app.config.prune_keep;
        if keep > 0
            && let Err(error) = app.store.prune(None, keep).await
        {
            tracing::warn!(error = %error, "Old messages can't be removed: {error}");
        }
        if let Err(error) = app.store.forget(chrono::Utc::now()).await {
            tracing::warn!(error = %error, "Old records can't be removed: {error}");
        }
    }
}
