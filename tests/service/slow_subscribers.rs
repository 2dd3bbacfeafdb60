//! G6: a subscriber that never reads costs nothing and is disconnected.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::support::server::TestServer;
use crate::support::subscriber::Subscriber;
use crate::support::users::{Scorer, note_body};

const MESSAGES: usize = 5_000;
const STUCK: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn g6_subscribers_that_never_read_affect_nobody_and_are_disconnected() {
    let settings = [("stuck_seconds", "3"), ("log", "warn")];
    let server = TestServer::sqlite(&settings).await;
    let scorer = server.organizer().await.live_match("generic").await;
    // Warm up: the allocations of the first thousand writes and the ring are not the stuck
    // subscribers' fault.
    write(&scorer, 1_200).await;
    let mut healthy = server.subscribe(&scorer.game.stream_path()).open().await;
    healthy.until_control("live").await;
    let first = scorer.client.head_seq(&scorer.game.topic()).await + 1;
    let mut stuck = Vec::new();
    for _ in 0..STUCK {
        stuck.push(open_stuck_stream(&server, &scorer).await);
    }
    let before = server.memory_kib();
    let started = Instant::now();
    let last = first + MESSAGES as i64 - 1;
    let reading = tokio::spawn(async move { read(&mut healthy, first, last).await });
    write(&scorer, MESSAGES).await;
    reading.await.unwrap();
    let grown = server.memory_kib().saturating_sub(before);
    assert!(grown < 24 * 1024, "{grown} KiB more after {STUCK} stuck readers");

    let deadline = started + Duration::from_secs(30);
    while open_streams(&server).await > 0 {
        assert!(Instant::now() < deadline, "stuck readers are still open:\n{}", server.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for mut socket in stuck {
        // Data in kernel buffers still arrives; then the connection is broken.
        let mut bytes = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(5), socket.read_to_end(&mut bytes))
            .await
            .expect("the connection has ended");
        assert!(!bytes.ends_with(b"0\r\n\r\n"), "body ended properly");
    }
}

/// Requests the stream and reads nothing. Its window is small, as on a phone.
async fn open_stuck_stream(server: &TestServer, scorer: &Scorer) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut socket = socket.connect(server.address().parse().unwrap()).await.unwrap();
    let request = server.subscribe(&scorer.game.stream_path());
    socket.write_all(&request.to_bytes()).await.unwrap();
    let mut head = [0; 15];
    socket.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200 OK");
    request.record().head(200, &[]);
    socket
}

/// Messages of about 2 kB from four writers.
async fn write(scorer: &Scorer, count: usize) {
    let text = "x".repeat(450);
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let scorer = Scorer { client: scorer.client.with_new_connections(), game: scorer.game };
            // Four bytes each in UTF-8: 1.8 kB of text.
            let text = text.replace('x', "⚽\u{fe0f}").chars().take(490).collect::<String>();
            tokio::spawn(async move {
                for number in 0..count / 4 {
                    let body = serde_json::json!({
                        "home": writer, "away": number, "text": text,
                    });
                    scorer.post_action("score", body).await.ok_json();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
}

async fn read(subscriber: &mut Subscriber, first: i64, last: i64) {
    for seq in first..=last {
        let frame = subscriber.next_message().await;
        assert!(!frame.is_snapshot() && frame.data.len() > 1_500, "{}", frame.data.len());
        assert!(frame.id.unwrap().ends_with(&format!("-{seq}")));
    }
}

/// Returns the number of open streams that the server reports.
async fn open_streams(server: &TestServer) -> u64 {
    let text = server.anonymous().get("/metrics").await.text;
    let lines = text.lines().filter(|line| line.starts_with("touchline_streams_open{"));
    lines.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn g6_a_subscriber_far_behind_gets_a_snapshot() {
    let settings = [("replay_max", "50"), ("ring_messages", "20")];
    let server = TestServer::sqlite(&settings).await;
    let scorer = server.organizer().await.live_match("football").await;
    let bodies = (0..80).map(|number| note_body(&format!("note {number}")));
    for body in bodies {
        scorer.post_action("incidents", body).await.ok_json();
    }
    let head = scorer.client.head_seq(&scorer.game.topic()).await;
    let mut far = server.subscribe(&scorer.game.stream_path()).after("1").open().await;
    let snapshot = far.next_message().await;
    assert_eq!((&*snapshot.reason(), snapshot.seq()), ("lagged", head));
    let mut near =
        server.subscribe(&scorer.game.stream_path()).after(&(head - 40).to_string()).open().await;
    assert_eq!(near.next_message().await.seq(), head - 39, "close enough for a replay");
}
