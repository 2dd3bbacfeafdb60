//! The upstream as the message source, in place of the log.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, TryFutureExt};
use hyper::StatusCode;
use tokio::time::Instant;

use crate::bus::CommitNotifier;
use crate::domain::topic::{Seq, StreamId, Topic};
use crate::relay::error::{UpstreamError, UpstreamResult};
use crate::relay::upstream::Upstream;
use crate::relay::upstream_link::{LinkState, UpstreamLink};
use crate::relay::{link_task, upstream_messages};
use crate::store::StreamHead;
use crate::stream::frame_page::FramePage;
use crate::stream::source::{EpochSnapshot, MessageSource, StreamEndReason};
use crate::stream::source_error::SourceResult;

impl Upstream {
    fn existing_link(&self, stream: StreamId) -> UpstreamResult<Arc<UpstreamLink>> {
        let link = self.lock_links().get(&stream).cloned();
        link.ok_or(UpstreamError::NotFollowed(stream))
    }

    /// Returns the link of a stream, and opens one if there is none.
    fn link_or_open(&self, stream: StreamId) -> Arc<UpstreamLink> {
        let mut links = self.lock_links();
        if let Some(existing) = links.get(&stream) {
            return Arc::clone(existing);
        }
        let link = Arc::new(UpstreamLink::new(stream));
        links.insert(stream, Arc::clone(&link));
        let task = tokio::spawn(link_task::run(self.clone(), Arc::clone(&link)));
        link.set_task(task.abort_handle());
        link
    }

    async fn fetch_page(
        &self,
        stream: StreamId,
        after: Seq,
        limit: i64,
    ) -> UpstreamResult<FramePage> {
        let link = self.existing_link(stream)?;
        if let Some(page) = link.buffered_page(after, limit)? {
            return Ok(page);
        }
        let mut page = self.fetch_history(&link.epoch(), stream, after, limit).await?;
        // Messages after the link's head arrive through the link.
        page.head_seq = link.head_seq();
        page.frames.retain(|frame| frame.seq() <= page.head_seq);
        // If no message is left, everything up to the head is pruned.
        page.pruned_seq = page.pruned_seq.min(page.head_seq);
        Ok(page)
    }

    async fn fetch_head(&self, stream: StreamId) -> UpstreamResult<Seq> {
        let requested_at = Instant::now();
        let link = self.existing_link(stream)?;
        let mut last_query = link.last_head_query.lock().await;
        if let Some((started_at, head)) = *last_query
            && started_at >= requested_at
        {
            return Ok(head);
        }
        let began = Instant::now();
        let path = format!("/api/stream/?topic={stream}&transport=poll&wait=0&snapshot=never");
        let (_, bytes) = self.request(&path).await?;
        let (epoch, head) = upstream_messages::parse_head(stream, &bytes)?;
        if *epoch != *link.epoch() {
            return Err(UpstreamError::EpochChanged);
        }
        *last_query = Some((began, head));
        Ok(head)
    }

    async fn fetch_snapshot(&self, topic: Topic) -> UpstreamResult<Option<EpochSnapshot>> {
        let path = format!("/api/stream/?topic={topic}&transport=poll&wait=0");
        let (status, bytes) = self.request(&path).await?;
        match status {
            StatusCode::OK => upstream_messages::parse_snapshot(topic, &bytes),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => Ok(None),
            status => {
                let subject = format!("the snapshot of {topic}");
                Err(UpstreamError::UnexpectedStatus { status, subject })
            }
        }
    }
}

impl MessageSource for Upstream {
    fn name(&self) -> &'static str {
        "upstream"
    }

    fn ping(&self) -> BoxFuture<'_, SourceResult<()>> {
        self.check_ready().err_into().boxed()
    }

    fn epoch(&self, stream: StreamId) -> Arc<str> {
        self.existing_link(stream).map_or_else(|_| Upstream::epoch(self), |link| link.epoch())
    }

    fn commit_notifier(&self) -> &CommitNotifier {
        &self.0.commit_notifier
    }

    fn prepare(&self, stream: StreamId) -> Option<BoxFuture<'static, SourceResult<()>>> {
        let link = self.link_or_open(stream);
        Some(async move { Ok(link.wait_until_open().await?) }.boxed())
    }

    fn release(&self, stream: StreamId) {
        let Some(link) = self.lock_links().remove(&stream) else { return };
        if link.state() == LinkState::Open {
            self.0.metrics.upstream_streams.dec();
        }
        link.close();
    }

    fn next_end(&self) -> BoxFuture<'_, (StreamId, StreamEndReason)> {
        async {
            match self.0.ended_receiver.lock().await.recv().await {
                Some(end) => end,
                // Unreachable: `self` keeps a sender.
                None => std::future::pending().await,
            }
        }
        .boxed()
    }

    fn followed_heads<'a>(
        &'a self,
        streams: &'a [StreamId],
    ) -> BoxFuture<'a, SourceResult<Vec<StreamHead>>> {
        let head = |stream: &StreamId| {
            let head = self.existing_link(*stream)?.current_head()?;
            Ok(StreamHead { head_seq: head, pruned_seq: 0 })
        };
        std::future::ready(streams.iter().map(head).collect()).boxed()
    }

    fn stale_since(&self) -> Option<String> {
        self.lock_links().values().filter_map(|link| link.stale_since()).min()
    }

    fn latest_head(&self, stream: StreamId) -> BoxFuture<'_, SourceResult<Seq>> {
        self.fetch_head(stream).err_into().boxed()
    }

    fn read_page(
        &self,
        stream: StreamId,
        after: Seq,
        limit: i64,
    ) -> BoxFuture<'_, SourceResult<FramePage>> {
        self.fetch_page(stream, after, limit).err_into().boxed()
    }

    fn read_snapshot(&self, topic: Topic) -> BoxFuture<'_, SourceResult<Option<EpochSnapshot>>> {
        self.fetch_snapshot(topic).err_into().boxed()
    }
}
