//! Migrates a file, and leaves no trace of what an upgrade has removed.

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::{connect, store_failure};
use crate::store::Result;
use crate::store::error::{QueryError, QueryResult};

/// The migrations, compiled into the binary.
const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// Value of `user_version` while a rewrite of the file is due: stored in the file, so that it
/// survives a crash.
const REWRITE_DUE: i32 = 1;

/// Runs the pending migrations.
///
/// Foreign keys are off, because they can't be switched inside a transaction: a migration that
/// rebuilds a table drops the old one, and with foreign keys that would delete the rows that refer
/// to it. They are checked before the commit instead
/// (<https://www.sqlite.org/lang_altertable.html>, 7).
pub fn migrate(path: &str, conn: &mut SqliteConnection) -> Result<()> {
    conn.batch_execute("pragma foreign_keys = off").map_err(store_failure)?;
    conn.immediate_transaction(|conn| -> QueryResult<()> {
        let failed = |error| QueryError::InvariantViolated(format!("migrations: {error}"));
        let applied_before = conn.applied_migrations().map_err(failed)?.len();
        let newly_applied = conn.run_pending_migrations(MIGRATIONS).map_err(failed)?.len();
        if newly_applied == 0 {
            return Ok(());
        }
        if applied_before > 0 {
            conn.batch_execute(&format!("pragma user_version = {REWRITE_DUE}"))?;
        }
        check_foreign_keys(conn)
    })?;
    conn.batch_execute("pragma foreign_keys = on").map_err(store_failure)?;
    let user_version =
        diesel::select(sql::<Integer>("(select user_version from pragma_user_version)"));
    if user_version.get_result::<i32>(conn).map_err(store_failure)? == REWRITE_DUE {
        compact(path)?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct DanglingRow {
    #[diesel(sql_type = Text)]
    child: String,
}

/// Fails if a row refers to a row that does not exist.
fn check_foreign_keys(conn: &mut SqliteConnection) -> QueryResult<()> {
    let query = "select \"table\" as child from pragma_foreign_key_check limit 1";
    let dangling: Option<DanglingRow> = diesel::sql_query(query).get_result(conn).optional()?;
    match dangling {
        None => Ok(()),
        Some(DanglingRow { child }) => {
            let detail = format!("migrations: a row of {child} refers to a missing row");
            Err(QueryError::InvariantViolated(detail))
        }
    }
}

/// Rewrites the file: data that an upgrade removed, perhaps because it must not be stored, would
/// otherwise remain in free pages and in the write-ahead log.
fn compact(path: &str) -> Result<()> {
    let mut conn = connect(path, "pragma busy_timeout = 5000;")?;
    let steps = "vacuum; pragma user_version = 0; pragma wal_checkpoint(truncate);";
    conn.batch_execute(steps).map_err(store_failure)
}
