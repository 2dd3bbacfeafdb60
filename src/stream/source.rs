//! The source of messages: the database's log or, for a relay, another node's streams.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, TryFutureExt};

use crate::bus::CommitNotifier;
use crate::domain::topic::{Seq, StreamId, Topic};
use crate::store::{Snapshot, Store, StreamHead};
use crate::stream::frame_page::FramePage;
use crate::stream::source_error::SourceResult;

/// The log as the feeder, pages and snapshots read it.
pub trait MessageSource: Send + Sync {
    /// What it is, for operators: `database` or `upstream`.
    fn name(&self) -> &'static str;

    /// Whether it answers now.
    fn ping(&self) -> BoxFuture<'_, SourceResult<()>>;

    /// The epoch that this stream's seqs belong to.
    fn epoch(&self, stream: StreamId) -> Arc<str>;

    /// Notified when a stream has grown.
    fn commit_notifier(&self) -> &CommitNotifier;

    /// Prepares a stream to be followed; `None` where none needs it.
    fn prepare(&self, stream: StreamId) -> Option<BoxFuture<'static, SourceResult<()>>>;

    /// Releases a stream that nobody here follows any more.
    fn release(&self, stream: StreamId);

    /// Waits for the end of any followed stream; for one listener.
    fn next_end(&self) -> BoxFuture<'_, (StreamId, StreamEndReason)>;

    /// Heads of followed streams, in the order requested, as known without a remote request; an
    /// error where there may be newer messages.
    fn followed_heads<'a>(
        &'a self,
        streams: &'a [StreamId],
    ) -> BoxFuture<'a, SourceResult<Vec<StreamHead>>>;

    /// Since when the source reports itself as stale, if it does.
    fn stale_since(&self) -> Option<String>;

    /// The newest seq that any client can have seen by now.
    fn latest_head(&self, stream: StreamId) -> BoxFuture<'_, SourceResult<Seq>>;

    /// At most `limit` messages after `after`.
    fn read_page(
        &self,
        stream: StreamId,
        after: Seq,
        limit: i64,
    ) -> BoxFuture<'_, SourceResult<FramePage>>;

    /// A topic's state; `None` for a topic of nothing that exists.
    fn read_snapshot(&self, topic: Topic) -> BoxFuture<'_, SourceResult<Option<EpochSnapshot>>>;
}

/// A topic's state, and the epoch that its seq belongs to.
pub type EpochSnapshot = (Arc<str>, Snapshot);

/// Why a stream can no longer be followed from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamEndReason {
    /// The upstream's stream is gone, or no longer continues this one.
    Discontinued,
    /// The stream is no longer public.
    NoLongerPublic,
}

/// The database's log needs no preparation and never ends.
impl MessageSource for Store {
    fn name(&self) -> &'static str {
        "database"
    }

    fn ping(&self) -> BoxFuture<'_, SourceResult<()>> {
        Store::ping(self).err_into().boxed()
    }

    fn epoch(&self, _: StreamId) -> Arc<str> {
        Store::epoch(self).into()
    }

    fn commit_notifier(&self) -> &CommitNotifier {
        Store::commit_notifier(self)
    }

    fn prepare(&self, _: StreamId) -> Option<BoxFuture<'static, SourceResult<()>>> {
        None
    }

    fn release(&self, _: StreamId) {}

    fn next_end(&self) -> BoxFuture<'_, (StreamId, StreamEndReason)> {
        std::future::pending().boxed()
    }

    fn followed_heads<'a>(
        &'a self,
        streams: &'a [StreamId],
    ) -> BoxFuture<'a, SourceResult<Vec<StreamHead>>> {
        Store::stream_heads(self, streams).err_into().boxed()
    }

    fn stale_since(&self) -> Option<String> {
        None
    }

    fn latest_head(&self, stream: StreamId) -> BoxFuture<'_, SourceResult<Seq>> {
        async move {
            let heads = Store::stream_heads(self, &[stream]).await?;
            Ok(heads.first().map_or(0, |head| head.head_seq))
        }
        .boxed()
    }

    fn read_page(
        &self,
        stream: StreamId,
        after: Seq,
        limit: i64,
    ) -> BoxFuture<'_, SourceResult<FramePage>> {
        async move {
            let page = self.read_messages_after(stream, after, limit).await?;
            FramePage::encode(Store::epoch(self).into(), stream, after, page)
        }
        .boxed()
    }

    fn read_snapshot(&self, topic: Topic) -> BoxFuture<'_, SourceResult<Option<EpochSnapshot>>> {
        async move {
            let found = Store::snapshot(self, topic).await?;
            Ok(found.map(|snapshot| (Store::epoch(self).into(), snapshot)))
        }
        .boxed()
    }
}
