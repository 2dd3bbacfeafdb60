//! The leadership lock: a `PostgreSQL` advisory lock, held as long as its connection is open.

use std::sync::Arc;
use std::time::Duration;

use diesel::QueryableByName;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use tokio::runtime::Handle;

use super::PostgresBackend;
use super::connector::{Conn, PostgresConnector};
use crate::store::{Result, StoreError};

/// Id of the advisory lock ("leads" in ASCII).
const LEADERSHIP_LOCK_ID: i64 = 0x6c_6561_6473;

/// A server that doesn't answer for this long may have given the lock to another node.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// This node's handle of the leadership lock; it opens its connection at the first attempt.
pub struct LeadershipLock {
    connector: Arc<PostgresConnector>,
    runtime: Handle,
    connection: Option<LockConnection>,
}

/// A connection, and whether it holds the lock.
struct LockConnection {
    conn: Conn,
    has_lock: bool,
}

#[derive(QueryableByName)]
struct LockRow {
    #[diesel(sql_type = Bool)]
    is_held: bool,
}

impl PostgresBackend {
    /// Creates a handle of the lock, without a connection yet.
    pub fn leadership_lock(&self) -> LeadershipLock {
        let (connector, runtime) = (Arc::clone(&self.connector), self.runtime.clone());
        LeadershipLock { connector, runtime, connection: None }
    }
}

impl LeadershipLock {
    /// Returns whether this node holds the lock. A failed connection is dropped, and the lock with
    /// it.
    pub async fn try_acquire(&mut self) -> Result<bool> {
        let (connector, connection) = (Arc::clone(&self.connector), self.connection.take());
        // Spawned on the runtime that drives the connections.
        let task = self.runtime.spawn(async move {
            let lock = match connection {
                Some(lock) => lock,
                None => LockConnection {
                    conn: connector.connect_leader().await.map_err(unavailable)?,
                    has_lock: false,
                },
            };
            lock.check_or_acquire().await
        });
        let lock = match tokio::time::timeout(LOCK_TIMEOUT, task).await {
            Ok(joined) => joined.map_err(unavailable)??,
            Err(elapsed) => return Err(unavailable(elapsed)),
        };
        let is_ours = lock.has_lock;
        self.connection = Some(lock);
        Ok(is_ours)
    }
}

impl LockConnection {
    async fn check_or_acquire(mut self) -> Result<Self> {
        let sql = if self.has_lock {
            "select true as is_held".to_owned()
        } else {
            format!("select pg_try_advisory_lock({LEADERSHIP_LOCK_ID}) as is_held")
        };
        let row = diesel::sql_query(sql).get_result::<LockRow>(&mut self.conn).await;
        self.has_lock = row.map_err(unavailable)?.is_held;
        Ok(self)
    }
}

fn unavailable(error: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable(error.to_string())
}
