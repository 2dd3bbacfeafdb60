//! What a step brought, before anybody has put it into words.

use std::sync::Arc;

use crate::sports::cricket::innings::ball::Ball;
use crate::sports::cricket::innings::batting::{BatterRole, FallOfWicket};
use crate::sports::cricket::innings::milestones::Milestone;
use crate::sports::cricket::innings::over::Over;
use crate::sports::cricket::laws::delivery::PenaltyAward;
use crate::sports::cricket::laws::players::CricketerRef;

/// One thing to tell. Innings are named by their place in the match, from 0.
#[derive(Clone, Debug)]
pub enum StepEffect {
    InningsOpened(usize),
    BatterIn(BatterRole, CricketerRef),
    BowlerOn(CricketerRef),
    PlayerLeft(DepartureReason, CricketerRef),
    PlayerReplaced { player_out: CricketerRef, player_in: CricketerRef, reason: Option<String> },
    BallBowled(Arc<Ball>),
    WicketFell { fall: Arc<FallOfWicket>, ball_number: Option<u32> },
    OverCompleted { innings_index: usize, over_number: usize, over: Arc<Over> },
    MilestoneReached(Arc<Milestone>),
    MilestoneWithdrawn(Arc<Milestone>),
    PenaltyAwarded { penalty: PenaltyAward, innings_index: Option<usize> },
    InningsCompleted(usize),
    TargetSet,
    SuperOverStarted(usize),
}

/// Why somebody no longer takes part as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DepartureReason {
    RetiredHurt,
    RetiredNotOut,
    RetiredOut,
    Absent,
    Suspended,
}

impl DepartureReason {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RetiredHurt => "retired_hurt",
            Self::RetiredNotOut => "retired_not_out",
            Self::RetiredOut => "retired_out",
            Self::Absent => "absent",
            Self::Suspended => "suspended",
        }
    }
}
