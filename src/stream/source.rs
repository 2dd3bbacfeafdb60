//! Where messages come from: the database's log, or, for a relay, another node's streams.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::bus::Bell;
use crate::domain::topic::Seq;
use crate::domain::topic::Stream;
use crate::domain::topic::Topic;
use crate::store::Head;
use crate::store::Result;
use crate::store::Snapshot;
use crate::store::Store;
use crate::stream::pages;
use crate::stream::pages::FramePage;

/// What feeder, pages and snapshots read from.
pub trait Source: Send + Sync {
    /// Whose numbers the messages of this stream have.
    fn epoch(&self, stream: Stream) -> Arc<str>;

    /// Rung when a stream has grown.
    fn bell(&self) -> &Bell;

    /// Gets a stream ready to be followed; `None` where it is at any time.
    fn open(&self, stream: Stream) -> Option<BoxFuture<'static, Result<()>>>;

    /// Nobody follows the stream any more.
    fn leave(&self, stream: Stream);

    /// Waits until a followed stream has ended, and gives it. For one listener.
    fn ended(&self) -> BoxFuture<'_, (Stream, Ending)>;

    /// Of followed streams, in the order asked: as far as is known without asking far away. An
    /// error where there may be more.
    fn heads<'a>(&'a self, streams: &'a [Stream]) -> BoxFuture<'a, Result<Vec<Head>>>;

    /// Since when the source itself says that it can't see all there is, where it does.
    fn stale_since(&self) -> Option<String>;

    /// The newest seq that anybody can have seen by now.
    fn head_now(&self, stream: Stream) -> BoxFuture<'_, Result<Seq>>;

    /// At most `limit` messages after `after`.
    fn page(&self, stream: Stream, after: Seq, limit: i64) -> BoxFuture<'_, Result<FramePage>>;

    /// `None`: of nothing that exists.
    fn snapshot(&self, topic: Topic) -> BoxFuture<'_, Result<Option<State>>>;
}

/// A topic's state, and whose number its seq is.
pub type State = (Arc<str>, Snapshot);

/// Why a stream can no longer be followed from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// What is told in its place doesn't go on from it, or nothing is.
    Lost,
    /// Not everybody may read it any more.
    Closed,
}

/// The log is always there to be read, and never ends.
impl Source for Store {
    fn epoch(&self, _: Stream) -> Arc<str> {
        Store::epoch(self).into()
    }

    fn bell(&self) -> &Bell {
        Store::bell(self)
    }

    fn open(&self, _: Stream) -> Option<BoxFuture<'static, Result<()>>> {
        None
    }

    fn leave(&self, _: Stream) {}

    fn ended(&self) -> BoxFuture<'_, (Stream, Ending)> {
        std::future::pending().boxed()
    }

    fn heads<'a>(&'a self, streams: &'a [Stream]) -> BoxFuture<'a, Result<Vec<Head>>> {
        Store::heads(self, streams).boxed()
    }

    fn stale_since(&self) -> Option<String> {
        None
    }

    fn head_now(&self, stream: Stream) -> BoxFuture<'_, Result<Seq>> {
        async move {
            let heads = Store::heads(self, &[stream]).await?;
            Ok(heads.first().map_or(0, |head| head.head))
        }
        .boxed()
    }

    fn page(&self, stream: Stream, after: Seq, limit: i64) -> BoxFuture<'_, Result<FramePage>> {
        async move {
            let page = self.read_after(stream, after, limit).await?;
            pages::encode(Store::epoch(self).into(), stream, after, page)
        }
        .boxed()
    }

    fn snapshot(&self, topic: Topic) -> BoxFuture<'_, Result<Option<State>>> {
        async move {
            let found = Store::snapshot(self, topic).await?;
            Ok(found.map(|snapshot| (Store::epoch(self).into(), snapshot)))
        }
        .boxed()
    }
}
