//! Migrations: the same list for both databases, and each can be taken back.

use std::path::PathBuf;

use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection, AsyncPgConnection};
use touchline::store::mutation::{AddOfficial, CreateIdentity, NewIdentity};
use touchline::store::{DatabaseTimeouts, ListQuery, Store, StoreError, StoreOptions};

use crate::support::database::{Database, Kind};
use crate::support::jobs::*;
use crate::support::on_both;

on_both! {
    migrations_go_up_and_down_and_up_again,
    users_of_an_earlier_version_stay_who_they_are,
    a_database_has_one_epoch_of_its_own,
}

/// The migration after which users may have no address.
const IDENTITIES: &str = "2026-11-30-000010_identities";

fn migrations(database: &str) -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("migrations").join(database);
    let mut found: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
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
async fn a_database_out_of_reach_is_unavailable() {
    // Port 1 answers nobody; nor can a file be made in a folder that isn't there.
    for url in ["postgres://postgres@127.0.0.1:1/touchline", "sqlite:///nowhere/at/all.db"] {
        let options = StoreOptions {
            url: url.into(),
            max_connections: 1,
            ca_file: None,
            timeouts: DatabaseTimeouts::default(),
            secret: None,
        };
        let opened = Store::open(&options).await.map(drop);
        assert!(matches!(opened, Err(StoreError::Unavailable(_))), "{url}: {opened:?}");
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    said: String,
}

/// What the database says it holds.
async fn schema(database: &Database) -> Vec<String> {
    let lines: Vec<Line> = if database.kind == Kind::Sqlite {
        let path = database.url.strip_prefix("sqlite://").unwrap();
        let mut conn = SqliteConnection::establish(path).unwrap();
        // Whoever closed it last may still be folding its log away.
        diesel::RunQueryDsl::execute(diesel::sql_query("pragma busy_timeout = 5000"), &mut conn)
            .unwrap();
        let query = "select coalesce(sql, name) as said from sqlite_master order by name";
        diesel::RunQueryDsl::load(diesel::sql_query(query), &mut conn).unwrap()
    } else {
        let mut conn = AsyncPgConnection::establish(&database.url).await.unwrap();
        let query = "select table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable as said \
             from information_schema.columns where table_schema = 'public' \
             union all select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint \
             where connamespace = 'public'::regnamespace \
             union all select indexdef from pg_indexes where schemaname = 'public' order by 1";
        diesel_async::RunQueryDsl::load(diesel::sql_query(query), &mut conn).await.unwrap()
    };
    lines.into_iter().map(|line| line.said).collect()
}

async fn migrations_go_up_and_down_and_up_again(database: Database) {
    drop(database.open().await);
    let before = schema(&database).await;
    let folder = if database.kind == Kind::Sqlite { "sqlite" } else { "postgres" };
    let all = migrations(folder);

    for migration in all.iter().rev() {
        database.tamper(&std::fs::read_to_string(migration.join("down.sql")).unwrap()).await;
    }
    let empty = schema(&database).await;
    assert!(!empty.iter().any(|line| line.contains("messages")), "{empty:#?}");
    for migration in &all {
        database.tamper(&std::fs::read_to_string(migration.join("up.sql")).unwrap()).await;
    }

    assert_eq!(schema(&database).await, before);
    live_match(&database.open().await).await;
}

/// On SQLite their table is made anew, and other tables refer to it.
async fn users_of_an_earlier_version_stay_who_they_are(database: Database) {
    let store = database.open().await;
    let game = live_match(&store).await;
    for email in ["bo@x.org", "cy@x.org"] {
        done(&store, user(email)).await;
    }
    let official = |user_id| AddOfficial { match_id: game, user_id, role: "scorer".into() };
    done(&store, official(2)).await;
    let new = NewIdentity {
        issuer: "https://id.example".into(),
        subject: "x".into(),
        email: None,
        name: "Di".into(),
    };
    done(&store, CreateIdentity(new)).await;
    let officials = async |store: &Store| {
        store.list(ListQuery::Officials { match_id: game }, 0, 9).await.unwrap().items
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
    let forget = format!("delete from __diesel_schema_migrations where version >= '{version}'");
    database.tamper(&forget).await;

    let again = database.open().await;
    assert_eq!(officials(&again).await, before, "nothing that refers to users is deleted");
    assert_eq!(again.user_by_email("bo@x.org").await.unwrap().unwrap().id, 2);
    let nowhere = again.user(4).await.unwrap().unwrap();
    assert_eq!(nowhere.email.as_deref(), Some("user-4@nowhere.invalid"), "it had to have one");
    assert_eq!(done(&again, user("ed@x.org")).await.body["id"], 5, "no id comes back");
    let refused = refused(&again, official(99)).await;
    assert_eq!(refused.errors[0].pointer, "/user_id", "who refers to users is still checked");
    assert_eq!(again.verify(&|_, _| ()).await.unwrap(), Vec::<String>::new());
}

async fn a_database_has_one_epoch_of_its_own(database: Database) {
    let (one, two) = (database.open().await, database.open().await);
    assert_eq!(one.epoch(), two.epoch());
    assert!(one.epoch().len() >= 6, "{}", one.epoch());
    assert!(one.epoch().bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
    let other = Database::new(database.kind).await.open().await.epoch().to_owned();
    assert_ne!(one.epoch(), other);

    // Another, where messages were lost: for who opens it from now on, and who runs can see it.
    let begun = one.renew_epoch().await.unwrap();
    assert_ne!(one.epoch(), begun);
    assert_eq!(two.epoch_and_rights_version().await.unwrap().0, begun);
    assert_eq!(database.open().await.epoch(), begun);
}
