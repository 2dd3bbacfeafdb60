//! Every kind of change reaches exactly its topics: what is told is compared with the tables of
//! `docs/protocol.md`, in a small world that has one of everything.

mod announcements;
mod docs;
mod matches;
mod purchases;
mod recipients;
mod scenario;

use reqwest::Method;
use serde_json::json;

use self::recipients::{Event, Hearers, Place};
use self::scenario::World;
use crate::support::database::Database;
use crate::support::server::TestServer;

crate::support::on_both! {
    every_write_publishes_to_exactly_its_documented_topics,
}

async fn every_write_publishes_to_exactly_its_documented_topics(database: Database) {
    let server = TestServer::start(database, &[("heartbeat_seconds", "1")]).await;
    let mut world = World::new(server).await;
    registrations(&mut world).await;
    matches::in_every_place(&mut world).await;
    matches::of_the_generic_sport(&mut world).await;
    the_table(&mut world).await;
    announcements::to_every_audience(&mut world).await;
    purchases::of_two_buyers(&mut world).await;
    matches::with_a_team_that_was_not_asked(&mut world).await;
    withdrawals(&mut world).await;
    what_is_told_to_nobody(&mut world).await;
    world.compare_at_the_end().await;
}

/// Those who hear when only the table is another.
fn table_of(event: Event) -> Hearers {
    Hearers { events: vec![event.id], tables: vec![event.id], ..Hearers::default() }
}

/// The manager of the events registers everybody, and only some agree.
async fn registrations(world: &mut World) {
    for event in [world.public_event, world.private_event] {
        for team in [world.lions, world.tigers, world.bears] {
            let path = format!("/api/events/{}/registrations", event.id);
            let answer = world.manager.client.post(&path, json!({ "team_id": team.id })).await;
            let write = "POST /api/events/{id}/registrations with a team";
            let made = world.tells(write, &table_of(event), answer).await;
            assert_eq!(made["accepted"], false, "{made}");
            let answer = world.manager.client.post(&path, json!({ "team_id": team.id })).await;
            let write = "POST /api/events/{id}/registrations with a registered team";
            world.tells(write, &Hearers::default(), answer).await;
            if team.agreed {
                let path = format!("/api/teams/{}/registrations", team.id);
                let answer = world.admin.post(&path, json!({ "event_id": event.id })).await;
                let made = world.tells("any other write", &Hearers::default(), answer).await;
                assert_eq!(made["accepted"], true, "{made}");
            }
        }
    }
}

/// What changes a table besides results.
async fn the_table(world: &mut World) {
    for event in [world.public_event, world.private_event] {
        let hearers = table_of(event);
        let path = format!("/api/events/{}", event.id);
        for body in [
            json!({ "points": { "win": 2, "draw": 1, "loss": 0, "no_result": 1 } }),
            json!({ "tie_breakers": ["points", "wins", "name"] }),
        ] {
            let answer = world.admin.patch(&path, body).await;
            let write = "PATCH /api/events/{id} with other points or tie_breakers";
            world.tells(write, &hearers, answer).await;
        }
        let team = world.lions.id;
        let taken = format!("{path}/registrations/teams/{team}");
        let body = json!({ "deduction": 3, "reason": "an unpaid transfer" });
        let answer = world.admin.patch(&taken, body).await;
        world.tells("PATCH /api/events/{id}/registrations/teams/{team_id}", &hearers, answer).await;
        let registered = format!("{path}/registrations/teams/{}", world.bears.id);
        let answer = world.admin.delete(&registered).await;
        let write = "DELETE /api/events/{id}/registrations/teams/{team_id}";
        world.tells(write, &hearers, answer).await;
    }
}

async fn withdrawals(world: &mut World) {
    for event in [world.public_event, world.private_event] {
        let path = format!("/api/teams/{}/registrations/{}", world.tigers.id, event.id);
        let answer = world.admin.delete(&path).await;
        let write = "DELETE /api/teams/{id}/registrations/{event_id}";
        world.tells(write, &table_of(event), answer).await;
    }
}

async fn what_is_told_to_nobody(world: &mut World) {
    let person = world.organizer.person(&world.server, "Di").await;
    let (team, event) = (world.tigers.id, world.public_event.id);
    let game = world.organizer.game_of("football", "public", team, world.lions.id).await;
    world.follow(&game.topic()).await;
    let place = Place { event: None, home: world.tigers, away: world.lions, public: true };
    let read = world.admin.get(&game.path("")).await;
    world.tells("POST /api/matches", &place.hearers(game.id), read).await;
    let user = json!({ "user_id": person.id });
    let writes = [
        (Method::PATCH, format!("/api/events/{event}"), json!({ "name": "Another Cup" })),
        (Method::PATCH, format!("/api/events/{event}"), json!({ "capacity": 500 })),
        (Method::POST, format!("/api/events/{event}/registrations"), user.clone()),
        (Method::POST, format!("/api/events/{event}/managers"), user.clone()),
        (Method::PATCH, format!("/api/teams/{team}"), json!({ "colour": "#c8102e" })),
        (Method::POST, format!("/api/teams/{team}/matches"), json!({ "match_id": game.id })),
        (Method::POST, format!("/api/teams/{team}/players"), json!({ "name": "Ed" })),
        (
            Method::POST,
            format!("/api/teams/{team}/members"),
            json!({ "user_id": person.id, "role": "coach" }),
        ),
        (Method::POST, game.path("/officials"), json!({ "user_id": person.id, "role": "scorer" })),
    ];
    let hearers = Hearers { matches: vec![game.id], ..Hearers::default() };
    for (method, path, body) in writes {
        let answer = world.send(method, &path, Some(body)).await;
        world.tells("any other write", &hearers, answer).await;
    }
}
