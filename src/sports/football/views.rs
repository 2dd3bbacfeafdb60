//! Parts of a match that can be read: incidents, statistics, recorders.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::domain::rejection::Rejection;
use crate::sports::RECORDERS_PATH;
use crate::sports::football::incident::Incident;
use crate::sports::football::incident_log::IncidentLog;

/// Members of the state: `incidents` by id, and `statistics`.
pub fn state_members(log: &IncidentLog) -> Map<String, Value> {
    let incident = |incident: &Arc<Incident>| {
        let mut fields = incident.json_fields();
        fields.remove("id");
        (incident.id.to_string(), Value::Object(fields))
    };
    let incidents: Map<_, _> = log.in_match_order().into_iter().map(incident).collect();
    let members =
        [("incidents", Value::Object(incidents)), ("statistics", json!(log.statistics()))];
    members.into_iter().map(|(name, member)| (name.to_owned(), member)).collect()
}

/// The answer of `GET {path}`; `None` for 404.
pub fn read_part(log: &IncidentLog, path: &str) -> Option<Value> {
    match path {
        "incidents" => Some(json!({ "items": incidents_json(log), "next": null })),
        "statistics" => Some(json!(log.statistics())),
        RECORDERS_PATH => Some(recorders_json(log)),
        _ => {
            let incident = find_incident(log, path.strip_prefix("incidents/")?).ok()?;
            Some(Value::Object(incident.json_fields()))
        }
    }
}

/// Incident by the id in a path, in its only spelling (no sign or leading zeros).
pub fn find_incident<'a>(log: &'a IncidentLog, id: &str) -> Result<&'a Arc<Incident>, Rejection> {
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
