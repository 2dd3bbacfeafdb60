//! Teams, their players and their members.

use serde_json::json;
use touchline::domain::rejection::RejectionReason;
use touchline::domain::teams::MemberRole;
use touchline::domain::topic::{Channel, StreamId};
use touchline::domain::visibility::Visibility;
use touchline::store::mutation::{
    AddMember, AddPlayer, CreateMatch, CreateTeam, DeleteTeam, EditPlayer, EditTeam, NewPlayer,
    NewTeam, PlayerEdit, RemovePlayer, TeamEdit,
};
use touchline::store::{ListQuery, VisibilityScope};

use crate::support::database::Database;
use crate::support::mutations::*;
use crate::support::on_both;

on_both! {
    a_team_is_created_edited_and_deleted,
    players_belong_to_their_team,
    members_have_one_role_each,
    lists_are_paged,
    invalid_fields_are_reported,
}

fn player(name: &str, shirt_number: i32) -> AddPlayer {
    let fields = NewPlayer { name: name.into(), shirt_number: Some(shirt_number) };
    AddPlayer { team_id: 1, fields }
}

async fn a_team_is_created_edited_and_deleted(database: Database) {
    let store = database.open().await;
    commit(&store, user("ann@example.org")).await;
    let created = commit(&store, team("Leicester City")).await;
    let shape = json!({
        "id": 1, "name": "Leicester City", "short_name": "LEI", "colour": "#003090",
        "visibility": "public",
    });
    assert_eq!(
        (created.status, created.body, created.etag.as_deref()),
        (201, shape.clone(), Some("1"))
    );
    assert_eq!(store.team(1).await.unwrap(), Some(("1".into(), shape)));

    let fields = TeamEdit { name: Some("Foxes".into()), colour: Some(None), ..TeamEdit::default() };
    let edit = EditTeam { id: 1, fields };
    let edited = commit(&store, edit.clone()).await;
    assert_eq!((edited.status, edited.etag.as_deref()), (200, Some("2")));
    assert_eq!((&edited.body["name"], &edited.body["colour"]), (&json!("Foxes"), &json!(null)));
    let outdated = request_of(edit.clone()).if_match("1");
    assert_eq!(rejection_of(outdated.commit(&store).await).reason, RejectionReason::Stale);
    let current = request_of(edit).if_match("2");
    assert_eq!(current.commit(&store).await.unwrap().etag.as_deref(), Some("3"));

    commit(&store, player("Jamie Vardy", 9)).await;
    assert_eq!(commit(&store, DeleteTeam { id: 1 }).await.status, 204);
    assert_eq!(store.team(1).await.unwrap(), None);
    assert_eq!(
        expect_rejection(&store, DeleteTeam { id: 1 }).await.reason,
        RejectionReason::NotFound
    );
    assert_eq!(commit(&store, team("Another")).await.body["id"], 2, "ids are not reused");
}

async fn players_belong_to_their_team(database: Database) {
    let store = database.open().await;
    commit(&store, user("ann@example.org")).await;
    commit(&store, team("Leicester City")).await;
    commit(&store, team("Tottenham")).await;
    let added = commit(&store, player("Jamie Vardy", 9)).await;
    let shape = json!({ "id": 1, "team_id": 1, "name": "Jamie Vardy", "shirt_number": 9 });
    assert_eq!((added.status, added.body), (201, shape));

    let fields = PlayerEdit { shirt_number: Some(None), ..PlayerEdit::default() };
    let edit = |team_id| EditPlayer { team_id, id: 1, fields: fields.clone() };
    assert_eq!(
        expect_rejection(&store, edit(2)).await.reason,
        RejectionReason::NotFound,
        "of another team"
    );
    let edited = commit(&store, edit(1)).await;
    assert_eq!(edited.body["shirt_number"], json!(null));
    let remove = RemovePlayer { team_id: 1, id: 1 };
    assert_eq!(commit(&store, remove.clone()).await.status, 204);
    assert_eq!(expect_rejection(&store, remove).await.reason, RejectionReason::NotFound);
}

async fn members_have_one_role_each(database: Database) {
    let store = database.open().await;
    commit(&store, user("ann@example.org")).await;
    commit(&store, user("bo@example.org")).await;
    commit(&store, team("Leicester City")).await;
    let add = |user_id, role| AddMember { team_id: 1, user_id, role };

    assert_eq!(commit(&store, add(2, MemberRole::Coach)).await.status, 201);
    assert_eq!(commit(&store, add(2, MemberRole::Player)).await.status, 200);

    let members = store.list(ListQuery::Members { team_id: 1 }, 0, 10).await.unwrap().items;
    let roles: Vec<_> = members.iter().map(|member| member["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["manager", "player"]);
    assert_eq!(
        expect_rejection(&store, add(9, MemberRole::Coach)).await.errors[0].pointer,
        "/user_id"
    );
    let missing_team = AddMember { team_id: 9, user_id: 2, role: MemberRole::Coach };
    assert_eq!(expect_rejection(&store, missing_team).await.reason, RejectionReason::NotFound);
}

async fn lists_are_paged(database: Database) {
    let store = database.open().await;
    commit(&store, user("ann@example.org")).await;
    commit(&store, user("bo@example.org")).await;
    for name in ["A", "B", "C"] {
        commit(&store, team(name)).await;
    }
    let fields = NewTeam {
        name: "Hidden".into(),
        short_name: Some("HID".into()),
        colour: None,
        visibility: Visibility::Private,
    };
    commit(&store, CreateTeam(fields)).await;
    let teams =
        |user_id, sees_all| ListQuery::Teams { scope: VisibilityScope { user_id, sees_all } };
    #[rustfmt::skip]
    let cases = [
        (teams(None, false),      0, 2,  vec![1, 2], Some(2)),
        (teams(None, false),      2, 2,  vec![3],    None),
        (teams(Some(2), false),   0, 10, vec![1, 2, 3], None),
        (teams(Some(ANN), false), 2, 10, vec![3, 4], None),
        (teams(None, true),       3, 10, vec![4],    None),
        (ListQuery::Users,           0, 1,  vec![1],    Some(1)),
    ];
    for (query, after, limit, expected, next) in cases {
        let list = store.list(query.clone(), after, limit).await.unwrap();
        let ids: Vec<_> = list.items.iter().map(|item| item["id"].as_i64().unwrap()).collect();
        assert_eq!((ids, list.next), (expected, next), "{query:?} after {after}");
    }
}

async fn invalid_fields_are_reported(database: Database) {
    let store = database.open().await;
    commit(&store, user("ann@example.org")).await;
    commit(&store, team("Leicester City")).await;
    let CreateTeam(nul_team) = team("X\0Y");
    let cases = [
        (any_mutation(CreateMatch(fields("chess", 1, 9))), vec!["/sport", "/away_team_id"]),
        (
            any_mutation(CreateMatch(fields("football", 8, 9))),
            vec!["/home_team_id", "/away_team_id"],
        ),
        (any_mutation(CreateMatch(fields("football", 1, 1))), vec!["/away_team_id"]),
        (any_mutation(CreateTeam(nul_team)), vec!["/name"]),
    ];
    for (mutation, pointers) in cases {
        let rejection = expect_rejection(&store, mutation.clone()).await;
        let reported: Vec<_> =
            rejection.errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(reported, pointers, "{mutation:?}");
    }
    let announcements = StreamId::Team(1).channel_topic(Channel::Announcements);
    let snapshot = store.snapshot(announcements).await.unwrap().unwrap();
    assert_eq!(snapshot.data["announcements"], json!({}));
}
