//! The `OpenAPI` document lists exactly the routes. Single responses are compared with it by
//! `support/openapi_contract.rs`, in all other tests.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::permissions::routes;
use crate::support::database::Database;
use crate::support::openapi_contract::DOCUMENT;
use crate::support::server::TestServer;
use crate::support::users::id;

/// The catch-all route of sport actions, which are checked below.
const OF_SPORT: &str = "{action:.+}";

/// Returns the documented operations, such as `GET /api/teams/{id}`.
fn documented() -> BTreeSet<String> {
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let of_path = |(path, item): (&String, &Value)| {
        let methods = item.as_object().expect("operations").keys().cloned().collect::<Vec<_>>();
        methods.into_iter().map(|method| format!("{} {path}", method.to_uppercase())).collect()
    };
    paths.iter().flat_map(|entry| -> Vec<String> { of_path(entry) }).collect()
}

/// Returns the routes, with alternatives in a path expanded.
fn routed() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for route in routes::all().into_iter().filter(|route| !route.ends_with(OF_SPORT)) {
        match route.split_once("{action:") {
            None => drop(all.insert(route)),
            Some((before, actions)) => all.extend(
                actions.trim_end_matches('}').split('|').map(|action| format!("{before}{action}")),
            ),
        }
    }
    all
}

fn of_sport(documented: &BTreeSet<String>) -> BTreeSet<String> {
    let routed = routed();
    let others = documented.difference(&routed).cloned();
    others.filter(|operation| operation.contains(" /api/matches/{id}/")).collect()
}

#[test]
fn the_document_lists_exactly_the_routes() {
    let (documented, routed) = (documented(), routed());
    let missing: Vec<_> = routed.difference(&documented).collect();
    assert!(missing.is_empty(), "undocumented routes: {missing:#?}");
    let of_sport = of_sport(&documented);
    let unknown: Vec<_> =
        documented.difference(&routed).filter(|one| !of_sport.contains(*one)).collect();
    assert!(unknown.is_empty(), "documented without a route: {unknown:#?}");
}

#[test]
fn every_operation_documents_its_input_and_responses() {
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    for (path, item) in paths {
        for (method, operation) in item.as_object().expect("operations") {
            let context = format!("{method} {path}");
            assert!(
                operation["summary"].is_string() && operation["x-who"].is_string(),
                "{context}"
            );
            assert!(operation["security"].is_array(), "{context}");
            let responses = operation["responses"].as_object().expect("responses");
            assert!(responses.keys().any(|status| status.starts_with('2')), "{context}");
            assert!(responses.keys().any(|status| status.starts_with('4')), "{context}");
            let needs_body = ["put", "patch"].contains(&method.as_str());
            assert!(!needs_body || operation["requestBody"].is_object(), "{context}");
        }
    }
}

crate::support::on_both! { every_documented_sport_action_exists_in_a_sport, }

/// Every documented action must exist in at least one sport.
async fn every_documented_sport_action_exists_in_a_sport(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let (home, away) =
        (organizer.create_team("A", "public").await, organizer.create_team("B", "public").await);
    let mut matches = Vec::new();
    for sport in ["football", "cricket", "generic"] {
        let body = json!({ "sport": sport, "home_team_id": home, "away_team_id": away });
        let game = organizer.client.post("/api/matches", body).await.ok_json();
        matches.push(id(&game));
    }
    for operation in of_sport(&documented()) {
        let (method, path) = operation.split_once(' ').expect("a method and a path");
        let method: Method = method.parse().unwrap();
        let mut is_known = false;
        for id in &matches {
            let path = path.replace("{id}", &id.to_string());
            let path = path.replace("{incident}", "1").replace("{number}", "1");
            let body = (method != Method::GET).then(|| json!({}));
            let response = organizer.client.send(method.clone(), &path, body, &[]).await.unwrap();
            let detail =
                if response.status == 404 { response.json()["detail"].clone() } else { json!("") };
            let one_of_many = path.ends_with("/1") && method == Method::GET;
            is_known |= detail != "no such action" && (detail != "no such page" || one_of_many);
        }
        assert!(is_known, "{operation} exists in no sport");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_served_unchanged() {
    let server = TestServer::sqlite(&[]).await;
    let response = server.anonymous().get("/api/openapi.json").await;
    assert_eq!(response.json(), *DOCUMENT);
    assert_eq!(response.header("content-type"), "application/json");
}
