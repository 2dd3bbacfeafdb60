//! The entries of a match: accepted commands, stored in order.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use super::commit::{MutationEffect, RunContext};
use super::dialect::Conn;
use super::match_states::{current_game, rules_of};
use super::schedule::MatchTeams;
use super::{matches, members, players, results, schedule, teams, users};
use crate::domain::matches::ScheduleChange;
use crate::domain::message;
use crate::domain::message::Message;
use crate::domain::topic::StreamId;
use crate::sports::{ErasedMatch, MatchCommand, MatchInfo, RECORDERS_PATH, Revision, SportRules};
use crate::store::error::QueryResult;
use crate::store::json;
use crate::store::match_cache::{CachedMatch, MatchCache};
use crate::store::mutation::{ApplyMatchAction, MutationRequest};
use crate::store::rows::MatchRow;
use crate::store::schema::{entries, matches as rows};

runs! {
    ApplyMatchAction => apply_action,
}

/// A part of a match's state at `path`, and the version that `If-Match` is compared with.
pub async fn read_part(
    conn: &mut Conn,
    match_cache: &MatchCache,
    id: i64,
    path: &str,
) -> QueryResult<Option<(Value, Option<i64>)>> {
    let Some(row) = matches::find_row(conn, id).await? else { return Ok(None) };
    let teams = teams::find_pair(conn, row.home_team_id, row.away_team_id).await?;
    let match_info = row.match_info(&teams)?;
    let game = current_game(conn, match_cache, &row, &match_info).await?;
    let part_value = rules_of(&row)?.read_part(&match_info, &game, path);
    // A result has the version of its match.
    let is_own = path == "result";
    Ok(part_value.map(|value| {
        let version = if is_own { Some(row.version) } else { revision_of(&value) };
        (value, version)
    }))
}

/// The users who recorded and last corrected each incident of a match; `None` if its sport has no
/// incidents.
pub async fn incident_recorders(
    conn: &mut Conn,
    match_cache: &MatchCache,
    id: i64,
) -> QueryResult<Option<Value>> {
    let Some((Value::Array(mut items), _)) =
        read_part(conn, match_cache, id, RECORDERS_PATH).await?
    else {
        return Ok(None);
    };
    let roles = ["recorded_by", "corrected_by"];
    let ids = items.iter().flat_map(|item| roles.map(|role| item[role].as_i64()));
    let names = users::names_by_id(conn, &ids.flatten().collect::<Vec<_>>()).await?;
    for item in &mut items {
        for role in roles {
            let Some(id) = item[role].as_i64() else { continue };
            item[role] = json!({ "user_id": id, "name": names.get(&id) });
        }
    }
    Ok(Some(json!({ "items": items, "next": null })))
}

/// Applies a scorer's action: locks the match, runs its rules, appends an entry.
async fn apply_action(
    conn: &mut Conn,
    RunContext { request, match_cache }: RunContext<'_>,
    action: &ApplyMatchAction,
) -> QueryResult<MutationEffect> {
    let (mut row, match_teams) = matches::lock_with_teams(conn, action.match_id).await?;
    let match_info = row.match_info(&match_teams.teams)?;
    let rules = rules_of(&row)?;
    let before = current_game(conn, match_cache, &row, &match_info).await?;
    let command = build_command(conn, request, (rules, action), &match_teams).await?;
    let revised_path = action.action.revised_path();
    if request.if_match.is_some()
        && let Some(current) =
            current_version(&row, revised_path, |path| rules.read_part(&match_info, &before, path))
    {
        request.check_if_match(current)?;
    }

    let transition = rules.apply(&match_info, &before, &command)?;
    let after = transition.state;
    let state_before = json::match_state(&row, &match_info, rules, &before);
    row.reason = schedule::reason_of(rules, &match_info, &after);
    let row = append_entry(conn, match_cache, row, (&command, &after)).await?;
    let mut messages =
        action_messages(transition.messages, &row, &match_teams, (&match_info, &before, &after))?;
    let state = json::match_state(&row, &match_info, rules, &after);
    messages = message::with_match_patch(messages, row.id, (&state_before, &state));
    let outcomes = (rules.result(&before), rules.result(&after));
    messages.extend(
        results::sync_result(
            conn,
            &row,
            (&match_teams, &match_info),
            outcomes,
            request.received_at,
        )
        .await?,
    );

    let status = match (&transition.response, transition.is_created) {
        (Value::Null, _) => 204,
        // It waits for other scorers.
        (answer, _) if answer.get("official") == Some(&Value::Bool(false)) => 202,
        (_, true) => 201,
        (_, false) => 200,
    };
    let rev = revision_of(&transition.response);
    let entry = Some((row.id, row.entry_count)).filter(|_| !transition.response.is_null());
    let effect = MutationEffect { entry, ..MutationEffect::new(status, transition.response) };
    let written = if action.action.revision() == Revision::Part {
        MutationEffect { etag: rev.map(|rev| rev.to_string()), ..effect }
    } else {
        effect.with_version(row.version)
    };
    Ok(written.with_messages(StreamId::Match(action.match_id), messages))
}

/// The messages of the rules, for the topics that may receive them, and the schedule's: those have
/// one form whatever changed the schedule, so they are built here.
fn action_messages(
    messages_in: Vec<Message>,
    row: &MatchRow,
    match_teams: &MatchTeams,
    (match_info, before, after): (&MatchInfo, &ErasedMatch, &ErasedMatch),
) -> QueryResult<Vec<Message>> {
    let rules = rules_of(row)?;
    let mut messages = schedule::filter_receivable(messages_in, row, match_teams);
    let (previous_status, status) = (rules.summary(before).status, rules.summary(after).status);
    let Some(change) = ScheduleChange::of_status(previous_status, status) else {
        return Ok(messages);
    };
    let json = json::match_list_item(row, match_info, rules, after);
    messages.extend(match change {
        ScheduleChange::Postponed | ScheduleChange::Cancelled => {
            schedule::update_messages(change, row, match_teams, &json)
        }
        _ => schedule::status_messages(change, row, match_teams, &json),
    });
    Ok(messages)
}

/// The version that `If-Match` is compared with: the revision of the incident or ball if one is
/// changed, else the match's. `None` if it does not exist; the rules reject that.
fn current_version(
    row: &MatchRow,
    revised_path: Option<&str>,
    read: impl Fn(&str) -> Option<Value>,
) -> Option<i64> {
    match revised_path {
        None => Some(row.version),
        Some(path) => revision_of(&read(path)?),
    }
}

fn revision_of(value: &Value) -> Option<i64> {
    value.get("rev").and_then(Value::as_i64)
}

/// Builds the command to store, with the named players as they are now.
async fn build_command(
    conn: &mut Conn,
    request: &MutationRequest,
    (rules, mutation): (&SportRules, &ApplyMatchAction),
    match_teams: &MatchTeams,
) -> QueryResult<MatchCommand> {
    let ApplyMatchAction { action, body, occurred_at, .. } = mutation;
    let mut players = players::find_players(conn, &rules.player_ids(action.name(), body)).await?;
    let hidden_team_ids: Vec<i64> = players
        .iter()
        .map(|player| player.team_id)
        .filter(|&id| match_teams.is_private_and_unaccepted(id))
        .collect();
    if !hidden_team_ids.is_empty() {
        // Only users who can read the team may see their names.
        let represented =
            members::teams_represented_by(conn, request.user_id, &hidden_team_ids).await?;
        players.retain(|one| {
            !hidden_team_ids.contains(&one.team_id) || represented.contains(&one.team_id)
        });
    }
    let at = occurred_at.filter(|at| *at <= request.received_at).unwrap_or(request.received_at);
    let at = chrono::DateTime::from_timestamp_millis(at.timestamp_millis()).unwrap_or(at);
    Ok(MatchCommand {
        action: action.name().to_owned(),
        body: body.clone(),
        user_id: request.user_id,
        occurred_at: at,
        players,
    })
}

/// Appends the entry; returns the updated row.
async fn append_entry(
    conn: &mut Conn,
    match_cache: &MatchCache,
    mut row: MatchRow,
    (command, game): (&MatchCommand, &ErasedMatch),
) -> QueryResult<MatchRow> {
    let summary = rules_of(&row)?.summary(game);
    let body = serde_json::to_string(command)?;
    let number = row.entry_count + 1;
    let hash = json::entry_hash(&row.last_hash, number, &body);
    let entry = diesel::insert_into(entries::table).values((
        entries::match_id.eq(row.id),
        entries::number.eq(number),
        entries::body.eq(&body),
        entries::hash.eq(&hash),
    ));
    let newest = diesel::update(rows::table.find(row.id)).set((
        rows::status.eq(summary.status),
        rows::home_score.eq(summary.home_score),
        rows::away_score.eq(summary.away_score),
        rows::version.eq(row.version + 1),
        rows::entry_count.eq(number),
        rows::last_hash.eq(&hash),
        rows::reason.eq(&row.reason),
    ));
    join_queries!(conn, entry.execute(conn), newest.execute(conn));
    match_cache.insert(
        row.id,
        CachedMatch { entry_number: number, entry_hash: hash.clone(), game: game.clone() },
    );
    row.status = summary.status;
    (row.home_score, row.away_score) = (summary.home_score, summary.away_score);
    row.version += 1;
    (row.entry_count, row.last_hash) = (number, hash);
    Ok(row)
}
