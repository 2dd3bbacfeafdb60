//! Privacy of teams and events, and what becomes public when they do.

use serde_json::{Value, json};
use touchline::domain::announcements::{AnnouncementType, Priority};
use touchline::domain::matches::OfficialRole;
use touchline::domain::rejection::RejectionReason;
use touchline::domain::teams::MemberRole;
use touchline::domain::topic::StreamId;
use touchline::domain::visibility::Visibility;
use touchline::store::mutation::{
    AcceptMatch, AddManager, AddMember, AddOfficial, AddPlayer, CreateAnnouncement, CreateEvent,
    CreateMatch, EditEvent, EditMatch, EditTeam, EventEdit, MatchEdit, Mutation, NewAnnouncement,
    NewMatch, NewPlayer, RegisterTeam, RegisterUser, TeamEdit, UnregisterTeam,
};
use touchline::store::{AnnouncementFilter, ListQuery, Store, VisibilityScope};

use crate::support::database::Database;
use crate::support::mutations::*;
use crate::support::on_both;

on_both! {
    g7_sharing_one_event_with_a_team_does_not_reveal_its_others,
    g7_a_team_that_turns_public_hides_its_earlier_messages,
    g7_an_event_that_turns_public_hides_its_earlier_messages,
    a_team_receives_nothing_of_a_match_it_has_not_accepted,
    g7_players_of_a_private_team_that_has_not_accepted_are_hidden,
}

async fn commit_by(
    store: &Store,
    user_id: i64,
    mutation: impl Mutation,
) -> touchline::store::mutation::Outcome {
    request_of(mutation).by(user_id).commit(store).await.unwrap()
}

fn set_team_visibility(id: i64, visibility: Visibility) -> EditTeam {
    let visibility = Some(visibility);
    EditTeam { id, fields: TeamEdit { visibility, ..TeamEdit::default() } }
}

fn set_event_visibility(id: i64, visibility: Visibility) -> EditEvent {
    let visibility = Some(visibility);
    EditEvent { id, fields: EventEdit { visibility, ..EventEdit::default() } }
}

fn set_match_visibility(id: i64, visibility: Visibility) -> EditMatch {
    let visibility = Some(visibility);
    EditMatch { id, fields: MatchEdit { visibility, ..MatchEdit::default() } }
}

fn match_without_event(home: i64, away: i64, visibility: Visibility) -> CreateMatch {
    let fields = fields("football", home, away);
    CreateMatch(NewMatch { visibility, ..fields })
}

fn announce(event_id: i64, team_ids: &[i64]) -> CreateAnnouncement {
    CreateAnnouncement(NewAnnouncement {
        event_id,
        kind: AnnouncementType::General,
        priority: Priority::High,
        title: "T".into(),
        message: "M".into(),
        team_ids: team_ids.to_vec(),
        expires_at: None,
    })
}

fn register(event_id: i64, team_id: i64) -> RegisterTeam {
    RegisterTeam { event_id, team_id, by_admin: true }
}

/// Users 1 to 4, and user 1's private team 1 and public team 2.
async fn teams(store: &Store) {
    for email in ["ann@x.org", "bo@x.org", "cy@x.org", "di@x.org"] {
        commit(store, user(email)).await;
    }
    for name in ["Leicester City", "Tottenham"] {
        commit(store, team(name)).await;
    }
    commit(store, set_team_visibility(1, Visibility::Private)).await;
}

/// Whether the user may read team 1, as its streams and its pages decide it; this must equal
/// whether the user may read announcement 1, which addresses team 1.
async fn can_read_team(store: &Store, user_id: i64) -> bool {
    let rights = store.team_rights(1, Some(user_id)).await.unwrap().unwrap();
    let announcement_rights = store.announcement_rights(1, Some(user_id)).await.unwrap().unwrap();
    assert_eq!(announcement_rights.is_addressed, rights.is_event_participant, "user {user_id}");
    let filter = AnnouncementFilter::default();
    let scope = VisibilityScope { user_id: Some(user_id), sees_all: false };
    let list = store.list(ListQuery::Announcements { scope, filter }, 0, 100).await.unwrap();
    let is_listed = list.items.iter().any(|item| item["id"] == 1);
    assert_eq!(
        is_listed,
        rights.is_event_participant || announcement_rights.event.is_manager,
        "user {user_id}"
    );
    rights.is_event_participant
}

async fn g7_sharing_one_event_with_a_team_does_not_reveal_its_others(database: Database) {
    let store = database.open().await;
    teams(&store).await;
    for visibility in [Visibility::Private, Visibility::Private, Visibility::Public] {
        commit(&store, CreateEvent(event_fields(visibility))).await;
    }
    commit(&store, RegisterUser { event_id: 1, user_id: 2 }).await;
    commit(&store, AddManager { event_id: 1, user_id: 3 }).await;
    commit(&store, register(1, 1)).await;
    commit(&store, announce(1, &[1])).await;
    commit(&store, fixture(1, 1, 2)).await;
    commit(&store, register(3, 1)).await;
    assert!(
        can_read_team(&store, 2).await
            && can_read_team(&store, 3).await
            && !can_read_team(&store, 4).await
    );

    // Mutations that give the team a secret from one of the users, and mutations that end that.
    let leave = |event_id| UnregisterTeam { event_id, team_id: 1 };
    let cases = [
        (vec![any_mutation(register(2, 1))], vec![any_mutation(leave(2))]),
        (
            vec![any_mutation(match_without_event(1, 2, Visibility::Private))],
            vec![any_mutation(set_match_visibility(2, Visibility::Public))],
        ),
        (
            vec![any_mutation(set_event_visibility(3, Visibility::Private))],
            vec![any_mutation(set_event_visibility(3, Visibility::Public))],
        ),
        // An event that the team has left, but whose messages are still in the team's log.
        (
            vec![
                any_mutation(register(2, 1)),
                any_mutation(fixture(2, 1, 2)),
                any_mutation(leave(2)),
            ],
            vec![any_mutation(set_event_visibility(2, Visibility::Public))],
        ),
    ];
    for (secrets, ends) in cases {
        for secret in secrets {
            let before = store.rights_version().await.unwrap();
            commit(&store, secret.clone()).await;
            let is_new = !format!("{secret:?}").starts_with("UnregisterTeam");
            let now = store.rights_version().await.unwrap();
            assert!(!is_new || now > before, "open streams must be re-checked: {secret:?}");
            if is_new {
                assert!(
                    !can_read_team(&store, 2).await && !can_read_team(&store, 3).await,
                    "{secret:?}"
                );
            }
        }
        assert!(!can_read_team(&store, 2).await && !can_read_team(&store, 3).await, "{ends:?}");
        for end in ends {
            commit(&store, end.clone()).await;
        }
        assert!(can_read_team(&store, 2).await && can_read_team(&store, 3).await);
    }
    // A user who is involved in both events may read the team.
    commit(&store, set_event_visibility(2, Visibility::Private)).await;
    assert!(!can_read_team(&store, 2).await);
    commit(&store, RegisterUser { event_id: 2, user_id: 2 }).await;
    assert!(can_read_team(&store, 2).await && !can_read_team(&store, 3).await);
    // An invitation that the team never accepted takes nothing from anyone.
    commit_by(&store, 4, CreateEvent(event_fields(Visibility::Private))).await;
    commit_by(&store, 4, RegisterTeam { event_id: 4, team_id: 1, by_admin: false }).await;
    commit_by(&store, 4, fixture(4, 1, 2)).await;
    assert!(can_read_team(&store, 2).await && !can_read_team(&store, 3).await);
}

/// Checks what a stream's history shows to anyone.
async fn g7_a_team_that_turns_public_hides_its_earlier_messages(database: Database) {
    let store = database.open().await;
    teams(&store).await;
    commit(&store, match_without_event(1, 2, Visibility::Private)).await;
    commit(&store, match_without_event(1, 2, Visibility::Public)).await;
    let stream = StreamId::Team(1);
    // The team has become private: what is private joins its state after some seconds.
    let later = now() + chrono::TimeDelta::seconds(10);
    assert_eq!(store.show_private_states(later).await.unwrap(), 1);
    assert_eq!(stream_messages(&store, stream).await.len(), 3);
    let other = stream_messages(&store, StreamId::Team(2)).await;

    commit(&store, set_team_visibility(1, Visibility::Public)).await;

    let page = store.read_messages_after(stream, 0, 100).await.unwrap();
    assert_eq!(messages_since(&store, stream, 0).await, ["team_1_schedule state_update"]);
    let left = stream_messages(&store, stream).await.pop().unwrap();
    assert_eq!(left["patch"], json!({ "schedule": { "1": null } }), "the private match, by its id");
    assert_eq!(
        (page.head_seq, page.pruned_seq),
        (4, 3),
        "a subscriber at 1 must learn that it missed something"
    );
    assert_eq!(stream_messages(&store, StreamId::Team(2)).await, other, "it was public before");
    commit(&store, match_without_event(1, 2, Visibility::Public)).await;
    let page = store.read_messages_after(stream, 1, 100).await.unwrap();
    assert_eq!(page.messages.iter().map(|message| message.seq).collect::<Vec<_>>(), [4, 5]);
    commit(&store, set_team_visibility(1, Visibility::Public)).await;
    assert_eq!(stream_messages(&store, stream).await.len(), 2, "it was public before");
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
}

async fn g7_an_event_that_turns_public_hides_its_earlier_messages(database: Database) {
    let store = database.open().await;
    league(&store, Visibility::Private).await;
    commit(&store, fixture(1, 1, 2)).await;
    let (stream, head) =
        (StreamId::Event(1), stream_messages(&store, StreamId::Event(1)).await.len());
    assert_eq!(head, 2);

    let points = touchline::domain::leaderboard::Points { win: 2, ..Default::default() };
    let edit = EventEdit {
        visibility: Some(Visibility::Public),
        points: Some(points),
        ..EventEdit::default()
    };
    commit(&store, EditEvent { id: 1, fields: edit }).await;

    let page = store.read_messages_after(stream, 0, 100).await.unwrap();
    assert_eq!(page.pruned_seq, 2);
    assert_eq!(messages_since(&store, stream, 0).await, ["event_1_results leaderboard_update"]);
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
}

async fn ids(store: &Store, query: ListQuery) -> Vec<i64> {
    let items = store.list(query, 0, 100).await.unwrap().items;
    let id = |item: &Value| item["id"].as_i64().or(item["match_id"].as_i64()).unwrap();
    items.iter().map(id).collect()
}

async fn a_team_receives_nothing_of_a_match_it_has_not_accepted(database: Database) {
    let store = database.open().await;
    teams(&store).await;
    // User 2 has a team, which suffices to create a match, but not to accept it for the other team.
    commit_by(&store, 2, team("Pranksters")).await;
    let created = commit_by(&store, 2, match_without_event(3, 2, Visibility::Public)).await;
    let id = created.body["id"].as_i64().unwrap();
    commit_by(&store, 2, match_action(id, "start", json!({}))).await;
    commit_by(&store, 2, match_action(id, "end", json!({}))).await;

    let (creating_team, other_team) = (StreamId::Team(3), StreamId::Team(2));
    // Its creation, its start, its end and its result.
    assert_eq!(messages_since(&store, creating_team, 0).await.len(), 5);
    assert_eq!(messages_since(&store, other_team, 0).await, Vec::<String>::new());
    let snapshot =
        async |topic: &str, part: &str| row_ids(&snapshot_data(&store, topic).await, part).len();
    assert_eq!(snapshot("team_2_results", "results").await, 0);
    assert_eq!(snapshot("team_3_results", "results").await, 1);
    let anonymous = VisibilityScope::default();
    let manager = VisibilityScope { user_id: Some(ANN), sees_all: false };
    let matches = |scope| ListQuery::TeamMatches { team_id: 2, scope };
    let results = |scope| ListQuery::TeamResults { team_id: 2, scope };
    assert_eq!(ids(&store, matches(anonymous)).await, [0; 0]);
    assert_eq!(ids(&store, results(anonymous)).await, [0; 0]);
    assert_eq!(ids(&store, matches(manager)).await, [id], "for those who may accept");

    let accept = |team_id| AcceptMatch { match_id: id, team_id };
    for _ in 0..2 {
        let accepted = commit_by(&store, ANN, accept(2)).await;
        assert_eq!((accepted.status, accepted.stream_head), (200, None));
        assert_eq!(accepted.body["id"], id);
    }
    let enter = json!({ "home_score": 0, "away_score": 3, "override": true });
    commit_by(&store, 2, match_action(id, "PUT result", enter)).await;
    let expected = ["team_2_results state_update", "team_2_results result_update"];
    assert_eq!(messages_since(&store, other_team, 0).await, expected);
    assert_eq!(snapshot("team_2_results", "results").await, 1);
    assert_eq!(ids(&store, matches(anonymous)).await, [id]);
    assert_eq!(ids(&store, results(anonymous)).await, [id]);

    for (mutation, reason) in [
        (accept(1), RejectionReason::NotFound),
        (AcceptMatch { match_id: 99, team_id: 2 }, RejectionReason::NotFound),
    ] {
        assert_eq!(expect_rejection(&store, mutation.clone()).await.reason, reason, "{mutation:?}");
    }
    commit(&store, CreateEvent(event_fields(Visibility::Public))).await;
    let of_event = commit(&store, fixture(1, 1, 2)).await.body["id"].as_i64().unwrap();
    let mutation = AcceptMatch { match_id: of_event, team_id: 2 };
    assert_eq!(expect_rejection(&store, mutation).await.code, "match-of-event");
}

async fn g7_players_of_a_private_team_that_has_not_accepted_are_hidden(database: Database) {
    let store = database.open().await;
    teams(&store).await;
    let name = |name: &str| NewPlayer { name: name.into(), shirt_number: None };
    commit(&store, AddPlayer { team_id: 1, fields: name("Secret") }).await;
    commit_by(&store, 2, team("Pranksters")).await;
    commit(&store, AddMember { team_id: 3, user_id: ANN, role: MemberRole::Player }).await;
    commit_by(&store, 2, match_without_event(3, 1, Visibility::Public)).await;
    commit_by(&store, 2, match_action(1, "start", json!({}))).await;
    let goal = |player: i64| {
        let body = json!({
            "kind": "goal", "team_id": 1, "period": "first_half", "minute": 1, "player_id": player,
        });
        match_action(1, "incidents", body)
    };
    let rejection_of =
        async |player| rejection_of(request_of(goal(player)).by(2).commit(&store).await);
    let (existing, unknown) = (rejection_of(1).await, rejection_of(99).await);
    assert_eq!(existing, unknown, "a hidden player must look like a missing one");
    assert!(!existing.errors.is_empty(), "{existing:?}");

    // The team's own manager may name its players, and after the acceptance everyone may.
    commit(&store, AddOfficial { match_id: 1, user_id: ANN, role: OfficialRole::Scorer }).await;
    commit_by(&store, ANN, goal(1)).await;
    assert_eq!(rejection_of(1).await, unknown);
    commit_by(&store, ANN, AcceptMatch { match_id: 1, team_id: 1 }).await;
    let outcome = commit_by(&store, 2, goal(1)).await;
    assert!(outcome.body.to_string().contains("Secret"), "{}", outcome.body);
}
