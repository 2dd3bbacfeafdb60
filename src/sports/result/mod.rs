//! The final outcome of a match: by playing it, or as somebody entered it.

mod current;
pub(super) mod entered;
mod match_result;
mod request;

pub(super) use current::{current_result, resolve_result};
pub use match_result::{MatchResult, ResultBasis};
