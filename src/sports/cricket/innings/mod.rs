//! State of one innings: batting, bowling, the crease, overs, partnerships and milestones.

mod ball;
mod batting;
mod bowling;
mod cards;
mod milestone;
mod over;
mod partnership;
mod state;

pub use ball::{Ball, EnteredBall, ball_symbol};
pub use cards::{BatterRecord, BatterRole, BatterStatus, BowlingFigures, FallOfWicket};
pub use milestone::{Milestone, MilestoneKind};
pub use over::Over;
pub use partnership::{Partnership, PartnershipShare};
pub use state::{Innings, InningsEnd};
