//! G10: every number and every time from outside has a range. What is out of it is refused, never
//! a failure of ours, and what is accepted is what is emitted.
//!
//! The inputs come from the `OpenAPI` document: a new route is covered without being named here.

mod inputs;
mod outputs;
mod scenario;

use reqwest::Method;
use serde_json::Value;

use crate::bounds::inputs::{Leaf, Operation};
use crate::bounds::scenario::World;
use crate::support::api_client::{Answer, Client};
use crate::support::database::Database;
use crate::support::openapi_contract;
use crate::support::server::TestServer;

crate::support::on_both! {
    g10_numbers_and_times_in_bodies_are_rejected_or_returned_unchanged,
    g10_numbers_in_paths_queries_and_headers_are_rejected_or_in_range,
    g10_extreme_times_are_returned_with_four_digit_years_everywhere,
}

/// JSON as it is written into a body; those that may be accepted come last, for they end a match.
const VALUES: [&str; 28] = [
    "9223372036854775807",
    "-9223372036854775808",
    "-1",
    "0",
    "2147483648",
    "4294967295",
    "9007199254740992",
    "9223372036854775808",
    "18446744073709551615",
    "1e400",
    "-1e400",
    "1e3",
    "1.5",
    "\"1e3\"",
    "\"NaN\"",
    "\"Infinity\"",
    "\"9223372036854775807\"",
    "\"+10000-01-01T00:00:00Z\"",
    "\"+010000-01-01T00:00:00Z\"",
    "\"0000-12-31T23:59:59Z\"",
    "\"9999-12-31T23:59:59-05:00\"",
    "\"0001-01-01T00:00:00+05:00\"",
    "\"2026-12-31T23:59:60Z\"",
    "\"2026-11-21T24:00:00Z\"",
    "\"2026-02-30T00:00:00Z\"",
    "\"0001-01-01T00:00:00.000Z\"",
    "\"2026-11-21T16:00:00.1239+01:00\"",
    "\"9999-12-31T23:59:59.999Z\"",
];

/// The same for places where all is text.
const TEXTS: [&str; 18] = [
    "9223372036854775807",
    "-9223372036854775808",
    "-1",
    "0",
    "9007199254740992",
    "9223372036854775808",
    "18446744073709551616",
    "1e400",
    "-1e400",
    "1e3",
    "1.5",
    "NaN",
    "inf",
    "0x1",
    "%2B1",
    "01",
    "9999-12-31T23:59:59-05:00",
    "%2B10000-01-01T00:00:00Z",
];

async fn send(client: &Client, operation: &Operation, path: &str, body: String) -> Answer {
    let method = operation.method.clone();
    let answer = client.send_bytes(method.clone(), path, "application/json", body.into()).await;
    let answer = answer.unwrap();
    openapi_contract::holds(&method, path, None, &answer);
    answer
}

async fn g10_numbers_and_times_in_bodies_are_rejected_or_returned_unchanged(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let world = World::new(&server).await;
    let (mut count, mut faults) = (0, Vec::new());
    for operation in inputs::operations() {
        for leaf in operation.leaves() {
            // A match of each sport is asked: the others say that they have no such action.
            for case in world.cases(&operation, &leaf).await {
                for raw in VALUES.into_iter().filter(|raw| leaf.is_telling(raw)) {
                    let path = world.fill(&operation.path, &case);
                    let body = operation.body(&leaf, raw, &case);
                    let about = format!("{} {path} {}: {body}", operation.method, leaf.pointer());
                    let answer = send(&world.client, &operation, &path, body).await;
                    let fault = fault(&leaf, raw, &answer);
                    faults.extend(fault.map(|fault| format!("{about}: {fault}: {}", answer.text)));
                    count += 1;
                    if answer.status == 404 {
                        // An action that this match's sport doesn't have.
                        break;
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} of {count}:\n{}", faults.len(), faults.join("\n"));
    assert!(count > 1_000, "{count} bodies");
    world.look_at_everything().await;
}

/// What is wrong with an answer to this value of this input.
fn fault(leaf: &Leaf, raw: &str, answer: &Answer) -> Option<String> {
    if answer.status >= 500 {
        return Some(format!("it failed with {}", answer.status));
    }
    if answer.text.is_empty() {
        return None;
    }
    let said = answer.json();
    let strange = outputs::fault(&said);
    let outcome = &said["items"][0];
    let rejected = outcome["status"] == "rejected";
    if !leaf.is_wrong(raw) {
        let emitted = said.pointer(&leaf.pointer()).filter(|_| answer.status < 400);
        let differs = emitted.is_some_and(|emitted| *emitted != inputs::emitted(raw));
        return strange.or(differs.then(|| "it comes back as another".to_owned()));
    }
    if answer.status < 400 && !rejected {
        return Some("it was accepted".to_owned());
    }
    let problem = if rejected { &outcome["problem"] } else { &said };
    let errors = problem["errors"].as_array();
    let place = if rejected { format!("/0{}", &leaf.pointer()[2..]) } else { leaf.pointer() };
    let is_said =
        errors.is_none_or(|errors| errors.iter().any(|error| place.starts_with(pointer(error))));
    strange.or((!is_said).then(|| "it is not pointed at".to_owned()))
}

fn pointer(error: &Value) -> &str {
    error["pointer"].as_str().expect("a pointer")
}

async fn g10_numbers_in_paths_queries_and_headers_are_rejected_or_in_range(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let world = World::new(&server).await;
    let (mut count, mut faults) = (0, Vec::new());
    for operation in inputs::operations() {
        let case = world.usual();
        let body = operation.usual_body(&case);
        for parameter in operation.parameters() {
            for text in TEXTS {
                let given = parameter.put(&operation.path, text);
                let path = world.fill(&given.path, &case);
                let path = world.with_query(&operation, &path, given.query.as_deref());
                let about = format!("{} {path} {:?}", operation.method, given.header);
                let headers: Vec<_> = given
                    .header
                    .iter()
                    .map(|(name, text)| (name.as_str(), text.as_str()))
                    .collect();
                let body = (operation.method != Method::GET).then(|| body.clone());
                let sent = world.client.send(operation.method.clone(), &path, body, &headers).await;
                let answer = sent.unwrap_or_else(|error| panic!("{about}: {error}"));
                let taken = parameter.is_wrong(text) && answer.status < 400;
                if taken || answer.status >= 500 {
                    faults.push(format!("{about}: {} {}", answer.status, answer.text));
                }
                count += 1;
            }
        }
    }
    assert!(faults.is_empty(), "{} of {count}:\n{}", faults.len(), faults.join("\n"));
    assert!(count > 1_000, "{count} requests");
}

/// Matches, announcements and clocks at both ends of time, read back in every way there is.
async fn g10_extreme_times_are_returned_with_four_digit_years_everywhere(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let world = World::new(&server).await;
    for at in ["0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"] {
        let starts = serde_json::json!({ "starts_at": at });
        let game = format!("/api/matches/{}", world.football.id);
        let changed = world.client.patch(&game, starts).await.ok();
        assert_eq!(changed["starts_at"], at);
        let note = serde_json::json!({
            "kind": "note", "period": "first_half", "minute": 1, "text": "x", "occurred_at": at,
        });
        let noted = world.client.post(&format!("{game}/incidents"), note).await.ok();
        assert_eq!(noted["occurred_at"], at);
        let pause = serde_json::json!({ "reason": "rain", "occurred_at": at });
        world.client.post(&format!("{game}/pause"), pause).await.ok();
        world.client.post(&format!("{game}/resume"), serde_json::json!({})).await.ok();
        world.look_at_everything().await;
    }
    // Rows that an earlier release took: what is emitted of them is a time all the same.
    let (after, before) = (253_402_318_799_000_i64, -99_999_999_999_999_i64);
    for ms in [after, before] {
        let sql = format!(
            "update matches set starts_at = {ms}; update announcements set expires_at = {after}"
        );
        server.database.tamper(&sql).await;
        world.look_at_everything().await;
    }
}
