//! Kinds of incidents, and which team and players each needs.

use crate::domain::closed_set::closed_set;

/// The kind of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncidentKind {
    Goal,
    OwnGoal,
    PenaltyGoal,
    PenaltyMissed,
    PenaltySaved,
    ShootoutGoal,
    ShootoutMiss,
    YellowCard,
    SecondYellow,
    RedCard,
    Substitution,
    Save,
    ShotOnTarget,
    ShotOffTarget,
    Corner,
    Foul,
    Offside,
    Injury,
    VarReview,
    Note,
}

closed_set!(IncidentKind {
    Goal => "goal",
    OwnGoal => "own_goal",
    PenaltyGoal => "penalty_goal",
    PenaltyMissed => "penalty_missed",
    PenaltySaved => "penalty_saved",
    ShootoutGoal => "shootout_goal",
    ShootoutMiss => "shootout_miss",
    YellowCard => "yellow_card",
    SecondYellow => "second_yellow",
    RedCard => "red_card",
    Substitution => "substitution",
    Save => "save",
    ShotOnTarget => "shot_on_target",
    ShotOffTarget => "shot_off_target",
    Corner => "corner",
    Foul => "foul",
    Offside => "offside",
    Injury => "injury",
    VarReview => "var_review",
    Note => "note",
});

/// Side that a player of an incident must be in, relative to the incident's team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpectedSide {
    Own,
    Other,
    Either,
}

impl IncidentKind {
    /// Whether `team_id` is required.
    pub fn requires_team(self) -> bool {
        !matches!(self, Self::Injury | Self::VarReview | Self::Note)
    }

    /// Whether it is a kick of a shoot-out.
    pub fn is_shootout(self) -> bool {
        matches!(self, Self::ShootoutGoal | Self::ShootoutMiss)
    }

    /// Whether it is a goal or penalty kick in play, impossible in a shoot-out.
    pub fn is_forbidden_in_shootout(self) -> bool {
        matches!(
            self,
            Self::Goal
                | Self::OwnGoal
                | Self::PenaltyGoal
                | Self::PenaltyMissed
                | Self::PenaltySaved
        )
    }

    /// Side of the player: an own goal counts for the side that the player isn't in.
    pub fn expected_player_side(self) -> ExpectedSide {
        if self == Self::OwnGoal { ExpectedSide::Other } else { ExpectedSide::Own }
    }

    /// Side of the related player: who assists or comes on is in the same side, keeper and shooter
    /// are in different ones; fouls, cards and shots may have either.
    pub fn expected_related_player_side(self) -> ExpectedSide {
        match self {
            Self::Goal | Self::PenaltyGoal | Self::Substitution => ExpectedSide::Own,
            Self::Save | Self::PenaltySaved => ExpectedSide::Other,
            _ => ExpectedSide::Either,
        }
    }
}
