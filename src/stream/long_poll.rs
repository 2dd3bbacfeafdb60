//! Long-poll: the sink that answers once, for clients whose proxies hold back streamed bytes.

use std::rc::Rc;
use std::time::Duration;

use futures_util::future::select_all;

use crate::stream::backlog::Backlog;
use crate::stream::close_reason::CloseReason;
use crate::stream::delivery::{Action, Event, Pending};
use crate::stream::fetch;
use crate::stream::frame::Frame;
use crate::stream::hub::Hub;
use crate::stream::snapshot::SnapshotReason;
use crate::stream::source_error::SourceResult;
use crate::stream::subscriber::Subscriber;
use crate::stream::subscription::Subscription;

/// Messages of rings in one answer at most; the next poll gets the rest.
const MAX_MESSAGES_PER_POLL: usize = 500;

/// `{"cursor":…,"messages":[…]}` as soon as there is a message, or an empty one after `timeout`.
///
/// `None` where this node drains and has nothing to send: the client would repeat an empty poll at
/// once. The subscriber is not added to the hub.
pub async fn long_poll(
    hub: &Rc<Hub>,
    subscriber: &Subscriber,
    timeout: Duration,
) -> SourceResult<Option<String>> {
    let deadline = tokio::time::Instant::now() + timeout;
    let mut messages = Vec::new();
    loop {
        // Registered before the backlog is looked at, so that no change is missed in between.
        let changes = subscriber
            .subscriptions
            .iter()
            .map(|subscription| subscription.local_stream.changed.notified());
        let changes: Vec<_> = changes.map(Box::pin).collect();
        for subscription in &subscriber.subscriptions {
            collect_backlog(hub, subscriber, subscription, &mut messages).await?;
        }
        if !messages.is_empty() {
            break;
        }
        if hub.is_draining() {
            subscriber.close(CloseReason::Draining);
        }
        match subscriber.step(Event::Polled(Pending::Nothing)) {
            Action::SendBye(_) if !timeout.is_zero() => return Ok(None),
            Action::SendBye(_) => break,
            _ => {}
        }
        if tokio::time::timeout_at(deadline, select_all(changes)).await.is_err() {
            break;
        }
    }
    let cursor = serde_json::Value::from(subscriber.cursor());
    Ok(Some(format!(r#"{{"cursor":{cursor},"messages":[{}]}}"#, messages.join(","))))
}

/// Takes what a subscription lacks: from one of snapshots, ring and log.
async fn collect_backlog(
    hub: &Rc<Hub>,
    subscriber: &Subscriber,
    subscription: &Subscription<Subscriber>,
    messages: &mut Vec<String>,
) -> SourceResult<()> {
    loop {
        match subscriber.backlog_of(subscription) {
            // Snapshots are queued for event streams only.
            Backlog::Nothing | Backlog::QueuedSnapshots => return Ok(()),
            Backlog::Irrelevant { head } => {
                subscription.advance_to(head);
                return Ok(());
            }
            Backlog::Snapshot(reason) => {
                return collect_snapshots(hub, subscriber, subscription, reason, messages).await;
            }
            Backlog::Ring => {
                collect_from_ring(subscriber, subscription, messages);
                // All may have been of other topics or types.
                if !messages.is_empty() {
                    return Ok(());
                }
            }
            Backlog::Log { after } => {
                fetch::fetch_page(&hub.context, subscriber, subscription, after).await?;
            }
            Backlog::Page => {
                if let (Some(page), Some(at)) = (subscription.page.take(), subscription.seq()) {
                    collect_frames(subscriber, subscription, page.frames_after(at), messages);
                }
                if !messages.is_empty() {
                    return Ok(());
                }
            }
        }
    }
}

fn collect_from_ring(
    subscriber: &Subscriber,
    subscription: &Subscription<Subscriber>,
    messages: &mut Vec<String>,
) {
    let ring = subscription.local_stream.ring.borrow();
    let max_frames = MAX_MESSAGES_PER_POLL.saturating_sub(messages.len());
    let frames = subscription.seq().and_then(|at| ring.frames_after(at));
    if let Some(frames) = frames {
        collect_frames(subscriber, subscription, frames.take(max_frames), messages);
    }
}

fn collect_frames<'a>(
    subscriber: &Subscriber,
    subscription: &Subscription<Subscriber>,
    frames: impl Iterator<Item = &'a Frame>,
    messages: &mut Vec<String>,
) {
    for frame in frames {
        subscription.advance_to(frame.seq());
        if subscriber.should_receive(subscription, frame) {
            messages.push(String::from_utf8_lossy(frame.envelope()).into_owned());
        }
    }
}

async fn collect_snapshots(
    hub: &Rc<Hub>,
    subscriber: &Subscriber,
    subscription: &Subscription<Subscriber>,
    reason: SnapshotReason,
    messages: &mut Vec<String>,
) -> SourceResult<()> {
    let snapshots = fetch::fetch_snapshots(&hub.context, subscriber, subscription).await?;
    let snapshots: Vec<_> = snapshots.into_iter().filter_map(|(_, snapshot)| snapshot).collect();
    subscription.start_with_snapshots(&snapshots, |one| messages.push(one.envelope(reason)));
    Ok(())
}
