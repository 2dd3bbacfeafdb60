//! What can be written, and what is answered: each [`Write`] is one transaction.

use chrono::DateTime;
use chrono::Utc;
use serde_json::Value;

use crate::domain::rejection::FieldError;
use crate::domain::rejection::Reason;
use crate::domain::rejection::Rejection;
use crate::domain::topic::Seq;
use crate::domain::topic::Stream;

/// One request to write something.
#[derive(Clone, Debug)]
pub struct Job {
    /// The user who asks.
    pub by: i64,
    /// The server's clock when the request came in, whole milliseconds.
    pub at: DateTime<Utc>,
    pub key: Option<Key>,
    /// The `ETag` the caller has seen (`If-Match`), without quotes.
    pub if_match: Option<String>,
    pub write: Write,
}

impl Job {
    /// Refuses where the caller has seen another version (`If-Match`) than the one that is now.
    pub fn expects(&self, version: i64) -> Result<(), Rejection> {
        match self.if_match.as_deref() {
            None | Some("*") => Ok(()),
            Some(seen) if seen == version.to_string() => Ok(()),
            Some(seen) => {
                let words = format!("it has changed: it is at {version}, not at {seen}");
                Err(Rejection::new(Reason::Stale, "stale", words))
            }
        }
    }
}

/// What makes a write effectively once (G5): it belongs to the user and the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Method and path, as in `POST /api/teams`.
    pub path: String,
    /// At most 128 visible characters.
    pub key: String,
    /// SHA-256 of the body in hex: the same key with another body is refused.
    pub body_hash: String,
}

/// Everything that changes the database on somebody's request.
#[derive(Clone, Debug)]
pub enum Write {
    CreateUser(NewUser),
    EditUser {
        id: i64,
        edit: EditUser,
    },
    CreateTeam(TeamFields),
    EditTeam {
        id: i64,
        fields: TeamEdit,
    },
    DeleteTeam {
        id: i64,
    },
    AddPlayer {
        team_id: i64,
        fields: PlayerFields,
    },
    EditPlayer {
        team_id: i64,
        id: i64,
        fields: PlayerEdit,
    },
    RemovePlayer {
        team_id: i64,
        id: i64,
    },
    AddMember {
        team_id: i64,
        user_id: i64,
        role: String,
    },
    RemoveMember {
        team_id: i64,
        user_id: i64,
    },
    CreateMatch(MatchFields),
    EditMatch {
        id: i64,
        fields: MatchEdit,
    },
    DeleteMatch {
        id: i64,
    },
    AddOfficial {
        match_id: i64,
        user_id: i64,
        role: String,
    },
    RemoveOfficial {
        match_id: i64,
        user_id: i64,
    },
    /// A scorer's command; `action` and `body` as in `sports::Command`.
    Act {
        match_id: i64,
        action: String,
        body: Value,
        occurred_at: Option<DateTime<Utc>>,
    },
}

impl Write {
    /// Refuses text that not every database can hold. Lengths and forms are the edge's business.
    pub fn check(&self) -> Result<(), Rejection> {
        let has_nul = |text: Option<&String>| text.is_some_and(|text| text.contains('\0'));
        let error = |pointer: &str| FieldError {
            pointer: pointer.to_owned(),
            detail: "can't hold the character U+0000".to_owned(),
        };
        let wrong: Vec<_> = self
            .texts()
            .into_iter()
            .filter(|(_, text)| has_nul(*text))
            .map(|(pointer, _)| error(pointer))
            .collect();
        if wrong.is_empty() { Ok(()) } else { Err(Rejection::fields(wrong)) }
    }

    /// The texts that become columns, by their JSON pointers.
    fn texts(&self) -> Vec<(&'static str, Option<&String>)> {
        match self {
            Self::CreateUser(user) => vec![
                ("/email", Some(&user.email)),
                ("/name", Some(&user.name)),
                ("/role", Some(&user.role)),
            ],
            Self::EditUser { edit, .. } => {
                vec![("/name", edit.name.as_ref()), ("/role", edit.role.as_ref())]
            }
            Self::CreateTeam(fields) => vec![
                ("/name", Some(&fields.name)),
                ("/short_name", fields.short_name.as_ref()),
                ("/colour", fields.colour.as_ref()),
                ("/visibility", Some(&fields.visibility)),
            ],
            Self::EditTeam { fields, .. } => vec![
                ("/name", fields.name.as_ref()),
                ("/short_name", fields.short_name.as_ref()),
                ("/colour", fields.colour.as_ref().and_then(Option::as_ref)),
                ("/visibility", fields.visibility.as_ref()),
            ],
            Self::AddPlayer { fields, .. } => vec![("/name", Some(&fields.name))],
            Self::EditPlayer { fields, .. } => vec![("/name", fields.name.as_ref())],
            Self::AddMember { role, .. } | Self::AddOfficial { role, .. } => {
                vec![("/role", Some(role))]
            }
            Self::CreateMatch(fields) => {
                vec![("/venue", fields.venue.as_ref()), ("/visibility", Some(&fields.visibility))]
            }
            Self::EditMatch { fields, .. } => vec![
                ("/venue", fields.venue.as_ref().and_then(Option::as_ref)),
                ("/visibility", fields.visibility.as_ref()),
            ],
            // The rest has no text, or keeps it as JSON, which escapes the character.
            _ => Vec::new(),
        }
    }
}

#[derive(Clone, Debug)]
pub struct NewUser {
    pub email: String,
    pub name: String,
    /// In PHC form (argon2id); none for people who sign in elsewhere.
    pub password_hash: Option<String>,
    /// `user` or `admin`
    pub role: String,
}

#[derive(Clone, Debug, Default)]
pub struct EditUser {
    pub name: Option<String>,
    pub password_hash: Option<String>,
    pub role: Option<String>,
    pub disabled: Option<bool>,
}

#[derive(Clone, Debug)]
pub struct TeamFields {
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
pub struct PlayerFields {
    pub name: String,
    pub shirt_number: Option<i32>,
}

#[derive(Clone, Debug, Default)]
pub struct PlayerEdit {
    pub name: Option<String>,
    pub shirt_number: Option<Option<i32>>,
}

#[derive(Clone, Debug)]
pub struct MatchFields {
    pub sport: String,
    pub format: Value,
    pub home_team_id: i64,
    pub away_team_id: i64,
    pub starts_at: Option<DateTime<Utc>>,
    pub venue: Option<String>,
    /// `public` or `private`
    pub visibility: String,
}

#[derive(Clone, Debug, Default)]
pub struct MatchEdit {
    pub starts_at: Option<Option<DateTime<Utc>>>,
    pub venue: Option<Option<String>>,
    pub visibility: Option<String>,
}

/// What a write is answered with, the first time and each time it is sent again.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// An HTTP status: 200, 201 or 204.
    pub status: u16,
    pub body: Value,
    /// The entity's version after the write, without quotes.
    pub etag: Option<String>,
    /// The resource's own stream and its head after the write, where it told one.
    pub told: Option<(Stream, Seq)>,
    /// Whether this is the remembered answer of an earlier sending.
    pub again: bool,
}
