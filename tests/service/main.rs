//! The service from outside: one binary, a file a noun.
#![expect(clippy::unwrap_used, reason = "what goes wrong while setting up fails the test")]
#![expect(clippy::expect_used, reason = "what goes wrong while setting up fails the test")]
#![expect(clippy::too_many_lines, reason = "a test is one story, or one table")]

mod administrators;
mod announcements;
mod bounds;
mod caches;
mod commands;
mod cookies;
mod crash;
mod credentials;
mod cricket;
mod cursors;
mod demo;
mod drain;
mod exposure;
mod framing;
mod heartbeat;
mod history;
mod hostile;
mod identity;
mod import;
mod logs;
mod matrix;
mod metrics;
mod modes;
mod nginx;
mod nodes;
mod once;
mod openapi;
mod order;
mod organising;
mod proxies;
mod purchases;
mod refusals;
mod relay;
mod resume;
mod revocation;
mod rights;
mod season;
mod secrets;
mod sessions;
mod slow;
mod store;
mod story;
mod support;
mod told;
mod topics;
mod ways;
