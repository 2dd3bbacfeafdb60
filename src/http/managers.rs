//! Who manages an event besides its maker.

use actix_web::HttpResponse;
use actix_web::web::Query;

use crate::auth::permission::Act;
use crate::http::body::Body;
use crate::http::path::Path;
use crate::http::reader::Paging;
use crate::http::reader::Reader;
use crate::http::shape;
use crate::http::writer;
use crate::http::writer::Writer;
use crate::problem::Problem;
use crate::store::ListOf;
use crate::store::job::Write;

type Answer = Result<HttpResponse, Problem>;

/// `GET /api/events/{id}/managers`: people's names are for the managers themselves.
pub async fn list(reader: Reader, id: Path<i64>, paging: Query<Paging>) -> Answer {
    reader.may(Act::EditEvent(*id)).await?;
    let list = reader.page(ListOf::Managers { event_id: *id }, &paging).await?;
    Ok(reader.listed(&list))
}

/// `POST /api/events/{id}/managers`
pub async fn add(writer: Writer, id: Path<i64>, body: Body) -> Answer {
    writer.may(Act::EditEvent(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let user_id = fields.required("user_id", shape::id);
    fields.finish()?;
    writer.write(hash, Write::AddManager { event_id: *id, user_id }).await
}

/// `DELETE /api/events/{id}/managers/{user}`
pub async fn remove(writer: Writer, path: Path<(i64, i64)>) -> Answer {
    let (event_id, user_id) = *path;
    writer.may(Act::EditEvent(event_id)).await?;
    writer.write(writer::no_body(), Write::RemoveManager { event_id, user_id }).await
}
