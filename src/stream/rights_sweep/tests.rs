use tokio::sync::Barrier;

use super::*;
use crate::store::TokenIssuer;
use crate::stream::frame::TransferCoding;
use crate::stream::source_error::SourceError;
use crate::stream::subscriber::{DeliveryMode, SubscriberIdentity, SubscriberParts};

fn topic(text: &str) -> Topic {
    text.parse().unwrap()
}

/// A subscriber authorised at this version of rights.
fn test_subscriber(rights_version: i64) -> Rc<Subscriber> {
    Rc::new(Subscriber::new(SubscriberParts {
        id: 1,
        identity: SubscriberIdentity { principal: None, is_signed_in: false, address: None },
        rights_version,
        epoch: "e".into(),
        mode: DeliveryMode::Log { types: Vec::new() },
        coding: TransferCoding::Plain,
        direct_writer: None,
        stopped_parts: Vec::new(),
        subscriptions: Vec::new(),
        sends_snapshots_on_resume: false,
        deadline: (0, CloseReason::LimitReached),
    }))
}

/// A user with a session.
fn user(id: i64) -> Arc<Principal> {
    let issued = TokenIssuer::Here { generation: 1, session_id: Some("s".to_owned()) };
    Arc::new(Principal { user_id: id, issued })
}

#[tokio::test]
async fn g7_a_crowd_costs_one_check_per_topic_and_user() {
    let (public, team) = (topic("match_3"), topic("team_7_live"));
    let mut checks_by_subscriber = vec![vec![(None, public)]; 1000];
    checks_by_subscriber
        .extend((0..10).map(|_| vec![(Some(user(4)), public), (Some(user(4)), team)]));
    let checks = RefCell::new(Vec::new());
    let run_check = |check| {
        checks.borrow_mut().push(check);
        async { Ok(Access::Allowed) }
    };
    run_checks(&checks_by_subscriber, run_check, |index, _| {
        panic!("subscriber {index} has lost nothing")
    })
    .await
    .unwrap();
    assert_eq!(*checks.borrow(), [(None, public), (Some(user(4)), public), (Some(user(4)), team)]);
}

#[tokio::test]
async fn g7_at_most_sixteen_checks_run_at_once() {
    let checks_by_subscriber: Vec<_> =
        (0..64).map(|id| vec![(Some(user(id)), topic("team_7"))]).collect();
    let (together, running, peak) = (Barrier::new(16), Cell::new(0), Cell::new(0));
    let run_check = |_| async {
        running.set(running.get() + 1);
        peak.set(running.get().max(peak.get()));
        // Passes once sixteen have arrived.
        together.wait().await;
        running.set(running.get() - 1);
        Ok(Access::Allowed)
    };
    let sweep = run_checks(&checks_by_subscriber, run_check, |_, _| {});
    tokio::time::timeout(std::time::Duration::from_secs(5), sweep).await.unwrap().unwrap();
    assert!(peak.get() <= 16, "{}", peak.get());
}

#[tokio::test]
async fn g7_all_lost_topics_are_revoked_together() {
    let (event, team, game) = (topic("event_1"), topic("team_7"), topic("match_3"));
    let all = [event, team, game].map(|topic| (Some(user(4)), topic)).to_vec();
    let signed_out = vec![(Some(user(6)), team), (Some(user(6)), game)];
    let checks_by_subscriber = [
        vec![(Some(user(4)), team)],
        all,
        vec![(Some(user(5)), team)],
        vec![(None, game)],
        signed_out,
    ];
    let run_check = |(principal, checked_topic): ReadCheck| async move {
        Ok(match principal.map(|principal| principal.user_id) {
            Some(4) if checked_topic != game => Access::Denied,
            Some(6) => Access::SignedOut,
            _ => Access::Allowed,
        })
    };
    let mut revoked = Vec::new();
    run_checks(&checks_by_subscriber, run_check, |index, loss| revoked.push((index, loss)))
        .await
        .unwrap();
    revoked.sort_by_key(|(index, _)| *index);
    let topics = |lost: &[Topic]| Loss::Topics(lost.to_vec());
    let expected = [(0, topics(&[team])), (1, topics(&[event, team])), (4, Loss::Credential)];
    assert_eq!(revoked, expected);
    let fails = |_| async { Err(SourceError::Unavailable("gone".to_owned())) };
    let on_loss = |_, _| panic!("a failed check revokes nothing");
    assert!(run_checks(&checks_by_subscriber, fails, on_loss).await.is_err());
}

#[test]
fn g7_one_sweep_runs_at_a_time_and_covers_every_subscriber() {
    let sweep = RightsSweep::starting_at(7);
    let all_subscribers = || vec![test_subscriber(7), test_subscriber(7)];
    let next_batch_size = |sweep: &RightsSweep| {
        sweep.next_batch(all_subscribers).map(|subscribers| subscribers.len())
    };
    assert!(
        !sweep.start_if_changed(7) && !sweep.register(&test_subscriber(7)),
        "nothing has changed"
    );
    assert!(sweep.start_if_changed(8), "a sweep starts");
    assert_eq!(next_batch_size(&sweep), Some(2));
    // While it runs, rights change again, and a subscriber joins that was authorised before.
    assert!(
        !sweep.start_if_changed(9) && !sweep.register(&test_subscriber(8)),
        "one sweep at a time"
    );
    assert_eq!(next_batch_size(&sweep), Some(2), "all subscribers again");
    assert!(!sweep.register(&test_subscriber(8)), "joins a running sweep");
    assert_eq!(
        (next_batch_size(&sweep), next_batch_size(&sweep)),
        (Some(1), None),
        "the late subscriber, then the end"
    );
    assert!(sweep.register(&test_subscriber(8)), "starts another sweep");
    assert_eq!((next_batch_size(&sweep), next_batch_size(&sweep)), (Some(1), None));
    assert!(sweep.start_if_changed(10));
    sweep.abort();
    assert!(sweep.start_if_changed(10), "a failed sweep is repeated");
    assert_eq!((next_batch_size(&sweep), next_batch_size(&sweep)), (Some(2), None));
}
