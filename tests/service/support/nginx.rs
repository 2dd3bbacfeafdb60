//! A real `nginx` in front of a server, stopped with the test.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::api_client::ApiClient;
use super::database::folder;
use super::server::TestServer;

pub struct Nginx {
    port: u16,
    folder: PathBuf,
    child: Child,
}

/// Caches everything that is cacheable, for ten minutes by default. A single process, so that
/// killing it leaves none.
const SETTINGS: &str = r#"
daemon off;
master_process off;
pid FOLDER/pid;
error_log FOLDER/log warn;
events { worker_connections 512; }
http {
    access_log off;
    client_body_temp_path FOLDER/body;
    proxy_temp_path FOLDER/proxy;
    fastcgi_temp_path FOLDER/fastcgi;
    uwsgi_temp_path FOLDER/uwsgi;
    scgi_temp_path FOLDER/scgi;
    proxy_cache_path FOLDER/cache keys_zone=touchline:4m inactive=1h;
    upstream touchline { server 127.0.0.1:UPSTREAM; keepalive 8; }
    server {
        listen 127.0.0.1:PORT;
        location / {
            proxy_pass http://touchline;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_cache touchline;
            proxy_cache_key $request_uri;
            proxy_cache_valid any 10m;
            proxy_cache_revalidate on;
            add_header X-Cache $upstream_cache_status always;
        }
    }
}
"#;

/// Terminates TLS with the certificate in the server's folder.
const TLS: &str = r#"
daemon off;
master_process off;
pid FOLDER/pid;
error_log FOLDER/log warn;
events { worker_connections 512; }
http {
    access_log off;
    client_body_temp_path FOLDER/body;
    proxy_temp_path FOLDER/proxy;
    fastcgi_temp_path FOLDER/fastcgi;
    uwsgi_temp_path FOLDER/uwsgi;
    scgi_temp_path FOLDER/scgi;
    server {
        listen 127.0.0.1:PORT ssl;
        ssl_certificate SERVER/certificate.pem;
        ssl_certificate_key SERVER/key.pem;
        location / {
            proxy_pass http://127.0.0.1:UPSTREAM;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering off;
        }
    }
}
"#;

/// A naive configuration; HTTP/1.0 to the upstream is nginx's default up to 1.29.6.
const DEFAULTS: &str = r"
daemon off;
master_process off;
pid FOLDER/pid;
error_log FOLDER/log warn;
events { worker_connections 512; }
http {
    access_log off;
    server {
        listen 127.0.0.1:PORT;
        location / {
            proxy_pass http://127.0.0.1:UPSTREAM;
            proxy_http_version 1.0;
        }
    }
}
";

/// Replaces `access_log off;`: all files go into its own folder.
const FILE_PATHS: &str = "access_log off;
    client_body_temp_path FOLDER/body;
    proxy_temp_path FOLDER/proxy;
    fastcgi_temp_path FOLDER/fastcgi;
    uwsgi_temp_path FOLDER/uwsgi;
    scgi_temp_path FOLDER/scgi;";

/// Replaces these words; each must occur.
fn apply_edits(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_owned(), |text, (from, with)| {
        assert!(text.contains(from), "{from} is missing");
        text.replace(from, with)
    })
}

impl Nginx {
    /// A naive configuration, ready to answer.
    pub async fn with_defaults(server: &TestServer) -> Self {
        let mut nginx =
            Self::run(&apply_edits(DEFAULTS, &[("access_log off;", FILE_PATHS)]), server);
        nginx.wait_until_ready().await;
        nginx
    }

    /// The configuration of `docs/deploy/compose.yaml`, for nodes at these ports.
    pub async fn from_compose(nodes: [u16; 2]) -> Self {
        Self::with_compose(nodes, &[]).await
    }

    /// The same without the rule that hides metrics.
    pub async fn from_compose_without_rules(nodes: [u16; 2]) -> Self {
        Self::with_compose(nodes, &[("~* ^/metrics", "~ ^/nothing")]).await
    }

    async fn with_compose(nodes: [u16; 2], edits: &[(&str, &str)]) -> Self {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/deploy/compose.nginx.conf");
        let [one, two] = nodes.map(|port| format!("127.0.0.1:{port}"));
        let defaults = [
            ("worker_processes auto;", "daemon off; master_process off; pid FOLDER/pid;"),
            ("worker_rlimit_nofile 262144;", ""),
            ("worker_connections 65536", "worker_connections 512"),
            ("access_log off;", FILE_PATHS),
            ("node1:8080", &*one),
            ("node2:8080", &*two),
            ("listen 80", "listen 127.0.0.1:PORT"),
        ];
        let text =
            apply_edits(&std::fs::read_to_string(file).unwrap(), &[&defaults, edits].concat());
        let mut nginx = Self::start(&text);
        nginx.wait_until_ready().await;
        nginx
    }

    /// TLS without a cache; not ready yet.
    pub fn with_tls(server: &TestServer) -> Self {
        Self::run(&TLS.replace("SERVER", server.folder().to_str().unwrap()), server)
    }

    /// A caching proxy, ready to answer.
    pub async fn caching(server: &TestServer) -> Self {
        let mut nginx = Self::run(SETTINGS, server);
        nginx.wait_until_ready().await;
        nginx
    }

    fn run(settings: &str, server: &TestServer) -> Self {
        Self::start(&settings.replace("UPSTREAM", &server.port.to_string()))
    }

    fn start(settings: &str) -> Self {
        let folder = folder("nginx");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings =
            settings.replace("FOLDER", folder.to_str().unwrap()).replace("PORT", &port.to_string());
        let file = folder.join("nginx.conf");
        std::fs::write(&file, settings).unwrap();
        let mut command = Command::new(find_program("nginx"));
        command.arg("-p").arg(&folder).arg("-e").arg(folder.join("log")).arg("-c").arg(&file);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().expect("nginx");
        Self { port, folder, child }
    }

    async fn wait_until_ready(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.client().try_get("/healthz").await.is_err() {
            let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "nginx exited at startup:\n{log}");
            assert!(Instant::now() < deadline, "nginx does not answer:\n{log}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// An anonymous client through the proxy.
    pub fn client(&self) -> ApiClient {
        ApiClient::new(&self.address())
    }

    /// The same user through the proxy.
    pub fn client_as(&self, client: &ApiClient) -> ApiClient {
        match &client.token {
            Some(token) => self.client().with_token(token),
            None => self.client(),
        }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Also searches `/usr/sbin`, which is not in every PATH. Missing programs fail the tests, since
/// nothing else proves the promises about proxies.
pub fn find_program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders =
        std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    let found = folders.map(|folder| folder.join(name)).find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("{name} is needed, in PATH or in /usr/sbin"))
}
