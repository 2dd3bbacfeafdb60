//! What readers get: live board, scorecards, statistics, messages and the parts of the snapshot.

pub mod live;
pub mod messages;
pub mod performers;
pub mod run_rates;
pub mod scorecard;
pub mod scorecard_text;
pub mod views;
