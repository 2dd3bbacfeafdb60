//! Varnish: many subscribers of a public stream share few upstream streams, and miss nothing.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::support::api_client::ApiClient;
use crate::support::reverse_proxy::ReverseProxy;
use crate::support::server::TestServer;
use crate::support::shipped_nginx::two_nodes;
use crate::support::subscriber::{StreamEnd, StreamRequest, Subscriber, WAIT_TIMEOUT};
use crate::support::users::Scorer;

const SUBSCRIBERS: usize = 60;

/// Number of requests for this path in the nodes' logs.
fn upstream_requests(nodes: &[TestServer; 2], path: &str) -> usize {
    let line = format!(" http.path={path} ");
    nodes.iter().map(|node| node.log().matches(&line).count()).sum()
}

/// Opens many streams at once.
async fn open_many(request: &StreamRequest) -> Vec<Subscriber> {
    let opening: Vec<_> = (0..SUBSCRIBERS).map(|_| tokio::spawn(request.clone().open())).collect();
    let mut subscribers = Vec::new();
    for subscriber in opening {
        subscribers.push(subscriber.await.unwrap());
    }
    subscribers
}

async fn end(scorer: &Scorer) -> i64 {
    scorer.client.head_seq(&scorer.game.topic()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn g3_subscribers_behind_varnish_share_streams_and_miss_nothing() {
    let nodes = two_nodes().await;
    let proxy = ReverseProxy::varnish([nodes[0].port, nodes[1].port]).await;
    let scorer = nodes[0].organizer().await.live_match("football").await;
    let path = scorer.game.stream_path();
    let request = StreamRequest::new(&proxy.address(), &path);
    let mut subscribers = open_many(&request).await;
    let shared = upstream_requests(&nodes, &path);
    assert!((1..=10).contains(&shared), "{shared} streams for {SUBSCRIBERS} subscribers");

    // A new subscriber gets the shared stream from its start, or its own: never a part.
    let before = end(&scorer).await;
    for number in 0..10 {
        scorer.post_note(&format!("note {number}")).await.ok_json();
        if number % 3 == 0 {
            subscribers.push(request.clone().open().await);
        }
    }
    let last = end(&scorer).await;
    for subscriber in &mut subscribers {
        let received = subscriber.messages_until(last).await;
        let seqs: Vec<i64> = received.iter().map(crate::support::sse::Frame::seq).collect();
        assert!(received[0].is_snapshot() && seqs[0] >= before, "{seqs:?}");
        assert_eq!(seqs, (seqs[0]..=last).collect::<Vec<_>>());
    }

    // All disconnect at once and return with the same cursor.
    nodes[0].kill9();
    nodes[1].kill9();
    for subscriber in &mut subscribers {
        let cut = loop {
            match subscriber.try_frame(WAIT_TIMEOUT).await {
                Ok(_) => {} // `live`, of those who came last
                Err(end) => break end,
            }
        };
        assert_ne!(cut, StreamEnd::TimedOut);
    }
    let mut received = request.clone().open().await;
    let (bye, frame) = received.until_bye().await;
    assert_eq!(bye["reason"], "unavailable");
    assert!((2000..10_000).contains(&frame.retry.unwrap()));
    nodes[0].restart().await;
    nodes[1].restart().await;
    let scorer = Scorer { client: nodes[0].admin().await, ..scorer };
    let cursor = subscribers[0].cursor.clone().unwrap();
    scorer.post_notes(3).await;
    wait_until_healthy(&proxy).await;
    let before = upstream_requests(&nodes, &path);
    let mut resumed = open_many(&request.clone().after(&cursor)).await;
    let shared = upstream_requests(&nodes, &path) - before;
    assert!((1..=10).contains(&shared), "{shared} streams for {SUBSCRIBERS} subscribers");
    for subscriber in &mut resumed {
        let received = subscriber.messages_until(last + 3).await;
        let seqs: Vec<i64> = received.iter().map(crate::support::sse::Frame::seq).collect();
        assert_eq!(seqs, (last + 1..=last + 3).collect::<Vec<_>>());
    }
}

/// Waits until a node is healthy again.
async fn wait_until_healthy(proxy: &ReverseProxy) {
    let deadline = Instant::now() + WAIT_TIMEOUT;
    while proxy.request("/healthz").send().await.status != 200 {
        assert!(Instant::now() < deadline, "no healthy node");
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_varnish_shares_only_public_responses() {
    let nodes = two_nodes().await;
    let proxy = ReverseProxy::varnish([nodes[0].port, nodes[1].port]).await;
    let organizer = nodes[0].organizer().await;
    let hidden = organizer.start_match(organizer.create_match("football", "private").await).await;
    let public = organizer.live_match("football").await;
    let path = hidden.game.stream_path();
    let request = StreamRequest::new(&proxy.address(), &path);
    let token = organizer.client.token.clone().unwrap();
    let authenticated = [
        request.clone().with_user(&organizer.client),
        request.clone().header("Cookie", &format!("a=b; touchline={token}")),
        request.clone().header("Cookie", &format!("a=b; __Host-touchline={token}")),
        StreamRequest::new(&proxy.address(), &format!("{path}?snapshot=always&token={token}")),
    ];
    for authenticated_request in authenticated {
        assert_eq!(request.clone().send().await.head.status, 401);
        let mut subscriber = authenticated_request.open().await;
        subscriber.until_control("live").await;
        assert_eq!(
            request.clone().send().await.head.status,
            401,
            "while another subscriber is connected"
        );
        // Private polls and pages are not shared either.
        for path in [format!("{path}?transport=poll"), hidden.game.path("")] {
            let known = ApiClient::new(&proxy.address()).with_token(&token).get(&path).await;
            assert_eq!(known.status, 200, "{path}");
            let unknown = ApiClient::new(&proxy.address()).get(&path).await;
            assert_eq!(unknown.problem(401, &path), "not-signed-in");
        }
    }
    // Requests with credentials get their own stream, even for public topics.
    let path = public.game.stream_path();
    let request = StreamRequest::new(&proxy.address(), &path).with_user(&organizer.client);
    let before = upstream_requests(&nodes, &path);
    let mut subscribers = [request.clone().open().await, request.open().await];
    for subscriber in &mut subscribers {
        subscriber.until_control("live").await;
    }
    assert_eq!(upstream_requests(&nodes, &path) - before, 2);
    assert_eq!(proxy.request("/%6detrics").send().await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn varnish_coalesces_equal_polls_and_caches_history() {
    let nodes = two_nodes().await;
    let proxy = ReverseProxy::varnish([nodes[0].port, nodes[1].port]).await;
    let scorer = nodes[0].organizer().await.live_match("football").await;
    let first = ApiClient::new(&proxy.address());
    let path = scorer.game.stream_path();
    let received = first.get(&format!("{path}?transport=poll&wait=0")).await.ok_json();
    let cursor = received["cursor"].as_str().unwrap().to_owned();
    let poll = format!("{path}?transport=poll&wait=20&last_event_id={cursor}");
    let before = upstream_requests(&nodes, &path);
    let polls: Vec<_> = (0..SUBSCRIBERS)
        .map(|_| {
            let (client, poll) = (first.with_new_connections(), poll.clone());
            tokio::spawn(async move { client.get(&poll).await.ok_json() })
        })
        .collect();
    // The polls wait: none is answered yet.
    sleep(Duration::from_secs(2)).await;
    assert_eq!(upstream_requests(&nodes, &path), before);
    scorer.post_note("at last").await.ok_json();
    for response in polls {
        let messages = response.await.unwrap()["messages"].as_array().unwrap().clone();
        assert!(messages.len() == 1 && messages[0].to_string().contains("at last"), "{messages:?}");
    }
    let shared = upstream_requests(&nodes, &path) - before;
    assert!((1..=10).contains(&shared), "{shared} polls for {SUBSCRIBERS} clients");

    scorer.post_notes(4).await;
    let page = format!("/api/streams/{}/messages?limit=3", scorer.game.topic());
    let page_before = first.get(&page).await;
    assert_eq!(page_before.page().items.len(), 3);
    let part = format!("/api/streams/{}/messages?after=3", scorer.game.topic());
    let rest = first.get(&part).await.page().items.len();
    scorer.post_note("one more").await.ok_json();
    assert_eq!(first.get(&part).await.page().items.len(), rest + 1, "partial page did not grow");
    nodes[0].kill9();
    nodes[1].kill9();
    assert_eq!(first.get(&page).await.text, page_before.text);
}
