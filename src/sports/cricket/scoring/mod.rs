//! The match as the fold of its steps: what each step does to the scoreboard, and what decides it.

pub mod agreement;
pub mod apply_ball;
pub mod chunked_list;
pub mod consensus;
pub mod crease;
pub mod decision;
pub mod effects;
pub mod match_state;
pub mod opening;
pub mod penalty_runs;
pub mod scoreboard;
pub mod step;
pub mod timeline;
pub mod wickets;
