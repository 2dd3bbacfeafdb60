//! Results: a fold of the entries, published together with the table they lead to.

use std::time::{Duration, Instant};

use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures_util::future::join_all;
use serde_json::{Value, json};
use touchline::domain::rejection::RejectionReason;
use touchline::domain::topic::StreamId;
use touchline::domain::visibility::Visibility;
use touchline::store::mutation::{CreateMatch, DeleteMatch, EditEvent, EventEdit, NewMatch};
use touchline::store::{ListQuery, Store, VisibilityScope};

use crate::support::database::{Database, Kind};
use crate::support::mutations::*;
use crate::support::on_both;

on_both! {
    a_result_is_published_before_the_table,
    a_manual_result_can_be_entered_corrected_and_deleted,
    a_result_without_an_event_reaches_only_the_teams,
    concurrent_results_are_all_in_the_last_table,
    many_concurrent_results_leave_no_gaps,
    g10_a_rejected_result_has_no_effect,
    results_are_listed_for_those_who_may_see_the_match,
    verify_reports_a_tampered_result,
    the_last_entered_result_comes_first,
    a_deleted_result_restores_the_status_and_the_schedule,
}

/// Starts a match of event 1.
async fn start_match(store: &Store, home: i64, away: i64) -> i64 {
    let id = commit(store, fixture(1, home, away)).await.body["id"].as_i64().unwrap();
    commit(store, match_action(id, "start", json!({}))).await;
    id
}

async fn table(store: &Store) -> Value {
    store.leaderboard(1).await.unwrap().unwrap()
}

async fn a_result_is_published_before_the_table(database: Database) {
    let store = database.open().await;
    league(&store, Visibility::Public).await;
    let id = start_match(&store, 1, 2).await;
    let added = commit(&store, goal(id, 12)).await.body["id"].clone();
    let streams = [StreamId::Event(1), StreamId::Team(1), StreamId::Team(2)];
    let mut message_counts = Vec::new();
    for stream in streams {
        message_counts.push(stream_messages(&store, stream).await.len());
    }

    commit(&store, match_action(id, "end", json!({}))).await;
    let note = match_action(id, &format!("PATCH incidents/{added}"), json!({ "text": "a header" }));
    commit(&store, note).await;
    let cancel = json!({ "confirmation": "cancelled", "reason": "offside" });
    commit(&store, match_action(id, &format!("PATCH incidents/{added}"), cancel)).await;

    let end = ["event_1_schedule schedule_update"];
    let pair = ["event_1_results result_update", "event_1_results leaderboard_update"];
    assert_eq!(
        messages_since(&store, streams[0], message_counts[0]).await,
        [&end[..], &pair, &pair].concat(),
        "the note is no result"
    );
    let of_event = stream_messages(&store, streams[0]).await.split_off(message_counts[0] + 1);
    let result = json!({
        "match_id": id, "event_id": 1, "home_team_id": 1, "away_team_id": 2, "home_score": 1,
        "away_score": 0, "winner_team_id": 1, "ending": "played", "by_hand": false,
    });
    assert_eq!(
        of_event[0]["data"],
        json!({ "event_id": 1, "change": "entered", "result": result })
    );
    let points = |message: &Value| message["data"]["rows"]["1"]["points"].clone();
    assert_eq!((points(&of_event[1]), points(&of_event[3])), (json!(3), json!(1)));
    assert_eq!(of_event[0]["patch"]["table"]["1"]["points"], 3, "the first has the patch");
    assert_eq!(of_event[1]["patch"], json!({}));
    let corrected = &of_event[2]["data"];
    assert_eq!(corrected["change"], "corrected");
    assert_eq!(corrected["result"]["winner_team_id"], Value::Null);
    for (stream, message_count) in streams.into_iter().zip(message_counts).skip(1) {
        let mut messages = stream_messages(&store, stream).await.split_off(message_count);
        messages.retain(|message| message["type"] == "result_update");
        let data: Vec<_> = messages.iter().map(|message| &message["data"]).collect();
        assert_eq!(data, [&of_event[0]["data"], corrected], "{stream}");
    }
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
}

async fn a_manual_result_can_be_entered_corrected_and_deleted(database: Database) {
    let store = database.open().await;
    league(&store, Visibility::Public).await;
    let id = commit(&store, fixture(1, 1, 2)).await.body["id"].as_i64().unwrap();
    let enter = |home: i64, away: i64| {
        match_action(id, "PUT result", json!({ "home_score": home, "away_score": away }))
    };

    commit(&store, enter(2, 3)).await;
    commit(&store, enter(3, 3)).await;
    commit(&store, enter(3, 3)).await;
    commit(&store, match_action(id, "DELETE result", json!({}))).await;

    let mut messages = stream_messages(&store, StreamId::Event(1)).await;
    messages.retain(|message| message["topic"] == "event_1_results");
    let messages = messages.split_off(1);
    let changes: Vec<_> =
        messages.iter().step_by(2).map(|message| &message["data"]["change"]).collect();
    assert_eq!(changes, ["entered", "corrected", "deleted"], "only changes are published");
    assert_eq!(messages[4]["data"]["result"]["home_score"], 3, "the deleted one");
    let points = |message: &Value| -> Vec<_> {
        let rows = &message["data"]["rows"];
        ["1", "2"].iter().map(|team| rows[team]["points"].as_i64().unwrap()).collect()
    };
    assert_eq!(
        [points(&messages[1]), points(&messages[3]), points(&messages[5])],
        [[0, 3], [1, 1], [0, 0]]
    );
    assert_eq!(store.match_by_id(id).await.unwrap().unwrap().1["status"], "scheduled");
    let results = ListQuery::EventResults { event_id: 1, scope: ALL };
    assert_eq!(store.list(results, 0, 10).await.unwrap().items, Vec::<Value>::new());
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
    assert_eq!(commit(&store, DeleteMatch { id }).await.status, 204);
}

async fn a_result_without_an_event_reaches_only_the_teams(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    commit(&store, match_action(id, "end", json!({}))).await;
    for team in [1, 2] {
        let message = stream_messages(&store, StreamId::Team(team)).await.pop().unwrap();
        assert_eq!(message["topic"], format!("team_{team}_results"));
        assert_eq!(message["data"].get("event_id"), None);
        assert_eq!(message["data"]["result"]["match_id"], id);
    }
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Locks the event's stream, so that transactions with messages to it wait.
async fn lock_event_stream(database: &Database) -> AsyncPgConnection {
    let mut conn = AsyncPgConnection::establish(&database.url).await.unwrap();
    let sql = "begin; select head_seq from streams where topic = 'event_1' for update";
    conn.batch_execute(sql).await.unwrap();
    conn
}

/// Waits until this many transactions of the database wait for a lock.
async fn wait_for_lock_waiters(database: &Database, expected: i64) {
    let mut conn = AsyncPgConnection::establish(&database.url).await.unwrap();
    let deadline = Instant::now() + Duration::from_mins(1);
    let query = "select count(*) as count from pg_stat_activity \
         where datname = current_database() and wait_event_type = 'Lock'";
    loop {
        let CountRow { count } = diesel::sql_query(query).get_result(&mut conn).await.unwrap();
        if count >= expected {
            return;
        }
        assert!(Instant::now() < deadline, "{count} of {expected} are waiting");
        tokio::task::yield_now().await;
    }
}

async fn concurrent_results_are_all_in_the_last_table(database: Database) {
    let store = database.open().await;
    league(&store, Visibility::Public).await;
    for name in ["Third", "Fourth"] {
        commit(&store, team(name)).await;
    }
    let ids = [start_match(&store, 1, 2).await, start_match(&store, 3, 4).await];
    // Both transactions have stored their result and neither is committed: without a lock on the
    // event, neither table would include the other's result.
    let is_postgres = database.kind == Kind::Postgres;
    let lock = if is_postgres { Some(lock_event_stream(&database).await) } else { None };
    let ends = ids.map(|id| {
        let store = store.clone();
        tokio::spawn(async move { commit(&store, match_action(id, "end", json!({}))).await })
    });
    if let Some(mut lock) = lock {
        wait_for_lock_waiters(&database, 2).await;
        lock.batch_execute("rollback").await.unwrap();
    }
    for end in join_all(ends).await {
        assert_eq!(end.unwrap().status, 200);
    }

    let message = stream_messages(&store, StreamId::Event(1)).await.pop().unwrap();
    assert_eq!(message["type"], "leaderboard_update");
    let state = snapshot_data(&store, "event_1_results").await;
    let played = |table: &Value| -> Vec<_> {
        ["1", "2", "3", "4"].map(|team| table[team]["played"].as_i64().unwrap()).to_vec()
    };
    assert_eq!(played(&state["table"]), [1, 1, 1, 1]);
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
}

async fn many_concurrent_results_leave_no_gaps(database: Database) {
    let store = database.open().await;
    league(&store, Visibility::Public).await;
    let other = if database.kind == Kind::Postgres { database.open().await } else { store.clone() };
    let mut ids = Vec::new();
    for number in 0..16 {
        let (home, away) = if number % 2 == 0 { (1, 2) } else { (2, 1) };
        ids.push(start_match(&store, home, away).await);
    }
    let ends = ids.iter().map(|&id| {
        let store = if id % 2 == 0 { store.clone() } else { other.clone() };
        tokio::spawn(async move {
            commit(&store, goal(id, 12)).await;
            commit(&store, match_action(id, "end", json!({}))).await;
        })
    });
    // Meanwhile the event turns private and public: it waits for matches, and they wait for it.
    for end in ends.collect::<Vec<_>>() {
        let visibility = Some(Visibility::Private);
        let fields = EventEdit { visibility, ..EventEdit::default() };
        commit(&other, EditEvent { id: 1, fields }).await;
        let visibility = Some(Visibility::Public);
        let fields = EventEdit { visibility, ..EventEdit::default() };
        commit(&store, EditEvent { id: 1, fields }).await;
        end.await.unwrap();
    }
    // Its messages from before it turned public are pruned.
    let points = touchline::domain::leaderboard::Points { win: 2, ..Default::default() };
    let fields = EventEdit { points: Some(points), ..EventEdit::default() };
    commit(&store, EditEvent { id: 1, fields }).await;

    let message = stream_messages(&store, StreamId::Event(1)).await.pop().unwrap();
    assert_eq!(message["data"]["rows"]["1"]["played"], 16);
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new(), "no gap anywhere");
}

async fn g10_a_rejected_result_has_no_effect(database: Database) {
    let store = database.open().await;
    league(&store, Visibility::Public).await;
    let id = commit(&store, fixture(1, 1, 2)).await.body["id"].as_i64().unwrap();
    let streams = [StreamId::Event(1), StreamId::Team(1), StreamId::Team(2), StreamId::Match(id)];
    let (heads, before) = (store.stream_heads(&streams).await.unwrap(), table(&store).await);

    let rejection = expect_rejection(&store, match_action(id, "end", json!({}))).await;

    assert_eq!(rejection.reason, RejectionReason::Conflict);
    assert_eq!(store.stream_heads(&streams).await.unwrap(), heads);
    assert_eq!(table(&store).await, before);
    let results = ListQuery::EventResults { event_id: 1, scope: ALL };
    assert_eq!(store.list(results, 0, 10).await.unwrap().items, Vec::<Value>::new());
}

const ALL: VisibilityScope = VisibilityScope { user_id: None, sees_all: true };

async fn results_are_listed_for_those_who_may_see_the_match(database: Database) {
    let store = database.open().await;
    league(&store, Visibility::Public).await;
    let public_match = start_match(&store, 1, 2).await;
    let CreateMatch(fields) = fixture(1, 2, 1);
    let private_match = NewMatch { visibility: Visibility::Private, ..fields };
    let private_match =
        commit(&store, CreateMatch(private_match)).await.body["id"].as_i64().unwrap();
    commit(&store, match_action(private_match, "start", json!({}))).await;
    for id in [public_match, private_match] {
        commit(&store, match_action(id, "end", json!({}))).await;
    }

    let ids = async |query| {
        let list = store.list(query, 0, 10).await.unwrap();
        list.items.iter().map(|item| item["match_id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    let ann = VisibilityScope { user_id: Some(ANN), sees_all: false };
    for (scope, expected) in [
        (VisibilityScope::default(), vec![public_match]),
        (ann, vec![public_match, private_match]),
        (ALL, vec![public_match, private_match]),
    ] {
        assert_eq!(ids(ListQuery::EventResults { event_id: 1, scope }).await, expected);
        assert_eq!(ids(ListQuery::TeamResults { team_id: 1, scope }).await, expected);
    }
    let messages = stream_messages(&store, StreamId::Event(1)).await;
    let is_private = |message: &&Value| message["data"]["result"]["match_id"] == private_match;
    assert_eq!(messages.iter().find(is_private), None, "anyone may read the event");
    for topic in ["event_1", "event_1_results", "team_1_results"] {
        let shown = row_ids(&snapshot_data(&store, topic).await, "results");
        assert_eq!(shown, [public_match], "{topic}");
    }
    let page = store.list(ListQuery::EventResults { event_id: 1, scope: ALL }, 0, 1).await.unwrap();
    assert_eq!(page.next, Some(public_match));
}

async fn the_last_entered_result_comes_first(database: Database) {
    let store = database.open().await;
    league(&store, Visibility::Public).await;
    let (first, second) = (start_match(&store, 1, 2).await, start_match(&store, 2, 1).await);
    let later =
        |minutes, mutation| request_of(mutation).at(now() + chrono::TimeDelta::minutes(minutes));
    later(1, match_action(second, "end", json!({}))).commit(&store).await.unwrap();
    later(2, match_action(first, "end", json!({}))).commit(&store).await.unwrap();
    let newest = async |topic: &str| {
        let data = snapshot_data(&store, topic).await;
        let mut ids = row_ids(&data, "results");
        ids.sort_by_key(|id| data["results"][id.to_string()]["entered_at"].to_string());
        ids.reverse();
        ids
    };
    for _ in 0..2 {
        for topic in ["event_1_results", "team_1_results", "team_2"] {
            assert_eq!(newest(topic).await, [first, second], "{topic}");
        }
        // A correction keeps its place.
        let body = json!({ "home_score": 7, "away_score": 0, "override": true });
        later(3, match_action(second, "PUT result", body)).commit(&store).await.unwrap();
    }
}

async fn a_deleted_result_restores_the_status_and_the_schedule(database: Database) {
    let store = database.open().await;
    league(&store, Visibility::Public).await;
    let id = commit(&store, fixture(1, 1, 2)).await.body["id"].as_i64().unwrap();
    commit(&store, match_action(id, "postpone", json!({}))).await;
    for topic in ["team_1", "team_1_schedule"] {
        let data = snapshot_data(&store, topic).await;
        assert_eq!(data["schedule"][id.to_string()]["status"], "postponed", "{topic}");
    }
    let message_count = stream_messages(&store, StreamId::Event(1)).await.len();
    let body = json!({ "home_score": 3, "away_score": 0 });
    commit(&store, match_action(id, "PUT result", body)).await;
    commit(&store, match_action(id, "DELETE result", json!({}))).await;
    assert_eq!(store.match_by_id(id).await.unwrap().unwrap().1["status"], "postponed");
    let of_change = [
        "event_1_schedule schedule_update",
        "event_1_results result_update",
        "event_1_results leaderboard_update",
    ];
    assert_eq!(
        messages_since(&store, StreamId::Event(1), message_count).await,
        [of_change, of_change].concat()
    );
    let messages = stream_messages(&store, StreamId::Event(1)).await.split_off(message_count);
    let changes = [&messages[0], &messages[3]].map(|message| &message["data"]["change"]);
    assert_eq!(changes, ["finished", "reopened"]);
    assert_eq!(messages[3]["patch"]["schedule"][id.to_string()]["status"], "postponed");
}

/// A change made behind the store's back, and the text that reports it.
#[rustfmt::skip]
const TAMPERED: &[(&str, &str)] = &[
    ("update results set home_score = 4",                        "match 1: its stored result is"),
    ("update results set verdict = 'away'",                      "match 1: its stored result is"),
    ("update results set body = replace(body, '\"by_hand\":false', '\"by_hand\":true')", "\"by_hand\":true"),
    ("update results set event_id = null",                       "match 1: its stored result is"),
    ("delete from results",                                      "its stored result is no result, its entries give {"),
    ("insert into results (match_id, event_id, home_team_id, away_team_id, home_score, away_score, verdict, body, entered_at) \
      select 2, event_id, 1, 2, 0, 0, 'draw', body, entered_at from results", "its entries give no result"),
    ("update matches set event_is_public = (1 = 0)",             "2 matches with the wrong visibility of their event"),
];

async fn verify_reports_a_tampered_result(database: Database) {
    for (sql, text) in TAMPERED {
        let database = Database::new(database.kind).await;
        let store = database.open().await;
        league(&store, Visibility::Public).await;
        let id = start_match(&store, 1, 2).await;
        commit(&store, match_action(id, "end", json!({}))).await;
        start_match(&store, 2, 1).await;
        assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());

        database.tamper(sql).await;

        let faults = store.verify(&|_, _| ()).await.unwrap();
        assert!(faults.iter().any(|fault| fault.contains(text)), "{sql}: {faults:?}");
    }
}
