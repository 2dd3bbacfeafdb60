//! What each keyed write was answered (G5).

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::dialect::Conn;
use crate::domain::rejection::Rejection;
use crate::store::error::Fault;
use crate::store::error::Found;
use crate::store::job::Done;
use crate::store::job::Job;
use crate::store::job::Key;
use crate::store::rows::RememberedRow;
use crate::store::schema::idempotency;

/// How long answers are remembered: a phone may come back from the drawer two days later.
const REMEMBERED_MS: i64 = 48 * 60 * 60 * 1000;
/// The status of a rejection.
const REJECTED: i32 = 0;

/// Takes the key for this write, or gives the answer it was given before.
///
/// If another transaction is at it with the same key, this waits for its end.
pub async fn claim(
    conn: &mut Conn,
    job: &Job,
    key: &Key,
) -> Found<Option<Result<Done, Rejection>>> {
    let claimed = diesel::insert_into(idempotency::table)
        .values((
            idempotency::user_id.eq(job.by),
            idempotency::path.eq(&key.path),
            idempotency::key.eq(&key.key),
            idempotency::body_hash.eq(&key.body_hash),
            idempotency::status.eq(REJECTED),
            idempotency::answer.eq(""),
            idempotency::created_at.eq(job.at.timestamp_millis()),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    if claimed == 1 {
        return Ok(None);
    }
    let known: RememberedRow =
        idempotency::table.find((job.by, &key.path, &key.key)).get_result(conn).await?;
    if known.body_hash == key.body_hash { Ok(Some(answer(known)?)) } else { Err(Fault::KeyReused) }
}

/// What this user was answered under this key, whatever the body was; without its hash, nothing
/// may be told of it.
pub async fn remembered(
    conn: &mut Conn,
    by: i64,
    path: &str,
    key: &str,
) -> Found<Option<(String, Result<Done, Rejection>)>> {
    let query = idempotency::table.find((by, path, key));
    let known: Option<RememberedRow> = query.get_result(conn).await.optional()?;
    known.map(|known| Ok((known.body_hash.clone(), answer(known)?))).transpose()
}

fn answer(known: RememberedRow) -> Found<Result<Done, Rejection>> {
    if known.status == REJECTED {
        return Ok(Err(serde_json::from_str(&known.answer)?));
    }
    let told = known.told_topic.zip(known.told_seq);
    Ok(Ok(Done {
        status: u16::try_from(known.status).unwrap_or_default(),
        body: serde_json::from_str(&known.answer)?,
        etag: known.etag,
        told: told.and_then(|(topic, seq)| Some((topic.parse().ok()?, seq))),
        again: true,
    }))
}

/// Writes the answer beside the key that was claimed.
pub async fn remember(
    conn: &mut Conn,
    job: &Job,
    key: &Key,
    answer: &Result<Done, Rejection>,
) -> Found<()> {
    let (status, text, done) = match answer {
        Ok(done) => (i32::from(done.status), serde_json::to_string(&done.body)?, Some(done)),
        Err(rejection) => (REJECTED, serde_json::to_string(rejection)?, None),
    };
    let told = done.and_then(|done| done.told);
    diesel::update(idempotency::table.find((job.by, &key.path, &key.key)))
        .set((
            idempotency::status.eq(status),
            idempotency::answer.eq(text),
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
