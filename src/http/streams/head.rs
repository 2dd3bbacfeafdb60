//! The heads of streams, and bodies that are known before they are sent.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::HttpResponseBuilder;
use actix_web::body::MessageBody;
use actix_web::http::Version;
use actix_web::http::header;
use actix_web::http::header::HeaderValue;
use bytes::Bytes;

use crate::stream::frame::Coding;

/// What decides whether somebody may read, and what it is.
pub const VARIES: &str = "Authorization, Cookie, Origin, Last-Event-ID";

/// What every stream has, live or played again: nobody on the way may keep it, change it or hold
/// it back.
pub fn of_stream(private: bool) -> HttpResponseBuilder {
    let cache = if private { "no-store, no-transform" } else { "no-cache, no-transform" };
    let mut answer = HttpResponse::Ok();
    answer
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header(("X-Accel-Buffering", "no"))
        .insert_header((header::VARY, VARIES));
    answer
}

/// A stream whose body does its own chunked coding (see stream/body.rs).
pub fn answer<B: MessageBody + 'static>(coding: Coding, private: bool, body: B) -> HttpResponse {
    let mut response = of_stream(private).body(body);
    let head = response.head_mut();
    head.no_chunking(true);
    let (name, value) = match coding {
        Coding::Chunked => (header::TRANSFER_ENCODING, "chunked"),
        Coding::Plain => (header::CONNECTION, "close"),
    };
    head.headers_mut().insert(name, HeaderValue::from_static(value));
    response
}

/// Tells a reader who was told to stop, and came back, to stop for good.
pub fn stop() -> HttpResponse {
    // A cache may keep a 204 that doesn't say otherwise, and would send everybody away.
    HttpResponse::NoContent().insert_header((header::CACHE_CONTROL, "no-store")).finish()
}

/// HTTP/1.0 has no chunked coding; nginx speaks it to upstreams unless it is told otherwise.
pub fn coding(request: &HttpRequest) -> Coding {
    if request.version() < Version::HTTP_11 { Coding::Plain } else { Coding::Chunked }
}

/// A body in one piece, already coded.
pub struct Whole(pub Option<Bytes>);

impl MessageBody for Whole {
    type Error = std::convert::Infallible;

    fn size(&self) -> actix_web::body::BodySize {
        actix_web::body::BodySize::Stream
    }

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Bytes, Self::Error>>> {
        std::task::Poll::Ready(self.get_mut().0.take().map(Ok))
    }
}
