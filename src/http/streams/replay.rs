//! A match played again from its log.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::HttpResponse;

use crate::auth::StreamViewer;
use crate::domain::topic::Seq;
use crate::domain::topic::Stream;
use crate::http::path::Path;
use crate::http::streams::asked::Asked;
use crate::http::streams::head;
use crate::http::streams::wish;
use crate::problem::Problem;
use crate::stream::cursor::Cursor;
use crate::stream::reader::Bye;
use crate::stream::replay::Tape;
use crate::stream::replay::play;

/// `GET /api/matches/{id}/replay/?speed=20&from=1`
pub async fn replay(
    request: HttpRequest,
    viewer: StreamViewer,
    id: Path<i64>,
) -> Result<HttpResponse, Problem> {
    let (speed, from) = wish::tape(&request)?;
    let stream = Stream::Match(*id);
    let asked = Asked::new(request, viewer, vec![stream.topic()])?;
    let private = !asked.may_read().await?;
    let epoch = asked.app.store.epoch();
    let cursor = wish::cursor(&asked.request).map(|text| Cursor::parse(&text, epoch));
    if cursor == Some(Cursor::Stop) {
        return Ok(head::stop());
    }
    let after = resumed(&asked, stream, cursor).await?;
    let Some(permit) = asked.permit(private) else {
        return Ok(asked.refuse(Bye::Limit, private));
    };
    let tape = Tape {
        stream,
        after: after.unwrap_or(from - 1),
        resumes: after.is_some(),
        speed,
        is_public: !private,
        asked_at: asked.rights,
        principal: asked.principal(),
        expires_at: asked.who().map(|who| who.expires_at),
        permit,
    };
    let blocks = play(Arc::clone(&asked.app.shared), tape);
    let body = head::Blocks::new(head::coding(&asked.request), blocks);
    Ok(head::respond(head::of_stream(private), body))
}

/// Where the cursor stands; `None` for one that can't be served, as one of messages that the match
/// has not had: called complete, the replay would be asked to stop for good.
async fn resumed(
    asked: &Asked,
    stream: Stream,
    cursor: Option<Cursor>,
) -> Result<Option<Seq>, Problem> {
    let Some(seq) = cursor.and_then(|cursor| cursor.place(stream, true)) else { return Ok(None) };
    let shared = &asked.app.shared;
    let head = shared.ask(move |shared| async move { shared.source.head_now(stream).await });
    Ok((seq <= head.await?).then_some(seq))
}
