//! Upgrades: data that a database of an earlier version lacks is filled in.

use serde_json::json;
use touchline::domain::topic::StreamId;
use touchline::domain::visibility::Visibility;
use touchline::store::Store;

use crate::support::database::{Database, Kind};
use crate::support::mutations::*;
use crate::support::{on_both, scan};

on_both! {
    results_of_matches_finished_before_an_upgrade_are_filled_in,
    an_upgrade_removes_unkeyed_request_hashes_without_a_trace,
    g15_an_upgrade_fills_in_states_and_starts_clients_afresh,
}

/// Reverts the migration that seals remembered outcomes and keys their hashes.
async fn revert_to_unkeyed_hashes(database: &Database) {
    drop(database.open().await);
    let folder = if database.kind == Kind::Sqlite { "sqlite" } else { "postgres" };
    let down = format!("migrations/{folder}/2026-11-30-000013_sealed_answers/down.sql");
    database.tamper(&std::fs::read_to_string(down).unwrap()).await;
    // A later one adds columns to the same table.
    let applied = "delete from __diesel_schema_migrations \
                   where version in ('20261130000013', '20261130000018')";
    database.tamper(applied).await;
}

async fn an_upgrade_removes_unkeyed_request_hashes_without_a_trace(database: Database) {
    revert_to_unkeyed_hashes(&database).await;
    let hash = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";
    let row = |key: &str, hash: &str| {
        format!(
            "insert into idempotency values \
             (1, 'POST /api/users', '{key}', '{hash}', 201, '{{}}', null, null, null, 1)"
        )
    };
    // One record is already deleted, but its bytes are still in a free page.
    database.tamper(&row("gone", &hash.replace('5', "4"))).await;
    database.tamper("delete from idempotency").await;
    database.tamper(&row("there", hash)).await;
    let holds = |text: &str| {
        let files = scan::files(&database);
        files
            .iter()
            .any(|(_, bytes)| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
    };
    let is_file = database.kind == Kind::Sqlite;
    assert!(!is_file || holds(hash), "the hash must be in the file before the upgrade");

    let store = database.open().await;

    for hash in [hash, &hash.replace('5', "4")] {
        assert!(!holds(hash));
        let columns = scan::columns(&database).await;
        assert!(columns.iter().all(|column| !column.text.contains(hash)));
    }
    let id = live_match(&store).await;
    assert!(!keyed_request(goal(id, 12), "k", "body").commit(&store).await.unwrap().is_replay);
    assert!(keyed_request(goal(id, 12), "k", "body").commit(&store).await.unwrap().is_replay);
}

/// Reverts the migration that stores the states of streams.
async fn revert_to_messages_without_patches(database: &Database) {
    let folder = if database.kind == Kind::Sqlite { "sqlite" } else { "postgres" };
    let down = format!("migrations/{folder}/2026-11-30-000017_stream_states/down.sql");
    database.tamper(&std::fs::read_to_string(down).unwrap()).await;
    let applied = "delete from __diesel_schema_migrations where version = '20261130000017'";
    database.tamper(applied).await;
}

async fn g15_an_upgrade_fills_in_states_and_starts_clients_afresh(database: Database) {
    let store = database.open().await;
    league(&store, Visibility::Public).await;
    play_match(&store, 1, 2).await;
    let paused = commit(&store, fixture(1, 1, 2)).await.body["id"].as_i64().unwrap();
    commit(&store, match_action(paused, "start", json!({}))).await;
    commit(&store, match_action(paused, "pause", json!({ "reason": "half_time" }))).await;
    let (epoch, streams) = (store.epoch().to_owned(), [StreamId::Event(1), StreamId::Team(1)]);
    let heads = store.stream_heads(&streams).await.unwrap();
    let before = [snapshot_data(&store, "event_1").await, snapshot_data(&store, "team_1").await];
    assert_eq!(before[0]["schedule"][paused.to_string()]["reason"], "half_time");
    drop(store);
    revert_to_messages_without_patches(&database).await;

    let store = database.open().await;

    assert_ne!(store.epoch(), epoch, "all clients start with a snapshot");
    for (stream, head) in streams.into_iter().zip(&heads) {
        let page = store.read_messages_after(stream, 0, 100).await.unwrap();
        assert!(page.messages.is_empty(), "{stream}: they have no patches");
        assert_eq!((page.head_seq, page.pruned_seq), (head.head_seq, head.head_seq));
    }
    let after = [snapshot_data(&store, "event_1").await, snapshot_data(&store, "team_1").await];
    assert_eq!(after, before);
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
    commit(&store, match_action(paused, "resume", json!({}))).await;
    let resumed = stream_messages(&store, StreamId::Event(1)).await.pop().unwrap();
    let row = json!({ "status": "live", "reason": null });
    assert_eq!(resumed["patch"], json!({ "schedule": { paused.to_string(): row } }));
}

async fn play_match(store: &Store, home: i64, away: i64) -> i64 {
    let id = commit(store, fixture(1, home, away)).await.body["id"].as_i64().unwrap();
    commit(store, match_action(id, "start", json!({}))).await;
    commit(store, goal(id, 12)).await;
    commit(store, match_action(id, "end", json!({}))).await;
    id
}

async fn results_of_matches_finished_before_an_upgrade_are_filled_in(database: Database) {
    let store = database.open().await;
    league(&store, Visibility::Public).await;
    let count = 3;
    for number in 0..count {
        if number % 2 == 0 {
            play_match(&store, 1, 2).await
        } else {
            play_match(&store, 2, 1).await
        };
    }
    commit(&store, fixture(1, 1, 2)).await;
    let table = store.leaderboard(1).await.unwrap();
    let heads = store.stream_heads(&[StreamId::Event(1), StreamId::Team(1)]).await.unwrap();
    let snapshot = store.snapshot("event_1_results".parse().unwrap()).await.unwrap().unwrap();
    drop(store);
    database.tamper("delete from results").await;

    let store = database.open().await;
    assert_ne!(store.leaderboard(1).await.unwrap(), table, "results are filled in only once");
    database.tamper("delete from settings where name = 'results_filled'").await;
    let upgraded_store = database.open().await;

    assert_eq!(upgraded_store.leaderboard(1).await.unwrap(), table);
    let now = upgraded_store.stream_heads(&[StreamId::Event(1), StreamId::Team(1)]).await.unwrap();
    assert_eq!(now, heads, "filling in must publish nothing");
    let shown = upgraded_store.snapshot("event_1_results".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(shown.data, snapshot.data);
    assert_eq!(upgraded_store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
}
