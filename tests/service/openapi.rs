//! The `OpenAPI` document: every route is in it, and nothing that is no route. What single answers
//! look like is compared by `support/openapi_contract.rs`, with all that the other tests are answered.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::permissions::routes;
use crate::support::database::Database;
use crate::support::openapi_contract::DOCUMENT;
use crate::support::server::TestServer;
use crate::support::users::id;

/// What is left to a match's sport: its actions are asked for below.
const OF_SPORT: &str = "{action:.+}";

/// `GET /api/teams/{id}` and so on, as the document has them.
fn documented() -> BTreeSet<String> {
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let of_path = |(path, item): (&String, &Value)| {
        let methods = item.as_object().expect("operations").keys().cloned().collect::<Vec<_>>();
        methods.into_iter().map(|method| format!("{} {path}", method.to_uppercase())).collect()
    };
    paths.iter().flat_map(|entry| -> Vec<String> { of_path(entry) }).collect()
}

/// The routes, where one that names several actions is several.
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
    assert!(missing.is_empty(), "routes that are not documented: {missing:#?}");
    let of_sport = of_sport(&documented);
    let strange: Vec<_> =
        documented.difference(&routed).filter(|one| !of_sport.contains(*one)).collect();
    assert!(strange.is_empty(), "documented, but no routes: {strange:#?}");
}

#[test]
fn every_operation_documents_its_input_and_responses() {
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    for (path, item) in paths {
        for (method, operation) in item.as_object().expect("operations") {
            let about = format!("{method} {path}");
            assert!(operation["summary"].is_string() && operation["x-who"].is_string(), "{about}");
            assert!(operation["security"].is_array(), "{about}");
            let responses = operation["responses"].as_object().expect("responses");
            assert!(responses.keys().any(|status| status.starts_with('2')), "{about}");
            assert!(responses.keys().any(|status| status.starts_with('4')), "{about}");
            let takes = ["put", "patch"].contains(&method.as_str());
            assert!(!takes || operation["requestBody"].is_object(), "{about}");
        }
    }
}

crate::support::on_both! { every_documented_sport_action_exists_in_a_sport, }

/// A match of each sport is asked for everything: one of them knows it.
async fn every_documented_sport_action_exists_in_a_sport(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let organizer = server.organizer().await;
    let (home, away) = (organizer.team("A", "public").await, organizer.team("B", "public").await);
    let mut matches = Vec::new();
    for sport in ["football", "cricket", "generic"] {
        let body = json!({ "sport": sport, "home_team_id": home, "away_team_id": away });
        let game = organizer.client.post("/api/matches", body).await.ok();
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
            let answer = organizer.client.send(method.clone(), &path, body, &[]).await.unwrap();
            let detail =
                if answer.status == 404 { answer.json()["detail"].clone() } else { json!("") };
            let one_of_many = path.ends_with("/1") && method == Method::GET;
            is_known |= detail != "no such action" && (detail != "no such page" || one_of_many);
        }
        assert!(is_known, "no sport knows {operation}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_served_unchanged() {
    let server = TestServer::sqlite(&[]).await;
    let answer = server.stranger().get("/api/openapi.json").await;
    assert_eq!(answer.json(), *DOCUMENT);
    assert_eq!(answer.header("content-type"), "application/json");
}
