//! G7 through a relay: what not everybody may read goes through with the reader's own credentials.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::relay::{Edge, becomes, figure};
use crate::support::subscriber::Watch;
use crate::support::users::Person;

const FIVE: Duration = Duration::from_secs(5);

/// A private team with a member, beside a public match.
struct Club {
    edge: Edge,
    team: i64,
    member: Person,
}

impl Club {
    async fn new() -> Self {
        Self::beside(Edge::start(&[]).await).await
    }

    async fn beside(edge: Edge) -> Self {
        let organizer = edge.upstream.organizer().await;
        let team = organizer.team("Reserves", "private").await;
        let member = organizer.person(&edge.upstream, "Mia").await;
        organizer.join(team, &member, "player").await;
        Self { edge, team, member }
    }

    fn watch(&self) -> Watch {
        self.edge.relay.watch(&format!("/api/teams/{}/stream/", self.team))
    }

    /// Tells something on the team's stream.
    async fn tell(&self) {
        let organizer = self.edge.upstream.organizer().await;
        organizer.game_of("football", "private", self.team, self.edge.scorer.game.away).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_a_private_topic_is_relayed_only_to_subscribers_the_upstream_admits() {
    let club = Club::new().await;
    let organizer = club.edge.upstream.organizer().await;
    let stranger = organizer.person(&club.edge.upstream, "Sam").await;
    assert_eq!(club.watch().answer().await.head.status, 401);
    assert_eq!(club.watch().by(&stranger.client).answer().await.head.status, 403);
    let bad = club.watch().with("Authorization", "Bearer nonsense");
    assert_eq!(bad.answer().await.head.status, 401);
    let topic = format!("/api/streams/team_{}/messages", club.team);
    let relay = club.edge.relay.stranger();
    assert_eq!(relay.get(&topic).await.problem(401, "history"), "not-signed-in");
    let unknown = relay.get("/api/matches/999/stream/").await;
    assert_eq!(unknown.problem(404, "no such match"), "not-found");

    let mut member = club.watch().by(&club.member.client).open().await;
    assert_eq!(member.head.header("cache-control"), "no-store, no-transform");
    member.control("live").await;
    // Nobody is let in by another's having been.
    assert_eq!(club.watch().answer().await.head.status, 401);
    club.tell().await;
    let message = member.message().await;
    assert!(message.data.contains("schedule_update"), "{}", message.data);
    let cursor = member.cursor.clone().unwrap();
    drop(member);
    club.tell().await;
    let mut member = club.watch().by(&club.member.client).after(&cursor).open().await;
    assert_eq!(member.control("hello").await.id, Some(cursor));
    assert_eq!(member.message().await.seq(), message.seq() + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_revocation_ends_a_relayed_stream_within_five_seconds() {
    let club = Club::new().await;
    let mut member = club.watch().by(&club.member.client).open().await;
    member.control("live").await;
    let organizer = club.edge.upstream.organizer().await;
    organizer.leave(club.team, &club.member).await;
    let began = Instant::now();
    let (bye, block) = member.goodbye().await;
    assert!(began.elapsed() < FIVE);
    assert_eq!(bye["reason"], "access_revoked");
    let stop = block.id.unwrap();
    assert_eq!(stop.split_once('.').unwrap().1, "stop");
    assert_eq!(club.watch().by(&club.member.client).answer().await.head.status, 403);
    becomes(&club.edge.relay, "touchline_streams_open", 0).await;
    becomes(&club.edge.upstream, "touchline_streams_open", 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_a_topic_made_private_ends_for_the_public_and_resumes_for_members() {
    let club = Club::new().await;
    let organizer = club.edge.upstream.organizer().await;
    organizer
        .client
        .patch(&format!("/api/teams/{}", club.team), json!({ "visibility": "public" }))
        .await
        .ok();
    // Until then it is remembered as private, which costs a stream of the upstream and no more.
    let open = club.edge.upstream.organizer().await.team("Firsts", "public").await;
    organizer.join(open, &club.member, "player").await;
    let path = format!("/api/teams/{open}/stream/");
    let mut stranger = club.edge.relay.watch(&path).open().await;
    let mut member = club.edge.relay.watch(&path).by(&club.member.client).open().await;
    stranger.control("live").await;
    member.control("live").await;
    assert_eq!(figure(&club.edge.upstream, "touchline_streams_open").await, 1, "shared");
    let change = json!({ "visibility": "private" });
    organizer.client.patch(&format!("/api/teams/{open}"), change).await.ok();
    let began = Instant::now();
    let (bye, block) = stranger.goodbye().await;
    assert!(began.elapsed() < FIVE);
    assert_eq!(bye, json!({ "reason": "access_revoked", "topics": [format!("team_{open}")] }));
    assert_eq!(block.id.unwrap().split_once('.').unwrap().1, "stop");
    let (bye, _) = member.goodbye().await;
    assert_eq!(bye["reason"], "lifetime");
    let again = club.edge.relay.watch(&path);
    assert_eq!(again.clone().answer().await.head.status, 401);
    let mut member = again.by(&club.member.client).open().await;
    member.control("live").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_stream_ends_with_bye_when_upstream_or_relay_stops() {
    let club = Club::new().await;
    let mut member = club.watch().by(&club.member.client).open().await;
    member.control("live").await;
    club.edge.upstream.kill9();
    assert_eq!(member.goodbye().await.0["reason"], "unavailable");
    let mut refused = club.watch().by(&club.member.client).open().await;
    assert_eq!(refused.goodbye().await.0["reason"], "unavailable");
    club.edge.upstream.again().await;
    let mut member = club.watch().by(&club.member.client).open().await;
    member.control("live").await;
    club.edge.relay.terminate();
    assert_eq!(member.goodbye().await.0["reason"], "draining");
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_a_private_stream_ends_when_the_upstream_misses_two_heartbeats() {
    // The relay has no other stream that it could have heard of heartbeats from.
    let club = Club::beside(Edge::start(&[("heartbeat_seconds", "1")]).await).await;
    let mut member = club.watch().by(&club.member.client).open().await;
    member.control("live").await;
    club.edge.upstream.signal("-STOP");
    assert_eq!(member.goodbye().await.0["reason"], "unavailable");
}
