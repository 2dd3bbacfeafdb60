//! Parses the query and headers of stream requests.

use std::str::FromStr;

use actix_web::HttpRequest;
use actix_web::web::Query;

use crate::domain::number;
use crate::domain::topic::{Seq, Topic};
use crate::problem::Problem;
use crate::stream::cursor::MAX_STREAMS_PER_CURSOR;
use crate::stream::subscribe::InitialSnapshot;
use crate::stream::subscriber::DeliveryMode;

/// The parameters that all stream endpoints share.
#[derive(Debug)]
pub struct StreamQuery {
    pub cursor: Option<String>,
    pub mode: DeliveryMode,
    pub initial_snapshot: InitialSnapshot,
    pub wants_padding: bool,
    pub transport: Transport,
}

/// How messages are delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Sse,
    /// Long-poll: a response within this many seconds.
    Poll {
        wait_seconds: u64,
    },
}

/// States per second in `mode=state` by default.
const DEFAULT_MAX_RATE: f64 = 2.0;

/// Maximum wait of a long-poll in seconds: below the 30 s after which proxies give up.
const MAX_WAIT_SECONDS: u64 = 25;

/// Maximum number of names in `types=`.
const MAX_TYPES: usize = 64;

type QueryPairs = Vec<(String, String)>;

impl StreamQuery {
    /// Parses the shared parameters and the cursor.
    pub fn from_request(request: &HttpRequest) -> Result<Self, Problem> {
        let pairs = query_pairs(request)?;
        let types = parse_types(&pairs)?;
        // Validated even if unused, so that a typing error is reported with any mode.
        let rate = parse_number(&pairs, "max_rate", DEFAULT_MAX_RATE, 0.01, 50.0)?;
        let wait_seconds =
            parse_number(&pairs, "wait", MAX_WAIT_SECONDS as f64, 0.0, MAX_WAIT_SECONDS as f64)?;
        let mode = match find_value(&pairs, "mode") {
            None | Some("log") => DeliveryMode::Log { types },
            Some("state") => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "between 20 ms and 100 s"
                )]
                let min_interval_ms = (1000.0 / rate) as u64;
                DeliveryMode::State { types, min_interval_ms }
            }
            Some(_) => return Err(invalid_parameter("mode", "log or state")),
        };
        let initial_snapshot = match find_value(&pairs, "snapshot") {
            None => InitialSnapshot::IfNeeded,
            Some("never") => InitialSnapshot::Never,
            Some("always") => InitialSnapshot::Always,
            Some(_) => return Err(invalid_parameter("snapshot", "never or always")),
        };
        let transport = match find_value(&pairs, "transport") {
            None | Some("sse") => Transport::Sse,
            Some("poll") => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "between 0 and 25"
                )]
                let wait_seconds = wait_seconds as u64;
                Transport::Poll { wait_seconds }
            }
            Some(_) => return Err(invalid_parameter("transport", "sse or poll")),
        };
        let wants_padding = matches!(find_value(&pairs, "padding"), Some("1" | "true"));
        Ok(Self {
            cursor: requested_cursor(request),
            mode,
            initial_snapshot,
            wants_padding,
            transport,
        })
    }
}

/// The cursor of the header, or else of the query. A header that isn't text becomes an invalid
/// cursor, so that the client gets the response to one.
pub fn requested_cursor(request: &HttpRequest) -> Option<String> {
    let header = request.headers().get("Last-Event-ID");
    let header = header.map(|value| value.to_str().unwrap_or("?").to_owned());
    let query = || {
        let pairs = query_pairs(request).ok()?;
        let non_empty = |name| find_value(&pairs, name).filter(|text| !text.is_empty());
        non_empty("last_event_id").or_else(|| non_empty("lastEventId")).map(str::to_owned)
    };
    header.filter(|text| !text.is_empty()).or_else(query)
}

/// The topics of `/api/stream/?topic=…&topic=…`; one parameter may list several with commas.
pub fn requested_topics(request: &HttpRequest) -> Result<Vec<Topic>, Problem> {
    let pairs = query_pairs(request)?;
    let names =
        pairs.iter().filter(|(name, _)| name == "topic").flat_map(|(_, list)| list.split(','));
    let topics: Result<Vec<_>, _> = names.map(Topic::from_str).collect();
    let topics = topics.map_err(|error| Problem::BadRequest(format!("topic: {error}")))?;
    match topics.len() {
        0 => Err(invalid_parameter("topic", "at least one, such as match_3")),
        count if count > MAX_STREAMS_PER_CURSOR => Err(invalid_parameter("topic", "at most 32")),
        _ => Ok(topics),
    }
}

/// The speed of a replay, and the sequence number to begin with.
pub fn parse_replay_query(request: &HttpRequest) -> Result<(f64, Seq), Problem> {
    let pairs = query_pairs(request)?;
    let speed = parse_number(&pairs, "speed", 1.0, 0.1, 10_000.0)?;
    let from = match find_value(&pairs, "from") {
        None => 1,
        Some(text) => {
            number::parse_id(text).ok_or_else(|| invalid_parameter("from", "a seq: 1 or more"))?
        }
    };
    Ok((speed, from))
}

/// The query as pairs of name and value, in order.
pub fn query_pairs(request: &HttpRequest) -> Result<QueryPairs, Problem> {
    Query::<QueryPairs>::from_query(request.query_string())
        .map(Query::into_inner)
        .map_err(|_| Problem::BadRequest("invalid query".to_owned()))
}

/// The first value of this name.
pub fn find_value<'a>(pairs: &'a QueryPairs, name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The problem of a parameter that does not match what is expected.
pub fn invalid_parameter(name: &str, expected: &str) -> Problem {
    Problem::BadRequest(format!("{name}: expected {expected}"))
}

fn parse_types(pairs: &QueryPairs) -> Result<Vec<String>, Problem> {
    let names = find_value(pairs, "types").unwrap_or_default();
    let types: Vec<_> =
        names.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    if types.len() > MAX_TYPES { Err(invalid_parameter("types", "at most 64")) } else { Ok(types) }
}

fn parse_number(
    pairs: &QueryPairs,
    name: &str,
    default: f64,
    min: f64,
    max: f64,
) -> Result<f64, Problem> {
    let Some(text) = find_value(pairs, name) else { return Ok(default) };
    let value = text.parse().ok().filter(|value: &f64| (min..=max).contains(value));
    value.ok_or_else(|| invalid_parameter(name, &format!("a number from {min} to {max}")))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn request_with_query(query: &str) -> HttpRequest {
        TestRequest::with_uri(&format!("/api/stream/?{query}")).to_http_request()
    }

    #[test]
    fn parameters_are_parsed_or_rejected() {
        #[rustfmt::skip]
        let invalid = ["mode=fast", "mode=state&max_rate=0", "mode=state&max_rate=x", "snapshot=maybe",
                   "transport=ws", "transport=poll&wait=26", "transport=poll&wait=-1", "wait=NaN", "wait=1e400", "max_rate=inf"];
        for query in invalid {
            assert!(StreamQuery::from_request(&request_with_query(query)).is_err(), "{query}");
        }
        let stream_query = StreamQuery::from_request(&request_with_query(
            "types=goal,ball_bowled&padding=1&snapshot=always",
        ))
        .unwrap();
        let types = vec!["goal".to_owned(), "ball_bowled".to_owned()];
        assert_eq!(stream_query.mode, DeliveryMode::Log { types });
        assert!(
            stream_query.wants_padding && stream_query.initial_snapshot == InitialSnapshot::Always
        );
        let stream_query = StreamQuery::from_request(&request_with_query(
            "transport=poll&wait=3&mode=state&max_rate=4",
        ))
        .unwrap();
        assert_eq!(stream_query.transport, Transport::Poll { wait_seconds: 3 });
        assert_eq!(stream_query.mode, DeliveryMode::State { types: vec![], min_interval_ms: 250 });
    }

    #[test]
    fn g10_a_replay_starts_at_a_valid_seq() {
        assert_eq!(parse_replay_query(&request_with_query("")).unwrap().1, 1);
        assert_eq!(
            parse_replay_query(&request_with_query("from=9007199254740991")).unwrap().1,
            number::MAX_INTEGER
        );
        for invalid in ["0", "-1", "x", "1.5", "9007199254740992", "9223372036854775807"] {
            assert!(
                parse_replay_query(&request_with_query(&format!("from={invalid}"))).is_err(),
                "{invalid}"
            );
        }
        for invalid in ["0", "-1", "NaN", "inf", "1e400", "10001"] {
            assert!(
                parse_replay_query(&request_with_query(&format!("speed={invalid}"))).is_err(),
                "{invalid}"
            );
        }
    }

    #[test]
    fn g3_the_header_takes_precedence_over_the_query() {
        let request = TestRequest::with_uri("/?last_event_id=1&lastEventId=2");
        assert_eq!(requested_cursor(&request.to_http_request()).as_deref(), Some("1"));
        let request = TestRequest::with_uri("/?lastEventId=2");
        assert_eq!(requested_cursor(&request.to_http_request()).as_deref(), Some("2"));
        let request =
            TestRequest::with_uri("/?last_event_id=1").insert_header(("Last-Event-ID", "7"));
        assert_eq!(requested_cursor(&request.to_http_request()).as_deref(), Some("7"));
        let request = TestRequest::with_uri("/?last_event_id=&lastEventId=2");
        assert_eq!(
            requested_cursor(&request.to_http_request()).as_deref(),
            Some("2"),
            "an empty header is ignored"
        );
        assert_eq!(requested_cursor(&request_with_query("")), None);
    }
}
