//! How a stream ends: why, and what its reader is told to do about it.

use bytes::{Bytes, BytesMut};
use serde_json::json;

use crate::domain::topic::{Seq, StreamId, Topic};
use crate::stream::subscriber::Subscriber;
use crate::stream::subscription::Subscription;
use crate::stream::{cursor, frame};

/// Why the server ends a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    Draining,
    TokenExpired,
    AccessRevoked,
    LimitReached,
    LifetimeReached,
    Unavailable,
}

impl CloseReason {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draining => "draining",
            Self::TokenExpired => "token_expired",
            Self::AccessRevoked => "access_revoked",
            Self::LimitReached => "limit",
            Self::LifetimeReached => "lifetime",
            Self::Unavailable => "unavailable",
        }
    }
}

impl Subscriber {
    /// Has the stream ended because these of its topics may not be read any more.
    pub fn revoke_topics(&self, topics: Vec<Topic>) {
        *self.revoked_topics.borrow_mut() = topics;
        self.close(CloseReason::AccessRevoked);
    }

    /// The goodbye and the end of the body.
    pub fn finish_with_bye(&self, reason: CloseReason, retry_ms: u32) -> Bytes {
        self.closed_for.set(Some(reason));
        let block = if reason == CloseReason::AccessRevoked {
            let lost = self.revoked_topics.borrow();
            revoked_bye_frame(&self.epoch, &lost, self.remaining_positions(&lost))
        } else {
            let json = format!(r#"{{"reason":"{}"}}"#, reason.as_str());
            frame::control_frame("bye", Some(retry_ms), &json, self.cursor().as_deref())
        };
        let mut bytes = BytesMut::from(&self.coding.encode(&block)[..]);
        bytes.extend_from_slice(self.coding.terminator());
        bytes.freeze()
    }

    /// Where it stands in the streams of which it may still read something.
    fn remaining_positions(&self, revoked: &[Topic]) -> impl Iterator<Item = (StreamId, Seq)> {
        let remains = |subscription: &&Subscription| {
            subscription.topics.iter().any(|subscribed| !revoked.contains(&subscribed.topic))
        };
        self.subscriptions
            .iter()
            .filter(remains)
            .filter_map(|follow| Some((follow.stream, follow.seq()?)))
    }
}

/// The end of a stream that is not to be opened again as it was: which topics were lost, and where
/// the reader stands in the others, so that it can go on without them.
pub fn revoked_bye_frame(
    epoch: &str,
    revoked: &[Topic],
    remaining: impl Iterator<Item = (StreamId, Seq)>,
) -> BytesMut {
    let mut data = json!({ "reason": CloseReason::AccessRevoked.as_str(), "topics": revoked });
    let mut remaining = remaining.peekable();
    if remaining.peek().is_some() {
        data["cursor"] = cursor::encode_multiple(epoch, remaining).into();
    }
    frame::control_frame("bye", None, &data.to_string(), Some(&cursor::encode_stop(epoch)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g7_a_revoked_subscriber_gets_the_lost_topics_and_a_cursor_for_the_rest() {
        let (team, game) = (StreamId::Team(7), StreamId::Match(3));
        let block = revoked_bye_frame("5f2c91", &[team.topic()], [(game, 7)].into_iter());
        assert_eq!(
            std::str::from_utf8(&block).unwrap(),
            "event: bye\ndata: {\"cursor\":\"5f2c91.m3-7\",\"reason\":\"access_revoked\",\
             \"topics\":[\"team_7\"]}\nid: 5f2c91.stop\n\n"
        );
        let block = revoked_bye_frame("5f2c91", &[team.topic(), game.topic()], [].into_iter());
        assert_eq!(
            std::str::from_utf8(&block).unwrap(),
            "event: bye\ndata: {\"reason\":\"access_revoked\",\
             \"topics\":[\"team_7\",\"match_3\"]}\nid: 5f2c91.stop\n\n"
        );
    }
}
