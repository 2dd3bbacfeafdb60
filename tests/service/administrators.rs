//! A server always keeps one administrator and creates one at startup if there is none.

use serde_json::json;

use crate::support::database::Database;
use crate::support::server::{ADMIN_EMAIL, ADMIN_PASSWORD, TestServer};

crate::support::on_both! {
    the_last_administrator_cannot_be_removed,
    a_server_without_an_administrator_creates_one_at_startup,
}

async fn the_last_administrator_cannot_be_removed(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let ada = server.admin().await;
    let id = ada.get("/api/auth/me").await.ok_json()["id"].clone();
    let path = format!("/api/users/{id}");
    for edit in [
        json!({ "role": "user" }),
        json!({ "disabled": true }),
        json!({ "role": "user", "disabled": true, "name": "Gone" }),
    ] {
        let refused = ada.patch(&path, edit.clone()).await;
        assert_eq!(refused.problem(409, &edit.to_string()), "last-administrator");
    }
    ada.patch(&path, json!({ "name": "Ada", "role": "admin", "disabled": false })).await.ok_json();
    let before = ada.get(&path).await.ok_json();
    assert_eq!((&before["name"], &before["role"]), (&json!("Ada"), &json!("admin")));

    // A disabled administrator does not count.
    let other = json!({ "email": "bo@example.org", "name": "Bo", "role": "admin" });
    let other = ada.post("/api/users", other).await.ok_json()["id"].clone();
    let other_path = format!("/api/users/{other}");
    ada.patch(&other_path, json!({ "disabled": true })).await.ok_json();
    let refused = ada.patch(&path, json!({ "role": "user" })).await;
    assert_eq!(refused.problem(409, "the other administrator is disabled"), "last-administrator");

    ada.patch(&other_path, json!({ "disabled": false })).await.ok_json();
    assert_eq!(ada.patch(&path, json!({ "role": "user" })).await.ok_json()["role"], "user");
    ada.get("/api/users").await.problem(403, "no longer an administrator");
}

async fn a_server_without_an_administrator_creates_one_at_startup(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let mia = server.organizer().await.create_user(&server, "Mia").await;
    let assert_admin_signs_in = async || {
        let admin = server.anonymous().sign_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
        admin.get("/api/users").await.ok_json();
    };
    let address = format!("where email = '{ADMIN_EMAIL}'");
    for lost in [
        format!("update users set role = 'user' {address}"),
        // The password is lost as well.
        format!("update users set disabled = not disabled, password_hash = null {address}"),
        format!("update users set role = 'user', email = 'other@example.org' {address}"),
    ] {
        server.database.tamper(&lost).await;
        server.kill9();
        server.restart().await;
        assert_admin_signs_in().await;
        assert!(server.log().contains("administrator"), "nothing logged: {lost}");
    }
    assert_eq!(mia.client.get("/api/auth/me").await.ok_json()["role"], "user");

    // One enabled administrator is enough, so no second one is created.
    server.database.tamper(&format!("update users set role = 'user' {address}")).await;
    let promote = ["user", "promote", "--email", &mia.email.to_uppercase()];
    let promoted = server.command(&promote).output().unwrap();
    assert!(promoted.status.success(), "{promoted:?}");
    server.kill9();
    server.restart().await;
    mia.client.get("/api/users").await.ok_json();
    let ada = server.anonymous().sign_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    ada.get("/api/users").await.problem(403, "another administrator exists");

    let unknown_user = server.command(&["user", "promote", "--id", "999"]).output().unwrap();
    assert!(!unknown_user.status.success());
}
