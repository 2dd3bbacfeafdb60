//! G10: user text cannot break out of a frame, a log line or a page.

use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::users::note_body;

crate::support::on_both! {
    g10_malicious_text_is_rejected_or_published_unchanged,
}

/// Texts that break careless parsers and templates.
fn malicious_texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "a\r\nb",
        "a\nb",
        "a\rb",
        "\nid: 999\n\ndata: {}\n\n",
        "data: x",
        "event: bye\n\n",
        "\u{2028}\u{2029}",
        "\u{85}",
        "\u{b}\u{c}",
        "\u{feff}",
        "\u{0}",
        "nul\u{0}inside",
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'; drop table teams; --",
        "{{7*7}}",
        "\\u0000 \\n",
        "\u{1b}[2J\u{1b}]0;x\u{7}",
        "\u{202e}desrever",
        "👩‍👩‍👧‍👦",
        "é\u{301}",
        "%0d%0a",
        "",
        " ",
        "\u{7f}",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push("x".repeat(10_000));
    texts.push("x".repeat(300_000));
    texts
}

async fn g10_malicious_text_is_rejected_or_published_unchanged(database: Database) {
    let server = TestServer::start(database, &[("heartbeat_seconds", "1")]).await;
    let organizer = server.organizer().await;
    let scorer = organizer.live_match("football").await;
    let mut subscriber = server.subscribe(&scorer.game.stream_path()).open().await;
    subscriber.until_control("live").await;
    let (mut stored, mut refused) = (0, 0);
    for text in malicious_texts() {
        let before = scorer.client.head_seq(&scorer.game.topic()).await;
        let response = scorer.post_note(&text).await;
        if response.status == 201 {
            assert_eq!(response.json()["text"], text, "response text");
            let received = subscriber.next_message().await.json();
            assert_eq!(received["data"]["incident"]["text"], text, "published text");
            assert_eq!(received["seq"], before + 1);
            stored += 1;
        } else {
            response.problem(if text.len() > 65_536 { 413 } else { 422 }, "malicious text");
            assert_eq!(
                scorer.client.head_seq(&scorer.game.topic()).await,
                before,
                "nothing published"
            );
            refused += 1;
        }
        check_names(&organizer.client, &text).await;
    }
    assert!(stored > 15 && refused >= 3, "{stored} stored, {refused} refused");
    let mut again = server.subscribe(&scorer.game.stream_path()).open().await;
    let snapshot = again.next_message().await.json();
    assert!(snapshot["data"]["incidents"].as_object().unwrap().len() >= stored);
    log_lines_are_whole(&server);
}

/// Uses the text as the name of a team and of a player.
async fn check_names(client: &crate::support::api_client::ApiClient, text: &str) {
    let team = json!({ "name": text, "visibility": "public" });
    let response = client.post("/api/teams", team).await;
    if response.status == 201 {
        let id = response.json()["id"].as_i64().unwrap();
        let kept = client.get(&format!("/api/teams/{id}")).await.ok_json();
        assert_eq!(kept["name"], response.json()["name"]);
        let kept = kept["name"].as_str().unwrap();
        assert!(kept == text || kept == text.trim(), "{kept:?} for {text:?}");
        let player = json!({ "name": text, "shirt_number": 1 });
        let player = client.post(&format!("/api/teams/{id}/players"), player).await;
        assert!([201, 422].contains(&player.status), "{}", player.status);
    } else {
        response.problem(if text.len() > 65_536 { 413 } else { 422 }, "malicious name");
    }
}

/// Checks that every line starts with a timestamp, so that no input can forge one.
fn log_lines_are_whole(server: &TestServer) {
    let log = server.log();
    assert!(log.lines().count() > 5, "{log}");
    for line in log.lines() {
        let plain = without_colour(line);
        let is_dated = plain.starts_with("20") && plain.as_bytes().get(10) == Some(&b'T');
        assert!(is_dated, "forged line: {line:?}");
        let bad = plain.chars().any(|letter| letter.is_control() && letter != '\t');
        assert!(!bad, "control characters: {line:?}");
    }
}

fn without_colour(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + part.split_once('m').map_or(part, |(_, rest)| rest))
}

#[tokio::test(flavor = "multi_thread")]
async fn g10_malicious_paths_and_headers_stay_on_one_log_line() {
    let server = TestServer::sqlite(&[]).await;
    let client = server.anonymous();
    for path in ["/%0aINFO%20forged", "/a%00b", "/%1b%5b2J", "/..%2f..%2fetc/passwd", "/%ff%fe"] {
        let response = client.get(path).await;
        assert!((400..500).contains(&response.status), "{path}: {}", response.status);
        response.problem(response.status, path);
    }
    for agent in [b"x\xff\xfe".as_slice(), b"x\x1b[2J", b"x\x00", b"x\ry"] {
        let request = server.subscribe("/api/matches/1/stream/").header_bytes("User-Agent", agent);
        let status = request.send().await.head.status;
        assert!([400, 404].contains(&status), "{agent:?}: {status}");
    }
    log_lines_are_whole(&server);
}

#[tokio::test(flavor = "multi_thread")]
async fn g10_invalid_utf8_is_rejected() {
    let server = TestServer::sqlite(&[]).await;
    let scorer = server.organizer().await.live_match("football").await;
    let before = scorer.client.head_seq(&scorer.game.topic()).await;
    let path = scorer.game.path("/incidents");
    let with = |text: &[u8]| {
        let mut body = br#"{"kind":"note","period":"first_half","minute":1,"text":""#.to_vec();
        body.extend_from_slice(text);
        body.extend_from_slice(b"\"}");
        body
    };
    #[rustfmt::skip]
    let bad: [&[u8]; 7] = [b"\xff\xfe", b"\xc3\x28", b"\\ud800", b"\\udc00\\ud800", b"a\nb", b"a\x00b", b"\\x41"];
    for text in bad {
        let post = reqwest::Method::POST;
        let response = scorer.client.send_bytes(post, &path, "application/json", with(text)).await;
        let response = response.unwrap();
        response.problem(400, &String::from_utf8_lossy(text));
    }
    assert_eq!(scorer.client.head_seq(&scorer.game.topic()).await, before, "nothing published");
    // A surrogate pair is one valid character.
    let post = reqwest::Method::POST;
    let pair = with(b"\\ud83d\\ude00");
    let response = scorer.client.send_bytes(post, &path, "application/json", pair).await.unwrap();
    assert_eq!(response.ok_json()["text"], "😀");
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let post = reqwest::Method::POST;
    let response = scorer.client.send_bytes(post, &path, "application/json", deep.into()).await;
    response.unwrap().problem(400, "deep nesting");
    let received: Vec<Value> = scorer
        .client
        .history_after(&scorer.game.topic(), &before.to_string())
        .await
        .iter()
        .map(|text| serde_json::from_str(text).unwrap())
        .collect();
    assert_eq!(received.len(), 1);
    scorer.post_action("incidents", note_body("still works")).await.ok_json();
}
