//! What nginx must not cache, log or trust, and how it rejects.

use serde_json::json;

use crate::http_caching::{PrivateScenario, SECRET};
use crate::support::api_client::ApiResponse;
use crate::support::shipped_nginx::{ShippedNginx, two_nodes};
use crate::support::users::id;

/// A local address other than 127.0.0.1, which the limits exempt.
const ELSEWHERE: &str = "127.0.0.2";

#[tokio::test(flavor = "multi_thread")]
async fn g7_nginx_never_caches_private_responses() {
    let nodes = two_nodes().await;
    let nginx = ShippedNginx::in_front_of(&nodes).await;
    let scenario = PrivateScenario::new(&nodes[0]).await;
    let is_kept = |response: &ApiResponse| ["HIT", "STALE"].contains(&response.header("x-cache"));
    for path in scenario.paths() {
        for _ in 0..2 {
            let response = nginx.request_as(&scenario.mia.client, &path).send().await;
            assert!(response.status == 200 && !is_kept(&response), "{path}: {response:?}");
        }
        let response = nginx.request(&path).send().await;
        assert!([401, 403, 404].contains(&response.status), "{path}: {response:?}");
        assert!(!response.text.contains(SECRET) && !is_kept(&response), "{path}: {response:?}");
    }
    assert_eq!(nginx.files_with(SECRET), Vec::<std::path::PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn public_history_is_cached_once_for_everybody() {
    let nodes = two_nodes().await;
    let nginx = ShippedNginx::in_front_of(&nodes).await;
    let organizer = nodes[0].organizer().await;
    let scorer = organizer.live_match("football").await;
    scorer.post_notes(4).await;
    let mia = organizer.create_user(&nodes[0], "Mia").await;
    let path = format!("/api/streams/{}/messages?limit=3", scorer.game.topic());
    let first = nginx.request_as(&mia.client, &path).send().await;
    assert_eq!((first.status, first.header("x-cache")), (200, "MISS"));
    for request in
        [nginx.request(&path), nginx.request(&path).header("Cookie", "theme=dark").http2()]
    {
        let again = request.send().await;
        assert_eq!(
            (again.text, again.headers["x-cache"].to_str().unwrap()),
            (first.text.clone(), "HIT")
        );
    }
    // The response names the origin that may read it.
    let other = nginx.request(&path).header("Origin", "https://club.example").send().await;
    assert_eq!(other.header("x-cache"), "MISS");
    // A partial page grows.
    let tail = format!("/api/streams/{}/messages?after=3", scorer.game.topic());
    let before = nginx.request(&tail).send().await.page().items.len();
    scorer.post_note("one more").await.ok_json();
    assert_eq!(nginx.request(&tail).send().await.page().items.len(), before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_nginx_writes_no_credentials_to_disk() {
    let nodes = two_nodes().await;
    let nginx = ShippedNginx::in_front_of(&nodes).await;
    let organizer = nodes[0].organizer().await;
    let scorer = organizer.live_match("football").await;
    scorer.post_notes(4).await;
    let scenario = PrivateScenario::new(&nodes[0]).await;
    let token = scenario.mia.client.token.clone().unwrap();
    let topics = json!({ "topics": [format!("match_{}", scenario.game)] });
    let made = scenario.mia.client.post("/api/stream-tickets", topics).await.ok_json();
    let ticket = made["ticket"].as_str().unwrap();
    let bought =
        scenario.mia.client.get(&format!("/api/purchases/{}", scenario.purchase)).await.ok_json();
    let code = bought["tickets"][0]["code"].as_str().unwrap();
    let paths = [
        format!("/api/matches/{}/stream/?transport=poll&wait=0&token={token}", scenario.game),
        format!("/api/matches/{}?ticket={ticket}", scenario.game),
        format!("/api/streams/{}/messages?limit=2&token={token}", scorer.game.topic()),
        format!("/api/tickets/{code}/check-in"),
        format!("//api//tickets/{code}"),
        format!("/?token={token}"),
    ];
    let secrets = [&token, ticket, code];
    let ask_all = async || {
        for path in &paths {
            let page = format!("https://touchline.example{path}");
            let mut request =
                nginx.request(path).header("Referer", &page).with_source_address(ELSEWHERE);
            if path.ends_with("check-in") {
                request = request.with_user(&scenario.organizer.client).json("POST", &json!({}));
            }
            request.send().await;
        }
    };
    ask_all().await;
    let log = nginx.file("access.log");
    assert!(log.contains(r#""path":"/api/tickets/…""#), "{log}");
    nodes[0].kill9();
    nodes[1].kill9();
    ask_all().await;
    for secret in secrets {
        assert_eq!(nginx.files_with(secret), Vec::<std::path::PathBuf>::new(), "{secret}");
    }
    let log = nginx.file("access.log");
    assert!(log.lines().count() >= 2 * paths.len() && !log.contains('?'), "{log}");
    for line in log.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forwarded_headers_from_clients_are_overwritten() {
    let nodes = two_nodes().await;
    let nginx = ShippedNginx::in_front_of(&nodes).await;
    let organizer = nodes[0].organizer().await;
    let game = organizer.create_match("football", "public").await;
    let request = nginx.request(&game.stream_path()).with_source_address(ELSEWHERE);
    let request =
        request.header("X-Forwarded-For", "192.0.2.6").header("Forwarded", "for=192.0.2.7");
    let mut subscriber = request.open().await;
    subscriber.next_frame(Some("live")).await;
    let mut addresses = Vec::new();
    for node in &nodes {
        let found =
            organizer.client.at(&node.address()).get("/api/admin/connections").await.ok_json();
        let items = found["items"].as_array().unwrap().clone();
        addresses.extend(items.iter().map(|item| item["address"].clone()));
    }
    assert_eq!(addresses, [json!(ELSEWHERE)]);

    // The scheme is passed on as well: the cookie is for HTTPS only.
    let body = json!({
        "email": crate::support::server::ADMIN_EMAIL,
        "password": crate::support::server::ADMIN_PASSWORD,
    });
    let response = nginx.request("/api/auth/login").json("POST", &body).send().await;
    assert!(response.header("set-cookie").contains("Secure"), "{response:?}");

    let response = nginx.request("/metrics").send().await;
    assert_eq!(response.problem(404, "internal path"), "not-found");
    assert_eq!(nginx.request("/%6detrics/").send().await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_client_gets_a_limit_response_it_understands() {
    let nodes = two_nodes().await;
    let edits = [("conn streams 500", "conn streams 2"), ("rate=100r/s", "rate=1r/m")];
    let edits = [edits[0], edits[1], ("calls burst=400", "calls burst=3")];
    let nginx = ShippedNginx::with_edits([nodes[0].port, nodes[1].port], &edits).await;
    let organizer = nodes[0].organizer().await;
    let game = organizer.create_match("football", "public").await;
    let mut open_streams = Vec::new();
    for _ in 0..2 {
        let mut subscriber =
            nginx.request(&game.stream_path()).with_source_address(ELSEWHERE).http2().open().await;
        subscriber.next_frame(Some("live")).await;
        open_streams.push(subscriber);
    }
    let mut refused =
        nginx.request(&game.stream_path()).with_source_address(ELSEWHERE).open().await;
    assert!(refused.next_frame(Some("hello")).await.retry.is_some());
    let bye = refused.try_frame(std::time::Duration::from_secs(20)).await.unwrap();
    assert_eq!(bye.json()["reason"], "limit");
    assert!((12_000..20_000).contains(&bye.retry.unwrap()), "{bye:?}");
    let poll = format!("{}?transport=poll", game.stream_path());
    let response = nginx.request(&poll).with_source_address(ELSEWHERE).send().await;
    assert_eq!(response.problem(429, "one poll too many"), "too-many-requests");
    // Other addresses are not affected.
    nginx
        .request(&game.stream_path())
        .with_source_address("127.0.0.3")
        .open()
        .await
        .next_frame(Some("live"))
        .await;

    let mut codes = Vec::new();
    for _ in 0..8 {
        let response = nginx.request("/api/matches").with_source_address(ELSEWHERE).send().await;
        if response.status != 200 {
            codes.push(response.problem(429, "calls"));
            assert!(!response.header("retry-after").is_empty());
        }
    }
    assert!(codes.len() >= 3 && codes.len() <= 4, "{}", codes.len());
    let large = json!({ "name": "x".repeat(100_000) });
    let request = nginx.request_as(&organizer.client, "/api/teams").json("POST", &large);
    assert_eq!(request.send().await.problem(413, "the node's own error"), "body-too-large");
    let team = json!({ "name": "Anybody" });
    let request = nginx.request_as(&organizer.client, "/api/teams").with_source_address(ELSEWHERE);
    let response = request.header("Idempotency-Key", "x").json("POST", &team).send().await;
    assert_eq!(response.problem(429, "one keyed write too many"), "too-many-requests");
    let made = nginx.request_as(&organizer.client, "/api/teams").json("POST", &team).send().await;
    assert!(id(&made.ok_json()) > 0);
}
