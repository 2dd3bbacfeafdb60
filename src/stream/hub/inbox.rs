//! Carries out the commands that a hub receives.

use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;

use crate::domain::topic::{Seq, StreamId};
use crate::stream::close_reason::CloseReason;
use crate::stream::commands::HubCommand;
use crate::stream::frame::Frame;
use crate::stream::hub::{Hub, stats};
use crate::stream::local_stream::StartState;
use crate::stream::subscriber::SubscribedStream;

/// Commands taken from the inbox at a time.
const COMMANDS_PER_TURN: usize = 256;

impl Hub {
    /// Runs as long as the hub.
    pub(super) async fn process_commands(self: Rc<Self>, mut inbox: UnboundedReceiver<HubCommand>) {
        let mut commands = Vec::new();
        while inbox.recv_many(&mut commands, COMMANDS_PER_TURN).await > 0 {
            // All waiting frames go into the rings first, so that subscribers get one write.
            let mut changed: Vec<Rc<SubscribedStream>> = Vec::new();
            for command in commands.drain(..) {
                if let Some(local_stream) = self.handle_command(command)
                    && !changed.iter().any(|existing| Rc::ptr_eq(existing, &local_stream))
                {
                    changed.push(local_stream);
                }
            }
            for local_stream in changed {
                self.fan_out(&local_stream).await;
            }
        }
    }

    /// Carries out a command; gives the local stream whose ring changed.
    pub(in crate::stream) fn handle_command(
        &self,
        command: HubCommand,
    ) -> Option<Rc<SubscribedStream>> {
        match command {
            HubCommand::StartStream { stream, epoch, floor, frames } => {
                self.start_stream(stream, epoch, floor, &frames);
            }
            HubCommand::PushFrames { stream, frames } => {
                let local_stream = self.local_streams.borrow().get(&stream).cloned()?;
                let mut ring = local_stream.ring.borrow_mut();
                frames.iter().cloned().for_each(|frame| ring.push(frame));
                drop(ring);
                return Some(local_stream);
            }
            HubCommand::Prune { stream, up_to } => {
                let local_stream = self.local_streams.borrow().get(&stream).cloned()?;
                local_stream.ring.borrow_mut().prune(up_to);
                return Some(local_stream);
            }
            HubCommand::SetStale(since) => *self.stale_since.borrow_mut() = since,
            HubCommand::DropStream { stream, reason } => self.drop_stream(stream, reason),
            HubCommand::Drain { seconds } => self.drain(seconds),
            HubCommand::ListConnections(reply) => {
                let subscribers = self.subscribers.borrow();
                let connections = subscribers.iter().map(|one| stats::connection_json(one));
                let _ = reply.send(connections.collect());
            }
            HubCommand::CloseConnection { id, reply } => {
                let subscribers = self.subscribers.borrow();
                let subscriber = subscribers.iter().find(|one| one.id == id);
                if let Some(subscriber) = subscriber {
                    subscriber.close(CloseReason::Unavailable);
                }
                let _ = reply.send(subscriber.is_some());
            }
        }
        None
    }

    fn start_stream(
        &self,
        stream: StreamId,
        epoch: Arc<str>,
        floor: Option<Seq>,
        frames: &[Frame],
    ) {
        let Some(local_stream) = self.local_streams.borrow().get(&stream).cloned() else { return };
        if let Some(floor) = floor {
            let mut ring = local_stream.ring.borrow_mut();
            ring.restart(floor);
            local_stream.epoch.replace(epoch);
            frames.iter().cloned().for_each(|frame| ring.push(frame));
            local_stream.start_state.set(StartState::Started);
        } else {
            self.local_streams.borrow_mut().remove(&stream);
            local_stream.start_state.set(StartState::Failed);
        }
        local_stream.changed.notify_waiters();
    }
}
