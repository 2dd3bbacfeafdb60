//! The outbox: entries that a scorer's device recorded offline, in their order.

use actix_web::HttpResponse;
use actix_web::http::header;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::auth::permission;
use crate::domain::permission::Permission;
use crate::domain::topic::StreamId;
use crate::http::json_body::JsonBody;
use crate::http::path::Path;
use crate::http::write_context::WriteContext;
use crate::http::{json_body, match_actions, write_context};
use crate::input::{self, FieldReader, Shape};
use crate::problem::Problem;
use crate::sports::ActionMethod;
use crate::store::mutation::{ApplyMatchAction, IdempotencyKey, Outcome};
use crate::stream::cursor;

/// Entries per request: more would keep a phone waiting for a response.
const MAX_ENTRIES: usize = 500;

/// One action recorded on a device.
struct OutboxEntry {
    client_id: String,
    occurred_at: Option<DateTime<Utc>>,
    method: ActionMethod,
    action: String,
    body: Value,
}

/// `POST /api/matches/{id}/sync`
///
/// A rejected entry does not stop the others. If the database fails, the whole request fails:
/// entries committed before stay, and are duplicates when the device sends them again.
pub async fn sync_outbox(
    ctx: WriteContext,
    id: Path<i64>,
    body: JsonBody,
) -> Result<HttpResponse, Problem> {
    permission::check(&ctx.app.store, Some(&ctx.user), Permission::read_match(*id)).await?;
    let Value::Array(entries) = body.value else {
        return Err(Problem::BadRequest("send a list of entries".to_owned()));
    };
    if entries.len() > MAX_ENTRIES {
        return Err(Problem::BadRequest(format!("send at most {MAX_ENTRIES} entries at once")));
    }
    let mut items = Vec::with_capacity(entries.len());
    let mut last_seq = None;
    let topic = StreamId::Match(*id).topic();
    for (index, entry) in entries.into_iter().enumerate() {
        let client_id = entry.get("client_id").cloned().unwrap_or(Value::Null);
        let outcome = apply_entry(&ctx, *id, index, entry).await;
        if let Ok(Outcome { stream_head: Some((_, seq)), .. }) = &outcome {
            last_seq = last_seq.max(Some(*seq));
        }
        items.push(entry_result(client_id, outcome, ctx.app.store.epoch())?);
    }
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    if let Some(seq) = last_seq {
        let touchline_cursor = cursor::encode_topic(ctx.app.store.epoch(), topic, seq);
        response.insert_header(("Touchline-Cursor", touchline_cursor));
    }
    Ok(response.json(json!({ "items": items })))
}

async fn apply_entry(
    ctx: &WriteContext,
    match_id: i64,
    index: usize,
    entry: Value,
) -> Result<Outcome, Problem> {
    let entry = OutboxEntry::parse(&entry, index)?;
    let action = match_actions::find_action(entry.method.as_str(), &entry.action)?;
    let key = entry.idempotency_key(match_id);
    let OutboxEntry { body, occurred_at, .. } = entry;
    let occurred_at = occurred_at.or_else(|| match_actions::parse_occurred_at(&body));
    ctx.commit_with_key(ApplyMatchAction { match_id, action, body, occurred_at }, key).await
}

impl OutboxEntry {
    fn parse(entry: &Value, index: usize) -> Result<Self, Problem> {
        let mut fields = FieldReader::at(entry, format!("/{index}"));
        let method = fields.optional("method", input::one_of());
        let read = Self {
            client_id: fields.required("client_id", client_id()),
            occurred_at: fields.optional("occurred_at", input::time()),
            method: method.unwrap_or_default(),
            action: fields.required("action", input::name()),
            body: fields.optional("body", input::any_value()).unwrap_or(Value::Object(Map::new())),
        };
        fields.finish()?;
        Ok(read)
    }

    /// The key of the same action sent alone: a device without a response may resend it in a batch.
    fn idempotency_key(&self, match_id: i64) -> IdempotencyKey {
        let path = format!("{} /api/matches/{match_id}/{}", self.method, self.action);
        IdempotencyKey {
            scope: path,
            key: self.client_id.clone(),
            body_hash: json_body::hash(&self.body),
        }
    }
}

/// An idempotency key, made by the device.
fn client_id() -> impl Shape<String> {
    let parse = |value: &Value| {
        let text = value.as_str().filter(|text| write_context::is_valid_key(text));
        text.map(str::to_owned)
            .ok_or_else(|| "must be 1 to 128 visible ASCII characters".to_owned())
    };
    input::shape(parse, || json!({ "type": "string", "minLength": 1, "maxLength": 128 }))
}

fn entry_result(
    client_id: Value,
    outcome: Result<Outcome, Problem>,
    epoch: &str,
) -> Result<Value, Problem> {
    match outcome {
        Ok(applied) => {
            let status = if applied.is_replay { "duplicate" } else { "applied" };
            let mut item =
                json!({ "client_id": client_id, "status": status, "answer": applied.body });
            if let Some((stream, seq)) = applied.stream_head {
                item["cursor"] = cursor::encode_topic(epoch, stream.topic(), seq).into();
            }
            Ok(item)
        }
        Err(problem) if problem.status_and_code().0.is_server_error() => Err(problem),
        Err(problem) => {
            let problem = problem.to_json();
            Ok(json!({ "client_id": client_id, "status": "rejected", "problem": problem }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed_entry(value: Value) -> Result<OutboxEntry, Problem> {
        OutboxEntry::parse(&value, 3)
    }

    #[test]
    fn an_entry_has_the_key_of_the_same_write_sent_alone() {
        let body = json!({ "kind": "goal" });
        let read = parsed_entry(json!({ "client_id": "k1", "action": "incidents", "body": body }))
            .unwrap();
        let alone = JsonBody { value: body };
        let key = read.idempotency_key(9);
        assert_eq!(key.scope, "POST /api/matches/9/incidents");
        assert_eq!((key.key.as_str(), key.body_hash), ("k1", alone.hash()));
        let start = parsed_entry(json!({ "client_id": "k2", "action": "start" })).unwrap();
        assert_eq!(start.idempotency_key(9).body_hash, JsonBody { value: json!({}) }.hash());
        assert_eq!(start.idempotency_key(9).body_hash, write_context::empty_body_hash());
    }

    #[test]
    fn errors_of_an_entry_point_into_the_list() {
        let Err(Problem::Rejected(rejection)) = parsed_entry(json!({ "action": "start", "x": 1 }))
        else {
            panic!("it was taken");
        };
        let pointers: Vec<_> = rejection.errors.iter().map(|e| e.pointer.as_str()).collect();
        assert_eq!(pointers, ["/3/client_id", "/3/x"]);
    }

    #[test]
    fn each_outcome_has_a_sync_status() {
        let applied = |again| Outcome {
            status: 201,
            body: json!({ "id": 7 }),
            etag: None,
            stream_head: None,
            is_replay: again,
        };
        let item = |outcome| entry_result(json!("k"), outcome, "df0a5d");
        let status = |outcome| item(outcome).unwrap()["status"].clone();
        assert_eq!(status(Ok(applied(false))), "applied");
        assert_eq!(status(Ok(applied(true))), "duplicate");
        assert_eq!(status(Err(Problem::IdempotencyKeyReused)), "rejected");
        let busy = Problem::Unavailable { retry_after: 2, cause: String::new() };
        assert!(item(Err(busy)).is_err(), "the device has to try again");
    }

    #[test]
    fn an_outcome_has_the_cursor_after_it_where_it_told_something() {
        let done = |told| Outcome {
            status: 200,
            body: json!({}),
            etag: None,
            stream_head: told,
            is_replay: true,
        };
        let cursor =
            |told| entry_result(json!("k"), Ok(done(told)), "df0a5d").unwrap()["cursor"].clone();
        assert_eq!(cursor(Some((StreamId::Match(3), 42))), "df0a5d.m3-42");
        assert_eq!(cursor(None), Value::Null);
    }
}
