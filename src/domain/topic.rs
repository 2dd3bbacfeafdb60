//! Topics, which clients subscribe to: a stream, or one channel of it.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::domain::closed_set::{ClosedSet, closed_set};
use crate::domain::number;

/// A message's number in its stream: 1, 2, 3 … without gaps.
pub type Seq = i64;

/// Identifies a stream: the ordered, stored log of one event, team, match or purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StreamId {
    /// `event_1`
    Event(i64),
    /// `team_7`
    Team(i64),
    /// `match_3`
    Match(i64),
    /// `purchase_67e55044-…`
    Purchase(Uuid),
}

/// The part of a stream that has messages about one subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Channel {
    /// Results, and in an event the leaderboard.
    Results,
    /// Matches that are scheduled, moved or called off.
    Schedule,
    /// What happens in a team's matches while they are played.
    Live,
    /// Announcements.
    Announcements,
}

/// A stream (`match_3`), or one channel of it (`team_7_live`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Topic {
    pub stream: StreamId,
    pub channel: Option<Channel>,
}

/// The error of a text that isn't a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a topic: use for example match_3, team_7_live, event_1_results or purchase_<uuid>")]
pub struct InvalidTopic;

closed_set!(Channel {
    Results => "results",
    Schedule => "schedule",
    Live => "live",
    Announcements => "announcements",
});

impl Channel {
    /// The letter in cursors: the first of the name.
    pub fn letter(self) -> char {
        match self {
            Self::Results => 'r',
            Self::Schedule => 's',
            Self::Live => 'l',
            Self::Announcements => 'a',
        }
    }
}

impl StreamId {
    /// The whole stream as a topic.
    pub fn topic(self) -> Topic {
        Topic { stream: self, channel: None }
    }

    /// One channel of the stream as a topic; see [`Self::has_channel`].
    pub fn channel_topic(self, channel: Channel) -> Topic {
        Topic { stream: self, channel: Some(channel) }
    }

    /// The channels of a stream of this kind; none where its messages belong to the whole.
    pub fn channels(self) -> &'static [Channel] {
        use Channel::{Announcements, Live, Results, Schedule};
        match self {
            Self::Event(_) => &[Results, Schedule, Announcements],
            Self::Team(_) => &[Results, Schedule, Live, Announcements],
            Self::Match(_) | Self::Purchase(_) => &[],
        }
    }

    /// Whether streams of this kind have the channel.
    pub fn has_channel(self, channel: Channel) -> bool {
        self.channels().contains(&channel)
    }
}

impl Topic {
    /// Whether a message of this channel belongs to the topic.
    pub fn includes(self, channel: Option<Channel>) -> bool {
        self.channel.is_none() || self.channel == channel
    }

    /// The topics that it consists of and that have no parts themselves: the channels of a stream
    /// that has some, else the topic alone.
    pub fn parts(self) -> impl Iterator<Item = Self> {
        let channels = if self.channel.is_none() { self.stream.channels() } else { &[] };
        let alone = channels.is_empty().then_some(self);
        channels.iter().map(move |channel| self.stream.channel_topic(*channel)).chain(alone)
    }
}

impl fmt::Display for StreamId {
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
            Some(channel) => write!(f, "{}_{}", self.stream, channel.as_str()),
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
    type Err = InvalidTopic;

    fn from_str(text: &str) -> Result<Self, InvalidTopic> {
        let mut parts = text.splitn(3, '_');
        let (Some(kind), Some(id)) = (parts.next(), parts.next()) else { return Err(InvalidTopic) };
        let stream = match kind {
            "event" => StreamId::Event(parse_id(id)?),
            "team" => StreamId::Team(parse_id(id)?),
            "match" => StreamId::Match(parse_id(id)?),
            "purchase" => StreamId::Purchase(Uuid::from_str(id).map_err(|_| InvalidTopic)?),
            _ => return Err(InvalidTopic),
        };
        let channel = match parts.next() {
            Some(name) => Some(Channel::from_text(name).ok_or(InvalidTopic)?),
            None => None,
        };
        if channel.is_some_and(|channel| !stream.has_channel(channel)) {
            return Err(InvalidTopic);
        }
        Ok(Self { stream, channel })
    }
}

impl FromStr for StreamId {
    type Err = InvalidTopic;

    fn from_str(text: &str) -> Result<Self, InvalidTopic> {
        match text.parse()? {
            Topic { stream, channel: None } => Ok(stream),
            Topic { .. } => Err(InvalidTopic),
        }
    }
}

fn parse_id(text: &str) -> Result<i64, InvalidTopic> {
    number::parse_id(text).ok_or(InvalidTopic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_consists_of_the_channels_of_its_stream() {
        let parts = |text: &str| {
            let parts = text.parse::<Topic>().unwrap().parts();
            parts.map(|part| part.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(parts("match_3"), ["match_3"]);
        assert_eq!(parts("event_1_results"), ["event_1_results"]);
        assert_eq!(
            parts("event_1"),
            ["event_1_results", "event_1_schedule", "event_1_announcements"]
        );
        assert_eq!(parts("team_7").len(), 4);
        for channel in StreamId::Team(7).channels() {
            assert!(channel.as_str().starts_with(channel.letter()));
        }
    }

    #[test]
    fn topics_have_one_spelling() {
        let valid = [
            "match_3",
            "team_7",
            "team_7_live",
            "team_7_schedule",
            "event_1_results",
            "event_9007199254740991",
            "purchase_67e55044-10b1-426f-9247-bb680e5fe0c8",
        ];
        for text in valid {
            assert_eq!(text.parse::<Topic>().unwrap().to_string(), text);
        }
        let invalid = [
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
        for text in invalid {
            assert_eq!(text.parse::<Topic>(), Err(InvalidTopic), "{text:?}");
        }
    }
}
