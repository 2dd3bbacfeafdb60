//! The delivery state machine: what a subscriber gets next, without any I/O.
//!
//! A sink (event-stream body, long-poll, replay) and the hub report events and carry out the
//! actions. Which frames a position lacks is data, not state: it is looked up in rings and pages
//! (`backlog`) and reaches the machine as [`Pending`]. The reasons are in docs/adr/0009.

use std::cell::Cell;

use crate::stream::close_reason::CloseReason;

/// A subscriber's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Catching up: frames from rings and log, and a snapshot where a stream has no position.
    Replaying {
        /// The topics' snapshots follow once it has caught up (`snapshot=always` on resume).
        then_snapshots: bool,
    },
    /// Has caught up, and sends the topics' snapshots as soon as its positions have reached them.
    Snapshot,
    /// Everything published before it connected has been sent, and `live` after it.
    Live {
        /// The hub writes the ring's frames to the socket, past the body.
        direct: bool,
    },
    /// A `bye` follows as soon as the sink can take it; the first reason counts.
    Closing(CloseReason),
    /// The `bye` has been sent.
    Closed(CloseReason),
}

/// What a sink or the hub reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The sink can take bytes; this is the first thing that it has to send.
    Polled(Pending),
    /// A stream of the subscriber has new frames, or lost old ones.
    Published,
    /// Nothing was written for a heartbeat interval, or the node became stale or fresh.
    HeartbeatDue,
    /// The stream has to end: drain, expiry, revocation, an error.
    Close(CloseReason),
}

/// The first thing that a polled subscriber has to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pending {
    /// A control frame, or the rest of a write of which the kernel took only a part.
    QueuedBytes,
    /// Whatever a running fetch returns.
    Fetching,
    /// Frames or snapshots that are in memory.
    InMemory,
    /// A page of the log or a snapshot, which has to be fetched.
    NotInMemory,
    /// Only snapshots that are newer than what this node's ring has.
    FutureSnapshot,
    /// Nothing: all positions are at their streams' heads.
    Nothing,
}

/// What a sink or the hub has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send the queued bytes.
    SendQueued,
    /// Send what is in memory of the backlog.
    SendBacklog,
    /// Start to fetch what is not.
    Fetch,
    /// Start to fetch the topics' snapshots, and queue them.
    FetchSnapshots,
    /// Wait for the running fetch; the socket may be offered to the hub for heartbeats.
    AwaitFetch { offer_socket: bool },
    /// Send `live`.
    SendLive,
    /// Wait for new frames, and leave the socket to the hub.
    Wait,
    /// Write the ring's frames to the socket, if the hub has it.
    WriteDirect,
    /// Wake the sink, which then polls.
    Wake,
    /// Write a heartbeat.
    SendHeartbeat,
    /// Send `bye` and the end of the body.
    SendBye(CloseReason),
    /// End the body: everything has been sent.
    End,
    /// Do nothing.
    Ignore,
}

/// One subscriber's place in the state machine.
#[derive(Debug)]
pub struct DeliveryMachine {
    state: Cell<State>,
    /// What follows `live`: fixed by what was requested and by the connection.
    live: State,
}

impl DeliveryMachine {
    /// A subscriber that begins to catch up; `direct` says whether the hub may write to it later.
    pub fn new(then_snapshots: bool, direct: bool) -> Self {
        Self { state: Cell::new(State::Replaying { then_snapshots }), live: State::Live { direct } }
    }

    /// The state that the last event led to.
    pub fn state(&self) -> State {
        self.state.get()
    }

    /// Takes an event: moves to the next state, and returns what has to be done.
    pub fn step(&self, event: Event) -> Action {
        let (next, action) = self.transition(self.state.get(), event);
        self.state.set(next);
        action
    }

    fn transition(&self, state: State, event: Event) -> (State, Action) {
        match (state, event) {
            // Bytes that have begun to go out are finished in every state.
            (_, Event::Polled(Pending::QueuedBytes)) => (state, Action::SendQueued),

            (State::Closed(_), Event::Polled(_)) => (state, Action::End),
            (State::Closing(reason), Event::Polled(_)) => {
                (State::Closed(reason), Action::SendBye(reason))
            }
            (State::Closing(_) | State::Closed(_), _) => (state, Action::Ignore),
            (_, Event::Close(reason)) => (State::Closing(reason), Action::Wake),

            (_, Event::Polled(Pending::Fetching)) => {
                // Direct writes of the hub must not overtake the frames that are being fetched.
                let offer_socket = state == State::Live { direct: false };
                (state, Action::AwaitFetch { offer_socket })
            }
            (_, Event::Polled(Pending::InMemory)) => (state, Action::SendBacklog),
            (_, Event::Polled(Pending::NotInMemory)) => (state, Action::Fetch),
            (State::Replaying { then_snapshots: true }, Event::Polled(_)) => {
                (State::Snapshot, Action::FetchSnapshots)
            }
            (State::Live { .. }, Event::Polled(_))
            | (_, Event::Polled(Pending::FutureSnapshot)) => (state, Action::Wait),
            (_, Event::Polled(Pending::Nothing)) => (self.live, Action::SendLive),

            (State::Live { direct: true }, Event::Published) => (state, Action::WriteDirect),
            (_, Event::Published) => (state, Action::Wake),
            (State::Live { .. }, Event::HeartbeatDue) => (state, Action::SendHeartbeat),
            (_, Event::HeartbeatDue) => (state, Action::Ignore),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REASON: CloseReason = CloseReason::AccessRevoked;

    /// The events in the order of the table's columns.
    const EVENTS: [Event; 9] = [
        Event::Polled(Pending::QueuedBytes),
        Event::Polled(Pending::Fetching),
        Event::Polled(Pending::InMemory),
        Event::Polled(Pending::NotInMemory),
        Event::Polled(Pending::FutureSnapshot),
        Event::Polled(Pending::Nothing),
        Event::Published,
        Event::HeartbeatDue,
        Event::Close(CloseReason::Draining),
    ];

    #[test]
    fn each_event_in_each_state_has_one_action_and_one_next_state() {
        use Action::{
            AwaitFetch, End, Fetch, FetchSnapshots, Ignore, SendBacklog, SendBye, SendHeartbeat,
            SendLive, SendQueued, Wait, Wake, WriteDirect,
        };
        let own = AwaitFetch { offer_socket: false };
        let offered = AwaitFetch { offer_socket: true };
        let replaying = |then_snapshots| State::Replaying { then_snapshots };
        let live = |direct| State::Live { direct };
        #[rustfmt::skip]
        let table = [
            (replaying(false),      [SendQueued, own, SendBacklog, Fetch, Wait, SendLive, Wake, Ignore, Wake]),
            (replaying(true),       [SendQueued, own, SendBacklog, Fetch, FetchSnapshots, FetchSnapshots, Wake, Ignore, Wake]),
            (State::Snapshot,       [SendQueued, own, SendBacklog, Fetch, Wait, SendLive, Wake, Ignore, Wake]),
            (live(false),           [SendQueued, offered, SendBacklog, Fetch, Wait, Wait, Wake, SendHeartbeat, Wake]),
            (live(true),            [SendQueued, own, SendBacklog, Fetch, Wait, Wait, WriteDirect, SendHeartbeat, Wake]),
            (State::Closing(REASON), [SendQueued, SendBye(REASON), SendBye(REASON), SendBye(REASON), SendBye(REASON), SendBye(REASON), Ignore, Ignore, Ignore]),
            (State::Closed(REASON), [SendQueued, End, End, End, End, End, Ignore, Ignore, Ignore]),
        ];
        for direct in [false, true] {
            for (state, actions) in table {
                for (event, action) in EVENTS.into_iter().zip(actions) {
                    let delivery = DeliveryMachine { state: Cell::new(state), live: live(direct) };
                    let next = match action {
                        SendLive => live(direct),
                        FetchSnapshots => State::Snapshot,
                        SendBye(reason) => State::Closed(reason),
                        Wake if event == Event::Close(CloseReason::Draining) => {
                            State::Closing(CloseReason::Draining)
                        }
                        _ => state,
                    };
                    let context = format!("{state:?} {event:?}");
                    assert_eq!(delivery.step(event), action, "{context}");
                    assert_eq!(delivery.state(), next, "{context}");
                }
            }
        }
    }
}
