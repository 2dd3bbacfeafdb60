//! Looks up what somebody is to a thing, and asks the table.

use super::Act;
use super::Decision;
use super::Rights;
use super::covers;
use super::decide;
use super::unknown;
use super::words;
use crate::auth::SignedIn;
use crate::domain::access::Access;
use crate::domain::topic::Stream;
use crate::domain::topic::Topic;
use crate::problem::Problem;
use crate::store::Authentication;
use crate::store::Principal;
use crate::store::Store;
use crate::store::StoreError;

/// Asks for the rights, and decides: `Ok` where it may be done.
///
/// Somebody's purchase that an administrator reads is logged.
pub async fn may(store: &Store, who: Option<&SignedIn>, act: Act) -> Result<(), Problem> {
    if let Some(topics) = who.and_then(|who| who.topics.as_deref())
        && !topics.iter().any(|&topic| covers(topic, act))
    {
        return Err(Problem::Forbidden("this token is for reading its topics only"));
    }
    let found = rights(store, who.map(|who| who.id), act).await?;
    let decision = match &found {
        Some(rights) => decide(act, rights, who.map(|who| who.admin)),
        None => unknown(act, who.is_some()),
    };
    match decision {
        Decision::Allow => log(who, act, found.as_ref()),
        Decision::SignIn => return Err(Problem::NotSignedIn),
        Decision::Hide => return Err(Problem::NotFound(words::noun(act))),
        Decision::Refuse => return Err(Problem::Forbidden(words::refusal(act))),
    }
    Ok(())
}

/// Whether a user, or everybody, may read a topic now. A disabled user may nothing.
///
/// Authenticates anew, so that it can be asked while a stream lives.
pub async fn may_still_read(
    store: &Store,
    principal: Option<&Principal>,
    topic: Topic,
) -> Result<Access, StoreError> {
    let admin = match principal {
        None => None,
        Some(principal) => match store.authenticate(principal).await? {
            Authentication::Valid(user) => Some(user.role == "admin"),
            Authentication::Disabled => return Ok(Access::Denied),
            Authentication::Revoked => return Ok(Access::SignedOut),
        },
    };
    let act = Act::Read(topic);
    let rights = rights(store, principal.map(|principal| principal.user_id), act).await?;
    let may = rights.is_some_and(|rights| decide(act, &rights, admin) == Decision::Allow);
    Ok(if may { Access::Allowed } else { Access::Denied })
}

fn log(who: Option<&SignedIn>, act: Act, rights: Option<&Rights>) {
    let (Some(who), Act::Read(topic), Some(Rights::Purchase(purchase))) = (who, act, rights) else {
        return;
    };
    if let Stream::Purchase(id) = topic.stream
        && !purchase.buyer
    {
        tracing::info!(
            user.id = who.id, purchase.id = %id,
            "Administrator {} read purchase {id}", who.id
        );
    }
}

/// `None`: there is no such thing.
async fn rights(store: &Store, user: Option<i64>, act: Act) -> Result<Option<Rights>, StoreError> {
    let rights = match act {
        Act::EditMatch(id) | Act::RunMatch(id) | Act::Record(id) | Act::Rule(id) => {
            store.match_rights(id, user).await?.map(Rights::Match)
        }
        Act::EditTeam(id) | Act::ReadMembers(id) => {
            store.team_rights(id, user).await?.map(Rights::Team)
        }
        Act::Read(topic) => match topic.stream {
            Stream::Match(id) => store.match_rights(id, user).await?.map(Rights::Match),
            Stream::Team(id) => store.team_rights(id, user).await?.map(Rights::Team),
            Stream::Event(id) => store.event_rights(id, user).await?.map(Rights::Event),
            Stream::Purchase(id) => store.purchase_rights(id, user).await?.map(Rights::Purchase),
        },
        Act::EditEvent(id) | Act::Buy(id) | Act::CreateMatch { event_id: Some(id), .. } => {
            store.event_rights(id, user).await?.map(Rights::Event)
        }
        Act::ReadAnnouncement(id) | Act::EditAnnouncement(id) => {
            store.announcement_rights(id, user).await?.map(Rights::Announcement)
        }
        Act::EditPurchase(id) => store.purchase_rights(id, user).await?.map(Rights::Purchase),
        Act::CreateMatch { event_id: None, home_team_id, away_team_id } => {
            let manages_one = manages(store, home_team_id, user).await?
                || manages(store, away_team_id, user).await?;
            Some(Rights::Sides { manages_one })
        }
        Act::Account(id) => Some(Rights::Account { own: user == Some(id) }),
        Act::CreateEvent | Act::CreateTeam | Act::Users | Act::Figures => Some(Rights::Nothing),
    };
    Ok(rights)
}

async fn manages(store: &Store, team_id: i64, user: Option<i64>) -> Result<bool, StoreError> {
    let rights = store.team_rights(team_id, user).await?;
    Ok(rights.is_some_and(|rights| rights.role.as_deref() == Some("manager")))
}
