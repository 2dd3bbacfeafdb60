//! Final outcomes, and the table that follows from them.

use std::collections::HashSet;

use chrono::DateTime;
use chrono::Utc;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use serde_json::json;

use super::dialect::Conn;
use super::events;
use super::involved;
use super::schedule;
use super::schedule::Sides;
use super::teams;
use crate::domain::leaderboard;
use crate::domain::leaderboard::Entrant;
use crate::domain::leaderboard::Played;
use crate::domain::leaderboard::Rates;
use crate::domain::leaderboard::Scored;
use crate::domain::leaderboard::Verdict;
use crate::domain::message::Message;
use crate::domain::topic::Channel;
use crate::domain::topic::Stream;
use crate::sports::Fixture;
use crate::sports::MatchResult;
use crate::store::error::Fault;
use crate::store::error::Found;
use crate::store::rows::EventRow;
use crate::store::rows::MatchRow;
use crate::store::rows::ResultRow;
use crate::store::rows::TeamRow;
use crate::store::schema::matches as m;
use crate::store::schema::registrations;
use crate::store::schema::results;
use crate::store::schema::teams as t;

/// Both teams, their scores, the verdict and the run rates: what a table counts of a stored result.
type Counted = (i64, i64, i64, i64, String, Rated);

/// Runs and balls of home and of away, and the balls of an over.
type Rated = (Option<i64>, Option<i64>, Option<i64>, Option<i64>, Option<i64>);

/// Brings the stored result up to the match's, and gives what is told of it: first the result,
/// then the table, which no other match of the event can change before this one is committed.
///
/// - Costs: nothing where the outcome is what it was; else a fixed number of statements.
pub async fn changed(
    conn: &mut Conn,
    row: &MatchRow,
    (sides, fixture): (&Sides, &Fixture),
    (before, after): (Option<&MatchResult>, Option<&MatchResult>),
    at: DateTime<Utc>,
) -> Found<Vec<Message>> {
    let (change, result) = match (before, after) {
        (before, after) if before == after => return Ok(Vec::new()),
        (None, Some(after)) => ("entered", after),
        (Some(_), Some(after)) => ("corrected", after),
        (Some(before), None) => ("deleted", before),
        (None, None) => return Ok(Vec::new()),
    };
    match after {
        Some(result) => save(conn, fixture, result, at).await?,
        None => forget(conn, row.id).await?,
    }
    let data =
        json!({ "event_id": row.event_id, "change": change, "result": result.view(fixture) });
    let of_event = row.event_id.map(Stream::Event);
    let of_teams = [row.home_team_id, row.away_team_id].map(Stream::Team);
    let topics = of_event.into_iter().chain(of_teams).map(|s| s.channel(Channel::Results));
    let said = topics.map(|topic| Message::new(topic, "result_update", data.clone())).collect();
    let mut messages = schedule::kept_private(said, row, sides);
    if let Some(event_id) = row.event_id {
        let event = events::lock(conn, event_id).await?;
        messages.push(table_update(conn, &event).await?);
    }
    Ok(messages)
}

/// A correction leaves it where the first one stands among the newest.
async fn save(
    conn: &mut Conn,
    fixture: &Fixture,
    result: &MatchResult,
    at: DateTime<Utc>,
) -> Found<()> {
    let row = ResultRow::of(fixture, result);
    diesel::insert_into(results::table)
        .values((&row, results::entered_at.eq(at.timestamp_millis())))
        .on_conflict(results::match_id)
        .do_update()
        .set(&row)
        .execute(conn)
        .await?;
    Ok(())
}

async fn forget(conn: &mut Conn, match_id: i64) -> Found<()> {
    diesel::delete(results::table.find(match_id)).execute(conn).await?;
    Ok(())
}

/// What readers are told when the table is another. The event must be locked, or a result that
/// is entered meanwhile is missing.
pub async fn table_update(conn: &mut Conn, event: &EventRow) -> Found<Message> {
    let topic = Stream::Event(event.id).channel(Channel::Results);
    let data = told_table(event, table(conn, event).await?);
    Ok(Message::new(topic, "leaderboard_update", data))
}

/// `{"event_id":…,"leaderboard":[…]}`, computed from the results as they stand.
pub async fn leaderboard(conn: &mut Conn, event_id: i64) -> Found<Option<Value>> {
    let Some(event) = events::row(conn, event_id).await? else { return Ok(None) };
    Ok(Some(told_table(&event, table(conn, &event).await?)))
}

fn told_table(event: &EventRow, table: Value) -> Value {
    json!({ "event_id": event.id, "leaderboard": table })
}

/// The rows of an event's table, the first first.
pub async fn table(conn: &mut Conn, event: &EventRow) -> Found<Value> {
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
    let (results, registered): (Vec<Counted>, Vec<(i64, String, i64)>) =
        both!(conn, of_event.load(conn), registered.load(conn));

    let played = results.into_iter().map(played).collect::<Found<Vec<_>>>()?;
    let entrant = |(team_id, name, deduction)| Entrant { team_id, name, deduction };
    let mut entrants: Vec<_> = registered.into_iter().map(entrant).collect();
    let known: HashSet<i64> = entrants.iter().map(|entrant| entrant.team_id).collect();
    let teams = played.iter().flat_map(|played| [played.home_team_id, played.away_team_id]);
    let withdrawn: Vec<i64> = teams.filter(|id| !known.contains(id)).collect();
    if !withdrawn.is_empty() {
        let teams = teams::among(conn, withdrawn).await?.into_iter();
        entrants.extend(teams.map(|TeamRow { id, name, .. }| entrant((id, name, 0))));
    }
    let standings = leaderboard::leaderboard(&event.ranking()?, &entrants, &played);
    Ok(json!(standings))
}

/// The newest of an event, as readers see them; of a public one those of public matches.
pub async fn of_event(conn: &mut Conn, event: &EventRow, limit: i64) -> Found<Vec<Value>> {
    let query = results::table
        .inner_join(m::table.on(m::id.eq(results::match_id)))
        .filter(results::event_id.eq(event.id))
        .filter((!event.is_public()).into_sql::<Bool>().or(m::visibility.eq("public")))
        .order((results::entered_at.desc(), results::match_id.desc()))
        .limit(limit)
        .select(results::body);
    bodies(query.load(conn).await?)
}

/// The newest of a team, to whoever may read it: see `snapshots`.
pub async fn of_team(conn: &mut Conn, team: &TeamRow, limit: i64) -> Found<Vec<Value>> {
    let is_public = m::visibility.eq("public").and(m::event_is_public);
    let query = results::table
        .inner_join(m::table.on(m::id.eq(results::match_id)))
        .filter(results::home_team_id.eq(team.id).or(results::away_team_id.eq(team.id)))
        .filter((!team.is_public()).into_sql::<Bool>().or(is_public))
        .filter(involved::heard(team.id))
        .order((results::entered_at.desc(), results::match_id.desc()))
        .limit(limit)
        .select(results::body);
    bodies(query.load(conn).await?)
}

fn bodies(texts: Vec<String>) -> Found<Vec<Value>> {
    texts.iter().map(|text| Ok(serde_json::from_str(text)?)).collect()
}

fn played(
    (home_team_id, away_team_id, home_score, away_score, word, rate_columns): Counted,
) -> Found<Played> {
    let verdict = Verdict::from_word(&word)
        .ok_or_else(|| Fault::Broken(format!("a result is decided {word}: no such verdict")))?;
    let rates = rates(rate_columns);
    Ok(Played { home_team_id, away_team_id, home_score, away_score, verdict, rates })
}

fn rates((home_runs, home_balls, away_runs, away_balls, balls_per_over): Rated) -> Option<Rates> {
    Some(Rates {
        home: Scored { runs: home_runs?, balls: home_balls? },
        away: Scored { runs: away_runs?, balls: away_balls? },
        balls_per_over: balls_per_over?,
    })
}
