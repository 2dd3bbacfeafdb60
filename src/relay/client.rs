//! Requests to the upstream.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::Empty;
use http_body_util::Limited;
use hyper::HeaderMap;
use hyper::Method;
use hyper::Request;
use hyper::Response;
use hyper::StatusCode;
use hyper::Uri;
use hyper::body::Incoming;
use hyper::rt::Executor;
use hyper_util::client::legacy::Client as Pool;
use tokio::runtime::Handle;

use crate::relay::dial::Dialler;
use crate::store::Result;
use crate::store::StoreError;
use crate::tls;

/// How long the head of an answer may take; a long-poll's is awaited that much longer.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// Bytes of an answer that is read whole: a page of 500 messages is far below.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// Connections that are kept for the next request.
const IDLE: usize = 16;

/// Speaks to the upstream. Clones share connections.
#[derive(Clone)]
pub struct Client {
    pool: Pool<Dialler, Empty<Bytes>>,
    /// `https://live.example`, without a slash at its end.
    base: Arc<str>,
}

/// Where connections are driven: not on a worker's thread, which is for HTTP and fan-out alone.
#[derive(Clone)]
struct Elsewhere(Handle);

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Elsewhere {
    fn execute(&self, connection: F) {
        self.0.spawn(connection);
    }
}

impl Client {
    /// A client of the node at `base`, or what is wrong with the address or the file.
    pub fn new(base: &str, ca_file: Option<&Path>, runtime: Handle) -> Result<Self, String> {
        let base = base.trim_end_matches('/');
        if base.contains('@') {
            // Not said again: it would be a password in a log.
            return Err("a relay reads as nobody: leave out user and password".to_owned());
        }
        let uri: Uri = base.parse().map_err(|error| format!("{base}: {error}"))?;
        let known = matches!(uri.scheme_str(), Some("http" | "https"));
        if !known || uri.host().is_none() || uri.query().is_some() {
            return Err(format!("{base}: use http://HOST:PORT or https://HOST"));
        }
        let tls = Arc::new(tls::client_config(ca_file)?);
        let pool = Pool::builder(Elsewhere(runtime))
            .pool_max_idle_per_host(IDLE)
            .retry_canceled_requests(true)
            .build(Dialler { tls });
        Ok(Self { pool, base: base.into() })
    }

    /// Asks, and gives the answer once its head is there.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        patience: Duration,
    ) -> Result<Response<Incoming>> {
        let failed = |error: &dyn std::error::Error| StoreError::Unavailable(words(error));
        let request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        let mut request = request.body(Empty::new()).map_err(|error| failed(&error))?;
        *request.headers_mut() = headers;
        let answer = tokio::time::timeout(patience, self.pool.request(request)).await;
        let late = |_| StoreError::Unavailable("the upstream doesn't answer".to_owned());
        answer.map_err(late)?.map_err(|error| failed(&error))
    }

    /// Asks as nobody, and reads the answer whole.
    pub async fn get(&self, path: &str) -> Result<(StatusCode, Bytes)> {
        let answer = self.send(Method::GET, path, HeaderMap::new(), PATIENCE).await?;
        let status = answer.status();
        let read = tokio::time::timeout(PATIENCE, whole(answer.into_body())).await;
        let late = |_| StoreError::Unavailable("the upstream stopped in an answer".to_owned());
        Ok((status, read.map_err(late)??))
    }
}

/// An answer's body.
pub async fn whole(body: Incoming) -> Result<Bytes> {
    let read = Limited::new(body, MOST_BYTES).collect().await;
    let read = read.map_err(|error| StoreError::Unavailable(words(&*error)))?;
    Ok(read.to_bytes())
}

/// What went wrong, with what is behind it: the outermost alone says only that something did.
fn words(error: &dyn std::error::Error) -> String {
    let mut words = format!("the upstream: {error}");
    let mut inner = error.source();
    while let Some(error) = inner {
        words = format!("{words}: {error}");
        inner = error.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_upstream_is_an_address_without_secrets() {
        let of = |base: &str| Client::new(base, None, Handle::current()).err();
        for good in ["http://10.0.0.1:8080", "https://live.example/", "https://[::1]:8443"] {
            assert_eq!(of(good), None, "{good}");
        }
        for bad in ["live.example", "ftp://live.example", "https://live.example/?a=1", ""] {
            assert!(of(bad).is_some(), "{bad}");
        }
        let said = of("https://ada:hunter2@live.example").unwrap();
        assert!(!said.contains("hunter2"), "{said}");
    }
}
