//! Announcements.

use actix_web::HttpResponse;
use actix_web::web::Query;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::auth::permission::Permission;
use crate::domain::number;
use crate::http::json_body::{FieldReader, JsonBody};
use crate::http::path::Path;
use crate::http::read_context::{Paging, ReadContext};
use crate::http::write_context::WriteContext;
use crate::http::{parse, read_context, write_context};
use crate::problem::Problem;
use crate::store::mutation::{AnnouncementEdit, Mutation, NewAnnouncement};
use crate::store::{AnnouncementFilter, ListQuery};

type HandlerResult = Result<HttpResponse, Problem>;

const ANNOUNCEMENT_TYPES: &[&str] =
    &["general", "schedule_change", "result_update", "weather_alert", "emergency"];
const PRIORITIES: &[&str] = &["low", "normal", "high", "urgent"];
const STATUSES: &[&str] = &["active", "expired"];

/// Teams that one announcement may be for: each is told by a message of its own.
const MAX_TEAMS: usize = 100;

/// `?event_id=1&type=emergency&priority=urgent&status=expired&after=…&limit=…`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnouncementQuery {
    #[serde(default, alias = "event", deserialize_with = "event_id")]
    event_id: Option<i64>,
    #[serde(rename = "type")]
    kind: Option<String>,
    priority: Option<String>,
    status: Option<String>,
    #[serde(default, deserialize_with = "read_context::after")]
    after: i64,
    #[serde(default = "read_context::default_limit", deserialize_with = "read_context::limit")]
    limit: i64,
    /// Credentials, read elsewhere.
    #[serde(rename = "token")]
    _token: Option<String>,
    #[serde(rename = "ticket")]
    _ticket: Option<String>,
}

fn event_id<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    let read = read_context::number("event_id", &String::deserialize(from)?, 1..=number::MAX);
    read.map(Some).map_err(D::Error::custom)
}

impl AnnouncementQuery {
    fn to_filter(&self) -> Result<AnnouncementFilter, Problem> {
        Ok(AnnouncementFilter {
            event_id: self.event_id,
            kind: read_context::parse_choice("type", self.kind.as_deref(), ANNOUNCEMENT_TYPES)?,
            priority: read_context::parse_choice("priority", self.priority.as_deref(), PRIORITIES)?,
            status: read_context::parse_choice("status", self.status.as_deref(), STATUSES)?,
        })
    }
}

/// `GET /api/announcements`: those in force, unless others are asked for, that one may see.
pub async fn list(ctx: ReadContext, query: Query<AnnouncementQuery>) -> HandlerResult {
    ctx.require_list_access()?;
    list_filtered(&ctx, &query, query.to_filter()?).await
}

/// `GET /api/events/{id}/announcements`: the same of one event.
pub async fn list_for_event(
    ctx: ReadContext,
    id: Path<i64>,
    query: Query<AnnouncementQuery>,
) -> HandlerResult {
    // Beside what the event's topic tells there are some for teams, which such a token isn't for.
    ctx.require_list_access()?;
    ctx.require(Permission::read_event(*id)).await?;
    if query.event_id.is_some_and(|event_id| event_id != *id) {
        return Err(Problem::BadRequest("event_id: the path says another".to_owned()));
    }
    let filter = AnnouncementFilter { event_id: Some(*id), ..query.to_filter()? };
    list_filtered(&ctx, &query, filter).await
}

async fn list_filtered(
    ctx: &ReadContext,
    query: &AnnouncementQuery,
    filter: AnnouncementFilter,
) -> HandlerResult {
    let list_query = ListQuery::Announcements { scope: ctx.visibility_scope(), filter };
    let list = ctx.fetch_page(list_query, &Paging::new(query.after, query.limit)).await?;
    Ok(ctx.list_response(&list))
}

/// `POST /api/announcements`
pub async fn create(ctx: WriteContext, body: JsonBody) -> HandlerResult {
    let hash = body.hash();
    let mut fields = body.fields()?;
    let announcement = NewAnnouncement {
        event_id: fields.required("event_id", parse::id),
        kind: fields.required("type", parse::one_of(ANNOUNCEMENT_TYPES)),
        priority: fields
            .optional("priority", parse::one_of(PRIORITIES))
            .unwrap_or("normal".to_owned()),
        title: fields.required("title", parse::name),
        message: fields.required("message", parse::multiline_text),
        team_ids: fields.optional("team_ids", parse_team_ids).unwrap_or_default(),
        expires_at: fields.optional("expires_at", parse::time),
    };
    fields.finish()?;
    ctx.require(Permission::EditEvent(announcement.event_id)).await?;
    ctx.commit(hash, Mutation::CreateAnnouncement(announcement)).await
}

fn parse_team_ids(value: &Value) -> Result<Vec<i64>, String> {
    let items = value.as_array().filter(|items| items.len() <= MAX_TEAMS);
    let ids = items.and_then(|items| items.iter().map(|item| parse::id(item).ok()).collect());
    ids.ok_or_else(|| format!("must be a list of at most {MAX_TEAMS} ids of teams"))
}

/// `GET /api/announcements/{id}`
pub async fn read(ctx: ReadContext, id: Path<i64>) -> HandlerResult {
    ctx.require(Permission::ReadAnnouncement(*id)).await?;
    let value = ctx.app.store.announcement(*id).await?;
    let (etag, body) = value.ok_or(Problem::NotFound("announcement"))?;
    Ok(ctx.json_response(Some(&etag), &body))
}

/// `PATCH /api/announcements/{id}`
pub async fn edit(ctx: WriteContext, id: Path<i64>, body: JsonBody) -> HandlerResult {
    ctx.require(Permission::EditAnnouncement(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let edit = AnnouncementEdit {
        kind: fields.optional_non_null("type", parse::one_of(ANNOUNCEMENT_TYPES)),
        priority: fields.optional_non_null("priority", parse::one_of(PRIORITIES)),
        title: fields.optional_non_null("title", parse::name),
        message: fields.optional_non_null("message", parse::multiline_text),
        expires_at: fields.nullable("expires_at", parse::time),
    };
    reject_fixed_fields(&mut fields);
    fields.finish()?;
    ctx.commit(hash, Mutation::EditAnnouncement { id: *id, fields: edit }).await
}

/// Whom it is for stays: those who have it already would keep it.
fn reject_fixed_fields(fields: &mut FieldReader) {
    for name in ["event_id", "team_ids"] {
        if fields.nullable(name, parse::any_value).is_some() {
            fields.add_error(name, "can't be changed: delete this announcement and make another");
        }
    }
}

/// `DELETE /api/announcements/{id}`
pub async fn delete(ctx: WriteContext, id: Path<i64>) -> HandlerResult {
    ctx.require(Permission::EditAnnouncement(*id)).await?;
    ctx.commit(write_context::empty_body_hash(), Mutation::DeleteAnnouncement { id: *id }).await
}

/// `POST /api/announcements/{id}/broadcast`: sends it again.
pub async fn broadcast(ctx: WriteContext, id: Path<i64>, body: JsonBody) -> HandlerResult {
    ctx.require(Permission::EditAnnouncement(*id)).await?;
    let hash = body.hash();
    body.fields()?.finish()?;
    ctx.commit(hash, Mutation::BroadcastAnnouncement { id: *id }).await
}

/// `POST /api/announcements/{id}/expire`: ends it now, by the server's clock.
pub async fn expire(ctx: WriteContext, id: Path<i64>, body: JsonBody) -> HandlerResult {
    ctx.require(Permission::EditAnnouncement(*id)).await?;
    let hash = body.hash();
    body.fields()?.finish()?;
    ctx.commit(hash, Mutation::ExpireAnnouncement { id: *id }).await
}
