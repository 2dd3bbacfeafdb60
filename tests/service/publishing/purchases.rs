//! Purchases of two buyers: each hears of its own alone.

use serde_json::json;

use super::recipients::Hearers;
use super::scenario::World;
use crate::support::users::Person;

pub async fn of_two_buyers(world: &mut World) {
    let buyers = [
        world.organizer.person(&world.server, "Bo").await,
        world.organizer.person(&world.server, "Cy").await,
    ];
    for buyer in &buyers {
        let (purchase, hearers) = bought(world, buyer).await;
        moves_to(world, &purchase, &hearers, "cancelled").await;
        let (purchase, hearers) = bought(world, buyer).await;
        moves_to(world, &purchase, &hearers, "confirmed").await;
        let path = format!("/api/purchases/{purchase}");
        let tickets = buyer.client.get(&path).await.ok();
        let code = |number: usize| tickets["tickets"][number]["code"].as_str().unwrap().to_owned();
        let answer =
            world.admin.post(&format!("/api/tickets/{}/check-in", code(0)), json!({})).await;
        world.tells("POST /api/tickets/{code}/check-in", &hearers, answer).await;
        let body = json!({ "status": "void" });
        let answer = world.admin.patch(&format!("/api/tickets/{}", code(1)), body).await;
        let write = "PATCH /api/tickets/{code} {\"status\":\"void\"}";
        world.tells(write, &hearers, answer).await;
        moves_to(world, &purchase, &hearers, "refunded").await;
    }
}

async fn bought(world: &mut World, buyer: &Person) -> (String, Hearers) {
    let path = format!("/api/events/{}/purchases", world.public_event.id);
    let answer = buyer.client.post(&path, json!({ "ticket_type": "adult", "quantity": 2 })).await;
    let purchase = answer.ok()["id"].as_str().unwrap().to_owned();
    world.follow(&format!("purchase_{purchase}")).await;
    let hearers = Hearers { purchases: vec![purchase.clone()], ..Hearers::default() };
    world.tells("POST /api/events/{id}/purchases", &hearers, answer).await;
    (purchase, hearers)
}

async fn moves_to(world: &mut World, purchase: &str, hearers: &Hearers, status: &str) {
    let path = format!("/api/purchases/{purchase}/status");
    let answer = world.admin.post(&path, json!({ "status": status })).await;
    let write = format!("POST /api/purchases/{{id}}/status {{\"status\":\"{status}\"}}");
    world.tells(&write, hearers, answer).await;
}
