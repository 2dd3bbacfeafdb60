//! The state of a topic at a seq, made once for everybody who connects at once.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

use bytes::Bytes;
use bytes::BytesMut;

use crate::domain::message::in_one_line;
use crate::domain::topic::Seq;
use crate::domain::topic::Stream;
use crate::domain::topic::Topic;
use crate::store::Result;
use crate::stream::Shared;
use crate::stream::cursor;
use crate::stream::frame;
use crate::stream::frame::Coding;

/// Why a reader gets a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    Connected,
    Pruned,
    UnknownCursor,
    Lagged,
    /// `mode=state`: something changed.
    Changed,
}

/// A topic's whole state at exactly `seq`, as JSON text.
#[derive(Debug)]
pub struct State {
    /// Whose number `seq` is.
    pub epoch: Arc<str>,
    pub topic: Topic,
    pub seq: Seq,
    at: String,
    data: String,
    /// The frame that nearly all of a storm's readers get.
    connected: OnceLock<Bytes>,
}

/// A state, and what was known when its making began.
struct Kept {
    state: Arc<State>,
    began: Instant,
    /// The version of rights: what is public may be private at the next, and the other way round.
    rights: i64,
}

type Slot = Arc<tokio::sync::Mutex<Option<Kept>>>;

/// The newest state of each topic that was asked for lately.
#[derive(Default)]
pub struct Snapshots {
    slots: Mutex<HashMap<Topic, Slot>>,
}

/// How old a state may be that somebody is given: a team's name or players change a match's state
/// and move no seq of its stream.
const FRESH: Duration = Duration::from_secs(1);

/// Topics whose state is kept; beyond it all are thrown away and made again when asked for.
const MOST_TOPICS: usize = 512;

impl Reason {
    pub fn word(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Pruned => "pruned",
            Self::UnknownCursor => "unknown_cursor",
            Self::Lagged => "lagged",
            Self::Changed => "changed",
        }
    }
}

impl Snapshots {
    /// The state at `at_least` or later; `None` where the topic is of nothing that exists.
    ///
    /// Whoever asks while it is being made waits for that one: a crowd that comes at once has one
    /// made, or two where the first was begun too early for the last of them.
    pub async fn get(
        &self,
        shared: &Shared,
        topic: Topic,
        at_least: Seq,
    ) -> Result<Option<Arc<State>>> {
        let asked = Instant::now();
        let slot = self.slot(topic);
        let mut slot = slot.lock().await;
        // Before the state is read: one that is read later is at least as new as that.
        let rights = shared.rights.version();
        if let Some(kept) = slot.as_ref().filter(|kept| kept.serves(asked, rights, at_least)) {
            return Ok(Some(Arc::clone(&kept.state)));
        }
        shared.metrics.snapshot_builds.inc();
        let began = Instant::now();
        *slot = shared.source.snapshot(topic).await?.map(|(epoch, snapshot)| {
            let state = Arc::new(State {
                epoch,
                topic,
                seq: snapshot.seq,
                at: frame::now_text(),
                data: in_one_line(snapshot.data.to_string()),
                connected: OnceLock::new(),
            });
            Kept { state, began, rights }
        });
        Ok(slot.as_ref().map(|kept| Arc::clone(&kept.state)))
    }

    /// Forgets the states of a stream's topics: they may be another database's by now.
    pub fn forget(&self, stream: Stream) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.retain(|topic, _| topic.stream != stream);
    }

    fn slot(&self, topic: Topic) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MOST_TOPICS && !slots.contains_key(&topic) {
            slots.clear();
        }
        Arc::clone(slots.entry(topic).or_default())
    }
}

impl Kept {
    /// Whether it is good for somebody who asked then. Counted from when they asked, and not from
    /// when their turn came: a database that takes long isn't asked once for each.
    fn serves(&self, asked: Instant, rights: i64, at_least: Seq) -> bool {
        let is_fresh = asked.saturating_duration_since(self.began) < FRESH;
        is_fresh && self.rights == rights && self.state.seq >= at_least
    }
}

impl State {
    /// `{"type":"snapshot","topic":…,"seq":42,"at":…,"reason":…,"data":{…}}`
    pub fn envelope(&self, reason: Reason) -> String {
        format!(
            r#"{{"type":"snapshot","topic":"{}","seq":{},"at":"{}","reason":"{}","data":{}}}"#,
            self.topic,
            self.seq,
            self.at,
            reason.word(),
            self.data
        )
    }

    /// The frame for a reader of this one topic.
    pub fn wrapped(&self, epoch: &str, reason: Reason, coding: Coding) -> Bytes {
        let wrap = || coding.wrap(&self.block(reason, Some(&cursor::of_one(epoch, self.seq))));
        match (reason, coding) {
            (Reason::Connected, Coding::Chunked) => self.connected.get_or_init(wrap).clone(),
            _ => wrap(),
        }
    }

    /// The frame with a cursor of the caller's; without one its reader keeps what it had.
    pub fn block(&self, reason: Reason, cursor: Option<&str>) -> BytesMut {
        let mut block = BytesMut::with_capacity(self.data.len() + 160);
        frame::put_data(&mut block, &self.envelope(reason));
        frame::put_end(&mut block, cursor);
        block
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g7_a_kept_state_serves_those_who_ask_in_its_time_and_at_its_rights() {
        let topic = "match_3".parse().unwrap();
        let (at, data, connected) = (String::new(), String::new(), OnceLock::new());
        let state = Arc::new(State { epoch: "e".into(), topic, seq: 42, at, data, connected });
        let began = Instant::now();
        let kept = Kept { state, began, rights: 7 };
        let before = began.checked_sub(Duration::from_secs(9)).unwrap();
        assert!(kept.serves(began, 7, 42) && kept.serves(began, 7, 41));
        assert!(kept.serves(before, 7, 42), "who waited long for it");
        assert!(!kept.serves(began, 7, 43), "it lacks a message");
        assert!(!kept.serves(began, 8, 42), "rights have changed");
        assert!(!kept.serves(began + FRESH, 7, 42), "it may be renamed by now");
    }
}
