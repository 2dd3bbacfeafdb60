//! Streams that turn private: for some seconds their states show no more than they did.
//!
//! Subscribers who lose the right to read a stream get its messages until their rights are checked
//! again (G7). So what was never public joins the state later, by a message of the scheduler.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::dialect::Conn;
use super::{log, state_updates};
use crate::domain::state_change::StateChange;
use crate::domain::topic::StreamId;
use crate::store::error::{QueryError, QueryResult};
use crate::store::model::WithHeads;
use crate::store::schema::{stream_states as ss, streams};
use crate::store::state_rows;

/// How long a stream that turns private shows only what was public: twice what G7 allows.
const PUBLIC_PERIOD: TimeDelta = TimeDelta::seconds(10);
/// Streams per transaction of the scheduler.
const BATCH_SIZE: i64 = 20;

/// Keeps the states of a stream public for some seconds. Locks its head.
pub async fn keep_public(conn: &mut Conn, stream: StreamId, now: DateTime<Utc>) -> QueryResult<()> {
    let stream_id = log::lock_head(conn, stream).await?;
    let public_until = (now + PUBLIC_PERIOD).timestamp_millis();
    for &channel in stream.channels() {
        let empty = serde_json::to_string(&state_rows::empty_state(stream, channel))?;
        diesel::insert_into(ss::table)
            .values((
                ss::stream_id.eq(stream_id),
                ss::channel.eq(channel.as_str()),
                ss::state.eq(empty),
                ss::public_until.eq(public_until),
            ))
            .on_conflict((ss::stream_id, ss::channel))
            .do_update()
            .set(ss::public_until.eq(public_until))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// Whether a stream's state is due to show what is private: one index look-up.
pub async fn is_widening_due(conn: &mut Conn, now: DateTime<Utc>) -> QueryResult<bool> {
    let due = ss::table
        .filter(ss::public_until.le(now.timestamp_millis()))
        .select(ss::stream_id)
        .limit(1);
    Ok(due.get_result::<i64>(conn).await.optional()?.is_some())
}

/// Shows what is private on the streams that turned private some seconds before `now`, and
/// publishes it. Returns how many streams, at most [`BATCH_SIZE`].
pub async fn widen_due(conn: &mut Conn, now: DateTime<Utc>) -> QueryResult<WithHeads<u64>> {
    let due = ss::table
        .inner_join(streams::table.on(streams::id.eq(ss::stream_id)))
        .filter(ss::public_until.le(now.timestamp_millis()))
        .select((streams::id, streams::topic))
        .distinct()
        .limit(BATCH_SIZE);
    let rows: Vec<(i64, String)> = due.load(conn).await?;
    let unknown = |_| QueryError::InvariantViolated("a state is of no stream".to_owned());
    let mut due_streams = Vec::with_capacity(rows.len());
    for (id, topic) in rows {
        due_streams.push((topic.parse::<StreamId>().map_err(unknown)?, id));
    }
    due_streams.sort_unstable();
    for &(stream, id) in &due_streams {
        log::lock_head(conn, stream).await?;
        let states = ss::table
            .filter(ss::stream_id.eq(id))
            .filter(ss::public_until.le(now.timestamp_millis()));
        diesel::update(states).set(ss::public_until.eq(None::<i64>)).execute(conn).await?;
    }
    let streams = due_streams.iter().map(|(stream, _)| *stream);
    let messages = state_updates::of_streams(streams, StateChange::Visibility);
    Ok((due_streams.len() as u64, log::append(conn, now, messages).await?))
}
