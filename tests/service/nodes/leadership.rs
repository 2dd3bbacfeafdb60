//! What is done once for all nodes is done by one of them, and by another when that one dies.

use std::time::{Duration, Instant};

use serde_json::json;

use super::cluster::nodes;
use super::figure;
use crate::support::server::TestServer;
use crate::support::subscriber::PATIENCE;
use crate::support::users::{Organizer, id};

/// Which of them leads, once exactly one does.
async fn leader(nodes: &[&TestServer]) -> usize {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let mut leading = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            if figure(node, "touchline_leader").await == 1 {
                leading.push(index);
            }
        }
        match leading.as_slice() {
            &[one] => return one,
            &[] => {}
            many => panic!("{many:?} lead"),
        }
        assert!(Instant::now() < deadline, "nobody leads");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn announce(organizer: &Organizer, event: i64) -> i64 {
    let body = json!({
        "event_id": event, "type": "general", "priority": "normal", "title": "Gates", "message": "open",
        "team_ids": [], "expires_at": "2099-01-01T00:00:00.000Z",
    });
    id(&organizer.client.post("/api/announcements", body).await.ok())
}

/// As if its time had come.
const DUE: &str = "update announcements set expires_at = 1000 where expires_at > 1000";

#[tokio::test(flavor = "multi_thread")]
async fn another_node_takes_over_when_the_leader_is_killed() {
    let nodes = nodes(3, &[]).await;
    let all: Vec<_> = nodes.iter().collect();
    let leads = leader(&all).await;
    let others: Vec<_> =
        (0..3).filter(|index| *index != leads).map(|index| &nodes[index]).collect();
    let organizer = others[0].organizer().await;
    let event = json!({ "name": "Cup", "sport": "football", "visibility": "public" });
    let event = id(&organizer.client.post("/api/events", event).await.ok());
    let path = format!("/api/events/{event}/stream/announcements/");
    let mut viewer = others[1].watch(&path).open().await;
    viewer.control("live").await;

    announce(&organizer, event).await;
    viewer.message().await;
    others[0].database.tamper(DUE).await;
    assert!(viewer.message().await.data.contains("announcement_expired"));

    announce(&organizer, event).await;
    viewer.message().await;
    nodes[leads].kill9();
    others[0].database.tamper(DUE).await;
    let killed = Instant::now();
    let told = viewer.message().await.data;
    assert!(told.contains("announcement_expired"), "{told}");
    assert!(killed.elapsed() < Duration::from_secs(10), "{:?}", killed.elapsed());
    let next = leader(&others).await;
    eprintln!("node {next} of those left leads after {:?}", killed.elapsed());

    // A connection that is cut is a lead that is lost, and had again.
    let cut = "select pg_terminate_backend(pid) from pg_stat_activity \
               where application_name = 'touchline leader' and datname = current_database()";
    others[0].database.tamper(cut).await;
    announce(&organizer, event).await;
    viewer.message().await;
    others[0].database.tamper(DUE).await;
    assert!(viewer.message().await.data.contains("announcement_expired"));
    leader(&others).await;
    nodes[leads].again().await;
    leader(&all).await;
}
