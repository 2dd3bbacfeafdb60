//! Tickets: each is sold once, admits once, and is visible to its buyer only.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::api_client::{ApiClient, ApiResponse};
use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::users::{Organizer, Person, id};

crate::support::on_both! {
    fifty_buyers_share_exactly_twenty_tickets,
    a_purchase_is_visible_to_its_buyer_only,
    a_ticket_admits_one_person_once,
}

/// Creates an event that sells tickets; returns the path of its purchases.
async fn create_ticket_event(organizer: &Organizer, visibility: &str, capacity: i64) -> String {
    let price = |amount| json!({ "amount": amount, "currency": "EUR" });
    let body = json!({
        "name": "Cup", "sport": "football", "visibility": visibility, "capacity": capacity,
        "ticket_types": [
            { "name": "adult", "price": price(2500), "capacity": null },
            { "name": "child", "price": price(900), "capacity": 5 },
        ],
    });
    let event = id(&organizer.client.post("/api/events", body).await.ok_json());
    format!("/api/events/{event}/purchases")
}

fn adults(quantity: i64) -> Value {
    json!({ "ticket_type": "adult", "quantity": quantity })
}

fn path_of(purchase: &Value) -> String {
    format!("/api/purchases/{}", purchase["id"].as_str().unwrap())
}

fn topic_of(purchase: &Value) -> String {
    format!("purchase_{}", purchase["id"].as_str().unwrap())
}

fn codes(purchase: &Value) -> Vec<String> {
    let tickets = purchase["tickets"].as_array().unwrap();
    tickets.iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
}

async fn set_status(client: &ApiClient, purchase: &Value, status: &str) -> ApiResponse {
    let path = format!("{}/status", path_of(purchase));
    client.post(&path, json!({ "status": status })).await
}

async fn create_users(organizer: &Organizer, server: &TestServer, count: usize) -> Vec<Person> {
    join_all((0..count).map(|_| organizer.create_user(server, "Buyer"))).await
}

async fn fifty_buyers_share_exactly_twenty_tickets(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let path = create_ticket_event(&organizer, "public", 20).await;
    let buyers = create_users(&organizer, &server, 50).await;

    let responses = join_all(buyers.iter().map(|buyer| buyer.client.post(&path, adults(1)))).await;

    let mut all = BTreeSet::new();
    let mut sold = 0;
    for (buyer, response) in buyers.iter().zip(&responses) {
        let own = buyer.client.get("/api/purchases").await.ok_json();
        if response.status != 201 {
            assert_eq!(response.problem(409, "sold out"), "sold-out");
            assert_eq!(own["items"], json!([]));
            continue;
        }
        sold += 1;
        let purchase = response.json();
        assert_eq!(own["items"], json!([purchase]));
        all.extend(codes(&purchase));
        // The stream of a purchase carries only that purchase.
        let confirmed = set_status(&organizer.client, &purchase, "confirmed").await.ok_json();
        let watched = format!("/api/stream/?topic={}&snapshot=never", topic_of(&purchase));
        let (epoch, _) = response.header("touchline-cursor").split_once('.').unwrap();
        let id = purchase["id"].as_str().unwrap().replace('-', "");
        let cursor = format!("{epoch}.p{id}-0");
        let mut subscriber =
            server.subscribe(&watched).with_user(&buyer.client).after(&cursor).open().await;
        let mut state = json!({ "purchase": {}, "tickets": {} });
        for (change, status) in [("created", "pending"), ("confirmed", "confirmed")] {
            let message = subscriber.next_message().await.json();
            let data = json!({ "change": change, "purchase_id": purchase["id"] });
            assert_eq!(message["data"], data);
            json_patch::merge(&mut state, &message["patch"]);
            assert_eq!(state["purchase"]["status"], status);
            assert_eq!(state["purchase"]["id"], purchase["id"]);
            let mut own_codes = codes(&purchase);
            own_codes.sort_unstable();
            let tickets = state["tickets"].as_object().unwrap();
            assert_eq!(tickets.keys().cloned().collect::<Vec<_>>(), own_codes);
        }
        assert_eq!(confirmed["status"], "confirmed");
        let history = buyer.client.history(&topic_of(&purchase)).await;
        assert_eq!(history.len(), 2, "more messages than expected");
    }
    assert_eq!((sold, all.len()), (20, 20), "duplicate codes");
    let late = organizer.client.post(&path, adults(1)).await;
    assert_eq!(late.problem(409, "sold out"), "sold-out");
    assert!(late.text.contains("no ticket (adult) is left"), "{}", late.text);
}

async fn a_purchase_is_visible_to_its_buyer_only(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let path = create_ticket_event(&organizer, "public", 20).await;
    let [buyer, other, manager] = [
        organizer.create_user(&server, "Buyer").await,
        organizer.create_user(&server, "Other").await,
        organizer.create_user(&server, "Manager").await,
    ];
    let managers = path.replace("purchases", "managers");
    organizer.client.post(&managers, json!({ "user_id": manager.id })).await.ok_json();
    let made = buyer.client.post(&path, adults(2)).await;
    let purchase = made.ok_json();
    assert_eq!(made.header("location"), path_of(&purchase));
    assert_eq!(purchase["total"], json!({ "amount": 5000, "currency": "EUR" }));
    assert_eq!((&purchase["quantity"], &purchase["status"]), (&json!(2), &json!("pending")));
    other.client.post(&path, adults(1)).await.ok_json();

    // Somebody else's purchase looks the same as an unknown one, on every route.
    let unknown = json!({ "id": "67e55044-10b1-426f-9247-bb680e5fe0c8" });
    let stream = |purchase: &Value| format!("/api/stream/?topic={}", topic_of(purchase));
    let history = |purchase: &Value| format!("/api/streams/{}/messages", topic_of(purchase));
    for path in [path_of, stream, history] {
        for (who, client) in [("other", &other.client), ("manager", &manager.client)] {
            let responses = [client.get(&path(&purchase)).await, client.get(&path(&unknown)).await];
            let [found, missing] = responses.map(|response| {
                assert_eq!(response.problem(404, who), "not-found");
                response.text
            });
            let id = |purchase: &Value| purchase["id"].as_str().unwrap().to_owned();
            assert_eq!(found.replace(&id(&purchase), ""), missing.replace(&id(&unknown), ""));
        }
        let anonymous = server.anonymous();
        for purchase in [&purchase, &unknown] {
            assert_eq!(
                anonymous.get(&path(purchase)).await.problem(401, "anonymous"),
                "not-signed-in"
            );
        }
    }
    let code = codes(&purchase)[0].clone();
    let check_in = |code: &str| format!("/api/tickets/{code}/check-in");
    let void = json!({ "status": "void" });
    for code in [code.as_str(), "2222222222222222", "nonsense", "%00"] {
        let response = other.client.post(&check_in(code), json!({})).await;
        assert_eq!(response.json()["detail"], "no such ticket", "{code}");
        assert_eq!(response.problem(404, code), "not-found");
        let with_key = other
            .client
            .post_keyed(&check_in(code), json!({}), "a-key-of-16-letters")
            .await
            .unwrap();
        assert_eq!(with_key.problem(404, code), "not-found", "key of another user");
        let response = other.client.patch(&format!("/api/tickets/{code}"), void.clone()).await;
        assert_eq!(response.problem(404, code), "not-found");
    }
    assert_eq!(
        set_status(&other.client, &purchase, "cancelled").await.problem(404, ""),
        "not-found"
    );
    assert_eq!(
        set_status(&buyer.client, &purchase, "confirmed").await.problem(403, ""),
        "forbidden"
    );

    // The buyer and the administrator can read it and its version.
    for client in [&buyer.client, &organizer.client] {
        let read = client.get(&path_of(&purchase)).await;
        assert_eq!(read.ok_json(), purchase);
        assert!(read.header("etag").starts_with("\"1-"), "{:?}", read.headers);
        assert!(read.header("cache-control").contains("private"), "{:?}", read.headers);
    }
    // Event managers see what was sold, without the ticket codes.
    for client in [&manager.client, &organizer.client] {
        let list = client.get(&path).await.ok_json();
        assert_eq!(list["items"].as_array().unwrap().len(), 2);
        assert_eq!(list["items"][0]["buyer_id"], buyer.id);
        assert_eq!(list["items"][0]["buyer"], "Buyer", "sellers see the buyer's name");
        assert!(!list.to_string().contains(&code), "{list}");
    }
    assert_eq!(buyer.client.get(&path).await.ok_json()["items"], json!([purchase]));
    assert_eq!(server.anonymous().get(&path).await.problem(401, "anonymous"), "not-signed-in");
    assert_eq!(server.anonymous().get("/api/purchases").await.problem(401, ""), "not-signed-in");
    let confirmed = set_status(&manager.client, &purchase, "confirmed").await.ok_json();
    assert_eq!(confirmed["status"], "confirmed");
    assert!(!confirmed.to_string().contains(&code), "{confirmed}");
    let early = set_status(&manager.client, &purchase, "cancelled").await;
    assert_eq!(early.problem(409, "already confirmed"), "wrong-state");
    assert!(early.text.contains("can only be refunded"), "{}", early.text);

    // Strangers can neither buy tickets for a private event nor see it.
    let hidden = create_ticket_event(&organizer, "private", 20).await;
    assert_eq!(
        other.client.post(&hidden, adults(1)).await.problem(404, "private event"),
        "not-found"
    );
    assert_eq!(other.client.get(&hidden).await.problem(404, "private event"), "not-found");
}

async fn a_ticket_admits_one_person_once(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let path = create_ticket_event(&organizer, "public", 20).await;
    let buyer = organizer.create_user(&server, "Buyer").await;
    let purchase = buyer.client.post(&path, adults(2)).await.ok_json();
    let codes = codes(&purchase);
    let check_in = |code: &str| format!("/api/tickets/{code}/check-in");
    let early = organizer.client.post(&check_in(&codes[0]), json!({})).await;
    assert_eq!(early.problem(409, "not confirmed"), "not-confirmed");
    set_status(&organizer.client, &purchase, "confirmed").await.ok_json();
    let watched = format!("/api/stream/?topic={}", topic_of(&purchase));
    let mut subscriber = server.subscribe(&watched).with_user(&buyer.client).open().await;
    let snapshot = subscriber.next_message().await.json();
    assert_eq!(snapshot["data"]["purchase"]["status"], "confirmed");

    // Twice at once, and once typed in lower case.
    let (one, other) =
        (organizer.client.with_new_connections(), organizer.client.with_new_connections());
    let (first, second) = (check_in(&codes[0]), check_in(&codes[0].to_lowercase()));
    let (first, second) = tokio::join!(one.post(&first, json!({})), other.post(&second, json!({})));
    let (admitted, refused) = if first.status == 200 { (first, second) } else { (second, first) };
    assert_eq!(refused.problem(409, "already checked in"), "ticket-used");
    let ticket = admitted.ok_json()["ticket"].clone();
    assert_eq!((&ticket["code"], &ticket["status"]), (&json!(codes[0]), &json!("used")));
    let message = subscriber.next_message().await.json();
    assert_eq!(message["type"], "ticket_update");
    let data = json!({ "change": "used", "purchase_id": purchase["id"], "code": codes[0] });
    assert_eq!(message["data"], data);
    let expected = json!({ "status": "used", "used_at": ticket["used_at"] });
    assert_eq!(message["patch"], json!({ "tickets": { &codes[0]: expected } }));
    assert!(ticket["used_at"].is_string());

    let place = format!("/api/tickets/{}", codes[1]);
    let void = json!({ "status": "void" });
    let seen = |etag| organizer.client.send(Method::PATCH, &place, Some(void.clone()), etag);
    assert_eq!(
        seen(&[("If-Match", "\"1\"")]).await.unwrap().problem(412, "outdated ETag"),
        "stale"
    );
    assert_eq!(seen(&[]).await.unwrap().ok_json()["ticket"]["status"], "void");
    assert_eq!(subscriber.next_message().await.json()["data"]["change"], "void");
    let response = organizer.client.post(&check_in(&codes[1]), json!({})).await;
    assert_eq!(response.problem(409, "void ticket"), "ticket-void");
    for body in [json!({ "status": "used" }), json!({}), json!({ "status": "void", "x": 1 })] {
        organizer.client.patch(&place, body.clone()).await.problem(422, &body.to_string());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g10_invalid_orders_change_nothing() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let path = create_ticket_event(&organizer, "public", 20).await;
    let client = &organizer.client;
    #[rustfmt::skip]
    let cases = [
        (json!({}),                                                   vec!["/ticket_type", "/quantity"]),
        (json!({ "ticket_type": "adult", "quantity": 0 }),            vec!["/quantity"]),
        (json!({ "ticket_type": "adult", "quantity": -1 }),           vec!["/quantity"]),
        (json!({ "ticket_type": "adult", "quantity": 11 }),           vec!["/quantity"]),
        (json!({ "ticket_type": "adult", "quantity": 1.5 }),          vec!["/quantity"]),
        (json!({ "ticket_type": "adult", "quantity": "1" }),          vec!["/quantity"]),
        (json!({ "ticket_type": "adult", "quantity": u64::MAX }),     vec!["/quantity"]),
        (json!({ "ticket_type": "adult", "quantity": i64::MIN }),     vec!["/quantity"]),
        (json!({ "ticket_type": "king", "quantity": 1 }),             vec!["/ticket_type"]),
        (json!({ "ticket_type": "a\nb", "quantity": 1 }),             vec!["/ticket_type"]),
        (json!({ "ticket_type": "adult", "quantity": 1, "price": 0 }), vec!["/price"]),
    ];
    for (body, pointers) in cases {
        let response = client.post(&path, body.clone()).await;
        assert_eq!(response.problem(422, &body.to_string()), "invalid-field");
        let errors = response.json()["errors"].as_array().unwrap().clone();
        let named: Vec<_> = errors.iter().map(|one| one["pointer"].as_str().unwrap()).collect();
        assert_eq!(named, pointers, "{body}");
    }
    assert_eq!(client.get(&path).await.ok_json()["items"], json!([]));
    let purchase = client.post(&path, adults(1)).await.ok_json();
    let status = format!("{}/status", path_of(&purchase));
    for body in [json!({}), json!({ "status": "sold" }), json!({ "status": "confirmed", "x": 1 })] {
        client.post(&status, body.clone()).await.problem(422, &body.to_string());
    }
    let pending = json!({ "status": "pending" });
    assert_eq!(client.post(&status, pending).await.problem(409, "sent as it is"), "wrong-state");
    for id in ["1", "67e55044", "%00", "67E55044-10B1"] {
        client.get(&format!("/api/purchases/{id}")).await.problem(404, id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g5_a_purchase_sent_many_times_at_once_is_made_once() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let path = create_ticket_event(&organizer, "public", 20).await;
    let buyer = organizer.create_user(&server, "Buyer").await;

    let clients: Vec<ApiClient> = (0..16).map(|_| buyer.client.with_new_connections()).collect();
    let sendings =
        clients.iter().map(|client| client.post_keyed(&path, adults(2), "a-key-of-16-letters"));
    let responses: Vec<_> = join_all(sendings).await.into_iter().map(Result::unwrap).collect();

    for response in &responses {
        assert_eq!((response.status, &response.text), (201, &responses[0].text));
    }
    let own = buyer.client.get("/api/purchases").await.ok_json();
    assert_eq!(own["items"], json!([responses[0].json()]), "one purchase");
    let other = buyer.client.post_keyed(&path, adults(3), "a-key-of-16-letters").await.unwrap();
    assert_eq!(other.problem(422, "different body"), "idempotency-key-reused");
}
