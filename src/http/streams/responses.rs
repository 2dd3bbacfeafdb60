//! The heads of streams, and the transfer coding of their bodies.

use std::convert::Infallible;
use std::future::ready;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header::HeaderValue;
use actix_web::http::{ConnectionType, Version, header};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use futures_util::stream::LocalBoxStream;
use futures_util::{Stream, StreamExt, stream};

use crate::stream::close_reason::CloseReason;
use crate::stream::control_frames;
use crate::stream::event_stream_body::EventStreamBody;
use crate::stream::frame::TransferCoding;
use crate::stream::hub::Hub;

/// What decides whether somebody may read, and what it is.
pub const VARY_HEADERS: &str = "Authorization, Cookie, Origin, Last-Event-ID";

/// What every stream has, live or played again: nobody on the way may keep it, change it or hold
/// it back.
pub fn event_stream_builder(is_private: bool) -> HttpResponseBuilder {
    let cache = if is_private { "no-store, no-transform" } else { "no-cache, no-transform" };
    let mut response = HttpResponse::Ok();
    response
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header(("X-Accel-Buffering", "no"))
        .insert_header((header::VARY, VARY_HEADERS));
    response
}

/// The response of a stream, with the head that its body needs. The server adds no coding.
pub fn respond(mut head: HttpResponseBuilder, body: impl Coded + 'static) -> HttpResponse {
    let coding = body.coding();
    let mut response = head.body(body);
    let head = response.head_mut();
    head.no_chunking(true);
    match coding {
        TransferCoding::Chunked => {
            let chunked = HeaderValue::from_static("chunked");
            head.headers_mut().insert(header::TRANSFER_ENCODING, chunked);
        }
        // Also for a client that asks to keep the connection: nothing else ends the body.
        TransferCoding::Plain => head.set_connection_type(ConnectionType::Close),
    }
    response
}

/// Hello and goodbye in a 200: an `EventSource` would give up for good on anything else.
pub fn refuse(request: &HttpRequest, hub: &Hub, why: CloseReason, private: bool) -> HttpResponse {
    let block = control_frames::rejection(&hub.context.settings, why).freeze();
    let block = stream::once(ready(Ok::<_, Infallible>(block)));
    respond(event_stream_builder(private), Blocks::new(transfer_coding(request), block))
}

/// Tells a reader who was told to stop, and came back, to stop for good.
pub fn stop_response() -> HttpResponse {
    // A cache may keep a 204 that doesn't say otherwise, and would send everybody away.
    HttpResponse::NoContent().insert_header((header::CACHE_CONTROL, "no-store")).finish()
}

/// HTTP/1.0 has no chunked coding; nginx speaks it to upstreams unless it is told otherwise.
pub fn transfer_coding(request: &HttpRequest) -> TransferCoding {
    if request.version() < Version::HTTP_11 {
        TransferCoding::Plain
    } else {
        TransferCoding::Chunked
    }
}

/// A body that is in its transfer coding already.
pub trait Coded: MessageBody {
    fn coding(&self) -> TransferCoding;
}

impl Coded for EventStreamBody {
    fn coding(&self) -> TransferCoding {
        self.coding()
    }
}

/// A body of blocks, for streams that the hub doesn't write to.
pub struct Blocks<E> {
    source: LocalBoxStream<'static, Result<Bytes, E>>,
    coding: TransferCoding,
    is_over: bool,
}

impl<E> Blocks<E> {
    pub fn new(
        coding: TransferCoding,
        blocks: impl Stream<Item = Result<Bytes, E>> + 'static,
    ) -> Self {
        Self { source: blocks.boxed_local(), coding, is_over: false }
    }
}

impl<E> Coded for Blocks<E>
where
    E: Into<Box<dyn std::error::Error>> + 'static,
{
    fn coding(&self) -> TransferCoding {
        self.coding
    }
}

impl<E> MessageBody for Blocks<E>
where
    E: Into<Box<dyn std::error::Error>> + 'static,
{
    type Error = E;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, E>>> {
        let body = self.get_mut();
        if body.is_over {
            return Poll::Ready(None);
        }
        let block = ready!(body.source.poll_next_unpin(cx));
        body.is_over = block.is_none();
        let end = || Ok(Bytes::from_static(body.coding.terminator()));
        Poll::Ready(Some(block.map_or_else(end, |block| Ok(body.coding.encode(&block?)))))
    }
}
