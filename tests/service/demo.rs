//! The demo: what a newcomer finds moving.

use std::time::{Duration, Instant};

use chrono::Utc;
use serde_json::{Value, json};
use touchline::demo::cricket::CricketGround;

use crate::import;
use crate::support::database::{Database, Kind};
use crate::support::jobs::{ANN, done, user};
use crate::support::server::TestServer;

/// Whatever is drawn, the rules take it: a refused ball would stop the match for good.
#[tokio::test(flavor = "multi_thread")]
async fn its_cricket_is_played_to_the_end_and_on() {
    let store = Database::new(Kind::Sqlite).await;
    let store = store.open().await;
    done(&store, user("ann@example.org")).await;
    let mut ground = CricketGround::create(store.clone(), ANN).await.unwrap();
    let (mut ended, mut milestones) = (0, 0);
    while ended < 3 {
        ground.record_next(Utc::now()).await.unwrap();
        if ground.is_match_over() {
            let card = store.match_part(ground.match_id(), "scorecard").await.unwrap().unwrap().0;
            let text = card["result"]["text"].as_str().unwrap();
            assert!(text.contains(" won by ") || text == "Match tied", "{text}");
            let innings = card["innings"].as_array().unwrap();
            assert_eq!(innings.len(), 2);
            let reached = innings.iter().map(|one| one["milestones"].as_array().unwrap().len());
            milestones += reached.sum::<usize>();
            ended += 1;
        }
    }
    assert!(milestones > 0, "in three matches somebody makes fifty, or a team a hundred");
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_finds_cricket_beside_the_football() {
    let server = TestServer::sqlite(&[]).await;
    server.kill9();
    server.run(server.command(&["demo"])).await;
    let reader = server.stranger();
    let all = reader.get("/api/matches?limit=100").await.ok();
    let items = all["items"].as_array().unwrap();
    let live = |sport: &str| {
        let of = items.iter().filter(move |one| one["sport"] == sport && one["status"] == "live");
        of.collect::<Vec<&Value>>()
    };
    assert!(live("football").len() >= 3, "{all}");
    let [cricket] = live("cricket")[..] else { panic!("{all}") };
    let path = format!("/api/matches/{}", cricket["id"]);
    let card = reader.get(&format!("{path}/scorecard")).await.ok();
    let overs = card["innings"][0]["over_summaries"].as_array().unwrap();
    assert!(!overs.is_empty(), "under way: {card}");
    let mut viewer = server.watch(&format!("{path}/stream/?types=ball_bowled")).open().await;
    assert!(viewer.message().await.is_snapshot());
    let ball = viewer.message().await.json();
    let innings = card["innings"].as_array().unwrap().len() as u64;
    assert!(ball["data"]["innings"]["number"].as_u64().unwrap() >= innings, "{ball}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_match_is_replayed_in_it() {
    let server = TestServer::sqlite(&[]).await;
    server.kill9();
    let path = server.folder().join("real.json");
    std::fs::write(&path, import::file().to_string()).unwrap();
    server.run(server.command(&["demo", "--cricsheet", path.to_str().unwrap()])).await;
    let reader = server.stranger();
    let deadline = Instant::now() + Duration::from_secs(30);
    let balls = loop {
        let all = reader.get("/api/matches?limit=100").await.ok();
        let mut items = all["items"].as_array().unwrap().iter();
        if let Some(real) = items.find(|one| one["teams"]["home"]["name"] == "Deccan") {
            let balls = reader.get(&format!("/api/matches/{}/balls", real["id"])).await.ok();
            if balls["items"][0].is_object() {
                break balls;
            }
        }
        assert!(Instant::now() < deadline, "no ball of it is bowled: {all}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(balls["items"][0]["striker"], "D-1");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_said_before_it_starts() {
    let server = TestServer::sqlite(&[]).await;
    server.kill9();
    let path = server.folder().join("wrong.json");
    let mut file = import::file();
    file["info"]["outcome"] = json!({ "by": { "wickets": 3 }, "winner": "Kings" });
    std::fs::write(&path, file.to_string()).unwrap();
    let output = server.command(&["demo", "--cricsheet", path.to_str().unwrap()]).output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("wrong.json") && said.contains("outcome"), "{said}");
}
