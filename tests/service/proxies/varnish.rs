//! Varnish: many readers of a public stream share few of the nodes' streams, and each still gets
//! what it was owed.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::support::api_client::Client;
use crate::support::reverse_proxy::Edge;
use crate::support::server::TestServer;
use crate::support::shipped_nginx::two_nodes;
use crate::support::subscriber::{End, PATIENCE, Viewer, Watch};
use crate::support::users::Scorer;

const READERS: usize = 60;

/// How often the nodes have answered this path.
fn asked(nodes: &[TestServer; 2], path: &str) -> usize {
    let line = format!(" http.path={path} ");
    nodes.iter().map(|node| node.log().matches(&line).count()).sum()
}

/// So many readers at once.
async fn crowd(watch: &Watch) -> Vec<Viewer> {
    let opening: Vec<_> = (0..READERS).map(|_| tokio::spawn(watch.clone().open())).collect();
    let mut readers = Vec::new();
    for reader in opening {
        readers.push(reader.await.unwrap());
    }
    readers
}

async fn end(scorer: &Scorer) -> i64 {
    scorer.client.head(&scorer.game.topic()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_subscribers_behind_varnish_share_streams_and_miss_nothing() {
    let nodes = two_nodes().await;
    let edge = Edge::varnish([nodes[0].port, nodes[1].port]).await;
    let scorer = nodes[0].organizer().await.live("football").await;
    let path = scorer.game.stream();
    let watch = Watch::new(&edge.address(), &path);
    let mut readers = crowd(&watch).await;
    let shared = asked(&nodes, &path);
    assert!((1..=10).contains(&shared), "{shared} streams for {READERS} readers");

    // Who comes while others read gets it from the beginning, or a stream of its own: never a part.
    let before = end(&scorer).await;
    for number in 0..10 {
        scorer.note(&format!("note {number}")).await.ok();
        if number % 3 == 0 {
            readers.push(watch.clone().open().await);
        }
    }
    let last = end(&scorer).await;
    for reader in &mut readers {
        let told = reader.until(last).await;
        let seqs: Vec<i64> = told.iter().map(crate::support::sse::Block::seq).collect();
        assert!(told[0].is_snapshot() && seqs[0] >= before, "{seqs:?}");
        assert_eq!(seqs, (seqs[0]..=last).collect::<Vec<_>>());
    }

    // All fall at once, and come back with the same cursor.
    nodes[0].kill9();
    nodes[1].kill9();
    for reader in &mut readers {
        let cut = loop {
            match reader.try_block(PATIENCE).await {
                Ok(_) => {} // `live`, of those who came last
                Err(end) => break end,
            }
        };
        assert_ne!(cut, End::Late);
    }
    let mut told = watch.clone().open().await;
    let (bye, frame) = told.goodbye().await;
    assert_eq!(bye["reason"], "unavailable");
    assert!((2000..10_000).contains(&frame.retry.unwrap()));
    nodes[0].again().await;
    nodes[1].again().await;
    let scorer = Scorer { client: nodes[0].admin().await, ..scorer };
    let cursor = readers[0].cursor.clone().unwrap();
    scorer.notes(3).await;
    await_health(&edge).await;
    let before = asked(&nodes, &path);
    let mut resumed = crowd(&watch.clone().after(&cursor)).await;
    let shared = asked(&nodes, &path) - before;
    assert!((1..=10).contains(&shared), "{shared} streams for {READERS} readers");
    for reader in &mut resumed {
        let told = reader.until(last + 3).await;
        let seqs: Vec<i64> = told.iter().map(crate::support::sse::Block::seq).collect();
        assert_eq!(seqs, (last + 1..=last + 3).collect::<Vec<_>>());
    }
}

/// Waits until it has found a node again.
async fn await_health(edge: &Edge) {
    let deadline = Instant::now() + PATIENCE;
    while edge.ask("/healthz").answer().await.status != 200 {
        assert!(Instant::now() < deadline, "it finds no node");
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_varnish_shares_only_public_responses() {
    let nodes = two_nodes().await;
    let edge = Edge::varnish([nodes[0].port, nodes[1].port]).await;
    let organizer = nodes[0].organizer().await;
    let hidden = organizer.start(organizer.game("football", "private").await).await;
    let public = organizer.live("football").await;
    let path = hidden.game.stream();
    let watch = Watch::new(&edge.address(), &path);
    let token = organizer.client.token.clone().unwrap();
    let ways = [
        watch.clone().by(&organizer.client),
        watch.clone().with("Cookie", &format!("a=b; touchline={token}")),
        watch.clone().with("Cookie", &format!("a=b; __Host-touchline={token}")),
        Watch::new(&edge.address(), &format!("{path}?snapshot=always&token={token}")),
    ];
    for way in ways {
        assert_eq!(watch.clone().answer().await.head.status, 401);
        let mut reader = way.open().await;
        reader.control("live").await;
        assert_eq!(watch.clone().answer().await.head.status, 401, "while another reads");
        // A private poll and page neither.
        for path in [format!("{path}?transport=poll"), hidden.game.path("")] {
            let known = Client::new(&edge.address()).with_token(&token).get(&path).await;
            assert_eq!(known.status, 200, "{path}");
            let unknown = Client::new(&edge.address()).get(&path).await;
            assert_eq!(unknown.problem(401, &path), "not-signed-in");
        }
    }
    // Whoever says who it is has a stream of its own, also of what is public.
    let path = public.game.stream();
    let watch = Watch::new(&edge.address(), &path).by(&organizer.client);
    let before = asked(&nodes, &path);
    let mut readers = [watch.clone().open().await, watch.open().await];
    for reader in &mut readers {
        reader.control("live").await;
    }
    assert_eq!(asked(&nodes, &path) - before, 2);
    assert_eq!(edge.ask("/%6detrics").answer().await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn varnish_coalesces_equal_polls_and_caches_history() {
    let nodes = two_nodes().await;
    let edge = Edge::varnish([nodes[0].port, nodes[1].port]).await;
    let scorer = nodes[0].organizer().await.live("football").await;
    let first = Client::new(&edge.address());
    let path = scorer.game.stream();
    let told = first.get(&format!("{path}?transport=poll&wait=0")).await.ok();
    let cursor = told["cursor"].as_str().unwrap().to_owned();
    let poll = format!("{path}?transport=poll&wait=20&last_event_id={cursor}");
    let before = asked(&nodes, &path);
    let polls: Vec<_> = (0..READERS)
        .map(|_| {
            let (client, poll) = (first.afresh(), poll.clone());
            tokio::spawn(async move { client.get(&poll).await.ok() })
        })
        .collect();
    // They wait: nobody has an answer yet.
    sleep(Duration::from_secs(2)).await;
    assert_eq!(asked(&nodes, &path), before);
    scorer.note("at last").await.ok();
    for answer in polls {
        let messages = answer.await.unwrap()["messages"].as_array().unwrap().clone();
        assert!(messages.len() == 1 && messages[0].to_string().contains("at last"), "{messages:?}");
    }
    let shared = asked(&nodes, &path) - before;
    assert!((1..=10).contains(&shared), "{shared} polls for {READERS} readers");

    scorer.notes(4).await;
    let page = format!("/api/streams/{}/messages?limit=3", scorer.game.topic());
    let page_before = first.get(&page).await;
    assert_eq!(page_before.page().items.len(), 3);
    let part = format!("/api/streams/{}/messages?after=3", scorer.game.topic());
    let rest = first.get(&part).await.page().items.len();
    scorer.note("one more").await.ok();
    assert_eq!(first.get(&part).await.page().items.len(), rest + 1, "a page that grows");
    nodes[0].kill9();
    nodes[1].kill9();
    assert_eq!(first.get(&page).await.text, page_before.text);
}
