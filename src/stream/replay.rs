//! A match as a stream again, at its recorded pace times a speed.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream as Bodies;

use crate::domain::topic::Seq;
use crate::domain::topic::Stream;
use crate::store::Result;
use crate::stream::Shared;
use crate::stream::cursor;
use crate::stream::frame;
use crate::stream::frame::Coding;
use crate::stream::frame::Frame;

/// What to play, and to whom.
pub struct Tape {
    pub stream: Stream,
    /// The first message told is the one after this.
    pub after: Seq,
    /// How many times faster than it was; above 0.
    pub speed: f64,
    pub user_id: Option<i64>,
    /// What counts this stream, given back when it ends.
    pub permit: Box<dyn Send>,
}

struct Player {
    shared: Arc<Shared>,
    tape: Tape,
    frames: VecDeque<Frame>,
    /// When the last message was appended, in milliseconds since 1970.
    last_at: Option<i64>,
    /// Time still to pass before the next message.
    pause: Duration,
    step: Step,
}

enum Step {
    Hello,
    Play,
    Over,
}

/// Blocks of the stream: hello, messages, heartbeats in long pauses, and a goodbye whose cursor
/// says not to come back.
pub fn play(shared: Arc<Shared>, tape: Tape) -> impl Bodies<Item = Result<Bytes>> {
    let player = Player {
        shared,
        tape,
        frames: VecDeque::new(),
        last_at: None,
        pause: Duration::ZERO,
        step: Step::Hello,
    };
    futures_util::stream::try_unfold(player, |mut player| async move {
        Ok(player.next().await?.map(|bytes| (bytes, player)))
    })
}

impl Player {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        match self.step {
            Step::Over => Ok(None),
            Step::Hello => {
                self.step = Step::Play;
                Ok(Some(self.hello()))
            }
            Step::Play => self.play().await.map(Some),
        }
    }

    async fn play(&mut self) -> Result<Bytes> {
        if self.frames.is_empty() {
            if !self.may_go_on().await? {
                return Ok(self.goodbye("access_revoked"));
            }
            self.read().await?;
        }
        let Some(frame) = self.frames.front().cloned() else {
            return Ok(self.goodbye("complete"));
        };
        if let Some(last_at) = self.last_at.replace(frame.at_ms()) {
            let gap = u64::try_from(frame.at_ms() - last_at).unwrap_or(0);
            self.pause += Duration::from_millis(gap).div_f64(self.tape.speed);
        }
        let heartbeat = Duration::from_secs(self.shared.settings.heartbeat_seconds.into());
        if self.pause >= heartbeat {
            // A quiet minute is no dead connection: most of the heartbeat passes, then one.
            let nap = heartbeat.mul_f64(0.9);
            if !self.sleeps(nap).await {
                return Ok(self.goodbye("draining"));
            }
            self.pause -= nap;
            let json = format!(r#"{{"at":"{}"}}"#, frame::now_text());
            return Ok(frame::control("heartbeat", None, &json, None).freeze());
        }
        let pause = std::mem::take(&mut self.pause);
        if !self.sleeps(pause).await {
            return Ok(self.goodbye("draining"));
        }
        self.frames.pop_front();
        self.tape.after = frame.seq();
        Ok(frame.wrapped(Coding::Plain))
    }

    /// Lets time pass; `false` when the process is about to end.
    async fn sleeps(&self, pause: Duration) -> bool {
        let mut draining = self.shared.draining.subscribe();
        tokio::select! {
            biased;
            _ = draining.wait_for(|draining| *draining) => false,
            () = tokio::time::sleep(pause) => true,
        }
    }

    async fn may_go_on(&self) -> Result<bool> {
        let (user_id, topic) = (self.tape.user_id, self.tape.stream.topic());
        self.shared.ask(move |shared| (shared.rights.may_read)(user_id, topic)).await
    }

    async fn read(&mut self) -> Result<()> {
        let (stream, after) = (self.tape.stream, self.tape.after);
        let page = self.shared.ask(move |shared| async move {
            shared.pages.get(&shared, stream, after, shared.settings.replay_page).await
        });
        self.frames = page.await?.after(after).cloned().collect();
        Ok(())
    }

    fn hello(&self) -> Bytes {
        let json = format!(
            r#"{{"connection":null,"heartbeat_ms":{},"at":"{}","speed":{}}}"#,
            self.shared.settings.heartbeat_seconds * 1000,
            frame::now_text(),
            self.tape.speed
        );
        frame::control("hello", Some(self.shared.settings.retry_max_ms), &json, None).freeze()
    }

    fn goodbye(&mut self, reason: &str) -> Bytes {
        self.step = Step::Over;
        let epoch = self.shared.store.epoch();
        let json = format!(r#"{{"reason":"{reason}"}}"#);
        if reason == "draining" {
            let cursor = cursor::of_one(epoch, self.tape.after);
            let retry = self.shared.settings.retry_max_ms;
            return frame::control("bye", Some(retry), &json, Some(&cursor)).freeze();
        }
        frame::control("bye", None, &json, Some(&format!("{epoch}.stop"))).freeze()
    }
}
