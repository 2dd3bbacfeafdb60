//! Follows one stream of the upstream, over any number of connections.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{HeaderMap, StatusCode};
use serde_json::Value;
use tokio::time::Instant;

use crate::domain::topic::Seq;
use crate::relay::client::UpstreamRequest;
use crate::relay::history::MAX_PAGE_MESSAGES;
use crate::relay::sse_connection::SseConnection;
use crate::relay::sse_decoder::SseFields;
use crate::relay::upstream::Upstream;
use crate::relay::upstream_link::{LinkState, StaleReason, UpstreamLink};
use crate::relay::upstream_messages;
use crate::relay::upstream_messages::UpstreamMessage;
use crate::stream::source::StreamEndReason;

/// Time-out of opening a link: connecting, and reading up to the `live` frame.
const OPEN_TIMEOUT: Duration = Duration::from_secs(5);

/// Random delays between attempts, up to this at first and doubling.
const INITIAL_BACKOFF_MS: u64 = 100;
const MAX_BACKOFF_MS: u64 = 1000;

/// How long the upstream may refuse a stream for lack of capacity before the stream ends: any
/// longer, and subscribers of all other streams would see stale data.
const MAX_TIME_AT_CAPACITY: Duration = Duration::from_secs(3);

/// Messages loaded at the start, so that clients that reconnect find what they missed.
const LINK_PREFILL_MESSAGES: Seq = 256;

/// Why a connection to the upstream ended.
enum LinkError {
    /// Not public, or not existing.
    Refused,
    /// The connection closed, broke, or timed out.
    ConnectionLost(String),
    /// The upstream accepts no more subscribers.
    AtCapacity,
    /// The stream belongs to another database or has restarted: it can't be resumed.
    Restarted(String),
}

struct LinkTask {
    upstream: Upstream,
    link: Arc<UpstreamLink>,
    /// Whether the connection has reached the stream's live end.
    is_live: bool,
    attempts: u32,
    down_since: Option<Instant>,
}

/// Runs until the stream ends or has no subscribers here any more.
pub async fn run(upstream: Upstream, link: Arc<UpstreamLink>) {
    let mut task = LinkTask { upstream, link, is_live: false, attempts: 0, down_since: None };
    let opened = tokio::time::timeout(OPEN_TIMEOUT, task.open_link()).await;
    let LinkTask { upstream, link, .. } = &task;
    let error = match opened {
        Ok(Ok(connection)) => return task.read_until_ended(connection).await,
        Ok(Err(LinkError::Refused)) => {
            return upstream.remove_failed_link(link, LinkState::Refused);
        }
        Ok(Err(LinkError::ConnectionLost(detail) | LinkError::Restarted(detail))) => detail,
        Ok(Err(LinkError::AtCapacity)) => "the upstream is at capacity".to_owned(),
        Err(_) => "the upstream does not respond".to_owned(),
    };
    tracing::warn!("Can't follow {}: {error}", link.stream);
    upstream.remove_failed_link(link, LinkState::Failed);
}

impl LinkTask {
    /// Connects, and loads the stream's head and its recent messages.
    async fn open_link(&mut self) -> Result<SseConnection, LinkError> {
        let mut connection = self.connect(None).await?;
        let (epoch, head) = loop {
            let block =
                connection.next_block(OPEN_TIMEOUT).await.map_err(LinkError::ConnectionLost)?;
            let Some(block) = SseFields::parse(&block) else { continue };
            match block.event {
                "hello" => self.apply_hello(block.data),
                "live" => {
                    break upstream_messages::parse_cursor(block.id, self.link.stream.topic())
                        .ok_or_else(|| connection_lost("no cursor"))?;
                }
                "bye" => return Err(error_from_bye(block.data)),
                _ => {}
            }
        };
        let after = (head - LINK_PREFILL_MESSAGES).max(0);
        let page =
            self.upstream.fetch_history(&epoch, self.link.stream, after, MAX_PAGE_MESSAGES).await;
        let page = page.map_err(|error| LinkError::ConnectionLost(error.to_string()))?;
        let is_whole = page.last_seq().is_some_and(|last| last >= head);
        if let Some(first) = page.frames.first().filter(|_| is_whole) {
            self.link.start(&epoch, first.seq() - 1, page.frames);
        } else {
            // Older messages are pruned; history is fetched on demand.
            self.link.start(&epoch, head, Vec::new());
        }
        self.upstream.mark_open(&self.link, &epoch);
        self.is_live = true;
        Ok(connection)
    }

    /// Reads the stream and reconnects as often as it takes: the link's messages stay valid up to
    /// its cursor, and the feeder reports the stream as stale.
    async fn read_until_ended(mut self, first_connection: SseConnection) {
        let mut connection = Some(first_connection);
        let reason = loop {
            let error = match connection.take() {
                Some(open_connection) => self.read_blocks(open_connection).await,
                None => match self.connect(Some(self.link.cursor())).await {
                    Ok(connected) => {
                        connection = Some(connected);
                        continue;
                    }
                    Err(error) => error,
                },
            };
            match error {
                LinkError::Refused => break StreamEndReason::NoLongerPublic,
                LinkError::Restarted(detail) => {
                    tracing::warn!("{} restarted at the upstream: {detail}", self.link.stream);
                    break StreamEndReason::Discontinued;
                }
                LinkError::ConnectionLost(detail) => self.record_break(&detail),
                LinkError::AtCapacity
                    if self.down_since.is_some_and(|at| at.elapsed() > MAX_TIME_AT_CAPACITY) =>
                {
                    tracing::warn!("{} dropped: the upstream is at capacity", self.link.stream);
                    break StreamEndReason::Discontinued;
                }
                LinkError::AtCapacity => self.record_break("the upstream is at capacity"),
            }
            self.back_off().await;
        };
        self.upstream.end_link(&self.link, reason);
    }

    /// Logs and counts a disconnect once, however many attempts follow.
    fn record_break(&mut self, error: &str) {
        let stream = self.link.stream;
        if std::mem::take(&mut self.is_live) {
            tracing::info!("{stream} disconnected from the upstream: {error}");
            self.upstream.0.metrics.upstream_disconnects.inc();
        } else {
            tracing::debug!("{stream} could not reconnect to the upstream: {error}");
        }
        self.down_since.get_or_insert_with(Instant::now);
        self.link.set_stale(Some(StaleReason::Disconnected));
    }

    /// Waits a random time, so that links don't reconnect all at once, nor in a tight loop.
    async fn back_off(&mut self) {
        let max_delay_ms = (INITIAL_BACKOFF_MS << self.attempts.min(6)).min(MAX_BACKOFF_MS);
        self.attempts += 1;
        tokio::time::sleep(Duration::from_millis(rand::random_range(0..=max_delay_ms))).await;
    }

    /// Time-out for the next bytes.
    fn read_timeout(&self) -> Duration {
        if self.is_live { self.upstream.silence_timeout() } else { OPEN_TIMEOUT }
    }

    async fn connect(&self, cursor: Option<String>) -> Result<SseConnection, LinkError> {
        let mut headers = HeaderMap::new();
        headers.insert("accept", HeaderValue::from_static("text/event-stream"));
        let mut path = format!("/api/stream/?topic={}", self.link.stream);
        match cursor.and_then(|cursor| HeaderValue::from_str(&cursor).ok()) {
            Some(cursor) => drop(headers.insert("last-event-id", cursor)),
            None => path.push_str("&snapshot=never"),
        }
        self.upstream.0.metrics.upstream_requests.inc();
        let client = &self.upstream.0.client;
        let request = UpstreamRequest { headers, ..UpstreamRequest::get(&path) };
        let response = client.send(request, self.read_timeout()).await;
        let response = response.map_err(|error| LinkError::ConnectionLost(error.to_string()))?;
        match response.status() {
            StatusCode::OK => Ok(SseConnection::new(response.into_body())),
            // Only a node's own word ends a stream for good: a proxy in between may answer the same
            // while it is being configured.
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND
                if is_problem_document(response.headers()) =>
            {
                Err(LinkError::Refused)
            }
            status => Err(LinkError::ConnectionLost(format!("the upstream responded {status}"))),
        }
    }

    /// Handles blocks until the connection ends.
    async fn read_blocks(&mut self, mut connection: SseConnection) -> LinkError {
        loop {
            let block = match connection.next_block(self.read_timeout()).await {
                Ok(block) => block,
                Err(detail) => return LinkError::ConnectionLost(detail),
            };
            if let Err(error) = self.handle_block(&block) {
                return error;
            }
        }
    }

    fn handle_block(&mut self, block: &Bytes) -> Result<(), LinkError> {
        let Some(block) = SseFields::parse(block) else { return Ok(()) };
        if let Some((epoch, _)) =
            upstream_messages::parse_cursor(block.id, self.link.stream.topic())
            && *epoch != *self.link.epoch()
        {
            self.upstream.update_epoch(&epoch);
            return Err(LinkError::Restarted(format!("its epoch is now {epoch}")));
        }
        match block.event {
            "" => self.publish_message(block.data),
            "hello" => {
                self.apply_hello(block.data);
                Ok(())
            }
            "live" => {
                (self.is_live, self.attempts, self.down_since) = (true, 0, None);
                self.link.set_stale(None);
                Ok(())
            }
            "heartbeat" => {
                self.link.set_stale(
                    upstream_messages::parse_stale_since(block.data)
                        .map(StaleReason::UpstreamStale),
                );
                Ok(())
            }
            "bye" => Err(error_from_bye(block.data)),
            _ => Ok(()),
        }
    }

    fn publish_message(&self, data: &str) -> Result<(), LinkError> {
        let link = &self.link;
        let message = upstream_messages::parse_message(&link.epoch(), link.stream, data);
        let message = message.map_err(|error| connection_lost(&error.to_string()))?;
        let seq = match message {
            UpstreamMessage::Message(frame) => {
                let seq = frame.seq();
                link.push_frame(frame);
                seq
            }
            UpstreamMessage::Snapshot { .. } if reason_of(data) == "unknown_cursor" => {
                return Err(LinkError::Restarted("the upstream has lost messages".to_owned()));
            }
            UpstreamMessage::Snapshot { seq } => {
                link.skip_to(seq);
                seq
            }
        };
        self.upstream.0.commit_notifier.notify_from_remote(&[(link.stream, seq)]);
        Ok(())
    }

    fn apply_hello(&self, data: &str) {
        if let Some(ms) = upstream_messages::parse_heartbeat_ms(data) {
            self.upstream.0.heartbeat_ms.store(ms, Ordering::Relaxed);
        }
    }
}

fn connection_lost(error: &str) -> LinkError {
    LinkError::ConnectionLost(error.to_owned())
}

fn error_from_bye(data: &str) -> LinkError {
    match reason_of(data).as_str() {
        "access_revoked" => LinkError::Refused,
        "limit" => LinkError::AtCapacity,
        reason => LinkError::ConnectionLost(format!("the upstream closed the stream: {reason}")),
    }
}

fn reason_of(data: &str) -> String {
    let payload: Value = serde_json::from_str(data).unwrap_or_default();
    payload["reason"].as_str().unwrap_or_default().to_owned()
}

/// Whether a response is a problem document (RFC 9457).
fn is_problem_document(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    content_type.is_some_and(|value| value.starts_with(b"application/problem+json"))
}
