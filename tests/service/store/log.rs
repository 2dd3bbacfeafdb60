//! The log: order with many writers (G2), pages, pruning, and commit notifications.

use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection, AsyncPgConnection};
use futures_util::future::join_all;
use serde_json::Value;
use touchline::domain::topic::StreamId;
use touchline::store::Store;

use crate::support::database::{Database, Kind};
use crate::support::mutations::*;
use crate::support::on_both;

on_both! {
    g2_many_writers_produce_one_order_without_gaps,
    an_envelope_is_stored_exactly_as_published,
    pages_continue_without_gaps,
    a_stream_without_messages_is_empty,
    pruning_keeps_the_newest_messages_and_the_head,
    reading_near_the_head_is_one_key_seek,
    the_commit_notifier_names_each_stream_with_messages,
}

/// Reads a stream like the feeder, up to `last`; fails at the first gap.
async fn follow(store: Store, stream: StreamId, last: i64) {
    let mut read_up_to = 0;
    while read_up_to < last {
        let page = store.read_messages_after(stream, read_up_to, 64).await.unwrap();
        for message in page.messages {
            assert_eq!(message.seq, read_up_to + 1, "a subscriber must see no gaps");
            read_up_to = message.seq;
        }
        assert!(read_up_to <= page.head_seq);
    }
}

async fn g2_many_writers_produce_one_order_without_gaps(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    // SQLite serves one node; with PostgreSQL half of the writers use another node.
    let other = if database.kind == Kind::Postgres { database.open().await } else { store.clone() };
    let last = store.stream_heads(&[StreamId::Match(id)]).await.unwrap()[0].head_seq + 800;

    let following = tokio::spawn(follow(other.clone(), StreamId::Match(id), last));
    let writers = (0..8).map(|number| {
        let store = if number % 2 == 0 { store.clone() } else { other.clone() };
        tokio::spawn(async move {
            let mut seqs = Vec::new();
            for _ in 0..100 {
                seqs.push(commit(&store, goal(id, 12)).await.stream_head.unwrap().1);
            }
            seqs
        })
    });
    let mut seqs: Vec<_> = join_all(writers).await.into_iter().flat_map(Result::unwrap).collect();
    following.await.unwrap();

    seqs.sort_unstable();
    assert_eq!(seqs, (last - 799..=last).collect::<Vec<_>>(), "each write has its own seq");
    assert_eq!(store.stream_heads(&[StreamId::Match(id)]).await.unwrap()[0].head_seq, last);
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
}

async fn an_envelope_is_stored_exactly_as_published(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    commit(&store, goal(id, 12)).await;

    let page = store.read_messages_after(StreamId::Match(id), 2, 10).await.unwrap();

    let [message] = page.messages.as_slice() else { panic!("{page:?}") };
    let start = r#"{"type":"incident_added","topic":"match_1","seq":3,"at":"2026-11-21T15:04:05.123Z","data":{"#;
    assert!(message.envelope.starts_with(start), "{}", message.envelope);
    assert_eq!(
        (message.message_type.as_str(), message.label.as_deref()),
        ("incident_added", Some("goal"))
    );
    assert_eq!((message.channel, message.appended_at_ms), (None, now().timestamp_millis()));
    let page = store.read_messages_after(StreamId::Team(1), 0, 1).await.unwrap();
    assert_eq!(page.messages[0].channel.unwrap().as_str(), "schedule");
    assert!(page.messages[0].envelope.contains(r#""topic":"team_1_schedule","seq":1"#));
}

async fn pages_continue_without_gaps(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    for minute in 1..=8 {
        commit(&store, goal(id, minute)).await;
    }
    #[rustfmt::skip]
    let cases = [
        (0,  4, vec![1, 2, 3, 4]),
        (4,  4, vec![5, 6, 7, 8]),
        (8,  4, vec![9, 10]),
        (10, 4, vec![]),
        (99, 4, vec![]),
        (0,  0, vec![]),
    ];
    for (after, limit, expected) in cases {
        let page = store.read_messages_after(StreamId::Match(id), after, limit).await.unwrap();
        let seqs: Vec<_> = page.messages.iter().map(|message| message.seq).collect();
        assert_eq!((seqs, page.head_seq, page.pruned_seq), (expected, 10, 0), "after {after}");
    }
}

async fn a_stream_without_messages_is_empty(database: Database) {
    let store = database.open().await;
    let page = store.read_messages_after(StreamId::Event(7), 0, 10).await.unwrap();
    assert!(page.messages.is_empty() && page.head_seq == 0 && page.pruned_seq == 0);
    let id = live_match(&store).await;
    let streams = [StreamId::Event(7), StreamId::Match(id), StreamId::Team(1), StreamId::Event(7)];
    let heads = store.stream_heads(&streams).await.unwrap();
    assert_eq!(heads.iter().map(|head| head.head_seq).collect::<Vec<_>>()[..2], [0, 2]);
    assert_eq!(heads[0], heads[3]);
}

async fn pruning_keeps_the_newest_messages_and_the_head(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    for minute in 1..=8 {
        commit(&store, goal(id, minute)).await;
    }

    assert_eq!(store.prune(Some(StreamId::Match(id)), 3).await.unwrap(), 7);

    let page = store.read_messages_after(StreamId::Match(id), 0, 100).await.unwrap();
    let seqs: Vec<_> = page.messages.iter().map(|message| message.seq).collect();
    assert_eq!((seqs, page.head_seq, page.pruned_seq), (vec![8, 9, 10], 10, 7));
    assert_eq!(store.prune(Some(StreamId::Match(id)), 3).await.unwrap(), 0);
    assert_eq!(commit(&store, goal(id, 9)).await.stream_head, Some((StreamId::Match(id), 11)));
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
    assert!(store.prune(None, 0).await.unwrap() > 4, "every stream");
    let page = store.read_messages_after(StreamId::Match(id), 3, 100).await.unwrap();
    assert!(page.messages.is_empty() && page.pruned_seq == 11 && page.head_seq == 11);
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
}

#[derive(QueryableByName)]
struct PostgresPlanRow {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    plan: String,
}

#[derive(QueryableByName)]
struct SqlitePlanRow {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// The database's query plan for the page after `after`.
async fn query_plan(database: &Database, after: i64) -> String {
    let query = format!(
        "select * from messages where stream_id = 1 and seq > {after} and seq <= 100000 \
         order by seq limit 100"
    );
    if database.kind == Kind::Sqlite {
        let path = database.url.strip_prefix("sqlite://").unwrap();
        let mut conn = SqliteConnection::establish(path).unwrap();
        let query = diesel::sql_query(format!("explain query plan {query}"));
        let rows: Vec<SqlitePlanRow> = diesel::RunQueryDsl::load(query, &mut conn).unwrap();
        return rows.into_iter().map(|row| row.detail).collect();
    }
    let mut conn = AsyncPgConnection::establish(&database.url).await.unwrap();
    let query = diesel::sql_query(format!("explain {query}"));
    let rows: Vec<PostgresPlanRow> =
        diesel_async::RunQueryDsl::load(query, &mut conn).await.unwrap();
    rows.into_iter().map(|row| row.plan + "\n").collect()
}

async fn reading_near_the_head_is_one_key_seek(database: Database) {
    let store = database.open().await;
    let sql = "insert into streams (topic, head_seq) values ('match_1', 100000); \
         insert into messages (stream_id, seq, kind, envelope, committed_at) \
         with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000) \
         select 1, i, 'score_update', '{}', 0 from n; analyze;";
    database.tamper(sql).await;

    let page = store.read_messages_after(StreamId::Match(1), 99_995, 100).await.unwrap();
    assert_eq!(
        page.messages.iter().map(|message| message.seq).collect::<Vec<_>>(),
        [99_996, 99_997, 99_998, 99_999, 100_000]
    );

    for after in [0, 50_000, 99_995] {
        let plan = query_plan(&database, after).await;
        let is_seek = match database.kind {
            Kind::Sqlite => plan.contains("SEARCH messages USING PRIMARY KEY"),
            Kind::Postgres => {
                plan.contains("Index Scan using messages_are_numbered_in_their_stream")
            }
        };
        let is_sort = plan.contains("Sort") || plan.contains("TEMP B-TREE");
        assert!(is_seek && !is_sort, "after {after}: {plan}");
    }
}

async fn the_commit_notifier_names_each_stream_with_messages(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    store.commit_notifier().next_commits().await;

    let stream_head = commit(&store, goal(id, 12)).await.stream_head.unwrap();

    let commits = store.commit_notifier().next_commits().await;
    assert_eq!(commits.get(&stream_head.0), Some(&stream_head.1));
    let live = store.stream_heads(&[StreamId::Team(1)]).await.unwrap()[0].head_seq;
    assert_eq!(commits.get(&StreamId::Team(1)), Some(&live), "{commits:?}");
    let page = store.read_messages_after(StreamId::Team(1), live - 1, 1).await.unwrap();
    let envelope: Value = serde_json::from_str(&page.messages[0].envelope).unwrap();
    assert_eq!(envelope["topic"], "team_1_live");
}
