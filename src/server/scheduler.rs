//! Periodic tasks of the leader: expires announcements, updates the states of streams that turned
//! private, and deletes old records and messages.
//!
//! State lives in the database and tasks are idempotent, so two leaders are harmless: a node that
//! has lost its leadership without noticing announces nothing twice.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior};

use crate::App;

/// Interval of the expiry task: how late subscribers learn of an expired announcement (reads check
/// the time themselves), and how long after a leader's end another node takes over.
const EXPIRY_INTERVAL: Duration = Duration::from_secs(1);

/// Interval of the cleanup task, which deletes old idempotency records, expired tickets, and
/// messages beyond `prune_keep`.
const CLEANUP_INTERVAL: Duration = Duration::from_mins(1);

/// Runs the tasks until the process ends, whatever errors occur.
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
        show_private_states(&app).await;
        // In a task of its own: there may be much to delete.
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
        (0, true) => tracing::info!(
            "This node is the leader: it expires announcements and deletes old records"
        ),
        (1, false) => tracing::warn!("This node is no longer the leader"),
        _ => {}
    }
}

/// Returns whether it succeeded; consecutive failures are logged only once.
async fn expire_announcements(app: &App, is_failing: bool) -> bool {
    let expired = app.store.expire_announcements(chrono::Utc::now()).await;
    match &expired {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "Expired {count} announcements"),
        Err(_) if is_failing => {}
        Err(error) => tracing::warn!(error = %error, "Can't expire announcements: {error}"),
    }
    expired.is_ok()
}

async fn show_private_states(app: &App) {
    if let Err(error) = app.store.show_private_states(chrono::Utc::now()).await {
        tracing::debug!(error = %error, "Can't update the states of private streams: {error}");
    }
}

async fn clean_up(app: Arc<App>) {
    let keep_messages = app.config.prune_keep;
    if keep_messages > 0
        && let Err(error) = app.store.prune(None, keep_messages).await
    {
        tracing::warn!(error = %error, "Can't prune old messages: {error}");
    }
    if let Err(error) = app.store.remove_expired_records(chrono::Utc::now()).await {
        tracing::warn!(error = %error, "Can't delete old records: {error}");
    }
}
