//! `PostgreSQL`: pooled connections, one transaction a write.

mod connector;
pub mod leadership_lock;
mod work_error;

use std::sync::Arc;

use deadpool::Runtime;
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::{AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::runtime::Handle;

use crate::bus::CommitNotifier;
use crate::bus::connection::ConnectFn;
use crate::store::error::QueryResult;
use crate::store::postgres::work_error::WorkError;
use crate::store::{DatabaseTimeouts, Result, StoreError, StoreOptions, WithHeads};

/// Rows that one command changes: locked until its transaction ends.
macro_rules! for_update {
    ($query:expr) => {
        $query.for_update()
    };
}

/// Rows that one node takes: those that another has in hand are left to it.
macro_rules! skip_locked {
    ($query:expr) => {
        $query.for_update().skip_locked()
    };
}

/// Two statements at once, each over `conn`: one round trip while the match is locked.
macro_rules! join_queries {
    ($conn:ident, $one:expr, $two:expr) => {{
        let shared: &Conn = $conn;
        let (mut first, mut second) = (shared, shared);
        let one = {
            let $conn = &mut first;
            $one
        };
        let two = {
            let $conn = &mut second;
            $two
        };
        futures_util::future::try_join(one, two).await?
    }};
}

#[path = "../queries/mod.rs"]
pub mod queries;

/// What these queries do in `PostgreSQL`'s own way.
pub mod dialect {
    use diesel::prelude::*;
    use diesel_async::RunQueryDsl;
    use futures_util::future::try_join_all;

    pub use super::Conn;
    use crate::domain::topic::Seq;
    use crate::store::error::QueryResult;
    use crate::store::rows::{MessageRow, SeatRow};
    use crate::store::schema::{messages, seats, streams};

    /// Gives out `count` numbers of each topic; `None` where there is no such stream yet.
    ///
    /// One round trip; the server locks the rows in the order asked.
    pub async fn bump_heads(
        conn: &mut Conn,
        topics: &[(String, i64)],
    ) -> QueryResult<Vec<Option<(i64, Seq)>>> {
        let shared: &Conn = conn;
        let bumps = topics.iter().map(async |(topic, count)| {
            diesel::update(streams::table.filter(streams::topic.eq(topic)))
                .set(streams::head_seq.eq(streams::head_seq + *count))
                .returning((streams::id, streams::head_seq))
                .get_result(&mut &*shared)
                .await
                .optional()
        });
        Ok(try_join_all(bumps).await?)
    }

    /// One round trip, of a statement that is prepared once: the head rows are locked meanwhile.
    pub async fn insert_messages(conn: &mut Conn, rows: Vec<MessageRow>) -> QueryResult<()> {
        let shared: &Conn = conn;
        let inserts = rows.into_iter().map(async |row| {
            diesel::insert_into(messages::table).values(row).execute(&mut &*shared).await
        });
        try_join_all(inserts).await?;
        Ok(())
    }

    /// One statement: the event's row is locked meanwhile, and buyers queue for it.
    pub async fn insert_seats(conn: &mut Conn, rows: Vec<SeatRow>) -> QueryResult<()> {
        diesel::insert_into(seats::table).values(rows).execute(conn).await?;
        Ok(())
    }
}

pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

pub type Conn = AsyncPgConnection;

/// Names the lock that nodes starting together queue for ("touch" in ASCII).
const MIGRATION_LOCK: i64 = 0x74_6f75_6368;
/// Tries of a transaction that was in another's way; the order of locks makes even one rare.
const MAX_ATTEMPTS: usize = 5;

#[derive(Clone)]
pub struct PostgresBackend {
    pool: Pool<Conn>,
    /// Where connections live: a pooled connection must not belong to a thread of requests.
    runtime: Handle,
    commit_notifier: CommitNotifier,
    connector: Arc<connector::PostgresConnector>,
    timeouts: DatabaseTimeouts,
}

impl PostgresBackend {
    /// Connects, and runs the migrations that the database lacks.
    pub async fn open(options: &StoreOptions, notifier: CommitNotifier) -> Result<Self> {
        let connector = connector::PostgresConnector::new(options)?;
        let connector = Arc::new(connector);
        let mut config = ManagerConfig::default();
        // Connections say themselves when they are broken: no question before each use.
        config.recycling_method = RecyclingMethod::Fast;
        let pooled = Arc::clone(&connector);
        config.custom_setup = Box::new(move |_| {
            let connector = Arc::clone(&pooled);
            async move { connector.connect().await }.boxed()
        });
        let manager = AsyncDieselConnectionManager::new_with_config(&options.url, config);
        let pool = Pool::builder(manager)
            .max_size(options.max_connections.max(1))
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(options.timeouts.connection))
            .create_timeout(Some(options.timeouts.connection))
            .recycle_timeout(Some(options.timeouts.connection))
            .build()
            .map_err(|error| StoreError::Internal(error.to_string()))?;
        let (runtime, timeouts) = (Handle::current(), options.timeouts);
        let database =
            Self { pool, runtime, commit_notifier: notifier, connector, timeouts: timeouts };
        database.migrate().await?;
        Ok(database)
    }

    /// Opens lines to the same server.
    pub fn bus_connect_fn(&self) -> ConnectFn {
        connector::bus_connect_fn(Arc::clone(&self.connector))
    }

    async fn migrate(&self) -> Result<()> {
        let database = self.clone();
        self.run_to_completion(async move {
            let conn = database.acquire_connection().await?;
            // A connection of its own: what is set here ends with it.
            let mut conn = Object::take(conn);
            diesel::sql_query("set statement_timeout = 0").execute(&mut conn).await?;
            let lock = format!("select pg_advisory_lock({MIGRATION_LOCK})");
            diesel::sql_query(lock).execute(&mut conn).await?;
            let mut harness = AsyncMigrationHarness::new(conn);
            let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
                WorkError::Store(StoreError::Internal(format!("migrations: {error}")))
            };
            harness.run_pending_migrations(MIGRATIONS).map(drop).map_err(failed)
        })
        .await
    }

    async fn acquire_connection(&self) -> std::result::Result<Object<Conn>, WorkError> {
        let unavailable = |error: diesel_async::pooled_connection::deadpool::PoolError| {
            WorkError::Store(StoreError::Unavailable(error.to_string()))
        };
        self.pool.get().await.map_err(unavailable)
    }

    /// Runs `work` where connections live, to its end, whoever stops waiting.
    async fn run_to_completion<T: Send + 'static>(
        &self,
        work: impl Future<Output = std::result::Result<T, WorkError>> + Send + 'static,
    ) -> Result<T> {
        let result = self.runtime.spawn(work).await;
        let ended = result.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        ended.map_err(|stopped| match stopped {
            WorkError::Store(error) => error,
            WorkError::Query(fault) => fault.into(),
        })
    }

    /// Does `work`, each statement by itself.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<T>> + Send + 'static,
    {
        let database = self.clone();
        self.run_to_completion(async move {
            let conn = database.acquire_connection().await?;
            database.run_with_timeout(conn, async |conn| Ok(work(conn).await?)).await
        })
        .await
    }

    /// Does `work` on a connection, which is thrown away where it takes for ever: a server that
    /// is cut off, or that stands still, says nothing.
    async fn run_with_timeout<T>(
        &self,
        mut conn: Object<Conn>,
        work: impl AsyncFnOnce(&mut Conn) -> std::result::Result<T, WorkError>,
    ) -> std::result::Result<T, WorkError> {
        if self.timeouts.statement.is_zero() {
            return work(&mut conn).await;
        }
        let timeout = self.timeouts.connection + self.timeouts.statement;
        if let Ok(result) = tokio::time::timeout(timeout, work(&mut conn)).await {
            if matches!(&result, Err(WorkError::Query(fault)) if fault.is_read_only_server()) {
                drop(Object::take(conn));
            }
            return result;
        }
        drop(Object::take(conn));
        let detail = format!("nothing was heard of it in {} s", timeout.as_secs());
        Err(WorkError::Store(StoreError::Unavailable(detail)))
    }

    /// Does `work`: all of it sees one moment.
    pub async fn read_consistently<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<T>> + Send + 'static,
    {
        self.read(move |conn| {
            Box::pin(async move {
                let mut transaction = conn.build_transaction().read_only().repeatable_read();
                transaction.run(async |conn: &mut Conn| work(conn).await).await
            })
        })
        .await
    }

    /// Does `work` and commits it, then rings the bell; runs to its end once it has begun.
    pub async fn write_transaction<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> Fn(&'c mut Conn) -> BoxFuture<'c, QueryResult<WithHeads<T>>>
            + Send
            + Sync
            + 'static,
    {
        let database = self.clone();
        self.run_to_completion(async move {
            let conn = database.acquire_connection().await?;
            let result = database.run_with_timeout(conn, async |conn| {
                let mut attempts = 0;
                loop {
                    attempts += 1;
                    let done = conn.transaction(async |conn: &mut Conn| work(conn).await).await;
                    match done {
                        Err(error) if error.is_retryable_conflict() && attempts < MAX_ATTEMPTS => {}
                        done => break Ok(done?),
                    }
                }
            });
            let (value, heads) = result.await?;
            database.commit_notifier.notify(&heads);
            Ok(value)
        })
        .await
    }
}

/// Opens lines to another address than the pool's.
pub fn bus_connect_fn_to(options: &StoreOptions) -> Result<ConnectFn> {
    Ok(connector::bus_connect_fn(Arc::new(connector::PostgresConnector::new(options)?)))
}
