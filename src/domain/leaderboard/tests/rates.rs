//! Net run rates: from sums, to three places.

use super::*;
use crate::domain::leaderboard::Rates;
use crate::domain::leaderboard::Scored;

const NAMES: [&str; 3] = ["Deccan", "Kings", "Royals"];

/// `Deccan 160/120 Kings 150/120`, in overs of six balls unless another word says of how many.
fn limited(line: &str) -> Played {
    let words: Vec<_> = line.split(' ').collect();
    let id = |name: &str| NAMES.iter().zip(1..).find(|(other, _)| **other == name).unwrap().1;
    let scored = |word: &str| {
        let (runs, balls) = word.split_once('/').unwrap();
        Scored { runs: runs.parse().unwrap(), balls: balls.parse().unwrap() }
    };
    let (home, away) = (scored(words[1]), scored(words[3]));
    let balls_per_over = words.get(4).map_or(6, |word| word.parse().unwrap());
    Played {
        home_team_id: id(words[0]),
        away_team_id: id(words[2]),
        home_score: home.runs,
        away_score: away.runs,
        verdict: Verdict::of_scores(home.runs, away.runs),
        rates: Some(Rates { home, away, balls_per_over }),
    }
}

fn table(lines: &[&str]) -> Vec<Standing> {
    let played: Vec<_> = lines.iter().map(|line| limited(line)).collect();
    leaderboard(&ranking(&[TieBreaker::Points, TieBreaker::NetRunRate]), &entrants(&NAMES), &played)
}

fn rate_of(name: &str, lines: &[&str]) -> Option<f64> {
    table(lines).iter().find(|row| row.team == name).unwrap().net_run_rate
}

#[test]
fn runs_an_over_made_less_runs_an_over_given_away() {
    #[rustfmt::skip]
    let cases: [(&str, &[&str], Option<f64>); 9] = [
        ("nothing was played",    &[],                                                          None),
        ("a win",                 &["Deccan 160/120 Kings 150/120"],                            Some(0.5)),
        ("away",                  &["Kings 150/120 Deccan 160/120"],                            Some(0.5)),
        ("a defeat",              &["Deccan 150/120 Kings 151/60"],                             Some(-7.6)),
        // 180 in 30 overs against 300 in 30, not the mean of two rates.
        ("sums, not means",       &["Deccan 160/120 Kings 150/120", "Royals 150/60 Deccan 20/60"], Some(-4.0)),
        ("rounded",               &["Deccan 100/120 Kings 100/114"],                            Some(-0.263)),
        // 0.0005 and -0.0005 exactly: 1 run in 2,000 overs.
        ("half, away from nought", &["Deccan 1/12000 Kings 0/12000"],                           Some(0.001)),
        ("half, below nought",    &["Deccan 0/12000 Kings 1/12000"],                            Some(-0.001)),
        ("overs of five balls",   &["Deccan 100/100 Kings 80/100 5"],                           Some(1.0)),
    ];
    for (case, lines, expected) in cases {
        assert_eq!(rate_of("Deccan", lines), expected, "{case}");
    }
}

#[test]
fn the_other_side_has_the_opposite() {
    let lines = ["Deccan 141/113 Kings 139/120"];
    assert_eq!(rate_of("Deccan", &lines), rate_of("Kings", &lines).map(|rate| -rate));
    assert_eq!(rate_of("Royals", &lines), None, "who has not played has none");
}

#[test]
fn it_separates_who_is_level_on_points() {
    let lines = ["Deccan 150/120 Kings 140/120", "Kings 190/120 Deccan 120/120"];
    assert_eq!(places(&table(&lines)), ["1 Kings", "2 Deccan", "3 Royals"]);
}

#[test]
fn a_match_without_rates_counts_for_points_alone() {
    let without = Played { rates: None, ..limited("Deccan 150/120 Kings 140/120") };
    let table = leaderboard(&ranking(&[TieBreaker::Points]), &entrants(&NAMES), &[without]);
    assert_eq!((table[0].points, table[0].net_run_rate), (3, None));
}
