//! One innings as it stands: its batters, bowlers, overs, partnerships and milestones.

pub mod ball;
pub mod batting;
pub mod bowling;
pub mod milestones;
pub mod over;
pub mod partnership;
pub mod state;
