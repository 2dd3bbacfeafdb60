//! Tables: what results come to, and in which order the teams stand.

mod counted;
mod ordered;
mod rates;
mod sequences;

use crate::domain::leaderboard::Entrant;
use crate::domain::leaderboard::Played;
use crate::domain::leaderboard::Points;
use crate::domain::leaderboard::Ranking;
use crate::domain::leaderboard::Standing;
use crate::domain::leaderboard::TieBreaker;
use crate::domain::leaderboard::Verdict;
use crate::domain::leaderboard::leaderboard;

/// Teams by name, with the ids 1, 2, 3 …
fn entrants(names: &[&str]) -> Vec<Entrant> {
    let team =
        |(name, team_id): (&&str, i64)| Entrant { team_id, name: (*name).to_owned(), deduction: 0 };
    names.iter().zip(1..).map(team).collect()
}

/// Results among `names`, as `Denmark 2:0 Bulgaria`; a word after that is the verdict.
fn results(names: &[&str], lines: &[&str]) -> Vec<Played> {
    let id = |name: &str| names.iter().zip(1..).find(|(other, _)| **other == name).unwrap().1;
    let read = |line: &&str| {
        let words: Vec<_> = line.split(' ').collect();
        let (home, away) = words[1].split_once(':').unwrap();
        let (home_score, away_score) = (home.parse().unwrap(), away.parse().unwrap());
        let verdict = words.get(3).map(|word| Verdict::from_word(word).unwrap());
        Played {
            home_team_id: id(words[0]),
            away_team_id: id(words[2]),
            home_score,
            away_score,
            verdict: verdict.unwrap_or(Verdict::of_scores(home_score, away_score)),
            rates: None,
        }
    };
    lines.iter().map(read).collect()
}

/// Three points for a win, and these tie-breakers.
fn ranking(tie_breakers: &[TieBreaker]) -> Ranking {
    Ranking { points: Points::default(), tie_breakers: tie_breakers.to_vec() }
}

/// Each row as `1 Denmark`, in order.
fn places(table: &[Standing]) -> Vec<String> {
    table.iter().map(|row| format!("{} {}", row.position, row.team)).collect()
}

/// The places that `lines` lead to among `names`.
fn placed(tie_breakers: &[TieBreaker], names: &[&str], lines: &[&str]) -> Vec<String> {
    places(&leaderboard(&ranking(tie_breakers), &entrants(names), &results(names, lines)))
}
