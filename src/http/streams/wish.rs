//! What a stream request asks for, in its query and headers.

use std::str::FromStr;

use actix_web::HttpRequest;
use actix_web::web::Query;

use crate::domain::number;
use crate::domain::topic::Seq;
use crate::domain::topic::Topic;
use crate::problem::Problem;
use crate::stream::cursor::MOST_STREAMS;
use crate::stream::reader::Mode;
use crate::stream::subscribe::First;

/// The parameters that are the same on every stream endpoint (design 4.1).
#[derive(Debug)]
pub struct Wished {
    pub cursor: Option<String>,
    pub mode: Mode,
    pub first: First,
    pub padding: bool,
    pub transport: Transport,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Sse,
    /// Answer within so many seconds.
    Poll {
        wait: u64,
    },
}

/// States a second in `mode=state`, unless asked otherwise.
const MAX_RATE: f64 = 2.0;

/// Seconds a long-poll waits at most: below the 30 s after which proxies give up.
const MOST_WAIT: u64 = 25;

/// Names in `types=` at most.
const MOST_TYPES: usize = 64;

type Pairs = Vec<(String, String)>;

impl Wished {
    pub fn read(request: &HttpRequest) -> Result<Self, Problem> {
        let pairs = pairs(request)?;
        let types = types(&pairs)?;
        // Looked at also where nothing is done with them: a slip is told whatever else is asked.
        let rate = number(&pairs, "max_rate", MAX_RATE, 0.01, 50.0)?;
        let wait = number(&pairs, "wait", MOST_WAIT as f64, 0.0, MOST_WAIT as f64)?;
        let mode = match one(&pairs, "mode") {
            None | Some("log") => Mode::Log { types },
            Some("state") => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "between 20 ms and 100 s"
                )]
                let least_gap_ms = (1000.0 / rate) as u64;
                Mode::State { types, least_gap_ms }
            }
            Some(_) => return Err(bad("mode", "log or state")),
        };
        let first = match one(&pairs, "snapshot") {
            None => First::Needed,
            Some("never") => First::Never,
            Some("always") => First::Always,
            Some(_) => return Err(bad("snapshot", "never or always")),
        };
        let transport = match one(&pairs, "transport") {
            None | Some("sse") => Transport::Sse,
            Some("poll") => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "between 0 and 25"
                )]
                let wait = wait as u64;
                Transport::Poll { wait }
            }
            Some(_) => return Err(bad("transport", "sse or poll")),
        };
        let padding = matches!(one(&pairs, "padding"), Some("1" | "true"));
        Ok(Self { cursor: cursor(request), mode, first, padding, transport })
    }
}

/// The cursor: of the header, which wins, or of the query. What isn't text is kept as something
/// that no cursor is, so that its sender is told.
pub fn cursor(request: &HttpRequest) -> Option<String> {
    let header = request.headers().get("Last-Event-ID");
    let header = header.map(|value| value.to_str().unwrap_or("?").to_owned());
    let query = || {
        let pairs = pairs(request).ok()?;
        let given = |name| one(&pairs, name).filter(|text| !text.is_empty());
        given("last_event_id").or_else(|| given("lastEventId")).map(str::to_owned)
    };
    header.filter(|text| !text.is_empty()).or_else(query)
}

/// The topics of `/api/stream/?topic=…&topic=…`, also separated by commas.
pub fn topics(request: &HttpRequest) -> Result<Vec<Topic>, Problem> {
    let pairs = pairs(request)?;
    let named =
        pairs.iter().filter(|(name, _)| name == "topic").flat_map(|(_, all)| all.split(','));
    let topics: Result<Vec<_>, _> = named.map(Topic::from_str).collect();
    let topics = topics.map_err(|error| Problem::BadRequest(format!("topic: {error}")))?;
    match topics.len() {
        0 => Err(bad("topic", "at least one, as in match_3")),
        count if count > MOST_STREAMS => Err(bad("topic", "at most 32")),
        _ => Ok(topics),
    }
}

/// Speed, and the seq to begin with, of a replay.
pub fn tape(request: &HttpRequest) -> Result<(f64, Seq), Problem> {
    let pairs = pairs(request)?;
    let speed = number(&pairs, "speed", 1.0, 0.1, 10_000.0)?;
    let from = match one(&pairs, "from") {
        None => 1,
        Some(text) => number::read_id(text).ok_or_else(|| bad("from", "a seq: 1 or more"))?,
    };
    Ok((speed, from))
}

/// The query as pairs, in order.
pub fn pairs(request: &HttpRequest) -> Result<Pairs, Problem> {
    Query::<Pairs>::from_query(request.query_string())
        .map(Query::into_inner)
        .map_err(|_| Problem::BadRequest("the query can't be read".to_owned()))
}

pub fn one<'a>(pairs: &'a Pairs, name: &str) -> Option<&'a str> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

pub fn bad(name: &str, expected: &str) -> Problem {
    Problem::BadRequest(format!("{name}: expected {expected}"))
}

fn types(pairs: &Pairs) -> Result<Vec<String>, Problem> {
    let all = one(pairs, "types").unwrap_or_default();
    let types: Vec<_> = all.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    if types.len() > MOST_TYPES { Err(bad("types", "at most 64")) } else { Ok(types) }
}

fn number(pairs: &Pairs, name: &str, usual: f64, least: f64, most: f64) -> Result<f64, Problem> {
    let Some(text) = one(pairs, name) else { return Ok(usual) };
    let value = text.parse().ok().filter(|value: &f64| (least..=most).contains(value));
    value.ok_or_else(|| bad(name, &format!("a number from {least} to {most}")))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn of(query: &str) -> HttpRequest {
        TestRequest::with_uri(&format!("/api/stream/?{query}")).to_http_request()
    }

    #[test]
    fn parameters_are_read_or_refused() {
        #[rustfmt::skip]
        let bad = ["mode=fast", "mode=state&max_rate=0", "mode=state&max_rate=x", "snapshot=maybe",
                   "transport=ws", "transport=poll&wait=26", "transport=poll&wait=-1", "wait=NaN", "wait=1e400", "max_rate=inf"];
        for query in bad {
            assert!(Wished::read(&of(query)).is_err(), "{query}");
        }
        let wished = Wished::read(&of("types=goal,ball_bowled&padding=1&snapshot=always")).unwrap();
        let types = vec!["goal".to_owned(), "ball_bowled".to_owned()];
        assert_eq!(wished.mode, Mode::Log { types });
        assert!(wished.padding && wished.first == First::Always);
        let wished = Wished::read(&of("transport=poll&wait=3&mode=state&max_rate=4")).unwrap();
        assert_eq!(wished.transport, Transport::Poll { wait: 3 });
        assert_eq!(wished.mode, Mode::State { types: vec![], least_gap_ms: 250 });
    }

    #[test]
    fn g10_a_replay_begins_with_a_seq_that_can_be() {
        assert_eq!(tape(&of("")).unwrap().1, 1);
        assert_eq!(tape(&of("from=9007199254740991")).unwrap().1, number::MAX);
        for bad in ["0", "-1", "x", "1.5", "9007199254740992", "9223372036854775807"] {
            assert!(tape(&of(&format!("from={bad}"))).is_err(), "{bad}");
        }
        for bad in ["0", "-1", "NaN", "inf", "1e400", "10001"] {
            assert!(tape(&of(&format!("speed={bad}"))).is_err(), "{bad}");
        }
    }

    #[test]
    fn g3_the_header_wins_over_the_query() {
        let request = TestRequest::with_uri("/?last_event_id=1&lastEventId=2");
        assert_eq!(cursor(&request.to_http_request()).as_deref(), Some("1"));
        let request = TestRequest::with_uri("/?lastEventId=2");
        assert_eq!(cursor(&request.to_http_request()).as_deref(), Some("2"));
        let request =
            TestRequest::with_uri("/?last_event_id=1").insert_header(("Last-Event-ID", "7"));
        assert_eq!(cursor(&request.to_http_request()).as_deref(), Some("7"));
        let request = TestRequest::with_uri("/?last_event_id=&lastEventId=2");
        assert_eq!(cursor(&request.to_http_request()).as_deref(), Some("2"), "empty is none");
        assert_eq!(cursor(&of("")), None);
    }
}
