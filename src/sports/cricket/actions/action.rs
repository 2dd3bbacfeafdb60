//! Names of the actions, and the statuses in which they are allowed.

use crate::domain::matches::MatchStatus;
use crate::domain::permission::MatchPermission;
use crate::sports::ActionSpec;

/// What scorers of cricket can do. `end` is every sport's, but cricket ends a match its own way.
pub const ACTIONS: &[ActionSpec] = {
    use MatchPermission::{Record, Rule};
    &[
        ActionSpec::new("POST", "toss", Record),
        ActionSpec::new("POST", "innings", Record),
        ActionSpec::on_part("POST", "balls", Record),
        ActionSpec::on_part("PATCH", "balls/{number}", Record),
        ActionSpec::on_part("DELETE", "balls/{number}", Record),
        ActionSpec::new("POST", "players", Record),
        ActionSpec::new("POST", "declare", Record),
        ActionSpec::new("POST", "target", Record),
        ActionSpec::new("POST", "super-over", Record),
        ActionSpec::new("POST", "rulings", Rule),
    ]
};

/// An action, by the method and the path after `/api/matches/{id}/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CricketAction<'a> {
    Toss,
    OpenInnings,
    RecordBall,
    ChangePlayers,
    CloseInnings,
    SetTarget,
    StartSuperOver,
    RuleOnBall,
    EndMatch,
    /// Number of the ball, unparsed.
    CorrectBall(&'a str),
    /// Number of the ball, unparsed.
    RemoveBall(&'a str),
}

/// For balls: play is on.
pub const BALL_STATUSES: [MatchStatus; 1] = [MatchStatus::Live];
/// For what is arranged between balls: players, targets, innings.
pub const BETWEEN_BALLS_STATUSES: [MatchStatus; 2] = [MatchStatus::Live, MatchStatus::Paused];
/// For penalty runs: also after the end, until the umpires leave the ground (Law 41.17).
pub const PENALTY_AWARD_STATUSES: [MatchStatus; 3] =
    [MatchStatus::Live, MatchStatus::Paused, MatchStatus::Finished];
/// For corrections: mistakes are often seen only after the end.
pub const CORRECTION_STATUSES: [MatchStatus; 4] =
    [MatchStatus::Live, MatchStatus::Paused, MatchStatus::Finished, MatchStatus::Abandoned];

impl<'a> CricketAction<'a> {
    /// Parses `innings`, `PATCH balls/21` …; `None` if cricket has no such action.
    pub fn parse(action: &'a str) -> Option<Self> {
        Some(match action {
            "toss" => Self::Toss,
            "innings" => Self::OpenInnings,
            "balls" => Self::RecordBall,
            "players" => Self::ChangePlayers,
            "declare" => Self::CloseInnings,
            "target" => Self::SetTarget,
            "super-over" => Self::StartSuperOver,
            "rulings" => Self::RuleOnBall,
            "end" => Self::EndMatch,
            _ => match action.split_once(" balls/")? {
                ("PATCH", number) => Self::CorrectBall(number),
                ("DELETE", number) => Self::RemoveBall(number),
                _ => return None,
            },
        })
    }

    /// Whether its body can name players.
    pub fn names_players(self) -> bool {
        matches!(
            self,
            Self::OpenInnings
                | Self::RecordBall
                | Self::ChangePlayers
                | Self::RuleOnBall
                | Self::EndMatch
                | Self::CorrectBall(_)
        )
    }
}
