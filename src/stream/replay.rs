//! A match as a stream again, at its recorded pace times a speed.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::DateTime;
use chrono::Utc;
use futures_util::Stream as Bodies;
use tokio::time::Instant;
use tokio::time::sleep_until;

use crate::domain::access::Access;
use crate::domain::topic::Seq;
use crate::domain::topic::Stream;
use crate::store::Principal;
use crate::store::Result;
use crate::stream::Shared;
use crate::stream::cursor;
use crate::stream::frame;
use crate::stream::frame::Frame;
use crate::stream::guard::LOOK;
use crate::stream::reader;
use crate::stream::reader::Bye;

/// What to play, and to whom.
pub struct Tape {
    pub stream: Stream,
    /// The first message told is the one after this.
    pub after: Seq,
    /// It goes on from a cursor.
    pub resumes: bool,
    /// How many times faster than it was; above 0.
    pub speed: f64,
    /// Whether everybody may read it, as it was found at this version of rights.
    pub is_public: bool,
    pub asked_at: i64,
    pub principal: Option<Arc<Principal>>,
    /// When its credential runs out.
    pub expires_at: Option<DateTime<Utc>>,
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
    /// The version of rights at which it was last asked whether this one may go on.
    rights: Option<i64>,
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
        rights: None,
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
        if let Some(why) = self.ends().await? {
            return Ok(self.goodbye(why));
        }
        if self.frames.is_empty() {
            self.read().await?;
        }
        let Some(frame) = self.frames.front().cloned() else {
            return Ok(self.complete());
        };
        if let Some(last_at) = self.last_at.replace(frame.at_ms()) {
            let gap = u64::try_from(frame.at_ms().saturating_sub(last_at)).unwrap_or(0);
            self.pause += Duration::from_millis(gap).div_f64(self.tape.speed);
        }
        let heartbeat = Duration::from_secs(self.shared.settings.heartbeat_seconds.into());
        if self.pause >= heartbeat {
            // A quiet minute is no dead connection: most of the heartbeat passes, then one.
            let nap = heartbeat.mul_f64(0.9);
            if let Some(why) = self.sleeps(nap).await? {
                return Ok(self.goodbye(why));
            }
            self.pause -= nap;
            let json = format!(r#"{{"at":"{}"}}"#, frame::now_text());
            return Ok(frame::control("heartbeat", None, &json, Some(&self.cursor())).freeze());
        }
        let pause = std::mem::take(&mut self.pause);
        if let Some(why) = self.sleeps(pause).await? {
            return Ok(self.goodbye(why));
        }
        self.frames.pop_front();
        self.tape.after = frame.seq();
        Ok(frame.block())
    }

    /// Lets time pass, and looks up now and then; why it has to end, where it has.
    async fn sleeps(&mut self, pause: Duration) -> Result<Option<Bye>> {
        let until = Instant::now() + pause;
        let mut draining = self.shared.draining.subscribe();
        while Instant::now() < until {
            let nap = sleep_until(until.min(Instant::now() + LOOK));
            tokio::select! {
                biased;
                _ = draining.wait_for(|draining| *draining) => {}
                () = nap => {}
            }
            if let Some(why) = self.ends().await? {
                return Ok(Some(why));
            }
        }
        Ok(None)
    }

    /// Why it has to end now, where it has. Rights are asked only when some have changed.
    async fn ends(&mut self) -> Result<Option<Bye>> {
        if *self.shared.draining.borrow() {
            return Ok(Some(Bye::Draining));
        }
        if self.tape.expires_at.is_some_and(|at| at <= Utc::now()) {
            return Ok(Some(Bye::TokenExpired));
        }
        let version = self.shared.rights.version();
        if self.rights == Some(version) {
            return Ok(None);
        }
        let (principal, topic) = (self.tape.principal.clone(), self.tape.stream.topic());
        let asked = self.shared.ask(move |shared| (shared.rights.may_read)(principal, topic));
        Ok(match asked.await? {
            Access::Allowed => {
                self.rights = Some(version);
                None
            }
            Access::Denied => Some(Bye::AccessRevoked),
            Access::SignedOut => Some(Bye::TokenExpired),
        })
    }

    async fn read(&mut self) -> Result<()> {
        let Tape { stream, after, is_public, asked_at, .. } = self.tape;
        let page = self.shared.ask(move |shared| async move {
            let mut after = after;
            if is_public {
                after = after.max(shared.opened.pruned(&shared, asked_at, stream).await?);
            }
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
        let cursor = self.tape.resumes.then(|| self.cursor());
        let retry = self.shared.settings.draw_retry_ms();
        frame::control("hello", Some(retry), &json, cursor.as_deref()).freeze()
    }

    fn cursor(&self) -> String {
        cursor::of_one(&self.epoch(), self.tape.after)
    }

    fn goodbye(&mut self, why: Bye) -> Bytes {
        self.step = Step::Over;
        if why == Bye::AccessRevoked {
            let (epoch, topic) = (self.epoch(), self.tape.stream.topic());
            return reader::revoked(&epoch, &[topic], [].into_iter()).freeze();
        }
        let json = format!(r#"{{"reason":"{}"}}"#, why.word());
        let retry = self.shared.settings.retry_ms(why);
        frame::control("bye", Some(retry), &json, Some(&self.cursor())).freeze()
    }

    /// The goodbye after the last message, which nothing follows.
    fn complete(&mut self) -> Bytes {
        self.step = Step::Over;
        let stop = cursor::stop(&self.epoch());
        frame::control("bye", None, r#"{"reason":"complete"}"#, Some(&stop)).freeze()
    }

    fn epoch(&self) -> Arc<str> {
        self.shared.source.epoch(self.tape.stream)
    }
}
