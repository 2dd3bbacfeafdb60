//! Guarantees across nodes: one order, one effect, and seamless resumes.

use std::time::Duration;

use serde_json::json;

use crate::support::database::{Database, Kind};
use crate::support::postgres;
use crate::support::reconnecting_subscriber::ReconnectingSubscriber;
use crate::support::server::TestServer;
use crate::support::subscriber::WAIT_TIMEOUT;
use crate::support::users::{Scorer, note_body};

/// Starts nodes on one database.
pub async fn nodes(count: usize, settings: &[(&str, &str)]) -> Vec<TestServer> {
    let first = Database::new(Kind::Postgres).await;
    let mut nodes = Vec::new();
    for _ in 0..count {
        nodes.push(TestServer::start(first.share(), settings).await);
    }
    nodes
}

pub fn addresses(nodes: &[TestServer]) -> Vec<String> {
    nodes.iter().map(TestServer::address).collect()
}

/// The same scorer at another node, with its own connection.
pub fn scorer_at(scorer: &Scorer, node: &TestServer) -> Scorer {
    Scorer { client: scorer.client.at(&node.address()).with_new_connections(), game: scorer.game }
}

#[tokio::test(flavor = "multi_thread")]
async fn g2_writers_on_three_nodes_produce_one_order() {
    const EACH: usize = 25;
    let nodes = nodes(3, &[]).await;
    let scorer = nodes[0].organizer().await.live_match("football").await;
    let head = scorer.client.head_seq(&scorer.game.topic()).await;
    let mut subscribers = Vec::new();
    for node in &nodes {
        let mut subscriber = node.subscribe(&scorer.game.stream_path()).open().await;
        subscriber.until_control("live").await;
        subscribers.push(subscriber);
    }
    let writers = (0..8).map(|writer| {
        let scorer = scorer_at(&scorer, &nodes[writer % nodes.len()]);
        tokio::spawn(async move {
            for number in 0..EACH {
                scorer.post_note(&format!("w{writer}n{number}")).await.ok_json();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let last = head + 8 * EACH as i64;
    let history = scorer.client.history(&scorer.game.topic()).await;
    assert_eq!(history.len() as i64, last, "duplicates");
    for subscriber in &mut subscribers {
        let received = subscriber.messages_until(last).await;
        let seqs: Vec<_> = received.iter().map(crate::support::sse::Frame::seq).collect();
        assert_eq!(seqs, (head + 1..=last).collect::<Vec<_>>());
        let texts: Vec<_> = received.into_iter().map(|frame| frame.data).collect();
        assert!(texts == history[history.len() - texts.len()..], "nodes sent different bytes");
    }
    for writer in 0..8 {
        let of_one = history.iter().filter(|text| text.contains(&format!("\"w{writer}n")));
        let numbers: Vec<_> = of_one.map(|text| text.find("n24\"").is_some()).collect();
        assert_eq!(numbers.len(), EACH);
        assert!(numbers[EACH - 1], "order of one writer");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_a_subscriber_that_switches_nodes_misses_nothing() {
    const MESSAGES: i64 = 120;
    let nodes = nodes(3, &[]).await;
    let scorer = nodes[0].organizer().await.live_match("football").await;
    let addresses = addresses(&nodes);
    let subscribers: Vec<_> = (0..6)
        .map(|first| {
            let mut subscriber =
                ReconnectingSubscriber::new(&addresses, first, &scorer.game.stream_path());
            // Disconnects at any byte: within a head, a frame or an id.
            subscriber.disconnect_after = Some(|opened| 700 + opened * 397 % 4_000);
            tokio::spawn(async move {
                subscriber.read_until(MESSAGES, Duration::from_mins(2)).await;
                subscriber
            })
        })
        .collect();
    let written = scorer.client.head_seq(&scorer.game.topic()).await;
    for (number, node) in (written..MESSAGES).zip(nodes.iter().cycle()) {
        scorer_at(&scorer, node).post_note(&format!("note {number}")).await.ok_json();
    }
    let history = scorer.client.history(&scorer.game.topic()).await;
    for subscriber in subscribers {
        let subscriber = subscriber.await.unwrap();
        assert!(subscriber.connections > 5, "{} streams", subscriber.connections);
        subscriber.assert_matches(&history);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g5_one_key_used_on_two_nodes_at_once_has_one_effect() {
    let nodes = nodes(2, &[]).await;
    let scorer = nodes[0].organizer().await.live_match("football").await;
    let before = scorer.client.head_seq(&scorer.game.topic()).await;
    let (one, two) = (scorer_at(&scorer, &nodes[0]), scorer_at(&scorer, &nodes[1]));
    let path = scorer.game.path("/incidents");
    for number in 0..30 {
        let key = format!("twice-{number}");
        let (first, second) = tokio::join!(
            one.client.post_keyed(&path, note_body(&key), &key),
            two.client.post_keyed(&path, note_body(&key), &key),
        );
        let (first, second) = (first.unwrap(), second.unwrap());
        assert_eq!((first.status, second.status), (201, 201), "{} {}", first.text, second.text);
        assert_eq!(first.json(), second.json(), "{key}");
    }
    let history = scorer.client.history(&scorer.game.topic()).await;
    assert_eq!(history.len() as i64 - before, 30, "duplicates");
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_revoking_a_right_on_one_node_ends_streams_on_the_other() {
    let nodes = nodes(2, &[]).await;
    let organizer = nodes[0].organizer().await;
    let team = organizer.create_team("Home", "private").await;
    let mia = organizer.create_user(&nodes[0], "Mia").await;
    organizer.add_member(team, &mia, "coach").await;
    let path = format!("/api/teams/{team}/stream/");
    let mut subscriber = nodes[1].subscribe(&path).with_user(&mia.client).open().await;
    subscriber.until_control("live").await;
    organizer.remove_member(team, &mia).await;
    let started = std::time::Instant::now();
    assert_eq!(subscriber.until_bye().await.0["reason"], "access_revoked");
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());

    // Disabling a user on one node applies to the other.
    organizer.add_member(team, &mia, "coach").await;
    let mut subscriber = nodes[1].subscribe(&path).with_user(&mia.client).open().await;
    subscriber.until_control("live").await;
    let disable = json!({ "disabled": true });
    organizer.client.patch(&format!("/api/users/{}", mia.id), disable).await.ok_json();
    let started = std::time::Instant::now();
    assert_eq!(subscriber.until_bye().await.0["reason"], "access_revoked");
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_started_at_once_on_an_empty_database_agree() {
    let database = Database::at_url(&postgres::empty_database().await);
    let (one, two, three) = tokio::join!(
        TestServer::start(database.share(), &[]),
        TestServer::start(database.share(), &[]),
        TestServer::start(database.share(), &[]),
    );
    let scorer = one.organizer().await.live_match("football").await;
    two.organizer().await;
    let mut subscriber = three.subscribe(&scorer.game.stream_path()).open().await;
    subscriber.until_control("live").await;
    scorer_at(&scorer, &two).post_note("the first").await.ok_json();
    assert!(subscriber.next_message().await.data.contains("the first"));
    let shown = |node: &TestServer| {
        let output = node.command(&["epoch", "show"]).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(shown(&one), shown(&three));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draining_node_hands_its_subscribers_to_the_other() {
    let nodes = nodes(2, &[("drain_seconds", "2")]).await;
    let scorer = nodes[1].organizer().await.live_match("football").await;
    let addresses = addresses(&nodes);
    let mut subscribers = Vec::new();
    for _ in 0..20 {
        let mut subscriber = ReconnectingSubscriber::new(&addresses, 0, &scorer.game.stream_path());
        while subscriber.last_seq == 0 {
            subscriber.step(WAIT_TIMEOUT).await;
        }
        subscribers.push(subscriber);
    }
    let (ended, received) = tokio::sync::watch::channel(0);
    let subscribers: Vec<_> = subscribers
        .into_iter()
        .map(|mut subscriber| {
            let mut received = received.clone();
            tokio::spawn(async move {
                while *received.borrow_and_update() == 0 {
                    subscriber.step(Duration::from_millis(50)).await;
                }
                let last = *received.borrow();
                subscriber.read_until(last, WAIT_TIMEOUT).await;
                subscriber
            })
        })
        .collect();
    let mut last = 0;
    for number in 0..60 {
        if number == 10 {
            nodes[0].terminate();
        }
        let key = format!("drain-{number}");
        // A writer at the draining node continues at the other with the same key.
        let path = scorer.game.path("/incidents");
        let draining_client = scorer_at(&scorer, &nodes[0]).client;
        match draining_client.post_keyed(&path, note_body(&key), &key).await {
            Ok(response) if response.status == 201 => {}
            Ok(response) => assert_eq!(response.status, 503, "{}", response.text),
            Err(error) => assert!(error.is_connect() || error.is_request(), "{error}"),
        }
        scorer.client.post_keyed(&path, note_body(&key), &key).await.unwrap().ok_json();
        last += 1;
    }
    assert!(nodes[0].wait_for_exit(WAIT_TIMEOUT).await.success());
    let head = scorer.client.head_seq(&scorer.game.topic()).await;
    assert!(head > last, "{head}");
    ended.send_replace(head);
    let history = scorer.client.history(&scorer.game.topic()).await;
    for subscriber in subscribers {
        let subscriber = subscriber.await.unwrap();
        assert_eq!(subscriber.disconnects, 0, "stream ended without bye");
        assert!(subscriber.connections >= 2, "did not change nodes");
        subscriber.assert_matches(&history);
    }
}
