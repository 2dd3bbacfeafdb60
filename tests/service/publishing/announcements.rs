//! Announcements to whole events and to teams.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::recipients::{Event, Hearers, Team};
use super::scenario::World;
use crate::support::api_client::Answer;
use crate::support::users::id;

/// Whom an announcement is for.
fn readers(event: Event, teams: &[Team]) -> Hearers {
    let events = if teams.is_empty() { vec![event.id] } else { Vec::new() };
    let teams = teams.iter().map(|team| team.id).collect();
    Hearers { events, teams, ..Hearers::default() }
}

pub async fn to_every_audience(world: &mut World) {
    let World { lions, tigers, .. } = *world;
    let (public, private) = (world.public_event, world.private_event);
    let audiences: [(Event, Vec<Team>); 4] = [
        (public, vec![]),
        (public, vec![lions, tigers]),
        (private, vec![]),
        (private, vec![tigers]),
    ];
    for (event, teams) in audiences {
        let hearers = readers(event, &teams);
        let announcement = announced(world, event, &teams, None, &hearers).await;
        let path = format!("/api/announcements/{announcement}");
        let answer = world.admin.patch(&path, json!({ "priority": "urgent" })).await;
        world.tells("PATCH /api/announcements/{id}", &hearers, answer).await;
        let answer = world.admin.post(&format!("{path}/broadcast"), json!({})).await;
        world.tells("POST /api/announcements/{id}/broadcast", &hearers, answer).await;
        let answer = world.admin.post(&format!("{path}/expire"), json!({})).await;
        world.tells("POST /api/announcements/{id}/expire", &hearers, answer).await;
        let answer = world.admin.post(&format!("{path}/expire"), json!({})).await;
        let write = "POST /api/announcements/{id}/expire of an expired one";
        world.tells(write, &Hearers::default(), answer).await;
        let answer = world.admin.delete(&path).await;
        world.tells("DELETE /api/announcements/{id}", &hearers, answer).await;

        let soon = Utc::now() + Duration::from_secs(1);
        let announcement = announced(world, event, &teams, Some(soon), &hearers).await;
        let gone = expired(world, announcement).await;
        let write = "none: the expires_at of an announcement passes";
        world.tells(write, &hearers, gone).await;
        let path = format!("/api/announcements/{announcement}");
        let answer = world.admin.patch(&path, json!({ "title": "Thunder" })).await;
        let write = "PATCH /api/announcements/{id} of an expired one, without another expires_at";
        world.tells(write, &Hearers::default(), answer).await;
    }
}

async fn announced(
    world: &mut World,
    event: Event,
    teams: &[Team],
    expires_at: Option<DateTime<Utc>>,
    hearers: &Hearers,
) -> i64 {
    let team_ids: Vec<_> = teams.iter().map(|team| team.id).collect();
    let body = json!({
        "event_id": event.id, "type": "weather_alert", "priority": "high", "title": "Lightning",
        "message": "Leave the field.", "team_ids": team_ids, "expires_at": expires_at,
    });
    let answer = world.admin.post("/api/announcements", body).await;
    id(&world.tells("POST /api/announcements", hearers, answer).await)
}

/// Waits until it has run out and that has been told: reading it is no write.
async fn expired(world: &World, announcement: i64) -> Answer {
    let deadline = Instant::now() + Duration::from_secs(20);
    let topics = world.announcement_topics();
    loop {
        for topic in &topics {
            let last = world.admin.history(topic).await.pop().unwrap_or_default();
            let last: Value = serde_json::from_str(&last).unwrap_or_default();
            let told = &last["data"]["announcement"]["id"];
            if last["type"] == "announcement_expired" && *told == announcement {
                return world.admin.get(&format!("/api/announcements/{announcement}")).await;
            }
        }
        assert!(Instant::now() < deadline, "nobody is told that {announcement} has run out");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
