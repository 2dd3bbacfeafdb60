//! The states of channels as the rows of matches, results, registrations and announcements give
//! them. No match is folded, and nothing depends on the clock.

use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use serde_json::{Map, Value, json};

use super::super::dialect::Conn;
use super::super::{leaderboards, participation};
use super::{announcements, results};
use crate::domain::matches::MatchStatus;
use crate::domain::topic::{Channel, StreamId};
use crate::domain::visibility::Visibility;
use crate::store::error::QueryResult;
use crate::store::rows::{EventRow, MatchRow, TeamRow};
use crate::store::schema::{events, matches as m, teams};
use crate::store::state_rows::{self, ChannelState};

/// Matches in the schedule of a team: more than a display shows.
const MAX_TEAM_MATCHES: i64 = 50;
/// Matches in the schedule of an event: half a season of a big league. More would make every
/// subscriber's first frame heavy; lists have them all.
const MAX_EVENT_MATCHES: i64 = 200;

/// Computes the state of a channel; empty if its event or team does not exist. With
/// `only_public`, of a private stream only what may be shown to anyone.
pub async fn compute(
    conn: &mut Conn,
    stream: StreamId,
    channel: Channel,
    only_public: bool,
) -> QueryResult<ChannelState> {
    match stream {
        StreamId::Event(id) => {
            let event = events::table.find(id).get_result::<EventRow>(conn).await.optional()?;
            if let Some(mut event) = event {
                if only_public {
                    event.visibility = Visibility::Public;
                }
                return event_state(conn, &event, channel).await;
            }
        }
        StreamId::Team(id) => {
            let team = teams::table.find(id).get_result::<TeamRow>(conn).await.optional()?;
            if let Some(mut team) = team {
                if only_public {
                    team.visibility = Visibility::Public;
                }
                return team_state(conn, &team, channel).await;
            }
        }
        StreamId::Match(_) | StreamId::Purchase(_) => {}
    }
    Ok(state_rows::empty_state(stream, channel))
}

async fn event_state(
    conn: &mut Conn,
    event: &EventRow,
    channel: Channel,
) -> QueryResult<ChannelState> {
    Ok(match channel {
        Channel::Schedule => {
            let rows = unfinished_matches(conn, event).await?;
            state_of([("schedule", match_rows(&rows, state_rows::schedule_row))])
        }
        Channel::Results => {
            let newest = results::of_event(conn, event).await?;
            let table = leaderboards::compute_table(conn, event).await?;
            state_of([("results", newest), ("table", state_rows::table_rows(&table))])
        }
        Channel::Announcements => {
            let announced = announcements::of_event(conn, event.id).await?;
            state_of([("announcements", announced)])
        }
        Channel::Live => ChannelState::new(),
    })
}

async fn team_state(
    conn: &mut Conn,
    team: &TeamRow,
    channel: Channel,
) -> QueryResult<ChannelState> {
    use MatchStatus::{Live, Paused, Postponed, Scheduled};
    Ok(match channel {
        Channel::Schedule => {
            let rows = newest_matches(conn, team, [Scheduled, Postponed]).await?;
            state_of([("schedule", match_rows(&rows, state_rows::schedule_row))])
        }
        Channel::Live => {
            let rows = newest_matches(conn, team, [Live, Paused]).await?;
            state_of([("live", match_rows(&rows, state_rows::live_row))])
        }
        Channel::Results => {
            let newest = results::of_team(conn, team).await?;
            state_of([("results", newest)])
        }
        Channel::Announcements => {
            let announced = announcements::of_team(conn, team).await?;
            state_of([("announcements", announced)])
        }
    })
}

fn state_of<const N: usize>(members: [(&str, Map<String, Value>); N]) -> ChannelState {
    members.into_iter().map(|(name, rows)| (name.to_owned(), json!(rows))).collect()
}

fn match_rows(rows: &[MatchRow], to_json: fn(&MatchRow) -> Value) -> Map<String, Value> {
    rows.iter().map(|row| (row.id.to_string(), to_json(row))).collect()
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

/// A team's newest matches with these statuses; of a public team, which anyone may follow, only
/// public matches. As on its streams, only matches that the team has accepted.
async fn newest_matches(
    conn: &mut Conn,
    team: &TeamRow,
    [status, other_status]: [MatchStatus; 2],
) -> QueryResult<Vec<MatchRow>> {
    let is_public = m::visibility.eq(Visibility::Public).and(m::event_is_public);
    let query = m::table
        .filter(m::home_team_id.eq(team.id).or(m::away_team_id.eq(team.id)))
        .filter((!team.is_public()).into_sql::<Bool>().or(is_public))
        .filter(participation::is_published_to_team(team.id))
        .filter(m::status.eq(status).or(m::status.eq(other_status)))
        .order(m::id.desc())
        .limit(MAX_TEAM_MATCHES);
    Ok(query.load(conn).await?)
}
