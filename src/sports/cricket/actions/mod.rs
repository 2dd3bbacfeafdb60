//! Actions of `POST`, `PATCH` and `DELETE /api/matches/{id}/…`: bodies, state changes, responses.

mod action;
mod ball_bodies;
mod bodies;
mod corrections;
mod dispatch;
mod ending;
mod execution;
mod player_lookup;
mod submissions;

pub use action::ACTIONS;
pub use dispatch::{apply, player_ids};
