//! History: the stored log in pages. A full page of a public topic never grows, so a CDN can
//! absorb a wave of resuming clients.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};

use crate::domain::number;
use crate::domain::rejection::{Rejection, RejectionReason};
use crate::domain::topic::{Seq, Topic};
use crate::http::path::Path;
use crate::http::streams::read_access::{CredentialPlaces, ReadDecision, ReadKind};
use crate::http::streams::stream_query;
use crate::http::streams::stream_request::{IdentifiedRequest, StreamRequest};
use crate::problem::{HandlerResult, Problem};
use crate::stream::cursor::{Cursor, CursorPosition, CursorTexts};

/// Messages per page: by default, and at most.
const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 500;

/// One page: envelopes as they were published, and where the next page begins.
struct HistoryPage {
    items: Vec<String>,
    /// The sequence number of the last message read, of any channel.
    last_seq: Seq,
    is_full: bool,
}

/// `GET /api/streams/{topic}/messages?after=<cursor or seq>&limit=100`
pub async fn read_messages(request: HttpRequest, topic: Path<String>) -> HandlerResult {
    let request = IdentifiedRequest::identify(request, CredentialPlaces::Headers).await?;
    let topic: Topic = topic.parse().map_err(|_| Problem::NotFound("topic"))?;
    let mut request = request.for_topics(vec![topic], ReadKind::History)?;
    let grant = match request.authorize().await? {
        ReadDecision::Granted(grant) => grant,
        ReadDecision::Answered(response) => return Ok(response),
    };
    let (after, limit) = parse_window(&request, topic)?;
    let page = read_page(&request, topic, &after, limit).await?;
    let mut next = after;
    next.raise(topic, CursorPosition::At(page.last_seq));
    let next = page.is_full.then(|| next.to_string());
    // A full page never grows, but a text in it may be withdrawn: then no cache may keep it for long.
    let cache = match (grant.is_private, page.is_full) {
        (false, true) => "public, max-age=60",
        (false, false) => "public, no-cache",
        (true, _) => "private, no-store",
    };
    let next = serde_json::Value::from(next);
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::VARY, "Authorization, Cookie, Origin"))
        .body(format!(r#"{{"items":[{}],"next":{next}}}"#, page.items.join(","))))
}

/// The position that the page follows, with nothing but the topic, and the page's length.
fn parse_window(request: &StreamRequest, topic: Topic) -> Result<(Cursor, usize), Problem> {
    let pairs = stream_query::query_pairs(&request.read.http)?;
    let text = stream_query::find_value(&pairs, "after").unwrap_or("0");
    let given = CursorTexts::new(std::iter::once(text.to_owned()));
    let epoch = request.epoch(topic.stream);
    let given = given.join(&epoch, &[topic]).ok_or_else(invalid_cursor)?;
    let mut after = Cursor::new(&epoch);
    for part in topic.parts() {
        let seq = given.seq_of(part).ok_or_else(invalid_cursor)?;
        after.raise(part, CursorPosition::At(seq));
    }
    let limit = match stream_query::find_value(&pairs, "limit") {
        None => DEFAULT_LIMIT,
        Some(text) => {
            let limit = number::parse(text).and_then(|limit| usize::try_from(limit).ok());
            let limit = limit.filter(|limit| (1..=MAX_LIMIT).contains(limit));
            limit.ok_or_else(|| stream_query::invalid_parameter("limit", "1 to 500"))?
        }
    };
    Ok((after, limit))
}

/// Error for a cursor that isn't in the log: an empty page would mean that there is nothing new
/// (G4).
fn invalid_cursor() -> Problem {
    stream_query::invalid_parameter("after", "a seq, or a cursor of this topic")
}

/// Reads until the page is full or the log ends; a channel's messages may be far apart.
async fn read_page(
    request: &StreamRequest,
    topic: Topic,
    after: &Cursor,
    limit: usize,
) -> Result<HistoryPage, Problem> {
    let (lowest, highest) = after.seq_range(topic).ok_or_else(invalid_cursor)?;
    let mut history_page = HistoryPage { items: Vec::new(), last_seq: lowest, is_full: false };
    loop {
        let after_seq = history_page.last_seq;
        let stream_context = &request.node.stream_context;
        let reading = stream_context.run_on_database_runtime(move |context| async move {
            context.source.read_page(topic.stream, after_seq, MAX_LIMIT as i64).await
        });
        let page = reading.await?;
        if highest > page.head_seq {
            return Err(invalid_cursor());
        }
        if lowest > 0 && lowest < page.pruned_seq {
            let detail = format!(
                "messages up to {} have been pruned; start with after=0, or open the stream for a snapshot",
                page.pruned_seq
            );
            return Err(Problem::Rejected(Rejection::new(RejectionReason::Gone, "pruned", detail)));
        }
        let is_log_end = page.frames.len() < MAX_LIMIT;
        for frame in page.frames {
            history_page.last_seq = frame.seq();
            let part = Topic { stream: topic.stream, channel: frame.channel() };
            let is_known = after.seq_of(part).is_some_and(|seq| frame.seq() <= seq);
            if topic.includes(frame.channel()) && !is_known {
                let envelope = String::from_utf8_lossy(frame.envelope());
                history_page.items.push(envelope.into_owned());
            }
            if history_page.items.len() == limit {
                history_page.is_full = true;
                return Ok(history_page);
            }
        }
        if is_log_end {
            return Ok(history_page);
        }
    }
}
