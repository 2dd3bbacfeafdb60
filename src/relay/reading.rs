//! One connection's bytes, block by block, each in its time.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Body;
use hyper::body::Incoming;

use crate::relay::blocks::Blocks;

/// What comes over one connection.
pub struct Reading<B = Incoming> {
    body: B,
    blocks: Blocks,
}

impl<B: Body<Data = Bytes, Error: std::fmt::Display> + Unpin> Reading<B> {
    pub fn new(body: B) -> Self {
        Self { body, blocks: Blocks::default() }
    }

    /// The next whole block, or why there is none: one that trickles in says no more than silence.
    pub async fn next(&mut self, patience: Duration) -> Result<Bytes, String> {
        let block = tokio::time::timeout(patience, self.whole()).await;
        block.map_err(|_| "it is silent".to_owned())?
    }

    async fn whole(&mut self) -> Result<Bytes, String> {
        loop {
            if let Some(block) = self.blocks.next() {
                return Ok(block);
            }
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    let bytes = frame.into_data().unwrap_or_default();
                    if !self.blocks.feed(&bytes) {
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
    fn pieces(piece: Bytes) -> impl Pieces<Item = Result<Frame<Bytes>, Infallible>> {
        futures_util::stream::unfold(piece, |piece| async move {
            tokio::time::sleep(Duration::from_millis(10)).await;
            Some((Ok(Frame::data(piece.clone())), piece))
        })
    }

    async fn first(piece: impl Into<Bytes>, patience: Duration) -> Result<Bytes, String> {
        let body = StreamBody::new(Box::pin(pieces(piece.into())));
        // Ended here where it doesn't end itself.
        let next = async { Reading::new(body).next(patience).await };
        tokio::time::timeout(Duration::from_secs(20), next).await.expect("an answer")
    }

    #[tokio::test]
    async fn g8_a_block_that_trickles_in_is_silence() {
        let (short, long) = (Duration::from_millis(200), Duration::from_secs(15));
        assert_eq!(first("data: 1\n\n", long).await.unwrap(), "data: 1\n\n");
        assert_eq!(first("x", short).await.unwrap_err(), "it is silent");
    }

    #[tokio::test]
    async fn g6_a_block_without_an_end_is_not_kept() {
        let much = vec![b'x'; 33 * 1024 * 1024];
        assert_eq!(
            first(much, Duration::from_secs(15)).await.unwrap_err(),
            "a frame without an end"
        );
    }
}
