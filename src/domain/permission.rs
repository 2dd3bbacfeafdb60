//! What somebody may be allowed to do. Who may is decided in `auth::permission`.

use uuid::Uuid;

use crate::domain::topic::{StreamId, Topic};

/// Something one may or may not do. Numbers are ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Read what a topic tells: the match, the team, in whole or in part.
    Read(Topic),
    CreateMatch {
        event_id: Option<i64>,
        home_team_id: i64,
        away_team_id: i64,
    },
    /// Edit, delete, postpone or cancel a match, name its officials, enter its result.
    EditMatch(i64),
    /// Start, pause, resume, end or abandon a match.
    ControlMatch(i64),
    /// Record incidents and balls, and correct them.
    RecordMatch(i64),
    /// Delete an incident, rule on a dispute.
    RuleOnMatch(i64),
    CreateEvent,
    /// Edit and delete an event, name its managers, register users and teams, announce, take
    /// points away, see what it sold.
    EditEvent(i64),
    /// Buy tickets of an event.
    BuyTickets(i64),
    /// Change a purchase's status and its tickets'; check them in.
    EditPurchase(Uuid),
    ReadAnnouncement(i64),
    /// Edit, delete and send again.
    EditAnnouncement(i64),
    CreateTeam,
    EditTeam(i64),
    /// See who belongs to a team.
    ReadMembers(i64),
    /// List and make users, and change what they may.
    ManageUsers,
    /// Read or rename a user.
    ManageAccount(i64),
    /// See all streams and connections.
    ViewConnections,
}

impl Permission {
    pub fn read_match(id: i64) -> Self {
        Self::Read(StreamId::Match(id).topic())
    }

    pub fn read_team(id: i64) -> Self {
        Self::Read(StreamId::Team(id).topic())
    }

    pub fn read_event(id: i64) -> Self {
        Self::Read(StreamId::Event(id).topic())
    }

    pub fn read_purchase(id: Uuid) -> Self {
        Self::Read(StreamId::Purchase(id).topic())
    }

    /// What a scorer's command is; `action` as in `sports::MatchCommand`.
    pub fn for_match_action(match_id: i64, action: &str) -> Self {
        match action {
            "start" | "pause" | "resume" | "end" | "abandon" => Self::ControlMatch(match_id),
            "postpone" | "cancel" | "result" | "PUT result" | "DELETE result" => {
                Self::EditMatch(match_id)
            }
            "rulings" => Self::RuleOnMatch(match_id),
            _ if action.starts_with("DELETE incidents/") => Self::RuleOnMatch(match_id),
            _ => Self::RecordMatch(match_id),
        }
    }
}
