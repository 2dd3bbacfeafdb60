//! Fetches what a subscriber lacks and no ring has: pages of the log, and snapshots.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::domain::topic::Seq;
use crate::stream::backlog::Backlog;
use crate::stream::close_reason::CloseReason;
use crate::stream::context::StreamContext;
use crate::stream::snapshot::{SnapshotReason, TopicSnapshot};
use crate::stream::source_error::SourceResult;
use crate::stream::subscriber::{DeliveryMode, ResumeOutcome, Subscriber};
use crate::stream::subscription::{Position, Subscription};

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
        subscription.position.set(Position::NeedsSnapshot(SnapshotReason::Lagged));
        return Ok(());
    }
    let stream = subscription.stream;
    let page = context.run_on_database_runtime(move |context| async move {
        context.page_after(stream, after).await
    });
    let page = page.await?;
    subscriber.check_epoch(&page.epoch)?;
    if page.is_pruned_after(after) {
        subscription.position.set(Position::NeedsSnapshot(SnapshotReason::Pruned));
    } else {
        subscriber.resume_outcome.set(ResumeOutcome::Log);
        let has_frames = page.frames_after(after).next().is_some();
        *subscription.page.borrow_mut() = has_frames.then_some(page);
    }
    Ok(())
}

/// The snapshots of a subscription's topics, in order; `None` where a topic's subject was deleted.
pub async fn fetch_snapshots(
    context: &Arc<StreamContext>,
    subscriber: &Subscriber,
    subscription: &Subscription<Subscriber>,
) -> SourceResult<Vec<Option<Arc<TopicSnapshot>>>> {
    let mut snapshots = Vec::new();
    for subscribed in &subscription.topics {
        let snapshot = context.snapshot(subscribed.topic, subscription.local_stream.head()).await?;
        if let Some(snapshot) = &snapshot {
            subscriber.check_epoch(&snapshot.epoch)?;
        }
        snapshots.push(snapshot);
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

/// Sends the state of each of the subscription's topics; its position is then the oldest of them.
async fn send_snapshots(
    context: &Arc<StreamContext>,
    subscriber: &Subscriber,
    subscription: &Subscription<Subscriber>,
    reason: SnapshotReason,
) -> SourceResult<Option<Bytes>> {
    let previous_seq = subscription.seq();
    let mut snapshots = Vec::new();
    let fetched = fetch_snapshots(context, subscriber, subscription).await?;
    for (subscribed, snapshot) in subscription.topics.iter().zip(fetched) {
        let Some(snapshot) = snapshot else {
            subscriber.revoke_topics(vec![subscribed.topic]);
            return Ok(None);
        };
        subscribed.after_seq.set(snapshot.seq);
        snapshots.push(snapshot);
    }
    let oldest_seq = snapshots.iter().map(|snapshot| snapshot.seq).min().unwrap_or(0);
    subscription.position.set(Position::At(oldest_seq));
    *subscription.page.borrow_mut() = None;
    // Older than these: sent after them, they would move state and cursor back.
    subscription.queued_snapshots.borrow_mut().clear();
    if reason != SnapshotReason::Changed {
        subscriber.resume_outcome.set(ResumeOutcome::Snapshot);
    }
    Ok(subscriber.encode_snapshots(subscription, previous_seq, &snapshots, reason))
}

/// Queues the snapshots of all topics until the positions have reached their seqs, so that nothing
/// is sent twice and cursors only grow.
async fn queue_resume_snapshots(
    context: &Arc<StreamContext>,
    subscriber: &Subscriber,
) -> SourceResult<Option<Bytes>> {
    for subscription in &subscriber.subscriptions {
        let Some(seq) = subscription.seq() else { continue };
        // A topic without a position has been sent its snapshot already.
        for subscribed in subscription.topics.iter().filter(|one| one.after_seq.get() == 0) {
            if let Some(snapshot) = context.snapshot(subscribed.topic, seq).await? {
                subscriber.check_epoch(&snapshot.epoch)?;
                subscription.queued_snapshots.borrow_mut().push(snapshot);
            }
        }
    }
    Ok(None)
}
