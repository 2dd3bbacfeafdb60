//! Test support: databases, one-line mutations, the real binary with its surroundings, and clients.

pub mod api_client;
pub mod crashing_node;
pub mod curl;
pub mod database;
pub mod identity_provider;
pub mod mutations;
pub mod network_proxy;
pub mod nginx;
pub mod openapi_contract;
pub mod postgres;
pub mod reconnecting_subscriber;
pub mod record;
pub mod redis;
pub mod response_head;
pub mod reverse_proxy;
pub mod scan;
pub mod server;
pub mod shipped_nginx;
pub mod sse;
pub mod subscriber;
pub mod users;

/// Turns each function that takes a database into two tests, one per database.
///
/// A test that hangs fails after some minutes.
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
