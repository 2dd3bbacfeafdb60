//! G7 and caches: a real caching proxy in front never keeps what isn't everybody's, and spares us
//! what is.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::support::api_client::{Answer, Client};
use crate::support::nginx::Nginx;
use crate::support::server::TestServer;
use crate::support::subscriber::Watch;
use crate::support::users::{Organizer, Person, id};

/// Stands in everything private here, and in no problem document.
pub const SECRET: &str = "Hush";

/// A private event with two private teams and a match, all of which say [`SECRET`], and Mia, who
/// takes part and has bought a ticket.
pub struct Private {
    pub organizer: Organizer,
    pub mia: Person,
    event: i64,
    team: i64,
    pub game: i64,
    pub purchase: String,
}

impl Private {
    pub async fn new(server: &TestServer) -> Self {
        let organizer = server.organizer().await;
        let mia = organizer.person(server, "Mia").await;
        let team = organizer.team(&format!("{SECRET} Home"), "private").await;
        let away = organizer.team(&format!("{SECRET} Away"), "private").await;
        let event = json!({ "name": format!("{SECRET} Cup"), "sport": "football", "visibility": "private" });
        let event = id(&organizer.client.post("/api/events", event).await.ok());
        let registrations = format!("/api/events/{event}/registrations");
        for body in [json!({ "team_id": team }), json!({ "team_id": away })] {
            organizer.client.post(&registrations, body).await.ok();
        }
        organizer.join(team, &mia, "player").await;
        let game = json!({
            "sport": "football", "event_id": event, "home_team_id": team, "away_team_id": away,
        });
        let game = id(&organizer.client.post("/api/matches", game).await.ok());
        organizer.client.post(&format!("/api/matches/{game}/start"), json!({})).await.ok();
        let order = json!({ "ticket_type": SECRET, "quantity": 1 });
        let path = format!("/api/events/{event}/purchases");
        let bought = mia.client.post(&path, order).await.ok();
        let purchase = bought["id"].as_str().unwrap().to_owned();
        Self { organizer, mia, event, team, game, purchase }
    }

    /// Everything that Mia may read and others may not.
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

/// Whether it came from the cache.
fn is_hit(answer: &Answer) -> bool {
    !["MISS", "BYPASS", "EXPIRED", ""].contains(&answer.header("x-cache"))
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_a_shared_cache_never_stores_private_responses() {
    let server = TestServer::sqlite(&[]).await;
    let world = Private::new(&server).await;
    let nginx = Nginx::before(&server).await;
    let mia = nginx.as_seen_by(&world.mia.client);
    let sid = world.organizer.person(&server, "Sid").await;
    let (sid, nobody) = (nginx.as_seen_by(&sid.client), nginx.client());
    for path in world.paths() {
        for _ in 0..2 {
            let answer = mia.get(&path).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            assert!(!is_hit(&answer), "{path}: {answer:?}");
            let cache = answer.header("cache-control");
            assert!(cache.contains("private") || cache.contains("no-store"), "{path}: {cache}");
            assert!(!cache.contains("public") && !cache.contains("max-age"), "{path}: {cache}");
        }
        for other in [&nobody, &sid] {
            let answer = other.get(&path).await;
            let own = ["/api/purchases", "/api/auth/me"].contains(&path.as_str());
            let refused = [401, 403, 404].contains(&answer.status);
            assert!(refused || own && answer.status == 200, "{path}: {answer:?}");
            assert!(!answer.text.contains(SECRET) && !answer.text.contains("mia"), "{path}");
            assert!(!is_hit(&answer), "{path}: {answer:?}");
        }
        // Nor is the refusal kept for those who may.
        assert_eq!(mia.get(&path).await.status, 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_cached_lists_show_each_user_only_their_own_items() {
    let server = TestServer::sqlite(&[]).await;
    let world = Private::new(&server).await;
    let nginx = Nginx::before(&server).await;
    let mia = nginx.as_seen_by(&world.mia.client);
    for path in ["/api/events", "/api/teams", "/api/matches", "/api/announcements"] {
        for _ in 0..2 {
            let nobody = nginx.client().get(path).await;
            assert!(nobody.status == 200 && !nobody.text.contains(SECRET), "{path}: {nobody:?}");
            let answer = mia.get(path).await;
            let shown = answer.text.contains(SECRET) || path == "/api/announcements";
            assert!(answer.status == 200 && shown, "{path}: {answer:?}");
            assert_eq!(answer.header("cache-control"), "private, no-cache", "{path}");
        }
    }
}

/// Each way of saying who one is makes an answer one's own.
#[tokio::test(flavor = "multi_thread")]
async fn g7_responses_to_cookies_and_tickets_are_private() {
    let server = TestServer::sqlite(&[]).await;
    let world = Private::new(&server).await;
    let nginx = Nginx::before(&server).await;
    let path = format!("/api/matches/{}", world.game);
    let cookie = format!("touchline={}", world.mia.client.token.clone().unwrap());
    let topics = json!({ "topics": [format!("match_{}", world.game)] });
    let ticket = world.mia.client.post("/api/stream-tickets", topics).await.ok();
    let ticket = ticket["ticket"].as_str().unwrap();
    let with_ticket = format!("{path}/stream?transport=poll&wait=0&ticket={ticket}");
    for _ in 0..2 {
        let headers = [("Cookie", cookie.as_str())];
        let answer = nginx.client().send(Method::GET, &path, None, &headers).await.unwrap();
        assert!(answer.status == 200 && !is_hit(&answer), "{answer:?}");
        let answer = nginx.client().get(&with_ticket).await;
        assert!(answer.status == 200 && !is_hit(&answer), "{answer:?}");
        assert_eq!(answer.header("cache-control"), "private, no-store");
        let answer = nginx.client().get(&path).await;
        assert_eq!(answer.problem(401, "no credentials"), "not-signed-in");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn full_pages_of_public_history_are_served_from_the_cache() {
    let server = TestServer::sqlite(&[]).await;
    let scorer = server.organizer().await.live("football").await;
    scorer.notes(6).await;
    let nginx = Nginx::before(&server).await;
    let full = format!("/api/streams/{}/messages?after=0&limit=4", scorer.game.topic());
    let part = format!("/api/streams/{}/messages?after=4&limit=100", scorer.game.topic());
    let first = nginx.client().get(&full).await;
    assert_eq!(first.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!((first.status, first.header("x-cache")), (200, "MISS"));
    let before = nginx.client().get(&part).await;
    scorer.note("later").await.ok();
    let after = nginx.client().get(&part).await;
    assert_eq!(after.page().items.len(), before.page().items.len() + 1, "a page that grows");

    // A storm of resumes is the cache's to carry: even without us.
    server.kill9();
    for _ in 0..3 {
        let again = nginx.client().get(&full).await;
        assert_eq!((again.status, again.header("x-cache")), (200, "HIT"));
        assert_eq!(again.text, first.text);
    }
    assert_eq!(nginx.client().get(&part).await.status, 502, "nobody is there to say what is new");
}

#[tokio::test(flavor = "multi_thread")]
async fn unchanged_resources_return_304() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let event = json!({ "name": "Cup", "sport": "football" });
    let event = id(&organizer.client.post("/api/events", event).await.ok());
    let home = organizer.team("Home", "public").await;
    let away = organizer.team("Away", "public").await;
    let game = json!({
        "sport": "football", "event_id": event, "home_team_id": home, "away_team_id": away,
    });
    let game = id(&organizer.client.post("/api/matches", game).await.ok());
    organizer.client.post(&format!("/api/matches/{game}/start"), json!({})).await.ok();
    let nginx = Nginx::before(&server).await;
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
        let answer = nginx.client().get(path).await;
        let tag = answer.header("etag").to_owned();
        assert!(answer.status == 200 && tag.starts_with('"'), "{path}: {answer:?}");
        assert_eq!(answer.header("cache-control"), "public, no-cache", "{path}");
        assert_eq!(unless(&server.stranger(), path, &tag).await.status, 304, "{path}");
        // With its cache on, nginx doesn't pass the condition: it gets the whole answer, and
        // hands on that or its own 304. Either is as new as the server's.
        let handed_on = unless(&nginx.client(), path, &tag).await;
        assert!([200, 304].contains(&handed_on.status), "{path}: {handed_on:?}");
        assert_eq!(handed_on.header("etag"), tag, "{path}");
        tags.push(tag);
    }
    let result = json!({ "home_score": 2, "away_score": 1, "override": true });
    let result_path = format!("/api/matches/{game}/result");
    organizer.client.send(Method::PUT, &result_path, Some(result), &[]).await.unwrap().ok();
    organizer
        .client
        .patch(&format!("/api/events/{event}"), json!({ "name": "Great Cup" }))
        .await
        .ok();
    for (path, tag) in paths.iter().zip(&tags) {
        for client in [server.stranger(), nginx.client()] {
            let answer = unless(&client, path, tag).await;
            assert_eq!(answer.status, 200, "{path} has changed");
            assert_ne!(answer.header("etag"), tag, "{path}");
        }
    }
}

/// A match shows its teams' names and colours, of which its own version knows nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_team_update_invalidates_the_etag_of_its_matches() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let game = organizer.game("football", "public").await;
    let path = game.path("");
    let tag = server.stranger().get(&path).await.header("etag").to_owned();
    assert_eq!(unless(&server.stranger(), &path, &tag).await.status, 304);
    let team = format!("/api/teams/{}", game.home);
    for edit in [json!({ "name": "Renamed" }), json!({ "colour": "#ff0000" })] {
        organizer.client.patch(&team, edit.clone()).await.ok();
        let answer = unless(&server.stranger(), &path, &tag).await;
        assert_eq!(answer.status, 200, "{edit}");
    }
    // It is still the same match, for whoever writes.
    let write = async |tag: &str| {
        let body = json!({ "venue": "Elsewhere" });
        let headers = [("If-Match", tag)];
        organizer.client.send(Method::PATCH, &path, Some(body), &headers).await.unwrap()
    };
    let written = write(&tag).await;
    written.ok();
    assert_eq!(write(&tag).await.problem(412, "an older version"), "stale");
    write(written.header("etag")).await.ok();
}

/// Asks for what differs from what one has.
async fn unless(client: &Client, path: &str, tag: &str) -> Answer {
    client.send(Method::GET, path, None, &[("If-None-Match", tag)]).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caching_proxy_passes_streams_through_unbuffered() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let public = organizer.live("football").await;
    let world = Private::new(&server).await;
    let nginx = Nginx::before(&server).await;
    let private_path = format!("/api/matches/{}/stream/", world.game);
    let mut anybody = Watch::new(&nginx.address(), &public.game.stream()).open().await;
    let cache = anybody.head.header("cache-control").to_owned();
    assert_eq!(cache, "no-cache, no-transform");
    let mut mia = Watch::new(&nginx.address(), &private_path).by(&world.mia.client).open().await;
    assert_eq!(mia.head.header("cache-control"), "no-store, no-transform");
    for viewer in [&mut anybody, &mut mia] {
        assert!(viewer.head.header("vary").contains("Authorization"));
        assert!(viewer.head.header("vary").contains("Cookie"));
        viewer.control("live").await;
    }
    // Nothing waits in the proxy until more comes.
    public.note("at once").await.ok();
    let told = tokio::time::timeout(Duration::from_secs(2), anybody.message()).await;
    assert!(told.expect("it is told at once").data.contains("at once"));
    let note = crate::support::users::note("for Mia");
    let path = format!("/api/matches/{}/incidents", world.game);
    organizer.client.post(&path, note).await.ok();
    let told = tokio::time::timeout(Duration::from_secs(2), mia.message()).await;
    assert!(told.expect("it is told at once").data.contains("for Mia"));

    let refused = Watch::new(&nginx.address(), &private_path).answer().await;
    assert_eq!(refused.head.status, 401);
    let replay = format!("/api/matches/{}/replay?speed=10000", world.game);
    let replay = Watch::new(&nginx.address(), &replay).by(&world.mia.client).open().await;
    assert_eq!(replay.head.header("cache-control"), "no-store, no-transform");
    assert!(replay.head.header("vary").contains("Authorization"));
}
