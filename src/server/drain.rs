//! Shutdown of a node: closes all streams with a `bye` frame, then stops the HTTP server.
//!
//! Streams are closed first because an open one would delay the server's stop until its time-out.

use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_server::ServerHandle;
use tokio::signal::unix;
use tokio::signal::unix::SignalKind;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::http::node_state::NodeState;
use crate::stream::commands::HubCommand;

/// Drain time after an epoch change: the streams' data is obsolete, so they close within seconds.
const RESTART_DRAIN_SECONDS: u32 = 2;

/// Why a node has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// By SIGTERM or SIGINT.
    Requested,
    /// The database was replaced or restored: all state in memory is obsolete, so the server must
    /// be rebuilt.
    EpochChanged,
}

/// A flag that becomes true at SIGTERM or SIGINT. Call it once per process: a signal that arrives
/// while a server is rebuilt after an epoch change must not be lost.
pub fn shutdown_requested() -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        wait_for_signal().await;
        tracing::info!("Shutting down: closing open streams, accepting no new ones");
        sender.send_replace(true);
        sender.closed().await;
    });
    receiver
}

async fn wait_for_signal() {
    let (Ok(mut term), Ok(mut int)) =
        (unix::signal(SignalKind::terminate()), unix::signal(SignalKind::interrupt()))
    else {
        tracing::error!("Can't wait for signals: only SIGKILL can stop this process");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}

/// Closes all streams over the configured drain time, then stops the server.
pub async fn drain(node: &NodeState, server: ServerHandle, reason: StopReason) {
    node.is_ready.store(false, Ordering::Relaxed);
    node.stream_context.draining.send_replace(true);
    let configured = u32::try_from(node.config.drain_seconds).unwrap_or(u32::MAX);
    let seconds = if reason == StopReason::EpochChanged {
        configured.min(RESTART_DRAIN_SECONDS)
    } else {
        configured
    };
    node.stream_context.feeder.broadcast(|| HubCommand::Drain { seconds });
    // A stream with a blocked socket can't receive its `bye`; the server's stop disconnects it.
    let timeout = Duration::from_secs(u64::from(seconds) + 2);
    let deadline = Instant::now() + timeout;
    loop {
        let open = node.limiters.stream_permits.open_count();
        node.stream_context.metrics.draining_streams.set(i64::try_from(open).unwrap_or(i64::MAX));
        if open == 0 || Instant::now() >= deadline {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    server.stop(true).await;
}
