//! Options of a stream: message types, state mode, long polling, padding.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::subscriber::StreamEnd;

crate::support::on_both! {
    long_polling_returns_the_same_messages_as_the_stream,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_types_filter_is_applied_and_the_cursor_advances() {
    let server = TestServer::sqlite(&[("heartbeat_seconds", "1")]).await;
    let scorer = server.organizer().await.live_match("football").await;
    let path = format!("{}?types=goal,match_end", scorer.game.stream_path());
    let mut subscriber = server.subscribe(&path).open().await;
    subscriber.until_control("live").await;
    scorer.post_incident("corner", 3).await;
    scorer.post_incident("goal", 4).await;
    scorer.post_incident("foul", 5).await;
    scorer.post_note("nothing").await.ok_json();
    let goal = subscriber.next_message().await.json();
    assert_eq!(goal["data"]["incident"]["kind"], "goal");
    // G8: filtered messages are not sent, but the cursor advances.
    let heartbeat = subscriber.until_control("heartbeat").await;
    let head = scorer.client.head_seq(&scorer.game.topic()).await;
    assert_eq!(goal["seq"], head - 2);
    assert!(heartbeat.id.unwrap().ends_with(&format!("-{head}")));
    scorer.post_action("end", json!({})).await.ok_json();
    assert_eq!(subscriber.next_message().await.json()["type"], "match_end");

    let mut again = server.subscribe(&path).after("0").open().await;
    let types = [again.next_message().await.json(), again.next_message().await.json()];
    assert_eq!(
        (&types[0]["type"], &types[1]["type"]),
        (&json!("incident_added"), &json!("match_end"))
    );
    let live = again.next_frame().await;
    assert_eq!(live.event.as_deref(), Some("live"), "unrequested message type");
}

#[tokio::test(flavor = "multi_thread")]
async fn state_updates_respect_max_rate_and_end_with_the_latest() {
    let server = TestServer::sqlite(&[]).await;
    let scorer = server.organizer().await.live_match("generic").await;
    let path = format!("{}?mode=state&max_rate=5", scorer.game.stream_path());
    let mut subscriber = server.subscribe(&path).open().await;
    assert_eq!(subscriber.next_message().await.reason(), "connected");
    subscriber.until_control("live").await;
    let started = Instant::now();
    for number in 1..=120 {
        scorer.post_score(number, 0).await.ok_json();
    }
    let head = scorer.client.head_seq(&scorer.game.topic()).await;
    let mut count = 0;
    loop {
        let frame = subscriber.next_message().await;
        assert_eq!(frame.reason(), "changed");
        count += 1;
        if frame.seq() == head {
            assert_eq!(frame.json()["data"]["score"], json!({ "home": 120, "away": 0 }));
            break;
        }
    }
    let most = started.elapsed().as_secs_f64() * 5.0 + 2.0;
    assert!(f64::from(count) <= most, "{count} snapshots, at most {most}");
    assert_eq!(
        subscriber.try_frame(Duration::from_millis(400)).await.err(),
        Some(StreamEnd::TimedOut)
    );
}

async fn long_polling_returns_the_same_messages_as_the_stream(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let scorer = server.organizer().await.live_match("football").await;
    let poll = async |cursor: &str, wait: u32| -> Value {
        let path = format!(
            "{}?transport=poll&wait={wait}&last_event_id={cursor}",
            scorer.game.stream_path()
        );
        server.anonymous().get(&path).await.ok_json()
    };
    // Without a cursor: the snapshot.
    let first = poll("", 20).await;
    assert_eq!(first["messages"][0]["type"], "snapshot");
    assert_eq!(first["messages"][0]["reason"], "connected");
    let start = first["cursor"].as_str().unwrap().to_owned();

    // No messages: empty after the wait, with the same cursor.
    let started = Instant::now();
    let nothing = poll(&start, 1).await;
    assert!(started.elapsed() >= Duration::from_millis(950), "{:?}", started.elapsed());
    assert_eq!(nothing, json!({ "cursor": start, "messages": [] }));

    // A message during the wait is returned at once.
    let answering = poll(&start, 20);
    let scoring = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        scorer.post_note("now").await.ok_json()
    };
    let started = Instant::now();
    let (response, _) = tokio::join!(answering, scoring);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert_eq!(response["messages"][0]["data"]["incident"]["text"], "now");

    // Polling from cursor to cursor yields the stream.
    scorer.post_notes(30).await;
    let mut subscriber = server.subscribe(&scorer.game.stream_path()).after(&start).open().await;
    let head = scorer.client.head_seq(&scorer.game.topic()).await;
    let streamed = subscriber.messages_until(head).await;
    let (mut cursor, mut polled) = (start, Vec::new());
    while cursor != *streamed.last().unwrap().id.as_ref().unwrap() {
        let response = poll(&cursor, 20).await;
        response["cursor"].as_str().unwrap().clone_into(&mut cursor);
        polled.extend(response["messages"].as_array().unwrap().clone());
    }
    let streamed: Vec<_> = streamed.iter().map(crate::support::sse::Frame::json).collect();
    assert_eq!(polled, streamed);
    // G4 holds for polls too.
    assert_eq!(poll("000000.7", 1).await["messages"][0]["reason"], "unknown_cursor");
}

#[tokio::test(flavor = "multi_thread")]
async fn stream_headers_tell_proxies_how_to_handle_the_stream() {
    let server = TestServer::sqlite(&[("allowed_origins", "https://club.example")]).await;
    let scorer = server.organizer().await.live_match("football").await;
    let request = server.subscribe(&format!("{}?padding=1", scorer.game.stream_path()));
    let subscriber = request.header("Origin", "https://club.example").open().await;
    let head = &subscriber.head;
    assert!(head.header("cache-control").contains("no-transform"), "{head:?}");
    assert_eq!(head.header("x-accel-buffering"), "no");
    assert_eq!(head.header("access-control-allow-origin"), "https://club.example");
    assert!(head.header("vary").contains("Authorization"), "{head:?}");
    let mut subscriber = subscriber;
    let hello = subscriber.next_frame().await;
    assert!((1000..=4000).contains(&hello.retry.unwrap()), "{hello:?}");
    assert_eq!(hello.json()["heartbeat_ms"], 15_000);

    let elsewhere =
        server.subscribe(&scorer.game.stream_path()).header("Origin", "https://evil.example");
    let head = elsewhere.open().await.head;
    assert_eq!(head.header("access-control-allow-origin"), "");
}

/// Each topic of a poll is independent: a change of one does not hide another's.
#[tokio::test(flavor = "multi_thread")]
async fn g3_a_state_poll_returns_every_changed_topic() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let (one, two) = (organizer.live_match("generic").await, organizer.live_match("generic").await);
    for scorer in [&one, &two] {
        scorer.post_score(1, 0).await.ok_json();
    }
    let poll = async |cursor: &str| -> Value {
        let (one, two) = (one.game.topic(), two.game.topic());
        let path = format!(
            "/api/stream?topic={one}&topic={two}&mode=state&transport=poll&wait=0&last_event_id={cursor}"
        );
        server.anonymous().get(&path).await.ok_json()
    };
    let first = poll("").await;
    let cursor = first["cursor"].as_str().unwrap();
    let (epoch, places) = cursor.split_once('.').unwrap();
    let heads: Vec<(&str, i64)> = places
        .split('.')
        .map(|place| place.split_once('-').unwrap())
        .map(|(stream, head)| (stream, head.parse().unwrap()))
        .collect();
    let [(m1, h1), (m2, h2)] = heads[..] else { panic!("{cursor}") };
    #[rustfmt::skip]
    let cases = [
        (format!("{epoch}.{m1}-{}.{m2}-{h2}", h1 - 1),       vec![(one.game.topic(), "changed")]),
        (format!("{epoch}.{m1}-{h1}.{m2}-{}", h2 - 1),       vec![(two.game.topic(), "changed")]),
        (format!("{epoch}.{m1}-{}.{m2}-{}", h1 - 1, h2 - 1), vec![(one.game.topic(), "changed"), (two.game.topic(), "changed")]),
        (format!("{epoch}.{m2}-{h2}"),                       vec![(one.game.topic(), "unknown_cursor")]),
        (format!("{epoch}.{m2}-{}", h2 - 1),                 vec![(one.game.topic(), "unknown_cursor"), (two.game.topic(), "changed")]),
        (cursor.to_owned(),                                  vec![]),
    ];
    for (from, expected) in cases {
        let response = poll(&from).await;
        let received: Vec<_> = response["messages"].as_array().unwrap().iter().map(shown).collect();
        assert_eq!(received, expected, "{from}");
        assert_eq!(response["cursor"], cursor, "{from}");
    }
}

/// Returns the topic of a snapshot and its reason.
fn shown(message: &Value) -> (String, &str) {
    assert_eq!(message["type"], "snapshot");
    (message["topic"].as_str().unwrap().to_owned(), message["reason"].as_str().unwrap())
}
