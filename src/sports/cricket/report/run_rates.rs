//! Contribution of a match to the net run rates of its teams.

use crate::domain::leaderboard::{MatchRunRates, RunsOffBalls};
use crate::sports::cricket::innings::{Innings, InningsEnd};
use crate::sports::cricket::laws::{CricketFormat, OverCount};
use crate::sports::cricket::scoring::{MatchDecision, Scoreboard};
use crate::sports::score::PerSide;

/// Runs and balls of each side; one side's conceded runs are the other's runs. `None` for a match
/// that doesn't count: no result, awarded, or not one innings of limited overs a side.
///
/// A side that is all out counts as having faced all its overs. If a method set the target, the
/// side batting first counts with target - 1 runs off the overs allotted to the other side; if the
/// chase was then cut short, with the par score off the overs that side faced.
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
