//! History: the stored log in pages. A full page of a public topic never changes, so a CDN can
//! absorb a wave of resuming clients.

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::App;
use crate::auth::MaybeSignedIn;
use crate::domain::number;
use crate::domain::rejection::{Rejection, RejectionReason};
use crate::domain::topic::{Seq, Topic};
use crate::http::path::Path;
use crate::http::streams::{stream_query, stream_request};
use crate::problem::Problem;
use crate::stream::cursor;
use crate::stream::cursor::Cursor;

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
pub async fn read_messages(
    app: Data<App>,
    request: HttpRequest,
    caller: MaybeSignedIn,
    topic: Path<String>,
) -> Result<HttpResponse, Problem> {
    let topic: Topic = topic.parse().map_err(|_| Problem::NotFound("topic"))?;
    let is_public = stream_request::check_topic_access(&app, &caller, topic).await?;
    let (after, limit) = parse_window(&app, &request, topic)?;
    let page = read_page(&app, topic, after, limit).await?;
    let next = page.is_full.then(|| cursor::encode_single(app.store.epoch(), page.last_seq));
    let cache = match (is_public, page.is_full) {
        (true, true) => "public, max-age=31536000, immutable",
        (true, false) => "public, no-cache",
        (false, _) => "private, no-store",
    };
    let next = serde_json::Value::from(next);
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::VARY, "Authorization, Cookie, Origin"))
        .body(format!(r#"{{"items":[{}],"next":{next}}}"#, page.items.join(","))))
}

fn parse_window(app: &App, request: &HttpRequest, topic: Topic) -> Result<(Seq, usize), Problem> {
    let pairs = stream_query::query_pairs(request)?;
    let after = match stream_query::find_value(&pairs, "after") {
        None => 0,
        Some(text) => Cursor::parse(text, app.store.epoch())
            .position_in(topic.stream, true)
            .ok_or_else(invalid_cursor)?,
    };
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
    app: &Data<App>,
    topic: Topic,
    after: Seq,
    limit: usize,
) -> Result<HistoryPage, Problem> {
    let mut history_page = HistoryPage { items: Vec::new(), last_seq: after, is_full: false };
    loop {
        let after_seq = history_page.last_seq;
        let store = app.store.clone();
        let reading = app.stream_context.run_on_database_runtime(move |_| async move {
            store.read_messages_after(topic.stream, after_seq, MAX_LIMIT as i64).await
        });
        let page = reading.await?;
        if after > page.head_seq {
            return Err(invalid_cursor());
        }
        if after > 0 && after < page.pruned_seq {
            let detail = format!(
                "messages up to {} have been pruned; start with after=0, or open the stream for a snapshot",
                page.pruned_seq
            );
            return Err(Problem::Rejected(Rejection::new(RejectionReason::Gone, "pruned", detail)));
        }
        let is_log_end = page.messages.len() < MAX_LIMIT;
        for message in page.messages {
            history_page.last_seq = message.seq;
            if topic.includes(message.channel) {
                history_page.items.push(message.envelope);
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
