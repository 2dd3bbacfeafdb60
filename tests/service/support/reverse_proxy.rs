//! `HAProxy` and Varnish with the files of `docs/proxies`; only the ports differ.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::curl::CurlRequest;
use super::database::folder;
use super::nginx::find_program;
use super::server::free_port;

pub struct ReverseProxy {
    pub port: u16,
    scheme: &'static str,
    folder: PathBuf,
    child: Child,
}

impl ReverseProxy {
    /// `HAProxy` with TLS, for nodes at these ports.
    pub async fn haproxy(nodes: [u16; 2]) -> Self {
        let (port, folder) = (free_port(), folder("haproxy"));
        let edits = [
            ("127.0.0.1:8080", format!("127.0.0.1:{}", nodes[0])),
            ("127.0.0.1:8081", format!("127.0.0.1:{}", nodes[1])),
            (":8443", format!("127.0.0.1:{port}")),
        ];
        let file = copy(&folder, "haproxy.cfg", &edits);
        copy(&folder, "unavailable.http", &[]);
        certificate(&folder);
        let mut command = Command::new(find_program("haproxy"));
        command.arg("-db").arg("-f").arg(file);
        Self::start(command, port, "https", folder).await
    }

    /// Varnish, for nodes at these ports.
    pub async fn varnish(nodes: [u16; 2]) -> Self {
        let (port, folder) = (free_port(), folder("varnish"));
        let edits =
            [("\"8080\"", format!("\"{}\"", nodes[0])), ("\"8081\"", format!("\"{}\"", nodes[1]))];
        let file = copy(&folder, "touchline.vcl", &edits);
        let mut command = Command::new(find_program("varnishd"));
        command.args(["-F", "-j", "none", "-a", &format!("127.0.0.1:{port}"), "-s", "malloc,64M"]);
        command.arg("-n").arg(folder.join("work")).arg("-f").arg(file);
        command.args(["-p", "idle_send_timeout=20", "-p", "send_timeout=20"]);
        Self::start(command, port, "http", folder).await
    }

    async fn start(mut command: Command, port: u16, scheme: &'static str, folder: PathBuf) -> Self {
        let log = File::create(folder.join("log")).unwrap();
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let child = command.spawn().unwrap();
        let mut proxy = Self { port, scheme, folder, child };
        let deadline = Instant::now() + Duration::from_mins(1);
        while proxy
            .request("/healthz")
            .try_send()
            .await
            .is_none_or(|response| response.status != 200)
        {
            let ended = proxy.child.try_wait().unwrap();
            assert!(ended.is_none(), "proxy exited at startup:\n{}", proxy.log());
            assert!(Instant::now() < deadline, "proxy does not answer:\n{}", proxy.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        proxy
    }

    pub fn url(&self) -> String {
        format!("{}://127.0.0.1:{}", self.scheme, self.port)
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn request(&self, path: &str) -> CurlRequest {
        CurlRequest::new(&self.url(), path)
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

/// Copies a file of `docs/proxies` with these replacements; each must occur.
fn copy(to: &Path, name: &str, edits: &[(&str, String)]) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/proxies").join(name);
    let mut text = std::fs::read_to_string(from).unwrap();
    for (from, with) in edits {
        assert!(text.contains(from), "{from} is missing in {name}");
        text = text.replace(from, with);
    }
    std::fs::write(to.join(name), text).unwrap();
    to.join(name)
}

/// Writes certificate and key into one file for `HAProxy`.
fn certificate(folder: &Path) {
    let script = folder.join("make-certificate");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("nginx/make-certificate");
    std::fs::copy(shipped, &script).unwrap();
    assert!(Command::new(&script).stdout(Stdio::null()).status().unwrap().success());
    let parts = ["certificate.pem", "certificate.key"];
    let both = parts.map(|part| std::fs::read_to_string(folder.join(part)).unwrap()).concat();
    std::fs::write(folder.join("touchline.pem"), both).unwrap();
}

impl Drop for ReverseProxy {
    fn drop(&mut self) {
        // SIGTERM, because SIGKILL would leave Varnish's worker running.
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- the proxy's log\n{}", self.log());
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
