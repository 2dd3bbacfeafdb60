//! The service from outside: one binary, a file a noun.
#![expect(clippy::unwrap_used, reason = "what goes wrong while setting up fails the test")]
#![expect(clippy::expect_used, reason = "what goes wrong while setting up fails the test")]

mod crash;
mod credentials;
mod cursors;
mod history;
mod modes;
mod once;
mod order;
mod resume;
mod rights;
mod slow;
mod store;
mod support;
mod topics;
