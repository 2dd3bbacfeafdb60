//! Matches: created, scored, shown, and always equal to the fold of their entries.

use serde_json::{Value, json};
use touchline::domain::matches::MatchStatus;
use touchline::domain::merge_patch::without_nulls;
use touchline::domain::rejection::RejectionReason;
use touchline::domain::topic::{Channel, StreamId};
use touchline::domain::visibility::Visibility;
use touchline::store::mutation::{
    ApplyMatchAction, CreateMatch, DeleteMatch, DeleteTeam, EditMatch, EditTeam, MatchEdit,
    TeamEdit,
};
use touchline::store::{ListQuery, VisibilityScope};

use crate::support::database::Database;
use crate::support::mutations::*;
use crate::support::on_both;

on_both! {
    a_new_match_is_published_to_its_own_stream_and_both_teams,
    a_match_can_be_rescheduled_and_deleted_until_it_starts,
    the_score_equals_the_fold_of_the_entries_on_every_node,
    an_incident_edit_needs_the_newest_revision,
    an_earlier_occurrence_keeps_its_time,
    snapshots_show_a_topic_at_its_head,
    a_private_match_is_not_published_to_a_public_team,
    a_team_with_matches_cannot_be_deleted,
}

const ALL: VisibilityScope = VisibilityScope { user_id: None, sees_all: true };

async fn a_new_match_is_published_to_its_own_stream_and_both_teams(database: Database) {
    let store = database.open().await;
    let id = scheduled_match(&store).await;

    let (etag, shape) = store.match_by_id(id).await.unwrap().unwrap();
    assert_eq!(etag, "1");
    assert_eq!(
        (&shape["status"], &shape["score"]),
        (&json!("scheduled"), &json!({ "home": 0, "away": 0 }))
    );
    assert_eq!(
        shape["teams"]["away"],
        json!({ "id": 2, "name": "Tottenham", "short_name": "TOT", "colour": "#003090" })
    );
    for (stream, topic) in [
        (StreamId::Match(id), "match_1"),
        (StreamId::Team(1), "team_1_schedule"),
        (StreamId::Team(2), "team_2_schedule"),
    ] {
        let [message] = <[Value; 1]>::try_from(stream_messages(&store, stream).await).unwrap();
        assert_eq!(
            (&message["type"], &message["topic"]),
            (&json!("schedule_update"), &json!(topic))
        );
        let data = json!({ "change": "created", "match": shape });
        assert_eq!(message["data"], without_nulls(data));
    }
}

async fn a_match_can_be_rescheduled_and_deleted_until_it_starts(database: Database) {
    let store = database.open().await;
    let id = scheduled_match(&store).await;
    let edit = |fields| EditMatch { id, fields };
    let later = Some(now() + chrono::TimeDelta::hours(2));

    let moved =
        commit(&store, edit(MatchEdit { starts_at: Some(later), ..Default::default() })).await;
    assert_eq!((moved.status, moved.etag.as_deref()), (200, Some("2")));
    assert_eq!(moved.body["starts_at"], "2026-11-21T17:04:05.123Z");
    commit(&store, edit(MatchEdit { venue: Some(None), ..Default::default() })).await;
    let stale = request_of(edit(MatchEdit::default())).if_match("2");
    assert_eq!(rejection_of(stale.commit(&store).await).reason, RejectionReason::Stale);
    let deleted = commit(&store, DeleteMatch { id }).await;
    assert_eq!((deleted.status, deleted.stream_head), (204, Some((StreamId::Match(id), 4))));

    let changes = stream_messages(&store, StreamId::Match(id)).await;
    let changes: Vec<_> =
        changes.iter().map(|message| message["data"]["change"].as_str().unwrap()).collect();
    assert_eq!(changes, ["created", "rescheduled", "updated", "deleted"]);
    assert_eq!(store.match_by_id(id).await.unwrap(), None);
    assert!(store.snapshot(StreamId::Match(id).topic()).await.unwrap().is_none());
    let played = commit(&store, CreateMatch(fields("football", 1, 2))).await.body["id"].as_i64();
    let played = played.unwrap();
    assert_ne!(played, id, "ids are not reused, or it would get the old stream");
    commit(&store, match_action(played, "start", json!({}))).await;
    assert_eq!(
        expect_rejection(&store, DeleteMatch { id: played }).await.reason,
        RejectionReason::Conflict
    );
}

async fn the_score_equals_the_fold_of_the_entries_on_every_node(database: Database) {
    let (first_node, second_node) = (database.open().await, database.open().await);
    let id = live_match(&first_node).await;
    for minute in 1..=6 {
        let store = if minute % 2 == 0 { &first_node } else { &second_node };
        let outcome = commit(store, goal(id, minute)).await;
        assert_eq!(outcome.body["score"]["home"], minute, "the other node's goals count too");
    }
    for store in [&first_node, &second_node, &database.open().await] {
        let snapshot = store.snapshot(StreamId::Match(id).topic()).await.unwrap().unwrap();
        assert_eq!(snapshot.data["score"]["home"], 6);
        assert_eq!(snapshot.data["incidents"].as_object().unwrap().len(), 6);
        assert_eq!(
            store.match_part(id, "incidents").await.unwrap().unwrap().0["items"]
                .as_array()
                .map(Vec::len),
            Some(6)
        );
        assert_eq!(store.match_part(id, "nonsense").await.unwrap(), None);
    }
}

async fn an_incident_edit_needs_the_newest_revision(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    let added = commit(&store, goal(id, 12)).await;
    assert_eq!(added.etag.as_deref(), Some("1"));
    let action = format!("PATCH incidents/{}", added.body["id"]);
    let cancel = match_action(
        id,
        &action,
        json!({ "confirmation": "cancelled", "reason": "var_overturned" }),
    );
    let at_revision =
        |revision: &str, write: &ApplyMatchAction| request_of(write.clone()).if_match(revision);

    let cancelled = at_revision("1", &cancel).commit(&store).await.unwrap();
    assert_eq!((cancelled.status, cancelled.etag.as_deref()), (200, Some("2")));
    assert_eq!(cancelled.body["score"], json!({ "home": 0, "away": 0 }));
    let confirm = match_action(id, &action, json!({ "confirmation": "confirmed" }));
    assert_eq!(
        rejection_of(at_revision("1", &confirm).commit(&store).await).reason,
        RejectionReason::Stale
    );
    assert_eq!(at_revision("2", &confirm).commit(&store).await.unwrap().etag.as_deref(), Some("3"));
    let missing = match_action(id, "PATCH incidents/99", json!({ "confirmation": "confirmed" }));
    assert_eq!(
        rejection_of(at_revision("1", &missing).commit(&store).await).reason,
        RejectionReason::NotFound
    );
}

async fn an_earlier_occurrence_keeps_its_time(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    let at = |seconds| Some(now() + chrono::TimeDelta::seconds(seconds));
    for (occurred_at, expected) in [
        (at(-90), "2026-11-21T15:02:35.123Z"),
        (at(90), "2026-11-21T15:04:05.123Z"),
        (None, "2026-11-21T15:04:05.123Z"),
    ] {
        let ApplyMatchAction { match_id, action, body, .. } = goal(id, 12);
        let outcome =
            commit(&store, ApplyMatchAction { match_id, action, body, occurred_at }).await;
        assert_eq!(outcome.body["occurred_at"], expected, "{occurred_at:?}");
    }
}

async fn snapshots_show_a_topic_at_its_head(database: Database) {
    let store = database.open().await;
    let id = live_match(&store).await;
    commit(&store, goal(id, 12)).await;
    let upcoming_id = commit(&store, CreateMatch(fields("generic", 2, 1))).await.body["id"].clone();
    let live = json!({ id.to_string(): { "status": "live" } });
    let schedule = json!({ upcoming_id.to_string(): {
        "sport": "generic", "home": { "team_id": 2 }, "away": { "team_id": 1 },
        "starts_at": "2026-11-21T15:04:05.123Z", "venue": "King Power", "status": "scheduled",
    } });
    let names = json!({ "name": "Leicester City", "short_name": "LEI", "colour": "#003090" });
    let team = StreamId::Team(1);
    #[rustfmt::skip]
    let cases = [
        (team.topic(),                          &["live", "schedule"][..]),
        (team.channel_topic(Channel::Live),     &["live"][..]),
        (team.channel_topic(Channel::Schedule), &["schedule"][..]),
    ];
    let head = store.stream_heads(&[team]).await.unwrap()[0].head_seq;
    for (topic, expected) in cases {
        let snapshot = store.snapshot(topic).await.unwrap().unwrap();
        assert_eq!(snapshot.seq, head, "{topic}");
        for (member, rows) in [("live", &live), ("schedule", &schedule)] {
            let shown = expected.contains(&member).then_some(rows);
            assert_eq!(snapshot.data.get(member), shown, "{topic}");
        }
        assert_eq!(snapshot.data["names"]["teams"]["1"], names, "{topic}");
    }
    let results = store.snapshot(team.channel_topic(Channel::Results)).await.unwrap().unwrap();
    assert_eq!((results.data["results"].clone(), results.seq), (json!({}), head));
    for missing in
        [StreamId::Match(99).topic(), StreamId::Team(99).topic(), StreamId::Event(1).topic()]
    {
        assert!(store.snapshot(missing).await.unwrap().is_none(), "{missing}");
    }
}

async fn a_private_match_is_not_published_to_a_public_team(database: Database) {
    let store = database.open().await;
    scheduled_match(&store).await;
    let heads = store.stream_heads(&[StreamId::Team(1), StreamId::Team(2)]).await.unwrap();
    let fields_of_team = TeamEdit { visibility: Some(Visibility::Private), ..TeamEdit::default() };
    commit(&store, EditTeam { id: 2, fields: fields_of_team }).await;

    let mut private_match = fields("football", 1, 2);
    private_match.visibility = Visibility::Private;
    let id = commit(&store, CreateMatch(private_match)).await.body["id"].as_i64().unwrap();
    commit(&store, match_action(id, "start", json!({}))).await;
    commit(&store, goal(id, 12)).await;

    let after = store.stream_heads(&[StreamId::Team(1), StreamId::Team(2)]).await.unwrap();
    assert_eq!(after[0], heads[0], "anyone may read team 1");
    assert!(after[1].head_seq > heads[1].head_seq, "members of team 2 may see it");
    assert_eq!(snapshot_data(&store, "team_1_live").await["live"], json!({}));
    let ids = async |query| {
        let list = store.list(query, 0, 10).await.unwrap();
        list.items.iter().map(|item| item["id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    let matches = |user_id| ListQuery::Matches {
        scope: VisibilityScope { user_id, sees_all: false },
        status: None,
    };
    let of_team = |team_id, scope| ListQuery::TeamMatches { team_id, scope };
    assert_eq!(ids(of_team(1, VisibilityScope::default())).await, [1]);
    assert_eq!(ids(of_team(1, ALL)).await, [1, 2]);
    assert_eq!(ids(of_team(2, ALL)).await, [1, 2]);
    assert_eq!(ids(matches(None)).await, [1]);
    assert_eq!(ids(matches(Some(ANN))).await, [1, 2]);
    assert_eq!(ids(matches(Some(99))).await, [1]);
    let live = ListQuery::Matches { scope: ALL, status: Some(MatchStatus::Live) };
    assert_eq!(ids(live).await, [2]);
}

async fn a_team_with_matches_cannot_be_deleted(database: Database) {
    let store = database.open().await;
    let id = scheduled_match(&store).await;
    assert_eq!(
        expect_rejection(&store, DeleteTeam { id: 2 }).await.reason,
        RejectionReason::Conflict
    );
    commit(&store, DeleteMatch { id }).await;
    assert_eq!(commit(&store, DeleteTeam { id: 2 }).await.status, 204);
}
