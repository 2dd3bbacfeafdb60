//! Cluster-wide tasks run on one node, and on another when that one dies.

use std::time::{Duration, Instant};

use serde_json::json;

use super::cluster::nodes;
use crate::support::server::TestServer;
use crate::support::subscriber::WAIT_TIMEOUT;
use crate::support::users::{Organizer, id};

/// Returns the index of the leader, once there is exactly one.
async fn leader(nodes: &[&TestServer]) -> usize {
    let deadline = Instant::now() + WAIT_TIMEOUT;
    loop {
        let mut leading = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            if node.metric("touchline_leader").await == 1 {
                leading.push(index);
            }
        }
        match leading.as_slice() {
            &[one] => return one,
            &[] => {}
            many => panic!("several leaders: {many:?}"),
        }
        assert!(Instant::now() < deadline, "no leader");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn announce(organizer: &Organizer, event: i64) -> i64 {
    let body = json!({
        "event_id": event, "type": "general", "priority": "normal", "title": "Gates", "message": "open",
        "team_ids": [], "expires_at": "2099-01-01T00:00:00.000Z",
    });
    id(&organizer.client.post("/api/announcements", body).await.ok_json())
}

/// Makes pending announcements due.
const MAKE_DUE: &str = "update announcements set expires_at = 1000 where expires_at > 1000";

#[tokio::test(flavor = "multi_thread")]
async fn another_node_takes_over_when_the_leader_is_killed() {
    let nodes = nodes(3, &[]).await;
    let all: Vec<_> = nodes.iter().collect();
    let leader_index = leader(&all).await;
    let others: Vec<_> =
        (0..3).filter(|index| *index != leader_index).map(|index| &nodes[index]).collect();
    let organizer = others[0].organizer().await;
    let event = json!({ "name": "Cup", "sport": "football", "visibility": "public" });
    let event = id(&organizer.client.post("/api/events", event).await.ok_json());
    let path = format!("/api/events/{event}/stream/announcements/");
    let mut subscriber = others[1].subscribe(&path).open().await;
    subscriber.until_control("live").await;

    announce(&organizer, event).await;
    subscriber.next_message().await;
    others[0].database.tamper(MAKE_DUE).await;
    assert!(subscriber.next_message().await.data.contains("announcement_expired"));

    announce(&organizer, event).await;
    subscriber.next_message().await;
    nodes[leader_index].kill9();
    others[0].database.tamper(MAKE_DUE).await;
    let killed = Instant::now();
    let received = subscriber.next_message().await.data;
    assert!(received.contains("announcement_expired"), "{received}");
    assert!(killed.elapsed() < Duration::from_secs(10), "{:?}", killed.elapsed());
    let next = leader(&others).await;
    eprintln!("node {next} of the rest leads after {:?}", killed.elapsed());

    // Losing the leader's connection loses leadership, which is then regained.
    let cut = "select pg_terminate_backend(pid) from pg_stat_activity \
               where application_name = 'touchline leader' and datname = current_database()";
    others[0].database.tamper(cut).await;
    announce(&organizer, event).await;
    subscriber.next_message().await;
    others[0].database.tamper(MAKE_DUE).await;
    assert!(subscriber.next_message().await.data.contains("announcement_expired"));
    leader(&others).await;
    nodes[leader_index].restart().await;
    leader(&all).await;
}
