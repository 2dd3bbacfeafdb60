//! G10: whatever people write, a frame stays a frame, a log line a line, a page a page.

use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::users::note;

crate::support::on_both! {
    g10_malicious_text_is_rejected_or_published_unchanged,
}

/// Texts that break what is careless.
fn texts() -> Vec<String> {
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
    let scorer = organizer.live("football").await;
    let mut viewer = server.watch(&scorer.game.stream()).open().await;
    viewer.control("live").await;
    let (mut stored, mut refused) = (0, 0);
    for text in texts() {
        let before = scorer.client.head(&scorer.game.topic()).await;
        let answer = scorer.note(&text).await;
        if answer.status == 201 {
            assert_eq!(answer.json()["text"], text, "answered as sent");
            let told = viewer.message().await.json();
            assert_eq!(told["data"]["incident"]["text"], text, "told as sent");
            assert_eq!(told["seq"], before + 1);
            stored += 1;
        } else {
            answer.problem(if text.len() > 65_536 { 413 } else { 422 }, "a hostile text");
            assert_eq!(scorer.client.head(&scorer.game.topic()).await, before, "nothing told");
            refused += 1;
        }
        named(&organizer.client, &text).await;
    }
    assert!(stored > 15 && refused >= 3, "{stored} stored, {refused} refused");
    let mut again = server.watch(&scorer.game.stream()).open().await;
    let snapshot = again.message().await.json();
    assert!(snapshot["data"]["incidents"].as_array().unwrap().len() >= stored);
    log_lines_are_whole(&server);
}

/// As a name of a team and of a player.
async fn named(client: &crate::support::api_client::Client, text: &str) {
    let team = json!({ "name": text, "visibility": "public" });
    let answer = client.post("/api/teams", team).await;
    if answer.status == 201 {
        let id = answer.json()["id"].as_i64().unwrap();
        let kept = client.get(&format!("/api/teams/{id}")).await.ok();
        assert_eq!(kept["name"], answer.json()["name"]);
        let kept = kept["name"].as_str().unwrap();
        assert!(kept == text || kept == text.trim(), "{kept:?} for {text:?}");
        let player = json!({ "name": text, "shirt_number": 1 });
        let player = client.post(&format!("/api/teams/{id}/players"), player).await;
        assert!([201, 422].contains(&player.status), "{}", player.status);
    } else {
        answer.problem(if text.len() > 65_536 { 413 } else { 422 }, "a hostile name");
    }
}

/// Every line begins as lines do: nobody else can begin one.
fn log_lines_are_whole(server: &TestServer) {
    let log = server.log();
    assert!(log.lines().count() > 5, "{log}");
    for line in log.lines() {
        let plain = without_colour(line);
        let is_dated = plain.starts_with("20") && plain.as_bytes().get(10) == Some(&b'T');
        assert!(is_dated, "a line of somebody's own: {line:?}");
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
    let client = server.stranger();
    for path in ["/%0aINFO%20forged", "/a%00b", "/%1b%5b2J", "/..%2f..%2fetc/passwd", "/%ff%fe"] {
        let answer = client.get(path).await;
        assert!((400..500).contains(&answer.status), "{path}: {}", answer.status);
        answer.problem(answer.status, path);
    }
    for agent in [b"x\xff\xfe".as_slice(), b"x\x1b[2J", b"x\x00", b"x\ry"] {
        let watch = server.watch("/api/matches/1/stream/").with_bytes("User-Agent", agent);
        let status = watch.answer().await.head.status;
        assert!([400, 404].contains(&status), "{agent:?}: {status}");
    }
    log_lines_are_whole(&server);
}

#[tokio::test(flavor = "multi_thread")]
async fn g10_invalid_utf8_is_rejected() {
    let server = TestServer::sqlite(&[]).await;
    let scorer = server.organizer().await.live("football").await;
    let before = scorer.client.head(&scorer.game.topic()).await;
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
        let answer = scorer.client.send_bytes(post, &path, "application/json", with(text)).await;
        let answer = answer.unwrap();
        answer.problem(400, &String::from_utf8_lossy(text));
    }
    assert_eq!(scorer.client.head(&scorer.game.topic()).await, before, "nothing told");
    // A surrogate pair is one character, well written.
    let post = reqwest::Method::POST;
    let pair = with(b"\\ud83d\\ude00");
    let answer = scorer.client.send_bytes(post, &path, "application/json", pair).await.unwrap();
    assert_eq!(answer.ok()["text"], "😀");
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let post = reqwest::Method::POST;
    let answer = scorer.client.send_bytes(post, &path, "application/json", deep.into()).await;
    answer.unwrap().problem(400, "nested beyond reason");
    let told: Vec<Value> = scorer
        .client
        .history_after(&scorer.game.topic(), &before.to_string())
        .await
        .iter()
        .map(|text| serde_json::from_str(text).unwrap())
        .collect();
    assert_eq!(told.len(), 1);
    scorer.act("incidents", note("still works")).await.ok();
}
