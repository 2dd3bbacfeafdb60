//! Loads a user's rights to a resource and checks a permission against them.

use super::{AccessDecision, Rights, decide, decide_missing, messages, token_covers};
use crate::auth::signed_in_user::SignedInUser;
use crate::domain::access::Access;
use crate::domain::permission::Permission;
use crate::domain::topic::{StreamId, Topic};
use crate::problem::Problem;
use crate::store::{Authentication, Principal, Store, StoreError};

/// Checks that `user` (`None`: anonymous) has `permission`; otherwise 401, 403 or 404.
///
/// An administrator's read of another user's purchase is logged.
pub async fn check(
    store: &Store,
    user: Option<&SignedInUser>,
    permission: Permission,
) -> Result<(), Problem> {
    if let Some(topics) = user.and_then(|user| user.topics.as_deref())
        && !topics.iter().any(|&topic| token_covers(topic, permission))
    {
        return Err(Problem::Forbidden("this token is for reading its topics only"));
    }
    let loaded = load_rights(store, user.map(|user| user.id), permission).await?;
    let decision = match &loaded {
        Some(rights) => decide(permission, rights, user.map(|user| user.is_admin)),
        None => decide_missing(permission, user.is_some()),
    };
    match decision {
        AccessDecision::Allow => log_admin_read(user, permission, loaded.as_ref()),
        AccessDecision::RequireSignIn => return Err(Problem::NotSignedIn),
        AccessDecision::Hide => return Err(Problem::NotFound(messages::resource_name(permission))),
        AccessDecision::Deny => {
            return Err(Problem::Forbidden(messages::denial_message(permission)));
        }
    }
    Ok(())
}

/// Whether a principal, or with `None` anybody, can read a topic now.
///
/// Authenticates the principal again, so that open streams can be re-checked; a disabled user is
/// denied everything.
pub async fn can_read_topic(
    store: &Store,
    principal: Option<&Principal>,
    topic: Topic,
) -> Result<Access, StoreError> {
    let is_admin = match principal {
        None => None,
        Some(principal) => match store.authenticate(principal).await? {
            Authentication::Valid(user) => Some(user.is_admin()),
            Authentication::Disabled => return Ok(Access::Denied),
            Authentication::Revoked => return Ok(Access::SignedOut),
        },
    };
    let permission = Permission::Read(topic);
    let rights =
        load_rights(store, principal.map(|principal| principal.user_id), permission).await?;
    let is_allowed =
        rights.is_some_and(|rights| decide(permission, &rights, is_admin) == AccessDecision::Allow);
    Ok(if is_allowed { Access::Allowed } else { Access::Denied })
}

/// Logs the read of a purchase by somebody other than its buyer: only administrators can.
fn log_admin_read(user: Option<&SignedInUser>, permission: Permission, rights: Option<&Rights>) {
    let (Some(user), Permission::Read(topic), Some(Rights::Purchase(purchase))) =
        (user, permission, rights)
    else {
        return;
    };
    if let StreamId::Purchase(id) = topic.stream
        && !purchase.is_buyer
    {
        tracing::info!(
            user.id = user.id, purchase.id = %id,
            "Administrator {} read purchase {id}", user.id
        );
    }
}

/// The user's rights to the resource of a permission; `None` if the resource doesn't exist.
async fn load_rights(
    store: &Store,
    user_id: Option<i64>,
    permission: Permission,
) -> Result<Option<Rights>, StoreError> {
    let rights = match permission {
        Permission::EditMatch(id)
        | Permission::ControlMatch(id)
        | Permission::RecordMatch(id)
        | Permission::RuleOnMatch(id) => store.match_rights(id, user_id).await?.map(Rights::Match),
        Permission::EditTeam(id) | Permission::ReadMembers(id) => {
            store.team_rights(id, user_id).await?.map(Rights::Team)
        }
        Permission::Read(topic) => match topic.stream {
            StreamId::Match(id) => store.match_rights(id, user_id).await?.map(Rights::Match),
            StreamId::Team(id) => store.team_rights(id, user_id).await?.map(Rights::Team),
            StreamId::Event(id) => store.event_rights(id, user_id).await?.map(Rights::Event),
            StreamId::Purchase(id) => {
                store.purchase_rights(id, user_id).await?.map(Rights::Purchase)
            }
        },
        Permission::EditEvent(id)
        | Permission::BuyTickets(id)
        | Permission::CreateMatch { event_id: Some(id), .. } => {
            store.event_rights(id, user_id).await?.map(Rights::Event)
        }
        Permission::ReadAnnouncement(id) | Permission::EditAnnouncement(id) => {
            store.announcement_rights(id, user_id).await?.map(Rights::Announcement)
        }
        Permission::EditPurchase(id) => {
            store.purchase_rights(id, user_id).await?.map(Rights::Purchase)
        }
        Permission::CreateMatch { event_id: None, home_team_id, away_team_id } => {
            let manages_a_team = manages_team(store, home_team_id, user_id).await?
                || manages_team(store, away_team_id, user_id).await?;
            Some(Rights::NewMatch { manages_a_team })
        }
        Permission::ManageAccount(id) => Some(Rights::Account { is_own: user_id == Some(id) }),
        Permission::CreateEvent
        | Permission::CreateTeam
        | Permission::ManageUsers
        | Permission::ViewConnections => Some(Rights::NotNeeded),
    };
    Ok(rights)
}

async fn manages_team(
    store: &Store,
    team_id: i64,
    user_id: Option<i64>,
) -> Result<bool, StoreError> {
    let rights = store.team_rights(team_id, user_id).await?;
    Ok(rights.is_some_and(|rights| rights.is_manager()))
}
