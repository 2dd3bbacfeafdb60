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
    let (epoch, _) = cursor.split_once('.').unwrap();
    assert_eq!(cursor, scorer.game.cursor(epoch, 9));
    (scorer, epoch.to_owned())
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
async fn g3_the_furthest_of_several_cursors_counts() {
    let server = TestServer::sqlite(&[]).await;
    let (scorer, epoch) = match_of_nine_messages(&server).await;
    let path = scorer.game.stream_path();
    let at = |seq: i64| scorer.game.cursor(&epoch, seq);
    let (two, five, six) = (at(2), at(5), at(6));
    #[rustfmt::skip]
    let cases = [
        (format!("?last_event_id={two}"),                      None,                    3),
        (format!("?lastEventId={two}"),                        None,                    3),
        (format!("?last_event_id={two}&lastEventId={five}"),   None,                    6),
        (format!("?last_event_id={five}&lastEventId={two}"),   None,                    6),
        (format!("?last_event_id={two}&lastEventId=4"),        None,                    5),
        (format!("?last_event_id={two}"),                      Some(six.as_bytes()),    7),
        (format!("?last_event_id={six}"),                      Some(two.as_bytes()),    7),
        (format!("?last_event_id=000000.m1-8&lastEventId={two}"), None,                 3),
        (format!("?lastEventId={two}"),                        Some(b"4".as_slice()),   5),
        ("?last_event_id=".to_owned(),                         Some(six.as_bytes()),    7),
        ("?last_event_id=&lastEventId=4".to_owned(),           None,                    5),
        (String::new(),                                        Some(b"0".as_slice()),   1),
        ("?last_event_id=8".to_owned(),                        None,                    9),
        ("?snapshot=never&last_event_id=8".to_owned(),         None,                    9),
    ];
    for (query, header, seq) in cases {
        let frame = first_message(&server, &format!("{path}{query}"), header).await;
        assert!(!frame.is_snapshot(), "{query} {header:?}");
        assert_eq!(frame.seq(), seq, "{query} {header:?}");
        assert_eq!(frame.id, Some(at(seq)));
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
    let own = scorer.game.cursor(&epoch, 7);
    let longer = format!("{own}{}", ".m1-2".repeat(400));
    let future = scorer.game.cursor(&epoch, 10);
    let of_another_database = scorer.game.cursor("000000", 3);
    let of_another_match = format!("{epoch}.m{}-4", scorer.game.id + 1);
    let (old_form, old_stop) = (format!("{epoch}.4"), format!("{epoch}.stop"));
    let broken = format!("{own}.e1x-3");
    let of_a_team = format!("{epoch}.t1-1");
    let cases: [&[u8]; 15] = [
        of_another_database.as_bytes(),
        of_another_match.as_bytes(),
        old_form.as_bytes(),
        old_stop.as_bytes(),
        broken.as_bytes(),
        future.as_bytes(),
        b"10",
        b"99999999999999999999",
        b"-1",
        b"undefined",
        b"\xff\xfe\x80",
        b"5;DROP TABLE x",
        long.as_bytes(),
        longer.as_bytes(),
        of_a_team.as_bytes(),
    ];
    for cursor in cases {
        let frame = first_message(&server, &path, Some(cursor)).await;
        let shown = String::from_utf8_lossy(&cursor[..cursor.len().min(40)]);
        assert_eq!((&*frame.reason(), frame.seq()), ("unknown_cursor", 9), "{shown}");
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
        let mut subscriber =
            server.subscribe(&path).after(&scorer.game.cursor(&epoch, seq)).open().await;
        let frame = subscriber.next_message().await;
        assert_eq!((&*frame.reason(), frame.seq()), ("pruned", 9), "{seq}");
        assert_eq!(frame.json()["data"]["incidents"].as_object().unwrap().len(), 9 - 2);
        assert_eq!(subscriber.next_frame().await.event.as_deref(), Some("live"));
    }
    for seq in 5..9 {
        let cursor = scorer.game.cursor(&epoch, seq);
        let frame = first_message(&server, &path, Some(cursor.as_bytes())).await;
        assert_eq!(frame.seq(), seq + 1, "message still stored");
        assert!(!frame.is_snapshot());
    }
    let second = scorer.game.cursor(&epoch, 2);
    let history = format!("/api/streams/{topic}/messages?after={second}");
    assert_eq!(scorer.client.get(&history).await.problem(410, "pruned history"), "pruned");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_stops_all_topics_gets_410() {
    let server = TestServer::sqlite(&[]).await;
    let (scorer, epoch) = match_of_nine_messages(&server).await;
    let stop = scorer.game.cursor(&epoch, "stop");
    let seven = scorer.game.cursor(&epoch, 7);
    for path in [
        scorer.game.stream_path(),
        format!("/api/stream/?topic={}", scorer.game.topic()),
        format!("{}?last_event_id={seven}", scorer.game.stream_path()),
        format!("{}?transport=poll", scorer.game.stream_path()),
        scorer.game.path("/replay/"),
    ] {
        let headers = [("Last-Event-ID", &*stop)];
        let client = server.anonymous();
        let response = client.send(reqwest::Method::GET, &path, None, &headers).await.unwrap();
        assert_eq!(response.problem(410, &path), "stopped", "{path}");
        assert_eq!(response.header("cache-control"), "no-store", "{path}");
    }
    let of_another = scorer.game.cursor("000000", "stop");
    let path = scorer.game.stream_path();
    let another = first_message(&server, &path, Some(of_another.as_bytes())).await;
    assert_eq!(another.reason(), "unknown_cursor", "stop cursor of another database");
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_a_stopped_topic_stays_in_every_later_cursor() {
    let server = TestServer::sqlite(&[("heartbeat_seconds", "1")]).await;
    let (scorer, epoch) = match_of_nine_messages(&server).await;
    let team = scorer.game.home;
    let path = format!("/api/stream/?topic={}&topic=team_{team}_live", scorer.game.topic());
    let stop = format!("t{team}l-stop");
    let cursor = |seq: i64| format!("{epoch}.{stop}.m{}-{seq}", scorer.game.id);
    let mut subscriber = server.subscribe(&path).after(&cursor(8)).open().await;
    assert_eq!(subscriber.until_control("hello").await.id, Some(cursor(8)));
    assert_eq!(subscriber.next_message().await.id, Some(cursor(9)));
    assert_eq!(subscriber.until_control("live").await.id, Some(cursor(9)));
    scorer.post_incident("corner", 3).await;
    let corner = subscriber.next_message().await;
    assert_eq!(
        (corner.json()["topic"].as_str(), &corner.id),
        (Some(&*scorer.game.topic()), &Some(cursor(10)))
    );
    assert_eq!(
        subscriber.until_control("heartbeat").await.id,
        Some(cursor(10)),
        "the team's is not sent"
    );
    // A snapshot's cursor keeps it too.
    let unknown = format!("{epoch}.{stop}");
    let snapshot = first_message(&server, &path, Some(unknown.as_bytes())).await;
    assert_eq!((&*snapshot.reason(), snapshot.id), ("unknown_cursor", Some(cursor(10))));
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_a_refusal_echoes_the_cursor_in_its_canonical_form() {
    let server = TestServer::sqlite(&[("streams_per_topic", "1")]).await;
    let (scorer, epoch) = match_of_nine_messages(&server).await;
    let path = scorer.game.stream_path();
    let mut only = server.subscribe(&path).open().await;
    only.until_control("live").await;
    let ids = async |path: &str, header: Option<&str>| {
        let mut request = server.subscribe(path);
        if let Some(header) = header {
            request = request.after(header);
        }
        let mut subscriber = request.open().await;
        let hello = subscriber.until_control("hello").await;
        let (bye, frame) = subscriber.until_bye().await;
        assert_eq!(bye["reason"], "limit");
        assert_eq!(hello.id, frame.id);
        frame.id
    };
    let (seven, eight) = (scorer.game.cursor(&epoch, 7), scorer.game.cursor(&epoch, 8));
    let mixed = format!("{epoch}.e5a-2.e4sr-3.{}", &seven[epoch.len() + 1..]);
    let canonical = format!("{epoch}.e4rs-3.e5a-2.{}", &seven[epoch.len() + 1..]);
    let of_another = scorer.game.cursor("000000", 7);
    for (header, expected) in [
        (None, None),
        (Some(&*seven), Some(&*seven)),
        (Some(&*mixed), Some(&*canonical)),
        (Some(&*of_another), Some(&*of_another)),
        (Some("nonsense"), None),
        (Some("7"), None),
    ] {
        assert_eq!(ids(&path, header).await.as_deref(), expected, "{header:?}");
    }
    let query = format!("{path}?last_event_id={eight}");
    assert_eq!(ids(&query, Some(&seven)).await, Some(eight), "joined");
    let hostile = format!("{path}?last_event_id={epoch}.m1-7%0adata:%20x");
    assert_eq!(ids(&hostile, None).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_unknown_types_are_told_and_not_silence() {
    let server = TestServer::sqlite(&[]).await;
    let (scorer, epoch) = match_of_nine_messages(&server).await;
    let path = scorer.game.stream_path();
    let stop = scorer.game.cursor(&epoch, "stop");
    let mut subscriber = server.subscribe(&format!("{path}?types=goal,goals")).open().await;
    let (bye, frame) = subscriber.until_bye().await;
    assert_eq!(bye["reason"], "bad_request");
    assert!(bye["detail"].as_str().unwrap().ends_with("goals"), "{bye}");
    assert_eq!((frame.id.as_deref(), frame.retry), (Some(&*stop), Some(24 * 60 * 60 * 1000)));
    let several = format!("/api/stream?topic={}&topic=team_1_live&types=x", scorer.game.topic());
    let mut subscriber = server.subscribe(&several).open().await;
    let id = subscriber.until_bye().await.1.id.unwrap();
    assert_eq!(id, format!("{epoch}.t1l-stop.m{}-stop", scorer.game.id));
    let poll = format!("{path}?types=goals&transport=poll&wait=0");
    assert_eq!(server.anonymous().get(&poll).await.problem(400, "types"), "bad-request");

    // Several lists are joined, whatever spaces are between their words.
    for query in ["types=goal&types=corner", "types=goal,%20corner", "types=+goal+,corner,"] {
        let path = format!("{path}?{query}&snapshot=never");
        let mut subscriber = server.subscribe(&path).open().await;
        subscriber.until_control("live").await;
        for kind in ["corner", "foul", "goal"] {
            scorer.post_incident(kind, 5).await;
        }
        for kind in ["corner", "goal"] {
            let message = subscriber.next_message().await.json();
            assert_eq!(message["data"]["incident"]["kind"], kind, "{query}");
        }
    }
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
    assert_eq!(
        (live.event.as_deref(), live.id),
        (Some("live"), Some(scorer.game.cursor(&epoch, 9)))
    );

    let mut never = server.subscribe(&format!("{path}?snapshot=never")).open().await;
    never.next_frame().await;
    assert_eq!(never.next_frame().await.event.as_deref(), Some("live"), "no snapshot");
    scorer.post_note("ten").await.ok_json();
    assert_eq!(never.next_message().await.seq(), 10);

    let always = server.subscribe(&format!("{path}?snapshot=always"));
    let mut always = always.after(&scorer.game.cursor(&epoch, 7)).open().await;
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
