//! Several scorers: the balls that each has submitted and that aren't official yet.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::innings::EnteredBall;
use crate::sports::cricket::laws::Delivery;
use crate::sports::cricket::scoring::agreement::{self, BallField};

/// Submissions and disputes of all scorers. A clone copies three pointers.
#[derive(Clone, Debug, Default)]
pub struct ScorerConsensus {
    /// By number; the first may become official next.
    pending_balls: Arc<Vec<PendingBall>>,
    /// Scorer and the number of their next ball, so that one who fell behind needn't send numbers.
    next_ball_by_scorer: Arc<Vec<(i64, u32)>>,
    /// As `GET disputes` lists them.
    resolved_disputes: Arc<Vec<Value>>,
}

/// A ball that isn't official yet.
#[derive(Clone, Debug)]
pub struct PendingBall {
    pub number: u32,
    /// The latest of each scorer.
    pub submissions: Vec<BallSubmission>,
    /// The decision of an official, if there was one.
    pub ruling: Option<BallSubmission>,
    /// Reason why the submissions aren't enough, once there is a dispute.
    pub dispute_reason: Option<String>,
}

/// One scorer's version of a ball.
#[derive(Clone, Debug)]
pub struct BallSubmission {
    pub scorer_id: i64,
    pub submitted_at: DateTime<Utc>,
    pub delivery: Arc<Delivery>,
}

impl ScorerConsensus {
    /// Number of the ball that a submission without `expected_number` is about.
    pub fn next_ball_for(&self, scorer_id: i64, next_number: u32) -> u32 {
        self.next_ball_by_scorer
            .iter()
            .find(|(scorer, _)| *scorer == scorer_id)
            .map_or(next_number, |(_, number)| *number)
    }

    /// Notes that the scorer has submitted ball `number`.
    pub fn advance_scorer(&mut self, scorer_id: i64, number: u32) {
        let next_balls = Arc::make_mut(&mut self.next_ball_by_scorer);
        match next_balls.iter_mut().find(|(scorer, _)| *scorer == scorer_id) {
            Some((_, next_ball)) => *next_ball = (*next_ball).max(number + 1),
            None => next_balls.push((scorer_id, number + 1)),
        }
    }

    /// All balls that aren't official yet, by number.
    pub fn pending_balls(&self) -> &[PendingBall] {
        &self.pending_balls
    }

    /// Ball `number`, if anybody has submitted it.
    pub fn pending_ball(&self, number: u32) -> Option<&PendingBall> {
        self.pending_balls.iter().find(|pending| pending.number == number)
    }

    /// Highest number that may be submitted: the one after all submitted so far.
    pub fn max_ball_number(&self, next_number: u32) -> u32 {
        self.pending_balls.last().map_or(next_number, |last| next_number.max(last.number + 1))
    }

    /// Stores a submission, in place of an earlier one by the same scorer.
    pub fn record_submission(&mut self, number: u32, submission: BallSubmission) {
        let pending = self.pending_ball_mut(number);
        match pending
            .submissions
            .iter_mut()
            .find(|existing| existing.scorer_id == submission.scorer_id)
        {
            Some(earlier) => *earlier = submission,
            None => pending.submissions.push(submission),
        }
    }

    /// Stores the decision of an official.
    pub fn set_ruling(&mut self, number: u32, ruling: BallSubmission) {
        self.pending_ball_mut(number).ruling = Some(ruling);
    }

    /// Opens a dispute, or changes the reason of one.
    pub fn set_dispute(&mut self, number: u32, reason: &str) {
        self.pending_ball_mut(number).dispute_reason = Some(reason.to_owned());
    }

    /// Removes a ball that has become official.
    pub fn remove_pending(&mut self, number: u32) -> Option<PendingBall> {
        let index = self.pending_balls.iter().position(|pending| pending.number == number)?;
        Some(Arc::make_mut(&mut self.pending_balls).remove(index))
    }

    /// Adds a dispute as `GET disputes` lists it.
    pub fn add_resolved_dispute(&mut self, dispute: Value) {
        Arc::make_mut(&mut self.resolved_disputes).push(dispute);
    }

    /// Forgets all submissions: after an undo the numbers mean other balls.
    pub fn clear_pending(&mut self) {
        self.pending_balls = Arc::default();
        self.next_ball_by_scorer = Arc::default();
    }

    /// Takes all submissions at the end of an innings, as their balls won't be bowled. Scorers who
    /// were ahead continue with ball `next_number`.
    pub fn take_pending_at_innings_end(&mut self, next_number: u32) -> Arc<Vec<PendingBall>> {
        if self.next_ball_by_scorer.iter().any(|(_, next_ball)| *next_ball > next_number) {
            let next_balls = Arc::make_mut(&mut self.next_ball_by_scorer);
            for (_, next_ball) in next_balls {
                *next_ball = (*next_ball).min(next_number);
            }
        }
        std::mem::take(&mut self.pending_balls)
    }

    /// Rejects what would overtake a disputed ball.
    pub fn require_no_dispute(&self) -> Result<(), Rejection> {
        let disputed = self.pending_balls.iter().find(|pending| pending.is_disputed());
        disputed.map_or(Ok(()), |pending| Err(pending.blocking_rejection()))
    }

    /// Rejects what would overtake any submitted ball.
    pub fn require_nothing_pending(&self) -> Result<(), Rejection> {
        self.pending_balls.first().map_or(Ok(()), |pending| Err(pending.blocking_rejection()))
    }

    /// Resolved disputes, the oldest first.
    pub fn resolved_disputes(&self) -> &[Value] {
        &self.resolved_disputes
    }

    fn pending_ball_mut(&mut self, number: u32) -> &mut PendingBall {
        let pending = Arc::make_mut(&mut self.pending_balls);
        let index = pending.partition_point(|one| one.number < number);
        if pending.get(index).is_none_or(|one| one.number != number) {
            let empty =
                PendingBall { number, submissions: Vec::new(), ruling: None, dispute_reason: None };
            pending.insert(index, empty);
        }
        &mut pending[index]
    }
}

impl PendingBall {
    /// The ball as it becomes official: by a ruling, or if `required` submissions agree.
    pub fn agreed_ball(&self, required: usize) -> Option<EnteredBall> {
        let entered_ball = |delivery: Delivery, scorer_ids: Vec<i64>, entered_at| EnteredBall {
            delivery: Arc::new(delivery),
            scorer_ids,
            entered_at,
            rev: 1,
        };
        if let Some(ruling) = &self.ruling {
            let delivery = ruling.delivery.as_ref().clone();
            return Some(entered_ball(delivery, vec![ruling.scorer_id], ruling.submitted_at));
        }
        self.submissions.iter().find_map(|submission| {
            // Two may each agree with a third that names no players, but not with each other.
            let mut agreeing: Vec<&BallSubmission> = vec![submission];
            for other in
                self.submissions.iter().filter(|other| other.scorer_id != submission.scorer_id)
            {
                let agrees = |one: &&BallSubmission| {
                    agreement::differing_fields(&one.delivery, &other.delivery).is_empty()
                };
                if agreeing.iter().all(agrees) {
                    agreeing.push(other);
                }
            }
            if agreeing.len() < required {
                return None;
            }
            // In order of submission.
            agreeing.sort_by_key(|one| {
                self.submissions.iter().position(|other| other.scorer_id == one.scorer_id)
            });
            let deliveries = agreeing.iter().map(|one| one.delivery.as_ref());
            let merged = agreement::merge_players(&submission.delivery, deliveries);
            let scorer_ids = agreeing.iter().map(|one| one.scorer_id).collect();
            Some(entered_ball(merged, scorer_ids, submission.submitted_at))
        })
    }

    /// Whether scorers contradict each other, or the ball they agree on no longer fits.
    pub fn is_disputed(&self) -> bool {
        self.dispute_reason.is_some()
    }

    fn blocking_rejection(&self) -> Rejection {
        let waiting_reason = "it waits for another scorer or a ruling";
        let reason = self.dispute_reason.as_deref().unwrap_or(waiting_reason);
        let detail = format!("ball {} is not official yet: {reason}", self.number);
        Rejection::conflict("ball-pending", detail)
    }

    /// Fields in which any two submissions contradict each other, sorted by name.
    pub fn differing_fields(&self) -> Vec<BallField> {
        let pairs = self.submissions.iter().enumerate();
        let differing = pairs.flat_map(|(index, one)| {
            let others = &self.submissions[index + 1..];
            others.iter().flat_map(|two| agreement::differing_fields(&one.delivery, &two.delivery))
        });
        let mut fields: Vec<_> = differing.collect();
        fields.sort_unstable_by_key(|field| field.as_str());
        fields.dedup();
        fields
    }
}

/// Rejects a number that is too high to be submitted yet.
pub fn check_ball_number(number: u32, max_number: u32) -> Result<(), Rejection> {
    if number > max_number {
        let detail = format!("ball {max_number} comes first: nobody has submitted it yet");
        return Err(Rejection::conflict("out-of-order", detail));
    }
    Ok(())
}
