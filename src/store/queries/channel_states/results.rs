//! The newest results of an event or a team, for their states.

use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use serde_json::{Map, Value};

use super::super::dialect::Conn;
use super::super::participation;
use crate::domain::visibility::Visibility;
use crate::store::error::QueryResult;
use crate::store::rows::{EventRow, TeamRow};
use crate::store::schema::{matches as m, results};
use crate::store::state_rows;

/// Newest results in a state.
const MAX_RESULTS: i64 = 100;

/// The id of a match, its result as JSON, and when it was entered.
type StoredResult = (i64, String, i64);

/// The newest results of an event; for a public event only those of public matches.
pub async fn of_event(conn: &mut Conn, event: &EventRow) -> QueryResult<Map<String, Value>> {
    let query = results::table
        .inner_join(m::table.on(m::id.eq(results::match_id)))
        .filter(results::event_id.eq(event.id))
        .filter((!event.is_public()).into_sql::<Bool>().or(m::visibility.eq(Visibility::Public)))
        .order((results::entered_at.desc(), results::match_id.desc()))
        .limit(MAX_RESULTS)
        .select((results::match_id, results::body, results::entered_at));
    to_rows(query.load(conn).await?)
}

/// The newest results of a team; for a public team only those of public matches.
pub async fn of_team(conn: &mut Conn, team: &TeamRow) -> QueryResult<Map<String, Value>> {
    let is_public = m::visibility.eq(Visibility::Public).and(m::event_is_public);
    let query = results::table
        .inner_join(m::table.on(m::id.eq(results::match_id)))
        .filter(results::home_team_id.eq(team.id).or(results::away_team_id.eq(team.id)))
        .filter((!team.is_public()).into_sql::<Bool>().or(is_public))
        .filter(participation::is_published_to_team(team.id))
        .order((results::entered_at.desc(), results::match_id.desc()))
        .limit(MAX_RESULTS)
        .select((results::match_id, results::body, results::entered_at));
    to_rows(query.load(conn).await?)
}

fn to_rows(stored: Vec<StoredResult>) -> QueryResult<Map<String, Value>> {
    let row = |(match_id, body, entered_at): StoredResult| {
        Ok((match_id.to_string(), state_rows::result_row(&body, entered_at)?))
    };
    stored.into_iter().map(row).collect()
}
