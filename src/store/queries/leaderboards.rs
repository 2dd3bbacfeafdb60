//! Tables of events, computed from their results.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use super::dialect::Conn;
use crate::domain::leaderboard;
use crate::domain::leaderboard::{
    Entrant, LeaderboardRow, MatchRunRates, PlayedMatch, RunsOffBalls, Verdict,
};
use crate::domain::message::Message;
use crate::domain::topic::{Channel, StreamId};
use crate::store::error::QueryResult;
use crate::store::rows::EventRow;
use crate::store::schema::{registrations, results, teams as t};

/// Team ids, scores, verdict and run rates of a stored result: the input of a table.
type TableResultRow = (i64, i64, i64, i64, Verdict, RateColumns);

/// Home runs and balls, away runs and balls, and the balls per over.
type RateColumns = (Option<i64>, Option<i64>, Option<i64>, Option<i64>, Option<i64>);

/// The message about a change of an event's table. Its rows are computed when it is appended.
pub fn leaderboard_message(event_id: i64) -> Message {
    let topic = StreamId::Event(event_id).channel_topic(Channel::Results);
    Message::new(topic, "leaderboard_update", json!({ "event_id": event_id }))
        .with_changed_rows("table")
}

/// `{"event_id":…,"leaderboard":[…]}`, computed from the current results.
pub async fn leaderboard_json(conn: &mut Conn, event: &EventRow) -> QueryResult<Value> {
    let table = compute_table(conn, event).await?;
    Ok(json!({ "event_id": event.id, "leaderboard": table }))
}

/// The rows of an event's table, best first.
pub async fn compute_table(conn: &mut Conn, event: &EventRow) -> QueryResult<Vec<LeaderboardRow>> {
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

    let played: Vec<_> = results.into_iter().map(to_played_match).collect();
    let entrant = |(team_id, name, deduction)| Entrant { team_id, name, deduction };
    let mut entrants: Vec<_> = registered.into_iter().map(entrant).collect();
    let entrant_ids: HashSet<i64> = entrants.iter().map(|entrant| entrant.team_id).collect();
    let teams = played.iter().flat_map(|played| [played.home_team_id, played.away_team_id]);
    let withdrawn: Vec<i64> = teams.filter(|id| !entrant_ids.contains(id)).collect();
    if !withdrawn.is_empty() {
        let teams = t::table.filter(t::id.eq_any(withdrawn)).select((t::id, t::name));
        let teams: Vec<(i64, String)> = teams.load(conn).await?;
        entrants.extend(teams.into_iter().map(|(id, name)| entrant((id, name, 0))));
    }
    Ok(leaderboard::compute_leaderboard(&event.ranking()?, &entrants, &played))
}

fn to_played_match(
    (home_team_id, away_team_id, home_score, away_score, verdict, rate_columns): TableResultRow,
) -> PlayedMatch {
    let rates = to_run_rates(rate_columns);
    PlayedMatch { home_team_id, away_team_id, home_score, away_score, verdict, rates }
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
