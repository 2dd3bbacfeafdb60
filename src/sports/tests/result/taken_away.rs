//! What a result by hand covers, and what is there again without it.

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
use crate::sports::tests::result::at_two_one;
use crate::sports::tests::result::put;
use crate::sports::tests::result::said;
use crate::sports::tests::result::with;

#[test]
fn what_was_entered_is_shown_everywhere_whatever_is_counted() {
    let mut scored = at_two_one("football");
    scored.accepts(PUT, with(put(0, 3), "override", true));
    let shown = json!({ "home": 0, "away": 3 });
    for (action, body) in [
        ("PATCH incidents/1", json!({ "minute": 6 })),
        ("PATCH incidents/2", json!({ "confirmation": "cancelled" })),
        ("DELETE incidents/2", Value::Null),
    ] {
        let applied = scored.accepts(action, body);
        assert_eq!(applied.answer["score"], shown, "{action}");
        for message in &applied.messages {
            assert_eq!(message.data["score"], shown, "{action}");
        }
        assert_eq!(scored.view()["score"], shown);
        assert_eq!(scored.score(), (0, 3));
        assert_eq!(said(&scored), Some((0, 3, Verdict::Away, Some(AWAY))));
    }
    // Two goals stand, and are what is counted once the result is gone.
    assert_eq!(scored.view()["statistics"]["home"]["goals"], 2);
    assert_eq!(scored.view()["statistics"]["away"]["goals"], 0);
    let applied = scored.accepts(DELETE, Value::Null);
    assert_eq!(applied.messages[0].data["score"], json!({ "home": 2, "away": 0 }));
    assert_eq!(scored.score(), (2, 0));
}

#[test]
fn without_its_result_by_hand_a_match_stands_where_it_stood() {
    for sport in ["football", "generic"] {
        for status in ["scheduled", "live", "paused", "postponed", "abandoned"] {
            let mut scored = Scored::at_status(sport, status);
            let before = scored.view();
            scored.later(60).accepts(PUT, with(put(0, 0), "reason", "fog"));
            scored.later(60).accepts(PUT, with(put(4, 4), "override", true));
            let applied = scored.later(60).accepts(DELETE, Value::Null);
            assert_eq!((&applied.answer, applied.created), (&Value::Null, false));
            assert_eq!(scored.view(), before, "{status}: as before the first entry");
            assert_eq!(scored.view()["result"], Value::Null);
            let [message] = applied.messages.as_slice() else { panic!("{:?}", applied.messages) };
            assert_eq!(message.topic.to_string(), "match_3");
            assert_eq!(message.kind, "match_reopened");
            let expected = json!({ "match_id": 3, "status": status, "clock": before["clock"],
                                   "score": { "home": 0, "away": 0 } });
            assert_eq!(message.data, expected);
            assert_eq!(scored.refuses(DELETE, Value::Null).detail, "no such result");
        }
    }
}

#[test]
fn the_reason_of_before_comes_back_as_well() {
    let mut scored = Scored::new("generic");
    scored.accepts("postpone", json!({ "reason": "Frozen pitch" }));
    scored.accepts(PUT, put(1, 0));
    assert_eq!(scored.view().get("reason"), None);
    let applied = scored.accepts(DELETE, Value::Null);
    assert_eq!(applied.messages[0].data["reason"], "Frozen pitch");
    assert_eq!(scored.view()["reason"], "Frozen pitch");
}

#[test]
fn the_result_of_the_play_can_be_struck_and_another_entered() {
    let mut scored = at_two_one("football");
    scored.accepts("end", json!({}));

    // Corrected by hand and taken away: the play's own is there again.
    scored.accepts(PUT, with(put(3, 1), "override", true));
    let applied = scored.accepts(DELETE, Value::Null);
    assert_eq!(applied.messages[0].kind, "match_end");
    assert_eq!(applied.messages[0].data["result"]["by_hand"], false);
    assert_eq!(said(&scored), Some((2, 1, Verdict::Home, Some(HOME))));

    // Struck: finished, and nothing for a table to count.
    let applied = scored.accepts(DELETE, Value::Null);
    assert_eq!(applied.messages[0].kind, "match_end");
    assert_eq!(applied.messages[0].data["result"], Value::Null);
    assert_eq!(applied.messages[0].data["score"], json!({ "home": 2, "away": 1 }));
    assert_eq!((scored.summary().status, scored.result()), ("finished", None));
    scored.accepts("PATCH incidents/1", json!({ "confirmation": "cancelled" }));
    assert_eq!(scored.result(), None, "a correction on the field brings it back for nobody");
    assert_eq!(scored.refuses(DELETE, Value::Null).reason, Reason::NotFound);

    scored.accepts(PUT, put(1, 1));
    assert_eq!(said(&scored), Some((1, 1, Verdict::Draw, None)));
    scored.accepts(DELETE, Value::Null);
    assert_eq!((scored.summary().status, scored.result()), ("finished", None));
}

#[test]
fn there_is_no_result_to_take_away_before_there_is_one() {
    for status in ["scheduled", "live", "paused", "postponed", "cancelled", "abandoned"] {
        let refused = Scored::at_status("football", status).refuses(DELETE, Value::Null);
        assert_eq!((refused.reason, refused.detail.as_str()), (Reason::NotFound, "no such result"));
    }
    let mut finished = Scored::at_status("football", "finished");
    assert_eq!(pointers(&finished.refuses(DELETE, json!({ "why": 1 }))), ["/why"]);
}
