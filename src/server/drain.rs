//! The end of a node: goodbyes first, then the server's own stop.
//!
//! An open stream would hold the server's stop until its time-out, so streams are ended before.

use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_server::ServerHandle;
use tokio::signal::unix;
use tokio::signal::unix::SignalKind;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::server::{Node, StopReason};
use crate::stream::commands::HubCommand;

/// Streams of another epoch tell what is no longer so: they are ended within seconds.
const RESTART_DRAIN_SECONDS: u32 = 2;

/// Turns true at SIGTERM or SIGINT. Called once, for all services that this process runs: a signal
/// that comes while one of them is built anew must not be lost.
pub fn shutdown_requested() -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        wait_for_signal().await;
        tracing::info!("Ending: no new streams, goodbye to the open ones");
        sender.send_replace(true);
        sender.closed().await;
    });
    receiver
}

async fn wait_for_signal() {
    let (Ok(mut term), Ok(mut int)) =
        (unix::signal(SignalKind::terminate()), unix::signal(SignalKind::interrupt()))
    else {
        tracing::error!("Signals can't be waited for; the process must be killed to end");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}

/// Says goodbye to all streams, and stops the server.
pub async fn drain(node: &Node, server: ServerHandle, reason: StopReason) {
    node.is_ready.store(false, Ordering::Relaxed);
    node.stream_context.draining.send_replace(true);
    let configured = u32::try_from(node.config.drain_seconds).unwrap_or(u32::MAX);
    let seconds = if reason == StopReason::EpochChanged {
        configured.min(RESTART_DRAIN_SECONDS)
    } else {
        configured
    };
    node.stream_context.feeder.broadcast(|| HubCommand::Drain { seconds });
    // Those whose sockets are blocked can't be told; they are cut by the server's stop.
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
