//! Time to compute a leaderboard: `cargo bench --bench leaderboard`.
//!
//! A league of 20 teams with all of its 380 results, computed from scratch as after each change of
//! a result; with typical scores, and with all teams tied, the worst case of head-to-head. Prints
//! the median and the slowest of many runs, in microseconds.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use touchline::domain::leaderboard::{
    Entrant, PlayedMatch, Points, Ranking, TieBreaker, Verdict, compute_leaderboard,
};

const TEAMS: i64 = 20;
/// Repetitions per case: enough for a stable median, and a few seconds even without optimisation.
const REPETITIONS: usize = 2_000;

fn main() {
    use TieBreaker::{Difference, For, HeadToHead, Name, Points as ByPoints, Wins};
    let typical = [ByPoints, Difference, For, HeadToHead, Wins, Name];
    measure("typical", &typical, |home, away| ((home * 7 + away * 3) % 5, (home + away * 11) % 4));
    measure("head-to-head first", &[HeadToHead, ByPoints, Name], |home, away| {
        ((home * 7 + away * 3) % 5, (home + away * 11) % 4)
    });
    // Each team beat only the next one: head-to-head separates the two ends, then compares the rest
    // again, ten times.
    measure("ladder", &[HeadToHead], |home, away| (i64::from(home + 1 == away), 0));
    measure("all tied", &[ByPoints, HeadToHead, Name], |_, _| (1, 1));
}

fn measure(case: &str, tie_breakers: &[TieBreaker], score: fn(i64, i64) -> (i64, i64)) {
    let ranking = Ranking { points: Points::default(), tie_breakers: tie_breakers.to_vec() };
    let entrants: Vec<_> = (1..=TEAMS).map(entrant).collect();
    let pairs = (1..=TEAMS).flat_map(|home| (1..=TEAMS).map(move |away| (home, away)));
    let played: Vec<_> = pairs
        .filter(|(home, away)| home != away)
        .map(|(home, away)| result(home, away, score(home, away)))
        .collect();
    let mut durations: Vec<_> = (0..REPETITIONS)
        .map(|_| {
            let started = Instant::now();
            black_box(compute_leaderboard(&ranking, black_box(&entrants), black_box(&played)));
            started.elapsed()
        })
        .collect();
    durations.sort_unstable();
    let micros = |duration: Duration| duration.as_nanos() as f64 / 1_000.0;
    let (median, slowest) =
        (micros(durations[REPETITIONS / 2]), micros(durations[REPETITIONS - 1]));
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
