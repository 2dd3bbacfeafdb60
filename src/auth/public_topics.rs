//! Topics that everybody may read, remembered until any right changes: a crowd that comes back at
//! once doesn't ask the database one by one.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::auth::permission;
use crate::domain::access::Access;
use crate::domain::topic::Topic;
use crate::store::{Result, Store};

/// Topics remembered; beyond it all are forgotten and asked for again.
const MAX_CACHED_TOPICS: usize = 10_000;

#[derive(Debug, Default)]
pub struct PublicTopics(Mutex<CachedTopics>);

#[derive(Debug, Default)]
struct CachedTopics {
    /// The store's version of rights that these are true of.
    rights_version: i64,
    topics: HashSet<Topic>,
}

impl PublicTopics {
    /// Whether everybody may read the topic, as of this version of rights.
    pub async fn is_public(
        &self,
        store: &Store,
        rights_version: i64,
        topic: Topic,
    ) -> Result<bool> {
        {
            let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if cached.rights_version != rights_version || cached.topics.len() >= MAX_CACHED_TOPICS {
                *cached = CachedTopics { rights_version: rights_version, topics: HashSet::new() };
            }
            if cached.topics.contains(&topic) {
                return Ok(true);
            }
        }
        let access = permission::can_read_topic(store, None, topic).await?;
        let is_public = access == Access::Allowed;
        if is_public {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if known.rights_version == rights_version {
                known.topics.insert(topic);
            }
        }
        Ok(is_public)
    }
}
