//! An upstream behind TLS: its certificate is checked against the system's and the operator's
//! authorities.

use std::path::Path;
use std::process::Command;

use crate::support::nginx::Nginx;
use crate::support::server::TestServer;
use crate::support::subscriber::WAIT_TIMEOUT;

/// Creates a self-signed certificate for this machine.
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
    let proxy = Nginx::with_tls(&upstream);
    let file = upstream.folder().join("certificate.pem");
    let url = format!("https://{}", proxy.address());
    let trusted = [("upstream_ca_file", file.to_str().unwrap())];
    let relay = TestServer::relay(&url, &trusted).await;
    let scorer = upstream.organizer().await.live_match("generic").await;
    let mut subscriber = relay.subscribe(&scorer.game.stream_path()).open().await;
    subscriber.until_control("live").await;
    scorer.post_score(1, 0).await.ok_json();
    assert!(subscriber.next_message().await.data.contains(r#""home":1"#));

    // Without the authority the relay does not read from the upstream.
    relay.terminate();
    assert!(relay.wait_for_exit(WAIT_TIMEOUT).await.success());
    let mut command = relay.command(&["relay"]);
    command.env_remove("TOUCHLINE_UPSTREAM_CA_FILE");
    let mut child = command.stderr(std::process::Stdio::null()).spawn().unwrap();
    let client = relay.anonymous();
    let ready = loop {
        match client.try_get("/readyz").await {
            Ok(response) => break response.status,
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
        }
    };
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(ready, 503);
}
