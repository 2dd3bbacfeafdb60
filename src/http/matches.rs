//! Matches as they are arranged and read; what happens in them is in `commands`.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Query;
use chrono::Utc;
use serde_json::Value;
use serde_json::json;

use crate::auth;
use crate::auth::permission::Act;
use crate::domain::topic::Stream;
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
use crate::store::ListOf;
use crate::store::job::MatchEdit;
use crate::store::job::MatchFields;
use crate::store::job::Write;
use crate::stream::cursor;

type Answer = Result<HttpResponse, Problem>;

/// Every status a match may have.
const STATUSES: [&str; 7] =
    ["scheduled", "live", "paused", "finished", "postponed", "cancelled", "abandoned"];

/// `GET /api/matches?status=live`: the public ones, and those one has to do with.
pub async fn list(reader: Reader, paging: Query<Paging>) -> Answer {
    reader.may_list()?;
    let of = ListOf::Matches { seen_by: reader.seen_by(), status: status(&paging)? };
    let list = reader.page(of, &paging).await?;
    Ok(reader.listed(&list))
}

/// The status that matches are asked for with, if any.
pub fn status(paging: &Paging) -> Result<Option<String>, Problem> {
    reader::word("status", paging.status.as_deref(), &STATUSES)
}

/// `POST /api/matches`
pub async fn create(writer: Writer, body: Body) -> Answer {
    let hash = body.hash();
    let mut fields = body.fields()?;
    let sport = fields.required("sport", shape::name);
    let format = fields.optional("format", shape::any).unwrap_or(Value::Null);
    let scorers = fields.optional("scorers_required", shape::whole(1..=5));
    let format = scored_by(&mut fields, &sport, format, scorers);
    let game = MatchFields {
        sport,
        format,
        home_team_id: fields.required("home_team_id", shape::id),
        away_team_id: fields.required("away_team_id", shape::id),
        starts_at: fields.optional("starts_at", shape::time),
        venue: fields.optional("venue", shape::name),
        visibility: fields.optional("visibility", shape::visibility).unwrap_or("public".to_owned()),
        event_id: fields.optional("event_id", shape::id),
    };
    fields.finish()?;
    let MatchFields { event_id, home_team_id, away_team_id, .. } = game;
    writer.may(Act::CreateMatch { event_id, home_team_id, away_team_id }).await?;
    writer.write(hash, Write::CreateMatch(game)).await
}

/// The format, which also says how many scorers must agree. Only balls are agreed on.
fn scored_by(fields: &mut Fields, sport: &str, format: Value, scorers: Option<i64>) -> Value {
    let Some(scorers) = scorers else { return format };
    if sport != "cricket" {
        fields.fault("scorers_required", "is for cricket");
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
        fields.fault("scorers_required", "is in the format already");
    }
    format
}

/// `GET /api/matches/{id}`
pub async fn read(reader: Reader, id: Path<i64>) -> Answer {
    reader.may(Act::read_match(*id)).await?;
    let (etag, body) = reader.app.store.game(*id).await?.ok_or(Problem::NotFound("match"))?;
    Ok(reader.found(Some(&etag), &body))
}

/// `PATCH /api/matches/{id}`
pub async fn edit(writer: Writer, id: Path<i64>, body: Body) -> Answer {
    writer.may(Act::EditMatch(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let edit = MatchEdit {
        starts_at: fields.nullable("starts_at", shape::time),
        venue: fields.nullable("venue", shape::name),
        visibility: fields.present("visibility", shape::visibility),
    };
    fields.finish()?;
    writer.write(hash, Write::EditMatch { id: *id, fields: edit }).await
}

/// `DELETE /api/matches/{id}`
pub async fn delete(writer: Writer, id: Path<i64>) -> Answer {
    writer.may(Act::EditMatch(*id)).await?;
    writer.write(writer::no_body(), Write::DeleteMatch { id: *id }).await
}

/// `GET /api/matches/{id}/state`: what a snapshot holds, in the same envelope.
pub async fn state(reader: Reader, id: Path<i64>) -> Answer {
    let topic = Stream::Match(*id).topic();
    reader.may(Act::Read(topic)).await?;
    let store = &reader.app.store;
    let snapshot = store.snapshot(topic).await?.ok_or(Problem::NotFound("match"))?;
    // Without its time, which is another each time.
    let version = auth::hash_of(json!([snapshot.seq, snapshot.data]).to_string().as_bytes());
    let body = json!({
        "type": "snapshot",
        "topic": topic,
        "seq": snapshot.seq,
        "at": shape::stamp(Utc::now()),
        "reason": "connected",
        "data": snapshot.data,
    });
    let mut answer = reader.tagged(&version, body.to_string());
    let place = cursor::of_one(store.epoch(), snapshot.seq);
    if let Ok(place) = header::HeaderValue::from_str(&place) {
        answer.headers_mut().insert(header::HeaderName::from_static("touchline-cursor"), place);
    }
    Ok(answer)
}

/// `GET /api/matches/{id}/officials`
pub async fn officials(reader: Reader, id: Path<i64>, paging: Query<Paging>) -> Answer {
    reader.may(Act::read_match(*id)).await?;
    let list = reader.page(ListOf::Officials { match_id: *id }, &paging).await?;
    Ok(reader.listed(&list))
}

/// `GET /api/matches/{id}/recorders`: who recorded each incident, for those who record them.
pub async fn recorders(reader: Reader, id: Path<i64>) -> Answer {
    reader.may(Act::Record(*id)).await?;
    let found = reader.app.store.recorders(*id).await?;
    Ok(reader.found(None, &found.ok_or(Problem::NotFound("page"))?))
}

/// `POST /api/matches/{id}/officials`
pub async fn add_official(writer: Writer, id: Path<i64>, body: Body) -> Answer {
    writer.may(Act::EditMatch(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let user_id = fields.required("user_id", shape::id);
    let role = fields.required("role", shape::one_of(&["scorer", "referee"]));
    fields.finish()?;
    writer.write(hash, Write::AddOfficial { match_id: *id, user_id, role }).await
}

/// `DELETE /api/matches/{id}/officials/{user}`
pub async fn remove_official(writer: Writer, path: Path<(i64, i64)>) -> Answer {
    let (match_id, user_id) = *path;
    writer.may(Act::EditMatch(match_id)).await?;
    writer.write(writer::no_body(), Write::RemoveOfficial { match_id, user_id }).await
}
