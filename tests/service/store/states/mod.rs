//! The states of events and teams: an earlier snapshot with the patches since is the snapshot.

mod fold;
mod random_writes;

use futures_util::future::join_all;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use touchline::domain::leaderboard::TieBreaker;
use touchline::domain::topic::StreamId;
use touchline::domain::visibility::Visibility;
use touchline::store::Store;
use touchline::store::mutation::{
    CreateEvent, CreateTeam, DeleteMatch, DeleteTeam, EditTeam, EventEdit, NewTeam, RegisterTeam,
    TeamEdit, UnregisterTeam,
};

use self::fold::Folds;
use self::random_writes::{EVENTS, RandomWrites, TEAMS};
use crate::support::database::{Database, Kind};
use crate::support::mutations::*;
use crate::support::on_both;

on_both! {
    g15_after_any_write_each_fold_is_the_snapshot,
    g15_concurrent_writes_fold_to_the_snapshot,
    g15_what_leaves_a_window_and_what_returns_is_in_the_patch,
    g15_a_result_in_a_table_of_20_is_small_however_many_results_there_are,
    g15_a_rename_moves_a_team_in_an_alphabetical_table,
    g15_a_deleted_addressee_leaves_the_announcements_of_the_others,
}

/// Takes the seed from the environment or draws one, and prints it for reproduction.
fn seed() -> u64 {
    let given = std::env::var("STATES_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(rand::random);
    eprintln!("STATES_SEED={seed}");
    seed
}

/// User 1, and the events and teams of random writes: the first of each is public.
async fn site(store: &Store) {
    commit(store, user("ann@example.org")).await;
    commit(store, user("bo@example.org")).await;
    for id in EVENTS {
        let visibility = if id == 1 { Visibility::Public } else { Visibility::Private };
        commit(store, CreateEvent(event_fields(visibility))).await;
    }
    for id in TEAMS {
        let visibility = if id < 3 { Visibility::Public } else { Visibility::Private };
        let CreateTeam(fields) = team(&format!("Team {id}"));
        let fields = NewTeam { visibility, ..fields };
        // The last team is of another user, so others don't agree for it.
        let by = if id == 4 { 2 } else { ANN };
        request_of(CreateTeam(fields)).by(by).commit(store).await.unwrap();
    }
}

async fn g15_after_any_write_each_fold_is_the_snapshot(database: Database) {
    let seed = seed();
    let store = database.open().await;
    site(&store).await;
    let mut folds = Folds::from_the_beginning(&store, EVENTS, TEAMS).await;
    let mut writes = RandomWrites::new(StdRng::seed_from_u64(seed));
    let mut accepted = 0;
    for number in 0..140 {
        let write = writes.next();
        let description = format!("write {number}: {write:?}");
        accepted += u32::from(writes.apply(&store, write).await);
        folds.follow_and_compare(&store, &description).await;
        let faults = store.verify(&|_, _| ()).await.unwrap();
        assert_eq!(faults, Vec::<String>::new(), "{description}");
    }
    assert!(accepted > 60, "only {accepted} writes were accepted");
    folds.assert_something_was_folded();
}

async fn g15_concurrent_writes_fold_to_the_snapshot(database: Database) {
    let seed = seed();
    let store = database.open().await;
    site(&store).await;
    let mut folds = Folds::from_the_beginning(&store, EVENTS, TEAMS).await;
    let other = if database.kind == Kind::Postgres { database.open().await } else { store.clone() };
    let writers = (0..4).map(|writer| {
        let store = if writer % 2 == 0 { store.clone() } else { other.clone() };
        tokio::spawn(async move {
            let mut writes = RandomWrites::new(StdRng::seed_from_u64(seed + writer));
            for _ in 0..60 {
                let write = writes.next();
                writes.apply(&store, write).await;
            }
        })
    });
    for writer in join_all(writers).await {
        writer.unwrap();
    }
    folds.follow_and_compare(&store, "concurrent writes").await;
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
}

async fn g15_what_leaves_a_window_and_what_returns_is_in_the_patch(database: Database) {
    let store = database.open().await;
    league(&store, Visibility::Public).await;
    let mut folds = Folds::from_the_beginning(&store, [1], [1, 2]).await;
    for _ in 0..52 {
        commit(&store, fixture(1, 1, 2)).await;
    }
    folds.follow_and_compare(&store, "52 matches").await;
    let schedule = row_ids(&snapshot_data(&store, "team_1_schedule").await, "schedule");
    assert_eq!(schedule, (3..=52).collect::<Vec<i64>>(), "the newest 50");
    commit(&store, DeleteMatch { id: 52 }).await;
    let last = stream_messages(&store, StreamId::Team(1)).await.pop().unwrap();
    assert_eq!(last["patch"]["schedule"]["52"], Value::Null);
    assert_eq!(last["patch"]["schedule"]["2"]["home"], json!({ "team_id": 1 }), "it is whole");
    folds.follow_and_compare(&store, "a deleted match").await;
}

/// The number of bytes of an event's last messages of each type.
async fn message_sizes(store: &Store, event: i64) -> [usize; 2] {
    let head = store.stream_heads(&[StreamId::Event(event)]).await.unwrap()[0].head_seq;
    let page = store.read_messages_after(StreamId::Event(event), head - 2, 2).await.unwrap();
    let types: Vec<_> = page.messages.iter().map(|message| message.message_type.as_str()).collect();
    assert_eq!(types, ["result_update", "leaderboard_update"]);
    [page.messages[0].envelope.len(), page.messages[1].envelope.len()]
}

async fn g15_a_result_in_a_table_of_20_is_small_however_many_results_there_are(database: Database) {
    let mut random = StdRng::seed_from_u64(7);
    let store = database.open().await;
    commit(&store, user("ann@example.org")).await;
    commit(&store, CreateEvent(event_fields(Visibility::Public))).await;
    for number in 1..=20 {
        commit(&store, team(&format!("Club {number}"))).await;
        commit(&store, RegisterTeam { event_id: 1, team_id: number, by_admin: true }).await;
    }
    let mut largest = [0, 0];
    for number in 0..110 {
        let (home, away) = (number % 20 + 1, (number * 7 + 3) % 20 + 1);
        let away = if away == home { away % 20 + 1 } else { away };
        let id = commit(&store, fixture(1, home, away)).await.body["id"].as_i64().unwrap();
        let body = json!({
            "home_score": random.random_range(0..5), "away_score": random.random_range(0..5),
        });
        commit(&store, match_action(id, "PUT result", body)).await;
        let [result, table] = message_sizes(&store, 1).await;
        largest = [largest[0].max(result), largest[1].max(table)];
    }
    eprintln!("result_update and leaderboard_update: at most {largest:?} bytes");
    assert!(largest.iter().all(|size| *size <= 1_500), "{largest:?} bytes");
    assert_eq!(row_ids(&snapshot_data(&store, "event_1").await, "results").len(), 100);
    let last = stream_messages(&store, StreamId::Team(1)).await;
    assert!(last.iter().all(|message| message["patch"].is_object()));
    let mut folds = Folds::from_the_beginning(&store, [1], 1..=20).await;
    folds.follow_and_compare(&store, "110 results").await;
}

async fn g15_a_rename_moves_a_team_in_an_alphabetical_table(database: Database) {
    let store = database.open().await;
    league(&store, Visibility::Public).await;
    for team_id in [1, 2] {
        commit(&store, RegisterTeam { event_id: 1, team_id, by_admin: true }).await;
    }
    let mut folds = Folds::from_the_beginning(&store, [1], [1, 2]).await;
    folds.follow_and_compare(&store, "two registrations").await;
    let rename = async |name: &str| {
        let fields = TeamEdit { name: Some(name.into()), ..TeamEdit::default() };
        commit(&store, EditTeam { id: 1, fields }).await;
        stream_messages(&store, StreamId::Event(1)).await
    };
    let before = stream_messages(&store, StreamId::Event(1)).await.len();
    assert_eq!(rename("Leicester").await.len(), before, "it stays where it is");
    let moved = rename("Zwolle").await.split_off(before);
    assert_eq!(moved.len(), 1);
    let rows = json!({ "1": { "position": 2 }, "2": { "position": 1 } });
    assert_eq!((&moved[0]["data"]["rows"], &moved[0]["patch"]["table"]), (&rows, &rows));
    folds.follow_and_compare(&store, "a new name").await;

    let ranking = vec![TieBreaker::Points];
    let fields = EventEdit { tie_breakers: Some(ranking), ..EventEdit::default() };
    commit(&store, touchline::store::mutation::EditEvent { id: 1, fields }).await;
    let before = stream_messages(&store, StreamId::Event(1)).await.len();
    assert_eq!(rename("Aachen").await.len(), before, "names no longer count");
    folds.follow_and_compare(&store, "another name").await;
    assert_eq!(snapshot_data(&store, "event_1").await["names"]["teams"]["1"]["name"], "Aachen");
}

async fn g15_a_deleted_addressee_leaves_the_announcements_of_the_others(database: Database) {
    let store = database.open().await;
    site(&store).await;
    let mut folds = Folds::from_the_beginning(&store, EVENTS, [1]).await;
    for team_id in [1, 2] {
        commit(&store, RegisterTeam { event_id: 1, team_id, by_admin: true }).await;
    }
    commit(&store, random_writes::announcement(1, vec![1, 2], None)).await;
    commit(&store, UnregisterTeam { event_id: 1, team_id: 2 }).await;
    commit(&store, DeleteTeam { id: 2 }).await;
    let shown = snapshot_data(&store, "team_1_announcements").await;
    assert_eq!(shown["announcements"]["1"]["team_ids"], json!([1]));
    folds.follow_and_compare(&store, "a deleted team").await;
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
}
