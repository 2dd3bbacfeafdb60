//! A lock in the database that is held as long as a connection lives.

use std::sync::Arc;
use std::time::Duration;

use diesel::QueryableByName;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use tokio::runtime::Handle;

use super::Conn;
use super::Database;
use super::connect::Connector;
use crate::store::Result;
use crate::store::StoreError;

/// Names the lock ("leads" in ASCII).
const LOCK: i64 = 0x6c_6561_6473;

/// A server that doesn't answer for so long may have given the lock to another node.
const PATIENCE: Duration = Duration::from_secs(5);

pub struct Lead {
    connector: Arc<Connector>,
    runtime: Handle,
    held: Option<Held>,
}

/// A connection, and whether it has the lock.
struct Held {
    conn: Conn,
    has_lock: bool,
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    is_had: bool,
}

impl Database {
    pub fn lead(&self) -> Lead {
        let (connector, runtime) = (Arc::clone(&self.connector), self.runtime.clone());
        Lead { connector, runtime, held: None }
    }
}

impl Lead {
    /// Whether the lock is held; a connection that fails is thrown away, and the lock with it.
    pub async fn is_ours(&mut self) -> Result<bool> {
        let (connector, held) = (Arc::clone(&self.connector), self.held.take());
        // Where connections live.
        let asked = self.runtime.spawn(async move {
            let held = match held {
                Some(held) => held,
                None => Held { conn: connector.leader().await.map_err(gone)?, has_lock: false },
            };
            held.ask().await
        });
        let held = match tokio::time::timeout(PATIENCE, asked).await {
            Ok(asked) => asked.map_err(gone)??,
            Err(late) => return Err(gone(late)),
        };
        let is_ours = held.has_lock;
        self.held = Some(held);
        Ok(is_ours)
    }
}

impl Held {
    async fn ask(mut self) -> Result<Self> {
        let ask = if self.has_lock {
            "select true as is_had".to_owned()
        } else {
            format!("select pg_try_advisory_lock({LOCK}) as is_had")
        };
        let asked = diesel::sql_query(ask).get_result::<Answer>(&mut self.conn).await;
        self.has_lock = asked.map_err(gone)?.is_had;
        Ok(self)
    }
}

fn gone(error: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable(error.to_string())
}
