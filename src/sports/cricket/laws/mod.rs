//! Facts of the Laws and playing conditions: formats, overs, players, the balls that are possible,
//! and the ways to be out. Nothing here knows a match in progress.

mod ball_validation;
mod delivery;
mod dismissal;
mod format;
mod overs;
mod players;
mod teams;

pub use ball_validation::{validate_ball, validate_between_balls};
pub use delivery::{Delivery, EnteredWicket, Extras, PenaltyAward};
pub use dismissal::{Dismissal, DismissalKind, dismissals_from_delivery};
pub use format::{CricketFormat, with_scorers_required};
pub use overs::{OverCount, rounded_rate};
pub use players::{Cricketer, CricketerRef, DepartureReason, player_rejection};
