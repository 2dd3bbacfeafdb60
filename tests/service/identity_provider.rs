//! G7: users of an identity provider are separate users, whatever their tokens claim.

use std::process::Output;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::api_client::ApiClient;
use crate::support::database::{Database, Kind};
use crate::support::identity_provider::IdentityProvider;
use crate::support::server::{TestServer, binary};

crate::support::on_both! {
    g7_a_provider_subject_never_matches_a_local_user_id,
    g7_a_provider_email_never_joins_a_local_account,
    g7_concurrent_first_requests_of_a_subject_create_one_user,
    users_without_an_email_can_be_listed_edited_and_promoted,
}

/// Starts a server that accepts tokens of an identity provider.
async fn with_provider(database: Database) -> (TestServer, IdentityProvider) {
    let provider = IdentityProvider::new();
    let settings = provider.settings();
    let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    (TestServer::start(database, &settings).await, provider)
}

/// Adds a local account through the command line; returns its id.
fn add_local_user(server: &TestServer, email: &str, role: &str) -> i64 {
    let add = ["user", "add", "--email", email, "--name", "Local", "--role", role];
    let added = server.command(&add).env("TOUCHLINE_PASSWORD", "a long password").output().unwrap();
    let text = output_text(&added);
    assert!(added.status.success(), "{text}");
    let id = text.lines().find_map(|line| line.rsplit_once("with id "));
    id.unwrap_or_else(|| panic!("no id: {text}")).1.parse().unwrap()
}

fn output_text(output: &Output) -> String {
    let text = [&*output.stdout, &*output.stderr].concat();
    String::from_utf8_lossy(&text).into_owned()
}

async fn me(client: &ApiClient) -> Value {
    client.get("/api/auth/me").await.ok_json()
}

async fn g7_a_provider_subject_never_matches_a_local_user_id(database: Database) {
    let (server, provider) = with_provider(database).await;
    let admin = add_local_user(&server, "ada@example.org", "admin");
    let mut ids = vec![admin];
    for sub in ["1", "+1", "01", "2", "auth0|x", "AUTH0|x"] {
        let client = provider.client(&server, &json!({ "sub": sub }));
        let found = me(&client).await;
        let id = found["id"].as_i64().unwrap();
        assert!(id > 1 && !ids.contains(&id), "{sub:?} is {found}");
        assert_eq!((&found["role"], &found["email"]), (&json!("user"), &Value::Null), "{sub:?}");
        client.get("/api/users").await.problem(403, sub);
        let again = me(&provider.client(&server, &json!({ "sub": sub, "name": "Other" }))).await;
        assert_eq!(again["id"], id, "{sub:?} changed its user");
        ids.push(id);
    }
    for sub in [json!(""), json!(1), json!("a\u{0}b"), json!("x".repeat(256)), Value::Null] {
        let response = provider.client(&server, &json!({ "sub": sub })).get("/api/auth/me").await;
        assert_eq!(response.problem(401, &sub.to_string()), "invalid-token");
    }
}

async fn g7_a_provider_email_never_joins_a_local_account(database: Database) {
    let (server, provider) = with_provider(database).await;
    let kim = add_local_user(&server, "kim@example.org", "admin");
    let kelvin = "\u{212a}im@example.org";
    let none = Value::Null;
    #[rustfmt::skip]
    let cases = [
        ("a", json!("kim@example.org"),  json!(true),    none.clone()),
        ("b", json!("KIM@example.org"),  json!(true),    none.clone()),
        ("c", json!("kim@example.org"),  none.clone(),   none.clone()),
        ("d", json!(kelvin),             json!(true),    json!("\u{212a}im@example.org")),
        ("e", json!("Eve@Example.org"),  json!(true),    json!("eve@example.org")),
        ("f", json!("eve@example.org"),  json!(true),    none.clone()),
        ("g", json!("gus@example.org"),  none.clone(),   none.clone()),
        ("h", json!("gus@example.org"),  json!(false),   none.clone()),
        ("i", json!("gus@example.org"),  json!("false"), none.clone()),
        ("j", json!("gus@example.org"),  json!("true"),  none.clone()),
        ("k", json!("gus@example.org"),  json!(1),       none.clone()),
        ("l", json!("no address"),       json!(true),    none.clone()),
        ("m", json!(["gus@example.org"]), json!(true),   none.clone()),
        ("n", json!("gus@example.org"),  json!(true),    json!("gus@example.org")),
    ];
    let mut ids = vec![kim];
    for (sub, email, verified, stored) in cases {
        let claims = json!({ "sub": sub, "email": email, "email_verified": verified });
        let found = me(&provider.client(&server, &claims)).await;
        let id = found["id"].as_i64().unwrap();
        assert!(!ids.contains(&id), "{claims} is {found}");
        assert_eq!((&found["role"], &found["email"]), (&json!("user"), &stored), "{claims}");
        ids.push(id);
    }
}

async fn g7_concurrent_first_requests_of_a_subject_create_one_user(database: Database) {
    let (server, provider) = with_provider(database).await;
    let claims = json!({ "sub": "x", "email": "x@example.org", "email_verified": true });
    let clients: Vec<_> = (0..12).map(|_| provider.client(&server, &claims)).collect();
    let found = join_all(clients.iter().map(me)).await;
    assert!(found.iter().all(|me| me["id"] == found[0]["id"]), "{found:?}");
    assert_eq!(found[0]["email"], "x@example.org");
}

async fn users_without_an_email_can_be_listed_edited_and_promoted(database: Database) {
    let (server, provider) = with_provider(database).await;
    let boss = provider.client(&server, &json!({ "sub": "boss", "name": "Bo" }));
    let plain = provider.client(&server, &json!({ "sub": "plain", "name": " \u{7}" }));
    let (boss_id, plain_id) = (me(&boss).await["id"].clone(), me(&plain).await["id"].clone());
    assert_eq!(me(&boss).await["name"], "Bo");
    assert_eq!(me(&plain).await["name"], "Unnamed", "unprintable name");
    boss.get("/api/users").await.problem(403, "no administrator");

    let promote = ["user", "promote", "--id", &boss_id.to_string()];
    let promoted = server.command(&promote).output().unwrap();
    assert!(promoted.status.success(), "{}", output_text(&promoted));

    let list = boss.get("/api/users").await.ok_json();
    let row = |id: &Value| list["items"].as_array().unwrap().iter().find(|row| row["id"] == *id);
    assert_eq!(row(&plain_id).unwrap()["email"], Value::Null);
    assert_eq!(row(&boss_id).unwrap()["role"], "admin");
    let path = format!("/api/users/{plain_id}");
    assert_eq!(boss.get(&path).await.ok_json()["email"], Value::Null);
    let edited = boss.patch(&path, json!({ "name": "Pat" })).await.ok_json();
    assert_eq!((&edited["name"], &edited["email"]), (&json!("Pat"), &Value::Null));
    assert_eq!(me(&plain).await["name"], "Pat", "name is copied at first sight only");
    boss.patch(&path, json!({ "disabled": true })).await.ok_json();
    plain.get("/api/auth/me").await.problem(401, "disabled user");
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_a_token_for_another_audience_or_purpose_is_rejected() {
    let (server, provider) = with_provider(Database::new(Kind::Sqlite).await).await;
    let claims = json!({ "sub": "x" });
    for kind in [None, Some("JWT"), Some("jwt"), Some("at+jwt"), Some("application/AT+JWT")] {
        let client = server.anonymous().with_token(&provider.token_of_type(kind, &claims));
        assert_eq!(me(&client).await["role"], "user", "{kind:?}");
    }
    for kind in ["logout+jwt", "application/logout+jwt", "dpop+jwt", "JWS", "", "application/"] {
        let client = server.anonymous().with_token(&provider.token_of_type(Some(kind), &claims));
        assert_eq!(client.get("/api/auth/me").await.problem(401, kind), "invalid-token");
    }
    for other in [
        json!({ "sub": "x", "aud": "payments" }),
        json!({ "sub": "x", "aud": null }),
        json!({ "sub": "x", "iss": "https://other.example" }),
        json!({ "sub": "x", "iss": null }),
    ] {
        let response = provider.client(&server, &other).get("/api/auth/me").await;
        assert_eq!(response.problem(401, &other.to_string()), "invalid-token");
    }
}

/// Without an audience any service of the provider could sign in here; without an issuer two
/// providers' subjects would collide.
#[test]
fn g7_jwks_settings_require_an_issuer_and_an_audience() {
    let provider = IdentityProvider::new();
    for missing in ["jwt_issuer", "jwt_audience"] {
        let mut command = binary(&["migrate"]);
        for (name, value) in provider.settings() {
            if name != missing {
                command.env(format!("TOUCHLINE_{}", name.to_uppercase()), value);
            }
        }
        command.env("TOUCHLINE_DATABASE_URL", "sqlite:///nowhere/at/all.db");
        let output = command.output().unwrap();
        let text = output_text(&output);
        assert!(!output.status.success() && text.contains(missing), "{missing}: {text}");
    }
}
