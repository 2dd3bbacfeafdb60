//! The whole state of a topic. Call inside one repeatable-read transaction: state and seq agree.

use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use serde_json::json;

use super::dialect::Conn;
use super::entries;
use super::log;
use super::matches;
use super::players;
use super::purchases;
use super::teams;
use crate::domain::topic::Channel;
use crate::domain::topic::Stream;
use crate::domain::topic::Topic;
use crate::store::error::Found;
use crate::store::games::Games;
use crate::store::model::Snapshot;
use crate::store::rows::MatchRow;
use crate::store::rows::TeamRow;
use crate::store::schema::matches as m;
use crate::store::shapes;

/// Matches in the snapshot of a team: more than a display draws.
const NEWEST: i64 = 50;

/// `None`: there is no such thing.
pub async fn snapshot(conn: &mut Conn, games: &Games, topic: Topic) -> Found<Option<Snapshot>> {
    let data = match topic.stream {
        Stream::Match(id) => match_data(conn, games, id).await?,
        Stream::Team(id) => match teams::row(conn, id).await? {
            Some(team) => Some(team_data(conn, games, &team, topic.channel).await?),
            None => None,
        },
        Stream::Event(_) => None,
        Stream::Purchase(id) => purchases::shown(conn, id).await?.map(|(_, purchase)| purchase),
    };
    let Some(data) = data else { return Ok(None) };
    Ok(Some(Snapshot { seq: log::head(conn, topic.stream).await?, data }))
}

async fn match_data(conn: &mut Conn, games: &Games, id: i64) -> Found<Option<Value>> {
    let Some(row) = matches::row(conn, id).await? else { return Ok(None) };
    let teams = teams::pair(conn, row.home_team_id, row.away_team_id).await?;
    entries::whole(conn, games, &row, &teams).await.map(Some)
}

/// `(etag, body)` of a match.
pub async fn game(conn: &mut Conn, games: &Games, id: i64) -> Found<Option<(String, Value)>> {
    let Some(row) = matches::row(conn, id).await? else { return Ok(None) };
    let teams = teams::pair(conn, row.home_team_id, row.away_team_id).await?;
    let whole = entries::whole(conn, games, &row, &teams).await?;
    Ok(Some((row.version.to_string(), shapes::brief(whole))))
}

async fn team_data(
    conn: &mut Conn,
    games: &Games,
    team: &TeamRow,
    channel: Option<Channel>,
) -> Found<Value> {
    let shape = shapes::team(team);
    let statuses: &[&str] = match channel {
        Some(Channel::Announcements) => return Ok(json!({ "announcements": [] })),
        Some(Channel::Live) => &["live", "paused"],
        Some(Channel::Schedule) => &["scheduled", "postponed"],
        Some(Channel::Results) => &["finished"],
        None => &["scheduled", "live", "paused"],
    };
    let mut matches = Vec::new();
    for row in newest(conn, team, statuses).await? {
        let teams = teams::pair(conn, row.home_team_id, row.away_team_id).await?;
        let whole = entries::whole(conn, games, &row, &teams).await?;
        matches.push(if channel == Some(Channel::Live) { whole } else { shapes::brief(whole) });
    }
    if channel.is_some() {
        return Ok(json!({ "team": shape, "matches": matches }));
    }
    let players = players::of_team(conn, team.id).await?;
    let players: Vec<Value> = players.iter().map(shapes::player).collect();
    Ok(json!({ "team": shape, "players": players, "matches": matches }))
}

/// The newest first; of a public team, which anybody may follow, the public ones.
async fn newest(conn: &mut Conn, team: &TeamRow, statuses: &[&str]) -> Found<Vec<MatchRow>> {
    let query = m::table
        .filter(m::home_team_id.eq(team.id).or(m::away_team_id.eq(team.id)))
        .filter((!team.is_public()).into_sql::<Bool>().or(m::visibility.eq("public")))
        .filter(m::status.eq_any(statuses))
        .order(m::id.desc())
        .limit(NEWEST);
    Ok(query.load(conn).await?)
}
