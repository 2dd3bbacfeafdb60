//! G7 and HTTP caches: a shared caching proxy never stores private responses, and serves public
//! ones.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::support::api_client::{ApiClient, ApiResponse};
use crate::support::nginx::Nginx;
use crate::support::server::TestServer;
use crate::support::subscriber::StreamRequest;
use crate::support::users::{Organizer, Person, id};

/// Part of every private name here, and of no problem document.
pub const SECRET: &str = "Hush";

/// A private event with two private teams and a match, all named with [`SECRET`], and Mia, a
/// participant with a ticket.
pub struct PrivateScenario {
    pub organizer: Organizer,
    pub mia: Person,
    event: i64,
    team: i64,
    pub game: i64,
    pub purchase: String,
}

impl PrivateScenario {
    pub async fn new(server: &TestServer) -> Self {
        let organizer = server.organizer().await;
        let mia = organizer.create_user(server, "Mia").await;
        let team = organizer.create_team(&format!("{SECRET} Home"), "private").await;
        let away = organizer.create_team(&format!("{SECRET} Away"), "private").await;
        let event = json!({ "name": format!("{SECRET} Cup"), "sport": "football", "visibility": "private" });
        let event = id(&organizer.client.post("/api/events", event).await.ok_json());
        let registrations = format!("/api/events/{event}/registrations");
        for body in [json!({ "team_id": team }), json!({ "team_id": away })] {
            organizer.client.post(&registrations, body).await.ok_json();
        }
        organizer.add_member(team, &mia, "player").await;
        let game = json!({
            "sport": "football", "event_id": event, "home_team_id": team, "away_team_id": away,
        });
        let game = id(&organizer.client.post("/api/matches", game).await.ok_json());
        organizer.client.post(&format!("/api/matches/{game}/start"), json!({})).await.ok_json();
        let order = json!({ "ticket_type": SECRET, "quantity": 1 });
        let path = format!("/api/events/{event}/purchases");
        let bought = mia.client.post(&path, order).await.ok_json();
        let purchase = bought["id"].as_str().unwrap().to_owned();
        Self { organizer, mia, event, team, game, purchase }
    }

    /// Returns all paths that Mia may read and others may not.
    pub fn paths(&self) -> Vec<String> {
        let Self { event, team, game, purchase, .. } = self;
        let now = "transport=poll&wait=0";
        vec![
            format!("/api/events/{event}"),
            format!("/api/events/{event}/matches"),
            format!("/api/events/{event}/leaderboard"),
            format!("/api/events/{event}/results"),
            format!("/api/events/{event}/announcements"),
            format!("/api/events/{event}/stream/?{now}"),
            format!("/api/streams/event_{event}/messages?limit=1"),
            format!("/api/teams/{team}"),
            format!("/api/teams/{team}/players"),
            format!("/api/teams/{team}/members"),
            format!("/api/teams/{team}/matches"),
            format!("/api/streams/team_{team}_schedule/messages?limit=1"),
            format!("/api/matches/{game}"),
            format!("/api/matches/{game}/state"),
            format!("/api/matches/{game}/incidents"),
            format!("/api/matches/{game}/stream?{now}"),
            format!("/api/stream?topic=match_{game}&topic=event_{event}&{now}"),
            format!("/api/streams/match_{game}/messages?limit=1"),
            format!("/api/matches/{game}/replay?speed=10000"),
            format!("/api/purchases/{purchase}"),
            format!("/api/purchases/{purchase}/stream?{now}"),
            format!("/api/streams/purchase_{purchase}/messages"),
            "/api/purchases".to_owned(),
            "/api/auth/me".to_owned(),
        ]
    }
}

/// Whether the response came from the cache.
fn is_hit(response: &ApiResponse) -> bool {
    !["MISS", "BYPASS", "EXPIRED", ""].contains(&response.header("x-cache"))
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_a_shared_cache_never_stores_private_responses() {
    let server = TestServer::sqlite(&[]).await;
    let scenario = PrivateScenario::new(&server).await;
    let nginx = Nginx::caching(&server).await;
    let mia = nginx.client_as(&scenario.mia.client);
    let sid = scenario.organizer.create_user(&server, "Sid").await;
    let (sid, anonymous) = (nginx.client_as(&sid.client), nginx.client());
    for path in scenario.paths() {
        for _ in 0..2 {
            let response = mia.get(&path).await;
            assert_eq!(response.status, 200, "{path}: {}", response.text);
            assert!(!is_hit(&response), "{path}: {response:?}");
            let cache = response.header("cache-control");
            assert!(cache.contains("private") || cache.contains("no-store"), "{path}: {cache}");
            assert!(!cache.contains("public") && !cache.contains("max-age"), "{path}: {cache}");
        }
        for other in [&anonymous, &sid] {
            let response = other.get(&path).await;
            let own = ["/api/purchases", "/api/auth/me"].contains(&path.as_str());
            let refused = [401, 403, 404].contains(&response.status);
            assert!(refused || own && response.status == 200, "{path}: {response:?}");
            assert!(!response.text.contains(SECRET) && !response.text.contains("mia"), "{path}");
            assert!(!is_hit(&response), "{path}: {response:?}");
        }
        // The rejection is not cached either.
        assert_eq!(mia.get(&path).await.status, 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_cached_lists_show_each_user_only_their_own_items() {
    let server = TestServer::sqlite(&[]).await;
    let scenario = PrivateScenario::new(&server).await;
    let nginx = Nginx::caching(&server).await;
    let mia = nginx.client_as(&scenario.mia.client);
    for path in ["/api/events", "/api/teams", "/api/matches", "/api/announcements"] {
        for _ in 0..2 {
            let anonymous = nginx.client().get(path).await;
            assert!(
                anonymous.status == 200 && !anonymous.text.contains(SECRET),
                "{path}: {anonymous:?}"
            );
            let response = mia.get(path).await;
            let shown = response.text.contains(SECRET) || path == "/api/announcements";
            assert!(response.status == 200 && shown, "{path}: {response:?}");
            assert_eq!(response.header("cache-control"), "private, no-cache", "{path}");
        }
    }
}

/// Every kind of credential makes a response private.
#[tokio::test(flavor = "multi_thread")]
async fn g7_responses_to_cookies_and_tickets_are_private() {
    let server = TestServer::sqlite(&[]).await;
    let scenario = PrivateScenario::new(&server).await;
    let nginx = Nginx::caching(&server).await;
    let path = format!("/api/matches/{}", scenario.game);
    let cookie = format!("touchline={}", scenario.mia.client.token.clone().unwrap());
    let topics = json!({ "topics": [format!("match_{}", scenario.game)] });
    let ticket = scenario.mia.client.post("/api/stream-tickets", topics).await.ok_json();
    let ticket = ticket["ticket"].as_str().unwrap();
    let with_ticket = format!("{path}/stream?transport=poll&wait=0&ticket={ticket}");
    for _ in 0..2 {
        let headers = [("Cookie", cookie.as_str())];
        let response = nginx.client().send(Method::GET, &path, None, &headers).await.unwrap();
        assert!(response.status == 200 && !is_hit(&response), "{response:?}");
        let response = nginx.client().get(&with_ticket).await;
        assert!(response.status == 200 && !is_hit(&response), "{response:?}");
        assert_eq!(response.header("cache-control"), "private, no-store");
        let response = nginx.client().get(&path).await;
        assert_eq!(response.problem(401, "anonymous"), "not-signed-in");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn full_pages_of_public_history_are_served_from_the_cache() {
    let server = TestServer::sqlite(&[]).await;
    let scorer = server.organizer().await.live_match("football").await;
    scorer.post_notes(6).await;
    let nginx = Nginx::caching(&server).await;
    let full = format!("/api/streams/{}/messages?after=0&limit=4", scorer.game.topic());
    let part = format!("/api/streams/{}/messages?after=4&limit=100", scorer.game.topic());
    let first = nginx.client().get(&full).await;
    assert_eq!(first.header("cache-control"), "public, max-age=60");
    assert_eq!((first.status, first.header("x-cache")), (200, "MISS"));
    let before = nginx.client().get(&part).await;
    scorer.post_note("later").await.ok_json();
    let after = nginx.client().get(&part).await;
    assert_eq!(
        after.page().items.len(),
        before.page().items.len() + 1,
        "partial page did not grow"
    );

    // The cache serves repeated resumes even while the server is down.
    server.kill9();
    for _ in 0..3 {
        let again = nginx.client().get(&full).await;
        assert_eq!((again.status, again.header("x-cache")), (200, "HIT"));
        assert_eq!(again.text, first.text);
    }
    assert_eq!(nginx.client().get(&part).await.status, 502, "partial page without a server");
}

#[tokio::test(flavor = "multi_thread")]
async fn unchanged_resources_return_304() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let event = json!({ "name": "Cup", "sport": "football" });
    let event = id(&organizer.client.post("/api/events", event).await.ok_json());
    let home = organizer.create_team("Home", "public").await;
    let away = organizer.create_team("Away", "public").await;
    let game = json!({
        "sport": "football", "event_id": event, "home_team_id": home, "away_team_id": away,
    });
    let game = id(&organizer.client.post("/api/matches", game).await.ok_json());
    organizer.client.post(&format!("/api/matches/{game}/start"), json!({})).await.ok_json();
    let nginx = Nginx::caching(&server).await;
    let paths = [
        format!("/api/events/{event}"),
        format!("/api/events/{event}/leaderboard"),
        format!("/api/events/{event}/results"),
        format!("/api/events/{event}/matches"),
        "/api/matches".to_owned(),
        format!("/api/matches/{game}"),
        format!("/api/matches/{game}/state"),
        format!("/api/teams/{home}/results"),
        format!("/api/teams/{home}/matches"),
    ];
    let mut tags = Vec::new();
    for path in &paths {
        let response = nginx.client().get(path).await;
        let tag = response.header("etag").to_owned();
        assert!(response.status == 200 && tag.starts_with('"'), "{path}: {response:?}");
        assert_eq!(response.header("cache-control"), "public, no-cache", "{path}");
        assert_eq!(get_if_none_match(&server.anonymous(), path, &tag).await.status, 304, "{path}");
        // With caching on, nginx does not forward the condition: it fetches the whole response and
        // returns that or its own 304. Either is up to date.
        let proxied = get_if_none_match(&nginx.client(), path, &tag).await;
        assert!([200, 304].contains(&proxied.status), "{path}: {proxied:?}");
        assert_eq!(proxied.header("etag"), tag, "{path}");
        tags.push(tag);
    }
    let result = json!({ "home_score": 2, "away_score": 1, "override": true });
    let result_path = format!("/api/matches/{game}/result");
    organizer.client.send(Method::PUT, &result_path, Some(result), &[]).await.unwrap().ok_json();
    organizer
        .client
        .patch(&format!("/api/events/{event}"), json!({ "name": "Great Cup" }))
        .await
        .ok_json();
    for (path, tag) in paths.iter().zip(&tags) {
        for client in [server.anonymous(), nginx.client()] {
            let response = get_if_none_match(&client, path, tag).await;
            assert_eq!(response.status, 200, "{path} not updated");
            assert_ne!(response.header("etag"), tag, "{path}");
        }
    }
}

/// A match shows its teams' names and colours, which its own version does not cover.
#[tokio::test(flavor = "multi_thread")]
async fn a_team_update_invalidates_the_etag_of_its_matches() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let game = organizer.create_match("football", "public").await;
    let path = game.path("");
    let tag = server.anonymous().get(&path).await.header("etag").to_owned();
    assert_eq!(get_if_none_match(&server.anonymous(), &path, &tag).await.status, 304);
    let team = format!("/api/teams/{}", game.home);
    for edit in [json!({ "name": "Renamed" }), json!({ "colour": "#ff0000" })] {
        organizer.client.patch(&team, edit.clone()).await.ok_json();
        let response = get_if_none_match(&server.anonymous(), &path, &tag).await;
        assert_eq!(response.status, 200, "{edit}");
    }
    // The version for writers has not changed.
    let write = async |tag: &str| {
        let body = json!({ "venue": "Elsewhere" });
        let headers = [("If-Match", tag)];
        organizer.client.send(Method::PATCH, &path, Some(body), &headers).await.unwrap()
    };
    let written = write(&tag).await;
    written.ok_json();
    assert_eq!(write(&tag).await.problem(412, "outdated ETag"), "stale");
    write(written.header("etag")).await.ok_json();
}

/// Sends a conditional request.
async fn get_if_none_match(client: &ApiClient, path: &str, tag: &str) -> ApiResponse {
    client.send(Method::GET, path, None, &[("If-None-Match", tag)]).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caching_proxy_passes_streams_through_unbuffered() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let public = organizer.live_match("football").await;
    let scenario = PrivateScenario::new(&server).await;
    let nginx = Nginx::caching(&server).await;
    let private_path = format!("/api/matches/{}/stream/", scenario.game);
    let mut public_stream =
        StreamRequest::new(&nginx.address(), &public.game.stream_path()).open().await;
    let cache = public_stream.head.header("cache-control").to_owned();
    assert_eq!(cache, "no-cache, no-transform");
    let mut mia = StreamRequest::new(&nginx.address(), &private_path)
        .with_user(&scenario.mia.client)
        .open()
        .await;
    assert_eq!(mia.head.header("cache-control"), "no-store, no-transform");
    for subscriber in [&mut public_stream, &mut mia] {
        assert!(subscriber.head.header("vary").contains("Authorization"));
        assert!(subscriber.head.header("vary").contains("Cookie"));
        subscriber.until_control("live").await;
    }
    // The proxy does not hold frames back.
    public.post_note("at once").await.ok_json();
    let received = tokio::time::timeout(Duration::from_secs(2), public_stream.next_message()).await;
    assert!(received.expect("message without delay").data.contains("at once"));
    let note = crate::support::users::note_body("for Mia");
    let path = format!("/api/matches/{}/incidents", scenario.game);
    organizer.client.post(&path, note).await.ok_json();
    let received = tokio::time::timeout(Duration::from_secs(2), mia.next_message()).await;
    assert!(received.expect("message without delay").data.contains("for Mia"));

    let refused = StreamRequest::new(&nginx.address(), &private_path).send().await;
    assert_eq!(refused.head.status, 401);
    let replay = format!("/api/matches/{}/replay?speed=10000", scenario.game);
    let replay =
        StreamRequest::new(&nginx.address(), &replay).with_user(&scenario.mia.client).open().await;
    assert_eq!(replay.head.header("cache-control"), "no-store, no-transform");
    assert!(replay.head.header("vary").contains("Authorization"));
}
