//! How innings follow each other and end.

use serde_json::Value;
use serde_json::json;

use super::*;

fn ended(scored: &Scored) -> Value {
    scored.innings()["end"].clone()
}

#[test]
fn the_toss_comes_before_the_start_and_says_who_bats() {
    for (winner, decision, bats) in
        [(HOME, "bat", HOME), (HOME, "field", AWAY), (AWAY, "bat", AWAY), (AWAY, "field", HOME)]
    {
        let mut scored = Scored::new(json!("t20"));
        let toss = json!({ "winner_team_id": winner, "decision": decision });
        let applied = scored.accepts("toss", toss.clone());
        assert_eq!((kinds(&applied), &applied.answer["toss"]), (vec!["toss"], &toss));
        scored.accepts("start", json!({}));
        assert_eq!(scored.refuses("toss", toss.clone()).code, "wrong-state");
        let other = json!({ "batting_team_id": 3 - bats });
        assert_eq!(scored.refuses("innings", other).code, "wrong-side");
        scored.opens(bats);
        assert_eq!(scored.view()["toss"], toss);
    }
    let mut scored = Scored::new(json!("t20"));
    let refused = scored.refuses("toss", json!({ "winner_team_id": 3, "decision": "run" }));
    assert_eq!(pointers(&refused), ["/winner_team_id", "/decision"]);
}

#[test]
fn ten_wickets_are_all_out() {
    let mut scored = Scored::batting(json!("test"));
    scored.bowls("W W W W W W W W W");
    assert!(ended(&scored).is_null());
    let applied = scored.bowl(ball("W"));
    assert_eq!(kinds(&applied).last(), Some(&"innings_complete"));
    assert_eq!((ended(&scored), scored.board().as_str()), (json!("all_out"), "0/10 (1.4)"));
    assert_eq!(scored.refuses("balls", runs(1)).code, "no-innings");
}

#[test]
fn absent_batters_end_it_sooner() {
    let mut scored = Scored::batting(json!("test"));
    scored.accepts("players", json!({ "absent": { "player_id": 110 } }));
    scored.accepts("players", json!({ "absent": { "player_id": 111 } }));
    scored.bowls("W W W W W W W");
    assert!(ended(&scored).is_null());
    scored.bowls("W");
    assert_eq!((ended(&scored), scored.board().as_str()), (json!("all_out"), "0/8 (1.2)"));
}

#[test]
fn nobody_left_to_come_is_all_out_too() {
    let mut scored = Scored::batting(json!("test"));
    scored.accepts("players", json!({ "retire": { "player_id": 101, "kind": "retired_hurt" } }));
    scored.bowls("W W W W W W W W W");
    assert!(ended(&scored).is_null(), "13.2: he who retired may come again");
    scored.accepts("declare", json!({ "reason": "all_out" }));
    assert_eq!((ended(&scored), scored.board().as_str()), (json!("all_out"), "0/9 (1.3)"));
}

#[test]
fn the_overs_run_out_and_a_wicket_on_the_last_ball_counts() {
    let mut scored = Scored::batting(overs(1));
    let applied = scored.bowls(". . . . .").bowl(ball("W"));
    let order = ["ball_bowled", "wicket_fallen", "over_complete", "innings_complete"];
    assert_eq!(kinds(&applied), order);
    assert_eq!((ended(&scored), scored.board().as_str()), (json!("overs"), "0/1 (1.0)"));
}

#[test]
fn overs_called_end_it_not_balls() {
    let mut scored = Scored::batting(overs(1));
    scored.bowls(". . . .");
    scored.bowl(json!({ "runs": { "batter": 0 }, "over_called": true }));
    assert_eq!((ended(&scored), &scored.innings()["balls"]), (json!("overs"), &json!(5)));
}

#[test]
fn the_winning_run_ends_it_and_what_is_run_after_counts_nothing() {
    let extra =
        |batter: u32, extras: Value| json!({ "runs": { "batter": batter }, "extras": extras });
    let kept = |mut body: Value| {
        body["override"] = json!(true);
        body
    };
    // What is needed, the ball, and the total that wins (Law 16.6).
    #[rustfmt::skip]
    let cases = [
        (2, runs(2), 2),
        (1, runs(2), 1),
        (1, kept(runs(2)), 2),
        (1, runs(4), 4),
        (1, json!({ "runs": { "batter": 4 }, "non_boundary": true }), 1),
        (3, runs(6), 6),
        (1, extra(0, json!({ "wides": 1 })), 1),
        (1, extra(0, json!({ "wides": 5 })), 1),
        (2, extra(0, json!({ "wides": 5 })), 5),
        (1, extra(6, json!({ "no_balls": 1 })), 1),
        (2, extra(6, json!({ "no_balls": 1 })), 7),
        (2, extra(3, json!({ "no_balls": 1 })), 2),
        (1, extra(0, json!({ "byes": 3 })), 1),
        (2, extra(0, json!({ "leg_byes": 4 })), 4),
    ];
    for (needed, body, total) in cases {
        let mut scored = Scored::batting(overs(1));
        scored.bowls(&format!("{} . . . . .", needed - 1));
        scored.opens(AWAY);
        let applied = scored.accepts("balls", body.clone());
        assert_eq!(ended(&scored), "target", "{needed} {body}");
        assert_eq!(scored.innings()["runs"], total, "{needed} {body}");
        assert_eq!(kinds(&applied)[1..], ["innings_complete", "match_end", "match_complete"]);
    }
}

#[test]
fn innings_follow_in_their_order() {
    let mut scored = Scored::batting(json!("test"));
    assert_eq!(
        scored.bowls(".").refuses("innings", json!({ "batting_team_id": AWAY })).code,
        "innings-open"
    );
    scored.accepts("declare", json!({ "reason": "declared" }));
    assert_eq!(scored.innings()["declared"], true);
    assert_eq!(scored.refuses("declare", json!({ "reason": "declared" })).code, "no-innings");
    assert_eq!(scored.refuses("innings", json!({ "batting_team_id": HOME })).code, "wrong-side");
    scored.opens(AWAY);
    scored.bowls("4");
    scored.accepts("declare", json!({ "reason": "umpires" }));
    assert_eq!(scored.refuses("innings", json!({ "batting_team_id": AWAY })).code, "wrong-side");
    scored.opens(HOME);
    assert_eq!(scored.innings()["number"], 3);
    scored.bowls("6");
    scored.accepts("declare", json!({ "reason": "declared" }));
    assert_eq!(scored.refuses("innings", json!({ "batting_team_id": HOME })).code, "wrong-side");
    scored.opens(AWAY);
    assert_eq!(scored.innings()["target"], 3);
}

#[test]
fn an_innings_without_a_ball_may_be_opened_anew() {
    let mut scored = Scored::batting(json!("t20"));
    scored.opens(AWAY);
    assert_eq!(
        (scored.ends(), scored.innings()["number"].clone()),
        ((json!(201), json!(202)), json!(1))
    );
    scored.bowls("1");
    assert_eq!(scored.refuses("innings", json!({ "batting_team_id": HOME })).code, "innings-open");
}

#[test]
fn a_follow_on_needs_its_lead() {
    let format = |lead: u32| json!({ "name": "test", "follow_on": lead });
    for (lead, allowed) in [(10, true), (11, false)] {
        let mut scored = Scored::batting(format(lead));
        scored.bowls("6 6");
        scored.accepts("declare", json!({ "reason": "declared" }));
        scored.opens(AWAY);
        scored.bowls("2");
        scored.accepts("declare", json!({ "reason": "all_out" }));
        let tried = scored.tries("innings", json!({ "batting_team_id": AWAY }));
        assert_eq!(tried.is_ok(), allowed, "14.1 a lead of 10, {lead} needed");
        match tried {
            Ok(_) => assert_eq!(scored.innings()["follow_on"], true),
            Err(refused) => assert!(refused.detail.contains("lead of 11"), "{refused}"),
        }
    }
}

#[test]
fn after_a_follow_on_the_other_side_bats_last() {
    let mut scored = Scored::batting(json!({ "name": "test", "follow_on": 5 }));
    scored.bowls("6 6");
    for side in [AWAY, AWAY] {
        scored.accepts("declare", json!({ "reason": "all_out" }));
        scored.opens(side);
        scored.bowls("6 1");
    }
    scored.accepts("declare", json!({ "reason": "all_out" }));
    assert_eq!(scored.refuses("innings", json!({ "batting_team_id": AWAY })).code, "wrong-side");
    scored.opens(HOME);
    assert_eq!(scored.innings()["target"], 3);
}

#[test]
fn a_side_may_forfeit_its_innings() {
    let mut scored = Scored::batting(json!("test"));
    scored.bowls("6");
    scored.accepts("declare", json!({ "reason": "declared" }));
    scored.accepts("declare", json!({ "reason": "forfeited" }));
    let innings = scored.innings();
    assert_eq!(
        (&innings["batting_team_id"], &innings["forfeited"]),
        (&json!(AWAY), &json!(true)),
        "15.2"
    );
    scored.opens(HOME);
    scored.accepts("declare", json!({ "reason": "forfeited" }));
    assert_eq!(scored.innings()["number"], 3);
    scored.opens(AWAY);
    assert_eq!(scored.innings()["target"], 7);
}

#[test]
fn penalty_runs_go_where_the_law_puts_them() {
    let award = |team: i64, runs: i64| json!({ "penalty": { "team_id": team, "runs": runs } });
    let total = |scored: &Scored, number: usize| {
        scored.read("scorecard")["innings"][number - 1]["runs"].clone()
    };
    let mut scored = Scored::batting(json!("test"));
    let applied = scored.accepts("balls", award(HOME, 5));
    assert_eq!(kinds(&applied), ["penalty_awarded"]);
    assert_eq!(total(&scored, 1), 5, "41.17 to the innings being played");
    scored.accepts("balls", award(AWAY, 5));
    assert_eq!(scored.board(), "5/0 (0.0)", "41.17 to their next innings");
    scored.bowls("1");
    scored.accepts("declare", json!({ "reason": "declared" }));
    scored.opens(AWAY);
    assert_eq!(
        (total(&scored, 2), scored.innings()["extras"]["penalty"].clone()),
        (json!(5), json!(5))
    );
    scored.accepts("balls", award(HOME, 5));
    assert_eq!(
        (total(&scored, 1), total(&scored, 2)),
        (json!(11), json!(5)),
        "to their last innings"
    );
    scored.accepts("balls", award(HOME, -5));
    assert_eq!(total(&scored, 1), 6, "taken back");
    assert_eq!(scored.refuses("balls", award(HOME, -10)).code, "never-awarded");
    assert_eq!(
        pointers(&scored.refuses("balls", award(3, 0))),
        ["/penalty/team_id", "/penalty/runs"]
    );

    // Beside a ball, to the side that fields.
    let mut body = runs(1);
    body["penalty"] = json!({ "team_id": HOME, "runs": 5 });
    let applied = scored.accepts("balls", body);
    assert_eq!(kinds(&applied), ["ball_bowled", "penalty_awarded"]);
    assert_eq!((total(&scored, 1), total(&scored, 2)), (json!(11), json!(6)));
}

#[test]
fn each_step_has_its_statuses() {
    let mut scored = Scored::batting(json!("t20"));
    scored.accepts("pause", json!({ "reason": "rain" }));
    assert_eq!(scored.refuses("balls", runs(1)).code, "wrong-state");
    scored.accepts("players", json!({ "bowler_id": 206 }));
    scored.accepts("resume", json!({}));
    scored.accepts("balls", runs(1));
    scored.accepts("abandon", json!({ "reason": "rain" }));
    assert_eq!(scored.text(), "Match abandoned");
    for action in ["innings", "balls", "players", "declare", "target", "super-over", "end"] {
        let body = if action == "balls" { runs(1) } else { json!({}) };
        assert_eq!(scored.refuses(action, body).code, "wrong-state", "{action}");
    }
    scored.accepts("PATCH balls/1", runs(2));
    assert_eq!((scored.board().as_str(), scored.status()), ("2/0 (0.1)", "abandoned"));
    for action in ["", "ball", "PUT balls/1", "GET balls/1", "incidents", "score"] {
        let refused = scored.refuses(action, json!({}));
        assert_eq!(refused.code, "not-found", "{action}");
    }
}
