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
}

closed_set!(ScheduleChange {
    Created => "created",
    Updated => "updated",
    Rescheduled => "rescheduled",
    Postponed => "postponed",
    Cancelled => "cancelled",
    Deleted => "deleted",
});
