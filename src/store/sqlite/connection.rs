//! Connections to the file, whose statements run inline.

use std::error::Error;

use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel_async::sync_connection_wrapper::{SpawnBlocking, SyncConnectionWrapper};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

use crate::store::error::{QueryError, QueryResult};
use crate::store::{Result, StoreError};

/// Settings of the writer's connection.
///
/// `synchronous=full`: an acknowledged write survives a power cut; with group commit it is one
/// flush for many writes.
pub const WRITER_PRAGMAS: &str = "pragma busy_timeout = 5000; pragma journal_mode = wal; \
     pragma synchronous = full; pragma foreign_keys = on; pragma temp_store = memory; \
     pragma cache_size = -16000; pragma mmap_size = 134217728;";
/// Settings of a reader's connection.
pub const READER_PRAGMAS: &str = "pragma busy_timeout = 5000; pragma query_only = on; \
     pragma temp_store = memory; pragma cache_size = -4000; pragma mmap_size = 134217728;";

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

/// Opens a connection to the file, with these settings.
pub fn connect(path: &str, pragmas: &str) -> Result<SqliteConnection> {
    let unavailable = |error: &dyn Error| StoreError::Unavailable(format!("{path}: {error}"));
    let mut conn = SqliteConnection::establish(path).map_err(|error| unavailable(&error))?;
    conn.batch_execute(pragmas).map_err(|error| unavailable(&error))?;
    Ok(conn)
}

/// Makes a connection run its statements inline.
pub fn wrap_connection(conn: SqliteConnection) -> Conn {
    SyncConnectionWrapper::with_runtime(conn, InlineRuntime)
}

/// A failure that is no fault of the caller, and that a retry would not cure.
pub fn store_failure(error: impl ToString) -> StoreError {
    StoreError::Internal(error.to_string())
}

/// Returns the result of a future that never waits, because its statements run inline.
pub fn poll_once<T>(work: impl Future<Output = QueryResult<T>>) -> QueryResult<T> {
    let not_ready = || QueryError::InvariantViolated("a statement did not run inline".to_owned());
    work.now_or_never().unwrap_or_else(|| Err(not_ready()))
}
