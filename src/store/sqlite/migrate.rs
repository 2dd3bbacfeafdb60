//! Brings a file up to date, and leaves nothing of what an upgrade has removed.

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use diesel_migrations::MigrationHarness;

use super::{MIGRATIONS, connect, store_failure};
use crate::store::Result;
use crate::store::error::{QueryError, QueryResult};

/// Kept in the file's own number for its user, so that a crash doesn't lose it: the file is to be
/// rewritten.
const DUE: i32 = 1;

/// Runs the migrations that the file lacks.
///
/// Without foreign keys, which can't be switched inside a transaction: a table that is made anew is
/// dropped, and with foreign keys that deletes what refers to its rows. They are checked before the
/// commit instead (<https://www.sqlite.org/lang_altertable.html>, 7).
pub fn migrate(path: &str, conn: &mut SqliteConnection) -> Result<()> {
    conn.batch_execute("pragma foreign_keys = off").map_err(store_failure)?;
    conn.immediate_transaction(|conn| -> QueryResult<()> {
        let failed = |error| QueryError::InvariantViolated(format!("migrations: {error}"));
        let before = conn.applied_migrations().map_err(failed)?.len();
        let done = conn.run_pending_migrations(MIGRATIONS).map_err(failed)?.len();
        if done == 0 {
            return Ok(());
        }
        if before > 0 {
            conn.batch_execute(&format!("pragma user_version = {DUE}"))?;
        }
        check(conn)
    })?;
    conn.batch_execute("pragma foreign_keys = on").map_err(store_failure)?;
    let number = diesel::select(sql::<Integer>("(select user_version from pragma_user_version)"));
    if number.get_result::<i32>(conn).map_err(store_failure)? == DUE {
        compact(path)?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Dangling {
    #[diesel(sql_type = Text)]
    child: String,
}

/// Fails where a row refers to one that is not there.
fn check(conn: &mut SqliteConnection) -> QueryResult<()> {
    let query = "select \"table\" as child from pragma_foreign_key_check limit 1";
    let dangling: Option<Dangling> = diesel::sql_query(query).get_result(conn).optional()?;
    match dangling {
        None => Ok(()),
        Some(Dangling { child }) => {
            let words = format!("migrations: a row of {child} refers to one that is not there");
            Err(QueryError::InvariantViolated(words))
        }
    }
}

/// Rewrites the file: what an upgrade has removed may be what must not be kept, and would stay in
/// pages that are free, and in the log.
fn compact(path: &str) -> Result<()> {
    let mut conn = connect(path, "pragma busy_timeout = 5000;")?;
    let steps = "vacuum; pragma user_version = 0; pragma wal_checkpoint(truncate);";
    conn.batch_execute(steps).map_err(store_failure)
}
