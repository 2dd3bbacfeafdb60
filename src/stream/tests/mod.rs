//! A model of a client: whatever happens, its bytes are those of a simple reference.

mod connection;
mod model;
mod reference;

use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::bus::CommitNotifier;
use crate::domain::message::StoredMessage;
use crate::domain::topic::{Seq, StreamId, Topic};
use crate::store::{LogPage, Snapshot, StreamHead};
use crate::stream::frame_page::FramePage;
use crate::stream::source::{EpochSnapshot, MessageSource, StreamEndReason};
use crate::stream::source_error::{SourceError, SourceResult};

const STREAM: StreamId = StreamId::Match(3);
const EPOCH: &str = "e";

/// A message, of type `a` or `b` in turn.
fn message(seq: Seq) -> StoredMessage {
    let message_type = if seq % 2 == 0 { "a" } else { "b" };
    StoredMessage {
        seq,
        channel: None,
        message_type: message_type.to_owned(),
        label: None,
        envelope: format!(r#"{{"seq":{seq}}}"#),
        appended_at_ms: 0,
    }
}

/// A log in memory.
#[derive(Default)]
struct FakeLog {
    notifier: CommitNotifier,
    head_and_pruned: Mutex<(Seq, Seq)>,
}

impl FakeLog {
    fn head(&self) -> StreamHead {
        let (head_seq, pruned_seq) = *self.head_and_pruned.lock().unwrap();
        StreamHead { head_seq, pruned_seq }
    }

    fn append(&self, count: Seq) {
        self.head_and_pruned.lock().unwrap().0 += count;
    }

    fn prune(&self, up_to: Seq) {
        self.head_and_pruned.lock().unwrap().1 = up_to;
    }
}

impl MessageSource for FakeLog {
    fn name(&self) -> &'static str {
        "log in memory"
    }

    fn ping(&self) -> BoxFuture<'_, SourceResult<()>> {
        std::future::ready(Ok(())).boxed()
    }

    fn epoch(&self, _: StreamId) -> Arc<str> {
        EPOCH.into()
    }

    fn commit_notifier(&self) -> &CommitNotifier {
        &self.notifier
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
        std::future::ready(Ok(streams.iter().map(|_| self.head()).collect())).boxed()
    }

    fn stale_since(&self) -> Option<String> {
        None
    }

    fn latest_head(&self, _: StreamId) -> BoxFuture<'_, SourceResult<Seq>> {
        std::future::ready(Ok(self.head().head_seq)).boxed()
    }

    fn read_page(
        &self,
        stream: StreamId,
        after: Seq,
        limit: i64,
    ) -> BoxFuture<'_, SourceResult<FramePage>> {
        let StreamHead { head_seq, pruned_seq } = self.head();
        let first = after.max(pruned_seq) + 1;
        let messages = (first..=head_seq.min(first + limit - 1)).map(message).collect();
        let page = LogPage { messages, head_seq, pruned_seq };
        std::future::ready(FramePage::encode(EPOCH.into(), stream, after, page)).boxed()
    }

    fn read_snapshot(&self, topic: Topic) -> BoxFuture<'_, SourceResult<Option<EpochSnapshot>>> {
        if topic.stream != STREAM {
            let error = SourceError::Internal("no such stream".to_owned());
            return std::future::ready(Err(error)).boxed();
        }
        let snapshot =
            Snapshot { seq: self.head().head_seq, data: serde_json::json!({ "state": 1 }) };
        std::future::ready(Ok(Some((EPOCH.into(), snapshot)))).boxed()
    }
}
