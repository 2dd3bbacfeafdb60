//! A JSON client of the API, for one user or anonymous.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::support::record::Record;
use crate::support::{openapi_contract, record};

#[derive(Clone)]
pub struct ApiClient {
    base: String,
    http: reqwest::Client,
    pub token: Option<String>,
}

#[derive(Clone, Debug)]
pub struct ApiResponse {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

/// One page of the stored log, with messages as raw text.
#[derive(Debug, serde::Deserialize)]
pub struct HistoryPage {
    pub items: Vec<Box<RawValue>>,
    pub next: Option<String>,
}

impl ApiClient {
    pub fn new(address: &str) -> Self {
        record::begin();
        Self { base: format!("http://{address}"), http: http_client(), token: None }
    }

    /// The same user with new connections.
    pub fn with_new_connections(&self) -> Self {
        Self { http: http_client(), ..self.clone() }
    }

    /// The same user at another node.
    pub fn at(&self, address: &str) -> Self {
        Self { base: format!("http://{address}"), ..self.clone() }
    }

    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    pub async fn sign_in(&self, email: &str, password: &str) -> Self {
        let body = json!({ "email": email, "password": password });
        let response = self.post("/api/auth/login", body).await.ok_json();
        self.with_token(response["token"].as_str().expect("a token"))
    }

    pub async fn get(&self, path: &str) -> ApiResponse {
        self.try_get(path).await.unwrap()
    }

    pub async fn try_get(&self, path: &str) -> reqwest::Result<ApiResponse> {
        self.send(Method::GET, path, None, &[]).await
    }

    pub async fn post(&self, path: &str, body: Value) -> ApiResponse {
        self.send(Method::POST, path, Some(body), &[]).await.unwrap()
    }

    pub async fn patch(&self, path: &str, body: Value) -> ApiResponse {
        self.send(Method::PATCH, path, Some(body), &[]).await.unwrap()
    }

    pub async fn delete(&self, path: &str) -> ApiResponse {
        self.send(Method::DELETE, path, None, &[]).await.unwrap()
    }

    /// A write with an idempotency key.
    pub async fn post_keyed(
        &self,
        path: &str,
        body: Value,
        key: &str,
    ) -> reqwest::Result<ApiResponse> {
        self.send(Method::POST, path, Some(body), &[("Idempotency-Key", key)]).await
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> reqwest::Result<ApiResponse> {
        let (mut request, mut record) = self.request(&method, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
            record.header(name, value.as_bytes());
        }
        if let Some(body) = &body {
            request = request.json(body);
            record.json(body);
        }
        let mut response = ApiResponse::of(request.try_clone().unwrap().send().await?).await?;
        for _ in 0..5 {
            if !response.is_request_timeout() {
                break;
            }
            response = ApiResponse::of(request.try_clone().unwrap().send().await?).await?;
        }
        record.answer(response.status, &response.headers, &response.text);
        openapi_contract::assert_documented(&method, path, body.as_ref(), &response);
        Ok(response)
    }

    /// Sends a body that may be invalid JSON.
    pub async fn send_bytes(
        &self,
        method: Method,
        path: &str,
        kind: &str,
        body: Vec<u8>,
    ) -> reqwest::Result<ApiResponse> {
        let (request, mut record) = self.request(&method, path);
        record.header("Content-Type", kind.as_bytes());
        record.body(&body);
        let sent = request.header("Content-Type", kind).body(body).send().await?;
        let response = ApiResponse::of(sent).await?;
        record.answer(response.status, &response.headers, &response.text);
        Ok(response)
    }

    fn request(&self, method: &Method, path: &str) -> (reqwest::RequestBuilder, Record) {
        let request = self.http.request(method.clone(), format!("{}{path}", self.base));
        let mut record = Record::new(method.as_str(), path);
        match &self.token {
            None => (request, record),
            Some(token) => {
                record.header("Authorization", format!("Bearer {token}").as_bytes());
                (request.bearer_auth(token), record)
            }
        }
    }

    /// Returns all stored messages of a topic after `after`, as raw text.
    pub async fn history_after(&self, topic: &str, after: &str) -> Vec<String> {
        let (mut all, mut after) = (Vec::new(), after.to_owned());
        loop {
            let path = format!("/api/streams/{topic}/messages?after={after}&limit=500");
            let page = self.get(&path).await.page();
            all.extend(page.items.iter().map(|item| item.get().to_owned()));
            match page.next {
                Some(next) => after = next,
                None => return all,
            }
        }
    }

    pub async fn history(&self, topic: &str) -> Vec<String> {
        self.history_after(topic, "0").await
    }

    /// Returns the seq of a topic's last message.
    pub async fn head_seq(&self, topic: &str) -> i64 {
        let last = self.history(topic).await.pop();
        last.map_or(0, |text| seq_of(&text))
    }
}

impl ApiResponse {
    async fn of(response: reqwest::Response) -> reqwest::Result<Self> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Self { status, headers, text: response.text().await? })
    }

    /// Whether the server gave up waiting for the request's head, as on a busy machine, and closed
    /// the connection.
    fn is_request_timeout(&self) -> bool {
        self.status == 408 && self.text.is_empty()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// Asserts success; returns the body.
    #[track_caller]
    pub fn ok_json(&self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    pub fn page(&self) -> HistoryPage {
        assert_eq!(self.status, 200, "{}", self.text);
        serde_json::from_str(&self.text).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts a problem document with this status; returns its code.
    #[track_caller]
    pub fn problem(&self, status: u16, context: &str) -> String {
        assert_eq!(self.status, status, "{context}: {}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json", "{context}");
        let document = self.json();
        assert_eq!(document["status"], status, "{context}");
        assert!(document["title"].is_string() && document["detail"].is_string(), "{context}");
        document["code"].as_str().unwrap_or_else(|| panic!("{context}: no code")).to_owned()
    }
}

/// Returns the seq of a message.
pub fn seq_of(envelope: &str) -> i64 {
    #[derive(serde::Deserialize)]
    struct Numbered {
        seq: i64,
    }
    serde_json::from_str::<Numbered>(envelope).unwrap_or_else(|_| panic!("{envelope}")).seq
}

fn http_client() -> reqwest::Client {
    let timeout = Duration::from_secs(40);
    reqwest::Client::builder().no_proxy().timeout(timeout).build().unwrap()
}
