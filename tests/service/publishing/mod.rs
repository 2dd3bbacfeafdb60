//! Every write publishes to exactly its topics: the messages are compared with the tables of
//! `docs/protocol.md`, for one resource of each kind.

mod announcements;
mod docs;
mod matches;
mod purchases;
mod recipients;
mod scenario;

use reqwest::Method;
use serde_json::json;

use self::recipients::{Event, MatchPlacement, Recipients};
use self::scenario::Scenario;
use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::users::id;

crate::support::on_both! {
    every_write_publishes_to_exactly_its_documented_topics,
}

async fn every_write_publishes_to_exactly_its_documented_topics(database: Database) {
    let server = TestServer::start(database, &[("heartbeat_seconds", "1")]).await;
    let mut scenario = Scenario::new(server).await;
    registrations(&mut scenario).await;
    matches::in_every_placement(&mut scenario).await;
    matches::generic_match(&mut scenario).await;
    matches::lineups(&mut scenario).await;
    leaderboard_changes(&mut scenario).await;
    announcements::to_all_recipients(&mut scenario).await;
    purchases::of_two_buyers(&mut scenario).await;
    matches::made_private(&mut scenario).await;
    matches::with_an_uninvited_team(&mut scenario).await;
    withdrawals(&mut scenario).await;
    an_event_that_comes_and_goes(&mut scenario).await;
    writes_without_messages(&mut scenario).await;
    scenario.assert_all_delivered().await;
}

/// The recipients of a change of the leaderboard only.
fn leaderboard_of(event: Event) -> Recipients {
    Recipients { events: vec![event.id], leaderboards: vec![event.id], ..Recipients::default() }
}

/// The manager registers every team, and only some accept.
async fn registrations(scenario: &mut Scenario) {
    for event in [scenario.public_event, scenario.private_event] {
        for team in [scenario.lions, scenario.tigers, scenario.bears] {
            let path = format!("/api/events/{}/registrations", event.id);
            let response = scenario.manager.client.post(&path, json!({ "team_id": team.id })).await;
            let write = "POST /api/events/{id}/registrations with a team";
            let made = scenario.assert_publishes(write, &leaderboard_of(event), response).await;
            assert_eq!(made["accepted"], false, "{made}");
            let response = scenario.manager.client.post(&path, json!({ "team_id": team.id })).await;
            let write = "POST /api/events/{id}/registrations with a registered team";
            scenario.assert_publishes(write, &Recipients::default(), response).await;
            if team.has_accepted {
                let path = format!("/api/teams/{}/registrations", team.id);
                let response = scenario.admin.post(&path, json!({ "event_id": event.id })).await;
                let write = "POST /api/teams/{id}/registrations";
                let made = scenario.assert_publishes(write, &Recipients::default(), response).await;
                assert_eq!(made["accepted"], true, "{made}");
            }
        }
    }
}

/// Changes of the leaderboard other than results.
async fn leaderboard_changes(scenario: &mut Scenario) {
    for event in [scenario.public_event, scenario.private_event] {
        let recipients = leaderboard_of(event);
        let path = format!("/api/events/{}", event.id);
        for body in [
            json!({ "points": { "win": 2, "draw": 1, "loss": 0, "no_result": 1 } }),
            json!({ "tie_breakers": ["points", "wins", "name"] }),
        ] {
            let response = scenario.admin.patch(&path, body).await;
            let write = "PATCH /api/events/{id} with other points or tie_breakers";
            scenario.assert_publishes(write, &recipients, response).await;
        }
        let team = scenario.lions.id;
        let registered_team = format!("{path}/registrations/teams/{team}");
        let body = json!({ "deduction": 3, "reason": "an unpaid transfer" });
        let response = scenario.admin.patch(&registered_team, body).await;
        scenario
            .assert_publishes(
                "PATCH /api/events/{id}/registrations/teams/{team_id}",
                &recipients,
                response,
            )
            .await;
        let registered = format!("{path}/registrations/teams/{}", scenario.bears.id);
        let response = scenario.admin.delete(&registered).await;
        let write = "DELETE /api/events/{id}/registrations/teams/{team_id}";
        scenario.assert_publishes(write, &recipients, response).await;
    }
}

async fn withdrawals(scenario: &mut Scenario) {
    for event in [scenario.public_event, scenario.private_event] {
        let path = format!("/api/teams/{}/registrations/{}", scenario.tigers.id, event.id);
        let response = scenario.admin.delete(&path).await;
        let write = "DELETE /api/teams/{id}/registrations/{event_id}";
        // Its match with an uninvited team leaves its schedule.
        let changed = [format!("team_{}_schedule", scenario.tigers.id)];
        let recipients = leaderboard_of(event).with_changed_topics(&changed);
        scenario.assert_publishes(write, &recipients, response).await;
    }
}

/// An event with a public and a private team and something to show for each; it becomes private,
/// and is deleted.
async fn an_event_that_comes_and_goes(scenario: &mut Scenario) {
    let Scenario { lions, tigers, .. } = *scenario;
    let body = json!({
        "name": "Shield", "sport": "football", "visibility": "public",
        "tie_breakers": ["points", "name"],
    });
    let event = id(&scenario.manager.client.post("/api/events", body).await.ok_json());
    let (stream, path) = (format!("event_{event}"), format!("/api/events/{event}"));
    let event = Event { id: event, is_public: true };
    scenario.subscribe(&stream).await;
    for team in [lions, tigers] {
        let registrations = format!("{path}/registrations");
        let response = scenario.admin.post(&registrations, json!({ "team_id": team.id })).await;
        let write = "POST /api/events/{id}/registrations with a team";
        scenario.assert_publishes(write, &leaderboard_of(event), response).await;
    }
    let place = MatchPlacement { event: Some(event), home: lions, away: tigers, is_public: true };
    let (game, _) = matches::schedule(scenario, place, "POST /api/matches").await;
    for team in [lions, tigers] {
        announcements::create(scenario, event, &[team]).await;
    }
    let response = scenario
        .admin
        .patch(&format!("/api/teams/{}", lions.id), json!({ "name": "Zebras" }))
        .await;
    let write = "PATCH /api/teams/{id} with another name, where an event separates teams by name and one moves";
    scenario.assert_publishes(write, &leaderboard_of(event), response).await;

    let response = scenario.admin.patch(&path, json!({ "visibility": "private" })).await;
    let of_lions = ["schedule", "announcements"].map(|part| format!("team_{}_{part}", lions.id));
    let recipients = Recipients::default().with_changed_topics(&of_lions);
    let write = "PATCH /api/events/{id} with another visibility";
    scenario.assert_publishes(write, &recipients, response).await;

    let private = MatchPlacement { event: Some(Event { is_public: false, ..event }), ..place };
    let response = scenario.admin.delete(&format!("/api/matches/{game}")).await;
    let recipients = private.recipients(game);
    scenario.assert_publishes("DELETE /api/matches/{id}", &recipients, response).await;
    scenario.unfollow(&stream);
    let response = scenario.admin.delete(&path).await;
    let changed = [format!("team_{}_announcements", tigers.id)];
    let recipients = Recipients::default().with_changed_topics(&changed);
    let write = "DELETE /api/events/{id} with announcements to teams";
    scenario.assert_publishes(write, &recipients, response).await;
}

async fn writes_without_messages(scenario: &mut Scenario) {
    let person = scenario.organizer.create_user(&scenario.server, "Di").await;
    let (team, event) = (scenario.tigers.id, scenario.public_event.id);
    let game = scenario
        .organizer
        .create_match_between("football", "public", team, scenario.lions.id)
        .await;
    scenario.subscribe(&game.topic()).await;
    let place = MatchPlacement {
        event: None,
        home: scenario.tigers,
        away: scenario.lions,
        is_public: true,
    };
    let read = scenario.admin.get(&game.path("")).await;
    scenario.assert_publishes("POST /api/matches", &place.recipients(game.id), read).await;
    let user = json!({ "user_id": person.id });
    let writes = [
        (Method::PATCH, format!("/api/events/{event}"), json!({ "name": "Another Cup" })),
        (Method::PATCH, format!("/api/events/{event}"), json!({ "capacity": 500 })),
        (Method::POST, format!("/api/events/{event}/registrations"), user.clone()),
        (Method::POST, format!("/api/events/{event}/managers"), user.clone()),
        (Method::PATCH, format!("/api/teams/{team}"), json!({ "colour": "#c8102e" })),
        (Method::POST, format!("/api/teams/{team}/players"), json!({ "name": "Ed" })),
        (
            Method::POST,
            format!("/api/teams/{team}/members"),
            json!({ "user_id": person.id, "role": "coach" }),
        ),
        (Method::POST, game.path("/officials"), json!({ "user_id": person.id, "role": "scorer" })),
    ];
    let recipients = Recipients { matches: vec![game.id], ..Recipients::default() };
    let path = format!("/api/teams/{team}/matches");
    let response = scenario.admin.post(&path, json!({ "match_id": game.id })).await;
    scenario.assert_publishes("POST /api/teams/{id}/matches", &recipients, response).await;
    let unfollowed = scenario.organizer.create_team("Yaks", "public").await;
    let path = format!("/api/teams/{unfollowed}");
    let response = scenario.admin.patch(&path, json!({ "visibility": "private" })).await;
    let write = "PATCH /api/teams/{id} with another visibility";
    scenario.assert_publishes(write, &recipients, response).await;
    for (method, path, body) in writes {
        let response = scenario.send(method, &path, Some(body)).await;
        scenario.assert_publishes("any other write", &recipients, response).await;
    }
}
