//! What one node does for all: tells of announcements that have run out, removes what is old.
//!
//! All it knows is in the database, and what two nodes would do at once does no harm: a node that
//! has lost the lead and doesn't know it yet tells nothing twice.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior};

use crate::App;

/// How late a reader may be told of what has run out (reads don't wait for it: they look at the
/// time themselves), and how long after the end of the node that led another takes over.
const EXPIRY_INTERVAL: Duration = Duration::from_secs(1);

/// How often what is no longer needed is removed: old idempotency records and tickets, and
/// messages beyond the number that is kept.
const CLEANUP_INTERVAL: Duration = Duration::from_mins(1);

/// Runs as long as the process lives, whatever goes wrong in between.
pub async fn run(app: Arc<App>) {
    let mut interval = tokio::time::interval(EXPIRY_INTERVAL);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut leadership = app.store.leadership();
    let mut cleanup: Option<(Instant, JoinHandle<()>)> = None;
    let mut is_failing = false;
    loop {
        interval.tick().await;
        let is_leader = leadership.try_lead().await.unwrap_or(false);
        report_leadership(&app, is_leader);
        if !is_leader {
            continue;
        }
        is_failing = !expire_announcements(&app, is_failing).await;
        // Beside it: there may be much to remove.
        let is_due = cleanup.as_ref().is_none_or(|(started, task)| {
            started.elapsed() >= CLEANUP_INTERVAL && task.is_finished()
        });
        if is_due {
            cleanup = Some((Instant::now(), tokio::spawn(clean_up(Arc::clone(&app)))));
        }
    }
}

fn report_leadership(app: &App, is_leader: bool) {
    let was_leader = app.stream_context.metrics.is_leader.set(i64::from(is_leader));
    match (was_leader, is_leader) {
        (0, true) => tracing::info!("This node leads: it expires announcements and tidies up"),
        (1, false) => tracing::warn!("This node no longer leads"),
        _ => {}
    }
}

/// Whether it could be done. A database that is gone for an hour is said once.
async fn expire_announcements(app: &App, is_failing: bool) -> bool {
    let expired = app.store.expire_announcements(chrono::Utc::now()).await;
    match &expired {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "Announcements that have expired: {count}"),
        Err(_) if is_failing => {}
        Err(error) => tracing::warn!(error = %error, "Announcements can't be expired: {error}"),
    }
    expired.is_ok()
}

async fn clean_up(app: Arc<App>) {
    let keep_messages = app.config.prune_keep;
    if keep_messages > 0
        && let Err(error) = app.store.prune(None, keep_messages).await
    {
        tracing::warn!(error = %error, "Old messages can't be removed: {error}");
    }
    if let Err(error) = app.store.remove_expired_records(chrono::Utc::now()).await {
        tracing::warn!(error = %error, "Old records can't be removed: {error}");
    }
}
