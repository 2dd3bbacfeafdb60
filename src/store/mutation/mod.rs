//! What can be written: one [`Mutation`] per kind of write, each run in one transaction.
//!
//! A file holds the mutations of one noun: what their bodies hold, who may make them, which texts
//! are checked. What they do to the tables stands in the file of the same name in `queries`.

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

/// Characters that an idempotency key needs to seal an answer: fewer could be guessed.
pub const SEALING_KEY_LENGTH: usize = 16;

/// Texts by their JSON pointers.
pub type TextFields<'a> = Vec<(&'static str, Option<&'a String>)>;

/// One change to the database that somebody asks for.
///
/// What it does is its `Run` beside the queries, compiled once for each database.
pub trait Mutation:
    postgres::queries::commit::Run + sqlite::queries::commit::Run + fmt::Debug + Send + Sync + 'static
{
    /// What the caller must be allowed to do.
    fn permission(&self) -> Permission;

    /// The texts that become columns: they are refused with U+0000, which PostgreSQL can't hold.
    /// Text inside JSON needs no mention, for JSON escapes the character.
    fn text_fields(&self) -> TextFields<'_> {
        Vec::new()
    }

    /// Whether the outcome holds what lets its bearer in: it is then stored sealed.
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

/// A mutation that one request makes: its path and its body say all of it.
pub trait RequestMutation: Mutation + Sized {
    /// The ids in the path, in their order.
    type Path;

    /// Where what it creates is found, unless that is below the request's own path.
    const CREATED_BELOW: Option<&'static str> = None;

    /// Whether the permission depends on the body. The body's faults are reported before a denial
    /// then, else after it.
    const PERMISSION_NEEDS_BODY: bool = false;

    /// Reads the body; also without one, to describe it.
    fn read(path: Self::Path, fields: &mut FieldReader<'_>) -> Self;
}

/// Rejects text that not every database can hold. Lengths and forms are checked at the edge.
pub fn reject_nul(mutation: &dyn Mutation) -> Result<(), Rejection> {
    let error = |pointer: &str| FieldError {
        pointer: pointer.to_owned(),
        detail: "must not have the character U+0000".to_owned(),
    };
    let errors: Vec<_> = mutation
        .text_fields()
        .into_iter()
        .filter(|(_, text)| text.is_some_and(|text| text.contains('\0')))
        .map(|(pointer, _)| error(pointer))
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(Rejection::fields(errors)) }
}

/// Who makes a mutation, when, and under which conditions.
#[derive(Clone, Debug)]
pub struct MutationRequest {
    pub user_id: i64,
    /// The server's clock when the request came in, whole milliseconds.
    pub received_at: DateTime<Utc>,
    pub idempotency_key: Option<IdempotencyKey>,
    /// The `ETag` the caller has seen (`If-Match`), without quotes.
    pub if_match: Option<String>,
}

impl MutationRequest {
    /// A request of this user at this time, without conditions.
    pub fn new(user_id: i64, received_at: DateTime<Utc>) -> Self {
        Self { user_id, received_at, idempotency_key: None, if_match: None }
    }

    /// Rejects where the caller has seen another version (`If-Match`) than the current one (412).
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

    /// Whether the idempotency key is too short to seal an answer with.
    pub(super) fn has_short_key(&self) -> bool {
        let is_short = |key: &IdempotencyKey| key.key.len() < SEALING_KEY_LENGTH;
        self.idempotency_key.as_ref().is_some_and(is_short)
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
    /// rejected. It is stored keyed with the server's secret, never as it is.
    pub body_hash: String,
}

impl fmt::Debug for IdempotencyKey {
    /// Without the key, which opens sealed answers, and the path, which may hold a ticket's code.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdempotencyKey").finish_non_exhaustive()
    }
}

/// What a mutation is answered with, the first time and each time it is sent again.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// An HTTP status: 200, 201, 202 (accepted, but not official yet) or 204.
    pub status: u16,
    pub body: Value,
    /// The entity's version after the write, without quotes.
    pub etag: Option<String>,
    /// The resource's own stream and its head after the write, where it appended to one.
    pub stream_head: Option<(StreamId, Seq)>,
    /// Whether this is the remembered outcome of an earlier request with the same key.
    pub is_replay: bool,
}
