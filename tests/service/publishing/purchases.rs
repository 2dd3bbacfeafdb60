//! Purchases of two buyers: each gets only its own messages.

use serde_json::json;

use super::recipients::Recipients;
use super::scenario::Scenario;
use crate::support::users::Person;

pub async fn of_two_buyers(scenario: &mut Scenario) {
    let buyers = [
        scenario.organizer.create_user(&scenario.server, "Bo").await,
        scenario.organizer.create_user(&scenario.server, "Cy").await,
    ];
    for buyer in &buyers {
        let (purchase, recipients) = buy(scenario, buyer).await;
        set_status(scenario, &purchase, &recipients, "cancelled").await;
        let (purchase, recipients) = buy(scenario, buyer).await;
        set_status(scenario, &purchase, &recipients, "confirmed").await;
        let path = format!("/api/purchases/{purchase}");
        let tickets = buyer.client.get(&path).await.ok_json();
        let code = |number: usize| tickets["tickets"][number]["code"].as_str().unwrap().to_owned();
        let response =
            scenario.admin.post(&format!("/api/tickets/{}/check-in", code(0)), json!({})).await;
        scenario.assert_publishes("POST /api/tickets/{code}/check-in", &recipients, response).await;
        let body = json!({ "status": "void" });
        let response = scenario.admin.patch(&format!("/api/tickets/{}", code(1)), body).await;
        let write = "PATCH /api/tickets/{code} {\"status\":\"void\"}";
        scenario.assert_publishes(write, &recipients, response).await;
        set_status(scenario, &purchase, &recipients, "refunded").await;
    }
}

async fn buy(scenario: &mut Scenario, buyer: &Person) -> (String, Recipients) {
    let path = format!("/api/events/{}/purchases", scenario.public_event.id);
    let response = buyer.client.post(&path, json!({ "ticket_type": "adult", "quantity": 2 })).await;
    let purchase = response.ok_json()["id"].as_str().unwrap().to_owned();
    scenario.subscribe(&format!("purchase_{purchase}")).await;
    let recipients = Recipients { purchases: vec![purchase.clone()], ..Recipients::default() };
    scenario.assert_publishes("POST /api/events/{id}/purchases", &recipients, response).await;
    (purchase, recipients)
}

async fn set_status(
    scenario: &mut Scenario,
    purchase: &str,
    recipients: &Recipients,
    status: &str,
) {
    let path = format!("/api/purchases/{purchase}/status");
    let response = scenario.admin.post(&path, json!({ "status": status })).await;
    let write = format!("POST /api/purchases/{{id}}/status {{\"status\":\"{status}\"}}");
    scenario.assert_publishes(&write, recipients, response).await;
}
