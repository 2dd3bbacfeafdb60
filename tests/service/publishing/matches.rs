//! Matches from their making to their end, in every kind of place.

use reqwest::Method;
use serde_json::{Value, json};

use super::recipients::{Hearers, Place, Team};
use super::scenario::World;
use crate::support::users::id;

pub async fn in_every_place(world: &mut World) {
    for place in places(world) {
        from_start_to_end(world, place).await;
        not_played(world, place).await;
        abandoned(world, place).await;
    }
}

/// A match in each kind of place: of either event, of none, public and private, with teams of
/// every kind.
fn places(world: &World) -> Vec<Place> {
    let World { lions, tigers, bears, wolves, .. } = *world;
    let (public, private) = (Some(world.public_event), Some(world.private_event));
    let place = |event, home, away, public| Place { event, home, away, public };
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

/// Makes a match, and follows it.
async fn scheduled(world: &mut World, place: Place, write: &str) -> (i64, Hearers) {
    let body = json!({
        "event_id": place.event.map(|event| event.id), "sport": "football",
        "home_team_id": place.home.id, "away_team_id": place.away.id,
        "visibility": if place.public { "public" } else { "private" },
        "starts_at": "2026-11-21T15:00:00.000Z",
    });
    // Of an event, by its manager, who may not say for a team that it takes part.
    let by = if place.event.is_some() { &world.manager.client } else { &world.admin };
    let answer = by.post("/api/matches", body).await;
    let game = id(&answer.ok());
    world.follow(&format!("match_{game}")).await;
    let hearers = place.hearers(game);
    world.tells(write, &hearers, answer).await;
    (game, hearers)
}

/// A team that has left the event, or never was in it, is registered with its match.
pub async fn with_a_team_that_was_not_asked(world: &mut World) {
    for event in [world.public_event, world.private_event] {
        let (home, away) = (world.tigers, world.bears);
        let place = Place { event: Some(event), home, away, public: true };
        scheduled(world, place, "POST /api/matches with a team that was not in the event").await;
    }
}

/// `POST /api/matches/{id}/…`
async fn act(world: &mut World, game: i64, hearers: &Hearers, action: &str, body: Value) -> Value {
    let answer = world.admin.post(&format!("/api/matches/{game}/{action}"), body).await;
    world.tells(&format!("POST /api/matches/{{id}}/{action}"), hearers, answer).await
}

/// `PUT /api/matches/{id}/result`
async fn enter(world: &mut World, game: i64, hearers: &Hearers, write: &str, score: (i64, i64)) {
    let body = json!({ "home_score": score.0, "away_score": score.1, "override": true });
    let answer = world.send(Method::PUT, &format!("/api/matches/{game}/result"), Some(body)).await;
    world.tells(write, hearers, answer).await;
}

const ENTERED: &str = "PUT /api/matches/{id}/result, the first";
const CORRECTED: &str = "PUT /api/matches/{id}/result, another";
const DELETED: &str = "DELETE /api/matches/{id}/result where the match stays finished";
const PLAYED_AGAIN: &str =
    "DELETE /api/matches/{id}/result of one by hand over a played one that differs";
const REOPENED: &str = "DELETE /api/matches/{id}/result where the match was not finished before";

async fn from_start_to_end(world: &mut World, place: Place) {
    let (game, hearers) = scheduled(world, place, "POST /api/matches").await;
    act(world, game, &hearers, "start", json!({})).await;
    act(world, game, &hearers, "pause", json!({ "reason": "half_time" })).await;
    act(world, game, &hearers, "resume", json!({})).await;
    for team in [place.home, place.away] {
        let of_team = hearers.incident_of(team);
        let goal = goal(world, game, &of_team, team).await;
        let write = "PATCH /api/matches/{id}/incidents/{incident}";
        let path = format!("/api/matches/{game}/incidents/{goal}");
        let body = json!({ "text": "from 30 metres" });
        let answer = world.admin.patch(&path, body).await;
        world.tells(write, &of_team, answer).await;
        let answer = world.admin.delete(&path).await;
        world.tells("DELETE /api/matches/{id}/incidents/{incident}", &of_team, answer).await;
    }
    let note = json!({ "kind": "note", "period": "first_half", "minute": 2, "text": "rain" });
    act(world, game, &hearers, "incidents", note).await;
    let of_home = hearers.incident_of(place.home);
    let goals = [
        goal(world, game, &of_home, place.home).await,
        goal(world, game, &of_home, place.home).await,
    ];
    act(world, game, &hearers, "end", json!({})).await;

    let path = format!("/api/matches/{game}/incidents/{}", goals[0]);
    let body = json!({ "confirmation": "cancelled", "reason": "offside" });
    let answer = world.admin.patch(&path, body).await;
    let write = "PATCH /api/matches/{id}/incidents/{incident} that corrects the result";
    world.tells(write, &of_home, answer).await;
    let answer = world.admin.delete(&format!("/api/matches/{game}/incidents/{}", goals[1])).await;
    let write = "DELETE /api/matches/{id}/incidents/{incident} that corrects the result";
    world.tells(write, &of_home, answer).await;
    enter(world, game, &hearers, CORRECTED, (5, 0)).await;
    let answer = world.admin.delete(&format!("/api/matches/{game}/result")).await;
    world.tells(PLAYED_AGAIN, &hearers, answer).await;
    let answer = world.admin.delete(&format!("/api/matches/{game}/result")).await;
    world.tells(DELETED, &hearers, answer).await;
    enter(world, game, &hearers, ENTERED, (3, 0)).await;
    enter(world, game, &hearers, CORRECTED, (0, 3)).await;
    let answer = world.admin.delete(&format!("/api/matches/{game}/result")).await;
    world.tells(DELETED, &hearers, answer).await;
}

async fn goal(world: &mut World, game: i64, hearers: &Hearers, team: Team) -> i64 {
    let body = json!({ "kind": "goal", "team_id": team.id, "period": "first_half", "minute": 12 });
    id(&act(world, game, hearers, "incidents", body).await)
}

async fn not_played(world: &mut World, place: Place) {
    let (game, hearers) = scheduled(world, place, "POST /api/matches").await;
    let path = format!("/api/matches/{game}");
    let edits = [
        ("with another starts_at", json!({ "starts_at": "2026-11-22T15:00:00.000Z" })),
        ("with anything else", json!({ "venue": "Another ground" })),
    ];
    for (what, body) in edits {
        let answer = world.admin.patch(&path, body).await;
        world.tells(&format!("PATCH /api/matches/{{id}} {what}"), &hearers, answer).await;
    }
    enter(world, game, &hearers, ENTERED, (3, 0)).await;
    let answer = world.admin.delete(&format!("{path}/result")).await;
    world.tells(REOPENED, &hearers, answer).await;
    act(world, game, &hearers, "postpone", json!({ "reason": "snow" })).await;
    act(world, game, &hearers, "cancel", json!({})).await;
    let answer = world.admin.delete(&path).await;
    world.tells("DELETE /api/matches/{id}", &hearers, answer).await;
}

async fn abandoned(world: &mut World, place: Place) {
    let (game, hearers) = scheduled(world, place, "POST /api/matches").await;
    act(world, game, &hearers, "start", json!({})).await;
    act(world, game, &hearers, "abandon", json!({ "reason": "fog" })).await;
}

pub async fn of_the_generic_sport(world: &mut World) {
    let (home, away) = (world.lions, world.tigers);
    let game = world.organizer.game_of("generic", "public", home.id, away.id).await;
    let place = Place { event: None, home, away, public: true };
    let hearers = place.hearers(game.id);
    world.follow(&game.topic()).await;
    // Its making has been told by now, as that of the others.
    let read = world.admin.get(&game.path("")).await;
    world.tells("POST /api/matches", &hearers, read).await;
    act(world, game.id, &hearers, "start", json!({})).await;
    act(world, game.id, &hearers, "score", json!({ "home": 1, "away": 0 })).await;
}
