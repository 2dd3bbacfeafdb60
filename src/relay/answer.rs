//! An answer of the upstream that goes through, its body still to come.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::HeaderMap;
use hyper::Method;
use hyper::Response;
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::header::HeaderName;
use hyper::header::HeaderValue;

use crate::relay::Upstream;
use crate::relay::client;
use crate::store::Result;
use crate::store::StoreError;

#[derive(Debug)]
pub struct Answer(Response<Incoming>);

impl Upstream {
    /// Sends somebody's request on as it is.
    pub async fn pass(
        &self,
        method: &str,
        path: &str,
        headers: &[(&'static str, Vec<u8>)],
        patience: Duration,
    ) -> Result<Answer> {
        let method = method.parse().unwrap_or(Method::GET);
        let mut sent = HeaderMap::new();
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                sent.append(HeaderName::from_static(name), value);
            }
        }
        self.0.client.send(method, path, sent, patience).await.map(Answer)
    }
}

impl Answer {
    pub fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.0.headers().get(name).map(HeaderValue::as_bytes)
    }

    /// Whether it is told for as long as it lives.
    pub fn is_stream(&self) -> bool {
        let kind = self.0.headers().get(CONTENT_TYPE);
        kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
    }

    pub async fn whole(self) -> Result<Bytes> {
        let read = tokio::time::timeout(client::PATIENCE, client::whole(self.0.into_body())).await;
        let late = |_| StoreError::Unavailable("the upstream stopped in an answer".to_owned());
        read.map_err(late)?
    }

    /// The next bytes; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        match self.0.frame().await {
            Some(Ok(frame)) => Ok(Some(frame.into_data().unwrap_or_default())),
            Some(Err(error)) => Err(StoreError::Unavailable(error.to_string())),
            None => Ok(None),
        }
    }
}
