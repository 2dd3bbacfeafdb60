//! Events: what they are called, how their table is ordered, what they sell.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::commit::Written;
use super::dialect::Conn;
use super::prune;
use super::results;
use super::settings;
use crate::domain::leaderboard::Ranking;
use crate::domain::purchases::Sales;
use crate::domain::rejection::Rejection;
use crate::domain::topic::Stream;
use crate::sports::Rules;
use crate::store::error::Found;
use crate::store::job::EventEdit;
use crate::store::job::EventFields;
use crate::store::job::Job;
use crate::store::rows::EventRow;
use crate::store::schema::events;
use crate::store::schema::matches;
use crate::store::schema::purchases;
use crate::store::shapes;

pub async fn row(conn: &mut Conn, id: i64) -> Found<Option<EventRow>> {
    Ok(events::table.find(id).get_result(conn).await.optional()?)
}

/// The row, unchanged by others until the transaction ends. Lock a match first, its event after.
pub async fn lock(conn: &mut Conn, id: i64) -> Found<EventRow> {
    let row: Option<EventRow> =
        locked!(events::table.find(id)).get_result(conn).await.optional()?;
    Ok(row.ok_or_else(|| Rejection::not_found("event"))?)
}

/// `(etag, body)` of an event.
pub async fn shown(conn: &mut Conn, id: i64) -> Found<Option<(String, Value)>> {
    let Some(row) = row(conn, id).await? else { return Ok(None) };
    Ok(Some((row.version.to_string(), shapes::event(&row)?)))
}

pub async fn create(conn: &mut Conn, job: &Job, fields: &EventFields) -> Found<Written> {
    if Rules::find(&fields.sport).is_none() {
        return Err(Rejection::field("/sport", "no such sport").into());
    }
    let ranking = Ranking { points: fields.points, tie_breakers: fields.tie_breakers.clone() };
    let sales = Sales {
        capacity: fields.capacity,
        max_quantity: fields.max_quantity,
        ticket_types: fields.ticket_types.clone(),
    };
    let row: EventRow = diesel::insert_into(events::table)
        .values((
            events::name.eq(&fields.name),
            events::sport.eq(&fields.sport),
            events::visibility.eq(&fields.visibility),
            events::ranking.eq(serde_json::to_string(&ranking)?),
            events::sales.eq(serde_json::to_string(&sales)?),
            events::created_by.eq(job.by),
            events::created_at.eq(job.at.timestamp_millis()),
        ))
        .returning(events::all_columns)
        .get_result(conn)
        .await?;
    Ok(Written::new(201, shapes::event(&row)?).version(row.version))
}

pub async fn edit(conn: &mut Conn, job: &Job, id: i64, fields: &EventEdit) -> Found<Written> {
    if fields.visibility.is_some() {
        // Matches before their event, as everywhere; those that are made meanwhile wait below.
        let of_event = matches::table.filter(matches::event_id.eq(id)).select(matches::id);
        let _: Vec<i64> = locked!(of_event.order(matches::id)).load(conn).await?;
    }
    let row = lock(conn, id).await?;
    job.expects(row.version)?;
    let (before, was_public) = (row.ranking()?, row.is_public());
    let row = save(conn, row, fields).await?;
    if row.is_public() != was_public {
        let of_event = matches::table.filter(matches::event_id.eq(id));
        let kept = matches::event_is_public.eq(row.is_public());
        diesel::update(of_event).set(kept).execute(conn).await?;
        settings::rights_changed(conn).await?;
        if row.is_public() {
            prune::whole(conn, Stream::Event(id)).await?;
        }
    }
    let written = Written::new(200, shapes::event(&row)?).version(row.version);
    if row.ranking()? == before {
        return Ok(written);
    }
    let message = results::table_update(conn, &row).await?;
    Ok(written.telling(Stream::Event(id), vec![message]))
}

/// The row with what `fields` says of it.
async fn save(conn: &mut Conn, row: EventRow, fields: &EventEdit) -> Found<EventRow> {
    let (ranking, sales) = (row.ranking()?, row.sales()?);
    let ranking = Ranking {
        points: fields.points.unwrap_or(ranking.points),
        tie_breakers: fields.tie_breakers.clone().unwrap_or(ranking.tie_breakers),
    };
    let sales = Sales {
        capacity: fields.capacity.unwrap_or(sales.capacity),
        max_quantity: fields.max_quantity.unwrap_or(sales.max_quantity),
        ticket_types: fields.ticket_types.clone().unwrap_or(sales.ticket_types),
    };
    let row = diesel::update(events::table.find(row.id))
        .set((
            events::name.eq(fields.name.as_ref().unwrap_or(&row.name)),
            events::visibility.eq(fields.visibility.as_ref().unwrap_or(&row.visibility)),
            events::ranking.eq(serde_json::to_string(&ranking)?),
            events::sales.eq(serde_json::to_string(&sales)?),
            events::version.eq(row.version + 1),
        ))
        .returning(events::all_columns)
        .get_result(conn)
        .await?;
    Ok(row)
}

pub async fn delete(conn: &mut Conn, job: &Job, id: i64) -> Found<Written> {
    let row = lock(conn, id).await?;
    job.expects(row.version)?;
    let has_matches = exists(matches::table.filter(matches::event_id.eq(id)));
    let has_purchases = exists(purchases::table.filter(purchases::event_id.eq(id)));
    let (has_matches, has_purchases): (bool, bool) =
        diesel::select((has_matches, has_purchases)).get_result(conn).await?;
    if has_matches {
        let words = "the event has matches; delete them first";
        return Err(Rejection::conflict("event-has-matches", words).into());
    }
    if has_purchases {
        let words = "tickets of the event were bought; it has to stay";
        return Err(Rejection::conflict("event-has-purchases", words).into());
    }
    diesel::delete(events::table.find(id)).execute(conn).await?;
    settings::rights_changed(conn).await?;
    Ok(Written::gone())
}
