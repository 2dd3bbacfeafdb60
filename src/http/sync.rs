//! The outbox: what a scorer's device could not send in time, in the order it recorded it.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header;
use chrono::DateTime;
use chrono::Utc;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::auth::permission;
use crate::auth::permission::Act;
use crate::http::body;
use crate::http::body::Body;
use crate::http::body::Fields;
use crate::http::commands;
use crate::http::path::Path;
use crate::http::shape;
use crate::http::writer;
use crate::http::writer::Writer;
use crate::problem::Problem;
use crate::store::job::Done;
use crate::store::job::Key;
use crate::store::job::Write;
use crate::stream::cursor;

/// Entries at once: more would keep a phone waiting for an answer.
const MOST: usize = 500;

/// One thing recorded on a device.
struct Entry {
    client_id: String,
    occurred_at: Option<DateTime<Utc>>,
    method: Method,
    action: String,
    body: Value,
}

/// `POST /api/matches/{id}/sync`
///
/// One rejected entry doesn't stop the others. Where the database fails, the whole answer is that
/// failure: what was done before stays done, and is a duplicate when the device sends it again.
pub async fn sync(writer: Writer, id: Path<i64>, body: Body) -> Result<HttpResponse, Problem> {
    permission::may(&writer.app.store, Some(&writer.who), Act::read_match(*id)).await?;
    let Value::Array(entries) = body.value else {
        return Err(Problem::BadRequest("send a list of entries".to_owned()));
    };
    if entries.len() > MOST {
        return Err(Problem::BadRequest(format!("send at most {MOST} entries at once")));
    }
    let mut items = Vec::with_capacity(entries.len());
    let mut told = None;
    for (index, entry) in entries.into_iter().enumerate() {
        let client_id = entry.get("client_id").cloned().unwrap_or(Value::Null);
        let outcome = one(&writer, *id, index, entry).await;
        if let Ok(Done { told: Some((_, seq)), .. }) = &outcome {
            told = told.max(Some(*seq));
        }
        items.push(item(client_id, outcome, writer.app.store.epoch())?);
    }
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    if let Some(seq) = told {
        let place = cursor::of_one(writer.app.store.epoch(), seq);
        answer.insert_header(("Touchline-Cursor", place));
    }
    Ok(answer.json(json!({ "items": items })))
}

async fn one(writer: &Writer, match_id: i64, index: usize, entry: Value) -> Result<Done, Problem> {
    let entry = Entry::read(entry, index)?;
    let action = commands::action(&entry.method, &entry.action);
    let action = action.ok_or(Problem::NotFound("action"))?;
    permission::may(&writer.app.store, Some(&writer.who), Act::of_command(match_id, &action))
        .await?;
    let key = entry.key(match_id);
    let Entry { body, occurred_at, .. } = entry;
    let occurred_at = occurred_at.or_else(|| commands::occurred_at(&body));
    writer.execute(Some(key), Write::Act { match_id, action, body, occurred_at }, None).await
}

impl Entry {
    fn read(entry: Value, index: usize) -> Result<Self, Problem> {
        let mut fields = Fields::of(entry, &format!("/{index}"))?;
        let methods = shape::one_of(&["POST", "PUT", "PATCH", "DELETE"]);
        let method = fields.optional("method", methods);
        let read = Self {
            client_id: fields.required("client_id", client_id),
            occurred_at: fields.optional("occurred_at", shape::time),
            method: method.and_then(|name| name.parse().ok()).unwrap_or(Method::POST),
            action: fields.required("action", shape::name),
            body: fields.optional("body", shape::any).unwrap_or(Value::Object(Map::new())),
        };
        fields.finish()?;
        Ok(read)
    }

    /// The same as when it is sent by itself with this key: a device that got no answer then may
    /// send it again in a batch.
    fn key(&self, match_id: i64) -> Key {
        let path = format!("{} /api/matches/{match_id}/{}", self.method, self.action);
        Key { path, key: self.client_id.clone(), body_hash: body::hash(&self.body) }
    }
}

fn client_id(value: &Value) -> Result<String, String> {
    let text = value.as_str().filter(|text| writer::is_key(text));
    text.map(str::to_owned).ok_or_else(|| "must be 1 to 128 visible ASCII characters".to_owned())
}

fn item(client_id: Value, outcome: Result<Done, Problem>, epoch: &str) -> Result<Value, Problem> {
    match outcome {
        Ok(done) => {
            let status = if done.again { "duplicate" } else { "applied" };
            let mut item = json!({ "client_id": client_id, "status": status, "answer": done.body });
            if let Some((_, seq)) = done.told {
                item["cursor"] = cursor::of_one(epoch, seq).into();
            }
            Ok(item)
        }
        Err(problem) if problem.kind().0.is_server_error() => Err(problem),
        Err(problem) => {
            let problem = problem.document();
            Ok(json!({ "client_id": client_id, "status": "rejected", "problem": problem }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::topic::Stream;

    fn entry(value: Value) -> Result<Entry, Problem> {
        Entry::read(value, 3)
    }

    #[test]
    fn an_entry_has_the_key_of_the_same_write_sent_alone() {
        let body = json!({ "kind": "goal" });
        let read =
            entry(json!({ "client_id": "k1", "action": "incidents", "body": body })).unwrap();
        let alone = Body { value: body };
        let key = read.key(9);
        assert_eq!(key.path, "POST /api/matches/9/incidents");
        assert_eq!((key.key.as_str(), key.body_hash), ("k1", alone.hash()));
        let start = entry(json!({ "client_id": "k2", "action": "start" })).unwrap();
        assert_eq!(start.key(9).body_hash, Body { value: json!({}) }.hash());
        assert_eq!(start.key(9).body_hash, writer::no_body());
    }

    #[test]
    fn faults_of_an_entry_are_pointed_at_in_the_list() {
        let Err(Problem::Rejected(rejection)) = entry(json!({ "action": "start", "x": 1 })) else {
            panic!("it was taken");
        };
        let pointers: Vec<_> = rejection.errors.iter().map(|e| e.pointer.as_str()).collect();
        assert_eq!(pointers, ["/3/client_id", "/3/x"]);
    }

    #[test]
    fn outcomes_have_a_status() {
        let done =
            |again| Done { status: 201, body: json!({ "id": 7 }), etag: None, told: None, again };
        let item = |outcome| item(json!("k"), outcome, "df0a5d");
        let status = |outcome| item(outcome).unwrap()["status"].clone();
        assert_eq!(status(Ok(done(false))), "applied");
        assert_eq!(status(Ok(done(true))), "duplicate");
        assert_eq!(status(Err(Problem::KeyReused)), "rejected");
        let busy = Problem::Unavailable { retry_after: 2, cause: String::new() };
        assert!(item(Err(busy)).is_err(), "the device has to try again");
    }

    #[test]
    fn an_outcome_has_the_cursor_after_it_where_it_told_something() {
        let done = |told| Done { status: 200, body: json!({}), etag: None, told, again: true };
        let cursor = |told| item(json!("k"), Ok(done(told)), "df0a5d").unwrap()["cursor"].clone();
        assert_eq!(cursor(Some((Stream::Match(3), 42))), "df0a5d.42");
        assert_eq!(cursor(None), Value::Null);
    }
}
