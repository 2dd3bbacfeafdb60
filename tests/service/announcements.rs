//! Announcements reach exactly their audience and expire for all of it.

use std::process::{Child, Stdio};
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::api_client::ApiClient;
use crate::support::database::{Database, Kind};
use crate::support::server::TestServer;
use crate::support::users::{Organizer, Person, id};

crate::support::on_both! {
    an_announcement_is_created_edited_rebroadcast_and_deleted,
    announcement_lists_respect_permissions_and_filters,
    announcements_expired_during_downtime_are_published_once_at_startup,
}

/// An event with two private teams and the users around it.
struct Scenario {
    organizer: Organizer,
    event: i64,
    teams: [i64; 2],
}

impl Scenario {
    async fn new(server: &TestServer, visibility: &str) -> Self {
        let organizer = server.organizer().await;
        let body = json!({ "name": "Cup", "sport": "football", "visibility": visibility });
        let event = id(&organizer.client.post("/api/events", body).await.ok_json());
        let mut teams = [0, 0];
        for (team, name) in teams.iter_mut().zip(["Leicester City", "Liverpool"]) {
            *team = organizer.create_team(name, "private").await;
            let path = format!("/api/events/{event}/registrations");
            organizer.client.post(&path, json!({ "team_id": *team })).await.ok_json();
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
        id(&self.organizer.client.post("/api/announcements", body).await.ok_json())
    }

    fn event_topic(&self) -> String {
        format!("event_{}_announcements", self.event)
    }

    fn team_topic(&self, place: usize) -> String {
        format!("team_{}_announcements", self.teams[place])
    }

    /// Returns what was published on a topic, as `change id`.
    async fn published(&self, topic: &str) -> Vec<String> {
        let texts = self.organizer.client.history(topic).await;
        texts.iter().map(|text| describe_change(&serde_json::from_str(text).unwrap())).collect()
    }
}

fn describe_change(message: &Value) -> String {
    let (data, kind) = (&message["data"], message["type"].as_str().unwrap());
    let change = match kind {
        "announcement_expired" => "expired",
        "announcement_update" => data["change"].as_str().unwrap(),
        other => other,
    };
    format!("{change} {}", data["announcement"]["id"])
}

async fn ids(client: &ApiClient, path: &str) -> Vec<i64> {
    let list = client.get(path).await.ok_json();
    list["items"].as_array().unwrap().iter().map(id).collect()
}

fn seconds_from_now(seconds: i64) -> String {
    (Utc::now() + TimeDelta::seconds(seconds)).to_rfc3339()
}

async fn an_announcement_is_created_edited_rebroadcast_and_deleted(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let scenario = Scenario::new(&server, "public").await;
    let client = &scenario.organizer.client;
    let topic = format!("/api/stream/?topic={}", scenario.event_topic());
    let mut subscriber = server.subscribe(&topic).with_user(client).open().await;
    subscriber.until_control("live").await;

    let made = client.post("/api/announcements", scenario.body()).await;
    assert_eq!((made.status, made.header("etag")), (201, "\"1\""));
    assert!(!made.header("touchline-cursor").is_empty());
    let shape = made.ok_json();
    let path = format!("/api/announcements/{}", shape["id"]);
    assert_eq!(made.header("location"), path);
    let mut expected = scenario.body();
    let known = json!({
        "id": shape["id"], "team_ids": [], "expires_at": null, "status": "active",
        "created_at": shape["created_at"],
    });
    expected.as_object_mut().unwrap().extend(known.as_object().unwrap().clone());
    assert_eq!(shape, expected);
    let message = subscriber.next_message().await.json();
    assert_eq!(message["topic"], scenario.event_topic());
    assert_eq!(message["data"], json!({ "change": "created", "announcement": shape }));
    let read = client.get(&path).await;
    assert_eq!(read.ok_json(), shape);
    assert!(read.header("etag").starts_with("\"1-"), "{:?}", read.headers);

    let stale = [("If-Match", "\"7\"")];
    let edit = json!({ "priority": "low", "expires_at": seconds_from_now(3600) });
    let response = client.send(Method::PATCH, &path, Some(edit.clone()), &stale).await.unwrap();
    assert_eq!(response.problem(412, "outdated If-Match"), "stale");
    let matching = [("If-Match", "\"1\"")];
    let edited = client.send(Method::PATCH, &path, Some(edit), &matching).await.unwrap().ok_json();
    assert_eq!(edited["priority"], "low");
    assert_eq!(subscriber.next_message().await.json()["data"]["announcement"], edited);
    let again = client.post(&format!("{path}/broadcast"), json!({})).await.ok_json();
    assert_eq!(again, edited);
    assert_expire_is_idempotent(client, &path, scenario.event).await;
    assert_eq!(client.delete(&path).await.status, 204);
    assert_eq!(client.get(&path).await.problem(404, "deleted"), "not-found");
    for expected in ["broadcast", "expired", "deleted"] {
        assert_eq!(
            describe_change(&subscriber.next_message().await.json()),
            format!("{expected} {}", edited["id"])
        );
    }

    // A targeted announcement appears on that team's stream only.
    let targeted = scenario.announce(json!({ "team_ids": [scenario.teams[1]] })).await;
    assert_eq!(scenario.published(&scenario.team_topic(1)).await, [format!("created {targeted}")]);
    assert_eq!(scenario.published(&scenario.team_topic(0)).await, [""; 0]);
    assert_eq!(scenario.published(&scenario.event_topic()).await.len(), 5);
}

/// Repeated expire requests have one effect; an expired announcement can still get a new end.
async fn assert_expire_is_idempotent(client: &ApiClient, path: &str, event: i64) {
    let ended = client.post(&format!("{path}/expire"), json!({})).await;
    let version = ended.header("etag").to_owned();
    let shape = ended.ok_json();
    assert_eq!(shape["status"], "expired");
    assert!(shape["expires_at"].as_str().unwrap() <= seconds_from_now(1).as_str(), "{shape}");
    let again = client.post(&format!("{path}/expire"), json!({})).await;
    assert_eq!((again.header("etag"), again.ok_json()), (version.as_str(), shape));
    let list = format!("/api/events/{event}/announcements");
    assert_eq!(client.get(&list).await.ok_json()["items"], json!([]));
    let broadcast = client.post(&format!("{path}/broadcast"), json!({})).await;
    assert_eq!(broadcast.problem(409, "already expired"), "expired");
}

/// Checks visibility both in lists and for single announcements.
async fn announcement_lists_respect_permissions_and_filters(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let (open, closed) =
        (Scenario::new(&server, "public").await, Scenario::new(&server, "private").await);
    let organizer = &open.organizer;
    let mut all = Vec::new();
    for scenario in [&open, &closed] {
        all.push(scenario.announce(json!({})).await);
        all.push(
            scenario.announce(json!({ "team_ids": [scenario.teams[0]], "type": "general" })).await,
        );
        all.push(scenario.announce(json!({ "priority": "high", "type": "emergency" })).await);
    }
    let over = closed.announce(json!({ "expires_at": seconds_from_now(3600) })).await;
    server.database.tamper("update announcements set expires_at = 1000 where expires_at > 0").await;
    let person = async |name: &str| organizer.create_user(&server, name).await;
    let registered = person("registered").await;
    let register = format!("/api/events/{}/registrations", closed.event);
    organizer.client.post(&register, json!({ "user_id": registered.id })).await.ok_json();
    let manager = person("manager").await;
    let managers = format!("/api/events/{}/managers", closed.event);
    organizer.client.post(&managers, json!({ "user_id": manager.id })).await.ok_json();
    let (addressed, neighbour) = (person("addressed").await, person("neighbour").await);
    organizer.add_member(closed.teams[0], &addressed, "family").await;
    organizer.add_member(closed.teams[1], &neighbour, "coach").await;
    let stranger = person("stranger").await;

    let shown = |places: &[usize]| places.iter().map(|place| all[*place]).collect::<Vec<_>>();
    let client = |person: &Person| person.client.clone();
    #[rustfmt::skip]
    let cases = [
        ("anonymous",  server.anonymous(),        vec![0, 2]),
        ("stranger",   client(&stranger),        vec![0, 2]),
        // Participants of an event can read its teams, and so the announcements to them.
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
            let response = client.get(&format!("/api/announcements/{one}")).await;
            let may = found.contains(one);
            assert_eq!(response.status == 200, may, "{who} reads {one}: {}", response.text);
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
    let scenario = Scenario::new(&server, "public").await;
    let client = &scenario.organizer.client;
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
        (json!({ "team_ids": [scenario.teams[0], 999] }),   vec!["/team_ids/1"]),
        (json!({ "expires_at": seconds_from_now(-1) }),                vec!["/expires_at"]),
        (json!({ "expires_at": "tomorrow" }),            vec!["/expires_at"]),
        (json!({ "audience": [] }),                      vec!["/audience"]),
    ];
    for (fields, pointers) in cases {
        let mut body = scenario.body();
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let response = client.post("/api/announcements", body).await;
        assert_eq!(response.problem(422, &fields.to_string()), "invalid-field");
        let errors = response.json()["errors"].as_array().unwrap().clone();
        let named: Vec<_> = errors.iter().map(|one| one["pointer"].as_str().unwrap()).collect();
        assert_eq!(named, pointers, "{fields}");
    }
    assert_eq!(scenario.published(&scenario.event_topic()).await, [""; 0], "nothing published");

    let one = scenario.announce(json!({ "message": "First.\r\nSecond.\n" })).await;
    let path = format!("/api/announcements/{one}");
    let kept = client.get(&path).await.ok_json();
    assert_eq!(kept["message"], "First.\nSecond.");
    for name in ["team_ids", "event_id"] {
        let response = client.patch(&path, json!({ name: [] })).await;
        response.problem(422, name);
        assert!(response.text.contains("can't be changed"), "{}", response.text);
    }
    for body in [
        json!({ "title": null }),
        json!({ "expires_at": seconds_from_now(-1) }),
        json!({ "id": 7 }),
    ] {
        client.patch(&path, body.clone()).await.problem(422, &body.to_string());
    }
    client.post(&format!("{path}/broadcast"), json!({ "to": 1 })).await.problem(422, "broadcast");
    assert_eq!(client.get(&path).await.ok_json(), kept);
    assert_eq!(scenario.published(&scenario.event_topic()).await, [format!("created {one}")]);
}

/// Waits until this change is published on the topic.
async fn wait_for_change(scenario: &Scenario, topic: &str, expected: &str) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !scenario.published(topic).await.iter().any(|published| published == expected) {
        assert!(Instant::now() < deadline, "{expected} was not published");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Moves the expiry of every expiring announcement into the past.
async fn expire_all(server: &TestServer) {
    server.database.tamper("update announcements set expires_at = 1000 where expires_at > 0").await;
}

async fn announcements_expired_during_downtime_are_published_once_at_startup(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let mut scenario = Scenario::new(&server, "private").await;
    let [whole, targeted] = [json!([]), json!([scenario.teams[0]])];
    let whole =
        scenario.announce(json!({ "team_ids": whole, "expires_at": seconds_from_now(3600) })).await;
    let targeted = scenario
        .announce(json!({ "team_ids": targeted, "expires_at": seconds_from_now(3600) }))
        .await;
    server.kill9();
    expire_all(&server).await;
    server.restart().await;
    scenario.organizer.client = scenario.organizer.client.with_new_connections();

    wait_for_change(&scenario, &scenario.event_topic(), &format!("expired {whole}")).await;
    wait_for_change(&scenario, &scenario.team_topic(0), &format!("expired {targeted}")).await;
    // The expiry of another announcement shows that the node has checked again since.
    let other = scenario.announce(json!({ "expires_at": seconds_from_now(3600) })).await;
    expire_all(&server).await;
    wait_for_change(&scenario, &scenario.event_topic(), &format!("expired {other}")).await;
    let events = scenario.published(&scenario.event_topic()).await;
    let expected = ["created", "expired"].map(|change| format!("{change} {whole}"));
    assert_eq!(events[..2], expected);
    assert_eq!(events.len(), 4, "{events:?}");
    assert_eq!(scenario.published(&scenario.team_topic(0)).await.len(), 2);
    assert_eq!(ids(&scenario.organizer.client, "/api/announcements").await, [0; 0]);
}

/// A second node on the same database, killed when the test ends.
struct SecondNode(Child);

impl Drop for SecondNode {
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
    let _node = SecondNode(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let scenario = Scenario::new(&server, "private").await;
    let mut last = 0;
    for round in 0..3 {
        for _ in 0..20 {
            last = scenario.announce(json!({ "expires_at": seconds_from_now(3600) })).await;
        }
        expire_all(&server).await;
        wait_for_change(&scenario, &scenario.event_topic(), &format!("expired {last}")).await;
        let mut published = scenario.published(&scenario.event_topic()).await;
        assert_eq!(published.len(), (round + 1) * 40);
        published.sort();
        published.dedup();
        assert_eq!(published.len(), (round + 1) * 40, "duplicates");
    }
}
