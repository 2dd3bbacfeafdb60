//! The table of who may what.

mod ask;
mod words;

use uuid::Uuid;

use crate::domain::topic::Stream;
use crate::domain::topic::Topic;
use crate::store::AnnouncementRights;
use crate::store::EventRights;
use crate::store::MatchRights;
use crate::store::PurchaseRights;
use crate::store::TeamRights;

pub use ask::may;
pub use ask::may_still_read;

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

    pub fn read_event(id: i64) -> Self {
        Self::Read(Stream::Event(id).topic())
    }

    pub fn read_purchase(id: Uuid) -> Self {
        Self::Read(Stream::Purchase(id).topic())
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
    match who {
        _ if is_allowed(act, rights, who.is_some()) => Decision::Allow,
        Some(true) => Decision::Allow,
        Some(false) if is_hidden(rights) => Decision::Hide,
        Some(false) => Decision::Refuse,
        None => Decision::SignIn,
    }
}

/// What is there for somebody to whom the thing asked about isn't.
///
/// Where nobody has signed in, what is private looks as what is unknown does, and so signing in
/// is asked for both.
fn unknown(act: Act, signed_in: bool) -> Decision {
    if !signed_in && may_be_hidden(act) { Decision::SignIn } else { Decision::Hide }
}

fn is_allowed(act: Act, rights: &Rights, signed_in: bool) -> bool {
    match (act, rights) {
        (act, Rights::Match(game)) => of_match(act, *game),
        (Act::Read(_), Rights::Team(team)) => reads_team(team),
        (Act::ReadMembers(_), Rights::Team(team)) => team.role.is_some(),
        (Act::EditTeam(_), Rights::Team(team)) => team.role.as_deref() == Some("manager"),
        (Act::Read(_), Rights::Event(event)) => reads_event(*event),
        (Act::Buy(_), Rights::Event(event)) => signed_in && reads_event(*event),
        (Act::EditEvent(_) | Act::CreateMatch { .. }, Rights::Event(event)) => event.manager,
        (Act::ReadAnnouncement(_), Rights::Announcement(one)) => reads_announcement(*one),
        (Act::EditAnnouncement(_), Rights::Announcement(one)) => one.event.manager,
        (Act::Read(_), Rights::Purchase(purchase)) => purchase.buyer,
        (Act::EditPurchase(_), Rights::Purchase(purchase)) => purchase.manager,
        (Act::CreateMatch { .. }, Rights::Sides { manages_one }) => *manages_one,
        (Act::Account(_), Rights::Account { own }) => *own,
        (Act::CreateTeam | Act::CreateEvent, Rights::Nothing) => signed_in,
        _ => false,
    }
}

fn of_match(act: Act, game: MatchRights) -> bool {
    let runs = game.created || game.manager;
    match act {
        Act::Read(_) => reads_match(game),
        Act::EditMatch(_) => runs,
        Act::RunMatch(_) | Act::Rule(_) => runs || game.referee,
        Act::Record(_) => runs || game.referee || game.scorer,
        _ => false,
    }
}

fn reads_match(game: MatchRights) -> bool {
    let MatchRights { public, created, referee, scorer, member, manager, participant, .. } = game;
    public || created || referee || scorer || member || manager || participant
}

fn reads_team(team: &TeamRights) -> bool {
    team.public || team.role.is_some() || team.participant
}

fn reads_event(event: EventRights) -> bool {
    event.public || event.manager || event.participant
}

/// One for some teams is for them, and for those who wrote it: not for all who read the event.
fn reads_announcement(one: AnnouncementRights) -> bool {
    one.event.manager || if one.targeted { one.addressed } else { reads_event(one.event) }
}

/// Whether not even that the thing exists is told: to those who may not read it either.
fn is_hidden(rights: &Rights) -> bool {
    match rights {
        Rights::Match(game) => game.secret && !reads_match(*game),
        Rights::Event(event) => !reads_event(*event),
        Rights::Announcement(one) => !reads_announcement(*one),
        Rights::Purchase(purchase) => !purchase.buyer,
        Rights::Team(_) | Rights::Sides { .. } | Rights::Account { .. } | Rights::Nothing => false,
    }
}

/// Whether things of this kind are hidden from some.
fn may_be_hidden(act: Act) -> bool {
    match act {
        Act::Read(topic) => matches!(topic.stream, Stream::Event(_) | Stream::Purchase(_)),
        Act::CreateMatch { event_id, .. } => event_id.is_some(),
        Act::EditEvent(_)
        | Act::Buy(_)
        | Act::EditPurchase(_)
        | Act::ReadAnnouncement(_)
        | Act::EditAnnouncement(_) => true,
        _ => false,
    }
}

/// Whether a token for this topic is good for the act.
fn covers(topic: Topic, act: Act) -> bool {
    let Act::Read(asked) = act else { return false };
    asked.stream == topic.stream && (topic.channel.is_none() || topic.channel == asked.channel)
}

#[cfg(test)]
mod tests;
