//! Topics that everybody may read, remembered until any right changes: a crowd that comes back at
//! once doesn't ask the database one by one.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::auth::permission;
use crate::domain::access::Access;
use crate::domain::topic::Topic;
use crate::store::Result;
use crate::store::Store;

/// Topics remembered; beyond it all are forgotten and asked for again.
const MOST: usize = 10_000;

#[derive(Debug, Default)]
pub struct PublicTopics(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// The store's version of rights that these are true of.
    version: i64,
    topics: HashSet<Topic>,
}

impl PublicTopics {
    /// Whether everybody may read the topic, as of this version of rights.
    pub async fn holds(&self, store: &Store, version: i64, topic: Topic) -> Result<bool> {
        {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if known.version != version || known.topics.len() >= MOST {
                *known = Known { version, topics: HashSet::new() };
            }
            if known.topics.contains(&topic) {
                return Ok(true);
            }
        }
        let access = permission::may_still_read(store, None, topic).await?;
        let is_public = access == Access::Allowed;
        if is_public {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if known.version == version {
                known.topics.insert(topic);
            }
        }
        Ok(is_public)
    }
}
