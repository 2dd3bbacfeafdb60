//! Idempotency: a repeated write has one effect (G5), and a rejected one has none.

use futures_util::future::join_all;
use touchline::domain::rejection::RejectionReason;
use touchline::domain::topic::StreamId;
use touchline::store::mutation::{CreateMatch, DeleteMatch};
use touchline::store::{Store, StoreError};

use crate::support::database::{Database, Kind};
use crate::support::mutations::*;
use crate::support::on_both;
use crate::support::scan;

on_both! {
    g5_the_same_key_returns_the_first_outcome,
    g5_the_same_key_with_another_body_is_rejected,
    g5_sixteen_concurrent_writes_with_one_key_have_one_effect,
    g5_an_outcome_is_remembered_after_reopening_the_database,
    g5_an_old_answer_is_made_again_from_its_entry,
    g5_a_rejection_is_remembered_and_has_no_effect,
    g1_a_write_whose_caller_leaves_is_complete_or_absent,
    g1_an_acknowledged_write_survives_reopening_the_database,
    outcomes_are_deleted_after_two_days,
}

async fn score(store: &Store, id: i64) -> i64 {
    let (_, match_json) = store.match_by_id(id).await.unwrap().unwrap();
    match_json["score"]["home"].as_i64().unwrap()
}

async fn g5_the_same_key_returns_the_first_outcome(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;

    let first = keyed_request(goal(id, 12), "k", "body").commit(&store).await.unwrap();
    let second = keyed_request(goal(id, 12), "k", "body").commit(&store).await.unwrap();

    assert!(!first.is_replay && second.is_replay);
    assert_eq!(touchline::store::mutation::Outcome { is_replay: false, ..second }, first);
    assert_eq!(score(&store, id).await, 1);
    let other = keyed_request(goal(id, 12), "other", "body").commit(&store).await.unwrap();
    assert!(!other.is_replay, "another key is another write");
}

async fn g5_the_same_key_with_another_body_is_rejected(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    keyed_request(goal(id, 12), "k", "body").commit(&store).await.unwrap();

    let result = keyed_request(goal(id, 13), "k", "another").commit(&store).await;

    assert!(matches!(result, Err(StoreError::IdempotencyKeyReused)), "{result:?}");
    assert_eq!(score(&store, id).await, 1);
}

async fn g5_sixteen_concurrent_writes_with_one_key_have_one_effect(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    // SQLite serves one node; with PostgreSQL half of the writes go to another node.
    let other = if database.kind == Kind::Postgres { database.open().await } else { store.clone() };

    let writes = (0..16).map(|number| {
        let store = if number % 2 == 0 { store.clone() } else { other.clone() };
        tokio::spawn(async move {
            keyed_request(goal(id, 12), "k", "body").commit(&store).await.unwrap()
        })
    });
    let outcomes: Vec<_> = join_all(writes).await.into_iter().map(Result::unwrap).collect();

    assert_eq!(outcomes.iter().filter(|outcome| !outcome.is_replay).count(), 1);
    assert!(outcomes.iter().all(|outcome| outcome.body == outcomes[0].body
        && outcome.stream_head == outcomes[0].stream_head));
    assert_eq!(score(&store, id).await, 1);
}

async fn g5_an_outcome_is_remembered_after_reopening_the_database(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    let first = keyed_request(goal(id, 12), "k", "body").commit(&store).await.unwrap();
    drop(store);

    let store = database.open().await;
    let retry = keyed_request(goal(id, 12), "k", "body").commit(&store).await.unwrap();

    assert!(retry.is_replay);
    assert_eq!((retry.body, retry.stream_head), (first.body, first.stream_head));
    assert_eq!(score(&store, id).await, 1);
}

async fn g5_an_old_answer_is_made_again_from_its_entry(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    let first = keyed_request(goal(id, 12), "k", "body").commit(&store).await.unwrap();
    for minute in 13..20 {
        keyed_request(goal(id, minute), &minute.to_string(), "body").commit(&store).await.unwrap();
    }
    let cancelled = serde_json::json!({ "confirmation": "cancelled" });
    commit(&store, match_action(id, "PATCH incidents/1", cancelled)).await;
    let stored = scan::columns(&database).await;
    let answers = stored.iter().find(|column| column.name == "idempotency.answer").unwrap();
    assert!(!answers.text.contains("statistics"), "{}", answers.text);

    let reopened = database.open().await;
    for store in [&store, &reopened] {
        let retry = keyed_request(goal(id, 12), "k", "body").commit(store).await.unwrap();
        assert!(retry.is_replay);
        assert_eq!((&retry.body, retry.status), (&first.body, first.status));
        assert_eq!((retry.etag, retry.stream_head), (first.etag.clone(), first.stream_head));
        let other_body = keyed_request(goal(id, 12), "k", "another").commit(store).await;
        assert!(matches!(other_body, Err(StoreError::IdempotencyKeyReused)), "{other_body:?}");
    }
    assert_eq!(score(&store, id).await, 7);

    let created = commit(&store, CreateMatch(fields("football", 1, 2))).await;
    let unplayed = created.body["id"].as_i64().unwrap();
    let postpone =
        || keyed_request(match_action(unplayed, "postpone", serde_json::json!({})), "p", "body");
    postpone().commit(&store).await.unwrap();
    commit(&store, DeleteMatch { id: unplayed }).await;
    let gone = postpone().commit(&store).await;
    let Err(StoreError::Rejected(gone)) = gone else { panic!("{gone:?}") };
    assert_eq!(gone.reason, RejectionReason::NotFound);
}

async fn g5_a_rejection_is_remembered_and_has_no_effect(database: Database) {
    let store = database.open().await;
    let id = scheduled_match(&store).await;
    let heads = store.stream_heads(&[StreamId::Match(id), StreamId::Team(1)]).await.unwrap();

    let result = keyed_request(goal(id, 12), "k", "body").commit(&store).await;
    let Err(StoreError::Rejected(first)) = result else { panic!("{result:?}") };
    commit(&store, match_action(id, "start", serde_json::json!({}))).await;
    let result = keyed_request(goal(id, 12), "k", "body").commit(&store).await;
    let Err(StoreError::Rejected(second)) = result else { panic!("{result:?}") };

    assert_eq!(first.reason, RejectionReason::Conflict);
    assert_eq!(first, second, "although it would be accepted by now");
    assert_eq!(score(&store, id).await, 0);
    let after = store.stream_heads(&[StreamId::Match(id), StreamId::Team(1)]).await.unwrap();
    assert_eq!(
        (after[0].head_seq, after[1].head_seq),
        (heads[0].head_seq + 1, heads[1].head_seq + 2),
        "only the start, in the team's schedule and among its live matches"
    );
}

async fn g1_a_write_whose_caller_leaves_is_complete_or_absent(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    for number in 0..40 {
        let mut write =
            Box::pin(keyed_request(goal(id, 12), &number.to_string(), "body").commit(&store));
        // Some callers leave at once, some a little later, while the write runs.
        for _ in 0..number {
            if futures_util::poll!(write.as_mut()).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(write);
    }

    for number in 0..40 {
        keyed_request(goal(id, 12), &number.to_string(), "body").commit(&store).await.unwrap();
    }

    assert_eq!(score(&store, id).await, 40, "each goal must count once");
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
}

async fn g1_an_acknowledged_write_survives_reopening_the_database(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    let stream_head = commit(&store, goal(id, 12)).await.stream_head;

    let other = database.open().await;

    assert_eq!(other.epoch(), store.epoch());
    assert_eq!(score(&other, id).await, 1);
    let page = other.read_messages_after(StreamId::Match(id), 0, 100).await.unwrap();
    assert_eq!(stream_head, Some((StreamId::Match(id), page.head_seq)));
    assert_eq!(page.messages.last().unwrap().message_type, "incident_added");
}

async fn outcomes_are_deleted_after_two_days(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    keyed_request(goal(id, 12), "k", "body").commit(&store).await.unwrap();

    store.remove_expired_records(now() + chrono::TimeDelta::hours(47)).await.unwrap();
    assert!(keyed_request(goal(id, 12), "k", "body").commit(&store).await.unwrap().is_replay);
    store.remove_expired_records(now() + chrono::TimeDelta::hours(49)).await.unwrap();
    assert!(!keyed_request(goal(id, 12), "k", "body").commit(&store).await.unwrap().is_replay);
}
