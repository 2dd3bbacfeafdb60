//! `nginx/touchline.conf` as shipped, in front of two nodes; only the ports differ.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::api_client::ApiClient;
use super::curl::CurlRequest;
use super::database::{Database, Kind, folder};
use super::nginx::find_program;
use super::server::{TestServer, free_port};

/// Starts two nodes on one database that trust a local proxy.
pub async fn two_nodes() -> [TestServer; 2] {
    two_nodes_with_drain("1").await
}

/// The same with this drain time in seconds.
pub async fn two_nodes_with_drain(seconds: &str) -> [TestServer; 2] {
    let database = Database::new(Kind::Postgres).await;
    let other = database.share();
    let settings = [("trusted_proxies", "127.0.0.1/32"), ("drain_seconds", seconds)];
    [TestServer::start(database, &settings).await, TestServer::start(other, &settings).await]
}

pub struct ShippedNginx {
    port: u16,
    pub folder: PathBuf,
    child: Option<Child>,
}

impl ShippedNginx {
    pub async fn in_front_of(nodes: &[TestServer; 2]) -> Self {
        Self::with_edits([nodes[0].port, nodes[1].port], &[]).await
    }

    /// Uses nodes at these ports, and edited settings.
    pub async fn with_edits(nodes: [u16; 2], edits: &[(&str, &str)]) -> Self {
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
        let mut nginx = Self { port, folder, child: None };
        nginx.restart().await;
        nginx
    }

    fn nginx(&self) -> Command {
        let mut command = Command::new(find_program("nginx"));
        command.arg("-p").arg(&self.folder).args(["-e", "error.log", "-c"]);
        command.arg(self.folder.join("conf/touchline.conf"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Starts it and waits until it answers.
    pub async fn restart(&mut self) {
        let child = self.nginx().args(["-g", "daemon off;"]).spawn().expect("nginx");
        self.child = Some(child);
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.request("/healthz").try_send().await.is_none() {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "nginx exited at startup:\n{}", self.file("error.log"));
            assert!(Instant::now() < deadline, "nginx does not answer");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Stops it with all its connections.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // SIGTERM, because SIGKILL would leave its workers running.
            let _ = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
            let _ = child.wait();
        }
    }

    /// `nginx -s reload`; returns when there are new workers.
    pub async fn reload(&self) {
        let before = self.workers();
        let status = self.nginx().args(["-s", "reload"]).status().unwrap();
        assert!(status.success());
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

    pub fn request(&self, path: &str) -> CurlRequest {
        CurlRequest::new(&self.url(), path)
    }

    /// The same as this user.
    pub fn request_as(&self, client: &ApiClient, path: &str) -> CurlRequest {
        self.request(path).with_user(client)
    }

    /// Reads a file that nginx has written.
    pub fn file(&self, name: &str) -> String {
        let bytes = std::fs::read(self.folder.join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Returns the files nginx has written that contain this text.
    pub fn files_with(&self, text: &str) -> Vec<PathBuf> {
        let found = Command::new("grep").args(["-rlF", "--", text]).arg(&self.folder).output();
        let found = String::from_utf8(found.unwrap().stdout).unwrap();
        found.lines().map(PathBuf::from).collect()
    }
}

/// Copies the shipped files with these replacements; each must occur.
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
        assert!(whole.contains(from), "{from} is missing in the configuration");
    }
}

impl Drop for ShippedNginx {
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
