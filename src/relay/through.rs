//! A stream that goes through as it is: what not everybody may read, told by the upstream to one
//! reader with that reader's own credentials, which it checks while the stream lives.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream as Bodies;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::relay::answer::Answer;
use crate::relay::blocks::Block;
use crate::relay::blocks::Blocks;
use crate::relay::told;
use crate::stream::frame;
use crate::stream::reader::Bye;

/// What comes from the upstream, and how it may end here.
pub struct Through {
    pub answer: Answer,
    /// After so much silence the upstream is taken for dead, unless its hello says otherwise.
    pub silence: Duration,
    pub draining: watch::Receiver<bool>,
    /// Over how many seconds a node that drains ends its streams.
    pub drain_seconds: u64,
    pub retry_ms: u32,
    /// What counts this stream, given back when it ends.
    pub permit: Box<dyn Send>,
}

struct Passage {
    through: Through,
    blocks: Blocks,
    /// When it ends because this node does.
    ends_at: Option<Instant>,
    /// The goodbye has been said.
    is_over: bool,
}

enum Heard {
    Bytes(Bytes),
    End,
    Draining,
    EndsNow,
}

/// The upstream's frames, whole, and a goodbye of ours where it has none.
pub fn blocks(through: Through) -> impl Bodies<Item = Result<Bytes, Infallible>> {
    let passage = Passage { through, blocks: Blocks::default(), ends_at: None, is_over: false };
    futures_util::stream::unfold(passage, |mut passage| async move {
        let block = passage.next().await?;
        Some((Ok(block), passage))
    })
}

impl Passage {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(block) = self.blocks.next() {
                self.note(&block);
                return Some(block);
            }
            match self.hear().await {
                Heard::Bytes(bytes) if self.blocks.feed(&bytes) => {}
                Heard::Draining => {
                    let most = self.through.drain_seconds * 1000;
                    let wait = Duration::from_millis(rand::random_range(0..=most));
                    self.ends_at = Some(Instant::now() + wait);
                }
                // What has begun to come is left out: its end won't come.
                _ if self.is_over => return None,
                Heard::EndsNow => return Some(self.goodbye(Bye::Draining)),
                Heard::Bytes(_) | Heard::End => return Some(self.goodbye(Bye::Unavailable)),
            }
        }
    }

    /// What the upstream says of the stream itself.
    fn note(&mut self, block: &[u8]) {
        match Block::read(block) {
            Some(Block { event: "bye", .. }) => self.is_over = true,
            Some(Block { event: "hello", data, .. }) => {
                if let Some(ms) = told::heartbeat_ms(data) {
                    self.through.silence = Duration::from_millis(ms * 2);
                }
            }
            _ => {}
        }
    }

    async fn hear(&mut self) -> Heard {
        if self.is_over && self.ends_at.is_some() {
            return Heard::End;
        }
        let ends_at = self.ends_at;
        let ends = async {
            match ends_at {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let Through { answer, silence, draining, .. } = &mut self.through;
        tokio::select! {
            frame = tokio::time::timeout(*silence, answer.next()) => match frame {
                Ok(Ok(Some(bytes))) => Heard::Bytes(bytes),
                _ => Heard::End,
            },
            () = ends => Heard::EndsNow,
            _ = draining.wait_for(|draining| *draining), if ends_at.is_none() => Heard::Draining,
        }
    }

    fn goodbye(&mut self, why: Bye) -> Bytes {
        self.is_over = true;
        self.ends_at = Some(Instant::now());
        let json = format!(r#"{{"reason":"{}"}}"#, why.word());
        frame::control("bye", Some(self.through.retry_ms), &json, None).freeze()
    }
}
