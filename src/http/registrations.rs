//! Who takes part in an event: users and teams, asked by its managers; and a team's own word on it.

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
use crate::store::job::DeductionFields;
use crate::store::job::Write;

type Answer = Result<HttpResponse, Problem>;

/// Points that can be taken from a team; 0 gives them back.
const DEDUCTION: std::ops::RangeInclusive<i64> = 0..=1000;

/// `GET /api/events/{id}/registrations`
pub async fn of_event(reader: Reader, id: Path<i64>, paging: Query<Paging>) -> Answer {
    reader.may(Act::EditEvent(*id)).await?;
    let list = reader.page(ListOf::Registrations { event_id: *id }, &paging).await?;
    Ok(reader.listed(&list))
}

/// `POST /api/events/{id}/registrations` with `{"team_id":1}` or `{"user_id":4}`
pub async fn add(writer: Writer, id: Path<i64>, body: Body) -> Answer {
    let event_id = *id;
    writer.may(Act::EditEvent(event_id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let team_id = fields.optional("team_id", shape::id);
    let user_id = fields.optional("user_id", shape::id);
    let by_admin = writer.who.admin;
    let write = match (team_id, user_id) {
        (Some(team_id), None) => Some(Write::RegisterTeam { event_id, team_id, by_admin }),
        (None, Some(user_id)) => Some(Write::RegisterUser { event_id, user_id }),
        (None, None) => {
            fields.fault("team_id", "is missing, as is user_id");
            None
        }
        (Some(_), Some(_)) => {
            fields.fault("user_id", "must not stand beside team_id");
            None
        }
    };
    fields.finish()?;
    let write = write.ok_or_else(|| Problem::Internal("a fault was forgotten".to_owned()))?;
    writer.write(hash, write).await
}

/// `DELETE /api/events/{id}/registrations/users/{user}`
pub async fn remove_user(writer: Writer, path: Path<(i64, i64)>) -> Answer {
    let (event_id, user_id) = *path;
    writer.may(Act::EditEvent(event_id)).await?;
    writer.write(writer::no_body(), Write::UnregisterUser { event_id, user_id }).await
}

/// `DELETE /api/events/{id}/registrations/teams/{team}`
pub async fn remove_team(writer: Writer, path: Path<(i64, i64)>) -> Answer {
    let (event_id, team_id) = *path;
    writer.may(Act::EditEvent(event_id)).await?;
    writer.write(writer::no_body(), Write::UnregisterTeam { event_id, team_id }).await
}

/// `PATCH /api/events/{id}/registrations/teams/{team}`: points taken from it; 0 gives them back.
pub async fn deduct(writer: Writer, path: Path<(i64, i64)>, body: Body) -> Answer {
    let (event_id, team_id) = *path;
    writer.may(Act::EditEvent(event_id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let deduction = DeductionFields {
        points: fields.required("deduction", shape::whole(DEDUCTION)),
        reason: fields.optional("reason", shape::name),
    };
    fields.finish()?;
    writer.write(hash, Write::Deduct { event_id, team_id, fields: deduction }).await
}

/// `GET /api/teams/{id}/registrations`: the events that want the team, and those it is in.
pub async fn of_team(reader: Reader, id: Path<i64>, paging: Query<Paging>) -> Answer {
    reader.may(Act::EditTeam(*id)).await?;
    let list = reader.page(ListOf::TeamRegistrations { team_id: *id }, &paging).await?;
    Ok(reader.listed(&list))
}

/// `POST /api/teams/{id}/registrations` with `{"event_id":1}`: the team agrees.
pub async fn accept(writer: Writer, id: Path<i64>, body: Body) -> Answer {
    writer.may(Act::EditTeam(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let event_id = fields.required("event_id", shape::id);
    fields.finish()?;
    writer.write(hash, Write::AcceptRegistration { event_id, team_id: *id }).await
}

/// `DELETE /api/teams/{id}/registrations/{event}`: the team withdraws, or declines.
pub async fn withdraw(writer: Writer, path: Path<(i64, i64)>) -> Answer {
    let (team_id, event_id) = *path;
    writer.may(Act::EditTeam(team_id)).await?;
    writer.write(writer::no_body(), Write::UnregisterTeam { event_id, team_id }).await
}
