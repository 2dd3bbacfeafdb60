//! The fields of what is written, already of the right form.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::domain::leaderboard::{Points, TieBreaker};
use crate::domain::purchases::TicketType;
use crate::store::Principal;

#[derive(Clone)]
pub struct NewUser {
    pub email: String,
    pub name: String,
    /// In PHC form (argon2id); none for people who sign in elsewhere.
    pub password_hash: Option<String>,
    /// `user` or `admin`
    pub role: String,
}

/// A user whom an identity provider has signed in for the first time.
#[derive(Clone, Debug)]
pub struct NewIdentity {
    pub issuer: String,
    /// What the provider calls the user.
    pub subject: String,
    /// One that the provider has verified. It is stored unless another user has it.
    pub email: Option<String>,
    pub name: String,
}

#[derive(Clone, Default)]
pub struct UserEdit {
    pub name: Option<String>,
    pub password_hash: Option<String>,
    /// Where users set their own password: who does. Refused where that is no longer valid; its
    /// session is the one that goes on, in the next generation.
    pub own: Option<Principal>,
    pub role: Option<String>,
    pub is_disabled: Option<bool>,
}

#[derive(Clone, Debug)]
pub struct NewTeam {
    pub name: String,
    /// Made from the name where it isn't given.
    pub short_name: Option<String>,
    /// `#rrggbb`
    pub colour: Option<String>,
    /// `public` or `private`
    pub visibility: String,
}

/// `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct TeamEdit {
    pub name: Option<String>,
    pub short_name: Option<String>,
    pub colour: Option<Option<String>>,
    pub visibility: Option<String>,
}

#[derive(Clone, Debug)]
pub struct NewPlayer {
    pub name: String,
    pub shirt_number: Option<i32>,
}

#[derive(Clone, Debug, Default)]
pub struct PlayerEdit {
    pub name: Option<String>,
    pub shirt_number: Option<Option<i32>>,
}

#[derive(Clone, Debug)]
pub struct NewMatch {
    pub sport: String,
    pub format: Value,
    pub home_team_id: i64,
    pub away_team_id: i64,
    pub starts_at: Option<DateTime<Utc>>,
    pub venue: Option<String>,
    /// `public` or `private`
    pub visibility: String,
    pub event_id: Option<i64>,
}

#[derive(Clone, Debug, Default)]
pub struct MatchEdit {
    pub starts_at: Option<Option<DateTime<Utc>>>,
    pub venue: Option<Option<String>>,
    pub visibility: Option<String>,
}

#[derive(Clone, Debug)]
pub struct NewEvent {
    pub name: String,
    pub sport: String,
    /// `public` or `private`
    pub visibility: String,
    pub points: Points,
    pub tie_breakers: Vec<TieBreaker>,
    pub capacity: Option<i64>,
    pub max_quantity: Option<i64>,
    pub ticket_types: Vec<TicketType>,
}

/// `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct EventEdit {
    pub name: Option<String>,
    pub visibility: Option<String>,
    pub points: Option<Points>,
    pub tie_breakers: Option<Vec<TieBreaker>>,
    pub capacity: Option<Option<i64>>,
    pub max_quantity: Option<Option<i64>>,
    pub ticket_types: Option<Vec<TicketType>>,
}

#[derive(Clone, Debug)]
pub struct PointsDeduction {
    /// 0 gives them back.
    pub points: i64,
    pub reason: Option<String>,
}

#[derive(Clone, Debug)]
pub struct NewAnnouncement {
    pub event_id: i64,
    /// `general`, `schedule_change`, `result_update`, `weather_alert`, `emergency`
    pub kind: String,
    /// `low`, `normal`, `high`, `urgent`
    pub priority: String,
    pub title: String,
    pub message: String,
    /// Empty: for the whole event.
    pub team_ids: Vec<i64>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// `None` leaves a field as it is. Whom it is for can't be changed: those who have it already
/// would keep it.
#[derive(Clone, Debug, Default)]
pub struct AnnouncementEdit {
    pub kind: Option<String>,
    pub priority: Option<String>,
    pub title: Option<String>,
    pub message: Option<String>,
    pub expires_at: Option<Option<DateTime<Utc>>>,
}
