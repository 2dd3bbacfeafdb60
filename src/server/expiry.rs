//! Tells of announcements that have run out.
//!
//! All it knows is in the database: what ran out while no node was running is told when one is
//! again, and of several nodes one tells it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use crate::App;

/// How late a reader may be told. Reads don't wait for it: they look at the time themselves.
const EVERY: Duration = Duration::from_secs(1);

/// Looks for them as long as the process lives, whatever goes wrong in between.
pub async fn run(app: Arc<App>) {
    let mut interval = tokio::time::interval(EVERY);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_failing = false;
    loop {
        interval.tick().await;
        let expired = app.store.expire_announcements(chrono::Utc::now()).await;
        match &expired {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "Announcements that have expired: {count}"),
            // A database that is gone for an hour is said once.
            Err(_) if is_failing => {}
            Err(error) => {
                tracing::warn!(error = %error, "Announcements can't be expired: {error}");
            }
        }
        is_failing = expired.is_err();
    }
}
