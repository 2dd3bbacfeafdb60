//! HTTP requests to the upstream.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::relay::error::{UpstreamError, UpstreamResult};
use crate::tls;

/// Time-out of a response's head; a long-poll adds its wait.
pub const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Time-out of a TCP connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Idle time after which the kernel probes a connection.
const KEEPALIVE_TIME: Duration = Duration::from_secs(30);

/// Maximum body that is read into memory; a page of 500 messages is far smaller.
const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

/// How long an idle connection is kept: less than the 75 s after which nodes close theirs.
const IDLE_TIMEOUT: Duration = Duration::from_mins(1);

/// Idle connections kept for reuse.
const MAX_IDLE_CONNECTIONS: usize = 16;

/// HTTP client of the upstream, which follows no redirect. Clones share its connections.
///
/// Its requests must be sent on the node's runtime, which then runs their connections: workers'
/// threads are for HTTP and fan-out alone.
#[derive(Clone)]
pub struct UpstreamClient {
    pool: Pool<HttpsConnector<HttpConnector>, Full<Bytes>>,
    /// `https://live.example`, without a trailing slash.
    base_url: Arc<str>,
}

/// A request to the upstream.
pub struct UpstreamRequest {
    pub method: Method,
    /// Path and query.
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl UpstreamRequest {
    /// A request without credentials.
    pub fn get(path: &str) -> Self {
        let (headers, body) = (HeaderMap::new(), Bytes::new());
        Self { method: Method::GET, path: path.to_owned(), headers, body }
    }
}

impl UpstreamClient {
    /// Creates a client of the node at `base`; the error describes an invalid address or CA file.
    pub fn new(base: &str, ca_file: Option<&Path>) -> Result<Self, String> {
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
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(KEEPALIVE_TIME));
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls::client_config(ca_file)?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let pool = Pool::builder(TokioExecutor::new())
            .pool_max_idle_per_host(MAX_IDLE_CONNECTIONS)
            .pool_idle_timeout(IDLE_TIMEOUT)
            // Only requests of which nothing was written, so writes are safe too.
            .retry_canceled_requests(true)
            .build(connector);
        Ok(Self { pool, base_url: base.into() })
    }

    /// Sends a request and returns the response once its head has arrived.
    pub async fn send(
        &self,
        request: UpstreamRequest,
        timeout: Duration,
    ) -> UpstreamResult<Response<Incoming>> {
        let UpstreamRequest { method, path, headers, body } = request;
        let request = Request::builder().method(method).uri(format!("{}{path}", self.base_url));
        let request = request.body(Full::new(body));
        let mut request = request.map_err(|error| UpstreamError::unreachable(&error))?;
        *request.headers_mut() = headers;
        let response = tokio::time::timeout(timeout, self.pool.request(request)).await;
        let response = response.map_err(|_| UpstreamError::TimedOut)?;
        response.map_err(|error| UpstreamError::unreachable(&error))
    }

    /// Sends a request without credentials, and reads the whole body.
    pub async fn get(&self, path: &str) -> UpstreamResult<(StatusCode, Bytes)> {
        let response = self.send(UpstreamRequest::get(path), RESPONSE_TIMEOUT).await?;
        let status = response.status();
        Ok((status, read_body(response.into_body(), RESPONSE_TIMEOUT).await?))
    }
}

/// Reads a body of at most [`MAX_BODY_BYTES`].
pub async fn read_body(body: Incoming, timeout: Duration) -> UpstreamResult<Bytes> {
    let collected = Limited::new(body, MAX_BODY_BYTES).collect();
    let collected = tokio::time::timeout(timeout, collected).await;
    let collected = collected.map_err(|_| UpstreamError::TimedOut)?;
    Ok(collected.map_err(|error| UpstreamError::unreachable(&*error))?.to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_url_must_not_hold_credentials() {
        let error_of = |base: &str| UpstreamClient::new(base, None).err();
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
