//! Cache of topics that anybody can read, valid until any right changes: spares the database one
//! query per client when many reconnect at once.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::auth::permission;
use crate::domain::access::Access;
use crate::domain::topic::Topic;
use crate::store::{Result, Store};

/// Capacity in topics; the cache is cleared when it is full.
const MAX_CACHED_TOPICS: usize = 10_000;

/// Cache of public topics, shared by all workers.
#[derive(Debug, Default)]
pub struct PublicTopics(Mutex<CachedTopics>);

#[derive(Debug, Default)]
struct CachedTopics {
    /// The version of all rights that the topics were checked at.
    rights_version: i64,
    topics: HashSet<Topic>,
}

impl PublicTopics {
    /// Whether anybody can read the topic, as of this version of all rights.
    pub async fn is_public(
        &self,
        store: &Store,
        rights_version: i64,
        topic: Topic,
    ) -> Result<bool> {
        {
            let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if cached.rights_version != rights_version || cached.topics.len() >= MAX_CACHED_TOPICS {
                *cached = CachedTopics { rights_version, topics: HashSet::new() };
            }
            if cached.topics.contains(&topic) {
                return Ok(true);
            }
        }
        let access = permission::can_read_topic(store, None, topic).await?;
        let is_public = access == Access::Allowed;
        if is_public {
            let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // Rights may have changed while the database was queried.
            if cached.rights_version == rights_version {
                cached.topics.insert(topic);
            }
        }
        Ok(is_public)
    }
}
