//! The write path: claim the idempotency key, run the mutation, publish, store the outcome.

use std::panic::AssertUnwindSafe;

use diesel_async::AsyncConnection;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::Value;

use super::dialect::Conn;
use super::idempotency::AnswerForm;
use super::{idempotency, log};
use crate::domain::message::Message;
use crate::domain::rejection::Rejection;
use crate::domain::topic::StreamId;
use crate::store::error::{QueryError, QueryResult};
use crate::store::match_cache::MatchCache;
use crate::store::model::WithHeads;
use crate::store::mutation::{self, Mutation, MutationRequest, Outcome};
use crate::store::server_secret::ServerSecret;

/// The effect of a mutation, before its messages have sequence numbers.
#[derive(Debug)]
pub struct MutationEffect {
    pub status: u16,
    pub body: Value,
    pub etag: Option<String>,
    /// The stream of the written resource.
    pub stream: Option<StreamId>,
    pub messages: Vec<Message>,
    /// The match and the number of its entry from which the body can be made again.
    pub entry: Option<(i64, i64)>,
}

impl MutationEffect {
    /// A response with this status and body, without a version and messages.
    pub fn new(status: u16, body: Value) -> Self {
        Self { status, body, etag: None, stream: None, messages: Vec::new(), entry: None }
    }

    /// 204: the resource is deleted.
    pub fn no_content() -> Self {
        Self::new(204, Value::Null)
    }

    /// Sets the `ETag` to this version.
    pub fn with_version(self, version: i64) -> Self {
        Self { etag: Some(version.to_string()), ..self }
    }

    /// Sets the messages to publish, and the stream of the written resource.
    pub fn with_messages(self, stream: StreamId, messages: Vec<Message>) -> Self {
        Self { stream: Some(stream), messages, ..self }
    }

    /// Adds messages to other streams than that of the written resource.
    pub fn and_messages(mut self, messages: Vec<Message>) -> Self {
        self.messages.extend(messages);
        self
    }
}

/// Arguments of a mutation besides its connection.
#[derive(Clone, Copy)]
pub struct RunContext<'a> {
    pub request: &'a MutationRequest,
    pub match_cache: &'a MatchCache,
}

/// The future of a running mutation.
pub type Running<'a> = BoxFuture<'a, QueryResult<MutationEffect>>;

/// The statements of a mutation, in the transaction that [`run_mutation`] has begun.
///
/// A rejection rolls back to the savepoint, so that it can be stored as the outcome; any other
/// error rolls back the whole transaction.
pub trait Run {
    /// Runs the statements and returns the effect.
    fn run<'a>(&'a self, conn: &'a mut Conn, context: RunContext<'a>) -> Running<'a>;
}

/// Runs a mutation inside the caller's transaction, which the caller commits unless this fails.
///
/// A rejection is an outcome too: the savepoint undoes the mutation's statements, and the rejection
/// is stored under the idempotency key.
///
/// - Returns: the outcome, and the heads to notify of after the commit.
/// - Cost: no statement grows with the amount of stored data.
/// - Errors: `IdempotencyKeyReused`, or a failure of the database; then nothing may be committed.
pub async fn run_mutation(
    conn: &mut Conn,
    secret: &ServerSecret,
    context: RunContext<'_>,
    mutation: &dyn Mutation,
) -> QueryResult<WithHeads<Result<Outcome, Rejection>>> {
    let request = context.request;
    if let Some(key) = &request.idempotency_key
        && let Some(outcome) =
            idempotency::claim(conn, secret, context.match_cache, (request, key)).await?
    {
        return Ok((outcome, Vec::new()));
    }
    let result = conn
        .transaction(async |conn: &mut Conn| {
            // Caught inside the savepoint, so that a panicking rule leaves no transaction open.
            let work = async {
                mutation::reject_nul(mutation)?;
                Run::run(mutation, conn, context).await
            };
            let work = AssertUnwindSafe(work).catch_unwind();
            let panicked = || QueryError::InvariantViolated("the write panicked".to_owned());
            work.await.unwrap_or_else(|_| Err(panicked()))
        })
        .await;
    let (outcome, heads, entry) = match result {
        Err(error) => (Err(error.into_rejection()?), Vec::new(), None),
        Ok(mut effect) => {
            let messages = std::mem::take(&mut effect.messages);
            let heads = log::append(conn, request.received_at, messages).await?;
            let entry = effect.entry;
            (Ok(to_outcome(effect, &heads)), heads, entry)
        }
    };
    if let Some(key) = &request.idempotency_key {
        let form = match entry {
            Some((match_id, number)) => AnswerForm::FromEntry { match_id, number },
            None if mutation.answers_with_secret() => AnswerForm::Sealed,
            None => AnswerForm::Plain,
        };
        idempotency::store_outcome(conn, secret, (request, key, form), &outcome).await?;
    }
    Ok((outcome, heads))
}

fn to_outcome(effect: MutationEffect, heads: &[(StreamId, i64)]) -> Outcome {
    let stream_head = heads.iter().find(|(stream, _)| Some(*stream) == effect.stream).copied();
    let MutationEffect { status, body, etag, .. } = effect;
    Outcome { status, body, etag, stream_head, is_replay: false }
}
