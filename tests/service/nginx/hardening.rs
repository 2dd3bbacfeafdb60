//! What nginx must not keep, write down or believe, and how it refuses.

use serde_json::json;

use crate::http_caching::{Private, SECRET};
use crate::support::api_client::Answer;
use crate::support::shipped_nginx::{Front, two_nodes};
use crate::support::users::id;

/// An address of this machine that is not 127.0.0.1, which limits leave alone.
const ELSEWHERE: &str = "127.0.0.2";

#[tokio::test(flavor = "multi_thread")]
async fn g7_nginx_never_caches_private_responses() {
    let nodes = two_nodes().await;
    let front = Front::before(&nodes).await;
    let world = Private::new(&nodes[0]).await;
    let is_kept = |answer: &Answer| ["HIT", "STALE"].contains(&answer.header("x-cache"));
    for path in world.paths() {
        for _ in 0..2 {
            let answer = front.ask_by(&world.mia.client, &path).answer().await;
            assert!(answer.status == 200 && !is_kept(&answer), "{path}: {answer:?}");
        }
        let answer = front.ask(&path).answer().await;
        assert!([401, 403, 404].contains(&answer.status), "{path}: {answer:?}");
        assert!(!answer.text.contains(SECRET) && !is_kept(&answer), "{path}: {answer:?}");
    }
    assert_eq!(front.files_with(SECRET), Vec::<std::path::PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn public_history_is_cached_once_for_everybody() {
    let nodes = two_nodes().await;
    let front = Front::before(&nodes).await;
    let organizer = nodes[0].organizer().await;
    let scorer = organizer.live("football").await;
    scorer.notes(4).await;
    let mia = organizer.person(&nodes[0], "Mia").await;
    let path = format!("/api/streams/{}/messages?limit=3", scorer.game.topic());
    let first = front.ask_by(&mia.client, &path).answer().await;
    assert_eq!((first.status, first.header("x-cache")), (200, "MISS"));
    for ask in [front.ask(&path), front.ask(&path).with("Cookie", "theme=dark").http2()] {
        let again = ask.answer().await;
        assert_eq!(
            (again.text, again.headers["x-cache"].to_str().unwrap()),
            (first.text.clone(), "HIT")
        );
    }
    // Which page may read it is in the answer.
    let other = front.ask(&path).with("Origin", "https://club.example").answer().await;
    assert_eq!(other.header("x-cache"), "MISS");
    // A page that isn't full grows.
    let tail = format!("/api/streams/{}/messages?after=3", scorer.game.topic());
    let before = front.ask(&tail).answer().await.page().items.len();
    scorer.note("one more").await.ok();
    assert_eq!(front.ask(&tail).answer().await.page().items.len(), before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_nginx_writes_no_credentials_to_disk() {
    let nodes = two_nodes().await;
    let front = Front::before(&nodes).await;
    let organizer = nodes[0].organizer().await;
    let scorer = organizer.live("football").await;
    scorer.notes(4).await;
    let world = Private::new(&nodes[0]).await;
    let token = world.mia.client.token.clone().unwrap();
    let topics = json!({ "topics": [format!("match_{}", world.game)] });
    let made = world.mia.client.post("/api/stream-tickets", topics).await.ok();
    let ticket = made["ticket"].as_str().unwrap();
    let bought = world.mia.client.get(&format!("/api/purchases/{}", world.purchase)).await.ok();
    let code = bought["tickets"][0]["code"].as_str().unwrap();
    let paths = [
        format!("/api/matches/{}/stream/?transport=poll&wait=0&token={token}", world.game),
        format!("/api/matches/{}?ticket={ticket}", world.game),
        format!("/api/streams/{}/messages?limit=2&token={token}", scorer.game.topic()),
        format!("/api/tickets/{code}/check-in"),
        format!("//api//tickets/{code}"),
        format!("/?token={token}"),
    ];
    let secrets = [&token, ticket, code];
    let ask_all = async || {
        for path in &paths {
            let page = format!("https://touchline.example{path}");
            let mut ask = front.ask(path).with("Referer", &page).from(ELSEWHERE);
            if path.ends_with("check-in") {
                ask = ask.by(&world.organizer.client).write("POST", &json!({}));
            }
            ask.answer().await;
        }
    };
    ask_all().await;
    let log = front.file("access.log");
    assert!(log.contains(r#""path":"/api/tickets/…""#), "{log}");
    nodes[0].kill9();
    nodes[1].kill9();
    ask_all().await;
    for secret in secrets {
        assert_eq!(front.files_with(secret), Vec::<std::path::PathBuf>::new(), "{secret}");
    }
    let log = front.file("access.log");
    assert!(log.lines().count() >= 2 * paths.len() && !log.contains('?'), "{log}");
    for line in log.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forwarded_headers_from_clients_are_overwritten() {
    let nodes = two_nodes().await;
    let front = Front::before(&nodes).await;
    let organizer = nodes[0].organizer().await;
    let game = organizer.game("football", "public").await;
    let ask = front.ask(&game.stream()).from(ELSEWHERE);
    let ask = ask.with("X-Forwarded-For", "192.0.2.6").with("Forwarded", "for=192.0.2.7");
    let mut reader = ask.open().await;
    reader.next(Some("live")).await;
    let mut addresses = Vec::new();
    for node in &nodes {
        let found = organizer.client.at(&node.address()).get("/api/admin/connections").await.ok();
        let items = found["items"].as_array().unwrap().clone();
        addresses.extend(items.iter().map(|item| item["address"].clone()));
    }
    assert_eq!(addresses, [json!(ELSEWHERE)]);

    // And so is the scheme: a cookie for HTTPS alone.
    let body = json!({
        "email": crate::support::server::ADMIN_EMAIL,
        "password": crate::support::server::ADMIN_PASSWORD,
    });
    let answer = front.ask("/api/auth/login").write("POST", &body).answer().await;
    assert!(answer.header("set-cookie").contains("Secure"), "{answer:?}");

    let answer = front.ask("/metrics").answer().await;
    assert_eq!(answer.problem(404, "for the inside"), "not-found");
    assert_eq!(front.ask("/%6detrics/").answer().await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_client_gets_a_limit_response_it_understands() {
    let nodes = two_nodes().await;
    let edits = [("conn streams 500", "conn streams 2"), ("rate=100r/s", "rate=1r/m")];
    let edits = [edits[0], edits[1], ("calls burst=400", "calls burst=3")];
    let front = Front::with([nodes[0].port, nodes[1].port], &edits).await;
    let organizer = nodes[0].organizer().await;
    let game = organizer.game("football", "public").await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut reader = front.ask(&game.stream()).from(ELSEWHERE).http2().open().await;
        reader.next(Some("live")).await;
        held.push(reader);
    }
    let mut refused = front.ask(&game.stream()).from(ELSEWHERE).open().await;
    assert!(refused.next(Some("hello")).await.retry.is_some());
    let bye = refused.try_block(std::time::Duration::from_secs(20)).await.unwrap();
    assert_eq!(bye.json()["reason"], "limit");
    assert!((12_000..20_000).contains(&bye.retry.unwrap()), "{bye:?}");
    let poll = format!("{}?transport=poll", game.stream());
    let answer = front.ask(&poll).from(ELSEWHERE).answer().await;
    assert_eq!(answer.problem(429, "a poll too many"), "too-many-requests");
    // Others are not harmed.
    front.ask(&game.stream()).from("127.0.0.3").open().await.next(Some("live")).await;

    let mut codes = Vec::new();
    for _ in 0..8 {
        let answer = front.ask("/api/matches").from(ELSEWHERE).answer().await;
        if answer.status != 200 {
            codes.push(answer.problem(429, "calls"));
            assert!(!answer.header("retry-after").is_empty());
        }
    }
    assert!(codes.len() >= 3 && codes.len() <= 4, "{}", codes.len());
    let large = json!({ "name": "x".repeat(100_000) });
    let ask = front.ask_by(&organizer.client, "/api/teams").write("POST", &large);
    assert_eq!(ask.answer().await.problem(413, "the node's own words"), "body-too-large");
    let team = json!({ "name": "Anybody" });
    let ask = front.ask_by(&organizer.client, "/api/teams").from(ELSEWHERE);
    let answer = ask.with("Idempotency-Key", "x").write("POST", &team).answer().await;
    assert_eq!(answer.problem(429, "a keyed write too many"), "too-many-requests");
    let made = front.ask_by(&organizer.client, "/api/teams").write("POST", &team).answer().await;
    assert!(id(&made.ok()) > 0);
}
