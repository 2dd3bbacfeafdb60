//! What the one who may not is told.

use super::Act;
use crate::domain::topic::Stream;

/// What there is none of.
pub(super) fn noun(act: Act) -> &'static str {
    match act {
        Act::Read(topic) => match topic.stream {
            Stream::Event(_) => "event",
            Stream::Team(_) => "team",
            Stream::Match(_) => "match",
            Stream::Purchase(_) => "purchase",
        },
        Act::CreateTeam | Act::EditTeam(_) | Act::ReadMembers(_) => "team",
        Act::CreateEvent
        | Act::EditEvent(_)
        | Act::Buy(_)
        | Act::CreateMatch { event_id: Some(_), .. } => "event",
        Act::ReadAnnouncement(_) | Act::EditAnnouncement(_) => "announcement",
        Act::EditPurchase(_) => "purchase",
        Act::Users | Act::Account(_) => "user",
        Act::Figures => "page",
        _ => "match",
    }
}

/// Who may.
pub(super) fn refusal(act: Act) -> &'static str {
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
        Act::EditMatch(_) => "only who made the match and its event's managers may do this",
        Act::RunMatch(_) | Act::Rule(_) => {
            "only the match's referee, its maker and its event's managers may do this"
        }
        Act::Record(_) => {
            "only the match's officials, its maker and its event's managers may do this"
        }
        Act::EditTeam(_) => "only the team's managers may do this",
        Act::CreateTeam | Act::CreateEvent | Act::Users | Act::Account(_) | Act::Figures => {
            "only administrators may do this"
        }
    }
}
