//! Keeps a node's line to the others open, whatever happens to it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use tokio::time::Instant;
use tokio::time::timeout;

use crate::bus::Bell;
use crate::bus::notice;
use crate::metrics::Metrics;

/// Why a line can't be used (any more), in words for the operator.
pub type Broken = Box<dyn std::error::Error + Send + Sync>;

/// A connection on which every node hears what any of them says, itself included.
pub struct Line {
    pub say: Box<dyn FnMut(String) -> BoxFuture<'static, Result<(), Broken>> + Send>,
    /// Ends where the connection does.
    pub heard: BoxStream<'static, String>,
}

/// Opens a line: the first time, and again after each break.
pub type Connect = Box<dyn Fn() -> BoxFuture<'static, Result<Line, Broken>> + Send + Sync>;

/// A line on which nothing was heard for so long is opened anew, though nobody closed it …
const SILENCE: Duration = Duration::from_secs(15);
/// … and so a node speaks at least this often.
const PULSE: Duration = Duration::from_secs(5);
/// Longer than a busy moment of the server.
const PATIENCE: Duration = Duration::from_secs(5);

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Carries notices until the process ends. What is lost meanwhile does no harm: each time the
/// line is back the heads are read.
pub async fn run(connect: Connect, bell: Bell, metrics: Arc<Metrics>) {
    bell.connect();
    let node = format!("{:016x}", rand::random::<u64>());
    let mut pause = FIRST_PAUSE;
    loop {
        let opened = timeout(PATIENCE, connect()).await;
        match opened.unwrap_or_else(|_| Err("it doesn't answer".into())) {
            Ok(line) => {
                tracing::info!("The bus is open");
                metrics.bus_connected.set(1);
                pause = FIRST_PAUSE;
                bell.doubt();
                let broken = carry(line, &node, &bell, &metrics).await;
                metrics.bus_connected.set(0);
                tracing::warn!(error = %broken, "The bus broke: {broken}");
            }
            Err(error) => tracing::warn!(error = %error, "The bus can't be opened: {error}"),
        }
        tokio::time::sleep(pause.mul_f64(rand::random_range(0.5..1.0))).await;
        pause = LONGEST_PAUSE.min(pause * 2);
    }
}

/// Speaks and listens until the line breaks; gives why.
async fn carry(mut line: Line, node: &str, bell: &Bell, metrics: &Metrics) -> Broken {
    let mut pulse = tokio::time::interval(PULSE);
    let mut silent_since = Instant::now();
    loop {
        let heads = tokio::select! {
            heard = line.heard.next() => {
                let Some(text) = heard else { return "the connection ended".into() };
                silent_since = Instant::now();
                let (from, heads) = notice::read(&text);
                if from != node && !heads.is_empty() {
                    metrics.bus_heard.inc();
                    bell.hear(&heads);
                }
                continue;
            }
            heads = bell.outgoing() => heads,
            _ = pulse.tick() => {
                if silent_since.elapsed() > SILENCE {
                    return "nothing is heard on it".into();
                }
                Vec::new()
            }
        };
        for text in notice::write(node, &heads) {
            match timeout(PATIENCE, (line.say)(text)).await {
                Ok(Ok(())) => metrics.bus_said.inc(),
                Ok(Err(broken)) => return broken,
                Err(_) => return "it takes nothing".into(),
            };
        }
    }
}
