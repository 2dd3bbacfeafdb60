//! The commands that hubs and the feeder send to each other.

use std::sync::{Arc, OnceLock};

use serde_json::Value;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot;

use crate::domain::topic::{Seq, StreamId};
use crate::stream::frame::Frame;
use crate::stream::source::StreamEndReason;
use crate::stream::source_error::SourceResult;

/// A command to one worker's hub.
#[derive(Debug)]
pub enum HubCommand {
    /// The answer to [`FeederCommand::AddWorker`]: the newest frames and the seq they follow.
    StartStream {
        stream: StreamId,
        epoch: Arc<str>,
        /// `None` where the stream can't be read now.
        floor: Option<Seq>,
        frames: Arc<[Frame]>,
    },
    /// New frames, which follow those sent before.
    PushFrames { stream: StreamId, frames: Arc<[Frame]> },
    /// Messages up to this seq are no longer kept, and may not be sent from memory either.
    Prune { stream: StreamId, up_to: Seq },
    /// The log is unreadable since this time; `None` once it is readable again.
    SetStale(Option<Arc<str>>),
    /// The stream is no longer served from here.
    DropStream { stream: StreamId, reason: StreamEndReason },
    /// Ends all streams, spread over so many seconds.
    Drain { seconds: u32 },
    /// Lists this worker's connections.
    ListConnections(oneshot::Sender<Vec<Value>>),
    /// Ends one connection; the reply says whether this worker has it.
    CloseConnection { id: u64, reply: oneshot::Sender<bool> },
}

/// A command to the feeder.
#[derive(Debug)]
pub enum FeederCommand {
    /// The worker follows this stream from now on; answered by [`HubCommand::StartStream`].
    AddWorker { stream: StreamId, worker: usize },
    /// The worker follows this stream no longer.
    RemoveWorker { stream: StreamId, worker: usize },
    /// The source has prepared a stream that a worker follows, or failed to.
    SourceReady { stream: StreamId, worker: usize, result: SourceResult<()> },
}

/// The channels to the feeder and, through it, to all hubs.
#[derive(Clone, Debug)]
pub struct FeederHandle {
    commands: UnboundedSender<FeederCommand>,
    hubs: Arc<OnceLock<Vec<UnboundedSender<HubCommand>>>>,
}

impl FeederHandle {
    /// A handle, and the receiver that the feeder runs on.
    pub fn new() -> (Self, UnboundedReceiver<FeederCommand>) {
        let (commands, receiver) = mpsc::unbounded_channel();
        (Self { commands, hubs: Arc::default() }, receiver)
    }

    /// Sets the hubs' channels, by worker; once, before the first worker starts.
    pub fn connect_hubs(&self, hubs: Vec<UnboundedSender<HubCommand>>) {
        let _ = self.hubs.set(hubs);
    }

    /// Sends a command to the feeder.
    pub fn send(&self, command: FeederCommand) {
        // Fails only when the process is ending.
        let _ = self.commands.send(command);
    }

    /// Sends a command to every hub.
    pub fn broadcast(&self, mut make_command: impl FnMut() -> HubCommand) {
        for hub in self.hubs.get().into_iter().flatten() {
            let _ = hub.send(make_command());
        }
    }

    /// Sends a command to the hubs of these workers.
    pub fn send_to_workers(&self, workers: &[usize], make_command: impl Fn() -> HubCommand) {
        for worker in workers {
            if let Some(hub) = self.hubs.get().and_then(|hubs| hubs.get(*worker)) {
                let _ = hub.send(make_command());
            }
        }
    }
}
