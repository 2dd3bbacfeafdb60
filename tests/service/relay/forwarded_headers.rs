//! Which headers pass a relay, in both directions; and redirects, which it never follows.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::sync::mpsc::Receiver;

use crate::support::response_head::ResponseHead;
use crate::support::server::TestServer;
use crate::support::subscriber::WAIT_TIMEOUT;

const READY: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// An upstream that answers `/readyz`, and everything else with the same bytes. It reports the
/// head and the body of each other request.
fn start_upstream(answer: impl Into<String>) -> (SocketAddr, Receiver<(Vec<String>, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = mpsc::channel();
    let answer = answer.into();
    std::thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            let (head, body) = read_request(&socket);
            if head.first().is_some_and(|line| line.starts_with("GET /readyz ")) {
                let _ = socket.write_all(READY.as_bytes());
                continue;
            }
            let _ = socket.write_all(answer.as_bytes());
            if sender.send((head, body)).is_err() {
                return;
            }
        }
    });
    (address, receiver)
}

fn read_request(socket: &TcpStream) -> (Vec<String>, String) {
    let mut reader = BufReader::new(socket);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) <= 2 {
            break;
        }
        lines.push(line.trim_end().to_owned());
    }
    let length = lines.iter().find_map(|line| {
        line.to_lowercase().strip_prefix("content-length: ").map(|length| length.parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    (lines, String::from_utf8(body).unwrap())
}

/// Sends a request as it is; returns the response's head and body.
fn send(relay: &TestServer, request: &str) -> (ResponseHead, String) {
    let mut socket = TcpStream::connect(relay.address()).unwrap();
    socket.set_read_timeout(Some(WAIT_TIMEOUT)).unwrap();
    socket.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    socket.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    (ResponseHead::parse(&bytes[..end]), String::from_utf8(bytes[end + 4..].to_vec()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn only_headers_about_the_request_and_its_answer_pass_a_relay() {
    let (address, requests) = start_upstream(
        "HTTP/1.1 201 Created\r\nContent-Length: 2\r\nConnection: close, x-secret\r\n\
         Keep-Alive: timeout=5\r\nX-Secret: 1\r\nServer: internal/1.0\r\n\
         Access-Control-Allow-Origin: *\r\nSet-Cookie: touchline=a; Path=/\r\n\
         Set-Cookie: __Host-touchline=; Path=/\r\nLocation: /api/teams/7\r\nETag: \"7\"\r\n\
         Touchline-Cursor: e.7\r\nIdempotency-Replayed: true\r\nRetry-After: 3\r\n\
         Vary: Cookie\r\nContent-Type: application/json\r\n\r\n{}",
    );
    let relay = TestServer::relay(&address.to_string(), &[]).await;
    let (response, body) = send(
        &relay,
        "PATCH /api/teams/7/?x=%20y&z HTTP/1.1\r\nHost: live.example\r\nContent-Length: 9\r\n\
         Connection: close, x-secret\r\nX-Secret: 1\r\nTE: trailers\r\n\
         Content-Type: application/json\r\nAuthorization: Bearer a.b.c\r\nAccept: */*\r\n\
         Idempotency-Key: k\r\nIf-Match: \"6\"\r\nIf-None-Match: \"5\"\r\nLast-Event-ID: e.4\r\n\
         Cookie: theme=dark; touchline=session\r\nOrigin: http://live.example\r\n\
         User-Agent: test\r\nX-Request-ID: r1\r\nX-Forwarded-For: 192.0.2.7\r\n\
         X-Forwarded-Host: evil.example\r\nForwarded: for=192.0.2.8\r\n\r\n{\"a\": 1 }",
    );
    let (mut head, forwarded_body) = requests.recv_timeout(WAIT_TIMEOUT).unwrap();
    assert_eq!(head.remove(0), "PATCH /api/teams/7/?x=%20y&z HTTP/1.1");
    assert_eq!(forwarded_body, "{\"a\": 1 }");
    let mut head: Vec<_> = head.iter().map(|line| line.split_once(": ").unwrap()).collect();
    head.sort_unstable();
    let host = address.to_string();
    let expected = [
        ("accept", "*/*"),
        ("authorization", "Bearer a.b.c"),
        ("content-length", "9"),
        ("content-type", "application/json"),
        ("cookie", "touchline=session"),
        ("host", &*host),
        ("idempotency-key", "k"),
        ("if-match", "\"6\""),
        ("if-none-match", "\"5\""),
        ("last-event-id", "e.4"),
        ("sec-fetch-site", "same-origin"),
        ("user-agent", "test"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-proto", "http"),
        ("x-request-id", "r1"),
    ];
    assert_eq!(head, expected);

    assert_eq!((response.status, &*body), (201, "{}"));
    let cookies = response.all("set-cookie");
    assert_eq!(cookies, ["touchline=a; Path=/", "__Host-touchline=; Path=/"]);
    let passed = ["location", "etag", "touchline-cursor", "idempotency-replayed", "retry-after"];
    let values = passed.map(|name| response.header(name));
    assert_eq!(values, ["/api/teams/7", "\"7\"", "e.7", "true", "3"]);
    assert_eq!(response.header("content-type"), "application/json");
    for name in ["x-secret", "keep-alive", "server", "access-control-allow-origin"] {
        assert_eq!(response.header(name), "", "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_a_relay_follows_no_redirect() {
    let (elsewhere, seen_elsewhere) = start_upstream(READY);
    let location = format!("http://{elsewhere}/api/matches");
    let (address, requests) = start_upstream(format!(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: {location}\r\nContent-Length: 0\r\n\
         Connection: close\r\n\r\n"
    ));
    let relay = TestServer::relay(&address.to_string(), &[]).await;
    let head = "HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer a.b.c";
    for request in [
        format!("GET /api/matches {head}\r\n\r\n"),
        format!("POST /api/matches {head}\r\nContent-Length: 2\r\n\r\n{{}}"),
        format!("GET /api/streams/match_3/messages {head}\r\n\r\n"),
    ] {
        let (response, _) = send(&relay, &request);
        assert_eq!((response.status, response.header("location")), (307, &*location), "{request}");
        requests.recv_timeout(WAIT_TIMEOUT).unwrap();
    }
    assert!(seen_elsewhere.try_recv().is_err(), "credentials were sent elsewhere");
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_no_request_target_leads_a_relay_elsewhere() {
    let (elsewhere, seen_elsewhere) = start_upstream(READY);
    let (address, requests) = start_upstream(READY);
    let relay = TestServer::relay(&address.to_string(), &[]).await;
    for (target, path) in [
        (format!("GET http://{elsewhere}/api/matches"), "GET /api/matches "),
        (format!("GET //{elsewhere}/api/matches"), "GET //"),
        ("OPTIONS *".to_owned(), "OPTIONS / "),
    ] {
        send(
            &relay,
            &format!("{target} HTTP/1.1\r\nHost: {elsewhere}\r\nConnection: close\r\n\r\n"),
        );
        let (head, _) = requests.recv_timeout(WAIT_TIMEOUT).unwrap();
        assert!(head[0].starts_with(path), "{target}: {}", head[0]);
    }
    assert!(seen_elsewhere.try_recv().is_err());
}
