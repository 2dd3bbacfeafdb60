//! Several nodes on one database.
//!
//! This file covers G9: a commit on one node reaches subscribers of every other within a second,
//! whatever the state of the bus. The submodules cover the other guarantees.

mod cluster;
mod crashes;
mod database_outage;
mod leadership;
mod log_rollback;

use std::time::{Duration, Instant};

use crate::support::database::{Database, Kind};
use crate::support::redis::Redis;
use crate::support::server::{BINARY, TestServer};
use crate::support::subscriber::{Subscriber, WAIT_TIMEOUT};
use crate::support::users::Scorer;

/// Two nodes on one database, a scorer at the first and a subscriber at the second.
struct Nodes {
    first: TestServer,
    second: TestServer,
    scorer: Scorer,
    subscriber: Subscriber,
}

impl Nodes {
    async fn start(bus: &str) -> Self {
        let settings = [("bus_url", bus)];
        Self::with(if bus.is_empty() { &[] } else { &settings }).await
    }

    async fn with(settings: &[(&str, &str)]) -> Self {
        let database = Database::new(Kind::Postgres).await;
        let other = database.share();
        let first = TestServer::start(database, settings).await;
        let second = TestServer::start(other, settings).await;
        let scorer = first.organizer().await.live_match("generic").await;
        let mut subscriber = second.subscribe(&scorer.game.stream_path()).open().await;
        subscriber.until_control("live").await;
        Self { first, second, scorer, subscriber }
    }

    /// Posts messages at the first node; each must reach the second within a second.
    async fn assert_delivers(&mut self, count: i64) {
        for number in 0..count {
            let acknowledged = self.scorer.post_score(number, 0).await;
            let started = Instant::now();
            acknowledged.ok_json();
            let message = self.subscriber.next_message().await.data;
            let took = started.elapsed();
            assert!(message.contains(&format!(r#""home":{number}"#)), "{message}");
            assert!(took < Duration::from_secs(1), "message {number} took {took:?}");
        }
    }

    /// Number of bus notices that the second node has received.
    async fn notices_received(&self) -> i64 {
        self.second.metric("touchline_bus_notices_received_total").await
    }

    /// Waits until both nodes report this bus state.
    async fn wait_for_bus(&self, expected: i64) {
        for server in [&self.first, &self.second] {
            let deadline = Instant::now() + WAIT_TIMEOUT;
            while server.metric("touchline_bus_connected").await != expected {
                assert!(Instant::now() < deadline, "bus connection is not {expected}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g9_a_commit_on_one_node_reaches_subscribers_of_the_other() {
    let mut nodes = Nodes::start("").await;
    nodes.wait_for_bus(1).await;
    let before = nodes.notices_received().await;
    nodes.assert_delivers(20).await;
    assert!(nodes.notices_received().await > before, "no notice was received");
}

#[tokio::test(flavor = "multi_thread")]
async fn g9_holds_when_every_bus_notice_is_lost() {
    let mut nodes = Nodes::start("none").await;
    nodes.assert_delivers(5).await;
    assert_eq!(nodes.notices_received().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn g9_holds_while_listener_connections_are_terminated() {
    let mut nodes = Nodes::start("").await;
    nodes.wait_for_bus(1).await;
    let cut = "select pg_terminate_backend(pid) from pg_stat_activity \
               where application_name = 'touchline bus' and datname = current_database()";
    for _ in 0..3 {
        nodes.first.database.tamper(cut).await;
        nodes.assert_delivers(3).await;
        nodes.wait_for_bus(1).await;
    }
    let before = nodes.notices_received().await;
    nodes.assert_delivers(3).await;
    assert!(nodes.notices_received().await > before, "bus did not reconnect");
}

#[tokio::test(flavor = "multi_thread")]
async fn g9_holds_while_redis_is_down_and_after_it_recovers() {
    let mut redis = Redis::start().await;
    let mut nodes = Nodes::start(&redis.url()).await;
    nodes.wait_for_bus(1).await;
    let before = nodes.notices_received().await;
    nodes.assert_delivers(5).await;
    assert!(nodes.notices_received().await > before, "no notice was received");

    redis.kill9();
    nodes.wait_for_bus(0).await;
    nodes.assert_delivers(3).await;

    redis.restart().await;
    nodes.wait_for_bus(1).await;
    let before = nodes.notices_received().await;
    nodes.assert_delivers(3).await;
    assert!(nodes.notices_received().await > before, "bus did not reconnect");
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_works_over_tls_with_a_password() {
    let redis = Redis::with_tls_and_password().await;
    let (url, authority) = (redis.url(), redis.ca_file());
    let settings = [("bus_url", url.as_str()), ("bus_ca_file", authority.as_str())];
    let mut nodes = Nodes::with(&settings).await;
    nodes.wait_for_bus(1).await;
    let before = nodes.notices_received().await;
    nodes.assert_delivers(5).await;
    assert!(nodes.notices_received().await > before, "no notice was received");
    assert!(!nodes.first.log().contains("32%20bytes"), "password in the log");

    // A node that cannot verify the certificate does not connect.
    let mut nodes = Nodes::with(&settings[..1]).await;
    nodes.assert_delivers(1).await;
    let log = nodes.first.log();
    assert!(log.contains("Can't connect to the bus"), "{log}");
    nodes.wait_for_bus(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bus_with_sqlite_is_rejected() {
    let folder = crate::support::database::folder("alone");
    let mut command = crate::support::server::binary(&["serve"]);
    let url = format!("sqlite://{}", folder.join("touchline.db").display());
    command.env("TOUCHLINE_DATABASE_URL", url).env("TOUCHLINE_LISTEN", "127.0.0.1:0");
    let ended = command.env("TOUCHLINE_BUS_URL", "redis://127.0.0.1:1").output().unwrap();
    let stderr = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(
        !ended.status.success() && stderr.contains("SQLite supports a single node"),
        "{BINARY}: {stderr}"
    );
    std::fs::remove_dir_all(&folder).unwrap();
}
