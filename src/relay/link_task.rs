//! Follows one stream of the upstream, over as many connections as it takes.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use hyper::header::HeaderValue;
use hyper::{HeaderMap, Method, StatusCode};
use serde_json::Value;
use tokio::time::Instant;

use crate::domain::topic::Seq;
use crate::relay::source::MAX_PAGE_MESSAGES;
use crate::relay::sse_connection::SseConnection;
use crate::relay::sse_decoder::SseFields;
use crate::relay::upstream_link::{LinkState, StaleReason, UpstreamLink};
use crate::relay::upstream_messages::UpstreamMessage;
use crate::relay::{Upstream, upstream_messages};
use crate::stream::source::StreamEndReason;

/// How long an answer may take, and what it begins with.
const OPEN_TIMEOUT: Duration = Duration::from_secs(5);

/// Waits between attempts: drawn up to this at first, then longer.
const INITIAL_BACKOFF_MS: u64 = 100;
const MAX_BACKOFF_MS: u64 = 1000;

/// How long the upstream may have no room for a stream it told before: longer, and readers of all
/// others would be told that nothing is known.
const MAX_TIME_AT_CAPACITY: Duration = Duration::from_secs(3);

/// Messages read at the start, so that who was here a moment ago finds what was missed.
const LINK_PREFILL_MESSAGES: Seq = 256;

/// Why a connection gives nothing more.
enum LinkError {
    /// Not for everybody, or of nothing that exists.
    Refused,
    /// It ended, broke, or was silent for too long.
    ConnectionLost(String),
    /// The upstream has as many readers as it takes.
    AtCapacity,
    /// What is told is another database's, or starts anew: nothing here goes on from it.
    Restarted(String),
}

struct LinkTask {
    upstream: Upstream,
    link: Arc<UpstreamLink>,
    /// Whether the stream is live at the upstream.
    is_live: bool,
    attempts: u32,
    down_since: Option<Instant>,
}

/// Runs until the stream has ended or nobody reads it here any more.
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
        Ok(Err(LinkError::AtCapacity)) => "the upstream has no room for it".to_owned(),
        Err(_) => "the upstream doesn't answer".to_owned(),
    };
    tracing::warn!("{} can't be followed: {error}", link.stream);
    upstream.remove_failed_link(link, LinkState::Failed);
}

impl LinkTask {
    /// Connects, and learns where the stream stands and what was told lately.
    async fn open_link(&mut self) -> Result<SseConnection, LinkError> {
        let mut connection = self.connect(None).await?;
        let (epoch, head) = loop {
            let block =
                connection.next_block(OPEN_TIMEOUT).await.map_err(LinkError::ConnectionLost)?;
            let Some(block) = SseFields::parse(&block) else { continue };
            match block.event {
                "hello" => self.apply_hello(block.data),
                "live" => {
                    break upstream_messages::parse_cursor(block.id)
                        .ok_or_else(|| connection_lost("no cursor"))
                        .map(|(epoch, head)| (Arc::<str>::from(epoch), head))?;
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
            // What was before is pruned: it is looked for when somebody asks.
            self.link.start(&epoch, head, Vec::new());
        }
        self.upstream.mark_open(&self.link, &epoch);
        self.is_live = true;
        Ok(connection)
    }

    /// Reads on, and connects again when that breaks, for as long as it takes: what is here stays
    /// true up to its cursor, and the feeder tells readers that no more is known.
    async fn read_until_ended(mut self, connection: SseConnection) {
        let mut reading = Some(connection);
        let reason = loop {
            let error = match reading.take() {
                Some(opened) => self.read_blocks(opened).await,
                None => match self.connect(Some(self.link.cursor())).await {
                    Ok(connected) => {
                        reading = Some(connected);
                        continue;
                    }
                    Err(fault) => fault,
                },
            };
            match error {
                LinkError::Refused => break StreamEndReason::NoLongerPublic,
                LinkError::Restarted(detail) => {
                    tracing::warn!("{} starts anew: {detail}", self.link.stream);
                    break StreamEndReason::Discontinued;
                }
                LinkError::ConnectionLost(words) => self.record_break(&words),
                LinkError::AtCapacity
                    if self.down_since.is_some_and(|at| at.elapsed() > MAX_TIME_AT_CAPACITY) =>
                {
                    tracing::warn!("{} has no room at the upstream any more", self.link.stream);
                    break StreamEndReason::Discontinued;
                }
                LinkError::AtCapacity => self.record_break("no room"),
            }
            self.back_off().await;
        };
        self.upstream.end_link(&self.link, reason);
    }

    /// Said and counted once, however many attempts it then takes.
    fn record_break(&mut self, error: &str) {
        let stream = self.link.stream;
        if std::mem::take(&mut self.is_live) {
            tracing::info!("{stream} broke at the upstream: {error}");
            self.upstream.0.metrics.upstream_disconnects.inc();
        } else {
            tracing::debug!("{stream} can't be followed yet: {error}");
        }
        self.down_since.get_or_insert_with(Instant::now);
        self.link.set_stale(Some(StaleReason::Disconnected));
    }

    /// Not all links at once, and not in a tight loop.
    async fn back_off(&mut self) {
        let max_delay_ms = (INITIAL_BACKOFF_MS << self.attempts.min(6)).min(MAX_BACKOFF_MS);
        self.attempts += 1;
        tokio::time::sleep(Duration::from_millis(rand::random_range(0..=max_delay_ms))).await;
    }

    /// How long the next bytes may take.
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
        let response = client.send(Method::GET, &path, headers, self.read_timeout()).await;
        let answer = response.map_err(|error| LinkError::ConnectionLost(error.to_string()))?;
        match answer.status() {
            StatusCode::OK => Ok(SseConnection::new(answer.into_body())),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => {
                Err(LinkError::Refused)
            }
            status => Err(LinkError::ConnectionLost(format!("it answers {status}"))),
        }
    }

    /// Hands on what comes, until nothing does.
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
        if let Some((epoch, _)) = upstream_messages::parse_cursor(block.id)
            && *epoch != *self.link.epoch()
        {
            self.upstream.update_epoch(epoch);
            return Err(LinkError::Restarted(format!("its epoch is {epoch}")));
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
        let told = message.map_err(|error| connection_lost(&error.to_string()))?;
        let seq = match told {
            UpstreamMessage::Message(frame) => {
                let seq = frame.seq();
                link.push_frame(frame);
                seq
            }
            UpstreamMessage::Snapshot { .. } if reason_of(data) == "unknown_cursor" => {
                return Err(LinkError::Restarted("it knows less than was told".to_owned()));
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
        reason => LinkError::ConnectionLost(format!("it says bye: {reason}")),
    }
}

fn reason_of(data: &str) -> String {
    let payload: Value = serde_json::from_str(data).unwrap_or_default();
    payload["reason"].as_str().unwrap_or_default().to_owned()
}
