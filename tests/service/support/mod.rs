//! What tests stand on: databases of their own, jobs written in one line, the real binary, and
//! people who use it.

pub mod client;
pub mod contract;
pub mod curl;
pub mod database;
pub mod dying;
pub mod edge;
pub mod follower;
pub mod front;
pub mod head;
pub mod jobs;
pub mod nginx;
pub mod people;
pub mod postgres;
pub mod provider;
pub mod proxy;
pub mod record;
pub mod redis;
pub mod scan;
pub mod server;
pub mod sse;
pub mod viewer;

/// Makes two tests of each function that takes a database: one on each.
///
/// A test that waits for what never comes fails after some minutes.
macro_rules! on_both {
    ($($name:ident,)*) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    $crate::support::on($crate::support::database::Kind::Sqlite, super::$name).await;
                }
            )*
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    $crate::support::on($crate::support::database::Kind::Postgres, super::$name).await;
                }
            )*
        }
    };
}
pub(crate) use on_both;

/// Runs a test on a new database of this kind.
pub async fn on<F: Future<Output = ()>>(
    kind: database::Kind,
    test: impl FnOnce(database::Database) -> F,
) {
    let database = database::Database::new(kind).await;
    let minutes = std::time::Duration::from_mins(4);
    tokio::time::timeout(minutes, test(database)).await.expect("the test to end in time");
}
