//! The one write path: claim the key, do the work, tell it, remember the answer.

use std::panic::AssertUnwindSafe;

use diesel_async::AsyncConnection;
use futures_util::FutureExt;
use serde_json::Value;

use super::announcements;
use super::dialect::Conn;
use super::entries;
use super::events;
use super::idempotency;
use super::identities;
use super::log;
use super::managers;
use super::matches;
use super::members;
use super::officials;
use super::players;
use super::purchases;
use super::registrations;
use super::teams;
use super::users;
use crate::domain::message::Message;
use crate::domain::rejection::Rejection;
use crate::domain::topic::Stream;
use crate::store::Told;
use crate::store::error::Fault;
use crate::store::error::Found;
use crate::store::games::Games;
use crate::store::job::Done;
use crate::store::job::Job;
use crate::store::job::Write;
use crate::store::server_secret::ServerSecret;

/// What one write did, before its messages have numbers.
#[derive(Debug)]
pub struct Written {
    pub status: u16,
    pub body: Value,
    pub etag: Option<String>,
    /// The stream of the resource that was written.
    pub stream: Option<Stream>,
    pub messages: Vec<Message>,
}

impl Written {
    pub fn new(status: u16, body: Value) -> Self {
        Self { status, body, etag: None, stream: None, messages: Vec::new() }
    }

    /// 204: it is gone, and there is nothing to say of it.
    pub fn gone() -> Self {
        Self::new(204, Value::Null)
    }

    pub fn version(self, version: i64) -> Self {
        Self { etag: Some(version.to_string()), ..self }
    }

    pub fn telling(self, stream: Stream, messages: Vec<Message>) -> Self {
        Self { stream: Some(stream), messages, ..self }
    }
}

/// Does `job` inside the caller's transaction, which is to be committed unless this fails.
///
/// A rejection is an answer like any other: what the write did is rolled back to the savepoint,
/// and the rejection is remembered under the key.
///
/// - Gives: the answer, and the heads to ring the bell with once the transaction is committed.
/// - Costs: no statement whose cost grows with what is stored.
/// - Fails: with `KeyReused` or a failure of the database; then nothing may be committed.
pub async fn job(
    conn: &mut Conn,
    (games, secret): (&Games, &ServerSecret),
    job: &Job,
) -> Found<Told<Result<Done, Rejection>>> {
    if let Some(key) = &job.key
        && let Some(answer) = idempotency::claim(conn, secret, job, key).await?
    {
        return Ok((answer, Vec::new()));
    }
    let tried = conn
        .transaction(async |conn: &mut Conn| {
            // Here, inside the savepoint, so that a panicking rule leaves nothing open behind it.
            let work = async {
                job.write.check()?;
                perform(conn, games, job).await
            };
            let work = AssertUnwindSafe(work).catch_unwind();
            let panicked = || Fault::Broken("the write panicked".to_owned());
            work.await.unwrap_or_else(|_| Err(panicked()))
        })
        .await;
    let (answer, heads) = match tried {
        Err(fault) => (Err(fault.into_rejection()?), Vec::new()),
        Ok(written) => {
            let heads = log::append(conn, job.at, &written.messages).await?;
            (Ok(done(written, &heads)), heads)
        }
    };
    if let Some(key) = &job.key {
        idempotency::remember(conn, secret, (job, key), &answer).await?;
    }
    Ok((answer, heads))
}

fn done(written: Written, heads: &[(Stream, i64)]) -> Done {
    let told = heads.iter().find(|(stream, _)| Some(*stream) == written.stream).copied();
    let Written { status, body, etag, .. } = written;
    Done { status, body, etag, told, again: false }
}

#[rustfmt::skip]
#[expect(clippy::too_many_lines, reason = "a table, with a line for each kind of write")]
async fn perform(conn: &mut Conn, games: &Games, job: &Job) -> Found<Written> {
    match &job.write {
        Write::CreateUser(user) => users::create(conn, job, user).await,
        Write::CreateIdentity(identity) => identities::create(conn, job, identity).await,
        Write::EditUser { id, edit } => users::edit(conn, job, *id, edit).await,
        Write::CreateTeam(fields) => teams::create(conn, job, fields).await,
        Write::EditTeam { id, fields } => teams::edit(conn, job, *id, fields).await,
        Write::DeleteTeam { id } => teams::delete(conn, job, *id).await,
        Write::AddPlayer { team_id, fields } => players::add(conn, *team_id, fields).await,
        Write::EditPlayer { team_id, id, fields } => players::edit(conn, job, (*team_id, *id), fields).await,
        Write::RemovePlayer { team_id, id } => players::remove(conn, job, (*team_id, *id)).await,
        Write::AddMember { team_id, user_id, role } => members::add(conn, *team_id, *user_id, role).await,
        Write::RemoveMember { team_id, user_id } => members::remove(conn, *team_id, *user_id).await,
        Write::CreateMatch(fields) => matches::create(conn, job, fields).await,
        Write::EditMatch { id, fields } => matches::edit(conn, games, job, (*id, fields)).await,
        Write::DeleteMatch { id } => matches::delete(conn, games, job, *id).await,
        Write::AcceptMatch { match_id, team_id } => matches::accept(conn, games, job, (*match_id, *team_id)).await,
        Write::AddOfficial { match_id, user_id, role } => officials::add(conn, *match_id, *user_id, role).await,
        Write::RemoveOfficial { match_id, user_id } => officials::remove(conn, *match_id, *user_id).await,
        Write::CreateEvent(fields) => events::create(conn, job, fields).await,
        Write::EditEvent { id, fields } => events::edit(conn, job, *id, fields).await,
        Write::DeleteEvent { id } => events::delete(conn, job, *id).await,
        Write::AddManager { event_id, user_id } => managers::add(conn, *event_id, *user_id).await,
        Write::RemoveManager { event_id, user_id } => managers::remove(conn, *event_id, *user_id).await,
        Write::RegisterUser { event_id, user_id } => registrations::add_user(conn, *event_id, *user_id).await,
        Write::UnregisterUser { event_id, user_id } => registrations::remove_user(conn, *event_id, *user_id).await,
        Write::RegisterTeam { event_id, team_id, by_admin } => registrations::add_team(conn, job, (*event_id, *team_id), *by_admin).await,
        Write::AcceptRegistration { event_id, team_id } => registrations::accept(conn, job, *event_id, *team_id).await,
        Write::Deduct { event_id, team_id, fields } => registrations::deduct(conn, job, (*event_id, *team_id), fields).await,
        Write::UnregisterTeam { event_id, team_id } => registrations::remove_team(conn, *event_id, *team_id).await,
        Write::CreateAnnouncement(fields) => announcements::create(conn, job, fields).await,
        Write::EditAnnouncement { id, fields } => announcements::edit(conn, job, *id, fields).await,
        Write::DeleteAnnouncement { id } => announcements::delete(conn, job, *id).await,
        Write::Broadcast { id } => announcements::broadcast(conn, job, *id).await,
        Write::ExpireAnnouncement { id } => announcements::end(conn, job, *id).await,
        Write::CreatePurchase { event_id, ticket_type, quantity } => purchases::create(conn, job, *event_id, (ticket_type, *quantity)).await,
        Write::SetPurchaseStatus { id, status } => purchases::set_status(conn, job, *id, status).await,
        Write::SetTicketStatus { code, status } => purchases::set_ticket(conn, job, code, status).await,
        Write::Act { match_id, .. } => entries::act(conn, games, job, *match_id).await,
    }
}
