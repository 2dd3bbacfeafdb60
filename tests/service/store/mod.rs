//! The store, on both databases.

mod events;
mod idempotency;
mod log;
mod matches;
mod migrations;
mod registrations;
mod results;
mod rights;
mod teams;
mod verify;
