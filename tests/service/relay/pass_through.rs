//! What isn't a public stream goes through a relay to its upstream, and its answer comes back.

use reqwest::Method;
use serde_json::{Value, json};

use crate::relay::RelaySetup;
use crate::support::api_client::{ApiClient, ApiResponse};
use crate::support::server::TestServer;
use crate::support::users::Person;

/// Headers that an answer has at any node.
const HEADERS: [&str; 13] = [
    "allow",
    "cache-control",
    "content-length",
    "content-type",
    "etag",
    "idempotency-replayed",
    "location",
    "referrer-policy",
    "retry-after",
    "touchline-cursor",
    "vary",
    "www-authenticate",
    "x-content-type-options",
];

#[track_caller]
fn assert_same(relayed: &ApiResponse, direct: &ApiResponse, context: &str) {
    assert_eq!(relayed.status, direct.status, "{context}");
    assert_eq!(relayed.text, direct.text, "{context}");
    for name in HEADERS {
        assert_eq!(relayed.header(name), direct.header(name), "{context}: {name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_answers_reads_as_its_upstream_does() {
    let setup = RelaySetup::start(&[]).await;
    let game = setup.scorer.game;
    let signed_in = setup.scorer.client.clone();
    let private = setup.upstream.organizer().await.create_team("Reserves", "private").await;
    let paths = [
        "/",
        "/matches/1/",
        "/admin",
        "/docs/",
        "/assets/client/stream.js",
        "/assets/nothing.js",
        "/nothing",
        "/healthz",
        "/readyz",
        "/api/nothing",
        "/api/openapi.json",
        "/api/matches?limit=1",
        "/api/matches?limit=0",
        "/api/matches/999",
        "/api/matches/x/stream/",
        "/api/stream/",
        "/api/stream/?topic=match_x",
        "/api/teams/1/stream/nothing",
        "/api/auth/me",
        "/api/admin/connections",
        "/api/streams/match_x/messages",
        &game.path(""),
        &game.path("/officials"),
        &game.path("/replay?speed=x"),
        &format!("/api/teams/{private}"),
    ];
    for path in paths {
        for client in [&setup.upstream.anonymous(), &signed_in] {
            if path == "/api/admin/connections" && client.token.is_some() {
                continue;
            }
            let relayed = client.at(&setup.relay.address()).get(path).await;
            assert_same(&relayed, &client.get(path).await, path);
        }
    }
    let relayed = signed_in.at(&setup.relay.address());
    assert_eq!(relayed.get("/api/auth/me").await.ok_json()["role"], "admin");
    let etag = relayed.get(&game.path("")).await.header("etag").to_owned();
    let headers = [("If-None-Match", &*etag)];
    let unchanged = relayed.send(Method::GET, &game.path(""), None, &headers).await.unwrap();
    assert_eq!((unchanged.status, unchanged.header("etag")), (304, &*etag));
}

#[tokio::test(flavor = "multi_thread")]
async fn g5_a_write_through_a_relay_has_one_effect_and_the_upstreams_answer() {
    let setup = RelaySetup::start(&[]).await;
    let second = TestServer::relay(&setup.relay.address(), &[]).await;
    let direct = &setup.scorer.client;
    for (relay, key) in [(&setup.relay, "first-key"), (&second, "second-key")] {
        let relayed = direct.at(&relay.address());
        let path = setup.scorer.game.path("/incidents");
        let team = setup.scorer.game.home;
        let body = json!({ "kind": "goal", "team_id": team, "period": "first_half", "minute": 1 });
        let written = relayed.post_keyed(&path, body.clone(), key).await.unwrap();
        assert_eq!(written.status, 201, "{}", written.text);
        assert!(written.header("location").starts_with(&path), "{written:?}");
        assert!(
            !written.header("touchline-cursor").is_empty() && !written.header("etag").is_empty()
        );
        let repeated = relayed.post_keyed(&path, body.clone(), key).await.unwrap();
        assert_eq!(repeated.header("idempotency-replayed"), "true");
        assert_same(&repeated, &direct.post_keyed(&path, body, key).await.unwrap(), key);
        assert_eq!(repeated.text, written.text);
    }
    let goals = setup.history().await;
    let goals = goals.iter().filter(|message| message.contains(r#""kind":"goal""#)).count();
    assert_eq!(goals, 2, "one per key");
}

/// Client, method, path, body and headers of a write.
type RefusedWrite<'a> = (&'a ApiClient, Method, &'a str, Option<Value>, &'a [(&'a str, &'a str)]);

#[tokio::test(flavor = "multi_thread")]
async fn g10_a_relay_answers_refused_writes_as_its_upstream_does() {
    let setup = RelaySetup::start(&[("body_bytes", "1024")]).await;
    let (direct, anonymous) = (&setup.scorer.client, &setup.upstream.anonymous());
    let team = format!("/api/teams/{}", setup.scorer.game.home);
    let too_long = json!({ "name": "x".repeat(2000) });
    let cases: [RefusedWrite<'_>; 9] = [
        (direct, Method::POST, "/api/teams", Some(json!({ "name": 7 })), &[]),
        (direct, Method::POST, "/api/teams", Some(too_long), &[]),
        (direct, Method::POST, "/api/teams", None, &[("Idempotency-Key", "two words")]),
        (direct, Method::PUT, "/api/teams", Some(json!({})), &[]),
        (direct, Method::PATCH, &team, Some(json!({ "name": "A" })), &[("If-Match", "\"99\"")]),
        (direct, Method::DELETE, "/api/teams/999", None, &[]),
        (direct, Method::POST, "/", Some(json!({})), &[]),
        (anonymous, Method::POST, "/api/teams", Some(json!({ "name": "A" })), &[]),
        (anonymous, Method::POST, "/api/auth/login", Some(json!({ "email": 7 })), &[]),
    ];
    for (client, method, path, body, headers) in cases {
        let send = async |address: &str| {
            client.at(address).send(method.clone(), path, body.clone(), headers).await.unwrap()
        };
        let answer = send(&setup.upstream.address()).await;
        assert!((400..500).contains(&answer.status), "{method} {path}: {}", answer.status);
        assert_same(&send(&setup.relay.address()).await, &answer, &format!("{method} {path}"));
    }
    let relayed = direct.at(&setup.relay.address());
    for (kind, body) in [("application/json", "{"), ("text/plain", "{}")] {
        let send = async |client: &ApiClient| {
            let body = body.as_bytes().to_vec();
            client.send_bytes(Method::POST, "/api/teams", kind, body).await.unwrap()
        };
        assert_same(&send(&relayed).await, &send(direct).await, kind);
    }
}

/// Signs in at a node; returns the session cookie.
async fn sign_in(node: &TestServer, person: &Person, headers: &[(&str, &str)]) -> ApiResponse {
    let body = json!({ "email": person.email, "password": person.password });
    node.anonymous().send(Method::POST, "/api/auth/login", Some(body), headers).await.unwrap()
}

fn cookie_of(response: &ApiResponse) -> String {
    assert_eq!(response.status, 200, "{}", response.text);
    assert_eq!(response.headers.get_all("set-cookie").iter().count(), 2, "of both names");
    response.header("set-cookie").split(';').next().unwrap().to_owned()
}

/// Creates a team with a session cookie.
async fn post_team(node: &TestServer, cookie: &str, headers: &[(&str, &str)]) -> ApiResponse {
    let headers = [&[("Cookie", cookie)], headers].concat();
    let body = json!({ "name": "Firsts", "visibility": "public" });
    node.anonymous().send(Method::POST, "/api/teams", Some(body), &headers).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_cookie_writes_through_a_relay_must_come_from_its_own_pages() {
    let upstream = TestServer::sqlite(&[("allowed_origins", "https://upstream.example")]).await;
    let allowed = [("allowed_origins", "https://club.example")];
    let relay = TestServer::relay(&upstream.address(), &allowed).await;
    let second = TestServer::relay(&relay.address(), &[]).await;
    let mia = upstream.organizer().await.create_user(&upstream, "Mia").await;
    for node in [&relay, &second] {
        let own = format!("http://{}", node.address());
        let cookie = cookie_of(&sign_in(node, &mia, &[("Origin", &own)]).await);
        assert_eq!(post_team(node, &cookie, &[("Origin", &own)]).await.status, 201);
        for site in ["same-origin", "none"] {
            let response = post_team(node, &cookie, &[("Sec-Fetch-Site", site)]).await;
            assert_eq!(response.status, 201, "{site}");
        }
        let upstream_page = format!("http://{}", upstream.address());
        let foreign = [
            // A page that the upstream would trust has no business with the relay's cookie.
            vec![("Origin", &*upstream_page)],
            vec![("Origin", "https://upstream.example")],
            vec![("Origin", "https://evil.example")],
            vec![("Origin", "null")],
            vec![("Sec-Fetch-Site", "same-site")],
            vec![("Sec-Fetch-Site", "cross-site"), ("Origin", &*own)],
        ];
        for headers in foreign {
            let context = format!("{headers:?}");
            let response = post_team(node, &cookie, &headers).await;
            assert_eq!(response.problem(403, &context), "cross-site");
            // It signs nobody in or out either.
            let response = sign_in(node, &mia, &headers).await;
            assert_eq!(response.problem(403, &context), "cross-site");
        }
        assert_eq!(post_team(node, &cookie, &[]).await.problem(403, "no origin"), "cross-site");
    }
    let cookie = cookie_of(&sign_in(&relay, &mia, &[]).await);
    let club = [("Origin", "https://club.example"), ("Sec-Fetch-Site", "cross-site")];
    let response = post_team(&relay, &cookie, &club).await;
    assert_eq!(response.status, 201, "an origin that the relay allows");
    assert_eq!(response.header("access-control-allow-origin"), "https://club.example");
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_a_session_begun_through_a_relay_over_tls_has_the_host_prefix() {
    let proxies = [("trusted_proxies", "127.0.0.1/32")];
    let upstream = TestServer::sqlite(&proxies).await;
    let relay = TestServer::relay(&upstream.address(), &proxies).await;
    let mia = upstream.organizer().await.create_user(&upstream, "Mia").await;
    for (scheme, name) in [("https", "__Host-touchline="), ("http", "touchline=")] {
        let tls = ("X-Forwarded-Proto", scheme);
        let cookie = cookie_of(&sign_in(&relay, &mia, &[tls]).await);
        assert!(cookie.starts_with(name), "{scheme}: {cookie}");
        let headers = [("Cookie", &*cookie), tls];
        let client = relay.anonymous();
        let me = client.send(Method::GET, "/api/auth/me", None, &headers).await.unwrap();
        assert_eq!(me.ok_json()["name"], "Mia", "{scheme}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_without_its_upstream_serves_pages_and_asks_to_try_again() {
    let setup = RelaySetup::start(&[]).await;
    let page = setup.upstream.anonymous().get("/").await;
    setup.upstream.kill9();
    let client = setup.scorer.client.at(&setup.relay.address());
    assert_same(&client.get("/").await, &page, "a page");
    assert_eq!(client.get("/healthz").await.status, 200);
    let unready = client.get("/readyz").await;
    assert_eq!(
        (unready.status, &unready.json()),
        (503, &json!({ "status": "upstream unavailable" }))
    );
    let written = client.post_keyed("/api/teams", json!({ "name": "A" }), "a-key").await.unwrap();
    assert_eq!(written.problem(503, "a write"), "unavailable");
    assert!(!written.header("retry-after").is_empty());
    let history = format!("/api/streams/{}/messages", setup.scorer.game.topic());
    for path in [&*setup.scorer.game.path(""), &history] {
        assert_eq!(client.get(path).await.problem(503, path), "unavailable");
    }
    setup.upstream.restart().await;
    let written =
        client.post_keyed("/api/teams", json!({ "name": "A", "visibility": "public" }), "a-key");
    assert_eq!(written.await.unwrap().status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_limits_reads_by_address() {
    let upstream = TestServer::sqlite(&[]).await;
    let relay = TestServer::relay(&upstream.address(), &[("reads_per_minute", "3")]).await;
    let client = relay.anonymous();
    for _ in 0..3 {
        assert_eq!(client.get("/api/nothing").await.status, 404);
    }
    let limited = client.get("/api/nothing").await;
    assert_eq!(limited.problem(429, "a fourth read"), "too-many-requests");
    assert!(!limited.header("retry-after").is_empty());
}
