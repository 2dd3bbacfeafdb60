//! Visibility floors: the seqs up to which streams that became public may not be sent from memory.
//!
//! The transaction that makes a stream public deletes from the log what was published while it was
//! private. Rings and pages drop it a moment later; a stranger who connects within that moment must
//! not get it from memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::domain::topic::{Seq, StreamId};
use crate::stream::source::MessageSource;
use crate::stream::source_error::SourceResult;

type FloorCell = Arc<OnceCell<Seq>>;

/// Streams whose floors are kept; beyond it all are dropped and read again.
const MAX_CACHED_STREAMS: usize = 10_000;

/// The pruned seq of each stream when it was first read as public at this version of rights; read
/// once for a whole crowd.
#[derive(Default)]
pub struct VisibilityFloors(Mutex<CachedFloors>);

#[derive(Default)]
struct CachedFloors {
    rights_version: i64,
    floors: HashMap<StreamId, FloorCell>,
}

impl VisibilityFloors {
    /// The seq up to which nobody may be sent a stream from memory.
    ///
    /// Call it after the stream was found to be public, with the version of rights from before the
    /// check, and only for public subscribers: the answer for a private one would be cached from
    /// before the stream became public.
    pub async fn load(
        &self,
        source: &dyn MessageSource,
        rights_version: i64,
        stream: StreamId,
    ) -> SourceResult<Seq> {
        let cell = self.cell(rights_version, stream);
        let pruned = cell.get_or_try_init(|| async {
            let heads = source.followed_heads(&[stream]).await?;
            Ok(heads.first().map_or(0, |head| head.pruned_seq))
        });
        pruned.await.copied()
    }

    /// The same, where it has been read already.
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
            // The stream may have been private in between: answered, but not cached.
            return FloorCell::default();
        }
        if cached.rights_version < rights_version || cached.floors.len() >= MAX_CACHED_STREAMS {
            *cached = CachedFloors { rights_version, floors: HashMap::new() };
        }
        Arc::clone(cached.floors.entry(stream).or_default())
    }
}
