//! What an operator sees: metrics by the names promised, and logs without credentials.

use serde_json::json;

use crate::support::server::{ADMIN_EMAIL, ADMIN_PASSWORD, JWT_SECRET, TestServer};
use crate::support::users::{Organizer, Person, id};

#[tokio::test(flavor = "multi_thread")]
async fn credentials_never_appear_in_the_log() {
    for format in ["pretty", "json"] {
        let settings = [("log_format", format), ("log", "debug"), ("token_seconds", "3600")];
        let server = TestServer::sqlite(&settings).await;
        let organizer = server.organizer().await;
        let home = organizer.team("Home", "private").await;
        let mia = organizer.person(&server, "Mia").await;
        organizer.join(home, &mia, "coach").await;
        let topic = format!("team_{home}");
        let body = json!({ "topics": [topic] });
        let ticket = mia.client.post("/api/stream-tickets", body).await.json();
        let ticket = ticket["ticket"].as_str().unwrap().to_owned();
        let token = mia.client.token.clone().unwrap();
        let path = format!("/api/teams/{home}/stream/");
        for way in [
            server.watch(&format!("{path}?ticket={ticket}")),
            server.watch(&format!("{path}?token={token}")),
            server.watch(&path).with("Cookie", &format!("touchline={token}")),
            server.watch(&path).with("Authorization", &format!("Bearer {token}")),
            server.watch(&format!("{path}?token=no{token}")),
            server.watch(&format!("/api/nothing/?token={token}&ticket={ticket}")),
        ] {
            way.answer().await;
        }
        let code = let_in(&organizer, &mia).await;
        let shouted = code.to_lowercase();
        let wrong = json!({ "email": mia.email, "password": "a wrong one, typed by hand" });
        server.stranger().post("/api/auth/login", wrong).await.problem(401, "wrong");
        server.terminate();
        server.ended(std::time::Duration::from_secs(10)).await;
        let log = server.log();
        assert!(log.contains("/stream/"), "the log tells of requests");
        assert!(log.contains("POST /api/tickets/… 200"), "{log}");
        let secrets = [
            &*ticket,
            &code,
            &shouted,
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

/// Sells somebody a ticket and lets them in with it, in all ways of writing the path; its code.
async fn let_in(organizer: &Organizer, buyer: &Person) -> String {
    let cup = json!({ "name": "Cup", "sport": "football", "visibility": "public" });
    let event = id(&organizer.client.post("/api/events", cup).await.ok());
    let order = json!({ "ticket_type": "adult", "quantity": 1 });
    let bought = buyer.client.post(&format!("/api/events/{event}/purchases"), order).await.ok();
    let status = format!("/api/purchases/{}/status", bought["id"].as_str().unwrap());
    organizer.client.post(&status, json!({ "status": "confirmed" })).await.ok();
    let code = bought["tickets"][0]["code"].as_str().unwrap().to_owned();
    let path = format!("/api/tickets/{code}/check-in");
    organizer.client.post(&path, json!({})).await.ok();
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
    let scorer = server.organizer().await.live("football").await;
    let mut viewer = server.watch(&scorer.game.stream()).open().await;
    viewer.control("live").await;
    scorer.note("one").await.ok();
    viewer.message().await;
    let cursor = viewer.cursor.clone().unwrap();
    let mut again = server.watch(&scorer.game.stream()).after(&cursor).open().await;
    again.control("live").await;
    let mut gone = server.watch(&scorer.game.stream()).open().await;
    gone.control("live").await;
    drop(gone);
    closed(&server).await;
    let text = server.stranger().get("/metrics").await.text;
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
        "touchline_messages_total",
        "touchline_deliveries_total",
        "touchline_append_seconds_count",
        "touchline_publish_to_write_seconds_count",
        "touchline_feeder_wakeups_total",
        "touchline_log_reads_total",
        "touchline_snapshot_builds_total",
    ] {
        assert!(value(name) > 0.0, "{name} has not moved");
    }
    for name in ["touchline_bus_lag_seconds", "touchline_ring_misses_total", "touchline_drain_left"]
    {
        value(name);
    }
    assert!((value("touchline_streams_open") - 2.0).abs() < 0.1);
}

/// Waits until the server has counted the end of a stream.
async fn closed(server: &TestServer) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !server.stranger().get("/metrics").await.text.contains(CLOSED) {
        assert!(std::time::Instant::now() < deadline, "a stream's end is counted");
    }
}

const CLOSED: &str = r#"touchline_stream_closes_total{reason="client"} 1"#;

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_can_list_and_close_connections() {
    let server = TestServer::sqlite(&[]).await;
    let scorer = server.organizer().await.live("football").await;
    let mut viewer = server.watch(&scorer.game.stream()).open().await;
    let name = viewer.block().await.json()["connection"].as_str().unwrap().to_owned();
    viewer.control("live").await;
    let list = scorer.client.get("/api/admin/connections").await.ok();
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["connection"], name);
    assert_eq!(items[0]["topics"], json!([scorer.game.topic()]));
    assert_eq!((&items[0]["lag"], &items[0]["transport"]), (&json!(0), &json!("sse")));
    let path = format!("/api/admin/connections/{name}");
    assert!(scorer.client.delete(&path).await.status < 300);
    viewer.goodbye().await;
    scorer.client.delete(&path).await.problem(404, "it has ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrators_purchase_reads_are_logged_once_per_read() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let (buyer, other) =
        (organizer.person(&server, "Bea").await, organizer.person(&server, "Uma").await);
    let cup = json!({ "name": "Cup", "sport": "football", "visibility": "private" });
    let event = id(&organizer.client.post("/api/events", cup).await.ok());
    let registrations = format!("/api/events/{event}/registrations");
    for person in [&buyer, &other] {
        organizer.client.post(&registrations, json!({ "user_id": person.id })).await.ok();
    }
    let order = json!({ "ticket_type": "adult", "quantity": 1 });
    let bought = buyer.client.post(&format!("/api/events/{event}/purchases"), order).await.ok();
    let purchase = bought["id"].as_str().unwrap();
    let said = format!("Administrator 1 read purchase {purchase}");
    let times = || server.log().matches(&said).count();

    let path = format!("/api/purchases/{purchase}");
    buyer.client.get(&path).await.ok();
    assert_eq!(times(), 0, "the buyer's own");
    let mut stream = server.watch(&format!("{path}/stream")).by(&organizer.client).open().await;
    stream.control("live").await;
    assert_eq!(times(), 1, "a stream");
    organizer.client.get(&path).await.ok();
    organizer.client.get(&format!("{path}/stream?transport=poll&wait=0")).await.ok();
    assert_eq!(times(), 3, "a look and a poll");

    // Rights are asked anew of everybody who reads, which is no reading.
    let path = format!("/api/events/{event}/stream");
    let mut ends = server.watch(&path).by(&other.client).open().await;
    ends.control("live").await;
    organizer.client.delete(&format!("{registrations}/users/{}", other.id)).await.ok();
    ends.goodbye().await;
    assert_eq!(times(), 3, "a stream that goes on");
}
