//! One database per test, removed with it.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use touchline::store::{DatabaseTimeouts, Store, StoreOptions};

use super::postgres;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// An empty, migrated database.
pub struct Database {
    pub kind: Kind,
    pub url: String,
    folder: Option<PathBuf>,
}

impl Database {
    pub async fn new(kind: Kind) -> Self {
        match kind {
            Kind::Sqlite => {
                let folder = folder("sqlite");
                let url = format!("sqlite://{}", folder.join("touchline.db").display());
                Self { kind, url, folder: Some(folder) }
            }
            Kind::Postgres => Self { kind, url: postgres::database().await, folder: None },
        }
    }

    /// A PostgreSQL database that the caller manages.
    pub fn at_url(url: &str) -> Self {
        Self { kind: Kind::Postgres, url: url.to_owned(), folder: None }
    }

    /// A database that cannot be opened, for servers that need none.
    pub fn unreachable() -> Self {
        let url = "postgres://nobody@127.0.0.1:1/nothing".to_owned();
        Self { kind: Kind::Postgres, url, folder: None }
    }

    /// The same database, for another node.
    pub fn share(&self) -> Self {
        assert_eq!(self.kind, Kind::Postgres, "SQLite is for one node");
        Self { kind: self.kind, url: self.url.clone(), folder: None }
    }

    pub fn options(&self) -> StoreOptions {
        StoreOptions {
            url: self.url.clone(),
            max_connections: 8,
            ca_file: None,
            timeouts: DatabaseTimeouts::default(),
            secret: None,
        }
    }

    /// Opens a store, like another node would.
    pub async fn open(&self) -> Store {
        Store::open(&self.options()).await.unwrap()
    }

    /// Changes the database behind the store's back.
    pub async fn tamper(&self, sql: &str) {
        match self.kind {
            Kind::Sqlite => {
                let path = self.url.strip_prefix("sqlite://").unwrap();
                let mut conn = SqliteConnection::establish(path).unwrap();
                conn.batch_execute("pragma busy_timeout = 5000; pragma foreign_keys = off")
                    .unwrap();
                conn.batch_execute(sql).unwrap();
            }
            Kind::Postgres => {
                let mut conn = AsyncPgConnection::establish(&self.url).await.unwrap();
                conn.batch_execute(sql).await.unwrap();
            }
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// Creates a temporary folder. Containers reuse process ids, and killed runs leave folders behind.
pub fn folder(what: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let place = std::env::temp_dir();
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = place.join(format!("touchline-{what}-{}-{number}", std::process::id()));
        match std::fs::create_dir(&path) {
            Ok(()) => return path,
            Err(error) => assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{}", path.display()),
        }
    }
}
