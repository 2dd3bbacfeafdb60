//! Registrations: who participates, by whose consent, and the effect on streams and the table.

use serde_json::{Value, json};
use touchline::domain::rejection::RejectionReason;
use touchline::domain::topic::StreamId;
use touchline::domain::users::UserRole;
use touchline::domain::visibility::Visibility;
use touchline::store::mutation::{
    AcceptRegistration, AddManager, CreateUser, DeleteTeam, Mutation, NewUser, PointsDeduction,
    RegisterTeam, RegisterUser, RemoveManager, SetDeduction, UnregisterTeam, UnregisterUser,
};
use touchline::store::{ListQuery, Store};

use crate::support::database::Database;
use crate::support::mutations::*;
use crate::support::on_both;

on_both! {
    users_and_managers_are_added_and_removed,
    a_registration_is_accepted_if_the_team_manager_requests_it,
    a_team_that_has_not_accepted_receives_nothing,
    creating_a_match_registers_its_teams,
    points_can_be_deducted_and_restored,
    a_team_that_leaves_without_results_leaves_the_table,
    an_edit_of_an_outdated_registration_is_rejected,
}

/// User 2, who manages no team, organises event 1 with user 1's teams.
async fn event_of_another_organiser(store: &Store) {
    league(store, Visibility::Public).await;
    commit(store, user("bo@example.org")).await;
    commit(store, AddManager { event_id: 1, user_id: 2 }).await;
}

fn register(team_id: i64, by_admin: bool) -> RegisterTeam {
    RegisterTeam { event_id: 1, team_id, by_admin }
}

async fn commit_by(
    store: &Store,
    user_id: i64,
    mutation: impl Mutation,
) -> touchline::store::mutation::Outcome {
    request_of(mutation).by(user_id).commit(store).await.unwrap()
}

async fn table(store: &Store) -> Vec<(i64, i64)> {
    let table = store.leaderboard(1).await.unwrap().unwrap();
    let row = |row: &Value| (row["team_id"].as_i64().unwrap(), row["points"].as_i64().unwrap());
    table["leaderboard"].as_array().unwrap().iter().map(row).collect()
}

async fn users_and_managers_are_added_and_removed(database: Database) {
    let store = database.open().await;
    league(&store, Visibility::Public).await;
    commit(&store, user("bo@example.org")).await;
    let register = RegisterUser { event_id: 1, user_id: 2 };
    let shape = json!({ "id": 1, "event_id": 1, "user_id": 2 });
    for status in [201, 200] {
        let outcome = commit(&store, register.clone()).await;
        assert_eq!((outcome.status, outcome.body), (status, shape.clone()));
    }
    let add_manager = AddManager { event_id: 1, user_id: 2 };
    for status in [201, 200] {
        let outcome = commit(&store, add_manager.clone()).await;
        let shape = json!({ "event_id": 1, "user_id": 2 });
        assert_eq!((outcome.status, outcome.body), (status, shape));
    }
    for removal in [
        any_mutation(UnregisterUser { event_id: 1, user_id: 2 }),
        any_mutation(RemoveManager { event_id: 1, user_id: 2 }),
    ] {
        let version = store.rights_version().await.unwrap();
        assert_eq!(commit(&store, removal.clone()).await.status, 204);
        assert!(store.rights_version().await.unwrap() > version, "{removal:?}");
        assert_eq!(expect_rejection(&store, removal).await.reason, RejectionReason::NotFound);
    }
    for invalid in [
        any_mutation(RegisterUser { event_id: 1, user_id: 9 }),
        any_mutation(AddManager { event_id: 1, user_id: 9 }),
        any_mutation(register_at(1, 9)),
    ] {
        assert_eq!(
            expect_rejection(&store, invalid.clone()).await.reason,
            RejectionReason::Invalid,
            "{invalid:?}"
        );
    }
    for unknown in [
        any_mutation(RegisterUser { event_id: 9, user_id: 2 }),
        any_mutation(AddManager { event_id: 9, user_id: 2 }),
        any_mutation(register_at(9, 1)),
    ] {
        assert_eq!(
            expect_rejection(&store, unknown.clone()).await.reason,
            RejectionReason::NotFound,
            "{unknown:?}"
        );
    }
}

fn register_at(event_id: i64, team_id: i64) -> RegisterTeam {
    RegisterTeam { event_id, team_id, by_admin: false }
}

async fn a_registration_is_accepted_if_the_team_manager_requests_it(database: Database) {
    let store = database.open().await;
    event_of_another_organiser(&store).await;
    let invited = commit_by(&store, 2, register(1, false)).await;
    let shape = |id, team_id, accepted| {
        json!({ "id": id, "event_id": 1, "team_id": team_id, "accepted": accepted,
            "deduction": 0, "reason": null })
    };
    let named = |mut shape: Value, field: &str, name: &str| {
        shape[field] = json!(name);
        shape
    };
    assert_eq!((invited.status, invited.body), (201, shape(1, 1, false)));
    assert_eq!(invited.stream_head, Some((StreamId::Event(1), 1)));
    let repeated = commit_by(&store, 2, register(1, false)).await;
    assert_eq!(
        (repeated.status, repeated.body, repeated.stream_head),
        (200, shape(1, 1, false), None)
    );
    let accept = |team_id| AcceptRegistration { event_id: 1, team_id };
    let accepted = commit_by(&store, ANN, accept(1)).await;
    assert_eq!((accepted.status, accepted.body), (200, shape(1, 1, true)));
    assert_eq!(expect_rejection(&store, accept(2)).await.reason, RejectionReason::NotFound);

    let own = commit_by(&store, ANN, register(2, false)).await;
    assert_eq!((own.status, own.body), (201, shape(2, 2, true)));
    commit(&store, UnregisterTeam { event_id: 1, team_id: 2 }).await;
    commit_by(&store, 2, register(2, false)).await;
    let accepted = commit_by(&store, ANN, register(2, false)).await;
    assert_eq!((accepted.status, accepted.body), (200, shape(3, 2, true)), "its manager accepts");
    commit(&store, team("Third")).await;
    assert_eq!(commit_by(&store, 2, register(3, true)).await.body, shape(4, 3, true));

    let list = store.list(ListQuery::Registrations { event_id: 1 }, 0, 10).await.unwrap().items;
    let teams = ["Leicester City", "Tottenham", "Third"];
    let shapes = [shape(1, 1, true), shape(3, 2, true), shape(4, 3, true)];
    let shapes = shapes.into_iter().zip(teams).map(|(shape, team)| named(shape, "name", team));
    assert_eq!(list, shapes.collect::<Vec<_>>());
    let of_team =
        store.list(ListQuery::TeamRegistrations { team_id: 2 }, 0, 10).await.unwrap().items;
    assert_eq!(of_team, [named(shape(3, 2, true), "event", "Premier League")]);
}

async fn a_team_that_has_not_accepted_receives_nothing(database: Database) {
    let store = database.open().await;
    event_of_another_organiser(&store).await;
    commit_by(&store, ANN, register(2, false)).await;
    let created = commit_by(&store, 2, fixture(1, 1, 2)).await;
    let id = created.body["id"].as_i64().unwrap();
    commit(&store, match_action(id, "start", json!({}))).await;
    commit(&store, goal(id, 12)).await;
    let heads = store.stream_heads(&[StreamId::Team(1), StreamId::Team(2)]).await.unwrap();
    let accepted = [
        "team_2_schedule schedule_update",
        "team_2_schedule schedule_update",
        "team_2_live schedule_update",
    ];
    assert_eq!(messages_since(&store, StreamId::Team(2), 0).await, accepted, "team 2 has accepted");
    assert_eq!((heads[0].head_seq, heads[1].head_seq), (0, 3));
    let live = async || snapshot_data(&store, "team_1_live").await["live"].clone();
    assert_eq!(live().await, json!({}));

    commit(&store, AcceptRegistration { event_id: 1, team_id: 1 }).await;
    commit(&store, goal(id, 13)).await;
    commit(&store, match_action(id, "end", json!({}))).await;

    let published = messages_since(&store, StreamId::Team(1), 0).await;
    let expected = [
        "team_1_live state_update",
        "team_1_live incident_added",
        "team_1_live schedule_update",
        "team_1_results result_update",
    ];
    assert_eq!(published, expected);
    let results = async || snapshot_data(&store, "team_1_results").await["results"].clone();
    assert_eq!(results().await[id.to_string()]["home_score"], 2);
    commit(&store, UnregisterTeam { event_id: 1, team_id: 1 }).await;
    assert_eq!(results().await, json!({}), "it no longer participates");
}

async fn creating_a_match_registers_its_teams(database: Database) {
    let store = database.open().await;
    event_of_another_organiser(&store).await;
    let admin = NewUser {
        email: "di@example.org".into(),
        name: "Di".into(),
        password_hash: None,
        role: UserRole::Admin,
    };
    commit(&store, CreateUser(admin)).await;
    for name in ["Third", "Fourth", "Fifth"] {
        commit(&store, team(name)).await;
    }
    commit_by(&store, ANN, fixture(1, 1, 2)).await;
    commit_by(&store, 3, fixture(1, 2, 3)).await;
    let message_count = stream_messages(&store, StreamId::Event(1)).await.len();
    commit_by(&store, 2, fixture(1, 4, 5)).await;
    commit_by(&store, 2, fixture(1, 5, 4)).await;

    let list = store.list(ListQuery::Registrations { event_id: 1 }, 0, 10).await.unwrap().items;
    let accepted = |row: &Value| (row["team_id"].as_i64().unwrap(), row["accepted"] == true);
    let accepted: Vec<_> = list.iter().map(accepted).collect();
    assert_eq!(accepted, [(1, true), (2, true), (3, true), (4, false), (5, false)]);
    let published = messages_since(&store, StreamId::Event(1), message_count).await;
    let expected = [
        "event_1_schedule schedule_update",
        "event_1_results leaderboard_update",
        "event_1_schedule schedule_update",
    ];
    assert_eq!(published, expected);
    assert_eq!(table(&store).await.len(), 5);
}

async fn points_can_be_deducted_and_restored(database: Database) {
    let store = database.open().await;
    event_of_another_organiser(&store).await;
    commit(&store, register(1, true)).await;
    let deduct = |team_id, points, reason: Option<&str>| {
        let fields = PointsDeduction { points, reason: reason.map(str::to_owned) };
        SetDeduction { event_id: 1, team_id, fields }
    };
    let deducted = commit(&store, deduct(1, 6, Some("unfit pitch"))).await;
    assert_eq!((deducted.status, &deducted.body["deduction"]), (200, &json!(6)));
    assert_eq!(deducted.body["reason"], "unfit pitch");
    assert_eq!(table(&store).await, [(1, -6)]);
    let message = stream_messages(&store, StreamId::Event(1)).await.pop().unwrap();
    assert_eq!(message["data"]["rows"]["1"]["points"], -6);
    commit(&store, deduct(1, 0, None)).await;
    assert_eq!(table(&store).await, [(1, 0)]);
    assert_eq!(
        expect_rejection(&store, deduct(2, 1, None)).await.reason,
        RejectionReason::NotFound
    );
}

async fn an_edit_of_an_outdated_registration_is_rejected(database: Database) {
    let store = database.open().await;
    event_of_another_organiser(&store).await;
    assert_eq!(commit_by(&store, 2, register(1, false)).await.etag.as_deref(), Some("1"));
    let accept = AcceptRegistration { event_id: 1, team_id: 1 };
    assert_eq!(commit(&store, accept).await.etag.as_deref(), Some("2"));
    let deduct = |version: &str| {
        let fields = PointsDeduction { points: 3, reason: None };
        let mutation = SetDeduction { event_id: 1, team_id: 1, fields };
        request_of(mutation).if_match(version)
    };
    assert_eq!(rejection_of(deduct("1").commit(&store).await).reason, RejectionReason::Stale);
    assert_eq!(table(&store).await, [(1, 0)]);
    assert_eq!(deduct("2").commit(&store).await.unwrap().etag.as_deref(), Some("3"));
    assert_eq!(
        commit_by(&store, 2, register(1, false)).await.etag.as_deref(),
        Some("3"),
        "as it is"
    );
    assert_eq!(rejection_of(deduct("2").commit(&store).await).reason, RejectionReason::Stale);
}

async fn a_team_that_leaves_without_results_leaves_the_table(database: Database) {
    let store = database.open().await;
    event_of_another_organiser(&store).await;
    commit(&store, team("Third")).await;
    for team_id in [1, 2, 3] {
        commit(&store, register(team_id, true)).await;
    }
    let id = commit(&store, fixture(1, 1, 2)).await.body["id"].as_i64().unwrap();
    commit(&store, match_action(id, "start", json!({}))).await;
    commit(&store, match_action(id, "end", json!({}))).await;
    let refusal = expect_rejection(&store, DeleteTeam { id: 3 }).await;
    assert_eq!(refusal.code, "team-is-registered");

    for team_id in [2, 3] {
        let version = store.rights_version().await.unwrap();
        let outcome = commit(&store, UnregisterTeam { event_id: 1, team_id }).await;
        assert_eq!((outcome.status, outcome.stream_head.is_some()), (204, true));
        assert!(store.rights_version().await.unwrap() > version);
    }

    assert_eq!(table(&store).await, [(1, 1), (2, 1)], "team 2 has results, team 3 has none");
    let message = stream_messages(&store, StreamId::Event(1)).await.pop().unwrap();
    assert_eq!(message["data"], json!({ "event_id": 1, "rows": { "3": null } }));
    let state = snapshot_data(&store, "event_1_results").await;
    assert_eq!(row_ids(&state, "table"), [1, 2]);
    let repeated = UnregisterTeam { event_id: 1, team_id: 3 };
    assert_eq!(expect_rejection(&store, repeated).await.reason, RejectionReason::NotFound);
    assert_eq!(commit(&store, DeleteTeam { id: 3 }).await.status, 204);
}
