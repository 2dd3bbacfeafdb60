//! Opens `PostgreSQL` connections, over TLS if the address requires it.

use std::sync::Arc;
use std::time::Duration;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures_util::FutureExt;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::bus::connection::{BusConnection, BusError, ConnectFn};
use crate::store::{Result, StoreError, StoreOptions};
use crate::{bus, tls};

/// A connection.
pub type Conn = AsyncPgConnection;

/// Session settings of pooled connections, besides the statement time-out. The idle time-out
/// frees the locks of a node that is gone; JIT compilation takes longer than short queries.
const SESSION_SETUP_SQL: &str = "set idle_in_transaction_session_timeout = '60s'; set jit = off; \
     set application_name = 'touchline'";

/// Session settings of the leader's connection instead: the server soon notices if the leader's
/// machine vanishes, so that another node can take over.
const LEADER_SESSION_SETUP_SQL: &str = "set jit = off; set application_name = 'touchline leader'; \
     set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 2; \
     set tcp_user_timeout = 15000";

/// A server that acknowledges nothing for this long counts as gone.
const SOCKET_TIMEOUT: Duration = Duration::from_secs(15);

/// Opens connections to one server, for the pool, for leadership and for the bus.
pub struct PostgresConnector {
    config: Config,
    /// `None` for connections without TLS.
    tls: Option<MakeRustlsConnect>,
    setup_sql: String,
}

impl PostgresConnector {
    /// Reads the options. `sslmode=require` in the address, or a CA file, requires TLS; then the
    /// name and the chain of the server's certificate are always checked.
    pub fn new(options: &StoreOptions) -> Result<Self> {
        let failed = |error: tokio_postgres::Error| StoreError::Internal(error.to_string());
        let mut config: Config = options.url.parse().map_err(failed)?;
        config.tcp_user_timeout(SOCKET_TIMEOUT);
        config
            .keepalives_idle(SOCKET_TIMEOUT)
            .keepalives_interval(SOCKET_TIMEOUT / 3)
            .keepalives_retries(3);
        let limit = options.timeouts.statement.as_millis();
        let setup = format!("set statement_timeout = {limit}; {SESSION_SETUP_SQL}");
        let needs_tls = config.get_ssl_mode() == SslMode::Require || options.ca_file.is_some();
        if !needs_tls {
            return Ok(Self { config, tls: None, setup_sql: setup });
        }
        config.ssl_mode(SslMode::Require);
        let tls = tls::client_config(options.ca_file.as_deref()).map_err(StoreError::Internal)?;
        Ok(Self { config, tls: Some(MakeRustlsConnect::new(tls)), setup_sql: setup })
    }

    /// Opens a connection for notifications only: a pooled one can't listen.
    pub async fn open_bus_connection(&self) -> std::result::Result<BusConnection, BusError> {
        let mut config = self.config.clone();
        config.application_name("touchline bus");
        if let Some(tls) = &self.tls {
            let (client, connection) = config.connect(tls.clone()).await?;
            bus::postgres::open_connection(client, connection).await
        } else {
            let (client, connection) = config.connect(NoTls).await?;
            bus::postgres::open_connection(client, connection).await
        }
    }

    /// Opens a connection for the pool.
    pub async fn connect(&self) -> ConnectionResult<Conn> {
        self.connect_with_setup(&self.setup_sql).await
    }

    /// Opens a connection that holds the leadership lock as long as it is open.
    pub async fn connect_leader(&self) -> ConnectionResult<Conn> {
        self.connect_with_setup(LEADER_SESSION_SETUP_SQL).await
    }

    async fn connect_with_setup(&self, setup: &str) -> ConnectionResult<Conn> {
        let bad_connection = |error: tokio_postgres::Error| {
            use std::error::Error;
            let source = error.source().map(|source| format!(": {source}")).unwrap_or_default();
            ConnectionError::BadConnection(format!("{error}{source}"))
        };
        let mut conn = if let Some(tls) = &self.tls {
            let (client, connection) =
                self.config.connect(tls.clone()).await.map_err(bad_connection)?;
            Conn::try_from_client_and_connection(client, connection).await?
        } else {
            let (client, connection) = self.config.connect(NoTls).await.map_err(bad_connection)?;
            Conn::try_from_client_and_connection(client, connection).await?
        };
        conn.batch_execute(setup).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(conn)
    }
}

/// Returns a function that opens a new bus connection at each call.
pub fn bus_connect_fn(connector: Arc<PostgresConnector>) -> ConnectFn {
    Box::new(move || {
        let connector = Arc::clone(&connector);
        async move { connector.open_bus_connection().await }.boxed()
    })
}
