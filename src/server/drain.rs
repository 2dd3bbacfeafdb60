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

use crate::server::Ended;
use crate::server::Node;
use crate::stream::hub::Notice;

/// Streams of another epoch tell what is no longer so: they are ended within seconds.
const ANEW_SECONDS: u32 = 2;

/// Turns true at SIGTERM or SIGINT. Called once, for all services that this process runs: a signal
/// that comes while one of them is built anew must not be lost.
pub fn ending() -> watch::Receiver<bool> {
    let (ending, asked) = watch::channel(false);
    tokio::spawn(async move {
        signal().await;
        tracing::info!("Ending: no new streams, goodbye to the open ones");
        ending.send_replace(true);
        ending.closed().await;
    });
    asked
}

async fn signal() {
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
pub async fn drain(node: &Node, server: ServerHandle, why: Ended) {
    node.ready.store(false, Ordering::Relaxed);
    node.shared.draining.send_replace(true);
    let asked = u32::try_from(node.config.drain_seconds).unwrap_or(u32::MAX);
    let seconds = if why == Ended::Anew { asked.min(ANEW_SECONDS) } else { asked };
    node.shared.feeder.tell_all(|| Notice::Drain { seconds });
    // Those whose sockets are blocked can't be told; they are cut by the server's stop.
    let patience = Duration::from_secs(u64::from(seconds) + 2);
    let ends_at = Instant::now() + patience;
    loop {
        let open = node.limits.permits.open();
        node.shared.metrics.drain_left.set(i64::try_from(open).unwrap_or(i64::MAX));
        if open == 0 || Instant::now() >= ends_at {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    server.stop(true).await;
}
