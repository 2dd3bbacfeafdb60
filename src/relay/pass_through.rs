//! Pass-through: a private stream, forwarded frame by frame from the upstream, which checks the
//! client's own credentials while the stream is open.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::relay::response::UpstreamResponse;
use crate::relay::sse_decoder::{SseDecoder, SseFields};
use crate::relay::upstream_messages;
use crate::stream::close_reason::CloseReason;
use crate::stream::control_frames;

/// An upstream's response to pass through, and the conditions under which it ends here.
pub struct PassThrough {
    pub response: UpstreamResponse,
    /// Maximum time without data, unless the upstream's hello announces another heartbeat.
    pub silence_timeout: Duration,
    pub draining: watch::Receiver<bool>,
    /// Period in seconds over which a draining node closes its streams.
    pub drain_seconds: u64,
    pub retry_ms: u32,
    /// Counts this stream against the limits; released when it ends.
    pub permit: Box<dyn Send>,
}

struct PassThroughStream {
    pass_through: PassThrough,
    decoder: SseDecoder,
    /// When this node closes the stream because it is draining.
    drain_deadline: Option<Instant>,
    /// The `bye` frame has been sent.
    is_bye_sent: bool,
    /// The cursor of the last frame that had one.
    cursor: Option<String>,
}

enum PassThroughInput {
    Bytes(Bytes),
    UpstreamEnded,
    Draining,
    DrainDeadline,
}

/// The upstream's complete frames, and a `bye` frame if the upstream sends none.
pub fn pass_through_blocks(
    pass_through: PassThrough,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let state = PassThroughStream {
        pass_through,
        decoder: SseDecoder::default(),
        drain_deadline: None,
        is_bye_sent: false,
        cursor: None,
    };
    futures_util::stream::unfold(state, |mut state| async move {
        let block = state.next_block().await?;
        Some((Ok(block), state))
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
                // An incomplete block is dropped: its end won't arrive.
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

    /// Notes what the upstream's own control frames announce.
    fn observe_block(&mut self, block: &[u8]) {
        let fields = SseFields::parse(block);
        if let Some(cursor) = fields.as_ref().and_then(|fields| fields.id) {
            self.cursor = Some(cursor.to_owned());
        }
        match fields {
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
        let PassThrough { response, silence_timeout, draining, .. } = &mut self.pass_through;
        tokio::select! {
            frame = tokio::time::timeout(*silence_timeout, response.next_chunk()) => match frame {
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
        control_frames::bye(reason, self.pass_through.retry_ms, self.cursor.as_deref()).freeze()
    }
}
