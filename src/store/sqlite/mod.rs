//! `SQLite`: one writer with group commit, and a pool of readers.

mod migrate;
mod readers;
mod writer;

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel_async::sync_connection_wrapper::{SpawnBlocking, SyncConnectionWrapper};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use tokio::runtime::Handle;

use crate::bus::CommitNotifier;
use crate::store::error::{QueryError, QueryResult};
use crate::store::{Result, StoreError, WithHeads};

/// Nothing to lock: the one writer holds the only lock.
macro_rules! for_update {
    ($query:expr) => {
        $query
    };
}

/// Nothing to skip: no other node uses the file.
macro_rules! skip_locked {
    ($query:expr) => {
        $query
    };
}

/// Runs two queries one after the other: there is no round trip to save.
macro_rules! join_queries {
    ($conn:ident, $first_query:expr, $second_query:expr) => {
        ($first_query.await?, $second_query.await?)
    };
}

#[path = "../queries/mod.rs"]
pub mod queries;

/// Queries that differ between the databases: here for `SQLite`.
pub mod dialect {
    use diesel::prelude::*;
    use diesel_async::RunQueryDsl;

    pub use super::Conn;
    use crate::domain::topic::Seq;
    use crate::store::error::QueryResult;
    use crate::store::rows::{MessageRow, SeatRow};
    use crate::store::schema::{messages, seats, streams};

    /// Reserves `count` sequence numbers per topic. Returns each stream's id and new head; `None`
    /// for a stream that does not exist yet.
    pub async fn bump_heads(
        conn: &mut Conn,
        topics: &[(String, i64)],
    ) -> QueryResult<Vec<Option<(i64, Seq)>>> {
        let mut bumped = Vec::with_capacity(topics.len());
        for (topic, count) in topics {
            let stream = diesel::update(streams::table.filter(streams::topic.eq(topic)))
                .set(streams::head_seq.eq(streams::head_seq + *count))
                .returning((streams::id, streams::head_seq));
            bumped.push(stream.get_result(conn).await.optional()?);
        }
        Ok(bumped)
    }

    /// Inserts messages row by row, with one prepared statement.
    pub async fn insert_messages(conn: &mut Conn, rows: Vec<MessageRow>) -> QueryResult<()> {
        for row in rows {
            diesel::insert_into(messages::table).values(row).execute(conn).await?;
        }
        Ok(())
    }

    /// Inserts seats row by row, with one prepared statement.
    pub async fn insert_seats(conn: &mut Conn, rows: Vec<SeatRow>) -> QueryResult<()> {
        for row in rows {
            diesel::insert_into(seats::table).values(row).execute(conn).await?;
        }
        Ok(())
    }
}

/// The migrations, compiled into the binary.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// A connection whose statements run inline on the calling thread: these threads may block, and
/// handing each statement to another thread costs more than the statement.
pub type Conn = SyncConnectionWrapper<SqliteConnection, InlineRuntime>;

/// Runs "blocking" tasks inline.
pub struct InlineRuntime;

impl SpawnBlocking for InlineRuntime {
    fn spawn_blocking<'a, R>(
        &mut self,
        task: impl FnOnce() -> R + Send + 'static,
    ) -> BoxFuture<'a, std::result::Result<R, Box<dyn Error + Send + Sync + 'static>>>
    where
        R: Send + 'static,
    {
        ready(Ok(task())).boxed()
    }

    fn get_runtime() -> Self {
        Self
    }
}

/// Returns the result of a future that never waits, because its statements run inline.
fn poll_once<T>(work: impl Future<Output = QueryResult<T>>) -> QueryResult<T> {
    let not_ready = || QueryError::InvariantViolated("a statement did not run inline".to_owned());
    work.now_or_never().unwrap_or_else(|| Err(not_ready()))
}

/// The `SQLite` backend: one writer, and a pool of readers.
#[derive(Clone)]
pub struct SqliteBackend {
    writer: writer::WriterHandle,
    reader_pool: Arc<readers::ReaderPool>,
}

/// `synchronous=full`: an acknowledged write survives a power cut; with group commit it is one
/// flush for many writes.
const WRITER_PRAGMAS: &str = "pragma busy_timeout = 5000; pragma journal_mode = wal; \
     pragma synchronous = full; pragma foreign_keys = on; pragma temp_store = memory; \
     pragma cache_size = -16000; pragma mmap_size = 134217728;";
const READER_PRAGMAS: &str = "pragma busy_timeout = 5000; pragma query_only = on; \
     pragma temp_store = memory; pragma cache_size = -4000; pragma mmap_size = 134217728;";

impl SqliteBackend {
    /// Opens or creates the file at `path`, and runs pending migrations.
    pub async fn open(path: &str, readers: usize, notifier: CommitNotifier) -> Result<Self> {
        let runtime = Handle::current();
        let path = path.to_owned();
        let opening = runtime.clone().spawn_blocking(move || {
            create_private_file(Path::new(&path))?;
            let mut conn = connect(&path, WRITER_PRAGMAS)?;
            migrate::migrate(&path, &mut conn)?;
            let writer =
                writer::WriterHandle::spawn(path.clone(), wrap_connection(conn), notifier)?;
            let readers = readers::ReaderPool::open(&path, readers, runtime)?;
            Ok(Self { writer, reader_pool: Arc::new(readers) })
        });
        opening.await.map_err(store_failure)?
    }

    /// Runs `work` on a reader.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<T>> + Send + 'static,
    {
        self.reader_pool.read(work).await
    }

    /// Runs `work` on a reader, on one consistent snapshot of the data.
    pub async fn read_consistently<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<T>> + Send + 'static,
    {
        use diesel_async::AsyncConnection;
        self.reader_pool
            .read(move |conn| {
                Box::pin(conn.transaction(async move |conn: &mut Conn| work(conn).await))
            })
            .await
    }

    /// Runs `work` in a transaction and notifies after the commit; runs to completion once begun.
    pub async fn write_transaction<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> Fn(&'c mut Conn) -> BoxFuture<'c, QueryResult<WithHeads<T>>>
            + Send
            + Sync
            + 'static,
    {
        self.writer.submit(work).await
    }
}

/// Creates the file readable only by its owner: it holds password hashes.
fn create_private_file(path: &Path) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let unavailable =
        |error| StoreError::Unavailable(format!("can't open {}: {error}", path.display()));
    options.open(path).map(drop).map_err(unavailable)
}

fn connect(path: &str, pragmas: &str) -> Result<SqliteConnection> {
    let unavailable = |error: &dyn Error| StoreError::Unavailable(format!("{path}: {error}"));
    let mut conn = SqliteConnection::establish(path).map_err(|error| unavailable(&error))?;
    conn.batch_execute(pragmas).map_err(|error| unavailable(&error))?;
    Ok(conn)
}

fn wrap_connection(conn: SqliteConnection) -> Conn {
    SyncConnectionWrapper::with_runtime(conn, InlineRuntime)
}

fn store_failure(error: impl ToString) -> StoreError {
    StoreError::Internal(error.to_string())
}
