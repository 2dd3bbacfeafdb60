//! Fetches what a subscriber lacks and no ring has: pages of the log, and snapshots.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::domain::topic::{Seq, Topic};
use crate::stream::backlog::Backlog;
use crate::stream::close_reason::CloseReason;
use crate::stream::context::StreamContext;
use crate::stream::snapshot::{SnapshotReason, TopicSnapshot};
use crate::stream::source_error::SourceResult;
use crate::stream::subscriber::{DeliveryMode, ResumeOutcome, Subscriber};
use crate::stream::subscription::{SubscribedTopic, Subscription, TopicStart};

/// Something to fetch for a subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetch {
    /// What the subscription of this index lacks.
    Backlog(usize, Backlog),
    /// `snapshot=always` on resume: the snapshots of all topics.
    ResumeSnapshots,
}

/// Fetches for an event stream; gives bytes to send, or `None` where only positions changed.
///
/// Where that fails, the stream ends.
pub async fn fetch(
    context: Arc<StreamContext>,
    subscriber: Rc<Subscriber>,
    fetch: Fetch,
) -> Option<Bytes> {
    let result = match fetch {
        Fetch::Backlog(index, backlog) => {
            fetch_backlog(&context, &subscriber, index, backlog).await
        }
        Fetch::ResumeSnapshots => queue_resume_snapshots(&context, &subscriber).await,
    };
    result.unwrap_or_else(|error| {
        tracing::warn!(error = %error, "Stream c-{} can't go on: {error}", subscriber.id);
        subscriber.close(CloseReason::Unavailable);
        None
    })
}

/// Reads the next page of the log, or sets the position to need a snapshot where that is out of
/// reach.
pub async fn fetch_page(
    context: &Arc<StreamContext>,
    subscriber: &Subscriber,
    subscription: &Subscription<Subscriber>,
    after: Seq,
) -> SourceResult<()> {
    if subscription.local_stream.head() - after > context.settings.replay_max {
        subscription.require_snapshots(SnapshotReason::Lagged);
        return Ok(());
    }
    let stream = subscription.stream;
    let page = context.run_on_database_runtime(move |context| async move {
        context.page_after(stream, after).await
    });
    let page = page.await?;
    subscriber.check_epoch(&page.epoch)?;
    if page.is_pruned_after(after) {
        subscription.require_snapshots(SnapshotReason::Pruned);
    } else {
        subscriber.resume_outcome.set(ResumeOutcome::Log);
        let has_frames = page.frames_after(after).next().is_some();
        *subscription.page.borrow_mut() = has_frames.then_some(page);
    }
    Ok(())
}

/// The snapshots of those of a subscription's topics that need one, or else of all of them; `None`
/// for a topic whose subject was deleted.
pub async fn fetch_snapshots(
    context: &Arc<StreamContext>,
    subscriber: &Subscriber,
    subscription: &Subscription<Subscriber>,
) -> SourceResult<Vec<(Topic, Option<Arc<TopicSnapshot>>)>> {
    let are_some_due = subscription.due_snapshot_reason().is_some();
    let is_wanted = |one: &&SubscribedTopic| !are_some_due || one.due_snapshot_reason().is_some();
    // After a failover this node's ring may be behind the client: an older snapshot would move a
    // topic back, or leave out what lies between.
    let min_seq = subscription.local_stream.head().max(subscription.seq().unwrap_or(0));
    let mut snapshots = Vec::new();
    for SubscribedTopic { topic, .. } in subscription.topics.iter().filter(is_wanted) {
        let snapshot = context.snapshot(*topic, min_seq).await?;
        if let Some(snapshot) = &snapshot {
            subscriber.check_epoch(&snapshot.epoch)?;
        }
        snapshots.push((*topic, snapshot));
    }
    Ok(snapshots)
}

async fn fetch_backlog(
    context: &Arc<StreamContext>,
    subscriber: &Subscriber,
    index: usize,
    backlog: Backlog,
) -> SourceResult<Option<Bytes>> {
    let Some(subscription) = subscriber.subscriptions.get(index) else { return Ok(None) };
    match backlog {
        Backlog::Log { after } => {
            context.metrics.ring_misses.inc();
            fetch_page(context, subscriber, subscription, after).await?;
            Ok(None)
        }
        Backlog::Snapshot(reason) => {
            if let (SnapshotReason::Changed, DeliveryMode::State { min_interval_ms, .. }) =
                (reason, &subscriber.mode)
            {
                tokio::time::sleep_until(subscriber.next_state_at.get().into()).await;
                let interval = Duration::from_millis(*min_interval_ms);
                subscriber.next_state_at.set(Instant::now() + interval);
            }
            send_snapshots(context, subscriber, subscription, reason).await
        }
        _ => Ok(None),
    }
}

/// Sends the state of the topics that need it, or else of all topics.
async fn send_snapshots(
    context: &Arc<StreamContext>,
    subscriber: &Subscriber,
    subscription: &Subscription<Subscriber>,
    reason: SnapshotReason,
) -> SourceResult<Option<Bytes>> {
    let mut snapshots = Vec::new();
    for (topic, snapshot) in fetch_snapshots(context, subscriber, subscription).await? {
        let Some(snapshot) = snapshot else {
            subscriber.revoke_topics(vec![topic]);
            return Ok(None);
        };
        snapshots.push(snapshot);
    }
    *subscription.page.borrow_mut() = None;
    // Older than these: sent after them, they would move state and cursor back.
    subscription.queued_snapshots.borrow_mut().clear();
    if reason != SnapshotReason::Changed {
        subscriber.resume_outcome.set(ResumeOutcome::Snapshot);
    }
    Ok(Some(subscriber.encode_first_snapshots(subscription, &snapshots, reason)))
}

/// Queues the snapshots of all topics until the positions have reached their seqs, so that nothing
/// is sent twice and cursors only grow.
async fn queue_resume_snapshots(
    context: &Arc<StreamContext>,
    subscriber: &Subscriber,
) -> SourceResult<Option<Bytes>> {
    for subscription in &subscriber.subscriptions {
        let Some(seq) = subscription.seq() else { continue };
        let resumed = |one: &&SubscribedTopic| one.start() == TopicStart::Resumed;
        for subscribed in subscription.topics.iter().filter(resumed) {
            if let Some(snapshot) = context.snapshot(subscribed.topic, seq).await? {
                subscriber.check_epoch(&snapshot.epoch)?;
                subscription.queued_snapshots.borrow_mut().push(snapshot);
            }
        }
    }
    Ok(None)
}
