//! G7 in events: a right that is taken away ends what it had opened, on every node, and nothing
//! opens again.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::api_client::Client;
use crate::support::database::{Database, Kind};
use crate::support::server::TestServer;
use crate::support::sse::Block;
use crate::support::subscriber::{Viewer, Watch};
use crate::support::users::{Organizer, Person, id};

crate::support::on_both! {
    g7_an_idempotency_key_does_not_bypass_permissions,
    g7_a_waiting_poll_ends_on_revocation,
    g7_a_replay_ends_on_revocation,
}

const FIVE: Duration = Duration::from_secs(5);

/// A private event with two private teams, and a live match of theirs.
struct Cup {
    organizer: Organizer,
    event: i64,
    home: i64,
    game: i64,
}

impl Cup {
    async fn new(server: &TestServer, visibility: &str) -> Self {
        let organizer = server.organizer().await;
        let home = organizer.team("Home", "private").await;
        let away = organizer.team("Away", "private").await;
        let client = &organizer.client;
        let event = json!({ "name": "Cup", "sport": "football", "visibility": visibility });
        let event = id(&client.post("/api/events", event).await.ok());
        let path = format!("/api/events/{event}/registrations");
        client.post(&path, json!({ "team_id": home })).await.ok();
        client.post(&path, json!({ "team_id": away })).await.ok();
        let game = json!({
            "sport": "football", "event_id": event, "home_team_id": home, "away_team_id": away,
        });
        let game = id(&client.post("/api/matches", game).await.ok());
        client.post(&format!("/api/matches/{game}/start"), json!({})).await.ok();
        Self { organizer, event, home, game }
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/events/{}{rest}", self.event)
    }

    async fn person(&self, server: &TestServer, name: &str) -> Person {
        self.organizer.person(server, name).await
    }

    async fn do_post(&self, path: &str, body: Value) {
        self.organizer.client.post(path, body).await.ok();
    }

    async fn undo(&self, path: &str) {
        self.organizer.client.delete(path).await.ok();
    }

    /// Streams of the event and the match, one by one and together.
    fn streams(&self) -> Vec<String> {
        let Self { event, game, .. } = self;
        vec![
            self.path("/stream/"),
            self.path("/stream/results/"),
            format!("/api/matches/{game}/stream/"),
            format!("/api/stream/?topic=event_{event}_schedule&topic=match_{game}"),
        ]
    }

    /// Every other way to what those streams tell.
    fn readings(&self) -> Vec<String> {
        let Self { event, game, .. } = self;
        let mut paths = self.streams();
        paths.extend(paths.clone().iter().map(|path| {
            let mark = if path.contains('?') { '&' } else { '?' };
            format!("{path}{mark}transport=poll&wait=0")
        }));
        paths.extend([
            self.path(""),
            self.path("/leaderboard"),
            self.path("/results"),
            self.path("/matches"),
            format!("/api/streams/event_{event}/messages"),
            format!("/api/streams/event_{event}_schedule/messages?limit=1"),
            format!("/api/streams/match_{game}/messages"),
            format!("/api/matches/{game}"),
            format!("/api/matches/{game}/state"),
            format!("/api/matches/{game}/replay?speed=1000"),
        ]);
        paths
    }
}

/// The streams of one person on every node.
async fn watch(nodes: &[&TestServer], paths: &[String], client: &Client) -> Vec<Viewer> {
    let mut viewers = Vec::new();
    for node in nodes {
        for path in paths {
            let mut viewer = Watch::new(&node.address(), path).by(client).open().await;
            viewer.control("live").await;
            viewers.push(viewer);
        }
    }
    viewers
}

/// All of them end within 5 s, and say that they need not come back.
async fn all_end(viewers: Vec<Viewer>, about: &str) {
    let began = Instant::now();
    for mut viewer in viewers {
        let left = FIVE.saturating_sub(began.elapsed());
        let (bye, frame) = tokio::time::timeout(left, viewer.goodbye())
            .await
            .unwrap_or_else(|_| panic!("still open after 5 s: {about}"));
        assert_eq!(bye["reason"], "access_revoked", "{about}");
        assert!(bye["topics"].as_array().is_some_and(|lost| !lost.is_empty()), "{about}: {bye}");
        assert!(is_stop(&frame) && frame.retry.is_none(), "{about}");
    }
}

/// Whether its cursor says not to come back.
fn is_stop(frame: &Block) -> bool {
    frame.id.as_deref().and_then(|id| id.split_once('.')).is_some_and(|(_, place)| place == "stop")
}

async fn all_refuse(nodes: &[&TestServer], paths: &[String], client: &Client, status: u16) {
    for node in nodes {
        let client = client.at(&node.address());
        for path in paths {
            let answer = client.get(path).await;
            answer.problem(status, path);
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        }
    }
}

/// Two nodes over one database.
async fn nodes() -> [TestServer; 2] {
    let database = Database::new(Kind::Postgres).await;
    let other = database.again();
    [TestServer::start(database, &[]).await, TestServer::start(other, &[]).await]
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_every_kind_of_revocation_ends_streams_on_every_node() {
    let [one, two] = nodes().await;
    let both = [&one, &two];
    let cup = Cup::new(&one, "private").await;
    let people = "/registrations/users";

    let user = cup.person(&one, "Uma").await;
    cup.do_post(&cup.path("/registrations"), json!({ "user_id": user.id })).await;
    let viewers = watch(&both, &cup.streams(), &user.client).await;
    cup.undo(&cup.path(&format!("{people}/{}", user.id))).await;
    all_end(viewers, "a user's registration").await;
    all_refuse(&both, &cup.readings(), &user.client, 404).await;

    let manager = cup.person(&one, "Max").await;
    cup.do_post(&cup.path("/managers"), json!({ "user_id": manager.id })).await;
    let viewers = watch(&both, &cup.streams(), &manager.client).await;
    cup.undo(&cup.path(&format!("/managers/{}", manager.id))).await;
    all_end(viewers, "a manager").await;
    all_refuse(&both, &cup.readings(), &manager.client, 404).await;

    let member = cup.person(&one, "Mia").await;
    cup.organizer.join(cup.home, &member, "family").await;
    let viewers = watch(&both, &cup.streams(), &member.client).await;
    cup.organizer.leave(cup.home, &member).await;
    all_end(viewers, "a member of a registered team").await;
    all_refuse(&both, &cup.readings(), &member.client, 404).await;

    let disabled = cup.person(&one, "Dan").await;
    cup.do_post(&cup.path("/registrations"), json!({ "user_id": disabled.id })).await;
    let viewers = watch(&both, &cup.streams(), &disabled.client).await;
    let user = format!("/api/users/{}", disabled.id);
    cup.organizer.client.patch(&user, json!({ "disabled": true })).await.ok();
    all_end(viewers, "a disabled user").await;
    all_refuse(&both, &cup.readings(), &disabled.client, 401).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_withdrawing_a_team_ends_its_members_streams_on_every_node() {
    let [one, two] = nodes().await;
    let both = [&one, &two];
    let cup = Cup::new(&one, "private").await;
    // A team that takes part without a match: its members see the event by the registration only.
    let team = cup.organizer.team("Third", "private").await;
    let member = cup.person(&one, "Mia").await;
    cup.organizer.join(team, &member, "player").await;
    cup.do_post(&cup.path("/registrations"), json!({ "team_id": team })).await;
    let viewers = watch(&both, &cup.streams(), &member.client).await;
    cup.undo(&cup.path(&format!("/registrations/teams/{team}"))).await;
    all_end(viewers, "a team's registration").await;
    all_refuse(&both, &cup.readings(), &member.client, 404).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_making_an_event_private_ends_public_streams_on_every_node() {
    let [one, two] = nodes().await;
    let both = [&one, &two];
    let cup = Cup::new(&one, "public").await;
    let nobody = one.stranger();
    let stranger = cup.person(&one, "Sid").await;
    let user = cup.person(&one, "Uma").await;
    cup.do_post(&cup.path("/registrations"), json!({ "user_id": user.id })).await;
    let mut ends = watch(&both, &cup.streams(), &nobody).await;
    ends.extend(watch(&both, &cup.streams(), &stranger.client).await);
    let stays = watch(&both, &cup.streams(), &user.client).await;
    let private = json!({ "visibility": "private" });
    cup.organizer.client.patch(&cup.path(""), private).await.ok();
    all_end(ends, "the public").await;
    all_refuse(&both, &cup.readings(), &nobody, 401).await;
    all_refuse(&both, &cup.readings(), &stranger.client, 404).await;

    let note = crate::support::users::note("for those who take part");
    cup.do_post(&format!("/api/matches/{}/incidents", cup.game), note).await;
    for mut viewer in stays {
        // Of the event's streams only those of the match are told of the note.
        let is_open = viewer.try_block(Duration::from_millis(1)).await;
        assert!(
            is_open.as_ref().map_or_else(
                |end| *end == crate::support::subscriber::End::Late,
                |block| block.event.as_deref() != Some("bye")
            ),
            "{is_open:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_an_expired_token_ends_its_streams_on_every_node() {
    let [one, two] = nodes().await;
    let cup = Cup::new(&one, "private").await;
    let user = cup.person(&one, "Uma").await;
    cup.do_post(&cup.path("/registrations"), json!({ "user_id": user.id })).await;
    let arguments = ["token", "--user", &user.email, "--expires", "4s"];
    let said = one.command(&arguments).output().unwrap();
    let token = String::from_utf8(said.stdout).unwrap().trim().to_owned();
    let short = user.client.with_token(&token);
    let began = Instant::now();
    for mut viewer in watch(&[&one, &two], &cup.streams(), &short).await {
        let left = (FIVE + Duration::from_secs(4)).saturating_sub(began.elapsed());
        let (bye, _) = tokio::time::timeout(left, viewer.goodbye()).await.expect("an end in time");
        assert_eq!(bye["reason"], "token_expired");
    }
    let poll = format!("{}?transport=poll&wait=25&snapshot=never", cup.path("/stream/"));
    let answer = short.get(&poll).await;
    assert_eq!(answer.problem(401, "a poll with an expired token"), "invalid-token");
    assert!(began.elapsed() < FIVE + Duration::from_secs(6), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_losing_one_of_several_topics_keeps_the_others_readable() {
    let server = TestServer::sqlite(&[]).await;
    let cup = Cup::new(&server, "private").await;
    let user = cup.person(&server, "Uma").await;
    cup.do_post(&cup.path("/registrations"), json!({ "user_id": user.id })).await;
    let team = cup.organizer.team("Other", "private").await;
    cup.organizer.join(team, &user, "player").await;
    let event = format!("topic=event_{}", cup.event);
    let path = format!("/api/stream/?{event}&topic=team_{team}_live&topic=team_{team}_schedule");
    let mut viewer = server.watch(&path).by(&user.client).open().await;
    viewer.control("live").await;
    cup.organizer.leave(team, &user).await;
    let (bye, frame) = tokio::time::timeout(FIVE, viewer.goodbye()).await.expect("an end in time");
    let lost = json!([format!("team_{team}_live"), format!("team_{team}_schedule")]);
    assert_eq!((&bye["reason"], &bye["topics"]), (&json!("access_revoked"), &lost));
    let cursor = bye["cursor"].as_str().expect("where the others stand");
    assert!(cursor.contains(&format!(".e{}-", cup.event)) && !cursor.contains(".t"), "{cursor}");
    let again = server.watch(&path).by(&user.client).after(&frame.id.unwrap()).answer().await;
    assert_eq!(again.head.status, 204, "as it was it is not opened again");

    // What came meanwhile is told first, and nothing twice.
    let game = json!({ "starts_at": "2027-01-01T15:00:00.000Z" });
    let head = user.client.head(&format!("event_{}", cup.event)).await;
    cup.organizer.client.patch(&format!("/api/matches/{}", cup.game), game).await;
    let note = json!({ "name": "Renamed" });
    cup.organizer.client.patch(&cup.path(""), note).await.ok();
    let registration = json!({ "home_score": 1, "away_score": 0, "override": true });
    let result = format!("/api/matches/{}/result", cup.game);
    let put = cup.organizer.client.send(reqwest::Method::PUT, &result, Some(registration), &[]);
    put.await.unwrap().ok();
    let mut rest =
        server.watch(&format!("/api/stream/?{event}")).by(&user.client).after(cursor).open().await;
    assert_eq!(rest.message().await.seq(), head + 1);

    // All at once, on asking anew: each that is refused is named.
    let answer = user.client.get(&path).await;
    answer.problem(403, "one of them may not be read");
    assert_eq!(answer.json()["topics"], lost);
}

async fn g7_a_waiting_poll_ends_on_revocation(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let cup = Cup::new(&server, "private").await;
    let user = cup.person(&server, "Uma").await;
    cup.do_post(&cup.path("/registrations"), json!({ "user_id": user.id })).await;
    let path = format!("{}?transport=poll&wait=25&snapshot=never", cup.path("/stream/"));
    let poll = tokio::spawn({
        let client = user.client.clone();
        async move { client.get(&path).await }
    });
    // It waits: its place among the open ones isn't listed, so one that has been answered says so.
    let first = format!("{}?transport=poll&wait=0", cup.path("/stream/"));
    user.client.get(&first).await.ok();
    let began = Instant::now();
    cup.undo(&cup.path(&format!("/registrations/users/{}", user.id))).await;
    let answer = poll.await.unwrap();
    answer.problem(404, "the right is gone");
    assert!(began.elapsed() < FIVE, "{:?}", began.elapsed());
}

async fn g7_a_replay_ends_on_revocation(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let cup = Cup::new(&server, "private").await;
    let user = cup.person(&server, "Uma").await;
    cup.do_post(&cup.path("/registrations"), json!({ "user_id": user.id })).await;
    // A pause that is played for much longer than the test takes.
    tokio::time::sleep(Duration::from_millis(800)).await;
    let note = crate::support::users::note("late");
    cup.do_post(&format!("/api/matches/{}/incidents", cup.game), note).await;
    let path = format!("/api/matches/{}/replay?speed=0.1", cup.game);
    let mut viewer = server.watch(&path).by(&user.client).open().await;
    viewer.control("hello").await;
    cup.undo(&cup.path(&format!("/registrations/users/{}", user.id))).await;
    let (bye, frame) = tokio::time::timeout(FIVE, viewer.goodbye()).await.expect("an end in time");
    assert_eq!(bye["reason"], "access_revoked");
    assert_eq!(bye["topics"], json!([format!("match_{}", cup.game)]));
    assert!(is_stop(&frame));
}

/// What somebody may not (any more) isn't done because a key came along; what was done under the
/// key is answered again.
async fn g7_an_idempotency_key_does_not_bypass_permissions(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let cup = Cup::new(&server, "private").await;
    let stranger = cup.person(&server, "Sid").await;
    let before = cup.organizer.client.history(&format!("event_{}", cup.event)).await;
    let managers = cup.path("/managers");
    let me = json!({ "user_id": stranger.id });
    for (path, body) in [
        (managers.clone(), me.clone()),
        (cup.path("/registrations"), me.clone()),
        (format!("/api/matches/{}/pause", cup.game), json!({})),
        ("/api/events/999999/managers".to_owned(), me.clone()),
    ] {
        for key in ["k1", "k1", "k2"] {
            let answer = stranger.client.post_keyed(&path, body.clone(), key).await.unwrap();
            assert_eq!(answer.problem(404, &path), "not-found");
        }
    }
    let found = stranger.client.get(&cup.path("")).await;
    found.problem(404, "no stranger has become anything");
    let after = cup.organizer.client.history(&format!("event_{}", cup.event)).await;
    assert_eq!(before, after, "nothing was told");

    // A manager who is removed after a write asks again what came of it.
    let manager = cup.person(&server, "Max").await;
    cup.do_post(&managers, json!({ "user_id": manager.id })).await;
    let first = manager.client.post_keyed(&managers, me.clone(), "appoint").await.unwrap();
    first.ok();
    cup.undo(&format!("{managers}/{}", stranger.id)).await;
    cup.undo(&format!("{managers}/{}", manager.id)).await;
    let again = manager.client.post_keyed(&managers, me.clone(), "appoint").await.unwrap();
    assert_eq!((again.status, &again.text), (first.status, &first.text));
    assert_eq!(again.header("idempotency-replayed"), "true");
    let other = json!({ "user_id": manager.id });
    let answer = manager.client.post_keyed(&managers, other, "appoint").await.unwrap();
    assert_eq!(answer.problem(422, "another body"), "idempotency-key-reused");
    let answer = manager.client.post_keyed(&managers, me, "another").await.unwrap();
    assert_eq!(answer.problem(404, "another key"), "not-found");
    stranger.client.get(&cup.path("")).await.problem(404, "it was not done again");
}
