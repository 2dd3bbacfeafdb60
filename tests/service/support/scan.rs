//! Reads a whole database as text, column by column, to search for values that must not be there.

use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection, AsyncPgConnection};

use super::database::{Database, Kind};

/// The values of one column, one per line; bytes are hexadecimal.
pub struct Column {
    /// `table.column`
    pub name: String,
    pub text: String,
}

#[derive(QueryableByName)]
struct TextRow {
    #[diesel(sql_type = Text)]
    value: String,
}

const SQLITE_COLUMNS: &str = "select m.name || '.' || c.name as value \
     from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table'";
const POSTGRES_COLUMNS: &str = "select table_name || '.' || column_name as value \
     from information_schema.columns where table_schema = 'public'";

/// Returns all columns of all tables.
pub async fn columns(database: &Database) -> Vec<Column> {
    let names = match database.kind {
        Kind::Sqlite => SQLITE_COLUMNS,
        Kind::Postgres => POSTGRES_COLUMNS,
    };
    let mut columns = Vec::new();
    for name in lines(database, names).await {
        let (table, column) = name.split_once('.').unwrap();
        let query = match database.kind {
            Kind::Sqlite => format!("select quote(\"{column}\") as value from \"{table}\""),
            Kind::Postgres => {
                format!("select coalesce(\"{column}\"::text, '') as value from \"{table}\"")
            }
        };
        columns.push(Column { text: lines(database, &query).await.join("\n"), name });
    }
    assert!(columns.len() > 100, "too few columns");
    columns
}

async fn lines(database: &Database, query: &str) -> Vec<String> {
    let lines: Vec<TextRow> = if database.kind == Kind::Sqlite {
        let path = database.url.strip_prefix("sqlite://").unwrap();
        let mut conn = SqliteConnection::establish(path).unwrap();
        let busy_timeout = diesel::sql_query("pragma busy_timeout = 5000");
        diesel::RunQueryDsl::execute(busy_timeout, &mut conn).unwrap();
        diesel::RunQueryDsl::load(diesel::sql_query(query), &mut conn).unwrap()
    } else {
        let mut conn = AsyncPgConnection::establish(&database.url).await.unwrap();
        diesel_async::RunQueryDsl::load(diesel::sql_query(query), &mut conn).await.unwrap()
    };
    lines.into_iter().map(|line| line.value).collect()
}

/// Returns the raw files of an SQLite database; none for PostgreSQL.
pub fn files(database: &Database) -> Vec<(String, Vec<u8>)> {
    let Some(path) = database.url.strip_prefix("sqlite://") else { return Vec::new() };
    let names = ["", "-wal", "-shm"].map(|end| format!("{path}{end}"));
    let read = |name: String| std::fs::read(&name).ok().map(|bytes| (name, bytes));
    names.into_iter().filter_map(read).collect()
}
