//! Rules and words that no sport owns: pure, no clock, no database.

pub mod message;
pub mod rejection;
pub mod topic;
