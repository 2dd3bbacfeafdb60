//! Announcements.

use actix_web::HttpResponse;
use actix_web::web::Query;
use serde::Deserialize;
use serde::Deserializer;
use serde::de::Error;
use serde_json::Value;

use crate::auth::permission::Act;
use crate::domain::number;
use crate::http::body::Body;
use crate::http::body::Fields;
use crate::http::path::Path;
use crate::http::reader;
use crate::http::reader::Paging;
use crate::http::reader::Reader;
use crate::http::shape;
use crate::http::writer;
use crate::http::writer::Writer;
use crate::problem::Problem;
use crate::store::AnnouncementFilter;
use crate::store::ListOf;
use crate::store::job::AnnouncementEdit;
use crate::store::job::AnnouncementFields;
use crate::store::job::Write;

type Answer = Result<HttpResponse, Problem>;

const TYPES: &[&str] =
    &["general", "schedule_change", "result_update", "weather_alert", "emergency"];
const PRIORITIES: &[&str] = &["low", "normal", "high", "urgent"];
const STATUSES: &[&str] = &["active", "expired"];

/// Teams that one announcement may be for: each is told by a message of its own.
const TEAMS: usize = 100;

/// `?event_id=1&type=emergency&priority=urgent&status=expired&after=…&limit=…`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    #[serde(default, alias = "event", deserialize_with = "event_id")]
    event_id: Option<i64>,
    #[serde(rename = "type")]
    kind: Option<String>,
    priority: Option<String>,
    status: Option<String>,
    #[serde(default, deserialize_with = "reader::after")]
    after: i64,
    #[serde(default = "reader::usual", deserialize_with = "reader::limit")]
    limit: i64,
    /// Credentials, read elsewhere.
    #[serde(rename = "token")]
    _token: Option<String>,
    #[serde(rename = "ticket")]
    _ticket: Option<String>,
}

fn event_id<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    let read = reader::number("event_id", &String::deserialize(from)?, 1..=number::MAX);
    read.map(Some).map_err(D::Error::custom)
}

impl Wanted {
    fn filter(&self) -> Result<AnnouncementFilter, Problem> {
        Ok(AnnouncementFilter {
            event_id: self.event_id,
            kind: reader::word("type", self.kind.as_deref(), TYPES)?,
            priority: reader::word("priority", self.priority.as_deref(), PRIORITIES)?,
            status: reader::word("status", self.status.as_deref(), STATUSES)?,
        })
    }
}

/// `GET /api/announcements`: those in force, unless others are asked for, that one may see.
pub async fn list(reader: Reader, wanted: Query<Wanted>) -> Answer {
    reader.may_list()?;
    listed(&reader, &wanted, wanted.filter()?).await
}

/// `GET /api/events/{id}/announcements`: the same of one event.
pub async fn of_event(reader: Reader, id: Path<i64>, wanted: Query<Wanted>) -> Answer {
    // Beside what the event's topic tells there are some for teams, which such a token isn't for.
    reader.may_list()?;
    reader.may(Act::read_event(*id)).await?;
    if wanted.event_id.is_some_and(|event_id| event_id != *id) {
        return Err(Problem::BadRequest("event_id: the path says another".to_owned()));
    }
    let filter = AnnouncementFilter { event_id: Some(*id), ..wanted.filter()? };
    listed(&reader, &wanted, filter).await
}

async fn listed(reader: &Reader, wanted: &Wanted, filter: AnnouncementFilter) -> Answer {
    let of = ListOf::Announcements { seen_by: reader.seen_by(), filter };
    let list = reader.page(of, &Paging::of(wanted.after, wanted.limit)).await?;
    Ok(reader.listed(&list))
}

/// `POST /api/announcements`
pub async fn create(writer: Writer, body: Body) -> Answer {
    let hash = body.hash();
    let mut fields = body.fields()?;
    let announcement = AnnouncementFields {
        event_id: fields.required("event_id", shape::id),
        kind: fields.required("type", shape::one_of(TYPES)),
        priority: fields
            .optional("priority", shape::one_of(PRIORITIES))
            .unwrap_or("normal".to_owned()),
        title: fields.required("title", shape::name),
        message: fields.required("message", shape::message),
        team_ids: fields.optional("team_ids", team_ids).unwrap_or_default(),
        expires_at: fields.optional("expires_at", shape::time),
    };
    fields.finish()?;
    writer.may(Act::EditEvent(announcement.event_id)).await?;
    writer.write(hash, Write::CreateAnnouncement(announcement)).await
}

fn team_ids(value: &Value) -> Result<Vec<i64>, String> {
    let items = value.as_array().filter(|items| items.len() <= TEAMS);
    let ids = items.and_then(|items| items.iter().map(|item| shape::id(item).ok()).collect());
    ids.ok_or_else(|| format!("must be a list of at most {TEAMS} ids of teams"))
}

/// `GET /api/announcements/{id}`
pub async fn read(reader: Reader, id: Path<i64>) -> Answer {
    reader.may(Act::ReadAnnouncement(*id)).await?;
    let found = reader.app.store.announcement(*id).await?;
    let (etag, body) = found.ok_or(Problem::NotFound("announcement"))?;
    Ok(reader.found(Some(&etag), &body))
}

/// `PATCH /api/announcements/{id}`
pub async fn edit(writer: Writer, id: Path<i64>, body: Body) -> Answer {
    writer.may(Act::EditAnnouncement(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let edit = AnnouncementEdit {
        kind: fields.present("type", shape::one_of(TYPES)),
        priority: fields.present("priority", shape::one_of(PRIORITIES)),
        title: fields.present("title", shape::name),
        message: fields.present("message", shape::message),
        expires_at: fields.nullable("expires_at", shape::time),
    };
    refuse_others(&mut fields);
    fields.finish()?;
    writer.write(hash, Write::EditAnnouncement { id: *id, fields: edit }).await
}

/// Whom it is for stays: those who have it already would keep it.
fn refuse_others(fields: &mut Fields) {
    for name in ["event_id", "team_ids"] {
        if fields.nullable(name, shape::any).is_some() {
            fields.fault(name, "can't be changed: delete this announcement and make another");
        }
    }
}

/// `DELETE /api/announcements/{id}`
pub async fn delete(writer: Writer, id: Path<i64>) -> Answer {
    writer.may(Act::EditAnnouncement(*id)).await?;
    writer.write(writer::no_body(), Write::DeleteAnnouncement { id: *id }).await
}

/// `POST /api/announcements/{id}/broadcast`: sends it again.
pub async fn broadcast(writer: Writer, id: Path<i64>, body: Body) -> Answer {
    writer.may(Act::EditAnnouncement(*id)).await?;
    let hash = body.hash();
    body.fields()?.finish()?;
    writer.write(hash, Write::Broadcast { id: *id }).await
}

/// `POST /api/announcements/{id}/expire`: ends it now, by the server's clock.
pub async fn expire(writer: Writer, id: Path<i64>, body: Body) -> Answer {
    writer.may(Act::EditAnnouncement(*id)).await?;
    let hash = body.hash();
    body.fields()?.finish()?;
    writer.write(hash, Write::ExpireAnnouncement { id: *id }).await
}
