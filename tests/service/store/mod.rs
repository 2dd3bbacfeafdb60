//! Tests of the store, on both databases.

mod announcements;
mod events;
mod idempotency;
mod log;
mod matches;
mod migrations;
mod purchases;
mod registrations;
mod results;
mod rights;
mod secrets;
mod sessions;
mod states;
mod teams;
mod upgrade;
mod verify;
