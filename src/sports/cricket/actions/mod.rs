//! The actions of `/api/matches/{id}/…`: their bodies, what each does, answers and sends.

mod action;
mod ball_bodies;
mod bodies;
mod corrections;
mod dispatch;
mod ending;
mod execution;
mod player_lookup;
mod submissions;

pub use dispatch::{apply, player_ids};
