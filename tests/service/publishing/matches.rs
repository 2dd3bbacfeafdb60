//! Matches from creation to deletion, in every placement.

use reqwest::Method;
use serde_json::{Value, json};

use super::recipients::{MatchPlacement, Recipients, Team};
use super::scenario::Scenario;
use crate::support::users::id;

pub async fn in_every_placement(scenario: &mut Scenario) {
    for place in placements(scenario) {
        from_start_to_end(scenario, place).await;
        not_played(scenario, place).await;
        abandoned(scenario, place).await;
    }
}

/// Matches of either event and of none, public and private, with every kind of team.
fn placements(scenario: &Scenario) -> Vec<MatchPlacement> {
    let Scenario { lions, tigers, bears, wolves, .. } = *scenario;
    let (public, private) = (Some(scenario.public_event), Some(scenario.private_event));
    let place = |event, home, away, is_public| MatchPlacement { event, home, away, is_public };
    vec![
        place(public, lions, tigers, true),
        place(public, bears, tigers, true),
        place(public, lions, tigers, false),
        place(private, lions, tigers, true),
        place(private, tigers, bears, true),
        place(None, tigers, wolves, true),
        place(None, lions, wolves, false),
    ]
}

/// Creates a match and subscribes to it.
pub async fn schedule(
    scenario: &mut Scenario,
    place: MatchPlacement,
    write: &str,
) -> (i64, Recipients) {
    let body = json!({
        "event_id": place.event.map(|event| event.id), "sport": "football",
        "home_team_id": place.home.id, "away_team_id": place.away.id,
        "visibility": if place.is_public { "public" } else { "private" },
        "starts_at": "2026-11-21T15:00:00.000Z",
    });
    // A match of an event is created by its manager, who cannot accept on behalf of a team.
    let by = if place.event.is_some() { &scenario.manager.client } else { &scenario.admin };
    let response = by.post("/api/matches", body).await;
    let game = id(&response.ok_json());
    scenario.subscribe(&format!("match_{game}")).await;
    let recipients = place.recipients(game);
    scenario.assert_publishes(write, &recipients, response).await;
    (game, recipients)
}

/// A team that left the event, or was never in it, is registered with its match.
pub async fn with_an_uninvited_team(scenario: &mut Scenario) {
    for event in [scenario.public_event, scenario.private_event] {
        let (home, away) = (scenario.tigers, scenario.bears);
        let place = MatchPlacement { event: Some(event), home, away, is_public: true };
        schedule(scenario, place, "POST /api/matches with a team that was not in the event").await;
    }
}

/// Line-ups go to the match's own stream, and only if they differ.
pub async fn lineups(scenario: &mut Scenario) {
    let Scenario { lions, wolves, .. } = *scenario;
    let place = MatchPlacement { event: None, home: lions, away: wolves, is_public: true };
    let (game, recipients) = schedule(scenario, place, "POST /api/matches").await;
    let path = format!("/api/teams/{}/players", lions.id);
    let player = id(&scenario.admin.post(&path, json!({ "name": "Ada" })).await.ok_json());
    let body = json!({ "home": { "starting": [player], "captain_id": player } });
    let path = format!("/api/matches/{game}/lineups");
    let response = scenario.send(Method::PUT, &path, Some(body)).await;
    let write = "PUT /api/matches/{id}/lineups with another line-up";
    scenario.assert_publishes(write, &recipients, response).await;
}

/// A match that becomes private leaves the streams of public teams: the schedule with its id, the
/// results without a message of its own.
pub async fn made_private(scenario: &mut Scenario) {
    let Scenario { lions, wolves, .. } = *scenario;
    let place = MatchPlacement { event: None, home: lions, away: wolves, is_public: true };
    let private = MatchPlacement { is_public: false, ..place };
    let hide = json!({ "visibility": "private" });

    let (game, _) = schedule(scenario, place, "POST /api/matches").await;
    let response = scenario.admin.patch(&format!("/api/matches/{game}"), hide.clone()).await;
    let hidden_from = vec![format!("team_{}", lions.id)];
    let recipients = Recipients { hidden_from, ..private.recipients(game) };
    let write = "PATCH /api/matches/{id} that makes it private";
    scenario.assert_publishes(write, &recipients, response).await;

    let (game, recipients) = schedule(scenario, place, "POST /api/matches").await;
    let recipients = recipients.with_statuses("scheduled", "finished");
    enter(scenario, game, &recipients, ENTERED, (3, 0)).await;
    let response = scenario.admin.patch(&format!("/api/matches/{game}"), hide).await;
    let changed = [format!("team_{}_results", lions.id)];
    let recipients = private.recipients(game).with_changed_topics(&changed);
    let write = "PATCH /api/matches/{id} that makes a finished one private";
    scenario.assert_publishes(write, &recipients, response).await;
}

/// `POST /api/matches/{id}/…`
async fn act(
    scenario: &mut Scenario,
    game: i64,
    recipients: &Recipients,
    action: &str,
    body: Value,
) -> Value {
    let response = scenario.admin.post(&format!("/api/matches/{game}/{action}"), body).await;
    scenario
        .assert_publishes(&format!("POST /api/matches/{{id}}/{action}"), recipients, response)
        .await
}

/// `PUT /api/matches/{id}/result`
async fn enter(
    scenario: &mut Scenario,
    game: i64,
    recipients: &Recipients,
    write: &str,
    score: (i64, i64),
) {
    let body = json!({ "home_score": score.0, "away_score": score.1, "override": true });
    let response =
        scenario.send(Method::PUT, &format!("/api/matches/{game}/result"), Some(body)).await;
    scenario.assert_publishes(write, recipients, response).await;
}

const ENTERED: &str = "PUT /api/matches/{id}/result, the first";
const ENTERED_AGAIN: &str = "PUT /api/matches/{id}/result, the first of a finished match";
const CORRECTED: &str = "PUT /api/matches/{id}/result, another";
const DELETED: &str = "DELETE /api/matches/{id}/result where the match stays finished";
const PLAYED_AGAIN: &str =
    "DELETE /api/matches/{id}/result of one by hand over a played one that differs";
const REOPENED: &str = "DELETE /api/matches/{id}/result where the match was not finished before";

async fn from_start_to_end(scenario: &mut Scenario, place: MatchPlacement) {
    let (game, recipients) = schedule(scenario, place, "POST /api/matches").await;
    let started = recipients.with_statuses("scheduled", "live");
    act(scenario, game, &started, "start", json!({})).await;
    let paused = recipients.with_statuses("live", "paused");
    act(scenario, game, &paused, "pause", json!({ "reason": "half_time" })).await;
    let resumed = recipients.with_statuses("paused", "live");
    act(scenario, game, &resumed, "resume", json!({})).await;
    for team in [place.home, place.away] {
        let of_team = recipients.incident_of(team);
        let goal = goal(scenario, game, &of_team, team).await;
        let write = "PATCH /api/matches/{id}/incidents/{incident}";
        let path = format!("/api/matches/{game}/incidents/{goal}");
        let body = json!({ "text": "from 30 metres" });
        let response = scenario.admin.patch(&path, body).await;
        scenario.assert_publishes(write, &of_team, response).await;
        let response = scenario.admin.delete(&path).await;
        scenario
            .assert_publishes("DELETE /api/matches/{id}/incidents/{incident}", &of_team, response)
            .await;
    }
    let note = json!({ "kind": "note", "period": "first_half", "minute": 2, "text": "rain" });
    act(scenario, game, &recipients, "incidents", note).await;
    let of_home = recipients.incident_of(place.home);
    let goals = [
        goal(scenario, game, &of_home, place.home).await,
        goal(scenario, game, &of_home, place.home).await,
    ];
    let ended = recipients.with_statuses("live", "finished");
    act(scenario, game, &ended, "end", json!({})).await;

    let path = format!("/api/matches/{game}/incidents/{}", goals[0]);
    let body = json!({ "confirmation": "cancelled", "reason": "offside" });
    let response = scenario.admin.patch(&path, body).await;
    let write = "PATCH /api/matches/{id}/incidents/{incident} that corrects the result";
    scenario.assert_publishes(write, &of_home, response).await;
    let response =
        scenario.admin.delete(&format!("/api/matches/{game}/incidents/{}", goals[1])).await;
    let write = "DELETE /api/matches/{id}/incidents/{incident} that corrects the result";
    scenario.assert_publishes(write, &of_home, response).await;
    enter(scenario, game, &recipients, CORRECTED, (5, 0)).await;
    let response = scenario.admin.delete(&format!("/api/matches/{game}/result")).await;
    scenario.assert_publishes(PLAYED_AGAIN, &recipients, response).await;
    let response = scenario.admin.delete(&format!("/api/matches/{game}/result")).await;
    scenario.assert_publishes(DELETED, &recipients, response).await;
    enter(scenario, game, &recipients, ENTERED_AGAIN, (3, 0)).await;
    enter(scenario, game, &recipients, CORRECTED, (0, 3)).await;
    let response = scenario.admin.delete(&format!("/api/matches/{game}/result")).await;
    scenario.assert_publishes(DELETED, &recipients, response).await;
}

async fn goal(scenario: &mut Scenario, game: i64, recipients: &Recipients, team: Team) -> i64 {
    let body = json!({ "kind": "goal", "team_id": team.id, "period": "first_half", "minute": 12 });
    id(&act(scenario, game, recipients, "incidents", body).await)
}

async fn not_played(scenario: &mut Scenario, place: MatchPlacement) {
    let (game, recipients) = schedule(scenario, place, "POST /api/matches").await;
    let path = format!("/api/matches/{game}");
    let edits = [
        ("with another starts_at", json!({ "starts_at": "2026-11-22T15:00:00.000Z" })),
        ("with anything else", json!({ "venue": "Another ground" })),
    ];
    for (what, body) in edits {
        let response = scenario.admin.patch(&path, body).await;
        scenario
            .assert_publishes(&format!("PATCH /api/matches/{{id}} {what}"), &recipients, response)
            .await;
    }
    let finished = recipients.with_statuses("scheduled", "finished");
    enter(scenario, game, &finished, ENTERED, (3, 0)).await;
    let response = scenario.admin.delete(&format!("{path}/result")).await;
    let reopened = recipients.with_statuses("finished", "scheduled");
    scenario.assert_publishes(REOPENED, &reopened, response).await;
    act(scenario, game, &recipients, "postpone", json!({ "reason": "snow" })).await;
    act(scenario, game, &recipients, "cancel", json!({})).await;
    let response = scenario.admin.delete(&path).await;
    scenario.assert_publishes("DELETE /api/matches/{id}", &recipients, response).await;
}

async fn abandoned(scenario: &mut Scenario, place: MatchPlacement) {
    let (game, recipients) = schedule(scenario, place, "POST /api/matches").await;
    let started = recipients.with_statuses("scheduled", "live");
    act(scenario, game, &started, "start", json!({})).await;
    let abandoned = recipients.with_statuses("live", "abandoned");
    act(scenario, game, &abandoned, "abandon", json!({ "reason": "fog" })).await;
}

pub async fn generic_match(scenario: &mut Scenario) {
    let (home, away) = (scenario.lions, scenario.tigers);
    let game = scenario.organizer.create_match_between("generic", "public", home.id, away.id).await;
    let place = MatchPlacement { event: None, home, away, is_public: true };
    let recipients = place.recipients(game.id);
    scenario.subscribe(&game.topic()).await;
    // Its creation has been published by now, like the others'.
    let read = scenario.admin.get(&game.path("")).await;
    scenario.assert_publishes("POST /api/matches", &recipients, read).await;
    let started = recipients.with_statuses("scheduled", "live");
    act(scenario, game.id, &started, "start", json!({})).await;
    act(scenario, game.id, &recipients, "score", json!({ "home": 1, "away": 0 })).await;
}
