//! Snapshots: whole states of topics. Call in a repeatable-read transaction: state and seq agree.

use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use serde_json::{Map, Value};

use super::dialect::Conn;
use super::{
    announcements, events, full_matches, leaderboards, log, match_states, matches, participation,
    players, purchases, results, teams,
};
use crate::domain::matches::MatchStatus;
use crate::domain::topic::{Channel, StreamId, Topic};
use crate::domain::visibility::Visibility;
use crate::store::error::QueryResult;
use crate::store::json;
use crate::store::match_cache::MatchCache;
use crate::store::model::Snapshot;
use crate::store::rows::{EventRow, MatchRow, TeamRow};
use crate::store::schema::matches as m;

/// Matches in the snapshot of a team: more than a display shows.
const MAX_TEAM_MATCHES: i64 = 50;
/// Matches in the snapshot of an event: half a season of a big league. More would make every
/// subscriber's first frame heavy; lists have them all.
const MAX_EVENT_MATCHES: i64 = 200;
/// Newest results in a snapshot.
const MAX_RESULTS: i64 = 100;

/// Reads the snapshot of a topic; `None` if its resource does not exist.
pub async fn read_snapshot(
    conn: &mut Conn,
    match_cache: &MatchCache,
    topic: Topic,
) -> QueryResult<Option<Snapshot>> {
    let data = match topic.stream {
        StreamId::Match(id) => match_data(conn, match_cache, id).await?,
        StreamId::Team(id) => match teams::find_row(conn, id).await? {
            Some(team) => Some(team_data(conn, match_cache, &team, topic.channel).await?),
            None => None,
        },
        StreamId::Event(id) => match events::find_row(conn, id).await? {
            Some(event) => Some(event_data(conn, match_cache, &event, topic.channel).await?),
            None => None,
        },
        StreamId::Purchase(id) => purchases::find_state(conn, id).await?.map(Value::Object),
    };
    let Some(data) = data else { return Ok(None) };
    Ok(Some(Snapshot { seq: log::head_seq(conn, topic.stream).await?, data }))
}

async fn match_data(
    conn: &mut Conn,
    match_cache: &MatchCache,
    id: i64,
) -> QueryResult<Option<Value>> {
    let Some(row) = matches::find_row(conn, id).await? else { return Ok(None) };
    let teams = teams::find_pair(conn, row.home_team_id, row.away_team_id).await?;
    let mut data =
        match_states::render(conn, match_cache, (&row, &teams), json::match_state).await?;
    data.insert("names".to_owned(), json::team_names(&teams));
    Ok(Some(Value::Object(data)))
}

/// A match as `(etag, body)`.
pub async fn match_with_etag(
    conn: &mut Conn,
    match_cache: &MatchCache,
    id: i64,
) -> QueryResult<Option<(String, Value)>> {
    let Some(row) = matches::find_row(conn, id).await? else { return Ok(None) };
    let teams = teams::find_pair(conn, row.home_team_id, row.away_team_id).await?;
    let item =
        match_states::render(conn, match_cache, (&row, &teams), json::match_list_item).await?;
    Ok(Some((row.version.to_string(), item)))
}

async fn event_data(
    conn: &mut Conn,
    match_cache: &MatchCache,
    event: &EventRow,
    channel: Option<Channel>,
) -> QueryResult<Value> {
    let mut data = Map::new();
    let includes = |part| channel.is_none_or(|channel| channel == part);
    data.insert("event".into(), json::event_json(event)?);
    if includes(Channel::Results) {
        let table = leaderboards::compute_table(conn, event).await?;
        data.insert("leaderboard".into(), table);
    }
    if includes(Channel::Schedule) {
        let rows = unfinished_matches(conn, event).await?;
        data.insert(
            "matches".into(),
            full_matches::load_list_items(conn, match_cache, &rows).await?.into(),
        );
    }
    if includes(Channel::Results) {
        data.insert(
            "results".into(),
            results::newest_of_event(conn, event, MAX_RESULTS).await?.into(),
        );
    }
    if includes(Channel::Announcements) {
        let announced = announcements::active_of_event(conn, event.id).await?;
        data.insert("announcements".into(), announced.into());
    }
    Ok(Value::Object(data))
}

/// An event's matches that are not over, earliest first; of a public event only public matches.
async fn unfinished_matches(conn: &mut Conn, event: &EventRow) -> QueryResult<Vec<MatchRow>> {
    let query = m::table
        .filter(m::event_id.eq(event.id))
        .filter((!event.is_public()).into_sql::<Bool>().or(m::visibility.eq(Visibility::Public)))
        .filter(m::status.ne(MatchStatus::Finished))
        // Databases differ in where they sort null.
        .order((m::starts_at.is_null(), m::starts_at, m::id))
        .limit(MAX_EVENT_MATCHES);
    Ok(query.load(conn).await?)
}

async fn team_data(
    conn: &mut Conn,
    match_cache: &MatchCache,
    team: &TeamRow,
    channel: Option<Channel>,
) -> QueryResult<Value> {
    use MatchStatus::{Live, Paused, Postponed, Scheduled};
    let statuses: &[MatchStatus] = match channel {
        Some(Channel::Announcements | Channel::Results) => &[],
        Some(Channel::Live) => &[Live, Paused],
        Some(Channel::Schedule) => &[Scheduled, Postponed],
        None => &[Scheduled, Postponed, Live, Paused],
    };
    let includes = |part| channel.is_none_or(|channel| channel == part);
    let mut data = Map::new();
    data.insert("team".into(), json::team_json(team));
    if channel.is_none() {
        let players = players::find_by_team(conn, team.id).await?;
        data.insert("players".into(), players.iter().map(json::player_json).collect());
    }
    if !statuses.is_empty() {
        let rows = newest_matches(conn, team, statuses).await?;
        let matches = full_matches::load_list_items(conn, match_cache, &rows).await?;
        data.insert("matches".into(), matches.into());
    }
    if includes(Channel::Results) {
        data.insert(
            "results".into(),
            results::newest_of_team(conn, team, MAX_RESULTS).await?.into(),
        );
    }
    if includes(Channel::Announcements) {
        let announced = announcements::active_of_team(conn, team.id).await?;
        data.insert("announcements".into(), announced.into());
    }
    Ok(Value::Object(data))
}

/// A team's newest matches with these statuses; of a public team, which anyone may follow, only
/// public matches. As on its streams, only matches that the team has accepted.
async fn newest_matches(
    conn: &mut Conn,
    team: &TeamRow,
    statuses: &[MatchStatus],
) -> QueryResult<Vec<MatchRow>> {
    let is_public = m::visibility.eq(Visibility::Public).and(m::event_is_public);
    let query = m::table
        .filter(m::home_team_id.eq(team.id).or(m::away_team_id.eq(team.id)))
        .filter((!team.is_public()).into_sql::<Bool>().or(is_public))
        .filter(participation::is_published_to_team(team.id))
        .filter(m::status.eq_any(statuses))
        .order(m::id.desc())
        .limit(MAX_TEAM_MATCHES);
    Ok(query.load(conn).await?)
}
