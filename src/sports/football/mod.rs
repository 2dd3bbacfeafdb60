//! Football: what happened on the field, and the score that follows from it.

mod incident;
mod incident_body;
mod incident_kind;
mod incident_log;
mod statistics;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::domain::message::Message;
use crate::domain::rejection::Rejection;
use crate::domain::topic::{Channel, StreamId};
use crate::sports::clock::{Period, PeriodBreak, PeriodSchedule};
use crate::sports::command_body::CommandBody;
use crate::sports::football::incident::Incident;
use crate::sports::football::incident_log::IncidentLog;
use crate::sports::game::{Match, MatchStatus};
use crate::sports::score::Score;
use crate::sports::sport::Sport;
use crate::sports::{ApplyResult, MatchCommand, MatchInfo, RECORDERS_PATH, Transition};

/// The period that the shoot-out kinds belong to, and no other goal.
const SHOOTOUT_PERIOD: &str = "penalty_shootout";

const MINUTE_MS: i64 = 60_000;

/// Laws of the Game, Law 7: two halves of 45 minutes; Law 10: two periods of extra time, at most
/// 15 minutes each, then penalties, which no clock runs for.
const PERIODS: [Period; 5] = [
    Period { name: "first_half", starts_ms: 0, clock_runs: true },
    Period { name: "second_half", starts_ms: 45 * MINUTE_MS, clock_runs: true },
    Period { name: "extra_first_half", starts_ms: 90 * MINUTE_MS, clock_runs: true },
    Period { name: "extra_second_half", starts_ms: 105 * MINUTE_MS, clock_runs: true },
    Period { name: SHOOTOUT_PERIOD, starts_ms: 120 * MINUTE_MS, clock_runs: false },
];

/// Penalties may follow the second half or extra time, so they are named; else the next period.
const BREAKS: [PeriodBreak; 5] = [
    PeriodBreak { reason: "half_time", next_period: None },
    PeriodBreak { reason: "full_time", next_period: None },
    PeriodBreak { reason: "extra_half_time", next_period: None },
    PeriodBreak { reason: "before_penalties", next_period: Some(SHOOTOUT_PERIOD) },
    PeriodBreak { reason: "penalties", next_period: Some(SHOOTOUT_PERIOD) },
];

/// A typing mistake is often seen only after the whistle.
const CORRECTION_STATUSES: [MatchStatus; 4] =
    [MatchStatus::Live, MatchStatus::Paused, MatchStatus::Finished, MatchStatus::Abandoned];

/// Association football: score and statistics are counted from the incidents.
pub struct Football;

impl Sport for Football {
    const CODE: &'static str = "football";
    const PERIOD_SCHEDULE: PeriodSchedule = PeriodSchedule { periods: &PERIODS, breaks: &BREAKS };
    type State = IncidentLog;

    fn initial_state(match_info: &MatchInfo) -> Result<IncidentLog, Rejection> {
        match_info.reject_format()?;
        Ok(IncidentLog::default())
    }

    fn player_ids(action: &str, body: &Value) -> Vec<i64> {
        if !action.contains("incidents") {
            return Vec::new();
        }
        let ids = ["player_id", "related_player_id"].map(|name| body.get(name)?.as_i64());
        ids.into_iter().flatten().collect()
    }

    fn apply(
        match_info: &MatchInfo,
        game: &Match<IncidentLog>,
        command: &MatchCommand,
    ) -> ApplyResult<Match<IncidentLog>> {
        if command.action == "incidents" {
            return add_incident(match_info, game, command);
        }
        let Some((method, id)) = command.action.split_once(" incidents/") else {
            return Err(Rejection::not_found("action"));
        };
        match method {
            "PATCH" => correct_incident(match_info, game, command, id),
            "DELETE" => delete_incident(match_info, game, command, id),
            _ => Err(Rejection::not_found("action")),
        }
    }

    fn computed_score(game: &Match<IncidentLog>) -> Score {
        let shootout_started =
            game.clock.period.is_some_and(|period| period.name == SHOOTOUT_PERIOD);
        game.state.score(shootout_started)
    }

    fn snapshot_fields(game: &Match<IncidentLog>) -> Map<String, Value> {
        let mut view = Map::new();
        view.insert("incidents".into(), incidents_json(&game.state));
        view.insert("statistics".into(), json!(game.state.statistics()));
        view
    }

    fn read_part(game: &Match<IncidentLog>, path: &str) -> Option<Value> {
        match path {
            "incidents" => Some(json!({ "items": incidents_json(&game.state), "next": null })),
            "statistics" => Some(json!(game.state.statistics())),
            RECORDERS_PATH => Some(recorders_json(&game.state)),
            _ => {
                let incident = find_incident(&game.state, path.strip_prefix("incidents/")?).ok()?;
                Some(Value::Object(incident.json_fields()))
            }
        }
    }
}

fn add_incident(
    match_info: &MatchInfo,
    game: &Match<IncidentLog>,
    command: &MatchCommand,
) -> ApplyResult<Match<IncidentLog>> {
    game.require_status("adding an incident", &[MatchStatus::Live, MatchStatus::Paused])?;
    let incident = incident_body::parse_new(match_info, command, game.state.next_id())?;
    let mut next = game.clone();
    next.state.upsert(incident.clone());

    let messages = incident_messages("incident_added", match_info, &next, &incident, None);
    let response = with_score_and_statistics(&next, incident.json_fields());
    Ok(Transition { state: next, messages, response: response, is_created: true })
}

fn correct_incident(
    match_info: &MatchInfo,
    game: &Match<IncidentLog>,
    command: &MatchCommand,
    id: &str,
) -> ApplyResult<Match<IncidentLog>> {
    game.require_status("correcting an incident", &CORRECTION_STATUSES)?;
    let previous = find_incident(&game.state, id)?;
    let incident = incident_body::parse_correction(match_info, command, previous)?;
    let mut next = game.clone();
    next.state.upsert(incident.clone());

    let messages =
        incident_messages("incident_updated", match_info, &next, &incident, previous.team_id);
    let response = with_score_and_statistics(&next, incident.json_fields());
    Ok(Transition { state: next, messages, response: response, is_created: false })
}

fn delete_incident(
    match_info: &MatchInfo,
    game: &Match<IncidentLog>,
    command: &MatchCommand,
    id: &str,
) -> ApplyResult<Match<IncidentLog>> {
    game.require_status("deleting an incident", &CORRECTION_STATUSES)?;
    let previous = find_incident(&game.state, id)?;
    CommandBody::from_value(&command.body)?.finish(Some(()))?;
    let mut next = game.clone();
    next.state.delete(previous.id);

    let messages = incident_messages("incident_removed", match_info, &next, previous, None);
    let mut response_fields = Map::new();
    response_fields.insert("id".into(), json!(previous.id));
    let response = with_score_and_statistics(&next, response_fields);
    Ok(Transition { state: next, messages, response: response, is_created: false })
}

/// The incident whose id the path ends with, written in one way only.
fn find_incident<'a>(log: &'a IncidentLog, id: &str) -> Result<&'a Arc<Incident>, Rejection> {
    let found = id.parse().ok().and_then(|number| log.get(number));
    found.filter(|incident| incident.id.to_string() == id).ok_or(Rejection::not_found("incident"))
}

fn recorders_json(log: &IncidentLog) -> Value {
    let recorder_json = |incident: &Arc<Incident>| {
        let Incident { id, recorded_by, corrected_by, .. } = &**incident;
        json!({ "incident_id": id, "recorded_by": recorded_by, "corrected_by": corrected_by })
    };
    log.in_match_order().into_iter().map(recorder_json).collect()
}

fn incidents_json(log: &IncidentLog) -> Value {
    log.in_match_order().into_iter().map(|incident| Value::Object(incident.json_fields())).collect()
}

/// `answer` with the score and the statistics after it.
fn with_score_and_statistics(game: &Match<IncidentLog>, mut fields: Map<String, Value>) -> Value {
    Football::displayed_score(game).write_to(&mut fields);
    fields.insert("statistics".into(), json!(game.state.statistics()));
    Value::Object(fields)
}

/// To the match and the incident's team; also to the team it was taken from, which would show
/// it for ever otherwise.
fn incident_messages(
    kind: &'static str,
    match_info: &MatchInfo,
    game: &Match<IncidentLog>,
    incident: &Incident,
    previous_team_id: Option<i64>,
) -> Vec<Message> {
    let mut data = Map::new();
    data.insert("match_id".into(), json!(match_info.match_id));
    data.insert("incident".into(), Value::Object(incident.json_fields()));
    let data = with_score_and_statistics(game, data);

    let team_left = previous_team_id.filter(|_| previous_team_id != incident.team_id);
    let teams = incident.team_id.into_iter().chain(team_left);
    let teams = teams.map(|team_id| StreamId::Team(team_id).channel_topic(Channel::Live));
    let topics = std::iter::once(StreamId::Match(match_info.match_id).topic()).chain(teams);
    let label = incident.kind.as_str();
    topics.map(|topic| Message::new(topic, kind, data.clone()).with_label(label)).collect()
}
