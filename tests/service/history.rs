//! The stored log page by page, and replays of it.

use std::time::Instant;

use crate::support::api_client::seq_of;
use crate::support::database::Database;
use crate::support::server::TestServer;
use crate::support::subscriber::{StreamEnd, WAIT_TIMEOUT};

crate::support::on_both! {
    history_pages_are_contiguous,
}

async fn history_pages_are_contiguous(database: Database) {
    let server = TestServer::start(database, &[]).await;
    let scorer = server.organizer().await.live_match("football").await;
    scorer.post_notes(25).await;
    let anonymous = server.anonymous();
    let topic = scorer.game.topic();
    let head = scorer.client.head_seq(&topic).await;
    for limit in [1, 7, 9, 500] {
        let (mut after, mut seqs) = ("0".to_owned(), Vec::new());
        loop {
            let path = format!("/api/streams/{topic}/messages?after={after}&limit={limit}");
            let response = anonymous.get(&path).await;
            let page = response.page();
            let cache = response.header("cache-control").to_owned();
            seqs.extend(page.items.iter().map(|item| seq_of(item.get())));
            if let Some(next) = page.next {
                assert_eq!(page.items.len(), limit, "{path}");
                assert_eq!(cache, "public, max-age=60", "{path}");
                after = next;
            } else {
                assert!(page.items.len() < limit, "{path}");
                assert!(!cache.contains("max-age"), "{path}: {cache}");
                break;
            }
        }
        assert_eq!(seqs, (1..=head).collect::<Vec<_>>(), "limit {limit}");
    }
    // A bare seq works like a cursor; full pages never grow.
    let path = format!("/api/streams/{topic}/messages?after=3&limit=5");
    let page = anonymous.get(&path).await;
    assert_eq!(seq_of(page.page().items[0].get()), 4);
    scorer.post_note("later").await.ok_json();
    assert_eq!(anonymous.get(&path).await.text, page.text);
    for bad in [
        "limit=0",
        "limit=501",
        "limit=x",
        "after=x",
        "after=-1",
        "after=000000.3",
        "after=000000.m1-3",
        "after=99999",
    ] {
        let path = format!("/api/streams/{topic}/messages?{bad}");
        assert_eq!(anonymous.get(&path).await.problem(400, bad), "bad-request", "{bad}");
    }
    // G4: the page after the head is empty; a seq beyond the head is unknown.
    for (after, status) in [(head + 1, 200), (head + 2, 400), (head + 3, 400)] {
        let response = anonymous.get(&format!("/api/streams/{topic}/messages?after={after}")).await;
        assert_eq!(response.status, status, "{after}: {}", response.text);
        assert!(status == 400 || response.page().items.is_empty(), "{}", response.text);
    }
    let response = anonymous.get("/api/streams/match_999999/messages").await;
    assert_eq!(response.problem(404, "unknown match"), "not-found");
    let response = anonymous.get("/api/streams/nonsense/messages").await;
    assert_eq!(response.problem(404, "invalid topic"), "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_history_holds_only_its_own_messages() {
    let server = TestServer::sqlite(&[]).await;
    let organizer = server.organizer().await;
    let scorer = organizer.live_match("football").await;
    for minute in 1..=5 {
        scorer.post_incident("corner", minute).await;
    }
    let home = scorer.game.home;
    let whole = organizer.client.history(&format!("team_{home}")).await;
    let live = organizer.client.history(&format!("team_{home}_live")).await;
    assert_eq!(live.len(), 6, "its start and five corners");
    assert!(live.iter().all(|text| text.contains(&format!("\"topic\":\"team_{home}_live\""))));
    assert!(whole.len() > live.len() && live.iter().all(|text| whole.contains(text)));

    // Pages name their channel; a cursor of the whole stream, or with positions apart, fits too.
    let page = async |topic: &str, after: &str| {
        let path = format!("/api/streams/{topic}/messages?limit=2&after={after}");
        organizer.client.get(&path).await
    };
    let topic = format!("team_{home}_live");
    let first = page(&topic, "0").await.page();
    let next = first.next.unwrap();
    let (epoch, place) = next.split_once('.').unwrap();
    let seq = seq_of(first.items[1].get());
    assert_eq!(place, format!("t{home}l-{seq}"));
    for after in [next.clone(), format!("{epoch}.t{home}-{seq}"), format!("{next}.m9-1")] {
        let second = page(&topic, &after).await.page();
        assert_eq!(second.items[0].get(), live[2], "{after}");
    }
    let apart = format!("{epoch}.t{home}sra-0.t{home}l-{seq}");
    let page_of_whole = page(&format!("team_{home}"), &apart).await.page();
    assert!(!page_of_whole.items[0].get().contains("_live\""), "{}", page_of_whole.items[0]);
    for after in [
        format!("{epoch}.{seq}"),
        format!("{epoch}.t{home}s-{seq}"),
        format!("{epoch}.m{}-{seq}", scorer.game.id),
        format!("{epoch}.t{home}l-stop"),
    ] {
        let response = page(&topic, &after).await;
        assert_eq!(response.problem(400, &after), "bad-request");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_runs_at_the_recorded_pace_times_speed() {
    let server = TestServer::sqlite(&[]).await;
    let scorer = server.organizer().await.live_match("football").await;
    for minute in 1..=3 {
        scorer.post_incident("corner", minute).await;
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    scorer.post_incident("goal", 4).await;
    let history = scorer.client.history(&scorer.game.topic()).await;

    let slow = read_replay(&server, &scorer.game.path("/replay/?speed=1")).await;
    let fast = read_replay(&server, &scorer.game.path("/replay/?speed=100")).await;
    assert_eq!(slow.1, history, "replay differs from history");
    assert_eq!(fast.1, history);
    assert!(slow.0 >= 1.4, "three pauses of half a second took only {} s", slow.0);
    assert!(fast.0 < 1.0, "a hundredfold speed took {} s", fast.0);
    let rest = read_replay(&server, &scorer.game.path("/replay/?speed=1000&from=4")).await;
    assert_eq!(rest.1, history[3..]);
    for bad in ["speed=0", "speed=x", "from=0", "speed=NaN", "speed=inf"] {
        let path = scorer.game.path(&format!("/replay/?{bad}"));
        assert_eq!(server.anonymous().get(&path).await.problem(400, bad), "bad-request");
    }
}

/// Returns the duration in seconds and the messages; the replay ends with a stop cursor.
async fn read_replay(server: &TestServer, path: &str) -> (f64, Vec<String>) {
    let mut subscriber = server.subscribe(path).open().await;
    let (started, mut messages) = (Instant::now(), Vec::new());
    loop {
        let frame = subscriber.next_frame().await;
        match frame.event.as_deref() {
            None => messages.push(frame.data),
            Some("bye") => {
                assert_eq!(frame.json()["reason"], "complete");
                assert!(frame.is_stop(), "{frame:?}");
                break;
            }
            Some(_) => {}
        }
    }
    assert_eq!(subscriber.try_frame(WAIT_TIMEOUT).await.err(), Some(StreamEnd::Complete));
    (started.elapsed().as_secs_f64(), messages)
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_a_replay_resumes_only_from_a_cursor_of_its_match() {
    let server = TestServer::sqlite(&[("heartbeat_seconds", "1")]).await;
    let scorer = server.organizer().await.live_match("football").await;
    scorer.post_notes(3).await;
    // A pause that is long enough for heartbeats.
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    scorer.post_note("late").await.ok_json();
    let head = scorer.client.head_seq(&scorer.game.topic()).await;
    let path = scorer.game.path("/replay/?speed=1");
    let mut subscriber = server.subscribe(&path).open().await;
    let hello = subscriber.next_frame().await;
    assert_eq!(hello.id, None, "new replay has no cursor");
    let cursor = subscriber.next_message().await.id.unwrap();
    let (epoch, _) = cursor.split_once('.').unwrap();
    assert_eq!(cursor, scorer.game.cursor(epoch, 1));

    let before_pause = scorer.game.cursor(epoch, head - 2);
    let mut subscriber = server.subscribe(&path).after(&before_pause).open().await;
    let hello = subscriber.next_frame().await;
    assert_eq!((hello.event.as_deref(), &hello.id), (Some("hello"), &Some(before_pause)));
    assert!((1000..=4000).contains(&hello.retry.unwrap()), "{hello:?}");
    assert_eq!(subscriber.next_message().await.seq(), head - 1);
    let beat = subscriber.next_frame().await;
    assert_eq!(beat.event.as_deref(), Some("heartbeat"));
    assert_eq!(beat.id, Some(scorer.game.cursor(epoch, head - 1)));
    assert_eq!(subscriber.next_message().await.seq(), head);

    let from = format!("{path}&from=2");
    let (future, far) = (scorer.game.cursor(epoch, head + 1), scorer.game.cursor(epoch, 99999));
    let old_form = format!("{epoch}.3");
    let of_another = format!("{epoch}.m999-3");
    for cursor in [&*future, &*far, "99999", "000000.m1-3", "nonsense", &*old_form, &*of_another] {
        let mut subscriber = server.subscribe(&from).after(cursor).open().await;
        assert_eq!(subscriber.next_frame().await.id, None, "{cursor}");
        assert_eq!(subscriber.next_message().await.seq(), 2, "{cursor}");
    }
    let mut subscriber =
        server.subscribe(&from).after(&scorer.game.cursor(epoch, head)).open().await;
    assert_eq!(subscriber.until_bye().await.0["reason"], "complete");
}
