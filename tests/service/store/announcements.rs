//! Announcements: their recipients, their expiry, and that it is published once.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use serde_json::{Value, json};
use touchline::domain::announcements::{AnnouncementStatus, AnnouncementType, Priority};
use touchline::domain::leaderboard::{Points, TieBreaker};
use touchline::domain::message::StoredMessage;
use touchline::domain::rejection::RejectionReason;
use touchline::domain::topic::{Channel, StreamId};
use touchline::domain::visibility::Visibility;
use touchline::store::mutation::{
    AnnouncementEdit, BroadcastAnnouncement, CreateAnnouncement, CreateEvent, CreateTeam,
    DeleteAnnouncement, EditAnnouncement, EditEvent, EditTeam, EventEdit, Mutation,
    NewAnnouncement, NewEvent, Outcome, RegisterTeam, TeamEdit, UnregisterTeam,
};
use touchline::store::{AnnouncementFilter, ListQuery, Store, VisibilityScope};

use crate::support::database::{Database, Kind};
use crate::support::mutations::*;
use crate::support::on_both;

on_both! {
    an_announcement_reaches_only_its_addressees,
    only_participating_teams_can_be_addressed,
    a_private_events_announcement_never_reaches_a_public_team,
    a_team_that_has_left_learns_only_that_an_announcement_ended,
    an_announcement_expires_when_due_and_is_published_as_expired_once,
    a_new_expiry_reactivates_an_announcement,
    g5_several_nodes_publish_each_expiry_once,
    an_edit_of_an_outdated_version_is_rejected,
}

/// An hour from now, in whole milliseconds like stored times.
fn in_an_hour() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(Utc::now().timestamp_millis() + 3_600_000).unwrap()
}

/// Commits a mutation at the current time, because expiry depends on the real clock.
async fn commit_now(store: &Store, write: impl Mutation) -> Outcome {
    request_of(write).at(Utc::now()).commit(store).await.unwrap()
}

fn event(visibility: Visibility) -> CreateEvent {
    CreateEvent(NewEvent {
        name: "Premier League".into(),
        sport: "football".into(),
        visibility,
        points: Points { win: 3, draw: 1, loss: 0, no_result: 1 },
        tie_breakers: vec![TieBreaker::Points],
        capacity: None,
        max_quantity: None,
        ticket_types: Vec::new(),
    })
}

fn fields(team_ids: &[i64], expires_at: Option<DateTime<Utc>>) -> NewAnnouncement {
    NewAnnouncement {
        event_id: 1,
        kind: AnnouncementType::WeatherAlert,
        priority: Priority::Urgent,
        title: "Lightning".into(),
        message: "Leave the pitch.\nNow.".into(),
        team_ids: team_ids.to_vec(),
        expires_at,
    }
}

fn announce(team_ids: &[i64]) -> CreateAnnouncement {
    CreateAnnouncement(fields(team_ids, None))
}

fn announce_for_an_hour(team_ids: &[i64]) -> CreateAnnouncement {
    CreateAnnouncement(fields(team_ids, Some(in_an_hour())))
}

fn private_team(name: &str) -> CreateTeam {
    let CreateTeam(fields) = team(name);
    CreateTeam(touchline::store::mutation::NewTeam { visibility: Visibility::Private, ..fields })
}

fn register(team_id: i64, by_admin: bool) -> RegisterTeam {
    RegisterTeam { event_id: 1, team_id, by_admin }
}

fn set_visibility(id: i64, visibility: Visibility) -> EditTeam {
    let visibility = Some(visibility);
    EditTeam { id, fields: TeamEdit { visibility, ..TeamEdit::default() } }
}

/// User 1, event 1, and its teams 1 and 2.
async fn event_with_two_teams(database: &Database, visibility: Visibility) -> Store {
    let store = database.open().await;
    commit(&store, user("ann@example.org")).await;
    commit(&store, event(visibility)).await;
    for (id, name) in [(1, "Leicester City"), (2, "Liverpool")] {
        commit(&store, private_team(name)).await;
        commit(&store, register(id, true)).await;
    }
    store
}

/// The changes on a stream's announcements channel: `change id`.
async fn announced_changes(store: &Store, stream: StreamId) -> Vec<String> {
    let page = store.read_messages_after(stream, 0, 1000).await.unwrap();
    let is_announced = |message: &StoredMessage| {
        message.channel == Some(Channel::Announcements) && message.message_type != "state_update"
    };
    let of_channel = page.messages.into_iter().filter(is_announced);
    of_channel
        .map(|message| {
            let envelope: Value = serde_json::from_str(&message.envelope).unwrap();
            assert_eq!(envelope["topic"], format!("{stream}_announcements"));
            let data = &envelope["data"];
            let change = data["change"].as_str().unwrap_or("expired");
            let status = data["announcement"]["status"].as_str().unwrap();
            assert_eq!(message.message_type == "announcement_expired", change == "expired");
            assert!(change != "expired" || status == "expired", "{envelope}");
            format!("{change} {}", data["announcement"]["id"])
        })
        .collect()
}

async fn snapshot(store: &Store, stream: StreamId) -> Vec<i64> {
    row_ids(&snapshot_data(store, &format!("{stream}_announcements")).await, "announcements")
}

async fn listed_ids(store: &Store, status: Option<AnnouncementStatus>) -> Vec<i64> {
    let filter = AnnouncementFilter { status, event_id: Some(1), ..AnnouncementFilter::default() };
    let query = ListQuery::Announcements {
        scope: VisibilityScope { user_id: None, sees_all: true },
        filter,
    };
    let list = store.list(query, 0, 100).await.unwrap();
    list.items.iter().map(|item| item["id"].as_i64().unwrap()).collect()
}

async fn an_announcement_reaches_only_its_addressees(database: Database) {
    let store = event_with_two_teams(&database, Visibility::Private).await;

    let whole = commit_now(&store, announce(&[])).await;
    let targeted = commit_now(&store, announce(&[2])).await;

    assert_eq!(announced_changes(&store, StreamId::Event(1)).await, ["created 1"]);
    assert_eq!(announced_changes(&store, StreamId::Team(1)).await, [""; 0]);
    assert_eq!(announced_changes(&store, StreamId::Team(2)).await, ["created 2"]);
    assert_eq!(whole.stream_head.unwrap().0, StreamId::Event(1));
    assert_eq!(targeted.stream_head.unwrap().0, StreamId::Team(2));
    assert_eq!(targeted.body["team_ids"], json!([2]));
    assert_eq!(targeted.body["status"], "active");

    let to_both = commit_now(&store, announce(&[2, 1, 2])).await;
    assert_eq!(to_both.stream_head, None, "the head of one of two streams is not the head of both");
    commit_now(&store, BroadcastAnnouncement { id: 3 }).await;
    let edit = AnnouncementEdit { title: Some("Over".into()), ..AnnouncementEdit::default() };
    let edited = commit_now(&store, EditAnnouncement { id: 3, fields: edit }).await;
    assert_eq!(edited.body["title"], "Over");
    assert_eq!(snapshot(&store, StreamId::Team(1)).await, [3]);
    assert_eq!(snapshot(&store, StreamId::Team(2)).await, [2, 3]);
    assert_eq!(snapshot(&store, StreamId::Event(1)).await, [1]);
    let deleted = commit_now(&store, DeleteAnnouncement { id: 3 }).await;
    assert_eq!((deleted.status, deleted.body), (204, Value::Null));
    let expected = ["created 3", "broadcast 3", "updated 3", "deleted 3"];
    assert_eq!(announced_changes(&store, StreamId::Team(1)).await, expected);
    assert_eq!(announced_changes(&store, StreamId::Team(2)).await[1..], expected, "each team once");
    assert_eq!(announced_changes(&store, StreamId::Event(1)).await, ["created 1"]);
    let rejection = expect_rejection(&store, BroadcastAnnouncement { id: 3 }).await;
    assert_eq!(
        (rejection.reason, rejection.detail.as_str()),
        (RejectionReason::NotFound, "no such announcement")
    );
}

async fn only_participating_teams_can_be_addressed(database: Database) {
    let store = event_with_two_teams(&database, Visibility::Private).await;
    // A team of another user, which was invited and has not accepted.
    commit(&store, user("bo@example.org")).await;
    request_of(private_team("Asked")).by(2).commit(&store).await.unwrap();
    commit(&store, register(3, false)).await;
    commit(&store, private_team("Stranger")).await;

    for (team_ids, pointers) in [
        (vec![4], vec!["/team_ids/0"]),
        (vec![1, 3, 2], vec!["/team_ids/1"]),
        (vec![99, 1, 4], vec!["/team_ids/0", "/team_ids/2"]),
    ] {
        let rejection = expect_rejection(&store, announce(&team_ids)).await;
        let reported: Vec<_> =
            rejection.errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(
            (rejection.reason, reported),
            (RejectionReason::Invalid, pointers),
            "{team_ids:?}"
        );
    }
    assert_eq!(listed_ids(&store, None).await, [0; 0]);
    assert_eq!(store.stream_heads(&[StreamId::Team(1)]).await.unwrap()[0].head_seq, 0);
}

async fn a_private_events_announcement_never_reaches_a_public_team(database: Database) {
    let store = event_with_two_teams(&database, Visibility::Private).await;
    commit(&store, set_visibility(2, Visibility::Public)).await;

    let rejection = expect_rejection(&store, announce(&[1, 2])).await;
    assert_eq!(
        (rejection.reason, rejection.code.as_str()),
        (RejectionReason::Conflict, "team-is-public")
    );
    assert!(rejection.detail.contains("everyone"), "{rejection}");

    // An announcement published while the team was private, and everything that follows.
    commit(&store, set_visibility(2, Visibility::Private)).await;
    commit_now(&store, announce_for_an_hour(&[1, 2])).await;
    commit(&store, set_visibility(2, Visibility::Public)).await;
    commit_now(&store, BroadcastAnnouncement { id: 1 }).await;
    store.expire_announcements(in_an_hour() + TimeDelta::minutes(1)).await.unwrap();
    commit_now(&store, DeleteAnnouncement { id: 1 }).await;
    commit_now(&store, announce_for_an_hour(&[1])).await;
    let expected = ["created 1", "broadcast 1", "expired 1", "deleted 1", "created 2"];
    assert_eq!(announced_changes(&store, StreamId::Team(1)).await, expected);
    assert_eq!(announced_changes(&store, StreamId::Team(2)).await, [""; 0], "history was pruned");

    // Anyone may read announcements of a public event.
    let edit = EventEdit { visibility: Some(Visibility::Public), ..EventEdit::default() };
    commit(&store, EditEvent { id: 1, fields: edit }).await;
    commit_now(&store, announce(&[2])).await;
    assert_eq!(snapshot(&store, StreamId::Team(2)).await, [3]);
    let rights = store.announcement_rights(3, None).await.unwrap().unwrap();
    assert!(rights.is_targeted && rights.is_addressed);
    let edit = EventEdit { visibility: Some(Visibility::Private), ..EventEdit::default() };
    commit(&store, EditEvent { id: 1, fields: edit }).await;
    assert_eq!(snapshot(&store, StreamId::Team(2)).await, [0; 0]);
    assert!(!store.announcement_rights(3, None).await.unwrap().unwrap().is_addressed);
}

async fn a_team_that_has_left_learns_only_that_an_announcement_ended(database: Database) {
    let store = event_with_two_teams(&database, Visibility::Private).await;
    commit_now(&store, announce(&[1, 2])).await;
    commit_now(&store, announce(&[2])).await;
    commit(&store, UnregisterTeam { event_id: 1, team_id: 2 }).await;

    let unpublished = commit_now(&store, BroadcastAnnouncement { id: 2 }).await;
    commit_now(&store, BroadcastAnnouncement { id: 1 }).await;
    assert_eq!(unpublished.stream_head, None);
    assert_eq!(snapshot(&store, StreamId::Team(2)).await, [0; 0]);
    assert_eq!(snapshot(&store, StreamId::Team(1)).await, [1]);
    // An edit that those who have left must not see.
    let edit = AnnouncementEdit { title: Some("Ours".into()), ..AnnouncementEdit::default() };
    commit_now(&store, EditAnnouncement { id: 1, fields: edit }).await;
    commit_now(&store, DeleteAnnouncement { id: 1 }).await;
    database.tamper("update announcements set expires_at = 1000").await;
    store.expire_announcements(Utc::now()).await.unwrap();

    let expected = ["created 1", "broadcast 1", "updated 1", "deleted 1"];
    assert_eq!(announced_changes(&store, StreamId::Team(1)).await, expected);
    let expected = ["created 1", "created 2", "deleted 1", "expired 2"];
    assert_eq!(announced_changes(&store, StreamId::Team(2)).await, expected);
    let last = async |stream| {
        crate::support::mutations::stream_messages(&store, stream).await.pop().unwrap()
    };
    let page = crate::support::mutations::stream_messages(&store, StreamId::Team(2)).await;
    let announced: Vec<_> =
        page.iter().filter(|message| message["type"] != "state_update").collect();
    for (message, (id, status)) in announced[2..].iter().zip([(1, "active"), (2, "expired")]) {
        let end = json!({ "id": id, "event_id": 1, "status": status });
        assert_eq!(message["data"]["announcement"], end, "only that it has ended");
    }
    assert_eq!(last(StreamId::Team(1)).await["data"]["announcement"]["title"], "Ours");
}

async fn an_announcement_expires_when_due_and_is_published_as_expired_once(database: Database) {
    let store = event_with_two_teams(&database, Visibility::Private).await;
    commit_now(&store, announce_for_an_hour(&[])).await;
    commit_now(&store, announce_for_an_hour(&[1])).await;
    commit_now(&store, announce(&[])).await;
    assert_eq!(store.expire_announcements(Utc::now()).await.unwrap(), 0, "not yet");
    assert_eq!(listed_ids(&store, None).await, [1, 2, 3]);
    let (before, _) = store.announcement(1).await.unwrap().unwrap();

    // The hour passes.
    database.tamper("update announcements set expires_at = 1000 where id < 3").await;

    assert_eq!(listed_ids(&store, None).await, [3]);
    assert_eq!(listed_ids(&store, Some(AnnouncementStatus::Active)).await, [3]);
    assert_eq!(listed_ids(&store, Some(AnnouncementStatus::Expired)).await, [1, 2]);
    // A state doesn't depend on the clock.
    assert_eq!(snapshot(&store, StreamId::Event(1)).await, [1, 3]);
    assert_eq!(snapshot(&store, StreamId::Team(1)).await, [2]);
    let (etag, shown) = store.announcement(1).await.unwrap().unwrap();
    assert_eq!(shown["status"], "expired");
    assert_ne!(etag, before, "the content has changed");
    let rejection = expect_rejection(&store, BroadcastAnnouncement { id: 1 }).await;
    assert_eq!(rejection.code, "expired");
    assert_eq!(announced_changes(&store, StreamId::Event(1)).await, ["created 1", "created 3"]);

    assert_eq!(store.expire_announcements(Utc::now()).await.unwrap(), 2);
    assert_eq!(store.expire_announcements(Utc::now()).await.unwrap(), 0);
    assert_eq!(snapshot(&store, StreamId::Event(1)).await, [3]);
    assert_eq!(snapshot(&store, StreamId::Team(1)).await, [0; 0]);
    assert_eq!(store.announcement(1).await.unwrap().unwrap().0, etag, "the same version as before");
    assert_eq!(
        announced_changes(&store, StreamId::Event(1)).await,
        ["created 1", "created 3", "expired 1"]
    );
    assert_eq!(announced_changes(&store, StreamId::Team(1)).await, ["created 2", "expired 2"]);
    assert_eq!(listed_ids(&store, Some(AnnouncementStatus::Expired)).await, [1, 2]);
}

async fn a_new_expiry_reactivates_an_announcement(database: Database) {
    let store = event_with_two_teams(&database, Visibility::Private).await;
    commit_now(&store, announce_for_an_hour(&[])).await;
    let title = |id, title: &str| {
        let fields = AnnouncementEdit { title: Some(title.into()), ..AnnouncementEdit::default() };
        EditAnnouncement { id, fields }
    };
    let end = |expires_at| {
        let fields =
            AnnouncementEdit { expires_at: Some(expires_at), ..AnnouncementEdit::default() };
        EditAnnouncement { id: 1, fields }
    };
    let rejection = expect_rejection(&store, end(Some(now() - TimeDelta::days(1)))).await;
    assert_eq!(rejection.errors[0].pointer, "/expires_at");

    database.tamper("update announcements set expires_at = 1000").await;
    let mut etags = vec![store.announcement(1).await.unwrap().unwrap().0];
    // Due, but its expiry is not published: an edit of another field doesn't reactivate it.
    etags.push(commit_now(&store, title(1, "Too late")).await.etag.unwrap());
    // Subscribers show it until then, so they get the edit.
    assert_eq!(announced_changes(&store, StreamId::Event(1)).await, ["created 1", "updated 1"]);
    // A new expiry before the old one was published.
    etags.push(commit_now(&store, end(Some(in_an_hour()))).await.etag.unwrap());
    assert_eq!(store.expire_announcements(Utc::now()).await.unwrap(), 0);
    let updated = ["created 1", "updated 1", "updated 1"];
    assert_eq!(announced_changes(&store, StreamId::Event(1)).await, updated);
    // Published as expired, and reactivated afterwards.
    database.tamper("update announcements set expires_at = 1000").await;
    assert_eq!(store.expire_announcements(Utc::now()).await.unwrap(), 1);
    etags.push(store.announcement(1).await.unwrap().unwrap().0);
    etags.push(commit_now(&store, title(1, "Too late again")).await.etag.unwrap());
    let reactivated = commit_now(&store, end(None)).await;
    etags.push(reactivated.etag.unwrap());
    assert_eq!(
        (&reactivated.body["status"], &reactivated.body["expires_at"]),
        (&json!("active"), &Value::Null)
    );
    assert_eq!(reactivated.body["title"], "Too late again");
    let expected = ["created 1", "updated 1", "updated 1", "expired 1", "updated 1"];
    assert_eq!(announced_changes(&store, StreamId::Event(1)).await, expected);
    let numbers: Vec<i64> = etags.iter().map(|etag| etag.parse().unwrap()).collect();
    assert!(
        numbers.is_sorted_by(|previous, next| previous < next),
        "versions must grow: {etags:?}"
    );
}

async fn g5_several_nodes_publish_each_expiry_once(database: Database) {
    let store = event_with_two_teams(&database, Visibility::Private).await;
    for number in 0..120 {
        commit_now(&store, announce_for_an_hour(if number % 2 == 0 { &[] } else { &[1, 2] })).await;
    }
    database.tamper("update announcements set expires_at = 1000").await;
    // SQLite serves one node; several tasks stand in for nodes.
    let mut nodes = vec![store.clone(), store.clone()];
    if database.kind == Kind::Postgres {
        nodes.push(database.open().await);
        nodes.push(database.open().await);
    }

    let expiries = nodes.into_iter().map(|node| {
        tokio::spawn(async move { node.expire_announcements(Utc::now()).await.unwrap() })
    });
    let mut count = 0;
    for expiry in join_all(expiries).await {
        count += expiry.unwrap();
    }
    // Tasks skip rows that another has locked.
    count += store.expire_announcements(Utc::now()).await.unwrap();

    assert_eq!(count, 120);
    for (stream, expected) in
        [(StreamId::Event(1), 60), (StreamId::Team(1), 60), (StreamId::Team(2), 60)]
    {
        let mut expiries: Vec<_> = announced_changes(&store, stream).await;
        expiries.retain(|change| change.starts_with("expired"));
        let published = expiries.len();
        expiries.sort();
        expiries.dedup();
        assert_eq!((published, expiries.len()), (expected, expected), "{stream}: each once");
    }
}

async fn an_edit_of_an_outdated_version_is_rejected(database: Database) {
    let store = event_with_two_teams(&database, Visibility::Private).await;
    let first = commit_now(&store, announce(&[])).await.etag;
    let edit = |priority| {
        let fields = AnnouncementEdit { priority: Some(priority), ..AnnouncementEdit::default() };
        EditAnnouncement { id: 1, fields }
    };
    let version = first.unwrap();
    let at_version = |write| request_of(write).if_match(&version).at(Utc::now());
    at_version(any_mutation(edit(Priority::Low))).commit(&store).await.unwrap();
    for write in [
        any_mutation(edit(Priority::High)),
        any_mutation(BroadcastAnnouncement { id: 1 }),
        any_mutation(DeleteAnnouncement { id: 1 }),
    ] {
        let stale = rejection_of(at_version(write.clone()).commit(&store).await);
        assert_eq!(stale.reason, RejectionReason::Stale, "{write:?}");
    }
    assert_eq!(store.announcement(1).await.unwrap().unwrap().1["priority"], "low");
}
