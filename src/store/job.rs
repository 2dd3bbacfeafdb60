//! What can be written, and what is answered: each [`Write`] is one transaction.

mod fields;
mod secrets;
mod texts;

use chrono::DateTime;
use chrono::Utc;
use serde_json::Value;
use uuid::Uuid;

use crate::domain::rejection::Reason;
use crate::domain::rejection::Rejection;
use crate::domain::topic::Seq;
use crate::domain::topic::Stream;

pub use fields::AnnouncementEdit;
pub use fields::AnnouncementFields;
pub use fields::DeductionFields;
pub use fields::EditUser;
pub use fields::EventEdit;
pub use fields::EventFields;
pub use fields::MatchEdit;
pub use fields::MatchFields;
pub use fields::NewIdentity;
pub use fields::NewUser;
pub use fields::PlayerEdit;
pub use fields::PlayerFields;
pub use fields::TeamEdit;
pub use fields::TeamFields;
pub use secrets::SEALING_KEY_LENGTH;

/// One request to write something.
#[derive(Clone, Debug)]
pub struct Job {
    /// The user who asks.
    pub by: i64,
    /// The server's clock when the request came in, whole milliseconds.
    pub at: DateTime<Utc>,
    pub key: Option<Key>,
    /// The `ETag` the caller has seen (`If-Match`), without quotes.
    pub if_match: Option<String>,
    pub write: Write,
}

impl Job {
    /// Refuses where the caller has seen another version (`If-Match`) than the one that is now.
    pub fn expects(&self, version: i64) -> Result<(), Rejection> {
        match self.if_match.as_deref() {
            None | Some("*") => Ok(()),
            Some(seen) if seen == version.to_string() => Ok(()),
            Some(seen) => {
                let words = format!("it has changed: it is at {version}, not at {seen}");
                Err(Rejection::new(Reason::Stale, "stale", words))
            }
        }
    }
}

/// What makes a write effectively once (G5): it belongs to the user and the path.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    /// Method and path, as in `POST /api/teams`.
    pub path: String,
    /// At most 128 visible characters.
    pub key: String,
    /// SHA-256 of the body in hex, without its secret fields: the same key with another body is
    /// refused. It is kept with the server's secret in it, never as it is.
    pub body_hash: String,
}

/// Everything that changes the database on somebody's request.
#[derive(Clone, Debug)]
pub enum Write {
    CreateUser(NewUser),
    /// Makes the user of a provider's subject: without rights, and never an account that is there.
    CreateIdentity(NewIdentity),
    EditUser {
        id: i64,
        edit: EditUser,
    },
    CreateTeam(TeamFields),
    EditTeam {
        id: i64,
        fields: TeamEdit,
    },
    DeleteTeam {
        id: i64,
    },
    AddPlayer {
        team_id: i64,
        fields: PlayerFields,
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
    CreateMatch(MatchFields),
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
    CreateEvent(EventFields),
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
    Deduct {
        event_id: i64,
        team_id: i64,
        fields: DeductionFields,
    },
    UnregisterTeam {
        event_id: i64,
        team_id: i64,
    },
    CreateAnnouncement(AnnouncementFields),
    EditAnnouncement {
        id: i64,
        fields: AnnouncementEdit,
    },
    DeleteAnnouncement {
        id: i64,
    },
    /// Sends it again.
    Broadcast {
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
    Act {
        match_id: i64,
        action: String,
        body: Value,
        occurred_at: Option<DateTime<Utc>>,
    },
}

/// What a write is answered with, the first time and each time it is sent again.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// An HTTP status: 200, 201, 202 (taken, but not official yet) or 204.
    pub status: u16,
    pub body: Value,
    /// The entity's version after the write, without quotes.
    pub etag: Option<String>,
    /// The resource's own stream and its head after the write, where it told one.
    pub told: Option<(Stream, Seq)>,
    /// Whether this is the remembered answer of an earlier sending.
    pub again: bool,
}
