//! Everything official in its order, with the board kept here and there on the way, so that a
//! correction folds only what follows it.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::cricket::board::Board;
use crate::sports::cricket::format::Format;
use crate::sports::cricket::news::News;
use crate::sports::cricket::step::Step;

/// Steps between two kept boards. Twice as many make an undo dearer, half as many the memory of
/// a long match.
const STRETCH: usize = 32;

/// All steps of a match and the board they lead to. A clone shares all but the last few steps.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    stretches: Vec<Arc<Stretch>>,
    pub board: Board,
}

#[derive(Clone, Debug)]
struct Stretch {
    before: Arc<Board>,
    steps: Vec<Arc<Step>>,
}

impl Timeline {
    /// Takes a step, or leaves everything as it is.
    pub fn take(&mut self, format: &Format, step: &Arc<Step>) -> Result<Vec<News>, Rejection> {
        let mut board = self.board.clone();
        let news = step.take(&mut board, format)?;
        let before = std::mem::replace(&mut self.board, board);
        let last = self.stretches.last_mut();
        if let Some(stretch) = last.filter(|stretch| stretch.steps.len() < STRETCH) {
            Arc::make_mut(stretch).steps.push(Arc::clone(step));
        } else {
            let (before, steps) = (Arc::new(before), vec![Arc::clone(step)]);
            self.stretches.push(Arc::new(Stretch { before, steps }));
        }
        Ok(news)
    }

    /// The match as it stood before ball `number`, and the steps from that ball on.
    pub fn before(
        &self,
        format: &Format,
        number: u32,
    ) -> Result<(Self, Vec<Arc<Step>>), Rejection> {
        let unborn = self.stretches.partition_point(|stretch| stretch.before.count() < number);
        let from = unborn.saturating_sub(1);
        let (kept, rest) = self.stretches.split_at(from.min(self.stretches.len()));
        let board = rest.first().map_or_else(Board::default, |first| (*first.before).clone());
        let mut earlier = Self { stretches: kept.to_vec(), board };
        let mut steps = rest.iter().flat_map(|stretch| stretch.steps.iter().cloned()).peekable();
        while let Some(step) = steps.next_if(|step| {
            !matches!(step.as_ref(), Step::Ball(_)) || earlier.board.count() + 1 < number
        }) {
            earlier.take(format, &step)?;
        }
        Ok((earlier, steps.collect()))
    }
}
