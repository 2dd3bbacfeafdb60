//! The actions of `/api/matches/{id}/…`: their bodies, what they do, what they answer and send.

pub mod correction;
pub mod ending;
pub mod execution;
pub mod requests;
pub mod submissions;
