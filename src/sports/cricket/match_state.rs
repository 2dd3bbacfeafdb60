//! The whole state of a match of cricket.

use std::sync::Arc;

use crate::domain::rejection::Rejection;
use crate::sports::Command;
use crate::sports::Fixture;
use crate::sports::Side;
use crate::sports::cricket::board::Board;
use crate::sports::cricket::consensus::Consensus;
use crate::sports::cricket::format::Format;
use crate::sports::cricket::news::News;
use crate::sports::cricket::people::Cast;
use crate::sports::cricket::step::Step;
use crate::sports::cricket::timeline::Timeline;
use crate::sports::score::Pair;
use crate::sports::score::Which;

/// What is fixed before the first ball.
#[derive(Debug, PartialEq, Eq)]
pub struct Setup {
    pub sides: Pair<Side>,
    pub format: Format,
}

/// Who won the toss, and what they chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Toss {
    pub winner: Which,
    pub bats: bool,
}

/// Everything about one match but status and clock. A clone copies a few pointers and the live
/// part of the innings.
#[derive(Clone, Debug)]
pub struct State {
    pub setup: Arc<Setup>,
    pub toss: Option<Toss>,
    pub timeline: Timeline,
    pub consensus: Consensus,
}

impl State {
    pub fn start(fixture: &Fixture) -> Result<Self, Rejection> {
        let format = Format::of(&fixture.format)?;
        Ok(Self {
            setup: Arc::new(Setup { sides: sides(fixture), format }),
            toss: None,
            timeline: Timeline::default(),
            consensus: Consensus::default(),
        })
    }

    pub fn board(&self) -> &Board {
        &self.timeline.board
    }

    pub fn format(&self) -> &Format {
        &self.setup.format
    }

    pub fn sides(&self) -> &Pair<Side> {
        &self.setup.sides
    }

    /// The same with the teams as they are called now.
    pub fn renamed(&self, fixture: &Fixture) -> Self {
        let mut state = self.clone();
        let sides = sides(fixture);
        if sides != self.setup.sides {
            state.setup = Arc::new(Setup { sides, format: self.setup.format.clone() });
        }
        state
    }

    pub fn cast<'a>(&'a self, command: &'a Command) -> Cast<'a> {
        Cast { sides: self.sides(), board: self.board(), players: &command.players }
    }

    /// Takes a step, or leaves everything as it is.
    pub fn take(&mut self, step: &Arc<Step>) -> Result<Vec<News>, Rejection> {
        let setup = Arc::clone(&self.setup);
        self.timeline.take(&setup.format, step)
    }
}

impl Toss {
    /// The side that bats first.
    pub fn bats_first(self) -> Which {
        if self.bats { self.winner } else { self.winner.other() }
    }
}

fn sides(fixture: &Fixture) -> Pair<Side> {
    Pair { home: fixture.home.clone(), away: fixture.away.clone() }
}
