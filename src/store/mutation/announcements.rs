//! What organisers announce, to a whole event or to some teams.

use chrono::{DateTime, Utc};

use crate::domain::permission::Permission;
use crate::input::{self, FieldReader};
use crate::store::mutation::{Mutation, RequestMutation, TextFields};

/// The kinds of announcements.
pub const ANNOUNCEMENT_TYPES: &[&str] =
    &["general", "schedule_change", "result_update", "weather_alert", "emergency"];

/// How urgent an announcement is, least first.
pub const PRIORITIES: &[&str] = &["low", "normal", "high", "urgent"];

/// Teams that one announcement may be for: each gets a message of its own.
const MAX_TEAMS: usize = 100;

/// Announces something.
#[derive(Clone, Debug)]
pub struct CreateAnnouncement(pub NewAnnouncement);

/// The fields of a new announcement.
#[derive(Clone, Debug)]
pub struct NewAnnouncement {
    pub event_id: i64,
    /// One of [`ANNOUNCEMENT_TYPES`].
    pub kind: String,
    /// One of [`PRIORITIES`].
    pub priority: String,
    pub title: String,
    pub message: String,
    /// Empty: for the whole event.
    pub team_ids: Vec<i64>,
    pub expires_at: Option<DateTime<Utc>>,
}

impl Mutation for CreateAnnouncement {
    fn permission(&self) -> Permission {
        Permission::EditEvent(self.0.event_id)
    }

    fn text_fields(&self) -> TextFields<'_> {
        vec![
            ("/type", Some(&self.0.kind)),
            ("/priority", Some(&self.0.priority)),
            ("/title", Some(&self.0.title)),
            ("/message", Some(&self.0.message)),
        ]
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for CreateAnnouncement {
    type Path = ();

    const PERMISSION_NEEDS_BODY: bool = true;

    fn read((): Self::Path, fields: &mut FieldReader<'_>) -> Self {
        let team_ids = input::array_of(input::id(), MAX_TEAMS, "ids of teams");
        Self(NewAnnouncement {
            event_id: fields.required("event_id", input::id()),
            kind: fields.required("type", input::one_of(ANNOUNCEMENT_TYPES)),
            priority: fields
                .optional("priority", input::one_of(PRIORITIES))
                .unwrap_or_else(|| "normal".to_owned()),
            title: fields.required("title", input::name()),
            message: fields.required("message", input::multiline_text()),
            team_ids: fields.optional("team_ids", team_ids).unwrap_or_default(),
            expires_at: fields.optional("expires_at", input::time()),
        })
    }
}

/// Changes an announcement.
#[derive(Clone, Debug)]
pub struct EditAnnouncement {
    pub id: i64,
    pub fields: AnnouncementEdit,
}

/// `None` leaves a field as it is. Whom it is for can't be changed: those who have it already
/// would keep it.
#[derive(Clone, Debug, Default)]
pub struct AnnouncementEdit {
    /// One of [`ANNOUNCEMENT_TYPES`].
    pub kind: Option<String>,
    /// One of [`PRIORITIES`].
    pub priority: Option<String>,
    pub title: Option<String>,
    pub message: Option<String>,
    pub expires_at: Option<Option<DateTime<Utc>>>,
}

impl Mutation for EditAnnouncement {
    fn permission(&self) -> Permission {
        Permission::EditAnnouncement(self.id)
    }

    fn text_fields(&self) -> TextFields<'_> {
        vec![
            ("/type", self.fields.kind.as_ref()),
            ("/priority", self.fields.priority.as_ref()),
            ("/title", self.fields.title.as_ref()),
            ("/message", self.fields.message.as_ref()),
        ]
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for EditAnnouncement {
    type Path = i64;

    fn read(id: Self::Path, fields: &mut FieldReader<'_>) -> Self {
        let edit = AnnouncementEdit {
            kind: fields.optional_non_null("type", input::one_of(ANNOUNCEMENT_TYPES)),
            priority: fields.optional_non_null("priority", input::one_of(PRIORITIES)),
            title: fields.optional_non_null("title", input::name()),
            message: fields.optional_non_null("message", input::multiline_text()),
            expires_at: fields.nullable("expires_at", input::time()),
        };
        for name in ["event_id", "team_ids"] {
            fields.reject(name, "can't be changed: delete this announcement and make another");
        }
        Self { id, fields: edit }
    }
}

/// Deletes an announcement.
#[derive(Clone, Debug)]
pub struct DeleteAnnouncement {
    pub id: i64,
}

impl Mutation for DeleteAnnouncement {
    fn permission(&self) -> Permission {
        Permission::EditAnnouncement(self.id)
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for DeleteAnnouncement {
    type Path = i64;

    fn read(id: Self::Path, _: &mut FieldReader<'_>) -> Self {
        Self { id }
    }
}

/// Sends an announcement again.
#[derive(Clone, Debug)]
pub struct BroadcastAnnouncement {
    pub id: i64,
}

impl Mutation for BroadcastAnnouncement {
    fn permission(&self) -> Permission {
        Permission::EditAnnouncement(self.id)
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for BroadcastAnnouncement {
    type Path = i64;

    fn read(id: Self::Path, _: &mut FieldReader<'_>) -> Self {
        Self { id }
    }
}

/// Ends an announcement before its time.
#[derive(Clone, Debug)]
pub struct ExpireAnnouncement {
    pub id: i64,
}

impl Mutation for ExpireAnnouncement {
    fn permission(&self) -> Permission {
        Permission::EditAnnouncement(self.id)
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for ExpireAnnouncement {
    type Path = i64;

    fn read(id: Self::Path, _: &mut FieldReader<'_>) -> Self {
        Self { id }
    }
}
