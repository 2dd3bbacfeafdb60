//! The end of a node, and what it takes no more of.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::subscriber::End;
use crate::support::users::note;

crate::support::on_both! {
    sigterm_ends_every_stream_with_bye_and_loses_no_write,
}

async fn sigterm_ends_every_stream_with_bye_and_loses_no_write(database: Database) {
    let server = TestServer::start(database, &[("drain_seconds", "2")]).await;
    let mut scorer = server.organizer().await.live("football").await;
    let mut readers = Vec::new();
    for _ in 0..20 {
        let mut viewer = server.watch(&scorer.game.stream()).open().await;
        viewer.control("live").await;
        readers.push(tokio::spawn(async move {
            let (bye, frame) = viewer.goodbye().await;
            (bye, frame, viewer.cursor.unwrap(), Instant::now())
        }));
    }
    let writer = scorer.clone();
    let writing = tokio::spawn(async move {
        let mut acknowledged = Vec::new();
        for number in 0.. {
            let key = format!("drain-{number}");
            let path = writer.game.path("/incidents");
            match writer.client.post_keyed(&path, note(&key), &key).await {
                Ok(answer) if answer.status == 201 => acknowledged.push(key),
                _ => break,
            }
        }
        acknowledged
    });
    let client = server.stranger();
    assert_eq!(client.get("/healthz").await.status, 200);
    let began = Instant::now();
    server.terminate();
    not_ready(&server).await;
    // Who comes now is told inside a stream: a browser would give up on any other status.
    let late = server.watch(&scorer.game.stream()).answer().await;
    assert_eq!(late.head.status, 200);
    let mut late = late;
    let (bye, frame) = late.goodbye().await;
    assert_eq!((bye["reason"].as_str(), frame.retry.is_some()), (Some("draining"), true));

    let mut goodbyes = Vec::new();
    for reader in readers {
        let (bye, frame, cursor, at) = reader.await.unwrap();
        assert_eq!(bye["reason"], "draining");
        assert!(frame.retry.is_some() && frame.id.as_ref() == Some(&cursor), "{frame:?}");
        assert!(at - began < Duration::from_secs(4), "within the drain, not {:?}", at - began);
        goodbyes.push((cursor, at, frame.retry.unwrap()));
    }
    let (first, last) = (
        goodbyes.iter().map(|goodbye| goodbye.1).min().unwrap(),
        goodbyes.iter().map(|goodbye| goodbye.1).max().unwrap(),
    );
    assert!(last - first > Duration::from_millis(500), "spread over the drain");
    let retries: std::collections::BTreeSet<_> = goodbyes.iter().map(|bye| bye.2).collect();
    assert!(retries.len() > 5, "drawn at random: {retries:?}");
    // Longer than a hello's 1 to 4 s.
    assert!(retries.iter().all(|ms| (2000..=8000).contains(ms)), "{retries:?}");
    let status = server.ended(Duration::from_secs(10)).await;
    assert_eq!(status.code(), Some(0));
    let acknowledged = writing.await.unwrap();

    server.again().await;
    scorer.client = scorer.client.afresh();
    let history = scorer.client.history(&scorer.game.topic()).await.join("\n");
    for key in &acknowledged {
        assert_eq!(history.matches(&format!("\"{key}\"")).count(), 1, "{key}");
    }
    let head = scorer.client.head(&scorer.game.topic()).await;
    let cursor = &goodbyes[0].0;
    let at: i64 = cursor.rsplit('.').next().unwrap().parse().unwrap();
    let mut back = server.watch(&scorer.game.stream()).after(cursor).open().await;
    for seq in at + 1..=head {
        assert_eq!(back.message().await.seq(), seq, "back without loss");
    }
}

/// Either says 503 or takes no connection any more.
async fn not_ready(server: &TestServer) {
    let deadline = Instant::now() + Duration::from_secs(2);
    loop {
        match server.stranger().try_get("/readyz").await {
            Ok(answer) if answer.status == 503 => return,
            other => assert!(Instant::now() < deadline, "still ready: {other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_over_a_limit_end_with_a_bye_frame() {
    let settings = [("streams_per_topic", "2"), ("streams_per_user", "1"), ("streams", "5")];
    let server = TestServer::sqlite(&settings).await;
    let organizer = server.organizer().await;
    let (one, two) = (organizer.live("football").await, organizer.live("football").await);
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut viewer = server.watch(&one.game.stream()).open().await;
        viewer.control("live").await;
        open.push(viewer);
    }
    over(&server, &one.game.stream(), "a topic's").await;
    for _ in 0..2 {
        open.push(server.watch(&two.game.stream()).open().await);
    }
    // One place in all is left, and one goes: it can be had again.
    open.remove(0);
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        let mut viewer = server.watch(&one.game.stream()).open().await;
        viewer.block().await;
        if viewer.block().await.event.is_none() {
            open.push(viewer);
            break;
        }
        assert!(Instant::now() < deadline, "a place was given back");
    }
    let metrics = server.stranger().get("/metrics").await.text;
    assert!(metrics.contains("touchline_rejects_total{"), "{metrics}");

    let home = organizer.team("Home", "private").await;
    let mia = organizer.person(&server, "Mia").await;
    organizer.join(home, &mia, "coach").await;
    let path = format!("/api/teams/{home}/stream/");
    let mut first = server.watch(&path).by(&mia.client).open().await;
    first.control("live").await;
    let mut second = server.watch(&path).by(&mia.client).open().await;
    assert_eq!(second.goodbye().await.0["reason"], "limit", "a user's");
}

async fn over(server: &TestServer, path: &str, whose: &str) {
    let mut viewer = server.watch(path).open().await;
    let (bye, frame) = viewer.goodbye().await;
    assert_eq!(bye["reason"], "limit", "{whose}");
    assert!(frame.retry.unwrap() >= 1000, "{whose}: {frame:?}");
    assert_eq!(viewer.try_block(Duration::from_millis(1)).await.err(), Some(End::Proper));
}

#[tokio::test(flavor = "multi_thread")]
async fn rate_limited_requests_carry_retry_after() {
    let settings = [("writes_per_minute", "12"), ("logins_per_minute", "5")];
    let server = TestServer::sqlite(&settings).await;
    let scorer = server.organizer().await.live("football").await;
    let before = scorer.client.head(&scorer.game.topic()).await;
    let mut refused = 0;
    for number in 0..20 {
        let answer = scorer.note(&format!("note {number}")).await;
        if answer.status == 429 {
            assert_eq!(answer.problem(429, "writes"), "too-many-requests");
            let seconds: u64 = answer.header("retry-after").parse().unwrap();
            assert!((1..=60).contains(&seconds), "{seconds}");
            refused += 1;
        } else {
            answer.ok();
        }
    }
    let written = scorer.client.head(&scorer.game.topic()).await - before;
    assert!(refused > 5 && written == 20 - refused, "{refused} refused, {written} written");
    let guess = async || {
        let body = json!({ "email": "x@example.org", "password": "guess" });
        server.stranger().post("/api/auth/login", body).await
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
    // What is in flight has 5 s; nothing is.
    assert!(server.ended(Duration::from_secs(4)).await.success());
    assert_eq!(idle.read(&mut [0]).await.unwrap(), 0, "closed, not reset");
}

#[tokio::test(flavor = "multi_thread")]
async fn polls_at_a_draining_node_get_503_instead_of_an_empty_page() {
    let server = TestServer::sqlite(&[("drain_seconds", "4")]).await;
    let scorer = server.organizer().await.live("football").await;
    let mut readers = Vec::new();
    for _ in 0..20 {
        let mut viewer = server.watch(&scorer.game.stream()).open().await;
        viewer.control("live").await;
        readers.push(viewer);
    }
    let cursor = readers[0].cursor.clone().unwrap();
    let poll = async |cursor: &str, wait: u32| {
        let path =
            format!("{}?transport=poll&wait={wait}&last_event_id={cursor}", scorer.game.stream());
        server.stranger().get(&path).await
    };
    let ending = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        server.terminate();
        not_ready(&server).await;
    };
    let began = Instant::now();
    let (waiting, ()) = tokio::join!(poll(&cursor, 20), ending);
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    let mut said = vec![waiting];
    for _ in 0..8 {
        said.push(poll(&cursor, 20).await);
    }
    let mut seconds = std::collections::BTreeSet::new();
    for answer in said {
        assert_eq!(answer.problem(503, "a poll at a node that ends"), "unavailable");
        seconds.insert(answer.header("retry-after").parse::<u64>().unwrap());
    }
    let drawn = seconds.iter().all(|seconds| (2..=8).contains(seconds)) && seconds.len() > 1;
    assert!(drawn, "{seconds:?}");
    // What is there is told, and who doesn't wait is answered as ever.
    assert_eq!(poll("0", 20).await.ok()["messages"][0]["seq"], 1);
    assert_eq!(poll(&cursor, 0).await.ok(), json!({ "cursor": cursor, "messages": [] }));
}
