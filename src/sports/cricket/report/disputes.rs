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
    let fields = pending.differing_fields();
    let fields: Vec<_> = fields.into_iter().map(|field| field_json(pending, field)).collect();
    json!({
        "number": pending.number,
        "state": if pending.is_disputed() { "open" } else { "waiting" },
        "reason": pending.dispute_reason,
        "fields": fields,
        "submissions": submissions_json(pending),
    })
}

/// A field in which scorers differ, and what each says.
fn field_json(pending: &PendingBall, field: BallField) -> Value {
    let value_json = |submission: &BallSubmission| json!({ "by": submission.scorer_id, "value": field.value(&submission.delivery) });
    let values: Vec<_> = pending.submissions.iter().map(value_json).collect();
    json!({ "field": field.as_str(), "values": values })
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

/// A ball that isn't official, in the match's state: whether disputed, and the submissions.
pub fn pending_summary_json(pending: &PendingBall) -> Value {
    json!({ "disputed": pending.is_disputed(), "submissions": submissions_json(pending) })
}

/// An unresolved dispute in the match's state, which has the submissions with the pending ball.
pub fn open_dispute_json(pending: &PendingBall) -> Value {
    let fields = pending.differing_fields();
    let fields: Vec<_> = fields.into_iter().map(|field| field_json(pending, field)).collect();
    json!({ "reason": pending.dispute_reason, "fields": fields })
}

/// All disputes of the match, resolved ones first.
pub fn all_disputes_json(consensus: &ScorerConsensus) -> Vec<Value> {
    let disputed = consensus.pending_balls().iter().filter(|pending| pending.is_disputed());
    let resolved = consensus.resolved_disputes().iter().cloned();
    resolved.chain(disputed.map(pending_ball_json)).collect()
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
