//! The final result of a match: computed, or entered by hand.

mod current;
pub(super) mod entered;
mod match_result;
mod request;

pub(super) use current::{current_result, resolve_result};
pub use match_result::{MatchResult, ResultBasis};
