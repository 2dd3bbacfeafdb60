//! G7 for in-memory caches: snapshots and frames are not served after their visibility has changed.
//! G4: nothing that was pruned is served from memory.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::users::{Scorer, id};

crate::support::on_both! {
    g7_a_snapshot_shows_only_what_is_public_now,
    g4_pruned_messages_are_not_served_from_memory,
    g4_messages_pruned_before_delivery_cause_a_snapshot_not_a_gap,
    g7_private_messages_are_not_served_after_publication,
}

const REVOCATION_LIMIT: Duration = Duration::from_secs(5);

/// Returns the snapshot that an anonymous subscriber gets.
async fn state(server: &TestServer, path: &str) -> Value {
    let mut subscriber = server.subscribe(path).open().await;
    let snapshot = subscriber.next_message().await;
    assert_eq!(snapshot.reason(), "connected", "{path}");
    snapshot.json()
}

/// Reconnects until the snapshot satisfies the condition; a cached one may be served briefly.
async fn wait_for_state(
    server: &TestServer,
    path: &str,
    context: &str,
    holds: impl Fn(&Value) -> bool,
) {
    let started = Instant::now();
    loop {
        let state = state(server, path).await;
        if holds(&state["data"]) {
            return;
        }
        assert!(started.elapsed() < REVOCATION_LIMIT, "{context}: {state}");
    }
}

fn lists_match(data: &Value, game: i64) -> bool {
    data["schedule"].get(game.to_string()).is_some()
}

async fn g7_a_snapshot_shows_only_what_is_public_now(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let home = organizer.create_team("Home", "public").await;
    let away = organizer.create_team("Away", "public").await;
    let cup = json!({ "name": "Cup", "sport": "football", "visibility": "private" });
    let event = id(&organizer.client.post("/api/events", cup).await.ok_json());
    let game = json!({
        "sport": "football", "event_id": event, "home_team_id": home, "away_team_id": away,
    });
    let game = id(&organizer.client.post("/api/matches", game).await.ok_json());
    let edit =
        async |path: String, body: Value| organizer.client.patch(&path, body).await.ok_json();
    let show = async |visibility: &str| {
        edit(format!("/api/events/{event}"), json!({ "visibility": visibility })).await
    };
    let team = format!("/api/teams/{home}/stream/");
    for path in [team.clone(), format!("/api/teams/{home}/stream/schedule/")] {
        // Cached from before: nobody may see a match of a private event.
        assert!(
            !lists_match(&state(&server, &path).await["data"], game),
            "a private event's match"
        );
        show("public").await;
        wait_for_state(&server, &path, "a match that became public", |data| {
            lists_match(data, game)
        })
        .await;
        show("private").await;
        wait_for_state(&server, &path, "a match that became private", |data| {
            !lists_match(data, game)
        })
        .await;
    }
    show("public").await;
    let of_match = format!("/api/matches/{game}/stream/");
    wait_for_state(&server, &of_match, "team name in the match", |data| {
        data.to_string().contains("Home")
    })
    .await;
    edit(format!("/api/teams/{home}"), json!({ "name": "Renamed" })).await;
    let is_renamed =
        |data: &Value| data.to_string().contains("Renamed") && !data.to_string().contains("Home");
    wait_for_state(&server, &of_match, "renamed team", is_renamed).await;
    let state_of_match = format!("{of_match}?mode=state");
    wait_for_state(&server, &state_of_match, "renamed team", is_renamed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g6_simultaneous_connects_share_one_snapshot_build() {
    let server = TestServer::sqlite(&[]).await;
    let scorer = server.organizer().await.live_match("football").await;
    let path = scorer.game.stream_path();
    let before = server.metric("touchline_snapshot_builds_total").await;
    let started = Instant::now();
    let opened = join_all((0..400).map(|_| async { server.subscribe(&path).open().await })).await;
    for mut subscriber in opened {
        assert!(subscriber.next_message().await.is_snapshot());
    }
    let seconds = started.elapsed().as_secs() as i64;
    let built = server.metric("touchline_snapshot_builds_total").await - before;
    assert!(built <= seconds + 2, "{built} snapshots built in {seconds} s");
}

/// Posts three notes that must later disappear; returns the cursor before them.
async fn post_hidden_notes(scorer: &Scorer) -> String {
    let cursor = scorer.client.head_seq(&scorer.game.topic()).await.to_string();
    for _ in 0..3 {
        scorer.post_note("hush").await.ok_json();
    }
    cursor
}

fn prune(server: &TestServer) {
    let output = server.command(&["prune", "--keep", "0"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Returns what a resuming subscriber receives: the snapshot reason, if any, and the messages.
async fn resume(server: &TestServer, path: &str, cursor: &str) -> (String, Vec<String>) {
    let mut subscriber = server.subscribe(path).after(cursor).open().await;
    let (mut reason, mut all) = (String::new(), Vec::new());
    loop {
        let frame = subscriber.next_frame().await;
        match frame.event.as_deref() {
            None if frame.is_snapshot() => reason = frame.reason(),
            None => all.push(frame.data),
            Some("live") => return (reason, all),
            Some(_) => {}
        }
    }
}

async fn g4_pruned_messages_are_not_served_from_memory(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let scorer = server.organizer().await.live_match("football").await;
    let (path, cursor) = (scorer.game.stream_path(), post_hidden_notes(&scorer).await);
    // Enough streams to reach both workers, so that each has a ring.
    let mut subscribers = Vec::new();
    for _ in 0..6 {
        let mut subscriber = server.subscribe(&path).after(&cursor).open().await;
        assert!(subscriber.next_message().await.data.contains("hush"));
        subscriber.until_control("live").await;
        subscribers.push(subscriber);
    }
    let head = scorer.client.head_seq(&scorer.game.topic()).await;
    prune(&server);
    let started = Instant::now();
    // Enough attempts to reach both workers.
    let mut clean = 0;
    while clean < 12 {
        let (reason, all) = resume(&server, &path, &cursor).await;
        if reason == "pruned" {
            assert!(all.is_empty(), "{all:?}");
            clean += 1;
        } else {
            assert!(started.elapsed() < Duration::from_secs(3), "still served: {all:?}");
            clean = 0;
        }
    }
    let poll = format!("{path}?transport=poll&wait=0&last_event_id={cursor}");
    let polled = server.anonymous().get(&poll).await.ok_json();
    assert_eq!(polled["messages"][0]["reason"], "pruned");

    // Subscribers at the head continue.
    scorer.post_note("and on").await.ok_json();
    for mut subscriber in subscribers {
        let next = subscriber.next_message().await;
        assert_eq!((next.seq(), next.data.contains("and on")), (head + 1, true), "{next:?}");
    }
    let (reason, all) = resume(&server, &path, &head.to_string()).await;
    assert_eq!((&*reason, all.len()), ("", 1), "{all:?}");
}

async fn g4_messages_pruned_before_delivery_cause_a_snapshot_not_a_gap(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let scorer = server.organizer().await.live_match("football").await;
    let (path, topic) = (scorer.game.stream_path(), scorer.game.topic());
    post_hidden_notes(&scorer).await;
    let head = scorer.client.head_seq(&topic).await;
    let mut subscriber = server.subscribe(&path).after(&head.to_string()).open().await;
    subscriber.until_control("live").await;
    // Two messages are appended and pruned between two reads of the log.
    let sql = "update streams set head_seq = head_seq + 2, pruned_seq = head_seq + 2";
    let delete = "delete from messages where stream_id in (select id from streams";
    let of = format!("where topic = '{topic}'");
    server.database.tamper(&format!("begin; {sql} {of}; {delete} {of}); commit;")).await;
    let next = tokio::time::timeout(REVOCATION_LIMIT, subscriber.next_message())
        .await
        .expect("a snapshot in time");
    assert!(next.is_snapshot() && next.reason() == "pruned", "undetected gap: {next:?}");
    assert_eq!(next.seq(), head + 2);
    scorer.post_note("and on").await.ok_json();
    assert_eq!(subscriber.next_message().await.seq(), head + 3);
}

/// Repeats what publishing a match does in one transaction: it prunes the private messages.
async fn g7_private_messages_are_not_served_after_publication(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let game = organizer.create_match("football", "private").await;
    let scorer = organizer.start_match(game).await;
    let (path, cursor) = (game.stream_path(), post_hidden_notes(&scorer).await);
    let mut subscribers = Vec::new();
    for _ in 0..6 {
        let request = server.subscribe(&path).with_user(&organizer.client);
        let mut subscriber = request.after(&cursor).open().await;
        assert!(subscriber.next_message().await.data.contains("hush"));
        subscribers.push(subscriber);
    }
    let replay = format!("{}?speed=10000", game.path("/replay/"));
    let mut replayed = server.subscribe(&replay).with_user(&organizer.client).open().await;
    replayed.until_bye().await;
    let of = format!("where topic = '{}'", game.topic());
    let sql = [
        format!("update matches set visibility = 'public' where id = {}", game.id),
        format!("delete from messages where stream_id in (select id from streams {of})"),
        format!("update streams set pruned_seq = head_seq {of}"),
        "update settings set value = cast(cast(value as bigint) + 1 as text) \
         where name = 'rights_version'"
            .to_owned(),
    ];
    server.database.tamper(&format!("begin; {}; commit;", sql.join("; "))).await;
    // Takes effect immediately, before any node has noticed the change.
    let mut replayed = server.subscribe(&replay).open().await;
    while let Ok(frame) = replayed.try_frame(REVOCATION_LIMIT).await {
        assert!(!frame.data.contains("hush"), "replayed: {frame:?}");
    }
    let poll = format!("{path}?transport=poll&wait=0&last_event_id={cursor}");
    let polled = server.anonymous().get(&poll).await.ok_json();
    assert_eq!(polled["messages"][0]["reason"], "pruned", "{polled}");
    for _ in 0..12 {
        let (reason, all) = resume(&server, &path, &cursor).await;
        assert_eq!((&*reason, all.as_slice()), ("pruned", &[][..]));
    }
}
