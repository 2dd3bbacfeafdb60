//! The version of rights as a node knows it, and how hubs re-check whether a topic may be read.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::domain::access::Access;
use crate::domain::topic::Topic;
use crate::store::{Principal, Store};
use crate::stream::source_error::SourceResult;
use crate::stream::staleness::with_read_timeout;

/// Checks whether a user (`None`: the public) may read a topic now.
pub type ReadCheckFn = Box<
    dyn Fn(Option<Arc<Principal>>, Topic) -> BoxFuture<'static, SourceResult<Access>> + Send + Sync,
>;

/// The version of rights, which each revocation raises, and the check to repeat when it moves.
pub struct RightsWatch {
    version: AtomicI64,
    check_read: ReadCheckFn,
}

/// How often the version is read: well within the 5 s that G7 allows, on this node or another.
pub const RIGHTS_POLL_INTERVAL: Duration = Duration::from_secs(1);

impl RightsWatch {
    /// A watch that has seen this version.
    pub fn new(version: i64, check_read: ReadCheckFn) -> Self {
        Self { version: AtomicI64::new(version), check_read }
    }

    /// The version that was read last.
    pub fn version(&self) -> i64 {
        self.version.load(Ordering::Relaxed)
    }

    /// Checks whether a user (`None`: the public) may read a topic now.
    pub fn check_read(
        &self,
        principal: Option<Arc<Principal>>,
        topic: Topic,
    ) -> BoxFuture<'static, SourceResult<Access>> {
        (self.check_read)(principal, topic)
    }

    /// Follows the store's version until the store has another epoch, and returns that epoch.
    pub async fn watch_until_epoch_changes(&self, store: &Store) -> String {
        let mut is_failing = false;
        loop {
            tokio::time::sleep(RIGHTS_POLL_INTERVAL).await;
            let epoch_and_version = with_read_timeout(store.epoch_and_rights_version()).await;
            match &epoch_and_version {
                Ok((epoch, _)) if epoch != store.epoch() => return epoch.clone(),
                Ok((_, version)) => self.version.store(*version, Ordering::Relaxed),
                // A database that is away for an hour is logged once.
                Err(_) if is_failing => {}
                Err(error) => tracing::warn!(error = %error, "Rights can't be read: {error}"),
            }
            is_failing = epoch_and_version.is_err();
        }
    }
}
