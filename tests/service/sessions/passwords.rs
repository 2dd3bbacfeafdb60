//! One's own new password: what it takes, what it leaves behind, and who goes on.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::api_client::{Answer, Client};
use crate::support::database::Database;
use crate::support::server::{ADMIN_PASSWORD, TestServer};
use crate::support::users::Person;

crate::support::on_both! {
    changing_ones_password_requires_the_current_one,
    g5_a_repeated_password_change_is_replayed,
}

const WORSE: &str = "another password";

fn user(person: &Person) -> String {
    format!("/api/users/{}", person.id)
}

async fn patch(client: &Client, person: &Person, body: Value, key: &str) -> Answer {
    let headers = [("Idempotency-Key", key)];
    client.send(Method::PATCH, &user(person), Some(body), &headers).await.unwrap()
}

/// Refused, and the field is pointed at.
fn wrong(answer: &Answer, about: &str) {
    assert_eq!(answer.problem(422, about), "invalid-field");
    assert_eq!(answer.json()["errors"][0]["pointer"], "/current_password", "{about}");
}

async fn changing_ones_password_requires_the_current_one(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let mia = organizer.person(&server, "Mia").await;
    let other = organizer.person(&server, "Max").await;
    for (about, given) in [
        ("none", json!({ "password": WORSE })),
        ("a wrong one", json!({ "password": WORSE, "current_password": "not it" })),
        ("another's", json!({ "password": WORSE, "current_password": other.password })),
        ("with a name", json!({ "password": WORSE, "current_password": "x", "name": "Mallory" })),
    ] {
        wrong(&patch(&mia.client, &mia, given, "key").await, about);
    }
    // Nothing is left behind: neither a change, nor the end of a session, nor the key.
    let me = mia.client.get(&user(&mia)).await;
    assert_eq!(me.ok()["name"], "Mia");
    server.stranger().sign_in(&mia.email, &mia.password).await;
    let right = json!({ "password": WORSE, "current_password": mia.password });
    patch(&mia.client, &mia, right, "key").await.ok();
    server.stranger().sign_in(&mia.email, WORSE).await;
    let gone = json!({ "email": mia.email, "password": mia.password });
    server.stranger().post("/api/auth/login", gone).await.problem(401, "the password of before");

    // An administrator resets another's without it, and their own only with it.
    let reset = json!({ "password": "told on the phone" });
    organizer.client.patch(&user(&other), reset.clone()).await.ok();
    let admin = organizer.client.get("/api/auth/me").await.ok()["id"].clone();
    let path = format!("/api/users/{admin}");
    wrong(&organizer.client.patch(&path, reset).await, "the administrator's own");
    // A name needs no password, and ends nothing.
    let named = json!({ "name": "Ada", "current_password": ADMIN_PASSWORD });
    let answer = organizer.client.patch(&path, named).await.ok();
    assert_eq!((&answer["name"], answer.get("token")), (&json!("Ada"), None));
    organizer.client.get("/api/users").await.ok();
}

/// The answer that was lost is given again to who has signed in anew; nothing is done anew, and no
/// token comes along.
async fn g5_a_repeated_password_change_is_replayed(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let mia = server.organizer().await.person(&server, "Mia").await;
    let change = json!({ "password": WORSE, "current_password": mia.password });
    let first = patch(&mia.client, &mia, change.clone(), "key").await;
    let again = server.stranger().sign_in(&mia.email, WORSE).await;
    let answer = patch(&again, &mia, change.clone(), "key").await;
    assert_eq!(answer.header("idempotency-replayed"), "true");
    assert_eq!(answer.ok()["id"], first.ok()["id"]);
    assert_eq!(answer.json().get("token"), None);
    wrong(&patch(&again, &mia, change, "another").await, "another key");
    again.get(&user(&mia)).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_at_the_current_password_count_as_sign_in_attempts() {
    let server = TestServer::sqlite(&[("logins_per_minute", "5")]).await;
    let mia = server.organizer().await.person(&server, "Mia").await;
    // Two have signed in.
    let guess = json!({ "password": WORSE, "current_password": "not it" });
    for _ in 0..3 {
        wrong(&mia.client.patch(&user(&mia), guess.clone()).await, "a guess");
    }
    let right = json!({ "password": WORSE, "current_password": mia.password });
    let answer = mia.client.patch(&user(&mia), right).await;
    assert_eq!(answer.problem(429, "the sixth attempt"), "too-many-requests");
    let right = json!({ "email": mia.email, "password": mia.password });
    server.stranger().post("/api/auth/login", right).await.problem(429, "and of signing in");
    // What needs no password isn't held up.
    mia.client.patch(&user(&mia), json!({ "name": "Mia M" })).await.ok();
}

/// A page's session lives in a cookie that no script sees: its new token stays there.
#[tokio::test(flavor = "multi_thread")]
async fn the_new_token_is_delivered_like_the_old_one() {
    let server = TestServer::sqlite(&[]).await;
    let mia = server.organizer().await.person(&server, "Mia").await;
    let signed_in = json!({ "email": mia.email, "password": mia.password });
    let answer = server.stranger().post("/api/auth/login", signed_in).await;
    let cookie =
        |answer: &Answer| answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let before = cookie(&answer);
    let by = async |cookie: &str, method: Method, path: &str, body: Option<Value>| {
        let headers = [("Cookie", cookie), ("Sec-Fetch-Site", "same-origin")];
        server.stranger().send(method, path, body, &headers).await.unwrap()
    };
    let change = json!({ "password": WORSE, "current_password": mia.password });
    let answer = by(&before, Method::PATCH, &user(&mia), Some(change)).await;
    assert_eq!(answer.ok().get("token"), None);
    let after = cookie(&answer);
    assert_ne!(before, after);
    by(&before, Method::GET, "/api/auth/me", None).await.problem(401, "the cookie of before");
    by(&after, Method::GET, "/api/auth/me", None).await.ok();

    // Another site signs nobody out, not even with the session left alive behind a cleared cookie.
    let foreign = [("Cookie", &*after), ("Sec-Fetch-Site", "cross-site")];
    let client = server.stranger();
    let answer = client.send(Method::POST, "/api/auth/logout", None, &foreign).await.unwrap();
    answer.problem(403, "another site");
    by(&after, Method::GET, "/api/auth/me", None).await.ok();
    let answer = by(&after, Method::POST, "/api/auth/logout", None).await;
    assert!(answer.header("set-cookie").contains("Max-Age=0"), "{answer:?}");
    by(&after, Method::GET, "/api/auth/me", None).await.problem(401, "signed out");

    // A program's comes in the body, and no cookie with it.
    let client = server.stranger().sign_in(&mia.email, WORSE).await;
    let change = json!({ "password": "yet another", "current_password": WORSE });
    let answer = client.patch(&user(&mia), change).await;
    assert_eq!(answer.header("set-cookie"), "");
    client.with_token(answer.ok()["token"].as_str().unwrap()).get("/api/auth/me").await.ok();
}
