//! The one writer: takes all that waits, commits it together, then answers each.

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel_async::AsyncConnection;
use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use super::{Conn, WRITER_PRAGMAS, connect, poll_once, store_failure, wrap_connection};
use crate::bus::CommitNotifier;
use crate::domain::topic::{Seq, StreamId};
use crate::store::error::{QueryError, QueryResult};
use crate::store::{Result, StoreError, WithHeads};

/// Writes that share a commit, and its flush. More would let the first wait for the last.
const MAX_BATCH_WRITES: usize = 64;
/// Writes that may wait: some 200 ms of work; more would time out anyway.
const MAX_QUEUED_WRITES: usize = 1024;

#[derive(Clone)]
pub struct WriterHandle(mpsc::Sender<Box<dyn QueuedWrite>>);

impl WriterHandle {
    /// Starts the thread that owns the connection. It ends when the last clone of this is gone.
    pub fn spawn(path: String, conn: Conn, notifier: CommitNotifier) -> Result<Self> {
        let (queue, waiting) = mpsc::channel(MAX_QUEUED_WRITES);
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || run_writer(&path, conn, &notifier, waiting))
            .map_err(store_failure)?;
        Ok(Self(queue))
    }

    /// Does `work` in a savepoint of the next commit. Fails with `Unavailable` if too many wait.
    pub async fn submit<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<WithHeads<T>>>
            + Send
            + 'static,
    {
        let (reply, response) = oneshot::channel();
        let waiting = PendingWrite { work: Some(work), result: None, reply: reply };
        self.0
            .try_send(Box::new(waiting))
            .map_err(|_| unavailable("too many writes are waiting"))?;
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
            // Whatever state the old connection is in: closing it rolls back what it holds.
            conn = wrap_connection(fresh);
        }
        let heads: Vec<_> = batch.iter().flat_map(|work| work.heads()).copied().collect();
        if failure.is_none() {
            notifier.notify(&heads);
        }
        for work in batch {
            work.reply(failure.as_ref());
        }
    }
}

/// One transaction, one flush; each write in a savepoint of its own, so that it fails alone.
async fn commit_batch(conn: &mut Conn, batch: &mut [Box<dyn QueuedWrite>]) -> QueryResult<()> {
    // Not `immediate_transaction`: diesel-async has it for its own runtime only.
    let begin =
        |conn: &mut _| AnsiTransactionManager::begin_transaction_sql(conn, "begin immediate");
    conn.spawn_blocking(begin).await?;
    for work in batch.iter_mut() {
        work.run(conn).await;
    }
    let committed = conn.spawn_blocking(AnsiTransactionManager::commit_transaction).await;
    Ok(committed?)
}

/// A write that waits for the commit it shares, whatever it gives.
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

    /// Answers with what was done, or with why nothing of the batch was.
    fn reply(self: Box<Self>, failure: Option<&StoreError>) {
        let result = match (failure, self.result) {
            (Some(StoreError::Unavailable(words)), _) => {
                Err(StoreError::Unavailable(words.clone()))
            }
            (Some(failure), _) => Err(store_failure(failure)),
            (None, Some(Ok((value, _)))) => Ok(value),
            (None, Some(Err(error))) => Err(error.into()),
            (None, None) => {
                Err(QueryError::InvariantViolated("the write was not run".to_owned()).into())
            }
        };
        // The caller may have gone; the write stands all the same.
        let _ = self.reply.send(result);
    }
}
