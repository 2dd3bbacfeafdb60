//! Replay: the sink that sends a match's log again, at its recorded pace times a speed.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::Stream;
use tokio::time::{Instant, sleep_until};

use crate::domain::access::Access;
use crate::domain::topic::{Seq, StreamId};
use crate::store::Principal;
use crate::stream::close_reason::CloseReason;
use crate::stream::context::StreamContext;
use crate::stream::control_frames;
use crate::stream::control_frames::Hello;
use crate::stream::cursor::{self, Cursor, CursorPosition};
use crate::stream::delivery::{Action, DeliveryMachine, Event, Pending};
use crate::stream::frame::Frame;
use crate::stream::rights_watch::RIGHTS_POLL_INTERVAL;
use crate::stream::settings::FINAL_RETRY_MS;
use crate::stream::source_error::SourceResult;

/// The log to replay, and the client it is for.
pub struct ReplayRequest {
    pub stream: StreamId,
    /// The first message sent is the one after this seq.
    pub after: Seq,
    pub resumes_from_cursor: bool,
    /// How many times faster than it happened; above 0.
    pub speed: f64,
    /// Whether the stream was public at this version of rights.
    pub is_public: bool,
    pub rights_version: i64,
    pub principal: Option<Arc<Principal>>,
    /// When its credential expires.
    pub expires_at: Option<DateTime<Utc>>,
    /// Counts this stream until it is dropped.
    pub permit: Box<dyn Send>,
}

struct Replay {
    context: Arc<StreamContext>,
    request: ReplayRequest,
    delivery: DeliveryMachine,
    /// The first frame; `None` once it has been sent.
    hello: Option<Bytes>,
    frames: VecDeque<Frame>,
    /// When the last message was appended, in milliseconds since 1970.
    last_at_ms: Option<i64>,
    /// Time that has still to pass before the next message.
    remaining_pause: Duration,
    /// The version of rights at which it was last found that the replay may go on.
    checked_rights_version: Option<i64>,
}

/// The replay's blocks: `hello`, messages, heartbeats in long pauses, and a `bye` whose cursor
/// tells the client to stop.
pub fn replay_stream(
    context: Arc<StreamContext>,
    request: ReplayRequest,
) -> impl Stream<Item = SourceResult<Bytes>> {
    let mut replay = Replay {
        context,
        request,
        delivery: DeliveryMachine::new(false, false),
        hello: None,
        frames: VecDeque::new(),
        last_at_ms: None,
        remaining_pause: Duration::ZERO,
        checked_rights_version: None,
    };
    replay.hello = Some(replay.encode_hello());
    futures_util::stream::try_unfold(replay, |mut replay| async move {
        Ok(replay.next_block().await?.map(|bytes| (bytes, replay)))
    })
}

impl Replay {
    async fn next_block(&mut self) -> SourceResult<Option<Bytes>> {
        loop {
            match self.delivery.step(Event::Polled(self.pending())) {
                Action::SendQueued => return Ok(self.hello.take()),
                Action::Fetch => {
                    if !self.close_if_due().await? {
                        self.read_page().await?;
                    }
                }
                Action::SendBacklog => {
                    if let Some(bytes) = self.next_paced_block().await? {
                        return Ok(Some(bytes));
                    }
                }
                Action::SendBye(reason) => return Ok(Some(self.encode_bye(reason))),
                // A replay is behind until it closes, so the machine asks for nothing else.
                _ => return Ok(None),
            }
        }
    }

    fn pending(&self) -> Pending {
        if self.hello.is_some() {
            Pending::QueuedBytes
        } else if self.frames.is_empty() {
            Pending::NotInMemory
        } else {
            Pending::InMemory
        }
    }

    /// The next message when its time has come, or a heartbeat; `None` where the replay closes.
    async fn next_paced_block(&mut self) -> SourceResult<Option<Bytes>> {
        if self.close_if_due().await? {
            return Ok(None);
        }
        let Some(frame) = self.frames.front().cloned() else { return Ok(None) };
        if let Some(last_at) = self.last_at_ms.replace(frame.appended_at_ms()) {
            let gap = u64::try_from(frame.appended_at_ms().saturating_sub(last_at)).unwrap_or(0);
            self.remaining_pause += Duration::from_millis(gap).div_f64(self.request.speed);
        }
        let heartbeat = Duration::from_secs(self.context.settings.heartbeat_seconds.into());
        if self.remaining_pause >= heartbeat {
            // Early, so that the client never waits for a whole heartbeat interval.
            let pause = heartbeat.mul_f64(0.9);
            if self.sleep_unless_closing(pause).await? {
                return Ok(None);
            }
            self.remaining_pause -= pause;
            return Ok(Some(control_frames::heartbeat(None, &self.cursor()).freeze()));
        }
        let pause = std::mem::take(&mut self.remaining_pause);
        if self.sleep_unless_closing(pause).await? {
            return Ok(None);
        }
        self.frames.pop_front();
        self.request.after = frame.seq();
        Ok(Some(frame.block()))
    }

    /// Sleeps, and re-checks meanwhile whether the replay may go on; true where it closes.
    async fn sleep_unless_closing(&mut self, duration: Duration) -> SourceResult<bool> {
        let wake_at = Instant::now() + duration;
        let mut draining = self.context.draining.subscribe();
        while Instant::now() < wake_at {
            let pause = sleep_until(wake_at.min(Instant::now() + RIGHTS_POLL_INTERVAL));
            tokio::select! {
                biased;
                _ = draining.wait_for(|draining| *draining) => {}
                () = pause => {}
            }
            if self.close_if_due().await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Closes the replay where it has to end now; true if so.
    async fn close_if_due(&mut self) -> SourceResult<bool> {
        let reason = self.check_close_reason().await?;
        if let Some(reason) = reason {
            self.delivery.step(Event::Close(reason));
        }
        Ok(reason.is_some())
    }

    /// Why it has to end now; rights are checked only when some have changed.
    async fn check_close_reason(&mut self) -> SourceResult<Option<CloseReason>> {
        if *self.context.draining.borrow() {
            return Ok(Some(CloseReason::Draining));
        }
        if self.request.expires_at.is_some_and(|at| at <= Utc::now()) {
            return Ok(Some(CloseReason::TokenExpired));
        }
        let version = self.context.rights_watch.version();
        if self.checked_rights_version == Some(version) {
            return Ok(None);
        }
        let (principal, topic) = (self.request.principal.clone(), self.request.stream.topic());
        let check = self.context.run_on_database_runtime(move |context| {
            context.rights_watch.check_read(principal, topic)
        });
        Ok(match check.await? {
            Access::Allowed => {
                self.checked_rights_version = Some(version);
                None
            }
            Access::Denied => Some(CloseReason::AccessRevoked),
            Access::SignedOut => Some(CloseReason::TokenExpired),
        })
    }

    /// Reads the next page of the log; after the last one the replay is complete.
    async fn read_page(&mut self) -> SourceResult<()> {
        let ReplayRequest { stream, after, is_public, rights_version, .. } = self.request;
        let mut start = after;
        if is_public {
            start = after.max(self.context.visibility_floor(rights_version, stream).await?);
        }
        let page = self.context.run_on_database_runtime(move |context| async move {
            context.page_after(stream, start).await
        });
        self.frames = page.await?.frames_after(after).cloned().collect();
        if self.frames.is_empty() {
            self.delivery.step(Event::Close(CloseReason::Complete));
        }
        Ok(())
    }

    fn encode_hello(&self) -> Bytes {
        let cursor = self.request.resumes_from_cursor.then(|| self.cursor());
        let hello = Hello {
            connection: None,
            speed: Some(self.request.speed),
            retry_ms: self.context.settings.random_retry_ms(),
            cursor: cursor.as_deref(),
        };
        hello.encode(&self.context.settings).freeze()
    }

    fn encode_bye(&self, reason: CloseReason) -> Bytes {
        let block = match reason {
            CloseReason::AccessRevoked => {
                let topics = [self.request.stream.topic()];
                control_frames::revoked_bye(FINAL_RETRY_MS, &topics, Some(&self.stop_cursor()))
            }
            CloseReason::Complete => {
                control_frames::bye(reason, FINAL_RETRY_MS, Some(&self.stop_cursor()))
            }
            _ => {
                let retry_ms = self.context.settings.retry_ms_after(reason);
                control_frames::bye(reason, retry_ms, Some(&self.cursor()))
            }
        };
        block.freeze()
    }

    fn cursor(&self) -> String {
        cursor::encode_topic(&self.epoch(), self.request.stream.topic(), self.request.after)
    }

    fn stop_cursor(&self) -> String {
        let topics = [self.request.stream.topic()];
        Cursor::with(&self.epoch(), &topics, CursorPosition::Stop).to_string()
    }

    fn epoch(&self) -> Arc<str> {
        self.context.source.epoch(self.request.stream)
    }
}
