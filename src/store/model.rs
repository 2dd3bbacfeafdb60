//! What the store answers.

use serde_json::Value;

use crate::domain::message::StoredMessage;
use crate::domain::topic::Seq;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: i64,
    /// Users of an identity provider may have none.
    pub email: Option<String>,
    pub name: String,
    pub role: String,
    pub is_disabled: bool,
    pub password_hash: Option<String>,
    /// What `If-Match` is compared with.
    pub version: i64,
    /// Our own tokens of another generation are not valid.
    pub generation: i64,
    /// Identity providers' tokens issued before are not valid: milliseconds since 1970.
    pub tokens_valid_from: i64,
}

/// What a user is to a match. Without a user, only what everybody is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent answers, not one state")]
pub struct MatchRights {
    pub is_public: bool,
    /// Whether its event is private: then not even that it exists is told.
    pub is_in_private_event: bool,
    /// Made it, and it belongs to no event.
    pub is_creator: bool,
    pub is_referee: bool,
    pub is_scorer: bool,
    /// Member of one of its teams, in whatever role.
    pub is_team_member: bool,
    /// Manages its event.
    pub is_event_manager: bool,
    /// Registered for its event, or member of a team that is.
    pub is_event_participant: bool,
}

/// What a user is to a team.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamRights {
    pub is_public: bool,
    /// `manager`, `coach`, `player` or `family`
    pub role: Option<String>,
    /// Takes part in an event that the team has agreed to take part in, or manages it; and none
    /// of the team's events and matches is secret to the user.
    pub is_event_participant: bool,
}

/// What a user is to an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventRights {
    pub is_public: bool,
    /// Made it or was named.
    pub is_manager: bool,
    /// Registered, or member of a registered team.
    pub is_participant: bool,
}

/// What a user is to an announcement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AnnouncementRights {
    /// To its event.
    pub event: EventRights,
    /// Whether it is for some teams only.
    pub is_targeted: bool,
    /// Whether the user may read one of those.
    pub is_addressed: bool,
}

/// What a user is to a purchase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PurchaseRights {
    pub is_buyer: bool,
    /// Manages its event.
    pub is_event_manager: bool,
}

/// One page of a stream's log.
#[derive(Clone, Debug, Default)]
pub struct LogPage {
    /// Consecutive, oldest first; the first is `after + 1` unless that was pruned.
    pub messages: Vec<StoredMessage>,
    pub head_seq: Seq,
    /// Everything up to here is no longer kept.
    pub pruned_seq: Seq,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamHead {
    pub head_seq: Seq,
    pub pruned_seq: Seq,
}

/// A topic's whole state at exactly `seq`, read in one transaction.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub seq: Seq,
    pub data: Value,
}

/// A page of a list; `next` is where the following one starts.
#[derive(Clone, Debug, Default)]
pub struct ListPage {
    pub items: Vec<Value>,
    pub next: Option<i64>,
}

/// The lists that can be asked for, oldest first.
#[derive(Clone, Debug)]
pub enum ListQuery {
    Users,
    /// Teams that are public, or that this user is a member of.
    Teams {
        scope: VisibilityScope,
    },
    Players {
        team_id: i64,
    },
    Members {
        team_id: i64,
    },
    TeamMatches {
        team_id: i64,
        scope: VisibilityScope,
    },
    TeamResults {
        team_id: i64,
        scope: VisibilityScope,
    },
    /// The events a team was registered for.
    TeamRegistrations {
        team_id: i64,
    },
    Matches {
        scope: VisibilityScope,
        status: Option<String>,
    },
    Officials {
        match_id: i64,
    },
    Events {
        scope: VisibilityScope,
    },
    EventMatches {
        event_id: i64,
        scope: VisibilityScope,
        status: Option<String>,
    },
    EventResults {
        event_id: i64,
        scope: VisibilityScope,
    },
    Managers {
        event_id: i64,
    },
    Registrations {
        event_id: i64,
    },
    Announcements {
        scope: VisibilityScope,
        filter: AnnouncementFilter,
    },
    /// A buyer's own.
    Purchases {
        buyer_id: i64,
        event_id: Option<i64>,
    },
    /// An event's, for its managers: without the codes that let people in.
    Sales {
        event_id: i64,
    },
}

/// Who looks at a list: things that not everybody may read are shown to those who may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VisibilityScope {
    pub user_id: Option<i64>,
    /// An administrator, who sees all.
    pub sees_all: bool,
}

/// Which announcements are asked for; `None` for any.
#[derive(Clone, Debug, Default)]
pub struct AnnouncementFilter {
    pub event_id: Option<i64>,
    pub kind: Option<String>,
    pub priority: Option<String>,
    /// `active` or `expired`
    pub status: Option<String>,
}
