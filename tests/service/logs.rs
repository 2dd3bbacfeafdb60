//! What operators see: metrics with the documented names, and logs without credentials.

use serde_json::json;

use crate::support::server::{ADMIN_EMAIL, ADMIN_PASSWORD, JWT_SECRET, TestServer};
use crate::support::users::{Organizer, Person, id};

#[tokio::test(flavor = "multi_thread")]
async fn credentials_never_appear_in_the_log() {
    for format in ["pretty", "json"] {
        let settings = [("log_format", format), ("log", "debug"), ("token_seconds", "3600")];
        let server = TestServer::sqlite(&settings).await;
        let organizer = server.organizer().await;
        let home = organizer.create_team("Home", "private").await;
        let mia = organizer.create_user(&server, "Mia").await;
        organizer.add_member(home, &mia, "coach").await;
        let topic = format!("team_{home}");
        let body = json!({ "topics": [topic] });
        let ticket = mia.client.post("/api/stream-tickets", body).await.json();
        let ticket = ticket["ticket"].as_str().unwrap().to_owned();
        let token = mia.client.token.clone().unwrap();
        let path = format!("/api/teams/{home}/stream/");
        for request in [
            server.subscribe(&format!("{path}?ticket={ticket}")),
            server.subscribe(&format!("{path}?token={token}")),
            server.subscribe(&path).header("Cookie", &format!("touchline={token}")),
            server.subscribe(&path).header("Authorization", &format!("Bearer {token}")),
            server.subscribe(&format!("{path}?token=no{token}")),
            server.subscribe(&format!("/api/nothing/?token={token}&ticket={ticket}")),
        ] {
            request.send().await;
        }
        let code = check_in_ticket(&organizer, &mia).await;
        let lowercase_code = code.to_lowercase();
        let wrong = json!({ "email": mia.email, "password": "a wrong one, typed by hand" });
        server.anonymous().post("/api/auth/login", wrong).await.problem(401, "wrong password");
        server.terminate();
        server.wait_for_exit(std::time::Duration::from_secs(10)).await;
        let log = server.log();
        assert!(log.contains("/stream/"), "requests are not logged");
        assert!(log.contains("POST /api/tickets/… 200"), "{log}");
        let secrets = [
            &*ticket,
            &code,
            &lowercase_code,
            &token,
            &mia.password,
            &mia.email,
            ADMIN_EMAIL,
            ADMIN_PASSWORD,
            JWT_SECRET,
            "a wrong one, typed by hand",
        ];
        for secret in secrets {
            let line = log.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{format}: {secret}");
        }
        if format == "json" {
            for line in log.lines() {
                let read: Result<serde_json::Value, _> = serde_json::from_str(line);
                assert!(read.is_ok_and(|line| line.is_object()), "{line:?}");
            }
        }
    }
}

/// Sells a ticket and checks it in, with the path spelt in several ways; returns its code.
async fn check_in_ticket(organizer: &Organizer, buyer: &Person) -> String {
    let cup = json!({ "name": "Cup", "sport": "football", "visibility": "public" });
    let event = id(&organizer.client.post("/api/events", cup).await.ok_json());
    let order = json!({ "ticket_type": "adult", "quantity": 1 });
    let bought =
        buyer.client.post(&format!("/api/events/{event}/purchases"), order).await.ok_json();
    let status = format!("/api/purchases/{}/status", bought["id"].as_str().unwrap());
    organizer.client.post(&status, json!({ "status": "confirmed" })).await.ok_json();
    let code = bought["tickets"][0]["code"].as_str().unwrap().to_owned();
    let path = format!("/api/tickets/{code}/check-in");
    organizer.client.post(&path, json!({})).await.ok_json();
    for path in [
        format!("/api/tickets/{}", code.to_lowercase()),
        format!("/api/%74ickets/{code}/check-in"),
        format!("/api/tickets/{code}/no/such/page"),
        format!("/api//tickets/{code}"),
        format!("/API/Tickets/{code}"),
        format!("/tickets/{code}"),
    ] {
        organizer.client.post(&path, json!({})).await;
        organizer.client.patch(&path, json!({ "status": "nonsense" })).await;
    }
    code
}

#[tokio::test(flavor = "multi_thread")]
async fn documented_metrics_exist_and_change() {
    let server = TestServer::sqlite(&[]).await;
    let scorer = server.organizer().await.live_match("football").await;
    let mut subscriber = server.subscribe(&scorer.game.stream_path()).open().await;
    subscriber.until_control("live").await;
    scorer.post_note("one").await.ok_json();
    subscriber.next_message().await;
    let cursor = subscriber.cursor.clone().unwrap();
    let mut again = server.subscribe(&scorer.game.stream_path()).after(&cursor).open().await;
    again.until_control("live").await;
    let mut closing = server.subscribe(&scorer.game.stream_path()).open().await;
    closing.until_control("live").await;
    drop(closing);
    wait_for_close(&server).await;
    let text = server.anonymous().get("/metrics").await.text;
    assert!(text.ends_with("# EOF\n"));
    let value = |name: &str| -> f64 {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let found = lines.filter(|line| line.split(['{', ' ']).next() == Some(name));
        let values: Vec<f64> =
            found.map(|line| line.rsplit(' ').next().unwrap().parse().unwrap()).collect();
        assert!(!values.is_empty(), "no {name} in\n{text}");
        values.iter().sum()
    };
    for name in [
        "touchline_streams_open",
        "touchline_stream_connects_total",
        "touchline_resumes_total",
        "touchline_messages_read_total",
        "touchline_deliveries_total",
        "touchline_append_seconds_count",
        "touchline_publish_to_write_seconds_count",
        "touchline_feeder_wakeups_total",
        "touchline_log_reads_total",
        "touchline_snapshot_builds_total",
    ] {
        assert!(value(name) > 0.0, "{name} is zero");
    }
    for name in
        ["touchline_bus_lag_seconds", "touchline_ring_misses_total", "touchline_draining_streams"]
    {
        value(name);
    }
    assert!((value("touchline_streams_open") - 2.0).abs() < 0.1);
}

/// Waits until the server has counted a closed stream.
async fn wait_for_close(server: &TestServer) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !server.anonymous().get("/metrics").await.text.contains(CLOSE_METRIC) {
        assert!(std::time::Instant::now() < deadline, "closed stream was not counted");
    }
}

const CLOSE_METRIC: &str = r#"touchline_stream_closes_total{reason="client"} 1"#;

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_can_list_and_close_connections() {
    let server = TestServer::sqlite(&[]).await;
    let scorer = server.organizer().await.live_match("football").await;
    let mut subscriber = server.subscribe(&scorer.game.stream_path()).open().await;
    let name = subscriber.next_frame().await.json()["connection"].as_str().unwrap().to_owned();
    subscriber.until_control("live").await;
    let list = scorer.client.get("/api/admin/connections").await.ok_json();
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["connection"], name);
    assert_eq!(items[0]["topics"], json!([scorer.game.topic()]));
    assert_eq!((&items[0]["lag"], &items[0]["transport"]), (&json!(0), &json!("sse")));
    let path = format!("/api/admin/connections/{name}");
    assert!(scorer.client.delete(&path).await.status < 300);
    subscriber.until_bye().await;
    scorer.client.delete(&path).await.problem(404, "already closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrators_purchase_reads_are_logged_once_per_read() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let (buyer, other) =
        (organizer.create_user(&server, "Bea").await, organizer.create_user(&server, "Uma").await);
    let cup = json!({ "name": "Cup", "sport": "football", "visibility": "private" });
    let event = id(&organizer.client.post("/api/events", cup).await.ok_json());
    let registrations = format!("/api/events/{event}/registrations");
    for person in [&buyer, &other] {
        organizer.client.post(&registrations, json!({ "user_id": person.id })).await.ok_json();
    }
    let order = json!({ "ticket_type": "adult", "quantity": 1 });
    let bought =
        buyer.client.post(&format!("/api/events/{event}/purchases"), order).await.ok_json();
    let purchase = bought["id"].as_str().unwrap();
    let audit_line = format!("Administrator 1 read purchase {purchase}");
    let times = || server.log().matches(&audit_line).count();

    let path = format!("/api/purchases/{purchase}");
    buyer.client.get(&path).await.ok_json();
    assert_eq!(times(), 0, "read by the buyer");
    let mut stream =
        server.subscribe(&format!("{path}/stream")).with_user(&organizer.client).open().await;
    stream.until_control("live").await;
    assert_eq!(times(), 1, "stream");
    organizer.client.get(&path).await.ok_json();
    organizer.client.get(&format!("{path}/stream?transport=poll&wait=0")).await.ok_json();
    assert_eq!(times(), 3, "read and poll");

    // The rights sweep re-checks every subscriber, which does not count as a read.
    let path = format!("/api/events/{event}/stream");
    let mut revoked = server.subscribe(&path).with_user(&other.client).open().await;
    revoked.until_control("live").await;
    organizer.client.delete(&format!("{registrations}/users/{}", other.id)).await.ok_json();
    revoked.until_bye().await;
    assert_eq!(times(), 3, "re-check of an open stream");
}
