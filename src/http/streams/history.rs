//! The stored log, page by page. A full page of a public topic never changes, so a CDN can carry
//! a storm of resumes.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;

use crate::App;
use crate::auth::Viewer;
use crate::domain::number;
use crate::domain::rejection::Reason;
use crate::domain::rejection::Rejection;
use crate::domain::topic::Seq;
use crate::domain::topic::Topic;
use crate::http::path::Path;
use crate::http::streams::asked;
use crate::http::streams::wish;
use crate::problem::Problem;
use crate::stream::cursor;
use crate::stream::cursor::Cursor;

/// Messages in a page, unless asked otherwise; and at most.
const USUAL: usize = 100;
const MOST: usize = 500;

/// One page: envelopes as they were sent, and where the next begins.
struct Found {
    items: Vec<String>,
    /// The seq of the last message looked at.
    last: Seq,
    is_full: bool,
}

/// `GET /api/streams/{topic}/messages?after=<cursor or seq>&limit=100`
pub async fn messages(
    app: Data<App>,
    request: HttpRequest,
    viewer: Viewer,
    topic: Path<String>,
) -> Result<HttpResponse, Problem> {
    let topic: Topic = topic.parse().map_err(|_| Problem::NotFound("topic"))?;
    let is_public = asked::may_read(&app, &viewer, topic).await?;
    let (after, limit) = window(&app, &request, topic)?;
    let found = find(&app, topic, after, limit).await?;
    let next = found.is_full.then(|| cursor::of_one(app.store.epoch(), found.last));
    let cache = match (is_public, found.is_full) {
        (true, true) => "public, max-age=31536000, immutable",
        (true, false) => "public, no-cache",
        (false, _) => "private, no-store",
    };
    let next = serde_json::Value::from(next);
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::VARY, "Authorization, Cookie, Origin"))
        .body(format!(r#"{{"items":[{}],"next":{next}}}"#, found.items.join(","))))
}

fn window(app: &App, request: &HttpRequest, topic: Topic) -> Result<(Seq, usize), Problem> {
    let pairs = wish::pairs(request)?;
    let after = match wish::one(&pairs, "after") {
        None => 0,
        Some(text) => {
            Cursor::parse(text, app.store.epoch()).place(topic.stream, true).ok_or_else(no_place)?
        }
    };
    let limit = match wish::one(&pairs, "limit") {
        None => USUAL,
        Some(text) => {
            let limit = number::read(text).and_then(|limit| usize::try_from(limit).ok());
            let limit = limit.filter(|limit| (1..=MOST).contains(limit));
            limit.ok_or_else(|| wish::bad("limit", "1 to 500"))?
        }
    };
    Ok((after, limit))
}

/// A cursor that is no place in the log: an empty page would say that there is nothing new (G4).
fn no_place() -> Problem {
    wish::bad("after", "a seq, or a cursor of this topic")
}

/// Reads until the page is full or the log ends; a channel's messages may lie far apart.
async fn find(app: &Data<App>, topic: Topic, after: Seq, limit: usize) -> Result<Found, Problem> {
    let mut found = Found { items: Vec::new(), last: after, is_full: false };
    loop {
        let at = found.last;
        let store = app.store.clone();
        let read = app
            .shared
            .ask(move |_| async move { store.read_after(topic.stream, at, MOST as i64).await });
        let page = read.await?;
        if after > page.head {
            return Err(no_place());
        }
        if after > 0 && after < page.pruned {
            let detail = format!(
                "messages up to {} are no longer kept; begin with after=0, or open the stream for a snapshot",
                page.pruned
            );
            return Err(Problem::Rejected(Rejection::new(Reason::Gone, "pruned", detail)));
        }
        let short = page.messages.len() < MOST;
        for message in page.messages {
            found.last = message.seq;
            if topic.holds(message.channel) {
                found.items.push(message.envelope);
            }
            if found.items.len() == limit {
                found.is_full = true;
                return Ok(found);
            }
        }
        if short {
            return Ok(found);
        }
    }
}
