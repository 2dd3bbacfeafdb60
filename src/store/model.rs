//! What the store answers.

use serde_json::Value;

use crate::domain::message::StoredMessage;
use crate::domain::topic::Seq;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: i64,
    pub email: String,
    pub name: String,
    pub role: String,
    pub disabled: bool,
    pub password_hash: Option<String>,
}

/// What a user is to a match. Without a user, only what everybody is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "five independent answers, not one state")]
pub struct MatchRights {
    pub public: bool,
    pub created: bool,
    pub referee: bool,
    pub scorer: bool,
    /// Member of one of its teams, in whatever role.
    pub member: bool,
}

/// What a user is to a team.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamRights {
    pub public: bool,
    /// `manager`, `coach`, `player` or `family`
    pub role: Option<String>,
}

/// One page of a stream's log.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Consecutive, oldest first; the first is `after + 1` unless that was pruned.
    pub messages: Vec<StoredMessage>,
    pub head: Seq,
    /// Everything up to here is no longer kept.
    pub pruned: Seq,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    pub head: Seq,
    pub pruned: Seq,
}

/// A topic's whole state at exactly `seq`, read in one transaction.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub seq: Seq,
    pub data: Value,
}

/// A page of a list; `next` is where the following one starts.
#[derive(Clone, Debug, Default)]
pub struct List {
    pub items: Vec<Value>,
    pub next: Option<i64>,
}

/// The lists that can be asked for, oldest first.
#[derive(Clone, Debug)]
pub enum ListOf {
    Users,
    /// Teams that are public, or that this user is a member of; all for `all`.
    Teams {
        visible_to: Option<i64>,
        all: bool,
    },
    Players {
        team_id: i64,
    },
    Members {
        team_id: i64,
    },
    TeamMatches {
        team_id: i64,
    },
    Matches {
        visible_to: Option<i64>,
        all: bool,
        status: Option<String>,
    },
    Officials {
        match_id: i64,
    },
}
