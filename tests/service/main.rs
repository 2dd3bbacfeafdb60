//! Tests of the real binary from outside, one module per subject.
#![expect(clippy::unwrap_used, reason = "a failing setup fails the test")]
#![expect(clippy::expect_used, reason = "a failing setup fails the test")]
#![expect(clippy::too_many_lines, reason = "a test is one scenario or one table")]

mod administrators;
mod announcements;
mod bounds;
mod cache_invalidation;
mod cli;
mod cookies;
mod crash;
mod credentials;
mod cricket;
mod cricket_entry;
mod cursors;
mod demo;
mod drain;
mod flaky_connection;
mod framing;
mod heartbeat;
mod history;
mod http_caching;
mod idempotency;
mod identity_provider;
mod import;
mod logs;
mod malicious_input;
mod merge_patches;
mod metrics;
mod nginx;
mod nodes;
mod openapi;
mod ordering;
mod organizers;
mod permissions;
mod proxies;
mod publishing;
mod purchases;
mod read_access;
mod relay;
mod resume;
mod revocation;
#[path = "../support/route_table.rs"]
mod route_table;
mod season;
mod secrets;
mod sessions;
mod slow_subscribers;
mod store;
mod stream_options;
mod support;
mod topics;
mod validation;
