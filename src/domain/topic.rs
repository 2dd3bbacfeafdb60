//! What a reader subscribes to: a stream, or one channel of it.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::domain::number;

/// A message's place in its stream: 1, 2, 3 … without gaps.
pub type Seq = i64;

/// The ordered, stored log of one root topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stream {
    Event(i64),
    Team(i64),
    Match(i64),
    Purchase(Uuid),
}

/// A part of a stream by subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Channel {
    Results,
    Schedule,
    Live,
    Announcements,
}

/// A stream (`match_3`), or one channel of it (`team_7_live`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Topic {
    pub stream: Stream,
    pub channel: Option<Channel>,
}

/// The text names no topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a topic: use for example match_3, team_7_live, event_1_results or purchase_<uuid>")]
pub struct NotATopic;

impl Channel {
    /// Every channel, with the word that stands for it in topics and in the log.
    const WORDS: [(Self, &'static str); 4] = [
        (Self::Results, "results"),
        (Self::Schedule, "schedule"),
        (Self::Live, "live"),
        (Self::Announcements, "announcements"),
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::Results => "results",
            Self::Schedule => "schedule",
            Self::Live => "live",
            Self::Announcements => "announcements",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, known)| *known == word).map(|(channel, _)| *channel)
    }
}

impl Stream {
    /// The whole stream as a topic.
    pub fn topic(self) -> Topic {
        Topic { stream: self, channel: None }
    }

    pub fn channel(self, channel: Channel) -> Topic {
        Topic { stream: self, channel: Some(channel) }
    }

    /// Whether streams of this kind have the channel.
    pub fn has(self, channel: Channel) -> bool {
        match self {
            Self::Event(_) => channel != Channel::Live,
            Self::Team(_) => true,
            Self::Match(_) | Self::Purchase(_) => false,
        }
    }
}

impl Topic {
    /// Whether a message of `channel` belongs to this topic.
    pub fn holds(self, channel: Option<Channel>) -> bool {
        self.channel.is_none() || self.channel == channel
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(id) => write!(f, "event_{id}"),
            Self::Team(id) => write!(f, "team_{id}"),
            Self::Match(id) => write!(f, "match_{id}"),
            Self::Purchase(id) => write!(f, "purchase_{id}"),
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.channel {
            Some(channel) => write!(f, "{}_{}", self.stream, channel.word()),
            None => self.stream.fmt(f),
        }
    }
}

impl serde::Serialize for Topic {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for Topic {
    type Err = NotATopic;

    fn from_str(text: &str) -> Result<Self, NotATopic> {
        let mut parts = text.splitn(3, '_');
        let (Some(kind), Some(id)) = (parts.next(), parts.next()) else { return Err(NotATopic) };
        let stream = match kind {
            "event" => Stream::Event(positive(id)?),
            "team" => Stream::Team(positive(id)?),
            "match" => Stream::Match(positive(id)?),
            "purchase" => Stream::Purchase(Uuid::from_str(id).map_err(|_| NotATopic)?),
            _ => return Err(NotATopic),
        };
        let channel = match parts.next() {
            Some(word) => Some(Channel::from_word(word).ok_or(NotATopic)?),
            None => None,
        };
        if channel.is_some_and(|channel| !stream.has(channel)) {
            return Err(NotATopic);
        }
        Ok(Self { stream, channel })
    }
}

impl FromStr for Stream {
    type Err = NotATopic;

    fn from_str(text: &str) -> Result<Self, NotATopic> {
        match text.parse()? {
            Topic { stream, channel: None } => Ok(stream),
            Topic { .. } => Err(NotATopic),
        }
    }
}

fn positive(text: &str) -> Result<i64, NotATopic> {
    number::read_id(text).ok_or(NotATopic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_written_in_one_way() {
        let good = [
            "match_3",
            "team_7",
            "team_7_live",
            "team_7_schedule",
            "event_1_results",
            "event_9007199254740991",
            "purchase_67e55044-10b1-426f-9247-bb680e5fe0c8",
        ];
        for text in good {
            assert_eq!(text.parse::<Topic>().unwrap().to_string(), text);
        }
        let bad = [
            "",
            "match",
            "match_",
            "match_0",
            "match_03",
            "match_+3",
            "match_-3",
            "match_3_live",
            "event_1_live",
            "team_7_goals",
            "team_7_live_",
            "match_9007199254740992",
            "match_9223372036854775807",
            "match_9223372036854775808",
            "user_1",
            "purchase_1",
            "match_3\n",
            "match_٣",
        ];
        for text in bad {
            assert_eq!(text.parse::<Topic>(), Err(NotATopic), "{text:?}");
        }
    }
}
