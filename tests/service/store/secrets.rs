//! What a team or an event keeps to itself, and what becomes of it when it opens.

use serde_json::{Value, json};
use touchline::domain::rejection::RejectionReason;
use touchline::domain::topic::StreamId;
use touchline::store::mutation::{
    AcceptMatch, AddManager, AddMember, AddOfficial, AddPlayer, CreateAnnouncement, CreateEvent,
    CreateMatch, EditEvent, EditMatch, EditTeam, EventEdit, MatchEdit, Mutation, NewAnnouncement,
    NewMatch, NewPlayer, RegisterTeam, RegisterUser, TeamEdit, UnregisterTeam,
};
use touchline::store::{AnnouncementFilter, ListQuery, Store, VisibilityScope};

use crate::support::database::Database;
use crate::support::jobs::*;
use crate::support::on_both;

on_both! {
    g7_who_shares_one_event_with_a_team_may_not_read_of_another,
    g7_a_team_that_turns_public_keeps_what_was_told_before,
    g7_an_event_that_turns_public_keeps_what_was_told_before,
    nobody_tells_a_team_of_a_match_it_has_not_agreed_to,
    g7_players_of_a_private_team_that_has_not_agreed_are_unknown,
}

async fn by(store: &Store, by: i64, write: impl Mutation) -> touchline::store::mutation::Outcome {
    job(write).by(by).commit(&store).await.unwrap()
}

fn team_is(id: i64, visibility: &str) -> EditTeam {
    let visibility = Some(visibility.to_owned());
    EditTeam { id, fields: TeamEdit { visibility, ..TeamEdit::default() } }
}

fn event_is(id: i64, visibility: &str) -> EditEvent {
    let visibility = Some(visibility.to_owned());
    EditEvent { id, fields: EventEdit { visibility, ..EventEdit::default() } }
}

fn match_is(id: i64, visibility: &str) -> EditMatch {
    let visibility = Some(visibility.to_owned());
    EditMatch { id, fields: MatchEdit { visibility, ..MatchEdit::default() } }
}

fn alone(home: i64, away: i64, visibility: &str) -> CreateMatch {
    let fields = fields("football", home, away);
    CreateMatch(NewMatch { visibility: visibility.into(), ..fields })
}

fn announce(event_id: i64, team_ids: &[i64]) -> CreateAnnouncement {
    CreateAnnouncement(NewAnnouncement {
        event_id,
        kind: "general".into(),
        priority: "high".into(),
        title: "T".into(),
        message: "M".into(),
        team_ids: team_ids.to_vec(),
        expires_at: None,
    })
}

fn join(event_id: i64, team_id: i64) -> RegisterTeam {
    RegisterTeam { event_id, team_id, by_admin: true }
}

/// Users 1 to 4, and user 1's private team 1 and public team 2.
async fn teams(store: &Store) {
    for email in ["ann@x.org", "bo@x.org", "cy@x.org", "di@x.org"] {
        done(store, user(email)).await;
    }
    for name in ["Leicester City", "Tottenham"] {
        done(store, team(name)).await;
    }
    done(store, team_is(1, "private")).await;
}

/// Whether the user may read team 1, as its streams and its pages are asked; which must be the
/// same as whether announcement 1, to team 1, may be read.
async fn reads(store: &Store, user_id: i64) -> bool {
    let rights = store.team_rights(1, Some(user_id)).await.unwrap().unwrap();
    let one = store.announcement_rights(1, Some(user_id)).await.unwrap().unwrap();
    assert_eq!(one.is_addressed, rights.is_event_participant, "user {user_id}");
    let filter = AnnouncementFilter::default();
    let seen_by = VisibilityScope { user_id: Some(user_id), sees_all: false };
    let list =
        store.list(ListQuery::Announcements { scope: seen_by, filter }, 0, 100).await.unwrap();
    let is_listed = list.items.iter().any(|one| one["id"] == 1);
    assert_eq!(is_listed, rights.is_event_participant || one.event.is_manager, "user {user_id}");
    rights.is_event_participant
}

async fn g7_who_shares_one_event_with_a_team_may_not_read_of_another(database: Database) {
    let store = database.open().await;
    teams(&store).await;
    for visibility in ["private", "private", "public"] {
        done(&store, CreateEvent(event_fields(visibility))).await;
    }
    done(&store, RegisterUser { event_id: 1, user_id: 2 }).await;
    done(&store, AddManager { event_id: 1, user_id: 3 }).await;
    done(&store, join(1, 1)).await;
    done(&store, announce(1, &[1])).await;
    done(&store, fixture(1, 1, 2)).await;
    done(&store, join(3, 1)).await;
    assert!(reads(&store, 2).await && reads(&store, 3).await && !reads(&store, 4).await);

    // What makes one of them a stranger to something of the team's, and what ends that.
    let leave = |event_id| UnregisterTeam { event_id, team_id: 1 };
    let cases = [
        (vec![any(join(2, 1))], vec![any(leave(2))]),
        (vec![any(alone(1, 2, "private"))], vec![any(match_is(2, "public"))]),
        (vec![any(event_is(3, "private"))], vec![any(event_is(3, "public"))]),
        // In an event that it has left, but its streams still tell of it.
        (
            vec![any(join(2, 1)), any(fixture(2, 1, 2)), any(leave(2))],
            vec![any(event_is(2, "public"))],
        ),
    ];
    for (secrets, ends) in cases {
        for secret in secrets {
            let before = store.rights_version().await.unwrap();
            done(&store, secret.clone()).await;
            let is_new = !format!("{secret:?}").starts_with("UnregisterTeam");
            let now = store.rights_version().await.unwrap();
            assert!(!is_new || now > before, "open streams are looked at again: {secret:?}");
            if is_new {
                assert!(!reads(&store, 2).await && !reads(&store, 3).await, "{secret:?}");
            }
        }
        assert!(!reads(&store, 2).await && !reads(&store, 3).await, "{ends:?}");
        for end in ends {
            done(&store, end.clone()).await;
        }
        assert!(reads(&store, 2).await && reads(&store, 3).await);
    }
    // Who has to do with both may read it.
    done(&store, event_is(2, "private")).await;
    assert!(!reads(&store, 2).await);
    done(&store, RegisterUser { event_id: 2, user_id: 2 }).await;
    assert!(reads(&store, 2).await && !reads(&store, 3).await);
    // What an event asks that the team never agreed to takes nothing from anybody.
    by(&store, 4, CreateEvent(event_fields("private"))).await;
    by(&store, 4, RegisterTeam { event_id: 4, team_id: 1, by_admin: false }).await;
    by(&store, 4, fixture(4, 1, 2)).await;
    assert!(reads(&store, 2).await && !reads(&store, 3).await);
}

/// What anybody finds of a stream, from its beginning.
async fn g7_a_team_that_turns_public_keeps_what_was_told_before(database: Database) {
    let store = database.open().await;
    teams(&store).await;
    done(&store, alone(1, 2, "private")).await;
    done(&store, alone(1, 2, "public")).await;
    let stream = StreamId::Team(1);
    assert_eq!(told(&store, stream).await.len(), 2);
    let other = told(&store, StreamId::Team(2)).await;

    done(&store, team_is(1, "public")).await;

    let page = store.read_messages_after(stream, 0, 100).await.unwrap();
    assert!(page.messages.is_empty(), "{page:?}");
    assert_eq!(
        (page.head_seq, page.pruned_seq),
        (2, 2),
        "a reader at 1 is told that it missed something"
    );
    assert_eq!(told(&store, StreamId::Team(2)).await, other, "of a team that was public already");
    done(&store, alone(1, 2, "public")).await;
    let page = store.read_messages_after(stream, 1, 100).await.unwrap();
    assert_eq!(page.messages.iter().map(|one| one.seq).collect::<Vec<_>>(), [3]);
    done(&store, team_is(1, "public")).await;
    assert_eq!(told(&store, stream).await.len(), 1, "it was so before");
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
}

async fn g7_an_event_that_turns_public_keeps_what_was_told_before(database: Database) {
    let store = database.open().await;
    league(&store, "private").await;
    done(&store, fixture(1, 1, 2)).await;
    let (stream, head) = (StreamId::Event(1), told(&store, StreamId::Event(1)).await.len());
    assert_eq!(head, 2);

    let points = touchline::domain::leaderboard::Points { win: 2, ..Default::default() };
    let open = EventEdit {
        visibility: Some("public".into()),
        points: Some(points),
        ..EventEdit::default()
    };
    done(&store, EditEvent { id: 1, fields: open }).await;

    let page = store.read_messages_after(stream, 0, 100).await.unwrap();
    assert_eq!(page.pruned_seq, 2);
    assert_eq!(news(&store, stream, 0).await, ["event_1_results leaderboard_update"]);
    assert_eq!(store.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
}

async fn ids(store: &Store, of: ListQuery) -> Vec<i64> {
    let items = store.list(of, 0, 100).await.unwrap().items;
    let id = |item: &Value| item["id"].as_i64().or(item["match_id"].as_i64()).unwrap();
    items.iter().map(id).collect()
}

async fn nobody_tells_a_team_of_a_match_it_has_not_agreed_to(database: Database) {
    let store = database.open().await;
    teams(&store).await;
    // User 2 has a team, which is enough to make a match; but not to speak for the other.
    by(&store, 2, team("Pranksters")).await;
    let made = by(&store, 2, alone(3, 2, "public")).await;
    let id = made.body["id"].as_i64().unwrap();
    by(&store, 2, act(id, "start", json!({}))).await;
    by(&store, 2, act(id, "end", json!({}))).await;

    let (theirs, ours) = (StreamId::Team(3), StreamId::Team(2));
    assert_eq!(news(&store, theirs, 0).await.len(), 2);
    assert_eq!(news(&store, ours, 0).await, Vec::<String>::new());
    let snapshot = async |topic: &str, part: &str| {
        let snapshot = store.snapshot(topic.parse().unwrap()).await.unwrap().unwrap();
        snapshot.data[part].as_array().unwrap().len()
    };
    assert_eq!(snapshot("team_2_results", "results").await, 0);
    assert_eq!(snapshot("team_3_results", "results").await, 1);
    let nobody = VisibilityScope::default();
    let manager = VisibilityScope { user_id: Some(ANN), sees_all: false };
    let matches = |seen_by| ListQuery::TeamMatches { team_id: 2, scope: seen_by };
    let results = |seen_by| ListQuery::TeamResults { team_id: 2, scope: seen_by };
    assert_eq!(ids(&store, matches(nobody)).await, [0; 0]);
    assert_eq!(ids(&store, results(nobody)).await, [0; 0]);
    assert_eq!(ids(&store, matches(manager)).await, [id], "for who may agree");

    let accept = |team_id| AcceptMatch { match_id: id, team_id };
    for _ in 0..2 {
        let accepted = by(&store, ANN, accept(2)).await;
        assert_eq!((accepted.status, accepted.stream_head), (200, None));
        assert_eq!(accepted.body["id"], id);
    }
    let enter = json!({ "home_score": 0, "away_score": 3, "override": true });
    by(&store, 2, act(id, "PUT result", enter)).await;
    assert_eq!(news(&store, ours, 0).await, ["team_2_results result_update"]);
    assert_eq!(snapshot("team_2_results", "results").await, 1);
    assert_eq!(ids(&store, matches(nobody)).await, [id]);
    assert_eq!(ids(&store, results(nobody)).await, [id]);

    for (write, reason) in [
        (accept(1), RejectionReason::NotFound),
        (AcceptMatch { match_id: 99, team_id: 2 }, RejectionReason::NotFound),
    ] {
        assert_eq!(refused(&store, write.clone()).await.reason, reason, "{write:?}");
    }
    done(&store, CreateEvent(event_fields("public"))).await;
    let of_event = done(&store, fixture(1, 1, 2)).await.body["id"].as_i64().unwrap();
    let write = AcceptMatch { match_id: of_event, team_id: 2 };
    assert_eq!(refused(&store, write).await.code, "match-of-event");
}

async fn g7_players_of_a_private_team_that_has_not_agreed_are_unknown(database: Database) {
    let store = database.open().await;
    teams(&store).await;
    let name = |name: &str| NewPlayer { name: name.into(), shirt_number: None };
    done(&store, AddPlayer { team_id: 1, fields: name("Secret") }).await;
    by(&store, 2, team("Pranksters")).await;
    done(&store, AddMember { team_id: 3, user_id: ANN, role: "player".into() }).await;
    by(&store, 2, alone(3, 1, "public")).await;
    by(&store, 2, act(1, "start", json!({}))).await;
    let goal = |player: i64| {
        let body = json!({
            "kind": "goal", "team_id": 1, "period": "first_half", "minute": 1, "player_id": player,
        });
        act(1, "incidents", body)
    };
    let refusal = async |player| rejected(job(goal(player)).by(2).commit(&store).await);
    let (named, unknown) = (refusal(1).await, refusal(99).await);
    assert_eq!(named, unknown, "as if there were no such player");
    assert!(!named.errors.is_empty(), "{named:?}");

    // Its own manager may name them, and so may all once the team has agreed.
    done(&store, AddOfficial { match_id: 1, user_id: ANN, role: "scorer".into() }).await;
    by(&store, ANN, goal(1)).await;
    assert_eq!(refusal(1).await, unknown);
    by(&store, ANN, AcceptMatch { match_id: 1, team_id: 1 }).await;
    let told = by(&store, 2, goal(1)).await;
    assert!(told.body.to_string().contains("Secret"), "{}", told.body);
}
