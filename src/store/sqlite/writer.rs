//! The writer thread: commits all waiting writes together, then replies to each.

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel_async::AsyncConnection;
use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use super::connection::{Conn, WRITER_PRAGMAS, connect, poll_once, store_failure, wrap_connection};
use crate::bus::CommitNotifier;
use crate::domain::topic::{Seq, StreamId};
use crate::store::error::{QueryError, QueryResult};
use crate::store::model::WithHeads;
use crate::store::{Result, StoreError};

/// Writes per commit and flush. With more, the first would wait too long for the last.
const MAX_BATCH_WRITES: usize = 64;
/// Queued writes: some 200 ms of work; more would time out anyway.
const MAX_QUEUED_WRITES: usize = 1024;

/// Sends writes to the writer thread.
#[derive(Clone)]
pub struct WriterHandle(mpsc::Sender<Box<dyn QueuedWrite>>);

impl WriterHandle {
    /// Starts the thread that owns the connection. It ends when the last clone of the handle drops.
    pub fn spawn(path: String, conn: Conn, notifier: CommitNotifier) -> Result<Self> {
        let (queue, queued_writes) = mpsc::channel(MAX_QUEUED_WRITES);
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || run_writer(&path, conn, &notifier, queued_writes))
            .map_err(store_failure)?;
        Ok(Self(queue))
    }

    /// Runs `work` in a savepoint of the next commit. Fails with `Unavailable` if too many are
    /// queued.
    pub async fn submit<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<WithHeads<T>>>
            + Send
            + 'static,
    {
        let (reply, response) = oneshot::channel();
        let pending = PendingWrite { work: Some(work), result: None, reply };
        self.0
            .try_send(Box::new(pending))
            .map_err(|_| unavailable("too many writes are queued"))?;
        response.await.map_err(|_| unavailable("the writer has stopped"))?
    }
}

fn unavailable(detail: &str) -> StoreError {
    StoreError::Unavailable(detail.to_owned())
}

fn run_writer(
    path: &str,
    mut conn: Conn,
    notifier: &CommitNotifier,
    mut queue: mpsc::Receiver<Box<dyn QueuedWrite>>,
) {
    while let Some(first) = queue.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < MAX_BATCH_WRITES
            && let Ok(next) = queue.try_recv()
        {
            batch.push(next);
        }
        let committed = poll_once(commit_batch(&mut conn, &mut batch));
        let failure = committed.err().map(StoreError::from);
        if failure.is_some()
            && let Ok(fresh) = connect(path, WRITER_PRAGMAS)
        {
            // Closing the old connection rolls back whatever transaction it is in.
            conn = wrap_connection(fresh);
        }
        let heads: Vec<_> = batch.iter().flat_map(|write| write.heads()).copied().collect();
        if failure.is_none() {
            notifier.notify(&heads);
        }
        for write in batch {
            write.reply(failure.as_ref());
        }
    }
}

/// Runs all writes in one transaction with one flush; each in its savepoint, so that it fails
/// alone.
async fn commit_batch(conn: &mut Conn, batch: &mut [Box<dyn QueuedWrite>]) -> QueryResult<()> {
    // Not `immediate_transaction`: diesel-async has it for its own runtime only.
    let begin =
        |conn: &mut _| AnsiTransactionManager::begin_transaction_sql(conn, "begin immediate");
    conn.spawn_blocking(begin).await?;
    for write in batch.iter_mut() {
        write.run(conn).await;
    }
    let committed = conn.spawn_blocking(AnsiTransactionManager::commit_transaction).await;
    Ok(committed?)
}

/// A queued write, independent of the type of its result.
trait QueuedWrite: Send {
    fn run<'c>(&'c mut self, conn: &'c mut Conn) -> BoxFuture<'c, ()>;
    fn heads(&self) -> &[(StreamId, Seq)];
    fn reply(self: Box<Self>, failure: Option<&StoreError>);
}

struct PendingWrite<T, F> {
    work: Option<F>,
    result: Option<QueryResult<WithHeads<T>>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T, F> QueuedWrite for PendingWrite<T, F>
where
    T: Send + 'static,
    F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<WithHeads<T>>> + Send + 'static,
{
    fn run<'c>(&'c mut self, conn: &'c mut Conn) -> BoxFuture<'c, ()> {
        Box::pin(async move {
            if let Some(work) = self.work.take() {
                let result = conn.transaction(async |conn: &mut Conn| work(conn).await).await;
                self.result = Some(result);
            }
        })
    }

    fn heads(&self) -> &[(StreamId, Seq)] {
        match &self.result {
            Some(Ok((_, heads))) => heads,
            _ => &[],
        }
    }

    /// Replies with the write's result, or with the failure of the whole batch.
    fn reply(self: Box<Self>, failure: Option<&StoreError>) {
        let result = match (failure, self.result) {
            (Some(StoreError::Unavailable(detail)), _) => {
                Err(StoreError::Unavailable(detail.clone()))
            }
            (Some(failure), _) => Err(store_failure(failure)),
            (None, Some(Ok((value, _)))) => Ok(value),
            (None, Some(Err(error))) => Err(error.into()),
            (None, None) => {
                Err(QueryError::InvariantViolated("the write was not run".to_owned()).into())
            }
        };
        // The caller may be gone; the write is committed all the same.
        let _ = self.reply.send(result);
    }
}
