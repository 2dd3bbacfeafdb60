//! Changing one's own password: what it requires, what it ends, and what continues.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::api_client::{ApiClient, ApiResponse};
use crate::support::database::Database;
use crate::support::server::{ADMIN_PASSWORD, TestServer};
use crate::support::users::Person;

crate::support::on_both! {
    changing_ones_password_requires_the_current_one,
    g5_a_repeated_password_change_is_replayed,
}

const NEW_PASSWORD: &str = "another password";

fn user(person: &Person) -> String {
    format!("/api/users/{}", person.id)
}

async fn patch(client: &ApiClient, person: &Person, body: Value, key: &str) -> ApiResponse {
    let headers = [("Idempotency-Key", key)];
    client.send(Method::PATCH, &user(person), Some(body), &headers).await.unwrap()
}

/// Checks for a rejection that points at the field.
fn assert_wrong_password(response: &ApiResponse, context: &str) {
    assert_eq!(response.problem(422, context), "invalid-field");
    assert_eq!(response.json()["errors"][0]["pointer"], "/current_password", "{context}");
}

async fn changing_ones_password_requires_the_current_one(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let mia = organizer.create_user(&server, "Mia").await;
    let other = organizer.create_user(&server, "Max").await;
    for (context, given) in [
        ("none", json!({ "password": NEW_PASSWORD })),
        ("a wrong one", json!({ "password": NEW_PASSWORD, "current_password": "not it" })),
        ("another's", json!({ "password": NEW_PASSWORD, "current_password": other.password })),
        (
            "with a name",
            json!({ "password": NEW_PASSWORD, "current_password": "x", "name": "Mallory" }),
        ),
    ] {
        assert_wrong_password(&patch(&mia.client, &mia, given, "key").await, context);
    }
    // Nothing changed: no field, no session, no stored key.
    let me = mia.client.get(&user(&mia)).await;
    assert_eq!(me.ok_json()["name"], "Mia");
    server.anonymous().sign_in(&mia.email, &mia.password).await;
    let right = json!({ "password": NEW_PASSWORD, "current_password": mia.password });
    patch(&mia.client, &mia, right, "key").await.ok_json();
    server.anonymous().sign_in(&mia.email, NEW_PASSWORD).await;
    let old_sign_in = json!({ "email": mia.email, "password": mia.password });
    server.anonymous().post("/api/auth/login", old_sign_in).await.problem(401, "old password");

    // Administrators reset other users' passwords without it, but not their own.
    let reset = json!({ "password": "told on the phone" });
    organizer.client.patch(&user(&other), reset.clone()).await.ok_json();
    let admin = organizer.client.get("/api/auth/me").await.ok_json()["id"].clone();
    let path = format!("/api/users/{admin}");
    assert_wrong_password(
        &organizer.client.patch(&path, reset).await,
        "administrator's own password",
    );
    // Changing a name needs no password and ends nothing.
    let named = json!({ "name": "Ada", "current_password": ADMIN_PASSWORD });
    let response = organizer.client.patch(&path, named).await.ok_json();
    assert_eq!((&response["name"], response.get("token")), (&json!("Ada"), None));
    organizer.client.get("/api/users").await.ok_json();
}

/// The lost response is replayed after a new sign-in; nothing is done again, and no token is
/// included.
async fn g5_a_repeated_password_change_is_replayed(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let mia = server.organizer().await.create_user(&server, "Mia").await;
    let change = json!({ "password": NEW_PASSWORD, "current_password": mia.password });
    let first = patch(&mia.client, &mia, change.clone(), "key").await;
    let again = server.anonymous().sign_in(&mia.email, NEW_PASSWORD).await;
    let response = patch(&again, &mia, change.clone(), "key").await;
    assert_eq!(response.header("idempotency-replayed"), "true");
    assert_eq!(response.ok_json()["id"], first.ok_json()["id"]);
    assert_eq!(response.json().get("token"), None);
    assert_wrong_password(&patch(&again, &mia, change, "another").await, "another key");
    again.get(&user(&mia)).await.ok_json();
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_at_the_current_password_count_as_sign_in_attempts() {
    let server = TestServer::sqlite(&[("logins_per_minute", "5")]).await;
    let mia = server.organizer().await.create_user(&server, "Mia").await;
    // Two sign-ins have been counted already.
    let guess = json!({ "password": NEW_PASSWORD, "current_password": "not it" });
    for _ in 0..3 {
        assert_wrong_password(
            &mia.client.patch(&user(&mia), guess.clone()).await,
            "wrong password",
        );
    }
    let right = json!({ "password": NEW_PASSWORD, "current_password": mia.password });
    let response = mia.client.patch(&user(&mia), right).await;
    assert_eq!(response.problem(429, "sixth attempt"), "too-many-requests");
    let right = json!({ "email": mia.email, "password": mia.password });
    server
        .anonymous()
        .post("/api/auth/login", right)
        .await
        .problem(429, "sign-in after six attempts");
    // Changes without a password are not limited.
    mia.client.patch(&user(&mia), json!({ "name": "Mia M" })).await.ok_json();
}

/// A page's session is in an `HttpOnly` cookie, so its new token stays in one.
#[tokio::test(flavor = "multi_thread")]
async fn the_new_token_is_delivered_like_the_old_one() {
    let server = TestServer::sqlite(&[]).await;
    let mia = server.organizer().await.create_user(&server, "Mia").await;
    let signed_in = json!({ "email": mia.email, "password": mia.password });
    let response = server.anonymous().post("/api/auth/login", signed_in).await;
    let cookie = |response: &ApiResponse| {
        response.header("set-cookie").split(';').next().unwrap().to_owned()
    };
    let before = cookie(&response);
    let by = async |cookie: &str, method: Method, path: &str, body: Option<Value>| {
        let headers = [("Cookie", cookie), ("Sec-Fetch-Site", "same-origin")];
        server.anonymous().send(method, path, body, &headers).await.unwrap()
    };
    let change = json!({ "password": NEW_PASSWORD, "current_password": mia.password });
    let response = by(&before, Method::PATCH, &user(&mia), Some(change)).await;
    assert_eq!(response.ok_json().get("token"), None);
    let after = cookie(&response);
    assert_ne!(before, after);
    by(&before, Method::GET, "/api/auth/me", None).await.problem(401, "old cookie");
    by(&after, Method::GET, "/api/auth/me", None).await.ok_json();

    // A cross-site request signs nobody out, not even by clearing the cookie.
    let foreign = [("Cookie", &*after), ("Sec-Fetch-Site", "cross-site")];
    let client = server.anonymous();
    let response = client.send(Method::POST, "/api/auth/logout", None, &foreign).await.unwrap();
    response.problem(403, "cross-site");
    by(&after, Method::GET, "/api/auth/me", None).await.ok_json();
    let response = by(&after, Method::POST, "/api/auth/logout", None).await;
    assert!(response.header("set-cookie").contains("Max-Age=0"), "{response:?}");
    by(&after, Method::GET, "/api/auth/me", None).await.problem(401, "signed out");

    // An API client gets the token in the body and no cookie.
    let client = server.anonymous().sign_in(&mia.email, NEW_PASSWORD).await;
    let change = json!({ "password": "yet another", "current_password": NEW_PASSWORD });
    let response = client.patch(&user(&mia), change).await;
    assert_eq!(response.header("set-cookie"), "");
    client
        .with_token(response.ok_json()["token"].as_str().unwrap())
        .get("/api/auth/me")
        .await
        .ok_json();
}
