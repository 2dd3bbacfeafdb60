//! Texts of denied permissions.

use crate::domain::permission::Permission;
use crate::domain::topic::StreamId;

/// Resource name for the 404 message.
pub(super) fn resource_name(permission: Permission) -> &'static str {
    match permission {
        Permission::Read(topic) => match topic.stream {
            StreamId::Event(_) => "event",
            StreamId::Team(_) => "team",
            StreamId::Match(_) => "match",
            StreamId::Purchase(_) => "purchase",
        },
        Permission::CreateTeam | Permission::EditTeam(_) | Permission::ReadMembers(_) => "team",
        Permission::CreateEvent
        | Permission::EditEvent(_)
        | Permission::BuyTickets(_)
        | Permission::CreateMatch { event_id: Some(_), .. } => "event",
        Permission::ReadAnnouncement(_) | Permission::EditAnnouncement(_) => "announcement",
        Permission::EditPurchase(_) => "purchase",
        Permission::ManageUsers | Permission::ManageAccount(_) => "user",
        Permission::ViewConnections => "page",
        _ => "match",
    }
}

/// Detail of the 403: names those who have the permission.
pub(super) fn denial_message(permission: Permission) -> &'static str {
    match permission {
        Permission::ReadMembers(_) => "only the team's members may do this",
        Permission::Read(_) => "only members, officials and managers may read this",
        Permission::EditEvent(_)
        | Permission::EditAnnouncement(_)
        | Permission::CreateMatch { event_id: Some(_), .. } => {
            "only the event's managers may do this"
        }
        Permission::EditPurchase(_) => "only managers of the purchase's event may do this",
        Permission::ReadAnnouncement(_) => "only its recipients may read this",
        Permission::BuyTickets(_) => "only users who can read the event may buy tickets",
        Permission::CreateMatch { .. } => "only managers of one of the two teams may do this",
        Permission::EditMatch(_) => "only the match's creator and its event's managers may do this",
        Permission::ControlMatch(_) | Permission::RuleOnMatch(_) => {
            "only the match's referee, its creator and its event's managers may do this"
        }
        Permission::RecordMatch(_) => {
            "only the match's officials, its creator and its event's managers may do this"
        }
        Permission::EditTeam(_) => "only the team's managers may do this",
        Permission::CreateTeam
        | Permission::CreateEvent
        | Permission::ManageUsers
        | Permission::ManageAccount(_)
        | Permission::ViewConnections => "only administrators may do this",
    }
}
