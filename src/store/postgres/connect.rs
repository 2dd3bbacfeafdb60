//! Opens connections, encrypted where the address asks for it.

use std::sync::Arc;
use std::time::Duration;

use diesel::ConnectionError;
use diesel::ConnectionResult;
use diesel_async::SimpleAsyncConnection;
use futures_util::FutureExt;
use tokio_postgres::Config;
use tokio_postgres::NoTls;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::Conn;
use crate::bus;
use crate::bus::link::Broken;
use crate::bus::link::Connect;
use crate::bus::link::Line;
use crate::store::Options;
use crate::store::Result;
use crate::store::StoreError;
use crate::tls;

/// What each connection is told first, besides the limit of a statement. A transaction whose node
/// is gone frees its locks. Compiling a short question takes longer than answering it.
const SETUP: &str = "set idle_in_transaction_session_timeout = '60s'; set jit = off; \
     set application_name = 'touchline'";

/// What the node that leads is told instead of that: one whose machine has vanished is to be
/// missed soon, so that another can lead.
const SETUP_OF_LEADER: &str = "set jit = off; set application_name = 'touchline leader'; \
     set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 2; \
     set tcp_user_timeout = 15000";

/// A server that takes nothing for so long is gone.
const UNANSWERED: Duration = Duration::from_secs(15);

pub struct Connector {
    config: Config,
    /// None: plain.
    tls: Option<MakeRustlsConnect>,
    setup: String,
}

impl Connector {
    /// `sslmode=require` in the address, or a file of authorities, asks for TLS; then the name
    /// and the chain of the server's certificate are always checked.
    pub fn new(options: &Options) -> Result<Self> {
        let failed = |error: tokio_postgres::Error| StoreError::Failed(error.to_string());
        let mut config: Config = options.url.parse().map_err(failed)?;
        config.tcp_user_timeout(UNANSWERED);
        config
            .keepalives_idle(UNANSWERED)
            .keepalives_interval(UNANSWERED / 3)
            .keepalives_retries(3);
        let limit = options.waits.statement.as_millis();
        let setup = format!("set statement_timeout = {limit}; {SETUP}");
        let is_asked = config.get_ssl_mode() == SslMode::Require || options.ca_file.is_some();
        if !is_asked {
            return Ok(Self { config, tls: None, setup });
        }
        config.ssl_mode(SslMode::Require);
        let tls = tls::client_config(options.ca_file.as_deref()).map_err(StoreError::Failed)?;
        Ok(Self { config, tls: Some(MakeRustlsConnect::new(tls)), setup })
    }

    /// A connection for notices alone: a pooled one can't listen.
    pub async fn line(&self) -> std::result::Result<Line, Broken> {
        let mut config = self.config.clone();
        config.application_name("touchline bus");
        if let Some(tls) = &self.tls {
            let (client, connection) = config.connect(tls.clone()).await?;
            bus::postgres::line(client, connection).await
        } else {
            let (client, connection) = config.connect(NoTls).await?;
            bus::postgres::line(client, connection).await
        }
    }

    /// A connection for the pool.
    pub async fn connect(&self) -> ConnectionResult<Conn> {
        self.connect_and_say(&self.setup).await
    }

    /// A connection that holds a lock for as long as it lives.
    pub async fn leader(&self) -> ConnectionResult<Conn> {
        self.connect_and_say(SETUP_OF_LEADER).await
    }

    async fn connect_and_say(&self, setup: &str) -> ConnectionResult<Conn> {
        let bad = |error: tokio_postgres::Error| {
            use std::error::Error;
            let source = error.source().map(|source| format!(": {source}")).unwrap_or_default();
            ConnectionError::BadConnection(format!("{error}{source}"))
        };
        let mut conn = if let Some(tls) = &self.tls {
            let (client, connection) = self.config.connect(tls.clone()).await.map_err(bad)?;
            Conn::try_from_client_and_connection(client, connection).await?
        } else {
            let (client, connection) = self.config.connect(NoTls).await.map_err(bad)?;
            Conn::try_from_client_and_connection(client, connection).await?
        };
        conn.batch_execute(setup).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(conn)
    }
}

/// Opens lines, one after the other.
pub fn lines(connector: Arc<Connector>) -> Connect {
    Box::new(move || {
        let connector = Arc::clone(&connector);
        async move { connector.line().await }.boxed()
    })
}
