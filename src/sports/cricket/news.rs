//! What a step brought, before anybody has put it into words.

use std::sync::Arc;

use crate::sports::cricket::ball::Ball;
use crate::sports::cricket::batting::Fall;
use crate::sports::cricket::batting::Place;
use crate::sports::cricket::delivery::Penalty;
use crate::sports::cricket::milestones::Milestone;
use crate::sports::cricket::over::Over;
use crate::sports::cricket::people::Who;

/// One thing to tell. Innings are named by their place in the match, from 0.
#[derive(Clone, Debug)]
pub enum News {
    Opened(usize),
    Batter(Place, Who),
    Bowler(Who),
    Gone(Gone, Who),
    Replaced { out: Who, by: Who, reason: Option<String> },
    Ball(Arc<Ball>),
    Wicket { fall: Arc<Fall>, ball: Option<u32> },
    Over { innings: usize, number: usize, over: Arc<Over> },
    Milestone(Arc<Milestone>),
    Withdrawn(Arc<Milestone>),
    Penalty { penalty: Penalty, innings: Option<usize> },
    Completed(usize),
    Target,
    SuperOver(usize),
}

/// Why somebody no longer takes part as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    RetiredHurt,
    RetiredNotOut,
    RetiredOut,
    Absent,
    Suspended,
}

impl Gone {
    pub fn word(self) -> &'static str {
        match self {
            Self::RetiredHurt => "retired_hurt",
            Self::RetiredNotOut => "retired_not_out",
            Self::RetiredOut => "retired_out",
            Self::Absent => "absent",
            Self::Suspended => "suspended",
        }
    }
}
