//! Handlers of announcements.

use actix_web::web::Query;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::domain::number;
use crate::domain::permission::Permission;
use crate::http::path::Path;
use crate::http::read_context;
use crate::http::read_context::{Paging, ReadContext};
use crate::problem::{HandlerResult, Problem};
use crate::store::{AnnouncementFilter, ListQuery};

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
    /// Credentials, which the authentication reads.
    #[serde(rename = "token")]
    _token: Option<String>,
    #[serde(rename = "ticket")]
    _ticket: Option<String>,
}

fn event_id<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    let read =
        read_context::number("event_id", &String::deserialize(from)?, 1..=number::MAX_INTEGER);
    read.map(Some).map_err(D::Error::custom)
}

impl AnnouncementQuery {
    fn to_filter(&self) -> Result<AnnouncementFilter, Problem> {
        Ok(AnnouncementFilter {
            event_id: self.event_id,
            kind: read_context::parse_choice("type", self.kind.as_deref())?,
            priority: read_context::parse_choice("priority", self.priority.as_deref())?,
            status: read_context::parse_choice("status", self.status.as_deref())?,
        })
    }
}

/// `GET /api/announcements`: the visible ones; active ones unless the query says otherwise.
pub async fn list(ctx: ReadContext, query: Query<AnnouncementQuery>) -> HandlerResult {
    ctx.require_list_access()?;
    list_filtered(&ctx, &query, query.to_filter()?).await
}

/// `GET /api/events/{id}/announcements`: like [`list`], for one event.
pub async fn list_for_event(
    ctx: ReadContext,
    id: Path<i64>,
    query: Query<AnnouncementQuery>,
) -> HandlerResult {
    // The list includes announcements to teams, which a token for the event's topic doesn't cover.
    ctx.require_list_access()?;
    ctx.require(Permission::read_event(*id)).await?;
    if query.event_id.is_some_and(|event_id| event_id != *id) {
        return Err(Problem::BadRequest("event_id: differs from the path".to_owned()));
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

/// `GET /api/announcements/{id}`
pub async fn read(ctx: ReadContext, id: Path<i64>) -> HandlerResult {
    ctx.require(Permission::ReadAnnouncement(*id)).await?;
    let value = ctx.app.store.announcement(*id).await?;
    let (etag, body) = value.ok_or(Problem::NotFound("announcement"))?;
    Ok(ctx.json_response(Some(&etag), &body))
}
