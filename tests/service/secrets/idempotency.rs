//! G5 for requests with secrets: a repeat gets the same response, and no secret is stored for it.

use serde_json::json;
use touchline::domain::visibility::Visibility;
use touchline::store::StoreError;
use touchline::store::mutation::CreatePurchase;

use super::{CODE_COLUMNS, create_event, idempotency_key, send_with_key};
use crate::support::database::Database;
use crate::support::mutations::{keyed_request, league};
use crate::support::scan;
use crate::support::scan::Column;
use crate::support::server::{ADMIN_EMAIL, ADMIN_PASSWORD, TestServer};

crate::support::on_both! {
    g5_a_response_with_a_secret_is_replayed_unchanged,
    g5_passwords_are_excluded_from_the_request_hash,
    g5_a_changed_server_secret_repeats_no_write,
    g5_nodes_without_a_configured_secret_share_one_in_the_database,
}

async fn g5_a_response_with_a_secret_is_replayed_unchanged(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let path = format!("/api/events/{}/purchases", create_event(&organizer).await);
    let order = |quantity: i64| json!({ "ticket_type": "adult", "quantity": quantity });
    let buyer = &organizer.client;

    let short = send_with_key(buyer, "POST", &path, order(1), "fifteen-chars-k").await;
    assert_eq!(short.problem(422, "short key"), "idempotency-key-too-short");
    assert_eq!(buyer.get("/api/purchases").await.ok_json()["items"], json!([]), "nothing bought");
    let long = "sixteen-chars-k!";
    let first = send_with_key(buyer, "POST", &path, order(1), long).await;
    let code = first.ok_json()["tickets"][0]["code"].clone();
    assert!(code.is_string());
    server.kill9();
    server.restart().await;
    let again = send_with_key(&buyer.with_new_connections(), "POST", &path, order(1), long).await;
    assert_eq!((again.status, &again.text), (first.status, &first.text), "after a restart");
    assert_eq!(again.header("etag"), first.header("etag"));
    assert_eq!(again.header("location"), first.header("location"));
    let other = send_with_key(&buyer.with_new_connections(), "POST", &path, order(2), long).await;
    assert_eq!(other.problem(422, "different body"), "idempotency-key-reused");
    let all = buyer.with_new_connections().get("/api/purchases").await.ok_json();
    assert_eq!(all["items"].as_array().unwrap().len(), 1);
}

async fn g5_passwords_are_excluded_from_the_request_hash(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let admin = server.admin().await;
    let fields = |name: &str, password: &str| json!({ "email": "mia@x.org", "name": name, "password": password });
    let made = send_with_key(
        &admin,
        "POST",
        "/api/users",
        fields("Mia", "the first one"),
        &idempotency_key(1),
    )
    .await;
    assert_eq!(made.status, 201, "{}", made.text);

    let again = send_with_key(
        &admin,
        "POST",
        "/api/users",
        fields("Mia", "the second one"),
        &idempotency_key(1),
    )
    .await;
    assert_eq!((again.status, &again.text), (201, &made.text), "first response replayed");
    let other = send_with_key(
        &admin,
        "POST",
        "/api/users",
        fields("Max", "the first one"),
        &idempotency_key(1),
    )
    .await;
    assert_eq!(other.problem(422, "different name"), "idempotency-key-reused");

    let stranger = server.anonymous();
    let sign_in = |password: &str| json!({ "email": "mia@x.org", "password": password });
    stranger.post("/api/auth/login", sign_in("the first one")).await.ok_json();
    stranger
        .post("/api/auth/login", sign_in("the second one"))
        .await
        .problem(401, "password was not set");
}

/// After a change of the server's secret, requests are still recognised by key, though no longer by
/// body, and sealed responses cannot be opened.
async fn g5_a_changed_server_secret_repeats_no_write(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let team = json!({ "name": "Home", "visibility": "public" });
    let path = format!("/api/events/{}/purchases", create_event(&organizer).await);
    let order = json!({ "ticket_type": "adult", "quantity": 1 });
    let client = &organizer.client;
    let made = send_with_key(client, "POST", "/api/teams", team.clone(), &idempotency_key(1)).await;
    let bought = send_with_key(client, "POST", &path, order.clone(), &idempotency_key(2)).await;
    assert_eq!((made.status, bought.status), (201, 201));
    server.kill9();

    let mut command = server.command(&["serve"]);
    command.env("TOUCHLINE_JWT_SECRET", "another secret of the tests, 32 bytes or more");
    server.run(command).await;
    let client = server.anonymous().sign_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let again = send_with_key(&client, "POST", "/api/teams", team, &idempotency_key(1)).await;
    assert_eq!((again.status, &again.text), (201, &made.text));
    let again = send_with_key(&client, "POST", &path, order, &idempotency_key(2)).await;
    assert_eq!(again.problem(422, "sealed response"), "idempotency-key-reused");
    let all = client.get("/api/purchases").await.ok_json();
    assert_eq!(all["items"].as_array().unwrap().len(), 1, "bought twice");
}

/// As with identity provider keys, which nodes do not share as a secret.
async fn g5_nodes_without_a_configured_secret_share_one_in_the_database(database: Database) {
    let (one, two) = (database.open().await, database.open().await);
    league(&one, Visibility::Public).await;
    let event_id = 1;
    let buy =
        |quantity: i64| CreatePurchase { event_id, ticket_type: "adult".to_owned(), quantity };
    let first = keyed_request(buy(1), &idempotency_key(1), "body").commit(&one).await.unwrap();

    let again = keyed_request(buy(1), &idempotency_key(1), "body").commit(&two).await.unwrap();
    assert!(again.is_replay);
    assert_eq!(again.body, first.body);
    let other = keyed_request(buy(2), &idempotency_key(1), "another").commit(&two).await;
    assert!(matches!(other, Err(StoreError::IdempotencyKeyReused)), "{other:?}");
    let code = first.body["tickets"][0]["code"].as_str().unwrap();
    for Column { name, text } in scan::columns(&database).await {
        assert!(CODE_COLUMNS.contains(&name.as_str()) || !text.contains(code), "{name}");
    }
}
