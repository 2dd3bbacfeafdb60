//! The real binary as a server, killed when the test ends.

use std::fs::OpenOptions;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use super::api_client::ApiClient;
use super::database::{Database, Kind, folder};
use super::subscriber::StreamRequest;
use super::users::Organizer;

pub const BINARY: &str = env!("CARGO_BIN_EXE_touchline");
pub const ADMIN_EMAIL: &str = "ada.admin@example.org";
pub const ADMIN_PASSWORD: &str = "correct horse battery staple";
pub const JWT_SECRET: &str = "a secret of the tests, 32 bytes or more";

/// Time limit of a start, on a machine that may also be compiling.
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// Settings of every server unless a test overrides them: no limits.
const DEFAULT_SETTINGS: [(&str, &str); 9] = [
    ("jwt_secret", JWT_SECRET),
    ("admin_email", ADMIN_EMAIL),
    ("admin_password", ADMIN_PASSWORD),
    ("writes_per_minute", "0"),
    ("reads_per_minute", "0"),
    ("logins_per_minute", "0"),
    ("streams_per_user", "0"),
    ("drain_seconds", "1"),
    ("workers", "2"),
];

pub struct TestServer {
    pub database: Database,
    pub port: u16,
    /// Subcommand and arguments.
    arguments: Vec<String>,
    settings: Vec<(String, String)>,
    folder: PathBuf,
    child: Mutex<Option<Child>>,
    admin: OnceCell<ApiClient>,
}

impl TestServer {
    /// Starts a server on this database; settings have the names of the settings file.
    pub async fn start(database: Database, settings: &[(&str, &str)]) -> Self {
        Self::start_as(&["serve"], database, settings).await
    }

    /// Starts a relay of the node at this address, which needs no database.
    pub async fn relay(upstream: &str, settings: &[(&str, &str)]) -> Self {
        let is_url = upstream.contains("://");
        let url = if is_url { upstream.to_owned() } else { format!("http://{upstream}") };
        let settings = [&[("upstream", &*url)], settings].concat();
        Self::start_as(&["relay"], Database::unreachable(), &settings).await
    }

    async fn start_as(arguments: &[&str], database: Database, settings: &[(&str, &str)]) -> Self {
        let mut all: Vec<(String, String)> = Vec::new();
        let is_unset = |name: &str| !settings.iter().any(|(set, _)| *set == name);
        let defaults = DEFAULT_SETTINGS.iter().filter(|(name, _)| is_unset(name));
        for (name, value) in defaults.chain(settings) {
            all.push((format!("TOUCHLINE_{}", name.to_uppercase()), (*value).to_owned()));
        }
        let server = Self {
            database,
            port: free_port(),
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            settings: all,
            folder: folder("server"),
            child: Mutex::new(None),
            admin: OnceCell::new(),
        };
        server.restart().await;
        server
    }

    /// Starts a server on its own SQLite file.
    pub async fn sqlite(settings: &[(&str, &str)]) -> Self {
        Self::start(Database::new(Kind::Sqlite).await, settings).await
    }

    /// Starts it again, on the same port and database.
    pub async fn restart(&self) {
        let arguments: Vec<_> = self.arguments.iter().map(String::as_str).collect();
        self.run(self.command(&arguments)).await;
    }

    /// Starts it with this command line and waits until it answers.
    pub async fn run(&self, mut command: Command) {
        let log = OpenOptions::new().create(true).append(true).open(self.log_path()).unwrap();
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        *self.child.lock().unwrap() = Some(command.spawn().unwrap());
        let deadline = Instant::now() + START_TIMEOUT;
        let client = self.anonymous();
        loop {
            if let Ok(response) = client.try_get("/readyz").await
                && response.status == 200
            {
                return;
            }
            if let Some(status) = self.exit_status() {
                panic!("server exited at startup, {status}:\n{}", self.log());
            }
            assert!(Instant::now() < deadline, "server is not ready:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// A command of the same binary with the same settings.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = binary(arguments);
        command.current_dir(&self.folder).envs(self.settings.iter().cloned());
        command.env("TOUCHLINE_LISTEN", self.address());
        command.env("TOUCHLINE_DATABASE_URL", &self.database.url);
        command
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Sends SIGKILL and waits for the exit.
    pub fn kill9(&self) {
        if let Some(mut child) = self.child.lock().unwrap().take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        self.signal("-TERM");
    }

    pub fn signal(&self, signal: &str) {
        let pid = self.pid().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// Waits until the process has exited.
    pub async fn wait_for_exit(&self, timeout: Duration) -> ExitStatus {
        let deadline = Instant::now() + timeout;
        loop {
            if let Some(status) = self.exit_status() {
                return status;
            }
            assert!(Instant::now() < deadline, "still running after {timeout:?}:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn exit_status(&self) -> Option<ExitStatus> {
        self.child.lock().unwrap().as_mut().and_then(|child| child.try_wait().unwrap())
    }

    pub fn pid(&self) -> u32 {
        self.child.lock().unwrap().as_ref().expect("a running server").id()
    }

    /// Resident memory in KiB.
    pub fn memory_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches("kB").trim().parse().unwrap()
    }

    fn log_path(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// Returns the output of all its runs.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.log_path()).unwrap_or_default()).into_owned()
    }

    /// Its working directory, also for files of the test.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A client that is not signed in.
    pub fn anonymous(&self) -> ApiClient {
        ApiClient::new(&self.address())
    }

    /// The administrator, signed in once; each call has its own connections.
    /// Sums a metric over all labels.
    pub async fn metric(&self, name: &str) -> i64 {
        let text = self.anonymous().get("/metrics").await.text;
        let values: Vec<i64> = text
            .lines()
            .filter(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '{'])))
            .map(|line| line.rsplit(' ').next().unwrap().parse().unwrap())
            .collect();
        assert!(!values.is_empty(), "no {name} in {text}");
        values.iter().sum()
    }

    pub async fn admin(&self) -> ApiClient {
        let sign_in = || async { self.anonymous().sign_in(ADMIN_EMAIL, ADMIN_PASSWORD).await };
        self.admin.get_or_init(sign_in).await.with_new_connections()
    }

    pub async fn organizer(&self) -> Organizer {
        Organizer { client: self.admin().await }
    }

    /// Prepares a stream request.
    pub fn subscribe(&self, path: &str) -> StreamRequest {
        StreamRequest::new(&self.address(), path)
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.lock().unwrap().take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<_> = log.lines().collect();
            let last = lines.len().saturating_sub(60);
            eprintln!("--- last of the server's log\n{}\n---", lines[last..].join("\n"));
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The binary without any setting from the environment.
pub fn binary(arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    let ours = std::env::vars_os()
        .filter(|(name, _)| name.to_str().is_some_and(|name| name.starts_with("TOUCHLINE_")));
    for (name, _) in ours {
        command.env_remove(name);
    }
    command.args(arguments);
    command
}

/// Returns a port below the ephemeral range, so that a killed server can bind it again.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let begin = u16::try_from(std::process::id() % 10_000).unwrap();
    loop {
        let offset = NEXT.fetch_add(1, Ordering::Relaxed) % 12_000;
        let port = 20_000 + (begin + offset) % 12_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
