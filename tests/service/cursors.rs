//! G3, G4: where a cursor may come from, and the response to one that cannot be served.

use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::sse::Frame;
use crate::support::users::Scorer;

crate::support::on_both! {
    g4_an_unservable_cursor_gets_a_snapshot_with_its_reason,
}

/// Creates a match of nine messages; returns its scorer and the epoch.
async fn match_of_nine_messages(server: &TestServer) -> (Scorer, String) {
    let scorer = server.organizer().await.live_match("football").await;
    let received = scorer.client.history(&scorer.game.topic()).await.len();
    scorer.post_notes(9 - received).await;
    let response = scorer.client.get(&scorer.game.path("/state")).await;
    assert_eq!(response.ok_json()["seq"], 9);
    let mut subscriber = server.subscribe(&scorer.game.stream_path()).open().await;
    let cursor = subscriber.next_message().await.id.unwrap();
    (scorer, cursor.strip_suffix(".9").unwrap().to_owned())
}

/// Returns the first frame that `onmessage` would get.
async fn first_message(server: &TestServer, path: &str, header: Option<&[u8]>) -> Frame {
    let mut request = server.subscribe(path);
    if let Some(header) = header {
        request = request.header_bytes("Last-Event-ID", header);
    }
    request.open().await.next_message().await
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_the_cursor_header_overrides_the_query() {
    let server = TestServer::sqlite(&[]).await;
    let (scorer, epoch) = match_of_nine_messages(&server).await;
    let path = scorer.game.stream_path();
    let cursor = format!("{epoch}.6");
    #[rustfmt::skip]
    let cases = [
        (format!("?last_event_id={epoch}.2"),               None,                    3),
        (format!("?lastEventId={epoch}.2"),                 None,                    3),
        (format!("?last_event_id={epoch}.2&lastEventId=4"), None,                    3),
        (format!("?last_event_id={epoch}.2"),               Some(cursor.as_bytes()), 7),
        (format!("?lastEventId={epoch}.2"),                 Some(b"4".as_slice()),   5),
        ("?last_event_id=".to_owned(),                      Some(cursor.as_bytes()), 7),
        ("?last_event_id=&lastEventId=4".to_owned(),         None,                    5),
        (String::new(),                                     Some(b"0".as_slice()),   1),
        ("?last_event_id=8".to_owned(),                     None,                    9),
        ("?snapshot=never&last_event_id=8".to_owned(),      None,                    9),
    ];
    for (query, header, seq) in cases {
        let frame = first_message(&server, &format!("{path}{query}"), header).await;
        assert!(!frame.is_snapshot(), "{query} {header:?}");
        assert_eq!(frame.seq(), seq, "{query} {header:?}");
        assert_eq!(frame.id, Some(format!("{epoch}.{seq}")));
        let without_slash = path.trim_end_matches('/');
        let same = first_message(&server, &format!("{without_slash}{query}"), header).await;
        assert_eq!(same, frame, "trailing slash makes a difference");
    }
}

async fn g4_an_unservable_cursor_gets_a_snapshot_with_its_reason(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let (scorer, epoch) = match_of_nine_messages(&server).await;
    let path = scorer.game.stream_path();
    let long = "9".repeat(7_000);
    let longer = format!("{epoch}.{}", "m1-2.".repeat(400));
    let future = format!("{epoch}.10");
    let of_another = format!("{epoch}.t1-1");
    #[rustfmt::skip]
    let cases: [(&[u8], &str); 11] = [
        (b"000000.3",             "unknown_cursor"),
        (future.as_bytes(),       "unknown_cursor"),
        (b"10",                   "unknown_cursor"),
        (b"99999999999999999999", "unknown_cursor"),
        (b"-1",                   "unknown_cursor"),
        (b"undefined",            "unknown_cursor"),
        (b"\xff\xfe\x80",         "unknown_cursor"),
        (b"5;DROP TABLE x",       "unknown_cursor"),
        (long.as_bytes(),         "unknown_cursor"),
        (longer.as_bytes(),       "unknown_cursor"),
        // A cursor of a team's stream is valid, so this match counts as newly subscribed.
        (of_another.as_bytes(),   "connected"),
    ];
    for (cursor, reason) in cases {
        let frame = first_message(&server, &path, Some(cursor)).await;
        let shown = String::from_utf8_lossy(&cursor[..cursor.len().min(40)]);
        assert_eq!((&*frame.reason(), frame.seq()), (reason, 9), "{shown}");
    }
    let ten_thousand = "x".repeat(10_000);
    let queries =
        ["%0d%0adata:%20x", "%0d%0a", "%00", "%ff%fe", "1%0a", "%E2%80%A8", "..", &ten_thousand];
    for query in queries {
        let frame = first_message(&server, &format!("{path}?last_event_id={query}"), None).await;
        assert_eq!((&*frame.reason(), frame.seq()), ("unknown_cursor", 9), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_a_pruned_cursor_gets_a_snapshot_with_its_reason() {
    let settings = [("ring_messages", "3")];
    let server = TestServer::sqlite(&settings).await;
    let (mut scorer, epoch) = match_of_nine_messages(&server).await;
    let topic = scorer.game.topic();
    let prune = ["prune", "--keep", "4", "--topic", &topic];
    let output = server.command(&prune).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    server.kill9();
    server.restart().await;
    scorer.client = scorer.client.with_new_connections();
    let path = scorer.game.stream_path();
    for seq in 0..5 {
        let mut subscriber = server.subscribe(&path).after(&format!("{epoch}.{seq}")).open().await;
        let frame = subscriber.next_message().await;
        assert_eq!((&*frame.reason(), frame.seq()), ("pruned", 9), "{seq}");
        assert_eq!(frame.json()["data"]["incidents"].as_array().unwrap().len(), 9 - 2);
        assert_eq!(subscriber.next_frame().await.event.as_deref(), Some("live"));
    }
    for seq in 5..9 {
        let frame = first_message(&server, &path, Some(format!("{epoch}.{seq}").as_bytes())).await;
        assert_eq!(frame.seq(), seq + 1, "message still stored");
        assert!(!frame.is_snapshot());
    }
    let history = format!("/api/streams/{topic}/messages?after={epoch}.2");
    assert_eq!(scorer.client.get(&history).await.problem(410, "pruned history"), "pruned");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_cursor_gets_204() {
    let server = TestServer::sqlite(&[]).await;
    let (scorer, epoch) = match_of_nine_messages(&server).await;
    let stop = format!("{epoch}.stop");
    for path in [scorer.game.stream_path(), format!("/api/stream/?topic={}", scorer.game.topic())] {
        let response = server.subscribe(&path).after(&stop).send().await;
        assert_eq!(response.head.status, 204, "{path}");
    }
    let another = first_message(&server, &scorer.game.stream_path(), Some(b"000000.stop")).await;
    assert_eq!(another.reason(), "unknown_cursor", "stop cursor of another database");
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_the_snapshot_parameter_is_honoured() {
    let server = TestServer::sqlite(&[]).await;
    let (scorer, epoch) = match_of_nine_messages(&server).await;
    let path = scorer.game.stream_path();

    let mut new_stream = server.subscribe(&path).open().await;
    let hello = new_stream.next_frame().await;
    assert_eq!(
        (hello.event.as_deref(), &hello.id),
        (Some("hello"), &None),
        "hello has no cursor yet"
    );
    assert_eq!(new_stream.next_frame().await.reason(), "connected");
    let live = new_stream.next_frame().await;
    assert_eq!((live.event.as_deref(), live.id), (Some("live"), Some(format!("{epoch}.9"))));

    let mut never = server.subscribe(&format!("{path}?snapshot=never")).open().await;
    never.next_frame().await;
    assert_eq!(never.next_frame().await.event.as_deref(), Some("live"), "no snapshot");
    scorer.post_note("ten").await.ok_json();
    assert_eq!(never.next_message().await.seq(), 10);

    let always = server.subscribe(&format!("{path}?snapshot=always"));
    let mut always = always.after(&format!("{epoch}.7")).open().await;
    let mut seqs = Vec::new();
    loop {
        let frame = always.next_frame().await;
        match frame.event.as_deref() {
            Some("live") => break,
            Some(_) => {}
            None => seqs.push((frame.seq(), frame.is_snapshot())),
        }
    }
    let expected = vec![(8, false), (9, false), (10, false), (10, true)];
    assert_eq!(seqs, expected, "missed messages, then the snapshot");
}
