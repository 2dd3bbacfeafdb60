//! The state of a client that folds every message and never reads a snapshot.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Figures by innings and player.
type Figures = BTreeMap<(u64, i64), Value>;

#[derive(Debug, Default)]
pub struct Fold {
    score: Value,
    status: Value,
    result: Value,
    best: Value,
    /// The latest version of each innings, by number.
    innings: BTreeMap<u64, Value>,
    milestones: Vec<String>,
    batting: Figures,
    bowling: Figures,
    falls: Vec<Value>,
    overs: Vec<Value>,
}

/// Fields of an innings that both messages and snapshots carry.
const SHARED_FIELDS: [&str; 7] =
    ["runs", "wickets", "overs", "balls", "extras", "batting_team_id", "completed"];

impl Fold {
    pub fn of(messages: &[Value]) -> Self {
        let mut fold = Self::default();
        for message in messages {
            fold.add(message["type"].as_str().unwrap(), &message["data"]);
        }
        fold
    }

    fn add(&mut self, kind: &str, data: &Value) {
        for (known, name) in [(&mut self.score, "score"), (&mut self.status, "status")] {
            if !data[name].is_null() {
                *known = data[name].clone();
            }
        }
        if let Some(number) = data["innings"]["number"].as_u64() {
            self.innings.insert(number, brief(&data["innings"]));
        }
        let innings = data["innings"]["number"].as_u64().unwrap_or(0);
        if kind == "ball_corrected" {
            // Later innings were undone, and the ball itself may belong to an earlier one.
            self.innings.retain(|number, _| *number <= innings);
            let own = &data["ball_innings"];
            self.innings.insert(own["number"].as_u64().unwrap(), brief(own));
        }
        match kind {
            "ball_bowled" => {
                for name in ["striker", "non_striker"] {
                    keep(&mut self.batting, innings, &data[name]);
                }
                keep(&mut self.bowling, innings, &data["bowler"]);
            }
            "over_complete" => {
                keep(&mut self.bowling, innings, &data["bowler"]);
                self.overs.push(data["summary"].clone());
            }
            "wicket_fallen" => self.falls.push(data["fall"].clone()),
            "milestone_achieved" => self.milestones.push(data["milestone"]["text"].to_string()),
            "milestone_withdrawn" => {
                let text = data["milestone"]["text"].to_string();
                let place = self.milestones.iter().rposition(|known| *known == text);
                self.milestones.remove(place.expect("withdrawn milestone was unknown"));
            }
            "match_complete" => {
                self.result = data["result"].clone();
                self.best = data["player_of_the_match"].clone();
            }
            "match_reopened" => self.result = Value::Null,
            _ => {}
        }
    }

    /// Returns the part that also holds after corrections.
    pub fn snapshot(&self) -> Value {
        let mut milestones = self.milestones.clone();
        milestones.sort();
        json!({
            "score": self.score, "status": self.status, "result": self.result,
            "innings": self.innings.values().collect::<Vec<_>>(), "milestones": milestones,
        })
    }

    /// Returns all players' figures; a correction only carries the state after it.
    pub fn cards(&self) -> Value {
        json!({
            "batting": self.batting.values().collect::<Vec<_>>(),
            "bowling": self.bowling.values().collect::<Vec<_>>(),
            "falls": self.falls, "overs": self.overs, "best": self.best,
        })
    }
}

fn keep(figures: &mut Figures, innings: u64, line: &Value) {
    let id = line["player_id"].as_i64().unwrap();
    figures.insert((innings, id), line.clone());
}

fn brief(innings: &Value) -> Value {
    SHARED_FIELDS.iter().map(|name| ((*name).to_owned(), innings[*name].clone())).collect()
}

/// Returns the same part of a snapshot.
pub fn of_snapshot(data: &Value) -> Value {
    let innings = all(data);
    let milestones = innings.iter().flat_map(|one| one["milestones"].as_array().unwrap());
    let mut milestones: Vec<_> = milestones.map(|one| one["text"].to_string()).collect();
    milestones.sort();
    json!({
        "score": data["score"], "status": data["status"], "result": data["scorecard"]["result"],
        "innings": innings.iter().map(brief).collect::<Vec<_>>(), "milestones": milestones,
    })
}

pub fn cards_of_snapshot(data: &Value) -> Value {
    let (mut batting, mut bowling) = (Figures::new(), Figures::new());
    let (mut falls, mut overs) = (Vec::new(), Vec::new());
    for innings in all(data) {
        let number = innings["number"].as_u64().unwrap();
        for line in innings["batting"].as_array().unwrap() {
            let mut line = line.clone();
            for more in ["strike_rate", "dismissal", "out"] {
                assert!(line.as_object_mut().unwrap().remove(more).is_some());
            }
            keep(&mut batting, number, &line);
        }
        for line in innings["bowling"].as_array().unwrap() {
            keep(&mut bowling, number, line);
        }
        falls.extend(innings["fall_of_wickets"].as_array().unwrap().clone());
        overs.extend(innings["over_summaries"].as_array().unwrap().clone());
    }
    json!({
        "batting": batting.values().collect::<Vec<_>>(),
        "bowling": bowling.values().collect::<Vec<_>>(),
        "falls": falls, "overs": overs, "best": data["scorecard"]["player_of_the_match"],
    })
}

fn all(data: &Value) -> &Vec<Value> {
    data["scorecard"]["innings"].as_array().unwrap()
}
