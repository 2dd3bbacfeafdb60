//! Keeps a node's bus connection open, and reconnects with backoff.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use tokio::time::{Instant, timeout};

use crate::bus::{CommitNotifier, head_notice};
use crate::metrics::Metrics;

/// Why a bus connection failed; logged for the operator.
pub type BusError = Box<dyn std::error::Error + Send + Sync>;

/// A broadcast connection: every node receives what any node publishes, including its own notices.
pub struct BusConnection {
    /// Publishes one notice.
    pub publish: Box<dyn FnMut(String) -> BoxFuture<'static, Result<(), BusError>> + Send>,
    /// Notices of all nodes; ends when the connection does.
    pub incoming: BoxStream<'static, String>,
}

/// Opens a bus connection; called at the start and after each disconnect.
pub type ConnectFn =
    Box<dyn Fn() -> BoxFuture<'static, Result<BusConnection, BusError>> + Send + Sync>;

/// A connection that received nothing for this long is reopened, even if it isn't closed.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(15);
/// How often a node publishes at least, so that no connection is silent for [`SILENCE_TIMEOUT`].
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
/// Timeout of connecting and of publishing; longer than a load spike of the bus server.
const IO_TIMEOUT: Duration = Duration::from_secs(5);

/// Delay before the first reconnect; it doubles up to [`MAX_BACKOFF`].
const INITIAL_BACKOFF: Duration = Duration::from_millis(100);
/// Longest delay between two attempts to connect.
const MAX_BACKOFF: Duration = Duration::from_secs(5);

/// Exchanges notices with other nodes until the process ends. Lost notices are harmless: after each
/// reconnect the feeder reads the stream heads from the log.
pub async fn run(connect: ConnectFn, notifier: CommitNotifier, metrics: Arc<Metrics>) {
    notifier.enable_outgoing();
    let node = format!("{:016x}", rand::random::<u64>());
    let mut backoff = INITIAL_BACKOFF;
    loop {
        let opened = timeout(IO_TIMEOUT, connect()).await;
        match opened.unwrap_or_else(|_| Err("connecting timed out".into())) {
            Ok(connection) => {
                tracing::info!("Connected to the bus");
                metrics.bus_connected.set(1);
                backoff = INITIAL_BACKOFF;
                notifier.request_head_check();
                let cause = exchange_notices(connection, &node, &notifier, &metrics).await;
                metrics.bus_connected.set(0);
                tracing::warn!(error = %cause, "Disconnected from the bus: {cause}");
            }
            Err(error) => tracing::warn!(error = %error, "Can't connect to the bus: {error}"),
        }
        tokio::time::sleep(backoff.mul_f64(rand::random_range(0.5..1.0))).await;
        backoff = MAX_BACKOFF.min(backoff * 2);
    }
}

/// Publishes and receives notices until the connection fails; returns the cause.
async fn exchange_notices(
    mut connection: BusConnection,
    node: &str,
    notifier: &CommitNotifier,
    metrics: &Metrics,
) -> BusError {
    let mut keepalive = tokio::time::interval(KEEPALIVE_INTERVAL);
    let mut last_received = Instant::now();
    loop {
        let heads = tokio::select! {
            received = connection.incoming.next() => {
                let Some(text) = received else { return "the connection was closed".into() };
                last_received = Instant::now();
                let (sender, heads) = head_notice::decode(&text);
                if sender != node && !heads.is_empty() {
                    metrics.bus_notices_received.inc();
                    notifier.notify_from_remote(&heads);
                }
                continue;
            }
            heads = notifier.next_outgoing() => heads,
            _ = keepalive.tick() => {
                if last_received.elapsed() > SILENCE_TIMEOUT {
                    return "no notices received within the timeout".into();
                }
                Vec::new()
            }
        };
        for text in head_notice::encode(node, &heads) {
            match timeout(IO_TIMEOUT, (connection.publish)(text)).await {
                Ok(Ok(())) => metrics.bus_notices_sent.inc(),
                Ok(Err(error)) => return error,
                Err(_) => return "publishing timed out".into(),
            };
        }
    }
}
