//! Two databases from one set of queries (docs/adr/0010-two-databases-from-one-set-of-queries.md).
//!
//! `queries/` is compiled twice, by `#[path]`: once inside `postgres`, once inside `sqlite`. A query
//! names the connection type of the copy it is in and the three macros defined before it there,
//! `for_update!`, `skip_locked!` and `join_queries!`. What only one database can do is in its
//! `dialect`. [`Backend`] joins the two copies.

use crate::store::{postgres, sqlite};

/// The database that the store was opened on.
#[derive(Clone)]
pub enum Backend {
    /// Several nodes share it.
    Postgres(postgres::PostgresBackend),
    /// A file of this node alone.
    Sqlite(sqlite::SqliteBackend),
}

/// Runs a query on the store's database; `|conn, queries|` name its connection and its copy of the
/// queries. `$method` is the backend's: `read`, `read_consistently` or `write_transaction`.
macro_rules! query_backend {
    ($backend:expr, $method:ident, |$conn:ident, $queries:ident| $work:expr) => {
        match &$backend {
            $crate::store::backend::Backend::Postgres(database) => {
                use $crate::store::postgres::queries as $queries;
                database.$method(move |$conn| Box::pin($work)).await
            }
            $crate::store::backend::Backend::Sqlite(database) => {
                use $crate::store::sqlite::queries as $queries;
                database.$method(move |$conn| Box::pin($work)).await
            }
        }
    };
}
