//! A stream that goes through as it is: what not everybody may read, told by the upstream to one
//! reader with that reader's own credentials, which it checks while the stream lives.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream as Bodies;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::relay::response::UpstreamResponse;
use crate::relay::sse_decoder::{SseDecoder, SseFields};
use crate::relay::upstream_messages;
use crate::stream::close_reason::CloseReason;
use crate::stream::control_frames;

/// What comes from the upstream, and how it may end here.
pub struct PassThrough {
    pub response: UpstreamResponse,
    /// After so much silence the upstream is taken for dead, unless its hello says otherwise.
    pub silence_timeout: Duration,
    pub draining: watch::Receiver<bool>,
    /// Over how many seconds a node that drains ends its streams.
    pub drain_seconds: u64,
    pub retry_ms: u32,
    /// What counts this stream, given back when it ends.
    pub permit: Box<dyn Send>,
}

struct PassThroughStream {
    pass_through: PassThrough,
    decoder: SseDecoder,
    /// When it ends because this node does.
    drain_deadline: Option<Instant>,
    /// The goodbye has been said.
    is_bye_sent: bool,
}

enum PassThroughInput {
    Bytes(Bytes),
    UpstreamEnded,
    Draining,
    DrainDeadline,
}

/// The upstream's frames, whole, and a goodbye of ours where it has none.
pub fn pass_through_blocks(
    pass_through: PassThrough,
) -> impl Bodies<Item = Result<Bytes, Infallible>> {
    let state = PassThroughStream {
        pass_through: pass_through,
        decoder: SseDecoder::default(),
        drain_deadline: None,
        is_bye_sent: false,
    };
    futures_util::stream::unfold(state, |mut passage| async move {
        let block = passage.next_block().await?;
        Some((Ok(block), passage))
    })
}

impl PassThroughStream {
    async fn next_block(&mut self) -> Option<Bytes> {
        loop {
            if let Some(block) = self.decoder.next_block() {
                self.observe_block(&block);
                return Some(block);
            }
            match self.next_input().await {
                PassThroughInput::Bytes(bytes) if self.decoder.push_bytes(&bytes) => {}
                PassThroughInput::Draining => {
                    let max_delay_ms = self.pass_through.drain_seconds * 1000;
                    let delay = Duration::from_millis(rand::random_range(0..=max_delay_ms));
                    self.drain_deadline = Some(Instant::now() + delay);
                }
                // What has begun to come is left out: its end won't come.
                _ if self.is_bye_sent => return None,
                PassThroughInput::DrainDeadline => {
                    return Some(self.finish_with_bye(CloseReason::Draining));
                }
                PassThroughInput::Bytes(_) | PassThroughInput::UpstreamEnded => {
                    return Some(self.finish_with_bye(CloseReason::Unavailable));
                }
            }
        }
    }

    /// What the upstream says of the stream itself.
    fn observe_block(&mut self, block: &[u8]) {
        match SseFields::parse(block) {
            Some(SseFields { event: "bye", .. }) => self.is_bye_sent = true,
            Some(SseFields { event: "hello", data, .. }) => {
                if let Some(ms) = upstream_messages::parse_heartbeat_ms(data) {
                    self.pass_through.silence_timeout = Duration::from_millis(ms * 2);
                }
            }
            _ => {}
        }
    }

    async fn next_input(&mut self) -> PassThroughInput {
        if self.is_bye_sent && self.drain_deadline.is_some() {
            return PassThroughInput::UpstreamEnded;
        }
        let ends_at = self.drain_deadline;
        let drain_deadline = async {
            match ends_at {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let PassThrough { response: answer, silence_timeout: silence, draining, .. } =
            &mut self.pass_through;
        tokio::select! {
            frame = tokio::time::timeout(*silence, answer.next_chunk()) => match frame {
                Ok(Ok(Some(bytes))) => PassThroughInput::Bytes(bytes),
                _ => PassThroughInput::UpstreamEnded,
            },
            () = drain_deadline => PassThroughInput::DrainDeadline,
            _ = draining.wait_for(|draining| *draining), if ends_at.is_none() => PassThroughInput::Draining,
        }
    }

    fn finish_with_bye(&mut self, reason: CloseReason) -> Bytes {
        self.is_bye_sent = true;
        self.drain_deadline = Some(Instant::now());
        control_frames::bye(reason, self.pass_through.retry_ms, None).freeze()
    }
}
