//! Cricket through HTTP: an over, an undo, scorers who differ, the scorecard in both its forms.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::subscriber::Viewer;
use crate::support::users::{Game, Organizer, Scorer, id};

crate::support::on_both! {
    an_over_is_published_ball_by_ball_and_can_be_undone,
    conflicting_scores_wait_for_the_referee,
    only_cricket_accepts_scorers_required,
    balls_and_results_are_changed_by_their_etag,
}

/// A match of cricket whose first innings is open, and its players.
struct Match {
    scorer: Scorer,
    batting: Vec<i64>,
    bowling: Vec<i64>,
}

impl Match {
    /// The home side bats.
    async fn open(organizer: &Organizer, more: Value) -> Self {
        let home = organizer.team("Deccan", "public").await;
        let away = organizer.team("Rajasthan", "public").await;
        let mut body = json!({ "sport": "cricket", "home_team_id": home, "away_team_id": away });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        let id = id(&organizer.client.post("/api/matches", body).await.ok());
        let game = Game { id, home, away };
        let (batting, bowling) = (eleven(organizer, home).await, eleven(organizer, away).await);
        let scorer = Scorer { client: organizer.client.afresh(), game };
        scorer.act("toss", json!({ "winner_team_id": home, "decision": "bat" })).await.ok();
        scorer.act("start", json!({})).await.ok();
        let open = json!({
            "batting_team_id": home, "striker_id": batting[0], "non_striker_id": batting[1],
            "bowler_id": bowling[10],
        });
        scorer.act("innings", open).await.ok();
        Self { scorer, batting, bowling }
    }

    /// The types of all messages of the match's own topic after `known`.
    async fn told(&self, known: usize) -> Vec<String> {
        let topic = self.scorer.game.topic();
        let all = self.scorer.client.history(&topic).await;
        let kind = |text: &String| {
            serde_json::from_str::<Value>(text).unwrap()["type"].as_str().unwrap().to_owned()
        };
        all[known..].iter().map(kind).collect()
    }

    async fn state(&self) -> Value {
        self.scorer.client.get(&self.scorer.game.path("/state")).await.ok()["data"].clone()
    }
}

async fn eleven(organizer: &Organizer, team: i64) -> Vec<i64> {
    let mut ids = Vec::new();
    for number in 1..=11 {
        ids.push(organizer.player(team, &format!("Player {team}-{number}"), number).await);
    }
    ids
}

/// The next snapshot or message.
async fn next(viewer: &mut Viewer) -> Value {
    loop {
        let block = viewer.block().await;
        if block.event.is_none() {
            return block.json();
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
    let mut early = server.watch(&scorer.game.stream()).open().await;
    let snapshot = next(&mut early).await;
    assert_eq!(snapshot["data"]["live"]["innings"]["overs"], "0.0");
    let known = game.told(0).await.len();

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
        let answer = scorer.act("balls", ball).await;
        assert_eq!((answer.status, answer.ok()["number"].as_i64()), (201, Some(number)));
        assert!(answer.header("location").ends_with(&format!("/balls/{number}")));
    }
    let ball_six = json!({ "expected_number": 7, "runs": { "batter": 0 } });
    scorer.act("balls", ball_six.clone()).await.ok();
    assert_eq!(scorer.act("balls", ball_six).await.problem(409, "twice"), "not-the-next-ball");

    let told = game.told(known).await;
    let count = |kind: &str| told.iter().filter(|one| *one == kind).count();
    assert_eq!((count("ball_bowled"), count("wicket_fallen"), count("over_complete")), (7, 1, 1));
    assert_eq!(told.last().unwrap(), "over_complete");

    // Who followed from the first ball knows what a late reader's snapshot holds.
    let mut last = Value::Null;
    while last["type"] != "over_complete" {
        last = next(&mut early).await;
    }
    assert_eq!(last["data"]["summary"], "1 1wd W 4 . 2 .");
    let state = game.state().await;
    assert_eq!(state["live"]["innings"], last["data"]["innings"]);
    let mut late = server.watch(&scorer.game.stream()).open().await;
    assert_eq!(next(&mut late).await["data"], state);
    // And it is the fold of the log: a server that remembers nothing says the same.
    server.kill9();
    server.again().await;
    assert_eq!(game.state().await, state);

    let known = game.told(0).await.len();
    let undone = scorer.client.delete(&scorer.game.path("/balls/7")).await;
    assert_eq!(undone.ok()["state"]["next_number"], 7);
    assert_eq!(game.told(known).await[0], "ball_corrected");
    let balls = scorer.client.get(&scorer.game.path("/balls")).await.ok();
    assert_eq!(balls["items"].as_array().unwrap().len(), 6);
    printed(scorer).await;
}

/// The scorecard is the same for programs and for newspapers.
async fn printed(scorer: &Scorer) {
    let path = scorer.game.path("/scorecard");
    let answer = scorer.client.get(&path).await;
    assert!(answer.headers.get_all("vary").iter().any(|value| value == "Accept"));
    let card = answer.ok();
    let innings = &card["innings"][0];
    let figures = ["runs", "wickets", "overs"].map(|name| innings[name].clone());
    assert_eq!(figures, [json!(8), json!(1), json!("0.5")]);
    assert_eq!(
        scorer.client.get(&scorer.game.path("/state")).await.ok()["data"]["scorecard"],
        card
    );
    let brief = scorer.client.get(&scorer.game.path("")).await.ok();
    for grows in ["scorecard", "live", "disputes", "pending"] {
        assert!(brief[grows].is_null(), "{grows}: {brief}");
    }
    assert_eq!(brief["playing_conditions"]["overs"], 20);
    let listed =
        ["number", "runs", "wickets", "overs"].map(|name| brief["innings"][0][name].clone());
    assert_eq!(listed, [json!(1), json!(8), json!(1), json!("0.5")], "what a list writes");
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
        let answer = scorer.client.send(Method::GET, &path, None, &asked).await.unwrap();
        assert_eq!(answer.text == text.text, plain, "{accept}");
    }
}

async fn conflicting_scores_wait_for_the_referee(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let game = Match::open(&organizer, json!({ "scorers_required": 2 })).await;
    let mut people = Vec::new();
    for (name, role) in [("Asha", "scorer"), ("Bertie", "scorer"), ("Dickie", "referee")] {
        let person = organizer.person(&server, name).await;
        organizer.appoint(game.scorer.game, &person, role).await;
        people.push(Scorer { client: person.client, game: game.scorer.game });
    }
    let [asha, bertie, dickie] = &people[..] else { unreachable!() };

    let first = asha.act("balls", off_the_bat(1)).await;
    assert_eq!((first.status, &first.ok()["official"]), (202, &json!(false)));
    let agreed = bertie.act("balls", off_the_bat(1)).await;
    assert_eq!((agreed.status, &agreed.ok()["official"]), (201, &json!(true)));

    let known = game.told(0).await.len();
    asha.act("balls", off_the_bat(0)).await.ok();
    let leg_bye = json!({ "runs": { "batter": 0 }, "extras": { "leg_byes": 1 } });
    let differs = bertie.act("balls", leg_bye.clone()).await;
    assert_eq!((differs.status, &differs.ok()["disputed"]), (202, &json!(true)));
    // Both go on; nothing of it is official before the ball in dispute.
    for scorer in [asha, bertie] {
        assert_eq!(scorer.act("balls", off_the_bat(4)).await.status, 202);
    }
    let waiting = ["ball_submitted", "scoring_dispute_raised", "ball_submitted", "ball_submitted"];
    assert_eq!(game.told(known).await, waiting);
    let disputes = asha.client.get(&asha.game.path("/disputes")).await.ok();
    assert_eq!(disputes["items"][0]["number"], 2);
    assert_eq!(game.state().await["disputes"].as_array().unwrap().len(), 1);

    let ruling = json!({ "number": 2, "ball": leg_bye });
    assert_eq!(asha.act("rulings", ruling.clone()).await.status, 403, "a scorer is no referee");
    assert_eq!(dickie.act("rulings", ruling).await.status, 201);
    let official = ["ball_bowled", "dispute_resolved", "ball_bowled"];
    assert_eq!(game.told(known + waiting.len()).await, official);
    let state = game.state().await;
    assert_eq!(state["live"]["innings"]["runs"], 6);
    assert_eq!(state["disputes"], json!([]));
    server.kill9();
    server.again().await;
    assert_eq!(game.state().await, state, "the fold of the log");
}

async fn only_cricket_accepts_scorers_required(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let home = organizer.team("Deccan", "public").await;
    let away = organizer.team("Rajasthan", "public").await;
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
        let game = create("cricket", format, 2).await.ok();
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
        let answer = create(sport, format, scorers).await;
        answer.problem(422, sport);
        assert_eq!(answer.json()["errors"][0]["pointer"], "/scorers_required");
    }
}

async fn balls_and_results_are_changed_by_their_etag(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let game = Match::open(&server.organizer().await, json!({ "format": "t20" })).await;
    let client = &game.scorer.client;
    let change = async |method: Method, path: &str, tag: &str, body: Value| {
        client.send(method, path, Some(body), &[("If-Match", tag)]).await.unwrap()
    };
    let made = game.scorer.act("balls", off_the_bat(1)).await;
    game.scorer.act("balls", off_the_bat(0)).await.ok();
    let ball = game.scorer.game.path("/balls/1");
    let seen = client.get(&ball).await.header("etag").to_owned();
    let answer = change(Method::PATCH, &ball, made.header("etag"), off_the_bat(2)).await;
    answer.ok();
    let newer = answer.header("etag").to_owned();
    let stale = change(Method::PATCH, &ball, &seen, off_the_bat(3)).await;
    assert_eq!(stale.problem(412, "another scorer was faster"), "stale");
    change(Method::PATCH, &ball, &newer, off_the_bat(3)).await.ok();
    let seen = client.get(&ball).await.header("etag").to_owned();
    change(Method::DELETE, &ball, &seen, json!({})).await.ok();

    let path = game.scorer.game.path("/result");
    let result = |home: i64| json!({ "home_score": home, "away_score": 3, "override": true });
    client.send(Method::PUT, &path, Some(result(2)), &[]).await.unwrap().ok();
    let seen = client.get(&path).await.header("etag").to_owned();
    change(Method::PUT, &path, &seen, result(4)).await.ok();
    change(Method::PUT, &path, &seen, result(5)).await.problem(412, "it has moved");
    let seen = client.get(&path).await.header("etag").to_owned();
    assert_eq!(change(Method::DELETE, &path, &seen, json!({})).await.status, 204);
}
