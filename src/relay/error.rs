//! Why a relay can't read from its upstream.

use std::error::Error;

use hyper::StatusCode;

use crate::domain::topic::{Seq, StreamId};
use crate::stream::source_error::SourceError;

/// Why the upstream gave no usable answer.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// No connection, or one that broke.
    #[error("the upstream can't be reached: {0}")]
    Unreachable(String),
    /// No answer, or no whole body, within the time-out.
    #[error("the upstream does not respond")]
    TimedOut,
    /// A status that says nothing about what was asked for.
    #[error("the upstream responded {status} to a request for {subject}")]
    UnexpectedStatus {
        /// The status.
        status: StatusCode,
        /// What was asked for.
        subject: String,
    },
    /// Something that no node sends.
    #[error("the upstream sent an invalid {0}")]
    InvalidAnswer(&'static str),
    /// A page of history from which messages are missing.
    #[error("the upstream's history of {stream} has a gap before {seq}")]
    Gap {
        /// The stream.
        stream: StreamId,
        /// The first message after the gap.
        seq: Seq,
    },
    /// Its database is another one now, whose seqs mean other messages.
    #[error("the upstream's database has changed")]
    EpochChanged,
    /// The stream is private, or doesn't exist.
    #[error("{0} is not public at the upstream")]
    NotPublic(StreamId),
    /// The stream's link could not be opened, or has ended.
    #[error("{0} is not followed at the upstream")]
    NotFollowed(StreamId),
    /// The stream's connection to the upstream is lost, so there may be newer messages.
    #[error("the upstream is disconnected")]
    Disconnected,
    /// The upstream reports that it can't read its own source, since this time.
    #[error("the upstream has been stale since {0}")]
    Stale(String),
}

/// Result of a request to the upstream.
pub type UpstreamResult<T> = Result<T, UpstreamError>;

impl UpstreamError {
    /// An error of the connection, with all its sources: the outermost alone says too little.
    pub fn unreachable(error: &dyn Error) -> Self {
        let mut text = error.to_string();
        let mut inner = error.source();
        while let Some(error) = inner {
            text = format!("{text}: {error}");
            inner = error.source();
        }
        Self::Unreachable(text)
    }
}

impl From<UpstreamError> for SourceError {
    fn from(error: UpstreamError) -> Self {
        match error {
            UpstreamError::Gap { .. } => Self::Internal(error.to_string()),
            _ => Self::Unavailable(error.to_string()),
        }
    }
}
