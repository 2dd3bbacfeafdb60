//! HTTP requests to the upstream.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Incoming;
use hyper::rt::Executor;
use hyper::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use hyper_util::client::legacy::Client as Pool;
use tokio::runtime::Handle;

use crate::relay::connector::UpstreamConnector;
use crate::store::{Result, StoreError};
use crate::tls;

/// Time-out of a response's head; a long-poll adds its wait.
pub const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Maximum body that is read into memory; a page of 500 messages is far smaller.
const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

/// Idle connections kept for reuse.
const MAX_IDLE_CONNECTIONS: usize = 16;

/// HTTP client of the upstream. Clones share its connections.
#[derive(Clone)]
pub struct UpstreamClient {
    pool: Pool<UpstreamConnector, Empty<Bytes>>,
    /// `https://live.example`, without a trailing slash.
    base_url: Arc<str>,
}

/// Runs connections off the workers' threads, which are for HTTP and fan-out only.
#[derive(Clone)]
struct RuntimeExecutor(Handle);

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for RuntimeExecutor {
    fn execute(&self, connection: F) {
        self.0.spawn(connection);
    }
}

impl UpstreamClient {
    /// Creates a client of the node at `base`; the error describes an invalid address or CA file.
    pub fn new(base: &str, ca_file: Option<&Path>, runtime: Handle) -> Result<Self, String> {
        let base = base.trim_end_matches('/');
        if base.contains('@') {
            // The address is not repeated: the password would end up in a log.
            return Err("a relay connects anonymously: leave out user and password".to_owned());
        }
        let uri: Uri = base.parse().map_err(|error| format!("{base}: {error}"))?;
        let has_http_scheme = matches!(uri.scheme_str(), Some("http" | "https"));
        if !has_http_scheme || uri.host().is_none() || uri.query().is_some() {
            return Err(format!("{base}: use http://HOST:PORT or https://HOST"));
        }
        let tls = Arc::new(tls::client_config(ca_file)?);
        let pool = Pool::builder(RuntimeExecutor(runtime))
            .pool_max_idle_per_host(MAX_IDLE_CONNECTIONS)
            .retry_canceled_requests(true)
            .build(UpstreamConnector { tls });
        Ok(Self { pool, base_url: base.into() })
    }

    /// Sends a request and returns the response once its head has arrived.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        timeout: Duration,
    ) -> Result<Response<Incoming>> {
        let failed =
            |error: &dyn std::error::Error| StoreError::Unavailable(describe_error_chain(error));
        let request = Request::builder().method(method).uri(format!("{}{path}", self.base_url));
        let mut request = request.body(Empty::new()).map_err(|error| failed(&error))?;
        *request.headers_mut() = headers;
        let response = tokio::time::timeout(timeout, self.pool.request(request)).await;
        let timed_out = |_| StoreError::Unavailable("the upstream does not respond".to_owned());
        response.map_err(timed_out)?.map_err(|error| failed(&error))
    }

    /// Sends a request without credentials, and reads the whole body.
    pub async fn get(&self, path: &str) -> Result<(StatusCode, Bytes)> {
        let response = self.send(Method::GET, path, HeaderMap::new(), RESPONSE_TIMEOUT).await?;
        let status = response.status();
        let read = tokio::time::timeout(RESPONSE_TIMEOUT, read_body(response.into_body())).await;
        let timed_out = |_| StoreError::Unavailable("the upstream's response timed out".to_owned());
        Ok((status, read.map_err(timed_out)??))
    }
}

/// Reads a body of at most [`MAX_BODY_BYTES`].
pub async fn read_body(body: Incoming) -> Result<Bytes> {
    let collected = Limited::new(body, MAX_BODY_BYTES).collect().await;
    let read = collected.map_err(|error| StoreError::Unavailable(describe_error_chain(&*error)))?;
    Ok(read.to_bytes())
}

/// The error with all its sources: the outermost alone says too little.
fn describe_error_chain(error: &dyn std::error::Error) -> String {
    let mut text = format!("the upstream: {error}");
    let mut inner = error.source();
    while let Some(error) = inner {
        text = format!("{text}: {error}");
        inner = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_upstream_url_must_not_hold_credentials() {
        let error_of = |base: &str| UpstreamClient::new(base, None, Handle::current()).err();
        for valid in ["http://10.0.0.1:8080", "https://live.example/", "https://[::1]:8443"] {
            assert_eq!(error_of(valid), None, "{valid}");
        }
        for invalid in ["live.example", "ftp://live.example", "https://live.example/?a=1", ""] {
            assert!(error_of(invalid).is_some(), "{invalid}");
        }
        let error = error_of("https://ada:hunter2@live.example").unwrap();
        assert!(!error.contains("hunter2"), "{error}");
    }
}
