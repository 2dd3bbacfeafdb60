//! Matches: their status, their officials and changes of the schedule.

use crate::domain::closed_set::closed_set;

/// The status of a match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MatchStatus {
    #[default]
    Scheduled,
    Live,
    Paused,
    Finished,
    Postponed,
    Cancelled,
    Abandoned,
}

closed_set!(MatchStatus {
    Scheduled => "scheduled",
    Live => "live",
    Paused => "paused",
    Finished => "finished",
    Postponed => "postponed",
    Cancelled => "cancelled",
    Abandoned => "abandoned",
});

impl MatchStatus {
    /// The statuses in which facts of a match may be entered.
    pub const ALL_BUT_CANCELLED: [Self; 6] = [
        Self::Scheduled,
        Self::Live,
        Self::Paused,
        Self::Finished,
        Self::Postponed,
        Self::Abandoned,
    ];
}

/// The role of an official of a match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OfficialRole {
    /// Records what happens.
    #[default]
    Scorer,
    /// Also starts and ends the match, and rules on disputes.
    Referee,
}

closed_set!(OfficialRole { Scorer => "scorer", Referee => "referee" });

/// What changed in the schedule: `change` of `schedule_update`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScheduleChange {
    Created,
    Updated,
    Rescheduled,
    Postponed,
    Cancelled,
    Deleted,
    /// It began.
    Started,
    Paused,
    Resumed,
    Finished,
    Abandoned,
    /// Its end, postponement or cancellation was undone.
    Reopened,
    /// The stream may no longer show it.
    Hidden,
}

closed_set!(ScheduleChange {
    Created => "created",
    Updated => "updated",
    Rescheduled => "rescheduled",
    Postponed => "postponed",
    Cancelled => "cancelled",
    Deleted => "deleted",
    Started => "started",
    Paused => "paused",
    Resumed => "resumed",
    Finished => "finished",
    Abandoned => "abandoned",
    Reopened => "reopened",
    Hidden => "hidden",
});

impl ScheduleChange {
    /// What a new status means for the schedule; `None` if the status is the same.
    pub fn of_status(before: MatchStatus, after: MatchStatus) -> Option<Self> {
        use MatchStatus::{Abandoned, Cancelled, Finished, Live, Paused, Postponed, Scheduled};
        match (before, after) {
            (before, after) if before == after => None,
            (_, Finished) => Some(Self::Finished),
            (Finished | Abandoned, _) | (_, Scheduled) => Some(Self::Reopened),
            (_, Postponed) => Some(Self::Postponed),
            (_, Cancelled) => Some(Self::Cancelled),
            (_, Abandoned) => Some(Self::Abandoned),
            (_, Paused) => Some(Self::Paused),
            (Paused, Live) => Some(Self::Resumed),
            (_, Live) => Some(Self::Started),
        }
    }
}
