//! Other ways to read the same stream: some types, states, long-poll, with padding.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::subscriber::End;

crate::support::on_both! {
    long_polling_returns_the_same_messages_as_the_stream,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_types_filter_is_applied_and_the_cursor_advances() {
    let server = TestServer::sqlite(&[("heartbeat_seconds", "1")]).await;
    let scorer = server.organizer().await.live("football").await;
    let path = format!("{}?types=goal,match_end", scorer.game.stream());
    let mut viewer = server.watch(&path).open().await;
    viewer.control("live").await;
    scorer.incident("corner", 3).await;
    scorer.incident("goal", 4).await;
    scorer.incident("foul", 5).await;
    scorer.note("nothing").await.ok();
    let goal = viewer.message().await.json();
    assert_eq!(goal["data"]["incident"]["kind"], "goal");
    // G8: silence about what was filtered, but the cursor is the newest.
    let heartbeat = viewer.control("heartbeat").await;
    let head = scorer.client.head(&scorer.game.topic()).await;
    assert_eq!(goal["seq"], head - 2);
    assert!(heartbeat.id.unwrap().ends_with(&format!(".{head}")));
    scorer.act("end", json!({})).await.ok();
    assert_eq!(viewer.message().await.json()["type"], "match_end");

    let mut again = server.watch(&path).after("0").open().await;
    let types = [again.message().await.json(), again.message().await.json()];
    assert_eq!(
        (&types[0]["type"], &types[1]["type"]),
        (&json!("incident_added"), &json!("match_end"))
    );
    let live = again.block().await;
    assert_eq!(live.event.as_deref(), Some("live"), "nothing else was asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn state_updates_respect_max_rate_and_end_with_the_latest() {
    let server = TestServer::sqlite(&[]).await;
    let scorer = server.organizer().await.live("generic").await;
    let path = format!("{}?mode=state&max_rate=5", scorer.game.stream());
    let mut viewer = server.watch(&path).open().await;
    assert_eq!(viewer.message().await.reason(), "connected");
    viewer.control("live").await;
    let began = Instant::now();
    for number in 1..=120 {
        scorer.score(number, 0).await.ok();
    }
    let head = scorer.client.head(&scorer.game.topic()).await;
    let mut count = 0;
    loop {
        let block = viewer.message().await;
        assert_eq!(block.reason(), "changed");
        count += 1;
        if block.seq() == head {
            assert_eq!(block.json()["data"]["score"], json!({ "home": 120, "away": 0 }));
            break;
        }
    }
    let most = began.elapsed().as_secs_f64() * 5.0 + 2.0;
    assert!(f64::from(count) <= most, "{count} states, at most {most}");
    assert_eq!(viewer.try_block(Duration::from_millis(400)).await.err(), Some(End::Late));
}

async fn long_polling_returns_the_same_messages_as_the_stream(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let scorer = server.organizer().await.live("football").await;
    let poll = async |cursor: &str, wait: u32| -> Value {
        let path =
            format!("{}?transport=poll&wait={wait}&last_event_id={cursor}", scorer.game.stream());
        server.stranger().get(&path).await.ok()
    };
    // Without a cursor: the snapshot.
    let first = poll("", 20).await;
    assert_eq!(first["messages"][0]["type"], "snapshot");
    assert_eq!(first["messages"][0]["reason"], "connected");
    let start = first["cursor"].as_str().unwrap().to_owned();

    // Nothing there: empty after the wait, the cursor as it was.
    let began = Instant::now();
    let nothing = poll(&start, 1).await;
    assert!(began.elapsed() >= Duration::from_millis(950), "{:?}", began.elapsed());
    assert_eq!(nothing, json!({ "cursor": start, "messages": [] }));

    // Something comes while it waits: at once.
    let answering = poll(&start, 20);
    let scoring = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        scorer.note("now").await.ok()
    };
    let began = Instant::now();
    let (answer, _) = tokio::join!(answering, scoring);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!(answer["messages"][0]["data"]["incident"]["text"], "now");

    // From cursor to cursor the chain is the stream.
    scorer.notes(30).await;
    let mut viewer = server.watch(&scorer.game.stream()).after(&start).open().await;
    let head = scorer.client.head(&scorer.game.topic()).await;
    let streamed = viewer.until(head).await;
    let (mut cursor, mut polled) = (start, Vec::new());
    while cursor != *streamed.last().unwrap().id.as_ref().unwrap() {
        let answer = poll(&cursor, 20).await;
        answer["cursor"].as_str().unwrap().clone_into(&mut cursor);
        polled.extend(answer["messages"].as_array().unwrap().clone());
    }
    let streamed: Vec<_> = streamed.iter().map(crate::support::sse::Block::json).collect();
    assert_eq!(polled, streamed);
    // G4 holds for polls too.
    assert_eq!(poll("000000.7", 1).await["messages"][0]["reason"], "unknown_cursor");
}

#[tokio::test(flavor = "multi_thread")]
async fn stream_headers_tell_proxies_how_to_handle_the_stream() {
    let server = TestServer::sqlite(&[("allowed_origins", "https://club.example")]).await;
    let scorer = server.organizer().await.live("football").await;
    let watch = server.watch(&format!("{}?padding=1", scorer.game.stream()));
    let viewer = watch.with("Origin", "https://club.example").open().await;
    let head = &viewer.head;
    assert!(head.header("cache-control").contains("no-transform"), "{head:?}");
    assert_eq!(head.header("x-accel-buffering"), "no");
    assert_eq!(head.header("access-control-allow-origin"), "https://club.example");
    assert!(head.header("vary").contains("Authorization"), "{head:?}");
    let mut viewer = viewer;
    let hello = viewer.block().await;
    assert!((1000..=4000).contains(&hello.retry.unwrap()), "{hello:?}");
    assert_eq!(hello.json()["heartbeat_ms"], 15_000);

    let elsewhere = server.watch(&scorer.game.stream()).with("Origin", "https://evil.example");
    let head = elsewhere.open().await.head;
    assert_eq!(head.header("access-control-allow-origin"), "");
}

/// Each topic of a poll by itself: what one of them brings hides nothing of another.
#[tokio::test(flavor = "multi_thread")]
async fn g3_a_state_poll_returns_every_changed_topic() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let (one, two) = (organizer.live("generic").await, organizer.live("generic").await);
    for scorer in [&one, &two] {
        scorer.score(1, 0).await.ok();
    }
    let poll = async |cursor: &str| -> Value {
        let (one, two) = (one.game.topic(), two.game.topic());
        let path = format!(
            "/api/stream?topic={one}&topic={two}&mode=state&transport=poll&wait=0&last_event_id={cursor}"
        );
        server.stranger().get(&path).await.ok()
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
        (format!("{epoch}.{m2}-{h2}"),                       vec![(one.game.topic(), "connected")]),
        (format!("{epoch}.{m2}-{}", h2 - 1),                 vec![(one.game.topic(), "connected"), (two.game.topic(), "changed")]),
        (cursor.to_owned(),                                  vec![]),
    ];
    for (from, expected) in cases {
        let answer = poll(&from).await;
        let told: Vec<_> = answer["messages"].as_array().unwrap().iter().map(shown).collect();
        assert_eq!(told, expected, "{from}");
        assert_eq!(answer["cursor"], cursor, "{from}");
    }
}

/// Which topic's state, and why.
fn shown(message: &Value) -> (String, &str) {
    assert_eq!(message["type"], "snapshot");
    (message["topic"].as_str().unwrap().to_owned(), message["reason"].as_str().unwrap())
}
