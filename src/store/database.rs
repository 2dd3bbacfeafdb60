//! The database: how it is opened, its epoch, and its bus.

use std::sync::Arc;

use crate::bus::CommitNotifier;
use crate::bus::connection::ConnectFn;
use crate::store::backend::Backend;
use crate::store::match_cache::MatchCache;
use crate::store::server_secret::ServerSecret;
use crate::store::{Result, StoreError, StoreOptions, postgres, sqlite};

/// The only way to the database. Clones share its connections.
#[derive(Clone)]
pub struct Store {
    pub(super) backend: Backend,
    pub(super) match_cache: Arc<MatchCache>,
    epoch: Arc<str>,
    pub(super) secret: Arc<ServerSecret>,
    commit_notifier: CommitNotifier,
}

impl Store {
    /// Opens the database, runs pending migrations, and reads or creates its epoch.
    ///
    /// # Errors
    /// If the address is invalid, the database is unreachable, or a migration fails.
    pub async fn open(options: &StoreOptions) -> Result<Self> {
        let notifier = CommitNotifier::default();
        let url = options.url.as_str();
        let database = if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.contains(":memory:") {
                let detail = "sqlite: needs a file, as in sqlite://touchline.db";
                return Err(StoreError::Internal(detail.to_owned()));
            }
            let opening =
                sqlite::SqliteBackend::open(path, options.max_connections, notifier.clone());
            Backend::Sqlite(opening.await?)
        } else {
            Backend::Postgres(postgres::PostgresBackend::open(options, notifier.clone()).await?)
        };
        let new_epoch = random_epoch();
        let epoch = query_backend!(database, write_transaction, |conn, queries| {
            let epoch = new_epoch.clone();
            async move { Ok((queries::settings::get_or_create_epoch(conn, &epoch).await?, Vec::new())) }
        })?;
        let secret = match &options.secret {
            Some(secret) => secret.clone(),
            None => load_or_create_secret(&database).await?,
        };
        let secret = Arc::new(ServerSecret::new(&secret)?);
        let store = Self {
            backend: database,
            match_cache: Arc::default(),
            epoch: epoch.into(),
            secret,
            commit_notifier: notifier,
        };
        store.backfill_missing_data().await?;
        Ok(store)
    }

    /// Computes data that a database of an earlier version lacks, a batch per transaction.
    async fn backfill_missing_data(&self) -> Result<()> {
        let backend = &self.backend;
        if query_backend!(*backend, read, |conn, queries| queries::backfill::are_results_due(conn))?
        {
            self.backfill_results().await?;
        }
        if query_backend!(*backend, read, |conn, queries| queries::backfill::are_states_due(conn))?
        {
            self.backfill_states().await?;
        }
        Ok(())
    }

    async fn backfill_results(&self) -> Result<()> {
        let mut after = Some(0);
        while let Some(id) = after {
            let match_cache = Arc::clone(&self.match_cache);
            after = query_backend!(self.backend, write_transaction, |conn, queries| {
                let match_cache = Arc::clone(&match_cache);
                async move {
                    let next = queries::backfill::backfill_results(conn, &match_cache, id).await?;
                    Ok((next, Vec::new()))
                }
            })?;
        }
        Ok(())
    }

    async fn backfill_states(&self) -> Result<()> {
        let mut after = Some(0);
        while let Some(id) = after {
            let match_cache = Arc::clone(&self.match_cache);
            after = query_backend!(self.backend, write_transaction, |conn, queries| {
                let match_cache = Arc::clone(&match_cache);
                async move {
                    let next = queries::backfill::backfill_reasons(conn, &match_cache, id).await?;
                    Ok((next, Vec::new()))
                }
            })?;
        }
        query_backend!(self.backend, write_transaction, |conn, queries| async move {
            queries::backfill::backfill_states(conn).await?;
            Ok(((), Vec::new()))
        })
    }

    /// The database's epoch: six random hex digits that cursors refer to.
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Replaces the epoch and returns the new one, for a log that was restored from a backup or
    /// copied. Clients with an older cursor get a snapshot, and running nodes start over.
    pub async fn renew_epoch(&self) -> Result<String> {
        let new_epoch = random_epoch();
        let returned = new_epoch.clone();
        query_backend!(self.backend, write_transaction, |conn, queries| {
            let epoch = new_epoch.clone();
            async move { Ok((queries::settings::set_epoch(conn, &epoch).await?, Vec::new())) }
        })?;
        Ok(returned)
    }

    /// The notifier that fires after each commit that published messages.
    pub fn commit_notifier(&self) -> &CommitNotifier {
        &self.commit_notifier
    }

    /// Opens bus connections through `PostgreSQL`; `None` for `SQLite`, which serves one node.
    pub fn bus_connect_fn(&self) -> Option<ConnectFn> {
        match &self.backend {
            Backend::Postgres(database) => Some(database.bus_connect_fn()),
            Backend::Sqlite(_) => None,
        }
    }

    /// Like [`Self::bus_connect_fn`] with an address of its own: a pooler may drop notifications.
    pub fn bus_connect_fn_to(&self, options: &StoreOptions) -> Result<ConnectFn> {
        postgres::bus_connect_fn_to(options)
    }

    /// Checks that the database responds.
    pub async fn ping(&self) -> Result<()> {
        query_backend!(self.backend, read, |conn, queries| queries::settings::ping(conn))
    }
}

/// Six random hex digits.
fn random_epoch() -> String {
    format!("{:06x}", rand::random::<u32>() & 0xff_ffff)
}

/// The secret stored in the database; created the first time.
async fn load_or_create_secret(database: &Backend) -> Result<Vec<u8>> {
    let new_secret = format!("{:032x}{:032x}", rand::random::<u128>(), rand::random::<u128>());
    let secret = query_backend!(database, write_transaction, |conn, queries| {
        let new_secret = new_secret.clone();
        async move { Ok((queries::settings::server_secret(conn, &new_secret).await?, Vec::new())) }
    })?;
    Ok(secret.into_bytes())
}
