//! Opens a stream: from a cursor and topics to a subscriber with its positions.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};

use crate::domain::topic::{Seq, StreamId, Topic};
use crate::stream::close_reason::CloseReason;
use crate::stream::control_frames;
use crate::stream::control_frames::Hello;
use crate::stream::cursor::{Cursor, ResumePoint};
use crate::stream::direct_writer::HubWriter;
use crate::stream::frame::TransferCoding;
use crate::stream::hub::{Hub, TICKS_PER_SECOND};
use crate::stream::snapshot::SnapshotReason;
use crate::stream::source_error::{SourceError, SourceResult};
use crate::stream::subscriber::{
    DeliveryMode, SubscribedStream, Subscriber, SubscriberIdentity, SubscriberParts,
};
use crate::stream::subscription::{SubscribedTopic, Subscription};

/// When snapshots are sent at the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InitialSnapshot {
    /// To clients without a usable cursor.
    #[default]
    IfNeeded,
    Never,
    Always,
}

/// An authorised request for a stream.
pub struct SubscriptionRequest {
    /// Topics, and where they go on.
    pub resume: ResumePoint,
    /// Those of the topics that are public.
    pub public_topics: Vec<Topic>,
    pub mode: DeliveryMode,
    pub initial_snapshot: InitialSnapshot,
    pub wants_padding: bool,
    pub identity: SubscriberIdentity,
    /// The version of rights at which it was authorised.
    pub rights_version: i64,
    /// When its credential expires.
    pub expires_at: Option<DateTime<Utc>>,
    pub coding: TransferCoding,
    pub direct_writer: Option<HubWriter>,
}

/// Numbers connections for the life of the process.
static NEXT_CONNECTION_ID: AtomicU64 = AtomicU64::new(1);

/// How long opening a stream waits for this process's own commits to reach the ring.
const CATCH_UP_TIMEOUT: Duration = Duration::from_secs(1);

/// Makes a subscriber, whose first bytes are its `hello`.
pub async fn open_subscriber(
    hub: &Rc<Hub>,
    request: SubscriptionRequest,
) -> SourceResult<Rc<Subscriber>> {
    let subscriptions = new_subscriptions(hub, &request.resume.topics).await?;
    let epoch = common_epoch(&subscriptions)?;
    // It was parsed for the epoch before, where the database has just been replaced.
    let is_current = |cursor: &Cursor| cursor.is_of_epoch(&epoch);
    let cursor = request.resume.cursor.as_ref().filter(|cursor| is_current(cursor));
    let has_cursor = request.resume.cursor.is_some();
    for subscription in &subscriptions {
        match cursor {
            Some(cursor) => resume(hub, subscription, cursor).await?,
            None if has_cursor => subscription.require_snapshots(SnapshotReason::UnknownCursor),
            None if request.initial_snapshot == InitialSnapshot::Never => {
                subscription.start_at(subscription.local_stream.head());
            }
            None => {}
        }
        apply_visibility_floor(hub, subscription, &request).await?;
    }
    let resumes_from_cursor =
        has_cursor && subscriptions.iter().any(|subscription| subscription.seq().is_some());
    let is_always = request.initial_snapshot == InitialSnapshot::Always;
    let (coding, wants_padding) = (request.coding, request.wants_padding);
    let subscriber = Rc::new(Subscriber::new(SubscriberParts {
        id: NEXT_CONNECTION_ID.fetch_add(1, Ordering::Relaxed),
        identity: request.identity,
        rights_version: request.rights_version,
        epoch: (*epoch).into(),
        mode: request.mode,
        coding,
        direct_writer: request.direct_writer,
        subscriptions,
        stopped_parts: request.resume.stopped_parts,
        sends_snapshots_on_resume: resumes_from_cursor && is_always,
        deadline: close_deadline(hub, request.expires_at),
    }));
    if wants_padding {
        subscriber.queue_bytes(coding.encode(control_frames::padding().as_bytes()));
    }
    subscriber.queue_bytes(encode_hello(hub, &subscriber, resumes_from_cursor));
    Ok(subscriber)
}

/// Subscriptions to the topics' streams, without positions.
async fn new_subscriptions(
    hub: &Rc<Hub>,
    topics: &[Topic],
) -> SourceResult<Vec<Subscription<Subscriber>>> {
    let mut subscriptions = Vec::new();
    for (stream, topics) in group_by_stream(topics) {
        let unreadable = || SourceError::Unavailable(format!("the log of {stream} can't be read"));
        let local_stream = hub.local_stream(stream).await.ok_or_else(unreadable)?;
        let committed = hub.context.source.commit_notifier().local_head(stream);
        wait_until_caught_up(&local_stream, committed).await;
        subscriptions.push(Subscription::new(local_stream, topics));
    }
    Ok(subscriptions)
}

/// Waits until what this process has committed is in the ring, so that a client which writes and
/// then connects gets its write before `live`.
///
/// Not for long: a log that can't be read is no reason to refuse what is in memory.
async fn wait_until_caught_up(local_stream: &SubscribedStream, seq: Seq) {
    let caught_up = async {
        while local_stream.head() < seq {
            local_stream.changed.notified().await;
        }
    };
    let _ = tokio::time::timeout(CATCH_UP_TIMEOUT, caught_up).await;
}

/// The epoch of all subscriptions. They differ only where the database has just been replaced, and
/// then one of them is about to end.
fn common_epoch(subscriptions: &[Subscription<Subscriber>]) -> SourceResult<Arc<str>> {
    let mut epochs = subscriptions
        .iter()
        .map(|subscription| Arc::clone(&subscription.local_stream.epoch.borrow()));
    let missing = || SourceError::Internal("a stream without topics".to_owned());
    let first = epochs.next().ok_or_else(missing)?;
    if epochs.all(|epoch| epoch == first) {
        return Ok(first);
    }
    Err(SourceError::Unavailable("the database is being replaced".to_owned()))
}

/// Topics of one stream share its position, so they make one subscription.
fn group_by_stream(topics: &[Topic]) -> Vec<(StreamId, Vec<Topic>)> {
    let mut grouped: Vec<(StreamId, Vec<Topic>)> = Vec::new();
    for topic in topics {
        match grouped.iter_mut().find(|(stream, _)| *stream == topic.stream) {
            Some((_, topics)) if topics.contains(topic) => {}
            Some((_, topics)) => topics.push(*topic),
            None => grouped.push((topic.stream, vec![*topic])),
        }
    }
    grouped
}

/// Starts each topic where the cursor left off; one that the cursor lacks, or in which it is ahead of
/// the log, needs a snapshot (G4).
async fn resume(
    hub: &Rc<Hub>,
    subscription: &Subscription<Subscriber>,
    cursor: &Cursor,
) -> SourceResult<()> {
    let ranges = subscription.topics.iter().filter_map(|one| cursor.seq_range(one.topic));
    let highest = ranges.map(|(_, highest)| highest).max().unwrap_or(0);
    let mut head = subscription.local_stream.head();
    if highest > head {
        // This node's feeder may lag behind another node's, so the log decides.
        let stream = subscription.stream;
        let latest = hub.context.run_on_database_runtime(move |context| async move {
            context.source.latest_head(stream).await
        });
        head = head.max(latest.await?);
    }
    subscription.resume(cursor, head);
    Ok(())
}

/// Replaces a position below the visibility floor: what follows it was published in private.
async fn apply_visibility_floor(
    hub: &Rc<Hub>,
    subscription: &Subscription<Subscriber>,
    request: &SubscriptionRequest,
) -> SourceResult<()> {
    let is_public = |topic: &SubscribedTopic| request.public_topics.contains(&topic.topic);
    if !subscription.topics.iter().any(is_public) {
        return Ok(());
    }
    // Also without a cursor, so that the client's reconnection needs no database.
    let floor = hub.context.visibility_floor(request.rights_version, subscription.stream).await?;
    if request.resume.cursor.is_some() && subscription.seq().is_some_and(|at| at < floor) {
        subscription.require_snapshots(SnapshotReason::Pruned);
    }
    Ok(())
}

fn encode_hello(hub: &Hub, subscriber: &Subscriber, resumes_from_cursor: bool) -> Bytes {
    let settings = &hub.context.settings;
    let cursor = if resumes_from_cursor { subscriber.cursor() } else { None };
    let hello = Hello {
        connection: Some(subscriber.id),
        speed: None,
        retry_ms: settings.random_retry_ms(),
        cursor: cursor.as_deref(),
    };
    subscriber.coding.encode(&hello.encode(settings))
}

/// The hub's tick at which the stream ends at the latest, and why.
fn close_deadline(hub: &Hub, expires_at: Option<DateTime<Utc>>) -> (u32, CloseReason) {
    let lifetime = hub.context.settings.lifetime_seconds;
    let drawn = rand::random_range(lifetime * TICKS_PER_SECOND / 2..=lifetime * TICKS_PER_SECOND);
    let by_age = if lifetime == 0 { u32::MAX } else { hub.tick().saturating_add(drawn.max(1)) };
    let by_token = expires_at.map_or(u32::MAX, |at| {
        let ms = (at - Utc::now()).num_milliseconds().max(0);
        let ticks = u32::try_from(ms * i64::from(TICKS_PER_SECOND) / 1000).unwrap_or(u32::MAX);
        hub.tick().saturating_add(ticks)
    });
    if by_token <= by_age {
        (by_token, CloseReason::TokenExpired)
    } else {
        (by_age, CloseReason::LifetimeReached)
    }
}
