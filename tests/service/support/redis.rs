//! A Redis server per test, stopped with it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::database::folder;
use super::server::free_port;

pub struct Redis {
    port: u16,
    folder: PathBuf,
    child: Option<Child>,
    /// Requires TLS and a password.
    requires_tls: bool,
}

/// The password of a server with TLS.
const PASSWORD: &str = "the tests' own, 32 bytes or more";

impl Redis {
    pub async fn start() -> Self {
        Self::new(false).await
    }

    /// A server that requires TLS and a password.
    pub async fn with_tls_and_password() -> Self {
        Self::new(true).await
    }

    async fn new(requires_tls: bool) -> Self {
        let folder = folder("redis");
        if requires_tls {
            create_certificates(&folder);
        }
        let mut redis = Self { port: free_port(), folder, child: None, requires_tls };
        redis.restart().await;
        redis
    }

    /// Starts it on the same port.
    pub async fn restart(&mut self) {
        let mut command = Command::new("redis-server");
        let (port, tls) =
            (self.port.to_string(), if self.requires_tls { "--tls-port" } else { "--port" });
        command.args(["--bind", "127.0.0.1", tls, &port]);
        if self.requires_tls {
            command.args(["--port", "0", "--tls-auth-clients", "no", "--requirepass", PASSWORD]);
            command.args(["--tls-cert-file", "server.pem", "--tls-key-file", "server.key"]);
            command.args(["--tls-ca-cert-file", "authority.pem"]);
        }
        command.args(["--save", "", "--appendonly", "no"]).current_dir(&self.folder);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().expect("redis-server is needed: ./check installs it"));
        let deadline = Instant::now() + Duration::from_secs(20);
        while tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            assert!(Instant::now() < deadline, "redis-server does not start");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The authority that signed its certificate.
    pub fn ca_file(&self) -> String {
        self.folder.join("authority.pem").display().to_string()
    }

    pub fn kill9(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub fn url(&self) -> String {
        if self.requires_tls {
            let password = PASSWORD.replace(' ', "%20").replace(',', "%2C").replace('\'', "%27");
            return format!("rediss://:{password}@localhost:{}", self.port);
        }
        format!("redis://127.0.0.1:{}", self.port)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if self.child.is_some() {
            self.kill9();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Creates an authority and a certificate for `localhost`.
fn create_certificates(folder: &Path) {
    let script = "\
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority \
            -keyout authority.key -out authority.pem && \
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost \
            -keyout server.key -out server.csr && \
        printf 'subjectAltName=DNS:localhost' > names && \
        openssl x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial \
            -days 2 -extfile names -out server.pem";
    let made = Command::new("sh").args(["-c", script]).current_dir(folder).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}
