//! A client's request at the upstream, and its response, whose body is not read yet.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Response};

use crate::relay::client;
use crate::relay::client::UpstreamRequest;
use crate::relay::error::{UpstreamError, UpstreamResult};
use crate::relay::upstream::Upstream;

/// Time-out of a response's head: a little longer than the longest long-poll.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// Time-out of the rest.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// A client's request as the upstream gets it.
#[derive(Debug)]
pub struct ForwardedRequest {
    pub method: String,
    /// Path and query.
    pub path: String,
    pub headers: Vec<(&'static str, Vec<u8>)>,
    pub body: Bytes,
}

/// A response whose body is still to be read.
#[derive(Debug)]
pub struct UpstreamResponse(Response<Incoming>);

impl Upstream {
    /// Sends a client's request.
    pub async fn forward(&self, request: ForwardedRequest) -> UpstreamResult<UpstreamResponse> {
        let method = request.method.parse().unwrap_or(Method::GET);
        let mut headers = HeaderMap::new();
        for (name, value) in request.headers {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                headers.append(HeaderName::from_static(name), value);
            }
        }
        let ForwardedRequest { path, body, .. } = request;
        let request = UpstreamRequest { method, path, headers, body };
        self.0.client.send(request, HEAD_TIMEOUT).await.map(UpstreamResponse)
    }
}

impl UpstreamResponse {
    /// The HTTP status code.
    pub fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    /// The raw values of a header.
    pub fn header_values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.0.headers().get_all(name).iter().map(HeaderValue::as_bytes)
    }

    /// The declared length of the body.
    pub fn content_length(&self) -> Option<u64> {
        let length = self.header_values("content-length").next()?;
        std::str::from_utf8(length).ok()?.parse().ok()
    }

    /// Whether the response is an event stream, and so has no end of its own.
    pub fn is_event_stream(&self) -> bool {
        self.has_content_type("text/event-stream")
    }

    /// Whether the response is a problem document, and so a node's own.
    pub fn is_problem(&self) -> bool {
        self.has_content_type("application/problem+json")
    }

    fn has_content_type(&self, prefix: &str) -> bool {
        let content_type = self.0.headers().get(CONTENT_TYPE);
        content_type.is_some_and(|kind| kind.as_bytes().starts_with(prefix.as_bytes()))
    }

    /// Reads the whole body.
    pub async fn read_body(self) -> UpstreamResult<Bytes> {
        client::read_body(self.0.into_body(), BODY_TIMEOUT).await
    }

    /// The next chunk of the body; `None` at the end.
    pub async fn next_chunk(&mut self) -> UpstreamResult<Option<Bytes>> {
        match self.0.frame().await {
            Some(Ok(frame)) => Ok(Some(frame.into_data().unwrap_or_default())),
            Some(Err(error)) => Err(UpstreamError::unreachable(&error)),
            None => Ok(None),
        }
    }
}
