//! What a scorer can ask of a match of cricket, and in which statuses.

use crate::sports::game::MatchStatus;

/// One action, as the path after `/api/matches/{id}/` names it.
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
    /// The ball's number, as it was written.
    CorrectBall(&'a str),
    /// The ball's number, as it was written.
    RemoveBall(&'a str),
}

/// While play is on.
pub const BALL_STATUSES: [MatchStatus; 1] = [MatchStatus::Live];
/// What is arranged while nothing is bowled: who comes next, how much is to be made.
pub const BETWEEN_BALLS_STATUSES: [MatchStatus; 2] = [MatchStatus::Live, MatchStatus::Paused];
/// Penalty runs may come after the apparent end, until the umpires leave the ground (Law 41.17).
pub const PENALTY_AWARD_STATUSES: [MatchStatus; 3] =
    [MatchStatus::Live, MatchStatus::Paused, MatchStatus::Finished];
/// A mistake is often seen only after the end.
pub const CORRECTION_STATUSES: [MatchStatus; 4] =
    [MatchStatus::Live, MatchStatus::Paused, MatchStatus::Finished, MatchStatus::Abandoned];

impl<'a> CricketAction<'a> {
    /// Reads `innings`, `PATCH balls/21` …; `None` for an action that cricket doesn't have.
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

    /// Whether the body may name players.
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
