//! Draining a node, and limits on what it accepts.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::subscriber::StreamEnd;
use crate::support::users::note_body;

crate::support::on_both! {
    sigterm_ends_every_stream_with_bye_and_loses_no_write,
}

async fn sigterm_ends_every_stream_with_bye_and_loses_no_write(database: Database) {
    let server = TestServer::start(database, &[("drain_seconds", "2")]).await;
    let mut scorer = server.organizer().await.live_match("football").await;
    let mut subscribers = Vec::new();
    for _ in 0..20 {
        let mut subscriber = server.subscribe(&scorer.game.stream_path()).open().await;
        subscriber.until_control("live").await;
        subscribers.push(tokio::spawn(async move {
            let (bye, frame) = subscriber.until_bye().await;
            (bye, frame, subscriber.cursor.unwrap(), Instant::now())
        }));
    }
    let writer = scorer.clone();
    let writing = tokio::spawn(async move {
        let mut acknowledged = Vec::new();
        for number in 0.. {
            let key = format!("drain-{number}");
            let path = writer.game.path("/incidents");
            match writer.client.post_keyed(&path, note_body(&key), &key).await {
                Ok(response) if response.status == 201 => acknowledged.push(key),
                _ => break,
            }
        }
        acknowledged
    });
    let client = server.anonymous();
    assert_eq!(client.get("/healthz").await.status, 200);
    let started = Instant::now();
    server.terminate();
    wait_until_not_ready(&server).await;
    // New clients get a stream with `bye`: browsers would give up on any other status.
    let late = server.subscribe(&scorer.game.stream_path()).send().await;
    assert_eq!(late.head.status, 200);
    let mut late = late;
    let (bye, frame) = late.until_bye().await;
    assert_eq!((bye["reason"].as_str(), frame.retry.is_some()), (Some("draining"), true));

    let mut byes = Vec::new();
    for subscriber in subscribers {
        let (bye, frame, cursor, at) = subscriber.await.unwrap();
        assert_eq!(bye["reason"], "draining");
        assert!(frame.retry.is_some() && frame.id.as_ref() == Some(&cursor), "{frame:?}");
        assert!(at - started < Duration::from_secs(4), "not within the drain: {:?}", at - started);
        byes.push((cursor, at, frame.retry.unwrap()));
    }
    let (first, last) =
        (byes.iter().map(|bye| bye.1).min().unwrap(), byes.iter().map(|bye| bye.1).max().unwrap());
    assert!(last - first > Duration::from_millis(500), "not spread over the drain");
    let retries: std::collections::BTreeSet<_> = byes.iter().map(|bye| bye.2).collect();
    assert!(retries.len() > 5, "not random: {retries:?}");
    // Longer than the 1 to 4 s of `hello`.
    assert!(retries.iter().all(|ms| (2000..=8000).contains(ms)), "{retries:?}");
    let status = server.wait_for_exit(Duration::from_secs(10)).await;
    assert_eq!(status.code(), Some(0));
    let acknowledged = writing.await.unwrap();

    server.restart().await;
    scorer.client = scorer.client.with_new_connections();
    let history = scorer.client.history(&scorer.game.topic()).await.join("\n");
    for key in &acknowledged {
        let text = format!("\"{key}\"");
        assert_eq!(history.lines().filter(|line| line.contains(&text)).count(), 1, "{key}");
    }
    let head = scorer.client.head_seq(&scorer.game.topic()).await;
    let cursor = &byes[0].0;
    let at: i64 = cursor.rsplit('-').next().unwrap().parse().unwrap();
    let mut back = server.subscribe(&scorer.game.stream_path()).after(cursor).open().await;
    for seq in at + 1..=head {
        assert_eq!(back.next_message().await.seq(), seq, "resumed with loss");
    }
}

/// Waits until the node answers 503 or refuses connections.
async fn wait_until_not_ready(server: &TestServer) {
    let deadline = Instant::now() + Duration::from_secs(2);
    loop {
        match server.anonymous().try_get("/readyz").await {
            Ok(response) if response.status == 503 => return,
            other => assert!(Instant::now() < deadline, "still ready: {other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_over_a_limit_end_with_a_bye_frame() {
    let settings = [("streams_per_topic", "2"), ("streams_per_user", "1"), ("streams", "5")];
    let server = TestServer::sqlite(&settings).await;
    let organizer = server.organizer().await;
    let (one, two) =
        (organizer.live_match("football").await, organizer.live_match("football").await);
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut subscriber = server.subscribe(&one.game.stream_path()).open().await;
        subscriber.until_control("live").await;
        open.push(subscriber);
    }
    assert_over_limit(&server, &one.game.stream_path(), "limit per topic").await;
    for _ in 0..2 {
        open.push(server.subscribe(&two.game.stream_path()).open().await);
    }
    // Closing one stream frees its slot in the total.
    open.remove(0);
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        let mut subscriber = server.subscribe(&one.game.stream_path()).open().await;
        subscriber.next_frame().await;
        if subscriber.next_frame().await.event.is_none() {
            open.push(subscriber);
            break;
        }
        assert!(Instant::now() < deadline, "slot was not freed");
    }
    let metrics = server.anonymous().get("/metrics").await.text;
    assert!(metrics.contains("touchline_limit_rejections_total{"), "{metrics}");

    let home = organizer.create_team("Home", "private").await;
    let mia = organizer.create_user(&server, "Mia").await;
    organizer.add_member(home, &mia, "coach").await;
    let path = format!("/api/teams/{home}/stream/");
    let mut first = server.subscribe(&path).with_user(&mia.client).open().await;
    first.until_control("live").await;
    let mut second = server.subscribe(&path).with_user(&mia.client).open().await;
    assert_eq!(second.until_bye().await.0["reason"], "limit", "limit per user");
}

async fn assert_over_limit(server: &TestServer, path: &str, whose: &str) {
    let mut subscriber = server.subscribe(path).open().await;
    let (bye, frame) = subscriber.until_bye().await;
    assert_eq!(bye["reason"], "limit", "{whose}");
    assert!(frame.retry.unwrap() >= 1000, "{whose}: {frame:?}");
    assert_eq!(
        subscriber.try_frame(Duration::from_millis(1)).await.err(),
        Some(StreamEnd::Complete)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rate_limited_requests_carry_retry_after() {
    let settings = [("writes_per_minute", "12"), ("logins_per_minute", "5")];
    let server = TestServer::sqlite(&settings).await;
    let scorer = server.organizer().await.live_match("football").await;
    let before = scorer.client.head_seq(&scorer.game.topic()).await;
    let mut refused = 0;
    for number in 0..20 {
        let response = scorer.post_note(&format!("note {number}")).await;
        if response.status == 429 {
            assert_eq!(response.problem(429, "writes"), "too-many-requests");
            let seconds: u64 = response.header("retry-after").parse().unwrap();
            assert!((1..=60).contains(&seconds), "{seconds}");
            refused += 1;
        } else {
            response.ok_json();
        }
    }
    let written = scorer.client.head_seq(&scorer.game.topic()).await - before;
    assert!(refused > 5 && written == 20 - refused, "{refused} refused, {written} written");
    let guess = async || {
        let body = json!({ "email": "x@example.org", "password": "guess" });
        server.anonymous().post("/api/auth/login", body).await
    };
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(guess().await.status);
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    assert!(!guess().await.header("retry-after").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_does_not_delay_shutdown() {
    let server = TestServer::sqlite(&[]).await;
    let mut idle = TcpStream::connect(server.address()).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n").await.unwrap();
    assert!(idle.read(&mut [0; 4096]).await.unwrap() > 0);
    server.terminate();
    // In-flight requests have 5 s, but there are none.
    assert!(server.wait_for_exit(Duration::from_secs(4)).await.success());
    assert_eq!(idle.read(&mut [0]).await.unwrap(), 0, "not closed cleanly");
}

#[tokio::test(flavor = "multi_thread")]
async fn polls_at_a_draining_node_get_503_instead_of_an_empty_page() {
    let server = TestServer::sqlite(&[("drain_seconds", "4")]).await;
    let scorer = server.organizer().await.live_match("football").await;
    let mut subscribers = Vec::new();
    for _ in 0..20 {
        let mut subscriber = server.subscribe(&scorer.game.stream_path()).open().await;
        subscriber.until_control("live").await;
        subscribers.push(subscriber);
    }
    let cursor = subscribers[0].cursor.clone().unwrap();
    let poll = async |cursor: &str, wait: u32| {
        let path = format!(
            "{}?transport=poll&wait={wait}&last_event_id={cursor}",
            scorer.game.stream_path()
        );
        server.anonymous().get(&path).await
    };
    let ending = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        server.terminate();
        wait_until_not_ready(&server).await;
    };
    let started = Instant::now();
    let (waiting, ()) = tokio::join!(poll(&cursor, 20), ending);
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    let mut refused = vec![waiting];
    for _ in 0..8 {
        refused.push(poll(&cursor, 20).await);
    }
    let mut seconds = std::collections::BTreeSet::new();
    for response in refused {
        assert_eq!(response.problem(503, "poll at a draining node"), "unavailable");
        seconds.insert(response.header("retry-after").parse::<u64>().unwrap());
    }
    let drawn = seconds.iter().all(|seconds| (2..=8).contains(seconds)) && seconds.len() > 1;
    assert!(drawn, "{seconds:?}");
    // Existing messages are still returned, and polls without a wait work as usual.
    assert_eq!(poll("0", 20).await.ok_json()["messages"][0]["seq"], 1);
    assert_eq!(poll(&cursor, 0).await.ok_json(), json!({ "cursor": cursor, "messages": [] }));
}
