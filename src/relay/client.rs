//! Requests to the upstream.

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

/// How long the head of an answer may take; a long-poll's is awaited that much longer.
pub const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Bytes of an answer that is read whole: a page of 500 messages is far below.
const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

/// Connections that are kept for the next request.
const MAX_IDLE_CONNECTIONS: usize = 16;

/// Speaks to the upstream. Clones share connections.
#[derive(Clone)]
pub struct UpstreamClient {
    pool: Pool<UpstreamConnector, Empty<Bytes>>,
    /// `https://live.example`, without a slash at its end.
    base_url: Arc<str>,
}

/// Where connections are driven: not on a worker's thread, which is for HTTP and fan-out alone.
#[derive(Clone)]
struct RuntimeExecutor(Handle);

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for RuntimeExecutor {
    fn execute(&self, connection: F) {
        self.0.spawn(connection);
    }
}

impl UpstreamClient {
    /// A client of the node at `base`, or what is wrong with the address or the file.
    pub fn new(base: &str, ca_file: Option<&Path>, runtime: Handle) -> Result<Self, String> {
        let base = base.trim_end_matches('/');
        if base.contains('@') {
            // Not said again: it would be a password in a log.
            return Err("a relay reads as nobody: leave out user and password".to_owned());
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

    /// Asks, and gives the answer once its head is there.
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
        let timed_out = |_| StoreError::Unavailable("the upstream doesn't answer".to_owned());
        response.map_err(timed_out)?.map_err(|error| failed(&error))
    }

    /// Asks as nobody, and reads the answer whole.
    pub async fn get(&self, path: &str) -> Result<(StatusCode, Bytes)> {
        let response = self.send(Method::GET, path, HeaderMap::new(), RESPONSE_TIMEOUT).await?;
        let status = response.status();
        let read = tokio::time::timeout(RESPONSE_TIMEOUT, read_body(response.into_body())).await;
        let timed_out = |_| StoreError::Unavailable("the upstream stopped in an answer".to_owned());
        Ok((status, read.map_err(timed_out)??))
    }
}

/// An answer's body.
pub async fn read_body(body: Incoming) -> Result<Bytes> {
    let collected = Limited::new(body, MAX_BODY_BYTES).collect().await;
    let read = collected.map_err(|error| StoreError::Unavailable(describe_error_chain(&*error)))?;
    Ok(read.to_bytes())
}

/// What went wrong, with what is behind it: the outermost alone says only that something did.
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
        for good in ["http://10.0.0.1:8080", "https://live.example/", "https://[::1]:8443"] {
            assert_eq!(error_of(good), None, "{good}");
        }
        for bad in ["live.example", "ftp://live.example", "https://live.example/?a=1", ""] {
            assert!(error_of(bad).is_some(), "{bad}");
        }
        let error = error_of("https://ada:hunter2@live.example").unwrap();
        assert!(!error.contains("hunter2"), "{error}");
    }
}
