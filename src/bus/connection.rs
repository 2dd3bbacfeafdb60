//! Keeps a node's line to the others open, whatever happens to it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use tokio::time::{Instant, timeout};

use crate::bus::{CommitNotifier, head_notice};
use crate::metrics::Metrics;

/// Why a line can't be used (any more), in words for the operator.
pub type BusError = Box<dyn std::error::Error + Send + Sync>;

/// A connection on which every node hears what any of them says, itself included.
pub struct BusConnection {
    pub publish: Box<dyn FnMut(String) -> BoxFuture<'static, Result<(), BusError>> + Send>,
    /// Ends where the connection does.
    pub incoming: BoxStream<'static, String>,
}

/// Opens a line: the first time, and again after each break.
pub type ConnectFn =
    Box<dyn Fn() -> BoxFuture<'static, Result<BusConnection, BusError>> + Send + Sync>;

/// A line on which nothing was heard for so long is opened anew, though nobody closed it …
const SILENCE_TIMEOUT: Duration = Duration::from_secs(15);
/// … and so a node speaks at least this often.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
/// Longer than a busy moment of the server.
const IO_TIMEOUT: Duration = Duration::from_secs(5);

const INITIAL_BACKOFF: Duration = Duration::from_millis(100);
const MAX_BACKOFF: Duration = Duration::from_secs(5);

/// Carries notices until the process ends. What is lost meanwhile does no harm: each time the
/// line is back the heads are read.
pub async fn run(connect: ConnectFn, notifier: CommitNotifier, metrics: Arc<Metrics>) {
    notifier.enable_outgoing();
    let node = format!("{:016x}", rand::random::<u64>());
    let mut backoff = INITIAL_BACKOFF;
    loop {
        let opened = timeout(IO_TIMEOUT, connect()).await;
        match opened.unwrap_or_else(|_| Err("it doesn't answer".into())) {
            Ok(connection) => {
                tracing::info!("The bus is open");
                metrics.bus_connected.set(1);
                backoff = INITIAL_BACKOFF;
                notifier.request_recheck();
                let cause = exchange_notices(connection, &node, &notifier, &metrics).await;
                metrics.bus_connected.set(0);
                tracing::warn!(error = %cause, "The bus broke: {cause}");
            }
            Err(error) => tracing::warn!(error = %error, "The bus can't be opened: {error}"),
        }
        tokio::time::sleep(backoff.mul_f64(rand::random_range(0.5..1.0))).await;
        backoff = MAX_BACKOFF.min(backoff * 2);
    }
}

/// Speaks and listens until the line breaks; gives why.
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
                let Some(text) = received else { return "the connection ended".into() };
                last_received = Instant::now();
                let (from, heads) = head_notice::decode(&text);
                if from != node && !heads.is_empty() {
                    metrics.bus_notices_received.inc();
                    notifier.notify_from_remote(&heads);
                }
                continue;
            }
            heads = notifier.next_outgoing() => heads,
            _ = keepalive.tick() => {
                if last_received.elapsed() > SILENCE_TIMEOUT {
                    return "nothing is heard on it".into();
                }
                Vec::new()
            }
        };
        for text in head_notice::encode(node, &heads) {
            match timeout(IO_TIMEOUT, (connection.publish)(text)).await {
                Ok(Ok(())) => metrics.bus_notices_sent.inc(),
                Ok(Err(broken)) => return broken,
                Err(_) => return "it takes nothing".into(),
            };
        }
    }
}
