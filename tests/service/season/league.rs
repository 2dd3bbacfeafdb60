//! A real league season, from the text files beside this module.

use serde_json::{Value, json};

/// A real season and its published table.
pub struct League {
    pub name: &'static str,
    pub results: &'static str,
    pub table: &'static str,
    pub tie_breakers: &'static [&'static str],
}

/// A row of the published table.
pub struct Line {
    pub code: &'static str,
    pub name: &'static str,
    /// Position, played, won, drawn, lost, for, against, difference, points.
    pub numbers: Vec<i64>,
}

/// Home team, away team and their goals.
pub type Fixture = (&'static str, &'static str, (i64, i64));

impl League {
    /// Returns all matches with their results.
    pub fn fixtures(&self) -> Vec<Fixture> {
        let lines = self.results.lines().filter(|line| !line.starts_with('#'));
        lines.flat_map(|line| line.split(", ")).map(fixture).collect()
    }

    pub fn lines(&self) -> Vec<Line> {
        self.table.lines().filter(|line| !line.starts_with('#')).map(Line::of).collect()
    }
}

/// Parses `MCI 3-2 QPR`.
fn fixture(text: &'static str) -> Fixture {
    let words: Vec<_> = text.split(' ').collect();
    let [home, score, away] = words[..] else { panic!("invalid result: {text}") };
    let (ours, theirs) = score.split_once('-').unwrap();
    (home, away, (ours.parse().unwrap(), theirs.parse().unwrap()))
}

impl Line {
    fn of(text: &'static str) -> Self {
        let words: Vec<_> = text.splitn(11, ' ').collect();
        let number = |word: &&str| word.parse().unwrap();
        let numbers = words[..1].iter().chain(&words[2..10]).map(number).collect();
        Self { code: words[1], name: words[10], numbers }
    }

    /// Returns the row as the leaderboard has it.
    pub fn row(&self, team_id: i64) -> Value {
        let [position, played, won, drawn, lost, scored, against, difference, points] =
            self.numbers[..]
        else {
            panic!("invalid table row: {}", self.name)
        };
        json!({
            "position": position, "team_id": team_id, "team": self.name, "played": played,
            "won": won, "drawn": drawn, "lost": lost, "for": scored, "against": against,
            "difference": difference, "points": points, "net_run_rate": null,
        })
    }
}
