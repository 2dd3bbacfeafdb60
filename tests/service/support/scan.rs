//! Everything a database holds as text, column by column, to look for what must not be there.

use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection, AsyncPgConnection};

use super::database::{Database, Kind};

/// One column's values, a line each; bytes are in hexadecimal.
pub struct Column {
    /// `table.column`
    pub name: String,
    pub text: String,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    said: String,
}

const COLUMNS_OF_SQLITE: &str = "select m.name || '.' || c.name as said \
     from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table'";
const COLUMNS_OF_POSTGRES: &str = "select table_name || '.' || column_name as said \
     from information_schema.columns where table_schema = 'public'";

/// All columns of all tables.
pub async fn columns(database: &Database) -> Vec<Column> {
    let names = match database.kind {
        Kind::Sqlite => COLUMNS_OF_SQLITE,
        Kind::Postgres => COLUMNS_OF_POSTGRES,
    };
    let mut columns = Vec::new();
    for name in lines(database, names).await {
        let (table, column) = name.split_once('.').unwrap();
        let query = match database.kind {
            Kind::Sqlite => format!("select quote(\"{column}\") as said from \"{table}\""),
            Kind::Postgres => {
                format!("select coalesce(\"{column}\"::text, '') as said from \"{table}\"")
            }
        };
        columns.push(Column { text: lines(database, &query).await.join("\n"), name });
    }
    assert!(columns.len() > 100, "there is something to look through");
    columns
}

async fn lines(database: &Database, query: &str) -> Vec<String> {
    let lines: Vec<Line> = if database.kind == Kind::Sqlite {
        let path = database.url.strip_prefix("sqlite://").unwrap();
        let mut conn = SqliteConnection::establish(path).unwrap();
        let patience = diesel::sql_query("pragma busy_timeout = 5000");
        diesel::RunQueryDsl::execute(patience, &mut conn).unwrap();
        diesel::RunQueryDsl::load(diesel::sql_query(query), &mut conn).unwrap()
    } else {
        let mut conn = AsyncPgConnection::establish(&database.url).await.unwrap();
        diesel_async::RunQueryDsl::load(diesel::sql_query(query), &mut conn).await.unwrap()
    };
    lines.into_iter().map(|line| line.said).collect()
}

/// The bytes of an `SQLite` database: the file, and what lies beside it. None on `PostgreSQL`.
pub fn files(database: &Database) -> Vec<(String, Vec<u8>)> {
    let Some(path) = database.url.strip_prefix("sqlite://") else { return Vec::new() };
    let names = ["", "-wal", "-shm"].map(|end| format!("{path}{end}"));
    let read = |name: String| std::fs::read(&name).ok().map(|bytes| (name, bytes));
    names.into_iter().filter_map(read).collect()
}
