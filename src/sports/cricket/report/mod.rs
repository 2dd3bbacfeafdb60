//! What subscribers and readers of the API get: messages, snapshots, scorecards, statistics and
//! results.

mod balls;
mod cards;
mod disputes;
mod live;
mod messages;
mod performers;
mod result;
mod run_rates;
mod scorecard;
mod scorecard_text;
mod state;
mod views;

pub use balls::{ball_event_json, ball_json};
pub use disputes::{DisputeResolution, pending_ball_json, resolved_dispute_json};
pub use live::{live_json, toss_json};
pub use messages::{MessageBuilder, names_message};
pub use performers::player_of_match_json;
pub use result::{computed_result, decision_json, outcome_json};
pub use state::state_members;
pub use views::{list_fields, read_part};
