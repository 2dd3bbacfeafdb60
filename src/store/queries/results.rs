//! Results of matches, and the tables computed from them.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use super::dialect::Conn;
use super::schedule::MatchTeams;
use super::{events, participation, schedule, teams};
use crate::domain::leaderboard;
use crate::domain::leaderboard::{Entrant, MatchRunRates, PlayedMatch, RunsOffBalls, Verdict};
use crate::domain::message::Message;
use crate::domain::topic::{Channel, StreamId};
use crate::sports::{MatchInfo, MatchResult};
use crate::store::error::{QueryError, QueryResult};
use crate::store::rows::{EventRow, MatchRow, ResultRow, TeamRow};
use crate::store::schema::{matches as m, registrations, results, teams as t};

/// Team ids, scores, verdict and run rates of a stored result: the input of a table.
type TableResultRow = (i64, i64, i64, i64, String, RateColumns);

/// Home runs and balls, away runs and balls, and the balls per over.
type RateColumns = (Option<i64>, Option<i64>, Option<i64>, Option<i64>, Option<i64>);

/// Updates the stored result of a match and returns the messages: first the result, then the
/// table, which no other match of the event can change until this one is committed.
///
/// - Cost: nothing if the result is unchanged, else a fixed number of statements.
pub async fn sync_result(
    conn: &mut Conn,
    row: &MatchRow,
    (match_teams, match_info): (&MatchTeams, &MatchInfo),
    (before, after): (Option<&MatchResult>, Option<&MatchResult>),
    at: DateTime<Utc>,
) -> QueryResult<Vec<Message>> {
    let (change, result) = match (before, after) {
        (before, after) if before == after => return Ok(Vec::new()),
        (None, Some(after)) => ("entered", after),
        (Some(_), Some(after)) => ("corrected", after),
        (Some(before), None) => ("deleted", before),
        (None, None) => return Ok(Vec::new()),
    };
    match after {
        Some(result) => upsert(conn, match_info, result, at).await?,
        None => delete_result(conn, row.id).await?,
    }
    let data =
        json!({ "event_id": row.event_id, "change": change, "result": result.to_json(match_info) });
    let of_event = row.event_id.map(StreamId::Event);
    let of_teams = [row.home_team_id, row.away_team_id].map(StreamId::Team);
    let topics = of_event.into_iter().chain(of_teams).map(|s| s.channel_topic(Channel::Results));
    let result_messages =
        topics.map(|topic| Message::new(topic, "result_update", data.clone())).collect();
    let mut messages = schedule::filter_receivable(result_messages, row, match_teams);
    if let Some(event_id) = row.event_id {
        let event = events::lock(conn, event_id).await?;
        messages.push(leaderboard_message(conn, &event).await?);
    }
    Ok(messages)
}

/// Inserts or corrects a result. A correction keeps `entered_at`, and so its place in the list.
async fn upsert(
    conn: &mut Conn,
    match_info: &MatchInfo,
    result: &MatchResult,
    at: DateTime<Utc>,
) -> QueryResult<()> {
    let row = ResultRow::new(match_info, result);
    diesel::insert_into(results::table)
        .values((&row, results::entered_at.eq(at.timestamp_millis())))
        .on_conflict(results::match_id)
        .do_update()
        .set(&row)
        .execute(conn)
        .await?;
    Ok(())
}

async fn delete_result(conn: &mut Conn, match_id: i64) -> QueryResult<()> {
    diesel::delete(results::table.find(match_id)).execute(conn).await?;
    Ok(())
}

/// The message with the event's new table. The event must be locked, or a result that is entered
/// concurrently is missing.
pub async fn leaderboard_message(conn: &mut Conn, event: &EventRow) -> QueryResult<Message> {
    let topic = StreamId::Event(event.id).channel_topic(Channel::Results);
    let data = leaderboard_json(event, compute_table(conn, event).await?);
    Ok(Message::new(topic, "leaderboard_update", data))
}

/// `{"event_id":…,"leaderboard":[…]}`, computed from the current results; `None` without event.
pub async fn leaderboard(conn: &mut Conn, event_id: i64) -> QueryResult<Option<Value>> {
    let Some(event) = events::find_row(conn, event_id).await? else { return Ok(None) };
    Ok(Some(leaderboard_json(&event, compute_table(conn, &event).await?)))
}

fn leaderboard_json(event: &EventRow, table: Value) -> Value {
    json!({ "event_id": event.id, "leaderboard": table })
}

/// The rows of an event's table, best first.
pub async fn compute_table(conn: &mut Conn, event: &EventRow) -> QueryResult<Value> {
    let of_event = results::table.filter(results::event_id.eq(event.id)).select((
        results::home_team_id,
        results::away_team_id,
        results::home_score,
        results::away_score,
        results::verdict,
        (
            results::home_runs,
            results::home_balls,
            results::away_runs,
            results::away_balls,
            results::balls_per_over,
        ),
    ));
    let registered = registrations::table
        .inner_join(t::table.on(registrations::team_id.eq(t::id.nullable())))
        .filter(registrations::event_id.eq(event.id))
        .order(t::id)
        .select((t::id, t::name, registrations::deduction));
    let (results, registered): (Vec<TableResultRow>, Vec<(i64, String, i64)>) =
        join_queries!(conn, of_event.load(conn), registered.load(conn));

    let played = results.into_iter().map(to_played_match).collect::<QueryResult<Vec<_>>>()?;
    let entrant = |(team_id, name, deduction)| Entrant { team_id, name, deduction };
    let mut entrants: Vec<_> = registered.into_iter().map(entrant).collect();
    let entrant_ids: HashSet<i64> = entrants.iter().map(|entrant| entrant.team_id).collect();
    let teams = played.iter().flat_map(|played| [played.home_team_id, played.away_team_id]);
    let withdrawn: Vec<i64> = teams.filter(|id| !entrant_ids.contains(id)).collect();
    if !withdrawn.is_empty() {
        let teams = teams::find_all(conn, withdrawn).await?.into_iter();
        entrants.extend(teams.map(|TeamRow { id, name, .. }| entrant((id, name, 0))));
    }
    let standings = leaderboard::compute_leaderboard(&event.ranking()?, &entrants, &played);
    Ok(json!(standings))
}

/// The newest results of an event as JSON; for a public event only those of public matches.
pub async fn newest_of_event(
    conn: &mut Conn,
    event: &EventRow,
    limit: i64,
) -> QueryResult<Vec<Value>> {
    let query = results::table
        .inner_join(m::table.on(m::id.eq(results::match_id)))
        .filter(results::event_id.eq(event.id))
        .filter((!event.is_public()).into_sql::<Bool>().or(m::visibility.eq("public")))
        .order((results::entered_at.desc(), results::match_id.desc()))
        .limit(limit)
        .select(results::body);
    parse_bodies(query.load(conn).await?)
}

/// The newest results of a team as JSON; for a public team only those of public matches.
pub async fn newest_of_team(
    conn: &mut Conn,
    team: &TeamRow,
    limit: i64,
) -> QueryResult<Vec<Value>> {
    let is_public = m::visibility.eq("public").and(m::event_is_public);
    let query = results::table
        .inner_join(m::table.on(m::id.eq(results::match_id)))
        .filter(results::home_team_id.eq(team.id).or(results::away_team_id.eq(team.id)))
        .filter((!team.is_public()).into_sql::<Bool>().or(is_public))
        .filter(participation::is_published_to_team(team.id))
        .order((results::entered_at.desc(), results::match_id.desc()))
        .limit(limit)
        .select(results::body);
    parse_bodies(query.load(conn).await?)
}

fn parse_bodies(texts: Vec<String>) -> QueryResult<Vec<Value>> {
    texts.iter().map(|text| Ok(serde_json::from_str(text)?)).collect()
}

fn to_played_match(
    (home_team_id, away_team_id, home_score, away_score, verdict_name, rate_columns): TableResultRow,
) -> QueryResult<PlayedMatch> {
    let verdict = Verdict::from_name(&verdict_name).ok_or_else(|| {
        QueryError::InvariantViolated(format!(
            "a result is decided {verdict_name}: no such verdict"
        ))
    })?;
    let rates = to_run_rates(rate_columns);
    Ok(PlayedMatch { home_team_id, away_team_id, home_score, away_score, verdict, rates })
}

fn to_run_rates(
    (home_runs, home_balls, away_runs, away_balls, balls_per_over): RateColumns,
) -> Option<MatchRunRates> {
    Some(MatchRunRates {
        home: RunsOffBalls { runs: home_runs?, balls: home_balls? },
        away: RunsOffBalls { runs: away_runs?, balls: away_balls? },
        balls_per_over: balls_per_over?,
    })
}
