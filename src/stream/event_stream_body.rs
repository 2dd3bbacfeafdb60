//! The response body: what a reader is sent while something has to be waited for.
//!
//! It does its own chunked coding, so that the hub can write whole chunks between its own; the
//! dispatcher is told to pass bytes on as they are.

use std::convert::Infallible;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::body::{BodySize, MessageBody};
use bytes::Bytes;
use futures_util::future::LocalBoxFuture;

use crate::domain::topic::Seq;
use crate::store::StoreError;
use crate::stream::frame::TransferCoding;
use crate::stream::hub::Hub;
use crate::stream::snapshot::SnapshotReason;
use crate::stream::subscriber::{CloseReason, DeliveryMode, NextAction, Subscriber};
use crate::stream::subscription::{Position, Subscription};

/// A reader's body. Whatever `permit` counts is given back when the client is gone.
pub struct EventStreamBody {
    subscriber: Rc<Subscriber>,
    hub: Rc<Hub>,
    pending_fetch: Option<LocalBoxFuture<'static, Option<Bytes>>>,
    is_finished: bool,
    _permit: Box<dyn Send>,
}

impl EventStreamBody {
    /// Joins the hub; bytes flow from the first poll on.
    pub fn new(subscriber: Rc<Subscriber>, hub: Rc<Hub>, permit: Box<dyn Send>) -> Self {
        hub.add_subscriber(&subscriber);
        let kind_label = hub.kind_label(&subscriber);
        hub.context.metrics.streams_open.get_or_create(&kind_label).inc();
        hub.context.metrics.stream_connects.get_or_create(&kind_label).inc();
        if tracing::enabled!(tracing::Level::INFO) {
            let topics = subscriber.topic_list();
            tracing::info!(
                connection = subscriber.id, topics = %topics, user.id = subscriber.identity.user_id(),
                "Stream c-{} of {topics} opened", subscriber.id
            );
        }
        Self {
            subscriber: subscriber,
            hub,
            pending_fetch: None,
            is_finished: false,
            _permit: permit,
        }
    }

    pub fn coding(&self) -> TransferCoding {
        self.subscriber.coding
    }

    fn poll_next_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let subscriber = Rc::clone(&self.subscriber);
        loop {
            if let Some(bytes) = subscriber.take_queued_bytes() {
                return Poll::Ready(Some(bytes));
            }
            if self.is_finished {
                return Poll::Ready(None);
            }
            if let Some(reason) = subscriber.take_close_reason() {
                self.is_finished = true;
                self.pending_fetch = None;
                return Poll::Ready(Some(
                    subscriber.finish_with_bye(reason, self.hub.retry_ms(reason)),
                ));
            }
            if let Some(work) = &mut self.pending_fetch {
                let Poll::Ready(bytes) = work.as_mut().poll(cx) else {
                    subscriber.store_waker(cx.waker());
                    if subscriber.accepts_heartbeats_while_fetching() {
                        subscriber.hand_socket_to_hub();
                    }
                    return Poll::Pending;
                };
                self.pending_fetch = None;
                if bytes.is_some() {
                    return Poll::Ready(bytes);
                }
            }
            match self.hub.next_action(&subscriber) {
                NextAction::Write(bytes) => return Poll::Ready(Some(bytes)),
                NextAction::Fetch(index) => {
                    let work = fetch_next(Rc::clone(&self.hub), Rc::clone(&subscriber), index);
                    self.pending_fetch = Some(Box::pin(work));
                }
                NextAction::Wait => {
                    subscriber.store_waker(cx.waker());
                    subscriber.hand_socket_to_hub();
                    return Poll::Pending;
                }
            }
        }
    }
}

impl MessageBody for EventStreamBody {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        let body = self.get_mut();
        if let Some(writer) = &body.subscriber.direct_writer {
            writer.set_body_waiting(false);
        }
        let next = body.poll_next_chunk(cx);
        if next.is_ready() {
            body.subscriber.last_write_tick.set(body.hub.tick());
        }
        next.map(|bytes| bytes.map(Ok))
    }
}

impl Drop for EventStreamBody {
    fn drop(&mut self) {
        let subscriber = &self.subscriber;
        self.hub.remove_subscriber(subscriber);
        let reason = subscriber.closed_for.get().map_or("client", CloseReason::as_str);
        let metrics = &self.hub.context.metrics;
        metrics.streams_open.get_or_create(&self.hub.kind_label(subscriber)).dec();
        metrics.stream_closes.get_or_create(&crate::metrics::ReasonLabel { reason }).inc();
        let seconds = (chrono::Utc::now() - subscriber.opened_at).num_seconds();
        tracing::info!(
            connection = subscriber.id,
            reason,
            duration_seconds = seconds,
            "Stream c-{} closed after {seconds} s: {reason}",
            subscriber.id
        );
    }
}

/// Waits for what one follow lacks; gives the bytes, or nothing where only its place changed.
async fn fetch_next(
    hub: Rc<Hub>,
    subscriber: Rc<Subscriber>,
    subscription_index: usize,
) -> Option<Bytes> {
    let result = match subscriber.subscriptions.get(subscription_index) {
        Some(subscription) => {
            fetch_for_subscription(&hub, &subscriber, subscription_index, subscription).await
        }
        None => queue_resume_snapshots(&hub, &subscriber).await,
    };
    match result {
        Ok(bytes) => bytes,
        Err(error) => {
            tracing::warn!(error = %error, "Stream c-{} can't go on: {error}", subscriber.id);
            subscriber.close(CloseReason::Unavailable);
            None
        }
    }
}

async fn fetch_for_subscription(
    hub: &Rc<Hub>,
    subscriber: &Subscriber,
    subscription_index: usize,
    subscription: &Subscription,
) -> Result<Option<Bytes>, StoreError> {
    if let Some(bytes) = subscriber.encode_due_snapshots(subscription) {
        return Ok(Some(bytes));
    }
    match (subscription.position.get(), &subscriber.mode) {
        (Position::NeedsSnapshot(reason), _) => {
            fetch_snapshots(hub, subscriber, subscription_index, reason).await
        }
        (Position::At(_), DeliveryMode::State { min_interval_ms: least_gap_ms, .. }) => {
            let next_state_at = subscriber.next_state_at.get();
            tokio::time::sleep_until(next_state_at.into()).await;
            subscriber.next_state_at.set(Instant::now() + Duration::from_millis(*least_gap_ms));
            fetch_snapshots(hub, subscriber, subscription_index, SnapshotReason::Changed).await
        }
        (Position::At(at), DeliveryMode::Log { .. }) => {
            load_next_page(hub, subscriber, subscription, at).await
        }
    }
}

/// Reads the next page of the log, or decides that a snapshot is owed instead.
async fn load_next_page(
    hub: &Rc<Hub>,
    subscriber: &Subscriber,
    subscription: &Subscription,
    after_seq: Seq,
) -> Result<Option<Bytes>, StoreError> {
    let shared = &hub.context;
    shared.metrics.ring_misses.inc();
    if subscription.local_stream.head() - after_seq > shared.settings.replay_max {
        subscription.position.set(Position::NeedsSnapshot(SnapshotReason::Lagged));
        return Ok(None);
    }
    let stream = subscription.stream;
    let page = hub.context.run_on_database_runtime(move |shared| async move {
        let limit = shared.settings.replay_page;
        shared.page_cache.get(&shared, stream, after_seq, limit).await
    });
    let page = page.await?;
    subscriber.check_epoch(&page.epoch)?;
    if page.is_pruned_after(after_seq) {
        subscription.position.set(Position::NeedsSnapshot(SnapshotReason::Pruned));
    } else {
        subscriber.resume_outcome.set("log");
        *subscription.page.borrow_mut() = Some(page);
    }
    Ok(None)
}

/// Sends the state of each of the follow's topics; its place is then the oldest of them.
async fn fetch_snapshots(
    hub: &Rc<Hub>,
    subscriber: &Subscriber,
    subscription_index: usize,
    reason: SnapshotReason,
) -> Result<Option<Bytes>, StoreError> {
    let Some(subscription) = subscriber.subscriptions.get(subscription_index) else {
        return Ok(None);
    };
    let (previous_seq, mut snapshots) = (subscription.seq(), Vec::new());
    for subscribed in &subscription.topics {
        let Some(state) = hub.snapshot(subscribed.topic, subscription.local_stream.head()).await?
        else {
            // What it is about was deleted.
            subscriber.revoke_topics(vec![subscribed.topic]);
            return Ok(None);
        };
        subscriber.check_epoch(&state.epoch)?;
        subscribed.after_seq.set(state.seq);
        snapshots.push(state);
    }
    let oldest_seq = snapshots.iter().map(|state| state.seq).min().unwrap_or(0);
    subscription.position.set(Position::At(oldest_seq));
    *subscription.page.borrow_mut() = None;
    if reason != SnapshotReason::Changed {
        subscriber.resume_outcome.set("snapshot");
    }
    Ok(subscriber.encode_snapshots(subscription, previous_seq, &snapshots, reason))
}

/// `snapshot=always` on resume: the snapshots wait until the reader stands where they do, so
/// that nothing is told twice and cursors only grow.
async fn queue_resume_snapshots(
    hub: &Rc<Hub>,
    subscriber: &Subscriber,
) -> Result<Option<Bytes>, StoreError> {
    for subscription in &subscriber.subscriptions {
        let Some(seq) = subscription.seq() else { continue };
        // Those that were owed have been sent already.
        for subscribed in subscription.topics.iter().filter(|wanted| wanted.after_seq.get() == 0) {
            if let Some(state) = hub.snapshot(subscribed.topic, seq).await? {
                subscriber.check_epoch(&state.epoch)?;
                subscription.queued_snapshots.borrow_mut().push(state);
            }
        }
    }
    Ok(None)
}
