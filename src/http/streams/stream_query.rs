//! Parses the query and headers of stream requests.

use std::str::FromStr;

use actix_web::HttpRequest;
use actix_web::web::Query;

use crate::domain::number;
use crate::domain::topic::{Seq, Topic};
use crate::problem::Problem;
use crate::sports::SportRules;
use crate::stream::cursor::CursorTexts;
use crate::stream::subscribe::InitialSnapshot;
use crate::stream::subscriber::DeliveryMode;

/// The parameters that all stream endpoints share.
#[derive(Debug)]
pub struct StreamQuery {
    pub mode: DeliveryMode,
    pub initial_snapshot: InitialSnapshot,
    pub wants_padding: bool,
    pub transport: Transport,
    /// What is wrong with a stream's parameters. The stream's `bye` says so, since several clients
    /// reconnect for ever after a 400.
    pub stream_fault: Option<String>,
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

/// Topics of one connection.
const MAX_TOPICS: usize = 32;

/// Characters of an unknown type that its problem shows.
const MAX_SHOWN_CHARS: usize = 40;

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
        let (DeliveryMode::Log { types } | DeliveryMode::State { types, .. }) = &mode;
        let unknown_type = types.iter().find(|name| !SportRules::names_message(name));
        let fault = unknown_type.map(|name| {
            let shown: String = name.chars().take(MAX_SHOWN_CHARS).collect();
            format!("types: no message has the type or kind {shown}")
        });
        let stream_fault = match (fault, transport) {
            (Some(fault), Transport::Poll { .. }) => return Err(Problem::BadRequest(fault)),
            (fault, _) => fault,
        };
        Ok(Self { mode, initial_snapshot, wants_padding, transport, stream_fault })
    }
}

/// The cursors of header and query. A header that isn't text becomes an invalid cursor, so that the
/// client gets the response to one.
pub fn requested_cursors(request: &HttpRequest) -> CursorTexts {
    let headers = request.headers().get_all("Last-Event-ID");
    let headers = headers.map(|value| value.to_str().unwrap_or("?").to_owned());
    let pairs = query_pairs(request).unwrap_or_default();
    let parameters = pairs
        .into_iter()
        .filter(|(name, _)| matches!(name.as_str(), "last_event_id" | "lastEventId"))
        .map(|(_, value)| value);
    CursorTexts::new(headers.chain(parameters))
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
        count if count > MAX_TOPICS => Err(invalid_parameter("topic", "at most 32")),
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

/// The names of all `types` parameters, each a list with commas.
fn parse_types(pairs: &QueryPairs) -> Result<Vec<String>, Problem> {
    let lists = pairs.iter().filter(|(name, _)| name == "types").map(|(_, list)| list);
    let names = lists.flat_map(|list| list.split(',')).map(str::trim);
    let types: Vec<_> = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
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
    use crate::domain::topic::StreamId;

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
    fn g3_the_cursors_of_header_and_query_are_joined() {
        let joined = |header: &str, query: &str| {
            let request = TestRequest::with_uri(&format!("/?{query}"));
            let request = request.insert_header(("Last-Event-ID", header)).to_http_request();
            let topics = [StreamId::Match(3).topic()];
            let cursor = requested_cursors(&request).join("E", &topics);
            cursor.map(|cursor| cursor.to_string())
        };
        #[rustfmt::skip]
        let cases = [
            ("",       "",                                        None),
            ("",       "last_event_id=E.m3-2&lastEventId=E.m3-5", Some("E.m3-5")),
            ("",       "last_event_id=E.m3-5&lastEventId=E.m3-2", Some("E.m3-5")),
            ("",       "last_event_id=E.m3-2&last_event_id=5",    Some("E.m3-5")),
            ("E.m3-7", "last_event_id=E.m3-2",                    Some("E.m3-7")),
            ("E.m3-7", "lastEventId=E.m3-9",                      Some("E.m3-9")),
            ("E.m3-7", "lastEventId=E.m4-9",                      Some("E.m3-7.m4-9")),
            ("",       "last_event_id=&lastEventId=2",            Some("E.m3-2")),
            ("x",      "",                                        Some("E")),
        ];
        for (header, query, expected) in cases {
            assert_eq!(joined(header, query).as_deref(), expected, "{header:?} {query}");
        }
    }

    #[test]
    fn g4_types_are_the_union_of_all_lists_and_known() {
        let types = |query: &str| {
            let query = StreamQuery::from_request(&request_with_query(query)).unwrap();
            let DeliveryMode::Log { types } = query.mode else { panic!("{:?}", query.mode) };
            (types.join(" "), query.stream_fault)
        };
        let known = |names: &str| (names.to_owned(), None);
        assert_eq!(types("types=goal&types=ball_bowled"), known("goal ball_bowled"));
        assert_eq!(types("types=goal,%20own_goal+,,&types="), known("goal own_goal"));
        assert_eq!(types("types=,"), known(""));
        for (word, fault) in [
            ("goals", "types: no message has the type or kind goals"),
            ("goal,Goal", "types: no message has the type or kind Goal"),
            ("snapshot", "types: no message has the type or kind snapshot"),
        ] {
            assert_eq!(types(&format!("types={word}")).1.as_deref(), Some(fault));
            let poll = request_with_query(&format!("transport=poll&types={word}"));
            assert!(StreamQuery::from_request(&poll).is_err(), "{word}");
        }
    }
}
