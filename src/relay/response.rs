//! A response of the upstream that is passed through, its body not read yet.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Response};

use crate::relay::client;
use crate::relay::upstream::Upstream;
use crate::store::{Result, StoreError};

/// A response whose body is still to be read.
#[derive(Debug)]
pub struct UpstreamResponse(Response<Incoming>);

impl Upstream {
    /// Forwards a request unchanged.
    pub async fn forward_request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&'static str, Vec<u8>)],
        timeout: Duration,
    ) -> Result<UpstreamResponse> {
        let method = method.parse().unwrap_or(Method::GET);
        let mut forwarded = HeaderMap::new();
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                forwarded.append(HeaderName::from_static(name), value);
            }
        }
        self.0.client.send(method, path, forwarded, timeout).await.map(UpstreamResponse)
    }
}

impl UpstreamResponse {
    /// The HTTP status code.
    pub fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    /// A header's raw value.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.0.headers().get(name).map(HeaderValue::as_bytes)
    }

    /// Whether the response is an event stream, and so has no end of its own.
    pub fn is_event_stream(&self) -> bool {
        let content_type = self.0.headers().get(CONTENT_TYPE);
        content_type.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
    }

    /// Reads the whole body.
    pub async fn read_body(self) -> Result<Bytes> {
        let read =
            tokio::time::timeout(client::RESPONSE_TIMEOUT, client::read_body(self.0.into_body()))
                .await;
        let timed_out = |_| StoreError::Unavailable("the upstream's response timed out".to_owned());
        read.map_err(timed_out)?
    }

    /// The next chunk of the body; `None` at the end.
    pub async fn next_chunk(&mut self) -> Result<Option<Bytes>> {
        match self.0.frame().await {
            Some(Ok(frame)) => Ok(Some(frame.into_data().unwrap_or_default())),
            Some(Err(error)) => Err(StoreError::Unavailable(error.to_string())),
            None => Ok(None),
        }
    }
}
