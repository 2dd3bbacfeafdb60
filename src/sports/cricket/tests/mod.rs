//! Matches of cricket through `SportRules`, as the store uses them.

mod consensus;
mod corrections;
mod deliveries;
mod dismissals;
mod formats;
mod innings;
mod messages;
mod milestones;
mod overs;
mod penalties;
mod pending_balls;
mod player_of_match;
mod results;
mod run_rates;
mod sequences;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::domain::rejection::Rejection;
use crate::sports::cricket::{Cricket, report};
use crate::sports::{
    ErasedMatch, MatchCommand, MatchInfo, Player, SportRules, TeamInfo, Transition,
};

pub const HOME_TEAM_ID: i64 = 1;
pub const AWAY_TEAM_ID: i64 = 2;

/// A match being scored. Players 101–115 are in the home team, 201–215 in the away team, 301 in
/// neither.
pub struct CricketHarness {
    pub rules: &'static SportRules,
    pub match_info: MatchInfo,
    pub game: ErasedMatch,
    /// Accepted commands.
    pub entries: Vec<MatchCommand>,
    pub now: DateTime<Utc>,
    /// User who sends the commands.
    pub scorer_id: i64,
}

impl CricketHarness {
    pub fn new(format: Value) -> Self {
        let rules = SportRules::find("cricket").unwrap();
        let match_info = test_match_info(format);
        let game = rules.initial_state(&match_info).unwrap();
        let now = "2026-06-01T11:00:00Z".parse().unwrap();
        Self { rules, match_info, game, entries: Vec::new(), now, scorer_id: 7 }
    }

    /// A match whose first innings is open; the home side bats.
    pub fn with_home_batting(format: Value) -> Self {
        let mut harness = Self::new(format);
        harness.apply("start", json!({}));
        harness.open_innings(HOME_TEAM_ID);
        harness
    }

    /// Opens an innings with the first two batters and the first bowler of the other side.
    pub fn open_innings(&mut self, side: i64) -> Transition<ErasedMatch> {
        let bowler = Self::bowler_for_over(3 - side, 0);
        self.apply(
            "innings",
            json!({ "batting_team_id": side, "striker_id": side * 100 + 1,
                    "non_striker_id": side * 100 + 2, "bowler_id": bowler }),
        )
    }

    /// Bowler of the over after `overs`: seven take turns.
    pub fn bowler_for_over(side: i64, overs: i64) -> i64 {
        side * 100 + 5 + overs % 7
    }

    pub fn command(&self, action: &str, body: Value) -> MatchCommand {
        let ids = self.rules.player_ids(action, &body).into_iter();
        let players = ids.filter_map(test_player).collect();
        MatchCommand {
            action: action.to_owned(),
            body,
            user_id: self.scorer_id,
            occurred_at: self.now,
            players,
        }
    }

    pub fn try_apply(
        &mut self,
        action: &str,
        body: Value,
    ) -> Result<Transition<ErasedMatch>, Rejection> {
        self.now += TimeDelta::seconds(30);
        let command = self.command(action, body);
        let transition = self.rules.apply(&self.match_info, &self.game, &command)?;
        self.game = transition.state.clone();
        self.entries.push(command);
        Ok(transition)
    }

    pub fn apply(&mut self, action: &str, body: Value) -> Transition<ErasedMatch> {
        let body_text = body.to_string();
        self.try_apply(action, body)
            .unwrap_or_else(|rejection| panic!("{action} {body_text}: {rejection}"))
    }

    /// Expects a rejection that changes nothing.
    pub fn expect_rejection(&mut self, action: &str, body: Value) -> Rejection {
        let before = self.state();
        let rejection = self.try_apply(action, body.clone());
        assert_eq!(self.state(), before);
        rejection.expect_err(&format!("{action} {body}"))
    }

    /// Bowls balls in scorers' notation: `. 1 4 6 W 1wd 5wd 2nb 1b 4lb`. The next players fill
    /// vacant roles.
    pub fn bowl_symbols(&mut self, balls: &str) -> &mut Self {
        for symbol in balls.split_whitespace() {
            let body = ball_body(symbol);
            self.bowl_body(body);
        }
        self
    }

    /// Bowls one ball, as a body.
    pub fn bowl_body(&mut self, body: Value) -> Transition<ErasedMatch> {
        let body = self.with_missing_players(body);
        self.apply("balls", body)
    }

    pub fn with_missing_players(&self, mut body: Value) -> Value {
        let live = self.live_json();
        let side = live["innings"]["batting_team_id"].as_i64().unwrap();
        let mut next = side * 100 + self.batting_card().len() as i64;
        for role in ["striker", "non_striker"] {
            if live[role].is_null() && body[format!("{role}_id")].is_null() {
                next += 1;
                body[format!("{role}_id")] = json!(next);
            }
        }
        if live["bowler"].is_null() && body["bowler_id"].is_null() {
            let overs: i64 = live["innings"]["overs"]
                .as_str()
                .unwrap()
                .split('.')
                .next()
                .unwrap()
                .parse()
                .unwrap();
            body["bowler_id"] = json!(Self::bowler_for_over(3 - side, overs));
        }
        body
    }

    /// The state that subscribers fold.
    pub fn state(&self) -> Value {
        Value::Object(self.rules.state(&self.game))
    }

    /// The live board, as answers to scorers carry it.
    pub fn live_json(&self) -> Value {
        let game = self.game.downcast::<Cricket>().unwrap();
        report::live_json(&game.state.setup, game.state.scoreboard())
    }

    pub fn read_part(&self, path: &str) -> Value {
        self.rules
            .read_part(&self.match_info, &self.game, path)
            .unwrap_or_else(|| panic!("no {path}"))
    }

    /// The latest innings of the scorecard.
    pub fn latest_innings(&self) -> Value {
        self.read_part("scorecard")["innings"].as_array().unwrap().last().unwrap().clone()
    }

    fn batting_card(&self) -> Vec<Value> {
        self.latest_innings()["batting"].as_array().unwrap().clone()
    }

    /// A row of the batting or bowling card.
    pub fn card_row(&self, card: &str, id: i64) -> Value {
        let innings = self.latest_innings();
        let rows = innings[card].as_array().unwrap();
        rows.iter().find(|row| row["player_id"] == id).cloned().unwrap_or(Value::Null)
    }

    /// Total of the latest innings: `17/2 (3.4)`.
    pub fn score_text(&self) -> String {
        let innings = &self.live_json()["innings"];
        let overs = innings["overs"].as_str().unwrap();
        format!("{}/{} ({overs})", innings["runs"], innings["wickets"])
    }

    /// Names of striker and non-striker.
    pub fn batter_ids(&self) -> (Value, Value) {
        let live = self.live_json();
        (live["striker"]["player_id"].clone(), live["non_striker"]["player_id"].clone())
    }

    pub fn status(&self) -> &'static str {
        self.rules.summary(&self.game).status.as_str()
    }

    pub fn result_json(&self) -> Value {
        self.read_part("scorecard")["result"].clone()
    }

    /// Text of the result; empty while there is none.
    pub fn result_text(&self) -> String {
        self.result_json()["text"].as_str().unwrap_or_default().to_owned()
    }
}

/// Body of a ball in scorers' notation.
pub fn ball_body(symbol: &str) -> Value {
    let digits = symbol.chars().take_while(char::is_ascii_digit).count();
    let (number, kind) = symbol.split_at(digits);
    let number: u32 = number.parse().unwrap_or(0);
    match kind {
        "" | "." => json!({ "runs": { "batter": number } }),
        "wd" => json!({ "runs": { "batter": 0 }, "extras": { "wides": number } }),
        "nb" => json!({ "runs": { "batter": number - 1 }, "extras": { "no_balls": 1 } }),
        "b" => json!({ "runs": { "batter": 0 }, "extras": { "byes": number } }),
        "lb" => json!({ "runs": { "batter": 0 }, "extras": { "leg_byes": number } }),
        "W" => json!({ "runs": { "batter": 0 }, "wickets": [{ "kind": "bowled" }] }),
        other => panic!("no such ball: {other}"),
    }
}

pub fn runs_body(batter: u32) -> Value {
    json!({ "runs": { "batter": batter } })
}

pub fn wicket_entry(kind: &str, player: i64) -> Value {
    json!({ "kind": kind, "player_out_id": player })
}

pub fn test_match_info(format: Value) -> MatchInfo {
    let team = |team_id, name: &str, short_name: &str| TeamInfo {
        team_id,
        name: name.to_owned(),
        short_name: short_name.to_owned(),
        colour: None,
    };
    MatchInfo {
        match_id: 9,
        event_id: None,
        format,
        home: team(HOME_TEAM_ID, "Northants", "NOR"),
        away: team(AWAY_TEAM_ID, "Kent", "KEN"),
    }
}

/// Players are named by number: H1 is the first of the home side.
pub fn test_player(id: i64) -> Option<Player> {
    let (team_id, number) = (id / 100, id % 100);
    let letter = match team_id {
        HOME_TEAM_ID => 'H',
        AWAY_TEAM_ID => 'A',
        3 => 'X',
        _ => return None,
    };
    let name = format!("{letter}{number}");
    ((1..=15).contains(&number)).then_some(Player { id, team_id, name, shirt_number: None })
}

/// Format of limited overs with free hits.
pub fn format_with_overs(overs: u32) -> Value {
    json!({ "name": "custom", "innings": 2, "overs": overs, "free_hit": true })
}

pub fn match_message_kinds(transition: &Transition<ErasedMatch>) -> Vec<&'static str> {
    let to_match =
        |message: &&crate::domain::message::Message| message.topic.to_string() == "match_9";
    transition.messages.iter().filter(to_match).map(|message| message.message_type).collect()
}

/// Data of the messages of `kind` for `topic`.
pub fn messages_to(transition: &Transition<ErasedMatch>, topic: &str, kind: &str) -> Vec<Value> {
    let it = transition.messages.iter().filter(|message| message.message_type == kind);
    it.filter(|m| m.topic.to_string() == topic).map(|m| m.data.clone()).collect()
}

/// Pointers of a rejection's errors.
pub fn error_pointers(rejection: &Rejection) -> Vec<&str> {
    rejection.errors.iter().map(|error| error.pointer.as_str()).collect()
}
