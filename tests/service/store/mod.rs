//! The store, on both databases.

mod idempotency;
mod log;
mod matches;
mod migrations;
mod rights;
mod teams;
mod verify;
