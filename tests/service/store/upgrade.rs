//! A database of an earlier version gets what migrations can't make.

use serde_json::json;
use touchline::domain::topic::StreamId;
use touchline::store::Store;

use crate::support::database::{Database, Kind};
use crate::support::jobs::*;
use crate::support::{on_both, scan};

on_both! {
    matches_that_were_finished_before_there_were_results_get_theirs,
    bare_hashes_of_requests_are_gone_without_a_trace,
}

/// Takes back the last migration, which made remembered answers what they are.
async fn with_bare_hashes(database: &Database) {
    drop(database.open().await);
    let folder = if database.kind == Kind::Sqlite { "sqlite" } else { "postgres" };
    let down = format!("migrations/{folder}/2026-11-30-000013_sealed_answers/down.sql");
    database.tamper(&std::fs::read_to_string(down).unwrap()).await;
    let applied = "delete from __diesel_schema_migrations where version = '20261130000013'";
    database.tamper(applied).await;
}

async fn bare_hashes_of_requests_are_gone_without_a_trace(database: Database) {
    with_bare_hashes(&database).await;
    let hash = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";
    let row = |key: &str, hash: &str| {
        format!(
            "insert into idempotency values \
             (1, 'POST /api/users', '{key}', '{hash}', 201, '{{}}', null, null, null, 1)"
        )
    };
    // One has been forgotten already, and still lies in a page that is free.
    database.tamper(&row("gone", &hash.replace('5', "4"))).await;
    database.tamper("delete from idempotency").await;
    database.tamper(&row("there", hash)).await;
    let holds = |text: &str| {
        let files = scan::files(&database);
        files.iter().any(|(_, bytes)| bytes.windows(text.len()).any(|all| all == text.as_bytes()))
    };
    let is_file = database.kind == Kind::Sqlite;
    assert!(!is_file || holds(hash), "there is something to be removed");

    let store = database.open().await;

    for hash in [hash, &hash.replace('5', "4")] {
        assert!(!holds(hash));
        let columns = scan::columns(&database).await;
        assert!(columns.iter().all(|column| !column.text.contains(hash)));
    }
    let id = live_match(&store).await;
    assert!(!keyed(goal(id, 12), "k", "body").commit(&store).await.unwrap().is_replay);
    assert!(keyed(goal(id, 12), "k", "body").commit(&store).await.unwrap().is_replay);
}

async fn played(store: &Store, home: i64, away: i64) -> i64 {
    let id = done(store, fixture(1, home, away)).await.body["id"].as_i64().unwrap();
    done(store, act(id, "start", json!({}))).await;
    done(store, goal(id, 12)).await;
    done(store, act(id, "end", json!({}))).await;
    id
}

async fn matches_that_were_finished_before_there_were_results_get_theirs(database: Database) {
    let store = database.open().await;
    league(&store, "public").await;
    let count = 3;
    for number in 0..count {
        if number % 2 == 0 {
            played(&store, 1, 2).await
        } else {
            played(&store, 2, 1).await
        };
    }
    done(&store, fixture(1, 1, 2)).await;
    let table = store.leaderboard(1).await.unwrap();
    let heads = store.stream_heads(&[StreamId::Event(1), StreamId::Team(1)]).await.unwrap();
    let snapshot = store.snapshot("event_1_results".parse().unwrap()).await.unwrap().unwrap();
    drop(store);
    database.tamper("delete from results").await;

    let store = database.open().await;
    assert_ne!(store.leaderboard(1).await.unwrap(), table, "it is looked for once");
    database.tamper("delete from settings where name = 'results_filled'").await;
    let store_too = database.open().await;

    assert_eq!(store_too.leaderboard(1).await.unwrap(), table);
    let now = store_too.stream_heads(&[StreamId::Event(1), StreamId::Team(1)]).await.unwrap();
    assert_eq!(now, heads, "nobody is told of what isn't new");
    let shown = store_too.snapshot("event_1_results".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(shown.data, snapshot.data);
    assert_eq!(store_too.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
}
