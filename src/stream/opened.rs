//! Where the log began of streams that have become everybody's.
//!
//! What was said while something was private is taken out of the log in the transaction that makes
//! it public. Rings and pages forget it a moment later; a stranger who comes within that moment
//! must not be told it from memory.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use tokio::sync::OnceCell;

use crate::domain::topic::Seq;
use crate::domain::topic::Stream;
use crate::store::Result;
use crate::stream::Shared;

type Cell = Arc<OnceCell<Seq>>;

/// Streams remembered; beyond it all are forgotten and asked for again.
const MOST: usize = 10_000;

/// What was pruned of each stream when it was first read as a public one, at this version of
/// rights: asked once for a whole crowd.
#[derive(Default)]
pub struct Opened(Mutex<Known>);

#[derive(Default)]
struct Known {
    rights: i64,
    streams: HashMap<Stream, Cell>,
}

impl Opened {
    /// The seq up to which nobody may be told a stream from memory.
    ///
    /// Ask it after the stream was found to be public, with the version of rights of before that;
    /// and not for those who may read it in private: what they are answered would be remembered
    /// from before it was opened.
    pub async fn pruned(&self, shared: &Shared, rights: i64, stream: Stream) -> Result<Seq> {
        let cell = self.cell(rights, stream);
        let pruned = cell.get_or_try_init(|| async {
            let heads = shared.source.heads(&[stream]).await?;
            Ok(heads.first().map_or(0, |head| head.pruned))
        });
        pruned.await.copied()
    }

    /// The same, where it was asked already.
    pub fn known(&self, rights: i64, stream: Stream) -> Option<Seq> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.streams.get(&stream).filter(|_| known.rights == rights)?.get().copied()
    }

    fn cell(&self, rights: i64, stream: Stream) -> Cell {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.rights > rights {
            // It may have been private in between: answered, and not remembered.
            return Cell::default();
        }
        if known.rights < rights || known.streams.len() >= MOST {
            *known = Known { rights, streams: HashMap::new() };
        }
        Arc::clone(known.streams.entry(stream).or_default())
    }
}
