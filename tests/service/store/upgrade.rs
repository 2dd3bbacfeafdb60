//! A database of an earlier version gets what migrations can't make.

use serde_json::json;
use touchline::domain::topic::Stream;
use touchline::store::Store;

use crate::support::database::Database;
use crate::support::jobs::*;
use crate::support::on_both;

on_both! {
    matches_that_were_finished_before_there_were_results_get_theirs,
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
    let heads = store.heads(&[Stream::Event(1), Stream::Team(1)]).await.unwrap();
    let snapshot = store.snapshot("event_1_results".parse().unwrap()).await.unwrap().unwrap();
    drop(store);
    database.tamper("delete from results").await;

    let store = database.open().await;
    assert_ne!(store.leaderboard(1).await.unwrap(), table, "it is looked for once");
    database.tamper("delete from settings where name = 'results_filled'").await;
    let store_too = database.open().await;

    assert_eq!(store_too.leaderboard(1).await.unwrap(), table);
    let now = store_too.heads(&[Stream::Event(1), Stream::Team(1)]).await.unwrap();
    assert_eq!(now, heads, "nobody is told of what isn't new");
    let shown = store_too.snapshot("event_1_results".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(shown.data, snapshot.data);
    assert_eq!(store_too.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
}
