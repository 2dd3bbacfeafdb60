//! Events: what they are called, how their table is ordered, what they sell.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::commit::{MutationEffect, RunContext};
use super::dialect::Conn;
use super::{prune, results, settings};
use crate::domain::leaderboard::Ranking;
use crate::domain::purchases::TicketSales;
use crate::domain::rejection::Rejection;
use crate::domain::topic::StreamId;
use crate::sports::SportRules;
use crate::store::error::QueryResult;
use crate::store::json;
use crate::store::mutation::{CreateEvent, DeleteEvent, EditEvent, EventEdit};
use crate::store::rows::EventRow;
use crate::store::schema::{events, matches, purchases};

runs! {
    CreateEvent => create,
    EditEvent => edit,
    DeleteEvent => delete,
}

pub async fn find_row(conn: &mut Conn, id: i64) -> QueryResult<Option<EventRow>> {
    Ok(events::table.find(id).get_result(conn).await.optional()?)
}

/// The row, unchanged by others until the transaction ends. Lock a match first, its event after.
pub async fn lock(conn: &mut Conn, id: i64) -> QueryResult<EventRow> {
    let row: Option<EventRow> =
        for_update!(events::table.find(id)).get_result(conn).await.optional()?;
    Ok(row.ok_or_else(|| Rejection::not_found("event"))?)
}

/// `(etag, body)` of an event.
pub async fn find_with_etag(conn: &mut Conn, id: i64) -> QueryResult<Option<(String, Value)>> {
    let Some(row) = find_row(conn, id).await? else { return Ok(None) };
    Ok(Some((row.version.to_string(), json::event_json(&row)?)))
}

async fn create(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    CreateEvent(fields): &CreateEvent,
) -> QueryResult<MutationEffect> {
    if SportRules::find(&fields.sport).is_none() {
        return Err(Rejection::field("/sport", "no such sport").into());
    }
    let ranking = Ranking { points: fields.points, tie_breakers: fields.tie_breakers.clone() };
    let sales = TicketSales {
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
            events::created_by.eq(request.user_id),
            events::created_at.eq(request.received_at.timestamp_millis()),
        ))
        .returning(events::all_columns)
        .get_result(conn)
        .await?;
    Ok(MutationEffect::new(201, json::event_json(&row)?).with_version(row.version))
}

async fn edit(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    &EditEvent { id, ref fields }: &EditEvent,
) -> QueryResult<MutationEffect> {
    if fields.visibility.is_some() {
        // Matches before their event, as everywhere; those that are made meanwhile wait below.
        let of_event = matches::table.filter(matches::event_id.eq(id)).select(matches::id);
        let _: Vec<i64> = for_update!(of_event.order(matches::id)).load(conn).await?;
    }
    let row = lock(conn, id).await?;
    request.check_if_match(row.version)?;
    let (previous_ranking, was_public) = (row.ranking()?, row.is_public());
    let row = update_row(conn, row, fields).await?;
    if row.is_public() != was_public {
        let of_event = matches::table.filter(matches::event_id.eq(id));
        let is_public = matches::event_is_public.eq(row.is_public());
        diesel::update(of_event).set(is_public).execute(conn).await?;
        settings::bump_rights_version(conn).await?;
        if row.is_public() {
            prune::prune_all(conn, StreamId::Event(id)).await?;
        }
    }
    let effect = MutationEffect::new(200, json::event_json(&row)?).with_version(row.version);
    if row.ranking()? == previous_ranking {
        return Ok(effect);
    }
    let message = results::leaderboard_message(conn, &row).await?;
    Ok(effect.with_messages(StreamId::Event(id), vec![message]))
}

/// The row with what `fields` says of it.
async fn update_row(conn: &mut Conn, row: EventRow, fields: &EventEdit) -> QueryResult<EventRow> {
    let (ranking, sales) = (row.ranking()?, row.sales()?);
    let ranking = Ranking {
        points: fields.points.unwrap_or(ranking.points),
        tie_breakers: fields.tie_breakers.clone().unwrap_or(ranking.tie_breakers),
    };
    let sales = TicketSales {
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

async fn delete(
    conn: &mut Conn,
    RunContext { request, .. }: RunContext<'_>,
    &DeleteEvent { id }: &DeleteEvent,
) -> QueryResult<MutationEffect> {
    let row = lock(conn, id).await?;
    request.check_if_match(row.version)?;
    let has_matches = exists(matches::table.filter(matches::event_id.eq(id)));
    let has_purchases = exists(purchases::table.filter(purchases::event_id.eq(id)));
    let (has_matches, has_purchases): (bool, bool) =
        diesel::select((has_matches, has_purchases)).get_result(conn).await?;
    if has_matches {
        let detail = "the event has matches; delete them first";
        return Err(Rejection::conflict("event-has-matches", detail).into());
    }
    if has_purchases {
        let words = "tickets of the event were bought; it has to stay";
        return Err(Rejection::conflict("event-has-purchases", words).into());
    }
    diesel::delete(events::table.find(id)).execute(conn).await?;
    settings::bump_rights_version(conn).await?;
    Ok(MutationEffect::no_content())
}
