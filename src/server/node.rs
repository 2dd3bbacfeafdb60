//! A node: assembled from a source of messages and from who may read them, then run.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use actix_web::web::Data;
use anyhow::Context;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::config::Config;
use crate::http;
use crate::http::node_state::NodeState;
use crate::http::streams::read_access::ReadAccess;
use crate::limits::Limiters;
use crate::metrics::Metrics;
use crate::server::drain::StopReason;
use crate::server::options::stream_settings;
use crate::server::{drain, listener};
use crate::stream::commands::{FeederCommand, FeederHandle};
use crate::stream::page_cache::PageCache;
use crate::stream::rights_watch::RightsWatch;
use crate::stream::snapshot::SnapshotCache;
use crate::stream::source::MessageSource;
use crate::stream::visibility_floor::VisibilityFloors;
use crate::stream::{StreamContext, feeder};

/// A node ready to run: its port is open. `A` decides who may read.
pub struct Node<A> {
    /// The address it listens on; the actual port if the configured one is 0.
    pub address: SocketAddr,
    pub access: Arc<A>,
    pub state: Arc<NodeState>,
    listener: TcpListener,
    feeder_commands: mpsc::UnboundedReceiver<FeederCommand>,
}

/// Where a node's messages come from.
pub struct NodeSource {
    pub messages: Arc<dyn MessageSource>,
    pub metrics: Arc<Metrics>,
    /// The version of rights, and the check of open streams when it moves.
    pub rights_watch: RightsWatch,
}

impl<A: ReadAccess + 'static> Node<A> {
    /// Opens the port and assembles a node that serves the messages of `source`; `access` decides
    /// who may read them.
    pub fn build(
        config: Config,
        source: NodeSource,
        access: impl FnOnce(&Arc<NodeState>) -> A,
    ) -> anyhow::Result<Self> {
        let listener = listener::bind(&config)
            .with_context(|| format!("can't listen on {}", config.listen))?;
        let address = listener.local_addr()?;
        let (feeder, feeder_commands) = FeederHandle::new();
        let stream_context = Arc::new(StreamContext {
            source: source.messages,
            settings: stream_settings(&config),
            metrics: source.metrics,
            feeder,
            snapshot_cache: SnapshotCache::default(),
            page_cache: PageCache::default(),
            visibility_floors: VisibilityFloors::default(),
            rights_watch: source.rights_watch,
            draining: watch::Sender::new(false),
            runtime: Handle::current(),
        });
        let state = Arc::new(NodeState {
            limiters: Arc::new(Limiters::new(&config)),
            config: Arc::new(config),
            stream_context,
            is_ready: AtomicBool::new(true),
        });
        let access = Arc::new(access(&state));
        Ok(Self { address, access, state, listener, feeder_commands })
    }

    /// Serves until `stop` gives a reason, then closes all streams, aborts `tasks` and stops.
    pub async fn run(
        self,
        mut tasks: JoinSet<()>,
        stop: impl Future<Output = StopReason> + Send + 'static,
    ) -> anyhow::Result<StopReason> {
        let Self { access, state, listener, feeder_commands, .. } = self;
        tasks.spawn(feeder::run(Arc::clone(&state.stream_context), feeder_commands));
        let access: Arc<dyn ReadAccess> = access;
        let data = Data::from(Arc::clone(&state));
        let build_app = move |hub| http::build_app(data.clone(), Arc::clone(&access), hub);
        let server = listener::start_workers(&state, listener, build_app)?;
        let handle = server.handle();
        let stopping = tokio::spawn(async move {
            let reason = stop.await;
            drain::drain(&state, handle, reason).await;
            reason
        });
        server.await.context("the HTTP server failed")?;
        Ok(stopping.await?)
    }
}
