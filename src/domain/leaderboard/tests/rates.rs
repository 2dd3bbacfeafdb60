//! Net run rates: computed from totals, rounded to three decimals.

use super::*;
use crate::domain::leaderboard::{MatchRunRates, RunsOffBalls};

const NAMES: [&str; 3] = ["Deccan", "Kings", "Royals"];

/// Parses `Deccan 160/120 Kings 150/120` (runs/balls); a last word overrides 6 balls per over.
fn limited_overs_result(line: &str) -> PlayedMatch {
    let parts: Vec<_> = line.split(' ').collect();
    let id = |name: &str| NAMES.iter().zip(1..).find(|(other, _)| **other == name).unwrap().1;
    let scored = |word: &str| {
        let (runs, balls) = word.split_once('/').unwrap();
        RunsOffBalls { runs: runs.parse().unwrap(), balls: balls.parse().unwrap() }
    };
    let (home, away) = (scored(parts[1]), scored(parts[3]));
    let balls_per_over = parts.get(4).map_or(6, |word| word.parse().unwrap());
    PlayedMatch {
        home_team_id: id(parts[0]),
        away_team_id: id(parts[2]),
        home_score: home.runs,
        away_score: away.runs,
        verdict: Verdict::from_scores(home.runs, away.runs),
        rates: Some(MatchRunRates { home, away, balls_per_over }),
    }
}

fn table(lines: &[&str]) -> Vec<LeaderboardRow> {
    let played: Vec<_> = lines.iter().map(|line| limited_overs_result(line)).collect();
    compute_leaderboard(
        &ranking(&[TieBreaker::Points, TieBreaker::NetRunRate]),
        &entrants(&NAMES),
        &played,
    )
}

fn rate_of(name: &str, lines: &[&str]) -> Option<f64> {
    table(lines).iter().find(|row| row.team == name).unwrap().net_run_rate
}

#[test]
fn net_run_rate_is_runs_per_over_scored_minus_conceded() {
    #[rustfmt::skip]
    let cases: [(&str, &[&str], Option<f64>); 9] = [
        ("no match",              &[],                                                          None),
        ("a win",                 &["Deccan 160/120 Kings 150/120"],                            Some(0.5)),
        ("as the away side",      &["Kings 150/120 Deccan 160/120"],                            Some(0.5)),
        ("a defeat",              &["Deccan 150/120 Kings 151/60"],                             Some(-7.6)),
        // 180 runs in 30 overs against 300 in 30, not the mean of the two matches' rates.
        ("sums, not means",       &["Deccan 160/120 Kings 150/120", "Royals 150/60 Deccan 20/60"], Some(-4.0)),
        ("rounded",               &["Deccan 100/120 Kings 100/114"],                            Some(-0.263)),
        // 0.0005 and -0.0005 exactly: 1 run in 2,000 overs.
        ("half, away from zero",  &["Deccan 1/12000 Kings 0/12000"],                           Some(0.001)),
        ("half, below zero",      &["Deccan 0/12000 Kings 1/12000"],                            Some(-0.001)),
        ("overs of five balls",   &["Deccan 100/100 Kings 80/100 5"],                           Some(1.0)),
    ];
    for (case, lines, expected) in cases {
        assert_eq!(rate_of("Deccan", lines), expected, "{case}");
    }
}

#[test]
fn opponents_have_opposite_net_run_rates() {
    let lines = ["Deccan 141/113 Kings 139/120"];
    assert_eq!(rate_of("Deccan", &lines), rate_of("Kings", &lines).map(|rate| -rate));
    assert_eq!(rate_of("Royals", &lines), None, "a team without a match has none");
}

#[test]
fn net_run_rate_breaks_ties_on_points() {
    let lines = ["Deccan 150/120 Kings 140/120", "Kings 190/120 Deccan 120/120"];
    assert_eq!(positions(&table(&lines)), ["1 Kings", "2 Deccan", "3 Royals"]);
}

#[test]
fn a_match_without_run_rates_counts_for_points_only() {
    let without =
        PlayedMatch { rates: None, ..limited_overs_result("Deccan 150/120 Kings 140/120") };
    let table = compute_leaderboard(&ranking(&[TieBreaker::Points]), &entrants(&NAMES), &[without]);
    assert_eq!((table[0].points, table[0].net_run_rate), (3, None));
}
