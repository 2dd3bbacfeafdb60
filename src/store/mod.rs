//! The database: one transaction per write, and the log that everything else reads.

// First: the others use its macro.
#[macro_use]
mod backend;

pub mod mutation;

mod database;
mod error;
mod json;
mod leadership;
mod match_cache;
mod model;
mod options;
mod people;
#[expect(clippy::duplicate_mod, reason = "each query is written once and compiled for both")]
mod postgres;
mod principal;
mod reads;
mod remembered;
mod rows;
mod schema;
mod server_secret;
mod sessions;
#[expect(clippy::duplicate_mod, reason = "each query is written once and compiled for both")]
mod sqlite;
mod state_rows;
mod stored_texts;
mod writes;

pub use database::Store;
pub use error::{Result, StoreError};
pub use leadership::Leadership;
pub use model::{
    AnnouncementFilter, AnnouncementRights, EventRights, ListPage, ListQuery, LogPage, MatchRights,
    PurchaseRights, Snapshot, StreamHead, TeamRights, User, VisibilityScope,
};
pub use options::{DatabaseTimeouts, StoreOptions};
pub use principal::{Authentication, Principal, TokenIssuer};
pub use remembered::RememberedOutcome;
