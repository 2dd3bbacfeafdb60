//! Closed sets whose texts the document takes from the code: `MatchStatus = enum` in `api/`.

use crate::domain::announcements::{AnnouncementStatus, AnnouncementType, Priority};
use crate::domain::closed_set::NamedSet;
use crate::domain::leaderboard::TieBreaker;
use crate::domain::matches::{MatchStatus, OfficialRole};
use crate::domain::purchases::{PurchaseStatus, TicketStatus};
use crate::domain::teams::MemberRole;
use crate::domain::users::UserRole;
use crate::domain::visibility::Visibility;
use crate::sports::result::ResultBasis;
use crate::sports::{ActionMethod, SportRules};
use crate::stream::snapshot::SnapshotReason;

static SHARED_SETS: [NamedSet; 14] = [
    NamedSet::of::<ActionMethod>("ActionMethod"),
    NamedSet::of::<AnnouncementStatus>("AnnouncementStatus"),
    NamedSet::of::<AnnouncementType>("AnnouncementType"),
    NamedSet::of::<MatchStatus>("MatchStatus"),
    NamedSet::of::<MemberRole>("MemberRole"),
    NamedSet::of::<OfficialRole>("OfficialRole"),
    NamedSet::of::<Priority>("Priority"),
    NamedSet::of::<PurchaseStatus>("PurchaseStatus"),
    NamedSet::of::<ResultBasis>("ResultEnding"),
    NamedSet::of::<SnapshotReason>("SnapshotReason"),
    NamedSet::of::<TicketStatus>("TicketStatus"),
    NamedSet::of::<TieBreaker>("TieBreaker"),
    NamedSet::of::<UserRole>("UserRole"),
    NamedSet::of::<Visibility>("Visibility"),
];

/// The codes of all sports.
static SPORTS: NamedSet = NamedSet {
    name: "Sport",
    texts: || SportRules::all().iter().map(|rules| rules.code).collect(),
};

/// The texts of the set that a schema of this name lists.
pub fn find(name: &str) -> Option<Vec<&'static str>> {
    let of_sports = SportRules::all().iter().flat_map(|rules| rules.api_sets);
    let mut sets = SHARED_SETS.iter().chain([&SPORTS]).chain(of_sports);
    sets.find(|set| set.name == name).map(|set| (set.texts)())
}
