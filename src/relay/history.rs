//! Pages of the upstream's history.

use std::sync::Arc;

use hyper::StatusCode;

use crate::domain::topic::{Seq, StreamId};
use crate::relay::error::{UpstreamError, UpstreamResult};
use crate::relay::upstream::Upstream;
use crate::relay::upstream_messages;
use crate::stream::cursor;
use crate::stream::frame_page::FramePage;

/// Largest page that the upstream serves.
pub const MAX_PAGE_MESSAGES: i64 = 500;

impl Upstream {
    /// Requests a path, and counts the request.
    pub(super) async fn request(&self, path: &str) -> UpstreamResult<(StatusCode, bytes::Bytes)> {
        self.0.metrics.upstream_requests.inc();
        self.0.client.get(path).await
    }

    /// Reads a page of the upstream's history. The cursor includes the epoch, so that a different
    /// database is rejected.
    pub async fn fetch_history(
        &self,
        epoch: &Arc<str>,
        stream: StreamId,
        after: Seq,
        limit: i64,
    ) -> UpstreamResult<FramePage> {
        let limit = limit.clamp(1, MAX_PAGE_MESSAGES);
        let url = |after, limit| {
            let after = cursor::encode_topic(epoch, stream.topic(), after);
            format!("/api/streams/{stream}/messages?after={after}&limit={limit}")
        };
        let (status, bytes) = self.request(&url(after, limit)).await?;
        match status {
            StatusCode::OK => upstream_messages::parse_history(epoch, stream, after, &bytes),
            StatusCode::GONE => {
                // The oldest message left shows how far the stream is pruned.
                let (_, bytes) = self.request(&url(0, 1)).await?;
                let oldest_page = upstream_messages::parse_history(epoch, stream, 0, &bytes)?;
                let oldest = oldest_page.frames.first().map(|frame| frame.seq() - 1);
                let pruned = oldest.unwrap_or(Seq::MAX).max(after);
                Ok(FramePage {
                    epoch: Arc::clone(epoch),
                    frames: Vec::new(),
                    head_seq: pruned,
                    pruned_seq: pruned,
                })
            }
            status => {
                let subject = format!("the history of {stream}");
                Err(UpstreamError::UnexpectedStatus { status, subject })
            }
        }
    }
}
