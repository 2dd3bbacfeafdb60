//! Events: stored, their matches published to subscribers, and visible to those who may see them.

use serde_json::{Value, json};
use touchline::domain::leaderboard::Points;
use touchline::domain::matches::MatchStatus;
use touchline::domain::rejection::RejectionReason;
use touchline::domain::teams::MemberRole;
use touchline::domain::topic::{Channel, StreamId};
use touchline::domain::visibility::Visibility;
use touchline::store::mutation::{
    AddManager, AddMember, CreateEvent, CreateMatch, DeleteEvent, DeleteMatch, EditEvent,
    EditMatch, EventEdit, MatchEdit, NewMatch, RegisterTeam, RegisterUser,
};
use touchline::store::{ListQuery, Store, VisibilityScope};

use crate::support::database::Database;
use crate::support::mutations::*;
use crate::support::on_both;

on_both! {
    an_event_is_created_edited_and_deleted,
    an_event_in_use_cannot_be_deleted,
    a_match_needs_an_event_of_its_sport,
    each_change_of_a_match_is_published_to_its_event_and_teams,
    a_private_event_hides_its_matches,
    a_private_match_is_not_published_to_a_public_event,
    new_points_rules_change_the_table,
    lists_show_only_what_the_user_may_see,
    a_snapshot_holds_what_its_channel_shows,
}

fn edit(fields: EventEdit) -> EditEvent {
    EditEvent { id: 1, fields }
}

fn set_visibility(visibility: Visibility) -> EditEvent {
    edit(EventEdit { visibility: Some(visibility), ..EventEdit::default() })
}

async fn heads(store: &Store) -> Vec<i64> {
    let streams = [StreamId::Event(1), StreamId::Team(1), StreamId::Team(2)];
    store.stream_heads(&streams).await.unwrap().iter().map(|head| head.head_seq).collect()
}

async fn an_event_is_created_edited_and_deleted(database: Database) {
    let store = database.open().await;
    league(&store, Visibility::Public).await;
    let (etag, shape) = store.event(1).await.unwrap().unwrap();
    let expected = json!({
        "id": 1, "name": "Premier League", "sport": "football", "visibility": "public",
        "points": { "win": 3, "draw": 1, "loss": 0, "no_result": 1 },
        "tie_breakers": ["points", "difference", "name"],
        "capacity": null, "max_quantity": null, "ticket_types": [],
    });
    assert_eq!((etag.as_str(), shape), ("1", expected));

    let fields =
        EventEdit { name: Some("Cup".into()), capacity: Some(Some(20)), ..EventEdit::default() };
    let renamed = commit(&store, edit(fields.clone())).await;
    assert_eq!((renamed.status, renamed.etag.as_deref()), (200, Some("2")));
    assert_eq!((&renamed.body["name"], &renamed.body["capacity"]), (&json!("Cup"), &json!(20)));
    let stale = request_of(edit(fields)).if_match("1");
    assert_eq!(rejection_of(stale.commit(&store).await).reason, RejectionReason::Stale);

    let mut unknown = event_fields(Visibility::Public);
    unknown.sport = "kabaddi".into();
    let refusal = expect_rejection(&store, CreateEvent(unknown)).await;
    assert_eq!(refusal.errors[0].pointer, "/sport");

    assert_eq!(commit(&store, DeleteEvent { id: 1 }).await.status, 204);
    assert_eq!(store.event(1).await.unwrap(), None);
    assert_eq!(
        expect_rejection(&store, set_visibility(Visibility::Private)).await.reason,
        RejectionReason::NotFound
    );
    let recreated = commit(&store, CreateEvent(event_fields(Visibility::Public))).await;
    assert_ne!(recreated.body["id"], 1, "ids are not reused, or it would get the old stream");
}

async fn an_event_in_use_cannot_be_deleted(database: Database) {
    let store = database.open().await;
    league(&store, Visibility::Public).await;
    commit(&store, fixture(1, 1, 2)).await;
    assert_eq!(expect_rejection(&store, DeleteEvent { id: 1 }).await.code, "event-has-matches");
    commit(&store, DeleteMatch { id: 1 }).await;
    database
        .tamper(
            "insert into purchases (id, event_id, buyer_id, ticket_type, quantity, status, created_at) \
             values ('5c1f', 1, 1, 'adult', 1, 'cancelled', 0)",
        )
        .await;
    assert_eq!(expect_rejection(&store, DeleteEvent { id: 1 }).await.code, "event-has-purchases");
}

async fn a_match_needs_an_event_of_its_sport(database: Database) {
    let store = database.open().await;
    league(&store, Visibility::Public).await;
    let unknown = expect_rejection(&store, fixture(9, 1, 2)).await;
    assert_eq!(
        (unknown.reason, unknown.errors[0].pointer.as_str()),
        (RejectionReason::Invalid, "/event_id")
    );
    let generic = NewMatch { event_id: Some(1), ..fields("generic", 1, 2) };
    let other = expect_rejection(&store, CreateMatch(generic)).await;
    assert_eq!(
        (other.reason, other.errors[0].pointer.as_str()),
        (RejectionReason::Invalid, "/sport")
    );
    assert_eq!(commit(&store, fixture(1, 1, 2)).await.body["event_id"], 1);
}

async fn each_change_of_a_match_is_published_to_its_event_and_teams(database: Database) {
    let store = database.open().await;
    league(&store, Visibility::Public).await;
    commit(&store, fixture(1, 1, 2)).await;
    let later = Some(now() + chrono::TimeDelta::hours(2));
    let edit = |fields| EditMatch { id: 1, fields };
    commit(&store, edit(MatchEdit { starts_at: Some(later), ..Default::default() })).await;
    commit(&store, edit(MatchEdit { venue: Some(None), ..Default::default() })).await;
    commit(&store, match_action(1, "postpone", json!({ "reason": "fog" }))).await;
    commit(&store, match_action(1, "cancel", json!({}))).await;
    commit(&store, DeleteMatch { id: 1 }).await;

    for topic in ["match_1", "event_1_schedule", "team_1_schedule", "team_2_schedule"] {
        let stream = topic.trim_end_matches("_schedule").parse().unwrap();
        let mut messages = stream_messages(&store, stream).await;
        messages.retain(|message| message["type"] == "schedule_update");
        assert!(messages.iter().all(|message| message["topic"] == topic), "{messages:?}");
        assert!(messages.iter().all(|message| message["data"]["event_id"] == 1), "{messages:?}");
        let summary = |message: &Value| {
            let data = &message["data"];
            (data["change"].clone(), data["match"]["status"].clone(), data["reason"].clone())
        };
        let expected = [
            (json!("created"), json!("scheduled"), json!(null)),
            (json!("rescheduled"), json!("scheduled"), json!(null)),
            (json!("updated"), json!("scheduled"), json!(null)),
            (json!("postponed"), json!("postponed"), json!("fog")),
            (json!("cancelled"), json!("cancelled"), json!(null)),
            (json!("deleted"), json!("cancelled"), json!(null)),
        ];
        assert_eq!(messages.iter().map(summary).collect::<Vec<_>>(), expected, "{topic}");
        assert_eq!(messages[3]["data"]["match"]["id"], 1);
        assert_eq!(messages[3]["data"]["match"]["starts_at"], "2026-11-21T17:04:05.123Z");
        assert_eq!(messages[3]["data"]["match"].get("incidents"), None, "a list item");
    }
}

async fn a_private_event_hides_its_matches(database: Database) {
    let store = database.open().await;
    league(&store, Visibility::Public).await;
    commit(&store, fixture(1, 1, 2)).await;
    let rights = async || store.match_rights(1, None).await.unwrap().unwrap();
    assert!(rights().await.is_public && !rights().await.is_in_private_event);
    let (before, version) = (heads(&store).await, store.rights_version().await.unwrap());

    commit(&store, set_visibility(Visibility::Private)).await;

    assert!(!rights().await.is_public && rights().await.is_in_private_event);
    assert!(store.rights_version().await.unwrap() > version);
    commit(&store, match_action(1, "postpone", json!({}))).await;
    let after = heads(&store).await;
    // One message took the match out of each public team's schedule.
    let expected = [before[0] + 1, before[1] + 1, before[2] + 1];
    assert_eq!(after, expected, "public teams get nothing of a private event");
    let last = stream_messages(&store, StreamId::Team(1)).await.pop().unwrap();
    assert_eq!(
        (&last["type"], &last["data"]),
        (&json!("state_update"), &json!({ "change": "visibility" }))
    );
    assert_eq!(last["patch"], json!({ "schedule": { "1": null } }));
    for channel in [Channel::Schedule, Channel::Results] {
        let topic = StreamId::Team(1).channel_topic(channel);
        let snapshot = store.snapshot(topic).await.unwrap().unwrap();
        assert_eq!(snapshot.data[channel.as_str()], json!({}));
    }
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());

    commit(&store, set_visibility(Visibility::Public)).await;
    assert!(rights().await.is_public && !rights().await.is_in_private_event);
    commit(&store, match_action(1, "cancel", json!({}))).await;
    // The match came back, and was cancelled.
    assert_eq!(heads(&store).await, [before[0] + 2, before[1] + 3, before[2] + 3]);
}

async fn a_private_match_is_not_published_to_a_public_event(database: Database) {
    let store = database.open().await;
    league(&store, Visibility::Public).await;
    commit(&store, fixture(1, 1, 2)).await;
    let before = heads(&store).await;
    let CreateMatch(fields) = fixture(1, 2, 1);
    let private_match = NewMatch { visibility: Visibility::Private, ..fields };
    let id = commit(&store, CreateMatch(private_match)).await.body["id"].as_i64().unwrap();
    commit(&store, match_action(id, "postpone", json!({}))).await;

    assert_eq!(heads(&store).await, before);
    let schedule = async || row_ids(&snapshot_data(&store, "event_1_schedule").await, "schedule");
    assert_eq!(schedule().await, [1]);
    commit(&store, set_visibility(Visibility::Private)).await;
    // Subscribers who may no longer read the event still get its messages for some seconds.
    assert_eq!(store.show_private_states(now()).await.unwrap(), 0);
    commit(&store, fixture(1, 2, 1)).await;
    assert_eq!(schedule().await, [1, 3], "only what everybody might see");
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
    let later = now() + chrono::TimeDelta::seconds(10);
    assert_eq!(store.show_private_states(later).await.unwrap(), 1);
    assert_eq!(schedule().await, [1, 2, 3], "private now");
    let last = stream_messages(&store, StreamId::Event(1)).await.pop().unwrap();
    assert_eq!(last["type"], "state_update");
    assert_eq!(last["patch"]["schedule"]["2"]["status"], "postponed");
    assert_eq!(store.show_private_states(later).await.unwrap(), 0);
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
}

async fn new_points_rules_change_the_table(database: Database) {
    let store = database.open().await;
    league(&store, Visibility::Public).await;
    let id = commit(&store, fixture(1, 1, 2)).await.body["id"].as_i64().unwrap();
    commit(&store, match_action(id, "start", json!({}))).await;
    commit(&store, goal(id, 12)).await;
    commit(&store, match_action(id, "end", json!({}))).await;
    let message_count = stream_messages(&store, StreamId::Event(1)).await.len();

    let renamed = EventEdit { name: Some("Cup".into()), ..EventEdit::default() };
    commit(&store, edit(renamed)).await;
    assert_eq!(
        messages_since(&store, StreamId::Event(1), message_count).await,
        Vec::<String>::new()
    );
    let points = Points { win: 2, ..Points::default() };
    let edited =
        commit(&store, edit(EventEdit { points: Some(points), ..Default::default() })).await;

    assert_eq!(
        messages_since(&store, StreamId::Event(1), message_count).await,
        ["event_1_results leaderboard_update"]
    );
    assert_eq!(edited.stream_head, Some((StreamId::Event(1), message_count as i64 + 1)));
    let message = stream_messages(&store, StreamId::Event(1)).await.pop().unwrap();
    let rows = &message["data"]["rows"];
    assert_eq!((&rows["1"]["points"], &rows["2"]), (&json!(2), &Value::Null), "changed rows only");
    assert_eq!(message["patch"], json!({ "table": { "1": { "points": 2 } } }));
    assert_eq!(snapshot_data(&store, "event_1").await["table"]["1"]["points"], 2);
}

async fn ids(store: &Store, query: ListQuery) -> Vec<i64> {
    let list = store.list(query, 0, 10).await.unwrap();
    list.items.iter().map(|item| item["id"].as_i64().unwrap()).collect()
}

async fn lists_show_only_what_the_user_may_see(database: Database) {
    let store = database.open().await;
    league(&store, Visibility::Public).await;
    commit(&store, CreateEvent(event_fields(Visibility::Private))).await;
    for email in ["bo@x.org", "cy@x.org", "di@x.org", "ed@x.org"] {
        commit(&store, user(email)).await;
    }
    commit(&store, AddManager { event_id: 2, user_id: 2 }).await;
    commit(&store, RegisterUser { event_id: 2, user_id: 3 }).await;
    commit(&store, team("Third")).await;
    commit(&store, AddMember { team_id: 3, user_id: 4, role: MemberRole::Family }).await;
    commit(&store, RegisterTeam { event_id: 2, team_id: 3, by_admin: true }).await;
    for event_id in [1, 2] {
        commit(&store, fixture(event_id, 1, 2)).await;
    }
    commit(&store, match_action(1, "postpone", json!({}))).await;

    let of_user = |user_id| VisibilityScope { user_id: Some(user_id), sees_all: false };
    let everything = VisibilityScope { user_id: None, sees_all: true };
    for (scope, sees_both) in [
        (of_user(1), true),
        (of_user(2), true),
        (of_user(3), true),
        (of_user(4), true),
        (of_user(5), false),
        (everything, true),
        (VisibilityScope::default(), false),
    ] {
        let expected: &[i64] = if sees_both { &[1, 2] } else { &[1] };
        assert_eq!(ids(&store, ListQuery::Events { scope }).await, expected, "{scope:?}");
        let matches = ListQuery::Matches { scope, status: None };
        assert_eq!(ids(&store, matches).await, expected, "{scope:?}");
        let of_team = ListQuery::TeamMatches { team_id: 1, scope };
        assert_eq!(ids(&store, of_team).await, expected, "{scope:?}");
        let of_event = |event_id| ListQuery::EventMatches { event_id, scope, status: None };
        assert_eq!(ids(&store, of_event(2)).await, &expected[1..], "{scope:?}");
        assert_eq!(ids(&store, of_event(1)).await, [1], "{scope:?}");
    }
    let postponed = |event_id| {
        let status = Some(MatchStatus::Postponed);
        ListQuery::EventMatches { event_id, scope: everything, status }
    };
    assert_eq!(ids(&store, postponed(1)).await, [1]);
    assert_eq!(ids(&store, postponed(2)).await, Vec::<i64>::new());
    let managers = store.list(ListQuery::Managers { event_id: 2 }, 0, 10).await.unwrap().items;
    assert_eq!(managers[0]["user_id"], 1, "the creator");
    assert_eq!(managers[1], json!({ "event_id": 2, "user_id": 2, "name": "Ann" }));
}

async fn a_snapshot_holds_what_its_channel_shows(database: Database) {
    let store = database.open().await;
    league(&store, Visibility::Public).await;
    for (home, away) in [(1, 2), (2, 1)] {
        commit(&store, fixture(1, home, away)).await;
    }
    let CreateMatch(fields) = fixture(1, 1, 2);
    let undated = NewMatch { starts_at: None, ..fields.clone() };
    commit(&store, CreateMatch(undated)).await;
    let first = Some(now() - chrono::TimeDelta::hours(1));
    commit(&store, CreateMatch(NewMatch { starts_at: first, ..fields })).await;
    commit(&store, match_action(1, "start", json!({}))).await;
    commit(&store, match_action(1, "end", json!({}))).await;

    let event = StreamId::Event(1);
    let cases: [(_, &[&str]); 4] = [
        (event.topic(), &["announcements", "names", "results", "schedule", "table"]),
        (event.channel_topic(Channel::Results), &["names", "results", "table"]),
        (event.channel_topic(Channel::Schedule), &["names", "schedule"]),
        (event.channel_topic(Channel::Announcements), &["announcements", "names"]),
    ];
    let head = store.stream_heads(&[event]).await.unwrap()[0].head_seq;
    // Another node has no cached states.
    for store in [&store, &database.open().await] {
        for (topic, parts) in &cases {
            let snapshot = store.snapshot(*topic).await.unwrap().unwrap();
            let data = snapshot.data.as_object().unwrap();
            assert_eq!(
                (data.keys().map(String::as_str).collect::<Vec<_>>(), snapshot.seq),
                (parts.to_vec(), head)
            );
            assert_eq!(data["names"]["events"]["1"]["name"], "Premier League");
            if data.contains_key("schedule") {
                assert_eq!(row_ids(&snapshot.data, "schedule"), [2, 3, 4], "unfinished matches");
                assert_eq!(data["schedule"]["3"].get("starts_at"), None);
                assert_eq!(data["schedule"]["4"]["starts_at"], "2026-11-21T14:04:05.123Z");
            }
            if data.contains_key("results") {
                assert_eq!(row_ids(&snapshot.data, "results"), [1]);
                let table = store.leaderboard(1).await.unwrap().unwrap();
                assert_eq!(data["table"], state_of_table(&table));
                assert_eq!(data["names"]["teams"]["2"]["name"], "Tottenham");
            }
        }
        assert_eq!(row_ids(&snapshot_data(store, "team_1_results").await, "results"), [1]);
    }
    assert!(store.snapshot(StreamId::Event(9).topic()).await.unwrap().is_none());
}

/// The rows of a list of a table, by team, as a state has them.
fn state_of_table(table: &Value) -> Value {
    let rows = table["leaderboard"].as_array().unwrap().iter().cloned();
    let row = |mut row: Value| {
        let fields = row.as_object_mut().unwrap();
        let id = fields.remove("team_id").unwrap().to_string();
        fields.remove("team");
        fields.retain(|_, value| !value.is_null());
        (id, row)
    };
    Value::Object(rows.map(row).collect())
}
