//! The announcements in force of an event or a team, for their states.
//!
//! One that is due stays in force until its expiry is published.

use std::collections::HashMap;

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use serde_json::{Map, Value};

use super::super::dialect::Conn;
use super::super::participation;
use crate::domain::visibility::Visibility;
use crate::store::error::QueryResult;
use crate::store::rows::{AnnouncementRow, TeamRow};
use crate::store::schema::{announcements as a, audiences as au, events as e};
use crate::store::state_rows;

/// Newest announcements in a state: more than a display shows.
const MAX_ANNOUNCEMENTS: i64 = 50;

/// Those for the whole event.
pub async fn of_event(conn: &mut Conn, event_id: i64) -> QueryResult<Map<String, Value>> {
    let query = a::table
        .filter(a::event_id.eq(event_id))
        .filter(a::targeted.eq(false))
        .filter(a::expired.eq(false))
        .order(a::id.desc())
        .limit(MAX_ANNOUNCEMENTS);
    let rows: Vec<AnnouncementRow> = query.load(conn).await?;
    Ok(rows
        .iter()
        .map(|row| (row.id.to_string(), state_rows::announcement_row(row, &[])))
        .collect())
}

/// Those for this team, as long as it takes part in their event; anyone can read a public team's
/// state, so it has only those of public events.
pub async fn of_team(conn: &mut Conn, team: &TeamRow) -> QueryResult<Map<String, Value>> {
    let addressed = au::table.filter(au::announcement_id.eq(a::id)).filter(au::team_id.eq(team.id));
    let query = a::table
        .inner_join(e::table.on(e::id.eq(a::event_id)))
        .filter(exists(addressed))
        .filter(a::event_id.nullable().eq_any(participation::events_accepted_by_team(team.id)))
        .filter((!team.is_public()).into_sql::<Bool>().or(e::visibility.eq(Visibility::Public)))
        .filter(a::expired.eq(false))
        .order(a::id.desc())
        .limit(MAX_ANNOUNCEMENTS)
        .select(a::all_columns);
    let rows: Vec<AnnouncementRow> = query.load(conn).await?;
    let team_ids = load_addressees(conn, &rows).await?;
    let row = |row: &AnnouncementRow| {
        let team_ids = team_ids.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        (row.id.to_string(), state_rows::announcement_row(row, team_ids))
    };
    Ok(rows.iter().map(row).collect())
}

async fn load_addressees(
    conn: &mut Conn,
    rows: &[AnnouncementRow],
) -> QueryResult<HashMap<i64, Vec<i64>>> {
    let mut team_ids: HashMap<i64, Vec<i64>> = HashMap::new();
    if rows.is_empty() {
        return Ok(team_ids);
    }
    let ids = rows.iter().map(|row| row.id);
    let query = au::table.filter(au::announcement_id.eq_any(ids)).order(au::team_id);
    for (id, team_id) in query.load::<(i64, i64)>(conn).await? {
        team_ids.entry(id).or_default().push(team_id);
    }
    Ok(team_ids)
}
