//! What credentials are worth, by sessions and generations.

use chrono::TimeDelta;
use touchline::store::mutation::{EditUser, UserEdit};
use touchline::store::{Authentication, Issued, Principal, Store};

use crate::support::database::Database;
use crate::support::jobs::*;
use crate::support::on_both;

on_both! {
    g7_a_session_is_its_users_and_ends_for_good,
    sessions_are_kept_until_they_expire,
    g7_disabling_ends_what_a_provider_has_issued,
    an_own_new_password_is_refused_once_it_was_revoked,
}

fn of(user_id: i64, generation: i64, session: Option<&str>) -> Principal {
    let issued = Issued::Here { generation, session_id: session.map(str::to_owned) };
    Principal { user_id, issued }
}

async fn is_valid(store: &Store, principal: &Principal) -> bool {
    matches!(store.authenticate(principal).await.unwrap(), Authentication::Valid(_))
}

async fn two_users(database: &Database) -> Store {
    let store = database.open().await;
    done(&store, user("ann@example.org")).await;
    done(&store, user("bo@example.org")).await;
    let later = now() + TimeDelta::hours(12);
    for (id, user_id) in [("one", 1), ("two", 1), ("three", 2)] {
        store.open_session(id, user_id, now(), later).await.unwrap();
    }
    store
}

async fn g7_a_session_is_its_users_and_ends_for_good(database: Database) {
    let store = two_users(&database).await;
    let one = of(1, 1, Some("one"));
    assert!(is_valid(&store, &one).await);
    for nothing in [
        of(2, 1, Some("one")),
        of(1, 1, Some("no such")),
        of(1, 1, Some("")),
        of(1, 2, Some("one")),
        of(9, 1, None),
    ] {
        assert!(!is_valid(&store, &nothing).await, "{nothing:?}");
    }
    // Another's is not ended, and what isn't ended is no reason to look at rights again.
    let before = store.rights_version().await.unwrap();
    for nothing in [of(2, 1, Some("one")), of(1, 1, None), of(1, 1, Some("no such"))] {
        store.end_session(&nothing).await.unwrap();
    }
    assert_eq!(store.rights_version().await.unwrap(), before);
    store.end_session(&one).await.unwrap();
    assert!(store.rights_version().await.unwrap() > before);
    let left = [of(1, 1, Some("two")), of(2, 1, Some("three")), of(1, 1, None)];
    assert_eq!(store.authenticate(&one).await.unwrap(), Authentication::Revoked);
    for other in &left {
        assert!(is_valid(&store, other).await, "{other:?}");
    }

    let reset = UserEdit { password_hash: Some("hash".into()), ..UserEdit::default() };
    let before = store.rights_version().await.unwrap();
    done(&store, EditUser { id: 1, edit: reset }).await;
    assert!(store.rights_version().await.unwrap() > before);
    assert!(!is_valid(&store, &left[0]).await && !is_valid(&store, &left[2]).await);
    assert!(!is_valid(&store, &of(1, 2, Some("two"))).await, "the session has ended too");
    assert!(is_valid(&store, &left[1]).await, "another user");
}

async fn sessions_are_kept_until_they_expire(database: Database) {
    let store = two_users(&database).await;
    let expires = now() + TimeDelta::minutes(5);
    store.open_session("short", 1, now(), expires).await.unwrap();
    let short = of(1, 1, Some("short"));
    // Tokens are taken a little past their expiry.
    store.remove_expired_records(expires + TimeDelta::seconds(30)).await.unwrap();
    assert!(is_valid(&store, &short).await);
    store.remove_expired_records(expires + TimeDelta::minutes(2)).await.unwrap();
    assert!(!is_valid(&store, &short).await);
    assert!(is_valid(&store, &of(1, 1, Some("one"))).await);
}

/// There is no session of ours to end: what was issued before the user was disabled is refused for
/// good, and nobody is locked out by a password that they don't use.
async fn g7_disabling_ends_what_a_provider_has_issued(database: Database) {
    let store = two_users(&database).await;
    let issued = |minutes: i64| {
        let at = now() + TimeDelta::minutes(minutes);
        Principal { user_id: 1, issued: Issued::Elsewhere { at_ms: at.timestamp_millis() } }
    };
    let undated = Principal { user_id: 1, issued: Issued::Elsewhere { at_ms: 0 } };
    let reset = UserEdit { password_hash: Some("hash".into()), ..UserEdit::default() };
    done(&store, EditUser { id: 1, edit: reset }).await;
    for principal in [issued(-1), undated.clone()] {
        assert!(is_valid(&store, &principal).await);
    }
    for disabled in [true, false] {
        let edit = UserEdit { is_disabled: Some(disabled), ..UserEdit::default() };
        done(&store, EditUser { id: 1, edit }).await;
        let expected = if disabled { Authentication::Disabled } else { Authentication::Revoked };
        for principal in [issued(-1), issued(0), undated.clone()] {
            assert_eq!(store.authenticate(&principal).await.unwrap(), expected);
        }
    }
    assert!(is_valid(&store, &issued(1)).await);
}

/// The current password was checked a moment ago, with a credential that was revoked since.
async fn an_own_new_password_is_refused_once_it_was_revoked(database: Database) {
    let store = two_users(&database).await;
    let own = |generation| UserEdit {
        password_hash: Some(format!("hash {generation}")),
        own: Some(of(1, generation, Some("one"))),
        ..UserEdit::default()
    };
    done(&store, EditUser { id: 1, edit: own(1) }).await;
    assert!(is_valid(&store, &of(1, 2, Some("one"))).await, "goes on in the next generation");
    assert!(!is_valid(&store, &of(1, 2, Some("two"))).await, "has ended");
    let refusal = refused(&store, EditUser { id: 1, edit: own(1) }).await;
    assert_eq!(refusal.errors[0].pointer, "/current_password");
    let user = store.user(1).await.unwrap().unwrap();
    assert_eq!((user.generation, user.password_hash.as_deref()), (2, Some("hash 1")));
}
