//! Long-poll: the same cursors and messages for those whose proxies hold back streamed bytes.

use std::rc::Rc;
use std::time::Duration;

use futures_util::future::select_all;

use crate::domain::topic::Seq;
use crate::store::Result;
use crate::stream::follow::Follow;
use crate::stream::follow::Place;
use crate::stream::hub::Hub;
use crate::stream::reader::Mode;
use crate::stream::reader::Reader;
use crate::stream::snapshot::Reason;

/// Messages in one answer at most; the next poll gets the rest.
const MOST: usize = 500;

/// `{"cursor":…,"messages":[…]}` as soon as there is something, or empty after `wait`. `None` where
/// this node ends and has nothing to tell: an empty answer would be asked for again at once.
///
/// The reader only lends its places and filters; it is not joined to the hub.
pub async fn poll(hub: &Rc<Hub>, reader: &Reader, wait: Duration) -> Result<Option<String>> {
    let ends_at = tokio::time::Instant::now() + wait;
    let mut messages = Vec::new();
    loop {
        // Before it is looked what there is: what comes meanwhile is noticed too.
        let changes = reader.follows.iter().map(|follow| follow.station.changed.notified());
        let changes: Vec<_> = changes.map(Box::pin).collect();
        for follow in &reader.follows {
            collect(hub, reader, follow, &mut messages).await?;
        }
        if !messages.is_empty() || hub.is_draining() {
            break;
        }
        if tokio::time::timeout_at(ends_at, select_all(changes)).await.is_err() {
            break;
        }
    }
    if messages.is_empty() && hub.is_draining() && !wait.is_zero() {
        return Ok(None);
    }
    let cursor = serde_json::Value::from(reader.cursor());
    Ok(Some(format!(r#"{{"cursor":{cursor},"messages":[{}]}}"#, messages.join(","))))
}

async fn collect(
    hub: &Rc<Hub>,
    reader: &Reader,
    follow: &Follow,
    messages: &mut Vec<String>,
) -> Result<()> {
    let asks_for_state = matches!(reader.mode, Mode::State { .. });
    loop {
        let at = match follow.place.get() {
            Place::Owed(reason) => return show(hub, reader, follow, reason, messages).await,
            Place::At(at) => at,
        };
        if asks_for_state {
            let Some(head) = reader.skim(follow, at) else {
                follow.place.set(Place::Owed(Reason::Changed));
                continue;
            };
            follow.place.set(Place::At(head));
            return Ok(());
        }
        if let Some(last) = take_from_ring(reader, follow, at, messages) {
            follow.place.set(Place::At(last));
            return Ok(());
        }
        if follow.station.head() - at > hub.shared.settings.replay_max {
            follow.place.set(Place::Owed(Reason::Lagged));
        } else if turn_page(hub, reader, follow, at, messages).await? {
            return Ok(());
        }
    }
}

/// Takes what the ring has after `at`; `None` where the log must be read first.
fn take_from_ring(
    reader: &Reader,
    follow: &Follow,
    at: Seq,
    messages: &mut Vec<String>,
) -> Option<Seq> {
    let ring = follow.station.ring.borrow();
    let mut last = at;
    for frame in ring.after(at)?.take(MOST.saturating_sub(messages.len())) {
        last = frame.seq();
        if reader.is_told(follow, frame) {
            messages.push(String::from_utf8_lossy(frame.envelope()).into_owned());
        }
    }
    Some(last)
}

/// Takes a page of the log; `true` once there is something to answer.
async fn turn_page(
    hub: &Rc<Hub>,
    reader: &Reader,
    follow: &Follow,
    at: Seq,
    messages: &mut Vec<String>,
) -> Result<bool> {
    let stream = follow.stream;
    let page = hub.shared.ask(move |shared| async move {
        shared.pages.get(&shared, stream, at, shared.settings.replay_page).await
    });
    let page = page.await?;
    reader.check(&page.epoch)?;
    if page.is_pruned_after(at) {
        follow.place.set(Place::Owed(Reason::Pruned));
        return Ok(false);
    }
    for frame in page.after(at) {
        follow.place.set(Place::At(frame.seq()));
        if reader.is_told(follow, frame) {
            messages.push(String::from_utf8_lossy(frame.envelope()).into_owned());
        }
    }
    Ok(!messages.is_empty())
}

async fn show(
    hub: &Rc<Hub>,
    reader: &Reader,
    follow: &Follow,
    reason: Reason,
    messages: &mut Vec<String>,
) -> Result<()> {
    let mut oldest = Seq::MAX;
    for wanted in &follow.topics {
        if let Some(state) = hub.state(wanted.topic, follow.station.head()).await? {
            reader.check(&state.epoch)?;
            oldest = oldest.min(state.seq);
            messages.push(state.envelope(reason));
        }
    }
    follow.place.set(Place::At(if oldest == Seq::MAX { 0 } else { oldest }));
    Ok(())
}
