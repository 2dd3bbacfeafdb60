//! What may be entered, and what it does to the match.

use serde_json::Value;
use serde_json::json;

use crate::domain::leaderboard::Verdict;
use crate::domain::rejection::Reason;
use crate::sports::tests::AWAY;
use crate::sports::tests::HOME;
use crate::sports::tests::Scored;
use crate::sports::tests::pointers;
use crate::sports::tests::result::DELETE;
use crate::sports::tests::result::PUT;
use crate::sports::tests::result::after_kicks;
use crate::sports::tests::result::at_two_one;
use crate::sports::tests::result::put;
use crate::sports::tests::result::said;
use crate::sports::tests::result::with;

#[test]
fn what_is_said_decides_who_has_won() {
    use Verdict::Away;
    use Verdict::Draw;
    use Verdict::Home;
    use Verdict::NoResult;
    let ending = |ending: &str| json!({ "ending": ending });
    let winner = |body, team_id: i64| with(body, "winner_team_id", team_id);
    let ended = |word: &str, home, away| with(put(home, away), "ending", word);
    #[rustfmt::skip]
    let cases = [
        (put(2, 3),                               "played",    (2, 3, Away, Some(AWAY))),
        (put(100_000, 0),                         "played",    (100_000, 0, Home, Some(HOME))),
        (winner(put(2, 3), AWAY),                 "played",    (2, 3, Away, Some(AWAY))),
        (put(1, 1),                               "played",    (1, 1, Draw, None)),
        (winner(put(1, 1), AWAY),                 "played",    (1, 1, Draw, Some(AWAY))),
        (winner(ending("walkover"), HOME),        "walkover",  (0, 0, Home, Some(HOME))),
        (winner(ended("walkover", 0, 0), AWAY),   "walkover",  (0, 0, Away, Some(AWAY))),
        (ended("walkover", 3, 0),                 "walkover",  (3, 0, Home, Some(HOME))),
        (winner(ending("awarded"), AWAY),         "awarded",   (0, 0, Away, Some(AWAY))),
        (ended("awarded", 0, 3),                  "awarded",   (0, 3, Away, Some(AWAY))),
        (winner(ended("awarded", 1, 1), HOME),    "awarded",   (1, 1, Home, Some(HOME))),
        (ending("no_result"),                     "no_result", (0, 0, NoResult, None)),
        (ended("no_result", 80, 12),              "no_result", (80, 12, NoResult, None)),
    ];
    for (body, ending, expected) in cases {
        for sport in ["football", "generic"] {
            let mut scored = Scored::new(sport);
            scored.accepts(PUT, body.clone());
            assert_eq!(said(&scored), Some(expected), "{body}");
            assert_eq!(scored.read("result").unwrap()["ending"], ending);
            assert_eq!(scored.score(), (expected.0, expected.1));
        }
    }
}

#[test]
fn a_body_that_makes_no_sense_is_refused() {
    #[rustfmt::skip]
    let cases: [(Value, &[&str]); 19] = [
        (json!({}),                                               &["/home_score", "/away_score"]),
        (Value::Null,                                             &["/home_score", "/away_score"]),
        (json!({ "home_score": 1 }),                              &["/away_score"]),
        (put(-1, 0),                                              &["/home_score"]),
        (put(0, 100_001),                                         &["/away_score"]),
        (json!({ "home_score": 1.5, "away_score": "1" }),         &["/home_score", "/away_score"]),
        (with(put(1, 0), "winner_team_id", AWAY),                 &["/winner_team_id"]),
        (with(put(1, 1), "winner_team_id", 3),                    &["/winner_team_id"]),
        (json!({ "ending": "walkover" }),                         &["/winner_team_id"]),
        (with(put(2, 2), "ending", "awarded"),                    &["/winner_team_id"]),
        (json!({ "ending": "walkover", "home_score": 3 }),        &["/away_score"]),
        (json!({ "ending": "awarded", "home_score": "x" }),       &["/home_score"]),
        (json!({ "ending": "awarded", "home_score": 3, "away_score": 0, "winner_team_id": AWAY }),
                                                                  &["/winner_team_id"]),
        (json!({ "ending": "no_result", "winner_team_id": HOME }), &["/winner_team_id"]),
        (json!({ "ending": "no_result", "away_score": 1 }),       &["/home_score"]),
        (with(put(1, 0), "ending", "abandoned"),                  &["/ending"]),
        (with(put(1, 0), "reason", "x".repeat(501)),              &["/reason"]),
        (with(put(1, 0), "override", "yes"),                      &["/override"]),
        (with(put(1, 0), "points", 3),                            &["/points"]),
    ];
    for (body, expected) in cases {
        let refused = Scored::new("generic").refuses(PUT, body.clone());
        assert_eq!(
            (refused.reason, pointers(&refused)),
            (Reason::Invalid, expected.to_vec()),
            "{body}"
        );
    }
}

#[test]
fn a_result_ends_the_match_from_any_status_but_cancelled() {
    for sport in ["football", "generic"] {
        for status in ["scheduled", "live", "paused", "finished", "postponed", "abandoned"] {
            let mut scored = Scored::at_status(sport, status);
            let applied = scored.accepts(PUT, put(0, 0));
            assert_eq!(applied.answer["status"], "finished", "from {status}");
            assert_eq!(scored.summary().status, "finished");
            assert!(!applied.created);
            for action in ["start", "pause", "resume", "end", "abandon", "postpone", "cancel"] {
                assert_eq!(scored.refuses(action, json!({})).code, "wrong-state");
            }
        }
        let refused = Scored::at_status(sport, "cancelled").refuses(PUT, put(0, 0));
        assert_eq!((refused.reason, refused.code.as_str()), (Reason::Conflict, "wrong-state"));
        assert_eq!(
            refused.detail,
            "entering a result is allowed when the match is scheduled or live or paused or \
             finished or postponed or abandoned, not cancelled"
        );
    }
}

#[test]
fn a_result_is_answered_and_told_whole() {
    let mut scored = Scored::live("football");
    let body = json!({ "ending": "awarded", "home_score": 0, "away_score": 3,
                       "reason": "Ineligible player", "override": true });
    let applied = scored.later(600).accepts(PUT, body);
    let result = json!({ "match_id": 3, "event_id": null, "home_team_id": 1, "away_team_id": 2,
        "home_score": 0, "away_score": 3, "winner_team_id": 2, "ending": "awarded",
        "by_hand": true, "reason": "Ineligible player", "text": null });
    let clock = json!({ "period": "first_half", "running": false, "elapsed_ms": 600_000,
                        "at": "2017-09-23T16:40:00.000Z" });
    let score = json!({ "home": 0, "away": 3 });

    let mut answer = result.clone();
    answer["status"] = json!("finished");
    answer["clock"] = clock.clone();
    answer["score"] = score.clone();
    assert_eq!(applied.answer, answer);
    let [message] = applied.messages.as_slice() else { panic!("{:?}", applied.messages) };
    assert_eq!((message.kind, message.topic.to_string()), ("match_end", "match_3".to_owned()));
    assert_eq!(
        message.data,
        json!({ "match_id": 3, "status": "finished", "clock": clock, "score": score,
                "result": result, "reason": "Ineligible player" })
    );
    assert_eq!(scored.read("result"), Some(result.clone()));
    let view = scored.view();
    assert_eq!((&view["result"], &view["score"], &view["clock"]), (&result, &score, &clock));
    assert_eq!(view["reason"], "Ineligible player");
}

#[test]
fn a_correction_is_told_again_and_leaves_the_clock_alone() {
    let mut scored = Scored::new("generic");
    scored.accepts(PUT, with(put(1, 0), "reason", "typed at the bar"));
    assert_eq!(scored.view()["clock"]["at"], Value::Null, "it never ran");
    let applied = scored.later(3600).accepts(PUT, put(0, 1));
    assert_eq!(applied.messages[0].kind, "match_end");
    assert_eq!(applied.messages[0].data["score"], json!({ "home": 0, "away": 1 }));
    assert_eq!(said(&scored), Some((0, 1, Verdict::Away, Some(AWAY))));
    assert_eq!(scored.view().get("reason"), None, "it was that of the first result");

    let mut scored = Scored::at_status("generic", "finished");
    let clock = scored.view()["clock"].clone();
    scored.later(3600).accepts(PUT, put(0, 0));
    assert_eq!(scored.view()["clock"], clock);
}

#[test]
fn the_live_score_is_contradicted_on_purpose_only() {
    for sport in ["football", "generic"] {
        for status in ["live", "paused", "finished", "abandoned"] {
            let mut scored = at_two_one(sport);
            match status {
                "paused" => drop(scored.accepts("pause", json!({}))),
                "finished" => drop(scored.accepts("end", json!({}))),
                "abandoned" => drop(scored.accepts("abandon", json!({}))),
                _ => {}
            }
            let awarded = json!({ "ending": "awarded", "winner_team_id": AWAY });
            for body in [put(2, 2), with(put(2, 2), "override", false), awarded] {
                let refused = scored.refuses(PUT, body);
                assert_eq!(refused.reason, Reason::Conflict);
                assert_eq!(refused.code, "contradicts-score");
            }
            let refused = scored.refuses(PUT, put(2, 2));
            assert_eq!(
                refused.detail,
                "the live score is 2:1, not 2:2; send \"override\":true if it is meant"
            );
            scored.accepts(PUT, with(put(2, 2), "override", true));
            assert_eq!(said(&scored), Some((2, 2, Verdict::Draw, None)));
            // It is the play that a correction is measured by, not what was entered before.
            assert_eq!(scored.refuses(PUT, put(2, 2)).code, "contradicts-score");
            scored.accepts(PUT, put(2, 1));
            assert_eq!(said(&scored), Some((2, 1, Verdict::Home, Some(HOME))));
        }
    }
}

#[test]
fn a_match_broken_off_keeps_its_score_without_a_result() {
    let mut scored = at_two_one("football");
    scored.accepts("abandon", json!({ "reason": "floodlights" }));
    scored.accepts(PUT, json!({ "ending": "no_result" }));
    assert_eq!(said(&scored), Some((2, 1, Verdict::NoResult, None)));
}

#[test]
fn a_shootout_says_who_went_through_until_somebody_denies_it() {
    let kicks = json!({ "home": 1, "away": 0 });
    let mut scored = after_kicks();
    assert_eq!(said(&scored), Some((1, 1, Verdict::Draw, Some(HOME))));

    scored.accepts(PUT, put(1, 1));
    assert_eq!(said(&scored), Some((1, 1, Verdict::Draw, Some(HOME))));
    assert_eq!(scored.view()["shootout_score"], kicks);

    let other = with(put(1, 1), "winner_team_id", AWAY);
    let refused = scored.refuses(PUT, other.clone());
    assert_eq!(refused.code, "contradicts-score");
    assert!(refused.detail.starts_with("the live score is 1:1 (1:0 on kicks), not 1:1;"));
    scored.accepts(PUT, with(other, "override", true));
    assert_eq!(said(&scored), Some((1, 1, Verdict::Draw, Some(AWAY))));
    assert_eq!(scored.view().get("shootout_score"), None, "it would tell another story");

    scored.accepts(DELETE, Value::Null);
    assert_eq!(scored.view()["shootout_score"], kicks);
}

#[test]
fn a_late_correction_on_the_field_corrects_the_result() {
    let mut scored = at_two_one("football");
    assert!(scored.result().is_none() && scored.read("result").is_none());
    scored.accepts("end", json!({}));
    assert_eq!(said(&scored), Some((2, 1, Verdict::Home, Some(HOME))));
    scored.accepts("PATCH incidents/1", json!({ "confirmation": "cancelled" }));
    assert_eq!(said(&scored), Some((1, 1, Verdict::Draw, None)));
}

#[test]
fn the_same_result_once_more_is_no_news() {
    let mut scored = Scored::new("football");
    assert_eq!(scored.accepts(PUT, put(2, 3)).messages.len(), 1);
    assert_eq!(scored.accepts(PUT, put(2, 3)).messages, []);
    assert_eq!(scored.accepts(PUT, with(put(2, 3), "reason", "by fax")).messages.len(), 1);
}
