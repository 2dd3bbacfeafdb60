//! The body of `PUT result`, and the score that follows from it.

use serde_json::Value;

use crate::domain::leaderboard::Verdict;
use crate::domain::rejection::Rejection;
use crate::input::{self, FieldReader};
use crate::sports::MatchInfo;
use crate::sports::result::{MatchResult, ResultBasis};
use crate::sports::score::{MAX_SCORE, PerSide, Score, Side};

/// Maximum length of a reason: two long sentences.
const MAX_REASON_CHARS: usize = 500;

/// A result to be entered.
pub struct ResultRequest {
    /// `None` if the ending needs no score.
    totals: Option<PerSide<i64>>,
    ending: ResultBasis,
    named_winner: Option<Side>,
    reason: Option<String>,
    /// Whether it may contradict the live score.
    pub overrides_score: bool,
}

impl ResultBasis {
    /// Whether it needs a winner, as it was decided off the field.
    fn requires_winner(self) -> bool {
        matches!(self, Self::Walkover | Self::Awarded)
    }
}

/// Parses the body of `PUT result`.
pub fn parse_request(match_info: &MatchInfo, body: &Value) -> Result<ResultRequest, Rejection> {
    let mut body = FieldReader::nullable_body(body);
    let home = body.optional("home_score", input::integer(0..=MAX_SCORE));
    let away = body.optional("away_score", input::integer(0..=MAX_SCORE));
    let ending = body.optional("ending", input::one_of()).unwrap_or(ResultBasis::Played);
    let winner = body.optional("winner_team_id", input::id()).and_then(|team_id| {
        let side = match_info.side_of_team(team_id);
        side.or_else(|| body.add_error("winner_team_id", "is neither of the match's two teams"))
    });
    let reason = body.optional("reason", input::any_text(MAX_REASON_CHARS));
    let overrides = body.optional("override", input::boolean()).unwrap_or(false);
    body.optional("occurred_at", input::time());
    if ending == ResultBasis::Played || home.is_some() || away.is_some() {
        body.require(&["home_score", "away_score"]);
    }
    let totals = home.zip(away).map(|(home, away)| PerSide { home, away });
    let request =
        ResultRequest { totals, ending, named_winner: winner, reason, overrides_score: overrides };
    if body.is_valid()
        && let Some(detail) = request.winner_error()
    {
        body.add_error::<()>("winner_team_id", detail);
    }
    body.finish_with(Some(request))
}

impl ResultRequest {
    fn winner_error(&self) -> Option<&'static str> {
        let leading_side = self.totals.and_then(|goals| goals.leading_side());
        match (self.named_winner, leading_side) {
            (Some(_), _) if self.ending == ResultBasis::NoResult => {
                Some("a match without a result has no winner")
            }
            (Some(winner), Some(ahead)) if winner != ahead => Some("contradicts the score"),
            (None, None) if self.ending.requires_winner() => {
                Some("is required where the score doesn't say who has won")
            }
            _ => None,
        }
    }

    /// The score to display, given the live one: its shoot-out is kept as long as it still decides
    /// the match.
    pub fn resulting_score(&self, live_score: &Score) -> Score {
        let totals = self.totals.unwrap_or(match self.ending {
            ResultBasis::NoResult => live_score.totals,
            _ => PerSide::default(),
        });
        let keeps_shootout = self.ending == ResultBasis::Played
            && totals == live_score.totals
            && !self.contradicts_shootout(live_score);
        Score { totals, shootout: live_score.shootout.filter(|_| keeps_shootout) }
    }

    /// Whether it contradicts the live score.
    pub fn contradicts_score(&self, live_score: &Score) -> bool {
        self.resulting_score(live_score).totals != live_score.totals
            || self.contradicts_shootout(live_score)
    }

    /// Whether the shoot-out was won by another side than this result's winner.
    fn contradicts_shootout(&self, live_score: &Score) -> bool {
        let shootout_winner = live_score.shootout.and_then(|kicks| kicks.leading_side());
        let is_level = live_score.totals.leading_side().is_none();
        let names_other_side =
            self.named_winner.zip(shootout_winner).is_some_and(|(winner, kicks)| winner != kicks);
        self.ending == ResultBasis::Played && is_level && names_other_side
    }

    /// The result with this score.
    pub fn into_result(self, match_info: &MatchInfo, score: &Score) -> MatchResult {
        let from_score = MatchResult::from_score(match_info, score);
        let named_winner_id = self.named_winner.map(|side| match_info.team_id(side));
        let (verdict, winner_team_id) = match self.ending {
            ResultBasis::NoResult => (Verdict::NoResult, None),
            ResultBasis::Played => {
                (from_score.verdict, named_winner_id.or(from_score.winner_team_id))
            }
            ResultBasis::Walkover | ResultBasis::Awarded => (
                verdict_for(score.totals.leading_side().or(self.named_winner)),
                named_winner_id.or(from_score.winner_team_id),
            ),
        };
        let Self { ending, reason, .. } = self;
        MatchResult { verdict, winner_team_id, ending, reason, is_entered: true, ..from_score }
    }
}

/// The verdict if this side has won, or neither.
fn verdict_for(winner: Option<Side>) -> Verdict {
    match winner {
        Some(Side::Home) => Verdict::Home,
        Some(Side::Away) => Verdict::Away,
        None => Verdict::Draw,
    }
}
