//! Football: what happened on the field, and the score that follows from it.

mod draft;
mod incident;
mod kind;
mod sheet;
mod statistics;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::domain::message::Message;
use crate::domain::rejection::Rejection;
use crate::domain::topic::Channel;
use crate::domain::topic::Stream;
use crate::sports::Applied;
use crate::sports::Command;
use crate::sports::Fixture;
use crate::sports::Outcome;
use crate::sports::RECORDERS;
use crate::sports::body::Body;
use crate::sports::clock::Break;
use crate::sports::clock::Period;
use crate::sports::clock::Timing;
use crate::sports::football::incident::Incident;
use crate::sports::football::sheet::Sheet;
use crate::sports::play::Play;
use crate::sports::play::Status;
use crate::sports::score::Score;
use crate::sports::sport::Sport;

/// The period that the shoot-out kinds belong to, and no other goal.
const SHOOTOUT: &str = "penalty_shootout";

const MINUTE_MS: i64 = 60_000;

/// Laws of the Game, Law 7: two halves of 45 minutes; Law 10: two periods of extra time, at most
/// 15 minutes each, then penalties, which no clock runs for.
const PERIODS: [Period; 5] = [
    Period { name: "first_half", starts_ms: 0, runs: true },
    Period { name: "second_half", starts_ms: 45 * MINUTE_MS, runs: true },
    Period { name: "extra_first_half", starts_ms: 90 * MINUTE_MS, runs: true },
    Period { name: "extra_second_half", starts_ms: 105 * MINUTE_MS, runs: true },
    Period { name: SHOOTOUT, starts_ms: 120 * MINUTE_MS, runs: false },
];

/// Penalties may follow the second half or extra time, so they are named; else the next period.
const BREAKS: [Break; 5] = [
    Break { reason: "half_time", to: None },
    Break { reason: "full_time", to: None },
    Break { reason: "extra_half_time", to: None },
    Break { reason: "before_penalties", to: Some(SHOOTOUT) },
    Break { reason: "penalties", to: Some(SHOOTOUT) },
];

/// A typing mistake is often seen only after the whistle.
const CORRECTABLE: [Status; 4] =
    [Status::Live, Status::Paused, Status::Finished, Status::Abandoned];

/// Association football: score and statistics are counted from the incidents.
pub struct Football;

impl Sport for Football {
    const CODE: &'static str = "football";
    const TIMING: Timing = Timing { periods: &PERIODS, breaks: &BREAKS };
    type State = Sheet;

    fn start(fixture: &Fixture) -> Result<Sheet, Rejection> {
        fixture.without_format()?;
        Ok(Sheet::default())
    }

    fn players(action: &str, body: &Value) -> Vec<i64> {
        if !action.contains("incidents") {
            return Vec::new();
        }
        let named = ["player_id", "related_player_id"].map(|name| body.get(name)?.as_i64());
        named.into_iter().flatten().collect()
    }

    fn apply(fixture: &Fixture, play: &Play<Sheet>, command: &Command) -> Outcome<Play<Sheet>> {
        if command.action == "incidents" {
            return add(fixture, play, command);
        }
        let Some((method, id)) = command.action.split_once(" incidents/") else {
            return Err(Rejection::not_found("action"));
        };
        match method {
            "PATCH" => correct(fixture, play, command, id),
            "DELETE" => remove(fixture, play, command, id),
            _ => Err(Rejection::not_found("action")),
        }
    }

    fn score(play: &Play<Sheet>) -> Score {
        let begun = play.clock.period.is_some_and(|period| period.name == SHOOTOUT);
        play.sport.score(begun)
    }

    fn view(play: &Play<Sheet>) -> Map<String, Value> {
        let mut view = Map::new();
        view.insert("incidents".into(), list(&play.sport));
        view.insert("statistics".into(), json!(play.sport.statistics()));
        view
    }

    fn read(play: &Play<Sheet>, path: &str) -> Option<Value> {
        match path {
            "incidents" => Some(json!({ "items": list(&play.sport), "next": null })),
            "statistics" => Some(json!(play.sport.statistics())),
            RECORDERS => Some(recorders(&play.sport)),
            _ => {
                let incident = find(&play.sport, path.strip_prefix("incidents/")?).ok()?;
                Some(Value::Object(incident.view()))
            }
        }
    }
}

fn add(fixture: &Fixture, play: &Play<Sheet>, command: &Command) -> Outcome<Play<Sheet>> {
    play.needs("adding an incident", &[Status::Live, Status::Paused])?;
    let incident = draft::post(fixture, command, play.sport.next_id())?;
    let mut next = play.clone();
    next.sport.put(incident.clone());

    let messages = tell("incident_added", fixture, &next, &incident, None);
    let answer = answer(&next, incident.view());
    Ok(Applied { state: next, messages, answer, created: true })
}

fn correct(
    fixture: &Fixture,
    play: &Play<Sheet>,
    command: &Command,
    id: &str,
) -> Outcome<Play<Sheet>> {
    play.needs("correcting an incident", &CORRECTABLE)?;
    let was = find(&play.sport, id)?;
    let incident = draft::patch(fixture, command, was)?;
    let mut next = play.clone();
    next.sport.put(incident.clone());

    let messages = tell("incident_updated", fixture, &next, &incident, was.team_id);
    let answer = answer(&next, incident.view());
    Ok(Applied { state: next, messages, answer, created: false })
}

fn remove(
    fixture: &Fixture,
    play: &Play<Sheet>,
    command: &Command,
    id: &str,
) -> Outcome<Play<Sheet>> {
    play.needs("deleting an incident", &CORRECTABLE)?;
    let was = find(&play.sport, id)?;
    Body::of(&command.body)?.end(Some(()))?;
    let mut next = play.clone();
    next.sport.take(was.id);

    let messages = tell("incident_removed", fixture, &next, was, None);
    let mut gone = Map::new();
    gone.insert("id".into(), json!(was.id));
    let answer = answer(&next, gone);
    Ok(Applied { state: next, messages, answer, created: false })
}

/// The incident whose id the path ends with, written in one way only.
fn find<'a>(sheet: &'a Sheet, id: &str) -> Result<&'a Arc<Incident>, Rejection> {
    let found = id.parse().ok().and_then(|number| sheet.get(number));
    found.filter(|incident| incident.id.to_string() == id).ok_or(Rejection::not_found("incident"))
}

fn recorders(sheet: &Sheet) -> Value {
    let of = |incident: &Arc<Incident>| {
        let Incident { id, recorded_by, corrected_by, .. } = &**incident;
        json!({ "incident_id": id, "recorded_by": recorded_by, "corrected_by": corrected_by })
    };
    sheet.listed().into_iter().map(of).collect()
}

fn list(sheet: &Sheet) -> Value {
    sheet.listed().into_iter().map(|incident| Value::Object(incident.view())).collect()
}

/// `answer` with the score and the statistics after it.
fn answer(play: &Play<Sheet>, mut answer: Map<String, Value>) -> Value {
    Football::shown(play).write(&mut answer);
    answer.insert("statistics".into(), json!(play.sport.statistics()));
    Value::Object(answer)
}

/// To the match and the incident's team; also to the team it was taken from, which would show
/// it for ever otherwise.
fn tell(
    kind: &'static str,
    fixture: &Fixture,
    play: &Play<Sheet>,
    incident: &Incident,
    was_of: Option<i64>,
) -> Vec<Message> {
    let mut data = Map::new();
    data.insert("match_id".into(), json!(fixture.match_id));
    data.insert("incident".into(), Value::Object(incident.view()));
    let data = answer(play, data);

    let left = was_of.filter(|_| was_of != incident.team_id);
    let teams = incident.team_id.into_iter().chain(left);
    let teams = teams.map(|team_id| Stream::Team(team_id).channel(Channel::Live));
    let topics = std::iter::once(Stream::Match(fixture.match_id).topic()).chain(teams);
    let label = incident.kind.word();
    topics.map(|topic| Message::new(topic, kind, data.clone()).labelled(label)).collect()
}
