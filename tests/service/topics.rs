//! Several topics over one connection with one cursor, and the channels of a team.

use std::collections::BTreeMap;

use serde_json::json;

use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::sse::Block;
use crate::support::subscriber::Watch;
use crate::support::users::{Organizer, Scorer, id};

crate::support::on_both! {
    g3_a_multi_topic_stream_disconnected_anywhere_loses_nothing,
}

/// Three matches, all of them being played.
async fn three(organizer: &Organizer) -> Vec<Scorer> {
    let mut scorers = Vec::new();
    for _ in 0..3 {
        let scorer = organizer.live("football").await;
        scorer.notes(3).await;
        scorers.push(scorer);
    }
    scorers
}

fn path_of(scorers: &[Scorer]) -> String {
    let topics: Vec<_> =
        scorers.iter().map(|scorer| format!("topic={}", scorer.game.topic())).collect();
    format!("/api/stream/?{}", topics.join("&"))
}

/// What a page knows of each topic.
#[derive(Default)]
struct Known(BTreeMap<String, i64>);

impl Known {
    fn take(&mut self, block: &Block) {
        let message = block.json();
        let topic = message["topic"].as_str().unwrap().to_owned();
        let seq = message["seq"].as_i64().unwrap();
        let last = self.0.insert(topic.clone(), seq);
        if block.is_snapshot() {
            assert!(last.is_none_or(|last| last <= seq), "{topic} back from {last:?}: {seq}");
        } else {
            assert_eq!(last.map(|last| last + 1), Some(seq), "{topic}: a gap or a repeat");
        }
    }
}

async fn g3_a_multi_topic_stream_disconnected_anywhere_loses_nothing(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let scorers = three(&server.organizer().await).await;
    let path = path_of(&scorers);
    // Cut after each byte count that falls into head, snapshots or the seams between them.
    for cut in (1..9000).step_by(150) {
        let mut known = Known::default();
        let mut viewer = server.watch(&path).open().await;
        viewer.cut_after(cut);
        while let Ok(block) = viewer.try_block(std::time::Duration::from_millis(30)).await {
            if block.event.is_none() {
                known.take(&block);
            }
        }
        for scorer in &scorers {
            scorer.note("meanwhile").await.ok();
        }
        let mut watch = server.watch(&path);
        if let Some(cursor) = &viewer.cursor {
            watch = watch.after(cursor);
        }
        let mut heads = BTreeMap::new();
        for scorer in &scorers {
            let state = scorer.client.get(&scorer.game.path("/state")).await.ok();
            heads.insert(scorer.game.topic(), state["seq"].as_i64().unwrap());
        }
        let mut viewer = watch.open().await;
        while known.0 != heads {
            known.take(&viewer.message().await);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_multi_topic_cursor_advances_with_each_message() {
    let server = TestServer::sqlite(&[]).await;
    let scorers = three(&server.organizer().await).await;
    let mut viewer = server.watch(&path_of(&scorers)).open().await;
    viewer.control("live").await;
    let mut before = viewer.cursor.clone().unwrap();
    for scorer in scorers.iter().cycle().take(9) {
        scorer.note("one more").await.ok();
        let block = viewer.message().await;
        assert_eq!(block.json()["topic"], scorer.game.topic());
        let cursor = block.id.clone().unwrap();
        assert_ne!(cursor, before);
        let place = format!("m{}-{}", scorer.game.id, block.seq());
        assert!(cursor.split('.').any(|part| part == place), "{place} in {cursor}");
        before = cursor;
    }
    // A new topic among known ones gets its snapshot, the known ones none.
    let known = viewer.cursor.clone().unwrap();
    let team = format!("{}&topic=team_{}", path_of(&scorers), scorers[0].game.home);
    let mut viewer = server.watch(&team).after(&known).open().await;
    let block = viewer.message().await;
    assert!(block.is_snapshot() && block.data.contains("\"topic\":\"team_"), "{block:?}");
    assert_eq!(viewer.block().await.event.as_deref(), Some("live"));
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_or_too_many_topics_are_rejected() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let game = organizer.game("football", "public").await;
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
        let answer = server.stranger().get(&format!("/api/stream/?{query}")).await;
        assert_eq!(answer.problem(status, &query), code, "{query}");
    }
    let viewer = server.watch(&format!("/api/stream/?{}", many(32))).open().await;
    assert_eq!(viewer.head.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn team_channels_carry_the_messages_of_its_matches() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let (home, away) =
        (organizer.team("Home", "public").await, organizer.team("Away", "public").await);
    let mut whole = server.watch(&format!("/api/teams/{home}/stream/")).open().await;
    let mut live = server.watch(&format!("/api/teams/{home}/stream/live/")).open().await;
    let mut schedule = server.watch(&format!("/api/teams/{home}/stream/schedule")).open().await;
    let mut other = server.watch(&format!("/api/teams/{away}/stream/live/")).open().await;
    for viewer in [&mut whole, &mut live, &mut schedule, &mut other] {
        viewer.control("live").await;
    }
    let game = organizer.game_of("football", "public", home, away).await;
    let created = schedule.message().await.json();
    assert_eq!(created["type"], "schedule_update");
    assert_eq!(created["topic"], format!("team_{home}_schedule"));
    assert_eq!(created["data"]["change"], "created");

    let scorer = organizer.start(game).await;
    scorer.incident("goal", 12).await;
    let goal = live.message().await;
    assert_eq!(goal.json()["type"], "incident_added");
    assert_eq!(goal.json()["topic"], format!("team_{home}_live"));
    assert_eq!(goal.json()["data"]["score"], json!({ "home": 1, "away": 0 }));
    let body = json!({"kind":"goal","team_id":away,"period":"first_half","minute":13});
    scorer.act("incidents", body).await.ok();
    let answered = other.message().await.json();
    assert_eq!(answered["data"]["score"], json!({ "home": 1, "away": 1 }));

    let first = whole.message().await;
    assert_eq!(first.json()["topic"], format!("team_{home}_schedule"));
    let second = whole.message().await;
    assert_eq!((second.seq(), &second.data), (first.seq() + 1, &goal.data), "the same bytes");
    // The cursor of a channel is that of its stream.
    let cursor = goal.id.unwrap();
    let again = server.watch(&format!("/api/teams/{home}/stream/")).after(&cursor).open().await;
    let mut again = again;
    assert_eq!(again.block().await.id, Some(cursor));
    assert_eq!(again.block().await.event.as_deref(), Some("live"));
}

/// A public event with a match, and the paths of its streams.
async fn cup(organizer: &Organizer) -> (i64, i64) {
    let cup = json!({ "name": "Cup", "sport": "generic", "visibility": "public" });
    let event = id(&organizer.client.post("/api/events", cup).await.ok());
    let home = organizer.team("Home", "public").await;
    let away = organizer.team("Away", "public").await;
    let game = json!({
        "sport": "generic", "event_id": event, "home_team_id": home, "away_team_id": away,
    });
    (event, id(&organizer.client.post("/api/matches", game).await.ok()))
}

/// Which topics are shown, before it is live.
async fn shown(watch: Watch) -> Vec<String> {
    let (mut viewer, mut topics) = (watch.open().await, Vec::new());
    loop {
        let block = viewer.block().await;
        match block.event.as_deref() {
            Some("live") => return topics,
            None if block.is_snapshot() => topics.push(topic_of(&block)),
            _ => {}
        }
    }
}

fn topic_of(block: &Block) -> String {
    block.json()["topic"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_a_disconnect_between_two_channel_snapshots_loses_neither() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let (event, game) = cup(&organizer).await;
    let channels = [format!("event_{event}_results"), format!("event_{event}_schedule")];
    let alone = format!("/api/stream/?topic={}&topic={}", channels[0], channels[1]);
    let beside =
        format!("/api/stream/?topic=match_{game}&topic={}&topic={}", channels[0], channels[1]);

    let mut viewer = server.watch(&alone).open().await;
    assert_eq!(viewer.message().await.id, None, "as if it had not been sent");
    assert_eq!(shown(server.watch(&alone)).await, channels);
    let cursor = viewer.message().await.id.unwrap();
    assert!(shown(server.watch(&alone).after(&cursor)).await.is_empty(), "{cursor}");

    let mut viewer = server.watch(&beside).open().await;
    for left in [&channels[..], &channels[..], &[]] {
        let cursor = viewer.message().await.id.unwrap();
        assert_eq!(shown(server.watch(&beside).after(&cursor)).await, left, "{cursor}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_a_disconnect_between_two_channel_states_sends_both_again() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let (event, game) = cup(&organizer).await;
    let channels = [format!("event_{event}_results"), format!("event_{event}_schedule")];
    let path = format!("/api/stream/?mode=state&topic={}&topic={}", channels[0], channels[1]);
    let mut viewer = server.watch(&path).open().await;
    let stood = viewer.control("live").await.id;
    let body = json!({ "venue": "Elsewhere" });
    organizer.client.patch(&format!("/api/matches/{game}"), body).await.ok();
    let first = viewer.message().await;
    assert_eq!((first.reason().as_str(), &first.id), ("changed", &stood));
    let cursor = first.id.unwrap();
    assert_eq!(shown(server.watch(&path).after(&cursor)).await, channels);
    let second = viewer.message().await;
    assert_eq!((topic_of(&second), second.reason()), (channels[1].clone(), "changed".to_owned()));
    let cursor = second.id.unwrap();
    assert!(shown(server.watch(&path).after(&cursor)).await.is_empty(), "{cursor}");
}

#[tokio::test(flavor = "multi_thread")]
async fn g4_snapshots_requested_on_resume_cover_every_channel() {
    let server = TestServer::sqlite(&[]).await;
    let (event, _) = cup(&server.organizer().await).await;
    let channels = [format!("event_{event}_results"), format!("event_{event}_schedule")];
    let path = format!("/api/stream/?topic={}&topic={}", channels[0], channels[1]);
    let mut viewer = server.watch(&path).open().await;
    let cursor = viewer.control("live").await.id.unwrap();
    let (epoch, head) = cursor.split_once('.').unwrap();
    let always = format!("{path}&snapshot=always");
    for at in [head, "0"] {
        let watch = server.watch(&always).after(&format!("{epoch}.{at}"));
        assert_eq!(shown(watch).await, channels, "{at}");
    }
    let mut viewer = server.watch(&always).after(&format!("{epoch}.0")).open().await;
    let missed = viewer.message().await;
    assert!(!missed.is_snapshot(), "what was missed comes first: {missed:?}");
}
