//! G5: a repeated write has one effect and gets the first response again.

use serde_json::{Value, json};

use crate::support::api_client::ApiResponse;
use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::users::note_body;

crate::support::on_both! {
    g5_concurrent_requests_with_one_key_have_one_effect,
    g5_an_outbox_sent_twice_concurrently_is_applied_once,
}

async fn g5_concurrent_requests_with_one_key_have_one_effect(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let mut scorer = server.organizer().await.live_match("football").await;
    let path = scorer.game.path("/incidents");
    for round in 0..5 {
        let before = scorer.client.head_seq(&scorer.game.topic()).await;
        let (key, body) = (format!("round-{round}"), note_body(&format!("round {round}")));
        let sendings = (0..16).map(|_| {
            let (client, path) = (scorer.client.with_new_connections(), path.clone());
            let (key, body) = (key.clone(), body.clone());
            tokio::spawn(async move { client.post_keyed(&path, body, &key).await.unwrap() })
        });
        let sendings: Vec<_> = sendings.collect();
        let mut responses = Vec::new();
        for sending in sendings {
            responses.push(sending.await.unwrap());
        }
        assert_same(&responses);
        assert_eq!(scorer.client.head_seq(&scorer.game.topic()).await, before + 1, "one effect");
    }
    // Keys survive a restart; a different body is rejected, another path is independent.
    let first = scorer.client.post_keyed(&path, note_body("round 0"), "round-0").await.unwrap();
    server.kill9();
    server.restart().await;
    scorer.client = scorer.client.with_new_connections();
    let after = scorer.client.post_keyed(&path, note_body("round 0"), "round-0").await.unwrap();
    assert_same(&[first, after]);
    let other = scorer.client.post_keyed(&path, note_body("other"), "round-0").await.unwrap();
    assert_eq!(other.problem(422, "different body"), "idempotency-key-reused");
    let pause = scorer.game.path("/pause");
    scorer.client.post_keyed(&pause, json!({}), "round-0").await.unwrap().ok_json();
    assert!(
        scorer
            .client
            .history(&scorer.game.topic())
            .await
            .iter()
            .all(|text| { !text.contains("other") })
    );
}

fn assert_same(responses: &[ApiResponse]) {
    for response in responses {
        assert_eq!(response.status, 201, "{}", response.text);
        assert_eq!(response.text, responses[0].text);
        let cursor = response.header("touchline-cursor");
        assert_eq!(cursor, responses[0].header("touchline-cursor"));
        assert!(!cursor.is_empty(), "write without a cursor");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g5_rejections_are_replayed_too() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let game = organizer.create_match("football", "public").await;
    let path = game.path("/incidents");
    let early = organizer.client.post_keyed(&path, note_body("early"), "k").await.unwrap();
    assert_eq!(early.problem(409, "match not started"), "wrong-state");
    let scorer = organizer.start_match(game).await;
    let again = scorer.client.post_keyed(&path, note_body("early"), "k").await.unwrap();
    assert_eq!((again.status, &again.text), (409, &early.text), "first response replayed");
    scorer.client.post_keyed(&path, note_body("early"), "k2").await.unwrap().ok_json();
}

#[tokio::test(flavor = "multi_thread")]
async fn g5_keys_are_per_user_and_visible_ascii() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let scorer = organizer.live_match("football").await;
    let bo = organizer.create_user(&server, "Bo").await;
    organizer.add_official(scorer.game, &bo, "scorer").await;
    let path = scorer.game.path("/incidents");
    let mine = scorer.client.post_keyed(&path, note_body("mine"), "same").await.unwrap().ok_json();
    let his = bo.client.post_keyed(&path, note_body("his"), "same").await.unwrap().ok_json();
    assert_ne!(mine["id"], his["id"], "keys are shared between users");
    let before = scorer.client.head_seq(&scorer.game.topic()).await;
    for key in ["", "two words", &"k".repeat(129), "tab\there"] {
        let response = scorer.client.post_keyed(&path, note_body("bad key"), key).await.unwrap();
        assert_eq!(response.problem(400, key), "bad-request", "{key:?}");
    }
    assert_eq!(scorer.client.head_seq(&scorer.game.topic()).await, before);
    let longest = "k".repeat(128);
    scorer.client.post_keyed(&path, note_body("longest"), &longest).await.unwrap().ok_json();
}

async fn g5_an_outbox_sent_twice_concurrently_is_applied_once(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let scorer = server.organizer().await.live_match("football").await;
    let mut outbox: Vec<Value> = (0..10)
        .map(|number| entry(number, "incidents", note_body(&format!("offline {number}"))))
        .collect();
    let nonsense = json!({ "kind": "touchdown", "period": "first_half", "minute": 4 });
    outbox.insert(4, entry(99, "incidents", nonsense));
    let outbox = Value::from(outbox);
    let path = scorer.game.path("/sync");
    let before = scorer.client.head_seq(&scorer.game.topic()).await;

    let sendings: Vec<_> = (0..4)
        .map(|_| {
            let (client, path, outbox) =
                (scorer.client.with_new_connections(), path.clone(), outbox.clone());
            tokio::spawn(async move { client.post(&path, outbox).await })
        })
        .collect();
    let mut applied = 0;
    for sending in sendings {
        let response = sending.await.unwrap().ok_json();
        applied += results(&response).iter().filter(|one| one["status"] == "applied").count();
        let rejected = &results(&response)[4];
        assert_eq!(rejected["status"], "rejected", "{response}");
        assert_eq!(rejected["problem"]["code"], "invalid-field", "{response}");
    }
    assert_eq!(applied, 10, "applied other than once in four sends");
    let again = scorer.client.post(&path, outbox).await.ok_json();
    assert_eq!(results(&again).iter().filter(|one| one["status"] == "duplicate").count(), 10);

    let received = scorer.client.history_after(&scorer.game.topic(), &before.to_string()).await;
    let texts: Vec<_> = received
        .iter()
        .map(|text| serde_json::from_str::<Value>(text).unwrap())
        .map(|received| received["data"]["incident"]["text"].as_str().unwrap().to_owned())
        .collect();
    let expected: Vec<_> = (0..10).map(|number| format!("offline {number}")).collect();
    let mut sorted = texts.clone();
    sorted.sort();
    assert_eq!(sorted, expected, "duplicates");
}

fn entry(number: u32, action: &str, body: Value) -> Value {
    json!({
        "client_id": format!("00000000-0000-4000-8000-{number:012}"),
        "occurred_at": "2026-11-21T15:04:05.123Z", "action": action, "body": body,
    })
}

fn results(response: &Value) -> &Vec<Value> {
    response
        .as_array()
        .or_else(|| response["items"].as_array())
        .unwrap_or_else(|| panic!("{response}"))
}
