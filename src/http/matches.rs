//! Matches as they are arranged and read; what happens in them is in `commands`.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Query;
use chrono::Utc;
use serde_json::{Value, json};

use crate::auth;
use crate::auth::permission::Permission;
use crate::domain::topic::StreamId;
use crate::http::json_body::{FieldReader, JsonBody};
use crate::http::path::Path;
use crate::http::read_context::{Paging, ReadContext};
use crate::http::write_context::WriteContext;
use crate::http::{parse, read_context, write_context};
use crate::problem::Problem;
use crate::store::ListQuery;
use crate::store::mutation::{MatchEdit, Mutation, NewMatch};
use crate::stream::cursor;

type HandlerResult = Result<HttpResponse, Problem>;

/// Every status a match may have.
const MATCH_STATUSES: [&str; 7] =
    ["scheduled", "live", "paused", "finished", "postponed", "cancelled", "abandoned"];

/// `GET /api/matches?status=live`: the public ones, and those one has to do with.
pub async fn list(ctx: ReadContext, paging: Query<Paging>) -> HandlerResult {
    ctx.require_list_access()?;
    let list_query =
        ListQuery::Matches { scope: ctx.visibility_scope(), status: status_filter(&paging)? };
    let list = ctx.fetch_page(list_query, &paging).await?;
    Ok(ctx.list_response(&list))
}

/// The status that matches are asked for with, if any.
pub fn status_filter(paging: &Paging) -> Result<Option<String>, Problem> {
    read_context::parse_choice("status", paging.status.as_deref(), &MATCH_STATUSES)
}

/// `POST /api/matches`
pub async fn create(ctx: WriteContext, body: JsonBody) -> HandlerResult {
    let hash = body.hash();
    let mut fields = body.fields()?;
    let sport = fields.required("sport", parse::name);
    let format = fields.optional("format", parse::any_value).unwrap_or(Value::Null);
    let scorers = fields.optional("scorers_required", parse::integer_in(1..=5));
    let format = with_scorers_required(&mut fields, &sport, format, scorers);
    let game = NewMatch {
        sport,
        format,
        home_team_id: fields.required("home_team_id", parse::id),
        away_team_id: fields.required("away_team_id", parse::id),
        starts_at: fields.optional("starts_at", parse::time),
        venue: fields.optional("venue", parse::name),
        visibility: fields.optional("visibility", parse::visibility).unwrap_or("public".to_owned()),
        event_id: fields.optional("event_id", parse::id),
    };
    fields.finish()?;
    let NewMatch { event_id, home_team_id, away_team_id, .. } = game;
    ctx.require(Permission::CreateMatch { event_id, home_team_id, away_team_id }).await?;
    ctx.commit(hash, Mutation::CreateMatch(game)).await
}

/// The format, which also says how many scorers must agree. Only balls are agreed on.
fn with_scorers_required(
    fields: &mut FieldReader,
    sport: &str,
    format: Value,
    scorers_required: Option<i64>,
) -> Value {
    let Some(scorers) = scorers_required else { return format };
    if sport != "cricket" {
        fields.add_error("scorers_required", "is for cricket");
        return format;
    }
    let mut format = match format {
        Value::Null => json!({ "name": "t20" }),
        Value::String(name) => json!({ "name": name }),
        format => format,
    };
    // What is no object, its rules refuse.
    if let Value::Object(format) = &mut format
        && format.insert("scorers_required".to_owned(), json!(scorers)).is_some()
    {
        fields.add_error("scorers_required", "is in the format already");
    }
    format
}

/// `GET /api/matches/{id}`
pub async fn read(ctx: ReadContext, id: Path<i64>) -> HandlerResult {
    ctx.require(Permission::read_match(*id)).await?;
    let (etag, body) = ctx.app.store.match_by_id(*id).await?.ok_or(Problem::NotFound("match"))?;
    Ok(ctx.json_response(Some(&etag), &body))
}

/// `PATCH /api/matches/{id}`
pub async fn edit(ctx: WriteContext, id: Path<i64>, body: JsonBody) -> HandlerResult {
    ctx.require(Permission::EditMatch(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let edit = MatchEdit {
        starts_at: fields.nullable("starts_at", parse::time),
        venue: fields.nullable("venue", parse::name),
        visibility: fields.optional_non_null("visibility", parse::visibility),
    };
    fields.finish()?;
    ctx.commit(hash, Mutation::EditMatch { id: *id, fields: edit }).await
}

/// `DELETE /api/matches/{id}`
pub async fn delete(ctx: WriteContext, id: Path<i64>) -> HandlerResult {
    ctx.require(Permission::EditMatch(*id)).await?;
    ctx.commit(write_context::empty_body_hash(), Mutation::DeleteMatch { id: *id }).await
}

/// `GET /api/matches/{id}/state`: what a snapshot holds, in the same envelope.
pub async fn match_snapshot(ctx: ReadContext, id: Path<i64>) -> HandlerResult {
    let topic = StreamId::Match(*id).topic();
    ctx.require(Permission::Read(topic)).await?;
    let store = &ctx.app.store;
    let snapshot = store.snapshot(topic).await?.ok_or(Problem::NotFound("match"))?;
    // Without its time, which is another each time.
    let version = auth::sha256_hex(json!([snapshot.seq, snapshot.data]).to_string().as_bytes());
    let body = json!({
        "type": "snapshot",
        "topic": topic,
        "seq": snapshot.seq,
        "at": parse::format_time(Utc::now()),
        "reason": "connected",
        "data": snapshot.data,
    });
    let mut response = ctx.json_response_with_etag(&version, body.to_string());
    let touchline_cursor = cursor::encode_single(store.epoch(), snapshot.seq);
    if let Ok(place) = header::HeaderValue::from_str(&touchline_cursor) {
        response.headers_mut().insert(header::HeaderName::from_static("touchline-cursor"), place);
    }
    Ok(response)
}

/// `GET /api/matches/{id}/officials`
pub async fn list_officials(
    ctx: ReadContext,
    id: Path<i64>,
    paging: Query<Paging>,
) -> HandlerResult {
    ctx.require(Permission::read_match(*id)).await?;
    let list = ctx.fetch_page(ListQuery::Officials { match_id: *id }, &paging).await?;
    Ok(ctx.list_response(&list))
}

/// `GET /api/matches/{id}/recorders`: who recorded each incident, for those who record them.
pub async fn incident_recorders(ctx: ReadContext, id: Path<i64>) -> HandlerResult {
    ctx.require(Permission::RecordMatch(*id)).await?;
    let value = ctx.app.store.incident_recorders(*id).await?;
    Ok(ctx.json_response(None, &value.ok_or(Problem::NotFound("page"))?))
}

/// `POST /api/matches/{id}/officials`
pub async fn add_official(ctx: WriteContext, id: Path<i64>, body: JsonBody) -> HandlerResult {
    ctx.require(Permission::EditMatch(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let user_id = fields.required("user_id", parse::id);
    let role = fields.required("role", parse::one_of(&["scorer", "referee"]));
    fields.finish()?;
    ctx.commit(hash, Mutation::AddOfficial { match_id: *id, user_id, role }).await
}

/// `DELETE /api/matches/{id}/officials/{user}`
pub async fn remove_official(ctx: WriteContext, path: Path<(i64, i64)>) -> HandlerResult {
    let (match_id, user_id) = *path;
    ctx.require(Permission::EditMatch(match_id)).await?;
    ctx.commit(write_context::empty_body_hash(), Mutation::RemoveOfficial { match_id, user_id })
        .await
}
