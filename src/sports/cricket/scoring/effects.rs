//! Effects of a step, before they become messages.

use std::sync::Arc;

use crate::sports::cricket::innings::{Ball, BatterRole, FallOfWicket, Milestone, Over};
use crate::sports::cricket::laws::{CricketerRef, DepartureReason, PenaltyAward};

/// One effect of a step. Innings are indices in the scoreboard, from 0; `over_number` is from 1.
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
