//! The rows of the states of events and teams (docs/protocol.md, "States"). No I/O.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::domain::leaderboard::LeaderboardRow;
use crate::domain::merge_patch;
use crate::domain::topic::{Channel, StreamId};
use crate::store::error::{QueryError, QueryResult};
use crate::store::json::{fixture_columns, format_time};
use crate::store::rows::{AnnouncementRow, EventRow, MatchRow, TeamRow};

/// The state of a channel: its members by name.
pub type ChannelState = Map<String, Value>;

/// The members of a stream's state that belong to a channel.
pub fn members_of(stream: StreamId, channel: Channel) -> &'static [&'static str] {
    match (stream, channel) {
        (StreamId::Event(_), Channel::Results) => &["results", "table"],
        (_, Channel::Results) => &["results"],
        (_, Channel::Schedule) => &["schedule"],
        (_, Channel::Live) => &["live"],
        (_, Channel::Announcements) => &["announcements"],
    }
}

/// The state of a channel before its first message.
pub fn empty_state(stream: StreamId, channel: Channel) -> ChannelState {
    let members = members_of(stream, channel).iter();
    members.map(|name| ((*name).to_owned(), json!({}))).collect()
}

/// A match of the schedule: what a page shows before the match, nothing of its course.
pub fn schedule_row(row: &MatchRow) -> Value {
    let course = [("status", json!(row.status)), ("reason", json!(row.reason))];
    let course = course.into_iter().filter(|(_, value)| !value.is_null());
    let course = course.map(|(name, value)| (name.to_owned(), value));
    Value::Object(fixture_columns(row).chain(course).collect())
}

/// A match that is being played.
pub fn live_row(row: &MatchRow) -> Value {
    json!({ "status": row.status })
}

/// A result by its stored JSON.
pub fn result_row(body: &str, entered_at: i64) -> QueryResult<Value> {
    let mut row = merge_patch::without_nulls(serde_json::from_str(body)?);
    if let Value::Object(fields) = &mut row {
        fields.remove("match_id");
        fields.insert("entered_at".to_owned(), json!(format_time(entered_at)));
    }
    Ok(row)
}

/// The rows of a table by team.
pub fn table_rows(table: &[LeaderboardRow]) -> Map<String, Value> {
    table.iter().map(|row| (row.team_id.to_string(), table_row(row))).collect()
}

fn table_row(row: &LeaderboardRow) -> Value {
    merge_patch::without_nulls(json!({
        "position": row.position,
        "played": row.played,
        "won": row.won,
        "drawn": row.drawn,
        "lost": row.lost,
        "for": row.r#for,
        "against": row.against,
        "difference": row.difference,
        "points": row.points,
        "net_run_rate": row.net_run_rate.map(|rate| format!("{:.3}", rate + 0.0)),
    }))
}

/// An announcement that is in force. Its status would depend on the clock, and says nothing here.
pub fn announcement_row(row: &AnnouncementRow, team_ids: &[i64]) -> Value {
    merge_patch::without_nulls(json!({
        "event_id": row.event_id,
        "type": row.kind,
        "priority": row.priority,
        "title": row.title,
        "message": row.message,
        "team_ids": team_ids,
        "expires_at": row.expires_at.map(format_time),
        "created_at": format_time(row.created_at),
    }))
}

/// The rows of a member that a patch changes: whole, or their position alone if it is all that
/// changed; null for a removed row.
pub fn changed_rows(
    patch: &Map<String, Value>,
    state: &Map<String, Value>,
    member: &str,
) -> Map<String, Value> {
    let Some(Value::Object(changes)) = patch.get(member) else { return Map::new() };
    let is_moved = |change: &Value| {
        change.as_object().is_some_and(|fields| fields.keys().all(|name| name == "position"))
    };
    let row = |(id, change): (&String, &Value)| {
        let whole = state.get(member).and_then(|rows| rows.get(id));
        let row = if is_moved(change) { change } else { whole.unwrap_or(&Value::Null) };
        (id.clone(), row.clone())
    };
    changes.iter().map(row).collect()
}

/// The ids of the events and the teams that a state speaks of.
#[derive(Debug, Default)]
pub struct MentionedIds {
    pub events: BTreeSet<i64>,
    pub teams: BTreeSet<i64>,
}

impl MentionedIds {
    /// Collects the ids in a state.
    pub fn of_state(state: &Map<String, Value>) -> Self {
        let mut ids = Self::default();
        for (member, rows) in state {
            let Value::Object(rows) = rows else { continue };
            if member == "table" {
                ids.teams.extend(rows.keys().filter_map(|id| id.parse::<i64>().ok()));
            }
            for row in rows.values() {
                ids.add_row(row);
            }
        }
        ids
    }

    fn add_row(&mut self, row: &Value) {
        self.events.extend(row["event_id"].as_i64());
        for side in ["home", "away"] {
            self.teams.extend(row[side]["team_id"].as_i64());
        }
        for name in ["home_team_id", "away_team_id"] {
            self.teams.extend(row[name].as_i64());
        }
        let addressees = row["team_ids"].as_array();
        self.teams.extend(addressees.into_iter().flatten().filter_map(Value::as_i64));
    }
}

/// The names of events and teams, by id.
pub fn names_json(events: &[EventRow], teams: &[TeamRow]) -> Value {
    let event = |row: &EventRow| (row.id.to_string(), json!({ "name": row.name }));
    let team = |row: &TeamRow| {
        let names = json!({
            "name": row.name, "short_name": row.short_name, "colour": row.colour,
        });
        (row.id.to_string(), merge_patch::without_nulls(names))
    };
    let events: Map<_, _> = events.iter().map(event).collect();
    let teams: Map<_, _> = teams.iter().map(team).collect();
    json!({ "events": events, "teams": teams })
}

/// Parses a stored state.
pub fn parse_state(text: &str) -> QueryResult<ChannelState> {
    match serde_json::from_str(text)? {
        Value::Object(state) => Ok(state),
        other => Err(QueryError::InvariantViolated(format!("{other} is no state"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(fields) => fields,
            other => panic!("{other} is no object"),
        }
    }

    #[test]
    fn changed_rows_are_whole_unless_they_only_moved() {
        let state = object(json!({ "table": {
            "1": { "position": 1, "points": 3 }, "2": { "position": 2, "points": 0 },
            "3": { "position": 3, "points": 0 },
        } }));
        let patch = object(json!({ "table": {
            "1": { "points": 3 }, "2": { "position": 2 }, "4": null,
        } }));
        let expected = json!({
            "1": { "position": 1, "points": 3 }, "2": { "position": 2 }, "4": null,
        });
        assert_eq!(Value::Object(changed_rows(&patch, &state, "table")), expected);
        assert!(changed_rows(&Map::new(), &state, "table").is_empty());
    }

    #[test]
    fn a_state_speaks_of_all_its_teams_and_events() {
        let state = object(json!({
            "schedule": { "5": { "event_id": 1, "home": { "team_id": 2 }, "away": { "team_id": 3 } } },
            "live": { "5": { "status": "live" } },
            "results": { "6": { "event_id": 2, "home_team_id": 4, "away_team_id": 5 } },
            "table": { "6": { "position": 1 } },
            "announcements": { "1": { "event_id": 3, "team_ids": [7, 8] } },
        }));
        let ids = MentionedIds::of_state(&state);
        assert_eq!(ids.events.into_iter().collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(ids.teams.into_iter().collect::<Vec<_>>(), [2, 3, 4, 5, 6, 7, 8]);
    }
}
