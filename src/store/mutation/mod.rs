//! What can be written, and what is answered: each [`Write`] is one transaction.

mod fields;
mod secrets;
mod text_fields;

use chrono::{DateTime, Utc};
pub use fields::{
    AnnouncementEdit, EventEdit, MatchEdit, NewAnnouncement, NewEvent, NewIdentity, NewMatch,
    NewPlayer, NewTeam, NewUser, PlayerEdit, PointsDeduction, TeamEdit, UserEdit,
};
pub use secrets::SEALING_KEY_LENGTH;
use serde_json::Value;
use uuid::Uuid;

use crate::domain::rejection::{Rejection, RejectionReason};
use crate::domain::topic::{Seq, StreamId};

/// One request to write something.
#[derive(Clone, Debug)]
pub struct MutationRequest {
    /// The user who asks.
    pub user_id: i64,
    /// The server's clock when the request came in, whole milliseconds.
    pub received_at: DateTime<Utc>,
    pub idempotency_key: Option<IdempotencyKey>,
    /// The `ETag` the caller has seen (`If-Match`), without quotes.
    pub if_match: Option<String>,
    pub mutation: Mutation,
}

impl MutationRequest {
    /// Refuses where the caller has seen another version (`If-Match`) than the one that is now.
    pub fn check_if_match(&self, version: i64) -> Result<(), Rejection> {
        match self.if_match.as_deref() {
            None | Some("*") => Ok(()),
            Some(seen) if seen == version.to_string() => Ok(()),
            Some(seen) => {
                let detail = format!("it has changed: it is at {version}, not at {seen}");
                Err(Rejection::new(RejectionReason::Stale, "stale", detail))
            }
        }
    }
}

/// What makes a write effectively once (G5): it belongs to the user and the path.
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Method and path, as in `POST /api/teams`.
    pub scope: String,
    /// At most 128 visible characters.
    pub key: String,
    /// SHA-256 of the body in hex, without its secret fields: the same key with another body is
    /// refused. It is kept with the server's secret in it, never as it is.
    pub body_hash: String,
}

/// Everything that changes the database on somebody's request.
#[derive(Clone, Debug)]
pub enum Mutation {
    CreateUser(NewUser),
    /// Makes the user of a provider's subject: without rights, and never an account that is there.
    CreateIdentity(NewIdentity),
    EditUser {
        id: i64,
        edit: UserEdit,
    },
    CreateTeam(NewTeam),
    EditTeam {
        id: i64,
        fields: TeamEdit,
    },
    DeleteTeam {
        id: i64,
    },
    AddPlayer {
        team_id: i64,
        fields: NewPlayer,
    },
    EditPlayer {
        team_id: i64,
        id: i64,
        fields: PlayerEdit,
    },
    RemovePlayer {
        team_id: i64,
        id: i64,
    },
    AddMember {
        team_id: i64,
        user_id: i64,
        role: String,
    },
    RemoveMember {
        team_id: i64,
        user_id: i64,
    },
    CreateMatch(NewMatch),
    EditMatch {
        id: i64,
        fields: MatchEdit,
    },
    DeleteMatch {
        id: i64,
    },
    /// The team agrees to a match of no event that others have made.
    AcceptMatch {
        match_id: i64,
        team_id: i64,
    },
    AddOfficial {
        match_id: i64,
        user_id: i64,
        role: String,
    },
    RemoveOfficial {
        match_id: i64,
        user_id: i64,
    },
    CreateEvent(NewEvent),
    EditEvent {
        id: i64,
        fields: EventEdit,
    },
    DeleteEvent {
        id: i64,
    },
    AddManager {
        event_id: i64,
        user_id: i64,
    },
    RemoveManager {
        event_id: i64,
        user_id: i64,
    },
    RegisterUser {
        event_id: i64,
        user_id: i64,
    },
    UnregisterUser {
        event_id: i64,
        user_id: i64,
    },
    /// The team agrees at once where who asks manages it or is an administrator.
    RegisterTeam {
        event_id: i64,
        team_id: i64,
        by_admin: bool,
    },
    /// The team agrees to what its event's managers asked.
    AcceptRegistration {
        event_id: i64,
        team_id: i64,
    },
    /// Points taken from a team in the table, or given back.
    SetDeduction {
        event_id: i64,
        team_id: i64,
        fields: PointsDeduction,
    },
    UnregisterTeam {
        event_id: i64,
        team_id: i64,
    },
    CreateAnnouncement(NewAnnouncement),
    EditAnnouncement {
        id: i64,
        fields: AnnouncementEdit,
    },
    DeleteAnnouncement {
        id: i64,
    },
    /// Sends it again.
    BroadcastAnnouncement {
        id: i64,
    },
    /// Ends it before its time.
    ExpireAnnouncement {
        id: i64,
    },
    CreatePurchase {
        event_id: i64,
        ticket_type: String,
        quantity: i64,
    },
    SetPurchaseStatus {
        id: Uuid,
        status: String,
    },
    /// `status` is `used` (checked in) or `void`.
    SetTicketStatus {
        code: String,
        status: String,
    },
    /// A scorer's command; `action` and `body` as in `sports::Command`.
    ApplyMatchAction {
        match_id: i64,
        action: String,
        body: Value,
        occurred_at: Option<DateTime<Utc>>,
    },
}

/// What a write is answered with, the first time and each time it is sent again.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// An HTTP status: 200, 201, 202 (taken, but not official yet) or 204.
    pub status: u16,
    pub body: Value,
    /// The entity's version after the write, without quotes.
    pub etag: Option<String>,
    /// The resource's own stream and its head after the write, where it told one.
    pub stream_head: Option<(StreamId, Seq)>,
    /// Whether this is the remembered answer of an earlier sending.
    pub is_replay: bool,
}
