//! The remembered outcomes of writes with an idempotency key (G5).

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::dialect::Conn;
use super::match_states;
use crate::domain::rejection::Rejection;
use crate::store::error::QueryResult;
use crate::store::match_cache::MatchCache;
use crate::store::mutation::{IdempotencyKey, MutationRequest, Outcome};
use crate::store::rows::{IdempotencyRow, REJECTED};
use crate::store::schema::idempotency;
use crate::store::server_secret::{ServerSecret, record_id};

/// How long outcomes are remembered: a device may be offline for up to two days.
const RETENTION_MS: i64 = 48 * 60 * 60 * 1000;

/// How an answer is remembered.
#[derive(Clone, Copy, Debug)]
pub enum AnswerForm {
    Plain,
    /// It holds a secret: encrypted with the server secret and the key.
    Sealed,
    /// Not at all: the rules make it again from this entry, which holds no copy of the state.
    FromEntry {
        match_id: i64,
        number: i64,
    },
}

/// Claims the key for this write, or returns the outcome remembered under it.
///
/// Waits if another transaction is using the same key.
pub async fn claim(
    conn: &mut Conn,
    secret: &ServerSecret,
    match_cache: &MatchCache,
    (request, key): (&MutationRequest, &IdempotencyKey),
) -> QueryResult<Option<Result<Outcome, Rejection>>> {
    let id = record_id(request.user_id, &key.scope, &key.key);
    let claimed = diesel::insert_into(idempotency::table)
        .values((
            idempotency::record_id.eq(&id),
            idempotency::secret_id.eq(&secret.id),
            idempotency::request_hash.eq(secret.request_hash(&key.body_hash)),
            idempotency::status.eq(REJECTED),
            idempotency::created_at.eq(request.received_at.timestamp_millis()),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    if claimed == 1 {
        return Ok(None);
    }
    let existing = idempotency::table.find(id).get_result(conn).await?;
    let existing = with_answer(conn, match_cache, existing).await?;
    existing.answer(secret, key).map(Some)
}

/// Finds the record of this user and key, with whatever body: the caller can't check the body's
/// hash, so it must not reveal the outcome.
pub async fn find_outcome(
    conn: &mut Conn,
    match_cache: &MatchCache,
    user_id: i64,
    scope: &str,
    key: &str,
) -> QueryResult<Option<IdempotencyRow>> {
    let query = idempotency::table.find(record_id(user_id, scope, key));
    let Some(row) = query.get_result(conn).await.optional()? else { return Ok(None) };
    with_answer(conn, match_cache, row).await.map(Some)
}

/// The record with its answer, which is made again if it is not stored. If the match was deleted
/// since, that is the answer.
async fn with_answer(
    conn: &mut Conn,
    match_cache: &MatchCache,
    mut row: IdempotencyRow,
) -> QueryResult<IdempotencyRow> {
    let Some(entry) = row.match_id.zip(row.entry_number) else { return Ok(row) };
    let answer = match_states::answer_to_entry(conn, match_cache, entry).await?;
    row.answer = Some(if let Some(answer) = answer {
        answer.to_string()
    } else {
        row.status = REJECTED;
        serde_json::to_string(&Rejection::not_found("match"))?
    });
    Ok(row)
}

/// Stores the outcome under the claimed key.
pub async fn store_outcome(
    conn: &mut Conn,
    secret: &ServerSecret,
    (request, key, form): (&MutationRequest, &IdempotencyKey, AnswerForm),
    result: &Result<Outcome, Rejection>,
) -> QueryResult<()> {
    let id = record_id(request.user_id, &key.scope, &key.key);
    let (status, text, outcome) = match result {
        Ok(outcome) => {
            (i32::from(outcome.status), serde_json::to_string(&outcome.body)?, Some(outcome))
        }
        Err(rejection) => (REJECTED, serde_json::to_string(rejection)?, None),
    };
    let (plain, sealed, entry) = match form {
        AnswerForm::Plain => (Some(text), None, None),
        AnswerForm::Sealed => (None, Some(secret.seal(&id, &key.key, &text)?), None),
        AnswerForm::FromEntry { match_id, number } => (None, None, Some((match_id, number))),
    };
    let stream_head = outcome.and_then(|outcome| outcome.stream_head);
    diesel::update(idempotency::table.find(&id))
        .set((
            idempotency::status.eq(status),
            idempotency::answer.eq(plain),
            idempotency::sealed_answer.eq(sealed),
            idempotency::match_id.eq(entry.map(|(match_id, _)| match_id)),
            idempotency::entry_number.eq(entry.map(|(_, number)| number)),
            idempotency::etag.eq(outcome.and_then(|outcome| outcome.etag.as_deref())),
            idempotency::told_topic.eq(stream_head.map(|(stream, _)| stream.to_string())),
            idempotency::told_seq.eq(stream_head.map(|(_, seq)| seq)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Deletes records older than two days at `now_ms`.
pub async fn delete_expired(conn: &mut Conn, now_ms: i64) -> QueryResult<usize> {
    let old = idempotency::table.filter(idempotency::created_at.lt(now_ms - RETENTION_MS));
    Ok(diesel::delete(old).execute(conn).await?)
}
