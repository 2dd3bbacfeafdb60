//! The actions, and the statuses in which they are allowed.

use crate::domain::matches::MatchStatus;
use crate::domain::permission::MatchPermission;
use crate::sports::action_spec::{ActionMethod, ActionSpec, find_action, specs_of};

/// What scorers of cricket can do. `end` is every sport's, but cricket ends a match its own way.
const CRICKET_ACTIONS: [(ActionSpec, CricketAction); 11] = {
    use ActionMethod::{Delete, Patch, Post};
    use CricketAction::{
        ChangePlayers, CloseInnings, CorrectBall, EndMatch, OpenInnings, RecordBall, RemoveBall,
        RuleOnBall, SetTarget, StartSuperOver, Toss,
    };
    use MatchPermission::{Control, Record, Rule};
    [
        (ActionSpec::new(Post, "toss", Record), Toss),
        (ActionSpec::new(Post, "innings", Record), OpenInnings),
        (ActionSpec::on_part(Post, "balls", Record), RecordBall),
        (ActionSpec::on_part(Patch, "balls/{number}", Record), CorrectBall),
        (ActionSpec::on_part(Delete, "balls/{number}", Record), RemoveBall),
        (ActionSpec::new(Post, "players", Record), ChangePlayers),
        (ActionSpec::new(Post, "declare", Record), CloseInnings),
        (ActionSpec::new(Post, "target", Record), SetTarget),
        (ActionSpec::new(Post, "super-over", Record), StartSuperOver),
        (ActionSpec::new(Post, "rulings", Rule), RuleOnBall),
        (ActionSpec::new(Post, "end", Control), EndMatch),
    ]
};

/// The declarations of cricket's actions.
pub const ACTIONS: &[ActionSpec] = &specs_of(&CRICKET_ACTIONS);

/// What an action does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CricketAction {
    Toss,
    OpenInnings,
    RecordBall,
    ChangePlayers,
    CloseInnings,
    SetTarget,
    StartSuperOver,
    RuleOnBall,
    EndMatch,
    CorrectBall,
    RemoveBall,
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

impl CricketAction {
    /// The action with this name, and the ball's number in it, unparsed; `None` if cricket has no
    /// such action.
    pub fn find(name: &str) -> Option<(Self, &str)> {
        find_action(&CRICKET_ACTIONS, name)
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
                | Self::CorrectBall
        )
    }
}
