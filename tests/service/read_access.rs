//! G7: only authorized users can read, also while a stream is open.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::subscriber::Subscriber;
use crate::support::users::{Game, Organizer, Person};

crate::support::on_both! {
    g7_revocation_ends_the_stream_within_five_seconds,
    g7_an_expired_token_ends_the_stream_within_five_seconds,
}

const REVOCATION_LIMIT: Duration = Duration::from_secs(5);

/// Checks that the stream ends within 5 s with this reason, and its cursor.
async fn assert_ends(subscriber: &mut Subscriber, reason: &str, context: &str) {
    let started = Instant::now();
    let (bye, frame) = tokio::time::timeout(REVOCATION_LIMIT, subscriber.until_bye())
        .await
        .unwrap_or_else(|_| panic!("still open after 5 s: {context}"));
    assert_eq!(bye["reason"], reason, "{context}");
    assert_eq!(frame.is_stop(), reason == "access_revoked", "{context}: {frame:?}");
    assert!(started.elapsed() < REVOCATION_LIMIT, "{context}");
}

/// Checks that every way of reading the match is rejected.
async fn assert_refused(server: &TestServer, game: Game, person: &Person, context: &str) {
    let paths = [
        game.stream_path(),
        format!("/api/stream/?topic={}", game.topic()),
        format!("{}?transport=poll&wait=0", game.stream_path()),
        format!("/api/streams/{}/messages", game.topic()),
        game.path("/replay/?speed=1000"),
        game.path("/state"),
        game.path(""),
    ];
    for path in paths {
        let response = person.client.get(&path).await;
        response.problem(403, &format!("{context}: {path}"));
        assert!(response.header("cache-control").contains("no-store"), "{context}: {path}");
        let anonymous = server.anonymous().get(&path).await;
        assert_eq!(anonymous.problem(401, &path), "not-signed-in");
    }
}

/// Creates a private match of private teams.
async fn private_match(server: &TestServer) -> (Organizer, Game) {
    let organizer = server.organizer().await;
    let home = organizer.create_team("Home", "private").await;
    let away = organizer.create_team("Away", "private").await;
    let game = organizer.create_match_between("football", "private", home, away).await;
    (organizer, game)
}

async fn request(server: &TestServer, path: &str, person: &Person) -> Subscriber {
    let mut subscriber = server.subscribe(path).with_user(&person.client).open().await;
    let cache = subscriber.head.header("cache-control").to_owned();
    assert!(cache.contains("no-store") || cache.contains("private"), "{path}: {cache}");
    subscriber.until_control("live").await;
    subscriber
}

async fn g7_revocation_ends_the_stream_within_five_seconds(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let (organizer, game) = private_match(&server).await;
    let member = organizer.create_user(&server, "Mia").await;
    assert_refused(&server, game, &member, "stranger").await;

    organizer.add_member(game.home, &member, "family").await;
    let mut of_match = request(&server, &game.stream_path(), &member).await;
    let team_path = format!("/api/teams/{}/stream/", game.home);
    let mut of_team = request(&server, &team_path, &member).await;
    let mut of_both = request(
        &server,
        &format!("/api/stream/?topic=team_{}&topic={}", game.home, game.topic()),
        &member,
    )
    .await;
    organizer.remove_member(game.home, &member).await;
    assert_ends(&mut of_match, "access_revoked", "member of a playing team").await;
    assert_ends(&mut of_team, "access_revoked", "member").await;
    assert_ends(&mut of_both, "access_revoked", "member of one topic's team").await;
    assert_refused(&server, game, &member, "former member").await;

    let scorer = organizer.create_user(&server, "Sam").await;
    organizer.add_official(game, &scorer, "scorer").await;
    let mut subscriber = request(&server, &game.stream_path(), &scorer).await;
    let official = game.path(&format!("/officials/{}", scorer.id));
    organizer.client.delete(&official).await.ok_json();
    assert_ends(&mut subscriber, "access_revoked", "official").await;
    assert_refused(&server, game, &scorer, "former official").await;

    organizer.add_member(game.away, &scorer, "player").await;
    let mut subscriber = request(&server, &game.stream_path(), &scorer).await;
    let user = format!("/api/users/{}", scorer.id);
    organizer.client.patch(&user, json!({ "disabled": true })).await.ok_json();
    assert_ends(&mut subscriber, "access_revoked", "disabled user").await;
    let response = scorer.client.get(&game.stream_path()).await;
    assert!([401, 403].contains(&response.status), "{}", response.status);
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_making_a_match_private_ends_public_streams() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let game = organizer.create_match("football", "public").await;
    let member = organizer.create_user(&server, "Mia").await;
    organizer.add_member(game.home, &member, "player").await;
    let mut anonymous = server.subscribe(&game.stream_path()).open().await;
    anonymous.until_control("live").await;
    let mut mia = server.subscribe(&game.stream_path()).with_user(&member.client).open().await;
    mia.until_control("live").await;
    let scorer = organizer.start_match(game).await;
    let private = json!({ "visibility": "private" });
    organizer.client.patch(&game.path(""), private).await.ok_json();
    assert_ends(&mut anonymous, "access_revoked", "public").await;
    scorer.post_note("for those who may").await.ok_json();
    mia.messages_until(scorer.client.head_seq(&game.topic()).await).await;
    let response = server.anonymous().get(&game.stream_path()).await;
    assert_eq!(response.problem(401, "private match"), "not-signed-in");
}

async fn g7_an_expired_token_ends_the_stream_within_five_seconds(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let (organizer, game) = private_match(&server).await;
    let member = organizer.create_user(&server, "Mia").await;
    organizer.add_member(game.home, &member, "player").await;
    // It has expired already, and holds for 30 s longer: for opening and for running.
    let started = Instant::now();
    let short = member.client.with_token(&member.token_that_expires(-27));
    let poll = format!("{}?transport=poll&wait=0", game.stream_path());
    short.get(&poll).await.ok_json();
    let mut subscriber = server.subscribe(&game.stream_path()).with_user(&short).open().await;
    subscriber.until_control("live").await;
    let (bye, frame) =
        tokio::time::timeout(REVOCATION_LIMIT + Duration::from_secs(3), subscriber.until_bye())
            .await
            .expect("an end within 5 s of the expiry");
    assert_eq!(bye["reason"], "token_expired");
    assert!(!frame.is_stop(), "the client may come back with another token: {frame:?}");
    let after = started.elapsed();
    assert!(after > Duration::from_millis(1500), "ended too early, after {after:?}");
}
