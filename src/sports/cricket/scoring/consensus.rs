//! Several scorers: what each of them said of balls that aren't official yet.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::innings::EnteredBall;
use crate::sports::cricket::laws::Delivery;
use crate::sports::cricket::scoring::agreement::{self, BallField};

/// What was said of balls to come, and where each scorer stands. A clone copies pointers.
#[derive(Clone, Debug, Default)]
pub struct ScorerConsensus {
    /// By number; the first is the next to become official, if anything was said of it.
    pending_balls: Arc<Vec<PendingBall>>,
    /// The next ball of each scorer, so that one who fell behind needn't number them.
    next_ball_by_scorer: Arc<Vec<(i64, u32)>>,
    /// Disputes that were resolved.
    resolved_disputes: Arc<Vec<Value>>,
}

/// A ball that isn't official yet.
#[derive(Clone, Debug)]
pub struct PendingBall {
    pub number: u32,
    /// One for each scorer, the newest they sent.
    pub submissions: Vec<BallSubmission>,
    pub ruling: Option<BallSubmission>,
    /// Why nobody's word is enough, once they differ.
    pub dispute_reason: Option<String>,
}

/// One scorer's word on a ball.
#[derive(Clone, Debug)]
pub struct BallSubmission {
    pub scorer_id: i64,
    pub submitted_at: DateTime<Utc>,
    pub delivery: Arc<Delivery>,
}

impl ScorerConsensus {
    /// The ball a scorer speaks of who doesn't number it.
    pub fn next_ball_for(&self, scorer_id: i64, next_number: u32) -> u32 {
        self.next_ball_by_scorer
            .iter()
            .find(|(scorer, _)| *scorer == scorer_id)
            .map_or(next_number, |(_, number)| *number)
    }

    /// The scorer has spoken of ball `number`.
    pub fn advance_scorer(&mut self, scorer_id: i64, number: u32) {
        let next_balls = Arc::make_mut(&mut self.next_ball_by_scorer);
        match next_balls.iter_mut().find(|(scorer, _)| *scorer == scorer_id) {
            Some((_, next_ball)) => *next_ball = (*next_ball).max(number + 1),
            None => next_balls.push((scorer_id, number + 1)),
        }
    }

    pub fn pending_balls(&self) -> &[PendingBall] {
        &self.pending_balls
    }

    pub fn pending_ball(&self, number: u32) -> Option<&PendingBall> {
        self.pending_balls.iter().find(|pending| pending.number == number)
    }

    /// The highest ball that may be spoken of: one after those that were.
    pub fn max_ball_number(&self, next_number: u32) -> u32 {
        self.pending_balls.last().map_or(next_number, |last| next_number.max(last.number + 1))
    }

    /// Notes one scorer's word, in place of what he said before. Gives whether it is new.
    pub fn record_submission(&mut self, number: u32, submission: BallSubmission) {
        let pending = self.pending_ball_mut(number);
        match pending
            .submissions
            .iter_mut()
            .find(|existing| existing.scorer_id == submission.scorer_id)
        {
            Some(known) => *known = submission,
            None => pending.submissions.push(submission),
        }
    }

    pub fn set_ruling(&mut self, number: u32, ruling: BallSubmission) {
        self.pending_ball_mut(number).ruling = Some(ruling);
    }

    pub fn set_dispute(&mut self, number: u32, reason: &str) {
        self.pending_ball_mut(number).dispute_reason = Some(reason.to_owned());
    }

    /// Takes a ball off that has become official.
    pub fn remove_pending(&mut self, number: u32) -> Option<PendingBall> {
        let index = self.pending_balls.iter().position(|pending| pending.number == number)?;
        Some(Arc::make_mut(&mut self.pending_balls).remove(index))
    }

    pub fn add_resolved_dispute(&mut self, dispute: Value) {
        Arc::make_mut(&mut self.resolved_disputes).push(dispute);
    }

    /// A ball was taken back, and the numbers of those to come with it: all speak anew.
    pub fn clear_pending(&mut self) {
        self.pending_balls = Arc::default();
        self.next_ball_by_scorer = Arc::default();
    }

    /// An innings is over: what was said of balls to come was said of none. Gives it; who was
    /// ahead goes on with ball `next`, who fell behind with what he hasn't spoken of.
    pub fn take_pending_at_innings_end(&mut self, next_number: u32) -> Arc<Vec<PendingBall>> {
        if self.next_ball_by_scorer.iter().any(|(_, next_ball)| *next_ball > next_number) {
            let next_balls = Arc::make_mut(&mut self.next_ball_by_scorer);
            for (_, place) in next_balls {
                *place = (*place).min(next_number);
            }
        }
        std::mem::take(&mut self.pending_balls)
    }

    /// Refuses what would overtake a ball in dispute.
    pub fn require_no_dispute(&self) -> Result<(), Rejection> {
        let disputed =
            self.pending_balls.iter().find(|disputed_ball| disputed_ball.dispute_reason.is_some());
        disputed.map_or(Ok(()), |one| Err(one.blocking_rejection()))
    }

    /// Refuses what would overtake any ball that scorers have spoken of.
    pub fn require_nothing_pending(&self) -> Result<(), Rejection> {
        self.pending_balls
            .first()
            .map_or(Ok(()), |pending_ball| Err(pending_ball.blocking_rejection()))
    }

    /// Disputes that were resolved, as they are listed.
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
    /// The ball as it becomes official: ruled, or said alike by enough.
    pub fn agreed_ball(&self, required: usize) -> Option<EnteredBall> {
        let entered_ball = |delivery: Delivery, by: Vec<i64>, at| EnteredBall {
            delivery: Arc::new(delivery),
            scorer_ids: by,
            entered_at: at,
            rev: 1,
        };
        if let Some(BallSubmission { scorer_id: by, submitted_at: at, delivery }) = &self.ruling {
            return Some(entered_ball((**delivery).clone(), vec![*by], *at));
        }
        self.submissions.iter().find_map(|submission| {
            // Two may each agree with a third who names nobody, and not with each other.
            let mut agreeing: Vec<&BallSubmission> = vec![submission];
            for other in
                self.submissions.iter().filter(|other| other.scorer_id != submission.scorer_id)
            {
                let agrees = |agreeing_submission: &&BallSubmission| {
                    agreement::differing_fields(&agreeing_submission.delivery, &other.delivery)
                        .is_empty()
                };
                if agreeing.iter().all(agrees) {
                    agreeing.push(other);
                }
            }
            if agreeing.len() < required {
                return None;
            }
            agreeing.sort_by_key(|said| {
                self.submissions.iter().position(|known| known.scorer_id == said.scorer_id)
            });
            let all = agreeing.iter().map(|said| said.delivery.as_ref());
            let by = agreeing.iter().map(|said| said.scorer_id).collect();
            Some(entered_ball(
                agreement::merge_players(&submission.delivery, all),
                by,
                submission.submitted_at,
            ))
        })
    }

    /// Whether scorers contradict each other, or the ball they agree on no longer fits.
    pub fn is_disputed(&self) -> bool {
        self.dispute_reason.is_some()
    }

    fn blocking_rejection(&self) -> Rejection {
        let waiting_reason = "it waits for another scorer's word, or for a ruling";
        let reason = self.dispute_reason.as_deref().unwrap_or(waiting_reason);
        let detail = format!("ball {} is not official yet: {reason}", self.number);
        Rejection::conflict("ball-pending", detail)
    }

    /// The fields in which any two submissions contradict each other, by name.
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

/// Refuses a number that nobody may speak of yet.
pub fn check_ball_number(number: u32, max_number: u32) -> Result<(), Rejection> {
    if number > max_number {
        let detail = format!("ball {max_number} comes first; nothing was said of it yet");
        return Err(Rejection::conflict("out-of-order", detail));
    }
    Ok(())
}
