//! Several nodes on one database.
//!
//! Here G9: what is committed on one node reaches readers on every other within a second, whatever
//! becomes of the bus. What else holds for all of them together is in the files below.

mod anew;
mod killed;
mod leader;
mod outage;
mod together;

use std::time::{Duration, Instant};

use crate::support::database::{Database, Kind};
use crate::support::people::Scorer;
use crate::support::redis::Redis;
use crate::support::server::{BINARY, TestServer};
use crate::support::viewer::{PATIENCE, Viewer};

/// Two nodes on one database, a match that is written to on the first, and a reader on the second.
struct Nodes {
    first: TestServer,
    second: TestServer,
    scorer: Scorer,
    viewer: Viewer,
}

impl Nodes {
    async fn start(bus: &str) -> Self {
        let settings = [("bus_url", bus)];
        Self::with(if bus.is_empty() { &[] } else { &settings }).await
    }

    async fn with(settings: &[(&str, &str)]) -> Self {
        let database = Database::new(Kind::Postgres).await;
        let other = database.again();
        let first = TestServer::start(database, settings).await;
        let second = TestServer::start(other, settings).await;
        let scorer = first.organizer().await.live("generic").await;
        let mut viewer = second.watch(&scorer.game.stream()).open().await;
        viewer.control("live").await;
        Self { first, second, scorer, viewer }
    }

    /// Writes on the first node so many times; each is read on the second within a second.
    async fn tell(&mut self, count: i64) {
        for number in 0..count {
            let acknowledged = self.scorer.score(number, 0).await;
            let began = Instant::now();
            acknowledged.ok();
            let message = self.viewer.message().await.data;
            let took = began.elapsed();
            assert!(message.contains(&format!(r#""home":{number}"#)), "{message}");
            assert!(took < Duration::from_secs(1), "message {number} took {took:?}");
        }
    }

    /// Notices that the second node has heard.
    async fn heard(&self) -> i64 {
        figure(&self.second, "touchline_bus_heard_total").await
    }

    /// Waits until both have (or have not) a bus.
    async fn connected(&self, expected: i64) {
        for server in [&self.first, &self.second] {
            let deadline = Instant::now() + PATIENCE;
            while figure(server, "touchline_bus_connected").await != expected {
                assert!(Instant::now() < deadline, "the bus is not {expected}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

async fn figure(server: &TestServer, name: &str) -> i64 {
    let text = server.stranger().get("/metrics").await.text;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in {text}")).trim().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn g9_what_one_node_commits_is_read_on_the_other() {
    let mut nodes = Nodes::start("").await;
    nodes.connected(1).await;
    let before = nodes.heard().await;
    nodes.tell(20).await;
    assert!(nodes.heard().await > before, "it came by the bus, not only by looking");
}

#[tokio::test(flavor = "multi_thread")]
async fn g9_holds_when_every_notice_is_lost() {
    let mut nodes = Nodes::start("none").await;
    nodes.tell(5).await;
    assert_eq!(nodes.heard().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn g9_holds_while_listening_connections_are_cut() {
    let mut nodes = Nodes::start("").await;
    nodes.connected(1).await;
    let cut = "select pg_terminate_backend(pid) from pg_stat_activity \
               where application_name = 'touchline bus' and datname = current_database()";
    for _ in 0..3 {
        nodes.first.database.tamper(cut).await;
        nodes.tell(3).await;
        nodes.connected(1).await;
    }
    let before = nodes.heard().await;
    nodes.tell(3).await;
    assert!(nodes.heard().await > before, "the bus is back");
}

#[tokio::test(flavor = "multi_thread")]
async fn g9_holds_while_redis_is_gone_and_after_it_is_back() {
    let mut redis = Redis::start().await;
    let mut nodes = Nodes::start(&redis.url()).await;
    nodes.connected(1).await;
    let before = nodes.heard().await;
    nodes.tell(5).await;
    assert!(nodes.heard().await > before, "it came by the bus");

    redis.kill9();
    nodes.connected(0).await;
    nodes.tell(3).await;

    redis.again().await;
    nodes.connected(1).await;
    let before = nodes.heard().await;
    nodes.tell(3).await;
    assert!(nodes.heard().await > before, "the bus is back");
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_is_reached_over_tls_and_with_a_password() {
    let redis = Redis::guarded().await;
    let (url, authority) = (redis.url(), redis.authority());
    let settings = [("bus_url", url.as_str()), ("bus_ca_file", authority.as_str())];
    let mut nodes = Nodes::with(&settings).await;
    nodes.connected(1).await;
    let before = nodes.heard().await;
    nodes.tell(5).await;
    assert!(nodes.heard().await > before, "it came by the bus");
    assert!(!nodes.first.log().contains("32%20bytes"), "the password is in no log");

    // Who can't tell that it is the right one doesn't speak to it.
    let mut nodes = Nodes::with(&settings[..1]).await;
    nodes.tell(1).await;
    let log = nodes.first.log();
    assert!(log.contains("Can't connect to the bus"), "{log}");
    nodes.connected(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bus_is_refused_where_there_is_one_node_only() {
    let folder = crate::support::database::folder("alone");
    let mut command = crate::support::server::binary(&["serve"]);
    let url = format!("sqlite://{}", folder.join("touchline.db").display());
    command.env("TOUCHLINE_DATABASE_URL", url).env("TOUCHLINE_LISTEN", "127.0.0.1:0");
    let ended = command.env("TOUCHLINE_BUS_URL", "redis://127.0.0.1:1").output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(
        !ended.status.success() && said.contains("SQLite supports a single node"),
        "{BINARY}: {said}"
    );
    std::fs::remove_dir_all(&folder).unwrap();
}
