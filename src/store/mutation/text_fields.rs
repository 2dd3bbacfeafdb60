//! Refuses text that not every database can hold.

use crate::domain::rejection::{FieldError, Rejection};
use crate::store::mutation::Mutation;

/// Texts by their JSON pointers.
type TextFields<'a> = Vec<(&'static str, Option<&'a String>)>;

impl Mutation {
    /// Refuses text that not every database can hold. Lengths and forms are the edge's business.
    pub fn reject_nul(&self) -> Result<(), Rejection> {
        let has_nul = |text: Option<&String>| text.is_some_and(|text| text.contains('\0'));
        let error = |pointer: &str| FieldError {
            pointer: pointer.to_owned(),
            detail: "can't hold the character U+0000".to_owned(),
        };
        let errors: Vec<_> = self
            .text_fields()
            .into_iter()
            .filter(|(_, text)| has_nul(*text))
            .map(|(pointer, _)| error(pointer))
            .collect();
        if errors.is_empty() { Ok(()) } else { Err(Rejection::fields(errors)) }
    }

    /// The texts that become columns, by their JSON pointers. The rest has none, or keeps it as
    /// JSON, which escapes the character.
    fn text_fields(&self) -> TextFields<'_> {
        let mut texts = self.people_and_team_texts();
        texts.extend(self.match_and_event_texts());
        texts
    }

    fn people_and_team_texts(&self) -> TextFields<'_> {
        match self {
            Self::CreateUser(user) => vec![
                ("/email", Some(&user.email)),
                ("/name", Some(&user.name)),
                ("/role", Some(&user.role)),
            ],
            Self::CreateIdentity(identity) => vec![
                ("/iss", Some(&identity.issuer)),
                ("/sub", Some(&identity.subject)),
                ("/email", identity.email.as_ref()),
                ("/name", Some(&identity.name)),
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
            _ => Vec::new(),
        }
    }

    fn match_and_event_texts(&self) -> TextFields<'_> {
        match self {
            Self::CreateMatch(fields) => {
                vec![("/venue", fields.venue.as_ref()), ("/visibility", Some(&fields.visibility))]
            }
            Self::EditMatch { fields, .. } => vec![
                ("/venue", fields.venue.as_ref().and_then(Option::as_ref)),
                ("/visibility", fields.visibility.as_ref()),
            ],
            Self::CreateEvent(fields) => vec![
                ("/name", Some(&fields.name)),
                ("/sport", Some(&fields.sport)),
                ("/visibility", Some(&fields.visibility)),
            ],
            Self::EditEvent { fields, .. } => {
                vec![("/name", fields.name.as_ref()), ("/visibility", fields.visibility.as_ref())]
            }
            Self::SetDeduction { fields, .. } => vec![("/reason", fields.reason.as_ref())],
            Self::CreateAnnouncement(fields) => vec![
                ("/type", Some(&fields.kind)),
                ("/priority", Some(&fields.priority)),
                ("/title", Some(&fields.title)),
                ("/message", Some(&fields.message)),
            ],
            Self::EditAnnouncement { fields, .. } => vec![
                ("/type", fields.kind.as_ref()),
                ("/priority", fields.priority.as_ref()),
                ("/title", fields.title.as_ref()),
                ("/message", fields.message.as_ref()),
            ],
            Self::CreatePurchase { ticket_type, .. } => vec![("/ticket_type", Some(ticket_type))],
            _ => Vec::new(),
        }
    }
}
