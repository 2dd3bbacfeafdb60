//! `PostgreSQL`: pooled connections, one transaction a write.

mod connect;
pub mod lead;
mod stopped;

use std::sync::Arc;

use deadpool::Runtime;
use diesel_async::AsyncConnection;
use diesel_async::AsyncMigrationHarness;
use diesel_async::AsyncPgConnection;
use diesel_async::RunQueryDsl;
use diesel_async::pooled_connection::AsyncDieselConnectionManager;
use diesel_async::pooled_connection::ManagerConfig;
use diesel_async::pooled_connection::RecyclingMethod;
use diesel_async::pooled_connection::deadpool::Object;
use diesel_async::pooled_connection::deadpool::Pool;
use diesel_migrations::EmbeddedMigrations;
use diesel_migrations::MigrationHarness;
use diesel_migrations::embed_migrations;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::runtime::Handle;

use crate::bus::Bell;
use crate::bus::link::Connect;
use crate::store::Options;
use crate::store::Result;
use crate::store::StoreError;
use crate::store::Told;
use crate::store::Waits;
use crate::store::error::Found;
use crate::store::postgres::stopped::Stopped;

/// Rows that one command changes: locked until its transaction ends.
macro_rules! locked {
    ($query:expr) => {
        $query.for_update()
    };
}

/// Rows that one node takes: those that another has in hand are left to it.
macro_rules! claimed {
    ($query:expr) => {
        $query.for_update().skip_locked()
    };
}

/// Two statements at once, each over `conn`: one round trip while the match is locked.
macro_rules! both {
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

#[path = "queries/mod.rs"]
pub mod queries;

/// What these queries do in `PostgreSQL`'s own way.
pub mod dialect {
    use diesel::prelude::*;
    use diesel_async::RunQueryDsl;
    use futures_util::future::try_join_all;

    use crate::domain::topic::Seq;
    use crate::store::error::Found;
    use crate::store::rows::MessageRow;
    use crate::store::rows::SeatRow;
    use crate::store::schema::messages;
    use crate::store::schema::seats;
    use crate::store::schema::streams;

    pub use super::Conn;

    /// Gives out `count` numbers of each topic; `None` where there is no such stream yet.
    ///
    /// One round trip; the server locks the rows in the order asked.
    pub async fn bump(conn: &mut Conn, topics: &[(String, i64)]) -> Found<Vec<Option<(i64, Seq)>>> {
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
    pub async fn insert_messages(conn: &mut Conn, rows: Vec<MessageRow>) -> Found<()> {
        let shared: &Conn = conn;
        let inserts = rows.into_iter().map(async |row| {
            diesel::insert_into(messages::table).values(row).execute(&mut &*shared).await
        });
        try_join_all(inserts).await?;
        Ok(())
    }

    /// One statement: the event's row is locked meanwhile, and buyers queue for it.
    pub async fn insert_seats(conn: &mut Conn, rows: Vec<SeatRow>) -> Found<()> {
        diesel::insert_into(seats::table).values(rows).execute(conn).await?;
        Ok(())
    }
}

pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

pub type Conn = AsyncPgConnection;

/// Names the lock that nodes starting together queue for ("touch" in ASCII).
const MIGRATION_LOCK: i64 = 0x74_6f75_6368;
/// Tries of a transaction that was in another's way; the order of locks makes even one rare.
const TRIES: usize = 5;

#[derive(Clone)]
pub struct Database {
    pool: Pool<Conn>,
    /// Where connections live: a pooled connection must not belong to a thread of requests.
    runtime: Handle,
    bell: Bell,
    connector: Arc<connect::Connector>,
    waits: Waits,
}

impl Database {
    /// Connects, and runs the migrations that the database lacks.
    pub async fn open(options: &Options, bell: Bell) -> Result<Self> {
        let connector = connect::Connector::new(options)?;
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
            .max_size(options.connections.max(1))
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(options.waits.connection))
            .create_timeout(Some(options.waits.connection))
            .recycle_timeout(Some(options.waits.connection))
            .build()
            .map_err(|error| StoreError::Failed(error.to_string()))?;
        let (runtime, waits) = (Handle::current(), options.waits);
        let database = Self { pool, runtime, bell, connector, waits };
        database.migrate().await?;
        Ok(database)
    }

    /// Opens lines to the same server.
    pub fn lines(&self) -> Connect {
        connect::lines(Arc::clone(&self.connector))
    }

    async fn migrate(&self) -> Result<()> {
        let database = self.clone();
        self.run(async move {
            let conn = database.connection().await?;
            // A connection of its own: what is set here ends with it.
            let mut conn = Object::take(conn);
            diesel::sql_query("set statement_timeout = 0").execute(&mut conn).await?;
            let lock = format!("select pg_advisory_lock({MIGRATION_LOCK})");
            diesel::sql_query(lock).execute(&mut conn).await?;
            let mut harness = AsyncMigrationHarness::new(conn);
            let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
                Stopped::Store(StoreError::Failed(format!("migrations: {error}")))
            };
            harness.run_pending_migrations(MIGRATIONS).map(drop).map_err(failed)
        })
        .await
    }

    async fn connection(&self) -> std::result::Result<Object<Conn>, Stopped> {
        let unavailable = |error: diesel_async::pooled_connection::deadpool::PoolError| {
            Stopped::Store(StoreError::Unavailable(error.to_string()))
        };
        self.pool.get().await.map_err(unavailable)
    }

    /// Runs `work` where connections live, to its end, whoever stops waiting.
    async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = std::result::Result<T, Stopped>> + Send + 'static,
    ) -> Result<T> {
        let ended = self.runtime.spawn(work).await;
        let ended = ended.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        ended.map_err(|stopped| match stopped {
            Stopped::Store(error) => error,
            Stopped::Fault(fault) => fault.into(),
        })
    }

    /// Does `work`, each statement by itself.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Found<T>> + Send + 'static,
    {
        let database = self.clone();
        self.run(async move {
            let conn = database.connection().await?;
            database.within_patience(conn, async |conn| Ok(work(conn).await?)).await
        })
        .await
    }

    /// Does `work` on a connection, which is thrown away where it takes for ever: a server that
    /// is cut off, or that stands still, says nothing.
    async fn within_patience<T>(
        &self,
        mut conn: Object<Conn>,
        work: impl AsyncFnOnce(&mut Conn) -> std::result::Result<T, Stopped>,
    ) -> std::result::Result<T, Stopped> {
        if self.waits.statement.is_zero() {
            return work(&mut conn).await;
        }
        let patience = self.waits.connection + self.waits.statement;
        if let Ok(done) = tokio::time::timeout(patience, work(&mut conn)).await {
            if matches!(&done, Err(Stopped::Fault(fault)) if fault.is_of_a_standby()) {
                drop(Object::take(conn));
            }
            return done;
        }
        drop(Object::take(conn));
        let words = format!("nothing was heard of it in {} s", patience.as_secs());
        Err(Stopped::Store(StoreError::Unavailable(words)))
    }

    /// Does `work`: all of it sees one moment.
    pub async fn read_whole<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Found<T>> + Send + 'static,
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
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> Fn(&'c mut Conn) -> BoxFuture<'c, Found<Told<T>>> + Send + Sync + 'static,
    {
        let database = self.clone();
        self.run(async move {
            let conn = database.connection().await?;
            let done = database.within_patience(conn, async |conn| {
                let mut tries = 0;
                loop {
                    tries += 1;
                    let done = conn.transaction(async |conn: &mut Conn| work(conn).await).await;
                    match done {
                        Err(fault) if fault.is_collision() && tries < TRIES => {}
                        done => break Ok(done?),
                    }
                }
            });
            let (value, heads) = done.await?;
            database.bell.ring(&heads);
            Ok(value)
        })
        .await
    }
}

/// Opens lines to another address than the pool's.
pub fn lines_to(options: &Options) -> Result<Connect> {
    Ok(connect::lines(Arc::new(connect::Connector::new(options)?)))
}
