//! `PostgreSQL`: pooled connections, one transaction per write.

mod connector;
pub mod dialect;
pub mod leadership_lock;
mod work_error;

use std::sync::Arc;

use deadpool::Runtime;
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::{AsyncConnection, AsyncMigrationHarness, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::runtime::Handle;

use crate::bus::CommitNotifier;
use crate::bus::connection::ConnectFn;
use crate::store::error::QueryResult;
use crate::store::model::WithHeads;
use crate::store::postgres::connector::{Conn, PostgresConnector};
use crate::store::postgres::work_error::WorkError;
use crate::store::{DatabaseTimeouts, Result, StoreError, StoreOptions};

/// Locks the selected rows until the transaction ends.
macro_rules! for_update {
    ($query:expr) => {
        $query.for_update()
    };
}

/// Locks the selected rows, and skips those that another node has locked.
macro_rules! skip_locked {
    ($query:expr) => {
        $query.for_update().skip_locked()
    };
}

/// Runs two queries concurrently over `conn`: one round trip while the match is locked.
macro_rules! join_queries {
    ($conn:ident, $first_query:expr, $second_query:expr) => {{
        let shared: &Conn = $conn;
        let (mut first, mut second) = (shared, shared);
        let first_query = {
            let $conn = &mut first;
            $first_query
        };
        let second_query = {
            let $conn = &mut second;
            $second_query
        };
        futures_util::future::try_join(first_query, second_query).await?
    }};
}

#[path = "../queries/mod.rs"]
pub mod queries;

/// The migrations, compiled into the binary.
const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Id of the advisory lock that serialises migrations of nodes starting together ("touch" in
/// ASCII).
const MIGRATION_LOCK: i64 = 0x74_6f75_6368;
/// Attempts per transaction on conflicts; the lock order makes even one rare.
const MAX_ATTEMPTS: usize = 5;

/// The `PostgreSQL` backend: a connection pool and what its transactions need.
#[derive(Clone)]
pub struct PostgresBackend {
    pool: Pool<Conn>,
    /// Runs all connections: a pooled one must not belong to the runtime of an HTTP worker.
    runtime: Handle,
    commit_notifier: CommitNotifier,
    connector: Arc<PostgresConnector>,
    timeouts: DatabaseTimeouts,
}

impl PostgresBackend {
    /// Connects and runs pending migrations.
    pub async fn open(options: &StoreOptions, notifier: CommitNotifier) -> Result<Self> {
        let connector = PostgresConnector::new(options)?;
        let connector = Arc::new(connector);
        let mut config = ManagerConfig::default();
        // Connections report when they are broken: no test query before each use.
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
        let database = Self { pool, runtime, commit_notifier: notifier, connector, timeouts };
        database.migrate().await?;
        Ok(database)
    }

    /// Opens bus connections to the same server.
    pub fn bus_connect_fn(&self) -> ConnectFn {
        connector::bus_connect_fn(Arc::clone(&self.connector))
    }

    async fn migrate(&self) -> Result<()> {
        let database = self.clone();
        self.run_to_completion(async move {
            let conn = database.acquire_connection().await?;
            // Taken out of the pool: its session settings end with it.
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

    /// Runs `work` to completion on the runtime of the connections, even if the caller stops
    /// waiting.
    async fn run_to_completion<T: Send + 'static>(
        &self,
        work: impl Future<Output = std::result::Result<T, WorkError>> + Send + 'static,
    ) -> Result<T> {
        let result = self.runtime.spawn(work).await;
        let joined = result.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        joined.map_err(|failure| match failure {
            WorkError::Store(error) => error,
            WorkError::Query(error) => error.into(),
        })
    }

    /// Runs `work` without a transaction.
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

    /// Runs `work` on a connection, and drops the connection on a time-out: a server that hangs or
    /// is cut off by the network sends no error.
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
            if matches!(&result, Err(WorkError::Query(error)) if error.is_read_only_server()) {
                drop(Object::take(conn));
            }
            return result;
        }
        drop(Object::take(conn));
        let detail = format!("no response within {} s", timeout.as_secs());
        Err(WorkError::Store(StoreError::Unavailable(detail)))
    }

    /// Runs `work` on one consistent snapshot of the data.
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

    /// Runs `work` in a transaction and notifies after the commit; runs to completion once begun.
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
                    let result = conn.transaction(async |conn: &mut Conn| work(conn).await).await;
                    match result {
                        Err(error) if error.is_retryable_conflict() && attempts < MAX_ATTEMPTS => {}
                        result => break Ok(result?),
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

/// Opens bus connections to another address than the pool's.
pub fn bus_connect_fn_to(options: &StoreOptions) -> Result<ConnectFn> {
    Ok(connector::bus_connect_fn(Arc::new(PostgresConnector::new(options)?)))
}
