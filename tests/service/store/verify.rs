//! `verify` finds nothing in a whole database, and names what was tampered with.

use crate::support::database::Database;
use crate::support::jobs::*;
use crate::support::on_both;

on_both! {
    a_whole_database_has_no_faults,
    what_was_tampered_with_is_named,
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
