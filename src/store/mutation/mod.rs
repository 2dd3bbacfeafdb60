//! Writes: one [`Mutation`] per kind, each run in one transaction.
//!
//! A file holds the mutations of one noun: their bodies, permissions and text fields. Their
//! statements are in the file of the same name in `queries`.

mod announcements;
mod events;
mod matches;
mod purchases;
mod registrations;
mod request;
mod teams;
mod users;

use std::fmt;

pub use announcements::{
    AnnouncementEdit, BroadcastAnnouncement, CreateAnnouncement, DeleteAnnouncement,
    EditAnnouncement, ExpireAnnouncement, NewAnnouncement,
};
pub use events::{
    AddManager, CreateEvent, DeleteEvent, EditEvent, EventEdit, NewEvent, RemoveManager,
};
pub use matches::{
    AcceptMatch, AddOfficial, ApplyMatchAction, CreateMatch, DeleteMatch, EditMatch, MatchEdit,
    MatchPlace, NewMatch, RemoveOfficial,
};
pub use purchases::{CreatePurchase, SetPurchaseStatus, SetTicketStatus};
pub use registrations::{
    AcceptRegistration, PointsDeduction, RegisterTeam, RegisterUser, SetDeduction, UnregisterTeam,
    UnregisterUser, WithdrawTeam,
};
pub use request::{IdempotencyKey, MIN_SEALING_KEY_CHARS, MutationRequest, Outcome};
pub use teams::{
    AddMember, AddPlayer, CreateTeam, DeleteTeam, EditPlayer, EditTeam, NewPlayer, NewTeam,
    PlayerEdit, RemoveMember, RemovePlayer, TeamEdit,
};
pub use users::{CreateIdentity, CreateUser, EditUser, NewIdentity, NewUser, UserEdit};

use crate::domain::permission::Permission;
use crate::domain::rejection::{FieldError, Rejection};
use crate::input::FieldReader;
use crate::store::{postgres, sqlite};

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
