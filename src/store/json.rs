//! The JSON of API responses and messages, and the bytes that are hashed. No I/O.

use std::fmt::Write;

use aws_lc_rs::digest;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::domain::leaderboard::Ranking;
use crate::domain::merge_patch;
use crate::domain::message::{Message, escape_line_breaks};
use crate::domain::purchases::TicketSales;
use crate::domain::time;
use crate::domain::topic::{Seq, Topic};
use crate::sports::{ErasedMatch, MatchInfo, SportRules, TeamInfo};
use crate::store::error::QueryResult;
use crate::store::rows::{
    AnnouncementRow, EventRow, MatchRow, PlayerRow, PurchaseRow, RegistrationRow, SeatRow, TeamRow,
    UserRow,
};

/// Formats milliseconds since 1970 as RFC 3339 in UTC with milliseconds.
pub fn format_time(at_ms: i64) -> String {
    time::format_millis(at_ms)
}

/// A user, without the password hash.
pub fn user_json(row: &UserRow) -> Value {
    json!({
        "id": row.id,
        "email": row.email,
        "name": row.name,
        "role": row.role,
        "disabled": row.disabled,
    })
}

/// A team, without its players and members.
pub fn team_json(row: &TeamRow) -> Value {
    json!({
        "id": row.id,
        "name": row.name,
        "short_name": row.short_name,
        "colour": row.colour,
        "visibility": row.visibility,
    })
}

/// A player, without statistics.
pub fn player_json(row: &PlayerRow) -> Value {
    json!({
        "id": row.id,
        "team_id": row.team_id,
        "name": row.name,
        "shirt_number": row.shirt_number,
    })
}

/// An event with its table rules and ticket types.
pub fn event_json(row: &EventRow) -> QueryResult<Value> {
    let (Ranking { points, tie_breakers }, sales) = (row.ranking()?, row.sales()?);
    let TicketSales { capacity, max_quantity, ticket_types } = sales;
    Ok(json!({
        "id": row.id,
        "name": row.name,
        "sport": row.sport,
        "visibility": row.visibility,
        "points": points,
        "tie_breakers": tie_breakers,
        "capacity": capacity,
        "max_quantity": max_quantity,
        "ticket_types": ticket_types,
    }))
}

/// A registration of a team, or of a user: the two have different fields.
pub fn registration_json(row: &RegistrationRow) -> Value {
    let RegistrationRow { id, event_id, accepted, deduction, reason, .. } = row;
    match row.team_id {
        None => json!({ "id": id, "event_id": event_id, "user_id": row.user_id }),
        Some(team_id) => json!({
            "id": id,
            "event_id": event_id,
            "team_id": team_id,
            "accepted": accepted,
            "deduction": deduction,
            "reason": reason,
        }),
    }
}

/// A form in which matches are shown, made from the row, what is fixed, the rules and the state.
pub type MatchForm<T> = fn(&MatchRow, &MatchInfo, &SportRules, &ErasedMatch) -> T;

/// The state of a match's stream, as its sport says it; its member `match` also has the columns
/// of the row. It holds no names of teams: those are not part of a stream.
pub fn match_state(
    row: &MatchRow,
    match_info: &MatchInfo,
    rules: &SportRules,
    game: &ErasedMatch,
) -> Map<String, Value> {
    let mut state = rules.state(game);
    if let Some(Value::Object(member)) = state.get_mut("match") {
        member.extend(fixture_columns(row));
        member.insert("id".to_owned(), json!(row.id));
        let format = merge_patch::without_nulls(match_info.format.clone());
        if !format.is_null() {
            member.insert("format".to_owned(), format);
        }
    }
    state
}

/// The columns of a match's row that both its own state and schedules have, without nulls: who
/// plays, when and where.
pub fn fixture_columns(row: &MatchRow) -> impl Iterator<Item = (String, Value)> {
    let columns = [
        ("sport", json!(row.sport)),
        ("event_id", json!(row.event_id)),
        ("home", json!({ "team_id": row.home_team_id })),
        ("away", json!({ "team_id": row.away_team_id })),
        ("starts_at", json!(row.starts_at.map(format_time))),
        ("venue", json!(row.venue)),
        ("pitch", json!(row.pitch)),
        ("stage", json!(row.stage)),
        ("round", json!(row.round)),
        ("group", json!(row.group)),
    ];
    let present = columns.into_iter().filter(|(_, value)| !value.is_null());
    present.map(|(name, value)| (name.to_owned(), value))
}

/// A match in a list, and in the answer of `GET /api/matches/{id}`: the columns of its row and what
/// its sport shows of it there.
pub fn match_list_item(
    row: &MatchRow,
    match_info: &MatchInfo,
    rules: &SportRules,
    game: &ErasedMatch,
) -> Value {
    let side = |side: &TeamInfo| {
        json!({
            "id": side.team_id,
            "name": side.name,
            "short_name": side.short_name,
            "colour": side.colour,
        })
    };
    let columns = [
        ("id", json!(row.id)),
        ("sport", json!(row.sport)),
        ("format", match_info.format.clone()),
        ("event_id", json!(row.event_id)),
        ("visibility", json!(row.visibility)),
        ("venue", json!(row.venue)),
        ("pitch", json!(row.pitch)),
        ("stage", json!(row.stage)),
        ("round", json!(row.round)),
        ("group", json!(row.group)),
        ("starts_at", json!(row.starts_at.map(format_time))),
        ("home_team_id", json!(row.home_team_id)),
        ("away_team_id", json!(row.away_team_id)),
        ("teams", json!({ "home": side(&match_info.home), "away": side(&match_info.away) })),
        ("status", json!(row.status)),
        ("score", json!({ "home": row.home_score, "away": row.away_score })),
    ];
    let columns = columns.into_iter().map(|(name, value)| (name.to_owned(), value));
    // The sport's fields win.
    Value::Object(columns.chain(rules.list_fields(match_info, game)).collect())
}

/// An announcement as of `now_ms`, milliseconds since 1970.
pub fn announcement_json(row: &AnnouncementRow, team_ids: &[i64], now_ms: i64) -> Value {
    json!({
        "id": row.id,
        "event_id": row.event_id,
        "type": row.kind,
        "priority": row.priority,
        "title": row.title,
        "message": row.message,
        "team_ids": team_ids,
        "expires_at": row.expires_at.map(format_time),
        "status": row.status(now_ms),
        "created_at": format_time(row.created_at),
    })
}

/// A purchase as its buyer sees it: with the ticket codes.
pub fn purchase_json(row: &PurchaseRow, seats: &[SeatRow]) -> Value {
    let mut json = sale_json(row);
    if let Value::Object(shape) = &mut json {
        shape.remove("buyer_id");
        shape.insert("tickets".to_owned(), seats.iter().map(seat_json).collect());
    }
    json
}

/// A purchase as the event's managers see it: without the ticket codes.
pub fn sale_json(row: &PurchaseRow) -> Value {
    let total = row.amount.zip(row.currency.as_ref());
    json!({
        "id": row.id,
        "event_id": row.event_id,
        "buyer_id": row.buyer_id,
        "status": row.status,
        "ticket_type": row.ticket_type,
        "quantity": row.quantity,
        "total": total.map(|(amount, currency)| json!({ "amount": amount, "currency": currency })),
        "created_at": format_time(row.created_at),
    })
}

/// The state of a purchase's stream: `purchase`, and `tickets` by code.
pub fn purchase_state(row: &PurchaseRow, seats: &[SeatRow]) -> Map<String, Value> {
    let mut purchase = json!({
        "id": row.id,
        "event_id": row.event_id,
        "status": row.status,
        "ticket_type": row.ticket_type,
        "quantity": row.quantity,
        "created_at": format_time(row.created_at),
    });
    if let Some((amount, currency)) = row.amount.zip(row.currency.as_ref()) {
        purchase["total"] = json!({ "amount": amount, "currency": currency });
    }
    let tickets: Map<_, _> =
        seats.iter().map(|seat| (seat.code.clone(), ticket_state(seat))).collect();
    Map::from_iter([
        ("purchase".to_owned(), purchase),
        ("tickets".to_owned(), Value::Object(tickets)),
    ])
}

/// The part of a purchase's state that is about one of its tickets.
pub fn seat_state(seat: &SeatRow) -> Map<String, Value> {
    let tickets = Map::from_iter([(seat.code.clone(), ticket_state(seat))]);
    Map::from_iter([("tickets".to_owned(), Value::Object(tickets))])
}

/// A ticket in the state; `number` counts from 1 in the purchase.
fn ticket_state(seat: &SeatRow) -> Value {
    let mut ticket = json!({ "number": seat.number, "status": seat.status });
    if let Some(used_at) = seat.used_at {
        ticket["used_at"] = json!(format_time(used_at));
    }
    ticket
}

/// One bought ticket, with the code that admits its holder.
pub fn seat_json(row: &SeatRow) -> Value {
    json!({ "code": row.code, "status": row.status, "used_at": row.used_at.map(format_time) })
}

/// The stored JSON of a message. The field order is part of the wire format.
#[derive(Serialize)]
struct Envelope<'a> {
    r#type: &'a str,
    topic: Topic,
    seq: Seq,
    at: &'a str,
    data: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<&'a Map<String, Value>>,
}

/// Encodes the JSON that subscribers receive, without raw line breaks, once per message.
pub fn encode_envelope(message: &Message, seq: Seq, at: &str) -> serde_json::Result<String> {
    let text = serde_json::to_string(&Envelope {
        r#type: message.message_type,
        topic: message.topic,
        seq,
        at,
        data: &message.data,
        patch: message.patch.as_ref(),
    });
    text.map(escape_line_breaks)
}

/// Parses a stored envelope; `None` unless it is a JSON object.
pub fn parse_envelope(text: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(text).ok()
}

/// SHA-256 in hex over an entry and the hash of the one before it, so that it covers all entries
/// so far. Neither a hash nor a number holds a line feed, so the parts are unambiguous.
pub fn entry_hash(previous_hash: &str, number: i64, body: &str) -> String {
    let hash =
        digest::digest(&digest::SHA256, format!("{previous_hash}\n{number}\n{body}\n").as_bytes());
    hash.as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
