//! Registrations: who takes part, by whose will, and what follows for streams and the table.

use serde_json::{Value, json};
use touchline::domain::rejection::RejectionReason;
use touchline::domain::topic::{Channel, StreamId};
use touchline::store::mutation::{
    AcceptRegistration, AddManager, CreateUser, DeleteTeam, Mutation, NewUser, PointsDeduction,
    RegisterTeam, RegisterUser, RemoveManager, SetDeduction, UnregisterTeam, UnregisterUser,
};
use touchline::store::{ListQuery, Store};

use crate::support::database::Database;
use crate::support::jobs::*;
use crate::support::on_both;

on_both! {
    users_and_managers_come_and_go,
    a_team_agrees_where_its_own_people_ask,
    a_team_that_has_not_agreed_hears_nothing,
    a_match_registers_its_teams,
    points_are_taken_away_and_given_back,
    who_leaves_leaves_the_table,
    a_registration_that_has_changed_is_not_changed_unseen,
}

/// User 2, who manages no team, organises event 1 of user 1's teams.
async fn organised(store: &Store) {
    league(store, "public").await;
    done(store, user("bo@example.org")).await;
    done(store, AddManager { event_id: 1, user_id: 2 }).await;
}

fn register(team_id: i64, by_admin: bool) -> RegisterTeam {
    RegisterTeam { event_id: 1, team_id, by_admin }
}

async fn by(store: &Store, by: i64, write: impl Mutation) -> touchline::store::mutation::Outcome {
    job(write).by(by).commit(&store).await.unwrap()
}

async fn table(store: &Store) -> Vec<(i64, i64)> {
    let table = store.leaderboard(1).await.unwrap().unwrap();
    let row = |row: &Value| (row["team_id"].as_i64().unwrap(), row["points"].as_i64().unwrap());
    table["leaderboard"].as_array().unwrap().iter().map(row).collect()
}

async fn users_and_managers_come_and_go(database: Database) {
    let store = database.open().await;
    league(&store, "public").await;
    done(&store, user("bo@example.org")).await;
    let register = RegisterUser { event_id: 1, user_id: 2 };
    let shape = json!({ "id": 1, "event_id": 1, "user_id": 2 });
    for status in [201, 200] {
        let answer = done(&store, register.clone()).await;
        assert_eq!((answer.status, answer.body), (status, shape.clone()));
    }
    let name = AddManager { event_id: 1, user_id: 2 };
    for status in [201, 200] {
        let answer = done(&store, name.clone()).await;
        let shape = json!({ "event_id": 1, "user_id": 2 });
        assert_eq!((answer.status, answer.body), (status, shape));
    }
    for loss in [
        any(UnregisterUser { event_id: 1, user_id: 2 }),
        any(RemoveManager { event_id: 1, user_id: 2 }),
    ] {
        let version = store.rights_version().await.unwrap();
        assert_eq!(done(&store, loss.clone()).await.status, 204);
        assert!(store.rights_version().await.unwrap() > version, "{loss:?}");
        assert_eq!(refused(&store, loss).await.reason, RejectionReason::NotFound);
    }
    for wrong in [
        any(RegisterUser { event_id: 1, user_id: 9 }),
        any(AddManager { event_id: 1, user_id: 9 }),
        any(register_at(1, 9)),
    ] {
        assert_eq!(
            refused(&store, wrong.clone()).await.reason,
            RejectionReason::Invalid,
            "{wrong:?}"
        );
    }
    for unknown in [
        any(RegisterUser { event_id: 9, user_id: 2 }),
        any(AddManager { event_id: 9, user_id: 2 }),
        any(register_at(9, 1)),
    ] {
        assert_eq!(
            refused(&store, unknown.clone()).await.reason,
            RejectionReason::NotFound,
            "{unknown:?}"
        );
    }
}

fn register_at(event_id: i64, team_id: i64) -> RegisterTeam {
    RegisterTeam { event_id, team_id, by_admin: false }
}

async fn a_team_agrees_where_its_own_people_ask(database: Database) {
    let store = database.open().await;
    organised(&store).await;
    let asked = by(&store, 2, register(1, false)).await;
    let shape = |id, team_id, accepted| {
        json!({ "id": id, "event_id": 1, "team_id": team_id, "accepted": accepted,
            "deduction": 0, "reason": null })
    };
    let named = |mut shape: Value, field: &str, name: &str| {
        shape[field] = json!(name);
        shape
    };
    assert_eq!((asked.status, asked.body), (201, shape(1, 1, false)));
    assert_eq!(asked.stream_head, Some((StreamId::Event(1), 1)));
    let again = by(&store, 2, register(1, false)).await;
    assert_eq!((again.status, again.body, again.stream_head), (200, shape(1, 1, false), None));
    let accept = |team_id| AcceptRegistration { event_id: 1, team_id };
    let accepted = by(&store, ANN, accept(1)).await;
    assert_eq!((accepted.status, accepted.body), (200, shape(1, 1, true)));
    assert_eq!(refused(&store, accept(2)).await.reason, RejectionReason::NotFound);

    let own = by(&store, ANN, register(2, false)).await;
    assert_eq!((own.status, own.body), (201, shape(2, 2, true)));
    done(&store, UnregisterTeam { event_id: 1, team_id: 2 }).await;
    by(&store, 2, register(2, false)).await;
    let agreed = by(&store, ANN, register(2, false)).await;
    assert_eq!((agreed.status, agreed.body), (200, shape(3, 2, true)), "its manager asks as well");
    done(&store, team("Third")).await;
    assert_eq!(by(&store, 2, register(3, true)).await.body, shape(4, 3, true));

    let list = store.list(ListQuery::Registrations { event_id: 1 }, 0, 10).await.unwrap().items;
    let teams = ["Leicester City", "Tottenham", "Third"];
    let shapes = [shape(1, 1, true), shape(3, 2, true), shape(4, 3, true)];
    let shapes = shapes.into_iter().zip(teams).map(|(shape, team)| named(shape, "name", team));
    assert_eq!(list, shapes.collect::<Vec<_>>());
    let of_team =
        store.list(ListQuery::TeamRegistrations { team_id: 2 }, 0, 10).await.unwrap().items;
    assert_eq!(of_team, [named(shape(3, 2, true), "event", "Premier League")]);
}

async fn a_team_that_has_not_agreed_hears_nothing(database: Database) {
    let store = database.open().await;
    organised(&store).await;
    by(&store, ANN, register(2, false)).await;
    let created = by(&store, 2, fixture(1, 1, 2)).await;
    let id = created.body["id"].as_i64().unwrap();
    done(&store, act(id, "start", json!({}))).await;
    done(&store, goal(id, 12)).await;
    let heads = store.stream_heads(&[StreamId::Team(1), StreamId::Team(2)]).await.unwrap();
    assert_eq!((heads[0].head_seq, heads[1].head_seq), (0, 1), "team 2 has agreed");
    let live = StreamId::Team(1).channel_topic(Channel::Live);
    let matches = async || store.snapshot(live).await.unwrap().unwrap().data["matches"].clone();
    assert_eq!(matches().await, json!([]));

    done(&store, AcceptRegistration { event_id: 1, team_id: 1 }).await;
    done(&store, goal(id, 13)).await;
    done(&store, act(id, "end", json!({}))).await;

    let said = news(&store, StreamId::Team(1), 0).await;
    assert_eq!(said, ["team_1_live incident_added", "team_1_results result_update"]);
    let results =
        store.snapshot(StreamId::Team(1).channel_topic(Channel::Results)).await.unwrap().unwrap();
    assert_eq!(results.data["results"][0]["home_score"], 2);
    done(&store, UnregisterTeam { event_id: 1, team_id: 1 }).await;
    let results =
        store.snapshot(StreamId::Team(1).channel_topic(Channel::Results)).await.unwrap().unwrap();
    assert_eq!(results.data["results"], json!([]), "it takes part no more");
}

async fn a_match_registers_its_teams(database: Database) {
    let store = database.open().await;
    organised(&store).await;
    let admin = NewUser {
        email: "di@example.org".into(),
        name: "Di".into(),
        password_hash: None,
        role: "admin".into(),
    };
    done(&store, CreateUser(admin)).await;
    for name in ["Third", "Fourth", "Fifth"] {
        done(&store, team(name)).await;
    }
    by(&store, ANN, fixture(1, 1, 2)).await;
    by(&store, 3, fixture(1, 2, 3)).await;
    let known = told(&store, StreamId::Event(1)).await.len();
    by(&store, 2, fixture(1, 4, 5)).await;
    by(&store, 2, fixture(1, 5, 4)).await;

    let list = store.list(ListQuery::Registrations { event_id: 1 }, 0, 10).await.unwrap().items;
    let accepted = |row: &Value| (row["team_id"].as_i64().unwrap(), row["accepted"] == true);
    let accepted: Vec<_> = list.iter().map(accepted).collect();
    assert_eq!(accepted, [(1, true), (2, true), (3, true), (4, false), (5, false)]);
    let said = news(&store, StreamId::Event(1), known).await;
    let expected = [
        "event_1_schedule schedule_update",
        "event_1_results leaderboard_update",
        "event_1_schedule schedule_update",
    ];
    assert_eq!(said, expected);
    assert_eq!(table(&store).await.len(), 5);
}

async fn points_are_taken_away_and_given_back(database: Database) {
    let store = database.open().await;
    organised(&store).await;
    done(&store, register(1, true)).await;
    let deduct = |team_id, points, reason: Option<&str>| {
        let fields = PointsDeduction { points, reason: reason.map(str::to_owned) };
        SetDeduction { event_id: 1, team_id, fields }
    };
    let taken = done(&store, deduct(1, 6, Some("unfit pitch"))).await;
    assert_eq!((taken.status, &taken.body["deduction"]), (200, &json!(6)));
    assert_eq!(taken.body["reason"], "unfit pitch");
    assert_eq!(table(&store).await, [(1, -6)]);
    let said = told(&store, StreamId::Event(1)).await.pop().unwrap();
    assert_eq!(said["data"]["leaderboard"][0]["points"], -6);
    done(&store, deduct(1, 0, None)).await;
    assert_eq!(table(&store).await, [(1, 0)]);
    assert_eq!(refused(&store, deduct(2, 1, None)).await.reason, RejectionReason::NotFound);
}

async fn a_registration_that_has_changed_is_not_changed_unseen(database: Database) {
    let store = database.open().await;
    organised(&store).await;
    assert_eq!(by(&store, 2, register(1, false)).await.etag.as_deref(), Some("1"));
    let accept = AcceptRegistration { event_id: 1, team_id: 1 };
    assert_eq!(done(&store, accept).await.etag.as_deref(), Some("2"));
    let deduct = |seen: &str| {
        let fields = PointsDeduction { points: 3, reason: None };
        let write = SetDeduction { event_id: 1, team_id: 1, fields };
        job(write).if_match(seen)
    };
    assert_eq!(rejected(deduct("1").commit(&store).await).reason, RejectionReason::Stale);
    assert_eq!(table(&store).await, [(1, 0)]);
    assert_eq!(deduct("2").commit(&store).await.unwrap().etag.as_deref(), Some("3"));
    assert_eq!(by(&store, 2, register(1, false)).await.etag.as_deref(), Some("3"), "as it is");
    assert_eq!(rejected(deduct("2").commit(&store).await).reason, RejectionReason::Stale);
}

async fn who_leaves_leaves_the_table(database: Database) {
    let store = database.open().await;
    organised(&store).await;
    done(&store, team("Third")).await;
    for team_id in [1, 2, 3] {
        done(&store, register(team_id, true)).await;
    }
    let id = done(&store, fixture(1, 1, 2)).await.body["id"].as_i64().unwrap();
    done(&store, act(id, "start", json!({}))).await;
    done(&store, act(id, "end", json!({}))).await;
    let refusal = refused(&store, DeleteTeam { id: 3 }).await;
    assert_eq!(refusal.code, "team-is-registered");

    for team_id in [2, 3] {
        let version = store.rights_version().await.unwrap();
        let left = done(&store, UnregisterTeam { event_id: 1, team_id }).await;
        assert_eq!((left.status, left.stream_head.is_some()), (204, true));
        assert!(store.rights_version().await.unwrap() > version);
    }

    assert_eq!(table(&store).await, [(1, 1), (2, 1)], "team 2 has played, team 3 has not");
    let said = told(&store, StreamId::Event(1)).await.pop().unwrap();
    assert_eq!(Some(said["data"].clone()), store.leaderboard(1).await.unwrap());
    let gone = UnregisterTeam { event_id: 1, team_id: 3 };
    assert_eq!(refused(&store, gone).await.reason, RejectionReason::NotFound);
    assert_eq!(done(&store, DeleteTeam { id: 3 }).await.status, 204);
}
