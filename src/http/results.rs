//! Final outcomes as lists, and the table that follows from them. One match's is in `commands`.

use actix_web::HttpResponse;
use actix_web::web::Query;

use crate::auth::permission::Act;
use crate::http::path::Path;
use crate::http::reader::Paging;
use crate::http::reader::Reader;
use crate::problem::Problem;
use crate::store::ListOf;

type Answer = Result<HttpResponse, Problem>;

/// `GET /api/events/{id}/results`
pub async fn of_event(reader: Reader, id: Path<i64>, paging: Query<Paging>) -> Answer {
    reader.may_list()?;
    reader.may(Act::read_event(*id)).await?;
    let of = ListOf::EventResults { event_id: *id, seen_by: reader.seen_by() };
    let list = reader.page(of, &paging).await?;
    Ok(reader.listed(&list))
}

/// `GET /api/events/{id}/leaderboard`
pub async fn leaderboard(reader: Reader, id: Path<i64>) -> Answer {
    reader.may(Act::read_event(*id)).await?;
    let table = reader.app.store.leaderboard(*id).await?.ok_or(Problem::NotFound("event"))?;
    Ok(reader.found(None, &table))
}

/// `GET /api/teams/{id}/results`
pub async fn of_team(reader: Reader, id: Path<i64>, paging: Query<Paging>) -> Answer {
    reader.may_list()?;
    reader.may(Act::read_team(*id)).await?;
    let of = ListOf::TeamResults { team_id: *id, seen_by: reader.seen_by() };
    let list = reader.page(of, &paging).await?;
    Ok(reader.listed(&list))
}
