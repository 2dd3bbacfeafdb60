//! What a match adds to the net run rates of its two teams.

use crate::domain::leaderboard::{MatchRunRates, RunsOffBalls};
use crate::sports::cricket::innings::{Innings, InningsEnd};
use crate::sports::cricket::laws::{CricketFormat, OverCount};
use crate::sports::cricket::scoring::{MatchDecision, Scoreboard};
use crate::sports::score::PerSide;

/// What each side made; what a side gave away is what the other made. None for a match that
/// counts for no net run rate: without a result, awarded, or not of one limited innings a side.
///
/// A side that is all out counts as having faced all its overs. Where a method set the target,
/// the side batting first counts with one run less than it in the overs the other was given;
/// where the match was then cut short, with the par score in the overs the other faced.
pub fn match_run_rates(scoreboard: &Scoreboard, format: &CricketFormat) -> Option<MatchRunRates> {
    let decision = scoreboard.decision(format)?;
    let is_counted = matches!(decision, MatchDecision::Won { .. } | MatchDecision::Tied { .. });
    let [first, second] = scoreboard.regular_innings() else { return None };
    if !is_counted || !format.is_limited() {
        return None;
    }
    let (first_rate, second_rate) =
        (innings_run_rate(first, format), innings_run_rate(second, format));
    let target = scoreboard.revised_target.as_ref().filter(|target| target.method.is_some());
    let one = match (target, second.end_reason) {
        (None, _) => first_rate,
        (Some(target), Some(InningsEnd::EndedByUmpires { par })) => {
            let par = par.unwrap_or(target.runs.saturating_sub(1));
            RunsOffBalls { runs: par.into(), balls: second_rate.balls }
        }
        (Some(_), _) => {
            let runs = scoreboard.target_for(format, 1).unwrap_or(0).saturating_sub(1);
            RunsOffBalls {
                runs: runs.into(),
                balls: allotted_balls(second, format).unwrap_or(first_rate.balls),
            }
        }
    };
    let mut rates = PerSide::default();
    *rates.get_mut(first.batting_side) = one;
    *rates.get_mut(second.batting_side) = second_rate;
    let PerSide { home, away } = rates;
    Some(MatchRunRates { home, away, balls_per_over: format.balls_per_over.into() })
}

fn innings_run_rate(innings: &Innings, format: &CricketFormat) -> RunsOffBalls {
    let balls_faced = i64::from(innings.overs_bowled().total_balls(format.balls_per_over));
    let is_all_out = innings.end_reason == Some(InningsEnd::AllOut);
    let balls = allotted_balls(innings, format).filter(|_| is_all_out).unwrap_or(balls_faced);
    RunsOffBalls { runs: innings.runs.into(), balls }
}

fn allotted_balls(innings: &Innings, format: &CricketFormat) -> Option<i64> {
    innings.allotted_overs.map(|quota: OverCount| quota.total_balls(format.balls_per_over).into())
}
