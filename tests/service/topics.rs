//! Several topics over one connection with one cursor, and the channels of a team.

use std::collections::BTreeMap;

use serde_json::json;

use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::sse::Frame;
use crate::support::subscriber::StreamRequest;
use crate::support::users::{Organizer, Scorer, id};

crate::support::on_both! {
    g3_a_multi_topic_stream_disconnected_anywhere_loses_nothing,
}

/// Creates three live matches.
async fn three_live_matches(organizer: &Organizer) -> Vec<Scorer> {
    let mut scorers = Vec::new();
    for _ in 0..3 {
        let scorer = organizer.live_match("football").await;
        scorer.post_notes(3).await;
        scorers.push(scorer);
    }
    scorers
}

fn path_of(scorers: &[Scorer]) -> String {
    let topics: Vec<_> =
        scorers.iter().map(|scorer| format!("topic={}", scorer.game.topic())).collect();
    format!("/api/stream/?{}", topics.join("&"))
}

/// The last seq of each topic that a page has received.
#[derive(Default)]
struct LastSeqs(BTreeMap<String, i64>);

impl LastSeqs {
    fn take(&mut self, frame: &Frame) {
        let message = frame.json();
        let topic = message["topic"].as_str().unwrap().to_owned();
        let seq = message["seq"].as_i64().unwrap();
        let last = self.0.insert(topic.clone(), seq);
        if frame.is_snapshot() {
            assert!(last.is_none_or(|last| last <= seq), "{topic} went back from {last:?}: {seq}");
        } else {
            assert_eq!(last.map(|last| last + 1), Some(seq), "{topic}: gap or duplicate");
        }
    }
}

async fn g3_a_multi_topic_stream_disconnected_anywhere_loses_nothing(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let scorers = three_live_matches(&server.organizer().await).await;
    let path = path_of(&scorers);
    // Disconnects after byte counts that fall into the head, the snapshots or between them.
    for cut in (1..9000).step_by(150) {
        let mut known = LastSeqs::default();
        let mut subscriber = server.subscribe(&path).open().await;
        subscriber.disconnect_after(cut);
        while let Ok(frame) = subscriber.try_frame(std::time::Duration::from_millis(30)).await {
            if frame.event.is_none() {
                known.take(&frame);
            }
        }
        for scorer in &scorers {
            scorer.post_note("meanwhile").await.ok_json();
        }
        let mut request = server.subscribe(&path);
        if let Some(cursor) = &subscriber.cursor {
            request = request.after(cursor);
        }
        let mut heads = BTreeMap::new();
        for scorer in &scorers {
            let state = scorer.client.get(&scorer.game.path("/state")).await.ok_json();
            heads.insert(scorer.game.topic(), state["seq"].as_i64().unwrap());
        }
        let mut subscriber = request.open().await;
        while known.0 != heads {
            known.take(&subscriber.next_message().await);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_multi_topic_cursor_advances_with_each_message() {
    let server = TestServer::sqlite(&[]).await;
    let scorers = three_live_matches(&server.organizer().await).await;
    let mut subscriber = server.subscribe(&path_of(&scorers)).open().await;
    subscriber.until_control("live").await;
    let mut before = subscriber.cursor.clone().unwrap();
    for scorer in scorers.iter().cycle().take(9) {
        scorer.post_note("one more").await.ok_json();
        let frame = subscriber.next_message().await;
        assert_eq!(frame.json()["topic"], scorer.game.topic());
        let cursor = frame.id.clone().unwrap();
        assert_ne!(cursor, before);
        let place = format!("m{}-{}", scorer.game.id, frame.seq());
        assert!(cursor.split('.').any(|part| part == place), "{place} in {cursor}");
        before = cursor;
    }
    // A new topic gets its snapshot; the known ones do not.
    let known = subscriber.cursor.clone().unwrap();
    let team = format!("{}&topic=team_{}", path_of(&scorers), scorers[0].game.home);
    let mut subscriber = server.subscribe(&team).after(&known).open().await;
    let frame = subscriber.next_message().await;
    assert!(frame.is_snapshot() && frame.data.contains("\"topic\":\"team_"), "{frame:?}");
    assert_eq!(subscriber.next_frame().await.event.as_deref(), Some("live"));
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_or_too_many_topics_are_rejected() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let game = organizer.create_match("football", "public").await;
    let many = |count: usize| vec![format!("topic=match_{}", game.id); count].join("&");
    let cases = [
        (many(33), 400, "bad-request"),
        (String::new(), 400, "bad-request"),
        ("topic=".to_owned(), 400, "bad-request"),
        ("topic=goals".to_owned(), 400, "bad-request"),
        ("topic=match_0".to_owned(), 400, "bad-request"),
        ("topic=match_3_live".to_owned(), 400, "bad-request"),
        ("topic=match_999999".to_owned(), 404, "not-found"),
        (format!("topic=match_{}&mode=fast", game.id), 400, "bad-request"),
        (format!("topic=match_{}&transport=poll&wait=26", game.id), 400, "bad-request"),
    ];
    for (query, status, code) in cases {
        let response = server.anonymous().get(&format!("/api/stream/?{query}")).await;
        assert_eq!(response.problem(status, &query), code, "{query}");
    }
    let subscriber = server.subscribe(&format!("/api/stream/?{}", many(32))).open().await;
    assert_eq!(subscriber.head.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn team_channels_carry_the_messages_of_its_matches() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let (home, away) = (
        organizer.create_team("Home", "public").await,
        organizer.create_team("Away", "public").await,
    );
    let mut whole = server.subscribe(&format!("/api/teams/{home}/stream/")).open().await;
    let mut live = server.subscribe(&format!("/api/teams/{home}/stream/live/")).open().await;
    let mut schedule = server.subscribe(&format!("/api/teams/{home}/stream/schedule")).open().await;
    let mut other = server.subscribe(&format!("/api/teams/{away}/stream/live/")).open().await;
    for subscriber in [&mut whole, &mut live, &mut schedule, &mut other] {
        subscriber.until_control("live").await;
    }
    let game = organizer.create_match_between("football", "public", home, away).await;
    let created = schedule.next_message().await.json();
    assert_eq!(created["type"], "schedule_update");
    assert_eq!(created["topic"], format!("team_{home}_schedule"));
    assert_eq!(created["data"]["change"], "created");

    let scorer = organizer.start_match(game).await;
    scorer.post_incident("goal", 12).await;
    for subscriber in [&mut live, &mut schedule, &mut other] {
        let started = subscriber.next_message().await.json();
        assert_eq!(
            (&started["type"], &started["data"]["change"]),
            (&json!("schedule_update"), &json!("started"))
        );
    }
    let goal = live.next_message().await;
    assert_eq!(goal.json()["type"], "incident_added");
    assert_eq!(goal.json()["topic"], format!("team_{home}_live"));
    assert_eq!(goal.json()["data"]["score"], json!({ "home": 1, "away": 0 }));
    let body = json!({"kind":"goal","team_id":away,"period":"first_half","minute":13});
    scorer.post_action("incidents", body).await.ok_json();
    let answered = other.next_message().await.json();
    assert_eq!(answered["data"]["score"], json!({ "home": 1, "away": 1 }));

    let first = whole.next_message().await;
    assert_eq!(first.json()["topic"], format!("team_{home}_schedule"));
    for channel in ["schedule", "live"] {
        let started = whole.next_message().await.json();
        assert_eq!(started["topic"], format!("team_{home}_{channel}"));
    }
    let second = whole.next_message().await;
    assert_eq!(
        (second.seq(), &second.data),
        (first.seq() + 3, &goal.data),
        "bytes differ between channels"
    );
    // A channel's cursor names the channel; one of the whole stream is one of each channel.
    let (own, all) = (goal.id.clone().unwrap(), second.id.unwrap());
    let (epoch, _) = own.split_once('.').unwrap();
    assert_eq!(own, format!("{epoch}.t{home}l-{}", goal.seq()));
    assert_eq!(all, format!("{epoch}.t{home}-{}", goal.seq()));
    let path = format!("/api/teams/{home}/stream/");
    let mut again = server.subscribe(&format!("{path}live")).after(&all).open().await;
    assert_eq!(again.next_frame().await.id, Some(own.clone()));
    assert_eq!(again.next_frame().await.event.as_deref(), Some("live"));
    let snapshot = server.subscribe(&path).after(&own).open().await.next_message().await;
    assert_eq!((&*snapshot.reason(), snapshot.id), ("unknown_cursor", Some(all)));
}

/// An announcement is not hidden by a cursor of another channel that is past it.
#[tokio::test(flavor = "multi_thread")]
async fn g4_a_cursor_of_a_channel_does_not_fit_another() {
    let server = TestServer::sqlite(&[("heartbeat_seconds", "1")]).await;
    let organizer = server.organizer().await;
    let (event, game) = create_event(&organizer).await;
    let path = |channel: &str| format!("/api/events/{event}/stream/{channel}");
    let emergency = json!({
        "event_id": event, "type": "emergency", "priority": "urgent",
        "title": "Lightning", "message": "Leave the stands.",
    });
    organizer.client.post("/api/announcements", emergency).await.ok_json();
    let score = json!({ "home_score": 1, "away_score": 0 });
    let result = format!("/api/matches/{game}/result");
    let put = organizer.client.send(reqwest::Method::PUT, &result, Some(score), &[]);
    put.await.unwrap().ok_json();
    let results = server.subscribe(&path("results")).open().await.next_message().await.id.unwrap();
    let request = server.subscribe(&path("announcements")).after(&results);
    let snapshot = request.open().await.next_message().await;
    assert_eq!(snapshot.reason(), "unknown_cursor");
    assert!(snapshot.data.contains("Lightning"), "{}", snapshot.data);

    // Both over one connection, each from its own seq.
    let both =
        format!("/api/stream/?topic=event_{event}_results&topic=event_{event}_announcements");
    let head = snapshot.seq();
    let (epoch, _) = results.split_once('.').unwrap();
    let apart = format!("{epoch}.e{event}r-0.e{event}a-{head}");
    let mut subscriber = server.subscribe(&both).after(&apart).open().await;
    assert_eq!(subscriber.until_control("hello").await.id, Some(apart));
    let mut last = None;
    loop {
        let frame = subscriber.next_frame().await;
        if frame.event.is_some() {
            break;
        }
        assert_eq!(topic_of(&frame), format!("event_{event}_results"), "the other is up to date");
        let expected = if frame.seq() == head {
            format!("{epoch}.e{event}ra-{head}")
        } else {
            format!("{epoch}.e{event}r-{}.e{event}a-{head}", frame.seq())
        };
        assert_eq!(frame.id.as_ref(), Some(&expected));
        last = Some(frame.seq());
    }
    assert_eq!(last, Some(head), "the results were missed");
    // One that the cursor has, one that it has not.
    let mut subscriber = server.subscribe(&both).after(&results).open().await;
    assert_eq!(subscriber.until_control("hello").await.id, Some(results.clone()));
    let snapshot = subscriber.next_message().await;
    assert_eq!(topic_of(&snapshot), format!("event_{event}_announcements"));
    assert_eq!(snapshot.id, Some(format!("{epoch}.e{event}ra-{head}")));
    assert_eq!(subscriber.next_frame().await.event.as_deref(), Some("live"));
}

/// Creates a public event with a match; returns their ids.
async fn create_event(organizer: &Organizer) -> (i64, i64) {
    let cup = json!({ "name": "Cup", "sport": "generic", "visibility": "public" });
    let event = id(&organizer.client.post("/api/events", cup).await.ok_json());
    let home = organizer.create_team("Home", "public").await;
    let away = organizer.create_team("Away", "public").await;
    let game = json!({
        "sport": "generic", "event_id": event, "home_team_id": home, "away_team_id": away,
    });
    (event, id(&organizer.client.post("/api/matches", game).await.ok_json()))
}

/// Returns the topics whose snapshots come before the `live` frame.
async fn snapshot_topics(request: StreamRequest) -> Vec<String> {
    let (mut subscriber, mut topics) = (request.open().await, Vec::new());
    loop {
        let frame = subscriber.next_frame().await;
        match frame.event.as_deref() {
            Some("live") => return topics,
            None if frame.is_snapshot() => topics.push(topic_of(&frame)),
            _ => {}
        }
    }
}

fn topic_of(frame: &Frame) -> String {
    frame.json()["topic"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_a_disconnect_between_two_channel_snapshots_loses_neither() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let (event, game) = create_event(&organizer).await;
    let channels = [format!("event_{event}_results"), format!("event_{event}_schedule")];
    let alone = format!("/api/stream/?topic={}&topic={}", channels[0], channels[1]);
    let beside =
        format!("/api/stream/?topic=match_{game}&topic={}&topic={}", channels[0], channels[1]);

    let mut subscriber = server.subscribe(&alone).open().await;
    for left in [&channels[1..], &[]] {
        let cursor = subscriber.next_message().await.id.unwrap();
        assert_eq!(snapshot_topics(server.subscribe(&alone).after(&cursor)).await, left);
    }

    let mut subscriber = server.subscribe(&beside).open().await;
    for left in [&channels[..], &channels[1..], &[]] {
        let cursor = subscriber.next_message().await.id.unwrap();
        assert_eq!(
            snapshot_topics(server.subscribe(&beside).after(&cursor)).await,
            left,
            "{cursor}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_a_disconnect_between_two_channel_states_sends_both_again() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let (event, game) = create_event(&organizer).await;
    let channels = [format!("event_{event}_results"), format!("event_{event}_schedule")];
    let path = format!("/api/stream/?mode=state&topic={}&topic={}", channels[0], channels[1]);
    let mut subscriber = server.subscribe(&path).open().await;
    let live_cursor = subscriber.until_control("live").await.id.unwrap();
    let (epoch, place) = live_cursor.split_once('.').unwrap();
    let (_, before) = place.split_once('-').unwrap();
    let body = json!({ "venue": "Elsewhere" });
    organizer.client.patch(&format!("/api/matches/{game}"), body).await.ok_json();
    let first = subscriber.next_message().await;
    assert_eq!(first.reason(), "changed");
    let moved = format!("{epoch}.e{event}r-{}.e{event}s-{before}", first.seq());
    let cursor = first.id.unwrap();
    assert_eq!(cursor, moved);
    assert_eq!(snapshot_topics(server.subscribe(&path).after(&cursor)).await, channels);
    let second = subscriber.next_message().await;
    assert_eq!((topic_of(&second), second.reason()), (channels[1].clone(), "changed".to_owned()));
    let cursor = second.id.unwrap();
    assert!(snapshot_topics(server.subscribe(&path).after(&cursor)).await.is_empty(), "{cursor}");
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_snapshots_requested_on_resume_cover_every_channel() {
    let server = TestServer::sqlite(&[]).await;
    let (event, _) = create_event(&server.organizer().await).await;
    let channels = [format!("event_{event}_results"), format!("event_{event}_schedule")];
    let path = format!("/api/stream/?topic={}&topic={}", channels[0], channels[1]);
    let mut subscriber = server.subscribe(&path).open().await;
    let cursor = subscriber.until_control("live").await.id.unwrap();
    let (place, head) = cursor.split_once('-').unwrap();
    let always = format!("{path}&snapshot=always");
    for at in [head, "0"] {
        let request = server.subscribe(&always).after(&format!("{place}-{at}"));
        assert_eq!(snapshot_topics(request).await, channels, "{at}");
    }
    let mut subscriber = server.subscribe(&always).after(&format!("{place}-0")).open().await;
    let missed = subscriber.next_message().await;
    assert!(!missed.is_snapshot(), "snapshot before the missed messages: {missed:?}");
}
