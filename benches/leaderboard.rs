//! How long a table takes: `cargo bench --bench leaderboard`.
//!
//! A league of 20 teams with all of its 380 results, computed anew as each change of a result
//! does; once as it mostly is, and once with all teams level, so that head-to-head has the most to
//! do. Prints the median of many and the slowest, in microseconds.

#![expect(clippy::print_stdout, reason = "it prints its figures")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use touchline::domain::leaderboard::{
    Entrant, PlayedMatch, Points, Ranking, TieBreaker, Verdict, compute_leaderboard,
};

const TEAMS: i64 = 20;
/// Tables computed for a figure: enough for a steady median, in a few seconds
/// even without optimisation.
const TIMES: usize = 2_000;

fn main() {
    use TieBreaker::{Difference, For, HeadToHead, Name, Points as ByPoints, Wins};
    let usual = [ByPoints, Difference, For, HeadToHead, Wins, Name];
    measure("usual", &usual, |home, away| ((home * 7 + away * 3) % 5, (home + away * 11) % 4));
    measure("head-to-head first", &[HeadToHead, ByPoints, Name], |home, away| {
        ((home * 7 + away * 3) % 5, (home + away * 11) % 4)
    });
    // Each beat only the next: both ends come off, and the rest is compared anew, ten times.
    measure("a ladder", &[HeadToHead], |home, away| (i64::from(home + 1 == away), 0));
    measure("all level", &[ByPoints, HeadToHead, Name], |_, _| (1, 1));
}

fn measure(case: &str, tie_breakers: &[TieBreaker], score: fn(i64, i64) -> (i64, i64)) {
    let ranking = Ranking { points: Points::default(), tie_breakers: tie_breakers.to_vec() };
    let entrants: Vec<_> = (1..=TEAMS).map(entrant).collect();
    let pairs = (1..=TEAMS).flat_map(|home| (1..=TEAMS).map(move |away| (home, away)));
    let played: Vec<_> = pairs
        .filter(|(home, away)| home != away)
        .map(|(home, away)| result(home, away, score(home, away)))
        .collect();
    let mut took: Vec<_> = (0..TIMES)
        .map(|_| {
            let begun = Instant::now();
            black_box(compute_leaderboard(&ranking, black_box(&entrants), black_box(&played)));
            begun.elapsed()
        })
        .collect();
    took.sort_unstable();
    let micros = |time: Duration| time.as_nanos() as f64 / 1_000.0;
    let (median, slowest) = (micros(took[TIMES / 2]), micros(took[TIMES - 1]));
    let results = played.len();
    println!(
        "{case}: {TEAMS} teams, {results} results: median {median:.1} µs, slowest {slowest:.1} µs"
    );
}

fn entrant(team_id: i64) -> Entrant {
    Entrant { team_id, name: format!("Team {team_id}"), deduction: 0 }
}

fn result(
    home_team_id: i64,
    away_team_id: i64,
    (home_score, away_score): (i64, i64),
) -> PlayedMatch {
    let verdict = Verdict::from_scores(home_score, away_score);
    PlayedMatch { home_team_id, away_team_id, home_score, away_score, verdict, rates: None }
}
