//! G7: only those who may read, also while a stream is open.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::subscriber::Viewer;
use crate::support::users::{Game, Organizer, Person};

crate::support::on_both! {
    g7_revocation_ends_the_stream_within_five_seconds,
    g7_an_expired_token_ends_the_stream_within_five_seconds,
}

const FIVE: Duration = Duration::from_secs(5);

/// The bye that must come within 5 s, and its frame's id.
async fn ends(viewer: &mut Viewer, reason: &str, about: &str) {
    let began = Instant::now();
    let (bye, frame) = tokio::time::timeout(FIVE, viewer.goodbye())
        .await
        .unwrap_or_else(|_| panic!("still open after 5 s: {about}"));
    assert_eq!(bye["reason"], reason, "{about}");
    let stop = frame.id.as_deref().is_some_and(|id| id.split('.').nth(1) == Some("stop"));
    assert_eq!(stop, reason == "access_revoked", "{about}: {frame:?}");
    assert!(began.elapsed() < FIVE, "{about}");
}

/// Every way of reading a match that is not to be read.
async fn refused(server: &TestServer, game: Game, person: &Person, about: &str) {
    let paths = [
        game.stream(),
        format!("/api/stream/?topic={}", game.topic()),
        format!("{}?transport=poll&wait=0", game.stream()),
        format!("/api/streams/{}/messages", game.topic()),
        game.path("/replay/?speed=1000"),
        game.path("/state"),
        game.path(""),
    ];
    for path in paths {
        let answer = person.client.get(&path).await;
        answer.problem(403, &format!("{about}: {path}"));
        assert!(answer.header("cache-control").contains("no-store"), "{about}: {path}");
        let anybody = server.stranger().get(&path).await;
        assert_eq!(anybody.problem(401, &path), "not-signed-in");
    }
}

/// A private match of private teams, and its organiser.
async fn private(server: &TestServer) -> (Organizer, Game) {
    let organizer = server.organizer().await;
    let home = organizer.team("Home", "private").await;
    let away = organizer.team("Away", "private").await;
    let game = organizer.game_of("football", "private", home, away).await;
    (organizer, game)
}

async fn watch(server: &TestServer, path: &str, person: &Person) -> Viewer {
    let mut viewer = server.watch(path).by(&person.client).open().await;
    let cache = viewer.head.header("cache-control").to_owned();
    assert!(cache.contains("no-store") || cache.contains("private"), "{path}: {cache}");
    viewer.control("live").await;
    viewer
}

async fn g7_revocation_ends_the_stream_within_five_seconds(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let (organizer, game) = private(&server).await;
    let member = organizer.person(&server, "Mia").await;
    refused(&server, game, &member, "a stranger").await;

    organizer.join(game.home, &member, "family").await;
    let mut of_match = watch(&server, &game.stream(), &member).await;
    let team_path = format!("/api/teams/{}/stream/", game.home);
    let mut of_team = watch(&server, &team_path, &member).await;
    let mut of_both = watch(
        &server,
        &format!("/api/stream/?topic=team_{}&topic={}", game.home, game.topic()),
        &member,
    )
    .await;
    organizer.leave(game.home, &member).await;
    ends(&mut of_match, "access_revoked", "a member of a team that plays").await;
    ends(&mut of_team, "access_revoked", "a member").await;
    ends(&mut of_both, "access_revoked", "a member of one of the topics").await;
    refused(&server, game, &member, "no longer a member").await;

    let scorer = organizer.person(&server, "Sam").await;
    organizer.appoint(game, &scorer, "scorer").await;
    let mut viewer = watch(&server, &game.stream(), &scorer).await;
    let official = game.path(&format!("/officials/{}", scorer.id));
    organizer.client.delete(&official).await.ok();
    ends(&mut viewer, "access_revoked", "an official").await;
    refused(&server, game, &scorer, "no longer an official").await;

    organizer.join(game.away, &scorer, "player").await;
    let mut viewer = watch(&server, &game.stream(), &scorer).await;
    let user = format!("/api/users/{}", scorer.id);
    organizer.client.patch(&user, json!({ "disabled": true })).await.ok();
    ends(&mut viewer, "access_revoked", "a disabled user").await;
    let answer = scorer.client.get(&game.stream()).await;
    assert!([401, 403].contains(&answer.status), "{}", answer.status);
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_making_a_match_private_ends_public_streams() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let game = organizer.game("football", "public").await;
    let member = organizer.person(&server, "Mia").await;
    organizer.join(game.home, &member, "player").await;
    let mut anybody = server.watch(&game.stream()).open().await;
    anybody.control("live").await;
    let mut mia = server.watch(&game.stream()).by(&member.client).open().await;
    mia.control("live").await;
    let scorer = organizer.start(game).await;
    let private = json!({ "visibility": "private" });
    organizer.client.patch(&game.path(""), private).await.ok();
    ends(&mut anybody, "access_revoked", "anybody").await;
    scorer.note("for those who may").await.ok();
    mia.until(scorer.client.head(&game.topic()).await).await;
    let answer = server.stranger().get(&game.stream()).await;
    assert_eq!(answer.problem(401, "private now"), "not-signed-in");
}

async fn g7_an_expired_token_ends_the_stream_within_five_seconds(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let (organizer, game) = private(&server).await;
    let member = organizer.person(&server, "Mia").await;
    organizer.join(game.home, &member, "player").await;
    let said =
        server.command(&["token", "--user", &member.email, "--expires", "3s"]).output().unwrap();
    let token = String::from_utf8(said.stdout).unwrap().trim().to_owned();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let began = Instant::now();
    let short = member.client.with_token(&token);
    let mut viewer = server.watch(&game.stream()).by(&short).open().await;
    viewer.control("live").await;
    let (bye, frame) = tokio::time::timeout(FIVE + Duration::from_secs(3), viewer.goodbye())
        .await
        .expect("an end within 5 s of the expiry");
    assert_eq!(bye["reason"], "token_expired");
    assert!(frame.retry.is_some(), "with another token it may come back");
    let after = began.elapsed();
    assert!(after > Duration::from_millis(1500), "ended too early, after {after:?}");
}
