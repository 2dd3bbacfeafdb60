//! Kinds of incidents, and which team and players each needs.

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

/// Side that a player of an incident must be in, relative to the incident's team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpectedSide {
    Own,
    Other,
    Either,
}

impl IncidentKind {
    /// All kinds, in the order of the error text for an unknown one.
    pub const ALL: [Self; 20] = [
        Self::Goal,
        Self::OwnGoal,
        Self::PenaltyGoal,
        Self::PenaltyMissed,
        Self::PenaltySaved,
        Self::ShootoutGoal,
        Self::ShootoutMiss,
        Self::YellowCard,
        Self::SecondYellow,
        Self::RedCard,
        Self::Substitution,
        Self::Save,
        Self::ShotOnTarget,
        Self::ShotOffTarget,
        Self::Corner,
        Self::Foul,
        Self::Offside,
        Self::Injury,
        Self::VarReview,
        Self::Note,
    ];

    /// Its name in bodies, messages and labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Goal => "goal",
            Self::OwnGoal => "own_goal",
            Self::PenaltyGoal => "penalty_goal",
            Self::PenaltyMissed => "penalty_missed",
            Self::PenaltySaved => "penalty_saved",
            Self::ShootoutGoal => "shootout_goal",
            Self::ShootoutMiss => "shootout_miss",
            Self::YellowCard => "yellow_card",
            Self::SecondYellow => "second_yellow",
            Self::RedCard => "red_card",
            Self::Substitution => "substitution",
            Self::Save => "save",
            Self::ShotOnTarget => "shot_on_target",
            Self::ShotOffTarget => "shot_off_target",
            Self::Corner => "corner",
            Self::Foul => "foul",
            Self::Offside => "offside",
            Self::Injury => "injury",
            Self::VarReview => "var_review",
            Self::Note => "note",
        }
    }

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
