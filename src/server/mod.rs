//! Puts the parts together; starts, drains and stops them in order.

mod bus;
pub mod demo;
mod drain;
mod listen;
pub mod memory;
mod relay;
mod scheduler;

use std::net::SocketAddr;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use actix_web::web::Data;
use anyhow::Context;
use tokio::sync::mpsc;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::App;
use crate::auth;
use crate::auth::Keys;
use crate::auth::permission;
use crate::auth::public::PublicTopics;
use crate::bus::link;
use crate::bus::link::Connect;
use crate::config::Config;
use crate::http;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::store::Options;
use crate::store::Store;
use crate::store::Waits;
use crate::stream::Settings;
use crate::stream::Shared;
use crate::stream::feeder;
use crate::stream::feeder::Feeder;
use crate::stream::guard::Rights;
use crate::stream::opened::Opened;
use crate::stream::pages::Pages;
use crate::stream::snapshot::Snapshots;

pub use drain::ending;
pub use relay::RelayServer;

/// A service that is ready to be run: the port is open, the log's head has been read.
pub struct Server {
    pub address: SocketAddr,
    pub app: Arc<App>,
    listener: TcpListener,
    asks: mpsc::UnboundedReceiver<feeder::Ask>,
    /// How the other nodes are reached.
    lines: Option<Connect>,
}

/// Why a service has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was asked to.
    Asked,
    /// The database is another than it was, and all that is known of it too old: to be built anew.
    Anew,
}

/// What serving takes, whatever is served.
struct Node {
    config: Arc<Config>,
    limits: Arc<Limits>,
    shared: Arc<Shared>,
    ready: Arc<AtomicBool>,
}

impl Server {
    /// Opens the database, running what migrations it lacks.
    pub async fn open(config: &Config) -> anyhow::Result<Store> {
        Store::open(&options(config)?).await.context("The database can't be opened")
    }

    /// Opens the port, over a store that is open already.
    pub async fn with_store(config: Config, store: Store) -> anyhow::Result<Self> {
        let listener = listen::bind(&config)
            .with_context(|| format!("{} can't be listened on", config.listen))?;
        let address = listener.local_addr()?;
        let lines = bus::lines(&config, &store)?;
        let keys = Keys::new(&config)?;
        let (feeder, asks) = Feeder::new();
        let rights = Rights::new(store.rights_version().await?, may_read(&store));
        let shared = Arc::new(Shared {
            source: Arc::new(store.clone()),
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
            limits: Arc::new(Limits::new(&config)),
            public: PublicTopics::default(),
            config: Arc::new(config),
            shared,
            ready: Arc::new(AtomicBool::new(true)),
        });
        Ok(Self { address, app, listener, asks, lines })
    }

    /// Serves until it is asked to end (see [`ending`]), or until another epoch has begun; then
    /// says goodbye to the streams and stops.
    pub async fn run(self, mut asked: watch::Receiver<bool>) -> anyhow::Result<Ended> {
        let Self { app, listener, asks, lines, .. } = self;
        // Ended with this function, however it ends.
        let mut beside = JoinSet::new();
        beside.spawn(feeder::run(Arc::clone(&app.shared), asks));
        if let Some(lines) = lines {
            let bell = app.store.bell().clone();
            beside.spawn(link::run(lines, bell, Arc::clone(&app.shared.metrics)));
        }
        beside.spawn(scheduler::run(Arc::clone(&app)));
        let node = Node {
            config: Arc::clone(&app.config),
            limits: Arc::clone(&app.limits),
            shared: Arc::clone(&app.shared),
            ready: Arc::clone(&app.ready),
        };
        let data = Data::from(Arc::clone(&app));
        let service = move |hub| http::service(data.clone(), hub);
        let server = listen::serve(&node, listener, service)?;
        let handle = server.handle();
        let ending = tokio::spawn(async move {
            let ended = tokio::select! {
                _ = asked.wait_for(|asked| *asked) => Ended::Asked,
                epoch = app.shared.rights.watch(&app.store) => {
                    tracing::warn!(epoch, "Another epoch has begun: this node begins anew");
                    Ended::Anew
                }
            };
            drain::drain(&node, handle, ended).await;
            ended
        });
        server.await.context("The service failed")?;
        Ok(ending.await?)
    }
}

/// How the settings say that the database is to be opened. May make the secret beside `SQLite`'s.
pub fn options(config: &Config) -> anyhow::Result<Options> {
    let seconds = |seconds: u32| Duration::from_secs(seconds.into());
    Ok(Options {
        url: config.database_url.reveal().to_owned(),
        connections: config.database_connections,
        ca_file: config.database_ca_file.clone(),
        waits: Waits {
            connection: seconds(config.database_wait_seconds),
            statement: seconds(config.database_statement_seconds),
        },
        secret: auth::shared_secret(config)?,
    })
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
    Box::new(move |principal, topic| {
        let store = store.clone();
        let may =
            async move { permission::may_still_read(&store, principal.as_deref(), topic).await };
        Box::pin(may)
    })
}
