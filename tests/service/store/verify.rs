//! `verify` finds nothing in a whole database, and names what was tampered with.

use serde_json::json;
use touchline::store::Store;
use touchline::store::mutation::{AddPlayer, CreateMatch, NewPlayer};

use crate::support::database::Database;
use crate::support::jobs::*;
use crate::support::on_both;

on_both! {
    a_whole_database_has_no_faults,
    what_was_tampered_with_is_named,
    a_ball_that_was_tampered_with_is_named,
}

async fn a_whole_database_has_no_faults(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    done(&store, goal(id, 12)).await;
    let seen = std::sync::Mutex::new(Vec::new());

    let faults = store.verify(&|done, of| seen.lock().unwrap().push((done, of))).await.unwrap();

    assert_eq!(faults, Vec::<String>::new());
    let seen = seen.into_inner().unwrap();
    assert_eq!(seen.last().map(|(done, of)| done == of), Some(true), "{seen:?}");
}

/// One change behind the store's back, and the words that name it.
#[rustfmt::skip]
const TAMPERED: &[(&str, &[&str])] = &[
    ("delete from messages where seq = 2 and stream_id = (select id from streams where topic = 'match_1')",
        &["match_1", "messages 2 to 2 are missing"]),
    ("delete from messages where seq = 3 and stream_id = (select id from streams where topic = 'match_1')",
        &["match_1", "messages 3 to 3 (the head) are missing"]),
    ("update messages set envelope = '{}' where seq = 2 and stream_id = (select id from streams where topic = 'match_1')",
        &["match_1", "message 2 says another seq"]),
    ("update messages set envelope = 'no' where seq = 2 and stream_id = (select id from streams where topic = 'match_1')",
        &["match_1", "message 2 is not a JSON object"]),
    ("update messages set kind = 'other' where seq = 2 and stream_id = (select id from streams where topic = 'match_1')",
        &["match_1", "message 2 says another type"]),
    ("update streams set head_seq = 2 where topic = 'match_1'",
        &["match_1", "message 3 is after the head 2"]),
    ("update entries set body = replace(body, '12', '13') where number = 2",
        &["match 1", "entry 2 was changed"]),
    ("delete from entries where number = 1",
        &["match 1", "entry 1 is missing"]),
    ("delete from entries where number = 2",
        &["match 1", "another entry"]),
    ("update matches set home_score = 4",
        &["match 1", "its row says 4 : 0"]),
    ("update matches set status = 'finished'",
        &["match 1", "its row says finished"]),
    ("update messages set envelope = replace(envelope, '\"home\":1}', '\"home\":7}') where seq = 3",
        &["match 1", "message 3 told the score 7 : 0"]),
];

async fn what_was_tampered_with_is_named(database: Database) {
    for (sql, words) in TAMPERED {
        let database = Database::new(database.kind).await;
        let store = database.open().await;
        let id = live_match(&store).await;
        done(&store, goal(id, 12)).await;

        database.tamper(sql).await;

        let faults = store.verify(&|_, _| ()).await.unwrap();
        let is_named = |fault: &String| words.iter().all(|word| fault.contains(word));
        assert!(faults.iter().any(is_named), "{sql}: {faults:?}");
    }
}

/// Runs of balls, entries 3, 4 and 5 of their match: what somebody with the file might do.
#[rustfmt::skip]
const BALLS: &[(&str, &[&str])] = &[
    ("update entries set body = replace(body, '\"batter\":4', '\"batter\":6') where number = 4",
        &["match 1", "entry 4 was changed"]),
    ("update entries set body = replace(body, '\"by\":1', '\"by\":2') where number = 3",
        &["match 1", "entry 3 was changed"]),
    ("delete from entries where number = 4",
        &["match 1", "entry 4 is missing"]),
    ("delete from entries where number = 5",
        &["match 1", "another entry"]),
    ("update entries set hash = 'feed' where number = 5",
        &["match 1", "entry 5 was changed"]),
    ("update matches set home_score = 7",
        &["match 1", "its row says 7 : 0"]),
    ("update messages set envelope = replace(envelope, '\"home\":5}', '\"home\":9}') where kind = 'ball_bowled'",
        &["match 1", "told the score 9 : 0"]),
];

async fn a_ball_that_was_tampered_with_is_named(database: Database) {
    for (sql, words) in BALLS {
        let database = Database::new(database.kind).await;
        let store = database.open().await;
        let id = three_balls(&store).await;
        assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());

        database.tamper(sql).await;

        let faults = store.verify(&|_, _| ()).await.unwrap();
        let is_named = |fault: &String| words.iter().all(|word| fault.contains(word));
        assert!(faults.iter().any(is_named), "{sql}: {faults:?}");
        assert_eq!(id, 1);
    }
}

/// `1 4 .` of the home side's first over.
async fn three_balls(store: &Store) -> i64 {
    done(store, user("ann@example.org")).await;
    let mut players = Vec::new();
    for (team_id, name) in [(1, "Northants"), (2, "Kent")] {
        done(store, team(name)).await;
        for number in 1..=2 {
            let fields = NewPlayer { name: format!("{name} {number}"), shirt_number: None };
            let added = done(store, AddPlayer { team_id, fields }).await;
            players.push(added.body["id"].clone());
        }
    }
    let created = done(store, CreateMatch(fields("cricket", 1, 2))).await;
    let id = created.body["id"].as_i64().unwrap();
    done(store, act(id, "start", json!({}))).await;
    let open = json!({
        "batting_team_id": 1, "striker_id": players[0], "non_striker_id": players[1],
        "bowler_id": players[2],
    });
    done(store, act(id, "innings", open)).await;
    for runs in [1, 4, 0] {
        done(store, act(id, "balls", json!({ "runs": { "batter": runs } }))).await;
    }
    id
}
