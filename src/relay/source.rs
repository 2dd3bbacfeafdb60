//! The upstream in the place of the log.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hyper::StatusCode;
use tokio::time::Instant;

use crate::bus::Bell;
use crate::domain::topic::Seq;
use crate::domain::topic::Stream;
use crate::domain::topic::Topic;
use crate::relay::Upstream;
use crate::relay::link;
use crate::relay::link::Link;
use crate::relay::told;
use crate::store::Head;
use crate::store::Result;
use crate::store::StoreError;
use crate::stream::pages::FramePage;
use crate::stream::source::Ending;
use crate::stream::source::Source;
use crate::stream::source::State;

/// Messages that the upstream gives in a page at most.
pub const MOST: i64 = 500;

impl Upstream {
    fn followed(&self, stream: Stream) -> Result<Arc<Link>> {
        let link = self.links().get(&stream).cloned();
        link.ok_or_else(|| StoreError::Unavailable(format!("{stream} is not followed")))
    }

    async fn ask(&self, path: &str) -> Result<(StatusCode, bytes::Bytes)> {
        self.0.metrics.upstream_requests.inc();
        self.0.client.get(path).await
    }

    /// A page of the upstream's history. The cursor names the epoch, so that another database
    /// doesn't answer in its place.
    pub async fn history(
        &self,
        epoch: &Arc<str>,
        stream: Stream,
        after: Seq,
        limit: i64,
    ) -> Result<FramePage> {
        let limit = limit.clamp(1, MOST);
        let path = |after, limit| {
            format!("/api/streams/{stream}/messages?after={epoch}.{after}&limit={limit}")
        };
        let (status, bytes) = self.ask(&path(after, limit)).await?;
        match status {
            StatusCode::OK => told::page(epoch, stream, after, &bytes),
            StatusCode::GONE => {
                // Up to where, the oldest that is left says.
                let (_, bytes) = self.ask(&path(0, 1)).await?;
                let left = told::page(epoch, stream, 0, &bytes)?;
                let oldest = left.frames.first().map(|frame| frame.seq() - 1);
                let pruned = oldest.unwrap_or(Seq::MAX).max(after);
                Ok(FramePage { epoch: Arc::clone(epoch), frames: Vec::new(), head: pruned, pruned })
            }
            status => {
                let words = format!("the upstream answers {status} for the history of {stream}");
                Err(StoreError::Unavailable(words))
            }
        }
    }

    async fn page_of(&self, stream: Stream, after: Seq, limit: i64) -> Result<FramePage> {
        let link = self.followed(stream)?;
        if let Some(page) = link.recent(after, limit)? {
            return Ok(page);
        }
        let mut page = self.history(&link.epoch(), stream, after, limit).await?;
        // What is newer than what is followed comes that way.
        page.head = link.head();
        page.frames.retain(|frame| frame.seq() <= page.head);
        // Where nothing is left, all is pruned that there was.
        page.pruned = page.pruned.min(page.head);
        Ok(page)
    }

    async fn head_of(&self, stream: Stream) -> Result<Seq> {
        let asked_at = Instant::now();
        let link = self.followed(stream)?;
        let mut known = link.asked.lock().await;
        if let Some((began, head)) = *known
            && began >= asked_at
        {
            return Ok(head);
        }
        let began = Instant::now();
        let path = format!("/api/stream/?topic={stream}&transport=poll&wait=0&snapshot=never");
        let (_, bytes) = self.ask(&path).await?;
        let (epoch, head) = told::head(&bytes)?;
        if *epoch != *link.epoch() {
            return Err(StoreError::Unavailable("the upstream has another database".to_owned()));
        }
        *known = Some((began, head));
        Ok(head)
    }

    async fn state_of(&self, topic: Topic) -> Result<Option<State>> {
        let path = format!("/api/stream/?topic={topic}&transport=poll&wait=0");
        let (status, bytes) = self.ask(&path).await?;
        match status {
            StatusCode::OK => told::snapshot(&bytes),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => Ok(None),
            status => {
                let words = format!("the upstream answers {status} for the state of {topic}");
                Err(StoreError::Unavailable(words))
            }
        }
    }
}

impl Source for Upstream {
    fn epoch(&self, stream: Stream) -> Arc<str> {
        self.followed(stream).map_or_else(|_| Upstream::epoch(self), |link| link.epoch())
    }

    fn bell(&self) -> &Bell {
        &self.0.bell
    }

    fn open(&self, stream: Stream) -> Option<BoxFuture<'static, Result<()>>> {
        let link = self.link(stream);
        Some(async move { link.opened().await }.boxed())
    }

    fn leave(&self, stream: Stream) {
        let Some(link) = self.links().remove(&stream) else { return };
        if link.state() == link::State::Open {
            self.0.metrics.upstream_streams.dec();
        }
        link.end();
    }

    fn ended(&self) -> BoxFuture<'_, (Stream, Ending)> {
        async {
            match self.0.ended.lock().await.recv().await {
                Some(ended) => ended,
                // Never: a sender is kept beside it.
                None => std::future::pending().await,
            }
        }
        .boxed()
    }

    fn heads<'a>(&'a self, streams: &'a [Stream]) -> BoxFuture<'a, Result<Vec<Head>>> {
        let head = |stream: &Stream| {
            let head = self.followed(*stream)?.certain_head()?;
            Ok(Head { head, pruned: 0 })
        };
        std::future::ready(streams.iter().map(head).collect()).boxed()
    }

    fn stale_since(&self) -> Option<String> {
        self.links().values().filter_map(|link| link.stale_since()).min()
    }

    fn head_now(&self, stream: Stream) -> BoxFuture<'_, Result<Seq>> {
        self.head_of(stream).boxed()
    }

    fn page(&self, stream: Stream, after: Seq, limit: i64) -> BoxFuture<'_, Result<FramePage>> {
        self.page_of(stream, after, limit).boxed()
    }

    fn snapshot(&self, topic: Topic) -> BoxFuture<'_, Result<Option<State>>> {
        self.state_of(topic).boxed()
    }
}
