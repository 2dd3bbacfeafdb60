//! Migrations: the same list for both databases, and each can be reverted.

use std::path::PathBuf;

use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection, AsyncPgConnection};
use touchline::domain::matches::OfficialRole;
use touchline::store::mutation::{AddOfficial, CreateIdentity, NewIdentity};
use touchline::store::{DatabaseTimeouts, ListQuery, Store, StoreError, StoreOptions};

use crate::support::database::{Database, Kind};
use crate::support::mutations::*;
use crate::support::on_both;

on_both! {
    migrations_can_be_reverted_and_applied_again,
    users_survive_the_rebuild_of_their_table,
    each_database_has_its_own_epoch,
}

/// The migration that makes email addresses optional.
const IDENTITIES: &str = "2026-11-30-000010_identities";

fn migrations(database: &str) -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("migrations").join(database);
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |database| {
        let name = |path: &PathBuf| path.file_name().unwrap().to_owned();
        migrations(database).iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(names("sqlite").len() >= 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_database_is_unavailable() {
    // Nothing listens on port 1; and a file can't be created in a missing folder.
    for url in ["postgres://postgres@127.0.0.1:1/touchline", "sqlite:///nowhere/at/all.db"] {
        let options = StoreOptions {
            url: url.into(),
            max_connections: 1,
            ca_file: None,
            timeouts: DatabaseTimeouts::default(),
            secret: None,
        };
        let result = Store::open(&options).await.map(drop);
        assert!(matches!(result, Err(StoreError::Unavailable(_))), "{url}: {result:?}");
    }
}

#[derive(QueryableByName)]
struct SchemaRow {
    #[diesel(sql_type = Text)]
    definition: String,
}

/// The database's tables, columns, constraints and indexes.
async fn schema(database: &Database) -> Vec<String> {
    let rows: Vec<SchemaRow> = if database.kind == Kind::Sqlite {
        let path = database.url.strip_prefix("sqlite://").unwrap();
        let mut conn = SqliteConnection::establish(path).unwrap();
        // The connection that closed last may still be checkpointing its log.
        diesel::RunQueryDsl::execute(diesel::sql_query("pragma busy_timeout = 5000"), &mut conn)
            .unwrap();
        let query = "select coalesce(sql, name) as definition from sqlite_master order by name";
        diesel::RunQueryDsl::load(diesel::sql_query(query), &mut conn).unwrap()
    } else {
        let mut conn = AsyncPgConnection::establish(&database.url).await.unwrap();
        let query = "select table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable as definition \
             from information_schema.columns where table_schema = 'public' \
             union all select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint \
             where connamespace = 'public'::regnamespace \
             union all select indexdef from pg_indexes where schemaname = 'public' order by 1";
        diesel_async::RunQueryDsl::load(diesel::sql_query(query), &mut conn).await.unwrap()
    };
    rows.into_iter().map(|row| row.definition).collect()
}

async fn migrations_can_be_reverted_and_applied_again(database: Database) {
    drop(database.open().await);
    let before = schema(&database).await;
    let folder = if database.kind == Kind::Sqlite { "sqlite" } else { "postgres" };
    let migrations = migrations(folder);

    for migration in migrations.iter().rev() {
        database.tamper(&std::fs::read_to_string(migration.join("down.sql")).unwrap()).await;
    }
    let empty = schema(&database).await;
    assert!(!empty.iter().any(|line| line.contains("messages")), "{empty:#?}");
    for migration in &migrations {
        database.tamper(&std::fs::read_to_string(migration.join("up.sql")).unwrap()).await;
    }

    assert_eq!(schema(&database).await, before);
    live_match(&database.open().await).await;
}

/// On SQLite the migration rebuilds the users table, which other tables refer to.
async fn users_survive_the_rebuild_of_their_table(database: Database) {
    let store = database.open().await;
    let match_id = live_match(&store).await;
    for email in ["bo@x.org", "cy@x.org"] {
        commit(&store, user(email)).await;
    }
    let official = |user_id| AddOfficial { match_id, user_id, role: OfficialRole::Scorer };
    commit(&store, official(2)).await;
    let new = NewIdentity {
        issuer: "https://id.example".into(),
        subject: "x".into(),
        email: None,
        name: "Di".into(),
    };
    commit(&store, CreateIdentity(new)).await;
    let officials = async |store: &Store| {
        store.list(ListQuery::Officials { match_id }, 0, 9).await.unwrap().items
    };
    let before = officials(&store).await;
    assert_eq!(before.len(), 1);

    let folder = if database.kind == Kind::Sqlite { "sqlite" } else { "postgres" };
    let newer = migrations(folder).into_iter().rev();
    let newer: Vec<_> = newer
        .take_while(|path| path.file_name().unwrap().to_str().unwrap() >= IDENTITIES)
        .collect();
    for migration in newer {
        database.tamper(&std::fs::read_to_string(migration.join("down.sql")).unwrap()).await;
    }
    let version = "20261130000010";
    let unapply = format!("delete from __diesel_schema_migrations where version >= '{version}'");
    database.tamper(&unapply).await;

    let reopened = database.open().await;
    assert_eq!(officials(&reopened).await, before, "rows that refer to users are kept");
    assert_eq!(reopened.user_by_email("bo@x.org").await.unwrap().unwrap().id, 2);
    let without_address = reopened.user(4).await.unwrap().unwrap();
    assert_eq!(without_address.email.as_deref(), Some("user-4@nowhere.invalid"), "a placeholder");
    assert_eq!(commit(&reopened, user("ed@x.org")).await.body["id"], 5, "ids are not reused");
    let rejection = expect_rejection(&reopened, official(99)).await;
    assert_eq!(rejection.errors[0].pointer, "/user_id", "references to users are still checked");
    assert_eq!(reopened.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
}

async fn each_database_has_its_own_epoch(database: Database) {
    let (first_node, second_node) = (database.open().await, database.open().await);
    assert_eq!(first_node.epoch(), second_node.epoch());
    assert!(first_node.epoch().len() >= 6, "{}", first_node.epoch());
    assert!(first_node.epoch().bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
    let other = Database::new(database.kind).await.open().await.epoch().to_owned();
    assert_ne!(first_node.epoch(), other);

    // A new epoch after a loss of messages: for later connections, and visible to running nodes.
    let new_epoch = first_node.renew_epoch().await.unwrap();
    assert_ne!(first_node.epoch(), new_epoch);
    assert_eq!(second_node.epoch_and_rights_version().await.unwrap().0, new_epoch);
    assert_eq!(database.open().await.epoch(), new_epoch);
}
