//! A database outage: streams stay open and report staleness, writes ask for a retry, and
//! everything recovers by itself.

use std::time::{Duration, Instant};

use super::cluster::scorer_at;
use crate::support::database::Database;
use crate::support::network_proxy::NetworkProxy;
use crate::support::postgres;
use crate::support::server::TestServer;
use crate::support::subscriber::{Subscriber, WAIT_TIMEOUT};
use crate::support::users::{Scorer, note_body};

const SETTINGS: [(&str, &str); 3] = [
    ("heartbeat_seconds", "1"),
    ("database_wait_seconds", "2"),
    ("database_statement_seconds", "4"),
];

/// Reads up to a heartbeat that reports staleness (or its end); returns the seqs of the messages
/// before it.
async fn until_stale(subscriber: &mut Subscriber, expected: bool, within: Duration) -> Vec<i64> {
    let deadline = Instant::now() + within;
    let mut received = Vec::new();
    loop {
        // Heartbeats continue every second, whatever the state of the database.
        let frame = subscriber.next_frame().await;
        match frame.event.as_deref() {
            None => received.push(frame.seq()),
            Some("heartbeat") if frame.json()["stale_since"].is_string() == expected => {
                return received;
            }
            Some("heartbeat") => {}
            other => panic!("{other:?}: {}", frame.data),
        }
        assert!(Instant::now() < deadline, "stale is not {expected} after {within:?}");
    }
}

async fn open_live(node: &TestServer, scorer: &Scorer) -> Subscriber {
    let mut subscriber = node.subscribe(&scorer.game.stream_path()).open().await;
    subscriber.until_control("live").await;
    subscriber
}

/// Repeats a write until it is acknowledged; every other response must ask for a retry.
async fn post_until_acknowledged(scorer: &Scorer, text: &str) -> usize {
    let path = scorer.game.path("/incidents");
    let deadline = Instant::now() + Duration::from_mins(1);
    let mut refused = 0;
    loop {
        let response = scorer.client.post_keyed(&path, note_body(text), text).await.unwrap();
        if response.status == 201 {
            return refused;
        }
        response.problem(503, text);
        let seconds: u64 = response.header("retry-after").parse().unwrap();
        assert!((1..=10).contains(&seconds), "{seconds}");
        assert!(Instant::now() < deadline, "database does not recover");
        refused += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_a_database_restart_disconnects_no_stream() {
    let mut postgres = postgres::PostgresServer::start().await;
    let database = Database::at_url(&postgres.url());
    let one = TestServer::start(database.share(), &SETTINGS).await;
    let two = TestServer::start(database, &SETTINGS).await;
    let scorer = one.organizer().await.live_match("football").await;
    let mut subscribers = [open_live(&one, &scorer).await, open_live(&two, &scorer).await];
    scorer.post_note("before").await.ok_json();
    let head = scorer.client.head_seq(&scorer.game.topic()).await;
    for subscriber in &mut subscribers {
        subscriber.messages_until(head).await;
    }

    postgres.kill9();
    let response =
        scorer.client.post_keyed(&scorer.game.path("/incidents"), note_body("now"), "now").await;
    let response = response.unwrap();
    response.problem(503, "write");
    assert!(!response.header("retry-after").is_empty());
    assert_eq!(one.anonymous().get("/readyz").await.status, 503);
    for subscriber in &mut subscribers {
        assert_eq!(until_stale(subscriber, true, WAIT_TIMEOUT).await, Vec::<i64>::new());
    }
    // New clients get a stream with `bye`: browsers would give up on any other status.
    let mut late = one.subscribe("/api/matches/7777/stream/").send().await;
    assert_eq!(late.head.status, 200);
    let (bye, frame) = late.until_bye().await;
    assert_eq!((bye["reason"].as_str(), frame.retry.is_some()), (Some("unavailable"), true));

    postgres.restart().await;
    post_until_acknowledged(&scorer, "now").await;
    post_until_acknowledged(&scorer_at(&scorer, &two), "after").await;
    for subscriber in &mut subscribers {
        let mut received = until_stale(subscriber, false, WAIT_TIMEOUT).await;
        while received.last() != Some(&(head + 2)) {
            received.push(subscriber.next_message().await.seq());
        }
        assert_eq!(received, [head + 1, head + 2], "messages on the open stream");
    }
    let verified = one.command(&["verify"]).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// Duration of the outage.
const OUTAGE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn g8_a_node_cut_off_from_the_database_reports_staleness_and_catches_up() {
    let server = postgres::PostgresServer::start().await;
    let proxy = NetworkProxy::in_front_of(server.port()).await;
    let proxied_url =
        server.url().replace(&format!(":{}/", server.port()), &format!(":{}/", proxy.port()));
    let connected = TestServer::start(Database::at_url(&server.url()), &SETTINGS).await;
    let isolated = TestServer::start(Database::at_url(&proxied_url), &SETTINGS).await;
    let scorer = connected.organizer().await.live_match("football").await;
    let (mut connected_stream, mut isolated_stream) =
        (open_live(&connected, &scorer).await, open_live(&isolated, &scorer).await);
    let head = scorer.client.head_seq(&scorer.game.topic()).await;

    proxy.cut();
    let started = Instant::now();
    let isolated_scorer = scorer_at(&scorer, &isolated);
    let writing = tokio::spawn(async move {
        post_until_acknowledged(&isolated_scorer, "from-the-other-side").await
    });
    scorer.post_notes(5).await;
    connected_stream.messages_until(head + 5).await;
    assert_eq!(
        until_stale(&mut isolated_stream, true, Duration::from_secs(15)).await,
        Vec::<i64>::new()
    );
    let stale_after = started.elapsed();
    assert_eq!(isolated.anonymous().get("/readyz").await.status, 503);
    // A poll can report it with a status.
    let path = scorer.game.path(&format!("/stream/?transport=poll&wait=1&last_event_id={head}"));
    isolated.anonymous().get(&path).await.problem(503, "poll");
    while started.elapsed() < OUTAGE {
        // Heartbeats continue and report staleness.
        let frame = isolated_stream.next_frame().await;
        let since = frame.json()["stale_since"].is_string();
        assert!(frame.event.as_deref() == Some("heartbeat") && since, "{frame:?}");
    }

    proxy.restore();
    let mended = Instant::now();
    let mut received = until_stale(&mut isolated_stream, false, WAIT_TIMEOUT).await;
    let took = mended.elapsed();
    assert!(writing.await.unwrap() > 0, "write was never asked to retry");
    while received.last() != Some(&(head + 6)) {
        received.push(isolated_stream.next_message().await.seq());
    }
    assert_eq!(received, (head + 1..=head + 6).collect::<Vec<_>>());
    eprintln!("stale after {stale_after:?}, recovered {took:?} after the outage");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_to_a_demoted_primary_are_dropped() {
    let server = postgres::PostgresServer::start().await;
    let node = TestServer::start(Database::at_url(&server.url()), &SETTINGS).await;
    let scorer = node.organizer().await.live_match("football").await;
    let url = server.url();
    let other_database =
        Database::at_url(&format!("{}/template1", url.strip_suffix("/postgres").unwrap()));
    // Like a fail-over that closes no connection: clients can read but not write.
    other_database.tamper("alter database postgres set default_transaction_read_only = on").await;
    let cut = "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'postgres'";
    other_database.tamper(cut).await;
    let path = scorer.game.path("/incidents");
    let deadline = Instant::now() + WAIT_TIMEOUT;
    for number in 0..20 {
        let response = scorer.client.post_keyed(&path, note_body("n"), "standby").await.unwrap();
        response.problem(503, &format!("write {number}"));
        assert!(Instant::now() < deadline, "responses are delayed");
    }
    assert_eq!(scorer.client.get(&scorer.game.path("")).await.status, 200);
    other_database.tamper("alter database postgres reset default_transaction_read_only").await;
    post_until_acknowledged(&scorer, "standby").await;
}
