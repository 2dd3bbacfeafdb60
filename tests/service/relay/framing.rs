//! What a relay sends, from its own rings and through, in each version of HTTP.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::framing::Viewers;
use crate::relay::{Edge, becomes};
use crate::support::response_head::Head;
use crate::support::subscriber::{PATIENCE, Viewer, Watch};
use crate::support::users::Scorer;

/// A match behind a relay that its scorer alone may read, beside the one that everybody may.
async fn streams(edge: &Edge) -> (Vec<(&'static str, Watch)>, Scorer) {
    let organizer = edge.upstream.organizer().await;
    let game = organizer.game("football", "private").await;
    let scorer = organizer.start(game).await;
    let public = edge.scorer.game.stream();
    let through = |path: &str| edge.relay.watch(path).by(&organizer.client);
    let watches = vec![
        ("a log", edge.relay.watch(&public)),
        ("a log resumed", edge.relay.watch(&public).after("1")),
        ("states", edge.relay.watch(&format!("{public}?mode=state&max_rate=50"))),
        ("through", through(&game.stream())),
        ("states through", through(&format!("{}?mode=state&max_rate=50", game.stream()))),
    ];
    (watches, scorer)
}

#[tokio::test(flavor = "multi_thread")]
async fn relayed_streams_match_the_framing_in_their_heads() {
    let edge = Edge::start(&[("heartbeat_seconds", "1")]).await;
    let (watches, private) = streams(&edge).await;
    let mut viewers = Viewers::answered(&watches).await;
    viewers.control("live").await;
    for text in ["one", "two", "three"] {
        edge.scorer.note(text).await.ok();
        private.note(text).await.ok();
        viewers.message(text).await;
    }
    viewers.control("heartbeat").await;
    edge.relay.terminate();
    viewers.goodbye("draining").await;
    viewers.forget_connections();
    viewers.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_relay_responses_match_the_framing_in_their_heads() {
    let edge = Edge::start(&[("streams_per_address", "1000")]).await;
    let (watches, private) = streams(&edge).await;
    let game = edge.scorer.game;
    let replay = game.path("/replay/?speed=10000");
    let mut replays = Viewers::answered(&[("a replay", edge.relay.watch(&replay))]).await;
    replays.goodbye("complete").await;
    replays.end().await;

    let history = format!("/api/streams/{}/messages", game.topic());
    let poll = format!("{}?transport=poll&wait=0", game.stream());
    for path in [&*history, &*poll, "/api/matches/999/stream/", "/api/matches"] {
        let mut answers = Viewers::answered(&[(path, edge.relay.watch(path))]).await;
        let read = |mut viewer: Viewer| async move {
            assert!(viewer.text().await.starts_with('{'));
            viewer
        };
        answers.each(read).await;
        answers.end().await;
    }
    // Those that go through end with their upstream; who comes then is told inside a stream.
    let mut through = Viewers::answered(&watches[3..4]).await;
    through.control("live").await;
    private.note("one").await.ok();
    through.message("one").await;
    edge.upstream.kill9();
    through.goodbye("unavailable").await;
    through.end().await;
    becomes(&edge.relay, "touchline_stale", 1).await;
    let mut refused = Viewers::answered(&watches[2..4]).await;
    refused.goodbye("unavailable").await;
    refused.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn head_and_get_of_relayed_history_have_the_same_length() {
    let edge = Edge::start(&[]).await;
    let history = format!("/api/streams/{}/messages", edge.scorer.game.topic());
    let asked = ["GET", "HEAD"].map(|method| {
        let mut socket = TcpStream::connect(edge.relay.address()).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(socket, "{method} {history} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut bytes = Vec::new();
        socket.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        (Head::parse(&bytes[..end]), bytes.len() - end - 4)
    });
    let [(get, body), (head, nothing)] = asked;
    assert_eq!((get.header("content-length"), nothing), (&*body.to_string(), 0));
    assert_eq!(head.header("content-length"), get.header("content-length"));
}
