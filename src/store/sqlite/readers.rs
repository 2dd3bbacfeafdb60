//! Read-only connections; each read runs on a thread that may block.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::connection::{Conn, READER_PRAGMAS, connect, poll_once, wrap_connection};
use crate::store::error::QueryResult;
use crate::store::{Result, StoreError};

/// A fixed number of read-only connections.
pub struct ReaderPool {
    path: String,
    /// One per reader; waiters queue fairly.
    permits: Arc<Semaphore>,
    idle_connections: Arc<Mutex<Vec<Conn>>>,
    runtime: Handle,
}

impl ReaderPool {
    /// Opens `count` connections, at least 1 and at most 64.
    pub fn open(path: &str, count: usize, runtime: Handle) -> Result<Self> {
        let count = count.clamp(1, 64);
        let idle_connections = (0..count)
            .map(|_| Ok(wrap_connection(connect(path, READER_PRAGMAS)?)))
            .collect::<Result<_>>()?;
        let permits = Arc::new(Semaphore::new(count));
        Ok(Self {
            path: path.to_owned(),
            permits,
            idle_connections: Arc::new(Mutex::new(idle_connections)),
            runtime,
        })
    }

    /// Runs to completion even if the caller stops waiting, so that no connection is lost.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<T>> + Send + 'static,
    {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(unavailable)?;
        let idle_connections = Arc::clone(&self.idle_connections);
        let path = self.path.clone();
        let read = self.runtime.spawn_blocking(move || {
            let idle = idle_connections.lock().unwrap_or_else(PoisonError::into_inner).pop();
            // After a panic took a connection with it, none is idle: open another.
            let mut conn = match idle {
                Some(conn) => conn,
                None => wrap_connection(connect(&path, READER_PRAGMAS)?),
            };
            let result = poll_once(work(&mut conn));
            idle_connections.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
            drop(permit);
            Ok(result?)
        });
        read.await.map_err(unavailable)?
    }
}

fn unavailable(error: impl ToString) -> StoreError {
    StoreError::Unavailable(error.to_string())
}
