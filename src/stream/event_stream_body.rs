//! The event-stream body: the sink that carries out a subscriber's actions over HTTP.
//!
//! It does its own chunked coding, so that the hub can write whole chunks between the body's; the
//! dispatcher passes bytes on as they are.

use std::convert::Infallible;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use actix_web::body::{BodySize, MessageBody};
use bytes::Bytes;
use futures_util::future::LocalBoxFuture;

use crate::metrics::ReasonMetricLabel;
use crate::stream::backlog::Backlog;
use crate::stream::delivery::{Action, Event, Pending, State};
use crate::stream::fetch;
use crate::stream::fetch::Fetch;
use crate::stream::frame::TransferCoding;
use crate::stream::hub::Hub;
use crate::stream::subscriber::Subscriber;

/// A subscriber's response body; drops its permit when the client is gone.
pub struct EventStreamBody {
    subscriber: Rc<Subscriber>,
    hub: Rc<Hub>,
    running_fetch: Option<LocalBoxFuture<'static, Option<Bytes>>>,
    _permit: Box<dyn Send>,
}

impl EventStreamBody {
    /// Adds the subscriber to the hub; bytes flow from the first poll on.
    pub fn new(subscriber: Rc<Subscriber>, hub: Rc<Hub>, permit: Box<dyn Send>) -> Self {
        hub.add_subscriber(&subscriber);
        let kind_label = hub.kind_label(&subscriber);
        hub.context.metrics.streams_open.get_or_create(&kind_label).inc();
        hub.context.metrics.stream_connects.get_or_create(&kind_label).inc();
        if tracing::enabled!(tracing::Level::INFO) {
            let topics = subscriber.topic_list();
            tracing::info!(
                connection = subscriber.id,
                topics = %topics,
                user.id = subscriber.identity.user_id(),
                "Stream c-{} of {topics} opened",
                subscriber.id
            );
        }
        Self { subscriber, hub, running_fetch: None, _permit: permit }
    }

    /// The transfer coding that the body has already.
    pub fn coding(&self) -> TransferCoding {
        self.subscriber.coding
    }

    fn poll_next_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let subscriber = Rc::clone(&self.subscriber);
        loop {
            let (pending, index, backlog) = self.pending();
            match subscriber.step(Event::Polled(pending)) {
                Action::SendQueued => return Poll::Ready(subscriber.take_queued_bytes()),
                Action::SendBacklog => {
                    if let Some(bytes) = subscriber.take_backlog(index, backlog) {
                        return Poll::Ready(Some(bytes));
                    }
                }
                Action::Fetch => self.start(Fetch::Backlog(index, backlog)),
                Action::FetchSnapshots => self.start(Fetch::ResumeSnapshots),
                Action::AwaitFetch { offer_socket } => {
                    if let Some(bytes) = ready!(self.poll_fetch(cx, offer_socket)) {
                        return Poll::Ready(Some(bytes));
                    }
                }
                Action::SendLive => {
                    self.hub.count_resume(&subscriber);
                    return Poll::Ready(Some(subscriber.encode_live()));
                }
                Action::SendBye(reason) => {
                    self.running_fetch = None;
                    let retry_ms = self.hub.retry_ms(reason);
                    return Poll::Ready(Some(subscriber.encode_bye(reason, retry_ms)));
                }
                Action::End => return Poll::Ready(None),
                // The machine answers a poll with no other action.
                _ => {
                    subscriber.store_waker(cx.waker());
                    subscriber.offer_socket_to_hub();
                    return Poll::Pending;
                }
            }
        }
    }

    /// What the running fetch returns; meanwhile the socket may be offered to the hub.
    fn poll_fetch(&mut self, cx: &mut Context<'_>, offer_socket: bool) -> Poll<Option<Bytes>> {
        if let Some(fetch) = &mut self.running_fetch
            && let Poll::Ready(bytes) = fetch.as_mut().poll(cx)
        {
            self.running_fetch = None;
            return Poll::Ready(bytes);
        }
        self.subscriber.store_waker(cx.waker());
        if offer_socket {
            self.subscriber.offer_socket_to_hub();
        }
        Poll::Pending
    }

    /// The first thing to send, and the subscription (an index) whose backlog it is.
    fn pending(&self) -> (Pending, usize, Backlog) {
        if self.subscriber.has_queued_bytes() {
            return (Pending::QueuedBytes, 0, Backlog::Nothing);
        }
        if self.running_fetch.is_some() {
            return (Pending::Fetching, 0, Backlog::Nothing);
        }
        let (index, backlog) = self.subscriber.first_backlog();
        (self.subscriber.pending(backlog), index, backlog)
    }

    fn start(&mut self, what: Fetch) {
        let (context, subscriber) = (Arc::clone(&self.hub.context), Rc::clone(&self.subscriber));
        self.running_fetch = Some(Box::pin(fetch::fetch(context, subscriber, what)));
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
        body.subscriber.start_body_turn();
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
        let reason = match subscriber.state() {
            State::Closed(reason) => reason.as_str(),
            _ => "client",
        };
        let metrics = &self.hub.context.metrics;
        metrics.streams_open.get_or_create(&self.hub.kind_label(subscriber)).dec();
        metrics.stream_closes.get_or_create(&ReasonMetricLabel { reason }).inc();
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
