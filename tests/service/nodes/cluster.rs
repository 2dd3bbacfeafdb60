//! What holds whichever node is asked: one order, one effect, and no seam between nodes.

use std::time::Duration;

use serde_json::json;

use crate::support::database::{Database, Kind};
use crate::support::postgres;
use crate::support::reconnecting_subscriber::Follower;
use crate::support::server::TestServer;
use crate::support::subscriber::PATIENCE;
use crate::support::users::{Scorer, note};

/// Nodes on one database.
pub async fn nodes(count: usize, settings: &[(&str, &str)]) -> Vec<TestServer> {
    let first = Database::new(Kind::Postgres).await;
    let mut nodes = Vec::new();
    for _ in 0..count {
        nodes.push(TestServer::start(first.again(), settings).await);
    }
    nodes
}

pub fn addresses(nodes: &[TestServer]) -> Vec<String> {
    nodes.iter().map(TestServer::address).collect()
}

/// The same scorer at another node, with a connection of its own.
pub fn at(scorer: &Scorer, node: &TestServer) -> Scorer {
    Scorer { client: scorer.client.at(&node.address()).afresh(), game: scorer.game }
}

#[tokio::test(flavor = "multi_thread")]
async fn g2_writers_on_three_nodes_produce_one_order() {
    const EACH: usize = 25;
    let nodes = nodes(3, &[]).await;
    let scorer = nodes[0].organizer().await.live("football").await;
    let head = scorer.client.head(&scorer.game.topic()).await;
    let mut readers = Vec::new();
    for node in &nodes {
        let mut viewer = node.watch(&scorer.game.stream()).open().await;
        viewer.control("live").await;
        readers.push(viewer);
    }
    let writers = (0..8).map(|writer| {
        let scorer = at(&scorer, &nodes[writer % nodes.len()]);
        tokio::spawn(async move {
            for number in 0..EACH {
                scorer.note(&format!("w{writer}n{number}")).await.ok();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let last = head + 8 * EACH as i64;
    let history = scorer.client.history(&scorer.game.topic()).await;
    assert_eq!(history.len() as i64, last, "each once");
    for viewer in &mut readers {
        let told = viewer.until(last).await;
        let seqs: Vec<_> = told.iter().map(crate::support::sse::Block::seq).collect();
        assert_eq!(seqs, (head + 1..=last).collect::<Vec<_>>());
        let texts: Vec<_> = told.into_iter().map(|block| block.data).collect();
        assert!(texts == history[history.len() - texts.len()..], "the same bytes on each node");
    }
    for writer in 0..8 {
        let of_one = history.iter().filter(|text| text.contains(&format!("\"w{writer}n")));
        let numbers: Vec<_> = of_one.map(|text| text.find("n24\"").is_some()).collect();
        assert_eq!(numbers.len(), EACH);
        assert!(numbers[EACH - 1], "a writer's own order");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_a_subscriber_that_switches_nodes_misses_nothing() {
    const MESSAGES: i64 = 120;
    let nodes = nodes(3, &[]).await;
    let scorer = nodes[0].organizer().await.live("football").await;
    let addresses = addresses(&nodes);
    let readers: Vec<_> = (0..6)
        .map(|first| {
            let mut reader = Follower::new(&addresses, first, &scorer.game.stream());
            // At any byte: within a head, a frame, an id.
            reader.cuts_itself = Some(|opened| 700 + opened * 397 % 4_000);
            tokio::spawn(async move {
                reader.until(MESSAGES, Duration::from_mins(2)).await;
                reader
            })
        })
        .collect();
    let written = scorer.client.head(&scorer.game.topic()).await;
    for (number, node) in (written..MESSAGES).zip(nodes.iter().cycle()) {
        at(&scorer, node).note(&format!("note {number}")).await.ok();
    }
    let history = scorer.client.history(&scorer.game.topic()).await;
    for reader in readers {
        let reader = reader.await.unwrap();
        assert!(reader.opened > 5, "{} streams", reader.opened);
        reader.agrees_with(&history);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g5_one_key_used_on_two_nodes_at_once_has_one_effect() {
    let nodes = nodes(2, &[]).await;
    let scorer = nodes[0].organizer().await.live("football").await;
    let before = scorer.client.head(&scorer.game.topic()).await;
    let (one, two) = (at(&scorer, &nodes[0]), at(&scorer, &nodes[1]));
    let path = scorer.game.path("/incidents");
    for number in 0..30 {
        let key = format!("twice-{number}");
        let (first, second) = tokio::join!(
            one.client.post_keyed(&path, note(&key), &key),
            two.client.post_keyed(&path, note(&key), &key),
        );
        let (first, second) = (first.unwrap(), second.unwrap());
        assert_eq!((first.status, second.status), (201, 201), "{} {}", first.text, second.text);
        assert_eq!(first.json(), second.json(), "{key}");
    }
    let history = scorer.client.history(&scorer.game.topic()).await;
    assert_eq!(history.len() as i64 - before, 30, "each once");
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_revoking_a_right_on_one_node_ends_streams_on_the_other() {
    let nodes = nodes(2, &[]).await;
    let organizer = nodes[0].organizer().await;
    let team = organizer.team("Home", "private").await;
    let mia = organizer.person(&nodes[0], "Mia").await;
    organizer.join(team, &mia, "coach").await;
    let path = format!("/api/teams/{team}/stream/");
    let mut viewer = nodes[1].watch(&path).by(&mia.client).open().await;
    viewer.control("live").await;
    organizer.leave(team, &mia).await;
    let began = std::time::Instant::now();
    assert_eq!(viewer.goodbye().await.0["reason"], "access_revoked");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());

    // And who is disabled there is nobody here.
    organizer.join(team, &mia, "coach").await;
    let mut viewer = nodes[1].watch(&path).by(&mia.client).open().await;
    viewer.control("live").await;
    let disable = json!({ "disabled": true });
    organizer.client.patch(&format!("/api/users/{}", mia.id), disable).await.ok();
    let began = std::time::Instant::now();
    assert_eq!(viewer.goodbye().await.0["reason"], "access_revoked");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_started_at_once_on_an_empty_database_agree() {
    let database = Database::at(&postgres::empty_database().await);
    let (one, two, three) = tokio::join!(
        TestServer::start(database.again(), &[]),
        TestServer::start(database.again(), &[]),
        TestServer::start(database.again(), &[]),
    );
    let scorer = one.organizer().await.live("football").await;
    two.organizer().await;
    let mut viewer = three.watch(&scorer.game.stream()).open().await;
    viewer.control("live").await;
    at(&scorer, &two).note("the first").await.ok();
    assert!(viewer.message().await.data.contains("the first"));
    let shown = |node: &TestServer| {
        let said = node.command(&["epoch", "show"]).output().unwrap();
        assert!(said.status.success());
        String::from_utf8(said.stdout).unwrap()
    };
    assert_eq!(shown(&one), shown(&three));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draining_node_hands_its_subscribers_to_the_other() {
    let nodes = nodes(2, &[("drain_seconds", "2")]).await;
    let scorer = nodes[1].organizer().await.live("football").await;
    let addresses = addresses(&nodes);
    let mut readers = Vec::new();
    for _ in 0..20 {
        let mut reader = Follower::new(&addresses, 0, &scorer.game.stream());
        while reader.at == 0 {
            reader.step(PATIENCE).await;
        }
        readers.push(reader);
    }
    let (ended, told) = tokio::sync::watch::channel(0);
    let readers: Vec<_> = readers
        .into_iter()
        .map(|mut reader| {
            let mut told = told.clone();
            tokio::spawn(async move {
                while *told.borrow_and_update() == 0 {
                    reader.step(Duration::from_millis(50)).await;
                }
                let last = *told.borrow();
                reader.until(last, PATIENCE).await;
                reader
            })
        })
        .collect();
    let mut last = 0;
    for number in 0..60 {
        if number == 10 {
            nodes[0].terminate();
        }
        let key = format!("drain-{number}");
        // A writer at the node that ends goes on at the other with the same key.
        let path = scorer.game.path("/incidents");
        let there = at(&scorer, &nodes[0]).client;
        match there.post_keyed(&path, note(&key), &key).await {
            Ok(answer) if answer.status == 201 => {}
            Ok(answer) => assert_eq!(answer.status, 503, "{}", answer.text),
            Err(error) => assert!(error.is_connect() || error.is_request(), "{error}"),
        }
        scorer.client.post_keyed(&path, note(&key), &key).await.unwrap().ok();
        last += 1;
    }
    assert!(nodes[0].ended(PATIENCE).await.success());
    let head = scorer.client.head(&scorer.game.topic()).await;
    assert!(head > last, "{head}");
    ended.send_replace(head);
    let history = scorer.client.history(&scorer.game.topic()).await;
    for reader in readers {
        let reader = reader.await.unwrap();
        assert_eq!(reader.cut, 0, "each was said goodbye to");
        assert!(reader.opened >= 2, "it had to change node");
        reader.agrees_with(&history);
    }
}
