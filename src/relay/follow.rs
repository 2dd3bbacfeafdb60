//! Follows one stream of the upstream, over as many connections as it takes.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use hyper::HeaderMap;
use hyper::Method;
use hyper::StatusCode;
use hyper::header::HeaderValue;
use serde_json::Value;
use tokio::time::Instant;

use crate::domain::topic::Seq;
use crate::relay::Upstream;
use crate::relay::blocks::Block;
use crate::relay::link::Doubt;
use crate::relay::link::Link;
use crate::relay::link::State;
use crate::relay::reading::Reading;
use crate::relay::source::MOST;
use crate::relay::told;
use crate::relay::told::Told;
use crate::stream::source::Ending;

/// How long an answer may take, and what it begins with.
const OPENING: Duration = Duration::from_secs(5);

/// Waits between attempts: drawn up to this at first, then longer.
const FIRST_WAIT_MS: u64 = 100;
const LONGEST_WAIT_MS: u64 = 1000;

/// How long the upstream may have no room for a stream it told before: longer, and readers of all
/// others would be told that nothing is known.
const NO_ROOM: Duration = Duration::from_secs(3);

/// Messages read at the start, so that who was here a moment ago finds what was missed.
const HEAD_START: Seq = 256;

/// Why a connection gives nothing more.
enum Fault {
    /// Not for everybody, or of nothing that exists.
    Refused,
    /// It ended, broke, or was silent for too long.
    Broken(String),
    /// The upstream has as many readers as it takes.
    Full,
    /// What is told is another database's, or starts anew: nothing here goes on from it.
    Anew(String),
}

struct Follower {
    upstream: Upstream,
    link: Arc<Link>,
    /// Whether the stream is live at the upstream.
    is_live: bool,
    attempts: u32,
    broken_at: Option<Instant>,
}

/// Runs until the stream has ended or nobody reads it here any more.
pub async fn run(upstream: Upstream, link: Arc<Link>) {
    let mut follower = Follower { upstream, link, is_live: false, attempts: 0, broken_at: None };
    let opened = tokio::time::timeout(OPENING, follower.open()).await;
    let Follower { upstream, link, .. } = &follower;
    let why = match opened {
        Ok(Ok(reading)) => return follower.go_on(reading).await,
        Ok(Err(Fault::Refused)) => return upstream.fail(link, State::Refused),
        Ok(Err(Fault::Broken(words) | Fault::Anew(words))) => words,
        Ok(Err(Fault::Full)) => "the upstream has no room for it".to_owned(),
        Err(_) => "the upstream doesn't answer".to_owned(),
    };
    tracing::warn!("{} can't be followed: {why}", link.stream);
    upstream.fail(link, State::Failed);
}

impl Follower {
    /// Connects, and learns where the stream stands and what was told lately.
    async fn open(&mut self) -> Result<Reading, Fault> {
        let mut reading = self.connect(None).await?;
        let (epoch, head) = loop {
            let block = reading.next(OPENING).await.map_err(Fault::Broken)?;
            let Some(block) = Block::read(&block) else { continue };
            match block.event {
                "hello" => self.hear_hello(block.data),
                "live" => {
                    break told::place(block.id)
                        .ok_or_else(|| broken("no cursor"))
                        .map(|(epoch, head)| (Arc::<str>::from(epoch), head))?;
                }
                "bye" => return Err(farewell(block.data)),
                _ => {}
            }
        };
        let after = (head - HEAD_START).max(0);
        let page = self.upstream.history(&epoch, self.link.stream, after, MOST).await;
        let page = page.map_err(|error| Fault::Broken(error.to_string()))?;
        let is_whole = page.last().is_some_and(|last| last >= head);
        if let Some(first) = page.frames.first().filter(|_| is_whole) {
            self.link.begin(&epoch, first.seq() - 1, page.frames);
        } else {
            // What was before is pruned: it is looked for when somebody asks.
            self.link.begin(&epoch, head, Vec::new());
        }
        self.upstream.open(&self.link, &epoch);
        self.is_live = true;
        Ok(reading)
    }

    /// Reads on, and connects again when that breaks, for as long as it takes: what is here stays
    /// true up to its cursor, and the feeder tells readers that no more is known.
    async fn go_on(mut self, reading: Reading) {
        let mut reading = Some(reading);
        let ending = loop {
            let fault = match reading.take() {
                Some(connected) => self.read(connected).await,
                None => match self.connect(Some(self.link.cursor())).await {
                    Ok(connected) => {
                        reading = Some(connected);
                        continue;
                    }
                    Err(fault) => fault,
                },
            };
            match fault {
                Fault::Refused => break Ending::Closed,
                Fault::Anew(words) => {
                    tracing::warn!("{} starts anew: {words}", self.link.stream);
                    break Ending::Lost;
                }
                Fault::Broken(words) => self.broke(&words),
                Fault::Full if self.broken_at.is_some_and(|at| at.elapsed() > NO_ROOM) => {
                    tracing::warn!("{} has no room at the upstream any more", self.link.stream);
                    break Ending::Lost;
                }
                Fault::Full => self.broke("no room"),
            }
            self.wait().await;
        };
        self.upstream.end(&self.link, ending);
    }

    /// Said and counted once, however many attempts it then takes.
    fn broke(&mut self, words: &str) {
        let stream = self.link.stream;
        if std::mem::take(&mut self.is_live) {
            tracing::info!("{stream} broke at the upstream: {words}");
            self.upstream.0.metrics.upstream_breaks.inc();
        } else {
            tracing::debug!("{stream} can't be followed yet: {words}");
        }
        self.broken_at.get_or_insert_with(Instant::now);
        self.link.doubt(Some(Doubt::Away));
    }

    /// Not all links at once, and not in a tight loop.
    async fn wait(&mut self) {
        let longest = (FIRST_WAIT_MS << self.attempts.min(6)).min(LONGEST_WAIT_MS);
        self.attempts += 1;
        tokio::time::sleep(Duration::from_millis(rand::random_range(0..=longest))).await;
    }

    /// How long the next bytes may take.
    fn patience(&self) -> Duration {
        if self.is_live { self.upstream.silence() } else { OPENING }
    }

    async fn connect(&self, cursor: Option<String>) -> Result<Reading, Fault> {
        let mut headers = HeaderMap::new();
        headers.insert("accept", HeaderValue::from_static("text/event-stream"));
        let mut path = format!("/api/stream/?topic={}", self.link.stream);
        match cursor.and_then(|cursor| HeaderValue::from_str(&cursor).ok()) {
            Some(cursor) => drop(headers.insert("last-event-id", cursor)),
            None => path.push_str("&snapshot=never"),
        }
        self.upstream.0.metrics.upstream_requests.inc();
        let client = &self.upstream.0.client;
        let answer = client.send(Method::GET, &path, headers, self.patience()).await;
        let answer = answer.map_err(|error| Fault::Broken(error.to_string()))?;
        match answer.status() {
            StatusCode::OK => Ok(Reading::new(answer.into_body())),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => {
                Err(Fault::Refused)
            }
            status => Err(Fault::Broken(format!("it answers {status}"))),
        }
    }

    /// Hands on what comes, until nothing does.
    async fn read(&mut self, mut reading: Reading) -> Fault {
        loop {
            let block = match reading.next(self.patience()).await {
                Ok(block) => block,
                Err(words) => return Fault::Broken(words),
            };
            if let Err(fault) = self.take(&block) {
                return fault;
            }
        }
    }

    fn take(&mut self, block: &Bytes) -> Result<(), Fault> {
        let Some(block) = Block::read(block) else { return Ok(()) };
        if let Some((epoch, _)) = told::place(block.id)
            && *epoch != *self.link.epoch()
        {
            self.upstream.renew(epoch);
            return Err(Fault::Anew(format!("its epoch is {epoch}")));
        }
        match block.event {
            "" => self.tell(block.data),
            "hello" => {
                self.hear_hello(block.data);
                Ok(())
            }
            "live" => {
                (self.is_live, self.attempts, self.broken_at) = (true, 0, None);
                self.link.doubt(None);
                Ok(())
            }
            "heartbeat" => {
                self.link.doubt(told::stale_since(block.data).map(Doubt::Stale));
                Ok(())
            }
            "bye" => Err(farewell(block.data)),
            _ => Ok(()),
        }
    }

    fn tell(&self, data: &str) -> Result<(), Fault> {
        let link = &self.link;
        let told = told::told(&link.epoch(), link.stream, data);
        let told = told.map_err(|error| broken(&error.to_string()))?;
        let seq = match told {
            Told::Message(frame) => {
                let seq = frame.seq();
                link.push(frame);
                seq
            }
            Told::Snapshot { .. } if reason(data) == "unknown_cursor" => {
                return Err(Fault::Anew("it knows less than was told".to_owned()));
            }
            Told::Snapshot { seq } => {
                link.jump(seq);
                seq
            }
        };
        self.upstream.0.bell.hear(&[(link.stream, seq)]);
        Ok(())
    }

    fn hear_hello(&self, data: &str) {
        if let Some(ms) = told::heartbeat_ms(data) {
            self.upstream.0.heartbeat_ms.store(ms, Ordering::Relaxed);
        }
    }
}

fn broken(words: &str) -> Fault {
    Fault::Broken(words.to_owned())
}

fn farewell(data: &str) -> Fault {
    match reason(data).as_str() {
        "access_revoked" => Fault::Refused,
        "limit" => Fault::Full,
        reason => Fault::Broken(format!("it says bye: {reason}")),
    }
}

fn reason(data: &str) -> String {
    let said: Value = serde_json::from_str(data).unwrap_or_default();
    said["reason"].as_str().unwrap_or_default().to_owned()
}
