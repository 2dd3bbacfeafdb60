//! The response body: what a reader is sent while something has to be waited for.
//!
//! It does its own chunked coding, so that the hub can write whole chunks between its own; the
//! dispatcher is told to pass bytes on as they are.

use std::convert::Infallible;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Context;
use std::task::Poll;
use std::time::Duration;
use std::time::Instant;

use actix_web::body::BodySize;
use actix_web::body::MessageBody;
use bytes::Bytes;
use futures_util::future::LocalBoxFuture;

use crate::domain::topic::Seq;
use crate::store::StoreError;
use crate::stream::follow::Follow;
use crate::stream::follow::Place;
use crate::stream::frame::Coding;
use crate::stream::hub::Hub;
use crate::stream::reader::Bye;
use crate::stream::reader::Mode;
use crate::stream::reader::Reader;
use crate::stream::reader::Ready;
use crate::stream::snapshot::Reason;

/// A reader's body. Whatever `permit` counts is given back when the client is gone.
pub struct Body {
    reader: Rc<Reader>,
    hub: Rc<Hub>,
    work: Option<LocalBoxFuture<'static, Option<Bytes>>>,
    finished: bool,
    _permit: Box<dyn Send>,
}

impl Body {
    /// Joins the hub; bytes flow from the first poll on.
    pub fn new(reader: Rc<Reader>, hub: Rc<Hub>, permit: Box<dyn Send>) -> Self {
        hub.join(&reader);
        let kind = hub.kind_of(&reader);
        hub.shared.metrics.streams_open.get_or_create(&kind).inc();
        hub.shared.metrics.connects.get_or_create(&kind).inc();
        if tracing::enabled!(tracing::Level::INFO) {
            let topics = reader.topics();
            tracing::info!(
                connection = reader.id, topics = %topics, user.id = reader.who.user_id(),
                "Stream c-{} of {topics} opened", reader.id
            );
        }
        Self { reader, hub, work: None, finished: false, _permit: permit }
    }

    pub fn coding(&self) -> Coding {
        self.reader.coding
    }

    fn next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let reader = Rc::clone(&self.reader);
        loop {
            if let Some(bytes) = reader.take_backlog() {
                return Poll::Ready(Some(bytes));
            }
            if self.finished {
                return Poll::Ready(None);
            }
            if let Some(why) = reader.is_ending() {
                self.finished = true;
                self.work = None;
                return Poll::Ready(Some(reader.goodbye(why, self.hub.retry_ms(why))));
            }
            if let Some(work) = &mut self.work {
                let Poll::Ready(bytes) = work.as_mut().poll(cx) else {
                    reader.park(cx.waker());
                    if reader.is_attended() {
                        reader.rest();
                    }
                    return Poll::Pending;
                };
                self.work = None;
                if bytes.is_some() {
                    return Poll::Ready(bytes);
                }
            }
            match self.hub.next_of(&reader) {
                Ready::Bytes(bytes) => return Poll::Ready(Some(bytes)),
                Ready::Work(index) => {
                    let work = work(Rc::clone(&self.hub), Rc::clone(&reader), index);
                    self.work = Some(Box::pin(work));
                }
                Ready::Nothing => {
                    reader.park(cx.waker());
                    reader.rest();
                    return Poll::Pending;
                }
            }
        }
    }
}

impl MessageBody for Body {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        let body = self.get_mut();
        if let Some(line) = &body.reader.line {
            line.set_waiting(false);
        }
        let next = body.next(cx);
        if next.is_ready() {
            body.reader.last_write.set(body.hub.tick());
        }
        next.map(|bytes| bytes.map(Ok))
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        let reader = &self.reader;
        self.hub.leave(reader);
        let reason = reader.ended.get().map_or("client", Bye::word);
        let metrics = &self.hub.shared.metrics;
        metrics.streams_open.get_or_create(&self.hub.kind_of(reader)).dec();
        metrics.closes.get_or_create(&crate::metrics::Why { reason }).inc();
        let seconds = (chrono::Utc::now() - reader.opened_at).num_seconds();
        tracing::info!(
            connection = reader.id,
            reason,
            duration_seconds = seconds,
            "Stream c-{} closed after {seconds} s: {reason}",
            reader.id
        );
    }
}

/// Waits for what one follow lacks; gives the bytes, or nothing where only its place changed.
async fn work(hub: Rc<Hub>, reader: Rc<Reader>, index: usize) -> Option<Bytes> {
    let result = match reader.follows.get(index) {
        Some(follow) => fetch(&hub, &reader, index, follow).await,
        None => hold_snapshots(&hub, &reader).await,
    };
    match result {
        Ok(bytes) => bytes,
        Err(error) => {
            tracing::warn!(error = %error, "Stream c-{} can't go on: {error}", reader.id);
            reader.end(Bye::Unavailable);
            None
        }
    }
}

async fn fetch(
    hub: &Rc<Hub>,
    reader: &Reader,
    index: usize,
    follow: &Follow,
) -> Result<Option<Bytes>, StoreError> {
    if let Some(bytes) = reader.show_due(follow) {
        return Ok(Some(bytes));
    }
    match (follow.place.get(), &reader.mode) {
        (Place::Owed(reason), _) => show_all(hub, reader, index, reason).await,
        (Place::At(_), Mode::State { least_gap_ms, .. }) => {
            let due = reader.next_state.get();
            tokio::time::sleep_until(due.into()).await;
            reader.next_state.set(Instant::now() + Duration::from_millis(*least_gap_ms));
            show_all(hub, reader, index, Reason::Changed).await
        }
        (Place::At(at), Mode::Log { .. }) => turn_page(hub, reader, follow, at).await,
    }
}

/// Reads the next page of the log, or decides that a snapshot is owed instead.
async fn turn_page(
    hub: &Rc<Hub>,
    reader: &Reader,
    follow: &Follow,
    at: Seq,
) -> Result<Option<Bytes>, StoreError> {
    let shared = &hub.shared;
    shared.metrics.ring_misses.inc();
    if follow.station.head() - at > shared.settings.replay_max {
        follow.place.set(Place::Owed(Reason::Lagged));
        return Ok(None);
    }
    let stream = follow.stream;
    let page = hub.shared.ask(move |shared| async move {
        let limit = shared.settings.replay_page;
        shared.pages.get(&shared, stream, at, limit).await
    });
    let page = page.await?;
    reader.check(&page.epoch)?;
    if page.is_pruned_after(at) {
        follow.place.set(Place::Owed(Reason::Pruned));
    } else {
        reader.outcome.set("log");
        *follow.page.borrow_mut() = Some(page);
    }
    Ok(None)
}

/// Sends the state of each of the follow's topics; its place is then the oldest of them.
async fn show_all(
    hub: &Rc<Hub>,
    reader: &Reader,
    index: usize,
    reason: Reason,
) -> Result<Option<Bytes>, StoreError> {
    let Some(follow) = reader.follows.get(index) else { return Ok(None) };
    let (before, mut states) = (follow.at(), Vec::new());
    for wanted in &follow.topics {
        let Some(state) = hub.state(wanted.topic, follow.station.head()).await? else {
            // What it is about was deleted.
            reader.revoke(vec![wanted.topic]);
            return Ok(None);
        };
        reader.check(&state.epoch)?;
        wanted.from.set(state.seq);
        states.push(state);
    }
    let oldest = states.iter().map(|state| state.seq).min().unwrap_or(0);
    follow.place.set(Place::At(oldest));
    *follow.page.borrow_mut() = None;
    if reason != Reason::Changed {
        reader.outcome.set("snapshot");
    }
    Ok(reader.show(follow, before, &states, reason))
}

/// `snapshot=always` on resume: the snapshots wait until the reader stands where they do, so
/// that nothing is told twice and cursors only grow.
async fn hold_snapshots(hub: &Rc<Hub>, reader: &Reader) -> Result<Option<Bytes>, StoreError> {
    for follow in &reader.follows {
        let Some(at) = follow.at() else { continue };
        // Those that were owed have been sent already.
        for wanted in follow.topics.iter().filter(|wanted| wanted.from.get() == 0) {
            if let Some(state) = hub.state(wanted.topic, at).await? {
                reader.check(&state.epoch)?;
                follow.held.borrow_mut().push(state);
            }
        }
    }
    Ok(None)
}
