//! Secrets are stored only by their owners: not in the database, its files or the logs.

mod api_description;
mod idempotency;

use std::os::unix::fs::PermissionsExt;

use aws_lc_rs::digest;
use serde_json::{Value, json};

use crate::support::api_client::{ApiClient, ApiResponse};
use crate::support::database::Database;
use crate::support::scan;
use crate::support::scan::Column;
use crate::support::server::{ADMIN_PASSWORD, JWT_SECRET, TestServer};
use crate::support::users::{Organizer, id};

crate::support::on_both! {
    no_secret_is_stored_in_plain_text_or_as_an_unsalted_hash,
}

/// Columns with ticket codes, which buyers may read again at any time.
const CODE_COLUMNS: [&str; 2] = ["seats.code", "messages.envelope"];

/// A name that the search treats specially.
const STREAM_TICKET: &str = "a stream ticket";

/// Secrets that must not be found, with their origin.
#[derive(Default)]
struct Secrets {
    texts: Vec<(String, String)>,
    codes: Vec<String>,
}

impl Secrets {
    fn add(&mut self, what: &str, text: &str) -> String {
        self.texts.push((what.to_owned(), text.to_owned()));
        text.to_owned()
    }

    /// A request body with a secret: even its hash must not be stored, as a password list would
    /// reveal it.
    fn body(&mut self, body: Value) -> Value {
        self.add("a body with a secret", &body.to_string());
        body
    }

    fn code(&mut self, code: &Value) -> String {
        let code = code.as_str().unwrap().to_owned();
        self.codes.push(code.clone());
        code
    }
}

fn sha256(text: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, text.as_bytes()).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

async fn send_with_key(
    client: &ApiClient,
    method: &str,
    path: &str,
    body: Value,
    key: &str,
) -> ApiResponse {
    let method = method.parse().unwrap();
    client.send(method, path, Some(body), &[("Idempotency-Key", key)]).await.unwrap()
}

/// Sends the request twice; the second response must equal the first.
async fn send_twice(client: &ApiClient, method: &str, path: &str, body: Value, key: &str) -> Value {
    let first = send_with_key(client, method, path, body.clone(), key).await;
    let again = send_with_key(client, method, path, body, key).await;
    assert_eq!((again.status, &again.text), (first.status, &first.text), "{method} {path}");
    assert_eq!(again.header("idempotency-replayed"), "true", "{method} {path}");
    first.ok_json()
}

/// A key like those of the pages.
fn idempotency_key(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

async fn create_event(organizer: &Organizer) -> i64 {
    let cup = json!({ "name": "Cup", "sport": "football", "visibility": "public" });
    id(&organizer.client.post("/api/events", cup).await.ok_json())
}

/// Uses every kind of credential, each with keys; returns what must not be found.
async fn use_all_credentials(server: &TestServer) -> Secrets {
    let mut secrets = Secrets::default();
    for (what, text) in [("the administrator", ADMIN_PASSWORD), ("the server's", JWT_SECRET)] {
        secrets.add(what, text);
    }
    let organizer = server.organizer().await;
    let admin = &organizer.client;
    secrets.add("the administrator's token", admin.token.as_deref().unwrap());

    let first = secrets.add("a new user's password", "canary-one-5a1c");
    let fields = json!({ "email": "mia@x.org", "name": "Mia", "password": first });
    let made =
        send_twice(admin, "POST", "/api/users", secrets.body(fields), &idempotency_key(1)).await;
    let user = format!("/api/users/{}", id(&made));
    let wrong = secrets.add("a wrong password", "canary-wrong-77d0");
    let stranger = server.anonymous();
    let sign_in = |password: &str| json!({ "email": "mia@x.org", "password": password });
    let tried = secrets.body(sign_in(&wrong));
    send_with_key(&stranger, "POST", "/api/auth/login", tried, &idempotency_key(2))
        .await
        .problem(401, "wrong password");
    let known = secrets.body(sign_in(&first));
    let session = send_with_key(&stranger, "POST", "/api/auth/login", known, &idempotency_key(3))
        .await
        .ok_json();
    let mia = stranger.with_token(&secrets.add("a token", session["token"].as_str().unwrap()));
    let second = secrets.add("a changed password", "canary-two-9b3f");
    let guess = secrets.add("a wrong current password", "canary-guess-c3d8");
    let tried = secrets.body(json!({ "password": second, "current_password": guess }));
    send_with_key(&mia, "PATCH", &user, tried, &idempotency_key(20))
        .await
        .problem(422, "wrong password");
    let change = secrets.body(json!({ "password": second, "current_password": first }));
    let changed =
        send_with_key(&mia, "PATCH", &user, change.clone(), &idempotency_key(4)).await.ok_json();
    let renewed = secrets.add("a renewed token", changed["token"].as_str().unwrap());
    let mia = stranger.with_token(&renewed);
    send_with_key(&mia, "PATCH", &user, change, &idempotency_key(4)).await.ok_json();
    // A secret in a field that does not take one.
    let stray = secrets.add("a password in a wrong place", "canary-stray-41aa");
    let scorer = organizer.live_match("football").await;
    for (number, path) in
        [scorer.game.path("/incidents"), scorer.game.path("/pause")].iter().enumerate()
    {
        let body = secrets.body(json!({ "kind": "note", "password": stray }));
        let number = u32::try_from(number).unwrap();
        send_with_key(admin, "POST", path, body, &idempotency_key(10 + number))
            .await
            .problem(422, path);
    }
    let body = secrets.body(json!({ "password": stray }));
    let entry = json!([{ "client_id": idempotency_key(12), "action": "incidents", "body": body }]);
    admin.post(&scorer.game.path("/sync"), entry).await.ok_json();

    let topic = json!({ "topics": [scorer.game.topic()] });
    let pass = send_with_key(&mia, "POST", "/api/stream-tickets", topic, &idempotency_key(5))
        .await
        .ok_json();
    let pass = secrets.add(STREAM_TICKET, pass["ticket"].as_str().unwrap());
    let token = mia.token.clone().unwrap();
    for query in [format!("ticket={pass}"), format!("token={token}"), format!("token=x{token}")] {
        server.subscribe(&format!("{}?{query}", scorer.game.stream_path())).send().await;
    }
    server
        .subscribe(&scorer.game.stream_path())
        .header("Cookie", &format!("touchline={token}"))
        .send()
        .await;

    let event = create_event(&organizer).await;
    let order = json!({ "ticket_type": "adult", "quantity": 2 });
    let purchases = format!("/api/events/{event}/purchases");
    let bought = send_twice(&mia, "POST", &purchases, order.clone(), &idempotency_key(6)).await;
    let codes =
        [secrets.code(&bought["tickets"][0]["code"]), secrets.code(&bought["tickets"][1]["code"])];
    let status = format!("/api/purchases/{}/status", bought["id"].as_str().unwrap());
    let confirmed = json!({ "status": "confirmed" });
    send_twice(admin, "POST", &status, confirmed, &idempotency_key(7)).await;
    let check_in = format!("/api/tickets/{}/check-in", codes[0]);
    send_twice(admin, "POST", &check_in, json!({}), &idempotency_key(8)).await;
    let void = json!({ "status": "void" });
    send_twice(admin, "PATCH", &format!("/api/tickets/{}", codes[1]), void, &idempotency_key(9))
        .await;
    // The organizer buys as well, so the status change returns codes.
    let own = send_twice(admin, "POST", &purchases, order, &idempotency_key(20)).await;
    secrets.code(&own["tickets"][0]["code"]);
    let status = format!("/api/purchases/{}/status", own["id"].as_str().unwrap());
    let cancelled =
        send_twice(admin, "POST", &status, json!({ "status": "cancelled" }), &idempotency_key(21))
            .await;
    assert_eq!(cancelled["tickets"][0]["code"], own["tickets"][0]["code"]);
    for path in [
        "/api/purchases",
        &purchases,
        &format!("/api/purchases/{}", bought["id"].as_str().unwrap()),
    ] {
        mia.get(path).await.ok_json();
    }
    let mut stream = server
        .subscribe(&format!("/api/purchases/{}/stream", bought["id"].as_str().unwrap()))
        .with_user(&mia)
        .open()
        .await;
    stream.until_control("live").await;

    let typed = secrets.add("a password on the command line", "canary-typed-c0de");
    let add = ["user", "add", "--email", "cli@x.org", "--name", "Cli", "--password", &typed];
    assert!(server.command(&add).output().unwrap().status.success());
    let token = server.command(&["token", "--user", "cli@x.org"]).output().unwrap();
    assert!(token.status.success(), "{}", String::from_utf8_lossy(&token.stderr));
    secrets.add("a token of the command line", String::from_utf8(token.stdout).unwrap().trim());
    secrets
}

/// Returns the log line with this text, also as a list of bytes.
fn in_log<'a>(log: &'a str, text: &str) -> Option<&'a str> {
    let bytes: Vec<_> = text.bytes().map(|byte| byte.to_string()).collect();
    let bytes = bytes.join(", ");
    log.lines().find(|line| line.contains(text) || line.contains(&bytes))
}

async fn no_secret_is_stored_in_plain_text_or_as_an_unsalted_hash(database: Database) {
    let server = TestServer::start(database, &[("log", "trace")]).await;
    assert_eq!(api_description::of(&server.anonymous()).await, api_description::WITH_SECRETS);
    let secrets = use_all_credentials(&server).await;

    let columns = scan::columns(&server.database).await;
    let log = server.log();
    assert!(log.contains(" DEBUG touchline"), "trace logging is off");
    let mut found = Vec::new();
    for (what, secret) in &secrets.texts {
        let (hash, raw) = (hex(&sha256(secret)), hex(secret.as_bytes()));
        for Column { name, text } in &columns {
            // 128 random bits may be stored as a plain hash; user-chosen secrets may not.
            let is_ticket = name == "tickets.hash" && what == STREAM_TICKET;
            let lower = text.to_lowercase();
            let is_hashed = lower.contains(&hash) && !is_ticket;
            if text.contains(secret) || lower.contains(&raw) || is_hashed {
                found.push(format!("{what} is in {name}"));
            }
        }
        for (name, bytes) in scan::files(&server.database) {
            for needle in [secret.as_bytes(), &sha256(secret)] {
                if bytes.windows(needle.len()).any(|window| window == needle) {
                    found.push(format!("{what} is in {name}"));
                }
            }
        }
        found.extend(in_log(&log, secret).map(|line| format!("{what} is in the log: {line}")));
    }
    for code in &secrets.codes {
        let hash = hex(&sha256(code)).to_uppercase();
        for Column { name, text } in &columns {
            let is_kept = CODE_COLUMNS.contains(&name.as_str());
            let text = text.to_uppercase();
            if !is_kept && (text.contains(code) || text.contains(&hash)) {
                found.push(format!("a ticket's code is in {name}"));
            }
        }
        let line = in_log(&log, code);
        found.extend(line.map(|line| format!("a ticket's code is in the log: {line}")));
    }
    let hash = in_log(&log, "$argon2id$");
    found.extend(hash.map(|line| format!("a password's hash is in the log: {line}")));
    assert!(found.is_empty(), "{}", found.join("\n"));
    for (name, _) in scan::files(&server.database) {
        let mode = std::fs::metadata(&name).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name} is readable by others");
    }
    let hashes = columns.iter().find(|column| column.name == "users.password_hash").unwrap();
    for hash in hashes.text.lines().map(|line| line.trim_matches('\'')) {
        assert!(hash.starts_with("$argon2id$"), "{hash}");
    }
}
