//! The one writer: takes all that waits, commits it together, then answers each.

use diesel::connection::AnsiTransactionManager;
use diesel::connection::TransactionManager;
use diesel_async::AsyncConnection;
use futures_util::future::BoxFuture;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use super::Conn;
use super::WRITER;
use super::connect;
use super::failed;
use super::finish;
use super::wrap;
use crate::bus::Bell;
use crate::domain::topic::Seq;
use crate::domain::topic::Stream;
use crate::store::Result;
use crate::store::StoreError;
use crate::store::Told;
use crate::store::error::Fault;
use crate::store::error::Found;

/// Writes that share a commit, and its flush. More would let the first wait for the last.
const BATCH: usize = 64;
/// Writes that may wait: some 200 ms of work; more would time out anyway.
const WAITING: usize = 1024;

#[derive(Clone)]
pub struct Writer(mpsc::Sender<Box<dyn Work>>);

impl Writer {
    /// Starts the thread that owns the connection. It ends when the last clone of this is gone.
    pub fn start(path: String, conn: Conn, bell: Bell) -> Result<Self> {
        let (queue, waiting) = mpsc::channel(WAITING);
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || run(&path, conn, &bell, waiting))
            .map_err(failed)?;
        Ok(Self(queue))
    }

    /// Does `work` in a savepoint of the next commit. Fails with `Unavailable` if too many wait.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Found<Told<T>>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { work: Some(work), done: None, answer };
        self.0.try_send(Box::new(waiting)).map_err(|_| busy("too many writes are waiting"))?;
        answered.await.map_err(|_| busy("the writer has stopped"))?
    }
}

fn busy(words: &str) -> StoreError {
    StoreError::Unavailable(words.to_owned())
}

fn run(path: &str, mut conn: Conn, bell: &Bell, mut waiting: mpsc::Receiver<Box<dyn Work>>) {
    while let Some(first) = waiting.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < BATCH
            && let Ok(next) = waiting.try_recv()
        {
            batch.push(next);
        }
        let committed = finish(commit(&mut conn, &mut batch));
        let failure = committed.err().map(StoreError::from);
        if failure.is_some()
            && let Ok(fresh) = connect(path, WRITER)
        {
            // Whatever state the old connection is in: closing it rolls back what it holds.
            conn = wrap(fresh);
        }
        let heads: Vec<_> = batch.iter().flat_map(|work| work.heads()).copied().collect();
        if failure.is_none() {
            bell.ring(&heads);
        }
        for work in batch {
            work.settle(failure.as_ref());
        }
    }
}

/// One transaction, one flush; each write in a savepoint of its own, so that it fails alone.
async fn commit(conn: &mut Conn, batch: &mut [Box<dyn Work>]) -> Found<()> {
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
trait Work: Send {
    fn run<'c>(&'c mut self, conn: &'c mut Conn) -> BoxFuture<'c, ()>;
    fn heads(&self) -> &[(Stream, Seq)];
    fn settle(self: Box<Self>, failure: Option<&StoreError>);
}

struct Waiting<T, F> {
    work: Option<F>,
    done: Option<Found<Told<T>>>,
    answer: oneshot::Sender<Result<T>>,
}

impl<T, F> Work for Waiting<T, F>
where
    T: Send + 'static,
    F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Found<Told<T>>> + Send + 'static,
{
    fn run<'c>(&'c mut self, conn: &'c mut Conn) -> BoxFuture<'c, ()> {
        Box::pin(async move {
            if let Some(work) = self.work.take() {
                let done = conn.transaction(async |conn: &mut Conn| work(conn).await).await;
                self.done = Some(done);
            }
        })
    }

    fn heads(&self) -> &[(Stream, Seq)] {
        match &self.done {
            Some(Ok((_, heads))) => heads,
            _ => &[],
        }
    }

    /// Answers with what was done, or with why nothing of the batch was.
    fn settle(self: Box<Self>, failure: Option<&StoreError>) {
        let answer = match (failure, self.done) {
            (Some(StoreError::Unavailable(words)), _) => {
                Err(StoreError::Unavailable(words.clone()))
            }
            (Some(failure), _) => Err(failed(failure)),
            (None, Some(Ok((value, _)))) => Ok(value),
            (None, Some(Err(fault))) => Err(fault.into()),
            (None, None) => Err(Fault::Broken("the write was not run".to_owned()).into()),
        };
        // The caller may have gone; the write stands all the same.
        let _ = self.answer.send(answer);
    }
}
