//! What the Laws and the playing conditions say by themselves: formats, balls, dismissals, players.

pub mod ball_validation;
pub mod delivery;
pub mod dismissal;
pub mod format;
pub mod players;
