//! G3, G4: where a cursor may come from, and what one gets that can't be served.

use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::sse::Block;
use crate::support::users::Scorer;

crate::support::on_both! {
    g4_an_unservable_cursor_gets_a_snapshot_with_its_reason,
}

/// A server with a match of nine messages, and its epoch.
async fn nine(server: &TestServer) -> (Scorer, String) {
    let scorer = server.organizer().await.live("football").await;
    let told = scorer.client.history(&scorer.game.topic()).await.len();
    scorer.notes(9 - told).await;
    let answer = scorer.client.get(&scorer.game.path("/state")).await;
    assert_eq!(answer.ok()["seq"], 9);
    let mut viewer = server.watch(&scorer.game.stream()).open().await;
    let cursor = viewer.message().await.id.unwrap();
    (scorer, cursor.strip_suffix(".9").unwrap().to_owned())
}

/// The first thing that `onmessage` gets.
async fn first(server: &TestServer, path: &str, header: Option<&[u8]>) -> Block {
    let mut watch = server.watch(path);
    if let Some(header) = header {
        watch = watch.with_bytes("Last-Event-ID", header);
    }
    watch.open().await.message().await
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_the_cursor_header_overrides_the_query() {
    let server = TestServer::sqlite(&[]).await;
    let (scorer, epoch) = nine(&server).await;
    let path = scorer.game.stream();
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
        let block = first(&server, &format!("{path}{query}"), header).await;
        assert!(!block.is_snapshot(), "{query} {header:?}");
        assert_eq!(block.seq(), seq, "{query} {header:?}");
        assert_eq!(block.id, Some(format!("{epoch}.{seq}")));
        let without_slash = path.trim_end_matches('/');
        let same = first(&server, &format!("{without_slash}{query}"), header).await;
        assert_eq!(same, block, "with and without the last slash");
    }
}

async fn g4_an_unservable_cursor_gets_a_snapshot_with_its_reason(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let (scorer, epoch) = nine(&server).await;
    let path = scorer.game.stream();
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
        // Shown a team, never this match: nothing wrong with the cursor.
        (of_another.as_bytes(),   "connected"),
    ];
    for (cursor, reason) in cases {
        let block = first(&server, &path, Some(cursor)).await;
        let shown = String::from_utf8_lossy(&cursor[..cursor.len().min(40)]);
        assert_eq!((&*block.reason(), block.seq()), (reason, 9), "{shown}");
    }
    let ten_thousand = "x".repeat(10_000);
    let queries =
        ["%0d%0adata:%20x", "%0d%0a", "%00", "%ff%fe", "1%0a", "%E2%80%A8", "..", &ten_thousand];
    for query in queries {
        let block = first(&server, &format!("{path}?last_event_id={query}"), None).await;
        assert_eq!((&*block.reason(), block.seq()), ("unknown_cursor", 9), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_a_pruned_cursor_gets_a_snapshot_with_its_reason() {
    let settings = [("ring_messages", "3")];
    let server = TestServer::sqlite(&settings).await;
    let (mut scorer, epoch) = nine(&server).await;
    let topic = scorer.game.topic();
    let prune = ["prune", "--keep", "4", "--topic", &topic];
    let said = server.command(&prune).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    server.kill9();
    server.again().await;
    scorer.client = scorer.client.afresh();
    let path = scorer.game.stream();
    for seq in 0..5 {
        let mut viewer = server.watch(&path).after(&format!("{epoch}.{seq}")).open().await;
        let block = viewer.message().await;
        assert_eq!((&*block.reason(), block.seq()), ("pruned", 9), "{seq}");
        assert_eq!(block.json()["data"]["incidents"].as_array().unwrap().len(), 9 - 2);
        assert_eq!(viewer.block().await.event.as_deref(), Some("live"));
    }
    for seq in 5..9 {
        let block = first(&server, &path, Some(format!("{epoch}.{seq}").as_bytes())).await;
        assert_eq!(block.seq(), seq + 1, "still kept");
        assert!(!block.is_snapshot());
    }
    let history = format!("/api/streams/{topic}/messages?after={epoch}.2");
    assert_eq!(scorer.client.get(&history).await.problem(410, "pruned history"), "pruned");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_cursor_gets_204() {
    let server = TestServer::sqlite(&[]).await;
    let (scorer, epoch) = nine(&server).await;
    let stop = format!("{epoch}.stop");
    for path in [scorer.game.stream(), format!("/api/stream/?topic={}", scorer.game.topic())] {
        let answer = server.watch(&path).after(&stop).answer().await;
        assert_eq!(answer.head.status, 204, "{path}");
    }
    let another = first(&server, &scorer.game.stream(), Some(b"000000.stop")).await;
    assert_eq!(another.reason(), "unknown_cursor", "another database's stop");
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_the_snapshot_parameter_is_honoured() {
    let server = TestServer::sqlite(&[]).await;
    let (scorer, epoch) = nine(&server).await;
    let path = scorer.game.stream();

    let mut fresh = server.watch(&path).open().await;
    let hello = fresh.block().await;
    assert_eq!((hello.event.as_deref(), &hello.id), (Some("hello"), &None), "no place yet");
    assert_eq!(fresh.block().await.reason(), "connected");
    let live = fresh.block().await;
    assert_eq!((live.event.as_deref(), live.id), (Some("live"), Some(format!("{epoch}.9"))));

    let mut never = server.watch(&format!("{path}?snapshot=never")).open().await;
    never.block().await;
    assert_eq!(never.block().await.event.as_deref(), Some("live"), "nothing first");
    scorer.note("ten").await.ok();
    assert_eq!(never.message().await.seq(), 10);

    let always = server.watch(&format!("{path}?snapshot=always"));
    let mut always = always.after(&format!("{epoch}.7")).open().await;
    let mut seqs = Vec::new();
    loop {
        let block = always.block().await;
        match block.event.as_deref() {
            Some("live") => break,
            Some(_) => {}
            None => seqs.push((block.seq(), block.is_snapshot())),
        }
    }
    let expected = vec![(8, false), (9, false), (10, false), (10, true)];
    assert_eq!(seqs, expected, "what was missed, then the whole");
}
