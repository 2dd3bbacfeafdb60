//! The table of who may what.

mod check;
mod messages;

pub use check::{can_read_topic, check};

use crate::domain::permission::Permission;
use crate::domain::topic::{StreamId, Topic};
use crate::store::{AnnouncementRights, EventRights, MatchRights, PurchaseRights, TeamRights};

/// What the one who asks is to the thing asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rights {
    Match(MatchRights),
    Team(TeamRights),
    Event(EventRights),
    Announcement(AnnouncementRights),
    Purchase(PurchaseRights),
    /// Manager of one of the two teams of a match to be.
    NewMatch {
        manages_a_team: bool,
    },
    Account {
        is_own: bool,
    },
    /// Nothing to be looked up.
    NotNeeded,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessDecision {
    Allow,
    /// Signing in may help.
    RequireSignIn,
    Deny,
    /// As if there were no such thing.
    Hide,
}

/// Whether somebody (`None`: nobody signed in; `Some(true)`: an admin) may, by these rights.
pub fn decide(permission: Permission, rights: &Rights, is_admin: Option<bool>) -> AccessDecision {
    match is_admin {
        _ if is_allowed(permission, rights, is_admin.is_some()) => AccessDecision::Allow,
        Some(true) => AccessDecision::Allow,
        Some(false) if is_hidden(rights) => AccessDecision::Hide,
        Some(false) => AccessDecision::Deny,
        None => AccessDecision::RequireSignIn,
    }
}

/// What is there for somebody to whom the thing asked about isn't.
///
/// Where nobody has signed in, what is private looks as what is unknown does, and so signing in
/// is asked for both.
fn decide_missing(permission: Permission, is_signed_in: bool) -> AccessDecision {
    if !is_signed_in && is_hideable(permission) {
        AccessDecision::RequireSignIn
    } else {
        AccessDecision::Hide
    }
}

fn is_allowed(permission: Permission, rights: &Rights, is_signed_in: bool) -> bool {
    match (permission, rights) {
        (act, Rights::Match(game)) => allows_in_match(act, *game),
        (Permission::Read(_), Rights::Team(team)) => can_read_team(team),
        (Permission::ReadMembers(_), Rights::Team(team)) => team.role.is_some(),
        (Permission::EditTeam(_), Rights::Team(team)) => team.role.as_deref() == Some("manager"),
        (Permission::Read(_), Rights::Event(event)) => can_read_event(*event),
        (Permission::BuyTickets(_), Rights::Event(event)) => is_signed_in && can_read_event(*event),
        (Permission::EditEvent(_) | Permission::CreateMatch { .. }, Rights::Event(event)) => {
            event.is_manager
        }
        (Permission::ReadAnnouncement(_), Rights::Announcement(one)) => can_read_announcement(*one),
        (Permission::EditAnnouncement(_), Rights::Announcement(one)) => one.event.is_manager,
        (Permission::Read(_), Rights::Purchase(purchase)) => purchase.is_buyer,
        (Permission::EditPurchase(_), Rights::Purchase(purchase)) => purchase.is_event_manager,
        (Permission::CreateMatch { .. }, Rights::NewMatch { manages_a_team: manages_one }) => {
            *manages_one
        }
        (Permission::ManageAccount(_), Rights::Account { is_own: own }) => *own,
        (Permission::CreateTeam | Permission::CreateEvent, Rights::NotNeeded) => is_signed_in,
        _ => false,
    }
}

fn allows_in_match(permission: Permission, game: MatchRights) -> bool {
    let manages_match = game.is_creator || game.is_event_manager;
    match permission {
        Permission::Read(_) => can_read_match(game),
        Permission::EditMatch(_) => manages_match,
        Permission::ControlMatch(_) | Permission::RuleOnMatch(_) => {
            manages_match || game.is_referee
        }
        Permission::RecordMatch(_) => manages_match || game.is_referee || game.is_scorer,
        _ => false,
    }
}

fn can_read_match(game: MatchRights) -> bool {
    let MatchRights {
        is_public: public,
        is_creator: created,
        is_referee: referee,
        is_scorer: scorer,
        is_team_member: member,
        is_event_manager: manager,
        is_event_participant: participant,
        ..
    } = game;
    public || created || referee || scorer || member || manager || participant
}

fn can_read_team(team: &TeamRights) -> bool {
    team.is_public || team.role.is_some() || team.is_event_participant
}

fn can_read_event(event: EventRights) -> bool {
    event.is_public || event.is_manager || event.is_participant
}

/// One for some teams is for them, and for those who wrote it: not for all who read the event.
fn can_read_announcement(announcement: AnnouncementRights) -> bool {
    announcement.event.is_manager
        || if announcement.is_targeted {
            announcement.is_addressed
        } else {
            can_read_event(announcement.event)
        }
}

/// Whether not even that the thing exists is told: to those who may not read it either.
fn is_hidden(rights: &Rights) -> bool {
    match rights {
        Rights::Match(game) => game.is_in_private_event && !can_read_match(*game),
        Rights::Event(event) => !can_read_event(*event),
        Rights::Announcement(one) => !can_read_announcement(*one),
        Rights::Purchase(purchase) => !purchase.is_buyer,
        Rights::Team(_) | Rights::NewMatch { .. } | Rights::Account { .. } | Rights::NotNeeded => {
            false
        }
    }
}

/// Whether things of this kind are hidden from some.
fn is_hideable(permission: Permission) -> bool {
    match permission {
        Permission::Read(topic) => {
            matches!(topic.stream, StreamId::Event(_) | StreamId::Purchase(_))
        }
        Permission::CreateMatch { event_id, .. } => event_id.is_some(),
        Permission::EditEvent(_)
        | Permission::BuyTickets(_)
        | Permission::EditPurchase(_)
        | Permission::ReadAnnouncement(_)
        | Permission::EditAnnouncement(_) => true,
        _ => false,
    }
}

/// Whether a token for this topic is good for the act.
fn token_covers(topic: Topic, permission: Permission) -> bool {
    let Permission::Read(requested) = permission else { return false };
    requested.stream == topic.stream
        && (topic.channel.is_none() || topic.channel == requested.channel)
}

#[cfg(test)]
mod tests;
