//! `verify` reports no faults in an intact database, and reports what was tampered with.

use serde_json::json;
use touchline::store::Store;
use touchline::store::mutation::{AddPlayer, CreateMatch, NewPlayer};

use crate::support::database::Database;
use crate::support::mutations::*;
use crate::support::on_both;

on_both! {
    an_intact_database_has_no_faults,
    tampering_is_reported,
    tampering_with_a_ball_is_reported,
}

async fn an_intact_database_has_no_faults(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    commit(&store, goal(id, 12)).await;
    let progress = std::sync::Mutex::new(Vec::new());

    let faults =
        store.verify(&|done, total| progress.lock().unwrap().push((done, total))).await.unwrap();

    assert_eq!(faults, Vec::<String>::new());
    let progress = progress.into_inner().unwrap();
    assert_eq!(progress.last().map(|(done, total)| done == total), Some(true), "{progress:?}");
}

/// A change made behind the store's back, and the texts that report it.
#[rustfmt::skip]
const TAMPERED: &[(&str, &[&str])] = &[
    ("delete from messages where seq = 2 and stream_id = (select id from streams where topic = 'match_1')",
        &["match_1", "messages 2 to 2 are missing"]),
    ("delete from messages where seq = 3 and stream_id = (select id from streams where topic = 'match_1')",
        &["match_1", "messages 3 to 3 (the head) are missing"]),
    ("update messages set envelope = '{}' where seq = 2 and stream_id = (select id from streams where topic = 'match_1')",
        &["match_1", "message 2 has another seq"]),
    ("update messages set envelope = 'no' where seq = 2 and stream_id = (select id from streams where topic = 'match_1')",
        &["match_1", "message 2 is not a JSON object"]),
    ("update messages set kind = 'other' where seq = 2 and stream_id = (select id from streams where topic = 'match_1')",
        &["match_1", "message 2 has another type"]),
    ("update streams set head_seq = 2 where topic = 'match_1'",
        &["match_1", "message 3 is after the head 2"]),
    ("update entries set body = replace(body, '12', '13') where number = 2",
        &["match 1", "entry 2 was changed"]),
    ("delete from entries where number = 1",
        &["match 1", "entry 1 is missing"]),
    ("delete from entries where number = 2",
        &["match 1", "does not match the"]),
    ("update matches set home_score = 4",
        &["match 1", "its row says 4 : 0"]),
    ("update matches set status = 'finished'",
        &["match 1", "its row says finished"]),
    ("update matches set reason = 'rain'",
        &["match 1", "its row's reason is rain, its entries give none"]),
    ("update stream_states set state = replace(state, 'live\"}', 'paused\"}')",
        &["stream team_1_live", "{\"live\":{\"1\":{\"status\":\"live\"}}}"]),
    ("update matches set starts_at = 0, status = 'scheduled'",
        &["stream team_2_schedule", "1970-01-01T00:00:00.000Z"]),
    ("update messages set envelope = replace(envelope, '\"home\":1}', '\"home\":7}') where seq = 3",
        &["match 1", "message 3 published the score 7 : 0"]),
    ("update messages set envelope = replace(envelope, '\"minute\":12', '\"minute\":13') where seq = 3",
        &["match 1", "its messages don't add up to its state", "\"minute\":12"]),
];

async fn tampering_is_reported(database: Database) {
    for (sql, texts) in TAMPERED {
        let database = Database::new(database.kind).await;
        let store = database.open().await;
        let id = live_match(&store).await;
        commit(&store, goal(id, 12)).await;

        database.tamper(sql).await;

        let faults = store.verify(&|_, _| ()).await.unwrap();
        let is_reported = |fault: &String| texts.iter().all(|text| fault.contains(text));
        assert!(faults.iter().any(is_reported), "{sql}: {faults:?}");
    }
}

/// Changes of balls, entries 3, 4 and 5 of their match, that someone with the file might make.
#[rustfmt::skip]
const BALLS: &[(&str, &[&str])] = &[
    ("update entries set body = replace(body, '\"batter\":4', '\"batter\":6') where number = 4",
        &["match 1", "entry 4 was changed"]),
    ("update entries set body = replace(body, '\"by\":1', '\"by\":2') where number = 3",
        &["match 1", "entry 3 was changed"]),
    ("delete from entries where number = 4",
        &["match 1", "entry 4 is missing"]),
    ("delete from entries where number = 5",
        &["match 1", "does not match the"]),
    ("update entries set hash = 'feed' where number = 5",
        &["match 1", "entry 5 was changed"]),
    ("update matches set home_score = 7",
        &["match 1", "its row says 7 : 0"]),
    ("update messages set envelope = replace(envelope, '\"home\":5}', '\"home\":9}') where kind = 'ball_bowled'",
        &["match 1", "published the score 9 : 0"]),
];

async fn tampering_with_a_ball_is_reported(database: Database) {
    for (sql, texts) in BALLS {
        let database = Database::new(database.kind).await;
        let store = database.open().await;
        let id = three_balls(&store).await;
        assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());

        database.tamper(sql).await;

        let faults = store.verify(&|_, _| ()).await.unwrap();
        let is_reported = |fault: &String| texts.iter().all(|text| fault.contains(text));
        assert!(faults.iter().any(is_reported), "{sql}: {faults:?}");
        assert_eq!(id, 1);
    }
}

/// `1 4 .` in the home side's first over.
async fn three_balls(store: &Store) -> i64 {
    commit(store, user("ann@example.org")).await;
    let mut players = Vec::new();
    for (team_id, name) in [(1, "Northants"), (2, "Kent")] {
        commit(store, team(name)).await;
        for number in 1..=2 {
            let fields = NewPlayer { name: format!("{name} {number}"), shirt_number: None };
            let added = commit(store, AddPlayer { team_id, fields }).await;
            players.push(added.body["id"].clone());
        }
    }
    let created = commit(store, CreateMatch(fields("cricket", 1, 2))).await;
    let id = created.body["id"].as_i64().unwrap();
    commit(store, match_action(id, "start", json!({}))).await;
    let innings = json!({
        "batting_team_id": 1, "striker_id": players[0], "non_striker_id": players[1],
        "bowler_id": players[2],
    });
    commit(store, match_action(id, "innings", innings)).await;
    for runs in [1, 4, 0] {
        commit(store, match_action(id, "balls", json!({ "runs": { "batter": runs } }))).await;
    }
    id
}
