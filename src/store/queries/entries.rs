//! What happened in a match: accepted commands, and the state that is their fold.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use serde_json::json;

use super::commit::Written;
use super::dialect::Conn;
use super::matches;
use super::members;
use super::players;
use super::results;
use super::schedule;
use super::schedule::Sides;
use super::teams;
use super::users;
use crate::domain::message::Message;
use crate::domain::rejection::Reason;
use crate::domain::rejection::Rejection;
use crate::domain::topic::Stream;
use crate::sports::Command;
use crate::sports::Fixture;
use crate::sports::Game;
use crate::sports::RECORDERS;
use crate::sports::Rules;
use crate::store::error::Fault;
use crate::store::error::Found;
use crate::store::games::Games;
use crate::store::games::Known;
use crate::store::job::Job;
use crate::store::job::Write;
use crate::store::rows::EntryRow;
use crate::store::rows::MatchRow;
use crate::store::rows::TeamRow;
use crate::store::schema::entries;
use crate::store::schema::matches as rows;
use crate::store::shapes;

/// The rules that a stored match is played by.
pub fn rules(row: &MatchRow) -> Found<&'static Rules> {
    Rules::find(&row.sport)
        .ok_or_else(|| Fault::Broken(format!("match {} is {}: no such sport", row.id, row.sport)))
}

/// The state of a match as its row stands: from memory, else by folding what memory lacks.
pub async fn game(
    conn: &mut Conn,
    games: &Games,
    row: &MatchRow,
    fixture: &Fixture,
) -> Found<Game> {
    if row.entry_count == 0 {
        return Ok(rules(row)?.start(fixture)?);
    }
    let known = games.known(row.id, row.entry_count, &row.last_hash);
    if let Some(known) = &known
        && known.hash == row.last_hash
    {
        return Ok(known.game.clone());
    }
    let number = known.as_ref().map_or(0, |known| known.number);
    let mut later = between(conn, row, number).await?.into_iter().peekable();
    // A state that the entries don't lead through belongs to a transaction that was rolled back.
    let leads = known.filter(|known| later.next_if(|entry| entry.hash == known.hash).is_some());
    let game = if let Some(known) = leads {
        fold(row, fixture, known.game, later)?
    } else {
        let all = between(conn, row, 0).await?;
        fold(row, fixture, rules(row)?.start(fixture)?, all)?
    };
    let hash = row.last_hash.clone();
    games.keep(row.id, Known { number: row.entry_count, hash, game: game.clone() });
    Ok(game)
}

/// The entries from `number` to the newest that the row counts.
pub async fn between(conn: &mut Conn, row: &MatchRow, number: i64) -> Found<Vec<EntryRow>> {
    let query = entries::table
        .filter(entries::match_id.eq(row.id))
        .filter(entries::number.ge(number))
        .filter(entries::number.le(row.entry_count))
        .order(entries::number);
    Ok(query.load(conn).await?)
}

/// The state that stored entries lead to.
pub fn fold(
    row: &MatchRow,
    fixture: &Fixture,
    start: Game,
    later: impl IntoIterator<Item = EntryRow>,
) -> Found<Game> {
    let rules = rules(row)?;
    later.into_iter().try_fold(start, |game, entry| {
        let command: Command = serde_json::from_str(&entry.body)?;
        let applied = rules.apply(fixture, &game, &command).map_err(|rejection| {
            let (id, number) = (row.id, entry.number);
            Fault::Broken(format!("entry {number} of match {id} no longer applies: {rejection}"))
        })?;
        Ok(applied.state)
    })
}

/// The whole state of a match, as snapshots hold it.
pub async fn whole(
    conn: &mut Conn,
    games: &Games,
    row: &MatchRow,
    teams: &[TeamRow],
) -> Found<Value> {
    let fixture = row.fixture(teams)?;
    let game = game(conn, games, row, &fixture).await?;
    Ok(shapes::game(row, &fixture, rules(row)?, &game))
}

/// What the match's sport says at `path`, and what `If-Match` of a write there is compared with.
pub async fn part(
    conn: &mut Conn,
    games: &Games,
    id: i64,
    path: &str,
) -> Found<Option<(Value, Option<i64>)>> {
    let Some(row) = matches::row(conn, id).await? else { return Ok(None) };
    let teams = teams::pair(conn, row.home_team_id, row.away_team_id).await?;
    let fixture = row.fixture(&teams)?;
    let game = game(conn, games, &row, &fixture).await?;
    let found = rules(&row)?.read(&fixture, &game, path);
    // A result is the match's own, which has its version.
    let is_own = path == "result";
    Ok(found.map(|value| {
        let version = if is_own { Some(row.version) } else { rev(&value) };
        (value, version)
    }))
}

/// Who recorded the incidents of a match and who corrected them last, by name; `None` where its
/// sport has none.
pub async fn recorders(conn: &mut Conn, games: &Games, id: i64) -> Found<Option<Value>> {
    let Some((Value::Array(mut items), _)) = part(conn, games, id, RECORDERS).await? else {
        return Ok(None);
    };
    let roles = ["recorded_by", "corrected_by"];
    let ids = items.iter().flat_map(|item| roles.map(|role| item[role].as_i64()));
    let names = users::names(conn, &ids.flatten().collect::<Vec<_>>()).await?;
    for item in &mut items {
        for role in roles {
            let Some(id) = item[role].as_i64() else { continue };
            item[role] = json!({ "user_id": id, "name": names.get(&id) });
        }
    }
    Ok(Some(json!({ "items": items, "next": null })))
}

/// A scorer's command: locks the match, asks its rules, and adds an entry.
pub async fn act(conn: &mut Conn, games: &Games, job: &Job, match_id: i64) -> Found<Written> {
    let (row, sides) = matches::lock_with_sides(conn, match_id).await?;
    let fixture = row.fixture(&sides.teams)?;
    let rules = rules(&row)?;
    let before = game(conn, games, &row, &fixture).await?;
    let command = command(conn, job, rules, &sides).await?;
    let revised = revised(&command.action);
    if job.if_match.is_some()
        && let Some(newest) = newest(&row, revised, |path| rules.read(&fixture, &before, path))
    {
        job.expects(newest)?;
    }

    let applied = rules.apply(&fixture, &before, &command)?;
    let after = applied.state;
    let row = save(conn, games, row, (&command, &after)).await?;
    let mut messages = told(applied.messages, &row, &sides, (&fixture, &before, &after))?;
    let outcomes = (rules.result(&before), rules.result(&after));
    messages.extend(results::changed(conn, &row, (&sides, &fixture), outcomes, job.at).await?);

    let status = match (&applied.answer, applied.created) {
        (Value::Null, _) => 204,
        // A word that waits for others.
        (answer, _) if answer.get("official") == Some(&Value::Bool(false)) => 202,
        (_, true) => 201,
        (_, false) => 200,
    };
    let rev = rev(&applied.answer);
    let has_rev = revised.is_some() || ["incidents", "balls"].contains(&&*command.action);
    let written = Written::new(status, applied.answer);
    let written = if has_rev {
        Written { etag: rev.map(|rev| rev.to_string()), ..written }
    } else {
        written.version(row.version)
    };
    Ok(written.telling(Stream::Match(match_id), messages))
}

/// What the rules said, to those who may hear it, and what it means for the schedule: that is
/// told in one shape, whatever changed it, so it is made here.
fn told(
    said: Vec<Message>,
    row: &MatchRow,
    sides: &Sides,
    (fixture, before, after): (&Fixture, &Game, &Game),
) -> Found<Vec<Message>> {
    let rules = rules(row)?;
    let mut messages = schedule::kept_private(said, row, sides);
    let (was, status) = (rules.summary(before).status, rules.summary(after).status);
    // What a result entered by hand had hidden was told before it.
    let is_new = status != was && was != "finished";
    if is_new && ["postponed", "cancelled"].contains(&status) {
        let shape = shapes::brief(shapes::game(row, fixture, rules, after));
        messages.extend(schedule::update(status, row, sides, &shape));
    }
    Ok(messages)
}

/// The path of what has revisions of its own and is changed by an action: `incidents/21`,
/// `balls/9`.
fn revised(action: &str) -> Option<&str> {
    let (method, path) = action.split_once(' ')?;
    let is_one = ["incidents/", "balls/"].iter().any(|of| path.starts_with(of));
    (matches!(method, "PATCH" | "DELETE") && is_one).then_some(path)
}

/// What `If-Match` is compared with: the revision of the incident or ball where one is changed,
/// else the match's version. None where there is no such thing, which the rules say better.
fn newest(
    row: &MatchRow,
    revised: Option<&str>,
    read: impl Fn(&str) -> Option<Value>,
) -> Option<i64> {
    match revised {
        None => Some(row.version),
        Some(path) => rev(&read(path)?),
    }
}

fn rev(value: &Value) -> Option<i64> {
    value.get("rev").and_then(Value::as_i64)
}

/// The command as it is stored: with the players it names as they are now.
async fn command(conn: &mut Conn, job: &Job, rules: &Rules, sides: &Sides) -> Found<Command> {
    let Write::Act { action, body, occurred_at, .. } = &job.write else {
        return Err(Rejection::new(Reason::Invalid, "no-action", "not a match's action").into());
    };
    let mut players = players::known(conn, &rules.players(action, body)).await?;
    let closed: Vec<i64> =
        players.iter().map(|one| one.team_id).filter(|&id| sides.is_closed(id)).collect();
    if !closed.is_empty() {
        // Their names are for those who may read the team.
        let known = members::spoken_for(conn, job.by, &closed).await?;
        players.retain(|one| !closed.contains(&one.team_id) || known.contains(&one.team_id));
    }
    let at = occurred_at.filter(|at| *at <= job.at).unwrap_or(job.at);
    let at = chrono::DateTime::from_timestamp_millis(at.timestamp_millis()).unwrap_or(at);
    Ok(Command { action: action.clone(), body: body.clone(), by: job.by, at, players })
}

/// Adds the entry; gives the row as it is with it.
async fn save(
    conn: &mut Conn,
    games: &Games,
    mut row: MatchRow,
    (command, game): (&Command, &Game),
) -> Found<MatchRow> {
    let summary = rules(&row)?.summary(game);
    let body = serde_json::to_string(command)?;
    let number = row.entry_count + 1;
    let hash = shapes::entry_hash(&row.last_hash, number, &body);
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
    ));
    both!(conn, entry.execute(conn), newest.execute(conn));
    games.keep(row.id, Known { number, hash: hash.clone(), game: game.clone() });
    row.status = summary.status.to_owned();
    (row.home_score, row.away_score) = (summary.home_score, summary.away_score);
    row.version += 1;
    (row.entry_count, row.last_hash) = (number, hash);
    Ok(row)
}
