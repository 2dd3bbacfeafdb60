//! Response heads of streams, and the transfer coding of their bodies.

use std::convert::Infallible;
use std::future::ready;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header::HeaderValue;
use actix_web::http::{ConnectionType, Version, header};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use bytes::{Bytes, BytesMut};
use futures_util::stream::LocalBoxStream;
use futures_util::{Stream, StreamExt, stream};

use crate::domain::rejection::{Rejection, RejectionReason};
use crate::domain::topic::Topic;
use crate::http::streams::stream_query;
use crate::problem::Problem;
use crate::stream::close_reason::CloseReason;
use crate::stream::control_frames;
use crate::stream::cursor::{Cursor, CursorPosition};
use crate::stream::event_stream_body::EventStreamBody;
use crate::stream::frame::TransferCoding;
use crate::stream::hub::Hub;

/// Request headers that determine access and content.
pub const VARY_HEADERS: &str = "Authorization, Cookie, Origin, Last-Event-ID";

/// The head of every event stream, live or replayed: no intermediary may cache, transform or buffer
/// it.
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

/// The response with this body, and the headers of its transfer coding, which the server must not
/// add again.
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
        // Even if the client asks for keep-alive: only closing the connection ends the body.
        TransferCoding::Plain => head.set_connection_type(ConnectionType::Close),
    }
    response
}

/// A rejection as a stream of `hello` and `bye` with status 200: an `EventSource` gives up for good
/// on any other status. They carry the request's cursor, for clients that forget theirs otherwise.
pub fn rejection_response(
    request: &HttpRequest,
    hub: &Hub,
    reason: CloseReason,
    is_private: bool,
) -> HttpResponse {
    let cursor = stream_query::requested_cursors(request).echo();
    let block = control_frames::rejection(&hub.context.settings, reason, cursor.as_deref());
    respond_with_block(request, block, is_private)
}

/// The stream of a request whose parameters are wrong: it tells the client to stop for good.
pub fn bad_request(
    request: &HttpRequest,
    hub: &Hub,
    detail: &str,
    (epoch, topics): (&str, &[Topic]),
) -> HttpResponse {
    let stop = Cursor::with(epoch, topics, CursorPosition::Stop).to_string();
    let block = control_frames::bad_request(&hub.context.settings, detail, &stop);
    respond_with_block(request, block, true)
}

fn respond_with_block(request: &HttpRequest, block: BytesMut, is_private: bool) -> HttpResponse {
    let block = stream::once(ready(Ok::<_, Infallible>(block.freeze())));
    respond(event_stream_builder(is_private), Blocks::new(transfer_coding(request), block))
}

/// The answer to a client whose cursor stops all its topics: an `EventSource` gives up for good, and
/// so do more of the other clients than at a 204.
pub fn stopped() -> Problem {
    let detail = "the stream's `bye` said that it is not to be opened again with this cursor";
    Problem::Rejected(Rejection::new(RejectionReason::Gone, "stopped", detail.to_owned()))
}

/// The coding of the body: HTTP/1.0 has no chunked coding, and nginx uses it to upstreams by
/// default.
pub fn transfer_coding(request: &HttpRequest) -> TransferCoding {
    if request.version() < Version::HTTP_11 {
        TransferCoding::Plain
    } else {
        TransferCoding::Chunked
    }
}

/// A body that is already in its transfer coding.
pub trait Coded: MessageBody {
    /// The coding of the body.
    fn coding(&self) -> TransferCoding;
}

impl Coded for EventStreamBody {
    fn coding(&self) -> TransferCoding {
        self.coding()
    }
}

/// A body of encoded blocks, for streams that the hub doesn't write to.
pub struct Blocks<E> {
    source: LocalBoxStream<'static, Result<Bytes, E>>,
    coding: TransferCoding,
    is_over: bool,
}

impl<E> Blocks<E> {
    /// Makes a body of blocks, which it encodes.
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
