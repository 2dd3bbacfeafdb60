//! A database that is gone for a while: streams stay open and say so, writes are told to come
//! again, and everything goes on by itself.

use std::time::{Duration, Instant};

use super::cluster::at;
use crate::support::database::Database;
use crate::support::network_proxy::Proxy;
use crate::support::postgres;
use crate::support::server::TestServer;
use crate::support::subscriber::{PATIENCE, Viewer};
use crate::support::users::{Scorer, note};

const SETTINGS: [(&str, &str); 3] = [
    ("heartbeat_seconds", "1"),
    ("database_wait_seconds", "2"),
    ("database_statement_seconds", "4"),
];

/// Reads on to a heartbeat that says (or no longer says) that nothing is known; gives the numbers
/// of the messages before it.
async fn until_stale(viewer: &mut Viewer, expected: bool, within: Duration) -> Vec<i64> {
    let deadline = Instant::now() + within;
    let mut told = Vec::new();
    loop {
        // A heartbeat each second, whatever becomes of the database.
        let block = viewer.block().await;
        match block.event.as_deref() {
            None => told.push(block.seq()),
            Some("heartbeat") if block.json()["stale_since"].is_string() == expected => {
                return told;
            }
            Some("heartbeat") => {}
            other => panic!("{other:?}: {}", block.data),
        }
        assert!(Instant::now() < deadline, "stale is not {expected} after {within:?}");
    }
}

async fn opened(node: &TestServer, scorer: &Scorer) -> Viewer {
    let mut viewer = node.watch(&scorer.game.stream()).open().await;
    viewer.control("live").await;
    viewer
}

/// Writes until it is acknowledged; every other answer must be one to come again after.
async fn insist(scorer: &Scorer, text: &str) -> usize {
    let path = scorer.game.path("/incidents");
    let deadline = Instant::now() + Duration::from_mins(1);
    let mut refused = 0;
    loop {
        let answer = scorer.client.post_keyed(&path, note(text), text).await.unwrap();
        if answer.status == 201 {
            return refused;
        }
        answer.problem(503, text);
        let seconds: u64 = answer.header("retry-after").parse().unwrap();
        assert!((1..=10).contains(&seconds), "{seconds}");
        assert!(Instant::now() < deadline, "it doesn't come back");
        refused += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_a_database_restart_disconnects_no_stream() {
    let mut postgres = postgres::Server::start().await;
    let database = Database::at(&postgres.url());
    let one = TestServer::start(database.again(), &SETTINGS).await;
    let two = TestServer::start(database, &SETTINGS).await;
    let scorer = one.organizer().await.live("football").await;
    let mut viewers = [opened(&one, &scorer).await, opened(&two, &scorer).await];
    scorer.note("before").await.ok();
    let head = scorer.client.head(&scorer.game.topic()).await;
    for viewer in &mut viewers {
        viewer.until(head).await;
    }

    postgres.kill9();
    let answer =
        scorer.client.post_keyed(&scorer.game.path("/incidents"), note("now"), "now").await;
    let answer = answer.unwrap();
    answer.problem(503, "a write");
    assert!(!answer.header("retry-after").is_empty());
    assert_eq!(one.stranger().get("/readyz").await.status, 503);
    for viewer in &mut viewers {
        assert_eq!(until_stale(viewer, true, PATIENCE).await, Vec::<i64>::new());
    }
    // Who comes now is told inside a stream: a browser would give up on any other status.
    let mut late = one.watch("/api/matches/7777/stream/").answer().await;
    assert_eq!(late.head.status, 200);
    let (bye, frame) = late.goodbye().await;
    assert_eq!((bye["reason"].as_str(), frame.retry.is_some()), (Some("unavailable"), true));

    postgres.again().await;
    insist(&scorer, "now").await;
    insist(&at(&scorer, &two), "after").await;
    for viewer in &mut viewers {
        let mut told = until_stale(viewer, false, PATIENCE).await;
        while told.last() != Some(&(head + 2)) {
            told.push(viewer.message().await.seq());
        }
        assert_eq!(told, [head + 1, head + 2], "on the stream that was open all the while");
    }
    let verified = one.command(&["verify"]).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// How long the node is cut off.
const CUT: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn g8_a_node_cut_off_from_the_database_reports_staleness_and_catches_up() {
    let server = postgres::Server::start().await;
    let proxy = Proxy::before(server.port()).await;
    let through =
        server.url().replace(&format!(":{}/", server.port()), &format!(":{}/", proxy.port()));
    let here = TestServer::start(Database::at(&server.url()), &SETTINGS).await;
    let away = TestServer::start(Database::at(&through), &SETTINGS).await;
    let scorer = here.organizer().await.live("football").await;
    let (mut near, mut far) = (opened(&here, &scorer).await, opened(&away, &scorer).await);
    let head = scorer.client.head(&scorer.game.topic()).await;

    proxy.cut();
    let began = Instant::now();
    let there = at(&scorer, &away);
    let writing = tokio::spawn(async move { insist(&there, "from-the-other-side").await });
    scorer.notes(5).await;
    near.until(head + 5).await;
    assert_eq!(until_stale(&mut far, true, Duration::from_secs(15)).await, Vec::<i64>::new());
    let said = began.elapsed();
    assert_eq!(away.stranger().get("/readyz").await.status, 503);
    // A poll has a status to say it with.
    let path = scorer.game.path(&format!("/stream/?transport=poll&wait=1&last_event_id={head}"));
    away.stranger().get(&path).await.problem(503, "a poll");
    while began.elapsed() < CUT {
        // Alive all the while, and silent about what it doesn't know.
        let block = far.block().await;
        let since = block.json()["stale_since"].is_string();
        assert!(block.event.as_deref() == Some("heartbeat") && since, "{block:?}");
    }

    proxy.mend();
    let mended = Instant::now();
    let mut told = until_stale(&mut far, false, PATIENCE).await;
    let took = mended.elapsed();
    assert!(writing.await.unwrap() > 0, "it was told to come again");
    while told.last() != Some(&(head + 6)) {
        told.push(far.message().await.seq());
    }
    assert_eq!(told, (head + 1..=head + 6).collect::<Vec<_>>());
    eprintln!("told after {said:?}, whole again {took:?} after the mend");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_to_a_demoted_primary_are_dropped() {
    let server = postgres::Server::start().await;
    let node = TestServer::start(Database::at(&server.url()), &SETTINGS).await;
    let scorer = node.organizer().await.live("football").await;
    let url = server.url();
    let beside = Database::at(&format!("{}/template1", url.strip_suffix("/postgres").unwrap()));
    // As in a fail-over that closes nothing: who is connected reads on, and can't write.
    beside.tamper("alter database postgres set default_transaction_read_only = on").await;
    let cut = "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'postgres'";
    beside.tamper(cut).await;
    let path = scorer.game.path("/incidents");
    let deadline = Instant::now() + PATIENCE;
    for number in 0..20 {
        let answer = scorer.client.post_keyed(&path, note("n"), "standby").await.unwrap();
        answer.problem(503, &format!("write {number}"));
        assert!(Instant::now() < deadline, "each is answered at once");
    }
    assert_eq!(scorer.client.get(&scorer.game.path("")).await.status, 200);
    beside.tamper("alter database postgres reset default_transaction_read_only").await;
    insist(&scorer, "standby").await;
}
