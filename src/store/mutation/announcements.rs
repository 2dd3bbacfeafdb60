//! Announcements of organisers, to a whole event or to some of its teams.

use chrono::{DateTime, Utc};

use crate::domain::announcements::{AnnouncementType, Priority};
use crate::domain::permission::Permission;
use crate::input::{self, FieldReader};
use crate::store::mutation::{Mutation, RequestMutation, TextFields};

/// Teams that one announcement may address: each gets a message of its own.
const MAX_TEAMS: usize = 100;

/// Creates and publishes an announcement.
#[derive(Clone, Debug)]
pub struct CreateAnnouncement(pub NewAnnouncement);

/// The fields of a new announcement.
#[derive(Clone, Debug)]
pub struct NewAnnouncement {
    pub event_id: i64,
    pub kind: AnnouncementType,
    pub priority: Priority,
    pub title: String,
    pub message: String,
    /// Empty if it addresses the whole event.
    pub team_ids: Vec<i64>,
    pub expires_at: Option<DateTime<Utc>>,
}

impl Mutation for CreateAnnouncement {
    fn permission(&self) -> Permission {
        Permission::EditEvent(self.0.event_id)
    }

    fn text_fields(&self) -> TextFields<'_> {
        vec![("/title", Some(&self.0.title)), ("/message", Some(&self.0.message))]
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
            kind: fields.required("type", input::one_of()),
            priority: fields.optional("priority", input::one_of()).unwrap_or_default(),
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

/// `None` leaves a field as it is. The addressees can't change: those who have received the
/// announcement would keep it.
#[derive(Clone, Debug, Default)]
pub struct AnnouncementEdit {
    pub kind: Option<AnnouncementType>,
    pub priority: Option<Priority>,
    pub title: Option<String>,
    pub message: Option<String>,
    pub expires_at: Option<Option<DateTime<Utc>>>,
}

impl Mutation for EditAnnouncement {
    fn permission(&self) -> Permission {
        Permission::EditAnnouncement(self.id)
    }

    fn text_fields(&self) -> TextFields<'_> {
        vec![("/title", self.fields.title.as_ref()), ("/message", self.fields.message.as_ref())]
    }

    fn answers_with_secret(&self) -> bool {
        false
    }
}

impl RequestMutation for EditAnnouncement {
    type Path = i64;

    fn read(id: Self::Path, fields: &mut FieldReader<'_>) -> Self {
        let edit = AnnouncementEdit {
            kind: fields.optional_non_null("type", input::one_of()),
            priority: fields.optional_non_null("priority", input::one_of()),
            title: fields.optional_non_null("title", input::name()),
            message: fields.optional_non_null("message", input::multiline_text()),
            expires_at: fields.nullable("expires_at", input::time()),
        };
        for name in ["event_id", "team_ids"] {
            fields.reject(name, "can't be changed: delete this announcement and create a new one");
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

/// Publishes an announcement again.
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

/// Expires an announcement early.
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
