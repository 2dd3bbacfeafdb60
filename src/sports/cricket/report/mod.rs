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
mod views;

pub use balls::ball_json;
pub use disputes::{DisputeResolution, pending_ball_json, resolved_dispute_json};
pub use live::{innings_json, live_json, toss_json};
pub use messages::{MessageBuilder, names_message};
pub use performers::player_of_match_json;
pub use result::{computed_result, decision_json, result_text};
pub use scorecard::scorecard_json_from;
pub use views::{list_fields, read_part, snapshot_fields};
