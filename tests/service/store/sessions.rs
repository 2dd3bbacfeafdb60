//! Validity of credentials, by sessions and generations.

use chrono::TimeDelta;
use touchline::store::mutation::{EditUser, UserEdit};
use touchline::store::{Authentication, Principal, Store, TokenIssuer};

use crate::support::database::Database;
use crate::support::mutations::*;
use crate::support::on_both;

on_both! {
    g7_a_session_belongs_to_its_user_and_ends_for_good,
    sessions_are_kept_until_they_expire,
    g7_disabling_a_user_invalidates_provider_tokens,
    a_password_change_with_a_revoked_credential_is_rejected,
}

fn principal(user_id: i64, generation: i64, session: Option<&str>) -> Principal {
    let issued = TokenIssuer::Here { generation, session_id: session.map(str::to_owned) };
    Principal { user_id, issued }
}

async fn is_valid(store: &Store, principal: &Principal) -> bool {
    matches!(store.authenticate(principal).await.unwrap(), Authentication::Valid(_))
}

async fn two_users(database: &Database) -> Store {
    let store = database.open().await;
    commit(&store, user("ann@example.org")).await;
    commit(&store, user("bo@example.org")).await;
    let later = now() + TimeDelta::hours(12);
    for (id, user_id) in [("one", 1), ("two", 1), ("three", 2)] {
        store.open_session(id, user_id, now(), later).await.unwrap();
    }
    store
}

async fn g7_a_session_belongs_to_its_user_and_ends_for_good(database: Database) {
    let store = two_users(&database).await;
    let session = principal(1, 1, Some("one"));
    assert!(is_valid(&store, &session).await);
    for invalid in [
        principal(2, 1, Some("one")),
        principal(1, 1, Some("no such")),
        principal(1, 1, Some("")),
        principal(1, 2, Some("one")),
        principal(9, 1, None),
    ] {
        assert!(!is_valid(&store, &invalid).await, "{invalid:?}");
    }
    // A foreign session is not ended, and without an ended session rights need no re-check.
    let before = store.rights_version().await.unwrap();
    for foreign in
        [principal(2, 1, Some("one")), principal(1, 1, None), principal(1, 1, Some("no such"))]
    {
        store.end_session(&foreign).await.unwrap();
    }
    assert_eq!(store.rights_version().await.unwrap(), before);
    store.end_session(&session).await.unwrap();
    assert!(store.rights_version().await.unwrap() > before);
    let others =
        [principal(1, 1, Some("two")), principal(2, 1, Some("three")), principal(1, 1, None)];
    assert_eq!(store.authenticate(&session).await.unwrap(), Authentication::Revoked);
    for other in &others {
        assert!(is_valid(&store, other).await, "{other:?}");
    }

    let reset = UserEdit { password_hash: Some("hash".into()), ..UserEdit::default() };
    let before = store.rights_version().await.unwrap();
    commit(&store, EditUser { id: 1, edit: reset }).await;
    assert!(store.rights_version().await.unwrap() > before);
    assert!(!is_valid(&store, &others[0]).await && !is_valid(&store, &others[2]).await);
    assert!(!is_valid(&store, &principal(1, 2, Some("two"))).await, "the session has ended too");
    assert!(is_valid(&store, &others[1]).await, "another user's session");
}

async fn sessions_are_kept_until_they_expire(database: Database) {
    let store = two_users(&database).await;
    let expires = now() + TimeDelta::minutes(5);
    store.open_session("short", 1, now(), expires).await.unwrap();
    let short = principal(1, 1, Some("short"));
    // Tokens are accepted a little past their expiry.
    store.remove_expired_records(expires + TimeDelta::seconds(30)).await.unwrap();
    assert!(is_valid(&store, &short).await);
    store.remove_expired_records(expires + TimeDelta::minutes(2)).await.unwrap();
    assert!(!is_valid(&store, &short).await);
    assert!(is_valid(&store, &principal(1, 1, Some("one"))).await);
}

/// A provider's tokens have no session here to end: those issued before the user was disabled stay
/// invalid for good, and resetting an unused password locks nobody out.
async fn g7_disabling_a_user_invalidates_provider_tokens(database: Database) {
    let store = two_users(&database).await;
    let issued = |minutes: i64| {
        let at = now() + TimeDelta::minutes(minutes);
        Principal { user_id: 1, issued: TokenIssuer::Elsewhere { at_ms: at.timestamp_millis() } }
    };
    let undated = Principal { user_id: 1, issued: TokenIssuer::Elsewhere { at_ms: 0 } };
    let reset = UserEdit { password_hash: Some("hash".into()), ..UserEdit::default() };
    commit(&store, EditUser { id: 1, edit: reset }).await;
    for principal in [issued(-1), undated.clone()] {
        assert!(is_valid(&store, &principal).await);
    }
    for disabled in [true, false] {
        let edit = UserEdit { is_disabled: Some(disabled), ..UserEdit::default() };
        commit(&store, EditUser { id: 1, edit }).await;
        let expected = if disabled { Authentication::Disabled } else { Authentication::Revoked };
        for principal in [issued(-1), issued(0), undated.clone()] {
            assert_eq!(store.authenticate(&principal).await.unwrap(), expected);
        }
    }
    assert!(is_valid(&store, &issued(1)).await);
}

/// The credential was revoked after the current password had been checked with it.
async fn a_password_change_with_a_revoked_credential_is_rejected(database: Database) {
    let store = two_users(&database).await;
    let own = |generation| UserEdit {
        password_hash: Some(format!("hash {generation}")),
        own_principal: Some(principal(1, generation, Some("one"))),
        ..UserEdit::default()
    };
    commit(&store, EditUser { id: 1, edit: own(1) }).await;
    assert!(is_valid(&store, &principal(1, 2, Some("one"))).await, "continues");
    assert!(!is_valid(&store, &principal(1, 2, Some("two"))).await, "has ended");
    let rejection = expect_rejection(&store, EditUser { id: 1, edit: own(1) }).await;
    assert_eq!(rejection.errors[0].pointer, "/current_password");
    let user = store.user(1).await.unwrap().unwrap();
    assert_eq!((user.generation, user.password_hash.as_deref()), (2, Some("hash 1")));
}
