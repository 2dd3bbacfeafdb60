//! G5 where secrets are about: the same request gets the same answer, and no secret is kept for it.

use serde_json::json;
use touchline::store::StoreError;
use touchline::store::mutation::Mutation;

use super::{PLACES_OF_CODES, cup, key, keyed};
use crate::support::database::Database;
use crate::support::jobs::{keyed as keyed_job, league};
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
    let path = format!("/api/events/{}/purchases", cup(&organizer).await);
    let order = |quantity: i64| json!({ "ticket_type": "adult", "quantity": quantity });
    let buyer = &organizer.client;

    let short = keyed(buyer, "POST", &path, order(1), "fifteen-chars-k").await;
    assert_eq!(short.problem(422, "a key to guess"), "idempotency-key-too-short");
    assert_eq!(buyer.get("/api/purchases").await.ok()["items"], json!([]), "nothing was bought");
    let long = "sixteen-chars-k!";
    let first = keyed(buyer, "POST", &path, order(1), long).await;
    let code = first.ok()["tickets"][0]["code"].clone();
    assert!(code.is_string());
    server.kill9();
    server.again().await;
    let again = keyed(&buyer.afresh(), "POST", &path, order(1), long).await;
    assert_eq!((again.status, &again.text), (first.status, &first.text), "after a restart");
    assert_eq!(again.header("etag"), first.header("etag"));
    assert_eq!(again.header("location"), first.header("location"));
    let other = keyed(&buyer.afresh(), "POST", &path, order(2), long).await;
    assert_eq!(other.problem(422, "another body"), "idempotency-key-reused");
    let all = buyer.afresh().get("/api/purchases").await.ok();
    assert_eq!(all["items"].as_array().unwrap().len(), 1);
}

async fn g5_passwords_are_excluded_from_the_request_hash(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let admin = server.admin().await;
    let fields = |name: &str, password: &str| json!({ "email": "mia@x.org", "name": name, "password": password });
    let made = keyed(&admin, "POST", "/api/users", fields("Mia", "the first one"), &key(1)).await;
    assert_eq!(made.status, 201, "{}", made.text);

    let again = keyed(&admin, "POST", "/api/users", fields("Mia", "the second one"), &key(1)).await;
    assert_eq!((again.status, &again.text), (201, &made.text), "answered as remembered");
    let other = keyed(&admin, "POST", "/api/users", fields("Max", "the first one"), &key(1)).await;
    assert_eq!(other.problem(422, "another name"), "idempotency-key-reused");

    let stranger = server.stranger();
    let sign_in = |password: &str| json!({ "email": "mia@x.org", "password": password });
    stranger.post("/api/auth/login", sign_in("the first one")).await.ok();
    stranger.post("/api/auth/login", sign_in("the second one")).await.problem(401, "not set");
}

/// Who has changed the server's secret knows the request again by its key, though no longer by
/// its body, and can't open what was sealed.
async fn g5_a_changed_server_secret_repeats_no_write(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let team = json!({ "name": "Home", "visibility": "public" });
    let path = format!("/api/events/{}/purchases", cup(&organizer).await);
    let order = json!({ "ticket_type": "adult", "quantity": 1 });
    let client = &organizer.client;
    let made = keyed(client, "POST", "/api/teams", team.clone(), &key(1)).await;
    let bought = keyed(client, "POST", &path, order.clone(), &key(2)).await;
    assert_eq!((made.status, bought.status), (201, 201));
    server.kill9();

    let mut command = server.command(&["serve"]);
    command.env("TOUCHLINE_JWT_SECRET", "another secret of the tests, 32 bytes or more");
    server.run(command).await;
    let client = server.stranger().sign_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let again = keyed(&client, "POST", "/api/teams", team, &key(1)).await;
    assert_eq!((again.status, &again.text), (201, &made.text));
    let again = keyed(&client, "POST", &path, order, &key(2)).await;
    assert_eq!(again.problem(422, "sealed"), "idempotency-key-reused");
    let all = client.get("/api/purchases").await.ok();
    assert_eq!(all["items"].as_array().unwrap().len(), 1, "nothing was bought again");
}

/// As with an identity provider's keys, which are no secret that nodes share.
async fn g5_nodes_without_a_configured_secret_share_one_in_the_database(database: Database) {
    let (one, two) = (database.open().await, database.open().await);
    league(&one, "public").await;
    let event_id = 1;
    let buy = |quantity: i64| Mutation::CreatePurchase {
        event_id,
        ticket_type: "adult".to_owned(),
        quantity,
    };
    let first = one.commit(keyed_job(buy(1), &key(1), "body")).await.unwrap();

    let again = two.commit(keyed_job(buy(1), &key(1), "body")).await.unwrap();
    assert!(again.is_replay);
    assert_eq!(again.body, first.body);
    let other = two.commit(keyed_job(buy(2), &key(1), "another")).await;
    assert!(matches!(other, Err(StoreError::IdempotencyKeyReused)), "{other:?}");
    let code = first.body["tickets"][0]["code"].as_str().unwrap();
    for Column { name, text } in scan::columns(&database).await {
        assert!(PLACES_OF_CODES.contains(&name.as_str()) || !text.contains(code), "{name}");
    }
}
