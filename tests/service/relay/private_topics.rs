//! G7 through a relay: private topics are passed through with the subscriber's own credentials.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::relay::{RelaySetup, wait_for_metric};
use crate::support::subscriber::StreamRequest;
use crate::support::users::Person;

const REVOCATION_LIMIT: Duration = Duration::from_secs(5);

/// A private team with a member, beside a public match.
struct Club {
    setup: RelaySetup,
    team: i64,
    member: Person,
}

impl Club {
    async fn new() -> Self {
        Self::beside(RelaySetup::start(&[]).await).await
    }

    async fn beside(setup: RelaySetup) -> Self {
        let organizer = setup.upstream.organizer().await;
        let team = organizer.create_team("Reserves", "private").await;
        let member = organizer.create_user(&setup.upstream, "Mia").await;
        organizer.add_member(team, &member, "player").await;
        Self { setup, team, member }
    }

    fn subscribe(&self) -> StreamRequest {
        self.setup.relay.subscribe(&format!("/api/teams/{}/stream/", self.team))
    }

    /// Publishes a message on the team's stream.
    async fn publish(&self) {
        let organizer = self.setup.upstream.organizer().await;
        organizer
            .create_match_between("football", "private", self.team, self.setup.scorer.game.away)
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_a_private_topic_is_relayed_only_to_subscribers_the_upstream_admits() {
    let club = Club::new().await;
    let organizer = club.setup.upstream.organizer().await;
    let stranger = organizer.create_user(&club.setup.upstream, "Sam").await;
    assert_eq!(club.subscribe().send().await.head.status, 401);
    assert_eq!(club.subscribe().with_user(&stranger.client).send().await.head.status, 403);
    let bad = club.subscribe().header("Authorization", "Bearer nonsense");
    assert_eq!(bad.send().await.head.status, 401);
    let topic = format!("/api/streams/team_{}/messages", club.team);
    let relay = club.setup.relay.anonymous();
    assert_eq!(relay.get(&topic).await.problem(401, "history"), "not-signed-in");
    let unknown = relay.get("/api/matches/999/stream/").await;
    assert_eq!(unknown.problem(404, "unknown match"), "not-found");

    let mut member = club.subscribe().with_user(&club.member.client).open().await;
    assert_eq!(member.head.header("cache-control"), "no-store, no-transform");
    member.until_control("live").await;
    // An admitted member does not open the topic to others.
    assert_eq!(club.subscribe().send().await.head.status, 401);
    club.publish().await;
    let message = member.next_message().await;
    assert!(message.data.contains("schedule_update"), "{}", message.data);
    let cursor = member.cursor.clone().unwrap();
    drop(member);
    club.publish().await;
    let mut member = club.subscribe().with_user(&club.member.client).after(&cursor).open().await;
    assert_eq!(member.until_control("hello").await.id, Some(cursor));
    assert_eq!(member.next_message().await.seq(), message.seq() + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_revocation_ends_a_relayed_stream_within_five_seconds() {
    let club = Club::new().await;
    let mut member = club.subscribe().with_user(&club.member.client).open().await;
    member.until_control("live").await;
    let organizer = club.setup.upstream.organizer().await;
    organizer.remove_member(club.team, &club.member).await;
    let started = Instant::now();
    let (bye, frame) = member.until_bye().await;
    assert!(started.elapsed() < REVOCATION_LIMIT);
    assert_eq!(bye["reason"], "access_revoked");
    assert!(frame.is_stop(), "{frame:?}");
    assert_eq!(club.subscribe().with_user(&club.member.client).send().await.head.status, 403);
    wait_for_metric(&club.setup.relay, "touchline_streams_open", 0).await;
    wait_for_metric(&club.setup.upstream, "touchline_streams_open", 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_a_topic_made_private_ends_for_the_public_and_resumes_for_members() {
    let club = Club::new().await;
    let organizer = club.setup.upstream.organizer().await;
    organizer
        .client
        .patch(&format!("/api/teams/{}", club.team), json!({ "visibility": "public" }))
        .await
        .ok_json();
    // The team is still remembered as private, which only costs an extra upstream stream.
    let open = club.setup.upstream.organizer().await.create_team("Firsts", "public").await;
    organizer.add_member(open, &club.member, "player").await;
    let path = format!("/api/teams/{open}/stream/");
    let mut stranger = club.setup.relay.subscribe(&path).open().await;
    let mut member = club.setup.relay.subscribe(&path).with_user(&club.member.client).open().await;
    stranger.until_control("live").await;
    member.until_control("live").await;
    assert_eq!(
        club.setup.upstream.metric("touchline_streams_open").await,
        1,
        "stream is not shared"
    );
    let change = json!({ "visibility": "private" });
    organizer.client.patch(&format!("/api/teams/{open}"), change).await.ok_json();
    let started = Instant::now();
    let (bye, frame) = stranger.until_bye().await;
    assert!(started.elapsed() < REVOCATION_LIMIT);
    assert_eq!(bye["reason"], "access_revoked");
    assert_eq!(bye["topics"], json!([format!("team_{open}")]));
    assert!(frame.is_stop(), "{frame:?}");
    let (bye, _) = member.until_bye().await;
    assert_eq!(bye["reason"], "lifetime");
    let again = club.setup.relay.subscribe(&path);
    // The relay learns it from its upstream, which may be slow.
    while again.clone().send().await.head.status != 401 {
        assert!(started.elapsed() < REVOCATION_LIMIT, "the topic is still served");
    }
    let mut member = again.with_user(&club.member.client).open().await;
    member.until_control("live").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_stream_ends_with_bye_when_upstream_or_relay_stops() {
    let club = Club::new().await;
    let mut member = club.subscribe().with_user(&club.member.client).open().await;
    member.until_control("live").await;
    club.setup.upstream.kill9();
    let cursor = member.cursor.clone().unwrap();
    let again = club.subscribe().with_user(&club.member.client).after(&cursor);
    // Some clients forget their cursor at a frame without one.
    for subscriber in [&mut member, &mut again.open().await] {
        let (bye, frame) = subscriber.until_bye().await;
        assert_eq!(
            (bye["reason"].as_str(), frame.id.as_ref()),
            (Some("unavailable"), Some(&cursor))
        );
    }
    club.setup.upstream.restart().await;
    let mut member = club.subscribe().with_user(&club.member.client).open().await;
    member.until_control("live").await;
    club.setup.relay.terminate();
    assert_eq!(member.until_bye().await.0["reason"], "draining");
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_a_private_stream_ends_when_the_upstream_misses_two_heartbeats() {
    // The relay has no other stream from which it could receive heartbeats.
    let club = Club::beside(RelaySetup::start(&[("heartbeat_seconds", "1")]).await).await;
    let mut member = club.subscribe().with_user(&club.member.client).open().await;
    member.until_control("live").await;
    club.setup.upstream.signal("-STOP");
    assert_eq!(member.until_bye().await.0["reason"], "unavailable");
}
