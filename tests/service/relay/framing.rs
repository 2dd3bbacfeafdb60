//! Framing of a relay's streams, from its own rings and passed through, in each HTTP version.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::framing::VariantSubscribers;
use crate::relay::{RelaySetup, wait_for_metric};
use crate::support::response_head::ResponseHead;
use crate::support::subscriber::{StreamRequest, Subscriber, WAIT_TIMEOUT};
use crate::support::users::Scorer;

/// Streams of a public match and of one that only its scorer may read.
async fn streams(setup: &RelaySetup) -> (Vec<(&'static str, StreamRequest)>, Scorer) {
    let organizer = setup.upstream.organizer().await;
    let game = organizer.create_match("football", "private").await;
    let scorer = organizer.start_match(game).await;
    let public = setup.scorer.game.stream_path();
    let passed_through = |path: &str| setup.relay.subscribe(path).with_user(&organizer.client);
    let requests = vec![
        ("a log", setup.relay.subscribe(&public)),
        ("a log resumed", setup.relay.subscribe(&public).after("1")),
        ("states", setup.relay.subscribe(&format!("{public}?mode=state&max_rate=50"))),
        ("through", passed_through(&game.stream_path())),
        (
            "states through",
            passed_through(&format!("{}?mode=state&max_rate=50", game.stream_path())),
        ),
    ];
    (requests, scorer)
}

#[tokio::test(flavor = "multi_thread")]
async fn relayed_streams_match_the_framing_in_their_heads() {
    let setup = RelaySetup::start(&[("heartbeat_seconds", "1")]).await;
    let (requests, private) = streams(&setup).await;
    let mut subscribers = VariantSubscribers::open_all(&requests).await;
    subscribers.until_control("live").await;
    for text in ["one", "two", "three"] {
        setup.scorer.post_note(text).await.ok_json();
        private.post_note(text).await.ok_json();
        subscribers.until_message(text).await;
    }
    subscribers.until_control("heartbeat").await;
    setup.relay.terminate();
    subscribers.until_bye("draining").await;
    subscribers.drop_connections();
    subscribers.assert_connections().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_relay_responses_match_the_framing_in_their_heads() {
    let setup = RelaySetup::start(&[("streams_per_address", "1000")]).await;
    let (requests, private) = streams(&setup).await;
    let game = setup.scorer.game;
    let replay = game.path("/replay/?speed=10000");
    let mut replays =
        VariantSubscribers::open_all(&[("a replay", setup.relay.subscribe(&replay))]).await;
    replays.until_bye("complete").await;
    replays.assert_connections().await;

    let history = format!("/api/streams/{}/messages", game.topic());
    let poll = format!("{}?transport=poll&wait=0", game.stream_path());
    for path in [&*history, &*poll, "/api/matches/999/stream/", "/api/matches"] {
        let mut responses =
            VariantSubscribers::open_all(&[(path, setup.relay.subscribe(path))]).await;
        let read = |mut subscriber: Subscriber| async move {
            assert!(subscriber.body_text().await.starts_with('{'));
            subscriber
        };
        responses.each(read).await;
        responses.assert_connections().await;
    }
    // Passed-through streams end with their upstream; new clients get a stream with `bye`.
    let mut passed_through = VariantSubscribers::open_all(&requests[3..4]).await;
    passed_through.until_control("live").await;
    private.post_note("one").await.ok_json();
    passed_through.until_message("one").await;
    setup.upstream.kill9();
    passed_through.until_bye("unavailable").await;
    passed_through.assert_connections().await;
    wait_for_metric(&setup.relay, "touchline_stale", 1).await;
    let mut refused = VariantSubscribers::open_all(&requests[2..4]).await;
    refused.until_bye("unavailable").await;
    refused.assert_connections().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn head_and_get_of_relayed_history_have_the_same_length() {
    let setup = RelaySetup::start(&[]).await;
    let history = format!("/api/streams/{}/messages", setup.scorer.game.topic());
    let asked = ["GET", "HEAD"].map(|method| {
        let mut socket = TcpStream::connect(setup.relay.address()).unwrap();
        socket.set_read_timeout(Some(WAIT_TIMEOUT)).unwrap();
        write!(socket, "{method} {history} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut bytes = Vec::new();
        socket.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        (ResponseHead::parse(&bytes[..end]), bytes.len() - end - 4)
    });
    let [(get, body), (head, nothing)] = asked;
    assert_eq!((get.header("content-length"), nothing), (&*body.to_string(), 0));
    assert_eq!(head.header("content-length"), get.header("content-length"));
}
