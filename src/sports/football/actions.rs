//! Adds, corrects and deletes incidents.

use serde_json::{Map, Value, json};

use crate::domain::matches::MatchStatus;
use crate::domain::merge_patch;
use crate::domain::message::Message;
use crate::domain::permission::MatchPermission;
use crate::domain::rejection::Rejection;
use crate::domain::topic::{Channel, StreamId};
use crate::input::FieldReader;
use crate::sports::action_spec::{ActionMethod, ActionSpec, find_action, specs_of};
use crate::sports::football::incident::Incident;
use crate::sports::football::incident_body;
use crate::sports::football::incident_log::IncidentLog;
use crate::sports::football::periods::SHOOTOUT_PERIOD;
use crate::sports::football::views::find_incident;
use crate::sports::game::Match;
use crate::sports::score::Score;
use crate::sports::{ApplyResult, MatchCommand, MatchInfo, Transition};

/// What scorers of football can do.
const FOOTBALL_ACTIONS: [(ActionSpec, IncidentAction); 3] = {
    use ActionMethod::{Delete, Patch, Post};
    use MatchPermission::{Record, Rule};
    [
        (ActionSpec::on_part(Post, "incidents", Record), IncidentAction::Add),
        (ActionSpec::on_part(Patch, "incidents/{id}", Record), IncidentAction::Correct),
        (ActionSpec::on_part(Delete, "incidents/{id}", Rule), IncidentAction::Delete),
    ]
};

/// The declarations of football's actions.
pub const ACTIONS: &[ActionSpec] = &specs_of(&FOOTBALL_ACTIONS);

/// What an action does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IncidentAction {
    Add,
    Correct,
    Delete,
}

/// Types of its messages, beside those of every sport.
pub const MESSAGE_TYPES: [&str; 3] = ["incident_added", "incident_updated", "incident_removed"];

/// For corrections: mistakes are often seen only after the final whistle.
const CORRECTION_STATUSES: [MatchStatus; 4] =
    [MatchStatus::Live, MatchStatus::Paused, MatchStatus::Finished, MatchStatus::Abandoned];

/// Carries out a command; unknown actions are 404.
pub fn apply(
    match_info: &MatchInfo,
    game: &Match<IncidentLog>,
    command: &MatchCommand,
) -> ApplyResult<Match<IncidentLog>> {
    let found = find_action(&FOOTBALL_ACTIONS, &command.action);
    let (action, id) = found.ok_or_else(|| Rejection::not_found("action"))?;
    match action {
        IncidentAction::Add => add_incident(match_info, game, command),
        IncidentAction::Correct => correct_incident(match_info, game, command, id),
        IncidentAction::Delete => delete_incident(match_info, game, command, id),
    }
}

/// Ids of the players that the body of `action` names.
pub fn player_ids(action: &str, body: &Value) -> Vec<i64> {
    if find_action(&FOOTBALL_ACTIONS, action).is_none() {
        return Vec::new();
    }
    let ids = ["player_id", "related_player_id"].map(|name| body.get(name)?.as_i64());
    ids.into_iter().flatten().collect()
}

/// The score by the incidents; with a shoot-out score once that period has begun.
pub fn computed_score(game: &Match<IncidentLog>) -> Score {
    let shootout_started = game.clock.period.is_some_and(|period| period.name == SHOOTOUT_PERIOD);
    game.state.score(shootout_started)
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
    Ok(Transition { state: next, messages, response, is_created: true })
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
    Ok(Transition { state: next, messages, response, is_created: false })
}

fn delete_incident(
    match_info: &MatchInfo,
    game: &Match<IncidentLog>,
    command: &MatchCommand,
    id: &str,
) -> ApplyResult<Match<IncidentLog>> {
    game.require_status("deleting an incident", &CORRECTION_STATUSES)?;
    let previous = find_incident(&game.state, id)?;
    FieldReader::nullable_body(&command.body).finish()?;
    let mut next = game.clone();
    next.state.delete(previous.id);

    let messages = incident_messages("incident_removed", match_info, &next, previous, None);
    let mut response_fields = Map::new();
    response_fields.insert("id".into(), json!(previous.id));
    let response = with_score_and_statistics(&next, response_fields);
    Ok(Transition { state: next, messages, response, is_created: false })
}

/// `fields` with the score and the statistics added.
fn with_score_and_statistics(game: &Match<IncidentLog>, mut fields: Map<String, Value>) -> Value {
    game.displayed_score(computed_score(game)).write_to(&mut fields);
    fields.insert("statistics".into(), json!(game.state.statistics()));
    Value::Object(fields)
}

/// Messages for the match and the incident's team; also for the team that a correction took it
/// from, whose displays would keep it otherwise.
fn incident_messages(
    kind: &'static str,
    match_info: &MatchInfo,
    game: &Match<IncidentLog>,
    incident: &Incident,
    previous_team_id: Option<i64>,
) -> Vec<Message> {
    let mut data = Map::new();
    data.insert("match_id".into(), json!(match_info.match_id));
    data.insert(
        "incident".into(),
        merge_patch::without_nulls(Value::Object(incident.json_fields())),
    );
    game.displayed_score(computed_score(game)).write_to(&mut data);
    let data = Value::Object(data);

    let team_left = previous_team_id.filter(|_| previous_team_id != incident.team_id);
    let teams = incident.team_id.into_iter().chain(team_left);
    let teams = teams.map(|team_id| StreamId::Team(team_id).channel_topic(Channel::Live));
    let topics = std::iter::once(StreamId::Match(match_info.match_id).topic()).chain(teams);
    let label = incident.kind.as_str();
    topics.map(|topic| Message::new(topic, kind, data.clone()).with_label(label)).collect()
}
