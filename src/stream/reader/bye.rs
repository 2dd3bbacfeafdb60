//! How a stream ends: why, and what its reader is told to do about it.

use bytes::Bytes;
use bytes::BytesMut;
use serde_json::json;

use crate::domain::topic::Seq;
use crate::domain::topic::Stream;
use crate::domain::topic::Topic;
use crate::stream::cursor;
use crate::stream::follow::Follow;
use crate::stream::frame;
use crate::stream::reader::Reader;

/// Why the server ends a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bye {
    Draining,
    TokenExpired,
    AccessRevoked,
    Limit,
    Lifetime,
    Unavailable,
}

impl Bye {
    pub fn word(self) -> &'static str {
        match self {
            Self::Draining => "draining",
            Self::TokenExpired => "token_expired",
            Self::AccessRevoked => "access_revoked",
            Self::Limit => "limit",
            Self::Lifetime => "lifetime",
            Self::Unavailable => "unavailable",
        }
    }
}

impl Reader {
    /// Has the stream ended because these of its topics may not be read any more.
    pub fn revoke(&self, topics: Vec<Topic>) {
        *self.lost.borrow_mut() = topics;
        self.end(Bye::AccessRevoked);
    }

    /// The goodbye and the end of the body.
    pub fn goodbye(&self, why: Bye, retry_ms: u32) -> Bytes {
        self.ended.set(Some(why));
        let block = if why == Bye::AccessRevoked {
            let lost = self.lost.borrow();
            revoked(&self.epoch, &lost, self.remaining(&lost))
        } else {
            let json = format!(r#"{{"reason":"{}"}}"#, why.word());
            frame::control("bye", Some(retry_ms), &json, self.cursor().as_deref())
        };
        let mut bytes = BytesMut::from(&self.coding.wrap(&block)[..]);
        bytes.extend_from_slice(self.coding.end());
        bytes.freeze()
    }

    /// Where it stands in the streams of which it may still read something.
    fn remaining(&self, lost: &[Topic]) -> impl Iterator<Item = (Stream, Seq)> {
        let remains =
            |follow: &&Follow| follow.topics.iter().any(|wanted| !lost.contains(&wanted.topic));
        self.follows.iter().filter(remains).filter_map(|follow| Some((follow.stream, follow.at()?)))
    }
}

/// The end of a stream that is not to be opened again as it was: which topics were lost, and where
/// the reader stands in the others, so that it can go on without them.
pub fn revoked(
    epoch: &str,
    lost: &[Topic],
    remaining: impl Iterator<Item = (Stream, Seq)>,
) -> BytesMut {
    let mut data = json!({ "reason": Bye::AccessRevoked.word(), "topics": lost });
    let mut remaining = remaining.peekable();
    if remaining.peek().is_some() {
        data["cursor"] = cursor::of_many(epoch, remaining).into();
    }
    frame::control("bye", None, &data.to_string(), Some(&cursor::stop(epoch)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g7_who_loses_a_topic_is_told_which_and_where_the_others_stand() {
        let (team, game) = (Stream::Team(7), Stream::Match(3));
        let block = revoked("5f2c91", &[team.topic()], [(game, 7)].into_iter());
        assert_eq!(
            std::str::from_utf8(&block).unwrap(),
            "event: bye\ndata: {\"cursor\":\"5f2c91.m3-7\",\"reason\":\"access_revoked\",\
             \"topics\":[\"team_7\"]}\nid: 5f2c91.stop\n\n"
        );
        let block = revoked("5f2c91", &[team.topic(), game.topic()], [].into_iter());
        assert_eq!(
            std::str::from_utf8(&block).unwrap(),
            "event: bye\ndata: {\"reason\":\"access_revoked\",\
             \"topics\":[\"team_7\",\"match_3\"]}\nid: 5f2c91.stop\n\n"
        );
    }
}
