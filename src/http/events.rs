//! Events: competitions and meetings that have matches, results, a table, announcements.

mod fields;

use actix_web::HttpResponse;
use actix_web::web::Query;

use crate::auth::permission::Act;
use crate::http::body::Body;
use crate::http::matches;
use crate::http::path::Path;
use crate::http::reader::Paging;
use crate::http::reader::Reader;
use crate::http::writer;
use crate::http::writer::Writer;
use crate::problem::Problem;
use crate::store::ListOf;
use crate::store::job::Write;

type Answer = Result<HttpResponse, Problem>;

/// `GET /api/events`: the public ones, and those one has to do with.
pub async fn list(reader: Reader, paging: Query<Paging>) -> Answer {
    reader.may_list()?;
    let list = reader.page(ListOf::Events { seen_by: reader.seen_by() }, &paging).await?;
    Ok(reader.listed(&list))
}

/// `POST /api/events`: who makes an event manages it.
pub async fn create(writer: Writer, body: Body) -> Answer {
    writer.may(Act::CreateEvent).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let event = fields::all(&mut fields);
    fields.finish()?;
    writer.write(hash, Write::CreateEvent(event)).await
}

/// `GET /api/events/{id}`
pub async fn read(reader: Reader, id: Path<i64>) -> Answer {
    reader.may(Act::read_event(*id)).await?;
    let (etag, body) = reader.app.store.event(*id).await?.ok_or(Problem::NotFound("event"))?;
    Ok(reader.found(Some(&etag), &body))
}

/// `PATCH /api/events/{id}`
pub async fn edit(writer: Writer, id: Path<i64>, body: Body) -> Answer {
    writer.may(Act::EditEvent(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let edit = fields::changed(&mut fields);
    fields.finish()?;
    writer.write(hash, Write::EditEvent { id: *id, fields: edit }).await
}

/// `DELETE /api/events/{id}`
pub async fn delete(writer: Writer, id: Path<i64>) -> Answer {
    writer.may(Act::EditEvent(*id)).await?;
    writer.write(writer::no_body(), Write::DeleteEvent { id: *id }).await
}

/// `GET /api/events/{id}/matches?status=live`: its schedule.
pub async fn matches(reader: Reader, id: Path<i64>, paging: Query<Paging>) -> Answer {
    reader.may_list()?;
    reader.may(Act::read_event(*id)).await?;
    let (seen_by, status) = (reader.seen_by(), matches::status(&paging)?);
    let list =
        reader.page(ListOf::EventMatches { event_id: *id, seen_by, status }, &paging).await?;
    Ok(reader.listed(&list))
}
