//! All steps in order, with a saved scoreboard every few steps, so that a correction folds only
//! what follows it.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::laws::CricketFormat;
use crate::sports::cricket::scoring::effects::StepEffect;
use crate::sports::cricket::scoring::scoreboard::Scoreboard;
use crate::sports::cricket::scoring::step::ScoringStep;

/// Steps between two saved scoreboards: more make an undo slower, fewer take more memory.
const SEGMENT_STEPS: usize = 32;

/// All steps and the scoreboard after them. A clone shares all but the last few steps.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    segments: Vec<Arc<TimelineSegment>>,
    pub scoreboard: Scoreboard,
}

#[derive(Clone, Debug)]
struct TimelineSegment {
    board_before: Arc<Scoreboard>,
    steps: Vec<Arc<ScoringStep>>,
}

impl Timeline {
    /// Applies a step and returns its effects; on a rejection nothing changes.
    pub fn apply_step(
        &mut self,
        format: &CricketFormat,
        step: &Arc<ScoringStep>,
    ) -> Result<Vec<StepEffect>, Rejection> {
        let mut scoreboard = self.scoreboard.clone();
        let effects = step.apply(&mut scoreboard, format)?;
        let board_before = std::mem::replace(&mut self.scoreboard, scoreboard);
        let last_segment = self.segments.last_mut();
        if let Some(segment) = last_segment.filter(|segment| segment.steps.len() < SEGMENT_STEPS) {
            Arc::make_mut(segment).steps.push(Arc::clone(step));
        } else {
            let board_before = Arc::new(board_before);
            let steps = vec![Arc::clone(step)];
            self.segments.push(Arc::new(TimelineSegment { board_before, steps }));
        }
        Ok(effects)
    }

    /// The timeline before ball `number`, and the steps from that ball on.
    pub fn split_before_ball(
        &self,
        format: &CricketFormat,
        number: u32,
    ) -> Result<(Self, Vec<Arc<ScoringStep>>), Rejection> {
        let segments_before =
            self.segments.partition_point(|segment| segment.board_before.ball_count() < number);
        let from = segments_before.saturating_sub(1);
        let (kept_segments, later_segments) = self.segments.split_at(from.min(self.segments.len()));
        let scoreboard = later_segments
            .first()
            .map_or_else(Scoreboard::default, |first| (*first.board_before).clone());
        let mut earlier = Self { segments: kept_segments.to_vec(), scoreboard };
        let mut steps =
            later_segments.iter().flat_map(|segment| segment.steps.iter().cloned()).peekable();
        while let Some(step) = steps.next_if(|step| {
            !matches!(step.as_ref(), ScoringStep::BowlBall(_))
                || earlier.scoreboard.ball_count() + 1 < number
        }) {
            earlier.apply_step(format, &step)?;
        }
        Ok((earlier, steps.collect()))
    }

    /// The timeline with `replacement` for ball `number`, or without that ball; all later steps are
    /// applied again as they were entered.
    pub fn with_ball_replaced(
        &self,
        format: &CricketFormat,
        number: u32,
        replacement: Option<ScoringStep>,
    ) -> Result<Self, Rejection> {
        let (mut timeline, remaining_steps) = self.split_before_ball(format, number)?;
        if let Some(step) = replacement {
            timeline.apply_step(format, &Arc::new(step))?;
        }
        for step in remaining_steps.iter().skip(1) {
            let next_number = timeline.scoreboard.ball_count() + 1;
            timeline.apply_step(format, step).map_err(|rejection| {
                let subject = match step.as_ref() {
                    ScoringStep::BowlBall(_) => format!("ball {next_number} no longer fits"),
                    _ => format!("what was entered before ball {next_number} no longer fits"),
                };
                let detail = format!("{subject}: {}", rejection.detail);
                Rejection::conflict("correction-impossible", detail)
            })?;
        }
        Ok(timeline)
    }
}
