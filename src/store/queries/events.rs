//! Events: their fields, their table rules and their ticket types.

use std::iter;

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::commit::{MutationEffect, RunContext};
use super::dialect::Conn;
use super::{channel_states, leaderboards, prune, publicity, settings, state_updates};
use crate::domain::leaderboard::Ranking;
use crate::domain::message::Message;
use crate::domain::purchases::TicketSales;
use crate::domain::rejection::Rejection;
use crate::domain::state_change::StateChange;
use crate::domain::topic::{Channel, StreamId};
use crate::sports::SportRules;
use crate::store::error::QueryResult;
use crate::store::json;
use crate::store::mutation::{CreateEvent, DeleteEvent, EditEvent, EventEdit};
use crate::store::rows::EventRow;
use crate::store::schema::{
    announcements as a, audiences as au, events, matches, purchases, registrations as r,
};

runs! {
    CreateEvent => create,
    EditEvent => edit,
    DeleteEvent => delete,
}

/// Finds an event by id.
pub async fn find_row(conn: &mut Conn, id: i64) -> QueryResult<Option<EventRow>> {
    Ok(events::table.find(id).get_result(conn).await.optional()?)
}

/// Locks an event until the transaction ends. To lock a match too, lock the match first.
pub async fn lock(conn: &mut Conn, id: i64) -> QueryResult<EventRow> {
    let row: Option<EventRow> =
        for_update!(events::table.find(id)).get_result(conn).await.optional()?;
    Ok(row.ok_or_else(|| Rejection::not_found("event"))?)
}

/// An event as `(etag, body)`.
pub async fn find_with_etag(conn: &mut Conn, id: i64) -> QueryResult<Option<(String, Value)>> {
    let Some(row) = find_row(conn, id).await? else { return Ok(None) };
    Ok(Some((row.version.to_string(), json::event_json(&row)?)))
}

/// An event's table: `{"event_id":…,"leaderboard":[…]}`; `None` if the event does not exist.
pub async fn leaderboard(conn: &mut Conn, id: i64) -> QueryResult<Option<Value>> {
    let Some(row) = find_row(conn, id).await? else { return Ok(None) };
    Ok(Some(leaderboards::leaderboard_json(conn, &row).await?))
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
            events::visibility.eq(fields.visibility),
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
        // Lock order: matches before their event. New matches wait for the event's lock below.
        let matches_of_event = matches::table.filter(matches::event_id.eq(id)).select(matches::id);
        let _: Vec<i64> = for_update!(matches_of_event.order(matches::id)).load(conn).await?;
    }
    let row = lock(conn, id).await?;
    request.check_if_match(row.version)?;
    let (previous_ranking, was_public) = (row.ranking()?, row.is_public());
    let row = update_row(conn, row, fields).await?;
    let mut messages = Vec::new();
    if row.is_public() != was_public {
        let matches_of_event = matches::table.filter(matches::event_id.eq(id));
        let is_public = matches::event_is_public.eq(row.is_public());
        diesel::update(matches_of_event).set(is_public).execute(conn).await?;
        settings::bump_rights_version(conn).await?;
        if row.is_public() {
            prune::prune_all(conn, StreamId::Event(id)).await?;
        } else {
            publicity::keep_public(conn, StreamId::Event(id), request.received_at).await?;
        }
        messages = visibility_messages(conn, id).await?;
    }
    if row.ranking()? != previous_ranking {
        messages.insert(0, leaderboards::leaderboard_message(id));
    }
    let effect = MutationEffect::new(200, json::event_json(&row)?).with_version(row.version);
    Ok(effect.with_messages(StreamId::Event(id), messages))
}

/// The messages about a new visibility, to the event's stream and to those of its teams, which
/// show nothing of a private event if they are public.
async fn visibility_messages(conn: &mut Conn, id: i64) -> QueryResult<Vec<Message>> {
    let participants = r::table.filter(r::event_id.eq(id)).filter(r::accepted).select(r::team_id);
    let team_ids: Vec<Option<i64>> = participants.load(conn).await?;
    let teams = team_ids.into_iter().flatten().map(StreamId::Team);
    let streams = iter::once(StreamId::Event(id)).chain(teams);
    Ok(state_updates::of_streams(streams, StateChange::Visibility))
}

/// Updates the columns that `fields` sets.
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
            events::visibility.eq(fields.visibility.unwrap_or(row.visibility)),
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
        let detail = "the event has purchases; it can't be deleted";
        return Err(Rejection::conflict("event-has-purchases", detail).into());
    }
    let addressed = au::table
        .inner_join(a::table.on(a::id.eq(au::announcement_id)))
        .filter(a::event_id.eq(id))
        .select(au::team_id)
        .distinct();
    let team_ids: Vec<i64> = addressed.load(conn).await?;
    diesel::delete(events::table.find(id)).execute(conn).await?;
    channel_states::delete(conn, StreamId::Event(id)).await?;
    settings::bump_rights_version(conn).await?;
    let topic = |team_id| StreamId::Team(team_id).channel_topic(Channel::Announcements);
    let topics = team_ids.into_iter().map(topic);
    let messages = state_updates::of_topics(topics, StateChange::Deletion);
    Ok(MutationEffect::no_content().and_messages(messages))
}
