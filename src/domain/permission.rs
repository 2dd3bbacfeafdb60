//! Operations that need permission. Who has it is decided in `auth::permission`.

use uuid::Uuid;

use crate::domain::topic::{StreamId, Topic};

/// An operation that needs permission. Numbers are ids of the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Read a topic: the resource, its stream, or one channel of it.
    Read(Topic),
    /// Create a match, of an event or without one.
    CreateMatch { event_id: Option<i64>, home_team_id: i64, away_team_id: i64 },
    /// Edit, delete, postpone or cancel a match, assign its officials, enter its result.
    EditMatch(i64),
    /// Start, pause, resume, end or abandon a match.
    ControlMatch(i64),
    /// Record incidents and balls, and correct them.
    RecordMatch(i64),
    /// Delete an incident, rule on a dispute.
    RuleOnMatch(i64),
    /// Create an event.
    CreateEvent,
    /// Edit and delete an event, appoint its managers, register users and teams, publish
    /// announcements, deduct points, see its sales.
    EditEvent(i64),
    /// Buy tickets of an event.
    BuyTickets(i64),
    /// Change the status of a purchase and of its tickets; check tickets in.
    EditPurchase(Uuid),
    /// Read an announcement.
    ReadAnnouncement(i64),
    /// Edit, delete and resend an announcement.
    EditAnnouncement(i64),
    /// Create a team.
    CreateTeam,
    /// Edit and delete a team, its members and players.
    EditTeam(i64),
    /// List the members of a team.
    ReadMembers(i64),
    /// List and create users, change their roles, disable them.
    ManageUsers,
    /// Read or rename a user's account.
    ManageAccount(i64),
    /// List all streams and connections.
    ViewConnections,
}

impl Permission {
    /// Read a match.
    pub fn read_match(id: i64) -> Self {
        Self::Read(StreamId::Match(id).topic())
    }

    /// Read a team.
    pub fn read_team(id: i64) -> Self {
        Self::Read(StreamId::Team(id).topic())
    }

    /// Read an event.
    pub fn read_event(id: i64) -> Self {
        Self::Read(StreamId::Event(id).topic())
    }

    /// Read a purchase.
    pub fn read_purchase(id: Uuid) -> Self {
        Self::Read(StreamId::Purchase(id).topic())
    }
}

/// What somebody may do in a match besides reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchPermission {
    /// As [`Permission::EditMatch`].
    Edit,
    /// As [`Permission::ControlMatch`].
    Control,
    /// As [`Permission::RecordMatch`].
    Record,
    /// As [`Permission::RuleOnMatch`].
    Rule,
}

impl MatchPermission {
    /// The permission in this match.
    pub fn in_match(self, match_id: i64) -> Permission {
        match self {
            Self::Edit => Permission::EditMatch(match_id),
            Self::Control => Permission::ControlMatch(match_id),
            Self::Record => Permission::RecordMatch(match_id),
            Self::Rule => Permission::RuleOnMatch(match_id),
        }
    }
}
