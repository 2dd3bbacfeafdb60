//! Events in flight, and the accounting of deliveries.
use super::stats::Stats;
use super::sub::{Arrival, Sub};
use crate::parse::Marker;
use std::collections::VecDeque;

/// An event that some subscriber hasn't received yet.
pub struct Pending {
    /// When it was due, in ns.
    pub ts: u64,
    /// Subscribers that have received it.
    pub count: u32,
    /// All live subscribers have received it.
    pub done: bool,
}

/// A topic with its events in flight.
#[derive(Default)]
pub struct Topic {
    pub next_seq: u32,
    /// Open connections that read.
    pub live: u32,
    /// Sequence number of the first pending event.
    pub front: u32,
    pub pending: VecDeque<Pending>,
}

/// An event to publish.
pub struct Msg {
    pub topic: u32,
    pub seq: u32,
    pub ts: u64,
}

/// Counts an event that a subscriber has received.
pub fn deliver(s: &mut Sub, topics: &mut [Topic], st: &mut Stats, m: Marker, now: u64) {
    if m.topic != s.topic {
        st.misrouted += 1;
        return;
    }
    match s.receive(m.seq) {
        Arrival::New | Arrival::Late => {}
        Arrival::Dup => return,
        Arrival::Early => {
            st.early += 1;
            return;
        }
    }
    st.deliveries += 1;
    let lat = now.saturating_sub(m.ts).max(1);
    if st.measuring {
        st.m_deliveries += 1;
        if m.ts >= st.m_start {
            let _ = st.lat.record(lat);
        }
    }
    let t = &mut topics[m.topic as usize];
    if m.seq >= t.front {
        if let Some(p) = t.pending.get_mut((m.seq - t.front) as usize) {
            p.count += 1;
            if !p.done && p.count >= t.live {
                p.done = true;
                if st.measuring && m.ts >= st.m_start {
                    let _ = st.complete.record(lat);
                }
                while t.pending.front().is_some_and(|p| p.done) {
                    t.pending.pop_front();
                    t.front += 1;
                }
            }
        }
    }
}
