//! Cricket over HTTP: an over, an undo, conflicting scorers, and both scorecard formats.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::subscriber::Subscriber;
use crate::support::users::{Game, Organizer, Scorer, id};

crate::support::on_both! {
    an_over_is_published_ball_by_ball_and_can_be_undone,
    conflicting_scores_wait_for_the_referee,
    only_cricket_accepts_scorers_required,
    balls_and_results_are_changed_by_their_etag,
}

/// A cricket match whose first innings is open, and its players.
struct Match {
    scorer: Scorer,
    batting: Vec<i64>,
    bowling: Vec<i64>,
}

impl Match {
    /// Opens a match in which the home side bats first.
    async fn open(organizer: &Organizer, more: Value) -> Self {
        let home = organizer.create_team("Deccan", "public").await;
        let away = organizer.create_team("Rajasthan", "public").await;
        let mut body = json!({ "sport": "cricket", "home_team_id": home, "away_team_id": away });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        let id = id(&organizer.client.post("/api/matches", body).await.ok_json());
        let game = Game { id, home, away };
        let (batting, bowling) =
            (create_eleven(organizer, home).await, create_eleven(organizer, away).await);
        let scorer = Scorer { client: organizer.client.with_new_connections(), game };
        scorer
            .post_action("toss", json!({ "winner_team_id": home, "decision": "bat" }))
            .await
            .ok_json();
        scorer.post_action("start", json!({})).await.ok_json();
        let open = json!({
            "batting_team_id": home, "striker_id": batting[0], "non_striker_id": batting[1],
            "bowler_id": bowling[10],
        });
        scorer.post_action("innings", open).await.ok_json();
        Self { scorer, batting, bowling }
    }

    /// Returns the types of all messages on the match topic after the first `known`.
    async fn types_after(&self, known: usize) -> Vec<String> {
        let topic = self.scorer.game.topic();
        let all = self.scorer.client.history(&topic).await;
        let kind = |text: &String| {
            serde_json::from_str::<Value>(text).unwrap()["type"].as_str().unwrap().to_owned()
        };
        all[known..].iter().map(kind).collect()
    }

    async fn state(&self) -> Value {
        self.scorer.client.get(&self.scorer.game.path("/state")).await.ok_json()["data"].clone()
    }
}

async fn create_eleven(organizer: &Organizer, team: i64) -> Vec<i64> {
    let mut ids = Vec::new();
    for number in 1..=11 {
        ids.push(organizer.create_player(team, &format!("Player {team}-{number}"), number).await);
    }
    ids
}

/// Returns the next snapshot or message.
async fn next_message(subscriber: &mut Subscriber) -> Value {
    loop {
        let frame = subscriber.next_frame().await;
        if frame.event.is_none() {
            return frame.json();
        }
    }
}

fn off_the_bat(runs: i64) -> Value {
    json!({ "runs": { "batter": runs } })
}

async fn an_over_is_published_ball_by_ball_and_can_be_undone(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let game = Match::open(&server.organizer().await, json!({ "format": "t20" })).await;
    let scorer = &game.scorer;
    let mut early = server.subscribe(&scorer.game.stream_path()).open().await;
    let snapshot = next_message(&mut early).await;
    assert_eq!(snapshot["data"]["innings"]["1"]["overs"], "0.0");
    let known = game.types_after(0).await.len();

    let caught = json!({
        "runs": { "batter": 0 }, "wickets": [{
            "kind": "caught", "player_out_id": game.batting[1], "fielder_ids": [game.bowling[3]],
        }],
    });
    let wide = json!({ "runs": { "batter": 0 }, "extras": { "wides": 1 } });
    let next_batter =
        json!({ "runs": { "batter": 4 }, "striker_id": game.batting[2], "boundary": true });
    let over = [off_the_bat(1), wide, caught, next_batter, off_the_bat(0), off_the_bat(2)];
    for (number, ball) in (1..).zip(over) {
        let response = scorer.post_action("balls", ball).await;
        assert_eq!((response.status, response.ok_json()["number"].as_i64()), (201, Some(number)));
        assert!(response.header("location").ends_with(&format!("/balls/{number}")));
    }
    let ball_six = json!({ "expected_number": 7, "runs": { "batter": 0 } });
    scorer.post_action("balls", ball_six.clone()).await.ok_json();
    assert_eq!(
        scorer.post_action("balls", ball_six).await.problem(409, "repeated ball"),
        "not-the-next-ball"
    );

    let types = game.types_after(known).await;
    let count = |kind: &str| types.iter().filter(|one| *one == kind).count();
    assert_eq!((count("ball_bowled"), count("wicket_fallen"), count("over_complete")), (7, 1, 1));
    assert_eq!(types.last().unwrap(), "over_complete");

    // Following from the first ball leads to the same state as a late snapshot.
    let mut last = Value::Null;
    while last["type"] != "over_complete" {
        last = next_message(&mut early).await;
    }
    assert_eq!(last["data"]["balls"], "1 1wd W 4 . 2 .");
    let state = game.state().await;
    assert_eq!(state["innings"]["1"]["completed_overs"], json!({ "1": "1 1wd W 4 . 2 ." }));
    let mut late = server.subscribe(&scorer.game.stream_path()).open().await;
    assert_eq!(next_message(&mut late).await["data"], state);
    // The state is the fold of the log, so a restarted server returns the same.
    server.kill9();
    server.restart().await;
    assert_eq!(game.state().await, state);

    let known = game.types_after(0).await.len();
    let undone = scorer.client.delete(&scorer.game.path("/balls/7")).await;
    assert_eq!(undone.ok_json()["state"]["next_number"], 7);
    assert_eq!(game.types_after(known).await[0], "ball_corrected");
    let balls = scorer.client.get(&scorer.game.path("/balls")).await.ok_json();
    assert_eq!(balls["items"].as_array().unwrap().len(), 6);
    check_scorecard_formats(scorer).await;
}

/// Checks the scorecard as JSON and as plain text.
async fn check_scorecard_formats(scorer: &Scorer) {
    let path = scorer.game.path("/scorecard");
    let response = scorer.client.get(&path).await;
    assert!(response.headers.get_all("vary").iter().any(|value| value == "Accept"));
    let card = response.ok_json();
    let innings = &card["innings"][0];
    let figures = ["runs", "wickets", "overs"].map(|name| innings[name].clone());
    assert_eq!(figures, [json!(8), json!(1), json!("0.5")]);
    let brief = scorer.client.get(&scorer.game.path("")).await.ok_json();
    for grows in ["scorecard", "next", "disputes", "pending"] {
        assert!(brief[grows].is_null(), "{grows}: {brief}");
    }
    assert_eq!(brief["playing_conditions"]["overs"], 20);
    let listed =
        ["number", "runs", "wickets", "overs"].map(|name| brief["innings"][0][name].clone());
    assert_eq!(listed, [json!(1), json!(8), json!(1), json!("0.5")], "innings summary in lists");
    assert!(brief["innings"][0]["batting"].is_null(), "{brief}");

    let text = scorer.client.get(&format!("{path}/text")).await;
    assert_eq!(text.header("content-type"), "text/plain; charset=utf-8");
    assert!(text.text.starts_with("Deccan v Rajasthan\n\nDeccan innings\n"), "{}", text.text);
    assert!(text.text.contains("Total (1 wicket, 0.5 overs)"), "{}", text.text);
    for (accept, plain) in [
        ("text/plain", true),
        ("text/plain;q=0.9, */*;q=0.1", true),
        ("*/*", false),
        ("application/json, text/plain", false),
        ("text/html, text/plain, */*", false),
    ] {
        let asked = [("Accept", accept)];
        let response = scorer.client.send(Method::GET, &path, None, &asked).await.unwrap();
        assert_eq!(response.text == text.text, plain, "{accept}");
    }
}

async fn conflicting_scores_wait_for_the_referee(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let game = Match::open(&organizer, json!({ "scorers_required": 2 })).await;
    let mut people = Vec::new();
    for (name, role) in [("Asha", "scorer"), ("Bertie", "scorer"), ("Dickie", "referee")] {
        let person = organizer.create_user(&server, name).await;
        organizer.add_official(game.scorer.game, &person, role).await;
        people.push(Scorer { client: person.client, game: game.scorer.game });
    }
    let [asha, bertie, dickie] = &people[..] else { unreachable!() };

    let first = asha.post_action("balls", off_the_bat(1)).await;
    assert_eq!((first.status, &first.ok_json()["official"]), (202, &json!(false)));
    let agreed = bertie.post_action("balls", off_the_bat(1)).await;
    assert_eq!((agreed.status, &agreed.ok_json()["official"]), (201, &json!(true)));

    let known = game.types_after(0).await.len();
    asha.post_action("balls", off_the_bat(0)).await.ok_json();
    let leg_bye = json!({ "runs": { "batter": 0 }, "extras": { "leg_byes": 1 } });
    let differs = bertie.post_action("balls", leg_bye.clone()).await;
    assert_eq!((differs.status, &differs.ok_json()["disputed"]), (202, &json!(true)));
    // Both continue; nothing is official before the disputed ball is settled.
    for scorer in [asha, bertie] {
        assert_eq!(scorer.post_action("balls", off_the_bat(4)).await.status, 202);
    }
    let waiting = ["ball_submitted", "scoring_dispute_raised", "ball_submitted", "ball_submitted"];
    assert_eq!(game.types_after(known).await, waiting);
    let disputes = asha.client.get(&asha.game.path("/disputes")).await.ok_json();
    assert_eq!(disputes["items"][0]["number"], 2);
    assert_eq!(game.state().await["disputes"].as_object().unwrap().len(), 1);

    let ruling = json!({ "number": 2, "ball": leg_bye });
    assert_eq!(
        asha.post_action("rulings", ruling.clone()).await.status,
        403,
        "scorers cannot rule on disputes"
    );
    assert_eq!(dickie.post_action("rulings", ruling).await.status, 201);
    let official = ["ball_bowled", "dispute_resolved", "ball_bowled"];
    assert_eq!(game.types_after(known + waiting.len()).await, official);
    let state = game.state().await;
    assert_eq!(state["innings"]["1"]["runs"], 6);
    assert_eq!(state["disputes"], json!({}));
    server.kill9();
    server.restart().await;
    assert_eq!(game.state().await, state, "state differs from the log");
}

async fn only_cricket_accepts_scorers_required(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let home = organizer.create_team("Deccan", "public").await;
    let away = organizer.create_team("Rajasthan", "public").await;
    let create = async |sport: &str, format: Value, scorers: i64| {
        let body = json!({
            "sport": sport, "format": format, "scorers_required": scorers,
            "home_team_id": home, "away_team_id": away,
        });
        organizer.client.post("/api/matches", body).await
    };
    #[rustfmt::skip]
    let stored = [
        (Value::Null,             json!({ "name": "t20", "scorers_required": 2 })),
        (json!("odi"),            json!({ "name": "odi", "scorers_required": 2 })),
        (json!({ "overs": 10 }),  json!({ "overs": 10, "scorers_required": 2 })),
    ];
    for (format, kept) in stored {
        let game = create("cricket", format, 2).await.ok_json();
        assert_eq!(game["format"], kept);
        assert_eq!(game["playing_conditions"]["scorers_required"], 2);
    }
    #[rustfmt::skip]
    let refused = [
        ("football", Value::Null,                      2),
        ("cricket",  Value::Null,                      0),
        ("cricket",  Value::Null,                      6),
        ("cricket",  json!({ "scorers_required": 3 }), 2),
    ];
    for (sport, format, scorers) in refused {
        let response = create(sport, format, scorers).await;
        response.problem(422, sport);
        assert_eq!(response.json()["errors"][0]["pointer"], "/scorers_required");
    }
}

async fn balls_and_results_are_changed_by_their_etag(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let game = Match::open(&server.organizer().await, json!({ "format": "t20" })).await;
    let client = &game.scorer.client;
    let change = async |method: Method, path: &str, tag: &str, body: Value| {
        client.send(method, path, Some(body), &[("If-Match", tag)]).await.unwrap()
    };
    let made = game.scorer.post_action("balls", off_the_bat(1)).await;
    game.scorer.post_action("balls", off_the_bat(0)).await.ok_json();
    let ball = game.scorer.game.path("/balls/1");
    let etag = client.get(&ball).await.header("etag").to_owned();
    let response = change(Method::PATCH, &ball, made.header("etag"), off_the_bat(2)).await;
    response.ok_json();
    let newer = response.header("etag").to_owned();
    let stale = change(Method::PATCH, &ball, &etag, off_the_bat(3)).await;
    assert_eq!(stale.problem(412, "another scorer changed it first"), "stale");
    change(Method::PATCH, &ball, &newer, off_the_bat(3)).await.ok_json();
    let etag = client.get(&ball).await.header("etag").to_owned();
    change(Method::DELETE, &ball, &etag, json!({})).await.ok_json();

    let path = game.scorer.game.path("/result");
    let result = |home: i64| json!({ "home_score": home, "away_score": 3, "override": true });
    client.send(Method::PUT, &path, Some(result(2)), &[]).await.unwrap().ok_json();
    let etag = client.get(&path).await.header("etag").to_owned();
    change(Method::PUT, &path, &etag, result(4)).await.ok_json();
    change(Method::PUT, &path, &etag, result(5)).await.problem(412, "outdated ETag");
    let etag = client.get(&path).await.header("etag").to_owned();
    assert_eq!(change(Method::DELETE, &path, &etag, json!({})).await.status, 204);
}
