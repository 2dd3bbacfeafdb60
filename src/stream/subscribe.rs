//! Opens a stream: from a cursor and topics to a reader who knows what it is owed.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};

use crate::domain::topic::{Seq, StreamId, Topic};
use crate::store::{Result, StoreError};
use crate::stream::cursor::Cursor;
use crate::stream::direct_writer::DirectWriter;
use crate::stream::frame;
use crate::stream::frame::TransferCoding;
use crate::stream::hub::{Hub, TICKS_PER_SECOND};
use crate::stream::local_stream::LocalStream;
use crate::stream::snapshot::SnapshotReason;
use crate::stream::subscriber::{
    CloseReason, DeliveryMode, Subscriber, SubscriberIdentity, SubscriberParts,
};
use crate::stream::subscription::{Position, SubscribedTopic, Subscription};

/// When snapshots are sent at the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InitialSnapshot {
    /// To those without a usable cursor.
    #[default]
    IfNeeded,
    Never,
    Always,
}

/// What a reader asks for, already allowed.
pub struct SubscriptionRequest {
    pub topics: Vec<Topic>,
    /// Those of them that everybody may read.
    pub public_topics: Vec<Topic>,
    pub cursor: Option<String>,
    pub mode: DeliveryMode,
    pub initial_snapshot: InitialSnapshot,
    pub wants_padding: bool,
    pub identity: SubscriberIdentity,
    /// The version of rights that this was allowed at.
    pub rights_version: i64,
    /// When its credential runs out.
    pub expires_at: Option<DateTime<Utc>>,
    pub coding: TransferCoding,
    pub direct_writer: Option<Rc<DirectWriter>>,
}

/// Connections are counted through the life of the process.
static NEXT_CONNECTION_ID: AtomicU64 = AtomicU64::new(1);

/// How long a stream's opening waits for this process's own commits to be read.
const CATCH_UP_TIMEOUT: Duration = Duration::from_secs(1);

/// Comment bytes for proxies that hold back the first 2 KiB.
const PADDING_BYTES: usize = 2048;

/// Makes a reader; its hello is the first thing it will be sent.
pub async fn open_subscriber(
    hub: &Rc<Hub>,
    request: SubscriptionRequest,
) -> Result<Rc<Subscriber>> {
    let mut subscriptions = Vec::new();
    for (stream, topics) in group_by_stream(&request.topics) {
        let local_stream = hub.local_stream(stream).await;
        let station = local_stream
            .ok_or_else(|| StoreError::Unavailable(format!("the log of {stream} can't be read")))?;
        wait_until_caught_up(&station, hub.context.source.commit_notifier().local_head(stream))
            .await;
        subscriptions.push(new_subscription(station, topics));
    }
    let epoch = common_epoch(&subscriptions)?;
    let cursor = request.cursor.as_deref().map(|text| Cursor::parse(text, &epoch));
    let is_only_stream = subscriptions.len() == 1;
    for subscription in &subscriptions {
        let position = initial_position(
            hub,
            subscription,
            cursor.as_ref(),
            is_only_stream,
            request.initial_snapshot,
        )
        .await?;
        subscription.position.set(position);
        apply_visibility_floor(hub, subscription, &request).await?;
    }
    let resumes_from_cursor =
        cursor.is_some() && subscriptions.iter().any(|follow| follow.seq().is_some());
    let (initial_snapshot, padding, coding) =
        (request.initial_snapshot, request.wants_padding, request.coding);
    let subscriber = Rc::new(Subscriber::new(SubscriberParts {
        id: NEXT_CONNECTION_ID.fetch_add(1, Ordering::Relaxed),
        who: request.identity,
        rights: request.rights_version,
        epoch: (*epoch).into(),
        mode: request.mode,
        coding,
        line: request.direct_writer,
        follows: subscriptions,
        snapshot_on_resume: resumes_from_cursor && initial_snapshot == InitialSnapshot::Always,
        deadline: close_deadline(hub, request.expires_at),
    }));
    if padding {
        let comment = format!(":{}\n\n", " ".repeat(PADDING_BYTES));
        subscriber.queue_bytes(coding.encode(comment.as_bytes()));
    }
    subscriber.queue_bytes(hello_frame(hub, &subscriber, resumes_from_cursor));
    Ok(subscriber)
}

/// Hello and goodbye at once: for whom a limit or a drain keeps out. A browser's `EventSource`
/// would give up for good on any other status, and so couldn't come back.
pub fn rejection_frames(hub: &Hub, reason: CloseReason) -> Bytes {
    let retry = hub.retry_ms(reason);
    let hello = format!(
        r#"{{"connection":null,"heartbeat_ms":{},"at":"{}"}}"#,
        hub.context.settings.heartbeat_seconds * 1000,
        frame::now_rfc3339()
    );
    let mut block = frame::control_frame("hello", Some(retry), &hello, None);
    let bye = format!(r#"{{"reason":"{}"}}"#, reason.as_str());
    block.extend_from_slice(&frame::control_frame("bye", Some(retry), &bye, None));
    block.freeze()
}

/// Waits until what this process has committed is in the ring: who writes and then reads is told
/// of the write before it is called live. Not for long: a log that can't be read is no reason to
/// refuse what is at hand.
async fn wait_until_caught_up(local_stream: &LocalStream, seq: Seq) {
    let caught_up = async {
        while local_stream.head() < seq {
            local_stream.changed.notified().await;
        }
    };
    let _ = tokio::time::timeout(CATCH_UP_TIMEOUT, caught_up).await;
}

/// The epoch of all of them. They differ only where one is of a database that has just been
/// replaced, and then it is about to end.
fn common_epoch(subscriptions: &[Subscription]) -> Result<Arc<str>> {
    let mut epochs = subscriptions
        .iter()
        .map(|subscription| Arc::clone(&subscription.local_stream.epoch.borrow()));
    let missing = || StoreError::Internal("a stream of no topics".to_owned());
    let first = epochs.next().ok_or_else(missing)?;
    if epochs.all(|epoch| epoch == first) {
        return Ok(first);
    }
    Err(StoreError::Unavailable("the database is being replaced".to_owned()))
}

/// Topics of one stream share its place, and so make one follow.
fn group_by_stream(topics: &[Topic]) -> Vec<(StreamId, Vec<Topic>)> {
    let mut grouped: Vec<(StreamId, Vec<Topic>)> = Vec::new();
    for topic in topics {
        match grouped.iter_mut().find(|(stream, _)| *stream == topic.stream) {
            Some((_, known)) if known.contains(topic) => {}
            Some((_, known)) => known.push(*topic),
            None => grouped.push((topic.stream, vec![*topic])),
        }
    }
    grouped
}

fn new_subscription(local_stream: Rc<LocalStream>, topics: Vec<Topic>) -> Subscription {
    let subscribe = |topic| SubscribedTopic { topic, after_seq: Cell::new(0) };
    Subscription {
        stream: local_stream.stream,
        topics: topics.into_iter().map(subscribe).collect(),
        local_stream: local_stream,
        position: Cell::new(Position::NeedsSnapshot(SnapshotReason::Connected)),
        page: RefCell::default(),
        queued_snapshots: RefCell::default(),
        local_stream_slot: Cell::new(0),
    }
}

/// Where a reader with this cursor stands in a stream, or why it is owed a snapshot (G4).
pub async fn initial_position(
    hub: &Rc<Hub>,
    subscription: &Subscription,
    cursor: Option<&Cursor>,
    is_only_stream: bool,
    initial_snapshot: InitialSnapshot,
) -> Result<Position> {
    let head = subscription.local_stream.head();
    let cursor_seq = match cursor {
        None if initial_snapshot == InitialSnapshot::Never => return Ok(Position::At(head)),
        None => return Ok(Position::NeedsSnapshot(SnapshotReason::Connected)),
        Some(cursor) => cursor.position_in(subscription.stream, is_only_stream),
    };
    let Some(seq) = cursor_seq else {
        // A topic that the cursor doesn't name has not been shown yet; a cursor that names
        // nothing is not ours.
        let names_streams = matches!(cursor, Some(Cursor::Multiple(_)));
        return Ok(Position::NeedsSnapshot(if names_streams {
            SnapshotReason::Connected
        } else {
            SnapshotReason::UnknownCursor
        }));
    };
    if seq > head {
        // This node's feeder may be a moment behind another node's; the log decides.
        let stream = subscription.stream;
        let heads = hub.context.run_on_database_runtime(move |shared| async move {
            shared.source.latest_head(stream).await
        });
        let latest = heads.await?;
        if seq > latest {
            return Ok(Position::NeedsSnapshot(SnapshotReason::UnknownCursor));
        }
    }
    Ok(Position::At(seq))
}

/// Takes a cursor's place away that is before what a stream may be told from, now that it is
/// public.
async fn apply_visibility_floor(
    hub: &Rc<Hub>,
    subscription: &Subscription,
    request: &SubscriptionRequest,
) -> Result<()> {
    if !subscription
        .topics
        .iter()
        .any(|subscribed| request.public_topics.contains(&subscribed.topic))
    {
        return Ok(());
    }
    let (rights_version, stream) = (request.rights_version, subscription.stream);
    // Also of those who bring no cursor: those who come back need no database then.
    let floor = if let Some(pruned) = hub.context.visibility_floors.cached(rights_version, stream) {
        pruned
    } else {
        let task = hub.context.run_on_database_runtime(move |shared| async move {
            shared.visibility_floors.load(&shared, rights_version, stream).await
        });
        task.await?
    };
    if request.cursor.is_some() && subscription.seq().is_some_and(|at| at < floor) {
        subscription.position.set(Position::NeedsSnapshot(SnapshotReason::Pruned));
    }
    Ok(())
}

fn hello_frame(hub: &Hub, subscriber: &Subscriber, resumes_from_cursor: bool) -> Bytes {
    let json = format!(
        r#"{{"connection":"c-{}","heartbeat_ms":{},"at":"{}"}}"#,
        subscriber.id,
        hub.context.settings.heartbeat_seconds * 1000,
        frame::now_rfc3339()
    );
    let cursor = if resumes_from_cursor { subscriber.cursor() } else { None };
    let retry = hub.context.settings.random_retry_ms();
    subscriber.coding.encode(&frame::control_frame("hello", Some(retry), &json, cursor.as_deref()))
}

/// When the stream ends at the latest, in the hub's ticks, and why.
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
