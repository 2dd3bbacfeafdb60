//! A match as a stream again, at its recorded pace times a speed.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::Stream as Bodies;
use tokio::time::{Instant, sleep_until};

use crate::domain::access::Access;
use crate::domain::topic::{Seq, StreamId};
use crate::store::{Principal, Result};
use crate::stream::frame::Frame;
use crate::stream::rights_sweep::RIGHTS_POLL_INTERVAL;
use crate::stream::subscriber::CloseReason;
use crate::stream::{StreamContext, cursor, frame, subscriber};

/// What to play, and to whom.
pub struct ReplayRequest {
    pub stream: StreamId,
    /// The first message told is the one after this.
    pub after: Seq,
    /// It goes on from a cursor.
    pub resumes_from_cursor: bool,
    /// How many times faster than it was; above 0.
    pub speed: f64,
    /// Whether everybody may read it, as it was found at this version of rights.
    pub is_public: bool,
    pub rights_version: i64,
    pub principal: Option<Arc<Principal>>,
    /// When its credential runs out.
    pub expires_at: Option<DateTime<Utc>>,
    /// What counts this stream, given back when it ends.
    pub permit: Box<dyn Send>,
}

struct Replay {
    context: Arc<StreamContext>,
    request: ReplayRequest,
    frames: VecDeque<Frame>,
    /// When the last message was appended, in milliseconds since 1970.
    last_at_ms: Option<i64>,
    /// Time still to pass before the next message.
    remaining_pause: Duration,
    /// The version of rights at which it was last asked whether this one may go on.
    checked_rights_version: Option<i64>,
    phase: ReplayPhase,
}

enum ReplayPhase {
    Hello,
    Playing,
    Finished,
}

/// Blocks of the stream: hello, messages, heartbeats in long pauses, and a goodbye whose cursor
/// says not to come back.
pub fn replay_stream(
    shared: Arc<StreamContext>,
    request: ReplayRequest,
) -> impl Bodies<Item = Result<Bytes>> {
    let replay = Replay {
        context: shared,
        request: request,
        frames: VecDeque::new(),
        last_at_ms: None,
        remaining_pause: Duration::ZERO,
        checked_rights_version: None,
        phase: ReplayPhase::Hello,
    };
    futures_util::stream::try_unfold(replay, |mut player| async move {
        Ok(player.next_block().await?.map(|bytes| (bytes, player)))
    })
}

impl Replay {
    async fn next_block(&mut self) -> Result<Option<Bytes>> {
        match self.phase {
            ReplayPhase::Finished => Ok(None),
            ReplayPhase::Hello => {
                self.phase = ReplayPhase::Playing;
                Ok(Some(self.hello_frame()))
            }
            ReplayPhase::Playing => self.next_playing_block().await.map(Some),
        }
    }

    async fn next_playing_block(&mut self) -> Result<Bytes> {
        if let Some(reason) = self.check_close_reason().await? {
            return Ok(self.finish_with_bye(reason));
        }
        if self.frames.is_empty() {
            self.read_page().await?;
        }
        let Some(frame) = self.frames.front().cloned() else {
            return Ok(self.finish_complete());
        };
        if let Some(last_at) = self.last_at_ms.replace(frame.appended_at_ms()) {
            let gap = u64::try_from(frame.appended_at_ms().saturating_sub(last_at)).unwrap_or(0);
            self.remaining_pause += Duration::from_millis(gap).div_f64(self.request.speed);
        }
        let heartbeat = Duration::from_secs(self.context.settings.heartbeat_seconds.into());
        if self.remaining_pause >= heartbeat {
            // A quiet minute is no dead connection: most of the heartbeat passes, then one.
            let nap = heartbeat.mul_f64(0.9);
            if let Some(why) = self.sleep_unless_closing(nap).await? {
                return Ok(self.finish_with_bye(why));
            }
            self.remaining_pause -= nap;
            let json = format!(r#"{{"at":"{}"}}"#, frame::now_rfc3339());
            return Ok(
                frame::control_frame("heartbeat", None, &json, Some(&self.cursor())).freeze()
            );
        }
        let pause = std::mem::take(&mut self.remaining_pause);
        if let Some(why) = self.sleep_unless_closing(pause).await? {
            return Ok(self.finish_with_bye(why));
        }
        self.frames.pop_front();
        self.request.after = frame.seq();
        Ok(frame.block())
    }

    /// Lets time pass, and looks up now and then; why it has to end, where it has.
    async fn sleep_unless_closing(&mut self, duration: Duration) -> Result<Option<CloseReason>> {
        let wake_at = Instant::now() + duration;
        let mut draining = self.context.draining.subscribe();
        while Instant::now() < wake_at {
            let nap = sleep_until(wake_at.min(Instant::now() + RIGHTS_POLL_INTERVAL));
            tokio::select! {
                biased;
                _ = draining.wait_for(|draining| *draining) => {}
                () = nap => {}
            }
            if let Some(reason) = self.check_close_reason().await? {
                return Ok(Some(reason));
            }
        }
        Ok(None)
    }

    /// Why it has to end now, where it has. Rights are asked only when some have changed.
    async fn check_close_reason(&mut self) -> Result<Option<CloseReason>> {
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
        let task = self.context.run_on_database_runtime(move |shared| {
            (shared.rights_watch.check_read)(principal, topic)
        });
        Ok(match task.await? {
            Access::Allowed => {
                self.checked_rights_version = Some(version);
                None
            }
            Access::Denied => Some(CloseReason::AccessRevoked),
            Access::SignedOut => Some(CloseReason::TokenExpired),
        })
    }

    async fn read_page(&mut self) -> Result<()> {
        let ReplayRequest { stream, after, is_public, rights_version: asked_at, .. } = self.request;
        let page = self.context.run_on_database_runtime(move |shared| async move {
            let mut after = after;
            if is_public {
                after = after.max(shared.visibility_floors.load(&shared, asked_at, stream).await?);
            }
            shared.page_cache.get(&shared, stream, after, shared.settings.replay_page).await
        });
        self.frames = page.await?.frames_after(after).cloned().collect();
        Ok(())
    }

    fn hello_frame(&self) -> Bytes {
        let json = format!(
            r#"{{"connection":null,"heartbeat_ms":{},"at":"{}","speed":{}}}"#,
            self.context.settings.heartbeat_seconds * 1000,
            frame::now_rfc3339(),
            self.request.speed
        );
        let cursor = self.request.resumes_from_cursor.then(|| self.cursor());
        let retry = self.context.settings.random_retry_ms();
        frame::control_frame("hello", Some(retry), &json, cursor.as_deref()).freeze()
    }

    fn cursor(&self) -> String {
        cursor::encode_single(&self.epoch(), self.request.after)
    }

    fn finish_with_bye(&mut self, reason: CloseReason) -> Bytes {
        self.phase = ReplayPhase::Finished;
        if reason == CloseReason::AccessRevoked {
            let (epoch, topic) = (self.epoch(), self.request.stream.topic());
            return subscriber::revoked_bye_frame(&epoch, &[topic], [].into_iter()).freeze();
        }
        let json = format!(r#"{{"reason":"{}"}}"#, reason.as_str());
        let retry = self.context.settings.retry_ms_after(reason);
        frame::control_frame("bye", Some(retry), &json, Some(&self.cursor())).freeze()
    }

    /// The goodbye after the last message, which nothing follows.
    fn finish_complete(&mut self) -> Bytes {
        self.phase = ReplayPhase::Finished;
        let stop = cursor::encode_stop(&self.epoch());
        frame::control_frame("bye", None, r#"{"reason":"complete"}"#, Some(&stop)).freeze()
    }

    fn epoch(&self) -> Arc<str> {
        self.context.source.epoch(self.request.stream)
    }
}
