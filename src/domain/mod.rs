//! Types and rules that all sports share. Pure: no clock, no database.

pub mod access;
pub mod leaderboard;
pub mod message;
pub mod number;
pub mod permission;
pub mod purchases;
pub mod rejection;
pub mod time;
pub mod topic;
