//! A connection without a network: the dispatcher's part of the handshake, and a kernel buffer.

use std::cell::{Cell, RefCell};
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use actix_web::body::MessageBody;
use bytes::BytesMut;
use futures_util::task::{ArcWake, waker};

use crate::stream::direct_writer::{DirectWriter, HubWriter, TryWrite};
use crate::stream::event_stream_body::EventStreamBody;

/// Bytes above which the dispatcher doesn't poll the body.
const WRITE_BUFFER_BYTES: usize = 200;

/// The kernel's buffer: it takes bytes while it has room, and the client gets them in order.
#[derive(Default)]
pub struct Kernel {
    room: Cell<usize>,
    taken: RefCell<Vec<u8>>,
}

impl TryWrite for Rc<Kernel> {
    fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.room.get());
        if taken == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.room.set(self.room.get() - taken);
        self.taken.borrow_mut().extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }
}

/// A waker that only notes that it was called.
struct Woken(AtomicBool);

impl ArcWake for Woken {
    fn wake_by_ref(woken: &Arc<Self>) {
        woken.0.store(true, Ordering::Relaxed);
    }
}

/// The socket of a connection, before it has a body.
pub struct Socket {
    kernel: Rc<Kernel>,
    writer: Rc<DirectWriter<Rc<Kernel>>>,
}

/// A connection: its dispatcher, body and client.
pub struct Connection {
    socket: Socket,
    body: EventStreamBody,
    woken: Arc<Woken>,
    /// What the body has returned and the kernel has not taken yet.
    buffer: BytesMut,
    pub has_ended: bool,
}

impl Socket {
    pub fn new() -> Self {
        let kernel = Rc::<Kernel>::default();
        let writer = Rc::new(DirectWriter::new(Rc::clone(&kernel)));
        Self { kernel, writer }
    }

    pub fn hub_writer(&self) -> HubWriter {
        Rc::<DirectWriter<Rc<Kernel>>>::clone(&self.writer)
    }
}

impl Connection {
    pub fn new(socket: Socket, body: EventStreamBody) -> Self {
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        Self { socket, body, woken, buffer: BytesMut::new(), has_ended: false }
    }

    /// Makes room in the kernel's buffer, as a client that reads does.
    pub fn read(&self, bytes: usize) {
        let kernel = &self.socket.kernel;
        kernel.room.set(kernel.room.get().saturating_add(bytes));
    }

    /// All bytes that the kernel has taken for the client.
    pub fn received(&self) -> Vec<u8> {
        self.socket.kernel.taken.borrow().clone()
    }

    /// Runs the dispatcher: it polls the body when woken, after each chunk, and when a blocked
    /// socket takes bytes again, until its buffer is full or the body waits.
    pub fn run_dispatcher(&mut self) {
        if !self.buffer.is_empty() && self.socket.kernel.room.get() > 0 {
            self.woken.0.store(true, Ordering::Relaxed);
        }
        self.flush();
        while self.buffer.len() < WRITE_BUFFER_BYTES
            && !self.has_ended
            && self.woken.0.swap(false, Ordering::Relaxed)
        {
            self.poll_body();
            self.flush();
        }
    }

    /// Polls the body without a wake, which a dispatcher may do at any time.
    pub fn poll_spuriously(&mut self) {
        if !self.has_ended {
            self.poll_body();
        }
        self.run_dispatcher();
    }

    fn poll_body(&mut self) {
        let waker = waker(Arc::clone(&self.woken));
        match Pin::new(&mut self.body).poll_next(&mut Context::from_waker(&waker)) {
            Poll::Ready(Some(Ok(bytes))) => {
                self.buffer.extend_from_slice(&bytes);
                self.woken.0.store(true, Ordering::Relaxed);
            }
            Poll::Ready(None) => self.has_ended = true,
            Poll::Pending => {}
        }
    }

    fn flush(&mut self) {
        while !self.buffer.is_empty() {
            self.socket.writer.note_dispatcher_write();
            match self.socket.kernel.try_write(&self.buffer) {
                Ok(taken) => drop(self.buffer.split_to(taken)),
                Err(_) => return,
            }
        }
        self.socket.writer.note_dispatcher_flush();
    }
}
