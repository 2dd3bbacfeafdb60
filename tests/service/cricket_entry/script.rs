//! A twenty-over match with all of cricket's special cases, as commands of its scorer.
//!
//! Overs use scorers' notation: `.` and runs, `1wd`, `2nb` (one for the ball, one off the bat),
//! `3nbb` (with byes), `1b`, `4lb`, `4r` (all run). After `W`: nothing for bowled, `lbw`, `c4`
//! (caught by the fourth fielder), `cb`, `st1`, `wst1` (off a wide), `hw`, `ro4` with `s` or `n`
//! for the batter who is out and `x` if they crossed, preceded by the runs. `/` after a ball ends
//! the over early; `+` extends it. `hurt`: the striker retires; `back`: the retired batter returns;
//! `pen`: five penalty runs to the fielding side.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use touchline::sports::{ErasedMatch, MatchCommand, MatchInfo, Player, SportRules, TeamInfo};

/// The home side's innings: all overs, nine wickets down.
const HOME_INNINGS: [&str; 20] = [
    ". 1 4 1lb . 2",
    "1wd . 4 . W 1 .",
    "5wd 1 . 6 1nb 4 . 1",
    "1 2nb 1Wro4n . 4 1b .",
    ". . Wc9 1 4lb 1",
    "6 4 . 1 1 .",
    "1 1 . 2 1 .",
    "hurt . 1 1 4 . 1",
    ". Wlbw 1 1 ./",
    "1 1 1 1 3 .",
    "5nb 6 . 1 Wcb back 1 2",
    "1 . Wst1 1 4r 1",
    ". 1 1 pen 6 1 1",
    "3nbb 1 1 . 4 2 1",
    "1 Wwst1 2 1 . 4 1",
    "6 1 1 . 1 4",
    "Wc3 1 4 1 1 2",
    ". 1 6 1 1wd 1 .",
    "4 1 Wro7sx 1 4 1",
    "1 4 1 . 6 2",
];

/// The away side's innings: all out.
const AWAY_INNINGS: [&str; 17] = [
    "4 . 1 1wd . 1 .",
    ". . 1 4 . 1",
    "1 . W W W 1",
    "4 1 . 2 1 1",
    "6 . 1 1 4b 1",
    ". 1nb 6 1 1 . 2",
    "1 1 Whw 1 . 4",
    "1 1 . 2 4 1",
    "6 6 4 . 1 1",
    ". Wc2 1 1 . 4",
    "1 1 1 1 1 1+ 1",
    ". 2 1 1Wro5n 4 1",
    ". . . . . .",
    "1 1wd 2wd . Wlbw 1 1 .",
    "4 1 6 . 1 1",
    ". Wc9 1 4 1 W",
    "1 . 4 W",
];

/// Bowler of each over: four overs each, no two in a row.
const BOWLERS: [usize; 20] = [11, 10, 11, 10, 9, 8, 9, 8, 7, 11, 7, 10, 9, 8, 7, 11, 10, 9, 8, 7];

/// The two sides, with their players' ids in batting order.
pub struct Sides {
    pub home: i64,
    pub away: i64,
    pub players: [Vec<i64>; 2],
}

/// One command.
#[derive(Clone, Debug)]
pub struct Line {
    pub action: &'static str,
    pub body: Value,
    /// Time of the action.
    pub at: String,
    /// Number of the ball in the match, if it is one.
    pub number: Option<u32>,
}

/// Builds the script while playing it in memory, to know the batters at each end.
struct ScriptWriter<'a> {
    sides: &'a Sides,
    rules: &'static SportRules,
    fixture: MatchInfo,
    game: ErasedMatch,
    /// State after the last command.
    state: Value,
    lines: Vec<Line>,
    /// Index of the batting side, and of its next batter.
    batting: usize,
    next: usize,
    retired: Option<i64>,
}

/// Builds the whole match, from the toss on.
pub fn build(sides: &Sides) -> Vec<Line> {
    let side = |team_id, name: &str| TeamInfo {
        team_id,
        name: name.to_owned(),
        short_name: String::new(),
        colour: None,
    };
    let (home, away) = (side(sides.home, "Deccan"), side(sides.away, "Rajasthan"));
    let fixture = MatchInfo { match_id: 1, event_id: None, format: json!("t20"), home, away };
    let rules = SportRules::find("cricket").unwrap();
    let game = rules.initial_state(&fixture).unwrap();
    let (state, lines, retired) = (Value::Null, Vec::new(), None);
    let mut writer =
        ScriptWriter { sides, rules, fixture, game, state, lines, batting: 0, next: 0, retired };
    writer.record("toss", json!({ "winner_team_id": sides.away, "decision": "field" }));
    writer.record("start", json!({}));
    writer.innings(0, &HOME_INNINGS);
    writer.innings(1, &AWAY_INNINGS);
    writer.lines
}

impl ScriptWriter<'_> {
    fn record(&mut self, action: &'static str, mut body: Value) {
        let begin: DateTime<Utc> = "2026-06-01T18:00:00Z".parse().unwrap();
        let at = begin + TimeDelta::seconds(40 * self.lines.len() as i64);
        // Explicit times make a match entered late equal to one entered live.
        let occurred_at = at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        if action != "start" {
            body["occurred_at"] = json!(occurred_at);
        }
        let named = self.rules.player_ids(action, &body);
        let player = |id: &i64| {
            let of_home = self.sides.players[0].contains(id);
            let team_id = if of_home { self.sides.home } else { self.sides.away };
            Player { id: *id, team_id, name: format!("Player {id}"), shirt_number: None }
        };
        let players = named.iter().map(player).collect();
        let command =
            MatchCommand { action: action.to_owned(), body, user_id: 1, occurred_at: at, players };
        let applied = self.rules.apply(&self.fixture, &self.game, &command);
        let applied = applied.unwrap_or_else(|no| panic!("{action} {}: {no}", command.body));
        self.game = applied.state;
        let number = applied.response["number"].as_u64().filter(|_| action == "balls");
        let number = number.and_then(|number| u32::try_from(number).ok());
        let state = &applied.response["state"];
        self.state = if state.is_null() { applied.response.clone() } else { state.clone() };
        self.lines.push(Line { action, body: command.body, at: occurred_at, number });
    }

    fn innings(&mut self, batting: usize, overs: &[&str]) {
        let team_id = [self.sides.home, self.sides.away][batting];
        (self.batting, self.next) = (batting, 2);
        let eleven = &self.sides.players[batting];
        let open = json!({
            "batting_team_id": team_id, "striker_id": eleven[0], "non_striker_id": eleven[1],
        });
        self.record("innings", open);
        for (over, balls) in overs.iter().enumerate() {
            for word in balls.split(' ') {
                self.word(word, BOWLERS[over]);
            }
        }
        assert_eq!(self.state["innings"]["completed"], true, "{}", self.state);
    }

    fn word(&mut self, word: &str, bowler: usize) {
        let fielding = [self.sides.away, self.sides.home][self.batting];
        match word {
            "hurt" => {
                let striker = self.state["striker"]["player_id"].as_i64().unwrap();
                self.retired = Some(striker);
                let retire = json!({ "player_id": striker, "kind": "retired_hurt" });
                self.record("players", json!({ "retire": retire }));
            }
            "back" => {
                let batter = self.retired.take().unwrap();
                self.record("players", json!({ "batter_id": batter }));
            }
            "pen" => self.record("balls", json!({ "penalty": { "team_id": fielding, "runs": 5 } })),
            _ => {
                let mut body = self.ball(word, bowler);
                for place in ["striker", "non_striker"] {
                    if self.state[place].is_null() {
                        body[format!("{place}_id")] =
                            json!(self.sides.players[self.batting][self.next]);
                        self.next += 1;
                    }
                }
                if self.state["bowler"].is_null() {
                    body["bowler_id"] = json!(self.sides.players[1 - self.batting][bowler - 1]);
                }
                self.record("balls", body);
            }
        }
    }

    fn ball(&self, word: &str, bowler: usize) -> Value {
        let (word, flag) = match word.strip_suffix('/') {
            Some(word) => (word, Some("over_called")),
            None => (word.trim_end_matches('+'), word.ends_with('+').then_some("over_continues")),
        };
        let (ball, wicket) = word.split_once('W').map_or((word, None), |(a, b)| (a, Some(b)));
        let digits = ball.chars().take_while(char::is_ascii_digit).count();
        let runs: i64 = ball[..digits].parse().unwrap_or(0);
        let mut body = match &ball[digits..] {
            "wd" => json!({ "runs": { "batter": 0 }, "extras": { "wides": runs } }),
            "nb" => json!({ "runs": { "batter": runs - 1 }, "extras": { "no_balls": 1 } }),
            "nbb" => {
                let extras = json!({ "no_balls": 1, "byes": runs - 1 });
                json!({ "runs": { "batter": 0 }, "extras": extras })
            }
            "b" => json!({ "runs": { "batter": 0 }, "extras": { "byes": runs } }),
            "lb" => json!({ "runs": { "batter": 0 }, "extras": { "leg_byes": runs } }),
            "r" => json!({ "runs": { "batter": runs }, "non_boundary": true }),
            "" | "." => json!({ "runs": { "batter": runs } }),
            other => panic!("invalid ball: {other}"),
        };
        if let Some(flag) = flag {
            body[flag] = json!(true);
        }
        if let Some(wicket) = wicket {
            self.wicket(&mut body, wicket, bowler);
        }
        body
    }

    fn wicket(&self, body: &mut Value, how: &str, bowler: usize) {
        let fielding = &self.sides.players[1 - self.batting];
        let digit = how.chars().find_map(|one| one.to_digit(10)).unwrap_or(0) as usize;
        let fielder = || json!([fielding[digit - 1]]);
        let kind = how.trim_end_matches(|one: char| one.is_ascii_digit());
        body["wickets"] = match kind {
            "" => json!([{ "kind": "bowled" }]),
            "lbw" => json!([{ "kind": "lbw" }]),
            "hw" => json!([{ "kind": "hit_wicket" }]),
            "cb" => json!([{ "kind": "caught", "fielder_ids": [fielding[bowler - 1]] }]),
            "c" => json!([{ "kind": "caught", "fielder_ids": fielder() }]),
            "st" | "wst" => json!([{ "kind": "stumped", "fielder_ids": fielder() }]),
            _ => {
                let place = if how.contains('n') { "non_striker" } else { "striker" };
                let out = &self.state[place]["player_id"];
                let fielders = fielder();
                json!([{ "kind": "run_out", "player_out_id": out, "fielder_ids": fielders }])
            }
        };
        if kind == "wst" {
            body["extras"] = json!({ "wides": 1 });
        }
        if how.ends_with('x') {
            body["crossed"] = json!(true);
        }
    }
}
