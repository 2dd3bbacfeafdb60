//! Types and rules that all sports share. Pure: no clock, no database.

pub mod access;
pub mod announcements;
pub mod closed_set;
pub mod leaderboard;
pub mod matches;
pub mod merge_patch;
pub mod message;
pub mod number;
pub mod permission;
pub mod purchases;
pub mod rejection;
pub mod state_change;
pub mod teams;
pub mod time;
pub mod topic;
pub mod users;
pub mod visibility;
