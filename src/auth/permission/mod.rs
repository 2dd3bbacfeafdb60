//! The permission table: which rights allow which operation. Pure, except for `check`.

mod check;
mod messages;

pub use check::{can_read_topic, check};

use crate::domain::permission::Permission;
use crate::domain::topic::{StreamId, Topic};
use crate::store::{AnnouncementRights, EventRights, MatchRights, PurchaseRights, TeamRights};

/// A user's relations to one resource, as the store has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rights {
    /// To a match.
    Match(MatchRights),
    /// To a team.
    Team(TeamRights),
    /// To an event.
    Event(EventRights),
    /// To an announcement.
    Announcement(AnnouncementRights),
    /// To a purchase.
    Purchase(PurchaseRights),
    /// To a match that doesn't exist yet and has no event.
    NewMatch {
        /// The user manages at least one of its two teams.
        manages_a_team: bool,
    },
    /// To a user's account.
    Account {
        /// The account is the user's own.
        is_own: bool,
    },
    /// The permission depends on no resource.
    NotNeeded,
}

/// Outcome of a permission check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessDecision {
    /// The operation may run.
    Allow,
    /// 401: anonymous, and signing in may help.
    RequireSignIn,
    /// 403: the user lacks the right.
    Deny,
    /// 404: the user must not learn that the resource exists.
    Hide,
}

/// Decides a permission from the user's rights; `is_admin` is `None` for anonymous requests.
pub fn decide(permission: Permission, rights: &Rights, is_admin: Option<bool>) -> AccessDecision {
    match is_admin {
        _ if is_allowed(permission, rights, is_admin.is_some()) => AccessDecision::Allow,
        Some(true) => AccessDecision::Allow,
        Some(false) if is_hidden(rights) => AccessDecision::Hide,
        Some(false) => AccessDecision::Deny,
        None => AccessDecision::RequireSignIn,
    }
}

/// Decides a permission on a resource that doesn't exist.
///
/// Anonymous requests get the same 401 for private and for missing resources of hideable kinds, so
/// that the answer doesn't reveal which exist.
fn decide_missing(permission: Permission, is_signed_in: bool) -> AccessDecision {
    if !is_signed_in && is_hideable(permission) {
        AccessDecision::RequireSignIn
    } else {
        AccessDecision::Hide
    }
}

fn is_allowed(permission: Permission, rights: &Rights, is_signed_in: bool) -> bool {
    match (permission, rights) {
        (permission, Rights::Match(game)) => is_allowed_in_match(permission, *game),
        (Permission::Read(_), Rights::Team(team)) => can_read_team(team),
        (Permission::ReadMembers(_), Rights::Team(team)) => team.role.is_some(),
        (Permission::EditTeam(_), Rights::Team(team)) => team.is_manager(),
        (Permission::Read(_), Rights::Event(event)) => can_read_event(*event),
        (Permission::BuyTickets(_), Rights::Event(event)) => is_signed_in && can_read_event(*event),
        (Permission::EditEvent(_) | Permission::CreateMatch { .. }, Rights::Event(event)) => {
            event.is_manager
        }
        (Permission::ReadAnnouncement(_), Rights::Announcement(announcement)) => {
            can_read_announcement(*announcement)
        }
        (Permission::EditAnnouncement(_), Rights::Announcement(announcement)) => {
            announcement.event.is_manager
        }
        (Permission::Read(_), Rights::Purchase(purchase)) => purchase.is_buyer,
        (Permission::EditPurchase(_), Rights::Purchase(purchase)) => purchase.is_event_manager,
        (Permission::CreateMatch { .. }, Rights::NewMatch { manages_a_team }) => *manages_a_team,
        (Permission::ManageAccount(_), Rights::Account { is_own }) => *is_own,
        (Permission::CreateTeam | Permission::CreateEvent, Rights::NotNeeded) => is_signed_in,
        _ => false,
    }
}

fn is_allowed_in_match(permission: Permission, game: MatchRights) -> bool {
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
    game.is_public
        || game.is_creator
        || game.is_referee
        || game.is_scorer
        || game.is_team_member
        || game.is_event_manager
        || game.is_event_participant
}

fn can_read_team(team: &TeamRights) -> bool {
    team.is_public || team.role.is_some() || team.is_event_participant
}

fn can_read_event(event: EventRights) -> bool {
    event.is_public || event.is_manager || event.is_participant
}

/// A targeted announcement is readable by the addressed teams and the event's managers, not by
/// everybody who can read the event.
fn can_read_announcement(announcement: AnnouncementRights) -> bool {
    announcement.event.is_manager
        || if announcement.is_targeted {
            announcement.is_addressed
        } else {
            can_read_event(announcement.event)
        }
}

/// Whether a signed-in user with these rights must not learn that the resource exists.
fn is_hidden(rights: &Rights) -> bool {
    match rights {
        Rights::Match(game) => game.is_in_private_event && !can_read_match(*game),
        Rights::Event(event) => !can_read_event(*event),
        Rights::Announcement(announcement) => !can_read_announcement(*announcement),
        Rights::Purchase(purchase) => !purchase.is_buyer,
        Rights::Team(_) | Rights::NewMatch { .. } | Rights::Account { .. } | Rights::NotNeeded => {
            false
        }
    }
}

/// Whether resources of the permission's kind can be hidden from anonymous requests.
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

/// Whether a token restricted to `topic` covers the permission: only reads of the topic, or of a
/// channel of it.
fn token_covers(topic: Topic, permission: Permission) -> bool {
    let Permission::Read(requested) = permission else { return false };
    requested.stream == topic.stream
        && (topic.channel.is_none() || topic.channel == requested.channel)
}

#[cfg(test)]
mod tests;
