//! Leaderboards: figures of the rows and order of the teams.

mod counted;
mod ordered;
mod rates;
mod sequences;

use crate::domain::leaderboard::{
    Entrant, LeaderboardRow, PlayedMatch, Points, Ranking, TieBreaker, Verdict, compute_leaderboard,
};

/// Teams by name, with the ids 1, 2, 3 …
fn entrants(names: &[&str]) -> Vec<Entrant> {
    let team =
        |(name, team_id): (&&str, i64)| Entrant { team_id, name: (*name).to_owned(), deduction: 0 };
    names.iter().zip(1..).map(team).collect()
}

/// Parses results among `names`: `Denmark 2:0 Bulgaria`, optionally followed by a verdict.
fn results(names: &[&str], lines: &[&str]) -> Vec<PlayedMatch> {
    let id = |name: &str| names.iter().zip(1..).find(|(other, _)| **other == name).unwrap().1;
    let parse = |line: &&str| {
        let parts: Vec<_> = line.split(' ').collect();
        let (home, away) = parts[1].split_once(':').unwrap();
        let (home_score, away_score) = (home.parse().unwrap(), away.parse().unwrap());
        let verdict = parts.get(3).map(|word| word.parse().unwrap());
        PlayedMatch {
            home_team_id: id(parts[0]),
            away_team_id: id(parts[2]),
            home_score,
            away_score,
            verdict: verdict.unwrap_or(Verdict::from_scores(home_score, away_score)),
            rates: None,
        }
    };
    lines.iter().map(parse).collect()
}

/// A ranking with default points and these tie-breakers.
fn ranking(tie_breakers: &[TieBreaker]) -> Ranking {
    Ranking { points: Points::default(), tie_breakers: tie_breakers.to_vec() }
}

/// Each row as `1 Denmark`, in order.
fn positions(table: &[LeaderboardRow]) -> Vec<String> {
    table.iter().map(|row| format!("{} {}", row.position, row.team)).collect()
}

/// The positions that results give; `lines` as in [`results`].
fn positions_for(tie_breakers: &[TieBreaker], names: &[&str], lines: &[&str]) -> Vec<String> {
    positions(&compute_leaderboard(
        &ranking(tie_breakers),
        &entrants(names),
        &results(names, lines),
    ))
}
