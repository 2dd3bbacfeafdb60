//! The table of who may what.

use uuid::Uuid;

use crate::auth::SignedIn;
use crate::domain::topic::Stream;
use crate::domain::topic::Topic;
use crate::problem::Problem;
use crate::store::AnnouncementRights;
use crate::store::EventRights;
use crate::store::MatchRights;
use crate::store::PurchaseRights;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::TeamRights;

/// Something one may or may not do. Numbers are ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Read what a topic tells: the match, the team, in whole or in part.
    Read(Topic),
    CreateMatch {
        event_id: Option<i64>,
        home_team_id: i64,
        away_team_id: i64,
    },
    /// Edit, delete, postpone or cancel a match, name its officials, enter its result.
    EditMatch(i64),
    /// Start, pause, resume, end or abandon a match.
    RunMatch(i64),
    /// Record incidents and balls, and correct them.
    Record(i64),
    /// Delete an incident, rule on a dispute.
    Rule(i64),
    CreateEvent,
    /// Edit and delete an event, name its managers, register users and teams, announce, take
    /// points away, see what it sold.
    EditEvent(i64),
    /// Buy tickets of an event.
    Buy(i64),
    /// Change a purchase's status and its tickets'; check them in.
    EditPurchase(Uuid),
    ReadAnnouncement(i64),
    /// Edit, delete and send again.
    EditAnnouncement(i64),
    CreateTeam,
    EditTeam(i64),
    /// See who belongs to a team.
    ReadMembers(i64),
    /// List and make users, and change what they may.
    Users,
    /// Read or rename a user.
    Account(i64),
    /// See all streams and connections.
    Figures,
}

impl Act {
    pub fn read_match(id: i64) -> Self {
        Self::Read(Stream::Match(id).topic())
    }

    pub fn read_team(id: i64) -> Self {
        Self::Read(Stream::Team(id).topic())
    }

    /// What a scorer's command is; `action` as in `store::job::Write::Act`.
    pub fn of_command(match_id: i64, action: &str) -> Self {
        match action {
            "start" | "pause" | "resume" | "end" | "abandon" => Self::RunMatch(match_id),
            "postpone" | "cancel" | "result" | "PUT result" | "DELETE result" => {
                Self::EditMatch(match_id)
            }
            "rulings" => Self::Rule(match_id),
            _ if action.starts_with("DELETE incidents/") => Self::Rule(match_id),
            _ => Self::Record(match_id),
        }
    }
}

/// What the one who asks is to the thing asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rights {
    Match(MatchRights),
    Team(TeamRights),
    Event(EventRights),
    Announcement(AnnouncementRights),
    Purchase(PurchaseRights),
    /// Manager of one of the two teams of a match to be.
    Sides {
        manages_one: bool,
    },
    Account {
        own: bool,
    },
    /// Nothing to be looked up.
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Allow,
    /// Signing in may help.
    SignIn,
    Refuse,
    /// As if there were no such thing.
    Hide,
}

/// Whether somebody (`None`: nobody signed in; `Some(true)`: an admin) may, by these rights.
pub fn decide(act: Act, rights: &Rights, who: Option<bool>) -> Decision {
    let may = match (act, rights) {
        (Act::Read(_), Rights::Match(game)) => {
            game.public || game.created || game.referee || game.scorer || game.member
        }
        (Act::Read(_), Rights::Team(team)) => team.public || team.role.is_some(),
        (Act::EditMatch(_), Rights::Match(game)) => game.created,
        (Act::RunMatch(_) | Act::Rule(_), Rights::Match(game)) => game.referee || game.created,
        (Act::Record(_), Rights::Match(game)) => game.scorer || game.referee || game.created,
        (Act::CreateMatch { .. }, Rights::Sides { manages_one }) => *manages_one,
        (Act::EditTeam(_), Rights::Team(team)) => team.role.as_deref() == Some("manager"),
        (Act::ReadMembers(_), Rights::Team(team)) => team.role.is_some(),
        (Act::Account(_), Rights::Account { own }) => *own,
        (Act::CreateTeam | Act::CreateEvent, _) => who.is_some(),
        _ => false,
    };
    match who {
        _ if may => Decision::Allow,
        Some(true) => Decision::Allow,
        Some(false) => Decision::Refuse,
        None => Decision::SignIn,
    }
}

/// Asks for the rights, and decides: `Ok` where it may be done.
pub async fn may(store: &Store, who: Option<&SignedIn>, act: Act) -> Result<(), Problem> {
    if let Some(topics) = who.and_then(|who| who.topics.as_deref())
        && !topics.iter().any(|&topic| covers(topic, act))
    {
        return Err(Problem::Forbidden("this token is for reading its topics only"));
    }
    let rights = rights(store, who.map(|who| who.id), act).await?;
    let rights = rights.ok_or(Problem::NotFound(noun(act)))?;
    match decide(act, &rights, who.map(|who| who.admin)) {
        Decision::Allow => Ok(()),
        Decision::SignIn => Err(Problem::NotSignedIn),
        Decision::Hide => Err(Problem::NotFound(noun(act))),
        Decision::Refuse => Err(Problem::Forbidden(refusal(act))),
    }
}

/// Whether a user, or everybody, may read a topic now. A disabled user may nothing.
///
/// Asks for the user anew, so that it can be asked while a stream lives.
pub async fn may_still_read(
    store: &Store,
    user_id: Option<i64>,
    topic: Topic,
) -> Result<bool, StoreError> {
    let admin = match user_id {
        None => None,
        Some(id) => match store.user(id).await? {
            Some(user) if !user.disabled => Some(user.role == "admin"),
            _ => return Ok(false),
        },
    };
    let act = Act::Read(topic);
    let rights = rights(store, user_id, act).await?;
    Ok(rights.is_some_and(|rights| decide(act, &rights, admin) == Decision::Allow))
}

/// Whether a token for this topic is good for the act.
fn covers(topic: Topic, act: Act) -> bool {
    let Act::Read(asked) = act else { return false };
    asked.stream == topic.stream && (topic.channel.is_none() || topic.channel == asked.channel)
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

fn noun(act: Act) -> &'static str {
    match act {
        Act::Read(topic) => match topic.stream {
            Stream::Event(_) => "event",
            Stream::Team(_) => "team",
            Stream::Match(_) => "match",
            Stream::Purchase(_) => "purchase",
        },
        Act::CreateTeam | Act::EditTeam(_) | Act::ReadMembers(_) => "team",
        Act::CreateEvent | Act::EditEvent(_) | Act::Buy(_) => "event",
        Act::CreateMatch { event_id: Some(_), .. } => "event",
        Act::ReadAnnouncement(_) | Act::EditAnnouncement(_) => "announcement",
        Act::EditPurchase(_) => "purchase",
        Act::Users | Act::Account(_) => "user",
        Act::Figures => "page",
        _ => "match",
    }
}

fn refusal(act: Act) -> &'static str {
    match act {
        Act::ReadMembers(_) => "only the team's members may do this",
        Act::Read(_) => "only members, officials and managers may read this",
        Act::EditEvent(_)
        | Act::EditAnnouncement(_)
        | Act::CreateMatch { event_id: Some(_), .. } => "only the event's managers may do this",
        Act::EditPurchase(_) => "only managers of the purchase's event may do this",
        Act::ReadAnnouncement(_) => "only those it is for may read this",
        Act::Buy(_) => "only those who may read the event may buy",
        Act::CreateMatch { .. } => "only managers of one of the two teams may do this",
        Act::EditMatch(_) => "only who made the match may do this",
        Act::RunMatch(_) | Act::Rule(_) => "only the match's referee and its maker may do this",
        Act::Record(_) => "only the match's scorers, its referee and its maker may do this",
        Act::EditTeam(_) => "only the team's managers may do this",
        Act::CreateTeam | Act::CreateEvent | Act::Users | Act::Account(_) | Act::Figures => {
            "only administrators may do this"
        }
    }
}

#[cfg(test)]
mod tests;
