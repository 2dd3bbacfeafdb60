//! A sport that ends its matches itself, and may set them going again.

use serde_json::Value;
use serde_json::json;

use crate::domain::rejection::Rejection;
use crate::sports::Applied;
use crate::sports::Command;
use crate::sports::Fixture;
use crate::sports::Outcome;
use crate::sports::Rules;
use crate::sports::clock::Timing;
use crate::sports::play::Play;
use crate::sports::play::Status;
use crate::sports::score::Pair;
use crate::sports::score::Score;
use crate::sports::sport::Sport;
use crate::sports::tests::Scored;
use crate::sports::tests::fixture;

/// The home side scores until it has three; the last point can be undone.
struct ToThree;

static RULES: Rules = Rules::of::<ToThree>();

impl Sport for ToThree {
    const CODE: &'static str = "to_three";
    const TIMING: Timing = Timing { periods: &[], breaks: &[] };
    const OWN_STEPS: &[&str] = &["end"];
    type State = i64;

    fn start(_fixture: &Fixture) -> Result<i64, Rejection> {
        Ok(0)
    }

    fn apply(_fixture: &Fixture, play: &Play<i64>, command: &Command) -> Outcome<Play<i64>> {
        let mut next = play.clone();
        match command.action.as_str() {
            "point" => next.sport += 1,
            "undo" => next.sport -= 1,
            "rename" => {}
            _ => return Err(Rejection::conflict("goes-on", "it ends at three")),
        }
        if command.action != "rename" {
            next.status = if next.sport == 3 { Status::Finished } else { Status::Live };
        }
        let messages = Vec::new();
        Ok(Applied { state: next, messages, answer: Value::Null, created: false })
    }

    fn score(play: &Play<i64>) -> Score {
        Score { goals: Pair { home: play.sport, away: 0 }, shootout: None }
    }
}

fn finished() -> Scored {
    let fixture = fixture();
    let game = RULES.start(&fixture).unwrap();
    let at = "2017-09-23T16:30:00Z".parse().unwrap();
    let mut scored = Scored { rules: &RULES, fixture, game, entries: Vec::new(), at };
    for action in ["start", "point", "point"] {
        scored.accepts(action, json!({}));
    }
    assert_eq!(scored.refuses("end", json!({})).code, "goes-on", "the step is its own");
    scored.accepts("point", json!({}));
    assert_eq!(scored.summary().status, "finished");
    assert_eq!(scored.result().unwrap().home_score, 3);
    scored
}

#[test]
fn a_match_that_goes_on_again_has_no_result() {
    let mut scored = finished();
    scored.accepts("undo", json!({}));
    assert_eq!((scored.summary().status, scored.result()), ("live", None));
    scored.accepts("point", json!({}));
    assert_eq!(scored.result().unwrap().home_score, 3);
}

#[test]
fn a_struck_result_is_forgotten_when_the_match_goes_on() {
    let mut scored = finished();
    scored.accepts("DELETE result", Value::Null);
    scored.accepts("rename", json!({}));
    assert_eq!(scored.result(), None);
    scored.accepts("undo", json!({}));
    scored.accepts("point", json!({}));
    assert_eq!(scored.result().unwrap().home_score, 3, "it has ended anew");
}

#[test]
fn a_match_doesnt_go_on_over_a_result_by_hand() {
    let mut scored = finished();
    let body = json!({ "home_score": 0, "away_score": 1, "override": true });
    scored.accepts("PUT result", body);
    assert_eq!(scored.refuses("undo", json!({})).code, "result-by-hand");
    scored.accepts("rename", json!({}));
    assert_eq!(scored.score(), (0, 1));
    scored.accepts("DELETE result", Value::Null);
    scored.accepts("undo", json!({}));
    assert_eq!((scored.summary().status, scored.score()), ("live", (2, 0)));
}
