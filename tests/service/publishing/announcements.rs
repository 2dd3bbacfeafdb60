//! Announcements to whole events and to single teams.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::recipients::{Event, Recipients, Team};
use super::scenario::Scenario;
use crate::support::api_client::ApiResponse;
use crate::support::users::id;

/// Returns the recipients of an announcement.
fn recipients_of(event: Event, teams: &[Team]) -> Recipients {
    let events = if teams.is_empty() { vec![event.id] } else { Vec::new() };
    let teams = teams.iter().map(|team| team.id).collect();
    Recipients { events, teams, ..Recipients::default() }
}

pub async fn to_all_recipients(scenario: &mut Scenario) {
    let Scenario { lions, tigers, .. } = *scenario;
    let (public, private) = (scenario.public_event, scenario.private_event);
    let targets: [(Event, Vec<Team>); 4] = [
        (public, vec![]),
        (public, vec![lions, tigers]),
        (private, vec![]),
        (private, vec![tigers]),
    ];
    for (event, teams) in targets {
        let recipients = recipients_of(event, &teams);
        let announcement = announce(scenario, event, &teams, None, &recipients).await;
        let path = format!("/api/announcements/{announcement}");
        let response = scenario.admin.patch(&path, json!({ "priority": "urgent" })).await;
        scenario.assert_publishes("PATCH /api/announcements/{id}", &recipients, response).await;
        let response = scenario.admin.post(&format!("{path}/broadcast"), json!({})).await;
        scenario
            .assert_publishes("POST /api/announcements/{id}/broadcast", &recipients, response)
            .await;
        let response = scenario.admin.post(&format!("{path}/expire"), json!({})).await;
        scenario
            .assert_publishes("POST /api/announcements/{id}/expire", &recipients, response)
            .await;
        let response = scenario.admin.post(&format!("{path}/expire"), json!({})).await;
        let write = "POST /api/announcements/{id}/expire of an expired one";
        scenario.assert_publishes(write, &Recipients::default(), response).await;
        let response = scenario.admin.delete(&path).await;
        scenario.assert_publishes("DELETE /api/announcements/{id}", &recipients, response).await;

        let expires_at = Utc::now() + Duration::from_secs(1);
        let announcement = announce(scenario, event, &teams, Some(expires_at), &recipients).await;
        let response = wait_for_expiry(scenario, announcement).await;
        let write = "none: the expires_at of an announcement passes";
        scenario.assert_publishes(write, &recipients, response).await;
        let path = format!("/api/announcements/{announcement}");
        let response = scenario.admin.patch(&path, json!({ "title": "Thunder" })).await;
        let write = "PATCH /api/announcements/{id} of an expired one, without another expires_at";
        scenario.assert_publishes(write, &Recipients::default(), response).await;
    }
}

/// Creates an announcement without an expiry.
pub async fn create(scenario: &mut Scenario, event: Event, teams: &[Team]) {
    announce(scenario, event, teams, None, &recipients_of(event, teams)).await;
}

async fn announce(
    scenario: &mut Scenario,
    event: Event,
    teams: &[Team],
    expires_at: Option<DateTime<Utc>>,
    recipients: &Recipients,
) -> i64 {
    let team_ids: Vec<_> = teams.iter().map(|team| team.id).collect();
    let body = json!({
        "event_id": event.id, "type": "weather_alert", "priority": "high", "title": "Lightning",
        "message": "Leave the field.", "team_ids": team_ids, "expires_at": expires_at,
    });
    let response = scenario.admin.post("/api/announcements", body).await;
    id(&scenario.assert_publishes("POST /api/announcements", recipients, response).await)
}

/// Waits until the expiry is published; a read is not a write.
async fn wait_for_expiry(scenario: &Scenario, announcement: i64) -> ApiResponse {
    let deadline = Instant::now() + Duration::from_secs(20);
    let topics = scenario.announcement_topics();
    loop {
        for topic in &topics {
            let last = scenario.admin.history(topic).await.pop().unwrap_or_default();
            let last: Value = serde_json::from_str(&last).unwrap_or_default();
            let published_id = &last["data"]["announcement"]["id"];
            if last["type"] == "announcement_expired" && *published_id == announcement {
                return scenario.admin.get(&format!("/api/announcements/{announcement}")).await;
            }
        }
        assert!(Instant::now() < deadline, "expiry of {announcement} was not published");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
