//! Whole matches through the rules, as the store drives them.

mod bodies;
mod clock;
mod lifecycle;
mod lineups;
mod overridden_actions;
mod result;
mod score_only;
mod sequences;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::domain::rejection::Rejection;
use crate::sports::{
    ErasedMatch, MatchCommand, MatchInfo, MatchResult, MatchSummary, Player, SportRules, TeamInfo,
    Transition,
};

pub const HOME_TEAM_ID: i64 = 1;
pub const AWAY_TEAM_ID: i64 = 2;

/// Players 10–19 are of the home team, 20–29 of the away team, 30 of neither.
pub const NEUTRAL_PLAYER: i64 = 30;

/// A match being scored.
pub struct MatchHarness {
    pub rules: &'static SportRules,
    pub match_info: MatchInfo,
    pub game: ErasedMatch,
    /// What was accepted so far.
    pub entries: Vec<MatchCommand>,
    pub now: DateTime<Utc>,
}

impl MatchHarness {
    pub fn new(sport: &str) -> Self {
        let rules = SportRules::find(sport).unwrap();
        let match_info = test_match_info();
        let game = rules.initial_state(&match_info).unwrap();
        let now = "2017-09-23T16:30:00Z".parse().unwrap();
        Self { rules, match_info, game, entries: Vec::new(), now }
    }

    /// One that has begun.
    pub fn started(sport: &str) -> Self {
        let mut harness = Self::new(sport);
        harness.apply("start", json!({}));
        harness
    }

    /// One that got to `status` by the shortest way.
    pub fn with_status(sport: &str, status: &str) -> Self {
        let actions: &[&str] = match status {
            "scheduled" => &[],
            "live" => &["start"],
            "paused" => &["start", "pause"],
            "finished" => &["start", "end"],
            "postponed" => &["postpone"],
            "cancelled" => &["cancel"],
            "abandoned" => &["start", "abandon"],
            other => panic!("no such status: {other}"),
        };
        let mut harness = Self::new(sport);
        for action in actions {
            harness.apply(action, Value::Null);
        }
        assert_eq!(harness.summary().status.as_str(), status);
        harness
    }

    pub fn advance_clock(&mut self, seconds: i64) -> &mut Self {
        self.now += TimeDelta::seconds(seconds);
        self
    }

    pub fn command(&self, action: &str, body: Value) -> MatchCommand {
        let is_known = |id: &i64| (10..=NEUTRAL_PLAYER).contains(id);
        let ids = self.rules.player_ids(action, &body).into_iter().filter(is_known);
        let players = ids.map(test_player).collect();
        MatchCommand { action: action.to_owned(), body, user_id: 1, occurred_at: self.now, players }
    }

    pub fn try_apply(
        &mut self,
        action: &str,
        body: Value,
    ) -> Result<Transition<ErasedMatch>, Rejection> {
        let command = self.command(action, body);
        let transition = self.rules.apply(&self.match_info, &self.game, &command)?;
        self.game = transition.state.clone();
        self.entries.push(command);
        Ok(transition)
    }

    pub fn apply(&mut self, action: &str, body: Value) -> Transition<ErasedMatch> {
        self.try_apply(action, body).unwrap_or_else(|rejection| panic!("{action}: {rejection}"))
    }

    /// Refused, with nothing changed.
    pub fn expect_rejection(&mut self, action: &str, body: Value) -> Rejection {
        let before = self.state();
        let rejection =
            self.try_apply(action, body.clone()).expect_err(&format!("{action} {body}"));
        assert_eq!(self.state(), before);
        rejection
    }

    /// The state that subscribers fold.
    pub fn state(&self) -> Value {
        Value::Object(self.rules.state(&self.game))
    }

    pub fn summary(&self) -> MatchSummary {
        self.rules.summary(&self.game)
    }

    pub fn read_part(&self, path: &str) -> Option<Value> {
        self.rules.read_part(&self.match_info, &self.game, path)
    }

    pub fn result(&self) -> Option<&MatchResult> {
        self.rules.result(&self.game)
    }

    pub fn score(&self) -> (i64, i64) {
        let summary = self.summary();
        (summary.home_score, summary.away_score)
    }
}

pub fn test_match_info() -> MatchInfo {
    let team = |team_id, name: &str, short_name: &str, colour: &str| TeamInfo {
        team_id,
        name: name.to_owned(),
        short_name: short_name.to_owned(),
        colour: Some(colour.to_owned()),
    };
    MatchInfo {
        event_id: None,
        match_id: 3,
        format: Value::Null,
        home: team(HOME_TEAM_ID, "Leicester City", "LEI", "#003090"),
        away: team(AWAY_TEAM_ID, "Liverpool", "LIV", "#c8102e"),
    }
}

pub fn test_player(id: i64) -> Player {
    let name = match id {
        10 => "Jamie Vardy",
        11 => "Shinji Okazaki",
        20 => "Mohamed Salah",
        21 => "Philippe Coutinho",
        22 => "Jordan Henderson",
        23 => "Simon Mignolet",
        _ => "Somebody Else",
    };
    Player { id, team_id: id / 10, name: name.to_owned(), shirt_number: None }
}

/// Where a rejection points to.
pub fn error_pointers(rejection: &Rejection) -> Vec<&str> {
    rejection.errors.iter().map(|error| error.pointer.as_str()).collect()
}

#[test]
fn find_matches_the_exact_code_only() {
    for rules in &crate::sports::registry::ALL_SPORTS {
        assert!(std::ptr::eq(SportRules::find(rules.code).unwrap(), rules));
    }
    for code in ["", "Football", "kabaddi"] {
        assert!(SportRules::find(code).is_none(), "{code}");
    }
}

#[test]
fn an_unknown_format_is_rejected() {
    for (format, is_valid) in [
        (Value::Null, true),
        (json!({}), true),
        (json!("t20"), false),
        (json!({ "overs": 20 }), false),
        (json!([]), false),
    ] {
        let match_info = MatchInfo { format: format.clone(), ..test_match_info() };
        // Cricket has formats, and tests of its own for them.
        for rules in
            crate::sports::registry::ALL_SPORTS.iter().filter(|rules| rules.code != "cricket")
        {
            let started = rules.initial_state(&match_info);
            assert_eq!(started.is_ok(), is_valid, "{} {format}", rules.code);
            if let Err(rejection) = started {
                assert_eq!(error_pointers(&rejection), ["/format"]);
            }
        }
    }
}

#[test]
fn the_state_of_another_sport_is_rejected() {
    let football = MatchHarness::started("football");
    let generic = SportRules::find("generic").unwrap();
    let command = football.command("end", Value::Null);
    let rejection = generic.apply(&football.match_info, &football.game, &command).unwrap_err();
    assert_eq!(rejection.code, "wrong-sport");
    assert_eq!(generic.read_part(&football.match_info, &football.game, "incidents"), None);
}
