//! Where the log began of streams that have become everybody's.
//!
//! What was said while something was private is taken out of the log in the transaction that makes
//! it public. Rings and pages forget it a moment later; a stranger who comes within that moment
//! must not be told it from memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::domain::topic::{Seq, StreamId};
use crate::store::Result;
use crate::stream::StreamContext;

type FloorCell = Arc<OnceCell<Seq>>;

/// Streams remembered; beyond it all are forgotten and asked for again.
const MAX_CACHED_STREAMS: usize = 10_000;

/// What was pruned of each stream when it was first read as a public one, at this version of
/// rights: asked once for a whole crowd.
#[derive(Default)]
pub struct VisibilityFloors(Mutex<CachedFloors>);

#[derive(Default)]
struct CachedFloors {
    rights_version: i64,
    floors: HashMap<StreamId, FloorCell>,
}

impl VisibilityFloors {
    /// The seq up to which nobody may be told a stream from memory.
    ///
    /// Ask it after the stream was found to be public, with the version of rights of before that;
    /// and not for those who may read it in private: what they are answered would be remembered
    /// from before it was opened.
    pub async fn load(
        &self,
        shared: &StreamContext,
        rights_version: i64,
        stream: StreamId,
    ) -> Result<Seq> {
        let cell = self.cell(rights_version, stream);
        let pruned = cell.get_or_try_init(|| async {
            let heads = shared.source.followed_heads(&[stream]).await?;
            Ok(heads.first().map_or(0, |head| head.pruned_seq))
        });
        pruned.await.copied()
    }

    /// The same, where it was asked already.
    pub fn cached(&self, rights_version: i64, stream: StreamId) -> Option<Seq> {
        let cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cached
            .floors
            .get(&stream)
            .filter(|_| cached.rights_version == rights_version)?
            .get()
            .copied()
    }

    fn cell(&self, rights_version: i64, stream: StreamId) -> FloorCell {
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if cached.rights_version > rights_version {
            // It may have been private in between: answered, and not remembered.
            return FloorCell::default();
        }
        if cached.rights_version < rights_version || cached.floors.len() >= MAX_CACHED_STREAMS {
            *cached = CachedFloors { rights_version: rights_version, floors: HashMap::new() };
        }
        Arc::clone(cached.floors.entry(stream).or_default())
    }
}
