//! G10: every number and time from outside has a range. Values outside it are rejected and never
//! cause a server error; accepted values are returned unchanged.
//!
//! The inputs come from the `OpenAPI` document, so new routes are covered without being listed
//! here.

mod inputs;
mod outputs;
mod scenario;

use reqwest::Method;
use serde_json::Value;

use crate::bounds::inputs::{Leaf, Operation};
use crate::bounds::scenario::Scenario;
use crate::support::api_client::{ApiClient, ApiResponse};
use crate::support::database::Database;
use crate::support::openapi_contract;
use crate::support::server::TestServer;

crate::support::on_both! {
    g10_numbers_and_times_in_bodies_are_rejected_or_returned_unchanged,
    g10_numbers_in_paths_queries_and_headers_are_rejected_or_in_range,
    g10_extreme_times_are_returned_with_four_digit_years_everywhere,
}

/// Raw JSON values; the ones that may be accepted come last, because they can end a match.
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

/// The same values for inputs that are text: paths, queries and headers.
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

async fn send(client: &ApiClient, operation: &Operation, path: &str, body: String) -> ApiResponse {
    let method = operation.method.clone();
    let response = client.send_bytes(method.clone(), path, "application/json", body.into()).await;
    let response = response.unwrap();
    openapi_contract::assert_documented(&method, path, None, &response);
    response
}

async fn g10_numbers_and_times_in_bodies_are_rejected_or_returned_unchanged(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let scenario = Scenario::new(&server).await;
    let (mut count, mut errors) = (0, Vec::new());
    for operation in inputs::operations() {
        for leaf in operation.leaves() {
            // Tries a match of each sport; those without the action answer that it does not exist.
            for case in scenario.cases(&operation, &leaf).await {
                for raw in VALUES.into_iter().filter(|raw| leaf.is_relevant(raw)) {
                    let path = scenario.fill(&operation.path, &case);
                    let body = operation.body(&leaf, raw, &case);
                    let context = format!("{} {path} {}: {body}", operation.method, leaf.pointer());
                    let response = send(&scenario.client, &operation, &path, body).await;
                    let error = check_response(&leaf, raw, &response);
                    errors.extend(
                        error.map(|error| format!("{context}: {error}: {}", response.text)),
                    );
                    count += 1;
                    if response.status == 404 {
                        // This match's sport has no such action.
                        break;
                    }
                }
            }
        }
    }
    assert!(errors.is_empty(), "{} of {count}:\n{}", errors.len(), errors.join("\n"));
    assert!(count > 1_000, "{count} bodies");
    scenario.check_all_output().await;
}

/// Returns what is wrong with the response to this value, if anything.
fn check_response(leaf: &Leaf, raw: &str, response: &ApiResponse) -> Option<String> {
    if response.status >= 500 {
        return Some(format!("server error {}", response.status));
    }
    if response.text.is_empty() {
        return None;
    }
    let document = response.json();
    let invalid_output = outputs::find_invalid(&document);
    let outcome = &document["items"][0];
    let rejected = outcome["status"] == "rejected";
    if !leaf.must_be_rejected(raw) {
        let emitted = document.pointer(&leaf.pointer()).filter(|_| response.status < 400);
        let differs = emitted.is_some_and(|emitted| *emitted != inputs::emitted(raw));
        return invalid_output.or(differs.then(|| "it was returned changed".to_owned()));
    }
    if response.status < 400 && !rejected {
        return Some("it was accepted".to_owned());
    }
    let problem = if rejected { &outcome["problem"] } else { &document };
    let errors = problem["errors"].as_array();
    let place = if rejected { format!("/0{}", &leaf.pointer()[2..]) } else { leaf.pointer() };
    let is_pointed_at =
        errors.is_none_or(|errors| errors.iter().any(|error| place.starts_with(pointer(error))));
    invalid_output.or((!is_pointed_at).then(|| "no error points at it".to_owned()))
}

fn pointer(error: &Value) -> &str {
    error["pointer"].as_str().expect("a pointer")
}

async fn g10_numbers_in_paths_queries_and_headers_are_rejected_or_in_range(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let scenario = Scenario::new(&server).await;
    let (mut count, mut errors) = (0, Vec::new());
    for operation in inputs::operations() {
        let case = scenario.default_case();
        let body = operation.usual_body(&case);
        for parameter in operation.parameters() {
            for text in TEXTS {
                let given = parameter.put(&operation.path, text);
                let path = scenario.fill(&given.path, &case);
                let path = scenario.with_query(&operation, &path, given.query.as_deref());
                let context = format!("{} {path} {:?}", operation.method, given.header);
                let headers: Vec<_> = given
                    .header
                    .iter()
                    .map(|(name, text)| (name.as_str(), text.as_str()))
                    .collect();
                let body = (operation.method != Method::GET).then(|| body.clone());
                let sent =
                    scenario.client.send(operation.method.clone(), &path, body, &headers).await;
                let response = sent.unwrap_or_else(|error| panic!("{context}: {error}"));
                let accepted = parameter.must_be_rejected(text) && response.status < 400;
                if accepted || response.status >= 500 {
                    errors.push(format!("{context}: {} {}", response.status, response.text));
                }
                count += 1;
            }
        }
    }
    assert!(errors.is_empty(), "{} of {count}:\n{}", errors.len(), errors.join("\n"));
    assert!(count > 1_000, "{count} requests");
}

/// Sets matches, announcements and clocks to both extremes and reads them back everywhere.
async fn g10_extreme_times_are_returned_with_four_digit_years_everywhere(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let scenario = Scenario::new(&server).await;
    for at in ["0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"] {
        let starts = serde_json::json!({ "starts_at": at });
        let game = format!("/api/matches/{}", scenario.football.id);
        let changed = scenario.client.patch(&game, starts).await.ok_json();
        assert_eq!(changed["starts_at"], at);
        let note = serde_json::json!({
            "kind": "note", "period": "first_half", "minute": 1, "text": "x", "occurred_at": at,
        });
        let noted = scenario.client.post(&format!("{game}/incidents"), note).await.ok_json();
        assert_eq!(noted["occurred_at"], at);
        let pause = serde_json::json!({ "reason": "rain", "occurred_at": at });
        scenario.client.post(&format!("{game}/pause"), pause).await.ok_json();
        scenario.client.post(&format!("{game}/resume"), serde_json::json!({})).await.ok_json();
        scenario.check_all_output().await;
    }
    // Rows that an earlier release accepted must still be emitted as valid times.
    let (after, before) = (253_402_318_799_000_i64, -99_999_999_999_999_i64);
    for ms in [after, before] {
        let sql = format!(
            "update matches set starts_at = {ms}; update announcements set expires_at = {after}"
        );
        server.database.tamper(&sql).await;
        scenario.check_all_output().await;
    }
}
