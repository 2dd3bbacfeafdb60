//! Connections that only read; each use is one hop to a thread that may block.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use futures_util::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::Conn;
use super::READER;
use super::connect;
use super::finish;
use super::wrap;
use crate::store::Result;
use crate::store::StoreError;
use crate::store::error::Found;

pub struct Readers {
    path: String,
    /// As many permits as there may be readers; waiters queue fairly.
    free: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Conn>>>,
    runtime: Handle,
}

impl Readers {
    pub fn open(path: &str, count: usize, runtime: Handle) -> Result<Self> {
        let count = count.clamp(1, 64);
        let idle = (0..count).map(|_| Ok(wrap(connect(path, READER)?))).collect::<Result<_>>()?;
        let free = Arc::new(Semaphore::new(count));
        Ok(Self { path: path.to_owned(), free, idle: Arc::new(Mutex::new(idle)), runtime })
    }

    /// Runs to its end also when the caller stops waiting, so that no reader is lost half-way.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Found<T>> + Send + 'static,
    {
        let permit = Arc::clone(&self.free).acquire_owned().await.map_err(closed)?;
        let idle = Arc::clone(&self.idle);
        let path = self.path.clone();
        let read = self.runtime.spawn_blocking(move || {
            let taken = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            // None is idle after a panic took one with it: open another.
            let mut conn = match taken {
                Some(conn) => conn,
                None => wrap(connect(&path, READER)?),
            };
            let found = finish(work(&mut conn));
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
            drop(permit);
            Ok(found?)
        });
        read.await.map_err(closed)?
    }
}

fn closed(error: impl ToString) -> StoreError {
    StoreError::Unavailable(error.to_string())
}
