//! The demo server: live matches for newcomers.

use std::time::{Duration, Instant};

use chrono::Utc;
use serde_json::{Value, json};
use touchline::demo::cricket::CricketGround;

use crate::import;
use crate::support::database::{Database, Kind};
use crate::support::mutations::{ANN, commit, user};
use crate::support::server::TestServer;

/// Every randomly drawn ball must be legal: a rejected one would stop the match for good.
#[tokio::test(flavor = "multi_thread")]
async fn the_cricket_demo_finishes_matches_and_starts_new_ones() {
    let store = Database::new(Kind::Sqlite).await;
    let store = store.open().await;
    commit(&store, user("ann@example.org")).await;
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
    assert!(milestones > 0, "no milestone in three matches");
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_shows_live_football_and_cricket() {
    let server = TestServer::sqlite(&[]).await;
    server.kill9();
    server.run(server.command(&["demo"])).await;
    let client = server.anonymous();
    let all = client.get("/api/matches?limit=100").await.ok_json();
    let items = all["items"].as_array().unwrap();
    let live = |sport: &str| {
        let of = items.iter().filter(move |one| one["sport"] == sport && one["status"] == "live");
        of.collect::<Vec<&Value>>()
    };
    assert!(live("football").len() >= 3, "{all}");
    let [cricket] = live("cricket")[..] else { panic!("{all}") };
    let path = format!("/api/matches/{}", cricket["id"]);
    let card = client.get(&format!("{path}/scorecard")).await.ok_json();
    let overs = card["innings"][0]["over_summaries"].as_array().unwrap();
    assert!(!overs.is_empty(), "no over completed: {card}");
    let mut subscriber =
        server.subscribe(&format!("{path}/stream/?types=ball_bowled")).open().await;
    assert!(subscriber.next_message().await.is_snapshot());
    let ball = subscriber.next_message().await.json();
    let innings = card["innings"].as_array().unwrap().len() as u64;
    assert!(ball["data"]["ball"]["innings"].as_u64().unwrap() >= innings, "{ball}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_replays_a_cricsheet_file() {
    let server = TestServer::sqlite(&[]).await;
    server.kill9();
    let path = server.folder().join("real.json");
    std::fs::write(&path, import::cricsheet_file().to_string()).unwrap();
    server.run(server.command(&["demo", "--cricsheet", path.to_str().unwrap()])).await;
    let client = server.anonymous();
    let deadline = Instant::now() + Duration::from_secs(30);
    let balls = loop {
        let all = client.get("/api/matches?limit=100").await.ok_json();
        let mut items = all["items"].as_array().unwrap().iter();
        if let Some(real) = items.find(|one| one["teams"]["home"]["name"] == "Deccan") {
            let balls = client.get(&format!("/api/matches/{}/balls", real["id"])).await.ok_json();
            if balls["items"][0].is_object() {
                break balls;
            }
        }
        assert!(Instant::now() < deadline, "no ball was bowled: {all}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(balls["items"][0]["striker"], "D-1");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_rejects_an_inconsistent_file_at_startup() {
    let server = TestServer::sqlite(&[]).await;
    server.kill9();
    let path = server.folder().join("wrong.json");
    let mut file = import::cricsheet_file();
    file["info"]["outcome"] = json!({ "by": { "wickets": 3 }, "winner": "Kings" });
    std::fs::write(&path, file.to_string()).unwrap();
    let output = server.command(&["demo", "--cricsheet", path.to_str().unwrap()]).output().unwrap();
    assert!(!output.status.success());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("wrong.json") && stderr.contains("outcome"), "{stderr}");
}
