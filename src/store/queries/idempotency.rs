//! What each keyed write was answered (G5).

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::dialect::Conn;
use crate::domain::rejection::Rejection;
use crate::store::error::Found;
use crate::store::job::Done;
use crate::store::job::Job;
use crate::store::job::Key;
use crate::store::rows::REJECTED;
use crate::store::rows::RememberedRow;
use crate::store::schema::idempotency;
use crate::store::server_secret::ServerSecret;
use crate::store::server_secret::record_id;

/// How long answers are remembered: a phone may come back from the drawer two days later.
const REMEMBERED_MS: i64 = 48 * 60 * 60 * 1000;

/// Takes the key for this write, or gives the answer it was given before.
///
/// If another transaction is at it with the same key, this waits for its end.
pub async fn claim(
    conn: &mut Conn,
    secret: &ServerSecret,
    job: &Job,
    key: &Key,
) -> Found<Option<Result<Done, Rejection>>> {
    let id = record_id(job.by, &key.path, &key.key);
    let claimed = diesel::insert_into(idempotency::table)
        .values((
            idempotency::record_id.eq(&id),
            idempotency::secret_id.eq(&secret.id),
            idempotency::request_hash.eq(secret.request_hash(&key.body_hash)),
            idempotency::status.eq(REJECTED),
            idempotency::created_at.eq(job.at.timestamp_millis()),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    if claimed == 1 {
        return Ok(None);
    }
    let known: RememberedRow = idempotency::table.find(id).get_result(conn).await?;
    known.answer(secret, key).map(Some)
}

/// What this user was answered under this key, whatever the body was: without it, nothing may be
/// told of the answer.
pub async fn remembered(
    conn: &mut Conn,
    by: i64,
    path: &str,
    key: &str,
) -> Found<Option<RememberedRow>> {
    let query = idempotency::table.find(record_id(by, path, key));
    Ok(query.get_result(conn).await.optional()?)
}

/// Writes the answer beside the key that was claimed.
pub async fn remember(
    conn: &mut Conn,
    secret: &ServerSecret,
    (job, key): (&Job, &Key),
    answer: &Result<Done, Rejection>,
) -> Found<()> {
    let id = record_id(job.by, &key.path, &key.key);
    let (status, text, done) = match answer {
        Ok(done) => (i32::from(done.status), serde_json::to_string(&done.body)?, Some(done)),
        Err(rejection) => (REJECTED, serde_json::to_string(rejection)?, None),
    };
    let (plain, sealed) = if job.write.answers_with_secret() {
        (None, Some(secret.seal(&id, &key.key, &text)?))
    } else {
        (Some(text), None)
    };
    let told = done.and_then(|done| done.told);
    diesel::update(idempotency::table.find(&id))
        .set((
            idempotency::status.eq(status),
            idempotency::answer.eq(plain),
            idempotency::sealed_answer.eq(sealed),
            idempotency::etag.eq(done.and_then(|done| done.etag.as_deref())),
            idempotency::told_topic.eq(told.map(|(stream, _)| stream.to_string())),
            idempotency::told_seq.eq(told.map(|(_, seq)| seq)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Forgets what is older than two days at `now`.
pub async fn forget(conn: &mut Conn, now_ms: i64) -> Found<usize> {
    let old = idempotency::table.filter(idempotency::created_at.lt(now_ms - REMEMBERED_MS));
    Ok(diesel::delete(old).execute(conn).await?)
}
