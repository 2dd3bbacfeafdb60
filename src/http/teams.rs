//! Teams, their players and their members.

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
use crate::store::job::PlayerEdit;
use crate::store::job::PlayerFields;
use crate::store::job::TeamEdit;
use crate::store::job::TeamFields;
use crate::store::job::Write;

type Answer = Result<HttpResponse, Problem>;

/// `GET /api/teams`: the public ones, and one's own.
pub async fn list(reader: Reader, paging: Query<Paging>) -> Answer {
    reader.may_list()?;
    let of = ListOf::Teams { seen_by: reader.seen_by() };
    let list = reader.page(of, &paging).await?;
    Ok(reader.listed(&list))
}

/// `POST /api/teams`: who makes a team manages it.
pub async fn create(writer: Writer, body: Body) -> Answer {
    writer.may(Act::CreateTeam).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let team = TeamFields {
        name: fields.required("name", shape::name),
        short_name: fields.optional("short_name", shape::short_name),
        colour: fields.optional("colour", shape::colour),
        visibility: fields
            .optional("visibility", shape::visibility)
            .unwrap_or("private".to_owned()),
    };
    fields.finish()?;
    writer.write(hash, Write::CreateTeam(team)).await
}

/// `GET /api/teams/{id}`
pub async fn read(reader: Reader, id: Path<i64>) -> Answer {
    reader.may(Act::read_team(*id)).await?;
    let (etag, body) = reader.app.store.team(*id).await?.ok_or(Problem::NotFound("team"))?;
    Ok(reader.found(Some(&etag), &body))
}

/// `PATCH /api/teams/{id}`
pub async fn edit(writer: Writer, id: Path<i64>, body: Body) -> Answer {
    writer.may(Act::EditTeam(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let edit = TeamEdit {
        name: fields.present("name", shape::name),
        short_name: fields.present("short_name", shape::short_name),
        colour: fields.nullable("colour", shape::colour),
        visibility: fields.present("visibility", shape::visibility),
    };
    fields.finish()?;
    writer.write(hash, Write::EditTeam { id: *id, fields: edit }).await
}

/// `DELETE /api/teams/{id}`
pub async fn delete(writer: Writer, id: Path<i64>) -> Answer {
    writer.may(Act::EditTeam(*id)).await?;
    writer.write(writer::no_body(), Write::DeleteTeam { id: *id }).await
}

/// `GET /api/teams/{id}/matches`: the public ones, and those one has to do with.
pub async fn matches(reader: Reader, id: Path<i64>, paging: Query<Paging>) -> Answer {
    reader.may_list()?;
    reader.may(Act::read_team(*id)).await?;
    let of = ListOf::TeamMatches { team_id: *id, seen_by: reader.seen_by() };
    let list = reader.page(of, &paging).await?;
    Ok(reader.listed(&list))
}

/// `POST /api/teams/{id}/matches` with `{"match_id":5}`: the team agrees to a match others made.
pub async fn accept_match(writer: Writer, id: Path<i64>, body: Body) -> Answer {
    writer.may(Act::EditTeam(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let match_id = fields.required("match_id", shape::id);
    fields.finish()?;
    writer.write(hash, Write::AcceptMatch { match_id, team_id: *id }).await
}

/// `GET /api/teams/{id}/players`
pub async fn players(reader: Reader, id: Path<i64>, paging: Query<Paging>) -> Answer {
    reader.may(Act::read_team(*id)).await?;
    let list = reader.page(ListOf::Players { team_id: *id }, &paging).await?;
    Ok(reader.listed(&list))
}

/// `POST /api/teams/{id}/players`
pub async fn add_player(writer: Writer, id: Path<i64>, body: Body) -> Answer {
    writer.may(Act::EditTeam(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let player = PlayerFields {
        name: fields.required("name", shape::name),
        shirt_number: fields.optional("shirt_number", shape::shirt_number),
    };
    fields.finish()?;
    writer.write(hash, Write::AddPlayer { team_id: *id, fields: player }).await
}

/// `GET /api/teams/{id}/players/{player}`: with the version that a change of it names.
pub async fn player(reader: Reader, path: Path<(i64, i64)>) -> Answer {
    let (team_id, id) = *path;
    reader.may(Act::read_team(team_id)).await?;
    let found = reader.app.store.player(team_id, id).await?;
    let (etag, body) = found.ok_or(Problem::NotFound("player"))?;
    Ok(reader.found(Some(&etag), &body))
}

/// `PATCH /api/teams/{id}/players/{player}`
pub async fn edit_player(writer: Writer, path: Path<(i64, i64)>, body: Body) -> Answer {
    let (team_id, id) = *path;
    writer.may(Act::EditTeam(team_id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let edit = PlayerEdit {
        name: fields.present("name", shape::name),
        shirt_number: fields.nullable("shirt_number", shape::shirt_number),
    };
    fields.finish()?;
    writer.write(hash, Write::EditPlayer { team_id, id, fields: edit }).await
}

/// `DELETE /api/teams/{id}/players/{player}`
pub async fn remove_player(writer: Writer, path: Path<(i64, i64)>) -> Answer {
    let (team_id, id) = *path;
    writer.may(Act::EditTeam(team_id)).await?;
    writer.write(writer::no_body(), Write::RemovePlayer { team_id, id }).await
}

/// `GET /api/teams/{id}/members`: people's names are for the team itself, public or not.
pub async fn members(reader: Reader, id: Path<i64>, paging: Query<Paging>) -> Answer {
    reader.may(Act::ReadMembers(*id)).await?;
    let list = reader.page(ListOf::Members { team_id: *id }, &paging).await?;
    Ok(reader.listed(&list))
}

/// `POST /api/teams/{id}/members`
pub async fn add_member(writer: Writer, id: Path<i64>, body: Body) -> Answer {
    writer.may(Act::EditTeam(*id)).await?;
    let hash = body.hash();
    let mut fields = body.fields()?;
    let user_id = fields.required("user_id", shape::id);
    let role = fields.required("role", shape::one_of(&["manager", "coach", "player", "family"]));
    fields.finish()?;
    writer.write(hash, Write::AddMember { team_id: *id, user_id, role }).await
}

/// `DELETE /api/teams/{id}/members/{user}`
pub async fn remove_member(writer: Writer, path: Path<(i64, i64)>) -> Answer {
    let (team_id, user_id) = *path;
    writer.may(Act::EditTeam(team_id)).await?;
    writer.write(writer::no_body(), Write::RemoveMember { team_id, user_id }).await
}
