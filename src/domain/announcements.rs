//! Announcements of organisers.

use crate::domain::closed_set::closed_set;

/// What an announcement is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AnnouncementType {
    #[default]
    General,
    ScheduleChange,
    ResultUpdate,
    WeatherAlert,
    Emergency,
}

closed_set!(AnnouncementType {
    General => "general",
    ScheduleChange => "schedule_change",
    ResultUpdate => "result_update",
    WeatherAlert => "weather_alert",
    Emergency => "emergency",
});

/// How urgent an announcement is, least first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
    Urgent,
}

closed_set!(Priority { Low => "low", Normal => "normal", High => "high", Urgent => "urgent" });

/// Whether an announcement still holds; not stored, but computed from the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnnouncementStatus {
    Active,
    Expired,
}

closed_set!(AnnouncementStatus { Active => "active", Expired => "expired" });

/// What was done to an announcement: `change` of `announcement_update`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnnouncementChange {
    Created,
    Updated,
    Deleted,
    /// Published again.
    Broadcast,
}

closed_set!(AnnouncementChange {
    Created => "created",
    Updated => "updated",
    Deleted => "deleted",
    Broadcast => "broadcast",
});
