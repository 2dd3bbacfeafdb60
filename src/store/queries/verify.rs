//! Verifies the database: gaps, invalid envelopes, entries and rows that contradict each other.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use serde_json::{Map, Value};

use super::dialect::Conn;
use super::{channel_states, log, match_states, matches, schedule, teams};
use crate::domain::closed_set::ClosedSet;
use crate::domain::merge_patch;
use crate::domain::topic::{Channel, Seq, StreamId};
use crate::sports::MatchSummary;
use crate::store::error::{QueryError, QueryResult};
use crate::store::json;
use crate::store::rows::{EntryRow, MatchRow, MessageRow, ResultRow, StreamRow};
use crate::store::schema::{matches as m, messages, results, streams};

/// Messages per query.
const PAGE_SIZE: i64 = 500;

/// Description and source of rows that refer to missing rows. Constraints forbid them, but a
/// copied or repaired file may hold some.
#[rustfmt::skip]
const DANGLING_REFERENCES: &[(&str, &str)] = &[
    ("messages of no stream",  "messages r where not exists (select 1 from streams s where s.id = r.stream_id)"),
    ("states of no stream",    "stream_states r where not exists (select 1 from streams s where s.id = r.stream_id)"),
    ("entries of no match",    "entries r where not exists (select 1 from matches s where s.id = r.match_id)"),
    ("officials of no match",  "officials r where not exists (select 1 from matches s where s.id = r.match_id)"),
    ("officials of no user",   "officials r where not exists (select 1 from users s where s.id = r.user_id)"),
    ("members of no team",     "members r where not exists (select 1 from teams s where s.id = r.team_id)"),
    ("members of no user",     "members r where not exists (select 1 from users s where s.id = r.user_id)"),
    ("players of no team",     "players r where not exists (select 1 from teams s where s.id = r.team_id)"),
    ("matches of no home team", "matches r where not exists (select 1 from teams s where s.id = r.home_team_id)"),
    ("matches of no away team", "matches r where not exists (select 1 from teams s where s.id = r.away_team_id)"),
    ("matches of no event",    "matches r where r.event_id is not null and not exists (select 1 from events s where s.id = r.event_id)"),
    ("matches with the wrong visibility of their event", "matches r join events s on s.id = r.event_id where r.event_is_public <> (s.visibility = 'public')"),
    ("managers of no event",   "managers r where not exists (select 1 from events s where s.id = r.event_id)"),
    ("managers of no user",    "managers r where not exists (select 1 from users s where s.id = r.user_id)"),
    ("registrations of no event", "registrations r where not exists (select 1 from events s where s.id = r.event_id)"),
    ("registrations of no user", "registrations r where r.user_id is not null and not exists (select 1 from users s where s.id = r.user_id)"),
    ("registrations of no team", "registrations r where r.team_id is not null and not exists (select 1 from teams s where s.id = r.team_id)"),
    ("results of no match",    "results r where not exists (select 1 from matches s where s.id = r.match_id)"),
    ("announcements of no event", "announcements r where not exists (select 1 from events s where s.id = r.event_id)"),
    ("audiences of no announcement", "audiences r where not exists (select 1 from announcements s where s.id = r.announcement_id)"),
    ("audiences of no team",   "audiences r where not exists (select 1 from teams s where s.id = r.team_id)"),
    ("purchases of no event",  "purchases r where not exists (select 1 from events s where s.id = r.event_id)"),
    ("purchases of no buyer",  "purchases r where not exists (select 1 from users s where s.id = r.buyer_id)"),
    ("tickets of no purchase", "seats r where not exists (select 1 from purchases s where s.id = r.purchase_id)"),
];

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// The ids of all streams, and of all matches.
pub async fn all_ids(conn: &mut Conn) -> QueryResult<(Vec<i64>, Vec<i64>)> {
    let of_streams = streams::table.select(streams::id).order(streams::id).load(conn).await?;
    Ok((of_streams, m::table.select(m::id).order(m::id).load(conn).await?))
}

/// Checks the references between tables; returns a line per broken one.
pub async fn verify_references(conn: &mut Conn) -> QueryResult<Vec<String>> {
    let mut faults = Vec::new();
    for (description, rows) in DANGLING_REFERENCES {
        let query = diesel::sql_query(format!("select count(*) as count from {rows}"));
        let CountRow { count } = query.get_result(conn).await?;
        if count > 0 {
            faults.push(format!("{count} {description}"));
        }
    }
    Ok(faults)
}

/// Checks every message of a stream, from the first that is not pruned to the head, and its state;
/// returns its faults.
pub async fn verify_stream(conn: &mut Conn, id: i64) -> QueryResult<Vec<String>> {
    let Some(row): Option<StreamRow> = streams::table.find(id).get_result(conn).await.optional()?
    else {
        return Ok(Vec::new());
    };
    let mut faults = Vec::new();
    let topic = &row.topic;
    let Ok(stream) = topic.parse::<StreamId>() else {
        return Ok(vec![format!("stream {topic}: unknown kind of stream")]);
    };
    let mut expected = row.pruned_seq + 1;
    let mut after = -1;
    loop {
        let page = message_page(conn, id, after).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        for message in page {
            faults.extend(seq_fault(&row, expected, message.seq));
            expected = message.seq + 1;
            faults.extend(envelope_fault(stream, &message));
        }
    }
    if expected != row.head_seq + 1 && expected <= row.head_seq {
        let (from, to) = (expected, row.head_seq);
        faults.push(format!("stream {topic}: messages {from} to {to} (the head) are missing"));
    }
    faults.extend(channel_states::verify(conn, (stream, id)).await?);
    Ok(faults)
}

async fn message_page(conn: &mut Conn, id: i64, after: Seq) -> QueryResult<Vec<MessageRow>> {
    let query = messages::table
        .filter(messages::stream_id.eq(id))
        .filter(messages::seq.gt(after))
        .order(messages::seq)
        .limit(PAGE_SIZE);
    Ok(query.load(conn).await?)
}

/// The fault of a message with the number `seq` at the position of `expected`.
fn seq_fault(stream: &StreamRow, expected: Seq, seq: Seq) -> Option<String> {
    let StreamRow { topic, head_seq, pruned_seq, .. } = stream;
    if seq <= *pruned_seq {
        Some(format!(
            "stream {topic}: message {seq} should have been pruned: all up to {pruned_seq} are"
        ))
    } else if seq > *head_seq {
        Some(format!("stream {topic}: message {seq} is after the head {head_seq}"))
    } else if seq > expected {
        Some(format!("stream {topic}: messages {expected} to {} are missing", seq - 1))
    } else {
        None
    }
}

/// The fault of a message's envelope.
fn envelope_fault(stream: StreamId, message: &MessageRow) -> Option<String> {
    let MessageRow { seq, kind, channel, envelope, .. } = message;
    let error = |detail: &str| Some(format!("stream {stream}: message {seq} {detail}"));
    let Some(envelope_fields) = json::parse_envelope(envelope) else {
        return error("is not a JSON object");
    };
    let topic = match channel.as_deref().map(Channel::from_text) {
        None => stream.topic(),
        Some(Some(channel)) => stream.channel_topic(channel),
        Some(None) => return error("is in an unknown channel"),
    };
    if envelope_fields.get("seq").and_then(Value::as_i64) != Some(*seq) {
        return error("has another seq");
    }
    if envelope_fields.get("topic").and_then(Value::as_str) != Some(topic.to_string().as_str()) {
        return error("has another topic");
    }
    if envelope_fields.get("type").and_then(Value::as_str) != Some(kind.as_str()) {
        return error("has another type");
    }
    envelope_fields
        .get("data")
        .is_none_or(|data| !data.is_object())
        .then(|| error("has no data"))
        .flatten()
}

/// Checks a match: its entries' hash chain, its row, its result, its last published score, and
/// whether its messages add up to its state.
pub async fn verify_match(conn: &mut Conn, id: i64) -> QueryResult<Vec<String>> {
    let Some(row) = matches::find_row(conn, id).await? else { return Ok(Vec::new()) };
    let entries = match_states::entries_from(conn, &row, 0).await?;
    if let Some(error) = chain_fault(&row, &entries) {
        return Ok(vec![error]);
    }
    let teams = teams::find_pair(conn, row.home_team_id, row.away_team_id).await?;
    let folded = row.match_info(&teams).and_then(|match_info| {
        let rules = match_states::rules_of(&row)?;
        let game =
            match_states::fold(&row, &match_info, rules.initial_state(&match_info)?, entries)?;
        let result = rules.result(&game).map(|result| ResultRow::new(&match_info, result));
        let reason = schedule::reason_of(rules, &match_info, &game);
        let state = json::match_state(&row, &match_info, rules, &game);
        Ok((rules.summary(&game), reason, result, state))
    });
    let (summary, reason, result, state) = match folded {
        Ok(folded) => folded,
        Err(QueryError::InvariantViolated(detail)) => {
            return Ok(vec![format!("match {id}: {detail}")]);
        }
        Err(QueryError::Rejected(rejection)) => {
            return Ok(vec![format!("match {id}: {rejection}")]);
        }
        Err(error) => return Err(error),
    };
    let mut faults = row_faults(&row, &summary, reason.as_deref());
    let stored: Option<ResultRow> =
        results::table.find(id).select(ResultRow::as_select()).get_result(conn).await.optional()?;
    if stored != result {
        let body = |row: Option<ResultRow>| row.map_or("no result".to_owned(), |row| row.body);
        let (stored_body, expected_body) = (body(stored), body(result));
        faults.push(format!(
            "match {id}: its stored result is {stored_body}, its entries give {expected_body}"
        ));
    }
    faults.extend(published_score_fault(conn, id, &summary).await?);
    let patched = patched_state(conn, StreamId::Match(id)).await?;
    if let Some(patched) = patched.filter(|patched| *patched != state) {
        let patch = Value::Object(merge_patch::difference(&patched, &state));
        faults
            .push(format!("match {id}: its messages don't add up to its state; missing: {patch}"));
    }
    Ok(faults)
}

/// The fault of the last score that was published on the match's stream.
async fn published_score_fault(
    conn: &mut Conn,
    id: i64,
    summary: &MatchSummary,
) -> QueryResult<Option<String>> {
    let score = (summary.home_score, summary.away_score);
    let published = last_published_score(conn, id).await?;
    Ok(published.filter(|(_, published)| *published != score).map(|(seq, published)| {
        format!(
            "match {id}: message {seq} published the score {} : {}, its entries give {} : {}",
            published.0, published.1, score.0, score.1
        )
    }))
}

/// The state that the patches of a stream add up to; `None` if some of its messages are pruned.
async fn patched_state(
    conn: &mut Conn,
    stream: StreamId,
) -> QueryResult<Option<Map<String, Value>>> {
    let Some(row) = log::find_stream(conn, stream).await? else { return Ok(None) };
    if row.pruned_seq > 0 {
        return Ok(None);
    }
    let (mut state, mut after) = (Map::new(), 0);
    loop {
        let page = message_page(conn, row.id, after).await?;
        let Some(last) = page.last() else { return Ok(Some(state)) };
        after = last.seq;
        for message in page {
            let fields = json::parse_envelope(&message.envelope);
            if let Some(Value::Object(patch)) = fields.and_then(|mut all| all.remove("patch")) {
                merge_patch::apply(&mut state, patch);
            }
        }
    }
}

/// Checks that each entry's hash covers the one before it, and the row holds the last.
fn chain_fault(row: &MatchRow, entries: &[EntryRow]) -> Option<String> {
    let id = row.id;
    let mut previous_hash = "";
    for (entry, number) in entries.iter().zip(1..) {
        if (entry.match_id, entry.number) != (id, number) {
            return Some(format!("match {id}: entry {number} is missing"));
        }
        if entry.hash != json::entry_hash(previous_hash, number, &entry.body) {
            return Some(format!(
                "match {id}: entry {number} was changed: its hash does not match"
            ));
        }
        previous_hash = &entry.hash;
    }
    if i64::try_from(entries.len()) != Ok(row.entry_count) || previous_hash != row.last_hash {
        let (entry_rows, count) = (entries.len(), row.entry_count);
        return Some(format!(
            "match {id}: its row of {count} entries does not match the {entry_rows} stored ones"
        ));
    }
    None
}

fn row_faults(row: &MatchRow, summary: &MatchSummary, reason: Option<&str>) -> Vec<String> {
    let (id, mut faults) = (row.id, Vec::new());
    if row.reason.as_deref() != reason {
        let row_reason = row.reason.as_deref().unwrap_or("none");
        let reason = reason.unwrap_or("none");
        faults.push(format!(
            "match {id}: its row's reason is {row_reason}, its entries give {reason}"
        ));
    }
    if row.status != summary.status {
        let (row_status, status) = (&row.status, summary.status);
        faults.push(format!("match {id}: its row says {row_status}, its entries give {status}"));
    }
    let score = (row.home_score, row.away_score);
    if score != (summary.home_score, summary.away_score) {
        faults.push(format!(
            "match {id}: its row says {} : {}, its entries give {} : {}",
            score.0, score.1, summary.home_score, summary.away_score
        ));
    }
    faults
}

/// The last score that was published on the match's stream, and the message that holds it.
async fn last_published_score(conn: &mut Conn, id: i64) -> QueryResult<Option<(Seq, (i64, i64))>> {
    let Some(stream) = log::find_stream(conn, StreamId::Match(id)).await? else { return Ok(None) };
    let mut before = stream.head_seq + 1;
    loop {
        let query = messages::table
            .filter(messages::stream_id.eq(stream.id))
            .filter(messages::seq.lt(before))
            .order(messages::seq.desc())
            .limit(PAGE_SIZE);
        let page: Vec<MessageRow> = query.load(conn).await?;
        let Some(last) = page.last() else { return Ok(None) };
        before = last.seq;
        let published =
            page.iter().find_map(|message| Some((message.seq, score_in(&message.envelope)?)));
        if published.is_some() {
            return Ok(published);
        }
    }
}

fn score_in(envelope: &str) -> Option<(i64, i64)> {
    let fields = json::parse_envelope(envelope)?;
    let score = fields.get("data")?.get("score")?;
    Some((score.get("home")?.as_i64()?, score.get("away")?.as_i64()?))
}
