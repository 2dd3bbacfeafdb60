//! A PostgreSQL server per test process: started on first use, stopped with the process.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use touchline::store::{DatabaseTimeouts, Store, StoreOptions};

use super::database::folder;
use super::server::free_port;

/// Its stdin stays open for the life of this process; the watchdog waits for its end.
struct Cluster {
    port: u16,
    _watchdog: ChildStdin,
}

static CLUSTER: OnceLock<Cluster> = OnceLock::new();

/// Migrated once; every database is a copy.
const TEMPLATE: &str = "touchline_template";

/// Stops the server at the end of its input, which comes when the test process ends, in whatever
/// way; then removes the server's files, unless `keep` is set.
const WATCHDOG: &str = r#"exec 3<&0
folder=$1; keep=$2; shift 2
"$@" >>"$folder/log" 2>&1 </dev/null 3<&- &
server=$!
(while read -r _; do :; done; kill -QUIT $server) <&3 2>/dev/null &
wait $server
[ "$keep" ] || rm -rf "$folder""#;

/// Returns the URL of a new, migrated database.
pub async fn database() -> String {
    create(&format!("template {TEMPLATE}")).await
}

/// Returns the URL of a new, empty database.
pub async fn empty_database() -> String {
    create("").await
}

async fn create(how: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let started = tokio::task::spawn_blocking(|| CLUSTER.get_or_init(start).port);
    let port = started.await.unwrap();
    let name = format!("touchline_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let mut conn = AsyncPgConnection::establish(&address(port, "postgres")).await.unwrap();
    let create = format!("create database {name} {how}");
    conn.batch_execute(&create).await.unwrap();
    address(port, &name)
}

fn address(port: u16, database: &str) -> String {
    format!("postgres://postgres@127.0.0.1:{port}/{database}")
}

fn start() -> Cluster {
    let folder = folder("postgres");
    let port = free_port();
    initialize(&folder);
    let watchdog_stdin = launch(&folder, port, "");
    tokio::runtime::Runtime::new().unwrap().block_on(make_template(port, &folder));
    Cluster { port, _watchdog: watchdog_stdin }
}

/// Creates the files of an empty server, in `data`.
fn initialize(folder: &Path) {
    let (owner, tools) = (owner(), find_tools());
    if let Some((user, group)) = owner {
        chown(folder, Some(user), Some(group)).unwrap();
    }
    let mut initdb = as_owner(owner, &tools.join("initdb"));
    initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale"]);
    let data = folder.join("data");
    let made = initdb.arg("--pgdata").arg(&data).current_dir(folder).output().unwrap();
    assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
}

/// Runs a server on these files. Dropping the result stops it and, unless `keep` is set, removes
/// the files.
fn launch(folder: &Path, port: u16, keep: &str) -> ChildStdin {
    let server = as_owner(owner(), &find_tools().join("postgres"));
    let mut watchdog = Command::new("sh");
    watchdog.args(["-c", WATCHDOG, "watchdog"]).arg(folder).arg(keep);
    watchdog.arg(server.get_program()).args(server.get_args());
    watchdog.arg("-D").arg(folder.join("data")).arg("-k").arg(folder);
    watchdog.args(["-p", &port.to_string(), "-h", "127.0.0.1"]);
    watchdog.args(["-c", "max_connections=300", "-c", "dynamic_shared_memory_type=mmap"]);
    // Outside the terminal's process group: an interrupt must not stop it before it has cleaned up.
    watchdog.process_group(0).stdin(Stdio::piped()).current_dir("/");
    let mut child = watchdog.spawn().expect("a shell");
    let watchdog_stdin = child.stdin.take().unwrap();
    std::thread::spawn(move || child.wait());
    watchdog_stdin
}

/// The folder of `initdb` and `postgres`. Without them the tests fail: a database that is not
/// tested is not supported.
fn find_tools() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    let is_whole =
        |folder: &PathBuf| ["initdb", "postgres"].iter().all(|tool| folder.join(tool).is_file());
    let found = folders.into_iter().find(is_whole);
    found.expect("initdb and postgres in PATH or in /usr/lib/postgresql/*/bin")
}

/// PostgreSQL refuses to run as root, so root runs it as the user `postgres`.
fn owner() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| -> Option<u32> {
        let stdout = Command::new("id").args(arguments).output().ok()?.stdout;
        String::from_utf8_lossy(&stdout).trim().parse().ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    let ids = id(&["-u", "postgres"]).zip(id(&["-g", "postgres"]));
    Some(ids.expect("a user postgres, since root can't run the server"))
}

fn as_owner(owner: Option<(u32, u32)>, program: &Path) -> Command {
    let Some((user, group)) = owner else { return Command::new(program) };
    let mut command = Command::new("setpriv");
    command.arg(format!("--reuid={user}")).arg(format!("--regid={group}"));
    command.arg("--clear-groups").arg(program);
    command
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

async fn make_template(port: u16, folder: &Path) {
    let deadline = Instant::now() + Duration::from_mins(1);
    let mut conn = loop {
        match AsyncPgConnection::establish(&address(port, "postgres")).await {
            Ok(conn) => break conn,
            Err(error) => {
                let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
                assert!(Instant::now() < deadline, "postgres does not answer: {error}\n{log}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    };
    conn.batch_execute(&format!("create database {TEMPLATE}")).await.unwrap();
    let url = address(port, TEMPLATE);
    drop(
        Store::open(&StoreOptions {
            url: url.clone(),
            max_connections: 1,
            ca_file: None,
            timeouts: DatabaseTimeouts::default(),
            secret: None,
        })
        .await
        .unwrap(),
    );
    let mut template = AsyncPgConnection::establish(&url).await.unwrap();
    // Each copy creates its own epoch, like any new database.
    template.batch_execute("delete from settings where name = 'epoch'").await.unwrap();
    drop(template);
    let busy = format!("select count(*) from pg_stat_activity where datname = '{TEMPLATE}'");
    loop {
        let left: Count = diesel::sql_query(&busy).get_result(&mut conn).await.unwrap();
        if left.count == 0 {
            break;
        }
        assert!(Instant::now() < deadline, "the template is still in use");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A server for one test, which can be killed, and restarted from earlier files.
pub struct PostgresServer {
    port: u16,
    folder: PathBuf,
    watchdogs: Vec<ChildStdin>,
}

impl PostgresServer {
    pub async fn start() -> Self {
        let (folder, port) = (folder("postgres"), free_port());
        initialize(&folder);
        let mut server = Self { port, folder, watchdogs: Vec::new() };
        server.restart().await;
        server
    }

    /// Starts it and waits until it answers.
    pub async fn restart(&mut self) {
        let deadline = Instant::now() + Duration::from_mins(1);
        self.watchdogs.push(launch(&self.folder, self.port, "keep"));
        while let Err(error) = AsyncPgConnection::establish(&self.url()).await {
            let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(Instant::now() < deadline, "postgres does not answer: {error}\n{log}");
            if !self.is_running() {
                // Processes of the previous server must exit first.
                self.watchdogs.push(launch(&self.folder, self.port, "keep"));
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// `kill -9` of the server and its children, which would otherwise continue until they notice.
    pub fn kill9(&self) {
        let pid = self.pid().expect("a running server");
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
        self.stop_with("-KILL");
        // Some have exited already.
        let _ = Command::new("kill").arg("-KILL").args(children.split_whitespace()).output();
    }

    /// Stops it like an operator, with or without connections.
    pub fn stop(&self) {
        self.stop_with("-INT");
    }

    fn stop_with(&self, signal: &str) {
        let pid = self.pid().expect("a running server").to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        while self.is_running() {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Saves the files of the stopped server.
    pub fn save_files(&self) {
        self.copy("data", "before");
    }

    /// Restores the saved files; everything later is lost.
    pub fn restore_files(&self) {
        std::fs::remove_dir_all(self.folder.join("data")).unwrap();
        self.copy("before", "data");
    }

    fn copy(&self, from: &str, to: &str) {
        let mut copy = Command::new("cp");
        copy.arg("-a").arg(self.folder.join(from)).arg(self.folder.join(to));
        assert!(copy.status().unwrap().success());
    }

    fn pid(&self) -> Option<u32> {
        let text = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).ok()?;
        text.lines().next()?.parse().ok()
    }

    fn is_running(&self) -> bool {
        self.pid().is_some_and(|pid| Path::new(&format!("/proc/{pid}")).exists())
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        address(self.port, "postgres")
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        if self.is_running() {
            self.stop_with("-QUIT");
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
