//! G7 in what is kept in memory: a state or a frame that was everybody's, or nobody's, isn't told
//! once that has changed; and G4 where the log is cut under those who read.

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

const FIVE: Duration = Duration::from_secs(5);

/// The state that somebody who isn't signed in connects to.
async fn state(server: &TestServer, path: &str) -> Value {
    let mut viewer = server.watch(path).open().await;
    let snapshot = viewer.message().await;
    assert_eq!(snapshot.reason(), "connected", "{path}");
    snapshot.json()
}

/// Opens the stream anew until its state says so; a kept one may be told for moments.
async fn comes_to(server: &TestServer, path: &str, about: &str, holds: impl Fn(&Value) -> bool) {
    let began = Instant::now();
    loop {
        let state = state(server, path).await;
        if holds(&state["data"]) {
            return;
        }
        assert!(began.elapsed() < FIVE, "{about}: {state}");
    }
}

fn plays(data: &Value, game: i64) -> bool {
    let games = data["matches"].as_array();
    games.is_some_and(|games| games.iter().any(|one| one["id"] == game))
}

async fn g7_a_snapshot_shows_only_what_is_public_now(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let home = organizer.team("Home", "public").await;
    let away = organizer.team("Away", "public").await;
    let cup = json!({ "name": "Cup", "sport": "football", "visibility": "private" });
    let event = id(&organizer.client.post("/api/events", cup).await.ok());
    let game = json!({
        "sport": "football", "event_id": event, "home_team_id": home, "away_team_id": away,
    });
    let game = id(&organizer.client.post("/api/matches", game).await.ok());
    let edit = async |path: String, body: Value| organizer.client.patch(&path, body).await.ok();
    let show = async |visibility: &str| {
        edit(format!("/api/events/{event}"), json!({ "visibility": visibility })).await
    };
    let team = format!("/api/teams/{home}/stream/");
    for path in [team.clone(), format!("/api/teams/{home}/stream/schedule/")] {
        // Kept from before: nobody sees a match of a private event.
        assert!(!plays(&state(&server, &path).await["data"], game), "a private event's match");
        show("public").await;
        comes_to(&server, &path, "a match that became public", |data| plays(data, game)).await;
        show("private").await;
        comes_to(&server, &path, "a match that became private", |data| !plays(data, game)).await;
    }
    show("public").await;
    let of_match = format!("/api/matches/{game}/stream/");
    comes_to(&server, &of_match, "its team", |data| data.to_string().contains("Home")).await;
    edit(format!("/api/teams/{home}"), json!({ "name": "Renamed" })).await;
    let is_renamed =
        |data: &Value| data.to_string().contains("Renamed") && !data.to_string().contains("Home");
    comes_to(&server, &of_match, "a team renamed", is_renamed).await;
    let state_of_match = format!("{of_match}?mode=state");
    comes_to(&server, &state_of_match, "a team renamed", is_renamed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g6_simultaneous_connects_share_one_snapshot_build() {
    let server = TestServer::sqlite(&[]).await;
    let scorer = server.organizer().await.live("football").await;
    let path = scorer.game.stream();
    let before = figure(&server, "touchline_snapshot_builds_total").await;
    let began = Instant::now();
    let opened = join_all((0..400).map(|_| async { server.watch(&path).open().await })).await;
    for mut viewer in opened {
        assert!(viewer.message().await.is_snapshot());
    }
    let seconds = began.elapsed().as_secs();
    let built = figure(&server, "touchline_snapshot_builds_total").await - before;
    assert!(built <= seconds + 2, "{built} states made in {seconds} s");
}

async fn figure(server: &TestServer, name: &str) -> u64 {
    let text = server.stranger().get("/metrics").await.text;
    let line = text.lines().find(|line| line.split(' ').next() == Some(name));
    line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or(0)
}

/// Three notes that nobody is to see again; gives the cursor of who has seen none.
async fn hush(scorer: &Scorer) -> String {
    let cursor = scorer.client.head(&scorer.game.topic()).await.to_string();
    for _ in 0..3 {
        scorer.note("hush").await.ok();
    }
    cursor
}

fn prune(server: &TestServer) {
    let said = server.command(&["prune", "--keep", "0"]).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
}

/// What somebody who resumes is told: why there was a snapshot, if there was one, and messages.
async fn resume(server: &TestServer, path: &str, cursor: &str) -> (String, Vec<String>) {
    let mut viewer = server.watch(path).after(cursor).open().await;
    let (mut reason, mut all) = (String::new(), Vec::new());
    loop {
        let block = viewer.block().await;
        match block.event.as_deref() {
            None if block.is_snapshot() => reason = block.reason(),
            None => all.push(block.data),
            Some("live") => return (reason, all),
            Some(_) => {}
        }
    }
}

async fn g4_pruned_messages_are_not_served_from_memory(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let scorer = server.organizer().await.live("football").await;
    let (path, cursor) = (scorer.game.stream(), hush(&scorer).await);
    // On both workers, so that each has a ring.
    let mut readers = Vec::new();
    for _ in 0..6 {
        let mut viewer = server.watch(&path).after(&cursor).open().await;
        assert!(viewer.message().await.data.contains("hush"));
        viewer.control("live").await;
        readers.push(viewer);
    }
    let head = scorer.client.head(&scorer.game.topic()).await;
    prune(&server);
    let began = Instant::now();
    // More than enough to meet both workers.
    let mut clean = 0;
    while clean < 12 {
        let (reason, all) = resume(&server, &path, &cursor).await;
        if reason == "pruned" {
            assert!(all.is_empty(), "{all:?}");
            clean += 1;
        } else {
            assert!(began.elapsed() < Duration::from_secs(3), "still told: {all:?}");
            clean = 0;
        }
    }
    let poll = format!("{path}?transport=poll&wait=0&last_event_id={cursor}");
    let polled = server.stranger().get(&poll).await.ok();
    assert_eq!(polled["messages"][0]["reason"], "pruned");

    // Who stood at the head goes on.
    scorer.note("and on").await.ok();
    for mut viewer in readers {
        let next = viewer.message().await;
        assert_eq!((next.seq(), next.data.contains("and on")), (head + 1, true), "{next:?}");
    }
    let (reason, all) = resume(&server, &path, &head.to_string()).await;
    assert_eq!((&*reason, all.len()), ("", 1), "{all:?}");
}

async fn g4_messages_pruned_before_delivery_cause_a_snapshot_not_a_gap(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let scorer = server.organizer().await.live("football").await;
    let (path, topic) = (scorer.game.stream(), scorer.game.topic());
    hush(&scorer).await;
    let head = scorer.client.head(&topic).await;
    let mut viewer = server.watch(&path).after(&head.to_string()).open().await;
    viewer.control("live").await;
    // Two messages come and go between two looks at the log.
    let sql = "update streams set head_seq = head_seq + 2, pruned_seq = head_seq + 2";
    let gone = "delete from messages where stream_id in (select id from streams";
    let of = format!("where topic = '{topic}'");
    server.database.tamper(&format!("begin; {sql} {of}; {gone} {of}); commit;")).await;
    let next = tokio::time::timeout(FIVE, viewer.message()).await.expect("no silent gap");
    assert!(next.is_snapshot() && next.reason() == "pruned", "a silent gap: {next:?}");
    assert_eq!(next.seq(), head + 2);
    scorer.note("and on").await.ok();
    assert_eq!(viewer.message().await.seq(), head + 3);
}

/// What making something public does in one transaction: the log of its private time goes.
async fn g7_private_messages_are_not_served_after_publication(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let game = organizer.game("football", "private").await;
    let scorer = organizer.start(game).await;
    let (path, cursor) = (game.stream(), hush(&scorer).await);
    let mut readers = Vec::new();
    for _ in 0..6 {
        let watch = server.watch(&path).by(&organizer.client);
        let mut viewer = watch.after(&cursor).open().await;
        assert!(viewer.message().await.data.contains("hush"));
        readers.push(viewer);
    }
    let replay = format!("{}?speed=10000", game.path("/replay/"));
    let mut played = server.watch(&replay).by(&organizer.client).open().await;
    played.goodbye().await;
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
    // At once: nobody has to notice anything first.
    let mut played = server.watch(&replay).open().await;
    while let Ok(block) = played.try_block(FIVE).await {
        assert!(!block.data.contains("hush"), "played again: {block:?}");
    }
    let poll = format!("{path}?transport=poll&wait=0&last_event_id={cursor}");
    let polled = server.stranger().get(&poll).await.ok();
    assert_eq!(polled["messages"][0]["reason"], "pruned", "{polled}");
    for _ in 0..12 {
        let (reason, all) = resume(&server, &path, &cursor).await;
        assert_eq!((&*reason, all.as_slice()), ("pruned", &[][..]));
    }
}
