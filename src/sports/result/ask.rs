//! The body of `PUT result`, and what it makes of the score.

use serde_json::Value;

use crate::domain::leaderboard::Verdict;
use crate::domain::rejection::Rejection;
use crate::sports::Fixture;
use crate::sports::body::Body;
use crate::sports::result::Ending;
use crate::sports::result::MatchResult;
use crate::sports::score::Pair;
use crate::sports::score::SCORE_MOST;
use crate::sports::score::Score;
use crate::sports::score::Which;

/// Characters of a reason: two long sentences.
const REASON_LONGEST: usize = 500;

/// What somebody says a match has come to.
pub struct Ask {
    /// None where the ending needs no score.
    goals: Option<Pair<i64>>,
    ending: Ending,
    winner: Option<Which>,
    reason: Option<String>,
    /// Whether it may contradict the live score.
    pub overrides: bool,
}

impl Ending {
    const ALL: [(&'static str, Self); 4] = [
        ("played", Self::Played),
        ("walkover", Self::Walkover),
        ("awarded", Self::Awarded),
        ("no_result", Self::NoResult),
    ];

    /// Whether it needs a winner, as it was decided off the field.
    fn needs_winner(self) -> bool {
        matches!(self, Self::Walkover | Self::Awarded)
    }
}

pub fn read(fixture: &Fixture, body: &Value) -> Result<Ask, Rejection> {
    let mut body = Body::of(body)?;
    let home = body.integer("home_score", 0..=SCORE_MOST);
    let away = body.integer("away_score", 0..=SCORE_MOST);
    let ending = body.word("ending", Ending::ALL).unwrap_or(Ending::Played);
    let winner = body.id("winner_team_id").and_then(|team_id| {
        let which = fixture.which(team_id);
        which.or_else(|| body.refuse("winner_team_id", "is neither of the match's two teams"))
    });
    let reason = body.text("reason", REASON_LONGEST);
    let overrides = body.flag("override").unwrap_or(false);
    body.time("occurred_at");
    if ending == Ending::Played || home.is_some() || away.is_some() {
        body.require(&["home_score", "away_score"]);
    }
    let goals = home.zip(away).map(|(home, away)| Pair { home, away });
    let ask = Ask { goals, ending, winner, reason, overrides };
    if body.is_right()
        && let Some(wrong) = ask.wrong_winner()
    {
        body.refuse::<()>("winner_team_id", wrong);
    }
    body.end(Some(ask))
}

impl Ask {
    fn wrong_winner(&self) -> Option<&'static str> {
        let ahead = self.goals.and_then(|goals| goals.ahead());
        match (self.winner, ahead) {
            (Some(_), _) if self.ending == Ending::NoResult => {
                Some("a match without a result has no winner")
            }
            (Some(winner), Some(ahead)) if winner != ahead => Some("contradicts the score"),
            (None, None) if self.ending.needs_winner() => {
                Some("is required where the score doesn't say who has won")
            }
            _ => None,
        }
    }

    /// The score to show from now on, where play came to `live`: its shoot-out stays as long as
    /// it still says how the match was decided.
    pub fn score(&self, live: &Score) -> Score {
        let goals = self.goals.unwrap_or(match self.ending {
            Ending::NoResult => live.goals,
            _ => Pair::default(),
        });
        let stays =
            self.ending == Ending::Played && goals == live.goals && !self.denies_kicks(live);
        Score { goals, shootout: live.shootout.filter(|_| stays) }
    }

    /// Whether it says another thing than what was seen on the field.
    pub fn contradicts(&self, live: &Score) -> bool {
        self.score(live).goals != live.goals || self.denies_kicks(live)
    }

    /// Whether one side won the shoot-out, and the other is said to have gone through by playing.
    fn denies_kicks(&self, live: &Score) -> bool {
        let by_kicks = live.shootout.and_then(|kicks| kicks.ahead());
        let level = live.goals.ahead().is_none();
        let another = self.winner.zip(by_kicks).is_some_and(|(winner, kicks)| winner != kicks);
        self.ending == Ending::Played && level && another
    }

    /// The result, with the score that [`Ask::score`] gave.
    pub fn result(self, fixture: &Fixture, score: &Score) -> MatchResult {
        let says = MatchResult::of_score(fixture, score);
        let named = self.winner.map(|which| fixture.team_id(which));
        let (verdict, winner_team_id) = match self.ending {
            Ending::NoResult => (Verdict::NoResult, None),
            Ending::Played => (says.verdict, named.or(says.winner_team_id)),
            Ending::Walkover | Ending::Awarded => {
                (verdict(score.goals.ahead().or(self.winner)), named.or(says.winner_team_id))
            }
        };
        let Self { ending, reason, .. } = self;
        MatchResult { verdict, winner_team_id, ending, reason, by_hand: true, ..says }
    }
}

/// What a table counts where this side has won, or neither.
fn verdict(winner: Option<Which>) -> Verdict {
    match winner {
        Some(Which::Home) => Verdict::Home,
        Some(Which::Away) => Verdict::Away,
        None => Verdict::Draw,
    }
}
