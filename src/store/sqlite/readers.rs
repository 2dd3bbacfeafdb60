//! Connections that only read; each use is one hop to a thread that may block.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::{Conn, READER_PRAGMAS, connect, poll_once, wrap_connection};
use crate::store::error::QueryResult;
use crate::store::{Result, StoreError};

pub struct ReaderPool {
    path: String,
    /// As many permits as there may be readers; waiters queue fairly.
    permits: Arc<Semaphore>,
    idle_connections: Arc<Mutex<Vec<Conn>>>,
    runtime: Handle,
}

impl ReaderPool {
    pub fn open(path: &str, count: usize, runtime: Handle) -> Result<Self> {
        let count = count.clamp(1, 64);
        let idle = (0..count)
            .map(|_| Ok(wrap_connection(connect(path, READER_PRAGMAS)?)))
            .collect::<Result<_>>()?;
        let free = Arc::new(Semaphore::new(count));
        Ok(Self {
            path: path.to_owned(),
            permits: free,
            idle_connections: Arc::new(Mutex::new(idle)),
            runtime,
        })
    }

    /// Runs to its end also when the caller stops waiting, so that no reader is lost half-way.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<T>> + Send + 'static,
    {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(unavailable)?;
        let idle = Arc::clone(&self.idle_connections);
        let path = self.path.clone();
        let read = self.runtime.spawn_blocking(move || {
            let taken = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            // None is idle after a panic took one with it: open another.
            let mut conn = match taken {
                Some(conn) => conn,
                None => wrap_connection(connect(&path, READER_PRAGMAS)?),
            };
            let found = poll_once(work(&mut conn));
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
            drop(permit);
            Ok(found?)
        });
        read.await.map_err(unavailable)?
    }
}

fn unavailable(error: impl ToString) -> StoreError {
    StoreError::Unavailable(error.to_string())
}
