//! Streams over HTTP: server-sent events, long-poll, history and replay.

pub mod history;
pub mod wish;

use std::rc::Rc;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::Version;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::web::Path;
use bytes::Bytes;

use crate::App;
use crate::auth::Viewer;
use crate::auth::permission;
use crate::auth::permission::Act;
use crate::domain::topic::Channel;
use crate::domain::topic::Stream;
use crate::domain::topic::Topic;
use crate::http::streams::wish::Transport;
use crate::http::streams::wish::Wished;
use crate::limits::Client;
use crate::problem::Problem;
use crate::store::StoreError;
use crate::stream::body::Body;
use crate::stream::cursor::Cursor;
use crate::stream::frame::Coding;
use crate::stream::hub::Hub;
use crate::stream::poll;
use crate::stream::reader::Bye;
use crate::stream::reader::Who;
use crate::stream::replay;
use crate::stream::subscribe;
use crate::stream::subscribe::Wish;
use crate::stream::wire::Line;

/// What every stream request brings along.
struct Asked {
    app: Data<App>,
    hub: Data<Rc<Hub>>,
    request: HttpRequest,
    viewer: Viewer,
}

/// `GET /api/matches/{id}/stream/`
pub async fn of_match(request: HttpRequest, viewer: Viewer, id: Path<i64>) -> Answer {
    follow(request, viewer, vec![Stream::Match(*id).topic()]).await
}

/// `GET /api/teams/{id}/stream/`
pub async fn of_team(request: HttpRequest, viewer: Viewer, id: Path<i64>) -> Answer {
    follow(request, viewer, vec![Stream::Team(*id).topic()]).await
}

/// `GET /api/teams/{id}/stream/{schedule,results,live,announcements}/`
pub async fn of_team_channel(
    request: HttpRequest,
    viewer: Viewer,
    path: Path<(i64, String)>,
) -> Answer {
    let (id, channel) = path.into_inner();
    let channel = Channel::from_word(&channel).ok_or(Problem::NotFound("channel"))?;
    follow(request, viewer, vec![Stream::Team(id).channel(channel)]).await
}

/// `GET /api/stream/?topic=match_3&topic=team_7_live`
pub async fn of_topics(request: HttpRequest, viewer: Viewer) -> Answer {
    let topics = wish::topics(&request)?;
    follow(request, viewer, topics).await
}

type Answer = Result<HttpResponse, Problem>;

async fn follow(request: HttpRequest, viewer: Viewer, topics: Vec<Topic>) -> Answer {
    let wished = Wished::read(&request)?;
    let asked = Asked::new(request, viewer)?;
    let epoch = asked.app.store.epoch();
    if wished.cursor.as_deref().is_some_and(|text| Cursor::parse(text, epoch) == Cursor::Stop) {
        return Ok(HttpResponse::NoContent().finish());
    }
    let private = match asked.may_read(&topics).await {
        Ok(is_public) => !is_public,
        Err(Problem::Unavailable { cause, .. }) if wished.transport == Transport::Sse => {
            tracing::warn!(error = %cause, "A stream can't be opened: {cause}");
            return Ok(asked.refuse(Bye::Unavailable, coding(&asked.request), true));
        }
        Err(problem) => return Err(problem),
    };
    match wished.transport {
        Transport::Sse => asked.stream(wished, topics, private).await,
        Transport::Poll { wait } => asked.poll(wished, topics, private, wait).await,
    }
}

impl Asked {
    fn new(request: HttpRequest, viewer: Viewer) -> Result<Self, Problem> {
        let missing = || Problem::Internal("the worker has no hub".to_owned());
        let app = request.app_data::<Data<App>>().cloned().ok_or_else(missing)?;
        let hub = request.app_data::<Data<Rc<Hub>>>().cloned().ok_or_else(missing)?;
        Ok(Self { app, hub, request, viewer })
    }

    fn user_id(&self) -> Option<i64> {
        self.viewer.0.as_ref().map(|who| who.id)
    }

    /// Whether the topics are all public; a problem where one of them may not be read.
    async fn may_read(&self, topics: &[Topic]) -> Result<bool, Problem> {
        let mut are_public = true;
        for topic in topics {
            are_public &= may_read(&self.app, &self.viewer, *topic).await?;
        }
        Ok(are_public)
    }

    async fn stream(self, wished: Wished, topics: Vec<Topic>, private: bool) -> Answer {
        let coding = coding(&self.request);
        let why = if self.hub.is_draining() { Some(Bye::Draining) } else { None };
        let permit = match why {
            Some(why) => Err(why),
            None => self.permit(&topics, private).ok_or(Bye::Limit),
        };
        let permit = match permit {
            Ok(permit) => permit,
            Err(why) => return Ok(self.refuse(why, coding, private)),
        };
        let opened = subscribe::open(&self.hub, self.wish(wished, topics)).await;
        let reader = match opened {
            Ok(reader) => reader,
            Err(StoreError::Unavailable(cause)) => {
                tracing::warn!(error = %cause, "A stream can't be opened: {cause}");
                return Ok(self.refuse(Bye::Unavailable, coding, private));
            }
            Err(error) => return Err(error.into()),
        };
        let body = Body::new(reader, Rc::clone(&self.hub), permit);
        Ok(self.answer(coding, private, body))
    }

    async fn poll(self, wished: Wished, topics: Vec<Topic>, private: bool, wait: u64) -> Answer {
        let reader = subscribe::open(&self.hub, self.wish(wished, topics.clone())).await?;
        let text = poll::poll(&self.hub, &reader, Duration::from_secs(wait)).await?;
        // A right may have been taken away while it waited.
        self.may_read(&topics).await?;
        let cache = if private { "private, no-store" } else { "no-store" };
        Ok(HttpResponse::Ok()
            .content_type("application/json")
            .insert_header((header::CACHE_CONTROL, cache))
            .body(text))
    }

    /// Counts the stream; `None` where a limit is met. A user's own limit is for private topics.
    fn permit(&self, topics: &[Topic], private: bool) -> Option<Box<dyn Send>> {
        let user = self.user_id().filter(|_| private);
        let address = Client::of(&self.request, &self.app.limits.proxies).address;
        match self.app.limits.permits.take(user, address, topics) {
            Ok(permit) => Some(Box::new(permit)),
            Err(limit) => {
                let reason = limit.word();
                let why = crate::metrics::Why { reason };
                self.app.shared.metrics.rejects.get_or_create(&why).inc();
                tracing::info!(limit = reason, "A stream was refused by the limit {reason}");
                None
            }
        }
    }

    fn wish(&self, wished: Wished, topics: Vec<Topic>) -> Wish {
        let address = Client::of(&self.request, &self.app.limits.proxies).address;
        Wish {
            topics,
            cursor: wished.cursor,
            mode: wished.mode,
            first: wished.first,
            padding: wished.padding,
            who: Who { user_id: self.user_id(), address: Some(address) },
            expires_at: self.viewer.0.as_ref().map(|who| who.expires_at),
            coding: coding(&self.request),
            line: self.request.conn_data::<Rc<Line>>().cloned(),
        }
    }

    /// A browser's `EventSource` gives up for good on anything but a 200, so limits and drains
    /// are told inside one.
    fn refuse(&self, why: Bye, coding: Coding, private: bool) -> HttpResponse {
        let bytes: Bytes = subscribe::refusal(&self.hub, why, coding);
        self.answer(coding, private, Whole(Some(bytes)))
    }

    fn answer<B>(&self, coding: Coding, private: bool, body: B) -> HttpResponse
    where
        B: actix_web::body::MessageBody + 'static,
    {
        let cache = if private { "no-store, no-transform" } else { "no-cache, no-transform" };
        let mut response = HttpResponse::Ok()
            .content_type("text/event-stream")
            .insert_header((header::CACHE_CONTROL, cache))
            .insert_header(("X-Accel-Buffering", "no"))
            .insert_header((header::VARY, "Authorization, Cookie, Origin, Last-Event-ID"))
            .body(body);
        // The body does its own chunked coding (see stream/body.rs).
        let head = response.head_mut();
        head.no_chunking(true);
        match coding {
            Coding::Chunked => head
                .headers_mut()
                .insert(header::TRANSFER_ENCODING, header::HeaderValue::from_static("chunked")),
            Coding::Plain => head
                .headers_mut()
                .insert(header::CONNECTION, header::HeaderValue::from_static("close")),
        };
        response
    }
}

/// Whether the topic is public; a problem where this viewer may not read it.
async fn may_read(app: &App, viewer: &Viewer, topic: Topic) -> Result<bool, Problem> {
    let version = app.shared.rights.version();
    let is_public = app.public.holds(&app.store, version, topic).await?;
    let restricted = viewer.0.as_ref().is_some_and(|who| who.topics.is_some());
    if !is_public || restricted {
        permission::may(&app.store, viewer.0.as_ref(), Act::Read(topic)).await?;
    }
    Ok(is_public)
}

/// HTTP/1.0 has no chunked coding; nginx speaks it to upstreams unless it is told otherwise.
fn coding(request: &HttpRequest) -> Coding {
    if request.version() < Version::HTTP_11 { Coding::Plain } else { Coding::Chunked }
}

/// A body in one piece, already coded.
struct Whole(Option<Bytes>);

impl actix_web::body::MessageBody for Whole {
    type Error = std::convert::Infallible;

    fn size(&self) -> actix_web::body::BodySize {
        actix_web::body::BodySize::Stream
    }

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Bytes, Self::Error>>> {
        std::task::Poll::Ready(self.get_mut().0.take().map(Ok))
    }
}

/// `GET /api/matches/{id}/replay/?speed=20&from=1`
pub async fn replay(request: HttpRequest, viewer: Viewer, id: Path<i64>) -> Answer {
    let (speed, from) = wish::tape(&request)?;
    let asked = Asked::new(request, viewer)?;
    let stream = Stream::Match(*id);
    let topic = stream.topic();
    let private = !asked.may_read(&[topic]).await?;
    let epoch = asked.app.store.epoch();
    let cursor = wish::cursor(&asked.request).map(|text| Cursor::parse(&text, epoch));
    let after = match cursor {
        Some(Cursor::Stop) => return Ok(HttpResponse::NoContent().finish()),
        Some(cursor) => cursor.place(stream, true),
        None => None,
    };
    let Some(permit) = asked.permit(&[topic], private) else {
        return Ok(asked.refuse(Bye::Limit, coding(&asked.request), private));
    };
    let tape = replay::Tape {
        stream,
        after: after.unwrap_or(from - 1),
        speed,
        user_id: asked.user_id(),
        permit,
    };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store, no-transform"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(replay::play(std::sync::Arc::clone(&asked.app.shared), tape)))
}
