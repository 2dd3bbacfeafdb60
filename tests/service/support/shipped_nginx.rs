//! `nginx/touchline.conf` as it is shipped, before two nodes: only ports are other ones.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::api_client::Client;
use super::curl::Ask;
use super::database::{Database, Kind, folder};
use super::nginx::program;
use super::server::{TestServer, free_port};

/// Two nodes on one database that trust what stands before them.
pub async fn two_nodes() -> [TestServer; 2] {
    two_nodes_that_drain("1").await
}

/// The same, over so many seconds when they are told to end.
pub async fn two_nodes_that_drain(seconds: &str) -> [TestServer; 2] {
    let database = Database::new(Kind::Postgres).await;
    let other = database.again();
    let settings = [("trusted_proxies", "127.0.0.1/32"), ("drain_seconds", seconds)];
    [TestServer::start(database, &settings).await, TestServer::start(other, &settings).await]
}

pub struct Front {
    port: u16,
    pub folder: PathBuf,
    child: Option<Child>,
}

impl Front {
    pub async fn before(nodes: &[TestServer; 2]) -> Self {
        Self::with([nodes[0].port, nodes[1].port], &[]).await
    }

    /// Before nodes at these ports, with other numbers in the settings.
    pub async fn with(nodes: [u16; 2], edits: &[(&str, &str)]) -> Self {
        let folder = folder("front");
        let port = free_port();
        let edits: Vec<(String, String)> = [
            ("127.0.0.1:8080".to_owned(), format!("127.0.0.1:{}", nodes[0])),
            ("127.0.0.1:8081".to_owned(), format!("127.0.0.1:{}", nodes[1])),
            ("8443".to_owned(), port.to_string()),
            ("8088".to_owned(), free_port().to_string()),
        ]
        .into_iter()
        .chain(edits.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())))
        .collect();
        copy(&folder.join("conf"), &edits);
        let made = Command::new(folder.join("conf/make-certificate")).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut front = Self { port, folder, child: None };
        front.again().await;
        front
    }

    fn nginx(&self) -> Command {
        let mut command = Command::new(program("nginx"));
        command.arg("-p").arg(&self.folder).args(["-e", "error.log", "-c"]);
        command.arg(self.folder.join("conf/touchline.conf"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Starts it, also after it was stopped, and waits until it answers.
    pub async fn again(&mut self) {
        let child = self.nginx().args(["-g", "daemon off;"]).spawn().expect("nginx");
        self.child = Some(child);
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.ask("/healthz").try_answer().await.is_none() {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "nginx ended at its start:\n{}", self.file("error.log"));
            assert!(Instant::now() < deadline, "nginx doesn't answer");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Stops it, and all connections with it.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Not the hard way: its workers would live on.
            let _ = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
            let _ = child.wait();
        }
    }

    /// `nginx -s reload`; returns when new workers are there.
    pub async fn reload(&self) {
        let before = self.workers();
        let said = self.nginx().args(["-s", "reload"]).status().unwrap();
        assert!(said.success());
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.workers().iter().all(|worker| before.contains(worker)) {
            assert!(Instant::now() < deadline, "no new worker");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn workers(&self) -> Vec<String> {
        let master = self.child.as_ref().unwrap().id();
        let children = format!("/proc/{master}/task/{master}/children");
        let text = std::fs::read_to_string(children).unwrap();
        text.split_whitespace().map(str::to_owned).collect()
    }

    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    pub fn ask(&self, path: &str) -> Ask {
        Ask::new(&self.url(), path)
    }

    /// The same as this person.
    pub fn ask_by(&self, client: &Client, path: &str) -> Ask {
        self.ask(path).by(client)
    }

    /// A file that it has written.
    pub fn file(&self, name: &str) -> String {
        let bytes = std::fs::read(self.folder.join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Names of the files it has written which hold this text.
    pub fn files_with(&self, text: &str) -> Vec<PathBuf> {
        let found = Command::new("grep").args(["-rlF", "--", text]).arg(&self.folder).output();
        let found = String::from_utf8(found.unwrap().stdout).unwrap();
        found.lines().map(PathBuf::from).collect()
    }
}

/// The shipped files with these words replaced; each must be there.
fn copy(to: &Path, edits: &[(String, String)]) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("nginx");
    std::fs::create_dir_all(to).unwrap();
    let mut whole = String::new();
    for file in std::fs::read_dir(from).unwrap().map(|file| file.unwrap().path()) {
        let target = to.join(file.file_name().unwrap());
        std::fs::copy(&file, &target).unwrap();
        if file.extension().is_some_and(|ending| ending == "conf") {
            let text = std::fs::read_to_string(&file).unwrap();
            whole.push_str(&text);
            let text = edits.iter().fold(text, |text, (from, to)| text.replace(from, to));
            std::fs::write(&target, text).unwrap();
        }
    }
    for (from, _) in edits {
        assert!(whole.contains(from), "{from} is not in the settings");
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.stop();
        if std::thread::panicking() {
            let log = self.file("access.log");
            let lines: Vec<_> = log.lines().collect();
            let last = lines.len().saturating_sub(30);
            eprintln!("--- nginx\n{}\n{}", self.file("error.log"), lines[last..].join("\n"));
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
