//! The demo: what a newcomer finds moving.

use chrono::Utc;
use serde_json::Value;
use touchline::server::demo::cricket::Ground;

use crate::support::database::Database;
use crate::support::database::Kind;
use crate::support::jobs::ANN;
use crate::support::jobs::done;
use crate::support::jobs::user;
use crate::support::server::TestServer;

/// Whatever is drawn, the rules take it: a refused ball would stop the match for good.
#[tokio::test(flavor = "multi_thread")]
async fn its_cricket_is_played_to_the_end_and_on() {
    let store = Database::new(Kind::Sqlite).await;
    let store = store.open().await;
    done(&store, user("ann@example.org")).await;
    let mut ground = Ground::found(store.clone(), ANN).await.unwrap();
    let (mut ended, mut milestones) = (0, 0);
    while ended < 3 {
        ground.step(Utc::now()).await.unwrap();
        if ground.is_over() {
            let card = store.game_part(ground.match_id(), "scorecard").await.unwrap().unwrap();
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
