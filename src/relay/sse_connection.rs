//! One connection's bytes, block by block, each in its time.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

use crate::relay::sse_decoder::SseDecoder;

/// What comes over one connection.
pub struct SseConnection<B = Incoming> {
    body: B,
    decoder: SseDecoder,
}

impl<B: Body<Data = Bytes, Error: std::fmt::Display> + Unpin> SseConnection<B> {
    pub fn new(body: B) -> Self {
        Self { body, decoder: SseDecoder::default() }
    }

    /// The next whole block, or why there is none: one that trickles in says no more than silence.
    pub async fn next_block(&mut self, timeout: Duration) -> Result<Bytes, String> {
        let block = tokio::time::timeout(timeout, self.read_block()).await;
        block.map_err(|_| "it is silent".to_owned())?
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
                        return Err("a frame without an end".to_owned());
                    }
                }
                Some(Err(error)) => return Err(error.to_string()),
                None => return Err("it ended".to_owned()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::Stream as Pieces;
    use http_body_util::StreamBody;
    use hyper::body::Frame;

    use super::*;

    /// A moment between any two pieces, without an end.
    fn endless_chunks(chunk: Bytes) -> impl Pieces<Item = Result<Frame<Bytes>, Infallible>> {
        futures_util::stream::unfold(chunk, |piece| async move {
            tokio::time::sleep(Duration::from_millis(10)).await;
            Some((Ok(Frame::data(piece.clone())), piece))
        })
    }

    async fn first_block(chunk: impl Into<Bytes>, timeout: Duration) -> Result<Bytes, String> {
        let body = StreamBody::new(Box::pin(endless_chunks(chunk.into())));
        // Ended here where it doesn't end itself.
        let next = async { SseConnection::new(body).next_block(timeout).await };
        tokio::time::timeout(Duration::from_secs(20), next).await.expect("an answer")
    }

    #[tokio::test]
    async fn g8_a_block_that_trickles_in_times_out() {
        let (short, long) = (Duration::from_millis(200), Duration::from_secs(15));
        assert_eq!(first_block("data: 1\n\n", long).await.unwrap(), "data: 1\n\n");
        assert_eq!(first_block("x", short).await.unwrap_err(), "it is silent");
    }

    #[tokio::test]
    async fn g6_an_oversized_block_is_rejected() {
        let much = vec![b'x'; 33 * 1024 * 1024];
        assert_eq!(
            first_block(much, Duration::from_secs(15)).await.unwrap_err(),
            "a frame without an end"
        );
    }
}
