//! Pages of the log as frames.

use std::sync::Arc;

use crate::domain::topic::{Seq, StreamId};
use crate::store::LogPage;
use crate::stream::frame::Frame;
use crate::stream::source_error::{SourceError, SourceResult};

/// Consecutive frames of a stream, as they were when read.
#[derive(Debug)]
pub struct FramePage {
    /// The epoch that the frames' seqs belong to.
    pub epoch: Arc<str>,
    pub frames: Vec<Frame>,
    /// The stream's newest seq.
    pub head_seq: Seq,
    /// The newest seq that the log no longer keeps.
    pub pruned_seq: Seq,
}

impl FramePage {
    /// Encodes a page of the log; a page with a hole in it is an error, since it can't be sent.
    pub fn encode(
        epoch: Arc<str>,
        stream: StreamId,
        after: Seq,
        page: LogPage,
    ) -> SourceResult<Self> {
        let first = page.messages.first().map_or(after + 1, |message| message.seq);
        let mut frames = Vec::with_capacity(page.messages.len());
        for (expected, message) in (first..).zip(&page.messages) {
            if message.seq != expected {
                return Err(SourceError::Internal(format!(
                    "{stream} has a hole before {}",
                    message.seq
                )));
            }
            frames.push(Frame::encode(&epoch, stream, message));
        }
        Ok(Self { epoch, frames, head_seq: page.head_seq, pruned_seq: page.pruned_seq })
    }

    /// Whether messages after `seq` are no longer kept.
    pub fn is_pruned_after(&self, seq: Seq) -> bool {
        self.pruned_seq > seq || self.frames.first().is_some_and(|frame| frame.seq() > seq + 1)
    }

    /// The frames after `seq`.
    pub fn frames_after(&self, seq: Seq) -> impl Iterator<Item = &Frame> {
        self.frames.iter().skip_while(move |frame| frame.seq() <= seq)
    }

    /// The newest seq in the page; `None` for an empty one.
    pub fn last_seq(&self) -> Option<Seq> {
        self.frames.last().map(Frame::seq)
    }
}
