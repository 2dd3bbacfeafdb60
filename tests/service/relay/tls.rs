//! An upstream behind TLS: its certificate is checked against the system's authorities and the
//! operator's own.

use std::path::Path;
use std::process::Command;

use crate::support::nginx::Nginx;
use crate::support::server::TestServer;
use crate::support::subscriber::PATIENCE;

/// A certificate for this machine that signs itself.
fn certificate(folder: &Path) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
        .args(["-days", "2", "-subj", "/CN=touchline test", "-keyout", "key.pem", "-out"])
        .args(["certificate.pem", "-addext", "subjectAltName=IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .current_dir(folder)
        .output()
        .expect("openssl");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_connects_to_its_upstream_over_tls() {
    let upstream = TestServer::sqlite(&[]).await;
    certificate(upstream.folder());
    let proxy = Nginx::with_tls_before(&upstream);
    let file = upstream.folder().join("certificate.pem");
    let url = format!("https://{}", proxy.address());
    let trusted = [("upstream_ca_file", file.to_str().unwrap())];
    let relay = TestServer::relay(&url, &trusted).await;
    let scorer = upstream.organizer().await.live("generic").await;
    let mut viewer = relay.watch(&scorer.game.stream()).open().await;
    viewer.control("live").await;
    scorer.score(1, 0).await.ok();
    assert!(viewer.message().await.data.contains(r#""home":1"#));

    // The same without the authority: nothing is read from whom nobody vouches for.
    relay.terminate();
    assert!(relay.ended(PATIENCE).await.success());
    let mut command = relay.command(&["relay"]);
    command.env_remove("TOUCHLINE_UPSTREAM_CA_FILE");
    let mut child = command.stderr(std::process::Stdio::null()).spawn().unwrap();
    let client = relay.stranger();
    let ready = loop {
        match client.try_get("/readyz").await {
            Ok(answer) => break answer.status,
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
        }
    };
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(ready, 503);
}
