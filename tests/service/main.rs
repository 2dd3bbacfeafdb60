//! The service from outside: one binary, a file a noun.
#![expect(clippy::unwrap_used, reason = "what goes wrong while setting up fails the test")]
#![expect(clippy::expect_used, reason = "what goes wrong while setting up fails the test")]

mod store;
mod support;
