//! A sport that ends its matches itself, and may set them going again.

use serde_json::{Value, json};

use crate::domain::matches::MatchStatus;
use crate::domain::permission::MatchPermission;
use crate::domain::rejection::Rejection;
use crate::sports::clock::PeriodSchedule;
use crate::sports::game::Match;
use crate::sports::score::{PerSide, Score};
use crate::sports::sport::Sport;
use crate::sports::tests::{MatchHarness, test_match_info};
use crate::sports::{
    ActionMethod, ActionSpec, ApplyResult, MatchCommand, MatchInfo, SportRules, Transition,
};

/// The home side scores until it has three; the last point can be undone.
struct FirstToThree;

static FIRST_TO_THREE_RULES: SportRules = SportRules::for_sport::<FirstToThree>();

impl Sport for FirstToThree {
    const CODE: &'static str = "to_three";
    const PERIOD_SCHEDULE: PeriodSchedule = PeriodSchedule { periods: &[], breaks: &[] };
    type State = i64;

    const ACTIONS: &'static [ActionSpec] =
        &[ActionSpec::new(ActionMethod::Post, "end", MatchPermission::Control)];

    fn initial_state(_match_info: &MatchInfo) -> Result<i64, Rejection> {
        Ok(0)
    }

    fn apply(
        _match_info: &MatchInfo,
        game: &Match<i64>,
        command: &MatchCommand,
    ) -> ApplyResult<Match<i64>> {
        let mut next = game.clone();
        match command.action.as_str() {
            "point" => next.state += 1,
            "undo" => next.state -= 1,
            "rename" => {}
            _ => return Err(Rejection::conflict("goes-on", "it ends at three")),
        }
        if command.action != "rename" {
            next.status = if next.state == 3 { MatchStatus::Finished } else { MatchStatus::Live };
        }
        let messages = Vec::new();
        Ok(Transition { state: next, messages, response: Value::Null, is_created: false })
    }

    fn computed_score(game: &Match<i64>) -> Score {
        Score { totals: PerSide { home: game.state, away: 0 }, shootout: None }
    }
}

fn finished_match() -> MatchHarness {
    let match_info = test_match_info();
    let game = FIRST_TO_THREE_RULES.initial_state(&match_info).unwrap();
    let at = "2017-09-23T16:30:00Z".parse().unwrap();
    let mut harness = MatchHarness {
        rules: &FIRST_TO_THREE_RULES,
        match_info,
        game,
        entries: Vec::new(),
        now: at,
    };
    for action in ["start", "point", "point"] {
        harness.apply(action, json!({}));
    }
    assert_eq!(harness.expect_rejection("end", json!({})).code, "goes-on", "the step is its own");
    harness.apply("point", json!({}));
    assert_eq!(harness.summary().status.as_str(), "finished");
    assert_eq!(harness.result().unwrap().home_score, 3);
    harness
}

#[test]
fn a_reopened_match_has_no_result() {
    let mut harness = finished_match();
    harness.apply("undo", json!({}));
    assert_eq!((harness.summary().status.as_str(), harness.result()), ("live", None));
    harness.apply("point", json!({}));
    assert_eq!(harness.result().unwrap().home_score, 3);
}

#[test]
fn reopening_restores_the_computed_result_after_a_deletion() {
    let mut harness = finished_match();
    harness.apply("DELETE result", Value::Null);
    harness.apply("rename", json!({}));
    assert_eq!(harness.result(), None);
    harness.apply("undo", json!({}));
    harness.apply("point", json!({}));
    assert_eq!(harness.result().unwrap().home_score, 3, "it has ended anew");
}

#[test]
fn a_manual_result_blocks_reopening() {
    let mut harness = finished_match();
    let body = json!({ "home_score": 0, "away_score": 1, "override": true });
    harness.apply("PUT result", body);
    assert_eq!(harness.expect_rejection("undo", json!({})).code, "result-by-hand");
    harness.apply("rename", json!({}));
    assert_eq!(harness.score(), (0, 1));
    harness.apply("DELETE result", Value::Null);
    harness.apply("undo", json!({}));
    assert_eq!((harness.summary().status.as_str(), harness.score()), ("live", (2, 0)));
}
