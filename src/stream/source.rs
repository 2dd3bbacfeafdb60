//! Where messages come from: the database's log, or, for a relay, another node's streams.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::bus::CommitNotifier;
use crate::domain::topic::{Seq, StreamId, Topic};
use crate::store::{Result, Snapshot, Store, StreamHead};
use crate::stream::page_cache;
use crate::stream::page_cache::FramePage;

/// What feeder, pages and snapshots read from.
pub trait MessageSource: Send + Sync {
    /// Whose numbers the messages of this stream have.
    fn epoch(&self, stream: StreamId) -> Arc<str>;

    /// Rung when a stream has grown.
    fn commit_notifier(&self) -> &CommitNotifier;

    /// Gets a stream ready to be followed; `None` where it is at any time.
    fn prepare(&self, stream: StreamId) -> Option<BoxFuture<'static, Result<()>>>;

    /// Nobody follows the stream any more.
    fn release(&self, stream: StreamId);

    /// Waits until a followed stream has ended, and gives it. For one listener.
    fn next_end(&self) -> BoxFuture<'_, (StreamId, StreamEndReason)>;

    /// Of followed streams, in the order asked: as far as is known without asking far away. An
    /// error where there may be more.
    fn followed_heads<'a>(
        &'a self,
        streams: &'a [StreamId],
    ) -> BoxFuture<'a, Result<Vec<StreamHead>>>;

    /// Since when the source itself says that it can't see all there is, where it does.
    fn stale_since(&self) -> Option<String>;

    /// The newest seq that anybody can have seen by now.
    fn latest_head(&self, stream: StreamId) -> BoxFuture<'_, Result<Seq>>;

    /// At most `limit` messages after `after`.
    fn read_page(
        &self,
        stream: StreamId,
        after: Seq,
        limit: i64,
    ) -> BoxFuture<'_, Result<FramePage>>;

    /// `None`: of nothing that exists.
    fn read_snapshot(&self, topic: Topic) -> BoxFuture<'_, Result<Option<EpochSnapshot>>>;
}

/// A topic's state, and whose number its seq is.
pub type EpochSnapshot = (Arc<str>, Snapshot);

/// Why a stream can no longer be followed from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamEndReason {
    /// What is told in its place doesn't go on from it, or nothing is.
    Discontinued,
    /// Not everybody may read it any more.
    NoLongerPublic,
}

/// The log is always there to be read, and never ends.
impl MessageSource for Store {
    fn epoch(&self, _: StreamId) -> Arc<str> {
        Store::epoch(self).into()
    }

    fn commit_notifier(&self) -> &CommitNotifier {
        Store::commit_notifier(self)
    }

    fn prepare(&self, _: StreamId) -> Option<BoxFuture<'static, Result<()>>> {
        None
    }

    fn release(&self, _: StreamId) {}

    fn next_end(&self) -> BoxFuture<'_, (StreamId, StreamEndReason)> {
        std::future::pending().boxed()
    }

    fn followed_heads<'a>(
        &'a self,
        streams: &'a [StreamId],
    ) -> BoxFuture<'a, Result<Vec<StreamHead>>> {
        Store::stream_heads(self, streams).boxed()
    }

    fn stale_since(&self) -> Option<String> {
        None
    }

    fn latest_head(&self, stream: StreamId) -> BoxFuture<'_, Result<Seq>> {
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
    ) -> BoxFuture<'_, Result<FramePage>> {
        async move {
            let page = self.read_messages_after(stream, after, limit).await?;
            page_cache::encode_page(Store::epoch(self).into(), stream, after, page)
        }
        .boxed()
    }

    fn read_snapshot(&self, topic: Topic) -> BoxFuture<'_, Result<Option<EpochSnapshot>>> {
        async move {
            let found = Store::snapshot(self, topic).await?;
            Ok(found.map(|snapshot| (Store::epoch(self).into(), snapshot)))
        }
        .boxed()
    }
}
