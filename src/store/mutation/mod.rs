//! Writes: one [`Mutation`] per kind, each run in one transaction.
//!
//! A file holds the mutations of one noun: their bodies, permissions and text fields. Their
//! statements are in the file of the same name in `queries`.

mod announcements;
mod events;
mod matches;
mod purchases;
mod registrations;
mod teams;
mod users;

use std::fmt;
use std::sync::Arc;

pub use announcements::{
    ANNOUNCEMENT_TYPES, AnnouncementEdit, BroadcastAnnouncement, CreateAnnouncement,
    DeleteAnnouncement, EditAnnouncement, ExpireAnnouncement, NewAnnouncement, PRIORITIES,
};
use chrono::{DateTime, Utc};
pub use events::{
    AddManager, CreateEvent, DeleteEvent, EditEvent, EventEdit, NewEvent, RemoveManager,
};
pub use matches::{
    AcceptMatch, AddOfficial, ApplyMatchAction, CreateMatch, DeleteMatch, EditMatch, MatchEdit,
    NewMatch, RemoveOfficial,
};
pub use purchases::{CreatePurchase, SetPurchaseStatus, SetTicketStatus};
pub use registrations::{
    AcceptRegistration, PointsDeduction, RegisterTeam, RegisterUser, SetDeduction, UnregisterTeam,
    UnregisterUser, WithdrawTeam,
};
use serde_json::Value;
pub use teams::{
    AddMember, AddPlayer, CreateTeam, DeleteTeam, EditPlayer, EditTeam, NewPlayer, NewTeam,
    PlayerEdit, RemoveMember, RemovePlayer, TeamEdit,
};
pub use users::{CreateIdentity, CreateUser, EditUser, NewIdentity, NewUser, UserEdit};

use crate::domain::permission::Permission;
use crate::domain::rejection::{FieldError, Rejection, RejectionReason};
use crate::domain::topic::{Seq, StreamId};
use crate::input::FieldReader;
use crate::store::{postgres, sqlite};

/// Minimum length in characters of an idempotency key that seals an outcome; a shorter one is
/// guessable.
pub const MIN_SEALING_KEY_CHARS: usize = 16;

/// Texts with their JSON pointers.
pub type TextFields<'a> = Vec<(&'static str, Option<&'a String>)>;

/// One change to the database that a caller requests.
///
/// Its statements are in its `Run` beside the queries, compiled once per database.
pub trait Mutation:
    postgres::queries::commit::Run + sqlite::queries::commit::Run + fmt::Debug + Send + Sync + 'static
{
    /// The permission that the caller needs.
    fn permission(&self) -> Permission;

    /// The texts stored in columns: U+0000 is rejected in them, which `PostgreSQL` can't store.
    /// Text inside JSON is not listed, because JSON escapes the character.
    fn text_fields(&self) -> TextFields<'_> {
        Vec::new()
    }

    /// Whether the outcome holds a bearer secret, such as a ticket code: it is then stored sealed.
    fn answers_with_secret(&self) -> bool;
}

impl Mutation for Arc<dyn Mutation> {
    fn permission(&self) -> Permission {
        (**self).permission()
    }

    fn text_fields(&self) -> TextFields<'_> {
        (**self).text_fields()
    }

    fn answers_with_secret(&self) -> bool {
        (**self).answers_with_secret()
    }
}

/// A mutation that is completely described by the path and body of one request.
pub trait RequestMutation: Mutation + Sized {
    /// The ids in the path, in order.
    type Path;

    /// The path under which the created resource is found, if not under the request's own.
    const CREATED_BELOW: Option<&'static str> = None;

    /// Whether the permission depends on the body. If so, faults of the body are reported before a
    /// denial, else after it.
    const PERMISSION_NEEDS_BODY: bool = false;

    /// Reads the body. Also called without a body, to describe its schema.
    fn read(path: Self::Path, fields: &mut FieldReader<'_>) -> Self;
}

/// Rejects text that `PostgreSQL` can't store. The HTTP layer has checked lengths and formats.
pub fn reject_nul(mutation: &dyn Mutation) -> Result<(), Rejection> {
    let error = |pointer: &str| FieldError {
        pointer: pointer.to_owned(),
        detail: "must not contain the character U+0000".to_owned(),
    };
    let errors: Vec<_> = mutation
        .text_fields()
        .into_iter()
        .filter(|(_, text)| text.is_some_and(|text| text.contains('\0')))
        .map(|(pointer, _)| error(pointer))
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(Rejection::fields(errors)) }
}

/// Who requests a mutation, when, and under which conditions.
#[derive(Clone, Debug)]
pub struct MutationRequest {
    pub user_id: i64,
    /// The server's clock when the request arrived, in whole milliseconds.
    pub received_at: DateTime<Utc>,
    pub idempotency_key: Option<IdempotencyKey>,
    /// The `ETag` that the caller last saw (`If-Match`), without quotes.
    pub if_match: Option<String>,
}

impl MutationRequest {
    /// A request by this user at this time, without conditions.
    pub fn new(user_id: i64, received_at: DateTime<Utc>) -> Self {
        Self { user_id, received_at, idempotency_key: None, if_match: None }
    }

    /// Rejects the request if the caller last saw another version (`If-Match`) than this one (412).
    pub fn check_if_match(&self, version: i64) -> Result<(), Rejection> {
        match self.if_match.as_deref() {
            None | Some("*") => Ok(()),
            Some(seen) if seen == version.to_string() => Ok(()),
            Some(seen) => {
                let detail = format!("it has changed: its version is {version}, not {seen}");
                Err(Rejection::new(RejectionReason::Stale, "stale", detail))
            }
        }
    }

    /// Whether the idempotency key is too short to seal an answer with.
    pub(super) fn has_short_key(&self) -> bool {
        let is_short = |key: &IdempotencyKey| key.key.len() < MIN_SEALING_KEY_CHARS;
        self.idempotency_key.as_ref().is_some_and(is_short)
    }
}

/// Makes retries of a write safe (G5): unique per user and scope.
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Method and path, as in `POST /api/teams`.
    pub scope: String,
    /// At most 128 visible characters.
    pub key: String,
    /// SHA-256 of the body in hex, without its secret fields: a reuse with another body is
    /// rejected. It is stored only as an HMAC under the server's secret.
    pub body_hash: String,
}

impl fmt::Debug for IdempotencyKey {
    /// Omits the key, which opens sealed outcomes, and the path, which may hold a ticket code.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdempotencyKey").finish_non_exhaustive()
    }
}

/// The outcome of a mutation: the same for the first request and for each retry.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// An HTTP status: 200, 201, 202 (accepted, but not yet official) or 204.
    pub status: u16,
    pub body: Value,
    /// The entity's version after the write, without quotes.
    pub etag: Option<String>,
    /// The resource's own stream and its head after the write, if the write published to one.
    pub stream_head: Option<(StreamId, Seq)>,
    /// Whether this is the remembered outcome of an earlier request with the same key.
    pub is_replay: bool,
}
