//! A server keeps an administrator, and gets one again where it has none.

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
    let id = ada.get("/api/auth/me").await.ok()["id"].clone();
    let path = format!("/api/users/{id}");
    for edit in [
        json!({ "role": "user" }),
        json!({ "disabled": true }),
        json!({ "role": "user", "disabled": true, "name": "Gone" }),
    ] {
        let refused = ada.patch(&path, edit.clone()).await;
        assert_eq!(refused.problem(409, &edit.to_string()), "last-administrator");
    }
    ada.patch(&path, json!({ "name": "Ada", "role": "admin", "disabled": false })).await.ok();
    let before = ada.get(&path).await.ok();
    assert_eq!((&before["name"], &before["role"]), (&json!("Ada"), &json!("admin")));

    // One who may not sign in is none.
    let other = json!({ "email": "bo@example.org", "name": "Bo", "role": "admin" });
    let other = ada.post("/api/users", other).await.ok()["id"].clone();
    let other_path = format!("/api/users/{other}");
    ada.patch(&other_path, json!({ "disabled": true })).await.ok();
    let refused = ada.patch(&path, json!({ "role": "user" })).await;
    assert_eq!(refused.problem(409, "the other is disabled"), "last-administrator");

    ada.patch(&other_path, json!({ "disabled": false })).await.ok();
    assert_eq!(ada.patch(&path, json!({ "role": "user" })).await.ok()["role"], "user");
    ada.get("/api/users").await.problem(403, "no longer an administrator");
}

async fn a_server_without_an_administrator_creates_one_at_startup(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let mia = server.organizer().await.person(&server, "Mia").await;
    let signs_in = async || {
        let admin = server.stranger().sign_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
        admin.get("/api/users").await.ok();
    };
    let address = format!("where email = '{ADMIN_EMAIL}'");
    for lost in [
        format!("update users set role = 'user' {address}"),
        // It has a password that nobody knows any more, too.
        format!("update users set disabled = not disabled, password_hash = null {address}"),
        format!("update users set role = 'user', email = 'other@example.org' {address}"),
    ] {
        server.database.tamper(&lost).await;
        server.kill9();
        server.again().await;
        signs_in().await;
        assert!(server.log().contains("administrator"), "it is logged: {lost}");
    }
    assert_eq!(mia.client.get("/api/auth/me").await.ok()["role"], "user");

    // One that is enabled is enough: nobody is made a second time.
    server.database.tamper(&format!("update users set role = 'user' {address}")).await;
    let promote = ["user", "promote", "--email", &mia.email.to_uppercase()];
    let promoted = server.command(&promote).output().unwrap();
    assert!(promoted.status.success(), "{promoted:?}");
    server.kill9();
    server.again().await;
    mia.client.get("/api/users").await.ok();
    let ada = server.stranger().sign_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    ada.get("/api/users").await.problem(403, "there is an administrator");

    let nobody = server.command(&["user", "promote", "--id", "999"]).output().unwrap();
    assert!(!nobody.status.success());
}
