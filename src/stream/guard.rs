//! Ends streams whose readers may no longer read (G7).

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::domain::topic::Topic;
use crate::store::Result;
use crate::store::Store;
use crate::stream::hub::Hub;
use crate::stream::reader::Reader;

/// Asks whether a user (or, for `None`, everybody) may read a topic now.
pub type MayRead =
    Box<dyn Fn(Option<i64>, Topic) -> BoxFuture<'static, Result<bool>> + Send + Sync>;

/// What hubs know of rights: when any was taken away, and how to ask.
pub struct Rights {
    version: AtomicI64,
    pub(super) may_read: MayRead,
}

/// How often the database is asked whether a right was taken away: well within the 5 s of G7,
/// on this node or another.
pub const LOOK: Duration = Duration::from_secs(1);

impl Rights {
    pub fn new(version: i64, may_read: MayRead) -> Self {
        Self { version: AtomicI64::new(version), may_read }
    }

    pub fn version(&self) -> i64 {
        self.version.load(Ordering::Relaxed)
    }

    /// Follows the store's version of rights; runs until the process ends.
    pub async fn watch(&self, store: &Store) {
        loop {
            tokio::time::sleep(LOOK).await;
            match store.rights_version().await {
                Ok(version) => self.version.store(version, Ordering::Relaxed),
                Err(error) => tracing::warn!(error = %error, "Rights can't be read: {error}"),
            }
        }
    }
}

/// Asks again for everybody who reads, once for each user and topic.
pub async fn recheck(hub: Rc<Hub>, readers: Vec<Rc<Reader>>) {
    let mut known: HashMap<(Option<i64>, Topic), bool> = HashMap::new();
    for reader in readers {
        let mut lost = Vec::new();
        for wanted in reader.follows.iter().flat_map(|follow| &follow.topics) {
            let asked = (reader.who.user_id, wanted.topic);
            let may = if let Some(may) = known.get(&asked) {
                *may
            } else {
                let answer =
                    hub.shared.ask(move |shared| (shared.rights.may_read)(asked.0, asked.1));
                let Ok(may) = answer.await else {
                    hub.forget_rights();
                    return;
                };
                known.insert(asked, may);
                may
            };
            if !may {
                lost.push(wanted.topic);
            }
        }
        if !lost.is_empty() {
            reader.revoke(lost);
        }
    }
}
