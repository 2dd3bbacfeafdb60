//! Rights: relations of users to matches, teams and events, and when they must be re-checked.

use touchline::domain::matches::OfficialRole;
use touchline::domain::teams::MemberRole;
use touchline::domain::users::UserRole;
use touchline::domain::visibility::Visibility;
use touchline::store::mutation::{
    AcceptRegistration, AddManager, AddMember, AddOfficial, CreateEvent, CreateMatch, DeleteEvent,
    DeleteMatch, EditMatch, EditUser, MatchEdit, RegisterTeam, RegisterUser, RemoveMember,
    RemoveOfficial, UserEdit,
};
use touchline::store::{EventRights, MatchRights, Store, TeamRights};

use crate::support::database::Database;
use crate::support::mutations::*;
use crate::support::on_both;

on_both! {
    rights_follow_from_roles,
    an_event_gives_rights_to_its_matches_and_teams,
    a_loss_of_rights_increases_the_rights_version,
    users_are_found_by_their_address_in_any_case,
    addresses_are_folded_only_in_ascii,
    one_administrator_remains_after_concurrent_changes,
    tickets_are_valid_until_they_expire,
}

fn member(user_id: i64, role: MemberRole) -> AddMember {
    AddMember { team_id: 1, user_id, role }
}

fn official(user_id: i64, role: OfficialRole) -> AddOfficial {
    AddOfficial { match_id: 1, user_id, role }
}

async fn rights_follow_from_roles(database: Database) {
    let store = database.open().await;
    scheduled_match(&store).await;
    for email in ["bo@example.org", "cy@example.org", "di@example.org"] {
        commit(&store, user(email)).await;
    }
    commit(&store, official(2, OfficialRole::Scorer)).await;
    commit(&store, official(3, OfficialRole::Referee)).await;
    assert_eq!(commit(&store, member(4, MemberRole::Family)).await.status, 201);

    let nobody = MatchRights { is_public: true, ..MatchRights::default() };
    let cases = [
        (None, nobody),
        (Some(99), nobody),
        (Some(ANN), MatchRights { is_creator: true, is_team_member: true, ..nobody }),
        (Some(2), MatchRights { is_scorer: true, ..nobody }),
        (Some(3), MatchRights { is_referee: true, ..nobody }),
        (Some(4), MatchRights { is_team_member: true, ..nobody }),
    ];
    for (user, rights) in cases {
        assert_eq!(store.match_rights(1, user).await.unwrap(), Some(rights), "{user:?}");
    }
    let role = |role| TeamRights { is_public: true, role, is_event_participant: false };
    let of_team = |user| store.team_rights(1, user);
    assert_eq!(of_team(Some(ANN)).await.unwrap(), Some(role(Some(MemberRole::Manager))));
    assert_eq!(of_team(Some(4)).await.unwrap(), Some(role(Some(MemberRole::Family))));
    assert_eq!(of_team(None).await.unwrap(), Some(role(None)));
    assert_eq!(store.match_rights(9, None).await.unwrap(), None);
    assert_eq!(store.team_rights(9, None).await.unwrap(), None);
}

/// Event 1, private, with a match of user 1's teams 1 and 2. User 2 created it, user 3 manages it,
/// user 4 is registered, user 5 is a member of team 3, which is registered; user 6 is unrelated.
async fn private_event(store: &Store) {
    commit(store, user("ann@example.org")).await;
    for email in ["bo@x.org", "cy@x.org", "di@x.org", "ed@x.org", "fay@x.org"] {
        commit(store, user(email)).await;
    }
    for name in ["Leicester City", "Tottenham", "Third"] {
        commit(store, team(name)).await;
    }
    request_of(CreateEvent(event_fields(Visibility::Private))).by(2).commit(store).await.unwrap();
    commit(store, AddManager { event_id: 1, user_id: 3 }).await;
    commit(store, RegisterUser { event_id: 1, user_id: 4 }).await;
    commit(store, AddMember { team_id: 3, user_id: 5, role: MemberRole::Family }).await;
    request_of(RegisterTeam { event_id: 1, team_id: 3, by_admin: false })
        .by(2)
        .commit(store)
        .await
        .unwrap();
    request_of(fixture(1, 1, 2)).by(2).commit(store).await.unwrap();
}

async fn an_event_gives_rights_to_its_matches_and_teams(database: Database) {
    let store = database.open().await;
    private_event(&store).await;
    // Another event of the same creator gives no rights to this one.
    commit(&store, CreateEvent(event_fields(Visibility::Private))).await;
    commit(&store, RegisterUser { event_id: 2, user_id: 6 }).await;
    let accept = |team_id| AcceptRegistration { event_id: 1, team_id };
    commit(&store, accept(2)).await;

    let nobody = MatchRights { is_in_private_event: true, ..MatchRights::default() };
    #[rustfmt::skip]
    let cases = [
        (None,    nobody,                                                          false),
        (Some(6), nobody,                                                          false),
        (Some(1), MatchRights { is_team_member: true, is_event_participant: true, ..nobody },       true),
        (Some(2), MatchRights { is_event_manager: true, ..nobody },                         true),
        (Some(3), MatchRights { is_event_manager: true, ..nobody },                         true),
        (Some(4), MatchRights { is_event_participant: true, ..nobody },                     true),
        (Some(5), MatchRights { is_event_participant: true, ..nobody },                     true),
    ];
    for (user, rights, is_involved) in cases {
        assert_eq!(store.match_rights(1, user).await.unwrap(), Some(rights), "{user:?}");
        let MatchRights { is_event_manager: manager, is_event_participant: participant, .. } =
            rights;
        let of_event =
            EventRights { is_public: false, is_manager: manager, is_participant: participant };
        assert_eq!(store.event_rights(1, user).await.unwrap(), Some(of_event), "{user:?}");
        for (team_id, has_accepted) in [(1, false), (2, true), (3, false)] {
            let of_team = store.team_rights(team_id, user).await.unwrap().unwrap();
            assert_eq!(
                of_team.is_event_participant,
                is_involved && has_accepted,
                "{user:?} of team {team_id}"
            );
        }
    }
    assert_eq!(store.event_rights(9, Some(1)).await.unwrap(), None);
    let standalone = commit(&store, CreateMatch(fields("football", 1, 2))).await;
    let rights = store.match_rights(standalone.body["id"].as_i64().unwrap(), Some(3)).await;
    let public = MatchRights { is_public: true, ..MatchRights::default() };
    assert_eq!(rights.unwrap(), Some(public), "an event gives no rights outside it");
}

async fn a_loss_of_rights_increases_the_rights_version(database: Database) {
    let store = database.open().await;
    scheduled_match(&store).await;
    commit(&store, user("bo@example.org")).await;
    commit(&store, official(2, OfficialRole::Referee)).await;
    commit(&store, member(2, MemberRole::Manager)).await;
    commit(&store, CreateEvent(event_fields(Visibility::Public))).await;
    let private = || Some(Visibility::Private);
    let edit = MatchEdit { visibility: private(), ..MatchEdit::default() };
    let disabled = UserEdit { is_disabled: Some(true), ..UserEdit::default() };
    let mutations = [
        any_mutation(member(2, MemberRole::Family)),
        any_mutation(official(2, OfficialRole::Scorer)),
        any_mutation(RemoveOfficial { match_id: 1, user_id: 2 }),
        any_mutation(RemoveMember { team_id: 1, user_id: 2 }),
        any_mutation(EditMatch { id: 1, fields: edit }),
        any_mutation(EditUser { id: 2, edit: disabled }),
        any_mutation(DeleteMatch { id: 1 }),
        any_mutation(DeleteEvent { id: 1 }),
    ];
    for mutation in mutations {
        let before = store.rights_version().await.unwrap();
        commit(&store, mutation.clone()).await;
        assert!(store.rights_version().await.unwrap() > before, "{mutation:?}");
    }
    let before = store.rights_version().await.unwrap();
    commit(&store, team("Another")).await;
    assert_eq!(store.rights_version().await.unwrap(), before);
}

async fn users_are_found_by_their_address_in_any_case(database: Database) {
    let store = database.open().await;
    commit(&store, user("Ann@Example.org")).await;

    let found = store.user_by_email("aNN@example.ORG").await.unwrap().unwrap();

    assert_eq!((found.id, found.email.as_deref()), (ANN, Some("ann@example.org")));
    assert_eq!(store.user(ANN).await.unwrap(), Some(found));
    assert_eq!(store.user_by_email("bo@example.org").await.unwrap(), None);
    let rejection = expect_rejection(&store, user("ann@example.org")).await;
    assert_eq!(rejection.errors[0].pointer, "/email");
}

/// The Kelvin sign becomes a k in Unicode's lower case: two accounts must not collide.
async fn addresses_are_folded_only_in_ascii(database: Database) {
    let store = database.open().await;
    commit(&store, user("kim@example.org")).await;
    let kelvin = "\u{212a}im@example.org";
    assert_eq!(store.user_by_email(kelvin).await.unwrap(), None);
    assert_eq!(commit(&store, user(kelvin)).await.body["email"], kelvin);
    assert_eq!(store.user_by_email("KIM@example.org").await.unwrap().unwrap().id, 1);
    commit(&store, user("\u{c4}nne@example.org")).await;
    assert_eq!(store.user_by_email("\u{e4}nne@example.org").await.unwrap(), None);
}

async fn one_administrator_remains_after_concurrent_changes(database: Database) {
    let store = database.open().await;
    for email in ["ann@x.org", "bo@x.org", "cy@x.org"] {
        commit(&store, user(email)).await;
    }
    let edit = |role, disabled| UserEdit {
        role: Some(role),
        is_disabled: Some(disabled),
        ..UserEdit::default()
    };
    for round in 0..20 {
        for id in 1..=3 {
            commit(&store, EditUser { id, edit: edit(UserRole::Admin, false) }).await;
        }
        // Two lose their role, one is disabled.
        let leaving = [
            (1, edit(UserRole::User, false)),
            (2, edit(UserRole::Admin, true)),
            (3, edit(UserRole::User, false)),
        ];
        let leaving = leaving.map(|(id, edit)| request_of(EditUser { id, edit }).commit(&store));
        let results = futures_util::future::join_all(leaving).await;
        let rejections: Vec<_> =
            results.into_iter().filter(Result::is_err).map(rejection_of).collect();
        assert_eq!(rejections.len(), 1, "round {round}: {rejections:?}");
        assert_eq!(rejections[0].code, "last-administrator");
    }
}

async fn tickets_are_valid_until_they_expire(database: Database) {
    let store = database.open().await;
    let grant = serde_json::json!({ "topics": ["match_1"], "user_id": 1 });
    let later = now() + chrono::TimeDelta::seconds(60);
    store.keep_ticket("hash", &grant, later).await.unwrap();

    assert_eq!(store.ticket("hash", now()).await.unwrap(), Some(grant.clone()));
    assert_eq!(store.ticket("hash", now()).await.unwrap(), Some(grant), "it can be used again");
    assert_eq!(store.ticket("hash", later).await.unwrap(), None);
    assert_eq!(store.ticket("other", now()).await.unwrap(), None);
    store.remove_expired_records(later).await.unwrap();
    assert_eq!(store.ticket("hash", now()).await.unwrap(), None);
}
