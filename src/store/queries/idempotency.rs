//! What each keyed write was answered (G5).

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::dialect::Conn;
use crate::domain::rejection::Rejection;
use crate::store::error::QueryResult;
use crate::store::mutation::{IdempotencyKey, MutationRequest, Outcome};
use crate::store::rows::{IdempotencyRow, REJECTED};
use crate::store::schema::idempotency;
use crate::store::server_secret::{ServerSecret, record_id};

/// How long answers are remembered: a phone may come back from the drawer two days later.
const RETENTION_MS: i64 = 48 * 60 * 60 * 1000;

/// Takes the key for this write, or gives the answer it was given before.
///
/// If another transaction is at it with the same key, this waits for its end.
pub async fn claim(
    conn: &mut Conn,
    secret: &ServerSecret,
    request: &MutationRequest,
    key: &IdempotencyKey,
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
    let existing: IdempotencyRow = idempotency::table.find(id).get_result(conn).await?;
    existing.answer(secret, key).map(Some)
}

/// What this user was answered under this key, whatever the body was: without it, nothing may be
/// told of the answer.
pub async fn find_outcome(
    conn: &mut Conn,
    user_id: i64,
    scope: &str,
    key: &str,
) -> QueryResult<Option<IdempotencyRow>> {
    let query = idempotency::table.find(record_id(user_id, scope, key));
    Ok(query.get_result(conn).await.optional()?)
}

/// Writes the answer beside the key that was claimed.
pub async fn store_outcome(
    conn: &mut Conn,
    secret: &ServerSecret,
    (request, key, is_sealed): (&MutationRequest, &IdempotencyKey, bool),
    result: &Result<Outcome, Rejection>,
) -> QueryResult<()> {
    let id = record_id(request.user_id, &key.scope, &key.key);
    let (status, text, outcome) = match result {
        Ok(done) => (i32::from(done.status), serde_json::to_string(&done.body)?, Some(done)),
        Err(rejection) => (REJECTED, serde_json::to_string(rejection)?, None),
    };
    let (plain, sealed) = if is_sealed {
        (None, Some(secret.seal(&id, &key.key, &text)?))
    } else {
        (Some(text), None)
    };
    let stream_head = outcome.and_then(|done| done.stream_head);
    diesel::update(idempotency::table.find(&id))
        .set((
            idempotency::status.eq(status),
            idempotency::answer.eq(plain),
            idempotency::sealed_answer.eq(sealed),
            idempotency::etag.eq(outcome.and_then(|done| done.etag.as_deref())),
            idempotency::told_topic.eq(stream_head.map(|(stream, _)| stream.to_string())),
            idempotency::told_seq.eq(stream_head.map(|(_, seq)| seq)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Forgets what is older than two days at `now`.
pub async fn delete_expired(conn: &mut Conn, now_ms: i64) -> QueryResult<usize> {
    let old = idempotency::table.filter(idempotency::created_at.lt(now_ms - RETENTION_MS));
    Ok(diesel::delete(old).execute(conn).await?)
}
