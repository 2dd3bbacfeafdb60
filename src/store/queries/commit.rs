//! The one write path: claim the key, do the work, tell it, remember the answer.

use std::panic::AssertUnwindSafe;

use diesel_async::AsyncConnection;
use futures_util::FutureExt;
use serde_json::Value;

use super::dialect::Conn;
use super::{
    announcements, entries, events, idempotency, identities, log, managers, matches, members,
    officials, players, purchases, registrations, teams, users,
};
use crate::domain::message::Message;
use crate::domain::rejection::Rejection;
use crate::domain::topic::StreamId;
use crate::store::WithHeads;
use crate::store::error::{QueryError, QueryResult};
use crate::store::match_cache::MatchCache;
use crate::store::mutation::{Mutation, MutationRequest, Outcome};
use crate::store::server_secret::ServerSecret;

/// What one write did, before its messages have numbers.
#[derive(Debug)]
pub struct MutationEffect {
    pub status: u16,
    pub body: Value,
    pub etag: Option<String>,
    /// The stream of the resource that was written.
    pub stream: Option<StreamId>,
    pub messages: Vec<Message>,
}

impl MutationEffect {
    pub fn new(status: u16, body: Value) -> Self {
        Self { status, body, etag: None, stream: None, messages: Vec::new() }
    }

    /// 204: it is gone, and there is nothing to say of it.
    pub fn no_content() -> Self {
        Self::new(204, Value::Null)
    }

    pub fn with_version(self, version: i64) -> Self {
        Self { etag: Some(version.to_string()), ..self }
    }

    pub fn with_messages(self, stream: StreamId, messages: Vec<Message>) -> Self {
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
pub async fn run_mutation(
    conn: &mut Conn,
    (match_cache, secret): (&MatchCache, &ServerSecret),
    request: &MutationRequest,
) -> QueryResult<WithHeads<Result<Outcome, Rejection>>> {
    if let Some(key) = &request.idempotency_key
        && let Some(outcome) = idempotency::claim(conn, secret, request, key).await?
    {
        return Ok((outcome, Vec::new()));
    }
    let result = conn
        .transaction(async |conn: &mut Conn| {
            // Here, inside the savepoint, so that a panicking rule leaves nothing open behind it.
            let work = async {
                request.mutation.reject_nul()?;
                apply_mutation(conn, match_cache, request).await
            };
            let work = AssertUnwindSafe(work).catch_unwind();
            let panicked = || QueryError::InvariantViolated("the write panicked".to_owned());
            work.await.unwrap_or_else(|_| Err(panicked()))
        })
        .await;
    let (answer, heads) = match result {
        Err(error) => (Err(error.into_rejection()?), Vec::new()),
        Ok(effect) => {
            let heads = log::append(conn, request.received_at, &effect.messages).await?;
            (Ok(to_outcome(effect, &heads)), heads)
        }
    };
    if let Some(key) = &request.idempotency_key {
        idempotency::store_outcome(conn, secret, (request, key), &answer).await?;
    }
    Ok((answer, heads))
}

fn to_outcome(effect: MutationEffect, heads: &[(StreamId, i64)]) -> Outcome {
    let stream_head = heads.iter().find(|(stream, _)| Some(*stream) == effect.stream).copied();
    let MutationEffect { status, body, etag, .. } = effect;
    Outcome { status, body, etag, stream_head: stream_head, is_replay: false }
}

#[rustfmt::skip]
#[expect(clippy::too_many_lines, reason = "a table, with a line for each kind of write")]
async fn apply_mutation(conn: &mut Conn, match_cache: &MatchCache, request: &MutationRequest) -> QueryResult<MutationEffect> {
    match &request.mutation {
        Mutation::CreateUser(user) => users::create(conn, request, user).await,
        Mutation::CreateIdentity(identity) => identities::create(conn, request, identity).await,
        Mutation::EditUser { id, edit } => users::edit(conn, request, *id, edit).await,
        Mutation::CreateTeam(fields) => teams::create(conn, request, fields).await,
        Mutation::EditTeam { id, fields } => teams::edit(conn, request, *id, fields).await,
        Mutation::DeleteTeam { id } => teams::delete(conn, request, *id).await,
        Mutation::AddPlayer { team_id, fields } => players::add(conn, *team_id, fields).await,
        Mutation::EditPlayer { team_id, id, fields } => players::edit(conn, request, (*team_id, *id), fields).await,
        Mutation::RemovePlayer { team_id, id } => players::remove(conn, request, (*team_id, *id)).await,
        Mutation::AddMember { team_id, user_id, role } => members::add(conn, *team_id, *user_id, role).await,
        Mutation::RemoveMember { team_id, user_id } => members::remove(conn, *team_id, *user_id).await,
        Mutation::CreateMatch(fields) => matches::create(conn, request, fields).await,
        Mutation::EditMatch { id, fields } => matches::edit(conn, match_cache, request, (*id, fields)).await,
        Mutation::DeleteMatch { id } => matches::delete(conn, match_cache, request, *id).await,
        Mutation::AcceptMatch { match_id, team_id } => matches::accept(conn, match_cache, request, (*match_id, *team_id)).await,
        Mutation::AddOfficial { match_id, user_id, role } => officials::add(conn, *match_id, *user_id, role).await,
        Mutation::RemoveOfficial { match_id, user_id } => officials::remove(conn, *match_id, *user_id).await,
        Mutation::CreateEvent(fields) => events::create(conn, request, fields).await,
        Mutation::EditEvent { id, fields } => events::edit(conn, request, *id, fields).await,
        Mutation::DeleteEvent { id } => events::delete(conn, request, *id).await,
        Mutation::AddManager { event_id, user_id } => managers::add(conn, *event_id, *user_id).await,
        Mutation::RemoveManager { event_id, user_id } => managers::remove(conn, *event_id, *user_id).await,
        Mutation::RegisterUser { event_id, user_id } => registrations::add_user(conn, *event_id, *user_id).await,
        Mutation::UnregisterUser { event_id, user_id } => registrations::remove_user(conn, *event_id, *user_id).await,
        Mutation::RegisterTeam { event_id, team_id, by_admin } => registrations::add_team(conn, request, (*event_id, *team_id), *by_admin).await,
        Mutation::AcceptRegistration { event_id, team_id } => registrations::accept(conn, request, *event_id, *team_id).await,
        Mutation::SetDeduction { event_id, team_id, fields } => registrations::set_deduction(conn, request, (*event_id, *team_id), fields).await,
        Mutation::UnregisterTeam { event_id, team_id } => registrations::remove_team(conn, *event_id, *team_id).await,
        Mutation::CreateAnnouncement(fields) => announcements::create(conn, request, fields).await,
        Mutation::EditAnnouncement { id, fields } => announcements::edit(conn, request, *id, fields).await,
        Mutation::DeleteAnnouncement { id } => announcements::delete(conn, request, *id).await,
        Mutation::BroadcastAnnouncement { id } => announcements::broadcast(conn, request, *id).await,
        Mutation::ExpireAnnouncement { id } => announcements::expire_now(conn, request, *id).await,
        Mutation::CreatePurchase { event_id, ticket_type, quantity } => purchases::create(conn, request, *event_id, (ticket_type, *quantity)).await,
        Mutation::SetPurchaseStatus { id, status } => purchases::set_status(conn, request, *id, status).await,
        Mutation::SetTicketStatus { code, status } => purchases::set_ticket_status(conn, request, code, status).await,
        Mutation::ApplyMatchAction { match_id, .. } => entries::apply_action(conn, match_cache, request, *match_id).await,
    }
}
