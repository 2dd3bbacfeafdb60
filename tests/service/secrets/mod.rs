//! What lets somebody in is kept by nobody but its owner: not in the database, its files or logs.

mod api_description;
mod idempotency;

use std::os::unix::fs::PermissionsExt;

use aws_lc_rs::digest;
use serde_json::{Value, json};

use crate::support::api_client::{Answer, Client};
use crate::support::database::Database;
use crate::support::scan;
use crate::support::scan::Column;
use crate::support::server::{ADMIN_PASSWORD, JWT_SECRET, TestServer};
use crate::support::users::{Organizer, id};

crate::support::on_both! {
    no_secret_is_stored_in_plain_text_or_as_an_unsalted_hash,
}

/// Where a ticket's code lies, because its buyer may see it as often as he likes.
const PLACES_OF_CODES: [&str; 2] = ["seats.code", "messages.envelope"];

/// A name that the search knows.
const STREAM_TICKET: &str = "a stream ticket";

/// What must be nowhere, and where it came from.
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

    /// A request's body: not even its hash may be kept, which a list of passwords would open.
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

async fn keyed(client: &Client, method: &str, path: &str, body: Value, key: &str) -> Answer {
    let method = method.parse().unwrap();
    client.send(method, path, Some(body), &[("Idempotency-Key", key)]).await.unwrap()
}

/// Sends it twice; the second answer is the first again.
async fn twice(client: &Client, method: &str, path: &str, body: Value, key: &str) -> Value {
    let first = keyed(client, method, path, body.clone(), key).await;
    let again = keyed(client, method, path, body, key).await;
    assert_eq!((again.status, &again.text), (first.status, &first.text), "{method} {path}");
    assert_eq!(again.header("idempotency-replayed"), "true", "{method} {path}");
    first.ok()
}

/// A key as the pages make them.
fn key(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

async fn cup(organizer: &Organizer) -> i64 {
    let cup = json!({ "name": "Cup", "sport": "football", "visibility": "public" });
    id(&organizer.client.post("/api/events", cup).await.ok())
}

/// Uses every way in, each with keys; gives what must be found nowhere.
async fn use_all(server: &TestServer) -> Secrets {
    let mut secrets = Secrets::default();
    for (what, text) in [("the administrator", ADMIN_PASSWORD), ("the server's", JWT_SECRET)] {
        secrets.add(what, text);
    }
    let organizer = server.organizer().await;
    let admin = &organizer.client;
    secrets.add("the administrator's token", admin.token.as_deref().unwrap());

    let first = secrets.add("a new user's password", "canary-one-5a1c");
    let fields = json!({ "email": "mia@x.org", "name": "Mia", "password": first });
    let made = twice(admin, "POST", "/api/users", secrets.body(fields), &key(1)).await;
    let user = format!("/api/users/{}", id(&made));
    let wrong = secrets.add("a wrong password", "canary-wrong-77d0");
    let stranger = server.stranger();
    let sign_in = |password: &str| json!({ "email": "mia@x.org", "password": password });
    let tried = secrets.body(sign_in(&wrong));
    keyed(&stranger, "POST", "/api/auth/login", tried, &key(2)).await.problem(401, "wrong");
    let known = secrets.body(sign_in(&first));
    let session = keyed(&stranger, "POST", "/api/auth/login", known, &key(3)).await.ok();
    let mia = stranger.with_token(&secrets.add("a token", session["token"].as_str().unwrap()));
    let second = secrets.add("a changed password", "canary-two-9b3f");
    let guess = secrets.add("a wrong current password", "canary-guess-c3d8");
    let tried = secrets.body(json!({ "password": second, "current_password": guess }));
    keyed(&mia, "PATCH", &user, tried, &key(20)).await.problem(422, "wrong");
    let change = secrets.body(json!({ "password": second, "current_password": first }));
    let changed = keyed(&mia, "PATCH", &user, change.clone(), &key(4)).await.ok();
    let renewed = secrets.add("a renewed token", changed["token"].as_str().unwrap());
    let mia = stranger.with_token(&renewed);
    keyed(&mia, "PATCH", &user, change, &key(4)).await.ok();
    // Where none belongs.
    let stray = secrets.add("a password in a wrong place", "canary-stray-41aa");
    let scorer = organizer.live("football").await;
    for (number, path) in
        [scorer.game.path("/incidents"), scorer.game.path("/pause")].iter().enumerate()
    {
        let body = secrets.body(json!({ "kind": "note", "password": stray }));
        let number = u32::try_from(number).unwrap();
        keyed(admin, "POST", path, body, &key(10 + number)).await.problem(422, path);
    }
    let body = secrets.body(json!({ "password": stray }));
    let entry = json!([{ "client_id": key(12), "action": "incidents", "body": body }]);
    admin.post(&scorer.game.path("/sync"), entry).await.ok();

    let topic = json!({ "topics": [scorer.game.topic()] });
    let pass = keyed(&mia, "POST", "/api/stream-tickets", topic, &key(5)).await.ok();
    let pass = secrets.add(STREAM_TICKET, pass["ticket"].as_str().unwrap());
    let token = mia.token.clone().unwrap();
    for way in [format!("ticket={pass}"), format!("token={token}"), format!("token=x{token}")] {
        server.watch(&format!("{}?{way}", scorer.game.stream())).answer().await;
    }
    server
        .watch(&scorer.game.stream())
        .with("Cookie", &format!("touchline={token}"))
        .answer()
        .await;

    let event = cup(&organizer).await;
    let order = json!({ "ticket_type": "adult", "quantity": 2 });
    let purchases = format!("/api/events/{event}/purchases");
    let bought = twice(&mia, "POST", &purchases, order.clone(), &key(6)).await;
    let codes =
        [secrets.code(&bought["tickets"][0]["code"]), secrets.code(&bought["tickets"][1]["code"])];
    let status = format!("/api/purchases/{}/status", bought["id"].as_str().unwrap());
    let confirmed = json!({ "status": "confirmed" });
    twice(admin, "POST", &status, confirmed, &key(7)).await;
    let check_in = format!("/api/tickets/{}/check-in", codes[0]);
    twice(admin, "POST", &check_in, json!({}), &key(8)).await;
    let void = json!({ "status": "void" });
    twice(admin, "PATCH", &format!("/api/tickets/{}", codes[1]), void, &key(9)).await;
    // The organiser buys for himself, so the change of status gives him codes.
    let own = twice(admin, "POST", &purchases, order, &key(20)).await;
    secrets.code(&own["tickets"][0]["code"]);
    let status = format!("/api/purchases/{}/status", own["id"].as_str().unwrap());
    let cancelled = twice(admin, "POST", &status, json!({ "status": "cancelled" }), &key(21)).await;
    assert_eq!(cancelled["tickets"][0]["code"], own["tickets"][0]["code"]);
    for path in [
        "/api/purchases",
        &purchases,
        &format!("/api/purchases/{}", bought["id"].as_str().unwrap()),
    ] {
        mia.get(path).await.ok();
    }
    let mut stream = server
        .watch(&format!("/api/purchases/{}/stream", bought["id"].as_str().unwrap()))
        .by(&mia)
        .open()
        .await;
    stream.control("live").await;

    let typed = secrets.add("a password on the command line", "canary-typed-c0de");
    let add = ["user", "add", "--email", "cli@x.org", "--name", "Cli", "--password", &typed];
    assert!(server.command(&add).output().unwrap().status.success());
    let token = server.command(&["token", "--user", "cli@x.org"]).output().unwrap();
    assert!(token.status.success(), "{}", String::from_utf8_lossy(&token.stderr));
    secrets.add("a token of the command line", String::from_utf8(token.stdout).unwrap().trim());
    secrets
}

/// The line that holds the text, also as a list of its bytes.
fn in_log<'a>(log: &'a str, text: &str) -> Option<&'a str> {
    let bytes: Vec<_> = text.bytes().map(|byte| byte.to_string()).collect();
    let bytes = bytes.join(", ");
    log.lines().find(|line| line.contains(text) || line.contains(&bytes))
}

async fn no_secret_is_stored_in_plain_text_or_as_an_unsalted_hash(database: Database) {
    let server = TestServer::start(database, &[("log", "trace")]).await;
    assert_eq!(api_description::of(&server.stranger()).await, api_description::WITH_SECRETS);
    let secrets = use_all(&server).await;

    let columns = scan::columns(&server.database).await;
    let log = server.log();
    assert!(log.contains(" DEBUG touchline"), "the log tells all it may");
    let mut found = Vec::new();
    for (what, secret) in &secrets.texts {
        let (hash, raw) = (hex(&sha256(secret)), hex(secret.as_bytes()));
        for Column { name, text } in &columns {
            // 128 random bits can be hashed like that; what somebody has chosen can't.
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
            let is_kept = PLACES_OF_CODES.contains(&name.as_str());
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
        assert_eq!(mode, 0o600, "{name} is its owner's alone");
    }
    let hashes = columns.iter().find(|column| column.name == "users.password_hash").unwrap();
    for hash in hashes.text.lines().map(|line| line.trim_matches('\'')) {
        assert!(hash.starts_with("$argon2id$"), "{hash}");
    }
}
