//! A match of twenty overs with all that is odd about cricket, as the commands of its scorer.
//!
//! Overs are written as scorers write them: `.` and runs, `1wd`, `2nb` (one for the ball, one off
//! the bat), `3nbb` (its byes), `1b`, `4lb`, `4r` (all run). After `W`: nothing for bowled, `lbw`, `c4` (by the
//! fourth of the other side), `cb`, `st1`, `wst1` (off a wide), `hw`, `ro4` with `s` or `n` for who is out and `x` if
//! they crossed, runs before it. `/` behind a ball: over called; `+`: it goes on. `hurt`: the
//! striker retires, `back`: he comes again, `pen`: five runs to the fielding side.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use touchline::sports::{ErasedMatch, MatchCommand, MatchInfo, Player, SportRules, TeamInfo};

/// The home side's, to its last ball but nine wickets down.
const FIRST: [&str; 20] = [
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

/// The away side's, all out.
const SECOND: [&str; 17] = [
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

/// Who bowls which over: four each, nobody two running.
const BOWLERS: [usize; 20] = [11, 10, 11, 10, 9, 8, 9, 8, 7, 11, 7, 10, 9, 8, 7, 11, 10, 9, 8, 7];

/// The two sides, with the ids of their players in the order they bat.
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
    /// When it happened.
    pub at: String,
    /// Of a ball: its number in the match.
    pub number: Option<u32>,
}

/// Writes the script while it is played in memory, to know who stands where.
struct Pen<'a> {
    sides: &'a Sides,
    rules: &'static SportRules,
    fixture: MatchInfo,
    game: ErasedMatch,
    /// What was answered last.
    state: Value,
    lines: Vec<Line>,
    /// Place of the batting side, and of its next batter.
    batting: usize,
    next: usize,
    hurt: Option<i64>,
}

/// The whole match, from the toss on.
pub fn written(sides: &Sides) -> Vec<Line> {
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
    let (state, lines, hurt) = (Value::Null, Vec::new(), None);
    let mut pen = Pen { sides, rules, fixture, game, state, lines, batting: 0, next: 0, hurt };
    pen.does("toss", json!({ "winner_team_id": sides.away, "decision": "field" }));
    pen.does("start", json!({}));
    pen.innings(0, &FIRST);
    pen.innings(1, &SECOND);
    pen.lines
}

impl Pen<'_> {
    fn does(&mut self, action: &'static str, mut body: Value) {
        let begin: DateTime<Utc> = "2026-06-01T18:00:00Z".parse().unwrap();
        let at = begin + TimeDelta::seconds(40 * self.lines.len() as i64);
        // With times of their own, a match entered late is the same as one entered at once.
        let said = at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        if action != "start" {
            body["occurred_at"] = json!(said);
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
        self.lines.push(Line { action, body: command.body, at: said, number });
    }

    fn innings(&mut self, batting: usize, overs: &[&str]) {
        let team_id = [self.sides.home, self.sides.away][batting];
        (self.batting, self.next) = (batting, 2);
        let eleven = &self.sides.players[batting];
        let open = json!({
            "batting_team_id": team_id, "striker_id": eleven[0], "non_striker_id": eleven[1],
        });
        self.does("innings", open);
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
                self.hurt = Some(striker);
                let retire = json!({ "player_id": striker, "kind": "retired_hurt" });
                self.does("players", json!({ "retire": retire }));
            }
            "back" => {
                let batter = self.hurt.take().unwrap();
                self.does("players", json!({ "batter_id": batter }));
            }
            "pen" => self.does("balls", json!({ "penalty": { "team_id": fielding, "runs": 5 } })),
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
                self.does("balls", body);
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
            other => panic!("no such ball: {other}"),
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
