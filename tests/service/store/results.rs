//! Results: a fold like all else, told with the table they make, one after the other.

use std::time::{Duration, Instant};

use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures_util::future::join_all;
use serde_json::{Value, json};
use touchline::domain::rejection::RejectionReason;
use touchline::domain::topic::StreamId;
use touchline::store::mutation::{CreateMatch, DeleteMatch, EditEvent, EventEdit, NewMatch};
use touchline::store::{ListQuery, Store, VisibilityScope};

use crate::support::database::{Database, Kind};
use crate::support::jobs::*;
use crate::support::on_both;

on_both! {
    a_result_is_told_and_then_the_table,
    a_result_by_hand_comes_and_goes,
    a_result_without_an_event_is_the_teams_alone,
    results_entered_at_once_are_all_in_the_last_table,
    many_results_keep_every_stream_whole,
    g10_a_refused_result_leaves_nothing,
    results_are_shown_to_those_who_see_the_match,
    verify_names_a_result_that_was_tampered_with,
    what_was_entered_last_is_the_newest,
    what_a_result_had_hidden_is_not_told_anew,
}

/// A match of event 1 that is being played.
async fn playing(store: &Store, home: i64, away: i64) -> i64 {
    let id = done(store, fixture(1, home, away)).await.body["id"].as_i64().unwrap();
    done(store, act(id, "start", json!({}))).await;
    id
}

async fn table(store: &Store) -> Value {
    store.leaderboard(1).await.unwrap().unwrap()
}

async fn a_result_is_told_and_then_the_table(database: Database) {
    let store = database.open().await;
    league(&store, "public").await;
    let id = playing(&store, 1, 2).await;
    let added = done(&store, goal(id, 12)).await.body["id"].clone();
    let streams = [StreamId::Event(1), StreamId::Team(1), StreamId::Team(2)];
    let mut known = Vec::new();
    for stream in streams {
        known.push(told(&store, stream).await.len());
    }

    done(&store, act(id, "end", json!({}))).await;
    let note = act(id, &format!("PATCH incidents/{added}"), json!({ "text": "a header" }));
    done(&store, note).await;
    let cancel = json!({ "confirmation": "cancelled", "reason": "offside" });
    done(&store, act(id, &format!("PATCH incidents/{added}"), cancel)).await;

    let pair = ["event_1_results result_update", "event_1_results leaderboard_update"];
    assert_eq!(
        news(&store, streams[0], known[0]).await,
        [pair, pair].concat(),
        "the note is no result"
    );
    let of_event = told(&store, streams[0]).await.split_off(known[0]);
    let result = json!({
        "match_id": id, "event_id": 1, "home_team_id": 1, "away_team_id": 2, "home_score": 1,
        "away_score": 0, "winner_team_id": 1, "ending": "played", "by_hand": false,
        "reason": null, "text": null,
    });
    assert_eq!(
        of_event[0]["data"],
        json!({ "event_id": 1, "change": "entered", "result": result })
    );
    let points = |said: &Value| said["data"]["leaderboard"][0]["points"].clone();
    assert_eq!((points(&of_event[1]), points(&of_event[3])), (json!(3), json!(1)));
    let corrected = &of_event[2]["data"];
    assert_eq!(corrected["change"], "corrected");
    assert_eq!(corrected["result"]["winner_team_id"], Value::Null);
    assert_eq!(of_event[3]["data"], table(&store).await);
    for (stream, known) in streams.into_iter().zip(known).skip(1) {
        let mut said = told(&store, stream).await.split_off(known);
        said.retain(|message| message["type"] == "result_update");
        let data: Vec<_> = said.iter().map(|message| &message["data"]).collect();
        assert_eq!(data, [&of_event[0]["data"], corrected], "{stream}");
    }
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
}

async fn a_result_by_hand_comes_and_goes(database: Database) {
    let store = database.open().await;
    league(&store, "public").await;
    let id = done(&store, fixture(1, 1, 2)).await.body["id"].as_i64().unwrap();
    let known = told(&store, StreamId::Event(1)).await.len();
    let enter = |home: i64, away: i64| {
        act(id, "PUT result", json!({ "home_score": home, "away_score": away }))
    };

    done(&store, enter(2, 3)).await;
    done(&store, enter(3, 3)).await;
    done(&store, enter(3, 3)).await;
    done(&store, act(id, "DELETE result", json!({}))).await;

    let said = told(&store, StreamId::Event(1)).await.split_off(known);
    let changes: Vec<_> = said.iter().step_by(2).map(|said| &said["data"]["change"]).collect();
    assert_eq!(changes, ["entered", "corrected", "deleted"], "what is as it was is not told");
    assert_eq!(said[4]["data"]["result"]["home_score"], 3, "the one that is gone");
    let points = |said: &Value| -> Vec<_> {
        let rows = said["data"]["leaderboard"].as_array().unwrap();
        rows.iter().map(|row| row["points"].as_i64().unwrap()).collect()
    };
    assert_eq!([points(&said[1]), points(&said[3]), points(&said[5])], [[3, 0], [1, 1], [0, 0]]);
    assert_eq!(store.match_by_id(id).await.unwrap().unwrap().1["status"], "scheduled");
    let results = ListQuery::EventResults { event_id: 1, scope: ALL };
    assert_eq!(store.list(results, 0, 10).await.unwrap().items, Vec::<Value>::new());
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
    assert_eq!(done(&store, DeleteMatch { id }).await.status, 204);
}

async fn a_result_without_an_event_is_the_teams_alone(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    done(&store, act(id, "end", json!({}))).await;
    for team in [1, 2] {
        let said = told(&store, StreamId::Team(team)).await.pop().unwrap();
        assert_eq!(said["topic"], format!("team_{team}_results"));
        assert_eq!(said["data"]["event_id"], Value::Null);
        assert_eq!(said["data"]["result"]["match_id"], id);
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Holds the event's stream, so that whoever has something to tell it waits.
async fn hold(database: &Database) -> AsyncPgConnection {
    let mut conn = AsyncPgConnection::establish(&database.url).await.unwrap();
    let hold = "begin; select head_seq from streams where topic = 'event_1' for update";
    conn.batch_execute(hold).await.unwrap();
    conn
}

/// Waits until so many transactions of this database wait for a lock.
async fn until_waiting(database: &Database, number: i64) {
    let mut conn = AsyncPgConnection::establish(&database.url).await.unwrap();
    let deadline = Instant::now() + Duration::from_mins(1);
    let query = "select count(*) as count from pg_stat_activity \
         where datname = current_database() and wait_event_type = 'Lock'";
    loop {
        let Count { count } = diesel::sql_query(query).get_result(&mut conn).await.unwrap();
        if count >= number {
            return;
        }
        assert!(Instant::now() < deadline, "{count} of {number} wait");
        tokio::task::yield_now().await;
    }
}

async fn results_entered_at_once_are_all_in_the_last_table(database: Database) {
    let store = database.open().await;
    league(&store, "public").await;
    for name in ["Third", "Fourth"] {
        done(&store, team(name)).await;
    }
    let ids = [playing(&store, 1, 2).await, playing(&store, 3, 4).await];
    // Both have entered their result and neither is committed: without a lock on the event,
    // neither table would hold the other's.
    let held = if database.kind == Kind::Postgres { Some(hold(&database).await) } else { None };
    let ends = ids.map(|id| {
        let store = store.clone();
        tokio::spawn(async move { done(&store, act(id, "end", json!({}))).await })
    });
    if let Some(mut held) = held {
        until_waiting(&database, 2).await;
        held.batch_execute("rollback").await.unwrap();
    }
    for end in join_all(ends).await {
        assert_eq!(end.unwrap().status, 200);
    }

    let said = told(&store, StreamId::Event(1)).await.pop().unwrap();
    assert_eq!(said["type"], "leaderboard_update");
    let played: Vec<_> = said["data"]["leaderboard"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["played"].as_i64().unwrap())
        .collect();
    assert_eq!(played, [1, 1, 1, 1]);
    assert_eq!(said["data"], table(&store).await);
}

async fn many_results_keep_every_stream_whole(database: Database) {
    let store = database.open().await;
    league(&store, "public").await;
    let other = if database.kind == Kind::Postgres { database.open().await } else { store.clone() };
    let mut ids = Vec::new();
    for number in 0..16 {
        let (home, away) = if number % 2 == 0 { (1, 2) } else { (2, 1) };
        ids.push(playing(&store, home, away).await);
    }
    let ends = ids.iter().map(|&id| {
        let store = if id % 2 == 0 { store.clone() } else { other.clone() };
        tokio::spawn(async move {
            done(&store, goal(id, 12)).await;
            done(&store, act(id, "end", json!({}))).await;
        })
    });
    // Meanwhile the event is made private and public again: it waits for matches, they for it.
    for end in ends.collect::<Vec<_>>() {
        let visibility = Some("private".to_owned());
        let fields = EventEdit { visibility, ..EventEdit::default() };
        done(&other, EditEvent { id: 1, fields }).await;
        let visibility = Some("public".to_owned());
        let fields = EventEdit { visibility, ..EventEdit::default() };
        done(&store, EditEvent { id: 1, fields }).await;
        end.await.unwrap();
    }
    // What it told before it turned public is gone.
    let points = touchline::domain::leaderboard::Points { win: 2, ..Default::default() };
    let fields = EventEdit { points: Some(points), ..EventEdit::default() };
    done(&store, EditEvent { id: 1, fields }).await;

    let said = told(&store, StreamId::Event(1)).await.pop().unwrap();
    assert_eq!(said["data"], table(&store).await);
    assert_eq!(said["data"]["leaderboard"][0]["played"], 16);
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new(), "no gap anywhere");
}

async fn g10_a_refused_result_leaves_nothing(database: Database) {
    let store = database.open().await;
    league(&store, "public").await;
    let id = done(&store, fixture(1, 1, 2)).await.body["id"].as_i64().unwrap();
    let streams = [StreamId::Event(1), StreamId::Team(1), StreamId::Team(2), StreamId::Match(id)];
    let (heads, before) = (store.stream_heads(&streams).await.unwrap(), table(&store).await);

    let refusal = refused(&store, act(id, "end", json!({}))).await;

    assert_eq!(refusal.reason, RejectionReason::Conflict);
    assert_eq!(store.stream_heads(&streams).await.unwrap(), heads);
    assert_eq!(table(&store).await, before);
    let results = ListQuery::EventResults { event_id: 1, scope: ALL };
    assert_eq!(store.list(results, 0, 10).await.unwrap().items, Vec::<Value>::new());
}

const ALL: VisibilityScope = VisibilityScope { user_id: None, sees_all: true };

async fn results_are_shown_to_those_who_see_the_match(database: Database) {
    let store = database.open().await;
    league(&store, "public").await;
    let open = playing(&store, 1, 2).await;
    let CreateMatch(fields) = fixture(1, 2, 1);
    let secret = NewMatch { visibility: "private".into(), ..fields };
    let secret = done(&store, CreateMatch(secret)).await.body["id"].as_i64().unwrap();
    done(&store, act(secret, "start", json!({}))).await;
    for id in [open, secret] {
        done(&store, act(id, "end", json!({}))).await;
    }

    let ids = async |of| {
        let list = store.list(of, 0, 10).await.unwrap();
        list.items.iter().map(|item| item["match_id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    let ann = VisibilityScope { user_id: Some(ANN), sees_all: false };
    for (seen_by, expected) in [
        (VisibilityScope::default(), vec![open]),
        (ann, vec![open, secret]),
        (ALL, vec![open, secret]),
    ] {
        assert_eq!(ids(ListQuery::EventResults { event_id: 1, scope: seen_by }).await, expected);
        assert_eq!(ids(ListQuery::TeamResults { team_id: 1, scope: seen_by }).await, expected);
    }
    let said = told(&store, StreamId::Event(1)).await;
    let of_secret = |said: &&Value| said["data"]["result"]["match_id"] == secret;
    assert_eq!(said.iter().find(of_secret), None, "anybody may read the event");
    for topic in ["event_1", "event_1_results", "team_1_results"] {
        let snapshot = store.snapshot(topic.parse().unwrap()).await.unwrap().unwrap();
        assert_eq!(snapshot.data["results"].as_array().map(Vec::len), Some(1), "{topic}");
    }
    let page = store.list(ListQuery::EventResults { event_id: 1, scope: ALL }, 0, 1).await.unwrap();
    assert_eq!(page.next, Some(open));
}

async fn what_was_entered_last_is_the_newest(database: Database) {
    let store = database.open().await;
    league(&store, "public").await;
    let (first, second) = (playing(&store, 1, 2).await, playing(&store, 2, 1).await);
    let later = |minutes, write| job(write).at(now() + chrono::TimeDelta::minutes(minutes));
    later(1, act(second, "end", json!({}))).commit(&store).await.unwrap();
    later(2, act(first, "end", json!({}))).commit(&store).await.unwrap();
    let newest = async |topic: &str| {
        let snapshot = store.snapshot(topic.parse().unwrap()).await.unwrap().unwrap();
        let all = snapshot.data["results"].as_array().unwrap().clone();
        all.iter().map(|one| one["match_id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    for _ in 0..2 {
        for topic in ["event_1_results", "team_1_results", "team_2"] {
            assert_eq!(newest(topic).await, [first, second], "{topic}");
        }
        // Corrected: it stays where it stands.
        let body = json!({ "home_score": 7, "away_score": 0, "override": true });
        later(3, act(second, "PUT result", body)).commit(&store).await.unwrap();
    }
}

async fn what_a_result_had_hidden_is_not_told_anew(database: Database) {
    let store = database.open().await;
    league(&store, "public").await;
    let id = done(&store, fixture(1, 1, 2)).await.body["id"].as_i64().unwrap();
    done(&store, act(id, "postpone", json!({}))).await;
    for topic in ["team_1", "team_1_schedule"] {
        let snapshot = store.snapshot(topic.parse().unwrap()).await.unwrap().unwrap();
        assert_eq!(snapshot.data["matches"][0]["status"], "postponed", "{topic}");
    }
    let known = told(&store, StreamId::Event(1)).await.len();
    let body = json!({ "home_score": 3, "away_score": 0 });
    done(&store, act(id, "PUT result", body)).await;
    done(&store, act(id, "DELETE result", json!({}))).await;
    assert_eq!(store.match_by_id(id).await.unwrap().unwrap().1["status"], "postponed");
    let pair = ["event_1_results result_update", "event_1_results leaderboard_update"];
    assert_eq!(news(&store, StreamId::Event(1), known).await, [pair, pair].concat());
}

/// One change behind the store's back, and the words that name it.
#[rustfmt::skip]
const TAMPERED: &[(&str, &str)] = &[
    ("update results set home_score = 4",                        "match 1: its result is stored as"),
    ("update results set verdict = 'away'",                      "match 1: its result is stored as"),
    ("update results set body = replace(body, '\"by_hand\":false', '\"by_hand\":true')", "\"by_hand\":true"),
    ("update results set event_id = null",                       "match 1: its result is stored as"),
    ("delete from results",                                      "stored as no result, its entries make it {"),
    ("insert into results (match_id, event_id, home_team_id, away_team_id, home_score, away_score, verdict, body, entered_at) \
      select 2, event_id, 1, 2, 0, 0, 'draw', body, entered_at from results", "its entries make it no result"),
    ("update matches set event_is_public = (1 = 0)",             "2 matches that take their event for public or private wrongly"),
];

async fn verify_names_a_result_that_was_tampered_with(database: Database) {
    for (sql, words) in TAMPERED {
        let database = Database::new(database.kind).await;
        let store = database.open().await;
        league(&store, "public").await;
        let id = playing(&store, 1, 2).await;
        done(&store, act(id, "end", json!({}))).await;
        playing(&store, 2, 1).await;
        assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());

        database.tamper(sql).await;

        let faults = store.verify(&|_, _| ()).await.unwrap();
        assert!(faults.iter().any(|fault| fault.contains(words)), "{sql}: {faults:?}");
    }
}
