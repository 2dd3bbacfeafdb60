//! The whole state of a topic. Call inside one repeatable-read transaction: state and seq agree.

use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::announcements;
use super::dialect::Conn;
use super::entries;
use super::events;
use super::involved;
use super::log;
use super::matches;
use super::players;
use super::purchases;
use super::results;
use super::teams;
use super::wholes;
use crate::domain::topic::Channel;
use crate::domain::topic::Stream;
use crate::domain::topic::Topic;
use crate::store::error::Found;
use crate::store::games::Games;
use crate::store::model::Snapshot;
use crate::store::rows::EventRow;
use crate::store::rows::MatchRow;
use crate::store::rows::TeamRow;
use crate::store::schema::matches as m;
use crate::store::shapes;

/// Matches in the snapshot of a team: more than a display draws.
const NEWEST: i64 = 50;
/// Matches in the snapshot of an event: a big league's half season. More would make each
/// reader's first frame heavy; lists have them all.
const COMING: i64 = 200;
/// Results in a snapshot, the newest.
const RESULTS: i64 = 100;

/// `None`: there is no such thing.
pub async fn snapshot(conn: &mut Conn, games: &Games, topic: Topic) -> Found<Option<Snapshot>> {
    let data = match topic.stream {
        Stream::Match(id) => match_data(conn, games, id).await?,
        Stream::Team(id) => match teams::row(conn, id).await? {
            Some(team) => Some(team_data(conn, games, &team, topic.channel).await?),
            None => None,
        },
        Stream::Event(id) => match events::row(conn, id).await? {
            Some(event) => Some(event_data(conn, games, &event, topic.channel).await?),
            None => None,
        },
        Stream::Purchase(id) => {
            let shown = purchases::shown(conn, id).await?;
            shown.map(|(_, purchase)| json!({ "purchase": purchase }))
        }
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

async fn event_data(
    conn: &mut Conn,
    games: &Games,
    event: &EventRow,
    channel: Option<Channel>,
) -> Found<Value> {
    let mut data = Map::new();
    let has = |part| channel.is_none_or(|channel| channel == part);
    data.insert("event".into(), shapes::event(event)?);
    if has(Channel::Results) {
        let table = results::table(conn, event).await?;
        data.insert("leaderboard".into(), table);
    }
    if has(Channel::Schedule) {
        let rows = coming(conn, event).await?;
        data.insert("matches".into(), wholes::briefs(conn, games, &rows).await?.into());
    }
    if has(Channel::Results) {
        data.insert("results".into(), results::of_event(conn, event, RESULTS).await?.into());
    }
    if has(Channel::Announcements) {
        let announced = announcements::of_event(conn, event.id).await?;
        data.insert("announcements".into(), announced.into());
    }
    Ok(Value::Object(data))
}

/// An event's matches that are not over, the first first; of a public one the public ones.
async fn coming(conn: &mut Conn, event: &EventRow) -> Found<Vec<MatchRow>> {
    let query = m::table
        .filter(m::event_id.eq(event.id))
        .filter((!event.is_public()).into_sql::<Bool>().or(m::visibility.eq("public")))
        .filter(m::status.ne("finished"))
        // Databases differ in where they put what has no time.
        .order((m::starts_at.is_null(), m::starts_at, m::id))
        .limit(COMING);
    Ok(query.load(conn).await?)
}

async fn team_data(
    conn: &mut Conn,
    games: &Games,
    team: &TeamRow,
    channel: Option<Channel>,
) -> Found<Value> {
    let statuses: &[&str] = match channel {
        Some(Channel::Announcements | Channel::Results) => &[],
        Some(Channel::Live) => &["live", "paused"],
        Some(Channel::Schedule) => &["scheduled", "postponed"],
        None => &["scheduled", "postponed", "live", "paused"],
    };
    let has = |part| channel.is_none_or(|channel| channel == part);
    let mut data = Map::new();
    data.insert("team".into(), shapes::team(team));
    if channel.is_none() {
        let players = players::of_team(conn, team.id).await?;
        data.insert("players".into(), players.iter().map(shapes::player).collect());
    }
    if !statuses.is_empty() {
        let rows = newest(conn, team, statuses).await?;
        let wholes = wholes::of(conn, games, &rows).await?.into_iter();
        let is_live = channel == Some(Channel::Live);
        let shape = |whole| if is_live { whole } else { shapes::brief(whole) };
        data.insert("matches".into(), wholes.map(shape).collect());
    }
    if has(Channel::Results) {
        data.insert("results".into(), results::of_team(conn, team, RESULTS).await?.into());
    }
    if has(Channel::Announcements) {
        let announced = announcements::of_team(conn, team.id).await?;
        data.insert("announcements".into(), announced.into());
    }
    Ok(Value::Object(data))
}

/// The newest first; of a public team, which anybody may follow, the public ones. As in its
/// streams, none of an event that the team has not agreed to.
async fn newest(conn: &mut Conn, team: &TeamRow, statuses: &[&str]) -> Found<Vec<MatchRow>> {
    let is_public = m::visibility.eq("public").and(m::event_is_public);
    let query = m::table
        .filter(m::home_team_id.eq(team.id).or(m::away_team_id.eq(team.id)))
        .filter((!team.is_public()).into_sql::<Bool>().or(is_public))
        .filter(involved::heard(team.id))
        .filter(m::status.eq_any(statuses))
        .order(m::id.desc())
        .limit(NEWEST);
    Ok(query.load(conn).await?)
}
