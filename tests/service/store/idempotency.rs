//! The same write sent again has one effect (G5), and a refused one has none.

use futures_util::future::join_all;
use touchline::domain::rejection::RejectionReason;
use touchline::domain::topic::StreamId;
use touchline::store::{Store, StoreError};

use crate::support::database::{Database, Kind};
use crate::support::jobs::*;
use crate::support::on_both;

on_both! {
    g5_the_same_key_gets_the_first_answer,
    g5_the_same_key_with_another_body_is_refused,
    g5_sixteen_at_once_have_one_effect,
    g5_an_answer_is_remembered_when_the_database_is_opened_again,
    g5_a_rejection_is_remembered_and_leaves_nothing_behind,
    g1_a_write_whose_caller_leaves_is_whole_or_absent,
    g1_what_was_acknowledged_is_there_when_the_database_is_opened_again,
    answers_are_forgotten_after_two_days,
}

async fn score(store: &Store, id: i64) -> i64 {
    let (_, game) = store.match_by_id(id).await.unwrap().unwrap();
    game["score"]["home"].as_i64().unwrap()
}

async fn g5_the_same_key_gets_the_first_answer(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;

    let first = keyed(goal(id, 12), "k", "body").commit(&store).await.unwrap();
    let second = keyed(goal(id, 12), "k", "body").commit(&store).await.unwrap();

    assert!(!first.is_replay && second.is_replay);
    assert_eq!(touchline::store::mutation::Outcome { is_replay: false, ..second }, first);
    assert_eq!(score(&store, id).await, 1);
    let elsewhere = keyed(goal(id, 12), "other", "body").commit(&store).await.unwrap();
    assert!(!elsewhere.is_replay, "another key is another write");
}

async fn g5_the_same_key_with_another_body_is_refused(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    keyed(goal(id, 12), "k", "body").commit(&store).await.unwrap();

    let answer = keyed(goal(id, 13), "k", "another").commit(&store).await;

    assert!(matches!(answer, Err(StoreError::IdempotencyKeyReused)), "{answer:?}");
    assert_eq!(score(&store, id).await, 1);
}

async fn g5_sixteen_at_once_have_one_effect(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    // SQLite is for one node; with PostgreSQL half of them go to another.
    let other = if database.kind == Kind::Postgres { database.open().await } else { store.clone() };

    let writes = (0..16).map(|number| {
        let store = if number % 2 == 0 { store.clone() } else { other.clone() };
        tokio::spawn(async move { keyed(goal(id, 12), "k", "body").commit(&store).await.unwrap() })
    });
    let answers: Vec<_> = join_all(writes).await.into_iter().map(Result::unwrap).collect();

    assert_eq!(answers.iter().filter(|done| !done.is_replay).count(), 1);
    assert!(
        answers
            .iter()
            .all(|done| done.body == answers[0].body && done.stream_head == answers[0].stream_head)
    );
    assert_eq!(score(&store, id).await, 1);
}

async fn g5_an_answer_is_remembered_when_the_database_is_opened_again(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    let first = keyed(goal(id, 12), "k", "body").commit(&store).await.unwrap();
    drop(store);

    let store = database.open().await;
    let again = keyed(goal(id, 12), "k", "body").commit(&store).await.unwrap();

    assert!(again.is_replay);
    assert_eq!((again.body, again.stream_head), (first.body, first.stream_head));
    assert_eq!(score(&store, id).await, 1);
}

async fn g5_a_rejection_is_remembered_and_leaves_nothing_behind(database: Database) {
    let store = database.open().await;
    let id = scheduled_match(&store).await;
    let heads = store.stream_heads(&[StreamId::Match(id), StreamId::Team(1)]).await.unwrap();

    let refused = keyed(goal(id, 12), "k", "body").commit(&store).await;
    let Err(StoreError::Rejected(first)) = refused else { panic!("{refused:?}") };
    done(&store, act(id, "start", serde_json::json!({}))).await;
    let refused = keyed(goal(id, 12), "k", "body").commit(&store).await;
    let Err(StoreError::Rejected(second)) = refused else { panic!("{refused:?}") };

    assert_eq!(first.reason, RejectionReason::Conflict);
    assert_eq!(first, second, "although it would be allowed by now");
    assert_eq!(score(&store, id).await, 0);
    let after = store.stream_heads(&[StreamId::Match(id), StreamId::Team(1)]).await.unwrap();
    assert_eq!(
        (after[0].head_seq, after[1].head_seq),
        (heads[0].head_seq + 1, heads[1].head_seq),
        "only the start"
    );
}

async fn g1_a_write_whose_caller_leaves_is_whole_or_absent(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    for number in 0..40 {
        let mut write = Box::pin(keyed(goal(id, 12), &number.to_string(), "body").commit(&store));
        // Some leave at once, some a little later, in the middle of it.
        for _ in 0..number {
            if futures_util::poll!(write.as_mut()).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(write);
    }

    for number in 0..40 {
        keyed(goal(id, 12), &number.to_string(), "body").commit(&store).await.unwrap();
    }

    assert_eq!(score(&store, id).await, 40, "each once, whether the first sending got through");
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
}

async fn g1_what_was_acknowledged_is_there_when_the_database_is_opened_again(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    let told = done(&store, goal(id, 12)).await.stream_head;

    let other = database.open().await;

    assert_eq!(other.epoch(), store.epoch());
    assert_eq!(score(&other, id).await, 1);
    let page = other.read_messages_after(StreamId::Match(id), 0, 100).await.unwrap();
    assert_eq!(told, Some((StreamId::Match(id), page.head_seq)));
    assert_eq!(page.messages.last().unwrap().message_type, "incident_added");
}

async fn answers_are_forgotten_after_two_days(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    keyed(goal(id, 12), "k", "body").commit(&store).await.unwrap();

    store.remove_expired_records(now() + chrono::TimeDelta::hours(47)).await.unwrap();
    assert!(keyed(goal(id, 12), "k", "body").commit(&store).await.unwrap().is_replay);
    store.remove_expired_records(now() + chrono::TimeDelta::hours(49)).await.unwrap();
    assert!(!keyed(goal(id, 12), "k", "body").commit(&store).await.unwrap().is_replay);
}
