//! Long-poll: the same cursors and messages for those whose proxies hold back streamed bytes.

use std::rc::Rc;
use std::time::Duration;

use futures_util::future::select_all;

use crate::domain::topic::Seq;
use crate::store::Result;
use crate::stream::hub::Hub;
use crate::stream::snapshot::SnapshotReason;
use crate::stream::subscriber::{DeliveryMode, Subscriber};
use crate::stream::subscription::{Position, Subscription};

/// Messages in one answer at most; the next poll gets the rest.
const MAX_MESSAGES_PER_POLL: usize = 500;

/// `{"cursor":…,"messages":[…]}` as soon as there is something, or empty after `wait`. `None` where
/// this node ends and has nothing to tell: an empty answer would be asked for again at once.
///
/// The reader only lends its places and filters; it is not joined to the hub.
pub async fn long_poll(
    hub: &Rc<Hub>,
    subscriber: &Subscriber,
    timeout: Duration,
) -> Result<Option<String>> {
    let deadline = tokio::time::Instant::now() + timeout;
    let mut messages = Vec::new();
    loop {
        // Before it is looked what there is: what comes meanwhile is noticed too.
        let changes = subscriber
            .subscriptions
            .iter()
            .map(|subscription| subscription.local_stream.changed.notified());
        let changes: Vec<_> = changes.map(Box::pin).collect();
        for follow in &subscriber.subscriptions {
            collect_messages(hub, subscriber, follow, &mut messages).await?;
        }
        if !messages.is_empty() || hub.is_draining() {
            break;
        }
        if tokio::time::timeout_at(deadline, select_all(changes)).await.is_err() {
            break;
        }
    }
    if messages.is_empty() && hub.is_draining() && !timeout.is_zero() {
        return Ok(None);
    }
    let cursor = serde_json::Value::from(subscriber.cursor());
    Ok(Some(format!(r#"{{"cursor":{cursor},"messages":[{}]}}"#, messages.join(","))))
}

async fn collect_messages(
    hub: &Rc<Hub>,
    subscriber: &Subscriber,
    subscription: &Subscription,
    messages: &mut Vec<String>,
) -> Result<()> {
    let is_state_mode = matches!(subscriber.mode, DeliveryMode::State { .. });
    loop {
        let at = match subscription.position.get() {
            Position::NeedsSnapshot(reason) => {
                return collect_snapshots(hub, subscriber, subscription, reason, messages).await;
            }
            Position::At(at) => at,
        };
        if is_state_mode {
            let Some(head) = subscriber.skip_irrelevant(subscription, at) else {
                subscription.position.set(Position::NeedsSnapshot(SnapshotReason::Changed));
                continue;
            };
            subscription.position.set(Position::At(head));
            return Ok(());
        }
        if let Some(last) = collect_from_ring(subscriber, subscription, at, messages) {
            subscription.position.set(Position::At(last));
            return Ok(());
        }
        if subscription.local_stream.head() - at > hub.context.settings.replay_max {
            subscription.position.set(Position::NeedsSnapshot(SnapshotReason::Lagged));
        } else if collect_from_log(hub, subscriber, subscription, at, messages).await? {
            return Ok(());
        }
    }
}

/// Takes what the ring has after `at`; `None` where the log must be read first.
fn collect_from_ring(
    subscriber: &Subscriber,
    subscription: &Subscription,
    after_seq: Seq,
    messages: &mut Vec<String>,
) -> Option<Seq> {
    let ring = subscription.local_stream.ring.borrow();
    let mut last = after_seq;
    for frame in
        ring.frames_after(after_seq)?.take(MAX_MESSAGES_PER_POLL.saturating_sub(messages.len()))
    {
        last = frame.seq();
        if subscriber.should_receive(subscription, frame) {
            messages.push(String::from_utf8_lossy(frame.envelope()).into_owned());
        }
    }
    Some(last)
}

/// Takes a page of the log; `true` once there is something to answer.
async fn collect_from_log(
    hub: &Rc<Hub>,
    subscriber: &Subscriber,
    subscription: &Subscription,
    after_seq: Seq,
    messages: &mut Vec<String>,
) -> Result<bool> {
    let stream = subscription.stream;
    let page = hub.context.run_on_database_runtime(move |shared| async move {
        shared.page_cache.get(&shared, stream, after_seq, shared.settings.replay_page).await
    });
    let page = page.await?;
    subscriber.check_epoch(&page.epoch)?;
    if page.is_pruned_after(after_seq) {
        subscription.position.set(Position::NeedsSnapshot(SnapshotReason::Pruned));
        return Ok(false);
    }
    for frame in page.frames_after(after_seq) {
        subscription.position.set(Position::At(frame.seq()));
        if subscriber.should_receive(subscription, frame) {
            messages.push(String::from_utf8_lossy(frame.envelope()).into_owned());
        }
    }
    Ok(!messages.is_empty())
}

async fn collect_snapshots(
    hub: &Rc<Hub>,
    subscriber: &Subscriber,
    subscription: &Subscription,
    reason: SnapshotReason,
    messages: &mut Vec<String>,
) -> Result<()> {
    let mut oldest = Seq::MAX;
    for subscribed in &subscription.topics {
        if let Some(state) =
            hub.snapshot(subscribed.topic, subscription.local_stream.head()).await?
        {
            subscriber.check_epoch(&state.epoch)?;
            oldest = oldest.min(state.seq);
            messages.push(state.envelope(reason));
        }
    }
    subscription.position.set(Position::At(if oldest == Seq::MAX { 0 } else { oldest }));
    Ok(())
}
