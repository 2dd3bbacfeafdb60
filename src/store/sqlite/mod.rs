//! `SQLite`: one writer with group commit, and a pool of readers.

mod connection;
pub mod dialect;
mod migrate;
mod readers;
mod writer;

use std::path::Path;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::runtime::Handle;

use crate::bus::CommitNotifier;
use crate::store::error::QueryResult;
use crate::store::model::WithHeads;
use crate::store::sqlite::connection::{
    Conn, WRITER_PRAGMAS, connect, store_failure, wrap_connection,
};
use crate::store::sqlite::readers::ReaderPool;
use crate::store::sqlite::writer::WriterHandle;
use crate::store::{Result, StoreError};

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

/// The `SQLite` backend: one writer, and a pool of readers.
#[derive(Clone)]
pub struct SqliteBackend {
    writer: WriterHandle,
    reader_pool: Arc<ReaderPool>,
}

impl SqliteBackend {
    /// Opens or creates the file at `path`, and runs pending migrations.
    pub async fn open(path: &str, readers: usize, notifier: CommitNotifier) -> Result<Self> {
        let runtime = Handle::current();
        let path = path.to_owned();
        let opening = runtime.clone().spawn_blocking(move || {
            create_private_file(Path::new(&path))?;
            let mut conn = connect(&path, WRITER_PRAGMAS)?;
            migrate::migrate(&path, &mut conn)?;
            let writer = WriterHandle::spawn(path.clone(), wrap_connection(conn), notifier)?;
            let readers = ReaderPool::open(&path, readers, runtime)?;
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
