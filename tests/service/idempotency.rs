//! G5: the same write sent again has one effect and gets the first answer.

use serde_json::{Value, json};

use crate::support::api_client::Answer;
use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::users::note;

crate::support::on_both! {
    g5_concurrent_requests_with_one_key_have_one_effect,
    g5_an_outbox_sent_twice_concurrently_is_applied_once,
}

async fn g5_concurrent_requests_with_one_key_have_one_effect(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let mut scorer = server.organizer().await.live("football").await;
    let path = scorer.game.path("/incidents");
    for round in 0..5 {
        let before = scorer.client.head(&scorer.game.topic()).await;
        let (key, body) = (format!("round-{round}"), note(&format!("round {round}")));
        let sendings = (0..16).map(|_| {
            let (client, path) = (scorer.client.afresh(), path.clone());
            let (key, body) = (key.clone(), body.clone());
            tokio::spawn(async move { client.post_keyed(&path, body, &key).await.unwrap() })
        });
        let sendings: Vec<_> = sendings.collect();
        let mut answers = Vec::new();
        for sending in sendings {
            answers.push(sending.await.unwrap());
        }
        assert_same(&answers);
        assert_eq!(scorer.client.head(&scorer.game.topic()).await, before + 1, "one effect");
    }
    // After a restart the answer is still known; another body is refused; another path is not.
    let first = scorer.client.post_keyed(&path, note("round 0"), "round-0").await.unwrap();
    server.kill9();
    server.again().await;
    scorer.client = scorer.client.afresh();
    let after = scorer.client.post_keyed(&path, note("round 0"), "round-0").await.unwrap();
    assert_same(&[first, after]);
    let other = scorer.client.post_keyed(&path, note("other"), "round-0").await.unwrap();
    assert_eq!(other.problem(422, "another body"), "idempotency-key-reused");
    let pause = scorer.game.path("/pause");
    scorer.client.post_keyed(&pause, json!({}), "round-0").await.unwrap().ok();
    assert!(
        scorer
            .client
            .history(&scorer.game.topic())
            .await
            .iter()
            .all(|text| { !text.contains("other") })
    );
}

fn assert_same(answers: &[Answer]) {
    for answer in answers {
        assert_eq!(answer.status, 201, "{}", answer.text);
        assert_eq!(answer.text, answers[0].text);
        let cursor = answer.header("touchline-cursor");
        assert_eq!(cursor, answers[0].header("touchline-cursor"));
        assert!(!cursor.is_empty(), "a write that told a stream says where");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g5_rejections_are_replayed_too() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let game = organizer.game("football", "public").await;
    let path = game.path("/incidents");
    let early = organizer.client.post_keyed(&path, note("early"), "k").await.unwrap();
    assert_eq!(early.problem(409, "not started"), "wrong-state");
    let scorer = organizer.start(game).await;
    let again = scorer.client.post_keyed(&path, note("early"), "k").await.unwrap();
    assert_eq!((again.status, &again.text), (409, &early.text), "the first answer");
    scorer.client.post_keyed(&path, note("early"), "k2").await.unwrap().ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn g5_keys_are_per_user_and_visible_ascii() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let scorer = organizer.live("football").await;
    let bo = organizer.person(&server, "Bo").await;
    organizer.appoint(scorer.game, &bo, "scorer").await;
    let path = scorer.game.path("/incidents");
    let mine = scorer.client.post_keyed(&path, note("mine"), "same").await.unwrap().ok();
    let his = bo.client.post_keyed(&path, note("his"), "same").await.unwrap().ok();
    assert_ne!(mine["id"], his["id"], "two people, two writes");
    let before = scorer.client.head(&scorer.game.topic()).await;
    for key in ["", "two words", &"k".repeat(129), "tab\there"] {
        let answer = scorer.client.post_keyed(&path, note("bad key"), key).await.unwrap();
        assert_eq!(answer.problem(400, key), "bad-request", "{key:?}");
    }
    assert_eq!(scorer.client.head(&scorer.game.topic()).await, before);
    let longest = "k".repeat(128);
    scorer.client.post_keyed(&path, note("longest"), &longest).await.unwrap().ok();
}

async fn g5_an_outbox_sent_twice_concurrently_is_applied_once(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let scorer = server.organizer().await.live("football").await;
    let mut outbox: Vec<Value> = (0..10)
        .map(|number| entry(number, "incidents", note(&format!("offline {number}"))))
        .collect();
    let nonsense = json!({ "kind": "touchdown", "period": "first_half", "minute": 4 });
    outbox.insert(4, entry(99, "incidents", nonsense));
    let outbox = Value::from(outbox);
    let path = scorer.game.path("/sync");
    let before = scorer.client.head(&scorer.game.topic()).await;

    let sendings: Vec<_> = (0..4)
        .map(|_| {
            let (client, path, outbox) = (scorer.client.afresh(), path.clone(), outbox.clone());
            tokio::spawn(async move { client.post(&path, outbox).await })
        })
        .collect();
    let mut applied = 0;
    for sending in sendings {
        let answer = sending.await.unwrap().ok();
        applied += results(&answer).iter().filter(|one| one["status"] == "applied").count();
        let rejected = &results(&answer)[4];
        assert_eq!(rejected["status"], "rejected", "{answer}");
        assert_eq!(rejected["problem"]["code"], "invalid-field", "{answer}");
    }
    assert_eq!(applied, 10, "each applied by one of the four");
    let again = scorer.client.post(&path, outbox).await.ok();
    assert_eq!(results(&again).iter().filter(|one| one["status"] == "duplicate").count(), 10);

    let told = scorer.client.history_after(&scorer.game.topic(), &before.to_string()).await;
    let texts: Vec<_> = told
        .iter()
        .map(|text| serde_json::from_str::<Value>(text).unwrap())
        .map(|told| told["data"]["incident"]["text"].as_str().unwrap().to_owned())
        .collect();
    let expected: Vec<_> = (0..10).map(|number| format!("offline {number}")).collect();
    let mut sorted = texts.clone();
    sorted.sort();
    assert_eq!(sorted, expected, "each once");
}

fn entry(number: u32, action: &str, body: Value) -> Value {
    json!({
        "client_id": format!("00000000-0000-4000-8000-{number:012}"),
        "occurred_at": "2026-11-21T15:04:05.123Z", "action": action, "body": body,
    })
}

fn results(answer: &Value) -> &Vec<Value> {
    answer.as_array().or_else(|| answer["items"].as_array()).unwrap_or_else(|| panic!("{answer}"))
}
