//! Opens a stream: from a cursor and topics to a reader who knows what it is owed.

use std::cell::Cell;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use chrono::DateTime;
use chrono::Utc;

use crate::domain::topic::Seq;
use crate::domain::topic::Stream;
use crate::domain::topic::Topic;
use crate::store::Result;
use crate::store::StoreError;
use crate::stream::cursor::Cursor;
use crate::stream::follow::Follow;
use crate::stream::follow::Place;
use crate::stream::follow::Wanted;
use crate::stream::frame;
use crate::stream::frame::Coding;
use crate::stream::hub::Hub;
use crate::stream::hub::TICKS;
use crate::stream::reader::Bye;
use crate::stream::reader::Mode;
use crate::stream::reader::Opening;
use crate::stream::reader::Reader;
use crate::stream::reader::Who;
use crate::stream::snapshot::Reason;
use crate::stream::station::Station;
use crate::stream::wire::Line;

/// When snapshots are sent at the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum First {
    /// To those without a usable cursor.
    #[default]
    Needed,
    Never,
    Always,
}

/// What a reader asks for, already allowed.
pub struct Wish {
    pub topics: Vec<Topic>,
    /// Those of them that everybody may read.
    pub public: Vec<Topic>,
    pub cursor: Option<String>,
    pub mode: Mode,
    pub first: First,
    pub padding: bool,
    pub who: Who,
    /// The version of rights that this was allowed at.
    pub rights: i64,
    /// When its credential runs out.
    pub expires_at: Option<DateTime<Utc>>,
    pub coding: Coding,
    pub line: Option<Rc<Line>>,
}

/// Connections are counted through the life of the process.
static CONNECTIONS: AtomicU64 = AtomicU64::new(1);

/// How long a stream's opening waits for this process's own commits to be read.
const PATIENCE: Duration = Duration::from_secs(1);

/// Comment bytes for proxies that hold back the first 2 KiB.
const PADDING: usize = 2048;

/// Makes a reader; its hello is the first thing it will be sent.
pub async fn open(hub: &Rc<Hub>, wish: Wish) -> Result<Rc<Reader>> {
    let mut follows = Vec::new();
    for (stream, topics) in by_stream(&wish.topics) {
        let station = hub.station(stream).await;
        let station = station
            .ok_or_else(|| StoreError::Unavailable(format!("the log of {stream} can't be read")))?;
        reach(&station, hub.shared.source.bell().latest(stream)).await;
        follows.push(follow(station, topics));
    }
    let epoch = common_epoch(&follows)?;
    let cursor = wish.cursor.as_deref().map(|text| Cursor::parse(text, &epoch));
    let only = follows.len() == 1;
    for follow in &follows {
        let place = place(hub, follow, cursor.as_ref(), only, wish.first).await?;
        follow.place.set(place);
        bound(hub, follow, &wish).await?;
    }
    let resumes = cursor.is_some() && follows.iter().any(|follow| follow.at().is_some());
    let (first, padding, coding) = (wish.first, wish.padding, wish.coding);
    let reader = Rc::new(Reader::new(Opening {
        id: CONNECTIONS.fetch_add(1, Ordering::Relaxed),
        who: wish.who,
        rights: wish.rights,
        epoch: (*epoch).into(),
        mode: wish.mode,
        coding,
        line: wish.line,
        follows,
        always: resumes && first == First::Always,
        deadline: deadline(hub, wish.expires_at),
    }));
    if padding {
        let comment = format!(":{}\n\n", " ".repeat(PADDING));
        reader.send(coding.wrap(comment.as_bytes()));
    }
    reader.send(hello(hub, &reader, resumes));
    Ok(reader)
}

/// Hello and goodbye at once: for whom a limit or a drain keeps out. A browser's `EventSource`
/// would give up for good on any other status, and so couldn't come back.
pub fn refusal(hub: &Hub, why: Bye) -> Bytes {
    let retry = hub.retry_ms(why);
    let hello = format!(
        r#"{{"connection":null,"heartbeat_ms":{},"at":"{}"}}"#,
        hub.shared.settings.heartbeat_seconds * 1000,
        frame::now_text()
    );
    let mut block = frame::control("hello", Some(retry), &hello, None);
    let bye = format!(r#"{{"reason":"{}"}}"#, why.word());
    block.extend_from_slice(&frame::control("bye", Some(retry), &bye, None));
    block.freeze()
}

/// Waits until what this process has committed is in the ring: who writes and then reads is told
/// of the write before it is called live. Not for long: a log that can't be read is no reason to
/// refuse what is at hand.
async fn reach(station: &Station, seq: Seq) {
    let reached = async {
        while station.head() < seq {
            station.changed.notified().await;
        }
    };
    let _ = tokio::time::timeout(PATIENCE, reached).await;
}

/// The epoch of all of them. They differ only where one is of a database that has just been
/// replaced, and then it is about to end.
fn common_epoch(follows: &[Follow]) -> Result<Arc<str>> {
    let mut epochs = follows.iter().map(|follow| Arc::clone(&follow.station.epoch.borrow()));
    let missing = || StoreError::Failed("a stream of no topics".to_owned());
    let first = epochs.next().ok_or_else(missing)?;
    if epochs.all(|epoch| epoch == first) {
        return Ok(first);
    }
    Err(StoreError::Unavailable("the database is being replaced".to_owned()))
}

/// Topics of one stream share its place, and so make one follow.
fn by_stream(topics: &[Topic]) -> Vec<(Stream, Vec<Topic>)> {
    let mut grouped: Vec<(Stream, Vec<Topic>)> = Vec::new();
    for topic in topics {
        match grouped.iter_mut().find(|(stream, _)| *stream == topic.stream) {
            Some((_, known)) if known.contains(topic) => {}
            Some((_, known)) => known.push(*topic),
            None => grouped.push((topic.stream, vec![*topic])),
        }
    }
    grouped
}

fn follow(station: Rc<Station>, topics: Vec<Topic>) -> Follow {
    let wanted = |topic| Wanted { topic, from: Cell::new(0) };
    Follow {
        stream: station.stream,
        topics: topics.into_iter().map(wanted).collect(),
        station,
        place: Cell::new(Place::Owed(Reason::Connected)),
        page: RefCell::default(),
        held: RefCell::default(),
        slot: Cell::new(0),
    }
}

/// Where a reader with this cursor stands in a stream, or why it is owed a snapshot (G4).
pub async fn place(
    hub: &Rc<Hub>,
    follow: &Follow,
    cursor: Option<&Cursor>,
    only: bool,
    first: First,
) -> Result<Place> {
    let head = follow.station.head();
    let asked = match cursor {
        None if first == First::Never => return Ok(Place::At(head)),
        None => return Ok(Place::Owed(Reason::Connected)),
        Some(cursor) => cursor.place(follow.stream, only),
    };
    let Some(seq) = asked else {
        // A topic that the cursor doesn't name has not been shown yet; a cursor that names
        // nothing is not ours.
        let named = matches!(cursor, Some(Cursor::Many(_)));
        return Ok(Place::Owed(if named { Reason::Connected } else { Reason::UnknownCursor }));
    };
    if seq > head {
        // This node's feeder may be a moment behind another node's; the log decides.
        let stream = follow.stream;
        let heads =
            hub.shared.ask(move |shared| async move { shared.source.head_now(stream).await });
        let known = heads.await?;
        if seq > known {
            return Ok(Place::Owed(Reason::UnknownCursor));
        }
    }
    Ok(Place::At(seq))
}

/// Takes a cursor's place away that is before what a stream may be told from, now that it is
/// public.
async fn bound(hub: &Rc<Hub>, follow: &Follow, wish: &Wish) -> Result<()> {
    if !follow.topics.iter().any(|wanted| wish.public.contains(&wanted.topic)) {
        return Ok(());
    }
    let (rights, stream) = (wish.rights, follow.stream);
    // Also of those who bring no cursor: those who come back need no database then.
    let pruned = if let Some(pruned) = hub.shared.opened.known(rights, stream) {
        pruned
    } else {
        let asked = hub
            .shared
            .ask(move |shared| async move { shared.opened.pruned(&shared, rights, stream).await });
        asked.await?
    };
    if wish.cursor.is_some() && follow.at().is_some_and(|at| at < pruned) {
        follow.place.set(Place::Owed(Reason::Pruned));
    }
    Ok(())
}

fn hello(hub: &Hub, reader: &Reader, resumes: bool) -> Bytes {
    let json = format!(
        r#"{{"connection":"c-{}","heartbeat_ms":{},"at":"{}"}}"#,
        reader.id,
        hub.shared.settings.heartbeat_seconds * 1000,
        frame::now_text()
    );
    let cursor = if resumes { reader.cursor() } else { None };
    let retry = hub.shared.settings.draw_retry_ms();
    reader.coding.wrap(&frame::control("hello", Some(retry), &json, cursor.as_deref()))
}

/// When the stream ends at the latest, in the hub's ticks, and why.
fn deadline(hub: &Hub, expires_at: Option<DateTime<Utc>>) -> (u32, Bye) {
    let lifetime = hub.shared.settings.lifetime_seconds;
    let drawn = rand::random_range(lifetime * TICKS / 2..=lifetime * TICKS);
    let by_age = if lifetime == 0 { u32::MAX } else { hub.tick().saturating_add(drawn.max(1)) };
    let by_token = expires_at.map_or(u32::MAX, |at| {
        let ms = (at - Utc::now()).num_milliseconds().max(0);
        let ticks = u32::try_from(ms * i64::from(TICKS) / 1000).unwrap_or(u32::MAX);
        hub.tick().saturating_add(ticks)
    });
    if by_token <= by_age { (by_token, Bye::TokenExpired) } else { (by_age, Bye::Lifetime) }
}
