//! What the store returns: users, rights, log pages, snapshots and lists.

use serde_json::Value;

use crate::domain::announcements::{AnnouncementStatus, AnnouncementType, Priority};
use crate::domain::matches::MatchStatus;
use crate::domain::message::StoredMessage;
use crate::domain::teams::MemberRole;
use crate::domain::topic::{Seq, StreamId};
use crate::domain::users::UserRole;

/// A user with what authentication needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: i64,
    /// Users of an identity provider may have none.
    pub email: Option<String>,
    pub name: String,
    pub role: UserRole,
    pub is_disabled: bool,
    pub password_hash: Option<String>,
    /// Compared with `If-Match`.
    pub version: i64,
    /// Session tokens of another generation are not valid.
    pub generation: i64,
    /// Milliseconds since 1970; tokens of identity providers issued earlier are not valid.
    pub tokens_valid_from: i64,
}

impl User {
    /// Whether this is an administrator.
    pub fn is_admin(&self) -> bool {
        self.role == UserRole::Admin
    }
}

/// A user's relation to a match. Without a user, only what is true for everyone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent answers, not one state")]
pub struct MatchRights {
    pub is_public: bool,
    /// Whether its event is private: then even its existence is hidden.
    pub is_in_private_event: bool,
    /// Created it, and it belongs to no event.
    pub is_creator: bool,
    pub is_referee: bool,
    pub is_scorer: bool,
    /// Member of one of its teams, in any role.
    pub is_team_member: bool,
    /// Manages its event.
    pub is_event_manager: bool,
    /// Registered for its event, or member of a registered team.
    pub is_event_participant: bool,
}

/// A user's relation to a team.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamRights {
    pub is_public: bool,
    pub role: Option<MemberRole>,
    /// Participates in or manages an event that the team has agreed to, and may see all events and
    /// matches of the team.
    pub is_event_participant: bool,
}

impl TeamRights {
    /// Whether the user manages the team.
    pub fn is_manager(&self) -> bool {
        self.role == Some(MemberRole::Manager)
    }
}

/// A user's relation to an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventRights {
    pub is_public: bool,
    /// Created it or was added as a manager.
    pub is_manager: bool,
    /// Registered, or member of a registered team.
    pub is_participant: bool,
}

/// A user's relation to an announcement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AnnouncementRights {
    /// The relation to its event.
    pub event: EventRights,
    /// Whether it is addressed to some teams only.
    pub is_targeted: bool,
    /// Whether the user may read one of those teams.
    pub is_addressed: bool,
}

/// A user's relation to a purchase.
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
    /// All messages up to here have been removed.
    pub pruned_seq: Seq,
}

/// A stream's last sequence number, and the last one that was pruned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamHead {
    pub head_seq: Seq,
    pub pruned_seq: Seq,
}

/// The result of a transaction, and the stream heads to notify of after the commit.
pub type WithHeads<T> = (T, Vec<(StreamId, Seq)>);

/// A topic's whole state as of exactly `seq`, read in one transaction.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub seq: Seq,
    pub data: Value,
}

/// A page of a list; `next` is the cursor of the following page.
#[derive(Clone, Debug, Default)]
pub struct ListPage {
    pub items: Vec<Value>,
    pub next: Option<i64>,
}

/// Where a page of a list starts, and how long it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRange {
    /// The page starts after the item with this id.
    pub after: i64,
    /// Maximum number of items.
    pub limit: i64,
}

/// The lists of the API and their filters, oldest item first.
#[derive(Clone, Debug)]
pub enum ListQuery {
    Users,
    /// Teams that are public, or that the user is a member of.
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
    /// The events that a team is registered for.
    TeamRegistrations {
        team_id: i64,
    },
    Matches {
        scope: VisibilityScope,
        status: Option<MatchStatus>,
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
        status: Option<MatchStatus>,
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
    /// An event's, for its managers: without the ticket codes.
    Sales {
        event_id: i64,
    },
}

/// Who reads a list: private items are included for those who may read them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VisibilityScope {
    pub user_id: Option<i64>,
    /// An administrator, who sees all.
    pub sees_all: bool,
}

/// Filter for announcements; `None` matches any.
#[derive(Clone, Debug, Default)]
pub struct AnnouncementFilter {
    pub event_id: Option<i64>,
    pub kind: Option<AnnouncementType>,
    pub priority: Option<Priority>,
    pub status: Option<AnnouncementStatus>,
}
