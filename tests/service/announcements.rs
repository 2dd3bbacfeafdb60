//! What organisers announce reaches those it is for, and ends for all of them.

use std::process::{Child, Stdio};
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::api_client::Client;
use crate::support::database::{Database, Kind};
use crate::support::server::TestServer;
use crate::support::users::{Organizer, Person, id};

crate::support::on_both! {
    an_announcement_is_created_edited_rebroadcast_and_deleted,
    announcement_lists_respect_permissions_and_filters,
    announcements_expired_during_downtime_are_published_once_at_startup,
}

/// An event with two private teams, and those who have to do with them.
struct World {
    organizer: Organizer,
    event: i64,
    teams: [i64; 2],
}

impl World {
    async fn new(server: &TestServer, visibility: &str) -> Self {
        let organizer = server.organizer().await;
        let body = json!({ "name": "Cup", "sport": "football", "visibility": visibility });
        let event = id(&organizer.client.post("/api/events", body).await.ok());
        let mut teams = [0, 0];
        for (team, name) in teams.iter_mut().zip(["Leicester City", "Liverpool"]) {
            *team = organizer.team(name, "private").await;
            let path = format!("/api/events/{event}/registrations");
            organizer.client.post(&path, json!({ "team_id": *team })).await.ok();
        }
        Self { organizer, event, teams }
    }

    fn body(&self) -> Value {
        json!({
            "event_id": self.event, "type": "weather_alert", "priority": "urgent",
            "title": "Lightning", "message": "Leave the pitch.\nNow.",
        })
    }

    async fn announce(&self, fields: Value) -> i64 {
        let mut body = self.body();
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        id(&self.organizer.client.post("/api/announcements", body).await.ok())
    }

    fn event_topic(&self) -> String {
        format!("event_{}_announcements", self.event)
    }

    fn team_topic(&self, place: usize) -> String {
        format!("team_{}_announcements", self.teams[place])
    }

    /// What a topic was told: the change and the id.
    async fn told(&self, topic: &str) -> Vec<String> {
        let texts = self.organizer.client.history(topic).await;
        texts.iter().map(|text| story(&serde_json::from_str(text).unwrap())).collect()
    }
}

fn story(message: &Value) -> String {
    let (data, kind) = (&message["data"], message["type"].as_str().unwrap());
    let change = match kind {
        "announcement_expired" => "expired",
        "announcement_update" => data["change"].as_str().unwrap(),
        other => other,
    };
    format!("{change} {}", data["announcement"]["id"])
}

async fn ids(client: &Client, path: &str) -> Vec<i64> {
    let list = client.get(path).await.ok();
    list["items"].as_array().unwrap().iter().map(id).collect()
}

fn at(seconds: i64) -> String {
    (Utc::now() + TimeDelta::seconds(seconds)).to_rfc3339()
}

async fn an_announcement_is_created_edited_rebroadcast_and_deleted(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let world = World::new(&server, "public").await;
    let client = &world.organizer.client;
    let topic = format!("/api/stream/?topic={}", world.event_topic());
    let mut viewer = server.watch(&topic).by(client).open().await;
    viewer.control("live").await;

    let made = client.post("/api/announcements", world.body()).await;
    assert_eq!((made.status, made.header("etag")), (201, "\"1\""));
    assert!(!made.header("touchline-cursor").is_empty());
    let shape = made.ok();
    let path = format!("/api/announcements/{}", shape["id"]);
    assert_eq!(made.header("location"), path);
    let mut expected = world.body();
    let known = json!({
        "id": shape["id"], "team_ids": [], "expires_at": null, "status": "active",
        "created_at": shape["created_at"],
    });
    expected.as_object_mut().unwrap().extend(known.as_object().unwrap().clone());
    assert_eq!(shape, expected);
    let message = viewer.message().await.json();
    assert_eq!(message["topic"], world.event_topic());
    assert_eq!(message["data"], json!({ "change": "created", "announcement": shape }));
    let read = client.get(&path).await;
    assert_eq!(read.ok(), shape);
    assert!(read.header("etag").starts_with("\"1-"), "{:?}", read.headers);

    let stale = [("If-Match", "\"7\"")];
    let edit = json!({ "priority": "low", "expires_at": at(3600) });
    let answer = client.send(Method::PATCH, &path, Some(edit.clone()), &stale).await.unwrap();
    assert_eq!(answer.problem(412, "seen another"), "stale");
    let seen = [("If-Match", "\"1\"")];
    let edited = client.send(Method::PATCH, &path, Some(edit), &seen).await.unwrap().ok();
    assert_eq!(edited["priority"], "low");
    assert_eq!(viewer.message().await.json()["data"]["announcement"], edited);
    let again = client.post(&format!("{path}/broadcast"), json!({})).await.ok();
    assert_eq!(again, edited);
    ends_at_once(client, &path, world.event).await;
    assert_eq!(client.delete(&path).await.status, 204);
    assert_eq!(client.get(&path).await.problem(404, "deleted"), "not-found");
    for expected in ["broadcast", "expired", "deleted"] {
        assert_eq!(story(&viewer.message().await.json()), format!("{expected} {}", edited["id"]));
    }

    // For one team: that team's stream, and no other.
    let targeted = world.announce(json!({ "team_ids": [world.teams[1]] })).await;
    assert_eq!(world.told(&world.team_topic(1)).await, [format!("created {targeted}")]);
    assert_eq!(world.told(&world.team_topic(0)).await, [""; 0]);
    assert_eq!(world.told(&world.event_topic()).await.len(), 5);
}

/// However often it is asked, it ends once, and can be given another end.
async fn ends_at_once(client: &Client, path: &str, event: i64) {
    let ended = client.post(&format!("{path}/expire"), json!({})).await;
    let version = ended.header("etag").to_owned();
    let shape = ended.ok();
    assert_eq!(shape["status"], "expired");
    assert!(shape["expires_at"].as_str().unwrap() <= at(1).as_str(), "{shape}");
    let again = client.post(&format!("{path}/expire"), json!({})).await;
    assert_eq!((again.header("etag"), again.ok()), (version.as_str(), shape));
    let list = format!("/api/events/{event}/announcements");
    assert_eq!(client.get(&list).await.ok()["items"], json!([]));
    let broadcast = client.post(&format!("{path}/broadcast"), json!({})).await;
    assert_eq!(broadcast.problem(409, "it has ended"), "expired");
}

/// Who may read it, in lists and alone.
async fn announcement_lists_respect_permissions_and_filters(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let (open, closed) =
        (World::new(&server, "public").await, World::new(&server, "private").await);
    let organizer = &open.organizer;
    let mut all = Vec::new();
    for world in [&open, &closed] {
        all.push(world.announce(json!({})).await);
        all.push(world.announce(json!({ "team_ids": [world.teams[0]], "type": "general" })).await);
        all.push(world.announce(json!({ "priority": "high", "type": "emergency" })).await);
    }
    let over = closed.announce(json!({ "expires_at": at(3600) })).await;
    server.database.tamper("update announcements set expires_at = 1000 where expires_at > 0").await;
    let person = async |name: &str| organizer.person(&server, name).await;
    let registered = person("registered").await;
    let register = format!("/api/events/{}/registrations", closed.event);
    organizer.client.post(&register, json!({ "user_id": registered.id })).await.ok();
    let manager = person("manager").await;
    let managers = format!("/api/events/{}/managers", closed.event);
    organizer.client.post(&managers, json!({ "user_id": manager.id })).await.ok();
    let (addressed, neighbour) = (person("addressed").await, person("neighbour").await);
    organizer.join(closed.teams[0], &addressed, "family").await;
    organizer.join(closed.teams[1], &neighbour, "coach").await;
    let stranger = person("stranger").await;

    let shown = |places: &[usize]| places.iter().map(|place| all[*place]).collect::<Vec<_>>();
    let client = |person: &Person| person.client.clone();
    #[rustfmt::skip]
    let cases = [
        ("nobody",     server.stranger(),        vec![0, 2]),
        ("stranger",   client(&stranger),        vec![0, 2]),
        // Who takes part in an event reads its teams, and so what is announced to them.
        ("registered", client(&registered),      vec![0, 2, 3, 4, 5]),
        ("addressed",  client(&addressed),       vec![0, 2, 3, 4, 5]),
        ("neighbour",  client(&neighbour),       vec![0, 2, 3, 4, 5]),
        ("manager",    client(&manager),         vec![0, 2, 3, 4, 5]),
        ("admin",      organizer.client.clone(), vec![0, 1, 2, 3, 4, 5]),
    ];
    for (who, client, places) in cases {
        let found = ids(&client, "/api/announcements").await;
        assert_eq!(found, shown(&places), "{who}");
        for one in &all {
            let answer = client.get(&format!("/api/announcements/{one}")).await;
            let may = found.contains(one);
            assert_eq!(answer.status == 200, may, "{who} reads {one}: {}", answer.text);
        }
        let of_event = client.get(&format!("/api/events/{}/announcements", closed.event)).await;
        let may = places.contains(&3);
        assert_eq!(of_event.status == 200, may, "{who}: {}", of_event.text);
        if may {
            let items = of_event.json()["items"].as_array().unwrap().len();
            assert_eq!(items, places.iter().filter(|place| **place > 2).count(), "{who}");
        }
    }

    let admin = &organizer.client;
    let of = |query: &str| format!("/api/announcements?{query}");
    #[rustfmt::skip]
    let cases = [
        (format!("event_id={}", open.event),          shown(&[0, 1, 2])),
        (format!("event={}", closed.event),           shown(&[3, 4, 5])),
        ("type=emergency".to_owned(),                 shown(&[2, 5])),
        ("priority=high&type=emergency".to_owned(),   shown(&[2, 5])),
        ("priority=low".to_owned(),                   vec![]),
        (format!("status=active&event={}", closed.event), shown(&[3, 4, 5])),
        ("status=expired".to_owned(),                 vec![over]),
        (format!("limit=2&after={}", all[1]),         shown(&[2, 3])),
    ];
    for (query, expected) in cases {
        assert_eq!(ids(admin, &of(&query)).await, expected, "{query}");
    }
    for query in
        ["type=rain", "priority=max", "status=gone", "event_id=x", "limit=0", "limit=501", "kind=a"]
    {
        assert_eq!(admin.get(&of(query)).await.problem(400, query), "bad-request");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g10_invalid_announcements_change_nothing() {
    let server = TestServer::sqlite(&[]).await;
    let world = World::new(&server, "public").await;
    let client = &world.organizer.client;
    let long = "x".repeat(4001);
    #[rustfmt::skip]
    let cases = [
        (json!({ "event_id": null }),                    vec!["/event_id"]),
        (json!({ "event_id": "1" }),                     vec!["/event_id"]),
        (json!({ "type": "rain", "priority": "max" }),   vec!["/type", "/priority"]),
        (json!({ "type": null }),                        vec!["/type"]),
        (json!({ "title": "" }),                         vec!["/title"]),
        (json!({ "title": "two\nlines" }),               vec!["/title"]),
        (json!({ "title": long[..201] }),                vec!["/title"]),
        (json!({ "message": long }),                     vec!["/message"]),
        (json!({ "message": " \n " }),                   vec!["/message"]),
        (json!({ "message": "a\u{0}b" }),                vec!["/message"]),
        (json!({ "message": "\u{1b}[2J" }),              vec!["/message"]),
        (json!({ "team_ids": [0] }),                     vec!["/team_ids"]),
        (json!({ "team_ids": "all" }),                   vec!["/team_ids"]),
        (json!({ "team_ids": vec![1; 101] }),            vec!["/team_ids"]),
        (json!({ "team_ids": [world.teams[0], 999] }),   vec!["/team_ids/1"]),
        (json!({ "expires_at": at(-1) }),                vec!["/expires_at"]),
        (json!({ "expires_at": "tomorrow" }),            vec!["/expires_at"]),
        (json!({ "audience": [] }),                      vec!["/audience"]),
    ];
    for (fields, pointers) in cases {
        let mut body = world.body();
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let answer = client.post("/api/announcements", body).await;
        assert_eq!(answer.problem(422, &fields.to_string()), "invalid-field");
        let errors = answer.json()["errors"].as_array().unwrap().clone();
        let named: Vec<_> = errors.iter().map(|one| one["pointer"].as_str().unwrap()).collect();
        assert_eq!(named, pointers, "{fields}");
    }
    assert_eq!(world.told(&world.event_topic()).await, [""; 0], "nothing was told");

    let one = world.announce(json!({ "message": "First.\r\nSecond.\n" })).await;
    let path = format!("/api/announcements/{one}");
    let kept = client.get(&path).await.ok();
    assert_eq!(kept["message"], "First.\nSecond.");
    for name in ["team_ids", "event_id"] {
        let answer = client.patch(&path, json!({ name: [] })).await;
        answer.problem(422, name);
        assert!(answer.text.contains("can't be changed"), "{}", answer.text);
    }
    for body in [json!({ "title": null }), json!({ "expires_at": at(-1) }), json!({ "id": 7 })] {
        client.patch(&path, body.clone()).await.problem(422, &body.to_string());
    }
    client.post(&format!("{path}/broadcast"), json!({ "to": 1 })).await.problem(422, "broadcast");
    assert_eq!(client.get(&path).await.ok(), kept);
    assert_eq!(world.told(&world.event_topic()).await, [format!("created {one}")]);
}

/// Waits until a topic has been told this.
async fn wait_for(world: &World, topic: &str, expected: &str) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !world.told(topic).await.iter().any(|told| told == expected) {
        assert!(Instant::now() < deadline, "{expected} wasn't told");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The hour passes for all that end.
async fn pass_the_time(server: &TestServer) {
    server.database.tamper("update announcements set expires_at = 1000 where expires_at > 0").await;
}

async fn announcements_expired_during_downtime_are_published_once_at_startup(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let mut world = World::new(&server, "private").await;
    let [whole, targeted] = [json!([]), json!([world.teams[0]])];
    let whole = world.announce(json!({ "team_ids": whole, "expires_at": at(3600) })).await;
    let targeted = world.announce(json!({ "team_ids": targeted, "expires_at": at(3600) })).await;
    server.kill9();
    pass_the_time(&server).await;
    server.again().await;
    world.organizer.client = world.organizer.client.afresh();

    wait_for(&world, &world.event_topic(), &format!("expired {whole}")).await;
    wait_for(&world, &world.team_topic(0), &format!("expired {targeted}")).await;
    // Another one shows that the node has looked again since, and told no more.
    let other = world.announce(json!({ "expires_at": at(3600) })).await;
    pass_the_time(&server).await;
    wait_for(&world, &world.event_topic(), &format!("expired {other}")).await;
    let events = world.told(&world.event_topic()).await;
    let expected = ["created", "expired"].map(|change| format!("{change} {whole}"));
    assert_eq!(events[..2], expected);
    assert_eq!(events.len(), 4, "{events:?}");
    assert_eq!(world.told(&world.team_topic(0)).await.len(), 2);
    assert_eq!(ids(&world.organizer.client, "/api/announcements").await, [0; 0]);
}

/// A second node on the same database; killed with the test.
struct Node(Child);

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_one_of_two_nodes_publishes_an_expiry() {
    let server = TestServer::start(Database::new(Kind::Postgres).await, &[]).await;
    let mut command = server.command(&["serve"]);
    command.env("TOUCHLINE_LISTEN", "127.0.0.1:0").stdin(Stdio::null());
    let _node = Node(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let world = World::new(&server, "private").await;
    let mut last = 0;
    for round in 0..3 {
        for _ in 0..20 {
            last = world.announce(json!({ "expires_at": at(3600) })).await;
        }
        pass_the_time(&server).await;
        wait_for(&world, &world.event_topic(), &format!("expired {last}")).await;
        let mut told = world.told(&world.event_topic()).await;
        assert_eq!(told.len(), (round + 1) * 40);
        told.sort();
        told.dedup();
        assert_eq!(told.len(), (round + 1) * 40, "each once");
    }
}
