//! State of a match: the scoreboard as the fold of official steps, corrections, the consensus of
//! several scorers, and the decision.

mod agreement;
mod apply_ball;
mod chunked_list;
mod consensus;
mod crease;
mod decide;
mod decision;
mod effects;
mod match_state;
mod milestones;
mod opening;
mod penalty_runs;
mod player_change;
mod scoreboard;
mod step;
mod timeline;
mod wickets;

pub use agreement::{BallField, compared_fields_json, differing_fields, merge_players};
pub use consensus::{BallSubmission, PendingBall, ScorerConsensus, check_ball_number};
pub use decide::DecisionState;
pub use decision::{MatchDecision, WinningMargin};
pub use effects::StepEffect;
pub use match_state::{CricketSetup, CricketState, Toss};
pub use opening::InningsOpening;
pub use player_change::{PlayerChange, Replacement, Retirement};
pub use scoreboard::Scoreboard;
pub use step::{ScoringStep, TargetChange};
