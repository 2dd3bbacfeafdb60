//! Reads the blocks of one event-stream connection, each within a time-out.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

use crate::relay::sse_decoder::SseDecoder;

/// An open event-stream connection.
pub struct SseConnection<B = Incoming> {
    body: B,
    decoder: SseDecoder,
}

impl<B: Body<Data = Bytes, Error: std::fmt::Display> + Unpin> SseConnection<B> {
    /// Reads from a response's body.
    pub fn new(body: B) -> Self {
        Self { body, decoder: SseDecoder::default() }
    }

    /// Returns the next complete block. A block that arrives too slowly times out like silence.
    pub async fn next_block(&mut self, timeout: Duration) -> Result<Bytes, String> {
        let block = tokio::time::timeout(timeout, self.read_block()).await;
        block.map_err(|_| "no complete frame within the time-out".to_owned())?
    }

    async fn read_block(&mut self) -> Result<Bytes, String> {
        loop {
            if let Some(block) = self.decoder.next_block() {
                return Ok(block);
            }
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    let bytes = frame.into_data().unwrap_or_default();
                    if !self.decoder.push_bytes(&bytes) {
                        return Err("a frame exceeds the size limit".to_owned());
                    }
                }
                Some(Err(error)) => return Err(error.to_string()),
                None => return Err("the connection closed".to_owned()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::Stream;
    use http_body_util::StreamBody;
    use hyper::body::Frame;

    use super::*;

    /// Repeats a chunk every 10 ms, without end.
    fn endless_chunks(chunk: Bytes) -> impl Stream<Item = Result<Frame<Bytes>, Infallible>> {
        futures_util::stream::unfold(chunk, |chunk| async move {
            tokio::time::sleep(Duration::from_millis(10)).await;
            Some((Ok(Frame::data(chunk.clone())), chunk))
        })
    }

    async fn first_block(chunk: impl Into<Bytes>, timeout: Duration) -> Result<Bytes, String> {
        let body = StreamBody::new(Box::pin(endless_chunks(chunk.into())));
        // Fails here if the time-out under test doesn't fire.
        let next = async { SseConnection::new(body).next_block(timeout).await };
        tokio::time::timeout(Duration::from_secs(20), next)
            .await
            .expect("the time-out did not fire")
    }

    #[tokio::test]
    async fn g8_a_block_that_trickles_in_times_out() {
        let (short, long) = (Duration::from_millis(200), Duration::from_secs(15));
        assert_eq!(first_block("data: 1\n\n", long).await.unwrap(), "data: 1\n\n");
        assert_eq!(
            first_block("x", short).await.unwrap_err(),
            "no complete frame within the time-out"
        );
    }

    #[tokio::test]
    async fn g6_an_oversized_block_is_rejected() {
        let oversized = vec![b'x'; 33 * 1024 * 1024];
        assert_eq!(
            first_block(oversized, Duration::from_secs(15)).await.unwrap_err(),
            "a frame exceeds the size limit"
        );
    }
}
