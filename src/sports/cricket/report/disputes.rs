//! Balls that wait for other scorers, and disputes, as JSON.

use serde_json::{Value, json};

use crate::domain::closed_set::closed_set;
use crate::sports::clock::format_timestamp;
use crate::sports::cricket::innings::Ball;
use crate::sports::cricket::report::balls::ball_json;
use crate::sports::cricket::scoring::{
    BallField, BallSubmission, PendingBall, ScorerConsensus, compared_fields_json,
};

/// What ended a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisputeResolution {
    /// Enough scorers agree now.
    Agreement,
    /// An official ruled.
    Ruling,
    /// The innings ended before the ball was official.
    InningsEnd,
}

closed_set!(DisputeResolution {
    Agreement => "agreement",
    Ruling => "ruling",
    InningsEnd => "innings_end",
});

/// A ball that isn't official: the fields in which scorers differ, and all submissions.
pub fn pending_ball_json(pending: &PendingBall) -> Value {
    let field_json = |field: BallField| {
        let value_json = |submission: &BallSubmission| {
            json!({
                "by": submission.scorer_id,
                "value": field.value(&submission.delivery),
            })
        };
        let values: Vec<_> = pending.submissions.iter().map(value_json).collect();
        json!({ "field": field.as_str(), "values": values })
    };
    json!({
        "number": pending.number,
        "state": if pending.is_disputed() { "open" } else { "waiting" },
        "reason": pending.dispute_reason,
        "fields": pending.differing_fields().into_iter().map(field_json).collect::<Vec<_>>(),
        "submissions": submissions_json(pending),
    })
}

/// A resolved dispute; `official_ball` is `None` if the innings ended without the ball.
pub fn resolved_dispute_json(
    pending: &PendingBall,
    resolution: DisputeResolution,
    official_ball: Option<&Ball>,
) -> Value {
    let mut resolved = pending_ball_json(pending);
    resolved["state"] = json!("resolved");
    resolved["resolved_by"] = json!(resolution.as_str());
    resolved["by"] =
        json!(official_ball.map_or(&[][..], |ball| ball.entered.scorer_ids.as_slice()));
    resolved["ball"] = json!(official_ball.map(ball_json));
    resolved
}

/// All balls that aren't official: number, scorers, whether disputed, submissions.
pub fn pending_summaries_json(consensus: &ScorerConsensus) -> Value {
    let summary_json = |pending: &PendingBall| {
        json!({
            "number": pending.number,
            "by": pending.submissions.iter().map(|one| one.scorer_id).collect::<Vec<_>>(),
            "disputed": pending.is_disputed(),
            "submissions": submissions_json(pending),
        })
    };
    consensus.pending_balls().iter().map(summary_json).collect()
}

/// Unresolved disputes, by ball.
pub fn open_disputes_json(consensus: &ScorerConsensus) -> Vec<Value> {
    let disputed = consensus.pending_balls().iter().filter(|pending| pending.is_disputed());
    disputed.map(pending_ball_json).collect()
}

/// All disputes of the match, resolved ones first.
pub fn all_disputes_json(consensus: &ScorerConsensus) -> Vec<Value> {
    let resolved = consensus.resolved_disputes().iter().cloned();
    resolved.chain(open_disputes_json(consensus)).collect()
}

fn submissions_json(pending: &PendingBall) -> Vec<Value> {
    let submission_json = |submission: &BallSubmission| {
        json!({
            "by": submission.scorer_id,
            "at": format_timestamp(submission.submitted_at),
            "ball": compared_fields_json(&submission.delivery),
        })
    };
    pending.submissions.iter().map(submission_json).collect()
}
